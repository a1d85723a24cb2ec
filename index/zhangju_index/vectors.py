"""Finding the rows most similar to a query: FAISS over a file that is mapped, never loaded.

Every similarity that leaves this module is the dot product of two unit rows, summed in float64
and rounded once to float32. FAISS only proposes rows: its own sums differ in the last bits
between one query and a batch, and between equal rows at different places of a block. Computed
again this way, equal rows have equal scores wherever they stand, a batch answers exactly as its
questions one by one, and ties keep row order.

Rows are kept in float32, or in half precision (IEEE float16) where there are very many: half the
bytes, and FAISS compares a question with all of them in a third of the time. Everything above
holds for the rounded rows. They are given out as float32, and writing them again changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from zhangju_index.errors import IndexDamagedError
from zhangju_index.protocols import FloatMatrix, IntMatrix

if TYPE_CHECKING:
    import faiss

__all__ = [
    "FlatVectorStore",
    "FloatVector",
    "IntVector",
    "VectorFile",
    "check_k",
    "cosine_similarities",
    "one_thread",
    "search_exact",
    "unit_rows",
]

FloatVector = NDArray[np.float32]
IntVector = NDArray[np.int64]
_Rows = NDArray[np.float32] | NDArray[np.float16]

# Embedders that compute in 16 bits are off by some 1e-3; a row that is not meant to be of
# unit length is off by much more.
_UNIT_TOLERANCE = 1e-2
# Rows whose similarities are computed at a time: their products in float64, 200 kB at 384 columns,
# stay in the processor's cache. Of the sizes tried this was the fastest, 8 times as fast as 512.
_BLOCK_ROWS = 64
_NOTHING = np.empty(0, dtype=np.uint8)
# Rows that are rounded at a time.
_ROUNDED_ROWS = 8192


def cosine_similarities(query: FloatVector, vectors: FloatMatrix | NDArray[np.float16]) -> FloatVector:
    """Compare one query with each row of ``vectors``.

    Args:
        query: A unit vector, shape (dimension,).
        vectors: Unit-length rows, shape (n_vectors, dimension).

    Returns:
        Cosine similarities in [-1, 1], shape (n_vectors,).

    Raises:
        ValueError: Query and vectors differ in dimension.
    """
    if query.shape != vectors.shape[1:]:
        raise ValueError(
            f"expected a query of shape {vectors.shape[1:]}, the dimension of the store, got {query.shape}"
        )
    wide = query.astype(np.float64)
    scores = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = vectors[start : start + _BLOCK_ROWS]
        # Row by row: a matrix product would add in an order that depends on where the row stands.
        scores[start : start + len(block)] = np.vecdot(block.astype(np.float64), wide)
    return scores.clip(-1.0, 1.0)


def search_exact(queries: FloatMatrix, vectors: FloatMatrix, k: int) -> tuple[FloatMatrix, IntMatrix]:
    """Find the ``k`` rows of ``vectors`` most similar to each query, by comparing all of them.

    This is the reference that every faster store is tested against. Equal scores keep
    row order, so results repeat from run to run.

    Args:
        queries: Unit-length rows, shape (n_queries, dimension).
        vectors: Unit-length rows, shape (n_vectors, dimension).
        k: Rows to return per query; fewer come back when there are fewer.

    Returns:
        Cosine similarities and row numbers, each of shape (n_queries, min(k, n_vectors)), best first.

    Raises:
        ValueError: ``k`` is below 1, or queries and vectors differ in dimension.
    """
    queries = unit_rows(queries, vectors.shape[1], "query")
    check_k(k)
    count = min(k, len(vectors))
    scores = np.empty((len(queries), count), dtype=np.float32)
    rows = np.empty((len(queries), count), dtype=np.int64)
    for number, query in enumerate(queries):
        similarities = cosine_similarities(query, vectors)
        rows[number] = np.argsort(-similarities, kind="stable")[:count]
        scores[number] = similarities[rows[number]]
    return scores, rows


class FlatVectorStore:
    """All rows in one flat FAISS index: exact, and fast up to some ten thousand rows.

    Safe to search from several threads. A store that was loaded reads its rows from the mapped
    file: the operating system keeps what is used in memory and drops it when memory is short.

    Args:
        vectors: Unit-length rows, shape (n_vectors, dimension); they are copied.

    Attributes:
        half: Whether the rows are kept in half precision.

    Raises:
        ValueError: ``vectors`` is no matrix, or one of its rows is not of unit length.
    """

    def __init__(self, vectors: FloatMatrix) -> None:
        import faiss

        vectors = unit_rows(vectors, None, "vector")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        self._hold(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open a store written by ``save`` or ``VectorFile``: a millisecond, whatever its size.

        Raises:
            IndexDamagedError: The file is absent or does not hold such a store.
        """
        import faiss

        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexDamagedError(f"expected vectors in {path.name}, but FAISS cannot read them") from error
        if not isinstance(index, faiss.IndexFlatIP | faiss.IndexScalarQuantizer) or not _is_kept(index):
            raise IndexDamagedError(
                "expected an IndexFlatIP, or an IndexScalarQuantizer of float16 and inner products,"
                f" in {path.name}, got {type(index).__name__}"
            )
        if index.codes.size() != index.ntotal * index.code_size:
            raise IndexDamagedError(f"expected {index.ntotal:,} rows in {path.name}, got others")
        store = cls.__new__(cls)
        store._hold(index)
        return store

    def _hold(self, index: "faiss.IndexFlatIP | faiss.IndexScalarQuantizer") -> None:
        import faiss

        self._index = index
        # A view of memory that FAISS owns: it must not outlive the index, so only copies leave.
        held = faiss.rev_swig_ptr(index.codes.data(), index.codes.size()) if index.ntotal else _NOTHING
        self.half = not isinstance(index, faiss.IndexFlatIP)
        flat: _Rows = held.view(np.float16) if self.half else held.view(np.float32)
        self._matrix: _Rows = flat.reshape(index.ntotal, index.d)
        self._matrix.flags.writeable = False

    def save(self, path: Path) -> None:
        """Write the store as a FAISS index file."""
        with VectorFile(path, self.dimension) as file:
            if self.half:
                file.halve()
            file.append(self.vectors(slice(None)))

    def __len__(self) -> int:
        return len(self._matrix)

    @property
    def dimension(self) -> int:
        """Columns of every row."""
        return int(self._matrix.shape[1])

    def vectors(self, rows: IntVector | slice) -> FloatMatrix:
        """Copy some of the stored rows out, in the order asked for."""
        return np.array(self._matrix[rows], dtype=np.float32, order="C")

    def similarities(self, query: FloatVector, rows: IntVector) -> FloatVector:
        """Compare one query with given rows, each of them whether near or far.

        Args:
            query: A unit vector, shape (dimension,).
            rows: Row numbers, in any order.

        Returns:
            Cosine similarities, one for each of ``rows``, equal to those of ``search``.

        Raises:
            ValueError: The query has another dimension than the store.
            IndexError: The store holds no such row.
        """
        return cosine_similarities(query, self._matrix[np.asarray(rows, dtype=np.int64)])

    def search(
        self, queries: FloatMatrix, k: int, rows: IntVector | None = None
    ) -> tuple[FloatMatrix, IntMatrix]:
        """Return cosine similarities and row numbers, best first; equal scores keep row order.

        Args:
            queries: Unit-length rows, shape (n_queries, dimension).
            k: Rows to return per query; fewer come back when there are fewer.
            rows: The only rows to consider; all of them when ``None``.

        Returns:
            Two matrices of shape (n_queries, min(k, rows considered)).

        Raises:
            ValueError: ``k`` is below 1, or queries are not unit rows of the store's dimension.
            IndexError: ``rows`` names a row that the store does not hold.
        """
        queries = unit_rows(queries, self.dimension, "query")
        check_k(k)
        subset = None if rows is None else self._subset(rows)
        available = len(self) if subset is None else len(subset)
        count = min(k, available)
        scores = np.empty((len(queries), count), dtype=np.float32)
        found = np.empty((len(queries), count), dtype=np.int64)
        pending = np.arange(len(queries) if count else 0)
        asked = min(2 * count + 16, available)
        # A float32 sum of n products of unit rows is off by at most n times half of eps (Higham,
        # Accuracy and Stability of Numerical Algorithms, section 3.1), so two sums differ from
        # their true order by n times eps at most. Doubled, for rows of almost unit length.
        slack = 2 * self.dimension * float(np.finfo(np.float32).eps)
        while len(pending):
            proposed_scores, proposed_rows = self._propose(queries[pending], asked, subset)
            undecided = []
            for number, near, candidates in zip(pending, proposed_scores, proposed_rows, strict=True):
                if asked < available and near[-1] >= near[count - 1] - slack:
                    # A row that was not proposed could tie with the last one wanted.
                    undecided.append(number)
                    continue
                candidates = np.sort(candidates[near >= near[count - 1] - slack])
                similarities = cosine_similarities(queries[number], self._matrix[candidates])
                best = np.argsort(-similarities, kind="stable")[:count]
                scores[number] = similarities[best]
                found[number] = candidates[best]
            pending = np.array(undecided, dtype=np.int64)
            asked = min(4 * asked, available)
        return scores, found

    def _subset(self, rows: IntVector) -> IntVector:
        subset = np.unique(np.asarray(rows, dtype=np.int64))
        if len(subset) and not 0 <= subset[0] <= subset[-1] < len(self):
            raise IndexError(
                f"expected rows from 0 to {len(self) - 1}, got rows from {subset[0]} to {subset[-1]}"
            )
        return subset

    def _propose(
        self, queries: FloatMatrix, k: int, subset: IntVector | None
    ) -> tuple[FloatMatrix, IntMatrix]:
        import faiss

        with one_thread():
            if subset is None:
                scores, rows = self._index.search(queries, k)
            else:
                # FAISS keeps a bare pointer to the selector: it must live until the search is over.
                selector = faiss.IDSelectorBatch(subset)
                parameters = faiss.SearchParameters()
                parameters.sel = selector
                scores, rows = self._index.search(queries, k, params=parameters)
        return scores.clip(-1.0, 1.0), rows


