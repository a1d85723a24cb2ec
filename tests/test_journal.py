import os
from pathlib import Path

import numpy as np
import pytest

from index_entries import unit_rows
from zhangju_index.journal import VectorJournal
from zhangju_index.text_keys import text_keys

TEXTS = ["甲。", "乙。", "丙。", ""]
KEYS = text_keys(TEXTS)
VECTORS = unit_rows(0, len(TEXTS))


def opened(path: Path, fingerprint: str = "made-up:1", dimension: int = 6) -> VectorJournal:
    """The journal of a model of six columns."""
    return VectorJournal(path / "vectors", fingerprint, dimension)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A folder with a journal of ``TEXTS``, as an interrupted build left it."""
    with opened(tmp_path) as journal:
        journal.append(KEYS[:2], VECTORS[:2])
        journal.append(KEYS[2:], VECTORS[2:])
    return tmp_path


def found(journal: VectorJournal) -> list[int]:
    """Which of ``TEXTS`` are found, each with its own vector."""
    held, vectors = journal.vectors().find(KEYS)
    np.testing.assert_array_equal(vectors, VECTORS[held])
    return held.tolist()


def test_vectors_outlive_the_build(journal: Path) -> None:
    """What was written down is found by its text, bit by bit the same, and nothing else is."""
    with opened(journal) as again:
        assert len(again) == len(TEXTS)
        assert found(again) == [0, 1, 2, 3]
        held, vectors = again.vectors().find(text_keys(["丁。"]))
        assert (len(held), vectors.shape) == (0, (0, 6))


def test_a_build_goes_on_with_the_journal(journal: Path) -> None:
    """What a second build adds stands beside what the first left, for it and for a third one."""
    more, vectors = text_keys(["丁。"]), unit_rows(9, 1)
    with opened(journal) as second:
        second.append(more, vectors)
        assert found(second) == [0, 1, 2, 3]
        np.testing.assert_array_equal(second.vectors().find(more)[1], vectors)
    with opened(journal) as third:
        np.testing.assert_array_equal(third.vectors().find(more)[1], vectors)


@pytest.mark.parametrize("cut", [1, 20, 43])
def test_a_torn_end_is_left_out(journal: Path, cut: int) -> None:
    """A build that was killed while writing loses that record alone, and the next goes on behind the others."""
    path = journal / "vectors"
    path.write_bytes(path.read_bytes()[:-cut])

    for _ in range(2):
        with opened(journal) as again:
            assert found(again) == [0, 1, 2]
    with opened(journal) as again:
        again.append(KEYS[3:], VECTORS[3:])
    with opened(journal) as again:
        assert found(again) == [0, 1, 2, 3]


@pytest.mark.parametrize("place", range(64 + 44, 64 + 2 * 44, 5))
def test_a_changed_byte_loses_its_record(journal: Path, place: int) -> None:
    """A vector that is not as it was computed is computed again, however little it is off."""
    path = journal / "vectors"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)

    with opened(journal) as again:
        assert found(again) == [0, 2, 3]


@pytest.mark.parametrize("change", [{"fingerprint": "made-up:2"}, {"dimension": 5}])
def test_another_model_begins_anew(journal: Path, change: dict[str, object]) -> None:
    """Vectors of two models never mix; a journal that holds nothing is not left behind."""
    with opened(journal, **change) as other:  # type: ignore[arg-type]
        assert len(other) == 0
    assert not (journal / "vectors").exists()


@pytest.mark.parametrize("content", [b"", b"zhangju", b"\0" * 64, os.urandom(500)])
def test_another_file_is_written_over(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the journal's place never stops a build."""
    (tmp_path / "vectors").write_bytes(content)
    with opened(tmp_path) as journal:
        journal.append(KEYS, VECTORS)
    with opened(tmp_path) as journal:
        assert found(journal) == [0, 1, 2, 3]


def test_it_is_on_its_way_to_the_disk_at_once(tmp_path: Path) -> None:
    """A process that is killed leaves every vector it had: none waits in its memory."""
    with opened(tmp_path) as journal:
        journal.append(KEYS[:1], VECTORS[:1])
        assert (tmp_path / "vectors").stat().st_size == 64 + (16 + 4 + 6 * 4)
