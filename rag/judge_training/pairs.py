"""Token ids of questions and passages, with the sentence that each token belongs to."""

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
from zhangju_index.sentences import split_sentences

MAX_PASSAGE, MAX_QUESTION = 384, 64


@dataclass(frozen=True, slots=True)
class Tokens:
    """One passage as the network reads it.

    Attributes:
        ids: With the special tokens.
        sentences: Sentence of each token, -1 for those of the prompt, the title and the special ones.
        places: Where each token starts and ends in the text, shape (tokens, 2).
        ranges: Sentences of the text.
    """

    ids: list[int]
    sentences: list[int]
    places: list[tuple[int, int]]
    ranges: list[tuple[int, int]]


class Tokeniser:
    """The model's tokenizer, with its prompts."""

    def __init__(self, weights: Weights) -> None:
        self._tokenizer = build_tokenizer(weights.vocabulary)
        self._bos, self._eos = weights.vocabulary.bos, weights.vocabulary.eos

    def question(self, text: str) -> list[int]:
        """Token ids of a question."""
        ids = self._tokenizer.encode(E5_PROMPTS["query"] + text, add_special_tokens=False).ids
        return [self._bos, *ids[: MAX_QUESTION - 2], self._eos]

    def passage(self, text: str, title: str = "") -> Tokens:
        """Token ids of a passage; a title goes before it, as in ``Chunk.embedding_text``."""
        head = E5_PROMPTS["document"] + (f"{title}\n" if title else "")
        encoding = self._tokenizer.encode(head + text, add_special_tokens=False)
        ranges = split_sentences(text)
        ids, sentences, places = [self._bos], [-1], [(-1, -1)]
        current = 0
        for token, (start, end) in zip(encoding.ids[: MAX_PASSAGE - 2], encoding.offsets, strict=False):
            start, end = start - len(head), end - len(head)
            ids.append(token)
            if end <= 0:
                sentences.append(-1)
                places.append((-1, -1))
                continue
            while current + 1 < len(ranges) and ranges[current][1] < end:
                current += 1
            sentences.append(current)
            places.append((max(start, 0), end))
        return Tokens([*ids, self._eos], [*sentences, -1], [*places, (-1, -1)], ranges)


def make_batch(questions: Sequence[list[int]], owners: Sequence[int], passages: Sequence[Tokens]) -> Batch:
    """Join each passage to its question, and pad the pairs to one length.

    Args:
        questions: Token ids with the special ones.
        owners: Place of each passage's question.
        passages: The passages.
    """
    asked = [questions[owner] for owner in owners]
    # The special token that opens a passage standing alone is left out.
    ids = [[*question, *passage.ids[1:]] for question, passage in zip(asked, passages, strict=True)]
    sentences = [
        [*[-1] * len(question), *passage.sentences[1:]]
        for question, passage in zip(asked, passages, strict=True)
    ]
    return Batch(
        _pad(ids, 1),
        torch.tensor([len(row) for row in ids]),
        torch.tensor([len(question) for question in asked]),
        _pad(sentences, -1),
        torch.tensor([max(p.sentences) + 1 for p in passages]),
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
        rows = [
            self._tokeniser.question(t) if kind == "query" else self._tokeniser.passage(t).ids for t in texts
        ]
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
