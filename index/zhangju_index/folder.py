"""An index in a folder: written beside the old one, swapped in at once, checked when opened.

``DIR/current`` names a generation, ``DIR/generations/NAME/``, which holds ``manifest.json``,
``texts.sqlite``, ``chunks.faiss`` and ``sentences.faiss`` with the keys of the texts that their
rows stand for, and what else the builder adds (the tables of the keyword search, say). See
``zhangju_index.generations`` for how it is swapped.
"""

import hashlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import numpy as np

from zhangju_index.approximate import APPROXIMATE_FROM, ApproximateVectorStore, build_approximate
from zhangju_index.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexUnusableError,
)
from zhangju_index.generations import (
    MANIFEST,
    Pointer,
    generation_folder,
    mend,
    new_generation,
    read_pointer,
    swap_in,
    telling,
    unreadable,
)
from zhangju_index.manifest import (
    FORMAT_VERSION,
    Counts,
    DocumentRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    Setting,
    version,
)
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import FloatMatrix
from zhangju_index.text_keys import KeyedVectors, Keys, key_matrix
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FlatVectorStore, VectorFile

__all__ = [
    "UNKNOWN",
    "FileWriter",
    "Index",
    "IndexEntry",
    "IndexWriter",
    "Origin",
    "Salvage",
    "open_index",
    "salvage_index",
    "write_index",
]

FileWriter = Callable[[Path, Texts], None]
"""Writes one more file (or folder of files) of an index, given its path and the texts."""

_TEXTS = "texts.sqlite"
# Vectors, and the keys of the texts they stand for, row by row.
_CHUNKS, _SENTENCES = ("chunks.faiss", "chunks.keys"), ("sentences.faiss", "sentences.keys")
_CODES = ".codes"
# Files whose every byte is compared whenever an index is opened: up to 20 ms each.
_SMALL_BYTES = 8 * 1024 * 1024


class Origin(NamedTuple):
    """What a document was read from, and by what; empty where that is not known.

    Attributes:
        file_sha256: Digest of the bytes.
        read_by: Version of Zhangju that read them.
    """

    file_sha256: str = ""
    read_by: str = ""


