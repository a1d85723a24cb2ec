"""Formats that are not read, known by how their files begin: what each is, and what to do instead."""

import re
from typing import NamedTuple

from zhangju_index.errors import Fault

__all__ = ["Foreign", "name_foreign_format"]


class Foreign(NamedTuple):
    """A format that is not read."""

    fault: Fault
    what: str


_OFFICE = Foreign("office", "an old or a protected Office file: save it without a password as .docx or .pdf")
_RTF = Foreign("word_processor", "a Rich Text (RTF) file: save it as .docx")
_POSTSCRIPT = Foreign("page_format", "a PostScript file: convert it to PDF")
_DJVU = Foreign("page_format", "a DjVu scan: convert it to a PDF with a text layer")
_BOOK = Foreign("ebook", "an e-book: convert it to .docx, .html or .txt")
_CAJ = Foreign("page_format", "a CAJ file: save it as PDF in CAJViewer")
_IMAGE = Foreign("image", "an image: give its text, or a PDF with a text layer")
_RECORDING = Foreign("recording", "a sound or video recording: give a transcript")
_ARCHIVE = Foreign("archive", "an archive: unpack it and give the files in it")
_DATABASE = Foreign("no_document", "a database: export its text")
_PROGRAM = Foreign("no_document", "a program: give a document")
_FONT = Foreign("no_document", "a font: give a document")
_EMAIL = Foreign("email", "an e-mail: save its text as .txt, or its attachments as files")
_WEB_ARCHIVE = Foreign("web_archive", "a web page saved with all its parts (MHTML): save it as HTML only")

_OPENINGS: tuple[tuple[bytes, Foreign], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
    (b"{\\rtf", _RTF),
    (b"%!PS", _POSTSCRIPT),
    (b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (b"AT&TFORM", _DJVU),
    (b"ITSF\x03\0", _BOOK),
    (b"CAJ\0", _CAJ),
    (b"HN\0\0", _CAJ),
    (b"KDH \0", _CAJ),
    (b"\x89PNG\r\n\x1a\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (b"II*\0", _IMAGE),
    (b"MM\0*", _IMAGE),
    (b"8BPS\0", _IMAGE),
    (b"\0\0\1\0", _IMAGE),
    (b"\0\0\0\x0cjP  ", _IMAGE),
    (b"ID3\2", _RECORDING),
    (b"ID3\3", _RECORDING),
    (b"ID3\4", _RECORDING),
    (b"OggS\0", _RECORDING),
    (b"fLaC\0", _RECORDING),
    (b"\x1aE\xdf\xa3", _RECORDING),
    (b"\x1f\x8b", _ARCHIVE),
    (b"\x1f\x9d", _ARCHIVE),
    (b"\xfd7zXZ\0", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"MSCF\0", _ARCHIVE),
    (b"SQLite format 3\0", _DATABASE),
    (b"\x7fELF", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xfe\xed\xfa\xcf", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"\0asm", _PROGRAM),
    (b"\0\1\0\0\0", _FONT),
    (b"OTTO\0", _FONT),
    (b"wOFF", _FONT),
    (b"wOF2", _FONT),
    (b"ttcf\0", _FONT),
)
# Openings of which a part may be anything, or that letters alone could make.
_PATTERNS: tuple[tuple[re.Pattern[bytes], Foreign], ...] = tuple(
    (re.compile(pattern, re.DOTALL), what)
    for pattern, what in (
        (rb"RIFF....WEBP", _IMAGE),
        (rb"RIFF....(?:WAVE|AVI )", _RECORDING),
        (rb"BM....\0\0\0\0", _IMAGE),
        (rb"\0\0..ftyp(?:hei|mif|avif)", _IMAGE),
        (rb"\0\0..ftyp", _RECORDING),
        (rb"BZh[1-9]1AY&SY", _ARCHIVE),
        (rb".{257}ustar[\0 ]", _ARCHIVE),
        (rb".{60}BOOKMOBI", _BOOK),
        (rb"MZ[^\n]{0,58}\0", _PROGRAM),
    )
)
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_REACH = 16_384


def name_foreign_format(data: bytes) -> Foreign | None:
    """What a file is and what to do with it, in one line; None where it is not known."""
    for opening, what in _OPENINGS:
        if data.startswith(opening):
            return what
    for pattern, what in _PATTERNS:
        if pattern.match(data):
            return what
    headers = _HEADERS.match(data[:_REACH])
    # Any text may open with lines of a name and a colon; this one is mail's own.
    if headers and b"\nmime-version:" in b"\n" + headers[0].lower():
        return _WEB_ARCHIVE if b"multipart/related" in headers[0].lower() else _EMAIL
    return None
