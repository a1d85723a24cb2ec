"""Keyword search that understands Chinese: BM25 over characters, their pairs, and words.

Tokenisers that split on spaces turn a Chinese sentence into one token and find nothing. Here a
run of Han, kana, hangul or Thai gives its single characters and its pairs, which needs no
dictionary and finds every exact term; other scripts give words. Text is folded first (NFKC and
case), so full-width and half-width forms meet. Tokens are for matching only: offsets never come
from folded text.

BM25 itself is bm25s (Lù 2024, arXiv 2407.03618), in Lucene's variant (Kamphuis et al. 2020).
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LexicalIndex", "tokenize"]

K1, B = 1.2, 0.75

# Scripts written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
# A word keeps its marks (Hindi vowels, Arabic points), figures keep their decimals.
_TOKENS = re.compile(
    f"(?P<unspaced>[{_UNSPACED}〇々]+)|\\d+(?:[.,]\\d+)*|[^\\W_{_UNSPACED}]+(?:[\u0300-\u036f\u0900-\u0963\u064b-\u065f]+[^\\W_]*)*"
)


def tokenize(text: str) -> list[str]:
    """Tokens of ``text``: characters and pairs of unspaced scripts, words of the others."""
    tokens: list[str] = []
    for match in _TOKENS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        token = match.group()
        if match["unspaced"] is None:
            tokens.append(token)
            continue
        tokens.extend(token)
        tokens.extend(token[i : i + 2] for i in range(len(token) - 1))
    return tokens


class LexicalIndex:
    """BM25 over a list of texts, by row."""

    def __init__(self, bm25: Any, rows: int) -> None:
        self._bm25 = bm25
        self._rows = rows

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        """Index ``texts``; their order gives the rows."""
        import bm25s

        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        corpus = [tokenize(text) for text in texts]
        if any(corpus):
            bm25.index(corpus, show_progress=False, leave_progress=False)
        else:
            bm25.index([["\0"]], show_progress=False, leave_progress=False)
        return cls(bm25, len(texts))

    def save(self, folder: Path) -> None:
        """Write the tables as NumPy arrays and JSON; nothing is pickled."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, rows: int) -> "LexicalIndex":
        """Read tables that ``save`` wrote, mapped into memory rather than copied."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True), rows)

    def __len__(self) -> int:
        """Rows held."""
        return self._rows

    def coverage(self, question: str) -> NDArray[np.float32]:
        """How much of what the question asks for each row holds, in [0, 1].

        BM25 divided by the most that any text could score on this question, terms that no row
        holds included. A question in another language, or about something else, therefore
        gets values near 0 everywhere instead of a ranking among accidents.

        Returns:
            One value for each row.
        """
        vocabulary: dict[str, int] = self._bm25.vocab_dict
        terms = sorted(set(tokenize(question)))
        known = [term for term in terms if term in vocabulary]
        if not known or not self._rows:
            return np.zeros(self._rows, dtype=np.float32)
        scores = np.asarray(self._bm25.get_scores(known), dtype=np.float32)[: self._rows]
        return scores / np.float32(sum(self.weight(term) for term in terms))

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term, as BM25 counts it: the rarer, the heavier."""
        row = self._bm25.vocab_dict.get(term)
        ends = self._bm25.scores["indptr"]
        frequency = 0 if row is None else int(ends[row + 1] - ends[row])
        return math.log1p((self._rows - frequency + 0.5) / (frequency + 0.5))
