import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index_entries import CHUNKING, MODEL, make_entry, unit_rows
from zhangju_index import folder
from zhangju_index.entries import IndexEntry
from zhangju_index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnusableError,
    InputError,
    ZhangjuError,
)
from zhangju_index.folder import Index, open_index, salvage_index
from zhangju_index.folder_writer import IndexWriter, write_index
from zhangju_index.generations import claimed
from zhangju_index.parsing import source_hash
from zhangju_index.text_keys import text_keys
from zhangju_index.texts import Texts

ENTRIES = [make_entry("甲"), make_entry("乙", 0), make_entry("丙", 3)]
FILES = [
    "chunks.faiss",
    "chunks.keys",
    "sentences.faiss",
    "sentences.keys",
    "texts.sqlite",
    "words/table.json",
]


def _build(directory: Path, entries: list[IndexEntry] = ENTRIES) -> None:
    extra = {"words/table.json": _count}
    with claimed(directory):
        write_index(directory, entries, model=MODEL, chunking=CHUNKING, extra_files=extra)


@contextmanager
def _writing(directory: Path) -> Iterator[IndexWriter]:
    with claimed(directory), IndexWriter(directory, model=MODEL, chunking=CHUNKING) as writer:
        yield writer


def _count(path: Path, texts: Texts) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"chunks": texts.chunk_count}), encoding="utf-8")


def _holds(index: Index, entries: list[IndexEntry]) -> bool:
    return [document.id for document in index.texts.documents()] == [each.document.id for each in entries]


