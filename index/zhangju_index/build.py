"""Build an index: outline, chunk, embed and store documents, a few at a time.

What did not change is not embedded again: every vector of the index that is there, and of a build
that was interrupted, is found by the text it stands for (``zhangju_index.text_keys``). Each new
vector is journalled at once, so that whoever stops a build loses seconds of work.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhangju_index.chunking import ChunkSettings, chunk_document, encoded_sentences, heading_path
from zhangju_index.cohort import COHORTS, embed_cohorts
from zhangju_index.entries import UNKNOWN, IndexEntry, Origin
from zhangju_index.errors import IndexDamagedError, IndexUnusableError, InputError
from zhangju_index.folder import Index, open_index
from zhangju_index.folder_writer import CommonWriter, Kept, write_index
from zhangju_index.generations import JOURNAL, claimed, telling, unfinished_file
from zhangju_index.journal import VectorJournal
from zhangju_index.lexical import LexicalIndex
from zhangju_index.manifest import WHOLE_FORMAT, Manifest, ModelRecord, version
from zhangju_index.outline import outline_document
from zhangju_index.protocols import BulkEmbedder, Embedder, FloatMatrix
from zhangju_index.text_keys import KeyedVectors, Keys, text_keys
from zhangju_index.texts import Texts
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import IntVector

__all__ = [
    "COHORT_FILE",
    "GROUP_TEXTS",
    "LEXICAL_FILE",
    "Divided",
    "Encoder",
    "Item",
    "Meter",
    "OnStatus",
    "Progress",
    "Status",
    "build_index",
    "build_items",
    "copy_documents",
    "divide",
    "embed_group",
    "encoding",
    "lexical_text",
    "load_cohorts",
    "load_lexical",
    "may_take_over",
    "plan_segments",
    "read_segments",
    "text_size",
]

LEXICAL_FILE = "bm25"
"""Folder inside an index that holds the tables of the keyword search."""

COHORT_FILE = "cohort.npy"
"""File inside an index with the vectors of ``zhangju_index.cohort``, as the index's model sees them."""

Progress = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the title of the next one."""

GROUP_TEXTS = 2048
"""Texts that are gathered before they are embedded: sorted by length, they fill batches evenly."""
# A segment stays as it is while it is more than so many times as large as what follows it: there are
# few segments (9 at most of a million characters and additions of a hundred), and each document of
# many that are added one by one is written as often in all.
_LARGER = 2
_SLICE_BYTES = 16 * 1024
"""Bytes that are embedded between two looks at the keyboard: seconds on a slow machine."""
_BULK_SLICE_BYTES = 64 * 1024
"""The same where many are embedded at once, which is quicker, and wants a batch for each core."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a build is.

    Attributes:
        documents: Documents done.
        all_documents: Documents there are.
        work: What is embedded, in a unit that is proportional to the time it takes.
        all_work: What there is to embed, as far as it is known; it falls when texts turn out to
            have vectors already, and is 0 while sources are still being read.
        characters: Characters embedded so far in this run.
        recalled: Vectors taken over from a build that was interrupted.
        title: Title or source of what is being done.
    """

    documents: int
    all_documents: int
    work: float
    all_work: float
    characters: int
    recalled: int
    title: str


OnStatus = Callable[[Status], None]


@dataclass(frozen=True, slots=True)
class Item:
    """A document that an index is to hold.

    Attributes:
        id: Its id.
        title: Its title.
        read: Reads it; None takes it over from the index that is there, as it is.
        size: Bytes of its text, which its time is proportional to; 0 if it is taken over.
        origin: What it was read from.
    """

    id: str
    title: str
    read: Callable[[], Document] | None = None
    size: int = 0
    origin: Origin = UNKNOWN


def build_index(
    documents: Iterable[Document],
    directory: Path,
    embedder: Embedder,
    *,
    settings: ChunkSettings | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write an index of ``documents`` in the place of the one that may be there.

    Args:
        documents: All documents the index is to hold.
        directory: A folder that is absent, empty or an index.
        embedder: Encodes chunks and sentences.
        settings: Sizes of chunks.
        progress: Told before each document, and once at the end.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: There is no document, or two of one id, or the folder holds something else.
        IndexBusyError: Another process is writing there.
    """
    items = [
        Item(document.id, document.title, partial(_itself, document), text_size(document))
        for document in documents
    ]
    if not items:
        raise InputError("an index needs at least one document: name a file with text")
    name, count = Counter(item.id for item in items).most_common(1)[0]
    if count > 1:
        raise InputError(f"{count} documents share the name {name}: rename all but one of the files")

    def on_status(status: Status) -> None:
        if progress:
            progress(status.documents, status.all_documents, status.title)

    with ExitStack() as stack:
        stack.enter_context(claimed(directory))
        old = None
        # Where it cannot be used, nothing is taken from it, and nothing that is needed is lost.
        with suppress(IndexUnusableError):
            old = stack.enter_context(open_index(directory, fingerprint=embedder.fingerprint, verify=True))
        return build_items(
            items,
            directory,
            embedder,
            settings=settings,
            old=old,
            known=old.vectors() if old else (),
            on_status=on_status,
        )


