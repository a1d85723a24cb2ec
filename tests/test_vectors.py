import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_entries import unit_rows
from zhangju_index.errors import IndexDamagedError
from zhangju_index.protocols import FloatMatrix, VectorStore
from zhangju_index.vectors import FlatVectorStore, VectorFile, cosine_similarities, one_thread, search_exact


@st.composite
def unit_matrices(draw: st.DrawFn, dimension: int, min_rows: int = 0, max_rows: int = 60) -> FloatMatrix:
    """Directions with few different coordinates, so that equal rows and equal scores abound."""
    number = st.integers(-2, 2).map(float)
    row = st.lists(number, min_size=dimension, max_size=dimension).filter(any)
    rows = draw(st.lists(row, min_size=min_rows, max_size=max_rows))
    matrix = np.array(rows, dtype=np.float64).reshape(-1, dimension)
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


@st.composite
def _searches(draw: st.DrawFn) -> tuple[FloatMatrix, FloatMatrix, int]:
    dimension = draw(st.integers(1, 5))
    queries = draw(unit_matrices(dimension, max_rows=25))
    return queries, draw(unit_matrices(dimension)), draw(st.integers(1, 70))


def _assert_same(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> None:
    for mine, reference in zip(one, other, strict=True):
        assert mine.dtype == reference.dtype
        np.testing.assert_array_equal(mine, reference)


@given(search=_searches())
def test_search_equals_exact_search(search: tuple[FloatMatrix, FloatMatrix, int]) -> None:
    """FAISS changes nothing: the same rows, the same scores, ties in row order, to the last bit."""
    queries, vectors, k = search

    _assert_same(FlatVectorStore(vectors).search(queries, k), search_exact(queries, vectors, k))


@given(search=_searches(), data=st.data())
def test_search_in_some_rows_equals_exact_search_in_them(
    search: tuple[FloatMatrix, FloatMatrix, int], data: st.DataObject
) -> None:
    """A filtered search is exact as well, whatever the order and repeats of the rows."""
    queries, vectors, k = search
    rows = data.draw(st.lists(st.integers(0, max(len(vectors) - 1, 0)), max_size=2 * len(vectors)))
    subset = np.unique(np.array(rows, dtype=np.int64))
    scores, places = search_exact(queries, vectors[subset], k)

    found = FlatVectorStore(vectors).search(queries, k, np.array(rows, dtype=np.int64))

    _assert_same(found, (scores, subset[places]))


@pytest.mark.parametrize("k", [1, 10, 300, 3000])
def test_a_large_store_equals_exact_search(k: int) -> None:
    """FAISS takes other ways for many queries, wide rows and large k; none of them shows."""
    vectors = unit_rows(0, 3000, 384)
    vectors[1::7] = vectors[0]
    queries = np.concatenate([vectors[:1], unit_rows(1, 29, 384)])
    store = FlatVectorStore(vectors)

    together = store.search(queries, k)

    _assert_same(together, search_exact(queries, vectors, k))
    for number in range(3):
        _assert_same(
            store.search(queries[number : number + 1], k),
            (together[0][number : number + 1], together[1][number : number + 1]),
        )


def test_scores_are_cosine_similarities() -> None:
    """Values that can be worked out by hand."""
    store = FlatVectorStore(np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], dtype=np.float32))

    scores, rows = store.search(np.array([[1, 0]], dtype=np.float32), 9)

    assert rows.tolist() == [[0, 1, 2, 3]]
    assert scores.tolist() == [pytest.approx([1.0, 0.6, 0.0, -1.0])]
    assert isinstance(store, VectorStore)


@given(search=_searches())
def test_given_rows_score_as_in_a_search(search: tuple[FloatMatrix, FloatMatrix, int]) -> None:
    """Looking at one row alone or finding it gives the same number."""
    queries, vectors, k = search
    store = FlatVectorStore(vectors)
    for query, scores, rows in zip(queries, *store.search(queries, k), strict=True):
        np.testing.assert_array_equal(store.similarities(query, rows), scores)


def test_an_empty_store_finds_nothing() -> None:
    """No rows are a store too, with a dimension that is checked."""
    store = FlatVectorStore(np.empty((0, 6), dtype=np.float32))

    scores, rows = store.search(unit_rows(0, 3), 5)

    assert len(store) == 0
    assert scores.shape == rows.shape == (3, 0)
    with pytest.raises(ValueError, match=r"shape \(n, 6\), got \(3, 4\)"):
        store.search(unit_rows(0, 3, 4), 5)


