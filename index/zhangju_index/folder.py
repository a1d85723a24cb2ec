"""An index in a folder: written beside the old one, swapped in at once, checked when opened.

``DIR/current`` names a generation, ``DIR/generations/NAME/``, which holds ``manifest.json``,
``texts.sqlite``, ``chunks.faiss`` and ``sentences.faiss`` with the keys of the texts that their
rows stand for, and what else the builder adds (the tables of the keyword search, say). See
``zhangju_index.generations`` for how it is swapped.

What is added to a large index makes a segment of its own, with the same files, in ``more/001/``,
``more/002/``, …. A file is never changed once it is written, so the next generation holds the
files of every segment that stays as hard links: they cost no room and no time. Where the file
system has no links, they are copied.
"""

import hashlib
import os
import shlex
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import numpy as np

from zhangju_index.approximate import (
    APPROXIMATE_FROM,
    SENTENCES_BELOW,
    ApproximateVectorStore,
    build_approximate,
)
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
    OLDEST_FORMAT,
    WHOLE_FORMAT,
    Counts,
    DocumentRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    Setting,
    StoreRecord,
    segment_prefix,
    version,
)
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import FloatMatrix
from zhangju_index.segments import AnyStore, AnyTexts, join_stores, join_texts
from zhangju_index.text_keys import KeyedVectors, Keys, key_matrix
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FlatVectorStore, VectorFile

__all__ = [
    "UNKNOWN",
    "CommonWriter",
    "FileWriter",
    "Index",
    "IndexEntry",
    "IndexWriter",
    "Kept",
    "Origin",
    "Salvage",
    "open_index",
    "salvage_index",
    "write_index",
]

FileWriter = Callable[[Path, Texts], None]
"""Writes one more file (or folder of files) of a segment, given its path and the texts."""
CommonWriter = Callable[[Path], None]
"""Writes one more file of an index that is the same for all segments, given its path."""

