"""What an index holds, document by document: what is known of each, and its outline."""

from collections.abc import Iterator

from zhangju.values import Listing
from zhangju_index.searching import FolderSearch, SearchIndex
from zhangju_index.values import Section

__all__ = ["list_documents", "sections_of"]


def list_documents(index: SearchIndex) -> Iterator[Listing]:
    """Say what is known of each document, in order."""
    if isinstance(index, FolderSearch):
        metadata = index.texts.metadata()
        for record in index.records:
            yield Listing(record.id, record.title, record.source, record.characters, metadata[record.id])
        return
    for document in index.documents():
        yield Listing(document.id, document.title, document.source, len(document.text), document.metadata)


def sections_of(index: SearchIndex, document_id: str) -> tuple[Section, ...]:
    """The sections of one document: those it was divided by, where the index keeps them.

    Raises:
        KeyError: The index holds none of this id.
    """
    document = index.document(document_id)
    if isinstance(index, FolderSearch):
        return tuple(index.texts.sections(document_id))
    from zhangju_index.outline import outline_document

    return outline_document(document).sections
