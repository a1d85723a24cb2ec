"""Finding similar rows among very many: codes of four bits propose rows, the exact rows decide.

Each column gets sixteen values of its own, and each row is kept a second time as the nearest of
them: 192 bytes at 384 columns instead of 1,536. FAISS compares a question with every row in these
codes, 32 rows at a time within the processor's registers (fast scan: André, Kermarrec, Le Scouarnec
2015, "Cache locality is not enough"). Some more rows than are wanted are proposed; they are compared
exactly, so that each score is that of the exact store, and only a row can be missing.

Indexes that look at a part of the rows were tried as well. Vectors of a language model are crowded,
and questions lie apart from the texts they ask about: among 35,000 rows of Chinese laws, inverted
lists had to be searched by a half to find 0.99 of the 200 best for real questions, but by a quarter
to find 0.98 for disturbed rows, which are all that can be measured with when an index is built.
Codes miss a row only by being coarse, wherever the question lies. ``benchmarks/stores.py`` compares
them.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from zhangju_index.cores import cores
from zhangju_index.errors import IndexDamagedError
from zhangju_index.manifest import StoreRecord
from zhangju_index.protocols import FloatMatrix, IntMatrix
from zhangju_index.vectors import FlatVectorStore, FloatVector, IntVector, check_k, one_thread, unit_rows

if TYPE_CHECKING:
    import faiss

__all__ = [
    "APPROXIMATE_FROM",
    "SENTENCES_BELOW",
    "ApproximateVectorStore",
    "build_approximate",
    "disturbed_rows",
]

APPROXIMATE_FROM = 100_000
"""Rows from which a store gets codes. An exact search of so many takes 9 ms on one idle core, 20 to
60 ms on a busy one, and reads 150 MB when they are not in memory yet."""

SENTENCES_BELOW = 100_000
"""Chunks from which sentences propose no chunks: more chunks propose themselves instead.

