"""What an index holds, document by document: what is known of each, without its text."""

from collections.abc import Iterator

from zhangju.values import Listing
from zhangju_index.searching import SearchIndex

__all__ = ["list_documents"]


def list_documents(index: SearchIndex) -> Iterator[Listing]:
    """Say what is known of each document, in order."""
    for record, metadata in index.known():
        yield Listing(record.id, record.title, record.source, record.characters, metadata)