def build_items(
    items: Sequence[Item],
    directory: Path,
    embedder: Embedder,
    *,
    settings: ChunkSettings | None = None,
    old: Index | None = None,
    known: Sequence[KeyedVectors] = (),
    on_status: OnStatus | None = None,
) -> Manifest:
    """Write an index, going on where a build of the same model was interrupted.

    Args:
        items: What it is to hold, in order; a few documents at a time are in memory.
        directory: A folder that this process has claimed.
        embedder: Encodes chunks and sentences.
        settings: Sizes of chunks.
        old: The index that is there, if it is whole and of this embedder.
        known: Vectors of this embedder that are there already.
        on_status: Told how far it is.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: The folder cannot be written.
    """
    settings = settings or ChunkSettings()
    meter = Meter(on_status, len(items), sum(item.size for item in items))
    with encoding(items, directory, embedder, meter) as encoder:
        return write_index(
            directory,
            _entries(plan_segments(items, old), old, encoder(known), settings),
            model=ModelRecord(embedder.name, embedder.fingerprint, embedder.dimension),
            chunking=settings.to_json(),
            extra_files={LEXICAL_FILE: _write_lexical},
            common_files={COHORT_FILE: _cohort_writer(old, embedder)},
        )


@contextmanager
def encoding(
    items: Sequence[Item], directory: Path, embedder: Embedder, meter: "Meter"
) -> Iterator[Callable[[Sequence[KeyedVectors]], "Encoder"]]:
    """Make ready what embeds documents: the journal, and the quickest way that the embedder has.

    Args:
        items: The documents.
        directory: A folder that this process has claimed, for the journal.
        embedder: Encodes chunks and sentences.
        meter: Told how far it is.

    Returns:
        What makes an encoder that takes over vectors of this embedder that are there already.

    Raises:
        InputError: The folder cannot be written.
    """
    size = sum(item.size for item in items)
    with telling(directory):
        path = unfinished_file(directory, JOURNAL)
        journal = VectorJournal(path, embedder.fingerprint, embedder.dimension)
    with (
        journal,
        embedder.in_bulk(size) if isinstance(embedder, BulkEmbedder) else nullcontext(embedder) as quickest,
    ):
        slice_bytes = _SLICE_BYTES if quickest is embedder else _BULK_SLICE_BYTES
        yield lambda known: Encoder(quickest, directory, journal, known, meter, slice_bytes)


def copy_documents(
    ids: Sequence[str], directory: Path, old: Index, on_status: OnStatus | None = None
) -> Manifest:
    """Write an index of some of the documents of the one that is there, each as it is.

    Args:
        ids: The documents, in order.
        directory: A folder that this process has claimed.
        old: The index that is there.
        on_status: Told how far it is.

    Returns:
        The manifest of the new index.

    Raises:
        IndexDamagedError: A segment that a document is copied from is not as it was written.
        InputError: The folder cannot be written.
    """
    meter = Meter(on_status, len(ids), 0)
    titles = {record.id: record.title for record in old.manifest.documents}
    cohorts = load_cohorts(old)
    parts = plan_segments([Item(identifier, titles[identifier]) for identifier in ids], old)
    # What is only left out need not be whole.
    old.compare((read_segments(parts, old) & old.segments_of(ids)) - old.compared())

    def entries() -> Iterator[IndexEntry | Kept]:
        for part in parts:
            if isinstance(part, Kept):
                yield part
                meter.keep(len(part.records))
                continue
            for item in part:
                meter.begin(item.title)
                yield old.entry(item.id)
                meter.finish()

    return write_index(
        directory,
        entries(),
        model=old.manifest.model,
        chunking=old.manifest.chunking,
        divided_by=old.manifest.zhangju_version,
        extra_files={LEXICAL_FILE: _write_lexical},
        common_files={COHORT_FILE: lambda path: _save(path, cohorts)},
    )


