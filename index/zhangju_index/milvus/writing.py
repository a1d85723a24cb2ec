"""Writes a change of a library: nothing of it counts before it is published, all of it afterwards.

    1  rows of new documents, with numbers that do not count yet
    2  blocks of terms, born in a revision that does not count yet
    3  the state is published: from here on the change is there for everyone
    4  rows of documents that went, and blocks that younger ones replace, are removed
    5  the state is published once more, without them

Whoever is stopped before step 3 leaves the library as it was; before step 5, the next writer
cleans up. A row is never changed in place.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from zhangju_index.build import lexical_text
from zhangju_index.entries import IndexEntry
from zhangju_index.errors import IndexUnusableError
from zhangju_index.manifest import Counts, DocumentRecord
from zhangju_index.milvus.claim import Claim
from zhangju_index.milvus.client import Client, Row, quoted
from zhangju_index.milvus.postings import BLOCK_FIELDS, PostingsWriter, outdated_blocks
from zhangju_index.milvus.rows import blob_rows, chunk_rows, document_row, text_rows
from zhangju_index.milvus.schema import (
    CHUNKS,
    DOCUMENTS,
    KINDS,
    SENTENCES,
    TERMS,
    TEXTS,
    collection_name,
    collection_of,
    in_list,
)
from zhangju_index.milvus.search import Held, Library
from zhangju_index.milvus.state import State, corpus_digest, publish
from zhangju_index.protocols import FloatMatrix
from zhangju_index.searching import document_fields

__all__ = ["LibraryWriter", "clean", "create_generation", "drop_generations"]

# Sentences that wait before they are sent: 6 MB of vectors at 384 columns.
_SENTENCES_WAITING = 4000
# From so many rows on, servers are told to build their index; of fewer they compare each.
_FLUSH_FROM = 10_000
_KEYS_AT_A_TIME = 1000
# Of a document's rows, what field holds its number.
_NUMBER = {DOCUMENTS: "number", TEXTS: "document", CHUNKS: "document", SENTENCES: "document"}


class LibraryWriter:
    """Writes what comes and goes, and publishes it; use it in a ``with`` statement.

    Args:
        client: The store.
        claim: The right to write there.
        base: The state that is changed, or an empty one of a new generation.
        scratch: A folder on this machine where entries of the keyword search may wait.
    """

    def __init__(self, client: Client, claim: Claim, base: State, scratch: Path) -> None:
        self._client = client
        self._claim = claim
        self._base = base
        self._before = Library(client, base)
        self._postings = PostingsWriter(scratch)
        self._next = base.next_document
        self._counts = [
            base.counts.documents,
            base.counts.sections,
            base.counts.chunks,
            base.counts.sentences,
        ]
        self._corpus = base.corpus
        self._names = set(base.names)
        self._removed: list[int] = []
        self._waiting: dict[str, list[Row]] = {kind: [] for kind in _NUMBER}
        self._sent = dict.fromkeys(_NUMBER, 0)

    def add(self, entry: IndexEntry, position: int | None = None) -> None:
        """Append a document, or put it at the position of one that is removed.

        Raises:
            DocumentError: A name or a heading is too long for a store.
        """
        number, document = self._next, entry.document
        chunks, sentences = chunk_rows(number, entry.chunks, entry.chunk_vectors, entry.sentence_vectors)
        record = entry.record
        counts = {
            "sections": len(entry.sections),
            "chunks": len(chunks),
            "sentences": len(sentences),
            "pages": len(document.layout.pages),
        }
        about = document_row(
            number, number if position is None else position, record, document.metadata, counts
        )
        # Nothing of a document that does not fit is kept.
        for chunk, row in zip(entry.chunks, chunks, strict=True):
            self._postings.add(row["key"], lexical_text(chunk))
        self._next += 1
        self._waiting[DOCUMENTS].append(about)
        self._waiting[TEXTS] += text_rows(number, document, entry.sections)
        self._waiting[CHUNKS] += chunks
        self._waiting[SENTENCES] += sentences
        self._count(record, counts, 1)
        self._names |= document_fields(document.id, document.title, document.source, document.metadata).keys()
        if len(self._waiting[SENTENCES]) >= _SENTENCES_WAITING:
            self._send()

    def remove(self, held: Held) -> None:
        """Take a document out."""
        for key, chunk, _ in self._before.chunks_of(held.number):
            self._postings.remove(key, lexical_text(chunk))
        self._removed.append(held.number)
        self._count(held.record, held.counts, -1)

    def commit(self, cohorts: FloatMatrix | None = None) -> State:
        """Publish what was written.

        Args:
            cohorts: Vectors of ``zhangju_index.cohort``, in a new generation.

        Raises:
            IndexBusyError: Another process has taken over.
            IndexUnusableError: The store has not kept what it was given.
        """
        if cohorts is not None:
            self._waiting[TEXTS] += blob_rows(0, cohorts.astype("<f4").tobytes())
        self._send()
        revision = self._base.revision + 1
        terms = self._before.name(TERMS)
        outdated = self._postings.write(self._client, terms, revision, fresh=self._base.counts.chunks == 0)
        if sum(self._sent.values()) >= _FLUSH_FROM:
            with ThreadPoolExecutor() as pool:
                list(pool.map(self._client.flush, map(self._before.name, KINDS)))
        self._check_arrived()
        state = replace(
            self._base,
            counts=Counts(*self._counts),
            tokens=self._base.tokens + self._postings.tokens,
            entries=self._base.entries + self._postings.entries,
            corpus=self._corpus,
            names=tuple(sorted(self._names)),
            revision=revision,
            next_document=self._next,
            removed=tuple(self._removed),
            swept=False,
        )
        self._claim.check()
        publish(self._client, state)
        _remove(self._client, Library(self._client, state), self._removed, outdated)
        if cohorts is not None:
            drop_generations(self._client, state.generation)
        state = replace(state, removed=(), swept=True)
        publish(self._client, state)
        return state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postings.close()

    def _count(self, record: DocumentRecord, counts: Mapping[str, int], sign: int) -> None:
        added = (1, counts["sections"], counts["chunks"], counts["sentences"])
        self._counts = [before + sign * each for before, each in zip(self._counts, added, strict=True)]
        self._corpus = corpus_digest(self._corpus, record.id, record.sha256)

    def _send(self) -> None:
        for kind, rows in self._waiting.items():
            self._client.insert(self._before.name(kind), rows)
            self._sent[kind] += len(rows)
            self._waiting[kind] = []

    def _check_arrived(self) -> None:
        """Make sure that the store holds what it was given, before anyone is sent there.

        This also waits until searches see it.
        """
        for kind, field in _NUMBER.items():
            if kind == TEXTS or not self._sent[kind]:
                continue
            where = f"{field} >= {self._base.next_document} and {field} < {self._next}"
            held = self._client.count(self._before.name(kind), where)
            if held != self._sent[kind]:
                raise IndexUnusableError(
                    f"{self._client.address} was given {self._sent[kind]:,} {kind} and holds {held:,} of them;"
                    " nothing was changed: look at the server's log, and run the command again"
                )


def create_generation(client: Client, state: State) -> None:
    """Make the collections of a generation, and have the server load them."""

    def create(kind: str) -> None:
        name = collection_name(client.address.library, state.generation, kind)
        collection = collection_of(kind, state.model.dimension, state.index)
        client.create(name, collection)
        client.load(name, collection)

    # A server takes seconds for each, most of which it waits.
    with ThreadPoolExecutor(len(KINDS)) as pool:
        list(pool.map(create, KINDS))


def drop_generations(client: Client, keep: int | None) -> None:
    """Remove the collections of all generations of a library but one."""
    library = client.address.library
    for name in client.collections():
        for kind in KINDS:
            number = name.removeprefix(f"{library}_").removesuffix(f"_{kind}")
            if number.isdigit() and name == collection_name(library, int(number), kind):
                if int(number) != keep:
                    client.drop(name)
                break


def clean(client: Client, state: State) -> State:
    """Remove what a writer left that was stopped, and mark that another one is at work.

    Args:
        client: The store, claimed by this process.
        state: What was published last.
    """
    if not state.swept:
        drop_generations(client, state.generation)
        library = Library(client, state)
        for kind, field in _NUMBER.items():
            client.delete(library.name(kind), f"{field} >= {state.next_document}")
        client.delete(library.name(TERMS), f"born > {state.revision}")
        rows = client.scan(library.name(TERMS), "born >= 0", BLOCK_FIELDS, batch=4000)
        _remove(client, library, state.removed, list(outdated_blocks(rows)))
    state = replace(state, removed=(), swept=False)
    publish(client, state)
    return state


def _remove(client: Client, library: Library, documents: Sequence[int], blocks: Sequence[str]) -> None:
    for part in _parts(documents):
        for kind, field in _NUMBER.items():
            client.delete(library.name(kind), in_list(field, part))
    for keys in _parts(blocks):
        client.delete(library.name(TERMS), in_list("key", [quoted(key) for key in keys]))


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _KEYS_AT_A_TIME):
        yield values[start : start + _KEYS_AT_A_TIME]