UNKNOWN = Origin()
"""Of a document that was not read from bytes at hand."""


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """One document with everything an index keeps of it.

    Attributes:
        document: The document.
        sections: Its sections, in order.
        chunks: Its chunks, in order.
        chunk_vectors: Unit rows, one for each chunk.
        sentence_vectors: Unit rows, one for each sentence of each chunk, in order.
        chunk_keys: Of the text that each chunk vector stands for.
        sentence_keys: Of the text that each sentence vector stands for.
        origin: What it was read from.
    """

    document: Document
    sections: Sequence[Section]
    chunks: Sequence[Chunk]
    chunk_vectors: FloatMatrix
    sentence_vectors: FloatMatrix
    chunk_keys: Keys
    sentence_keys: Keys
    origin: Origin = UNKNOWN

    @property
    def record(self) -> DocumentRecord:
        """What an index says of the document."""
        document = self.document
        return DocumentRecord(
            id=document.id,
            title=document.title,
            source=document.source,
            sha256=source_hash(document),
            characters=len(document.text),
            file_sha256=self.origin.file_sha256,
            read_by=self.origin.read_by,
        )


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
    chunk_store: FlatVectorStore | ApproximateVectorStore
    sentence_store: FlatVectorStore | ApproximateVectorStore
    _chunk_keys: Keys
    _sentence_keys: Keys
    _origins: Mapping[str, Origin]
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
        chunks, sentences = slice(rows.start, rows.stop), slice(0, 0)
        if rows:
            last = self.texts.sentence_rows(rows[-1])
            sentences = slice(self.texts.sentence_rows(rows[0]).start, last.stop)
        return IndexEntry(
            document=self.texts.document(document_id),
            sections=self.texts.sections(document_id),
            chunks=self.texts.chunks(rows),
            chunk_vectors=self.chunk_store.vectors(chunks),
            sentence_vectors=self.sentence_store.vectors(sentences),
            chunk_keys=self._chunk_keys[chunks],
            sentence_keys=self._sentence_keys[sentences],
            origin=self._origins[document_id],
        )

    def vectors(self) -> tuple[KeyedVectors, ...]:
        """All vectors, by the texts they stand for."""
        return (
            KeyedVectors(self._chunk_keys, self.chunk_store.vectors),
            KeyedVectors(self._sentence_keys, self.sentence_store.vectors),
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


@dataclass(frozen=True, slots=True)
class Salvage:
    """What can be trusted of an index that may be damaged: each part as it was written, or not at all.

    Attributes:
        manifest: Its manifest, where that can be read.
        texts: Its texts, open, where their file is whole.
        vectors: Its vectors by their texts, of each pair of files that is whole.
    """

    manifest: Manifest | None = None
    texts: Texts | None = None
    vectors: tuple[KeyedVectors, ...] = ()

    def close(self) -> None:
        """Close the texts; the vectors are unmapped with the last reference to them."""
        if self.texts is not None:
            self.texts.close()


def open_index(
    directory: str | Path,
    *,
    fingerprint: str | None = None,
    verify: bool = False,
    remedy: str | None = None,
) -> Index:
    """Open the index in a folder, having checked that it is whole.

    Compared are the size of every file and the SHA-256 of those up to 8 MiB; of a large library,
    hashing the rest would take longer than everything else that opening does.

    Args:
        directory: The folder.
        fingerprint: Of the embedder that will ask it; ``None`` leaves the model unchecked.
        verify: Whether to compare the SHA-256 of every file, whatever its size.
        remedy: What errors advise, where that is not to build the index again with a command.

    Returns:
        The index. Close it, or use it in a ``with`` statement.

    Raises:
        IndexMissingError: There is no index in the folder.
        IndexDamagedError: A file is absent or its bytes changed.
        IndexFormatError: A newer Zhangju wrote it, or one whose format is no longer read.
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


def salvage_index(directory: str | Path) -> Salvage:
    """Take what can be trusted out of an index that is damaged, or of an older format.

    Args:
        directory: The folder.

    Returns:
        What is whole. Close it.

    Raises:
        IndexMissingError: There is no index in the folder.
        IndexFormatError: A newer Zhangju wrote it.
        IndexUnusableError: The system does not let us read it.
    """
    directory = Path(directory)
    try:
        generation = generation_folder(directory, read_pointer(directory))
        # It need not be as it was written: no change by chance gives the checksums of the rest.
        manifest = Manifest.from_json((generation / MANIFEST).read_text(encoding="utf-8", errors="replace"))
    except (IndexDamagedError, FileNotFoundError):
        return Salvage()
    except OSError as error:
        raise IndexUnusableError(unreadable(directory, error)) from error
    texts, vectors = None, []
    if _is_whole(generation, manifest, _TEXTS):
        texts = Texts(generation / _TEXTS)
    for names in (_CHUNKS, _SENTENCES):
        if all(_is_whole(generation, manifest, name) for name in names):
            store, keys = _load_vectors(generation, names)
            if store.dimension == manifest.model.dimension:
                vectors.append(KeyedVectors(keys, store.vectors))
    return Salvage(manifest, texts, tuple(vectors))


def write_index(
    directory: Path,
    entries: Iterable[IndexEntry],
    *,
    model: ModelRecord,
    chunking: Mapping[str, Setting],
    extra_files: Mapping[str, FileWriter] | None = None,
    divided_by: str | None = None,
) -> Manifest:
    """Write an index of ``entries``, in the place of the one that may be there.

    Args:
        directory: A folder that this process has claimed (``zhangju_index.generations.claimed``).
        entries: The documents with their vectors; only one at a time is in memory.
        model: The embedder that made the vectors.
        chunking: Settings of the chunker.
        extra_files: Further files by name, written last.
        divided_by: Version of Zhangju that divided the documents; the installed one if ``None``.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: The folder cannot be written.
        ValueError: Two documents have one id, or vectors do not match the chunks or the model.
    """
    with IndexWriter(directory, model=model, chunking=chunking, divided_by=divided_by) as writer:
        for entry in entries:
            writer.add(entry)
        return writer.commit(extra_files)


class IndexWriter:
    """Writes a new index beside the old one; nothing changes for readers until ``commit``.

    Use it in a ``with`` statement: leaving it without ``commit`` leaves the old index alone.
    Only the entry at hand is in memory, so documents may come by the million.

    Args:
        directory: A folder that this process has claimed (``zhangju_index.generations.claimed``).
        model: The embedder that makes the vectors.
        chunking: Settings of the chunker.
        divided_by: Version of Zhangju that divides the documents; the installed one if ``None``.

    Raises:
        InputError: The folder cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        model: ModelRecord,
        chunking: Mapping[str, Setting],
        divided_by: str | None = None,
    ) -> None:
        self.directory = directory
        self.model = model
        self.chunking = dict(chunking)
        self.divided_by = divided_by or version("zhangju")
        self._records: list[DocumentRecord] = []
        with ExitStack() as stack, telling(directory):
            self._generation = stack.enter_context(new_generation(directory))
            self._texts = TextsWriter(self._generation / _TEXTS)
            stack.callback(self._texts.abandon)
            self._chunks = _VectorWriter(self._generation, _CHUNKS, model.dimension)
            stack.callback(self._chunks.abandon)
            self._sentences = _VectorWriter(self._generation, _SENTENCES, model.dimension)
            stack.callback(self._sentences.abandon)
            self._cleanup = stack.pop_all()

    def add(self, entry: IndexEntry) -> None:
        """Append a document.

        Raises:
            InputError: The folder cannot be written.
            ValueError: There is a document of this id already, a chunk belongs to another
                document, or the vectors do not match.
        """
        document = entry.document
        sentences = sum(len(chunk.sentences) for chunk in entry.chunks)
        with telling(self.directory):
            self._texts.add_document(document, entry.sections)
            self._texts.add_chunks(entry.chunks)
            self._chunks.append("chunk", len(entry.chunks), entry.chunk_vectors, entry.chunk_keys)
            self._sentences.append("sentence", sentences, entry.sentence_vectors, entry.sentence_keys)
        self._records.append(entry.record)

    def commit(self, extra_files: Mapping[str, FileWriter] | None = None) -> Manifest:
        """Make the new index durable, put it in the place of the old one and remove that.

        Args:
            extra_files: Further files by name; each is called with its path and the new texts.

        Returns:
            The manifest of the new index.
        """
        with telling(self.directory):
            self._texts.close()
            self._chunks.close()
            self._sentences.close()
            stores = {
                name: build_approximate(
                    FlatVectorStore.load(self._generation / vectors),
                    self._generation / f"{name}{_CODES}",
                    threshold=APPROXIMATE_FROM,
                )
                for name, (vectors, _) in (("chunks", _CHUNKS), ("sentences", _SENTENCES))
            }
            texts = Texts(self._generation / _TEXTS)
            try:
                for name, write in (extra_files or {}).items():
                    write(self._generation / name, texts)
            finally:
                texts.close()
            manifest = Manifest(
                zhangju_version=self.divided_by,
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
                stores=stores,
            )
            (self._generation / MANIFEST).write_bytes(manifest.to_json().encode("utf-8"))
            swap_in(self.directory, self._generation)
        return manifest

    def close(self) -> None:
        """Remove what was not committed."""
        with telling(self.directory):
            self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _VectorWriter:
    """Writes vectors, and beside them the keys of the texts they stand for."""

    def __init__(self, generation: Path, names: tuple[str, str], dimension: int) -> None:
        self._vectors = VectorFile(generation / names[0], dimension)
        try:
            self._keys: BinaryIO = (generation / names[1]).open("wb")
        except OSError:
            self._vectors.abandon()
            raise

    def append(self, name: str, rows: int, vectors: FloatMatrix, keys: Keys) -> None:
        for what, matrix, columns in (("vectors", vectors, self._vectors.dimension), ("keys", keys, 2)):
            if matrix.shape != (rows, columns):
                raise ValueError(f"expected {name} {what} of shape {(rows, columns)}, got {matrix.shape}")
        self._vectors.append(vectors)
        self._keys.write(keys.astype("<u8", copy=False).tobytes())

    def close(self) -> None:
        self._vectors.close()
        self._keys.close()

    def abandon(self) -> None:
        self._vectors.abandon()
        # What is still in the buffer may not fit on the disk.
        with suppress(OSError):
            self._keys.close()


