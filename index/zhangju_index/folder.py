"""An index in a folder: written beside the old one, swapped in at once, checked when opened.

``DIR/current`` names a generation, ``DIR/generations/NAME/``, which holds ``manifest.json``,
``texts.sqlite``, ``chunks.faiss``, ``sentences.faiss`` and what else the builder adds (the
tables of the keyword search, say). See ``zhangju_index.generations`` for how it is swapped.
"""

import hashlib
import shlex
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from zhangju_index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexUnusableError,
    InputError,
)
from zhangju_index.generations import (
    MANIFEST,
    Pointer,
    claimed,
    current_identity,
    generation_folder,
    mend,
    new_generation,
    read_pointer,
    swap_in,
    unreadable,
)
from zhangju_index.manifest import Counts, DocumentRecord, FileRecord, Manifest, ModelRecord, Setting
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import FloatMatrix
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FlatVectorStore, VectorFile

__all__ = [
    "FileWriter",
    "Index",
    "IndexEntry",
    "IndexWriter",
    "open_index",
    "salvage_index",
    "write_index",
]

FileWriter = Callable[[Path, Texts], None]
"""Writes one more file (or folder of files) of an index, given its path and the texts."""

_TEXTS, _CHUNKS, _SENTENCES = "texts.sqlite", "chunks.faiss", "sentences.faiss"


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """One document with everything an index keeps of it.

    Attributes:
        document: The document.
        sections: Its sections, in order.
        chunks: Its chunks, in order.
        chunk_vectors: Unit rows, one for each chunk.
        sentence_vectors: Unit rows, one for each sentence of each chunk, in order.
    """

    document: Document
    sections: Sequence[Section]
    chunks: Sequence[Chunk]
    chunk_vectors: FloatMatrix
    sentence_vectors: FloatMatrix


@dataclass(frozen=True, slots=True)
class Index:
    """An index that was checked and opened; it stays as it is while a newer one is written.

    Attributes:
        directory: The folder that was opened.
        identity: SHA-256 of the manifest, which holds that of every other file: two indexes of
            one identity are the same.
        manifest: What it holds.
        texts: Documents, sections, chunks and sentences.
        chunk_store: Vectors of the chunks, by chunk row.
        sentence_store: Vectors of the sentences, by sentence row.
    """

    directory: Path
    identity: str
    manifest: Manifest
    texts: Texts
    chunk_store: FlatVectorStore
    sentence_store: FlatVectorStore
    _generation: Path

    def file(self, name: str) -> Path:
        """Where an extra file lies; read it right after opening, a later build removes it.

        Raises:
            IndexDamagedError: The index has no such file.
        """
        path = self._generation / name
        if not path.exists():
            raise IndexDamagedError(
                f"expected {name} in the index at {self.directory}, got none; {mend(self.directory)}"
            )
        return path

    def entry(self, document_id: str) -> IndexEntry:
        """Take one document out with its vectors, to write it into another index as it is.

        Raises:
            KeyError: The index holds no document of this id.
        """
        rows = self.texts.chunk_rows(document_id)
        sentences = slice(0, 0)
        if rows:
            last = self.texts.sentence_rows(rows[-1])
            sentences = slice(self.texts.sentence_rows(rows[0]).start, last.stop)
        return IndexEntry(
            document=self.texts.document(document_id),
            sections=self.texts.sections(document_id),
            chunks=self.texts.chunks(rows),
            chunk_vectors=self.chunk_store.vectors(slice(rows.start, rows.stop)),
            sentence_vectors=self.sentence_store.vectors(sentences),
        )

    def close(self) -> None:
        """Close the texts; the vectors are unmapped with the last reference to the stores."""
        self.texts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_index(
    directory: str | Path,
    *,
    fingerprint: str | None = None,
    verify: bool = True,
    remedy: str | None = None,
) -> Index:
    """Open the index in a folder, having checked that it is whole.

    Args:
        directory: The folder.
        fingerprint: Of the embedder that will ask it; ``None`` leaves the model unchecked.
        verify: Whether to compare the SHA-256 of every file; sizes are compared always.
        remedy: What errors advise, where that is not to build the index again with a command.

    Returns:
        The index. Close it, or use it in a ``with`` statement.

    Raises:
        IndexMissingError: There is no index in the folder.
        IndexDamagedError: A file is absent or its bytes changed.
        IndexFormatError: A newer Zhangju wrote it.
        IndexMismatchError: It was built with another model.
    """
    directory = Path(directory)
    while True:
        pointer = read_pointer(directory, remedy)
        try:
            return _open_generation(directory, pointer, fingerprint, verify, remedy or mend(directory))
        except IndexDamagedError:
            # A build may have swapped and removed the generation while it was being opened.
            if read_pointer(directory) == pointer:
                raise