def plan_segments(items: Sequence[Item], old: Index | None) -> list[Kept | list[Item]]:
    """Divide what an index is to hold into segments: those that stay, and what is written.

    A segment of the old index stays if all its documents do, one after the other, unless what
    follows it has grown so much that both are better written as one. What was removed is
    therefore in no file that stays.

    Args:
        items: What it is to hold, in order.
        old: The index that is there; none of its segments stays if another version wrote it.
    """
    parts: list[Kept | list[Item]] = []
    if (
        old is None
        or old.manifest.format_version < WHOLE_FORMAT
        or old.manifest.zhangju_version != version("zhangju")
    ):
        return [list(items)] if items else []
    segments = [Kept(old, number) for number in range(len(old.manifest.by_segment()))]
    firsts = {segment.records[0].id: segment for segment in segments if segment.records}
    place = 0
    while place < len(items):
        segment = firsts.get(items[place].id)
        if segment is not None:
            run = items[place : place + len(segment.records)]
            if all(item.read is None for item in run) and [item.id for item in run] == [
                record.id for record in segment.records
            ]:
                parts.append(segment)
                place += len(run)
                continue
        if parts and isinstance(parts[-1], list):
            parts[-1].append(items[place])
        else:
            parts.append([items[place]])
        place += 1
    characters = {record.id: record.characters for record in old.manifest.documents}

    def size(part: Kept | list[Item]) -> float:
        if isinstance(part, Kept):
            return sum(record.characters for record in part.records)
        # Of a text that is read only the bytes are known: one to three to a character.
        return sum(characters[item.id] if item.read is None else item.size / 2 for item in part)

    for number in range(len(parts) - 1, 0, -1):
        before, last = parts[number - 1], parts[number]
        if size(before) <= _LARGER * size(last):
            parts[number - 1 : number + 1] = [[*_items(before), *_items(last)]]
    return parts


def read_segments(parts: Sequence[Kept | list[Item]], old: Index) -> set[int]:
    """Segments of the old index that a plan writes anew."""
    kept = {part.number for part in parts if isinstance(part, Kept)}
    return set(range(len(old.manifest.by_segment()))) - kept


def _items(part: Kept | list[Item]) -> list[Item]:
    if isinstance(part, list):
        return part
    return [Item(each.id, each.title, origin=Origin(each.file_sha256, each.read_by)) for each in part.records]


def may_take_over(manifest: Manifest, embedder: Embedder, settings: ChunkSettings | None = None) -> bool:
    """Whether documents of an index may stay as they are in one that is built now.

    Another version may divide a text in another way, and other settings or another model do.
    """
    return (
        manifest.zhangju_version == version("zhangju")
        and manifest.model.fingerprint == embedder.fingerprint
        and manifest.chunking == (settings or ChunkSettings()).to_json()
    )


def text_size(document: Document) -> int:
    """Bytes of a document's text in UTF-8: tokens follow them closely in every script."""
    return _size(document.text)


def load_lexical(index: Index) -> LexicalIndex:
    """Open the keyword search of an index; right after the index, as a later build removes it.

    Raises:
        IndexDamagedError: Its tables are absent, or are no such tables.
    """
    counts = [each.chunks for each, _ in index.manifest.by_segment()]
    folders = [index.file(LEXICAL_FILE, number) for number in range(len(counts))]
    try:
        return LexicalIndex.join(map(LexicalIndex.load, folders, counts))
    except (OSError, ValueError, KeyError) as error:
        raise IndexDamagedError(
            f"expected the tables of the keyword search in the index at {index.directory}, "
            f"got none that can be read ({error}); build it again"
        ) from error


