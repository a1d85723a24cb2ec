"""Public sets as candidates of a search, so that scripts rank them with the library's own code.

Only questions that the judge did not learn from (``rag/judge_training/sets.py`` says which, and names the
origin of every set).
"""

import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import opencc

from zhangju.centring import Centring
from zhangju.judge import Judge
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.embedding import load_embedder
from zhangju_index.lexical import LexicalIndex
from zhangju_index.searching import Candidates
from zhangju_index.values import Chunk, Sentence
from zhangju_index.vectors import FloatVector

sys.path.insert(0, str(Path(__file__).parents[2] / "rag" / "judge_training"))
from groups import Source
from pairs import Encoder, Tokeniser
from sets import Question, read_all


class Tools:
    """The judge, and vectors of texts with a cache.

    Args:
        data: Folder of the public sets.
        cache: Folder for vectors.
    """

    def __init__(self, data: Path, cache: Path) -> None:
        embedder = load_embedder()
        if not isinstance(embedder, BundledEmbedder):
            raise SystemExit("the bundled model is not installed")
        self._data = data
        self.judge = Judge.load(embedder)
        self._centring = Centring(embedder)
        self.encode = Encoder(embedder.weights, Tokeniser(embedder.weights), cache)

    def read(self, name: str) -> "JudgedSet":
        """Read a set by its name in ``rag/judge_training/sets.py``."""
        found = read_all(self._data, self.encode, opencc.OpenCC("t2s").convert, [name])[0]
        return JudgedSet(Source(found, self.encode, found.measured), self.encode, self._centring)


class JudgedSet:
    """A set whose passages are searched.

    Args:
        source: The set, with vectors of its sentences and questions.
        encode: Makes those of its passages.
        centring: Centres those of its questions.
    """

    def __init__(self, source: Source, encode: Encoder, centring: Centring) -> None:
        self.source = source
        self._encode = encode
        self._centring = centring

    @property
    def questions(self) -> Sequence[Question]:
        """The questions that the judge did not learn from."""
        return self.source.questions

    @cached_property
    def asked(self) -> FloatVector:
        """Vectors of the questions as they are searched with, centred, not of unit length."""
        rows = []
        for question, vector in zip(self.questions, self.source.asked, strict=True):
            row, length = self._centring.centre(question.text, vector)
            rows.append(length * row)
        return np.array(rows, dtype=np.float32)

    @cached_property
    def _passages(self) -> FloatVector:
        return np.asarray(self._encode([p.text for p in self.source.found.passages], "document"))

    def candidates(
        self, number: int, rows: Sequence[int], without: frozenset[int] = frozenset()
    ) -> tuple[Candidates, dict[str, float]]:
        """Passages as candidates for a question.

        Args:
            number: Place of the question.
            rows: The passages; the keyword weights are those of a library of these alone.
            without: Sentences that are left out, as if they had never been there.

        Returns:
            The candidates, and what each word of the question weighs.
        """
        query = self.asked[number]
        chunks: list[Chunk] = []
        kept: list[int] = []
        own: list[float] = []
        for row in rows:
            passage = self.source.found.passages[row]
            there = [s for s in self.source.of_passage[row] if s not in without]
            if there:
                chunks.append(as_chunk([self.source.sentences[s].text for s in there], passage.title))
                kept.extend(there)
                own.append(float(self._passages[row] @ query))
        lexical = LexicalIndex.build([chunk.reading_text for chunk in chunks])
        shares = lexical.shares(self.questions[number].text)
        similarity = np.array(own, dtype=np.float32)
        if without:
            # The vector of what is left of a passage is not at hand; its best sentence stands for it.
            bounds = np.cumsum([0, *(len(chunk.sentences) for chunk in chunks)])[:-1]
            best = np.maximum.reduceat(self.source.vectors[kept] @ query, bounds)
            similarity = np.minimum(similarity, best.astype(np.float32))
        return (
            Candidates.of(chunks, similarity, self.source.vectors[kept] @ query, lexical.coverage_of(shares)),
            shares,
        )


def as_chunk(sentences: Sequence[str], title: str) -> Chunk:
    """Sentences of a set as a chunk below their title."""
    gap = "" if any(s[-1] > "\u2e80" for s in sentences) else " "
    text = gap.join(sentences)
    parts: list[Sentence] = []
    start = 0
    for sentence in sentences:
        parts.append(Sentence(start, start + len(sentence), sentence, sentence))
        start += len(sentence) + len(gap)
    heading = title.replace("_", " ").rpartition(" › ")[2]
    return Chunk("passage", (heading,) if heading else (), 0, len(text), text, text, text, tuple(parts))