def _tree(directory: Path) -> dict[str, bytes]:
    paths = directory.rglob("*")
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder with an index of ``ENTRIES``."""
    _build(tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of builds wait for the disk otherwise."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_what_is_opened_is_what_was_written(built: Path) -> None:
    """Documents, sections, chunks, sentences and both kinds of vectors keep their rows."""
    with open_index(built, fingerprint=MODEL.fingerprint) as index:
        for entry in ENTRIES:
            found = index.entry(entry.document.id)
            assert (found.document, found.sections) == (entry.document, entry.sections)
            assert found.chunks == list(entry.chunks)
            np.testing.assert_array_equal(found.chunk_vectors, entry.chunk_vectors)
            np.testing.assert_array_equal(found.sentence_vectors, entry.sentence_vectors)
        assert (index.manifest.model, index.manifest.chunking) == (MODEL, CHUNKING)
        assert [each.title for each in index.manifest.documents] == ["题：甲", "题：乙", "题：丙"]
        assert sorted(index.manifest.files) == FILES
        assert json.loads(index.file("words/table.json").read_bytes()) == {"chunks": 5}
        assert index.file("words").is_dir()
        with pytest.raises(IndexDamagedError, match=r"expected bm25 .* build it again"):
            index.file("bm25")


def test_a_text_goes_by_one_hash(built: Path) -> None:
    """The manifest tells a text by the hash that a build compares to see whether it changed."""
    with open_index(built) as index:
        assert [record.sha256 for record in index.manifest.documents] == [
            source_hash(entry.document) for entry in ENTRIES
        ]


def test_same_build_gives_the_same_bytes(tmp_path: Path) -> None:
    """No time, path or chance gets into an index."""
    _build(tmp_path / "one")
    _build(tmp_path / "another" / "place")

    assert _tree(tmp_path / "one") == _tree(tmp_path / "another" / "place")


def test_entries_may_come_from_another_index(built: Path, tmp_path: Path) -> None:
    """Adding a document takes the others over as they are; the bytes are those of a fresh build."""
    with open_index(built) as old, _writing(tmp_path / "new") as writer:
        for name in "甲乙丙":
            writer.add(old.entry(name))
        writer.commit({"words/table.json": _count})

    assert _tree(tmp_path / "new") == _tree(built)


def test_vectors_are_found_by_text(built: Path) -> None:
    """Each vector comes back for the text it was made of, and for no other."""
    with open_index(built) as index:
        chunks, sentences = index.vectors()
        for entry in ENTRIES:
            held, found = chunks.find(entry.chunk_keys)
            assert held.tolist() == list(range(len(entry.chunks)))
            np.testing.assert_array_equal(found, entry.chunk_vectors)
            held, _ = sentences.find(entry.sentence_keys)
            assert held.tolist() == list(range(len(entry.sentence_keys)))
        for known in (chunks, sentences):
            held, found = known.find(text_keys(["another text"]))
            assert (len(held), found.shape) == (0, (0, MODEL.dimension))


def test_empty_index_opens(tmp_path: Path) -> None:
    """Removing the last document leaves an index that finds nothing."""
    _build(tmp_path / "index", [])

    with open_index(tmp_path / "index") as index:
        assert list(index.texts.documents()) == []
        assert index.chunk_store.search(unit_rows(0, 1), 5)[1].shape == (1, 0)


def test_build_without_commit_changes_nothing(built: Path) -> None:
    """An interrupted build, or vectors that do not fit, leave the old index and nothing else."""
    before = _tree(built)

    with _writing(built) as writer:
        writer.add(ENTRIES[0])
    with pytest.raises(KeyboardInterrupt), _writing(built):
        raise KeyboardInterrupt
    unfit = replace(ENTRIES[0], sentence_vectors=unit_rows(0, 3))
    with pytest.raises(ValueError, match=r"sentence vectors of shape \(4, 6\), got \(3, 6\)"):
        _build(built, [ENTRIES[2], unfit])
    unfit = replace(ENTRIES[0], chunk_keys=ENTRIES[0].sentence_keys)
    with pytest.raises(ValueError, match=r"chunk keys of shape \(2, 2\), got \(4, 2\)"):
        _build(built, [ENTRIES[2], unfit])

    assert _tree(built) == before


def test_failed_first_build_leaves_nothing(tmp_path: Path) -> None:
    """Folders that were made for an index go with it; what was there stays."""
    with _writing(tmp_path / "a" / "index"):
        assert (tmp_path / "a" / "index").is_dir()
    (tmp_path / "empty").mkdir()
    with _writing(tmp_path / "empty"):
        pass

    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


@pytest.mark.parametrize("name", ["current", "manifest.json", *FILES])
@pytest.mark.parametrize("harm", ["first byte", "middle byte", "last byte", "cut", "longer", "empty", "gone"])
def test_any_harm_to_any_file_is_noticed(built: Path, name: str, harm: str) -> None:
    """A damaged index never answers: one line says so, and how to mend it; a new build does."""
    path = built / name if name == "current" else built / "generations" / "000001" / name
    content = path.read_bytes()
    places = {"first byte": 0, "middle byte": len(content) // 2, "last byte": len(content) - 1}
    if harm in places:
        place = places[harm]
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    elif harm == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": content[:-1], "longer": content + b"\0", "empty": b""}[harm])

    expected = IndexMissingError if (name, harm) == ("current", "gone") else IndexDamagedError
    with pytest.raises(expected) as caught:
        open_index(built)

    assert "\n" not in str(caught.value)
    assert f"--index {built}'" in str(caught.value)
    _build(built)
    with open_index(built) as index:
        assert _holds(index, ENTRIES)
    assert len(list((built / "generations").iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "manifest_left", "texts_left", "vectors_left"),
    [
        ("chunks.faiss", True, True, 1),
        ("sentences.keys", True, True, 1),
        ("words/table.json", True, True, 2),
        ("texts.sqlite", True, False, 2),
        ("manifest.json", False, False, 0),
        ("current", False, False, 0),
    ],
)
@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_what_is_whole_is_salvaged(
    built: Path, name: str, harm: str, *, manifest_left: bool, texts_left: bool, vectors_left: int
) -> None:
    """Texts cannot be made again and vectors take long: they come out whole, or not at all."""
    path = built / name if name == "current" else built / "generations" / "000001" / name
    if harm == "gone" and name != "current":
        path.unlink()
    else:
        path.write_bytes(b"?" + path.read_bytes()[1:])

    salvage = salvage_index(built)

    assert (salvage.manifest is not None) == manifest_left
    assert (salvage.texts is not None) == texts_left
    assert len(salvage.vectors) == vectors_left
    if salvage.texts is not None:
        assert list(salvage.texts.documents()) == [entry.document for entry in ENTRIES]
    salvage.close()


def test_large_files_are_compared_by_size_unless_verified(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a large library does not read it whole; ``verify`` does, and finds what else is wrong."""
    monkeypatch.setattr(folder, "_SMALL_BYTES", 100)
    path = built / "generations" / "000001" / "chunks.faiss"
    content = path.read_bytes()

    path.write_bytes(content[:-1] + b"x")
    open_index(built).close()
    with pytest.raises(IndexDamagedError, match=r"the bytes of chunks.faiss as they were written"):
        open_index(built, verify=True)
    path.write_bytes(content[:-1])
    with pytest.raises(IndexDamagedError, match=r"165 bytes in chunks.faiss, got 164"):
        open_index(built)


