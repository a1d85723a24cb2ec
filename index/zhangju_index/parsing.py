"""From a file to a document: the text exactly as it stands there, or one clear error.

Nothing is normalised and no line end is translated, because every citation counts characters of
this text. What a file holds is the business of ``zhangju_index.formats``.
"""

import hashlib
import re
import stat
import unicodedata
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from zhangju_index.bylines import stated_author
from zhangju_index.errors import DocumentError
from zhangju_index.outline import Outline, outline_document
from zhangju_index.values import Document, Parsed

__all__ = [
    "BUNDLED_ARTICLE",
    "bundled_article",
    "bundled_article_hash",
    "document_from_bytes",
    "document_from_parsed",
    "document_from_text",
    "document_id",
    "read_bytes",
    "read_document",
    "source_hash",
]

BUNDLED_ARTICLE = "wujin-new-quality-productive-forces"
"""Id of the article that comes with the package."""

MAX_BYTES = 64 * 1024 * 1024
"""Largest file read; the longest laws and books stay below 5 MiB as text."""

# Separators, controls and format marks.
_SHOWS_NOTHING = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
# What a file says of itself may hold anything, and half a surrogate pair could not even be stored.
_BETWEEN_WORDS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def read_document(path: Path, *, identifier: str | None = None) -> Document:
    """Read a file as one document.

    Args:
        path: The file, in one of the formats of ``zhangju_index.formats``.
        identifier: Id to give it; made from the file's name unless given.

    Raises:
        DocumentError: The file is missing, empty, too large, or cannot be read as text.
    """
    return document_from_bytes(read_bytes(path), source=str(path), identifier=identifier)


def document_from_bytes(data: bytes, *, source: str, identifier: str | None = None) -> Document:
    """Make a document of a file whose bytes are at hand; ``source`` is its name or path.

    Raises:
        DocumentError: The bytes cannot be read as text, or show nothing.
    """
    # Whoever only asks an index reads no file.
    from zhangju_index.formats import parse_bytes

    parsed = parse_bytes(data, source)
    return document_from_parsed(parsed, name=Path(source).stem, source=source, identifier=identifier)


def document_from_text(text: str, *, name: str, source: str, identifier: str | None = None) -> Document:
    """Make a document of plain text; its title is found in the text.

    Raises:
        DocumentError: The text shows nothing.
    """
    return document_from_parsed(Parsed(text), name=name, source=source, identifier=identifier)


def document_from_parsed(
    parsed: Parsed, *, name: str, source: str, identifier: str | None = None
) -> Document:
    """Make a document of what a parser found; its title is the text's own before the file's.

    Raises:
        DocumentError: The text shows nothing.
    """
    if all(unicodedata.category(character) in _SHOWS_NOTHING for character in parsed.text):
        raise DocumentError(f"{source} holds no text: give a file with at least one sentence", "no_text")
    document = Document(
        id=identifier or document_id(name),
        title=_one_line(parsed.title or "") or name,
        source=source,
        text=parsed.text,
        metadata={key: line for key, value in parsed.metadata.items() if (line := _one_line(value))},
        layout=parsed.layout,
    )
    outline = outline_document(document)
    metadata = dict(document.metadata)
    if "author" not in metadata and (author := _author(outline)):
        metadata["author"] = author
    return replace(document, title=outline.title, metadata=metadata)


def _author(outline: Outline) -> str:
    """Who wrote it, where its bylines say so in words: a name's form alone is no statement."""
    lines = [
        line
        for section in outline.sections
        if section.kind == "author"
        for line in outline.read(section.start, section.end).text.splitlines()
    ]
    return "、".join(dict.fromkeys(author for line in lines if (author := stated_author(line))))


def bundled_article() -> Document:
    """The article that comes with the package."""
    return document_from_text(
        _bundled_text(), name=BUNDLED_ARTICLE, source=f"{BUNDLED_ARTICLE}.txt", identifier=BUNDLED_ARTICLE
    )


def bundled_article_hash() -> str:
    """``source_hash`` of the bundled article, without the time that its outline takes."""
    return _text_hash(_bundled_text())


def _bundled_text() -> str:
    entry = files("zhangju_index") / "corpus" / f"{BUNDLED_ARTICLE}.txt"
    return entry.read_bytes().decode("utf-8")


def document_id(name: str) -> str:
    """A short id for a name: its letters and digits in any script, joined by hyphens."""
    slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name)).strip("-").lower()
    return slug[:80] or "document"


def source_hash(document: Document) -> str:
    """SHA-256 of a document's text in UTF-8, in hexadecimal."""
    return _text_hash(document.text)


def _text_hash(text: str) -> str:
    # Text from outside may hold lone surrogates; they must not stop a hash.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _one_line(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).strip()


def read_bytes(path: Path) -> bytes:
    """Read a file whole, having looked at what it is.

    Raises:
        DocumentError: It is missing, empty, too large, or no regular file.
    """
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
                f"{path} has {size / 2**20:.0f} MiB: files of up to {MAX_BYTES // 2**20} MiB are read; divide it",
                "too_large",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"{path} does not exist: check the name") from None
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        # A name with a zero in it.
        raise DocumentError(f"{path} is no name of a file: check it") from error
    if not data:
        raise DocumentError(f"{path} is empty: give a file with text", "no_text")
    return data
