"""The judge as a trainable network: the bundled encoder, reading question and passage as one text.

    <s> query: … </s> passage: … </s> -> 12 layers -> one score a sentence, start and end of the answer

The lower layers are the bundled ones and never change; the upper ones get low-rank updates (LoRA, Hu et al.
2021, arXiv 2106.09685) of their four matrices. Only those, the layer norms and the heads are trained and shipped.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zhangju_index.bundled_weights import Weights

MATRICES = ("qkv", "ao", "fi", "fo")
DTYPE = torch.bfloat16


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of a question and a passage, padded.

    Attributes:
        ids: Token ids with the special ones, shape (pairs, tokens).
        lengths: Tokens of each pair, shape (pairs,).
        asked: Tokens of each question with the special ones before and after it, shape (pairs,).
        sentences: Sentence that each token belongs to, -1 for none, shape (pairs, tokens).
        counts: Sentences of each passage, shape (pairs,).
    """

    ids: Tensor
    lengths: Tensor
    asked: Tensor
    sentences: Tensor
    counts: Tensor


@dataclass(frozen=True, slots=True)
class Judged:
    """What the network says of each pair.

    Attributes:
        sentences: Score of each sentence, -inf where there is none, shape (pairs, most sentences).
        starts: How likely the answer starts at each token, shape (pairs, tokens).
        ends: How likely it ends there.
    """

    sentences: Tensor
    starts: Tensor
    ends: Tensor


