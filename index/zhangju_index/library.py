"""A library of documents in an index: put sources into it, take documents out, build it anew.

Each of the three holds the folder's lock from its first look at the index to the end, and leaves
a whole new index or the old one. Segments of the index in which nothing changes are neither read
nor written (``zhangju_index.build.plan_segments``).

A source is the same as before when its file is, and unchanged when its bytes are. A file is known by
its full path; one that was sent without a path (an upload, standard input) by its name: it takes the
place of what was sent under that name, or else of the one file that is called so. A file that is named
exactly as something that was sent takes its place.

Sources are read first, one at a time, and wait on disk: what cannot be read is known before the
first text is embedded, and memory does not grow with their number.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Literal

from zhangju_index.build import (
    Item,
    OnStatus,
    Status,
    build_items,
    copy_documents,
    may_take_over,
    plan_segments,
    read_segments,
    text_size,
)
from zhangju_index.entries import Origin
from zhangju_index.errors import (
    DocumentError,
    Fault,
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    InputError,
)
from zhangju_index.file_names import file_name
from zhangju_index.folder import Index, open_index, salvage_index
from zhangju_index.formats import choose_parser
from zhangju_index.generations import SPOOL, claimed, mend, telling, unfinished_file
from zhangju_index.manifest import DocumentRecord, Manifest, version
from zhangju_index.parsing import MAX_BYTES, document_from_bytes, read_bytes, source_hash
from zhangju_index.protocols import Embedder
from zhangju_index.segments import AnyTexts
from zhangju_index.text_keys import KeyedVectors
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.values import Document

__all__ = [
    "Change",
    "Intake",
    "OnNote",
    "OnReading",
    "Outcome",
    "Reading",
    "Source",
    "Spool",
    "add_sources",
    "find_document",
    "rebuild_library",
    "remove_documents",
]

_PATH, _FORMAT = "path", "format"
# Bytes of an index that are compared in less than a tenth of the time that embedding a byte of text
# takes: then its vectors are worth looking through for texts that it holds already.
_WORTH_COMPARING = 5000

Outcome = Literal["added", "replaced", "unchanged", "refused"]
"""What became of a source."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something to be read: a file, or bytes that came another way (standard input, an upload).

    Attributes:
        name: As the user gave it; it becomes ``Document.source``, and its ending tells the format.
        path: The file; where neither it nor ``data`` is given, the name is its path.
        data: The bytes themselves, where they are not in a file.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one source.

    Attributes:
        source: Its name.
        outcome: Whether it is in the library now, and since when.
        document_id: Id of its document; None if it was refused.
        characters: Code points of its text; 0 if it was refused.
        reason: Of a refusal, in one line.
        fault: What is wrong with what was refused.
    """

    source: str
    outcome: Outcome
    document_id: str | None = None
    characters: int = 0
    reason: str = ""
    fault: Fault = "unreadable"


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a library.

    Attributes:
        manifest: Of the index as it is now.
        readings: What became of each source, in order.
        removed: Ids of the documents that were taken out.
    """

    manifest: Manifest
    readings: tuple[Reading, ...] = ()
    removed: tuple[str, ...] = ()


OnReading = Callable[[Reading], None]
OnNote = Callable[[str], None]