def test_older_format_is_told(built: Path) -> None:
    """An index that an older version wrote is never misread: the command that mends it is named."""
    path = built / "generations" / "000001" / "manifest.json"
    old = json.loads(path.read_bytes()) | {"format_version": 1}
    for record in old["documents"]:
        del record["file_sha256"], record["read_by"]
    content = json.dumps(old).encode()
    path.write_bytes(content)
    (built / "current").write_text(f"000001 {hashlib.sha256(content).hexdigest()}\n", encoding="ascii")

    with pytest.raises(
        IndexFormatError,
        match=r"format 2 or newer, got 1, written by an older Zhangju; .*'zhangju index rebuild",
    ):
        open_index(built)
    salvage = salvage_index(built)
    assert salvage.texts is not None
    assert list(salvage.texts.documents()) == [entry.document for entry in ENTRIES]
    salvage.close()


def test_newer_format_is_told(built: Path) -> None:
    """An index of a newer Zhangju asks for an upgrade instead of calling itself damaged."""
    path = built / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"format_version": 99}), encoding="utf-8")

    with pytest.raises(IndexFormatError, match=r"got 99, .*upgrade with .* or build it again with 'zhangju"):
        open_index(built)


def test_other_model_is_told(built: Path) -> None:
    """Vectors of another model are never searched."""
    with pytest.raises(
        IndexMismatchError, match=r"other:2, got one of made-up:1; .*--model made-up or build"
    ):
        open_index(built, fingerprint="other:2")


def test_no_index_is_told(tmp_path: Path) -> None:
    """An absent folder, another folder and a file are no index; the command that builds one is named."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "current").mkdir()
    (tmp_path / "file").touch()
    for name in ("absent", "notes", "file", "."):
        with pytest.raises(IndexMissingError, match=r"no index at .* build one with 'zhangju index add"):
            open_index(tmp_path / name)


def test_counts_must_agree(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are each whole, but do not belong together, are damage."""
    monkeypatch.setattr(Texts, "chunk_count", 4)
    with pytest.raises(IndexDamagedError, match="expected 5 chunks, got 4"):
        open_index(built)


@pytest.mark.parametrize(
    "files",
    [
        ["notes.txt"],
        ["current"],
        ["lock"],
        ["lock", "current"],
        ["generations/000001/thesis.txt"],
        ["unfinished/thesis.txt"],
    ],
)
def test_other_folders_are_left_alone(tmp_path: Path, files: list[str]) -> None:
    """A build never touches a folder with anything else in it, whatever the names."""
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine", encoding="utf-8")
    before = _tree(tmp_path)

    with pytest.raises(InputError, match=r"expected an empty folder or an index at .*other files"):
        _build(tmp_path)

    assert _tree(tmp_path) == before


