"""The judge as a trainable network: the bundled encoder, reading a question and one sentence as one text.

    <s> query: … </s> title, what goes before </s> passage: sentence </s> -> 12 layers -> score, start, end

The lower layers are the bundled ones and never change; the upper ones get low-rank updates (LoRA, Hu et
al. 2021, arXiv 2106.09685) of their four matrices. Only those, the layer norms and the heads are trained
and shipped.
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
    """Pairs of a question and a sentence, padded.

    Attributes:
        ids: Token ids with the special ones, shape (pairs, tokens).
        lengths: Tokens of each pair, shape (pairs,).
        asked: Tokens of each question with the special ones before and after it, shape (pairs,).
        judged: Which tokens are the sentence's own, shape (pairs, tokens).
    """

    ids: Tensor
    lengths: Tensor
    asked: Tensor
    judged: Tensor


@dataclass(frozen=True, slots=True)
class Judged:
    """What the network says of each pair.

    Attributes:
        scores: Log-odds that the sentence answers, shape (pairs,).
        starts: How likely the answer starts at each token, shape (pairs, tokens).
        ends: How likely it ends there.
    """

    scores: Tensor
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

    def __init__(self, weights: Weights, joint: int = 5, layers: int = 12, rank: int = 32) -> None:
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
        self.pair = nn.Linear(3 * width, 1)
        self.token = nn.Linear(width, 3)
        with torch.no_grad():
            self.pair.weight.zero_()
            # One sentence in some ten answers.
            self.pair.bias.fill_(-2.0)
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
        places = torch.arange(batch.ids.shape[1])[None]
        asked = places < batch.asked[:, None]
        everything = places < batch.lengths[:, None]
        means = [_mean(hidden, part) for part in (everything, asked, batch.judged)]
        values = self.token(hidden)
        outside = torch.tensor(-1e4)
        best = torch.where(batch.judged, values[..., 2], outside).amax(1)
        return Judged(
            self.pair(torch.cat(means, dim=1))[:, 0] + best,
            torch.where(batch.judged, values[..., 0], outside),
            torch.where(batch.judged, values[..., 1], outside),
        )

    def forward(self, batch: Batch, parts: int = 16) -> Judged:
        """Judge all pairs, some at a time and alike in length."""
        order = torch.argsort(batch.lengths, descending=True)
        scores, starts, ends = [], [], []
        tokens = batch.ids.shape[1]
        for rows in order.split(parts):
            longest = int(batch.lengths[rows].max())
            judged = self.judge(
                Batch(
                    batch.ids[rows, :longest],
                    batch.lengths[rows],
                    batch.asked[rows],
                    batch.judged[rows, :longest],
                )
            )
            scores.append(judged.scores)
            starts.append(F.pad(judged.starts, (0, tokens - longest), value=-1e4))
            ends.append(F.pad(judged.ends, (0, tokens - longest), value=-1e4))
        back = torch.argsort(order)
        return Judged(torch.cat(scores)[back], torch.cat(starts)[back], torch.cat(ends)[back])

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


def _mean(hidden: Tensor, part: Tensor) -> Tensor:
    """Mean of the states of some tokens, shape (texts, width)."""
    weight = part.float()[..., None]
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
