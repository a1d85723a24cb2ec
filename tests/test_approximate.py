from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest

from index_entries import unit_rows
from zhangju_index import approximate
from zhangju_index.approximate import (
    APPROXIMATE_FROM,
    MIN_RECALL,
    ApproximateVectorStore,
    build_approximate,
    disturbed_rows,
)
from zhangju_index.errors import IndexDamagedError
from zhangju_index.manifest import StoreRecord
from zhangju_index.protocols import FloatMatrix, VectorStore
from zhangju_index.vectors import FlatVectorStore

ROWS, DIMENSION = 6000, 32


def crowded_rows(seed: int, count: int) -> FloatMatrix:
    """Rows as a language model makes them: near one another, and in groups."""
    groups = np.random.default_rng(100).standard_normal((60, DIMENSION))
    generator = np.random.default_rng(seed)
    rows = 3 + groups[generator.integers(0, 60, count)] + 0.5 * generator.standard_normal((count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def exact() -> FlatVectorStore:
    """The rows, compared one by one; some are equal."""
    rows = crowded_rows(0, ROWS)
    rows[1::9] = rows[0]
    return FlatVectorStore(rows)


@pytest.fixture(scope="module")
def built(exact: FlatVectorStore, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, StoreRecord]:
    """Codes of the rows, and what was measured."""
    path = tmp_path_factory.mktemp("approximate") / "codes"
    return path, build_approximate(exact, path, threshold=ROWS)


@pytest.fixture(scope="module")
def store(exact: FlatVectorStore, built: tuple[Path, StoreRecord]) -> ApproximateVectorStore:
    """The rows, found by their codes."""
    path, record = built
    return ApproximateVectorStore.load(exact, path, record.overfetch)


@pytest.mark.parametrize("k", [1, 10, 100, 200])
def test_nearly_all_of_the_best_rows_are_found(
    exact: FlatVectorStore, store: ApproximateVectorStore, k: int
) -> None:
    """For questions it was not measured with, the store keeps what it promised."""
    questions = crowded_rows(1, 200)
    truth, _ = exact.search(questions, k)

    scores, rows = store.search(questions, k)

    assert scores.shape == rows.shape == (200, k)
    assert (scores >= truth[:, -1:]).mean() >= 0.98
    assert all(len(set(row)) == k for row in rows.tolist())


def test_scores_are_those_of_the_exact_store(exact: FlatVectorStore, store: ApproximateVectorStore) -> None:
    """To the last bit, best first, ties in row order: only a row can be missing."""
    questions = np.concatenate([crowded_rows(0, 1), crowded_rows(1, 30)])

    for question, scores, rows in zip(questions, *store.search(questions, 50), strict=True):
        np.testing.assert_array_equal(scores, exact.similarities(question, rows))
        assert (np.lexsort((rows, -scores)) == np.arange(50)).all()


def test_one_by_one_together_and_at_once_it_answers_the_same(store: ApproximateVectorStore) -> None:
    """Neither a batch nor eight threads change a row or a bit."""
    questions = crowded_rows(1, 60)
    scores, rows = store.search(questions, 20)

    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(lambda question: store.search(question[np.newaxis], 20), questions))

    np.testing.assert_array_equal(np.concatenate([one[0] for one in alone]), scores)
    np.testing.assert_array_equal(np.concatenate([one[1] for one in alone]), rows)


def test_parts_side_by_side_find_what_the_whole_finds(
    exact: FlatVectorStore, built: tuple[Path, StoreRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the last part, which is not full; rows with equal codes may take each other's place."""
    questions = disturbed_rows(exact, 40)
    whole = ApproximateVectorStore.load(exact, built[0], 8)
    monkeypatch.setattr(approximate, "_PART_ROWS", 96)
    divided = ApproximateVectorStore.load(exact, built[0], 8)

    assert len(divided._parts) == -(-len(exact) // 96)
    assert sum(part.codes.ntotal for part in divided._parts) == len(exact)
    for question in questions:
        scores, rows = divided.search(question[np.newaxis], 10)
        expected, theirs = whole.search(question[np.newaxis], 10)
        assert np.allclose(scores, expected, atol=1e-3)
        assert len({*rows[0].tolist()} & {*theirs[0].tolist()}) >= 9


def test_a_search_in_some_rows_is_exact(exact: FlatVectorStore, store: ApproximateVectorStore) -> None:
    """A filter costs no recall."""
    questions = crowded_rows(1, 20)
    some = np.arange(5, ROWS, 7)

    for mine, reference in zip(
        store.search(questions, 30, some), exact.search(questions, 30, some), strict=True
    ):
        np.testing.assert_array_equal(mine, reference)


def test_who_asks_for_many_rows_gets_all_of_them(
    exact: FlatVectorStore, store: ApproximateVectorStore
) -> None:
    """A large share of the rows is compared exactly, also more than there are."""
    questions = crowded_rows(1, 3)

    for k in (ROWS // 2, ROWS + 1):
        for mine, reference in zip(store.search(questions, k), exact.search(questions, k), strict=True):
            np.testing.assert_array_equal(mine, reference)


def test_it_takes_the_place_of_the_exact_store(exact: FlatVectorStore, store: ApproximateVectorStore) -> None:
    """Everything but the search is the exact store's own."""
    rows = np.array([7, 3])
    question = crowded_rows(1, 1)[0]

    assert isinstance(store, VectorStore)
    assert (len(store), store.dimension) == (ROWS, DIMENSION)
    np.testing.assert_array_equal(store.vectors(rows), exact.vectors(rows))
    np.testing.assert_array_equal(store.similarities(question, rows), exact.similarities(question, rows))


def test_what_was_measured_is_written_down(built: tuple[Path, StoreRecord]) -> None:
    """The record names the recall at each depth, none below the least."""
    _, record = built

    assert record.kind == "approximate"
    assert record.overfetch >= 1
    assert list(record.recall) == ["10", "100", "200"]
    assert all(MIN_RECALL <= recall <= 1 for recall in record.recall.values())


def test_the_same_rows_give_the_same_codes(
    exact: FlatVectorStore, built: tuple[Path, StoreRecord], tmp_path: Path
) -> None:
    """Training is seeded: a build can be repeated byte by byte."""
    path, record = built

    assert build_approximate(exact, tmp_path / "again", threshold=ROWS) == record
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_row_that_is_there_many_times_takes_no_other_ones_place(tmp_path: Path) -> None:
    """A phrase that stands in every document counts once when rows are proposed."""
    rows = crowded_rows(0, ROWS)
    question = crowded_rows(1, 1)
    best = FlatVectorStore(rows).search(question, 40)[1][0]
    rows = np.concatenate([rows, np.repeat(rows[best[30:31]], 500, axis=0)])
    exact = FlatVectorStore(rows)
    record = build_approximate(exact, tmp_path / "codes", threshold=ROWS)
    store = ApproximateVectorStore.load(exact, tmp_path / "codes", record.overfetch)

    assert set(store.search(question, 30)[1][0]) == set(best[:30])


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_a_small_store_stays_exact(rows: int, tmp_path: Path) -> None:
    """Where comparing all rows is fast, nothing is written and nothing can be missed."""
    store = FlatVectorStore(unit_rows(0, rows))

    record = build_approximate(store, tmp_path / "codes", threshold=APPROXIMATE_FROM)

    assert record == StoreRecord("exact", 0, {})
    assert not list(tmp_path.iterdir())


def test_rows_that_codes_do_not_tell_apart_stay_exact(tmp_path: Path) -> None:
    """Rows closer to one another than codes can say are never searched by codes."""
    generator = np.random.default_rng(0)
    rows = np.ones((3000, DIMENSION)) + 0.01 * generator.standard_normal((3000, DIMENSION))
    # A few rows far away take all sixteen values of each column.
    rows[::50] = generator.standard_normal((60, DIMENSION))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    record = build_approximate(FlatVectorStore(rows.astype(np.float32)), tmp_path / "codes", threshold=1)

    assert record.kind == "exact"
    assert not list(tmp_path.iterdir())


def test_very_few_rows_can_have_codes(tmp_path: Path) -> None:
    """A threshold of nothing fails nowhere, and finds what there is."""
    for count in (0, 1, 15):
        assert (
            build_approximate(FlatVectorStore(unit_rows(0, count)), tmp_path / "none", threshold=0).kind
            == "exact"
        )
    for count in (16, 30):
        exact = FlatVectorStore(unit_rows(0, count))
        record = build_approximate(exact, tmp_path / "codes", threshold=0)
        assert record.kind == "approximate"
        store = ApproximateVectorStore.load(exact, tmp_path / "codes", record.overfetch)
        np.testing.assert_array_equal(
            store.search(unit_rows(1, 2), 3)[1], exact.search(unit_rows(1, 2), 3)[1]
        )


def test_what_cannot_be_searched_is_refused(store: ApproximateVectorStore) -> None:
    """A wrong shape, a wrong k or rows that are no unit vectors never give an answer."""
    question = crowded_rows(1, 1)

    with pytest.raises(ValueError, match="k of at least 1, got 0"):
        store.search(question, 0)
    with pytest.raises(ValueError, match="shape"):
        store.search(question[0], 1)
    with pytest.raises(ValueError, match="unit length"):
        store.search(2 * question, 1)


def test_other_files_are_no_codes(
    exact: FlatVectorStore, built: tuple[Path, StoreRecord], tmp_path: Path
) -> None:
    """An absent file, other bytes, another kind of index or the codes of other rows is damage."""
    with pytest.raises(IndexDamagedError, match="codes in absent"):
        ApproximateVectorStore.load(exact, tmp_path / "absent", 2)
    (tmp_path / "text").write_text("甲乙丙", encoding="utf-8")
    with pytest.raises(IndexDamagedError, match="codes in text"):
        ApproximateVectorStore.load(exact, tmp_path / "text", 2)
    faiss.write_index(faiss.IndexFlatIP(DIMENSION), str(tmp_path / "flat"))
    with pytest.raises(IndexDamagedError, match="expected an IndexPQFastScan"):
        ApproximateVectorStore.load(exact, tmp_path / "flat", 2)
    with pytest.raises(IndexDamagedError, match="codes of 5 rows"):
        ApproximateVectorStore.load(FlatVectorStore(unit_rows(0, 5, DIMENSION)), built[0], 2)
