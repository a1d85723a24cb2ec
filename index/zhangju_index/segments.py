"""Several parts of an index, which were written at different times, read as one.

What is added to a large index is a segment of its own beside the others, whose files stay as they
are. Rows go on from one segment to the next, in the order of the documents, so that whoever asks
gets what an index of one segment would answer: the same values in the same order.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from zhangju_index.approximate import ApproximateVectorStore
from zhangju_index.protocols import FloatMatrix, IntMatrix
from zhangju_index.texts import Texts
from zhangju_index.values import Chunk, Document, Section
from zhangju_index.vectors import FlatVectorStore, FloatVector, IntVector, check_k, unit_rows

__all__ = ["AnyStore", "AnyTexts", "SegmentedTexts", "SegmentedVectorStore", "join_stores", "join_texts"]


class SegmentedVectorStore:
    """The rows of several stores, one store after the other; see ``FlatVectorStore``.

    Args:
        stores: At least one, all of one dimension.
    """

    def __init__(self, stores: "Sequence[FlatVectorStore | ApproximateVectorStore]") -> None:
        self._stores = tuple(stores)
        self._starts = _starts(len(store) for store in stores)

    def __len__(self) -> int:
        """Rows held."""
        return int(self._starts[-1])

    @property
    def dimension(self) -> int:
        """Columns of every row."""
        return self._stores[0].dimension

    def vectors(self, rows: IntVector | slice) -> FloatMatrix:
        """Copy some of the stored rows out, in the order asked for."""
        wanted = np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows
        found = np.empty((len(wanted), self.dimension), dtype=np.float32)
        for part, places, own in _by_part(self._starts, wanted, "row"):
            found[places] = self._stores[part].vectors(own)
        return found

    def similarities(self, query: FloatVector, rows: IntVector) -> FloatVector:
        """Compare one query with given rows, as ``FlatVectorStore.similarities`` does."""
        found = np.empty(len(rows), dtype=np.float32)
        for part, places, own in _by_part(self._starts, rows, "row"):
            found[places] = self._stores[part].similarities(query, own)
        return found

    def search(
        self, queries: FloatMatrix, k: int, rows: IntVector | None = None
    ) -> tuple[FloatMatrix, IntMatrix]:
        """Find the rows most similar to each query, as ``FlatVectorStore.search`` does."""
        queries = unit_rows(queries, self.dimension, "query")
        check_k(k)
        if rows is None:
            searched = [(part, store.search(queries, k)) for part, store in enumerate(self._stores)]
        else:
            searched = [
                (part, self._stores[part].search(queries, k, own))
                for part, _, own in _by_part(self._starts, np.unique(rows), "row")
            ]
        empty = np.empty((len(queries), 0))
        scores = np.hstack([empty.astype(np.float32), *(scores for _, (scores, _) in searched)])
        found = np.hstack(
            [empty.astype(np.int64), *(each + self._starts[part] for part, (_, each) in searched)]
        )
        # Each part comes in the order of its rows where scores are equal, and so do the parts.
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, 1), np.take_along_axis(found, best, 1)


class SegmentedTexts:
    """The texts of several files, one file after the other; see ``Texts``.

    Args:
        parts: The files.
        places: Which of them holds a document, by id.
    """

    def __init__(self, parts: Sequence[Texts], places: Mapping[str, int]) -> None:
        self._parts = tuple(parts)
        self._places = places
        self._chunk_starts = _starts(part.chunk_count for part in parts)
        self._sentence_starts = _starts(part.sentence_count for part in parts)

    def close(self) -> None:
        """Close the files; nothing can be read afterwards."""
        for part in self._parts:
            part.close()

    @property
    def document_count(self) -> int:
        """Documents held."""
        return sum(part.document_count for part in self._parts)

    @property
    def chunk_count(self) -> int:
        """Chunks held, the rows of the chunk store."""
        return int(self._chunk_starts[-1])

    @property
    def sentence_count(self) -> int:
        """Sentences held, the rows of the sentence store."""
        return int(self._sentence_starts[-1])

    def document(self, document_id: str) -> Document:
        """Read one document; ``KeyError`` where there is none of this id."""
        return self._part_of(document_id).document(document_id)

    def documents(self) -> Iterator[Document]:
        """Read every document in row order, one at a time."""
        for part in self._parts:
            yield from part.documents()

    def metadata(self) -> dict[str, Mapping[str, str]]:
        """Metadata of every document by its id, in row order, read without their texts."""
        return {name: each for part in self._parts for name, each in part.metadata().items()}

    def page_counts(self) -> dict[str, int]:
        """Pages of every document whose source has pages, by its id, read without their texts."""
        return {name: pages for part in self._parts for name, pages in part.page_counts().items()}

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Read the sections of one document; ``KeyError`` where there is none of this id."""
        return self._part_of(document_id).sections(document_id)

    def slice(self, document_id: str, start: int, end: int) -> str:
        """Read ``document.text[start:end]``; ``KeyError`` where there is no document of this id."""
        return self._part_of(document_id).slice(document_id, start, end)

    def chunk_rows(self, document_id: str) -> range:
        """Rows of one document's chunks; ``KeyError`` where there is none of this id."""
        rows = self._part_of(document_id).chunk_rows(document_id)
        return _shifted(rows, self._chunk_starts[self._places[document_id]])

    def chunk_paths(self, rows: range) -> list[tuple[str, ...]]:
        """Headings above each of some chunks that follow one another; ``IndexError`` where there is none."""
        found = []
        for part, _, own in _by_part(self._chunk_starts, np.arange(rows.start, rows.stop), "chunk row"):
            found += self._parts[part].chunk_paths(range(int(own[0]), int(own[-1]) + 1))
        return found

    def chunk(self, row: int) -> Chunk:
        """Read one chunk with its sentences; ``IndexError`` where there is none."""
        return self.chunks([row])[0]

    def chunks(self, rows: Sequence[int] | IntVector) -> list[Chunk]:
        """Read chunks in the order of ``rows``, which may repeat; ``IndexError`` where there is none."""
        wanted = np.asarray(rows, dtype=np.int64)
        found: dict[int, Chunk] = {}
        for part, places, own in _by_part(self._chunk_starts, wanted, "chunk row"):
            found |= zip(places.tolist(), self._parts[part].chunks(own), strict=True)
        return [found[place] for place in range(len(wanted))]

    def all_chunks(self) -> Iterator[Chunk]:
        """Read every chunk in row order, some hundred at a time."""
        for part in self._parts:
            yield from part.all_chunks()

    def sentence_rows(self, chunk_row: int) -> range:
        """Rows of one chunk's sentences; ``IndexError`` where there is no such chunk."""
        ((part, _, (own,)),) = _by_part(self._chunk_starts, np.array([chunk_row]), "chunk row")
        return _shifted(self._parts[part].sentence_rows(int(own)), self._sentence_starts[part])

    def sentence_bounds(self, chunk_rows: IntVector) -> IntVector:
        """Where the sentences of each of some chunks start and end; ``IndexError`` where there is no such chunk."""
        rows = np.asarray(chunk_rows, dtype=np.int64)
        found = np.empty((len(rows), 2), dtype=np.int64)
        for part, places, own in _by_part(self._chunk_starts, rows, "chunk row"):
            found[places] = self._parts[part].sentence_bounds(own) + self._sentence_starts[part]
        return found

    def chunk_rows_of(self, sentence_rows: Sequence[int] | IntVector) -> IntVector:
        """Rows of the chunks that given sentences belong to; ``IndexError`` where there is no such sentence."""
        rows = np.asarray(sentence_rows, dtype=np.int64)
        found = np.empty_like(rows)
        for part, places, own in _by_part(self._sentence_starts, rows, "sentence row"):
            found[places] = self._parts[part].chunk_rows_of(own) + self._chunk_starts[part]
        return found

    def _part_of(self, document_id: str) -> Texts:
        if document_id not in self._places:
            raise KeyError(f"the index holds no document {document_id!r}")
        return self._parts[self._places[document_id]]