def salvage_index(directory: str | Path) -> tuple[Manifest | None, list[Document] | None]:
    """Take what can be trusted out of an index that is damaged.

    Args:
        directory: The folder.

    Returns:
        Its manifest, where that can be read, and its documents, where the file with their texts
        is as it was written; ``None`` for what is lost.

    Raises:
        IndexMissingError: There is no index in the folder.
        IndexFormatError: A newer Zhangju wrote it.
        IndexUnusableError: The system does not let us read it.
    """
    directory = Path(directory)
    manifest = None
    try:
        generation = generation_folder(directory, read_pointer(directory))
        # It need not be as it was written: no change by chance gives the checksum of the texts.
        manifest = Manifest.from_json((generation / MANIFEST).read_text(encoding="utf-8", errors="replace"))
        record = manifest.files.get(_TEXTS)
        if record is None or _digest(generation / _TEXTS) != record.sha256:
            return manifest, None
        with closing(Texts(generation / _TEXTS)) as texts:
            return manifest, list(texts.documents())
    except (IndexDamagedError, FileNotFoundError):
        return manifest, None
    except OSError as error:
        raise IndexUnusableError(unreadable(directory, error)) from error


def write_index(
    directory: str | Path,
    entries: Iterable[IndexEntry],
    *,
    model: ModelRecord,
    chunking: Mapping[str, Setting],
    extra_files: Mapping[str, FileWriter] | None = None,
    replacing: str | None = None,
) -> Manifest:
    """Write an index of ``entries``, in the place of the one that may be there.

    Args:
        directory: A folder that is absent, empty or an index.
        entries: The documents with their vectors; only one at a time is in memory.
        model: The embedder that made the vectors.
        chunking: Settings of the chunker.
        extra_files: Further files by name, written last.
        replacing: The ``current_identity`` that the index must still have; ``None`` for any.

    Returns:
        The manifest of the new index.

    Raises:
        IndexBusyError: Another process is writing there, or replaced what was to be replaced.
        InputError: The folder holds something else, or cannot be written.
        ValueError: Vectors do not match the chunks or the model's dimension.
    """
    with IndexWriter(directory, model=model, chunking=chunking, replacing=replacing) as writer:
        for entry in entries:
            writer.add_document(entry.document, entry.sections)
            writer.add_chunks(entry.chunks, entry.chunk_vectors, entry.sentence_vectors)
        return writer.commit(extra_files)


