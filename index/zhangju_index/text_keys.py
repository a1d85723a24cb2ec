"""Which text a vector stands for: a key for each text, by which its vector is found again.

A model makes of one text one vector, whatever document the text stands in and whoever divided
it. An index therefore keeps the key of each text beside its vector, and so does a build that is
not finished: what was embedded once under some model is found by what the model was shown.
"""

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from zhangju_index.protocols import FloatMatrix
from zhangju_index.vectors import IntVector

__all__ = ["KeyedVectors", "Keys", "key_matrix", "text_keys"]


Keys = NDArray[np.uint64]
"""Keys of texts, one a row: shape (n_texts, 2)."""


def text_keys(texts: Iterable[str]) -> Keys:
    """Digest each text to 16 bytes; two texts never meet by chance."""
    # Text from outside may hold lone surrogates; they must not stop a digest.
    encoded = (text.encode("utf-8", "surrogatepass") for text in texts)
    return key_matrix(b"".join(hashlib.blake2b(each, digest_size=16).digest() for each in encoded))


def key_matrix(data: bytes) -> Keys:
    """Read keys from their bytes, one after the other."""
    return np.frombuffer(data, dtype="<u8").astype(np.uint64, copy=False).reshape(-1, 2)


class KeyedVectors:
    """Vectors that are found by the texts they stand for.

    Args:
        keys: Of the text of each vector.
        vectors: Copies vectors out, given their row numbers.
    """

    def __init__(self, keys: Keys, vectors: Callable[[IntVector], FloatMatrix]) -> None:
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._sorted = keys[self._order]
        self._vectors = vectors

    def __len__(self) -> int:
        """Vectors held."""
        return len(self._order)

    def find(self, keys: Keys) -> tuple[IntVector, FloatMatrix]:
        """Take out the vectors of some texts.

        Returns:
            Which of ``keys`` are held, as places in ``keys``, and the vector of each.
        """
        places = np.searchsorted(self._sorted[:, 0], keys[:, 0])
        inside = np.flatnonzero(places < len(self))
        same = (self._sorted[places[inside]] == keys[inside]).all(axis=1)
        held = inside[same].astype(np.int64, copy=False)
        return held, self._vectors(self._order[places[held]])