def load_cohorts(index: Index) -> FloatMatrix:
    """Read the vectors of the cohorts, as ``embed_cohorts`` orders them.

    Raises:
        IndexDamagedError: They are absent, or of another shape.
    """
    path = index.file(COHORT_FILE)
    expected = (sum(map(len, COHORTS.values())), index.manifest.model.dimension)
    try:
        vectors: FloatMatrix = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexDamagedError(
            f"expected vectors in {COHORT_FILE} of the index at {index.directory}, got {error}; build it again"
        ) from error
    if vectors.shape != expected:
        raise IndexDamagedError(
            f"expected {COHORT_FILE} of shape {expected} in the index at {index.directory}, "
            f"got {vectors.shape}; build it again"
        )
    return vectors


def _itself(document: Document) -> Document:
    return document


class Meter:
    """Counts what is done, and tells it."""

    def __init__(self, on_status: OnStatus | None, documents: int, work: float) -> None:
        self._on_status = on_status
        self._all_documents = documents
        self._all_work = work
        self._documents = 0
        self._work = 0.0
        self._characters = 0
        self._recalled = 0
        self._title = ""

    def begin(self, title: str) -> None:
        """A document is read, or written as it is."""
        self._title = title
        self._tell()

    def plan(self, size: float, share: float, recalled: int) -> None:
        """Of ``size``, which was thought to be embedded, a ``share`` needs to be."""
        self._all_work -= size * (1 - share)
        self._recalled += recalled
        self._tell()

    def embedded(self, work: float, characters: int) -> None:
        """Some texts were embedded."""
        self._work += work
        self._characters += characters
        self._tell()

    def keep(self, documents: int) -> None:
        """Some documents stay as they are."""
        for _ in range(documents):
            self.finish()

    def finish(self) -> None:
        """A document was written."""
        self._documents += 1
        if self._documents == self._all_documents:
            self._work, self._title = self._all_work, ""
            self._tell()

    def _tell(self) -> None:
        if self._on_status is not None:
            self._on_status(
                Status(
                    self._documents,
                    self._all_documents,
                    self._work,
                    self._all_work,
                    self._characters,
                    self._recalled,
                    self._title,
                )
            )


class Encoder:
    """Gives each text its vector: one that there is, or a new one, which is journalled at once."""

    def __init__(
        self,
        embedder: Embedder,
        directory: Path,
        journal: VectorJournal,
        known: Sequence[KeyedVectors],
        meter: Meter,
        slice_bytes: int,
    ) -> None:
        self.embedder = embedder
        self._slice_bytes = slice_bytes
        self.journal = journal
        self.meter = meter
        self._directory = directory
        self._interrupted = journal.vectors()
        self._known = known

    def encode(self, texts: Sequence[str], size: int) -> tuple[Keys, FloatMatrix]:
        """Keys and vectors of different texts, which come from documents of ``size`` bytes."""
        keys = text_keys(texts)
        vectors = np.empty((len(texts), self.embedder.dimension), dtype=np.float32)
        recalled = self._fill(vectors, keys, missing := np.ones(len(texts), dtype=bool), self._interrupted)
        # Last what this run embedded: the boilerplate of many documents.
        for known in (*self._known, self.journal.vectors()):
            self._fill(vectors, keys, missing, known)
        sizes = np.array([_size(text) for text in texts])
        total = max(1, int(sizes.sum()))
        share = int(sizes[missing].sum()) / total
        self.meter.plan(size, share, recalled)
        # Longest first: texts of one length share a batch, and what takes most memory comes at once.
        order = np.flatnonzero(missing)[np.argsort(-sizes[missing], kind="stable")]
        for rows in _slices(order, sizes, self._slice_bytes):
            part = [texts[row] for row in rows]
            vectors[rows] = self.embedder.embed_documents(part)
            with telling(self._directory):
                self.journal.append(keys[rows], vectors[rows])
            self.meter.embedded(size * int(sizes[rows].sum()) / total, sum(map(len, part)))
        return keys, vectors

    def _fill(self, vectors: FloatMatrix, keys: Keys, missing: NDArray[np.bool_], known: KeyedVectors) -> int:
        """Copy those that are known to where they are missing, and count them."""
        wanted = np.flatnonzero(missing)
        held, found = known.find(keys[wanted])
        vectors[wanted[held]] = found
        missing[wanted[held]] = False
        return len(held)


@dataclass(frozen=True, slots=True)
class Divided:
    """A document that waits for its vectors."""

    item: Item
    document: Document
    sections: Sequence[Section]
    chunks: Sequence[Chunk]
    chunk_texts: list[str]
    sentence_texts: list[str]