def _open_generation(
    directory: Path, pointer: Pointer, fingerprint: str | None, verify: bool, remedy: str
) -> Index:
    generation = generation_folder(directory, pointer)
    with _explaining(directory, remedy):
        manifest = _read_manifest(generation, pointer)
    if manifest.format_version < FORMAT_VERSION:
        raise IndexFormatError(
            f"the index at {directory} cannot be used: expected index format {FORMAT_VERSION},"
            f" got {manifest.format_version}, written by an older Zhangju; {remedy}"
        )
    with _explaining(directory, remedy):
        if fingerprint is not None:
            _check_model(manifest.model, fingerprint)
        _check_files(generation, manifest, verify)
        with ExitStack() as stack:
            texts = Texts(generation / _TEXTS)
            stack.callback(texts.close)
            chunk_store, chunk_keys = _load_vectors(generation, _CHUNKS)
            sentence_store, sentence_keys = _load_vectors(generation, _SENTENCES)
            _check_counts(manifest, texts, chunk_store, sentence_store)
            found_by = {
                name: _load_codes(generation, manifest, name, store)
                for name, store in (("chunks", chunk_store), ("sentences", sentence_store))
            }
            stack.pop_all()
    return Index(
        directory=directory,
        identity=pointer.manifest_sha256,
        manifest=manifest,
        texts=texts,
        chunk_store=found_by["chunks"],
        sentence_store=found_by["sentences"],
        _chunk_keys=chunk_keys,
        _sentence_keys=sentence_keys,
        _origins={each.id: Origin(each.file_sha256, each.read_by) for each in manifest.documents},
        _generation=generation,
    )


