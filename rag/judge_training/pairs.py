"""Token ids of pairs: a question, and one sentence with what stands around it.

    <s> query: question </s> title, the end of what goes before </s> passage: sentence </s>

What stands around a sentence tells what its "it" and "that year" are; it lies between marks of its own,
so that the network knows which words are judged.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Batch, JudgeNetwork

from zhangju_index.bundled_embedder import E5_PROMPTS
from zhangju_index.bundled_tokenizer import build_tokenizer
from zhangju_index.bundled_weights import Weights

MAX_SENTENCE, MAX_QUESTION = 96, 64
MAX_TITLE, MAX_BEFORE = 16, 32


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is read after the question.

    Attributes:
        ids: With the mark at the end of each part.
        places: Where each token starts and ends in the sentence, (-1, -1) for those outside it.
    """

    ids: list[int]
    places: list[tuple[int, int]]


class Tokeniser:
    """The model's tokenizer, with its prompts."""

    def __init__(self, weights: Weights) -> None:
        self._tokenizer = build_tokenizer(weights.vocabulary)
        self._bos, self._eos = weights.vocabulary.bos, weights.vocabulary.eos

    def text(self, text: str, kind: str) -> list[int]:
        """Token ids of a text standing alone, as the encoder reads it."""
        ids = self._tokenizer.encode(E5_PROMPTS[kind] + text, add_special_tokens=False).ids
        return [self._bos, *ids[:510], self._eos]

    def question(self, text: str) -> list[int]:
        """Token ids of a question, from the mark at the start to that at the end."""
        ids = self._tokenizer.encode(E5_PROMPTS["query"] + text, add_special_tokens=False).ids
        return [self._bos, *ids[: MAX_QUESTION - 2], self._eos]

    def sentence(self, text: str, title: str = "", before: str = "") -> Tokens:
        """Token ids of a sentence after its title and the end of what goes before it."""
        head = self._plain(title)[:MAX_TITLE] + self._plain(before)[-MAX_BEFORE:]
        ids = [*head, self._eos] if head else []
        places = [(-1, -1)] * len(ids)
        prompt = E5_PROMPTS["document"]
        encoding = self._tokenizer.encode(prompt + text, add_special_tokens=False)
        for token, (start, end) in zip(encoding.ids[:MAX_SENTENCE], encoding.offsets, strict=False):
            ids.append(token)
            inside = end > len(prompt)
            places.append((max(0, start - len(prompt)), end - len(prompt)) if inside else (-1, -1))
        return Tokens([*ids, self._eos], [*places, (-1, -1)])

    def _plain(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids if text else []
        return ids


def make_batch(questions: Sequence[list[int]], owners: Sequence[int], sentences: Sequence[Tokens]) -> Batch:
    """Join each sentence to its question, and pad the pairs to one length.

    Args:
        questions: Token ids with the marks.
        owners: Place of each sentence's question.
        sentences: The sentences.
    """
    asked = [questions[owner] for owner in owners]
    ids = [[*question, *sentence.ids] for question, sentence in zip(asked, sentences, strict=True)]
    judged = [
        [*[0] * len(question), *[int(end > 0) for _, end in sentence.places]]
        for question, sentence in zip(asked, sentences, strict=True)
    ]
    return Batch(
        _pad(ids, 1),
        torch.tensor([len(row) for row in ids]),
        torch.tensor([len(question) for question in asked]),
        _pad(judged, 0).bool(),
    )


def _pad(rows: Sequence[list[int]], value: int) -> torch.Tensor:
    padded = torch.full((len(rows), max(map(len, rows))), value, dtype=torch.long)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = torch.tensor(row)
    return padded


class Encoder:
    """The whole encoder in bfloat16, with a cache of vectors: quick where similar passages are looked for."""

    def __init__(self, weights: Weights, tokeniser: Tokeniser, cache: Path) -> None:
        self._network = JudgeNetwork(weights, joint=12, rank=1)
        self._tokeniser = tokeniser
        self._cache = cache
        cache.mkdir(parents=True, exist_ok=True)

    def __call__(self, texts: list[str], kind: str) -> Any:
        """Unit rows of texts."""
        digest = hashlib.sha256("\0".join([kind, *texts]).encode()).hexdigest()[:20]
        path = self._cache / f"{digest}.npy"
        if path.exists():
            return np.load(path)
        rows = [self._tokeniser.text(text, kind) for text in texts]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        vectors = np.empty((len(rows), 384), dtype=np.float32)
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            lengths = torch.tensor([len(rows[row]) for row in part])
            hidden = self._network.lower(_pad([rows[row] for row in part], 1), lengths).float()
            there = (torch.arange(hidden.shape[1])[None] < lengths[:, None]).float()[..., None]
            mean = (hidden * there).sum(1) / there.sum(1)
            vectors[part] = torch.nn.functional.normalize(mean, dim=1).numpy()
        np.save(path, vectors)
        return vectors