def _entries(
    parts: Sequence[Kept | list[Item]], old: Index | None, encoder: Encoder, settings: ChunkSettings
) -> Iterator[IndexEntry | Kept]:
    """Turn items into entries, group by group."""
    for part in parts:
        if isinstance(part, Kept):
            yield part
            encoder.meter.keep(len(part.records))
        else:
            yield from _entries_of(part, old, encoder, settings)
    # Before the new index takes its place: Windows removes no file that is open.
    encoder.journal.close()


def _entries_of(
    items: Sequence[Item], old: Index | None, encoder: Encoder, settings: ChunkSettings
) -> Iterator[IndexEntry]:
    group: list[Item | Divided] = []
    texts = 0
    for item in items:
        if item.read is None:
            group.append(item)
        else:
            encoder.meter.begin(item.title)
            divided = divide(item, item.read(), encoder.embedder, settings)
            group.append(divided)
            texts += len(divided.chunk_texts) + len(divided.sentence_texts)
        if not 0 < texts < GROUP_TEXTS:
            yield from embed_group(group, old, encoder)
            group, texts = [], 0
    yield from embed_group(group, old, encoder)


def divide(item: Item, document: Document, embedder: Embedder, settings: ChunkSettings) -> Divided:
    """Find the sections and chunks of a document."""
    outline = outline_document(document)
    chunks = chunk_document(outline, embedder.count_tokens, settings)
    return Divided(
        item,
        document,
        outline.sections,
        chunks,
        [chunk.embedding_text for chunk in chunks],
        [text for chunk in chunks for text in encoded_sentences(chunk)],
    )


def embed_group(group: list[Item | Divided], old: Index | None, encoder: Encoder) -> Iterator[IndexEntry]:
    """Embed what a group of documents shows the model, and give out each with its vectors."""
    divided = [each for each in group if isinstance(each, Divided)]
    # Each text once: a chunk of one sentence reads as that sentence does.
    places: dict[str, int] = {}
    for each in divided:
        for text in (*each.chunk_texts, *each.sentence_texts):
            places.setdefault(text, len(places))
    keys, vectors = encoder.encode(list(places), sum(each.item.size for each in divided))
    for member in group:
        if isinstance(member, Divided):
            chunk_rows = [places[text] for text in member.chunk_texts]
            sentence_rows = [places[text] for text in member.sentence_texts]
            yield IndexEntry(
                document=member.document,
                sections=member.sections,
                chunks=member.chunks,
                chunk_vectors=vectors[chunk_rows],
                sentence_vectors=vectors[sentence_rows],
                chunk_keys=keys[chunk_rows],
                sentence_keys=keys[sentence_rows],
                origin=member.item.origin,
            )
        elif old is not None:
            encoder.meter.begin(member.title)
            yield old.entry(member.id)
        encoder.meter.finish()


def _slices(rows: IntVector, sizes: IntVector, slice_bytes: int) -> Iterator[IntVector]:
    """Divide rows into runs of about one size, each of one row at least."""
    if len(rows):
        ends = np.cumsum(sizes[rows])
        cuts = np.flatnonzero(np.diff(ends // slice_bytes)) + 1
        yield from np.split(rows, cuts)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _cohort_writer(old: Index | None, embedder: Embedder) -> CommonWriter:
    """Write the cohorts' vectors, those of the index that is there if it has the same cohorts."""

    def write(path: Path) -> None:
        vectors = None
        if old is not None and old.manifest.zhangju_version == version("zhangju"):
            with suppress(IndexDamagedError):
                vectors = load_cohorts(old)
        _save(path, embed_cohorts(embedder) if vectors is None else vectors)

    return write


def _save(path: Path, vectors: FloatMatrix) -> None:
    with path.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)


def _write_lexical(path: Path, texts: Texts) -> None:
    LexicalIndex.write(path, (lexical_text(chunk) for chunk in texts.all_chunks()))


def lexical_text(chunk: Chunk) -> str:
    """What the keyword search sees: words of the headings count for what stands under them."""
    above = [heading for heading in chunk.section_path if not chunk.reading_text.startswith(heading)]
    return f"{heading_path(above)}\n{chunk.reading_text}"
