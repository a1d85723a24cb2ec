"""How three legs become one score.

    score = (chunk similarity + similarity of its best sentence) / 2 + 0.15 * keyword coverage

Ranks are not used: reciprocal-rank fusion gives a leg that found nothing as much say as one that
found everything, and on questions in another language than the text it undoes what the vectors
found. Coverage is the share of the question that a chunk's words account for, so a leg with
nothing to say adds nothing. The weights were chosen on public sets (XQuAD, CMRC 2018), on the
halves that are not reported; the optimum is flat from 0.1 to 0.25.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["COVERAGE_WEIGHT", "MASTHEAD_PENALTY", "fuse"]

COVERAGE_WEIGHT = 0.15
MASTHEAD_PENALTY = 0.015
"""Taken off titles, bylines and bare headings: short texts look similar to every question."""

FloatVector = NDArray[np.float32]


def fuse(
    chunk_similarity: FloatVector,
    sentence_similarity: FloatVector,
    coverage: FloatVector,
    masthead: NDArray[np.bool_],
) -> FloatVector:
    """Fuse what the legs say of the same chunks.

    Args:
        chunk_similarity: Cosine of the question and each chunk.
        sentence_similarity: Cosine of the question and the best sentence of each chunk.
        coverage: Keyword coverage of the question by each chunk, in [0, 1].
        masthead: Which chunks are a title, a byline or a bare heading.

    Returns:
        One score for each chunk, higher is better.
    """
    dense = (chunk_similarity + sentence_similarity) / 2
    fused = dense + COVERAGE_WEIGHT * coverage - MASTHEAD_PENALTY * masthead
    return np.asarray(fused, dtype=np.float32)
