"""An embedder whose vectors can be worked out with pencil and paper, for tests and examples.

A text becomes the counts of its characters and of its pairs of neighbouring characters,
white space left out, scaled to unit length. Texts that share words are similar; nothing is
learnt, loaded or random, so the same text has the same vector in every process.
"""

from itertools import pairwise

import numpy as np

from zhangju_index.protocols import FloatMatrix

__all__ = ["ToyEmbedder"]


class ToyEmbedder:
    """Counts characters and character pairs; takes the place of a model in fast tests.

    Column 0 holds 1 for every text, so that a text without characters has a vector as well.
    A character ``c`` adds 1 to column ``1 + ord(c) % (dimension - 1)``; a pair ``ab`` adds 1
    to column ``1 + (31 * ord(a) + ord(b)) % (dimension - 1)``. With ``dimension=5`` the text
    ``"ab"`` (97, 98, and 31 · 97 + 98 = 3105) counts 1 in columns 0, 2 and 3 for itself and
    its characters and 1 in column 2 for its pair: (1, 0, 2, 1, 0) / √6.

    Queries and documents are encoded alike, and a token is a character that is not white
    space.

    Args:
        dimension: Columns of a vector; few columns make different characters collide.
        max_tokens: What it claims to read of one text. Nothing is cut off.

    Raises:
        ValueError: ``dimension`` is below 2 or ``max_tokens`` below 1.
    """

    def __init__(self, dimension: int = 256, max_tokens: int = 512) -> None:
        if dimension < 2 or max_tokens < 1:
            raise ValueError(f"expected dimension >= 2 and max_tokens >= 1, got {dimension} and {max_tokens}")
        self._dimension = dimension
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        """The same as its fingerprint: there is nothing to load."""
        return self.fingerprint

    @property
    def fingerprint(self) -> str:
        """Names the rule and the dimension: together they determine every vector."""
        return f"toy-character-pairs-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Columns of every matrix."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """The limit given when it was made."""
        return self._max_tokens

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Encode questions: float32 rows of unit length, shape (len(texts), dimension)."""
        return self.embed_documents(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages: float32 rows of unit length, shape (len(texts), dimension)."""
        counts = np.zeros((len(texts), self._dimension), dtype=np.float32)
        counts[:, 0] = 1
        for row, text in zip(counts, texts, strict=True):
            codes = [ord(character) for character in text if not character.isspace()]
            for value in (*codes, *(31 * left + right for left, right in pairwise(codes))):
                row[1 + value % (self._dimension - 1)] += 1
        counts /= np.linalg.norm(counts, axis=1, keepdims=True)
        return counts

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Characters of each text that are not white space."""
        return [sum(not character.isspace() for character in text) for text in texts]
