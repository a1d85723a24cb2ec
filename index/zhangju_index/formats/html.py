"""Text and structure of HTML pages."""

from typing import ClassVar

from zhangju_index.errors import DocumentError
from zhangju_index.values import Parsed

__all__ = ["HtmlParser"]


class HtmlParser:
    """Reads HTML pages."""

    suffixes: ClassVar[tuple[str, ...]] = (".html", ".htm", ".xhtml")

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file."""
        del data
        raise DocumentError(f"{source} cannot be read yet")
