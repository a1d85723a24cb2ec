import gzip
import io
import lzma
import sqlite3
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.errors import DocumentError
from zhangju_index.formats import PARSERS, choose_parser, parse_bytes
from zhangju_index.formats.foreign import name_foreign_format
from zhangju_index.parsing import document_from_bytes

TEXT = "桥通车了。大家都很高兴，这是一个好日子。\n"
MAIL = "Received: from a by b\r\n  with c\r\nSubject: =?utf-8?b?5qGl?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n5qGl\r\n"


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return buffer.getvalue()


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else TEXT)
    return buffer.getvalue()


def _database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (x)")
        return connection.serialize()


FOREIGN = {
    "an old Office file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "old or a protected Office file",
    ),
    "RTF": (b"{\\rtf1\\ansi \\u26725?}", "Rich Text"),
    "PostScript": (b"%!PS-Adobe-3.0\n", "PostScript"),
    "DjVu": (b"AT&TFORM\0\0\0\x10DJVM", "DjVu"),
    "a Kindle book": (b"A Bridge".ljust(60, b"\0") + b"BOOKMOBI", "e-book"),
    "CAJ": (b"CAJ\0" + bytes(200), "CAJViewer"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
    "BMP": (b"BM" + struct.pack("<IHHI", 70, 0, 0, 54), "an image"),
    "WebP": (b"RIFF\x24\0\0\0WEBPVP8 ", "an image"),
    "HEIC": (b"\0\0\0\x18ftypheic", "an image"),
    "MP3": (b"ID3\x04" + bytes(20), "a transcript"),
    "MP4": (b"\0\0\0\x18ftypmp42", "a transcript"),
    "gzip": (gzip.compress(TEXT.encode()), "unpack it"),
    "xz": (lzma.compress(TEXT.encode()), "unpack it"),
    "tar": (_tar(), "unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "unpack it"),
    "SQLite": (_database(), "a database"),
    "a program": (Path(sys.executable).read_bytes()[:4096], "a program"),
    "a Windows program": (b"MZ\x90\0\x03\0", "a program"),
    "a font": (b"OTTO\0\x0b\0\x80", "a font"),
    "an e-mail": (MAIL.encode(), "an e-mail"),
    "a web archive": (MAIL.replace("text/plain", "multipart/related").encode(), "MHTML"),
    "EPUB": (_zip("mimetype", "OEBPS/a.xhtml"), "EPUB"),
    "a spreadsheet": (_zip("xl/workbook.xml"), "Excel"),
    "slides": (_zip("ppt/presentation.xml"), "PowerPoint"),
    "ZIP": (_zip("a.txt"), "unpack it"),
    "an empty ZIP": (_zip(), "unpack it"),
}


@pytest.mark.parametrize("suffix", [".txt", ".md", ".pdf", ".docx", ""])
@pytest.mark.parametrize("name", FOREIGN)
def test_other_formats_are_named_and_refused(name: str, suffix: str) -> None:
    """Whatever such a file is called: one line that says what it is and what to do."""
    data, said = FOREIGN[name]
    with pytest.raises(DocumentError) as caught:
        parse_bytes(data, f"file{suffix}")

    message = str(caught.value)
    assert message.startswith(f"file{suffix} is ")
    assert said in message
    assert ": " in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("data", "source", "expected"),
    [
        (b"%PDF-1.7\n", "a.txt", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.7\n", "a", "pdf"),
        (b"noise %PDF-1.7", "a.pdf", "pdf"),
        (b"noise %PDF-1.7", "a.txt", "text"),
        (b"PK\x03\x04", "a.pdf", "docx"),
        (b"<!DOCTYPE html><p>x", "a.txt", "html"),
        (b"\xef\xbb\xbf\n<HTML lang='zh'>", "a.md", "html"),
        (b"<?xml version='1.0'?>\n<!-- a --><!-- b -->\n<html xmlns='x'>", "a", "html"),
        ("<html><p>桥".encode("utf-16"), "a.txt", "html"),
        (b"<p>x</p>", "a.txt", "text"),
        (b"<p>x</p>", "a.HTM", "html"),
        (b"<htmlx>", "a.txt", "text"),
        ("# 桥".encode("utf-16"), "a.md", "markdown"),
        (b"# x", "a.MARKDOWN", "markdown"),
        (b"# x", "a", "text"),
        (b"# x", "a.md.rst", "text"),
        (b"", "", "text"),
    ],
)
def test_what_a_file_holds_comes_before_its_name(data: bytes, source: str, expected: str) -> None:
    """Where it is unmistakable; everything else is text of the kind that its name says."""
    assert choose_parser(data, source) == expected


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "BM是一种算法。" + TEXT,
        "MZ is where a program begins.\n",
        "Subject: 桥\nFrom: 王明\n\n" + TEXT,
        "RIFF and WEBP are names.\n",
        "CAJ 与 PDF 的比较。" + TEXT,
        "PK " + TEXT,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_never_taken_for_another_format(text: str, encoding: str) -> None:
    """Though it may begin with the same letters."""
    assert document_from_bytes(text.encode(encoding), source="a.txt").text == text


@given(st.binary(max_size=300))
def test_any_bytes_get_one_parser_or_one_line(data: bytes) -> None:
    """Looking at a file raises nothing else."""
    foreign = name_foreign_format(data)
    assert foreign is None or "\n" not in foreign.what
    if foreign is None:
        assert choose_parser(data, "a") in PARSERS


@pytest.mark.parametrize("piece", [b"<!-- a -->", b"<!--", b"a:\n ", b"a: b\n", b"\n", b"<?xml ", b" "])
def test_looking_at_a_file_takes_no_time(piece: bytes) -> None:
    """However often the beginnings of something repeat."""
    assert choose_parser(piece * 400_000, "a.txt") == "text"
