"""Keyword search that understands Chinese: BM25 over characters, their pairs, and words.

Tokenisers that split on spaces turn a Chinese sentence into one token and find nothing. Here a
run of Han, kana, hangul or Thai gives its single characters and its pairs, which needs no
dictionary and finds every exact term; other scripts give words. Text is folded first (NFKC,
case, digits of every script, marks that are mostly left out in writing, traditional characters to
simplified ones), so spellings of one word meet. Tokens are for matching only: offsets never come from folded text.

BM25 in Lucene's variant (Kamphuis et al. 2020) is computed when the index is built: each pair of
a term and a text that holds it keeps its score, and a question adds up a few columns, as in bm25s
(Lù 2024, arXiv 2407.03618). A folder holds them as mapped NumPy arrays:

    terms.npy    64-bit hash of each term, rising
    starts.npy   where the column of each term starts in the two below, and where the last one ends
    rows.npy     texts that hold the term, rising
    scores.npy   the term's score in each of them

Terms are known by their hash alone, so that nothing of a vocabulary is loaded. Among a million
terms, two share a hash with a probability of one in 37 million, and would count as one term.
"""

import hashlib
import math
import re
import tempfile
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["K1", "B", "LexicalIndex", "term_hash", "tokenize"]

K1, B = 1.2, 0.75

# Pairs of a term and a text that a build holds in memory at a time: some 40 MB while they are sorted.
_PAIRS_AT_A_TIME = 500_000

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
    digits = _FOREIGN_DIGITS.sub(lambda match: str(unicodedata.digit(match[0])), folded)
    return digits.translate(_SIMPLIFIED)


def _read_simplified() -> dict[int, int]:
    """Traditional characters with their simplified ones; ``index/folding`` writes the table."""
    lines = (files("zhangju_index") / "simplified.txt").read_text("utf-8").splitlines()
    return dict(zip(map(ord, lines[0]), map(ord, lines[1]), strict=True))


# Read at once, in a millisecond: whoever tokenises opens no file.
_SIMPLIFIED = _read_simplified()


