"""Asks a library in a store: the legs run there, the scores are computed here.

The server proposes: the nearest chunks and sentences, and the blocks of the question's terms.
Everything proposed is then read with its vectors, and scored as an index in a folder scores it,
to the last bit, so that only what is proposed can differ.

A library is seen as it was published last. Data is waited for only when that has changed: waiting
takes a fifth of a second, and between two changes there is nothing to wait for.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from zhangju_index.approximate import SENTENCES_BELOW
from zhangju_index.build import lexical_text
from zhangju_index.cohort import COHORTS
from zhangju_index.errors import IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError
from zhangju_index.filters import SECTION, fits, folded, under
from zhangju_index.lexical import tokenize
from zhangju_index.manifest import DocumentRecord, ModelRecord
from zhangju_index.milvus.address import StoreAddress
from zhangju_index.milvus.client import Client, Row, quoted
from zhangju_index.milvus.postings import (
    Block,
    Corpus,
    Entries,
    Scorer,
    current_blocks,
    entries_of,
    signed,
)
from zhangju_index.milvus.rows import (
    blob_of,
    block_offset,
    metadata_of,
    record_of,
    structure_range,
    text_keys_of,
    unpack_chunk,
    unpack_structure,
)
from zhangju_index.milvus.schema import (
    CHUNKS,
    DOCUMENTS,
    KINDS,
    SENTENCES,
    TERMS,
    TEXTS,
    collection_name,
    first_key,
    in_list,
)
from zhangju_index.milvus.state import State, read_state
from zhangju_index.protocols import FloatMatrix
from zhangju_index.searching import Candidates, Known, Label, Reach
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FloatVector, IntVector, cosine_similarities

__all__ = ["Held", "Library", "StoreSearch", "open_store"]

POSTINGS_READ = 400_000
"""Entries that are read for one question, at most: of the commonest of its terms, nothing is."""

# Keys in one expression; a server reads some thousand a millisecond.
_KEYS_AT_A_TIME = 2000
_QUESTIONS_KEPT = 64
_LABELS_KEPT = 10_000
_ROUND = 50_000
_RECORD_FIELDS = ("number", "id", "source", "position", "record", "known")


class Held(NamedTuple):
    """What a library knows of a document.

    Attributes:
        number: Its number.
        position: Its place among all documents.
        record: Its record.
        counts: How many sections, chunks, sentences and pages it has.
        metadata: Its metadata.
    """

    number: int
    position: int
    record: DocumentRecord
    counts: Mapping[str, int]
    metadata: Mapping[str, str]


class Library:
    """Reads a library in one of its states.

    The first look at a collection waits for everything that was written before the state was
    published; the following ones need not.

    Args:
        client: The store.
        state: What was published.
        former: The same library as it was looked at before, whose data was waited for.
    """

    def __init__(self, client: Client, state: State, former: "Library | None" = None) -> None:
        self.client = client
        self.state = state
        self._unseen: set[str] = set(KINDS) if former is None else former._unseen

    def load(self) -> None:
        """Have the server hold the collections in memory, if it does not."""
        for kind in KINDS:
            self.client.ensure_loaded(self.name(kind))

    def query(self, kind: str, where: str, fields: Sequence[str], limit: int | None = None) -> list[Row]:
        """Rows of a collection that fit an expression."""
        unseen = kind in self._unseen
        rows = self.client.query(self.name(kind), where, fields, strong=unseen, limit=limit)
        self._unseen.discard(kind)
        return rows

    def scan(self, kind: str, where: str, fields: Sequence[str], batch: int = 1000) -> Iterator[Row]:
        """Rows of a collection that fit an expression, however many, by rising key."""
        unseen = kind in self._unseen
        yield from self.client.scan(self.name(kind), where, fields, strong=unseen, batch=batch)
        self._unseen.discard(kind)

    def nearest(self, kind: str, vector: FloatVector, where: str, limit: int, field: str) -> IntVector:
        """What a field holds in the rows nearest to a vector among those that fit an expression."""
        unseen = kind in self._unseen
        found = self.client.search(self.name(kind), vector.tolist(), where, limit, (field,), strong=unseen)
        self._unseen.discard(kind)
        return np.array([row["entity"][field] for row in found], dtype=np.int64)

    def blocks(self, terms: Iterable[int]) -> dict[int, list[Block]]:
        """Blocks of some terms."""
        unseen = TERMS in self._unseen
        found = current_blocks(self.client, self.name(TERMS), terms, self.state.revision, strong=unseen)
        self._unseen.discard(TERMS)
        return found

    def name(self, kind: str) -> str:
        """Name of a collection."""
        return collection_name(self.client.address.library, self.state.generation, kind)

    def counted(self, field: str) -> str:
        """An expression for the rows whose document counts; ``field`` holds its number."""
        where = f"{field} > 0 and {field} < {self.state.next_document}"
        if self.state.removed:
            where += f" and {field} not in {list(self.state.removed)}"
        return where

    def held(self) -> list[Held]:
        """What is known of every document, in order."""
        rows = self.scan(DOCUMENTS, self.counted("number"), _RECORD_FIELDS)
        found = [Held(row["number"], row["position"], *record_of(row), metadata_of(row)) for row in rows]
        return sorted(found, key=lambda each: each.position)

    def document_rows(self, where: str, fields: Sequence[str] = _RECORD_FIELDS) -> list[Row]:
        """Rows of documents that count and fit an expression."""
        return self.query(DOCUMENTS, f"{self.counted('number')} and {where}", fields)

    def document(self, document_id: str) -> tuple[int, Document]:
        """Number and whole of one document.

        Raises:
            KeyError: There is none of this id.
        """
        row = self._row_of(document_id)
        record, _ = record_of(row)
        text = self.text(row["number"], 0, record.characters)
        return row["number"], Document(
            id=record.id,
            title=record.title,
            source=record.source,
            text=text,
            metadata=metadata_of(row),
            layout=self._structure(row["number"])[1],
        )

    def text(self, number: int, start: int, end: int) -> str:
        """Characters of a document from ``start`` to ``end``."""
        if end <= start:
            return ""
        keys = list(text_keys_of(number, start, end))
        blocks = {row["key"]: row["text"] for row in self._by_key(TEXTS, keys, ("key", "text"))}
        if len(blocks) != len(keys):
            raise self._lost("a text")
        offset = block_offset(start)
        return "".join(blocks[key] for key in keys)[start - offset : end - offset]

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Sections of one document; ``KeyError`` where there is none of this id."""
        return self._structure(self._row_of(document_id)["number"])[0]

    def chunks_of(self, number: int) -> list[tuple[int, Chunk, FloatVector]]:
        """Key, value and vector of each chunk of a document, in order."""
        rows = self.scan(CHUNKS, f"document == {number}", ("key", "packed", "vector"), batch=500)
        return [
            (row["key"], unpack_chunk(row["packed"]), np.array(row["vector"], np.float32))
            for row in sorted(rows, key=lambda row: row["key"])
        ]

    def sentence_vectors(self, number: int) -> FloatMatrix:
        """Vectors of the sentences of a document, in order."""
        rows = self.scan(SENTENCES, f"document == {number}", ("key", "vector"), batch=1000)
        ordered = sorted(rows, key=lambda row: row["key"])
        return _matrix([row["vector"] for row in ordered], self.state.model.dimension)

    def cohorts(self) -> FloatMatrix:
        """Vectors of ``zhangju_index.cohort``."""
        rows = self.query(TEXTS, f"key < {first_key(1)}", ("key", "text"))
        vectors = np.frombuffer(blob_of(rows), "<f4").astype(np.float32)
        shape = (sum(map(len, COHORTS.values())), self.state.model.dimension)
        if vectors.size != shape[0] * shape[1]:
            raise self._lost("the sentences about other things")
        return vectors.reshape(shape)

    def by_key(self, kind: str, keys: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """Rows of given keys, in any order; those that are gone are left out."""
        return self._by_key(kind, keys, fields)

    def _row_of(self, document_id: str) -> Row:
        rows = self.document_rows(f"id == {quoted(document_id)}")
        if not rows:
            raise KeyError(f"the index holds no document {document_id!r}")
        return rows[0]

    def _by_key(self, kind: str, keys: Sequence[int], fields: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        # A block of text takes 64 kB.
        size = 200 if kind == TEXTS else _KEYS_AT_A_TIME
        for start in range(0, len(keys), size):
            where = in_list("key", keys[start : start + size])
            rows += self.query(kind, where, fields)
        return rows

    def _structure(self, number: int) -> tuple[tuple[Section, ...], Any]:
        low, high = structure_range(number)
        rows = list(self.scan(TEXTS, f"key >= {low} and key < {high}", ("key", "text"), batch=100))
        if not rows:
            raise self._lost("the sections of a document")
        return unpack_structure(rows)

    def _lost(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"{self.client.address} has lost {what}; build it again with"
            f" 'zhangju index rebuild --store {self.client.address}'"
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a question's words."""

    scorer: Scorer
    blocks: Mapping[str, Sequence[Block]]


class _Shares(dict[str, float]):
    """Shares of a question's terms, and the state of the library that they were counted in.

    What is found for a question belongs to one state, though others be published meanwhile.
    """

    def __init__(self, shares: Mapping[str, float], library: Library) -> None:
        super().__init__(shares)
        self.library = library


class _Admitted(NamedTuple):
    """Documents that a filter admits, and how many chunks.

    Attributes:
        numbers: The documents.
        chunks: Chunks they have, or that lie in the sections asked for.
        keys: Those chunks, where the filter names sections; None is all of the documents.
    """

    numbers: Sequence[int]
    chunks: int
    keys: IntVector | None = None


def open_store(address: StoreAddress) -> "StoreSearch":
    """Open a library in a store for questions.

    Raises:
        IndexMissingError: There is none.
        IndexUnusableError: The store cannot be reached, or what is there cannot be used.
        InputError: The package for it is not installed.
    """
    client = Client(address)
    try:
        return StoreSearch(client)
    except BaseException:
        client.close()
        raise


class StoreSearch:
    """An index in a store that is open for questions; safe to ask from several threads.

    Args:
        client: The store; it is closed with this.

    Raises:
        IndexMissingError: There is no library of the name.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._library = Library(client, read_state(client))
        self._library.load()
        self._cohorts = self._library.cohorts()
        self._asked: OrderedDict[tuple[int, int, frozenset[str]], _Asked] = OrderedDict()
        self._labels: dict[tuple[int, int, str], Label] = {}

    @property
    def model(self) -> ModelRecord:
        """The embedder that made its vectors."""
        return self._library.state.model

    def check_model(self, fingerprint: str) -> None:
        """Make sure that questions will be embedded by the model that made the vectors.

        Raises:
            IndexMismatchError: It is another one.
        """
        if self.model.fingerprint != fingerprint:
            raise IndexMismatchError(
                f"the index at {self._client.address} cannot be used: expected one of the model"
                f" {fingerprint}, got one of {self.model.fingerprint}; open it with --model {self.model.name}"
            )

    @property
    def cohorts(self) -> FloatMatrix:
        """Vectors of ``zhangju_index.cohort``, as its model sees them."""
        return self._cohorts

    @property
    def state(self) -> State:
        """What was published when it was looked at last."""
        return self._library.state

    @property
    def identity(self) -> str:
        """Names what is published at this moment."""
        state = self._current().state
        return f"{state.generation}.{state.revision}"

    def shares(self, question: str) -> Mapping[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        library = self._current()
        return _Shares(self._ask(frozenset(tokenize(question)), library).scorer.shares(), library)

    def candidates(
        self,
        query: FloatVector,
        shares: Mapping[str, float],
        reach: Reach,
        where: Mapping[str, str] | None = None,
    ) -> Candidates:
        """Find the chunks that at least one leg puts forward; see ``SearchIndex``."""
        library = shares.library if isinstance(shares, _Shares) else self._current()
        try:
            return self._candidates(library, query, shares, reach, where)
        except IndexUnusableError:
            current = self._current()
            if current.state.generation == library.state.generation:
                raise
        # It was built anew in this very moment, and the former collections are gone.
        return self._candidates(current, query, shares, reach, where)

    def _candidates(
        self,
        library: Library,
        query: FloatVector,
        shares: Mapping[str, float],
        reach: Reach,
        where: Mapping[str, str] | None,
    ) -> Candidates:
        asked = self._ask(frozenset(shares), library)
        documents = self._admitted(library, where) if where else None
        available = library.state.counts.chunks if documents is None else documents.chunks
        postings = _Postings(library, asked, shares, documents)
        among = _among(library, documents, "key")
        if available == 0:
            keys = np.empty(0, np.int64)
        elif available <= reach.chunks:
            keys = _keys(library.query(CHUNKS, among, ("key",)))
        else:
            if available >= SENTENCES_BELOW:
                dense = [library.nearest(CHUNKS, query, among, 3 * reach.chunks, "key")]
            else:
                by_sentence = _among(library, documents, "chunk")
                dense = [
                    library.nearest(CHUNKS, query, among, reach.chunks, "key"),
                    library.nearest(SENTENCES, query, by_sentence, reach.sentences, "chunk"),
                ]
            keys = np.unique(np.concatenate([*dense, postings.best(reach.chunks)]))
        return self._score(library, query, keys, postings)

    def labels(self, document_ids: Sequence[str]) -> Mapping[str, Label]:
        """What documents of found chunks are called, by id."""
        library = self._library
        place = (library.state.generation, library.state.revision)
        wanted = [name for name in set(document_ids) if (*place, name) not in self._labels]
        if len(self._labels) > _LABELS_KEPT:
            self._labels = {}
        # In parts: ids may be long.
        for start in range(0, len(wanted), 200):
            names = [quoted(name) for name in wanted[start : start + 200]]
            for row in library.document_rows(in_list("id", names)):
                record, _ = record_of(row)
                self._labels[*place, record.id] = Label(record.title, record.source)
        labels = self._labels
        # A document may have gone between the search and this; what was found was read before.
        return {name: labels.get((*place, name), Label(name, name)) for name in document_ids}

    def known(self) -> Sequence[Known]:
        """What is known of each document, in order; no text is read."""
        return [Known(held.record, held.metadata) for held in self._current().held()]

    def sections(self, document_id: str) -> Sequence[Section]:
        """The sections of a document, in order; ``KeyError`` where there is none of this id."""
        return self._current().sections(document_id)

    def document(self, document_id: str) -> Document:
        """One document with its whole text; ``KeyError`` where there is none of this id."""
        return self._current().document(document_id)[1]

    def documents(self) -> Iterator[Document]:
        """Every document in order, one at a time."""
        library = self._current()
        for held in library.held():
            yield library.document(held.record.id)[1]

    def close(self) -> None:
        """Let go of the store."""
        self._client.close()

    def _current(self) -> Library:
        """The library as it was published last."""
        state = read_state(self._client)
        with self._lock:
            known = self._library
            before = (known.state.generation, known.state.revision)
            if (state.generation, state.revision) == before:
                if state != known.state:
                    self._library = Library(self._client, state, known)
                return self._library
            if state.model.fingerprint != known.state.model.fingerprint:
                raise IndexMismatchError(
                    f"{self._client.address} was built anew with {state.model.fingerprint}: open it again"
                )
            self._library = Library(self._client, state)
            return self._library

    def _ask(self, terms: frozenset[str], library: Library) -> _Asked:
        """Look up how often the terms of a question occur, once for each state."""
        state = library.state
        place = (state.generation, state.revision, terms)
        with self._lock:
            asked = self._asked.get(place)
        if asked is not None:
            return asked
        names = {signed(term): term for term in terms}
        found = library.blocks(names)
        blocks = {names[term]: each for term, each in found.items()}
        frequencies = {term: sum(block.size for block in blocks.get(term, ())) for term in terms}
        scorer = Scorer(Corpus(state.counts.chunks, state.tokens), frequencies)
        asked = _Asked(scorer, blocks)
        with self._lock:
            self._asked[place] = asked
            while len(self._asked) > _QUESTIONS_KEPT:
                self._asked.popitem(last=False)
        return asked

    def _admitted(self, library: Library, where: Mapping[str, str]) -> _Admitted:
        """Documents that fit a filter.

        Raises:
            InputError: No document has one of the names.
        """
        state = library.state
        section = where.get(SECTION)
        where = {name: value for name, value in where.items() if name != SECTION}
        unknown = [name for name in where if name not in state.names]
        if unknown and state.counts.documents:
            raise InputError(
                "expected a name that documents of this index have"
                f" ({', '.join(sorted(state.names))}), got {unknown[0]!r}"
            )
        # The server compares whole values; patterns are looked at here.
        parts = [
            f"fields[{quoted(name)}] == {quoted(folded(value))}"
            for name, value in where.items()
            if "*" not in value and _is_plain(name) and _is_plain(value)
        ]
        expression = " and ".join([library.counted("number"), *parts])
        rows = library.scan(DOCUMENTS, expression, ("number", "chunks", "fields"))
        numbers, chunks = [], 0
        for row in rows:
            fields = row["fields"]
            if all(name in fields and fits(fields[name], value) for name, value in where.items()):
                numbers.append(int(row["number"]))
                chunks += int(row["chunks"])
        if section is None or not numbers:
            return _Admitted(numbers, chunks)
        # Headings are in the text of a chunk, which only this side reads.
        found = library.scan(CHUNKS, in_list("document", numbers), ("key", "packed"), batch=500)
        keys = [row["key"] for row in found if under(unpack_chunk(row["packed"]).section_path, section)]
        return _Admitted(numbers, len(keys), np.array(sorted(keys), dtype=np.int64))

    def _score(
        self, library: Library, query: FloatVector, keys: IntVector, postings: "_Postings"
    ) -> Candidates:
        """Read what was proposed, and score it."""
        rows = {
            row["key"]: row
            for row in library.by_key(CHUNKS, keys.tolist(), ("key", "sentences", "packed", "vector"))
        }
        wanted = [key + place for key in sorted(rows) for place in range(rows[key]["sentences"])]
        vectors = {row["key"]: row["vector"] for row in library.by_key(SENTENCES, wanted, ("key", "vector"))}
        # What a writer has removed since it was proposed is left out.
        kept = [
            key
            for key in sorted(rows)
            if all(key + place in vectors for place in range(rows[key]["sentences"]))
        ]
        chunks = [unpack_chunk(rows[key]["packed"]) for key in kept]
        dimension = library.state.model.dimension
        sentences = [vectors[key + place] for key in kept for place in range(rows[key]["sentences"])]
        return Candidates.of(
            chunks,
            similarity=cosine_similarities(query, _matrix([rows[key]["vector"] for key in kept], dimension)),
            sentence_similarity=cosine_similarities(query, _matrix(sentences, dimension)),
            coverage=postings.coverage(np.array(kept, np.int64), chunks),
        )


class _Postings:
    """The words of one question: which chunks hold most of what it asks for, and how much each does."""

    def __init__(
        self, library: Library, asked: _Asked, shares: Mapping[str, float], documents: _Admitted | None
    ) -> None:
        self._library = library
        self._asked = asked
        self._scorer = asked.scorer
        self._shares = shares
        self._documents = None if documents is None else np.array(sorted(documents.numbers), np.int64)
        self._keys = None if documents is None else documents.keys
        self._entries: dict[str, Entries] = {}
        # The rarest first: they say most, and are read fastest.
        self._unread = sorted(asked.blocks, key=lambda term: self._scorer.frequencies[term])
        self._left = POSTINGS_READ

    def best(self, count: int) -> IntVector:
        """The chunks of highest coverage, and some more where that is not decided yet.

        Terms are read, the rarest first, until those that were not read can change nothing that
        is not among what comes back, or until ``POSTINGS_READ`` is reached.
        """
        keys, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        enough = count
        while self._read():
            keys, scores = self._sums()
            if len(scores) >= count:
                rest = sum(self._scorer.bound(term) for term in self._unread)
                least = float(np.partition(scores, -count)[-count])
                enough = max(count, int((scores >= least - rest).sum()) if rest < least else len(scores))
                if enough <= 2 * count:
                    break
        order = np.lexsort((keys, -scores))[: min(enough, 2 * count) if self._unread else count]
        return np.asarray(keys[order], dtype=np.int64)

    def coverage(self, keys: IntVector, chunks: Sequence[Chunk]) -> FloatVector:
        """How much of what the question asks for each chunk holds, in [0, 1]."""
        sums = np.zeros(len(keys), dtype=np.float32)
        most = self._scorer.most(self._shares)
        if most is None or not len(keys):
            return sums
        counted = None
        for term in self._shares:
            if term in self._entries:
                entries = self._entries[term]
                places = np.searchsorted(entries["chunk"], keys)
                held = np.flatnonzero(places < len(entries))
                held = held[entries["chunk"][places[held]] == keys[held]]
                found = entries[places[held]]
                sums[held] += self._scorer.scores(term, found["times"], found["tokens"])
            elif term in self._asked.blocks:
                if counted is None:
                    counted = [Counter(tokenize(lexical_text(chunk))) for chunk in chunks]
                    tokens = np.array([each.total() for each in counted], dtype=np.int64)
                times = np.array([each[term] for each in counted], dtype=np.int64)
                held = np.flatnonzero(times)
                sums[held] += self._scorer.scores(term, times[held], tokens[held])
        return sums / most

    def _read(self) -> bool:
        """Read the entries of some more terms; False if there is nothing more to be read."""
        part: list[str] = []
        size = 0
        while self._unread and size < _ROUND:
            frequency = self._scorer.frequencies[self._unread[0]]
            if size + frequency > self._left:
                break
            size += frequency
            part.append(self._unread.pop(0))
        if not part:
            return False
        self._left -= size
        blocks = [block for term in part for block in self._asked.blocks[term]]
        found = entries_of(self._library.client, self._library.name(TERMS), blocks)
        for term in part:
            parts = [found[block.key] for block in self._asked.blocks[term] if block.key in found]
            if parts:
                self._entries[term] = np.concatenate(parts)
        return True

    def _sums(self) -> tuple[IntVector, FloatVector]:
        """Sums of the terms read, of every chunk that holds one of them and that the filter admits."""
        keys, values = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for term in self._shares:
            if term in self._entries:
                entries = self._entries[term]
                keys.append(entries["chunk"])
                values.append(self._scorer.scores(term, entries["times"], entries["tokens"]))
        rows, places = np.unique(np.concatenate(keys), return_inverse=True)
        sums = np.zeros(len(rows), dtype=np.float32)
        np.add.at(sums, places, np.concatenate(values))
        if self._documents is not None:
            inside = np.isin(document_of_each(rows), self._documents)
            rows, sums = rows[inside], sums[inside]
        if self._keys is not None:
            inside = np.isin(rows, self._keys)
            rows, sums = rows[inside], sums[inside]
        return rows, sums


def _keys(rows: Sequence[Row]) -> IntVector:
    return np.sort(np.array([row["key"] for row in rows], dtype=np.int64))


def document_of_each(keys: IntVector) -> IntVector:
    """Numbers of the documents that rows belong to."""
    return np.asarray(keys // first_key(1), dtype=np.int64)


def _among(library: Library, documents: _Admitted | None, chunk: str) -> str:
    """An expression for what is admitted; ``chunk`` is the field that holds the key of a chunk."""
    where = library.counted("document")
    if documents is not None and documents.keys is not None:
        where += f" and {in_list(chunk, documents.keys.tolist())}"
    elif documents is not None:
        where += f" and {in_list('document', documents.numbers)}"
    return where


def _matrix(vectors: Sequence[Sequence[float]], dimension: int) -> FloatMatrix:
    return np.array(vectors, dtype=np.float32).reshape(len(vectors), dimension)


def _is_plain(text: str) -> bool:
    """Whether a server reads a literal of this text as we write it."""
    return text.isprintable() and not set(text) & set('"\\')