def add_sources(
    sources: Sequence[Source],
    directory: Path,
    *,
    model: str | None = None,
    embedder: Embedder | None = None,
    on_reading: OnReading | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Put sources into the index in a folder, which is made where there is none.

    A source that is there already is replaced in its place, under its id, if its bytes changed;
    others are appended. What cannot be read is refused, and the rest goes on. Where nothing
    changes, the index is not touched and no model is loaded.

    Args:
        sources: What to read.
        directory: The folder of the index.
        model: Name of an embedding model; None takes the index's own, or the bundled one.
        embedder: The same, already loaded.
        on_reading: Told what became of each source; it is in the index once this returns.
        on_status: Told how far it is: first of the sources read, then of the documents embedded.
        on_note: Told what else the user should know.

    Raises:
        DocumentError: There is no index that is whole, and no source could be read.
        IndexBusyError: Another process is writing the index.
        IndexUnusableError: It is of another format, or the system does not let us read it: it
            is left alone.
        InputError: The folder holds something else, or cannot be written.
        ModelError: The model cannot be loaded.
    """
    told: list[Reading] = []
    before: list[Reading] = []

    def tell(reading: Reading) -> None:
        number = len(told)
        told.append(reading)
        if on_reading and reading not in before[number : number + 1]:
            on_reading(reading)

    with claimed(directory):
        try:
            return _add(sources, directory, model, embedder, tell, on_status, on_note or _ignore)
        except _ChangedSegmentError:
            # Rare enough to begin again, with every byte compared: what is whole is then taken alone.
            # What became of a source is told again where that is no longer so.
            before[:], told[:] = told, ()
            return _add(sources, directory, model, embedder, tell, on_status, on_note or _ignore, verify=True)


def _add(
    sources: Sequence[Source],
    directory: Path,
    model: str | None,
    embedder: Embedder | None,
    on_reading: OnReading | None,
    on_status: OnStatus | None,
    note: OnNote,
    *,
    verify: bool = False,
) -> Change:
    with ExitStack() as stack:
        shelf = _open_shelf(directory, note, stack, verify=verify)
        spool = stack.enter_context(closing(Spool(directory)))
        try:
            metadata = shelf.texts.metadata() if shelf.texts else {}
        except IndexDamagedError as error:
            raise _ChangedSegmentError from error
        intake = Intake(shelf.records, metadata, spool)
        readings = intake.take_all(sources, on_reading, on_status)
        if shelf.index is not None:
            # Who adds again what is there may do so because its texts are damaged.
            again = [each.id for each in shelf.records.values() if each.file_sha256 in intake.digests]
            _compare(shelf, shelf.index.segments_of(again), texts_alone=True)
        refused = all(reading.outcome == "refused" for reading in readings)
        if shelf.index is not None:
            own = shelf.index.manifest
            if refused or (not intake.new and model in (None, own.model.name)):
                return Change(own, readings)
        elif refused:
            reasons = [reading.reason for reading in readings] or ["no source was given"]
            more = f" (and {len(reasons) - 1} more could not be read)" if len(reasons) > 1 else ""
            raise DocumentError(f"{reasons[0]}{more}")
        return Change(_build(shelf, intake, directory, model, on_status, embedder=embedder), readings)


class _ChangedSegmentError(Exception):
    """A segment that is to be read is not as it was written."""


def remove_documents(names: Sequence[str], directory: Path, *, on_status: OnStatus | None = None) -> Change:
    """Take documents out of an index; nothing of them stays in any file of the new one.

    The files of the old one are removed once the new one is in place. Where the system keeps one,
    as Windows does while it is open, the next change removes it. No model is needed. An index may
    be left empty: it opens, and finds nothing.

    Args:
        names: Ids, sources or paths of the documents.
        directory: The folder of the index.
        on_status: Told how far it is.

    Raises:
        IndexBusyError: Another process is writing the index.
        IndexUnusableError: There is no index, or it cannot be used.
        InputError: No document has such a name, or several have; the index is left as it is. Or
            the folder cannot be written.
    """
    # A folder without an index is told as such, and not made.
    open_index(directory).close()
    with claimed(directory), open_index(directory) as index:
        records, metadata = index.manifest.documents, index.texts.metadata()
        removed = {find_document(name, records, metadata, f"--index {directory}"): None for name in names}
        kept = [record.id for record in records if record.id not in removed]
        return Change(copy_documents(kept, directory, index, on_status), removed=tuple(removed))


def rebuild_library(
    directory: Path,
    *,
    model: str | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Build an index anew, from the texts stored in it, as the installed version builds one.

    A file is read again if it is still there with the same bytes and another version read it.
    Vectors that are whole stay, as far as texts and model do. Of a damaged index, and of one of
    an older format, what is whole is used.

    Args:
        directory: The folder of the index.
        model: Name of an embedding model; None takes the index's own.
        on_status: Told how far it is: first of the files looked at, then of the documents embedded.
        on_note: Told what the user should know.

    Raises:
        IndexBusyError: Another process is writing the index.
        IndexDamagedError: Its texts are damaged.
        IndexUnusableError: There is no index, a newer Zhangju wrote it, or the system does not
            let us read it: it is left alone.
        InputError: The folder cannot be written.
        ModelError: The model cannot be loaded.
    """
    note = on_note or _ignore
    # A folder without an index is told as such, and not made.
    salvage_index(directory).close()
    with ExitStack() as stack:
        stack.enter_context(claimed(directory))
        shelf = _open_shelf(directory, note, stack, older=True, verify=True)
        lost = _lost(shelf)
        if shelf.texts is None or lost:
            held = ", ".join(lost)
            raise IndexDamagedError(
                f"the index at {directory} cannot be rebuilt, as its texts are damaged too: add its files again"
                f" with 'zhangju index add PATH… --index {directory}'" + (f"; it held {held}" if held else "")
            )
        spool = stack.enter_context(closing(Spool(directory)))
        intake = Intake(shelf.records, shelf.texts.metadata() if shelf.texts else {}, spool)
        intake.read_all_again(note, on_status)
        manifest = _build(shelf, intake, directory, model, on_status, anew=True)
        return Change(manifest, tuple(intake.readings))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is there: an index that is whole, what can be saved of one that is not, or nothing.

    Attributes:
        index: The index, if it is whole.
        manifest: Of the index; None if it is lost, or there is none.
        texts: Its texts; None if they are lost, or there are none.
        vectors: Its vectors that are whole, where the index is not.
        records: The documents whose texts are there, by id, in order.
        compared: Segments of the index whose every byte was compared.
    """

    index: Index | None = None
    manifest: Manifest | None = None
    texts: AnyTexts | None = None
    vectors: tuple[KeyedVectors, ...] = ()
    records: Mapping[str, DocumentRecord] = field(default_factory=dict)
    compared: frozenset[int] = frozenset()


def _open_shelf(
    directory: Path, note: OnNote, stack: ExitStack, *, older: bool = False, verify: bool = False
) -> _Shelf:
    """Open what is there until ``stack`` closes; with ``older`` also what an old version wrote."""
    damage = ""
    try:
        index = stack.enter_context(open_index(directory, verify=verify))
        compared = range(len(index.manifest.by_segment())) if verify else index.compared()
        return _Shelf(
            index, index.manifest, index.texts, (), _by_id(index.manifest.documents), frozenset(compared)
        )
    except IndexMissingError:
        return _Shelf()
    except IndexDamagedError as error:
        damage = str(error).replace(mend(directory), "it is built anew")
    except IndexFormatError:
        if not older:
            raise
    salvage = stack.enter_context(closing(salvage_index(directory)))
    shelf = _Shelf(None, salvage.manifest, salvage.texts, salvage.vectors, _by_id(salvage.records))
    lost = _lost(shelf)
    if damage and shelf.records and not lost:
        note(f"{damage}, of its texts, which are whole")
    elif damage:
        rest = "some of its texts" if shelf.records else "its texts"
        held = f"; it held {', '.join(lost)}: add again what is missing" if lost else ""
        note(f"{damage}, without {rest}{held}")
    return shelf


def _by_id(records: Sequence[DocumentRecord]) -> Mapping[str, DocumentRecord]:
    return {record.id: record for record in records}


def _lost(shelf: _Shelf) -> list[str]:
    """Sources of the documents whose texts are not there any more."""
    documents = shelf.manifest.documents if shelf.manifest else ()
    return [record.source for record in documents if record.id not in shelf.records]


def _compare(shelf: _Shelf, segments: Collection[int], *, texts_alone: bool = False) -> None:
    """Compare every byte of some segments, or of their texts, that was not compared yet.

    Raises:
        _ChangedSegmentError: One is not as it was written.
    """
    if shelf.index is not None:
        try:
            shelf.index.compare(set(segments) - shelf.compared, texts_alone=texts_alone)
        except IndexDamagedError as error:
            raise _ChangedSegmentError from error


class Spool:
    """Documents that were read, and wait on disk until their turn comes.

    Args:
        directory: A folder that this process has claimed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with telling(directory):
            self._path = unfinished_file(directory, SPOOL)
            # One of a build that was killed.
            self._path.unlink(missing_ok=True)
        self._writer: TextsWriter | None = None
        self._texts: Texts | None = None
        self._count = 0

    def add(self, document: Document) -> Callable[[], Document]:
        """Put a document down; what comes back reads it, once all are there."""
        with telling(self._directory):
            if self._writer is None:
                self._writer = TextsWriter(self._path)
            self._writer.add_document(replace(document, id=str(self._count)), ())
        self._count += 1
        return partial(self._read, str(self._count - 1), document.id)

    def close(self) -> None:
        """Remove it."""
        if self._texts is not None:
            self._texts.close()
        if self._writer is not None:
            self._writer.abandon()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _read(self, number: str, identifier: str) -> Document:
        if self._texts is None:
            self._texts = self._open()
        return replace(self._texts.document(number), id=identifier)

    def _open(self) -> Texts:
        if self._writer is not None:
            with telling(self._directory):
                self._writer.close()
        return Texts(self._path)


class Intake:
    """Reads sources, and keeps account of what the index is to hold.

    Args:
        records: The documents it holds, by id, in order.
        metadata: Of each of them, by id.
        spool: Where documents wait that were read.

    Attributes:
        records: Every document that it is to hold, by id, in order.
        new: Those of them that were read now.
        readings: What became of each source.
        digests: Of the bytes of each source that could be read.
    """

    def __init__(
        self, records: Mapping[str, DocumentRecord], metadata: Mapping[str, Mapping[str, str]], spool: Spool
    ) -> None:
        self.records = dict(records)
        self.new: dict[str, Item] = {}
        self.readings: list[Reading] = []
        self.digests: set[str] = set()
        self._spool = spool
        self._metadata = metadata
        self._paths = {name: self._metadata[name].get(_PATH) for name in self.records}
        self._by_place: dict[str, str] = {}
        self._by_file: dict[str, set[str]] = {}
        for record in self.records.values():
            self._note_place(record.id, self._paths[record.id], record.source)

    def take_all(
        self, sources: Sequence[Source], on_reading: OnReading | None, on_status: OnStatus | None
    ) -> tuple[Reading, ...]:
        """Read sources one after the other, telling what becomes of each."""
        for number, source in enumerate(sources):
            if on_status:
                on_status(Status(number, len(sources), 0.0, 0.0, 0, 0, source.name))
            reading = self._take(source)
            if on_reading:
                on_reading(reading)
        return tuple(self.readings)

    def read_all_again(self, note: OnNote, on_status: OnStatus | None) -> None:
        """Read the files of all documents again that another version read."""
        records = list(self.records.values())
        for number, record in enumerate(records):
            if on_status:
                on_status(Status(number, len(records), 0.0, 0.0, 0, 0, record.title))
            self._read_again(record, note)

    def _take(self, source: Source) -> Reading:
        """Read a source, unless it is known to be as it was."""
        try:
            reading = self._look_at(source)
        except DocumentError as error:
            reading = Reading(source.name, "refused", reason=str(error), fault=error.fault)
        self.readings.append(reading)
        return reading

    def _read_again(self, record: DocumentRecord, note: OnNote) -> None:
        """Read a file with the installed version that another one read, if it is still the same."""
        path = self._metadata[record.id].get(_PATH)
        if path is None or not record.file_sha256 or record.read_by == version("zhangju"):
            return
        try:
            data = read_bytes(Path(path))
        except DocumentError:
            return
        if _digest(data) != record.file_sha256:
            return
        try:
            self.readings.append(self._put(record.id, data, record.source, path))
        except DocumentError as error:
            note(f"{error}; its text stays as it was read before")

    def _look_at(self, source: Source) -> Reading:
        name, path = _storable(source.name), None
        if source.data is not None:
            data = source.data
            if len(data) > MAX_BYTES:
                raise DocumentError(f"{name} has more than {MAX_BYTES // 2**20} MiB: divide it", "too_large")
        else:
            file = source.path or Path(source.name)
            data = read_bytes(file)
            path = _full_path(file)
        record = self.records.get(self._known_as(path, name) or "")
        self.digests.add(digest := _digest(data))
        if record is not None and record.file_sha256 == digest and record.read_by == version("zhangju"):
            return Reading(source.name, "unchanged", record.id, record.characters)
        return self._put(record.id if record else None, data, name, path)

    def _known_as(self, path: str | None, name: str) -> str | None:
        """Id of the document whose file this is."""
        if path is not None and path in self._by_place:
            return self._by_place[path]
        if name in self._by_place:
            return self._by_place[name]
        # Of several files of one name, nobody can say which is meant.
        files = self._by_file.get(file_name(name), set()) if path is None else set()
        return next(iter(files)) if len(files) == 1 else None

    def _note_place(self, identifier: str, path: str | None, name: str) -> None:
        self._by_place[path or name] = identifier
        if path is not None:
            self._by_file.setdefault(file_name(path), set()).add(identifier)

    def _put(self, identifier: str | None, data: bytes, name: str, path: str | None) -> Reading:
        """Parse what was read, and put it in the place of the document of an id, or at the end."""
        before = None if identifier is None else self.records[identifier]
        # What is sent in place of a file stays that file, so that the next one finds it again.
        place = path if before is None or path else self._paths[before.id]
        document = _parse(data, name, place)
        source = before.source if before is not None and path is None and place else name
        document = replace(document, id=identifier or _free_id(document.id, self.records), source=source)
        origin = Origin(_digest(data), version("zhangju"))
        read = self._spool.add(document)
        self.new[document.id] = Item(document.id, document.title, read, text_size(document), origin)
        self.records[document.id] = record = DocumentRecord(
            document.id, document.title, source, source_hash(document), len(document.text), *origin
        )
        self._paths[document.id] = place
        self._note_place(document.id, place, source)
        outcome: Outcome = "added"
        if before is not None:
            same = (before.sha256, before.file_sha256) == (record.sha256, record.file_sha256)
            outcome = "unchanged" if same else "replaced"
        return Reading(name, outcome, document.id, len(document.text))


def _build(
    shelf: _Shelf,
    intake: Intake,
    directory: Path,
    model: str | None,
    on_status: OnStatus | None,
    *,
    anew: bool = False,
    embedder: Embedder | None = None,
) -> Manifest:
    """Write what ``intake`` says, taking over from ``shelf`` what can be; with ``anew``, vectors alone."""
    from zhangju_index.embedding import load_embedder

    embedder = embedder or load_embedder(model or (shelf.manifest.model.name if shelf.manifest else None))
    index = shelf.index
    take_over = index is not None and not anew and may_take_over(index.manifest, embedder)
    if index is not None and not take_over:
        # All texts are read.
        _compare(shelf, range(len(index.manifest.by_segment())), texts_alone=True)

    def item(record: DocumentRecord) -> Item:
        origin = Origin(record.file_sha256, record.read_by)
        if record.id in intake.new:
            return intake.new[record.id]
        if take_over or shelf.texts is None:
            return Item(record.id, record.title, origin=origin)
        read = partial(shelf.texts.document, record.id)
        return Item(record.id, record.title, read, text_size(read()), origin)

    same_model = shelf.manifest is not None and _is_of(embedder, shelf.manifest)
    items = [item(record) for record in intake.records.values()]
    old = index if same_model else None
    return build_items(
        items,
        directory,
        embedder,
        old=old,
        known=_known(shelf, items, take_over=take_over) if same_model else (),
        on_status=on_status,
    )


def _known(shelf: _Shelf, items: Sequence[Item], *, take_over: bool) -> tuple[KeyedVectors, ...]:
    """Vectors that may be copied, every byte that is read having been compared.

    Raises:
        _ChangedSegmentError: One is not as it was written.
    """
    index = shelf.index
    if index is None:
        return shelf.vectors
    everything = set(range(len(index.manifest.by_segment())))
    read = read_segments(plan_segments(items, index), index) if take_over else everything
    if sum(item.size for item in items) * _WORTH_COMPARING >= index.bytes:
        read = everything
    _compare(shelf, read)
    return index.vectors(read | shelf.compared)


def _is_of(embedder: Embedder, manifest: Manifest) -> bool:
    made_by = manifest.model
    return (made_by.fingerprint, made_by.dimension) == (embedder.fingerprint, embedder.dimension)


def _parse(data: bytes, name: str, path: str | None) -> Document:
    """Read a document, with what is known of its file.

    Raises:
        DocumentError: It cannot be read.
    """
    try:
        document = document_from_bytes(data, source=name)
        document.text.encode("utf-8")
        metadata = {**document.metadata, _FORMAT: choose_parser(data, name)}
    except DocumentError:
        raise
    # A parser's library can fail in any way its authors thought of, and the other sources go on.
    except Exception as error:
        reason = " ".join(str(error).split())[:160]
        raise DocumentError(
            f"{name} cannot be read ({type(error).__name__}: {reason}): save it again, or in another format"
        ) from error
    if path is not None:
        metadata[_PATH] = path
    return replace(
        document,
        title=_storable(document.title),
        metadata={_storable(key): _storable(value) for key, value in metadata.items()},
    )


def find_document(
    name: str, records: Sequence[DocumentRecord], metadata: Mapping[str, Mapping[str, str]], place: str
) -> str:
    """Id of the document that is called ``name``: by its id, its source, or its path.

    Args:
        name: What people call it.
        records: The documents that there are.
        metadata: Of each of them, by id.
        place: The option that names where they are, for the message.

    Raises:
        InputError: There is none, or more than one.
    """
    full = _full_path(Path(name))
    for ids in (
        [record.id for record in records if record.id == name],
        [record.id for record in records if record.source == name],
        [record.id for record in records if metadata[record.id].get(_PATH) == full],
    ):
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise InputError(f"{name} names {len(ids)} documents: give the id of one, {' or '.join(ids)}")
    names = list(dict.fromkeys(each for record in records for each in (record.id, record.source)))
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    raise InputError(
        f"the index holds no document {name}: "
        + (f"expected {' or '.join(near)}" if near else f"see 'zhangju index list {place}'")
    )


def _free_id(wanted: str, taken: Collection[str]) -> str:
    identifier, number = wanted, 1
    while identifier in taken:
        number += 1
        identifier = f"{wanted}-{number}"
    return identifier


def _full_path(path: Path) -> str:
    """The path by which a file is known again from any other folder."""
    return _storable(os.path.realpath(path))


def _storable(text: str) -> str:
    """What an index can keep: of names that are not UTF-8, the odd bytes become escapes."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "backslashreplace")
    return data.decode("utf-8", "backslashreplace")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _ignore(note: str) -> None:
    """Where nobody wants to know."""
