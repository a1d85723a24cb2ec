"""Scores of candidates, of which no more are read than may lead.

To read a chunk takes as long as to compare it with thousands of vectors, and a leg puts forward
hundreds. What a text says of a score only takes it down: short sentences, titles and bylines fall
behind. So similarities and keywords alone bound each score from above, and a candidate whose bound
is below the last score that counts need not be read.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from zhangju.fusion import demote_mastheads, fuse, level_lengths
from zhangju.numbered import NAMED, Article, of_articles
from zhangju_index.chunking import encoded_sentences, is_byline_chunk, is_masthead
from zhangju_index.searching import Candidates, stretches
from zhangju_index.values import Chunk
from zhangju_index.vectors import FloatVector, IntVector

__all__ = ["Scoring"]


class Scoring:
    """Candidates with their scores, read as far as was asked for.

    Args:
        candidates: What the legs put forward, at least one.
        who: Whether the question asks for a person.
        named: Articles that the question names; all candidates are read to tell which they belong to.

    Attributes:
        chunks: Those that were read, by place.
        scores: Score of each candidate that was read, and what it is at most of the others.
        levelled: Similarity of every sentence; of what was read, the short ones are taken down.
        nearest: Similarity of the nearest sentence of each candidate.
        byline: Which are known to be a byline or a note.
        telling: Which are known to hold text that may answer: titles and headings answer nothing,
            a byline may answer who.
    """

    def __init__(self, candidates: Candidates, *, who: bool, named: Collection[Article] = ()) -> None:
        self._candidates = candidates
        self._who = who
        self._named = named
        self._bounds = candidates.sentence_bounds
        self._unread = np.ones(len(candidates), dtype=np.bool_)
        self.chunks: dict[int, Chunk] = {}
        self.levelled = candidates.sentence_similarity.copy()
        self.nearest = np.maximum.reduceat(candidates.sentence_similarity, self._bounds[:-1])
        self.scores = fuse(candidates.similarity, self.nearest, candidates.coverage)
        self.byline = np.zeros(len(candidates), dtype=np.bool_)
        self.telling = np.zeros(len(candidates), dtype=np.bool_)
        if named:
            self._read(np.arange(len(candidates)))

    def lead(self, count: int) -> None:
        """Read until the ``count`` best are read, and no other can have their score."""
        while True:
            known = self.scores[~self._unread]
            least = np.partition(known, -count)[-count] if len(known) >= count else -np.inf
            if not self._read_best(self.scores, self.scores >= least, 2 * count):
                return

    def read_nearer(self, similarity: float, count: int) -> bool:
        """Read some that have a nearer sentence than this, ``count`` at most; whether there were any."""
        return self._read_best(self.nearest, self.nearest > similarity, count)

    def _read_best(self, values: FloatVector, wanted: NDArray[np.bool_], count: int) -> bool:
        """Read those of the highest values among the wanted ones; whether any was unread."""
        places = np.flatnonzero(wanted & self._unread)
        best = np.argsort(-values[places], kind="stable")[:count]
        self._read(np.sort(places[best]))
        return len(places) > 0

    def _read(self, places: IntVector) -> None:
        """Read some candidates, and give them their scores; a place may come once."""
        if not len(places):
            return
        chunks = self._candidates.read(places)
        self.chunks |= zip(places.tolist(), chunks, strict=True)
        self._unread[places] = False
        characters = [[len(text) for text in encoded_sentences(chunk)] for chunk in chunks]
        lengths = np.array([len(each) for each in characters])
        rows = stretches(self._bounds[places], lengths)
        levelled = level_lengths(self.levelled[rows], np.concatenate(characters))
        self.levelled[rows] = levelled
        best = np.maximum.reduceat(levelled, np.cumsum(lengths) - lengths)
        masthead = np.array([is_masthead(chunk) for chunk in chunks])
        byline = np.array(
            [short and is_byline_chunk(chunk) for short, chunk in zip(masthead, chunks, strict=True)]
        )
        self.byline[places] = byline
        self.telling[places] = ~masthead | (byline if self._who else False)
        own, covered = self._candidates.similarity[places], self._candidates.coverage[places]
        scores = fuse(own, best, covered, demote_mastheads(masthead, byline, asks_who=self._who))
        if self._named:
            scores += NAMED * np.array(of_articles(chunks, self._named), dtype=np.float32)
        self.scores[places] = scores
