"""A library of documents in a store: put sources into it, take documents out, build it anew, check it.

The same as ``zhangju_index.library`` does with a folder, and told in the same words. Sources wait
and vectors are journalled in a folder of this machine, so that an interrupted command goes on
where it stopped; the store gets what is complete.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from zhangju_index.build import (
    GROUP_TEXTS,
    Divided,
    Item,
    Meter,
    OnStatus,
    Status,
    divide,
    embed_group,
    encoding,
    lexical_text,
    may_take_over,
)
from zhangju_index.chunking import ChunkSettings, encoded_sentences
from zhangju_index.cohort import embed_cohorts
from zhangju_index.entries import IndexEntry, Origin
from zhangju_index.errors import DocumentError, IndexDamagedError
from zhangju_index.generations import JOURNAL, claimed, unfinished_file
from zhangju_index.lexical import tokenize
from zhangju_index.library import Change, Intake, OnNote, OnReading, Source, Spool, find_document
from zhangju_index.manifest import Manifest, ModelRecord, version
from zhangju_index.milvus.address import StoreAddress
from zhangju_index.milvus.claim import Claim, claimed_library
from zhangju_index.milvus.client import Client
from zhangju_index.milvus.postings import BLOCK_FIELDS
from zhangju_index.milvus.schema import HNSW, TERMS
from zhangju_index.milvus.search import Held, Library
from zhangju_index.milvus.state import State, corpus_digest, find_state, read_state
from zhangju_index.milvus.writing import LibraryWriter, clean, create_generation, drop_generations
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import Embedder
from zhangju_index.text_keys import KeyedVectors, text_keys
from zhangju_index.values import Document, Section

__all__ = [
    "add_to_store",
    "list_store",
    "read_from_store",
    "rebuild_store",
    "remove_from_store",
    "verify_store",
    "work_folder",
]


def add_to_store(
    sources: Sequence[Source],
    address: StoreAddress,
    *,
    model: str | None = None,
    embedder: Embedder | None = None,
    on_reading: OnReading | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Put sources into a library, which is made where there is none; see ``add_sources``.

    Raises:
        DocumentError: There is no library, and no source could be read.
        IndexBusyError: Another process is writing it.
        IndexUnusableError: The store cannot be reached, or what is there cannot be used.
        ModelError: The model cannot be loaded.
    """
    with ExitStack() as stack:
        client, claim, folder = _enter(address, stack)
        state = find_state(client)
        held = _held(client, state)
        intake = _intake(held, folder, stack)
        readings = intake.take_all(sources, on_reading, on_status)
        refused = all(reading.outcome == "refused" for reading in readings)
        if state is not None:
            if refused or (not intake.new and model in (None, state.model.name)):
                return Change(state.manifest(), readings)
        elif refused:
            reasons = [reading.reason for reading in readings] or ["no source was given"]
            raise DocumentError(reasons[0])
        embedder = embedder or _embedder(model, state)
        work = _Work(client, claim, folder, embedder, on_status)
        if state is not None and may_take_over(state.manifest(), embedder):
            new = _add(work, state, held, list(intake.new.values()))
        else:
            # There is none, or one of another model, or of a version that divides texts otherwise.
            new = _build_anew(work, state, held, intake)
        return Change(new.manifest(), readings)


def remove_from_store(
    names: Sequence[str], address: StoreAddress, *, on_status: OnStatus | None = None
) -> Change:
    """Take documents out of a library; nothing of them stays in any collection. No model is needed.

    Raises:
        IndexBusyError: Another process is writing it.
        IndexUnusableError: There is none, or it cannot be used.
        InputError: No document has such a name, or several have.
    """
    with ExitStack() as stack:
        client, claim, folder = _enter(address, stack, there=True)
        state = read_state(client)
        held = _held(client, state)
        metadata = {each.record.id: each.metadata for each in held.values()}
        records = [each.record for each in held.values()]
        wanted = list(
            dict.fromkeys(find_document(name, records, metadata, f"--store {address}") for name in names)
        )
        state = clean(client, state)
        with LibraryWriter(client, claim, state, folder) as writer:
            for number, name in enumerate(wanted):
                if on_status:
                    on_status(Status(number, len(wanted), 0.0, 0.0, 0, 0, held[name].record.title))
                writer.remove(held[name])
            new = writer.commit()
        return Change(new.manifest(), removed=tuple(wanted))


