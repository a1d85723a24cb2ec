import codecs
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index import parsing
from zhangju_index.errors import DocumentError
from zhangju_index.parsing import (
    BUNDLED_ARTICLE,
    bundled_article,
    bundled_article_hash,
    document_from_bytes,
    document_from_parsed,
    document_from_text,
    document_id,
    read_document,
    source_hash,
)
from zhangju_index.values import Document, Parsed

TEXT = "大桥\r\n\r\n桥通车了。\r大家很高兴！\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TEXT.encode(), TEXT),
        (codecs.BOM_UTF8 + TEXT.encode(), TEXT),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), TEXT),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT),
        ("𠮷野家🎉".encode(), "𠮷野家🎉"),
        ("e\u0301ﬁ①".encode(), "e\u0301ﬁ①"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16 little", "UTF-16 big", "beyond the BMP", "not normalised"],
)
def test_a_file_is_read_exactly(tmp_path: Path, data: bytes, text: str) -> None:
    """Line ends and characters stay; a byte-order mark belongs to the encoding."""
    path = tmp_path / "桥.txt"
    path.write_bytes(data)
    document = read_document(path)

    assert document.text == text
    assert document.source == str(path)
    assert document.id == "桥"


def test_any_name_that_the_system_takes_is_read(tmp_path: Path) -> None:
    """Line breaks, controls and bytes that are no UTF-8 are part of the name."""
    for name in ("a\nb.txt", "\x1b[31m.txt", "\u202etxt.md", "a\udcffb.txt", " .txt", "-"):
        path = tmp_path / name
        path.write_text("桥通车了。", encoding="utf-8")
        document = read_document(path)
        assert document.source == str(path)
        assert document.text == "桥通车了。"
        assert document.id.isprintable()


def test_a_document_is_called_by_its_title_or_its_name(tmp_path: Path) -> None:
    """The first title in the text, else the name of the file."""
    titled, bare = tmp_path / "a.md", tmp_path / "bare.txt"
    titled.write_text("# Brewing tea\n\nWater first.\n", encoding="utf-8")
    bare.write_text("桥通车了。", encoding="utf-8")

    assert read_document(titled).title == "Brewing tea"
    assert read_document(bare).title == "bare"
    assert read_document(bare, identifier="chosen").id == "chosen"


