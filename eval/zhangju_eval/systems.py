"""What is measured side by side: each leg of retrieval alone, their rank fusion, and the retriever.

A system has a ``name`` and a ``search(question, k)`` that returns passages, best first. Another
one is measured too once it stands in the list that ``ablation`` returns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np

from zhangju.reranking import Reranker, Use
from zhangju.retriever import Retriever
from zhangju.values import Passage
from zhangju_index.build import load_lexical
from zhangju_index.folder import Index
from zhangju_index.protocols import Embedder
from zhangju_index.vectors import FloatVector, IntVector

__all__ = ["LEGS", "Fused", "Leg", "Named", "System", "ablation"]

Ranked = tuple[IntVector, FloatVector]
"""Rows of chunks, best first, and their scores."""

LEGS = ("dense chunks", "dense sentences", "BM25")
"""What reports call each leg alone."""

_RRF = 60
"""The constant of reciprocal-rank fusion (Cormack, Clarke and Büttcher 2009)."""


class System(Protocol):
    """Something that retrieves."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def search(self, question: str, k: int) -> Sequence[Passage]:
        """Return at most ``k`` passages, best first."""
        ...


@dataclass(frozen=True)
class Named:
    """A retriever under a name.

    Attributes:
        name: What reports call it.
        retriever: What searches.
    """

    name: str
    retriever: Retriever

    def search(self, question: str, k: int) -> Sequence[Passage]:
        """Search as the retriever does."""
        return self.retriever.search(question, k)


@dataclass(frozen=True)
class Leg:
    """One leg alone.

    Attributes:
        name: What reports call it.
        index: What is searched.
        rank: Ranks chunks for a question, at most as many as asked for.
    """

    name: str
    index: Index
    rank: Callable[[str, int], Ranked]
    _titles: dict[str, tuple[str, str]] = field(default_factory=dict, init=False, repr=False)

    def search(self, question: str, k: int) -> Sequence[Passage]:
        """Return at most ``k`` passages, best first."""
        rows, scores = self.rank(question, k)
        if not self._titles:
            self._titles.update({r.id: (r.title, r.source) for r in self.index.manifest.documents})
        return [
            Passage(chunk, *self._titles[chunk.document_id], float(score), rank, chunk.sentences[0])
            for rank, (chunk, score) in enumerate(
                zip(self.index.texts.chunks(rows), scores, strict=True), start=1
            )
        ]


@dataclass(frozen=True)
class Fused:
    """Legs fused by the ranks they give: ``sum of 1 / (60 + rank)``.

    Attributes:
        legs: The legs, each by what ranks chunks.
    """

    legs: Sequence[Callable[[str, int], Ranked]]

    def rank(self, question: str, k: int) -> Ranked:
        """Rank what any leg finds; equal scores keep the order of the text."""
        scores: dict[int, float] = {}
        for leg in self.legs:
            for rank, row in enumerate(leg(question, k)[0].tolist(), start=1):
                scores[row] = scores.get(row, 0.0) + 1 / (_RRF + rank)
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]
        return np.array([row for row, _ in best], np.int64), np.array([s for _, s in best], np.float32)


def ablation(
    index: Index, embedder: Embedder, retriever: Retriever, *, answers: bool = True
) -> tuple[System, ...]:
    """Every leg alone, their fusion, the retriever without its reranker, with each use of it apart, and as it is shipped.

    Args:
        index: What is searched; all of them search the same.
        embedder: The model that made its vectors.
        retriever: The retriever on that index.
        answers: Whether answers are measured: what changes nothing else is left out without them.
    """
    legs = _Legs(index, embedder)
    fused = Fused((legs.chunks, legs.sentences, legs.keywords))
    return (
        *(
            Leg(name, index, rank)
            for name, rank in zip(LEGS, (legs.chunks, legs.sentences, legs.keywords), strict=True)
        ),
        Leg("rank fusion", index, fused.rank),
        *_uses_of(retriever.reranker, index, embedder, answers=answers),
        Named("zhangju", retriever),
    )


def _uses_of(reranker: Reranker | None, index: Index, embedder: Embedder, *, answers: bool) -> list[Named]:
    """The retriever without its reranker, and with its word heard on one thing alone."""
    if reranker is None:
        return []
    apart = {"order": Use.ORDER, "quotes": Use.QUOTES} if answers else {}
    if answers and reranker.calibrated:
        apart["refusal"] = Use.REFUSAL
    return [
        Named("no reranker", Retriever(index, embedder)),
        *(
            Named(f"{reranker.name}: {what}", Retriever(index, embedder, reranker, uses=use))
            for what, use in apart.items()
        ),
    ]


class _Legs:
    """What each leg alone makes of a question."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._lexical = load_lexical(index)
        # The two dense legs of the fusion share one vector, as they would in a system.
        self._query = lru_cache(1)(lambda question: embedder.embed_queries([question]))

    def chunks(self, question: str, k: int) -> Ranked:
        """By the similarity of the question and each chunk."""
        scores, rows = self._index.chunk_store.search(self._query(question), k)
        return rows[0], scores[0]

    def sentences(self, question: str, k: int) -> Ranked:
        """By the similarity of the question and the best sentence of each chunk."""
        store, wanted = self._index.sentence_store, 4 * k
        while True:
            scores, rows = store.search(self._query(question), wanted)
            best: dict[int, float] = {}
            owners = self._index.texts.chunk_rows_of(rows[0])
            for row, score in zip(owners.tolist(), scores[0].tolist(), strict=True):
                best.setdefault(row, score)
            if len(best) >= k or wanted >= len(store):
                chosen = list(best.items())[:k]
                return (
                    np.array([row for row, _ in chosen], np.int64),
                    np.array([score for _, score in chosen], np.float32),
                )
            wanted *= 4

    def keywords(self, question: str, k: int) -> Ranked:
        """By BM25; a chunk without any word of the question is not found."""
        scores = self._lexical.coverage(question)
        found = np.flatnonzero(scores)
        best = found[np.argsort(-scores[found], kind="stable")[:k]]
        return best, scores[best]
