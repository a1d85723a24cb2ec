"""File formats: which parser reads a file, and what each takes out of it.

    bytes -> Parsed(text, layout, title, metadata)

A format is known by what the file holds, where that is unmistakable (PDF, ZIP, old Office), and
by its name where it is not: plain text, Markdown and HTML are all text. The parsers import their
libraries when they are first used.
"""

from pathlib import PurePath

from zhangju_index.errors import DocumentError
from zhangju_index.formats.docx import DocxParser
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

_SIGNATURES = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"))
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# PDF readers look for the signature in this many bytes.
_SIGNATURE_REACH = 1024


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
    if data.startswith(_OLD_OFFICE):
        raise DocumentError(
            f"{source} is an old or a protected Office file: save it without a password as .docx or .pdf"
        )
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    suffix = PurePath(source).suffix.lower()
    named = next((name for name, parser in PARSERS.items() if suffix in parser.suffixes), "text")
    if b"%PDF-" in data[:_SIGNATURE_REACH] and named == "pdf":
        return named
    if named == "text" and suffix not in PARSERS["text"].suffixes and _opens_as_html(data):
        return "html"
    return named


def _opens_as_html(data: bytes) -> bool:
    head = data[:_SIGNATURE_REACH].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))
