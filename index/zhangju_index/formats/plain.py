"""Plain text and Markdown: the decoded file, as it is."""

import codecs
import unicodedata
from typing import ClassVar

from zhangju_index.errors import DocumentError
from zhangju_index.values import Parsed

__all__ = ["MarkdownParser", "PlainParser"]

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class PlainParser:
    """Reads plain text."""

    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def parse(self, data: bytes, source: str) -> Parsed:
        """Decode a file."""
        return Parsed(_decode(data, source))


class MarkdownParser:
    """Reads Markdown."""

    suffixes: ClassVar[tuple[str, ...]] = (".md", ".markdown")

    def parse(self, data: bytes, source: str) -> Parsed:
        """Decode a file; its marks are read where the outline is made."""
        return Parsed(_decode(data, source))


def _decode(data: bytes, source: str) -> str:
    encoding = _UTF16.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{source} is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'} text (byte {error.start}): "
            "save it as UTF-8 and try again"
        ) from None
    if "\0" in text or _control_share(text) > 0.01:
        raise DocumentError(f"{source} is a binary file: give plain text or Markdown")
    return text


def _control_share(text: str) -> float:
    sample = text[:100_000]
    odd = sum(
        unicodedata.category(character) == "Cc" and character not in "\t\n\r\f\v\x85" for character in sample
    )
    return odd / max(1, len(sample))