def _make(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "file.txt"
    contents: dict[str, bytes] = {
        "empty": b"",
        "blank": "\ufeff \u3000\r\n\t\n".encode(),
        "only format marks": "\u200b\u2060\n".encode(),
        "binary": bytes(range(256)) * 8,
        "zeros": b"abc\0def",
        "an image": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" * 9,
        "controls": b"abc\x01\x02\x03" * 50,
        "an unclear encoding": "caf\xe9".encode("latin-1"),
        "half a character": "桥".encode()[:2],
        "odd UTF-16": codecs.BOM_UTF16_LE + b"abc",
        "huge": b"x" * 2000,
    }
    if kind == "missing":
        return folder / "nothing.txt"
    if kind == "a folder":
        return folder
    if kind == "under a file":
        path.write_bytes(b"x")
        return path / "child.txt"
    if kind == "a pipe":
        os.mkfifo(path)
        return path
    if kind == "a device":
        return Path("/dev/zero")
    if kind == "a broken link":
        path.symlink_to(folder / "nothing.txt")
        return path
    if kind == "a link to itself":
        path.symlink_to(path)
        return path
    if kind == "no name":
        return folder / "a\0b.txt"
    if kind == "far too long a name":
        return folder / ("桥" * 300)
    if kind == "300 MiB":
        with path.open("wb") as file:
            file.truncate(300 * 2**20)

        def refuse_to_read(_: Path) -> bytes:
            raise AssertionError("it must not be read")

        monkeypatch.setattr(Path, "read_bytes", refuse_to_read)
        return path
    if kind == "unreadable":
        path.write_text("桥通车了。", encoding="utf-8")

        def refuse(_: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)  # the superuser may read any file
        return path
    if kind == "huge":
        monkeypatch.setattr(parsing, "MAX_BYTES", 1000)
    path.write_bytes(contents[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "does not exist"),
        ("under a file", "cannot be read"),
        ("a folder", "is a folder"),
        ("a pipe", "is not a regular file"),
        ("a device", "is not a regular file"),
        ("a broken link", "does not exist"),
        ("a link to itself", "cannot be read"),
        ("no name", "is no name of a file"),
        ("far too long a name", "cannot be read"),
        ("300 MiB", "has 300 MiB: files of up to 64 MiB are read"),
        ("unreadable", "cannot be read: Permission denied"),
        ("empty", "is empty"),
        ("blank", "holds no text"),
        ("only format marks", "holds no text"),
        ("binary", "is a binary file"),
        ("zeros", "is a binary file"),
        ("an image", "is an image"),
        ("controls", "is a binary file"),
        ("an unclear encoding", "cannot be told for certain"),
        ("half a character", "cannot be told for certain"),
        ("odd UTF-16", "is UTF-16 text that is damaged"),
        ("huge", "MiB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    kind: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the file, says what is wrong and what to do."""
    path = _make(kind, tmp_path, monkeypatch)

    with pytest.raises(DocumentError) as caught:
        read_document(path)
    message = str(caught.value)
    assert said in message
    assert message.startswith(str(path))
    assert "\n" not in message
    assert ": " in message.removeprefix(str(path))


def test_what_a_file_says_of_itself_is_told_in_one_line() -> None:
    """Line breaks and controls become spaces, what cannot be stored goes, and what is left empty too."""
    parsed = Parsed(
        "桥通车了。", title=" 大桥\r\n\x00\ud800通车\u2028", metadata={"author": "王\t明", "date": "\x1b"}
    )
    document = document_from_parsed(parsed, name="a", source="a.txt")

    assert document.title == "大桥 通车"
    assert document.metadata == {"author": "王 明"}
    assert document_from_parsed(Parsed("桥。", title="\ud800"), name="a", source="a.txt").title == "a"


@pytest.mark.parametrize("text", ["", " \n", "\ufeff", "\u3000\u3000\r\n", "\x1c\x1d", "\u200b"], ids=repr)
def test_text_that_shows_nothing_is_no_document(text: str) -> None:
    """There is nothing to quote in it."""
    with pytest.raises(DocumentError, match="holds no text"):
        document_from_text(text, name="a", source="standard input")


@given(st.text())
def test_a_document_keeps_any_visible_text(text: str) -> None:
    """Whatever is given is kept, or refused as empty; nothing else is raised."""
    try:
        document = document_from_text(text, name="名", source="s")
    except DocumentError:
        assert not any(character.isalnum() for character in text)
    else:
        assert document.text == text
        assert document.title


@given(st.text())
def test_an_id_is_a_short_file_name(name: str) -> None:
    """Letters and digits of any script, joined by hyphens; stable, and never empty."""
    found = document_id(name)

    assert found
    assert len(found) <= 80
    assert found == document_id(name)
    assert all(character.isalnum() or character == "-" or not character.isascii() for character in found)
    assert found[0] != "-"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Annual Report (final)", "annual-report-final"),
        ("关于供暖的通知", "关于供暖的通知"),
        ("\uff21\uff22\uff11", "ab1"),
        ("___", "document"),
        ("", "document"),
    ],
)
def test_ids_read_like_names(name: str, expected: str) -> None:
    """Full-width letters fold, marks become hyphens."""
    assert document_id(name) == expected


def test_a_hash_is_that_of_the_text_in_utf_8() -> None:
    """Anyone can check it with standard tools; lone surrogates do not stop it."""
    document = Document("a", "A", "a.txt", TEXT)

    assert source_hash(document) == hashlib.sha256(TEXT.encode()).hexdigest()
    assert source_hash(Document("b", "B", "b.txt", TEXT)) == source_hash(document)
    assert source_hash(Document("a", "A", "a.txt", TEXT + " ")) != source_hash(document)
    assert len(source_hash(Document("a", "A", "a.txt", "\ud800"))) == 64
    assert bundled_article_hash() == source_hash(bundled_article())


def test_the_bundled_article_comes_with_the_package() -> None:
    """Exactly as supplied, under a stable id."""
    document = bundled_article()
    path = Path(parsing.__file__).parent / "corpus" / f"{BUNDLED_ARTICLE}.txt"

    assert document.id == BUNDLED_ARTICLE
    assert document.text.encode() == path.read_bytes()
    assert document.title.startswith("深刻领会因地制宜")


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("公园开放了\n\n作者：张小山\n\n公园在山上,每天六点开放。\n", "张小山"),
        ("# 公园开放了\n\n文/张小山\n\n公园在山上,每天六点开放。\n", "张小山"),
        ("公园开放了\n\n张小山\n\n公园在山上,每天六点开放。\n", None),
        ("公园开放了\n\n公园在山上,每天六点开放。\n\n作者：张小山说公园很大。\n", None),
    ],
    ids=["text", "markdown", "name alone", "elsewhere"],
)
def test_author_is_read_from_a_byline_that_says_so(text: str, author: str | None) -> None:
    """In every format, where the file does not name one."""
    assert document_from_bytes(text.encode(), source="park.md").metadata.get("author") == author
    given = document_from_parsed(Parsed(text, metadata={"author": "李明"}), name="park", source="park.md")
    assert given.metadata["author"] == "李明"