Sentences are several times as many, so that looking at all of them takes most of the time. What is proposed is scored
by its sentences as ever. Among 59,665 chunks of laws 0.999 of the ten best were the same, and nDCG@10 as high.
Sentences of such an index need no codes, and those that it has are not read.
"""

MIN_RECALL = 0.99
"""Recall that codes must reach when they are made, so that real questions keep 0.98."""

# Values of a column that four bits tell apart; fewer rows cannot train them.
_LEVELS = 16
_DEPTHS = (10, 100, 200)
_OVERFETCH = (4, 8, 16)
# Sixteen values are learnt from few; more rows or rounds take longer and find nothing more.
_TRAINING_ROWS, _TRAINING_ROUNDS = 8192, 10
# Rows proposed besides, for a small k: its few best rows may be crowded as well.
_LEAST = 64
_QUESTIONS = 128
_ROWS_AT_A_TIME = 8192
# Rows that one core looks through; a multiple of the rows that are packed together.
_PART_ROWS = 1 << 18
# Least share of the rows asked for that must differ from one another.
_DIFFERENT = 3 / 4
# From this share of the rows on, comparing all of them costs no more than comparing those proposed.
_LARGE_SHARE = 1 / 4


class ApproximateVectorStore:
    """Rows that are found by their codes; each score is that of ``FlatVectorStore``.

    Deterministic, a batch answers as its questions one by one, and safe to search from several
    threads. The codes are in memory; of the exact rows, those that were proposed are read.

    Args:
        exact: The rows.
        codes: Their codes, in the same order.
        overfetch: Rows proposed for each row wanted.

    Attributes:
        overfetch: The same; while codes are made, one after another is tried.
    """

    def __init__(self, exact: FlatVectorStore, codes: "faiss.IndexPQFastScan", overfetch: int) -> None:
        self._exact = exact
        self._parts = _divided(codes)
        self.overfetch = overfetch

    @classmethod
    def load(cls, exact: FlatVectorStore, path: Path, overfetch: int) -> "ApproximateVectorStore":
        """Read codes that ``build_approximate`` wrote for these rows.

        Raises:
            IndexDamagedError: The file is absent, or does not hold codes of as many rows.
        """
        import faiss

        try:
            codes = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"expected codes in {path.name}, but FAISS cannot read them") from error
        if not isinstance(codes, faiss.IndexPQFastScan):
            raise IndexDamagedError(f"expected an IndexPQFastScan in {path.name}, got {type(codes).__name__}")
        if (codes.ntotal, codes.d) != (len(exact), exact.dimension):
            raise IndexDamagedError(
                f"expected codes of {len(exact):,} rows and {exact.dimension} columns in {path.name},"
                f" got {codes.ntotal:,} and {codes.d}"
            )
        return cls(exact, codes, overfetch)

    def __len__(self) -> int:
        return len(self._exact)

    @property
    def dimension(self) -> int:
        """Columns of every row."""
        return self._exact.dimension

    def vectors(self, rows: IntVector | slice) -> FloatMatrix:
        """Copy some of the stored rows out, in the order asked for."""
        return self._exact.vectors(rows)

    def similarities(self, query: FloatVector, rows: IntVector) -> FloatVector:
        """Compare one query with given rows, as ``FlatVectorStore.similarities`` does."""
        return self._exact.similarities(query, rows)

    def search(
        self, queries: FloatMatrix, k: int, rows: IntVector | None = None
    ) -> tuple[FloatMatrix, IntMatrix]:
        """Find the rows most similar to each query, as ``FlatVectorStore.search`` does, but for few that are missed.

        A search in given rows is exact, and so is one for a large share of all rows.
        """
        if rows is not None:
            return self._exact.search(queries, k, rows)
        queries = unit_rows(queries, self.dimension, "query")
        check_k(k)
        count = min(k, len(self))
        scores = np.empty((len(queries), count), dtype=np.float32)
        found = np.empty((len(queries), count), dtype=np.int64)
        # One by one: FAISS sums a batch in another order, and its codes could rank otherwise.
        for number, query in enumerate(queries):
            scores[number], found[number] = self._search_one(query, k)
        return scores, found

    def _search_one(self, query: FloatVector, k: int) -> tuple[FloatVector, IntVector]:
        wanted = asked = self.overfetch * k + _LEAST
        while asked < _LARGE_SHARE * len(self):
            candidates = self._propose(query[np.newaxis], asked)
            similarities = self._exact.similarities(query, candidates)
            # Equal rows have equal scores. A sentence that stands in every document must not take
            # the places of others, so rows are asked for until enough are different.
            if len(np.unique(similarities)) >= _DIFFERENT * wanted:
                best = np.argsort(-similarities, kind="stable")[:k]
                return similarities[best], candidates[best]
            asked *= 2
        scores, found = self._exact.search(query[np.newaxis], k)
        return scores[0], found[0]

    def _propose(self, query: FloatMatrix, asked: int) -> IntVector:
        """Rows whose codes are nearest, in order; the parts are looked through side by side."""

        def nearest(part: _Part) -> tuple[FloatVector, IntVector]:
            with one_thread():
                scores, rows = part.codes.search(query, min(asked, part.codes.ntotal))
            return scores[0], rows[0] + part.first

        search = map if len(self._parts) == 1 else _pool().map
        scores, rows = map(np.concatenate, zip(*search(nearest, self._parts), strict=True))
        return np.sort(rows[np.argsort(-scores, kind="stable")[:asked]])


class _Part(NamedTuple):
    """Codes of rows that follow one another."""

    first: int
    codes: "faiss.IndexPQFastScan"


def _divided(codes: "faiss.IndexPQFastScan") -> list[_Part]:
    """Divide codes by rows, as many to a part in every process, so that results do not depend on its cores."""
    import faiss

    if codes.ntotal <= _PART_ROWS:
        return [_Part(0, codes)]
    packed = faiss.AlignedTable_to_array(codes.codes)
    # Rows are packed some at a time, half a byte for each value.
    block = codes.bbs * codes.M2 // 2
    parts = []
    for first in range(0, codes.ntotal, _PART_ROWS):
        rows = min(_PART_ROWS, codes.ntotal - first)
        blocks = -(-rows // codes.bbs)
        part = faiss.IndexPQFastScan(codes.d, codes.M, 4, codes.metric_type, codes.bbs)
        part.pq = codes.pq
        part.is_trained = True
        part.ntotal = rows
        # FAISS's types leave this one out.
        setattr(part, "ntotal2", blocks * codes.bbs)  # noqa: B010
        start = first // codes.bbs * block
        faiss.copy_array_to_AlignedTable(packed[start : start + blocks * block].copy(), part.codes)
        parts.append(_Part(first, part))
    return parts


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="zhangju-codes")


def build_approximate(exact: FlatVectorStore, path: Path, *, threshold: int) -> StoreRecord:
    """Write codes for the rows of a store, if it is large and its rows are found by them.

    Memory holds the codes, half a byte for each value, and some thousand rows.

    Args:
        exact: The rows, mapped from their file.
        path: The file of the codes; it is not written where the store stays exact.
        threshold: Rows from which a store gets codes, ``APPROXIMATE_FROM`` in a library.

    Returns:
        What was chosen, with the recall that was measured; the same for the same rows.
    """
    if len(exact) < max(threshold, _LEVELS):
        return StoreRecord()
    import faiss

    codes = _encode(exact)
    questions = disturbed_rows(exact, _QUESTIONS)
    truth = exact.search(questions, max(_DEPTHS))[0]
    store = ApproximateVectorStore(exact, codes, _OVERFETCH[0])
    for overfetch in _OVERFETCH:
        store.overfetch = overfetch
        recall = {str(depth): _recall(store, questions, truth, depth) for depth in _DEPTHS}
        if min(recall.values()) >= MIN_RECALL:
            # FAISS would tell of a full disk by an error of its own.
            path.write_bytes(faiss.serialize_index(codes).data)
            return StoreRecord("approximate", overfetch, recall)
    return StoreRecord()


def _encode(exact: FlatVectorStore) -> "faiss.IndexPQFastScan":
    import faiss

    dimension = exact.dimension
    codes = faiss.IndexPQFastScan(dimension, dimension, 4, faiss.METRIC_INNER_PRODUCT)
    # FAISS would warn on standard error of a sample that it finds small.
    codes.pq.cp.min_points_per_centroid = 1
    codes.pq.cp.niter = _TRAINING_ROUNDS
    with one_thread():
        codes.train(exact.vectors(_sample(exact, _TRAINING_ROWS)))
    for start in range(0, len(exact), _ROWS_AT_A_TIME):
        codes.add(exact.vectors(slice(start, start + _ROWS_AT_A_TIME)))
    return codes


def disturbed_rows(exact: FlatVectorStore, count: int) -> FloatMatrix:
    """Make unit rows as far from the stored ones as questions are: one and most of the difference of two others.

    On sentences of laws the similarity of their nearest row is 0.92 (median), that of real questions 0.91.

    Args:
        exact: The stored rows.
        count: How many to make; fewer come back when fewer are stored.

    Returns:
        The same rows for the same store, shape (min(count, rows), dimension).
    """
    near, other, another = (exact.vectors(_sample(exact, count, seed)) for seed in (1, 2, 3))
    # Less than the whole difference, which can be as long as a row and leave nothing.
    rows = near + 0.9 * (other - another[::-1])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _sample(exact: FlatVectorStore, count: int, seed: int = 0) -> IntVector:
    """Rows in order, the same for the same number of rows; all of them where there are not more."""
    if count >= len(exact):
        return np.arange(len(exact))
    return np.sort(np.random.default_rng(seed).choice(len(exact), count, replace=False))


def _recall(store: ApproximateVectorStore, questions: FloatMatrix, truth: FloatMatrix, depth: int) -> float:
    """Mean share of the ``depth`` best rows that are found; of rows that tie, one is as good as another."""
    depth = min(depth, truth.shape[1])
    found = store.search(questions, depth)[0]
    return round(float((found >= truth[:, depth - 1 : depth]).mean()), 4)
