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
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from zhangju_index.approximate import (
    SENTENCES_BELOW,
    ApproximateVectorStore,
)
from zhangju_index.entries import IndexEntry, Origin
from zhangju_index.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexUnusableError,
)
from zhangju_index.folder_files import CHUNKS, CODES, SENTENCES, TEXTS, digest_of, digests
from zhangju_index.generations import (
    MANIFEST,
    Pointer,
    generation_folder,
    mend,
    read_pointer,
    unreadable,
)
from zhangju_index.manifest import (
    OLDEST_FORMAT,
    Counts,
    DocumentRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    segment_prefix,
)
from zhangju_index.segments import AnyStore, AnyTexts, join_stores, join_texts
from zhangju_index.text_keys import KeyedVectors, Keys, key_matrix
from zhangju_index.texts import Texts
from zhangju_index.vectors import FlatVectorStore

__all__ = ["Index", "Salvage", "open_index", "salvage_index"]

# Files whose every byte is compared whenever an index is opened: up to 20 ms each.
_SMALL_BYTES = 8 * 1024 * 1024


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
            if name == TEXTS or not texts_alone
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
        if _is_whole(segment, files, TEXTS):
            places |= {record.id: len(texts) for record in documents}
            texts.append(Texts(segment / TEXTS))
            records += documents
        for names in (CHUNKS, SENTENCES):
            if all(_is_whole(segment, files, name) for name in names):
                store, keys = _load_vectors(segment, names)
                vectors.append(KeyedVectors(keys, store.vectors))
    return Salvage(manifest, join_texts(texts, places) if texts else None, tuple(vectors), tuple(records))


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
    chunk_store, chunk_keys = _load_vectors(folder, CHUNKS)
    sentence_store, sentence_keys = _load_vectors(folder, SENTENCES)
    # Before the texts, whose file would stay open where this fails.
    searched: dict[str, FlatVectorStore | ApproximateVectorStore] = {
        name: _load_codes(generation, manifest, f"{segment_prefix(number)}{name}", store)
        if name == "chunks" or manifest.counts.chunks < SENTENCES_BELOW
        else store
        for name, store in (("chunks", chunk_store), ("sentences", sentence_store))
    }
    return _Segment(
        texts=Texts(folder / TEXTS),
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
    return ApproximateVectorStore.load(store, generation / f"{name}{CODES}", record.overfetch)


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
        for name in (TEXTS, *CHUNKS, *SENTENCES):
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
    for name, digest in zip(files, digests([generation / name for name in files]), strict=True):
        if digest != files[name].sha256:
            raise IndexDamagedError(f"expected the bytes of {name} as they were written, got others")


def _is_whole(folder: Path, files: Mapping[str, FileRecord], name: str) -> bool:
    record = files.get(name)
    try:
        return record is not None and digest_of(folder / name) == record.sha256
    except OSError:
        return False
