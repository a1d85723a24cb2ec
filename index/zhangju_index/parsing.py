"""From a file to a document: the text exactly as it stands there, or one clear error.

Nothing is normalised and no line end is translated, because every citation counts characters of
this text. A byte-order mark is part of the encoding, not of the text.
"""

import codecs
import hashlib
import re
import stat
import unicodedata
from importlib.resources import files
from pathlib import Path

from zhangju_index.errors import DocumentError
from zhangju_index.outline import outline_document
from zhangju_index.values import Document

__all__ = ["BUNDLED_ARTICLE", "bundled_article", "document_id", "read_document", "source_hash"]

BUNDLED_ARTICLE = "wujin-new-quality-productive-forces"
"""Id of the article that comes with the package."""

MAX_BYTES = 64 * 1024 * 1024
"""Largest file read; the longest laws and books stay below 5 MiB as text."""

# Separators, controls and format marks.
_SHOWS_NOTHING = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_document(path: Path, *, identifier: str | None = None) -> Document:
    """Read a text or Markdown file as one document.

    Args:
        path: The file.
        identifier: Id to give it; made from the file's name unless given.

    Raises:
        DocumentError: The file is missing, empty, too large, or is not UTF-8 or UTF-16 text.
    """
    return document_from_text(
        _decode(_read_bytes(path), path), name=path.stem, source=str(path), identifier=identifier
    )


def document_from_text(text: str, *, name: str, source: str, identifier: str | None = None) -> Document:
    """Make a document of text that is already decoded; its title is found in the text.

    Raises:
        DocumentError: The text shows nothing.
    """
    if all(unicodedata.category(character) in _SHOWS_NOTHING for character in text):
        raise DocumentError(f"{source} holds no text: give a file with at least one sentence")
    document = Document(id=identifier or document_id(name), title=name, source=source, text=text)
    title = outline_document(document).title
    return Document(id=document.id, title=title, source=source, text=text)


def bundled_article() -> Document:
    """The article that comes with the package."""
    entry = files("zhangju_index") / "corpus" / f"{BUNDLED_ARTICLE}.txt"
    text = entry.read_bytes().decode("utf-8")
    return document_from_text(
        text, name=BUNDLED_ARTICLE, source=f"{BUNDLED_ARTICLE}.txt", identifier=BUNDLED_ARTICLE
    )


def document_id(name: str) -> str:
    """A short id for a name: its letters and digits in any script, joined by hyphens."""
    slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name)).strip("-").lower()
    return slug[:80] or "document"


def source_hash(document: Document) -> str:
    """SHA-256 of a document's text in UTF-8, in hexadecimal."""
    # Text from outside may hold lone surrogates; they must not stop a hash.
    return hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder: name the files in it")
        status = path.stat()
        # Reading a pipe would wait for a writer, and a device may never end.
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{path} is not a regular file: save its text in one")
        size = status.st_size
        if size > MAX_BYTES:
            raise DocumentError(
                f"{path} has {size / 2**20:.0f} MiB: files of up to {MAX_BYTES // 2**20} MiB are read; divide it"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"{path} does not exist: check the name") from None
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror or error}") from error
    if not data:
        raise DocumentError(f"{path} is empty: give a file with text")
    return data


def _decode(data: bytes, path: Path) -> str:
    encoding = _UTF16.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{path} is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'} text (byte {error.start}): "
            "save it as UTF-8 and try again"
        ) from None
    if "\0" in text or _control_share(text) > 0.01:
        raise DocumentError(f"{path} is a binary file: give plain text or Markdown")
    return text


def _control_share(text: str) -> float:
    sample = text[:100_000]
    odd = sum(
        unicodedata.category(character) == "Cc" and character not in "\t\n\r\f\v\x85" for character in sample
    )
    return odd / max(1, len(sample))