class VectorFile:
    """Writes rows, batch by batch, to a file that FAISS reads as a flat index.

    Only the batch at hand is in memory. FAISS itself would need all rows at once, twice while
    its buffer grows. The bytes are those that ``faiss.write_index`` writes for the same rows.

    Args:
        path: The file to write; what is there is overwritten.
        dimension: Columns of every row.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        import faiss

        self.path = path
        self.dimension = dimension
        self.rows = 0
        self.half = False
        self._header = faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes()
        self._file: BinaryIO = path.open("wb")
        self._file.write(self._header)

    def append(self, vectors: FloatMatrix) -> None:
        """Add unit-length rows, shape (n_vectors, dimension).

        Raises:
            ValueError: They have another dimension, or one is not of unit length.
        """
        vectors = unit_rows(vectors, self.dimension, "vector")
        self._file.write((_rounded(vectors) if self.half else vectors).data)
        self.rows += len(vectors)

    def halve(self) -> None:
        """Keep all rows in half precision, those that are written and those to come.

        The rows so far are written anew. The file is the same whenever this is called.
        """
        import faiss

        if self.half:
            return
        rounded = self.path.with_name(f"{self.path.name}.half")
        old_header, row_bytes = len(self._header), 4 * self.dimension
        self._header = faiss.serialize_index(
            faiss.IndexScalarQuantizer(
                self.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
        ).tobytes()
        self._file.close()
        with self.path.open("rb") as source, rounded.open("wb") as target:
            target.write(self._header)
            source.seek(old_header)
            while block := source.read(_ROUNDED_ROWS * row_bytes):
                target.write(_rounded(np.frombuffer(block, np.float32).reshape(-1, self.dimension)).data)
        rounded.replace(self.path)
        self.half = True
        self._file = self.path.open("r+b")
        self._file.seek(0, SEEK_END)

    def close(self) -> None:
        """Write how many rows there are, and close the file."""
        if self._file.closed:
            return
        # IndexFlatIP and IndexScalarQuantizer in FAISS 1.13 to 1.15 (faiss/impl/index_write.cpp): a
        # four-letter name, the dimension, the number of rows at byte 8, constants, and right before
        # the rows, as 64 bits, how much follows: in numbers of 32 bits, or in bytes.
        size = self.rows * self.dimension * (2 if self.half else 1)
        with self._file:
            for place, count in ((8, self.rows), (len(self._header) - 8, size)):
                self._file.seek(place)
                self._file.write(np.int64(count).tobytes())

    def abandon(self) -> None:
        """Let go of the file, finished or not."""
        # What is still in the buffer may not fit on the disk.
        with suppress(OSError):
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS compute in the calling thread alone; other threads are not affected.

    Its threads wait for one another by spinning. For one question among 200,000 rows two of them
    took 25 ms on two idle cores where one took 17 ms; on busy cores training took fifteen times as
    long. Questions that come at once use the cores better.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def check_k(k: int) -> None:
    """Refuse a ``k`` below 1 with a ``ValueError``."""
    if k < 1:
        raise ValueError(f"expected k of at least 1, got {k}")


def unit_rows(vectors: FloatMatrix, dimension: int | None, name: str) -> FloatMatrix:
    """Check that every row is a unit vector (so also finite); contiguous float32 comes back."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or (dimension is not None and rows.shape[1] != dimension):
        columns = "dimension" if dimension is None else dimension
        raise ValueError(f"expected {name} rows of shape (n, {columns}), got {rows.shape}")
    lengths = _lengths(rows)
    # Written so that NaN fails too.
    wrong = np.flatnonzero(~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE))
    if len(wrong):
        raise ValueError(
            f"expected {name} rows of unit length, row {wrong[0]} has length {lengths[wrong[0]]:.4g}"
        )
    return rows


def _is_kept(index: "faiss.IndexFlatIP | faiss.IndexScalarQuantizer") -> bool:
    """Whether it is of a kind that a store keeps its rows in."""
    import faiss

    return isinstance(index, faiss.IndexFlatIP) or (
        (index.sq.qtype, index.metric_type) == (faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    )


def _rounded(rows: FloatMatrix) -> NDArray[np.float16]:
    """Round unit rows to half precision; equal rows to equal ones, and what is rounded stays as it is."""
    rounded = rows.astype(np.float16)
    lengths = _lengths(rounded.astype(np.float32))
    # Rounding changes a length by some 2e-4: a row at the edge of what is taken for a unit row must
    # not be refused when it is read and written again.
    for row in np.flatnonzero(~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE)).tolist():
        rounded[row] = rows[row] / np.linalg.norm(rows[row])
    return rounded


def _lengths(rows: FloatMatrix) -> FloatVector:
    lengths: FloatVector = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return lengths