def test_files_beside_an_index_are_left_alone(built: Path) -> None:
    """People put notes into the folder of an index; a rebuild keeps them."""
    (built / "notes.txt").write_text("mine", encoding="utf-8")
    (built / "generations" / "notes").mkdir()
    (built / "unfinished").mkdir()
    (built / "unfinished" / "thesis.txt").write_text("mine", encoding="utf-8")

    _build(built, ENTRIES[:1])

    assert (built / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (built / "generations" / "notes").is_dir()
    assert (built / "unfinished" / "thesis.txt").is_file()


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A path that is a file, or leads through one, is wrong input."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match="expected a folder for the index, got the file"):
        _build(tmp_path / "file")
    with pytest.raises(InputError, match="cannot write the index at"):
        _build(tmp_path / "file" / "index")

    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_second_writer_is_told(built: Path) -> None:
    """Two writers cannot damage an index; reading goes on meanwhile."""
    with _writing(built) as writer:
        for _ in range(2):
            with pytest.raises(IndexBusyError, match=r"only one writing .* wait until it has finished"):
                _build(built)
        with open_index(built) as index:
            assert _holds(index, ENTRIES)
        writer.commit()
    with open_index(built) as index:
        assert _holds(index, [])
    _build(built)


def test_second_writer_of_a_first_build_is_told(tmp_path: Path) -> None:
    """The lock holds from the first moment, and its failing loser removes nothing."""
    with _writing(tmp_path / "index") as writer:
        with pytest.raises(IndexBusyError):
            _build(tmp_path / "index")
        writer.commit()

    open_index(tmp_path / "index").close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_reader_keeps_its_index(built: Path) -> None:
    """Who has an index open goes on with it after it was replaced, and all files but the new are gone."""
    with open_index(built) as index:
        _build(built, ENTRIES[:1])
        assert [each.name for each in (built / "generations").iterdir()] == ["000002"]
        assert list(index.texts.all_chunks()) == [chunk for entry in ENTRIES for chunk in entry.chunks]
        np.testing.assert_array_equal(index.entry("丙").sentence_vectors, ENTRIES[2].sentence_vectors)
        with open_index(built) as newer:
            assert newer.identity != index.identity


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_opening_while_a_build_swaps(built: Path) -> None:
    """An index can be opened at any moment, and is always a whole one."""
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                with open_index(built) as index:
                    if not (_holds(index, ENTRIES) or _holds(index, ENTRIES[:1])):
                        wrong.append(index.manifest)
            except ZhangjuError as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(20):
        _build(built, ENTRIES[: 1 if number % 2 else 3])
    done.set()
    for reader in readers:
        reader.join()

    assert wrong == []


def _broken_builds(*arguments: str | Path) -> list[dict[str, object]]:
    script = Path(__file__).with_name("broken_builds.py")
    # One thread in libraries that start more: a process is not forked safely while they run.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, encoding="utf-8", env=environment
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("mark", [b"", b"Held", None], ids=["none", "part", "whole"])
def test_first_build_that_was_killed_is_gone_on_with(tmp_path: Path, mark: bytes | None) -> None:
    """Whatever of its mark it had written into the lock, the next build knows the folder as ours."""
    if mark is None:
        with claimed(tmp_path):
            mark = (tmp_path / "lock").read_bytes()
    (tmp_path / "lock").write_bytes(mark)

    _build(tmp_path)
    open_index(tmp_path).close()


def test_mark_is_never_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second build over what a killed one left does not empty the lock on its way: it is what tells."""
    with claimed(tmp_path):
        mark = (tmp_path / "lock").read_bytes()
    (tmp_path / "generations").mkdir()
    (tmp_path / "lock").write_bytes(mark)
    monkeypatch.setattr(Path, "write_bytes", _killed)

    with claimed(tmp_path):
        assert (tmp_path / "lock").read_bytes() == mark


def _killed(*_: object) -> None:
    raise AssertionError("the lock is written again")


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.mark.slow
@FORKS
@pytest.mark.parametrize("operation", ["build", "add", "append", "cut", "remove", "rebuild"])
def test_killed_writer_leaves_the_old_index_or_the_new(quick_folder: Path, operation: str) -> None:
    """Killed in every state that the disk goes through, no writer ever leaves anything else."""
    results = _broken_builds("kill", operation, quick_folder)

    for start, before in (("old", "old"), ("nothing", "none")):
        outcomes = [each["there"] for each in results if each["start"] == start]
        swaps = outcomes.index("new") if outcomes else 0
        assert outcomes == [before] * swaps + ["new"] * (len(outcomes) - swaps)
        assert swaps > 20 or not outcomes
    # The next writer finds its way, whatever was left, and cleans up.
    assert {each["after"] for each in results if each["there"] != "new"} == {"new"}
    assert {(each["generations"], each["unfinished"]) for each in results} == {(1, False)}
    assert {each["code"] for each in results} == {None, 0}


@pytest.mark.slow
@FORKS
@pytest.mark.parametrize("operation", ["build"])  # reading fails in SQLite's own errors
def test_failing_disk_leaves_the_old_index_or_the_new(quick_folder: Path, operation: str) -> None:
    """An error of the system at any moment is one typed line, and nothing half-written."""
    results = _broken_builds("fail", operation, quick_folder)

    for each in results:
        assert each["there"] in {{"old": "old", "nothing": "none"}[str(each["start"])], "new"}
        assert each["code"] in {0, 2, 3}
        assert (each["generations"], each["unfinished"]) == (1, False)
        if each["code"] == 2:
            # Before it writes, it reads the index that is there.
            assert str(each["message"]).startswith(
                ("InputError: cannot write", "IndexUnusableError: the index")
            )
            assert "No space left on device" in str(each["message"])
            assert "\n" not in str(each["message"])
        else:
            assert each["there"] == "new"
        # Vectors that were journalled stay for the next build.
        assert set(each["left"]) <= {"lock", "unfinished", "vectors"}
    assert sum(str(each["message"]).startswith("InputError") for each in results) > 100


@FORKS
@pytest.mark.parametrize("operation", ["build", "add"])
def test_full_disk_is_told(tmp_path: Path, operation: str) -> None:
    """When the system refuses to write on, in whichever file, the old index stays."""
    *refused, last = _broken_builds("full", operation, tmp_path)

    assert len(refused) > 5
    for each in refused:
        assert (each["code"], each["there"], each["generations"]) == (2, "old", 1)
        assert str(each["message"]).startswith("InputError: cannot write the index at ")
    assert (last["code"], last["there"]) == (0, "new")


@FORKS
def test_missing_rights_are_told(tmp_path: Path) -> None:
    """A folder that may not be written is wrong input, one that may not be read is unusable."""
    tmp_path.chmod(0o755)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        results = {
            (each["mode"], each["action"]): each for each in _broken_builds("unprivileged", Path(folder))
        }

    for mode in (0o555, 0):
        for action in ("over", "into", "below"):
            assert results[mode, action]["code"] == 2
            assert "InputError: cannot write the index" in str(results[mode, action]["message"])
    assert results[0o555, "open"]["code"] == 0
    assert "IndexUnusableError: the index at" in str(results[0, "open"]["message"])
    assert "Permission denied" in str(results[0, "open"]["message"])


def test_unreadable_folder_keeps_its_class() -> None:
    """What cannot serve exits with 3, what cannot be written with 2."""
    assert issubclass(IndexMissingError, IndexUnusableError)
    assert (IndexUnusableError.exit_code, IndexBusyError.exit_code) == (3, 2)
