import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from zhangju_index import parsing
from zhangju_ui.sources import Found, find_sources


def write(path: Path, text: str = "一句话。") -> Path:
    """Write a text file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def find(*names: str | Path, stdin: bytes = b"", **options: Any) -> Found:
    """Look up names as the command line does."""
    return find_sources([str(name) for name in names], io.BytesIO(stdin), **options)


def names_of(found: Found) -> list[str]:
    """What the sources are called."""
    return [source.name for source in found.sources]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let names be short."""
    monkeypatch.chdir(tmp_path)


def test_a_folder_gives_the_files_that_can_be_read(tmp_path: Path) -> None:
    """By name, sub-folders too; what is hidden is left out, and links to folders are not followed."""
    for name in ("b/d.markdown", "b/c.MD", "a.txt", "b/e.html", "b/f.pdf", "b/g.docx"):
        write(tmp_path / "texts" / name)
    for name in (".f.txt", ".git/g.txt", "~$g.docx"):
        write(tmp_path / "texts" / name)
    (tmp_path / "texts" / "loop").symlink_to(tmp_path)

    found = find("texts")

    wanted = ("a.txt", "b/c.MD", "b/d.markdown", "b/e.html", "b/f.pdf", "b/g.docx")
    assert names_of(found) == [str(Path("texts", name)) for name in wanted]
    assert [source.path for source in found.sources] == [Path("texts", name) for name in wanted]
    assert (found.problems, dict(found.left_out)) == ([], {})


def test_files_of_other_formats_are_counted(tmp_path: Path) -> None:
    """What is not read does not vanish unsaid."""
    for name in ("a.txt", "b.xlsx", "c/d.XLSX", "e.jpg", "Makefile"):
        write(tmp_path / "texts" / name)

    found = find("texts")

    assert names_of(found) == [str(Path("texts/a.txt"))]
    assert dict(found.left_out) == {".xlsx": 2, ".jpg": 1, "": 1}


def test_a_folder_without_text_is_a_problem(tmp_path: Path) -> None:
    """An index of nothing is not what anyone asked for; the others named are read."""
    (tmp_path / "nothing").mkdir()
    write(tmp_path / "a.txt")

    found = find("nothing", "a.txt")

    [problem] = found.problems
    assert (problem.outcome, problem.source) == ("refused", "nothing")
    assert problem.reason.startswith("nothing holds no text: expected files that end in .txt, ")
    assert names_of(found) == ["a.txt"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called() -> None:
    """Whether it is there and can be read is found out by whoever reads it."""
    assert names_of(find("notes.log", "nowhere.txt", ".hidden.txt")) == [
        "notes.log",
        "nowhere.txt",
        ".hidden.txt",
    ]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.txt"], ["a.txt", "b.txt"]),
        (["?.txt", "[ab].txt"], ["a.txt", "b.txt"]),
        (["**/*.txt"], ["a.txt", "b.txt", "x/c.txt", "x/y/d.txt"]),
        (["x/**/*.txt"], ["x/c.txt", "x/y/d.txt"]),
        (["x/**"], ["x/c.txt", "x/y/d.txt"]),
        (["x/y/../*"], ["x/y/../c.txt", "x/y/../notes.log", "x/y/../y/d.txt"]),
        (["*.log", "x/*.log"], ["x/notes.log"]),
    ],
    ids=str,
)
def test_patterns_are_spelt_out(tmp_path: Path, patterns: Sequence[str], expected: Sequence[str]) -> None:
    """As a shell does: a folder that fits gives its files, and ``**`` at the end is all that is in it."""
    for name in ("a.txt", "b.txt", "x/c.txt", "x/y/d.txt", "x/notes.log", ".z.txt"):
        write(tmp_path / name)

    assert names_of(find(*patterns)) == [str(Path(name)) for name in expected]


