"""Keyword search that understands Chinese: BM25 over characters, their pairs, and words.

Tokenisers that split on spaces turn a Chinese sentence into one token and find nothing. Here a
run of Han, kana, hangul or Thai gives its single characters and its pairs, which needs no
dictionary and finds every exact term; other scripts give words. Text is folded first (NFKC,
case, digits of every script, marks that are mostly left out in writing), so spellings of one
word meet. Tokens are for matching only: offsets never come from folded text.

BM25 itself is bm25s (Lù 2024, arXiv 2407.03618), in Lucene's variant (Kamphuis et al. 2020).
"""

import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LexicalIndex", "tokenize"]

K1, B = 1.2, 0.75

# Soft hyphens, joiners, direction marks and variant selectors stand inside words and show
# nothing; Arabic and Hebrew points and the Arabic stretching line are mostly not written.
_DROPPED = re.compile(
    "[\u00ad\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_FOREIGN_DIGITS = re.compile(r"(?![0-9])\d")
# Scripts written without spaces between words, and hangul, whose words grow endings.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = f"[^\\W_{_UNSPACED}]"
# A word keeps its marks: accents that no single character holds, vowels in the scripts of India.
_MARKS = "[\u0300-\u036f\u0483-\u0487\u0900-\u0963\u0966-\u0df3\u0f71-\u0fbc]"
_TOKENS = re.compile(
    f"(?P<unspaced>[{_UNSPACED}〇々]+)|\\d+(?:[.,]\\d+)*|{_LETTERS}+(?:{_MARKS}+{_LETTERS}*)*"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def tokenize(text: str) -> list[str]:
    """Tokens of ``text``: characters and pairs of unspaced scripts, words of the others."""
    tokens: list[str] = []
    for match in _TOKENS.finditer(_fold(text)):
        token = match.group()
        if match["unspaced"] is not None:
            tokens.extend(token)
            tokens.extend(token[i : i + 2] for i in range(len(token) - 1))
        elif "," in token and _THOUSANDS.fullmatch(token):
            tokens.append(token.replace(",", ""))
        else:
            tokens.append(token)
    return tokens


def _fold(text: str) -> str:
    """Bring spellings of one word together."""
    folded = _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())
    if folded.isascii():
        return folded
    return _FOREIGN_DIGITS.sub(lambda match: str(unicodedata.digit(match[0])), folded)


class LexicalIndex:
    """BM25 over a list of texts, by row; safe to ask from several threads."""

    def __init__(self, bm25: Any, rows: int) -> None:
        self._bm25 = bm25
        self._rows = rows

    @classmethod
    def build(cls, texts: Iterable[str]) -> "LexicalIndex":
        """Index ``texts``; their order gives the rows."""
        import bm25s

        # Numbered in the order they turn up: bm25s would number them in the order of a set of
        # strings, which differs from process to process, and hold every token as a string.
        vocabulary: dict[str, int] = {}
        corpus = [
            array("i", [vocabulary.setdefault(token, len(vocabulary)) for token in tokenize(text)])
            for text in texts
        ]
        rows = len(corpus)
        if not vocabulary:
            # bm25s cannot hold texts without any token.
            vocabulary, corpus = {"\0": 0}, [array("i", [0])]
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index((corpus, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25, rows)

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
        return self.coverage_of(self.shares(question))

    def coverage_of(self, shares: Mapping[str, float]) -> NDArray[np.float32]:
        """``coverage`` of a question whose ``shares`` are known."""
        vocabulary: dict[str, int] = self._bm25.vocab_dict
        known = [term for term in shares if term in vocabulary]
        if not known or not self._rows:
            return np.zeros(self._rows, dtype=np.float32)
        scores = np.asarray(self._bm25.get_scores(known), dtype=np.float32)[: self._rows]
        # A term's weight is its share of the most that a text could score.
        most = self.weight(known[0]) / shares[known[0]]
        return scores / np.float32(most)

    def shares(self, question: str) -> dict[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        # Sorted, so that sums come out the same in every process.
        weights = {term: self.weight(term) for term in sorted(set(tokenize(question)))}
        total = sum(weights.values())
        return {term: weight / total for term, weight in weights.items()}

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term, as BM25 counts it: the rarer, the heavier."""
        row = self._bm25.vocab_dict.get(term)
        ends = self._bm25.scores["indptr"]
        frequency = 0 if row is None else int(ends[row + 1] - ends[row])
        return math.log1p((self._rows - frequency + 0.5) / (frequency + 0.5))
