"""What a part must offer to take the place of one of ours: one or two methods each."""

from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from zhangju_index.values import Parsed

__all__ = ["BulkEmbedder", "Embedder", "FloatMatrix", "FloatTensor", "IntMatrix", "Parser", "VectorStore"]

FloatMatrix = NDArray[np.float32]
FloatTensor = NDArray[np.float32]
IntMatrix = NDArray[np.int64]


@runtime_checkable
class Parser(Protocol):
    """Reads one file format."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the names of such files, in lower case, with their dot."""
        ...

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file, with what the format tells about it.

        Args:
            data: The whole file.
            source: What to call it in an error.

        Raises:
            DocumentError: It is damaged, protected, not of this format, or holds no text.
        """
        ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors; questions and documents may be encoded differently."""

    @property
    def name(self) -> str:
        """What the model is loaded by: the name of one that comes along, on a hub, or of a folder."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name and content hash of the model: vectors of different fingerprints never mix."""
        ...

    @property
    def dimension(self) -> int:
        """Columns of every matrix this embedder returns."""
        ...

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Encode questions: float32 rows of unit length, shape (len(texts), dimension)."""
        ...

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages: float32 rows of unit length, shape (len(texts), dimension)."""
        ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text alone, without prefix and special tokens."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that the encoder reads; what is longer would be cut off."""
        ...


@runtime_checkable
class BulkEmbedder(Protocol):
    """An embedder that has a quicker way for many documents."""

    def in_bulk(self, size: int) -> AbstractContextManager[Embedder]:
        """Give the quickest embedder for ``size`` bytes of documents, until the context is left.

        It is the same model by name and fingerprint, and its vectors may stand beside others of it.
        """
        ...


@runtime_checkable
class VectorStore(Protocol):
    """Finds the stored rows most similar to a query."""

    def __len__(self) -> int:
        """Rows held."""
        ...

    def search(self, queries: FloatMatrix, k: int) -> tuple[FloatMatrix, IntMatrix]:
        """Return cosine similarities and row numbers, best first.

        Args:
            queries: Unit-length rows, shape (n_queries, dimension).
            k: Rows to return per query; fewer come back when the store holds fewer.

        Returns:
            Two matrices of shape (n_queries, min(k, len(self))).
        """
        ...