_TEXTS = "texts.sqlite"
# Vectors, and the keys of the texts they stand for, row by row.
_CHUNKS, _SENTENCES = ("chunks.faiss", "chunks.keys"), ("sentences.faiss", "sentences.keys")
_CODES = ".codes"
# Files whose every byte is compared whenever an index is opened: up to 20 ms each.
_SMALL_BYTES = 8 * 1024 * 1024
# Rows from which the store of a further segment gets codes: all of them together are searched
# exactly in less time than the first one takes.
_MORE_APPROXIMATE_FROM = APPROXIMATE_FROM // 4
# Rows of chunks or of sentences from which the vectors of a segment are kept in half precision, both
# of them: one text has one vector, and a segment that stands after another is the smaller one. What
# it has of that one's texts is rounded already, so equal texts keep equal scores.
_HALF_FROM = APPROXIMATE_FROM


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


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """What an open index has of a segment."""

    texts: Texts
    chunk_store: FlatVectorStore | ApproximateVectorStore
    sentence_store: FlatVectorStore | ApproximateVectorStore
    chunk_keys: Keys
    sentence_keys: Keys
    half: bool


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
    texts: AnyTexts
    chunk_store: AnyStore
    sentence_store: AnyStore
    _segments: tuple[_Segment, ...]
    _places: Mapping[str, int]
    _origins: Mapping[str, Origin]
    _generation: Path
    _remedy: str

    def file(self, name: str, segment: int = 0) -> Path:
        """Where an extra file lies; read it right after opening, a later build removes it.

        Args:
            name: The file.
            segment: The segment that it belongs to; 0 for what belongs to the whole index.

        Raises:
            IndexDamagedError: The index has no such file.
        """
        name = f"{segment_prefix(segment)}{name}"
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
        if document_id not in self._places:
            raise KeyError(f"the index holds no document {document_id!r}")
        segment = self._segments[self._places[document_id]]
        texts = segment.texts
        rows = texts.chunk_rows(document_id)
        chunks, sentences = slice(rows.start, rows.stop), slice(0, 0)
        if rows:
            last = texts.sentence_rows(rows[-1])
            sentences = slice(texts.sentence_rows(rows[0]).start, last.stop)
        return IndexEntry(
            document=texts.document(document_id),
            sections=texts.sections(document_id),
            chunks=texts.chunks(rows),
            chunk_vectors=segment.chunk_store.vectors(chunks),
            sentence_vectors=segment.sentence_store.vectors(sentences),
            chunk_keys=segment.chunk_keys[chunks],
            sentence_keys=segment.sentence_keys[sentences],
            origin=self._origins[document_id],
        )

    def vectors(self, segments: Collection[int] | None = None) -> tuple[KeyedVectors, ...]:
        """All vectors, by the texts they stand for; those of some segments, where they are given."""
        return tuple(
            KeyedVectors(keys, store.vectors)
            for number, segment in enumerate(self._segments)
            if segments is None or number in segments
            for keys, store in (
                (segment.chunk_keys, segment.chunk_store),
                (segment.sentence_keys, segment.sentence_store),
            )
        )

    def is_half(self, segment: int) -> bool:
        """Whether the vectors of a segment are in half precision."""
        return self._segments[segment].half

    @property
    def bytes(self) -> int:
        """What its files take."""
        return sum(record.bytes for record in self.manifest.files.values())

    def compared(self) -> set[int]:
        """Segments whose every byte was compared when the index was opened."""
        return {
            number
            for number in range(len(self._segments))
            if all(record.bytes <= _SMALL_BYTES for record in self.manifest.segment_files(number).values())
        }

    def segments_of(self, document_ids: Iterable[str]) -> set[int]:
        """Segments that hold some documents of the index."""
        return {self._places[each] for each in document_ids}

    def compare(self, segments: Collection[int], *, texts_alone: bool = False) -> None:
        """Compare every byte of some segments with what was written.

        Args:
            segments: Their numbers.
            texts_alone: Whether to compare no more than the texts, which nothing else gives back.

        Raises:
            IndexDamagedError: A byte changed.
        """
        files = {
            f"{segment_prefix(number)}{name}": record
            for number in segments
            for name, record in self.manifest.segment_files(number).items()
            if name == _TEXTS or not texts_alone
        }
        with _explaining(self.directory, self._remedy):
            _compare(self._generation, files)

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
        texts: Its texts, open, of each segment whose file is whole; None where none is.
        vectors: Its vectors by their texts, of each pair of files that is whole.
        records: The documents whose texts are there.
    """

    manifest: Manifest | None = None
    texts: AnyTexts | None = None
    vectors: tuple[KeyedVectors, ...] = ()
    records: tuple[DocumentRecord, ...] = ()

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
    texts: list[Texts] = []
    vectors: list[KeyedVectors] = []
    records: list[DocumentRecord] = []
    places: dict[str, int] = {}
    for number, (_, documents) in enumerate(manifest.by_segment()):
        segment, files = generation / segment_prefix(number), manifest.segment_files(number)
        if _is_whole(segment, files, _TEXTS):
            places |= {record.id: len(texts) for record in documents}
            texts.append(Texts(segment / _TEXTS))
            records += documents
        for names in (_CHUNKS, _SENTENCES):
            if all(_is_whole(segment, files, name) for name in names):
                store, keys = _load_vectors(segment, names)
                vectors.append(KeyedVectors(keys, store.vectors))
    return Salvage(manifest, join_texts(texts, places) if texts else None, tuple(vectors), tuple(records))


class Kept(NamedTuple):
    """A segment of an index that the next one has as it is.

    Attributes:
        old: The index, of this format.
        number: Which of its segments.
    """

    old: Index
    number: int

    @property
    def records(self) -> tuple[DocumentRecord, ...]:
        """Its documents."""
        return self.old.manifest.by_segment()[self.number][1]

    @property
    def half(self) -> bool:
        """Whether its vectors are in half precision."""
        return self.old.is_half(self.number)


def write_index(
    directory: Path,
    entries: Iterable[IndexEntry | Kept],
    *,
    model: ModelRecord,
    chunking: Mapping[str, Setting],
    extra_files: Mapping[str, FileWriter] | None = None,
    common_files: Mapping[str, CommonWriter] | None = None,
    divided_by: str | None = None,
) -> Manifest:
    """Write an index of ``entries``, in the place of the one that may be there.

    Args:
        directory: A folder that this process has claimed (``zhangju_index.generations.claimed``).
        entries: The documents with their vectors, only one at a time is in memory; and segments
            of the index that is there, which stay as they are. What stands between two of these is
            a segment of its own.
        model: The embedder that made the vectors.
        chunking: Settings of the chunker.
        extra_files: Further files of each segment by name, written last.
        common_files: Further files of the whole index by name.
        divided_by: Version of Zhangju that divided the documents; the installed one if ``None``.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: The folder cannot be written.
        ValueError: Two documents have one id, or vectors do not match the chunks or the model.
    """
    with IndexWriter(directory, model=model, chunking=chunking, divided_by=divided_by) as writer:
        for entry in entries:
            if isinstance(entry, Kept):
                writer.keep(entry)
            else:
                writer.add(entry)
        return writer.commit(extra_files, common_files)


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
        self._records: dict[str, DocumentRecord] = {}
        self._segments: list[_SegmentWriter | Kept] = []
        with ExitStack() as stack, telling(directory):
            self._generation = stack.enter_context(new_generation(directory))
            self._cleanup = stack.pop_all()

    def add(self, entry: IndexEntry) -> None:
        """Append a document.

        Raises:
            InputError: The folder cannot be written.
            ValueError: There is a document of this id already, a chunk belongs to another
                document, or the vectors do not match.
        """
        self._note(entry.record)
        with telling(self.directory):
            self._open_segment().add(entry)

    def keep(self, segment: Kept) -> None:
        """Append the documents of a segment that stays as it is.

        Raises:
            InputError: The folder cannot be written.
            ValueError: There is a document of one of their ids already.
        """
        for record in segment.records:
            self._note(record)
        with telling(self.directory):
            self._close_segment()
        self._segments.append(segment)

    def commit(
        self,
        extra_files: Mapping[str, FileWriter] | None = None,
        common_files: Mapping[str, CommonWriter] | None = None,
    ) -> Manifest:
        """Make the new index durable, put it in the place of the old one and remove that.

        Args:
            extra_files: Further files of each segment by name; each is called with its path and the
                segment's texts.
            common_files: Further files of the whole index by name; each is called with its path.

        Returns:
            The manifest of the new index.
        """
        files: dict[str, FileRecord] = {}
        stores: dict[str, StoreRecord] = {}
        common = common_files or {}
        with telling(self.directory):
            if not self._segments:
                self._open_segment()
            self._close_segment()
            for number, segment in enumerate(self._segments):
                prefix = segment_prefix(number)
                if isinstance(segment, Kept):
                    linked, searched = _link(segment, self._generation / prefix, common)
                    files |= {f"{prefix}{name}": record for name, record in linked.items()}
                else:
                    searched = segment.finish(extra_files or {}, further=number > 0)
                stores |= {f"{prefix}{name}": record for name, record in searched.items()}
            for name, write in common.items():
                write(self._generation / name)
            counts = [
                segment.old.manifest.by_segment()[segment.number][0]
                if isinstance(segment, Kept)
                else segment.counts
                for segment in self._segments
            ]
            manifest = Manifest(
                zhangju_version=self.divided_by,
                model=self.model,
                chunking=self.chunking,
                documents=tuple(self._records.values()),
                counts=Counts(
                    documents=sum(each.documents for each in counts),
                    sections=sum(each.sections for each in counts),
                    chunks=sum(each.chunks for each in counts),
                    sentences=sum(each.sentences for each in counts),
                ),
                files=_describe_files(self._generation, files),
                segments=tuple(counts),
                stores=stores,
                format_version=FORMAT_VERSION
                if any(segment.half for segment in self._segments)
                else WHOLE_FORMAT,
            )
            (self._generation / MANIFEST).write_bytes(manifest.to_json().encode("utf-8"))
            swap_in(self.directory, self._generation)
        return manifest

    def _note(self, record: DocumentRecord) -> None:
        if record.id in self._records:
            raise ValueError(f"expected documents of different ids, got {record.id!r} twice")
        self._records[record.id] = record

    def _open_segment(self) -> "_SegmentWriter":
        last = self._segments[-1] if self._segments else None
        if isinstance(last, _SegmentWriter):
            return last
        segment = _SegmentWriter(self._generation / segment_prefix(len(self._segments)), self.model.dimension)
        self._segments.append(segment)
        self._cleanup.callback(segment.abandon)
        return segment

    def _close_segment(self) -> None:
        if self._segments and isinstance(segment := self._segments[-1], _SegmentWriter):
            segment.close()

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


class _SegmentWriter:
    """Writes the files of one segment."""

    def __init__(self, folder: Path, dimension: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        with ExitStack() as stack:
            self._texts = TextsWriter(folder / _TEXTS)
            stack.callback(self._texts.abandon)
            self._chunks = _VectorWriter(folder, _CHUNKS, dimension)
            stack.callback(self._chunks.abandon)
            self._sentences = _VectorWriter(folder, _SENTENCES, dimension)
            stack.callback(self._sentences.abandon)
            self.abandon = stack.pop_all().close
        self._closed = False
        self.half = False

    @property
    def counts(self) -> Counts:
        """How much it holds."""
        texts = self._texts
        return Counts(texts.documents, texts.sections, texts.chunks, texts.sentences)

    def add(self, entry: IndexEntry) -> None:
        """Append a document."""
        sentences = sum(len(chunk.sentences) for chunk in entry.chunks)
        self._texts.add_document(entry.document, entry.sections)
        self._texts.add_chunks(entry.chunks)
        self._chunks.append("chunk", len(entry.chunks), entry.chunk_vectors, entry.chunk_keys)
        self._sentences.append("sentence", sentences, entry.sentence_vectors, entry.sentence_keys)
        # As soon as it is known to be large: what is written a second time is then little.
        if not self.half and max(self._texts.chunks, self._texts.sentences) >= _HALF_FROM:
            self._chunks.halve()
            self._sentences.halve()
            self.half = True

    def close(self) -> None:
        """Finish the files that documents are appended to."""
        if not self._closed:
            self._texts.close()
            self._chunks.close()
            self._sentences.close()
            self._closed = True

    def finish(self, extra_files: Mapping[str, FileWriter], *, further: bool) -> dict[str, StoreRecord]:
        """Write all that is made of what was appended; how the stores are searched comes back."""
        stores = {
            name: build_approximate(
                FlatVectorStore.load(self._folder / vectors),
                self._folder / f"{name}{_CODES}",
                threshold=_MORE_APPROXIMATE_FROM if further else APPROXIMATE_FROM,
            )
            if name == "chunks" or self._texts.chunks < SENTENCES_BELOW
            else StoreRecord()
            for name, (vectors, _) in (("chunks", _CHUNKS), ("sentences", _SENTENCES))
        }
        texts = Texts(self._folder / _TEXTS)
        try:
            for name, write in extra_files.items():
                write(self._folder / name, texts)
        finally:
            texts.close()
        return stores


def _link(
    segment: Kept, folder: Path, common: Collection[str]
) -> tuple[dict[str, FileRecord], dict[str, StoreRecord]]:
    """Have the files of a segment in another folder; their records, and how its stores are searched."""
    manifest, prefix = segment.old.manifest, segment_prefix(segment.number)
    files = {
        name: record for name, record in manifest.segment_files(segment.number).items() if name not in common
    }
    for name in files:
        source, target = segment.old.file(name, segment.number), folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            # Not every file system has links, and no file has any number of them.
            shutil.copyfile(source, target)
    stores = {
        name: manifest.stores[f"{prefix}{name}"]
        for name in ("chunks", "sentences")
        if f"{prefix}{name}" in manifest.stores
    }
    return files, stores


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

    def halve(self) -> None:
        self._vectors.halve()

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
    if manifest.format_version < OLDEST_FORMAT:
        raise IndexFormatError(
            f"the index at {directory} cannot be used: expected index format {OLDEST_FORMAT} or newer,"
            f" got {manifest.format_version}, written by an older Zhangju; {remedy}"
        )
    with _explaining(directory, remedy):
        if fingerprint is not None:
            _check_model(manifest.model, fingerprint)
        _check_files(generation, manifest, verify)
        with ExitStack() as stack:
            segments = []
            for number, (counts, _) in enumerate(manifest.by_segment()):
                segments.append(segment := _open_segment(generation, manifest, number))
                stack.callback(segment.texts.close)
                _check_counts(manifest, counts, segment)
            stack.pop_all()
    places = {
        record.id: number for number, (_, records) in enumerate(manifest.by_segment()) for record in records
    }
    return Index(
        directory=directory,
        identity=pointer.manifest_sha256,
        manifest=manifest,
        texts=join_texts([segment.texts for segment in segments], places),
        chunk_store=join_stores([segment.chunk_store for segment in segments]),
        sentence_store=join_stores([segment.sentence_store for segment in segments]),
        _segments=tuple(segments),
        _places=places,
        _origins={each.id: Origin(each.file_sha256, each.read_by) for each in manifest.documents},
        _generation=generation,
        _remedy=remedy,
    )


def _open_segment(generation: Path, manifest: Manifest, number: int) -> _Segment:
    folder = generation / segment_prefix(number)
    chunk_store, chunk_keys = _load_vectors(folder, _CHUNKS)
    sentence_store, sentence_keys = _load_vectors(folder, _SENTENCES)
    # Before the texts, whose file would stay open where this fails.
    searched: dict[str, FlatVectorStore | ApproximateVectorStore] = {
        name: _load_codes(generation, manifest, f"{segment_prefix(number)}{name}", store)
        if name == "chunks" or manifest.counts.chunks < SENTENCES_BELOW
        else store
        for name, store in (("chunks", chunk_store), ("sentences", sentence_store))
    }
    return _Segment(
        texts=Texts(folder / _TEXTS),
        chunk_store=searched["chunks"],
        sentence_store=searched["sentences"],
        chunk_keys=chunk_keys,
        sentence_keys=sentence_keys,
        half=chunk_store.half or sentence_store.half,
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


def _check_counts(manifest: Manifest, counts: Counts, segment: _Segment) -> None:
    texts, dimension = segment.texts, manifest.model.dimension
    for name, expected, got in (
        ("documents", counts.documents, texts.document_count),
        ("chunks", counts.chunks, texts.chunk_count),
        ("sentences", counts.sentences, texts.sentence_count),
        ("chunk vectors", counts.chunks, len(segment.chunk_store)),
        ("sentence vectors", counts.sentences, len(segment.sentence_store)),
        ("columns of the chunk vectors", dimension, segment.chunk_store.dimension),
        ("columns of the sentence vectors", dimension, segment.sentence_store.dimension),
    ):
        if expected != got:
            raise IndexDamagedError(f"expected {expected:,} {name}, got {got:,}")


def _check_files(generation: Path, manifest: Manifest, verify: bool) -> None:
    for number in range(len(manifest.by_segment())):
        for name in (_TEXTS, *_CHUNKS, *_SENTENCES):
            if f"{segment_prefix(number)}{name}" not in manifest.files:
                raise IndexDamagedError(
                    f"expected {segment_prefix(number)}{name} in the manifest,"
                    f" got {', '.join(manifest.files) or 'no files'}"
                )
    for name, record in manifest.files.items():
        size = (generation / name).stat().st_size
        if size != record.bytes:
            raise IndexDamagedError(f"expected {record.bytes:,} bytes in {name}, got {size:,}")
    _compare(
        generation,
        {name: each for name, each in manifest.files.items() if verify or each.bytes <= _SMALL_BYTES},
    )


def _compare(generation: Path, files: Mapping[str, FileRecord]) -> None:
    for name, digest in zip(files, _digests([generation / name for name in files]), strict=True):
        if digest != files[name].sha256:
            raise IndexDamagedError(f"expected the bytes of {name} as they were written, got others")


def _is_whole(folder: Path, files: Mapping[str, FileRecord], name: str) -> bool:
    record = files.get(name)
    try:
        return record is not None and _digest(folder / name) == record.sha256
    except OSError:
        return False


def _digests(paths: Sequence[Path]) -> list[str]:
    # Hashing lets go of the interpreter's lock: the files are read side by side.
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_digest, paths))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe_files(generation: Path, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Records of all files, those that are known taken over."""
    names = sorted(
        path.relative_to(generation).as_posix() for path in generation.rglob("*") if path.is_file()
    )
    paths = [generation / name for name in names if name not in known]
    made = {
        path.relative_to(generation).as_posix(): FileRecord(sha256=digest, bytes=path.stat().st_size)
        for path, digest in zip(paths, _digests(paths), strict=True)
    }
    return {name: known.get(name) or made[name] for name in names}
