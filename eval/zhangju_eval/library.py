"""What an index holds, as the texts that gold is checked against: read when they are needed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable

from zhangju.retriever import Retriever
from zhangju_index.outline import outline_document
from zhangju_index.values import Document, Section

__all__ = ["IndexLibrary", "Sectioned", "sections_of"]

# Texts that are kept: questions that follow one another are often about one document.
_KEPT = 64


@runtime_checkable
class Sectioned(Protocol):
    """Texts whose sections are known."""

    def sections(self, document_id: str) -> Sequence[Section]:
        """The sections of a document, in order."""
        ...


class IndexLibrary(Mapping[str, str]):
    """The documents of an open index by id.

    Args:
        retriever: What asks the index; it must stay open.
    """

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._ids = dict.fromkeys(each.document_id for each in retriever.listing())
        self._text = lru_cache(_KEPT)(lambda document_id: retriever.document(document_id).text)

    def __getitem__(self, document_id: str) -> str:
        """The whole text of a document."""
        if document_id not in self._ids:
            raise KeyError(document_id)
        return self._text(document_id)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        """Documents held."""
        return len(self._ids)

    def sections(self, document_id: str) -> Sequence[Section]:
        """The sections of a document, in order."""
        return self._retriever.sections(document_id)


def sections_of(documents: Mapping[str, str], document_id: str) -> Sequence[Section]:
    """The sections of a document; of a text alone, its outline is made."""
    if isinstance(documents, Sectioned):
        return documents.sections(document_id)
    return outline_document(Document(document_id, document_id, document_id, documents[document_id])).sections
