"""Which files an index is built from: those named, and the text files of the folders named."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zhangju_index.errors import DocumentError

if TYPE_CHECKING:
    from zhangju_index.values import Document

__all__ = ["merge_documents", "read_documents", "text_files"]

SUFFIXES = (".txt", ".md", ".markdown")
"""Files that are taken from a folder; a file that is named is read whatever it is called."""

_PATH = "path"


def text_files(folder: Path) -> list[Path]:
    """List the text and Markdown files of a folder and its sub-folders, by name.

    Hidden files and folders are left out, and links to folders are not followed.

    Raises:
        DocumentError: There are none.
    """
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(parent, name)
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".") and Path(parent, name).is_file()
        ]
    if not found:
        raise DocumentError(f"{folder} holds no text: expected files that end in {', '.join(SUFFIXES)}")
    return sorted(found)


def read_documents(paths: Sequence[Path], on_skip: Callable[[DocumentError], None]) -> "Iterator[Document]":
    """Read the files named and those in the folders named, each once.

    A document's source is the path as it was given; ``path`` in its metadata is the full one,
    by which the file is known again from any other folder.

    Args:
        paths: Files and folders.
        on_skip: Told of each file in a folder that cannot be read; the others go on.

    Raises:
        DocumentError: A file that was named cannot be read, or a folder holds no text.
    """
    from zhangju_index.parsing import read_document

    seen: set[Path] = set()
    for path in paths:
        in_folder = path.is_dir()
        for file in text_files(path) if in_folder else [path]:
            real = file.resolve()
            if real in seen:
                continue
            seen.add(real)
            try:
                document = read_document(file)
            except DocumentError as error:
                if not in_folder:
                    raise
                on_skip(error)
            else:
                # Names that are not UTF-8 hold lone surrogates, which an index cannot keep.
                full = os.fsencode(real).decode("utf-8", "backslashreplace")
                yield replace(document, metadata={**document.metadata, _PATH: full})


def merge_documents(old: "Sequence[Document]", new: "Sequence[Document]") -> "list[Document]":
    """Put new documents to old ones: one of the same file is replaced, every id is unique.

    Returns:
        The old documents in their order, then the new ones; a document of another file whose
        id is taken gets the next free number behind it.
    """
    merged = {document.id: document for document in old}
    by_place = {_place(document): document.id for document in old}
    for document in new:
        identifier = by_place.get(_place(document)) or _free_id(document.id, merged)
        merged[identifier] = replace(document, id=identifier)
        by_place[_place(document)] = identifier
    return list(merged.values())


def _place(document: "Document") -> str:
    """Where a document's text lies; the source, where it was not read from a file by us."""
    return document.metadata.get(_PATH, document.source)


def _free_id(wanted: str, taken: Collection[str]) -> str:
    identifier, number = wanted, 1
    while identifier in taken:
        number += 1
        identifier = f"{wanted}-{number}"
    return identifier
