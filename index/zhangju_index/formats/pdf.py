"""Text and structure of PDF files."""

from typing import ClassVar

from zhangju_index.errors import DocumentError
from zhangju_index.values import Parsed

__all__ = ["PdfParser"]


class PdfParser:
    """Reads PDF files."""

    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file."""
        del data
        raise DocumentError(f"{source} cannot be read yet")
