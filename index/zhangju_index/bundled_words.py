"""The words of the bundled model: three quarters of its weights, of which a text needs a few rows.

They stay in the weights file and are expanded as texts come. A runtime that is given the whole table
reads, repacks and keeps 250,037 rows for the sake of some twenty.
"""

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_weights import Weights, dequantise
from zhangju_index.protocols import FloatTensor

__all__ = ["WordTable"]


class WordTable:
    """Looks the vectors of tokens up; safe to use from several threads.

    Args:
        weights: The weights file.

    Raises:
        ModelError: It lacks the table, or that has another size than its place.
    """

    def __init__(self, weights: Weights) -> None:
        self._width = weights.shape.hidden_size
        self._rows = weights.blocks("emb.word", self._width)

    def look_up(self, ids: NDArray[np.int64]) -> FloatTensor:
        """Vectors of tokens: ids of shape (texts, tokens) give (texts, tokens, width)."""
        return dequantise(self._rows[ids].reshape(-1)).reshape(*ids.shape, self._width)