def test_what_cannot_be_searched_is_refused() -> None:
    """A wrong shape, a wrong k or rows that are no unit vectors never give an answer."""
    store = FlatVectorStore(unit_rows(0, 4))
    query = unit_rows(1, 1)

    with pytest.raises(ValueError, match="k of at least 1, got 0"):
        store.search(query, 0)
    with pytest.raises(ValueError, match="shape"):
        store.search(query[0], 1)
    with pytest.raises(ValueError, match="length nan"):
        store.search(query * np.float32("nan"), 1)
    with pytest.raises(ValueError, match="row 0 has length 2"):
        FlatVectorStore(query * 2)
    with pytest.raises(ValueError, match="dimension of the store"):
        store.similarities(unit_rows(1, 1, 5)[0], np.array([0]))
    with pytest.raises(ValueError, match="dimension of the store"):
        cosine_similarities(query[0], unit_rows(1, 1, 5))
    with pytest.raises(IndexError, match="rows from 0 to 3, got rows from -1 to 2"):
        store.search(query, 1, np.array([2, -1]))
    with pytest.raises(IndexError):
        store.similarities(query[0], np.array([4]))


def test_one_thread_is_for_the_caller_alone() -> None:
    """What FAISS may use is as it was afterwards, and elsewhere all along."""
    before = faiss.omp_get_max_threads()
    with ThreadPoolExecutor(1) as elsewhere, one_thread():
        assert faiss.omp_get_max_threads() == 1
        assert elsewhere.submit(faiss.omp_get_max_threads).result() == before

    assert faiss.omp_get_max_threads() == before


def test_vectors_are_copies() -> None:
    """Nobody can change the store, or read its memory after it is gone."""
    vectors = unit_rows(0, 4)
    store = FlatVectorStore(vectors)
    copy = store.vectors(slice(1, 3))

    copy[:] = 0

    np.testing.assert_array_equal(store.vectors(np.array([3, 1])), vectors[[3, 1]])