class JudgeNetwork(nn.Module):
    """The encoder with a judge's upper layers and heads.

    Args:
        weights: The bundled weights.
        joint: First layer with updates.
        layers: Layers in all; those above are left out.
        rank: Rank of each update.
    """

    def __init__(self, weights: Weights, joint: int = 6, layers: int = 12, rank: int = 32) -> None:
        super().__init__()
        shape = weights.shape
        self.joint, self.layers, self.rank = joint, layers, rank
        self.width, self.heads, self.epsilon = (
            shape.hidden_size,
            shape.num_attention_heads,
            shape.layer_norm_eps,
        )
        width, inner = shape.hidden_size, shape.intermediate_size

        def keep(name: str, columns: int, dtype: torch.dtype = DTYPE) -> Tensor:
            return torch.from_numpy(weights.matrix(name, columns)).to(dtype)

        self.words = keep("emb.word", width)
        self.places = keep("emb.pos", width, torch.float32) + keep("emb.type", width, torch.float32)[0]
        self.first_norm = [keep(f"emb.ln.{part}", width, torch.float32)[0] for part in "wb"]
        self.base: list[dict[str, Tensor]] = []
        for layer in range(layers):
            at = f"l{layer}"
            self.base.append(
                {
                    "qkv": torch.cat([keep(f"{at}.{part}.w", width) for part in "qkv"]),
                    "qkv.b": torch.cat([keep(f"{at}.{part}.b", width)[0] for part in "qkv"]),
                    "ao": keep(f"{at}.ao.w", width),
                    "ao.b": keep(f"{at}.ao.b", width)[0],
                    "fi": keep(f"{at}.fi.w", width),
                    "fi.b": keep(f"{at}.fi.b", inner)[0],
                    "fo": keep(f"{at}.fo.w", inner),
                    "fo.b": keep(f"{at}.fo.b", width)[0],
                    **{
                        f"{norm}.{part}": keep(f"{at}.{norm}.{part}", width, torch.float32)[0]
                        for norm in ("aln", "oln")
                        for part in "wb"
                    },
                }
            )
        self.update = nn.ParameterDict()
        for layer in range(joint, layers):
            for name in MATRICES:
                rows, columns = self.base[layer][name].shape
                down = nn.Parameter(torch.empty(rank, columns))
                nn.init.kaiming_uniform_(down, a=math.sqrt(5))
                self.update[f"l{layer}_{name}_down"] = down
                self.update[f"l{layer}_{name}_up"] = nn.Parameter(torch.zeros(rows, rank))
            for norm in ("aln", "oln"):
                for part in "wb":
                    self.update[f"l{layer}_{norm}_{part}"] = nn.Parameter(
                        self.base[layer][f"{norm}.{part}"].clone()
                    )
        self.pair_in = nn.Linear(2 * width, 128)
        self.pair_out = nn.Linear(128, 1)
        self.token = nn.Linear(width, 3)
        # Similarity of question and sentence is where the judge starts from.
        self.alike = nn.Parameter(torch.tensor([20.0, -17.0]))
        with torch.no_grad():
            self.pair_out.weight.zero_()
            self.pair_out.bias.zero_()
            self.token.weight[2].zero_()
            self.token.bias[2] = 0

    def lower(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """States after the layers that never change, shape (texts, tokens, width)."""
        with torch.no_grad():
            hidden = F.embedding(ids, self.words).float() + self.places[: ids.shape[1]]
            hidden = F.layer_norm(hidden, (self.width,), *self.first_norm, self.epsilon).to(DTYPE)
            mask = _mask(lengths, ids.shape[1])
            for layer in range(self.joint):
                base = self.base[layer]
                norms = {name: base[name] for name in ("aln.w", "aln.b", "oln.w", "oln.b")}
                hidden = self._layer(hidden, mask, base, {}, norms)
            return hidden

    def judge(self, batch: Batch) -> Judged:
        """Judge pairs."""
        hidden = self.lower(batch.ids, batch.lengths)
        mask = _mask(batch.lengths, batch.ids.shape[1])
        for layer in range(self.joint, self.layers):
            norms = {f"{n}.{p}": self.update[f"l{layer}_{n}_{p}"] for n in ("aln", "oln") for p in "wb"}
            updates = {
                name: tuple(self.update[f"l{layer}_{name}_{part}"].to(DTYPE) for part in ("down", "up"))
                for name in MATRICES
            }
            hidden = self._layer(hidden, mask, self.base[layer], updates, norms)
        hidden = hidden.float()
        asked = (torch.arange(batch.ids.shape[1])[None] < batch.asked[:, None]).float()
        of_question = (hidden * asked[..., None]).sum(1) / asked.sum(1, keepdim=True)
        values = self.token(hidden)
        most = int(batch.counts.max())
        member = (batch.sentences[:, None] == torch.arange(most)[None, :, None]).float()
        sizes = member.sum(2, keepdim=True).clamp(min=1)
        means = member @ hidden / sizes
        joined = torch.cat([means, of_question[:, None].expand_as(means)], dim=2)
        scores = self.pair_out(F.gelu(self.pair_in(joined)))[..., 0]
        alike = F.normalize(means, dim=2) @ F.normalize(of_question, dim=1)[..., None]
        scores = scores + self.alike[0] * alike[..., 0] + self.alike[1]
        best = torch.where(member.bool(), values[:, None, :, 2], torch.tensor(-1e4)).amax(2)
        there = torch.arange(most)[None] < batch.counts[:, None]
        scores = torch.where(there & (member.sum(2) > 0), scores + best, torch.tensor(-1e4))
        inside = batch.sentences >= 0
        starts = torch.where(inside, values[..., 0], torch.tensor(-1e4))
        ends = torch.where(inside, values[..., 1], torch.tensor(-1e4))
        return Judged(scores, starts, ends)

    def forward(self, batch: Batch, parts: int = 6) -> Judged:
        """Judge all pairs, some at a time and alike in length."""
        order = torch.argsort(batch.lengths, descending=True)
        sentences = torch.full((len(order), int(batch.counts.max())), -1e4)
        starts = torch.full(batch.ids.shape, -1e4)
        ends = torch.full(batch.ids.shape, -1e4)
        for rows in order.split(parts):
            longest = int(batch.lengths[rows].max())
            judged = self.judge(
                Batch(
                    batch.ids[rows, :longest],
                    batch.lengths[rows],
                    batch.asked[rows],
                    batch.sentences[rows, :longest],
                    batch.counts[rows],
                )
            )
            sentences = _put(sentences, rows, judged.sentences)
            starts, ends = _put(starts, rows, judged.starts), _put(ends, rows, judged.ends)
        return Judged(sentences, starts, ends)

    def _layer(
        self,
        hidden: Tensor,
        mask: Tensor,
        base: dict[str, Tensor],
        updates: dict[str, tuple[Tensor, ...]],
        norms: dict[str, Tensor],
    ) -> Tensor:
        texts, tokens, width = hidden.shape

        def linear(values: Tensor, name: str) -> Tensor:
            product = F.linear(values, base[name], base[f"{name}.b"])
            if name not in updates:
                return product
            down, up = updates[name]
            return product + F.linear(F.linear(values, down), up)

        parts = linear(hidden, "qkv").view(texts, tokens, 3, self.heads, width // self.heads)
        parts = parts.permute(2, 0, 3, 1, 4)
        if torch.is_grad_enabled():
            # Written out, gradients take half the time of the fused operator's: texts are short, heads narrow.
            flat = parts.reshape(3, texts * self.heads, tokens, width // self.heads)
            places = mask.expand(texts, self.heads, 1, tokens).reshape(-1, 1, tokens)
            alike = torch.baddbmm(
                places, flat[0], flat[1].transpose(1, 2), alpha=(width // self.heads) ** -0.5
            )
            attended = torch.bmm(alike.softmax(2), flat[2]).view(texts, self.heads, tokens, -1)
        else:
            attended = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(texts, tokens, width)
        hidden = self._norm(hidden + linear(attended, "ao"), norms["aln.w"], norms["aln.b"])
        wide = F.gelu(linear(hidden, "fi"))
        return self._norm(hidden + linear(wide, "fo"), norms["oln.w"], norms["oln.b"])

    def _norm(self, values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return F.layer_norm(values, (self.width,), weight.to(DTYPE), bias.to(DTYPE), self.epsilon)


def _mask(lengths: Tensor, tokens: int) -> Tensor:
    """What attention adds to the places of each text, shape (texts, 1, 1, tokens)."""
    beyond = torch.arange(tokens)[None] >= lengths[:, None]
    return torch.zeros(beyond.shape, dtype=DTYPE).masked_fill(beyond, -1e4)[:, None, None]


def _put(target: Tensor, rows: Tensor, values: Tensor) -> Tensor:
    return target.index_put((rows[:, None], torch.arange(values.shape[1])[None]), values)
