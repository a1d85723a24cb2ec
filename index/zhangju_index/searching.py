"""What a retriever asks of an index, wherever the index is kept.

One call brings every chunk that a leg puts forward, with what each leg says of it; ranking,
choosing and quoting need nothing more. A folder on this machine answers it (``FolderSearch``),
and so does a server (``zhangju_index.milvus``), with the same values for the same texts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeVar, runtime_checkable

import numpy as np

from zhangju_index.approximate import SENTENCES_BELOW
from zhangju_index.cores import cores
from zhangju_index.filters import SECTION, admitted, under
from zhangju_index.lexical import highest
from zhangju_index.manifest import DocumentRecord, ModelRecord
from zhangju_index.protocols import FloatMatrix
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FloatVector, IntVector

if TYPE_CHECKING:
    from zhangju_index.folder import Index

__all__ = [
    "Candidates",
    "FolderSearch",
    "Known",
    "Label",
    "Reach",
    "SearchIndex",
    "document_fields",
    "stretches",
]

One = TypeVar("One")
Other = TypeVar("Other")

_BESIDE_FROM = 20_000
"""Chunks from which the dense legs search side by side: of fewer, each takes less than a thread is worth."""


class Reach(NamedTuple):
    """How many rows each leg puts forward; all of them are then scored by every leg.

    Attributes:
        chunks: Chunks by their vectors, and chunks by their words.
        sentences: Sentences by their vectors.
    """

    chunks: int
    sentences: int


class Label(NamedTuple):
    """What a document is called where it is quoted."""

    title: str
    source: str


class Known(NamedTuple):
    """What an index knows of a document without reading its text."""

    record: DocumentRecord
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Chunks that a leg puts forward, in the order of the text, with what each leg says of them.

    Attributes:
        read: Reads chunks by their places here. Texts take longer than all else that is known of
            them, so no more are read than are needed.
        sentence_bounds: Where the sentences of each chunk start in ``sentence_similarity``, and
            where the last ones end, shape (chunks + 1,).
        similarity: Cosine of the question and each chunk.
        sentence_similarity: Cosine of the question and each sentence, those of the first chunk
            first, in the order of ``chunk.sentences``.
        coverage: Keyword coverage of the question by each chunk, in [0, 1].
    """

    read: Callable[[IntVector], Sequence[Chunk]]
    sentence_bounds: IntVector
    similarity: FloatVector
    sentence_similarity: FloatVector
    coverage: FloatVector

    @classmethod
    def of(
        cls,
        chunks: Sequence[Chunk],
        similarity: FloatVector,
        sentence_similarity: FloatVector,
        coverage: FloatVector,
    ) -> Self:
        """Candidates that have been read."""
        bounds = np.cumsum([0, *(len(chunk.sentences) for chunk in chunks)], dtype=np.int64)
        return cls(
            lambda places: [chunks[place] for place in places.tolist()],
            bounds,
            similarity,
            sentence_similarity,
            coverage,
        )

    def __len__(self) -> int:
        return len(self.similarity)

    @property
    def chunks(self) -> Sequence[Chunk]:
        """All of them, read."""
        return self.read(np.arange(len(self)))

    def scaled(self, length: float) -> "Candidates":
        """The same as a question vector of this length finds it; they were asked for with its direction."""
        factor = np.float32(length)
        return replace(
            self,
            similarity=self.similarity * factor,
            sentence_similarity=self.sentence_similarity * factor,
        )