def rebuild_store(
    address: StoreAddress,
    *,
    model: str | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Build a library anew from the texts in it, beside the one that is there; see ``rebuild_library``.

    Raises:
        IndexBusyError: Another process is writing it.
        IndexUnusableError: There is none, or its texts are damaged.
        ModelError: The model cannot be loaded.
    """
    with ExitStack() as stack:
        client, claim, folder = _enter(address, stack, there=True)
        state = read_state(client)
        held = _held(client, state)
        intake = _intake(held, folder, stack)
        intake.read_all_again(on_note or _ignore, on_status)
        work = _Work(client, claim, folder, _embedder(model, state), on_status)
        new = _build_anew(work, state, held, intake)
        return Change(new.manifest(), tuple(intake.readings))


def list_store(address: StoreAddress) -> tuple[Manifest, dict[str, Mapping[str, str]], dict[str, int]]:
    """What a library holds: its manifest, and metadata and pages of each document, by id."""
    with closing(Client(address)) as client:
        state = read_state(client)
        held = _held(client, state)
    return (
        state.manifest(tuple(each.record for each in held.values())),
        {name: each.metadata for name, each in held.items()},
        {name: each.counts["pages"] for name, each in held.items() if each.counts["pages"]},
    )


def read_from_store(
    address: StoreAddress, document_ids: Iterable[str]
) -> Iterator[tuple[Document, tuple[Section, ...]]]:
    """Documents of a library with their sections, one after the other.

    Raises:
        IndexMissingError: There is no library.
        KeyError: It holds none of one id.
    """
    with closing(Client(address)) as client:
        library = Library(client, read_state(client))
        library.load()
        for each in document_ids:
            yield library.document(each)[1], library.sections(each)


def verify_store(address: StoreAddress, *, on_status: OnStatus | None = None) -> Manifest:
    """Compare everything in a library with what it was when it was written.

    Texts are compared with their digests, chunks and sentences with the texts they were cut from,
    vectors with the length they have, and the keyword search with the texts it was made of.

    Raises:
        IndexMissingError: There is none.
        IndexDamagedError: Something is not as it was written.
    """
    with closing(Client(address)) as client:
        state = read_state(client)
        library = Library(client, state)
        library.load()
        all_held = library.held()
        corpus, chunks, sentences, tokens, entries = "0" * 64, 0, 0, 0, 0
        for done, held in enumerate(all_held):
            if on_status:
                on_status(Status(done, len(all_held), 0.0, 0.0, 0, 0, held.record.title))
            words, own = _verify_document(library, held)
            tokens += sum(map(len, words))
            entries += sum(len(set(each)) for each in words)
            corpus = corpus_digest(corpus, held.record.id, held.record.sha256)
            chunks += len(words)
            sentences += own
        found = (len(all_held), chunks, sentences)
        counted = (state.counts.documents, state.counts.chunks, state.counts.sentences)
        if found != counted or corpus != state.corpus:
            raise _damaged(library, f"documents, chunks and sentences {counted}, got {found} or other texts")
        blocks = client.scan(library.name(TERMS), f"born <= {state.revision}", BLOCK_FIELDS, batch=4000)
        kept = sum(row["count"] for row in blocks)
        if (tokens, entries) != (state.tokens, state.entries) or kept != entries:
            raise _damaged(library, f"{state.entries:,} entries of the keyword search, got {kept:,}")
    return state.manifest()


def _verify_document(library: Library, held: Held) -> tuple[list[list[str]], int]:
    """Words of each chunk of a document, and how many sentences it has.

    Raises:
        IndexDamagedError: Something of it is not as it was written.
    """
    source = held.record.source
    document = library.document(held.record.id)[1]
    if source_hash(document) != held.record.sha256:
        raise _damaged(library, f"the text of {source} as it was written")
    found = library.chunks_of(held.number)
    chunks = [chunk for _, chunk, _ in found]
    if any(document.text[chunk.start : chunk.end] != chunk.text for chunk in chunks):
        raise _damaged(library, f"the chunks of {source} to be parts of its text")
    vectors = library.sentence_vectors(held.number)
    own = sum(len(chunk.sentences) for chunk in chunks)
    if (len(chunks), own, len(vectors)) != (held.counts["chunks"], *2 * (held.counts["sentences"],)):
        raise _damaged(library, f"{held.counts['chunks']:,} chunks of {source} with their sentences")
    lengths = np.linalg.norm(np.vstack([vectors, *(vector for _, _, vector in found)]), axis=1)
    if not np.allclose(lengths, 1, atol=1e-2):
        raise _damaged(library, f"vectors of {source} of unit length")
    return [tokenize(lexical_text(chunk)) for chunk in chunks], own


def _damaged(library: Library, expected: str) -> IndexDamagedError:
    address = library.client.address
    return IndexDamagedError(
        f"the index at {address} is damaged: expected {expected}; build it again with"
        f" 'zhangju index rebuild --store {address}'"
    )


def work_folder(address: StoreAddress) -> Path:
    """Where on this machine a command about a library keeps what it has not sent yet."""
    from platformdirs import user_cache_path

    digest = hashlib.sha256(str(address).encode()).hexdigest()[:16]
    return user_cache_path("zhangju", appauthor=False) / "stores" / digest


def _enter(address: StoreAddress, stack: ExitStack, *, there: bool = False) -> tuple[Client, Claim, Path]:
    """Connect, and be the only writer until ``stack`` closes; with ``there``, of a library that exists."""
    client = stack.enter_context(closing(Client(address)))
    if there:
        read_state(client)
    claim = stack.enter_context(claimed_library(client))
    folder = work_folder(address)
    stack.enter_context(claimed(folder))
    return client, claim, folder


@dataclass(frozen=True, slots=True)
class _Work:
    """What a build needs: the right to write, a folder to work in, a model, and who is told."""

    client: Client
    claim: Claim
    folder: Path
    embedder: Embedder
    on_status: OnStatus | None


def _held(client: Client, state: State | None) -> dict[str, Held]:
    """What is known of every document, by its id, in order."""
    if state is None:
        return {}
    library = Library(client, state)
    library.load()
    return {each.record.id: each for each in library.held()}


def _intake(held: Mapping[str, Held], folder: Path, stack: ExitStack) -> Intake:
    return Intake(
        {name: each.record for name, each in held.items()},
        {name: each.metadata for name, each in held.items()},
        stack.enter_context(closing(Spool(folder))),
    )


def _embedder(model: str | None, state: State | None) -> Embedder:
    from zhangju_index.embedding import load_embedder

    return load_embedder(model or (state.model.name if state else None))


def _add(work: _Work, state: State, held: Mapping[str, Held], items: Sequence[Item]) -> State:
    """Add documents to a library, each in the place of the one that it replaces."""
    state = clean(work.client, state)
    old = Library(work.client, state)
    with LibraryWriter(work.client, work.claim, state, work.folder) as writer:
        for entry in _entries(work, items, old, held):
            before = held.get(entry.document.id)
            if before is not None:
                writer.remove(before)
            writer.add(entry, before.position if before else None)
        new = writer.commit()
    _forget(work.folder)
    return new


def _build_anew(work: _Work, state: State | None, held: Mapping[str, Held], intake: Intake) -> State:
    """Write a library beside the one that may be there, and put it in its place."""
    embedder, same = work.embedder, False
    old = None
    if state is not None:
        state = clean(work.client, state)
        old = Library(work.client, state)
        same = state.model.fingerprint == embedder.fingerprint
    else:
        drop_generations(work.client, None)
    base = State(
        zhangju_version=version("zhangju"),
        model=ModelRecord(embedder.name, embedder.fingerprint, embedder.dimension),
        chunking=ChunkSettings().to_json(),
        index=HNSW,
        generation=state.generation + 1 if state else 1,
        revision=state.revision if state else 0,
    )
    items = [
        intake.new.get(record.id)
        or Item(
            record.id,
            record.title,
            partial(_document, old, record.id),
            # Characters stand for bytes, which would have to be read for this.
            3 * record.characters,
            Origin(record.file_sha256, record.read_by),
        )
        for record in intake.records.values()
    ]
    create_generation(work.client, base)
    with LibraryWriter(work.client, work.claim, base, work.folder) as writer:
        for entry in _entries(work, items, old if same else None, held):
            writer.add(entry)
        new = writer.commit(embed_cohorts(embedder))
    _forget(work.folder)
    return new


def _document(library: Library | None, document_id: str) -> Document:
    if library is None:
        raise KeyError(document_id)
    return library.document(document_id)[1]


def _entries(
    work: _Work, items: Sequence[Item], old: Library | None, held: Mapping[str, Held]
) -> Iterator[IndexEntry]:
    """Divide and embed documents, some at a time, taking over vectors from ``old``."""
    meter = Meter(work.on_status, len(items), sum(item.size for item in items))
    with encoding(items, work.folder, work.embedder, meter) as encoder:
        for group in _groups(items, work.embedder, meter):
            known = [
                vectors
                for each in group
                if old is not None and each.item.id in held
                for vectors in _vectors(old, held[each.item.id].number)
            ]
            yield from embed_group(list(group), None, encoder(known))


def _groups(items: Sequence[Item], embedder: Embedder, meter: Meter) -> Iterator[list[Divided]]:
    settings = ChunkSettings()
    group: list[Divided] = []
    texts = 0
    for item in items:
        if item.read is None:
            continue
        meter.begin(item.title)
        divided = divide(item, item.read(), embedder, settings)
        group.append(divided)
        texts += len(divided.chunk_texts) + len(divided.sentence_texts)
        if texts >= GROUP_TEXTS:
            yield group
            group, texts = [], 0
    if group:
        yield group


def _vectors(library: Library, number: int) -> Iterator[KeyedVectors]:
    """Vectors of a document that is there, by the texts they stand for."""
    found = library.chunks_of(number)
    if not found:
        return
    chunks = [chunk for _, chunk, _ in found]
    own = np.stack([vector for _, _, vector in found])
    sentences = library.sentence_vectors(number)
    yield KeyedVectors(text_keys(chunk.embedding_text for chunk in chunks), lambda rows: own[rows])
    texts = [text for chunk in chunks for text in encoded_sentences(chunk)]
    if len(texts) == len(sentences):
        yield KeyedVectors(text_keys(texts), lambda rows: sentences[rows])


def _forget(folder: Path) -> None:
    """Remove the journal: what it holds has arrived."""
    with suppress(OSError):
        unfinished_file(folder, JOURNAL).unlink(missing_ok=True)


def _ignore(note: str) -> None:
    """Where nobody wants to know."""