class IndexWriter:
    """Writes a new index beside the old one; nothing changes for readers until ``commit``.

    Use it in a ``with`` statement: leaving it without ``commit`` leaves the old index alone.
    Only the chunks at hand are in memory, so documents may come by the million.

    Args:
        directory: A folder that is absent, empty or an index.
        model: The embedder that makes the vectors.
        chunking: Settings of the chunker.
        replacing: The ``current_identity`` that the index must still have: who writes what was
            read from it loses nothing that came between. ``None`` replaces whatever is there.

    Raises:
        IndexBusyError: Another process is writing there, or replaced what was to be replaced.
        InputError: The folder holds something else, or cannot be written.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        model: ModelRecord,
        chunking: Mapping[str, Setting],
        replacing: str | None = None,
    ) -> None:
        self.directory = Path(directory)
        self.model = model
        self.chunking = dict(chunking)
        self._records: list[DocumentRecord] = []
        with ExitStack() as stack, _telling(self.directory):
            stack.enter_context(claimed(self.directory))
            if replacing is not None and current_identity(self.directory) != replacing:
                raise IndexBusyError(
                    f"expected the index at {self.directory} as it was read, but another process has changed it"
                    " since; nothing was written: run the command again"
                )
            self._generation = stack.enter_context(new_generation(self.directory))
            self._texts = TextsWriter(self._generation / _TEXTS)
            stack.callback(self._texts.abandon)
            self._chunk_file = VectorFile(self._generation / _CHUNKS, model.dimension)
            stack.callback(self._chunk_file.abandon)
            self._sentence_file = VectorFile(self._generation / _SENTENCES, model.dimension)
            stack.callback(self._sentence_file.abandon)
            self._cleanup = stack.pop_all()

    def add_document(self, document: Document, sections: Sequence[Section]) -> None:
        """Begin the next document; the chunks added from now on are its own.

        Raises:
            ValueError: There is a document of this id already.
        """
        with _telling(self.directory):
            self._texts.add_document(document, sections)
        self._records.append(
            DocumentRecord(
                id=document.id,
                title=document.title,
                source=document.source,
                sha256=source_hash(document),
                characters=len(document.text),
            )
        )

    def add_chunks(
        self, chunks: Sequence[Chunk], chunk_vectors: FloatMatrix, sentence_vectors: FloatMatrix
    ) -> None:
        """Append chunks of the document added last, in order, as many at a time as is handy.

        Args:
            chunks: Some of the document's chunks.
            chunk_vectors: Unit rows, one for each chunk.
            sentence_vectors: Unit rows, one for each sentence of each chunk, in order.

        Raises:
            ValueError: A chunk belongs to another document, or the vectors do not match.
        """
        sentences = sum(len(chunk.sentences) for chunk in chunks)
        for name, vectors, rows in (
            ("chunk", chunk_vectors, len(chunks)),
            ("sentence", sentence_vectors, sentences),
        ):
            if vectors.shape != (rows, self.model.dimension):
                raise ValueError(
                    f"expected {name} vectors of shape {(rows, self.model.dimension)}, got {vectors.shape}"
                )
        with _telling(self.directory):
            self._texts.add_chunks(chunks)
            self._chunk_file.append(chunk_vectors)
            self._sentence_file.append(sentence_vectors)

    def commit(self, extra_files: Mapping[str, FileWriter] | None = None) -> Manifest:
        """Make the new index durable, put it in the place of the old one and remove that.

        Args:
            extra_files: Further files by name; each is called with its path and the new texts.

        Returns:
            The manifest of the new index.
        """
        with _telling(self.directory):
            self._texts.close()
            self._chunk_file.close()
            self._sentence_file.close()
            texts = Texts(self._generation / _TEXTS)
            try:
                for name, write in (extra_files or {}).items():
                    write(self._generation / name, texts)
            finally:
                texts.close()
            manifest = Manifest(
                zhangju_version=version("zhangju"),
                model=self.model,
                chunking=self.chunking,
                documents=tuple(self._records),
                counts=Counts(
                    documents=self._texts.documents,
                    sections=self._texts.sections,
                    chunks=self._texts.chunks,
                    sentences=self._texts.sentences,
                ),
                files=_describe_files(self._generation),
            )
            (self._generation / MANIFEST).write_bytes(manifest.to_json().encode("utf-8"))
            swap_in(self.directory, self._generation)
        return manifest

    def close(self) -> None:
        """Let others write; what was not committed is removed."""
        with _telling(self.directory):
            self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open_generation(
    directory: Path, pointer: Pointer, fingerprint: str | None, verify: bool, remedy: str
) -> Index:
    generation = generation_folder(directory, pointer)
    try:
        manifest = _read_manifest(generation, pointer)
        if fingerprint is not None:
            _check_model(manifest.model, fingerprint)
        _check_files(generation, manifest, verify)
        with ExitStack() as stack:
            texts = Texts(generation / _TEXTS)
            stack.callback(texts.close)
            chunk_store = FlatVectorStore.load(generation / _CHUNKS)
            sentence_store = FlatVectorStore.load(generation / _SENTENCES)
            _check_counts(manifest, texts, chunk_store, sentence_store)
            stack.pop_all()
    except IndexUnusableError as error:
        # Those two have named another way out already.
        joint = " or " if isinstance(error, IndexFormatError | IndexMismatchError) else "; "
        raise type(error)(f"the index at {directory} cannot be used: {error}{joint}{remedy}") from error
    except FileNotFoundError as error:
        raise IndexDamagedError(
            f"the index at {directory} cannot be used: expected {Path(error.filename).name}, got no such file;"
            f" {remedy}"
        ) from error
    except OSError as error:
        raise IndexUnusableError(unreadable(directory, error)) from error
    return Index(
        directory=directory,
        identity=pointer.manifest_sha256,
        manifest=manifest,
        texts=texts,
        chunk_store=chunk_store,
        sentence_store=sentence_store,
        _generation=generation,
    )


def _read_manifest(generation: Path, pointer: Pointer) -> Manifest:
    content = (generation / MANIFEST).read_bytes()
    # A newer format is told before a changed byte: it may be written in another way.
    manifest = Manifest.from_json(content.decode("utf-8", errors="replace"))
    if hashlib.sha256(content).hexdigest() != pointer.manifest_sha256:
        raise IndexDamagedError(f"expected the bytes of {MANIFEST} as they were written, got others")
    return manifest


def _check_model(model: ModelRecord, fingerprint: str) -> None:
    if fingerprint != model.fingerprint:
        raise IndexMismatchError(
            f"expected one of the model {fingerprint}, got one of {model.fingerprint};"
            f" open it with --model {shlex.quote(model.name)}"
        )


def _check_counts(
    manifest: Manifest, texts: Texts, chunk_store: FlatVectorStore, sentence_store: FlatVectorStore
) -> None:
    counts, dimension = manifest.counts, manifest.model.dimension
    for name, expected, got in (
        ("documents", counts.documents, texts.document_count),
        ("chunks", counts.chunks, texts.chunk_count),
        ("sentences", counts.sentences, texts.sentence_count),
        ("chunk vectors", counts.chunks, len(chunk_store)),
        ("sentence vectors", counts.sentences, len(sentence_store)),
        ("columns of the chunk vectors", dimension, chunk_store.dimension),
        ("columns of the sentence vectors", dimension, sentence_store.dimension),
    ):
        if expected != got:
            raise IndexDamagedError(f"expected {expected:,} {name}, got {got:,}")


def _check_files(generation: Path, manifest: Manifest, verify: bool) -> None:
    for name in (_TEXTS, _CHUNKS, _SENTENCES):
        if name not in manifest.files:
            raise IndexDamagedError(
                f"expected {name} in the manifest, got {', '.join(manifest.files) or 'no files'}"
            )
    for name, record in manifest.files.items():
        size = (generation / name).stat().st_size
        if size != record.bytes:
            raise IndexDamagedError(f"expected {record.bytes:,} bytes in {name}, got {size:,}")
    if verify:
        digests = _digests([generation / name for name in manifest.files])
        for (name, record), digest in zip(manifest.files.items(), digests, strict=True):
            if digest != record.sha256:
                raise IndexDamagedError(f"expected the bytes of {name} as they were written, got others")


def _digests(paths: Sequence[Path]) -> list[str]:
    # Hashing lets go of the interpreter's lock: the files are read side by side.
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_digest, paths))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe_files(generation: Path) -> dict[str, FileRecord]:
    paths = sorted(path for path in generation.rglob("*") if path.is_file())
    return {
        path.relative_to(generation).as_posix(): FileRecord(sha256=digest, bytes=path.stat().st_size)
        for path, digest in zip(paths, _digests(paths), strict=True)
    }


@contextmanager
def _telling(directory: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line that names the folder."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(
            f"cannot write the index at {directory}: {reason};"
            " make room or get the right to write there, or choose another folder with --index"
        ) from error
