"""What ``zhangju index`` does: add documents to an index, and say what is in it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhangju_index.errors import DocumentError, IndexDamagedError, IndexMissingError
from zhangju_ui.cli_output import printable
from zhangju_ui.progress import Report
from zhangju_ui.sources import merge_documents, read_documents

if TYPE_CHECKING:
    from zhangju_index.manifest import Counts, Manifest
    from zhangju_index.values import Document

__all__ = [
    "REBUILT",
    "add_to_index",
    "amount",
    "existing_index",
    "manifest_json",
    "manifest_lines",
    "read_manifest",
]

REBUILT = "the next question builds it again"
"""How the bundled article's index is put right: nobody has to do it by hand."""


def add_to_index(
    paths: Sequence[Path],
    directory: Path,
    model: str | None,
    *,
    on_skip: Callable[[DocumentError], None],
    on_note: Callable[[str], None],
    progress: Report,
) -> "Manifest":
    """Build an index of the documents it holds and those at ``paths``.

    Args:
        paths: Files and folders.
        directory: The folder of the index; it is made where there is none.
        model: Name of an embedding model; ``None`` takes the index's own, or the bundled one.
        on_skip: Told of each file in a folder that cannot be read.
        on_note: Told what the user should know.
        progress: Told how far it is.

    Returns:
        The manifest of the new index.

    Raises:
        DocumentError: A file that was named cannot be read.
        IndexBusyError: Another process is writing the index, or has since it was read here.
        IndexUnusableError: A newer Zhangju wrote the index, or the system does not let us read
            it: it is left alone.
        InputError: The folder holds something else, or cannot be written.
    """
    new = list(read_documents(paths, on_skip))
    if not new:
        raise DocumentError("none of the files could be read: give at least one with text in UTF-8")
    from zhangju_index.build import build_index
    from zhangju_index.embedding import load_embedder
    from zhangju_index.generations import current_identity

    # Taken before the documents are: what comes between is noticed, whenever it comes.
    identity = current_identity(directory)
    old, old_model = _stored(directory, on_note)
    embedder = load_embedder(model or old_model)
    documents = merge_documents(old, new)
    return build_index(documents, directory, embedder, progress=progress, replacing=identity)


def _stored(directory: Path, on_note: Callable[[str], None]) -> "tuple[list[Document], str | None]":
    """Take the documents out of an index, and the name of its model; of a damaged one, what is whole."""
    from zhangju_index.folder import open_index, salvage_index

    try:
        with open_index(directory) as index:
            documents = [index.texts.document(record.id) for record in index.manifest.documents]
            return documents, index.manifest.model.name
    except IndexMissingError:
        return [], None
    except IndexDamagedError as error:
        manifest, whole = salvage_index(directory)
        model = manifest.model.name if manifest else None
        if whole is not None:
            on_note(f"{error}; its texts are whole: it is built anew, of them and the files named here")
            return whole, model
        held = ", ".join(record.source for record in manifest.documents) if manifest else ""
        on_note(
            f"{error}; it is built anew, of the files named here alone"
            + (f"; it held {held}: add again what was not named" if held else "")
        )
        return [], model


def existing_index(index: Path | None, build: Callable[[Path | None, str | None], Any]) -> Path:
    """Name the folder of an index; the bundled article's is built where there is none."""
    if index is not None:
        return index
    from zhangju.bundled import bundled_index_folder

    folder = bundled_index_folder()
    if not folder.exists():
        build(None, None)
    return folder


def read_manifest(directory: Path, *, verify: bool, remedy: str | None = None) -> "Manifest":
    """Read what an index holds, having compared sizes, and with ``verify`` every byte.

    Args:
        directory: The folder of the index.
        verify: Whether to compare every byte.
        remedy: What errors advise, where that is not ``zhangju index add``.

    Raises:
        IndexUnusableError: There is no index there, or it is damaged.
    """
    from zhangju_index.folder import open_index

    with open_index(directory, verify=verify, remedy=remedy) as index:
        return index.manifest


def amount(counts: "Counts") -> str:
    """Say how much an index holds."""
    parts = {"document": counts.documents, "chunk": counts.chunks, "sentence": counts.sentences}
    return ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in parts.items())


def manifest_lines(manifest: "Manifest") -> Iterator[str]:
    """Show the documents of an index, then how much they are and what made their vectors."""
    width = max((len(document.id) for document in manifest.documents), default=0)
    for document in manifest.documents:
        yield f"{printable(document.id, one_line=True).ljust(width)}  {printable(document.title, one_line=True)}"
        place = f"{printable(document.source, one_line=True)}, {document.characters:,} characters"
        yield click.style(" " * width + f"  {place}", dim=True)
    counts = manifest.counts
    if manifest.documents:
        yield ""
    yield f"{amount(counts)}; model {printable(manifest.model.fingerprint, one_line=True)}"


def manifest_json(manifest: "Manifest") -> dict[str, Any]:
    """Put the documents of an index into one JSON object."""
    return {
        "documents": [
            {
                "document_id": document.id,
                "title": document.title,
                "source": document.source,
                "characters": document.characters,
                "sha256": document.sha256,
            }
            for document in manifest.documents
        ],
        "chunks": manifest.counts.chunks,
        "sentences": manifest.counts.sentences,
        "model": manifest.model.fingerprint,
        "format_version": manifest.format_version,
    }
