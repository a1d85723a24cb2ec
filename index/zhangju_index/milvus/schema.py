"""What lies where in a store.

    LIBRARY                 no rows: its properties are the manifest, and publish what is written
    LIBRARY_lock            there while a process writes
    LIBRARY_1_documents     one row for each document: what is known of it
    LIBRARY_1_texts         its whole text in blocks, its sections, its layout
    LIBRARY_1_chunks        vector and text of each chunk, with its sentences' places
    LIBRARY_1_sentences     vector of each sentence
    LIBRARY_1_terms         which chunks hold a term, in blocks

The number is that of the generation; building anew makes the next one beside it.

Documents are numbered as they come. Numbers are never used again, and every key holds one in its
upper bits: a row of a document belongs to it by its key alone, and rows below the number that the
manifest names are those that count. A chunk has the key of its first sentence.

Texts are in the store itself, not beside it: whoever has the address can quote, to the character,
without a second service that could be elsewhere or out of step. A chunk's row carries its text, so
that what was found is read in one step; the same text stands in the blocks once more, which costs
a tenth of what the vectors take.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zhangju_index.milvus.client import Collection

__all__ = [
    "CHUNKS",
    "DOCUMENTS",
    "HNSW",
    "KINDS",
    "MARKER",
    "ROWS_OF_A_DOCUMENT",
    "SENTENCES",
    "TERMS",
    "TEXTS",
    "collection_name",
    "collection_of",
    "document_of",
    "first_key",
    "in_list",
]

DOCUMENTS, TEXTS, CHUNKS, SENTENCES, TERMS = "documents", "texts", "chunks", "sentences", "terms"

ROWS_OF_A_DOCUMENT = 1 << 27
"""Rows of one kind that a document may have: 134 million."""

# Links of a row in the graph, and how many are weighed when it is built: with 16 and 100, one in a
# hundred of the true neighbours of crowded e5 vectors was not found.
HNSW: Mapping[str, Any] = {"type": "HNSW", "M": 24, "efConstruction": 200}
"""Index of the vectors; segments that are small or still growing are compared row by row."""

_NO_VECTORS: Mapping[str, Any] = {"type": "FLAT"}
# Every collection must have vectors, of two columns at least; these mean nothing.
MARKER = [1.0, 0.0]

KINDS: Mapping[str, tuple[tuple[str, str], Mapping[str, str]]] = {
    DOCUMENTS: (
        ("number", "INT64"),
        {
            "id": "VARCHAR",
            "source": "VARCHAR",
            "place": "VARCHAR",
            "position": "INT64",
            "chunks": "INT64",
            "record": "VARCHAR",
            "known": "VARCHAR",
            "fields": "JSON",
        },
    ),
    TEXTS: (("key", "INT64"), {"document": "INT64", "text": "VARCHAR"}),
    CHUNKS: (("key", "INT64"), {"document": "INT64", "sentences": "INT64", "packed": "VARCHAR"}),
    SENTENCES: (("key", "INT64"), {"document": "INT64", "chunk": "INT64"}),
    TERMS: (
        ("key", "VARCHAR"),
        {
            "term": "INT64",
            "block": "INT64",
            "born": "INT64",
            "count": "INT64",
            "first": "INT64",
            "last": "INT64",
            "data": "VARCHAR",
        },
    ),
}
"""Key and other scalars of each kind of collection."""


def collection_of(kind: str, dimension: int, index: Mapping[str, Any]) -> Collection:
    """What a collection of a kind is made of, where the vectors have ``dimension`` columns."""
    key, fields = KINDS[kind]
    if kind in (CHUNKS, SENTENCES):
        return Collection(key, fields, dimension, index)
    return Collection(key, fields, len(MARKER), _NO_VECTORS)


def collection_name(library: str, generation: int, kind: str) -> str:
    """Name of a collection."""
    return f"{library}_{generation}_{kind}"


def first_key(document: int) -> int:
    """Least key of the rows of a document."""
    return document * ROWS_OF_A_DOCUMENT


def document_of(key: int) -> int:
    """Number of the document that a row belongs to."""
    return key // ROWS_OF_A_DOCUMENT


def in_list(field: str, values: Iterable[int] | Sequence[str]) -> str:
    """An expression: the field has one of the values."""
    return f"{field} in [{', '.join(str(value) for value in values)}]"