@runtime_checkable
class SearchIndex(Protocol):
    """An index that is open for questions; safe to ask from several threads."""

    @property
    def model(self) -> ModelRecord:
        """The embedder that made its vectors."""
        ...

    @property
    def cohorts(self) -> FloatMatrix:
        """Vectors of ``zhangju_index.cohort``, as its model sees them."""
        ...

    @property
    def identity(self) -> str:
        """Names its contents as they are now."""
        ...

    def shares(self, question: str) -> Mapping[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        ...

    def candidates(
        self,
        query: FloatVector,
        shares: Mapping[str, float],
        reach: Reach,
        where: Mapping[str, str] | None = None,
    ) -> Candidates:
        """Find the chunks that at least one leg puts forward.

        Args:
            query: The question's vector, of unit length.
            shares: Of the question's terms, from ``shares``.
            reach: How many each leg puts forward.
            where: Only documents that fit (``zhangju_index.filters``); None admits all.

        Raises:
            InputError: ``where`` names what no document has.
        """
        ...

    def labels(self, document_ids: Sequence[str]) -> Mapping[str, Label]:
        """What documents of found chunks are called, by id."""
        ...

    def known(self) -> Sequence[Known]:
        """What is known of each document, in order; no text is read."""
        ...

    def sections(self, document_id: str) -> Sequence[Section]:
        """The sections that a document was divided by, in order.

        Raises:
            KeyError: The index holds none of this id.
        """
        ...

    def document(self, document_id: str) -> Document:
        """One document with its whole text.

        Raises:
            KeyError: The index holds none of this id.
        """
        ...

    def documents(self) -> Iterator[Document]:
        """Every document in order, one at a time."""
        ...

    def close(self) -> None:
        """Let go of the index; nothing can be asked afterwards."""
        ...


def document_fields(document_id: str, title: str, source: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """What ``where`` compares, of one document."""
    return {**metadata, "document_id": document_id, "id": document_id, "title": title, "source": source}


class FolderSearch:
    """Asks an index in a folder.

    Texts are read as they are needed, so a large library takes little memory.

    Args:
        index: An open index; it is closed with this.

    Raises:
        IndexDamagedError: What belongs to it besides texts and vectors cannot be read.
    """

    def __init__(self, index: "Index") -> None:
        from zhangju_index.build import load_cohorts, load_lexical

        self.texts = index.texts
        self.lexical = load_lexical(index)
        self._index = index
        self._cohorts = load_cohorts(index)
        self._labels = {record.id: Label(record.title, record.source) for record in index.manifest.documents}

    @property
    def model(self) -> ModelRecord:
        """The embedder that made its vectors."""
        return self._index.manifest.model

    @property
    def cohorts(self) -> FloatMatrix:
        """Vectors of ``zhangju_index.cohort``, as its model sees them."""
        return self._cohorts

    @property
    def identity(self) -> str:
        """SHA-256 of its manifest, which holds that of every file."""
        return self._index.identity

    def shares(self, question: str) -> Mapping[str, float]:
        """Share of each term in what the question asks for, the rarer the more; together 1."""
        return self.lexical.shares(question)

    def candidates(
        self,
        query: FloatVector,
        shares: Mapping[str, float],
        reach: Reach,
        where: Mapping[str, str] | None = None,
    ) -> Candidates:
        """Find the chunks that at least one leg puts forward; see ``SearchIndex``."""
        allowed = self._allowed(where)
        chunks = None if allowed is None else _rows_of(allowed)
        rows, coverage = self._propose(query, shares, reach, allowed, chunks)
        starts, ends = self.texts.sentence_bounds(rows).T
        sentence_similarity, covered = _side_by_side(
            partial(self._index.sentence_store.similarities, query, stretches(starts, ends - starts)),
            partial(self.lexical.coverage_at, shares, rows) if coverage is None else lambda: coverage[rows],
            apart=coverage is None,
        )
        return Candidates(
            read=lambda places: self.texts.chunks(rows[places]),
            sentence_bounds=np.cumsum(np.append(0, ends - starts)),
            similarity=self._index.chunk_store.similarities(query, rows),
            sentence_similarity=sentence_similarity,
            coverage=covered,
        )

    def labels(self, document_ids: Sequence[str]) -> Mapping[str, Label]:
        """What documents of found chunks are called, by id."""
        return {document_id: self._labels[document_id] for document_id in document_ids}

    def known(self) -> Sequence[Known]:
        """What is known of each document, in order; no text is read."""
        metadata = self.texts.metadata()
        return [Known(record, metadata[record.id]) for record in self._index.manifest.documents]

    def sections(self, document_id: str) -> Sequence[Section]:
        """The sections of a document, in order; ``KeyError`` where there is none of this id."""
        return self.texts.sections(document_id)

    def document(self, document_id: str) -> Document:
        """One document with its whole text; ``KeyError`` where there is none of this id."""
        return self.texts.document(document_id)

    def documents(self) -> Iterator[Document]:
        """Every document in order, one at a time."""
        return self.texts.documents()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _allowed(self, where: Mapping[str, str] | None) -> list[range] | None:
        """Chunk rows of each document that ``where`` admits; None admits all."""
        if not where:
            return None
        wanted = {name: value for name, value in where.items() if name != SECTION}
        fits = admitted(list(self._fields.values()), wanted)
        allowed = [
            self.texts.chunk_rows(document_id)
            for document_id, each in zip(self._fields, fits, strict=True)
            if each
        ]
        if SECTION not in where:
            return allowed
        return [part for rows in allowed for part in self._within(rows, where[SECTION])]

    def _within(self, rows: range, section: str) -> Iterator[range]:
        """Rows of the chunks in sections that a pattern fits, as far as they follow one another."""
        paths = self.texts.chunk_paths(rows)
        fits = {path: under(path, section) for path in set(paths)}
        for fit, group in groupby(zip(rows, paths, strict=True), key=lambda each: fits[each[1]]):
            if fit:
                first, *others = (row for row, _ in group)
                yield range(first, first + 1 + len(others))

    @cached_property
    def _fields(self) -> dict[str, dict[str, str]]:
        """What ``where`` compares, of each document."""
        metadata = self.texts.metadata()
        return {
            document_id: document_fields(document_id, *label, metadata[document_id])
            for document_id, label in self._labels.items()
        }

    def _propose(
        self,
        query: FloatVector,
        shares: Mapping[str, float],
        reach: Reach,
        allowed: Sequence[range] | None,
        chunks: IntVector | None,
    ) -> tuple[IntVector, FloatVector | None]:
        """Chunk rows that at least one leg puts forward, in order, and the coverage of all chunks.

        There is no such coverage where words are looked up; ``chunks`` are the rows of ``allowed``.
        """
        considered = len(self.lexical) if chunks is None else len(chunks)
        # Of very many chunks, words are looked up in those that they may put forward alone. Where a filter
        # admits more than a few of them, scoring all once takes less than looking words up in these.
        looked_up = len(self.lexical) >= SENTENCES_BELOW and (chunks is None or considered <= reach.chunks)
        if considered <= reach.chunks:
            rows = np.arange(considered) if chunks is None else chunks
            return rows, None if looked_up else self.lexical.coverage_of(shares)
        queries, by_chunk = query[np.newaxis], self._index.chunk_store.search
        if large := considered >= SENTENCES_BELOW:
            longest = partial(by_chunk, queries, 3 * reach.chunks, chunks)
        else:
            sentences = None if allowed is None else self._sentence_rows(allowed)
            longest = partial(self._index.sentence_store.search, queries, reach.sentences, sentences)

        def others() -> tuple[list[IntVector], FloatVector | None]:
            if looked_up:
                proposed, coverage = [self.lexical.best(shares, reach.chunks)], None
            else:
                coverage = self.lexical.coverage_of(shares)
                best = highest(coverage if chunks is None else coverage[chunks], reach.chunks)
                proposed = [best if chunks is None else chunks[best]]
            return proposed if large else [*proposed, by_chunk(queries, reach.chunks, chunks)[1][0]], coverage

        (_, (found,)), (proposed, coverage) = _side_by_side(longest, others, apart=considered >= _BESIDE_FROM)
        return np.unique(
            np.concatenate([*proposed, found if large else self.texts.chunk_rows_of(found)])
        ), coverage

    def _sentence_rows(self, allowed: Sequence[range]) -> IntVector:
        """Rows of the sentences of chunks; chunks that follow one another have sentences that do."""
        spans = [
            (self.texts.sentence_rows(rows[0]), self.texts.sentence_rows(rows[-1]))
            for rows in allowed
            if rows
        ]
        return _rows_of([range(first.start, last.stop) for first, last in spans])


def _side_by_side(one: Callable[[], One], other: Callable[[], Other], *, apart: bool) -> tuple[One, Other]:
    """Call two functions, where ``apart`` the first one in another thread.

    FAISS and NumPy leave the interpreter to others: on two cores both take as long as the longer one.
    """
    if not apart:
        return one(), other()
    running = _beside().submit(one)
    try:
        there = other()
    finally:
        # Whatever happened here: the other thread still reads the index.
        wait([running])
    return running.result(), there


@cache
def _beside() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="zhangju-leg")


def _rows_of(ranges: Sequence[range]) -> IntVector:
    return np.concatenate([np.arange(rows.start, rows.stop) for rows in ranges] or [np.empty(0, np.int64)])


def stretches(starts: IntVector, lengths: IntVector) -> IntVector:
    """Rows of stretches that start somewhere and have some length, one stretch after the other."""
    before = np.cumsum(lengths) - lengths
    places: IntVector = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return places
