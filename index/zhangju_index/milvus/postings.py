"""The keyword search in a store: which chunks hold a term, in blocks that any server can keep.

Servers before 2.5 have no BM25, and none has one that counts as ours does, so the server only keeps
what is counted: for each term, by its hash, blocks of chunks that hold it, how often, and how many
tokens each has. What is asked of it is equality of numbers. Scores are computed where the question
is asked, from the same figures and in the same order of sums as in ``zhangju_index.lexical``, so
that they are the same to the last bit.

A block is never changed. A changed one is written once more, under the revision that it is born in,
and counts from the moment that this revision is published; the former one is removed afterwards.
"""

import base64
import math
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from zhangju_index.lexical import bm25_ratios, term_hash, tokenize
from zhangju_index.milvus.client import Client, Row, quoted
from zhangju_index.milvus.schema import MARKER, in_list
from zhangju_index.vectors import FloatVector

__all__ = [
    "BLOCK_FIELDS",
    "Block",
    "Corpus",
    "Entries",
    "PostingsWriter",
    "Scorer",
    "current_blocks",
    "entries_of",
    "outdated_blocks",
    "pack_entries",
    "signed",
    "unpack_entries",
]

BLOCK_ENTRIES = 2048
"""Chunks in a block, at most: 16 bytes each, in letters, stay below the 65,535 of a string."""

_TERMS_AT_A_TIME = 1000
# Files that entries wait in, by the upper bits of their term: memory holds one of them.
_BUCKETS = 64
_BUFFERED = 200_000

ENTRY = np.dtype([("chunk", "<i8"), ("times", "<u4"), ("tokens", "<u4")])
_WAITING = np.dtype([("term", "<u8"), ("chunk", "<i8"), ("times", "<u4"), ("tokens", "<u4")])
Entries = NDArray[np.void]


class Block(NamedTuple):
    """A block as the index of a term knows it, without its entries."""

    key: str
    term: int
    number: int
    born: int
    size: int
    first: int
    last: int


class Corpus(NamedTuple):
    """What BM25 needs to know of all chunks: how many there are, and their tokens."""

    chunks: int
    tokens: int


BLOCK_FIELDS = ("key", "term", "block", "born", "count", "first", "last")


def current_blocks(
    client: Client, collection: str, terms: Iterable[int], revision: int, *, strong: bool = False
) -> dict[int, list[Block]]:
    """The blocks of some terms that count in a revision, in order of their chunks.

    Args:
        client: The store.
        collection: Name of the collection of terms.
        terms: Signed hashes of the terms.
        revision: The revision.
        strong: Whether to wait for all that was written before.
    """
    youngest: dict[tuple[int, int], Block] = {}
    wanted = list(terms)
    for start in range(0, len(wanted), _TERMS_AT_A_TIME):
        part = wanted[start : start + _TERMS_AT_A_TIME]
        where = f"{in_list('term', part)} and born <= {revision}"
        rows: Iterable[Row]
        if len(part) > 100:
            # Many terms have more blocks together than one answer holds.
            rows = client.scan(collection, where, BLOCK_FIELDS, strong=strong, batch=4000)
        else:
            rows = client.query(collection, where, BLOCK_FIELDS, strong=strong)
        for row in rows:
            block = Block(*(row[name] for name in BLOCK_FIELDS))
            place = (block.term, block.number)
            if place not in youngest or youngest[place].born < block.born:
                youngest[place] = block
    found: dict[int, list[Block]] = {}
    for place in sorted(youngest):
        if youngest[place].size:
            found.setdefault(place[0], []).append(youngest[place])
    return found


def entries_of(client: Client, collection: str, blocks: Sequence[Block]) -> dict[str, Entries]:
    """Read the entries of blocks, by their keys."""
    found: dict[str, Entries] = {}
    for start in range(0, len(blocks), 200):
        keys = [quoted(block.key) for block in blocks[start : start + 200]]
        for row in client.query(collection, in_list("key", keys), ("key", "data")):
            found[row["key"]] = unpack_entries(row["data"])
    return found


def pack_entries(entries: Entries) -> str:
    """Write entries as letters, compressed where that makes them fewer.

    Chunks rise, so their differences are small, and bytes of one place lie together.
    """
    columns = np.empty(len(entries), ENTRY)
    columns["chunk"] = np.diff(entries["chunk"], prepend=0)
    columns["times"], columns["tokens"] = entries["times"], entries["tokens"]
    data = columns.tobytes()
    turned = np.frombuffer(data, np.uint8).reshape(len(entries), ENTRY.itemsize).T.tobytes()
    packed = zlib.compress(turned, 6)
    letter, data = ("z", packed) if len(packed) < len(data) else ("r", data)
    return letter + base64.b64encode(data).decode("ascii")


