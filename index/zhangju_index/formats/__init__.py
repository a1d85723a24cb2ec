"""File formats: which parser reads a file, and what each takes out of it.

    bytes -> Parsed(text, layout, title, metadata)

A format is known by what the file holds, where that is unmistakable (PDF, Word, whole HTML pages,
and much that is not read), and by its name where it is not: all else is text. The parsers import
their libraries when they are first used.
"""

import codecs
import re
from pathlib import PurePath

from zhangju_index.errors import DocumentError
from zhangju_index.formats.docx import DocxParser
from zhangju_index.formats.foreign import name_foreign_format
from zhangju_index.formats.html import HtmlParser
from zhangju_index.formats.pdf import PdfParser
from zhangju_index.formats.plain import MarkdownParser, PlainParser
from zhangju_index.protocols import Parser
from zhangju_index.values import Parsed

__all__ = ["PARSERS", "SUFFIXES", "choose_parser", "parse_bytes"]

PARSERS: dict[str, Parser] = {
    "text": PlainParser(),
    "markdown": MarkdownParser(),
    "html": HtmlParser(),
    "docx": DocxParser(),
    "pdf": PdfParser(),
}
"""Every format that is read, by name."""

SUFFIXES: tuple[str, ...] = tuple(suffix for parser in PARSERS.values() for suffix in parser.suffixes)
"""Endings of the files that are taken from a folder; a file that is named is read whatever it is called."""

# Word files are ZIP archives; their parser says what another archive holds.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF = b"%PDF-"
_SPACE = b"\xef\xbb\xbf \t\r\n"
# PDF readers look for the signature in this many bytes; HTML opens in as many, long comments aside.
_REACH = 1024
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)[\s>]",
    re.DOTALL | re.IGNORECASE,
)


def parse_bytes(data: bytes, source: str) -> Parsed:
    """Read a file whose bytes are at hand.

    Args:
        data: The whole file.
        source: Its name or path; its ending tells the format where the bytes do not.

    Raises:
        DocumentError: It cannot be read in any format.
    """
    return PARSERS[choose_parser(data, source)].parse(data, source)


def choose_parser(data: bytes, source: str) -> str:
    """Name the format of a file.

    Raises:
        DocumentError: It is of a format that is not read.
    """
    foreign = name_foreign_format(data)
    if foreign is not None:
        raise DocumentError(f"{source} is {foreign.what}", foreign.fault)
    if data.startswith(_ZIP):
        return "docx"
    if data[:_REACH].lstrip(_SPACE).startswith(_PDF):
        return "pdf"
    if _opens_as_html(data):
        return "html"
    suffix = PurePath(source).suffix.lower()
    return next((name for name, parser in PARSERS.items() if suffix in parser.suffixes), "text")


def _opens_as_html(data: bytes) -> bool:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    head = data[: 2 * _REACH if marked else _REACH].decode("utf-16" if marked else "latin-1", "ignore")
    return _HTML.match(head.removeprefix(codecs.BOM_UTF8.decode("latin-1"))) is not None