AnyTexts = Texts | SegmentedTexts
AnyStore = FlatVectorStore | ApproximateVectorStore | SegmentedVectorStore


def join_texts(parts: Sequence[Texts], places: Mapping[str, int]) -> AnyTexts:
    """Read several files of texts as one; see ``SegmentedTexts``."""
    return parts[0] if len(parts) == 1 else SegmentedTexts(parts, places)


def join_stores(stores: Sequence[FlatVectorStore | ApproximateVectorStore]) -> AnyStore:
    """Search several stores as one; see ``SegmentedVectorStore``."""
    return stores[0] if len(stores) == 1 else SegmentedVectorStore(stores)


def _starts(lengths: Iterator[int]) -> IntVector:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _shifted(rows: range, start: int) -> range:
    return range(rows.start + int(start), rows.stop + int(start))


def _by_part(starts: IntVector, rows: IntVector, name: str) -> Iterator[tuple[int, IntVector, IntVector]]:
    """Divide rows among the parts: the part, places in ``rows``, and the rows as the part counts them."""
    rows = np.asarray(rows, dtype=np.int64)
    if len(rows) and not 0 <= rows.min() <= rows.max() < starts[-1]:
        raise IndexError(
            f"expected {name}s from 0 to {starts[-1] - 1}, got {name}s from {rows.min()} to {rows.max()}"
        )
    parts = np.searchsorted(starts, rows, side="right") - 1
    for part in np.unique(parts).tolist():
        places = np.flatnonzero(parts == part)
        yield part, places, rows[places] - starts[part]
