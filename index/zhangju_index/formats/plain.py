"""Plain text and Markdown: the decoded file, as it is."""

from typing import ClassVar

from zhangju_index.formats.encodings import decode_text
from zhangju_index.front_matter import find_front_matter, read_leading_lines
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
        """Decode a file and read its front matter; its marks are read where the outline is made."""
        text = decode_text(data, source)
        found = find_front_matter(text) or read_leading_lines(text)
        return Parsed(text, title=found.title, metadata=found.metadata) if found else Parsed(text)