def unpack_entries(text: str) -> Entries:
    """Read what ``pack_entries`` wrote."""
    data = base64.b64decode(text[1:])
    if text[0] == "z":
        turned = np.frombuffer(zlib.decompress(data), np.uint8)
        data = turned.reshape(ENTRY.itemsize, -1).T.tobytes()
    entries = np.frombuffer(data, ENTRY).copy()
    entries["chunk"] = np.cumsum(entries["chunk"])
    return entries


def signed(term: str) -> int:
    """The hash of a term as a store keeps it, whose integers have a sign."""
    return int(np.uint64(term_hash(term)).astype(np.int64))


class Scorer:
    """BM25 over chunks whose figures are known: the values of ``zhangju_index.lexical``.

    Args:
        corpus: All chunks.
        frequencies: Chunks that hold each term of the question.
    """

    def __init__(self, corpus: Corpus, frequencies: Mapping[str, int]) -> None:
        self.corpus = corpus
        self.frequencies = frequencies
        # As the mean of an array of whole numbers is computed.
        self._mean = corpus.tokens / corpus.chunks if corpus.chunks else 1.0

    def shares(self) -> dict[str, float]:
        """Share of each term in what the question asks for."""
        terms = sorted(self.frequencies)
        weights = [self._weight(self.frequencies[term]) for term in terms]
        total = sum(weights)
        return {term: weight / total for term, weight in zip(terms, weights, strict=True)}

    def most(self, shares: Mapping[str, float]) -> np.float32 | None:
        """The most that a text could score; None where no chunk holds any term."""
        for term, share in shares.items():
            if self.frequencies.get(term):
                return np.float32(self._weight(self.frequencies[term]) / share)
        return None

    def bound(self, term: str) -> float:
        """More than a term adds to the score of any chunk."""
        return self._weight(self.frequencies[term])

    def scores(self, term: str, times: NDArray[Any], tokens: NDArray[Any]) -> FloatVector:
        """What a term adds to the scores of chunks that hold it so often."""
        frequency = np.int64(self.frequencies[term])
        weight = np.log1p((self.corpus.chunks - frequency + 0.5) / (frequency + 0.5))
        return np.asarray(weight * bm25_ratios(times, tokens, self._mean), dtype=np.float32)

    def _weight(self, frequency: int) -> float:
        return math.log1p((self.corpus.chunks - frequency + 0.5) / (frequency + 0.5))


class PostingsWriter:
    """Gathers what changes in the postings, and writes it as blocks of the next revision.

    Args:
        folder: Where entries may wait in files.
    """

    def __init__(self, folder: Path) -> None:
        self.tokens = 0
        self.entries = 0
        self._files: list[BinaryIO] = []
        self._folder = folder
        self._buffer: list[tuple[int, int, int, int]] = []
        # A few terms make most of any text.
        self._hash = lru_cache(maxsize=1 << 18)(term_hash)

    def add(self, chunk: int, text: str) -> tuple[int, int]:
        """A chunk comes in, whose keyword text is given; its tokens and different terms are returned."""
        tokens = tokenize(text)
        counts = Counter(tokens)
        self._buffer += [(self._hash(term), chunk, times, len(tokens)) for term, times in counts.items()]
        self._spill(_BUFFERED)
        self.tokens += len(tokens)
        self.entries += len(counts)
        return len(tokens), len(counts)

    def remove(self, chunk: int, text: str) -> None:
        """A chunk goes, whose keyword text was this."""
        tokens = tokenize(text)
        terms = set(tokens)
        # Held no times: the mark of what goes.
        self._buffer += [(self._hash(term), chunk, 0, 0) for term in terms]
        self._spill(_BUFFERED)
        self.tokens -= len(tokens)
        self.entries -= len(terms)

    def write(self, client: Client, collection: str, revision: int, *, fresh: bool) -> list[str]:
        """Write the blocks that are born in a revision.

        Args:
            client: The store.
            collection: Name of the collection of terms.
            revision: The next revision, which is not published yet.
            fresh: Whether there are no blocks yet.

        Returns:
            Keys of rows that count no more once the revision is published.
        """
        self._spill(0)
        outdated: list[str] = []
        for file in self._files:
            file.seek(0)
            waiting = np.frombuffer(file.read(), _WAITING)
            waiting = waiting[np.lexsort((waiting["chunk"], waiting["term"]))]
            terms, starts = np.unique(waiting["term"], return_index=True)
            ends = np.append(starts[1:], len(waiting))
            for low in range(0, len(terms), _TERMS_AT_A_TIME):
                part = slice(low, low + _TERMS_AT_A_TIME)
                changes = {
                    int(term.astype(np.int64)): waiting[start:end]
                    for term, start, end in zip(terms[part], starts[part], ends[part], strict=True)
                }
                rows, old = _changed(client, collection, changes, revision, fresh=fresh)
                client.insert(collection, rows)
                outdated += old
        return outdated

    def close(self) -> None:
        """Remove the files."""
        for file in self._files:
            file.close()
        self._files = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _spill(self, allowed: int) -> None:
        if len(self._buffer) <= allowed:
            return
        if not self._files:
            self._files = [tempfile.TemporaryFile(dir=self._folder) for _ in range(_BUCKETS)]  # noqa: SIM115 - closed by ``close``
        waiting = np.array(self._buffer, _WAITING)
        self._buffer = []
        buckets = waiting["term"] // np.uint64(2**64 // _BUCKETS)
        for number in np.unique(buckets):
            self._files[int(number)].write(waiting[buckets == number].tobytes())