def test_a_pattern_that_fits_nothing_is_a_problem() -> None:
    """A typing error in quotes costs one line."""
    assert [problem.reason for problem in find("*.txt", "x/**").problems] == [
        "*.txt fits no file: check the pattern",
        "x/** fits no file: check the pattern",
    ]


def test_an_address_is_a_problem() -> None:
    """Nothing is fetched from anywhere, and it says so better than that no such file exists."""
    [problem] = find("https://example.org/*.html").problems

    assert problem.reason == "https://example.org/*.html is an address: save the page and name its file"


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_a_name_that_exists_is_no_pattern(tmp_path: Path) -> None:
    """Brackets and stars are common in the names of downloads."""
    for name in ("a[1].txt", "a1.txt", "*.txt"):
        write(tmp_path / name)

    assert names_of(find("a[1].txt")) == ["a[1].txt"]
    assert names_of(find("*.txt")) == ["*.txt"]


def test_each_file_is_named_once(tmp_path: Path) -> None:
    """However it is named, and whatever links lead to it."""
    file = write(tmp_path / "texts" / "a.txt")
    (tmp_path / "link.txt").symlink_to(file)
    (tmp_path / "folder").symlink_to(file.parent)
    (tmp_path / "hard.txt").hardlink_to(file)

    found = find("texts/a.txt", file, "texts", "./texts/../link.txt", "folder", "hard.txt", "*.txt")

    assert names_of(found) == [str(Path("texts/a.txt"))]


def test_two_files_of_one_text_are_two(tmp_path: Path) -> None:
    """A copy is no link."""
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")

    assert names_of(find("a.txt", "b.txt")) == ["a.txt", "b.txt"]


def test_standard_input_is_read_once_and_has_a_name() -> None:
    """The ending of the name tells the format."""
    [source] = find("-", "-", stdin="# 标题".encode(), stdin_name="页.md").sources
    assert (source.name, source.path, source.data) == ("页.md", None, "# 标题".encode())

    [source] = find("-", stdin=b"text").sources
    assert source.name == "stdin"


@pytest.mark.parametrize(("data", "words"), [(b"", "stdin is empty"), (b"12345", "more than 0 MiB")])
def test_standard_input_that_cannot_be_read_is_a_problem(
    data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more is read of an endless pipe than files may be large."""
    monkeypatch.setattr(parsing, "MAX_BYTES", 4)

    found = find("-", stdin=data)

    assert found.sources == []
    assert [words in problem.reason for problem in found.problems] == [True]


def test_an_index_among_its_sources_is_left_out(tmp_path: Path) -> None:
    """``index add . --index my-index`` reads what people wrote, not what the index is made of."""
    write(tmp_path / "a.txt")
    write(tmp_path / "my-index" / "generations" / "notes.txt")
    write(tmp_path / "my-index" / "texts.sqlite")

    found = find(".", index=Path("my-index"))

    assert names_of(found) == ["a.txt"]
    assert not found.left_out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_names_that_are_not_utf8_are_text(tmp_path: Path) -> None:
    """What an index and a terminal can hold; the file itself is still found."""
    file = write(tmp_path / os.fsdecode(b"caf\xe9.txt"))

    [source] = find(".").sources

    assert (source.name, source.path) == ("caf\\xe9.txt", Path(file.name))


@pytest.mark.skipif(os.name == "nt", reason="Windows makes no such pipes and links")
def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever; a link that leads nowhere is told by whoever reads it."""
    write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")

    assert names_of(find(".")) == ["a.txt", "broken.txt"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may do everything is refused nothing")
def test_a_folder_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    """Its files do not vanish unsaid."""
    write(tmp_path / "texts" / "a.txt")
    write(tmp_path / "texts" / "secret" / "b.txt")
    (tmp_path / "texts" / "secret").chmod(0)
    try:
        found = find("texts")
    finally:
        (tmp_path / "texts" / "secret").chmod(0o755)

    assert names_of(found) == [str(Path("texts/a.txt"))]
    assert ["secret cannot be read" in problem.reason for problem in found.problems] == [True]
