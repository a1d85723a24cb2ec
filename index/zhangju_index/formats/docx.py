"""Text and structure of Word documents."""

from typing import ClassVar

from zhangju_index.errors import DocumentError
from zhangju_index.values import Parsed

__all__ = ["DocxParser"]


class DocxParser:
    """Reads Word documents."""

    suffixes: ClassVar[tuple[str, ...]] = (".docx",)

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file."""
        del data
        raise DocumentError(f"{source} cannot be read yet")
