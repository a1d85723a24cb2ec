"""Writing an index into a folder: beside the old one, and swapped in at once.

See ``zhangju_index.folder`` for what the folder holds.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from zhangju_index.approximate import (
    APPROXIMATE_FROM,
    SENTENCES_BELOW,
    build_approximate,
)
from zhangju_index.entries import IndexEntry
from zhangju_index.folder import Index
from zhangju_index.folder_files import CHUNKS, CODES, SENTENCES, TEXTS, digests
from zhangju_index.generations import (
    MANIFEST,
    new_generation,
    swap_in,
    telling,
)
from zhangju_index.manifest import (
    FORMAT_VERSION,
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
from zhangju_index.protocols import FloatMatrix
from zhangju_index.text_keys import Keys
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.vectors import FlatVectorStore, VectorFile

__all__ = ["CommonWriter", "FileWriter", "IndexWriter", "Kept", "write_index"]

FileWriter = Callable[[Path, Texts], None]
"""Writes one more file (or folder of files) of a segment, given its path and the texts."""
CommonWriter = Callable[[Path], None]
"""Writes one more file of an index that is the same for all segments, given its path."""

# Rows from which the store of a further segment gets codes: all of them together are searched
# exactly in less time than the first one takes.
_MORE_APPROXIMATE_FROM = APPROXIMATE_FROM // 4
# Rows of chunks or of sentences from which the vectors of a segment are kept in half precision, both
# of them: one text has one vector, and a segment that stands after another is the smaller one. What
# it has of that one's texts is rounded already, so equal texts keep equal scores.
_HALF_FROM = APPROXIMATE_FROM


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
            self._texts = TextsWriter(folder / TEXTS)
            stack.callback(self._texts.abandon)
            self._chunks = _VectorWriter(folder, CHUNKS, dimension)
            stack.callback(self._chunks.abandon)
            self._sentences = _VectorWriter(folder, SENTENCES, dimension)
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
                self._folder / f"{name}{CODES}",
                threshold=_MORE_APPROXIMATE_FROM if further else APPROXIMATE_FROM,
            )
            if name == "chunks" or self._texts.chunks < SENTENCES_BELOW
            else StoreRecord()
            for name, (vectors, _) in (("chunks", CHUNKS), ("sentences", SENTENCES))
        }
        texts = Texts(self._folder / TEXTS)
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


def _describe_files(generation: Path, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Records of all files, those that are known taken over."""
    names = sorted(
        path.relative_to(generation).as_posix() for path in generation.rglob("*") if path.is_file()
    )
    paths = [generation / name for name in names if name not in known]
    made = {
        path.relative_to(generation).as_posix(): FileRecord(sha256=digest, bytes=path.stat().st_size)
        for path, digest in zip(paths, digests(paths), strict=True)
    }
    return {name: known.get(name) or made[name] for name in names}
