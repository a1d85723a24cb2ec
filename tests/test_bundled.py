import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from zhangju import bundled
from zhangju.bundled import bundled_index_folder, ensure_bundled_index
from zhangju.retriever import Retriever
from zhangju_index.build import build_index
from zhangju_index.chunking import ChunkSettings
from zhangju_index.errors import IndexBusyError, InputError
from zhangju_index.folder import open_index
from zhangju_index.folder_writer import write_index
from zhangju_index.generations import claimed
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.toy import ToyEmbedder

EMBEDDER = ToyEmbedder()


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tests away from the data of whoever runs them, and from the real model."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
    return tmp_path / "data"


def builds(folder: Path, embedder: ToyEmbedder = EMBEDDER) -> bool:
    """Make sure of the index, and return whether it was built for that."""
    calls: list[tuple[int, int, str]] = []
    ensure_bundled_index(folder, embedder, lambda *call: calls.append(call))
    with open_index(folder, fingerprint=embedder.fingerprint) as index:
        assert list(index.texts.documents()) == [bundled_article()]
        assert index.manifest.chunking == ChunkSettings().to_json()
    return bool(calls)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have places of their own")
def test_the_folder_is_in_the_data_home(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_DATA_HOME says where; without it, where the specification says."""
    assert bundled_index_folder() == data_home / "zhangju" / "article"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert bundled_index_folder() == Path("/home/somebody/.local/share/zhangju/article")


def test_each_model_has_its_own_folder() -> None:
    """Going from one model to another and back builds nothing again, whatever a model is called."""
    names = [None, "article", "intfloat/multilingual-e5-large", "./models/mine", "../../etc"]
    folders = [bundled_index_folder(name) for name in names]

    assert len(set(folders)) == len(folders)
    assert {folder.parent for folder in folders} == {bundled_index_folder().parent}


def test_it_is_built_when_missing_and_then_kept(data_home: Path) -> None:
    """The first use builds; the second opens what is there."""
    folder = bundled_index_folder()

    assert not folder.exists()
    assert builds(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert not builds(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_retriever_without_a_folder_opens_it() -> None:
    """``Retriever.open()`` answers from the bundled article on a fresh machine."""
    with Retriever.open() as retriever:
        assert retriever.documents == (bundled_article(),)
        assert retriever.search("武进重点布局哪些未来产业？")
    assert (bundled_index_folder() / "current").is_file()


def test_another_article_is_replaced() -> None:
    """An index of an older text of the article does not answer for the newer one."""
    folder = bundled_index_folder()
    article = bundled_article()
    changed = document_from_text(article.text + "完。", name=article.id, source=article.source)
    build_index([changed], folder, EMBEDDER)

    assert builds(folder)
    assert not builds(folder)


def test_a_second_document_is_replaced() -> None:
    """The bundled article's index holds the article alone."""
    folder = bundled_index_folder()
    other = document_from_text("别的文章。", name="other", source="other.txt")
    build_index([bundled_article(), other], folder, EMBEDDER)

    assert builds(folder)


def test_other_settings_are_replaced() -> None:
    """Chunks are those of the installed version."""
    folder = bundled_index_folder()
    build_index([bundled_article()], folder, EMBEDDER, settings=ChunkSettings(max_characters=100))

    assert builds(folder)
    assert not builds(folder)


def test_another_model_is_replaced() -> None:
    """Vectors are those of the model that will be asked."""
    folder = bundled_index_folder()
    assert builds(folder)
    assert builds(folder, ToyEmbedder(dimension=32))
    assert builds(folder)


def test_another_version_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade the article is divided by the new version's rules."""
    folder = bundled_index_folder()
    monkeypatch.setattr("zhangju_index.folder_writer.version", lambda name: "0.0.1")
    build_index([bundled_article()], folder, EMBEDDER)
    monkeypatch.undo()

    assert builds(folder)
    assert not builds(folder)


def test_a_newer_format_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Going back to an older version works too."""
    folder = bundled_index_folder()
    assert builds(folder)
    monkeypatch.setattr("zhangju_index.manifest.FORMAT_VERSION", 0)
    assert not bundled._fits(folder, EMBEDDER)


@pytest.mark.parametrize("name", ["current", "manifest.json", "texts.sqlite", "starts.npy"])
def test_a_damaged_one_is_built_again(name: str) -> None:
    """Nobody has to know where the index lies to mend it."""
    folder = bundled_index_folder()
    assert builds(folder)
    (path,) = folder.rglob(name)
    path.write_bytes(path.read_bytes()[:-1])

    assert builds(folder)
    assert not builds(folder)


def test_one_without_all_its_files_is_built_again() -> None:
    """An index of a version that kept less does not answer."""
    folder = bundled_index_folder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "zhangju_index.build.write_index",
            lambda *places, extra_files, common_files, **options: write_index(*places, **options),
        )
        build_index([bundled_article()], folder, EMBEDDER)

    assert builds(folder)
    assert not builds(folder)


def test_two_processes_at_once_leave_one_index(data_home: Path) -> None:
    """Opening the page twice on a fresh machine is no error in either."""
    script = (
        "from zhangju.bundled import *; from zhangju_index.toy import ToyEmbedder;"
        "from zhangju_index.folder import open_index;"
        "ensure_bundled_index(bundled_index_folder(), ToyEmbedder());"
        "print(open_index(bundled_index_folder()).manifest.counts.documents)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        assert process.communicate() == (b"1\n" if os.name != "nt" else b"1\r\n", b"")


def test_it_takes_over_from_a_process_that_gave_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a build that never comes builds it."""
    folder = bundled_index_folder()
    other = ExitStack()
    other.enter_context(claimed(folder))

    # In place of the pause: the other process ends in it.
    monkeypatch.setattr(bundled, "sleep", lambda seconds: other.close())
    assert builds(folder)


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs is told of, with the folder."""
    pauses: list[float] = []
    monkeypatch.setattr(bundled, "sleep", pauses.append)
    monkeypatch.setattr(bundled, "_PATIENCE", 3)
    folder = bundled_index_folder()
    with claimed(folder), pytest.raises(IndexBusyError, match=f"{folder}.*try again"):
        ensure_bundled_index(folder, EMBEDDER)
    assert pauses == [1, 1, 1]


def test_a_data_home_that_cannot_be_written_is_one_clear_error(data_home: Path) -> None:
    """The message names the folder, and the option that goes around it."""
    data_home.write_text("a file, not a folder", encoding="utf-8")

    with pytest.raises(InputError, match=r"cannot write the index at .*data.*--index") as caught:
        Retriever.open()
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_home(data_home: Path) -> None:
    """Without the right to write, an index that is there still answers, and a missing one is told."""
    folder = bundled_index_folder()
    assert builds(folder)
    data_home.chmod(0o500)
    folder.parent.chmod(0o500)
    try:
        assert not builds(folder)
        with pytest.raises(InputError, match="cannot write the index"):
            ensure_bundled_index(bundled_index_folder("another"), EMBEDDER)
    finally:
        data_home.chmod(0o700)
        folder.parent.chmod(0o700)
