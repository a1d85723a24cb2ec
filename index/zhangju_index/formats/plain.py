"""Plain text and Markdown: the decoded file, as it is."""

from typing import ClassVar

from zhangju_index.formats.encodings import decode_text
from zhangju_index.values import Parsed

__all__ = ["MarkdownParser", "PlainParser"]


class PlainParser:
    """Reads plain text."""

    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def parse(self, data: bytes, source: str) -> Parsed:
        """Decode a file."""
        return Parsed(decode_text(data, source))


class MarkdownParser:
    """Reads Markdown."""

    suffixes: ClassVar[tuple[str, ...]] = (".md", ".markdown")

    def parse(self, data: bytes, source: str) -> Parsed:
        """Decode a file; its marks are read where the outline is made."""
        return Parsed(decode_text(data, source))