@given(sizes=st.lists(st.integers(0, 5), max_size=6))
def test_streamed_file_is_what_faiss_writes(
    sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file written batch by batch has the bytes of FAISS's own, and FAISS reads it."""
    folder = tmp_path_factory.mktemp("vectors")
    vectors = unit_rows(0, sum(sizes))
    index = faiss.IndexFlatIP(6)
    index.add(vectors)
    faiss.write_index(index, str(folder / "faiss"))

    with VectorFile(folder / "streamed", 6) as file:
        for stop, size in zip(np.cumsum(sizes), sizes, strict=True):
            file.append(vectors[stop - size : stop])
    FlatVectorStore(vectors).save(folder / "saved")

    assert (folder / "streamed").read_bytes() == (folder / "faiss").read_bytes()
    assert (folder / "saved").read_bytes() == (folder / "faiss").read_bytes()
    loaded = FlatVectorStore.load(folder / "streamed")
    assert (len(loaded), loaded.dimension) == (len(vectors), 6)
    np.testing.assert_array_equal(loaded.vectors(slice(None)), vectors)
    _assert_same(loaded.search(unit_rows(1, 2), 3), search_exact(unit_rows(1, 2), vectors, 3))


@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6), data=st.data())
def test_a_halved_file_is_what_faiss_writes(
    sizes: list[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Halved before the first row or after the last, it is FAISS's own file of the rounded rows."""
    folder = tmp_path_factory.mktemp("vectors")
    vectors = unit_rows(0, sum(sizes))
    rounded = vectors.astype(np.float16).astype(np.float32)
    index = faiss.IndexScalarQuantizer(6, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(rounded)
    faiss.write_index(index, str(folder / "faiss"))
    halved_at = data.draw(st.integers(0, len(sizes)))

    with VectorFile(folder / "streamed", 6) as file:
        for number, (stop, size) in enumerate(zip(np.cumsum(sizes), sizes, strict=True)):
            if number == halved_at:
                file.halve()
            file.append(vectors[stop - size : stop])
        file.halve()
    loaded = FlatVectorStore.load(folder / "streamed")
    loaded.save(folder / "saved")

    assert sorted(path.name for path in folder.iterdir()) == ["faiss", "saved", "streamed"]
    assert (folder / "streamed").read_bytes() == (folder / "faiss").read_bytes()
    assert (folder / "saved").read_bytes() == (folder / "faiss").read_bytes()
    assert (loaded.half, len(loaded), loaded.dimension) == (True, len(vectors), 6)
    np.testing.assert_array_equal(loaded.vectors(slice(None)), rounded)
    _assert_same(loaded.search(unit_rows(1, 2), 3), search_exact(unit_rows(1, 2), rounded, 3))


def test_rounded_rows_are_found_as_they_were(tmp_path: Path) -> None:
    """The same ten best, but for rows closer than the rounding; ties, subsets and scores as by comparing all."""
    vectors = unit_rows(0, 3000, 384)
    vectors[1::7] = vectors[0]
    queries = np.concatenate([vectors[:1], unit_rows(1, 29, 384)])
    with VectorFile(tmp_path / "half", 384) as file:
        file.append(vectors)
        file.halve()
    store = FlatVectorStore.load(tmp_path / "half")
    rounded = store.vectors(slice(None))

    scores, rows = store.search(queries, 10)
    truth, _ = search_exact(queries, vectors, 10)

    _assert_same((scores, rows), search_exact(queries, rounded, 10))
    # Rounding moves each number by 2**-12 of itself at most, a product of unit rows by no more.
    for query, found, least in zip(queries, rows, truth[:, -1], strict=True):
        assert (cosine_similarities(query, vectors[found]) >= least - 2 * 2**-11).all()
    some = np.arange(0, 3000, 3)
    subset_scores, subset_rows = store.search(queries, 10, some)
    wanted_scores, wanted_rows = search_exact(queries, rounded[some], 10)
    _assert_same((subset_scores, subset_rows), (wanted_scores, some[wanted_rows]))
    np.testing.assert_array_equal(store.similarities(queries[3], rows[3]), scores[3])
    assert 2 * (tmp_path / "half").stat().st_size < 1.01 * 4 * vectors.size


def test_rows_at_the_edge_of_unit_length_can_be_written_again(tmp_path: Path) -> None:
    """What was taken for a unit row still is one once it is rounded."""
    vectors = unit_rows(0, 4000, 16)
    vectors[::2] *= 1.00999
    vectors[1::2] *= 0.99001
    with VectorFile(tmp_path / "half", 16) as file:
        file.halve()
        file.append(vectors)
    store = FlatVectorStore.load(tmp_path / "half")
    assert (vectors.astype(np.float16) != store.vectors(slice(None))).any()

    store.save(tmp_path / "again")

    assert (tmp_path / "again").read_bytes() == (tmp_path / "half").read_bytes()


def test_a_halved_file_that_lacks_rows_is_damaged(tmp_path: Path) -> None:
    """Cut short, or with another count than it has rows, it is never read beyond its end."""
    with VectorFile(tmp_path / "half", 6) as file:
        file.halve()
        file.append(unit_rows(0, 9))
    whole = (tmp_path / "half").read_bytes()

    (tmp_path / "short").write_bytes(whole[:-20])
    (tmp_path / "more").write_bytes(whole[:8] + (99).to_bytes(8, "little") + whole[16:])

    for name in ("short", "more"):
        with pytest.raises(IndexDamagedError, match=name):
            FlatVectorStore.load(tmp_path / name)
    for number, index in enumerate(
        (
            faiss.IndexScalarQuantizer(6, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT),
            faiss.IndexScalarQuantizer(6, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_L2),
        )
    ):
        faiss.write_index(index, str(tmp_path / str(number)))
        with pytest.raises(IndexDamagedError, match="expected an IndexFlatIP"):
            FlatVectorStore.load(tmp_path / str(number))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_loaded_file_is_mapped(tmp_path: Path) -> None:
    """Opening a large store reads none of it, and it outlives its file."""
    vectors = unit_rows(0, 1000)
    FlatVectorStore(vectors).save(tmp_path / "store")

    store = FlatVectorStore.load(tmp_path / "store")

    assert str(tmp_path / "store") in Path("/proc/self/maps").read_text(encoding="utf-8")
    (tmp_path / "store").unlink()
    np.testing.assert_array_equal(store.vectors(slice(None)), vectors)


def test_other_files_are_no_store(tmp_path: Path) -> None:
    """An absent file, other bytes or another kind of FAISS index is damage."""
    with pytest.raises(IndexDamagedError, match="vectors in absent"):
        FlatVectorStore.load(tmp_path / "absent")
    (tmp_path / "text").write_text("甲乙丙", encoding="utf-8")
    with pytest.raises(IndexDamagedError, match="vectors in text"):
        FlatVectorStore.load(tmp_path / "text")
    faiss.write_index(faiss.IndexFlatL2(6), str(tmp_path / "distances"))
    with pytest.raises(IndexDamagedError, match="expected an IndexFlatIP"):
        FlatVectorStore.load(tmp_path / "distances")