def _changed(
    client: Client, collection: str, changes: Mapping[int, Entries], revision: int, *, fresh: bool
) -> tuple[list[Row], list[str]]:
    """New rows of some terms, and the keys of those whose place they take."""
    blocks = {} if fresh else current_blocks(client, collection, changes, revision - 1, strong=True)
    touched: dict[int, list[Block]] = {}
    for term, change in changes.items():
        gone = change["chunk"][change["times"] == 0]
        kept = blocks.get(term, [])
        affected = [b for b in kept if len(gone) and ((b.first <= gone) & (gone <= b.last)).any()]
        if (
            (change["times"] > 0).any()
            and kept
            and kept[-1].size < BLOCK_ENTRIES
            and kept[-1] not in affected
        ):
            affected.append(kept[-1])
        touched[term] = affected
    old = entries_of(client, collection, [block for each in touched.values() for block in each])
    rows: list[Row] = []
    outdated: list[str] = []
    for term, change in changes.items():
        gone, comes = (
            change["chunk"][change["times"] == 0],
            change[change["times"] > 0][list(ENTRY.names or ())],
        )
        number = max((block.number for block in blocks.get(term, [])), default=-1) + 1
        pending = np.array(comes, ENTRY)
        for block in touched[term]:
            entries = old[block.key]
            entries = entries[~np.isin(entries["chunk"], gone)]
            if block is blocks[term][-1]:
                entries = np.concatenate([entries, pending])
                pending = entries[BLOCK_ENTRIES:]
                entries = entries[:BLOCK_ENTRIES]
            rows.append(_row(term, block.number, revision, entries))
            outdated.append(block.key)
            if not len(entries):
                outdated.append(rows[-1]["key"])
        for start in range(0, len(pending), BLOCK_ENTRIES):
            rows.append(_row(term, number, revision, pending[start : start + BLOCK_ENTRIES]))
            number += 1
    return rows, outdated


def _row(term: int, number: int, born: int, entries: Entries) -> Row:
    return {
        "key": f"{term:x}.{number}.{born}",
        "term": term,
        "block": number,
        "born": born,
        "count": len(entries),
        "first": int(entries["chunk"][0]) if len(entries) else 0,
        "last": int(entries["chunk"][-1]) if len(entries) else 0,
        "data": pack_entries(entries),
        "vector": MARKER,
    }


def outdated_blocks(rows: Iterable[Row]) -> Iterator[str]:
    """Keys of rows whose place younger ones have taken, and of blocks that are empty.

    Args:
        rows: Of all blocks.
    """
    youngest: dict[tuple[int, int], Block] = {}
    for row in rows:
        block = Block(*(row[name] for name in BLOCK_FIELDS))
        place = (block.term, block.number)
        before = youngest.get(place)
        if before is None or before.born < block.born:
            youngest[place] = block
        if before is not None:
            yield (before if before.born < block.born else block).key
    for block in youngest.values():
        if not block.size:
            yield block.key
