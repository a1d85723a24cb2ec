"""Keyword search that understands Chinese: BM25 over characters, their pairs, and words.

Tokenisers that split on spaces turn a Chinese sentence into one token and find nothing. Here a run of
Han, kana, hangul or Thai gives its single characters and its pairs, which needs no dictionary and finds
every exact term; other scripts give words. Text is folded first (NFKC, case, digits of every script,
marks that are mostly left out in writing, traditional characters to simplified ones), so spellings of one
word meet. Tokens are for matching only: offsets never come from folded text.

What is kept are the counts that BM25 is made of, in Lucene's variant (Kamphuis et al. 2020); each
score is computed when it is asked for, so that texts that come or go touch no table of the others.
A folder holds the counts of some texts as mapped NumPy arrays:

    terms.npy    64-bit hash of each term, rising
    starts.npy   where the column of each term starts in the two below, and where the last one ends
    rows.npy     texts that hold the term, rising
    kinds.npy    which of the pairs below says how often a text of so many tokens holds it
    times.npy    how often
    tokens.npy   of how many tokens
    lengths.npy  tokens of each text

A term's score depends on nothing but how often a text holds it and how long that is, and there are
some thousand such pairs among millions of entries: a question computes them for each of its terms.

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
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["K1", "B", "LexicalIndex", "bm25_ratios", "highest", "term_hash", "terms_within", "tokenize"]

K1, B = 1.2, 0.75

# Before a column is read that holds this share of all texts, it is asked whether it must be: to go through
# all sums takes as long as to read so many entries. Looking a text up in it takes as long as reading so many.
_LOOKING_THROUGH, _LOOKING_UP = 1 / 16, 16
# Share of all that could be scored by which sums in another order may differ, and more.
_SLACK = 1e-5
# Stretches that scores are divided into for each that is asked for.
_STRETCHES = 8

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
_COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d)")
# 〇 and 々 begin none here: after letters of another script they belong to these.
_UNSPACED_TERM = re.compile(f"[{_UNSPACED}][{_UNSPACED}〇々]?")
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


def terms_within(text: str, terms: Iterable[str]) -> set[str]:
    """Those of some tokens that are among the tokens of ``text``; quicker than all of these."""
    folded, plain = _folded(text)
    found = {term for term in terms if term in folded or term in plain}
    # Within unspaced text every character and pair is a token; a word may also be part of a longer one.
    if all(map(_UNSPACED_TERM.fullmatch, found)) and plain == folded:
        return found
    return found.intersection(tokenize(text))


@lru_cache(maxsize=4096)
def _folded(text: str) -> tuple[str, str]:
    """A sentence folded, as it is and without the commas in numbers; questions on one subject meet the same ones."""
    folded = _fold(text)
    # Numbers lose their commas; those without any are looked for like words.
    return folded, _COMMA_IN_NUMBER.sub("", folded)


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

    def __init__(self, tables: Sequence["_Tables | _ScoredTables"]) -> None:
        self._parts = tuple(tables)
        self._starts = [0, *accumulate(part.texts for part in self._parts)]
        self._rows = self._starts[-1]

    @classmethod
    def build(cls, texts: Iterable[str]) -> Self:
        """Index ``texts`` in memory; their order gives the rows."""
        return cls([_build_tables(texts, lambda name, dtype, length: np.empty(length, dtype), None)])

    @classmethod
    def join(cls, parts: Iterable["LexicalIndex"]) -> Self:
        """Put texts one after the other that were indexed apart, as if they had been indexed as one."""
        return cls([tables for part in parts for tables in part._parts])

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
        # Version 2 of the index format kept scores in the place of counts.
        scored = not (folder / "kinds.npy").exists() and (folder / "scores.npy").exists()
        names = _SCORED_DTYPES if scored else _DTYPES
        arrays: dict[str, NDArray[Any]] = {}
        for name, dtype in names.items():
            table = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            right = {dtype, _MANY_KINDS} if name == "kinds" else {dtype}
            if table.dtype not in map(np.dtype, right) or table.ndim != 1:
                raise ValueError(f"expected {name} of one dimension and type {dtype}, got {table.dtype}")
            # A plain view: slices of a ``memmap`` cost microseconds each.
            arrays[name] = table.view(np.ndarray)
        starts = arrays["starts"]
        pairs = int(starts[-1]) if len(starts) else 0
        lengths = {
            "starts": len(arrays["terms"]) + 1,
            "rows": pairs,
            "kinds": pairs,
            "scores": pairs,
            "tokens": len(arrays.get("times", ())),
            "lengths": rows,
        }
        for name, table in arrays.items():
            length = lengths.get(name, len(table))
            if len(table) != length:
                raise ValueError(f"expected {length:,} values in {name}, got {len(table):,}")
        return cls([_ScoredTables(**arrays, texts=rows) if scored else _Tables(**arrays)])

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
        terms = self._held(shares)
        for term in terms:
            self._add(term, scores)
        return self._covered(scores, terms)

    def coverage_at(self, shares: Mapping[str, float], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """``coverage_of`` in some rows, which rise; terms are looked up there instead of in all texts."""
        scores = np.zeros(len(rows), dtype=np.float32)
        parts = self._divide(rows)
        terms = self._held(shares)
        for term in terms:
            self._add_at(term, parts, scores)
        return self._covered(scores, terms)

    def best(self, shares: Mapping[str, float], count: int) -> NDArray[np.int64]:
        """Rows of the highest ``coverage_of``, at most ``count``, in order; of equal ones the first, and 0 is none.

        The rarest terms are read first. Once those that are left cannot lift a text that holds none of
        the others to the best, they are looked up in the texts that may still be among these alone
        (MaxScore: Turtle and Flood 1995). Most of the entries belong to a few common terms, which are
        not read.
        """
        terms = sorted(self._held(shares), key=lambda term: term.frequency)
        # No text has more of a term than its weight.
        left = [*accumulate((float(term.weight) for term in reversed(terms)), initial=0.0)][::-1]
        slack = _SLACK * left[0]
        scores = np.zeros(self._rows, dtype=np.float32)
        read = 0
        for term in terms:
            if term.frequency >= _LOOKING_THROUGH * self._rows and left[read] < left[0] / 2:
                least = _least(scores, count) - left[read] - slack
                if least > 0:
                    hopeful = np.count_nonzero(scores >= least)
                    if _LOOKING_UP * hopeful <= term.frequency:
                        break
            self._add(term, scores)
            read += 1
        least = _least(scores, count) - left[read] - slack
        rows = np.flatnonzero(scores >= least if least > 0 else scores > 0)
        sums = scores[rows]
        for number, term in enumerate(terms[read:], read + 1):
            self._add_at(term, self._divide(rows), sums)
            kept = _near_best(sums, count, left[number] + slack)
            rows, sums = rows[kept], sums[kept]
        rows = rows[_near_best(sums, count, slack)]
        if len(rows) > count:
            # Sums in the order that everyone else has tell which of the last ones are the best.
            rows = np.sort(rows[highest(self.coverage_at(shares, rows), count)])
        return rows

    def _held(self, shares: Mapping[str, float]) -> "list[_Held]":
        """Those of some terms that a text holds, in their order."""
        held = []
        for share, columns in zip(shares.values(), self._columns(list(shares)), strict=True):
            if frequency := _frequency(columns):
                weight = np.log1p((self._rows - np.int64(frequency) + 0.5) / (frequency + 0.5))
                held.append(_Held(columns, frequency, weight, share))
        return held

    def _add(self, term: "_Held", scores: NDArray[np.float32]) -> None:
        """Add what a term adds to each text."""
        for number, (first, last) in enumerate(term.columns):
            part, start = self._parts[number], self._starts[number]
            if first < last:
                added = part.scores_of(slice(first, last), term.weight, self._ratios[number])
                # Rows of another type would be converted one by one.
                rows = part.rows[first:last].astype(np.intp)
                np.add.at(scores[start : start + part.texts], rows, added)

    def _add_at(self, term: "_Held", parts: "Sequence[_Within]", scores: NDArray[np.float32]) -> None:
        """Add what a term adds to some texts."""
        for number, places, rows in parts:
            first, last = term.columns[number]
            if first == last:
                continue
            part = self._parts[number]
            column = part.rows[first:last]
            entries = np.searchsorted(column, rows)
            held = np.flatnonzero(column.take(entries, mode="clip") == rows)
            added = part.scores_of(first + entries[held], term.weight, self._ratios[number])
            scores[places][held] += added

    def _divide(self, rows: NDArray[np.int64]) -> "list[_Within]":
        """Rising rows as the parts count them."""
        bounds = np.searchsorted(rows, self._starts).tolist()
        # Of the type of a column: a search in one of another type would copy it.
        return [
            (number, slice(first, last), (rows[first:last] - self._starts[number]).astype(np.int32))
            for number, (first, last) in enumerate(pairwise(bounds))
            if first < last
        ]

    def _covered(self, scores: NDArray[np.float32], terms: "Sequence[_Held]") -> NDArray[np.float32]:
        """Sums as shares of the most that a text could score."""
        if not terms:
            return scores
        # A term's weight is its share of it.
        most = self._weight(terms[0].frequency) / terms[0].share
        return np.asarray(scores / np.float32(most), dtype=np.float32)

    def shares(self, question: str) -> dict[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        # Sorted, so that sums come out the same in every process.
        terms = sorted(set(tokenize(question)))
        weights = [self._weight(_frequency(columns)) for columns in self._columns(terms)]
        total = sum(weights)
        return {term: weight / total for term, weight in zip(terms, weights, strict=True)}

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term, as BM25 counts it: the rarer, the heavier."""
        (columns,) = self._columns([term])
        return self._weight(_frequency(columns))

    def _weight(self, frequency: int) -> float:
        return math.log1p((self._rows - frequency + 0.5) / (frequency + 0.5))

    @cached_property
    def _ratios(self) -> list[NDArray[np.float64]]:
        """What a term of weight 1 adds, by kind, in each part."""
        total = sum(int(np.sum(part.lengths, dtype=np.int64)) for part in self._parts)
        mean = total / self._rows if total else 1.0
        return [bm25_ratios(part.times, part.tokens, mean) for part in self._parts]

    def _columns(self, terms: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where the column of each term starts and ends in each part; where no text holds it, 0 and 0."""
        hashes = np.array([term_hash(term) for term in terms], dtype=np.uint64)
        by_part = [part.columns(hashes) for part in self._parts]
        return [[columns[place] for columns in by_part] for place in range(len(terms))]


class _Held(NamedTuple):
    """A term that a text holds."""

    columns: list[tuple[int, int]]
    frequency: int
    weight: np.float64
    share: float


_Within = tuple[int, slice, NDArray[np.int32]]


def highest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the highest scores, at most ``count``, best first; equal ones in order, and 0 is none."""
    least = _least(scores, count)
    places = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    return places[np.argsort(-scores[places], kind="stable")[:count]]


def _near_best(scores: NDArray[np.float32], count: int, distance: float) -> NDArray[np.bool_]:
    """Which scores lie within some distance of the best ``count``."""
    if len(scores) <= count:
        return np.ones(len(scores), dtype=np.bool_)
    return np.asarray(scores >= np.partition(scores, -count)[-count] - distance)


def _least(scores: NDArray[np.float32], count: int) -> float:
    """A score that at least ``count`` reach, and not many more; 0 where fewer are above that.

    As many stretches of the scores have a best one that is no lower. To divide a million scores at
    exactly the one takes twenty times as long.
    """
    length = max(1, len(scores) // (_STRETCHES * count))
    if len(scores) <= count * length:
        return 0.0
    maxima = np.maximum.reduceat(scores, np.arange(0, len(scores), length))
    return float(np.partition(maxima, -count)[-count])


def _frequency(columns: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in columns)


def bm25_ratios(times: NDArray[Any], tokens: NDArray[Any], mean: float) -> NDArray[np.float64]:
    """BM25 for a term of weight 1: the more often a text holds it and the shorter that is, the nearer to 1.

    Args:
        times: How often.
        tokens: Of how many tokens.
        mean: Tokens of a text on average.
    """
    counted = times.astype(np.float64)
    norms = K1 * (1 - B + B * tokens.astype(np.float64) / mean)
    return np.asarray(counted / (counted + norms), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which texts hold which terms: the arrays of the module's docstring."""

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]

    def columns(self, hashes: NDArray[np.uint64]) -> list[tuple[int, int]]:
        places = np.searchsorted(self.terms, hashes)
        return [
            (int(self.starts[place]), int(self.starts[place + 1]))
            if place < len(self.terms) and self.terms[place] == each
            else (0, 0)
            for place, each in zip(places.tolist(), hashes, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Tables(_Columns):
    """Counts of some texts."""

    kinds: NDArray[np.uint32]
    times: NDArray[np.int32]
    tokens: NDArray[np.int32]
    lengths: NDArray[np.int32]

    @property
    def texts(self) -> int:
        return len(self.lengths)

    def scores_of(
        self, entries: slice | NDArray[np.int64], weight: np.float64, ratios: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """What a term adds to the texts of some entries of its column."""
        kinds = self.kinds[entries]
        # Whichever are fewer.
        if len(kinds) < len(ratios):
            return (weight * ratios.take(kinds)).astype(np.float32)
        # Every kind has a ratio: not to check that saves a third.
        return (weight * ratios).astype(np.float32).take(kinds, mode="clip")


@dataclass(frozen=True, slots=True)
class _ScoredTables(_Columns):
    """Scores of all texts of an index, as version 2 of its format kept them."""

    scores: NDArray[np.float32]
    texts: int

    @property
    def times(self) -> NDArray[np.int32]:
        return np.zeros(0, dtype=np.int32)

    tokens = lengths = times

    def scores_of(
        self, entries: slice | NDArray[np.int64], weight: np.float64, ratios: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """What a term adds to the texts of some entries of its column."""
        del weight, ratios
        return self.scores[entries]


_DTYPES = {
    "terms": "<u8",
    "starts": "<i8",
    "rows": "<i4",
    "kinds": "<u2",
    "times": "<i4",
    "tokens": "<i4",
    "lengths": "<i4",
}
_KINDS_IN_TWO_BYTES, _MANY_KINDS = 1 << 16, "<u4"
_SCORED_DTYPES = {"terms": "<u8", "starts": "<i8", "rows": "<i4", "scores": "<f4"}


def _build_tables(
    texts: Iterable[str], make: Callable[[str, str, int], NDArray[Any]], scratch: Path | None
) -> _Tables:
    """Fill tables that ``make`` gives by name, type and length."""
    # A column holds pairs of all texts, so they wait in a file until the last text was read.
    with tempfile.TemporaryFile(dir=scratch) as waiting:
        vocabulary, lengths = _spill(texts, waiting)
        # In the order of their hashes, whatever the order in which terms turned up.
        hashes, numbers = np.unique(
            np.fromiter(map(term_hash, vocabulary), np.uint64, len(vocabulary)), return_inverse=True
        )
        frequencies = np.zeros(len(hashes), dtype=np.int64)
        total = waiting.tell() // _PAIR.itemsize
        # A pair of times and tokens as one number, in the order of both.
        span = int(lengths.max(initial=0)) + 1
        kinds = np.empty(0, dtype=np.int64)
        for pairs in _blocks(waiting):
            frequencies += np.bincount(numbers[pairs["term"]], minlength=len(hashes))
            kinds = np.union1d(kinds, pairs["times"] * np.int64(span) + lengths[pairs["row"]])
        sizes = {
            "terms": len(hashes),
            "starts": len(hashes) + 1,
            "rows": total,
            "kinds": total,
            "times": len(kinds),
            "tokens": len(kinds),
            "lengths": len(lengths),
        }
        dtypes = _DTYPES if len(kinds) <= _KINDS_IN_TWO_BYTES else _DTYPES | {"kinds": _MANY_KINDS}
        tables = _Tables(**{name: make(name, dtype, sizes[name]) for name, dtype in dtypes.items()})
        tables.terms[:] = hashes
        tables.times[:], tables.tokens[:] = np.divmod(kinds, span)
        tables.lengths[:] = lengths
        tables.starts[0] = 0
        tables.starts[1:] = np.cumsum(frequencies)
        ends = tables.starts[:-1].copy()
        for pairs in _blocks(waiting):
            term, row, times = numbers[pairs["term"]], pairs["row"], pairs["times"]
            order = np.argsort(term, kind="stable")
            term, row, times = term[order], row[order], times[order]
            # Where each pair goes: behind those of its term, in order.
            _, firsts, counts = np.unique(term, return_index=True, return_counts=True)
            places = ends[term] + np.arange(len(term)) - np.repeat(firsts, counts)
            tables.rows[places] = row
            tables.kinds[places] = np.searchsorted(kinds, times * np.int64(span) + lengths[row])
            ends[term[firsts]] += counts
    return tables


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