class LexicalIndex:
    """BM25 over a list of texts, by row; safe to ask from several threads."""

    def __init__(self, tables: "_Tables", rows: int) -> None:
        self._tables = tables
        self._rows = rows

    @classmethod
    def build(cls, texts: Iterable[str]) -> Self:
        """Index ``texts`` in memory; their order gives the rows."""
        return cls(*_build_tables(texts, lambda name, dtype, length: np.empty(length, dtype), None))

    @staticmethod
    def write(folder: Path, texts: Iterable[str]) -> None:
        """Index ``texts`` in a new folder, for ``load``; the files are the same for the same texts.

        Memory holds the vocabulary, the length of each text and some of the pairs.
        """
        folder.mkdir()

        def make(name: str, dtype: str, length: int) -> NDArray[Any]:
            # What is written to the array goes to the file that it maps.
            return np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, (length,))

        _build_tables(texts, make, folder)

    @classmethod
    def load(cls, folder: Path, rows: int) -> Self:
        """Map tables that ``write`` left, of ``rows`` texts; nothing is copied into memory.

        Raises:
            ValueError: A file is no such table, or does not fit the others.
            OSError: A file cannot be read.
        """
        arrays: list[NDArray[Any]] = []
        for name, dtype in zip(_Tables._fields, _DTYPES, strict=True):
            table = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            if table.dtype != np.dtype(dtype) or table.ndim != 1:
                raise ValueError(f"expected {name} of one dimension and type {dtype}, got {table.dtype}")
            # A plain view: slices of a ``memmap`` cost microseconds each.
            arrays.append(table.view(np.ndarray))
        tables = _Tables(*arrays)
        pairs = int(tables.starts[-1]) if len(tables.starts) else 0
        for name, table, length in (
            ("starts", tables.starts, len(tables.terms) + 1),
            ("rows", tables.rows, pairs),
            ("scores", tables.scores, pairs),
        ):
            if len(table) != length:
                raise ValueError(f"expected {length:,} values in {name}, got {len(table):,}")
        return cls(tables, rows)

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
        scores = np.zeros(self._rows, dtype=np.float32)
        most = None
        for term, (start, end) in zip(shares, self._columns(list(shares)), strict=True):
            if start == end:
                continue
            np.add.at(scores, self._tables.rows[start:end], self._tables.scores[start:end])
            # A term's weight is its share of the most that a text could score.
            most = most or self._weight(end - start) / shares[term]
        return scores if most is None else scores / np.float32(most)

    def shares(self, question: str) -> dict[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        # Sorted, so that sums come out the same in every process.
        terms = sorted(set(tokenize(question)))
        weights = [self._weight(end - start) for start, end in self._columns(terms)]
        total = sum(weights)
        return {term: weight / total for term, weight in zip(terms, weights, strict=True)}

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term, as BM25 counts it: the rarer, the heavier."""
        ((start, end),) = self._columns([term])
        return self._weight(end - start)

    def _weight(self, frequency: int) -> float:
        return math.log1p((self._rows - frequency + 0.5) / (frequency + 0.5))

    def _columns(self, terms: Sequence[str]) -> list[tuple[int, int]]:
        """Where the column of each term starts and ends; of a term that no text holds, 0 and 0."""
        known, starts = self._tables.terms, self._tables.starts
        hashes = np.array([term_hash(term) for term in terms], dtype=np.uint64)
        places = np.searchsorted(known, hashes)
        return [
            (int(starts[place]), int(starts[place + 1]))
            if place < len(known) and known[place] == each
            else (0, 0)
            for place, each in zip(places.tolist(), hashes, strict=True)
        ]


class _Tables(NamedTuple):
    """The arrays of the module's docstring."""

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    scores: NDArray[np.float32]


_DTYPES = ("<u8", "<i8", "<i4", "<f4")


def _build_tables(
    texts: Iterable[str], make: Callable[[str, str, int], NDArray[Any]], scratch: Path | None
) -> tuple[_Tables, int]:
    """Fill tables that ``make`` gives by name, type and length; the number of texts comes with them."""
    # A score depends on all texts, so the pairs wait in a file until the last one was read.
    with tempfile.TemporaryFile(dir=scratch) as waiting:
        vocabulary, lengths = _spill(texts, waiting)
        # In the order of their hashes, whatever the order in which terms turned up.
        hashes, numbers = np.unique(
            np.fromiter(map(term_hash, vocabulary), np.uint64, len(vocabulary)), return_inverse=True
        )
        frequencies = np.zeros(len(hashes), dtype=np.int64)
        total = waiting.tell() // _PAIR.itemsize
        for pairs in _blocks(waiting):
            frequencies += np.bincount(numbers[pairs["term"]], minlength=len(hashes))
        tables = _Tables(
            *(
                make(name, dtype, length)
                for name, dtype, length in zip(
                    _Tables._fields,
                    _DTYPES,
                    (len(hashes), len(hashes) + 1, total, total),
                    strict=True,
                )
            )
        )
        tables.terms[:] = hashes
        tables.starts[0] = 0
        tables.starts[1:] = np.cumsum(frequencies)
        weights = np.log1p((len(lengths) - frequencies + 0.5) / (frequencies + 0.5))
        norms = K1 * (1 - B + B * lengths / lengths.mean()) if total else lengths
        ends = tables.starts[:-1].copy()
        for pairs in _blocks(waiting):
            term, row, times = numbers[pairs["term"]], pairs["row"], pairs["times"]
            order = np.argsort(term, kind="stable")
            term, row, times = term[order], row[order], times[order]
            # Where each pair goes: behind those of its term, in order.
            _, firsts, counts = np.unique(term, return_index=True, return_counts=True)
            places = ends[term] + np.arange(len(term)) - np.repeat(firsts, counts)
            tables.rows[places] = row
            tables.scores[places] = weights[term] * times / (times + norms[row])
            ends[term[firsts]] += counts
    return tables, len(lengths)


_PAIR = np.dtype([("term", "i4"), ("row", "i4"), ("times", "i4")])


def _spill(texts: Iterable[str], waiting: BinaryIO) -> tuple[dict[str, int], NDArray[np.int64]]:
    """Write the pairs of terms and texts to a file, terms numbered as they turn up.

    Returns:
        The number of each term, and how many tokens each text has.
    """
    vocabulary: dict[str, int] = {}
    lengths = array("q")
    pairs = array("i")
    for row, text in enumerate(texts):
        tokens = tokenize(text)
        lengths.append(len(tokens))
        for term, times in Counter(tokens).items():
            pairs.extend((vocabulary.setdefault(term, len(vocabulary)), row, times))
        if len(pairs) >= 3 * _PAIRS_AT_A_TIME:
            waiting.write(pairs)
            pairs = array("i")
    waiting.write(pairs)
    return vocabulary, np.array(lengths, dtype=np.int64)


def _blocks(waiting: BinaryIO) -> Iterator[NDArray[np.void]]:
    """Read pairs back, some at a time."""
    waiting.seek(0)
    while data := waiting.read(_PAIRS_AT_A_TIME * _PAIR.itemsize):
        yield np.frombuffer(data, _PAIR)


def term_hash(term: str) -> int:
    """The 64 bits that a term is known by."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
