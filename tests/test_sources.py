import os
import sys
from pathlib import Path

import pytest

from zhangju_index.errors import DocumentError
from zhangju_index.values import Document
from zhangju_ui.sources import merge_documents, read_documents, text_files


def write(path: Path, text: str = "一句话。") -> Path:
    """Write a text file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def document(identifier: str, source: str, text: str = "一句话。") -> Document:
    """Make a document by hand."""
    return Document(id=identifier, title=identifier, source=source, text=text)


def test_a_folder_gives_its_text_files_in_order(tmp_path: Path) -> None:
    """Sub-folders are searched; hidden files, other formats and links to folders are not."""
    wanted = [write(tmp_path / name) for name in ("a.txt", "b/c.MD", "b/d.markdown")]
    for name in ("e.pdf", ".f.txt", ".git/g.txt"):
        write(tmp_path / name)
    (tmp_path / "loop").symlink_to(tmp_path)

    assert text_files(tmp_path) == wanted


def test_a_folder_without_text_is_an_error(tmp_path: Path) -> None:
    """An index of nothing is not what anyone asked for."""
    with pytest.raises(DocumentError, match="holds no text"):
        text_files(tmp_path)


def test_each_file_is_read_once(tmp_path: Path) -> None:
    """A file named beside its folder is not in the index twice."""
    file = write(tmp_path / "a.txt")

    documents = list(read_documents([file, tmp_path], on_skip=pytest.fail))

    assert [each.source for each in documents] == [str(file)]


def test_a_bad_file_in_a_folder_is_told_and_left_out(tmp_path: Path) -> None:
    """One empty file among many must not keep the others out; nor may it vanish unsaid."""
    write(tmp_path / "good.txt")
    write(tmp_path / "empty.txt", "")
    skipped: list[DocumentError] = []

    documents = list(read_documents([tmp_path], skipped.append))

    assert [each.id for each in documents] == ["good"]
    assert ["empty.txt is empty" in str(error) for error in skipped] == [True]


def test_a_bad_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    """Who names a file wants that file."""
    with pytest.raises(DocumentError, match="does not exist"):
        list(read_documents([tmp_path / "nope.txt"], on_skip=pytest.fail))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_a_folder_whose_name_is_not_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full path is kept as text that an index can hold."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    write(folder / "a.txt")
    monkeypatch.chdir(folder)

    [read] = read_documents([Path("a.txt")], on_skip=pytest.fail)

    assert read.metadata["path"] == f"{tmp_path}{os.sep}caf\\xe9{os.sep}a.txt"


@pytest.mark.skipif(os.name == "nt", reason="Windows makes no such pipes")
def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")

    assert [file.name for file in text_files(tmp_path)] == ["a.txt"]


def test_one_name_in_two_folders_is_two_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed alike in another folder is another file; citations show it as it was typed."""
    held: list[Document] = []
    for folder in ("x", "y"):
        write(tmp_path / folder / "a.txt", f"{folder} 的一句。")
        monkeypatch.chdir(tmp_path / folder)
        held = merge_documents(held, list(read_documents([Path("a.txt")], on_skip=pytest.fail)))

    assert [(each.id, each.source, each.text) for each in held] == [
        ("a", "a.txt", "x 的一句。"),
        ("a-2", "a.txt", "y 的一句。"),
    ]


def test_one_file_by_two_paths_is_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full path, a relative one and its folder all replace what was read from the file before."""
    file = write(tmp_path / "x" / "a.txt")
    monkeypatch.chdir(tmp_path)
    held: list[Document] = []
    for number, path in enumerate([Path("x/a.txt"), file, Path("x"), Path("x/../x/a.txt")]):
        write(file, f"第{number}句。")
        held = merge_documents(held, list(read_documents([path], on_skip=pytest.fail)))

        assert [(each.id, each.text) for each in held] == [("a", f"第{number}句。")]
        assert held[0].source == str(path / "a.txt" if path.is_dir() else path)


def test_documents_of_one_source_are_replaced_and_ids_stay_unique() -> None:
    """Adding a file again updates it; two files of one name stay two documents."""
    old = [document("a", "x/a.txt", "旧。"), document("b", "b.txt")]
    new = [document("a", "x/a.txt", "新。"), document("a", "y/a.txt"), document("a", "z/a.txt")]

    merged = merge_documents(old, new)

    assert [(each.id, each.source) for each in merged] == [
        ("a", "x/a.txt"),
        ("b", "b.txt"),
        ("a-2", "y/a.txt"),
        ("a-3", "z/a.txt"),
    ]
    assert merged[0].text == "新。"