@contextmanager
def _explaining(directory: Path, remedy: str) -> Iterator[None]:
    """Say of what is wrong which index it is, and what to do."""
    try:
        yield
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


def _read_manifest(generation: Path, pointer: Pointer) -> Manifest:
    content = (generation / MANIFEST).read_bytes()
    # A newer format is told before a changed byte: it may be written in another way.
    manifest = Manifest.from_json(content.decode("utf-8", errors="replace"))
    if hashlib.sha256(content).hexdigest() != pointer.manifest_sha256:
        raise IndexDamagedError(f"expected the bytes of {MANIFEST} as they were written, got others")
    return manifest


def _load_vectors(generation: Path, names: tuple[str, str]) -> tuple[FlatVectorStore, Keys]:
    store = FlatVectorStore.load(generation / names[0])
    path = generation / names[1]
    # An empty file cannot be mapped.
    keys = np.memmap(path, "<u8", "r").reshape(-1, 2) if len(store) else key_matrix(b"")
    if len(keys) != len(store):
        raise IndexDamagedError(f"expected {len(store):,} keys in {path.name}, got {len(keys):,}")
    return store, keys


def _load_codes(
    generation: Path, manifest: Manifest, name: str, store: FlatVectorStore
) -> FlatVectorStore | ApproximateVectorStore:
    record = manifest.stores.get(name)
    if record is None or record.kind == "exact":
        return store
    return ApproximateVectorStore.load(store, generation / f"{name}{_CODES}", record.overfetch)


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
    for name in (_TEXTS, *_CHUNKS, *_SENTENCES):
        if name not in manifest.files:
            raise IndexDamagedError(
                f"expected {name} in the manifest, got {', '.join(manifest.files) or 'no files'}"
            )
    for name, record in manifest.files.items():
        size = (generation / name).stat().st_size
        if size != record.bytes:
            raise IndexDamagedError(f"expected {record.bytes:,} bytes in {name}, got {size:,}")
    compared = [name for name, record in manifest.files.items() if verify or record.bytes <= _SMALL_BYTES]
    for name, digest in zip(compared, _digests([generation / name for name in compared]), strict=True):
        if digest != manifest.files[name].sha256:
            raise IndexDamagedError(f"expected the bytes of {name} as they were written, got others")


def _is_whole(generation: Path, manifest: Manifest, name: str) -> bool:
    record = manifest.files.get(name)
    try:
        return record is not None and _digest(generation / name) == record.sha256
    except OSError:
        return False


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
