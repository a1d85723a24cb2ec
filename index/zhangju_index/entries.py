"""One document with everything an index keeps of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zhangju_index.manifest import DocumentRecord
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import FloatMatrix
from zhangju_index.text_keys import Keys
from zhangju_index.values import Chunk, Document, Section

__all__ = ["UNKNOWN", "IndexEntry", "Origin"]


class Origin(NamedTuple):
    """What a document was read from, and by what; empty where that is not known.

    Attributes:
        file_sha256: Digest of the bytes.
        read_by: Version of Zhangju that read them.
    """

    file_sha256: str = ""
    read_by: str = ""


UNKNOWN = Origin()
"""Of a document that was not read from bytes at hand."""


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """One document with everything an index keeps of it.

    Attributes:
        document: The document.
        sections: Its sections, in order.
        chunks: Its chunks, in order.
        chunk_vectors: Unit rows, one for each chunk.
        sentence_vectors: Unit rows, one for each sentence of each chunk, in order.
        chunk_keys: Of the text that each chunk vector stands for.
        sentence_keys: Of the text that each sentence vector stands for.
        origin: What it was read from.
    """

    document: Document
    sections: Sequence[Section]
    chunks: Sequence[Chunk]
    chunk_vectors: FloatMatrix
    sentence_vectors: FloatMatrix
    chunk_keys: Keys
    sentence_keys: Keys
    origin: Origin = UNKNOWN

    @property
    def record(self) -> DocumentRecord:
        """What an index says of the document."""
        document = self.document
        return DocumentRecord(
            id=document.id,
            title=document.title,
            source=document.source,
            sha256=source_hash(document),
            characters=len(document.text),
            file_sha256=self.origin.file_sha256,
            read_by=self.origin.read_by,
        )
