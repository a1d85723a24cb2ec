"""What a library in a store holds, what made it, and which of the rows there count.

It is one property of the collection that has the library's name, and changed in one step: whoever
reads it sees a library as one writer left it, never half of a change. Rows count when their
document's number is below ``next_document`` and not among ``removed``; blocks of terms when they
were born in ``revision`` or before, the youngest of each block.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from zhangju_index.errors import IndexDamagedError, IndexFormatError, IndexMissingError
from zhangju_index.manifest import Counts, DocumentRecord, Manifest, ModelRecord, Setting
from zhangju_index.milvus.client import Client, Collection
from zhangju_index.milvus.schema import MARKER

__all__ = ["STORE_FORMAT", "State", "corpus_digest", "find_state", "publish", "read_state"]

STORE_FORMAT = 1
"""Raised whenever rows change in a way that older readers would misread."""

_PROPERTY = "zhangju"
_PROPERTIES_ONLY = Collection(("key", "INT64"), {}, len(MARKER), {"type": "FLAT"})

_NOTHING = Counts(documents=0, sections=0, chunks=0, sentences=0)


@dataclass(frozen=True, slots=True)
class State:
    """The manifest of a library in a store.

    Attributes:
        zhangju_version: The version that divided the texts.
        model: The embedder.
        chunking: Settings of the chunker, by name.
        index: Type and settings of the vectors' index.
        counts: How much there is.
        tokens: Tokens of the keyword search in all chunks.
        entries: Pairs of a term and a chunk that holds it.
        corpus: Digest of the documents' ids and texts, see ``corpus_digest``.
        names: Names by which ``where`` knows documents, metadata included.
        generation: Number in the names of its collections.
        revision: Rises by one with every change.
        next_document: Number that the next document gets.
        removed: Numbers of documents whose rows are still to be removed.
        swept: Whether nothing is left of former revisions.
        format_version: The layout of the rows.
    """

    zhangju_version: str
    model: ModelRecord
    chunking: Mapping[str, Setting]
    index: Mapping[str, Any]
    counts: Counts = _NOTHING
    tokens: int = 0
    entries: int = 0
    corpus: str = "0" * 64
    names: tuple[str, ...] = ()
    generation: int = 1
    revision: int = 0
    # Number 0 is that of what belongs to no document.
    next_document: int = 1
    removed: tuple[int, ...] = field(default=())
    swept: bool = True
    format_version: int = STORE_FORMAT

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, address: object) -> "State":
        """Read what ``to_json`` wrote.

        Raises:
            IndexFormatError: A newer Zhangju wrote it.
            IndexDamagedError: It is something else.
        """
        try:
            top = json.loads(text)
            version = top["format_version"]
            if version > STORE_FORMAT:
                raise IndexFormatError(
                    f"expected {address} in store format {STORE_FORMAT}, got {version}, written by a newer"
                    " Zhangju; upgrade with 'pip install --upgrade zhangju'"
                )
            return cls(
                **{each.name: top[each.name] for each in fields(cls) if each.name not in _NESTED},
                model=ModelRecord(**top["model"]),
                counts=Counts(**top["counts"]),
                names=tuple(top["names"]),
                removed=tuple(top["removed"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamagedError(
                f"expected the manifest of a library in {address}, got something else ({error!r});"
                " name another library, or remove that one on the server"
            ) from error

    def manifest(self, documents: tuple[DocumentRecord, ...] = ()) -> Manifest:
        """The same facts as those of an index in a folder.

        Args:
            documents: Those to be listed: there may be more than anyone wants to read.
        """
        return Manifest(
            zhangju_version=self.zhangju_version,
            model=self.model,
            chunking=self.chunking,
            documents=documents,
            counts=self.counts,
            files={},
            format_version=self.format_version,
        )


_NESTED = ("model", "counts", "names", "removed")


def find_state(client: Client) -> State | None:
    """Read the manifest of the library that a client's address names; None where there is none.

    Raises:
        IndexFormatError: A newer Zhangju wrote it.
        IndexDamagedError: A collection of this name is something else.
    """
    described = client.describe(client.address.library)
    if described is None:
        return None
    text = described.get("properties", {}).get(_PROPERTY, "null")
    return State.from_json(text, client.address)


def read_state(client: Client) -> State:
    """Read the manifest of a library that must be there.

    Raises:
        IndexMissingError: There is none.
    """
    state = find_state(client)
    if state is None:
        raise IndexMissingError(
            f"no index at {client.address}; build one with 'zhangju index add PATH… --store {client.address}'"
        )
    return state


def publish(client: Client, state: State) -> None:
    """Make a state the one that every reader sees from now on, in one step."""
    library = client.address.library
    properties = {_PROPERTY: state.to_json()}
    if client.exists(library):
        client.alter(library, properties)
    else:
        client.create(library, _PROPERTIES_ONLY, properties)


def corpus_digest(digest: str, document_id: str, sha256: str) -> str:
    """Add a document to a digest of many, or take it out again: the same call does both.

    Digests are combined by exclusive or, so that their order makes no difference and one document
    is changed without reading the others. It tells two libraries apart; it is no seal.
    """
    own = hashlib.sha256(f"{document_id}\n{sha256}".encode()).digest()
    return bytes(a ^ b for a, b in zip(bytes.fromhex(digest), own, strict=True)).hex()
