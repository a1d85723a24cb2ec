"""How three legs become one score.

    score = (chunk similarity + best sentence) / 2 + 0.15 * keyword coverage
    sentence = similarity - 0.01 * ln(60 / characters), for sentences shorter than 60

Ranks are not used: reciprocal-rank fusion gives a leg that found nothing as much say as one that
found everything, and on questions in another language than the text it undoes what the vectors
found. Coverage is the share of the question that a chunk's words account for, so a leg with
nothing to say adds next to nothing. ``eval/fitting/weigh_legs.py`` measures the legs and the
weight on public sets (XQuAD, CMRC 2018); it was chosen on the half that is not reported, where
all from 0.1 to 0.25 do as well.

The shorter a text, the more alike it looks to every question, most of all across languages, so
short sentences are taken down a little: at 15 characters by 0.014.
"""

import numpy as np
from numpy.typing import NDArray

from zhangju_index.vectors import FloatVector

__all__ = [
    "BYLINE_PENALTY",
    "COVERAGE_WEIGHT",
    "MASTHEAD_PENALTY",
    "PASSAGE_SHARE",
    "demote_mastheads",
    "fuse",
    "level_lengths",
    "lift",
]

COVERAGE_WEIGHT = 0.15
MASTHEAD_PENALTY = 0.02
"""Taken off titles, bylines and bare headings: short texts look similar to every question."""

BYLINE_PENALTY = 0.03
"""Taken off bylines besides, unless the question asks for a person."""

PASSAGE_SHARE = 0.5
"""What the score of its passage counts for a sentence, beside its own."""

JUDGE_WEIGHT = 0.004
"""What one unit of log-odds of a reranker counts for.

Chosen on the public questions that ``eval/fitting/weigh_judge.py`` does not report, where 0.003 to 0.006 do as well.
"""

_CERTAIN = 8.0
_LENGTH_WEIGHT = 0.01
_FULL_LENGTH = 60


def fuse(
    chunk_similarity: FloatVector,
    sentence_similarity: FloatVector,
    coverage: FloatVector,
    demotion: FloatVector | float = 0.0,
) -> FloatVector:
    """Fuse what the legs say of the same chunks.

    Args:
        chunk_similarity: Cosine of the question and each chunk.
        sentence_similarity: That of the question and the best sentence of each chunk, levelled.
        coverage: Keyword coverage of the question by each chunk, in [0, 1].
        demotion: What to take off each chunk.

    Returns:
        One score for each chunk, higher is better.
    """
    dense = (chunk_similarity + sentence_similarity) / 2
    fused = dense + COVERAGE_WEIGHT * coverage - demotion
    return np.asarray(fused, dtype=np.float32)


def demote_mastheads(
    masthead: NDArray[np.bool_], byline: NDArray[np.bool_], *, asks_who: bool
) -> FloatVector:
    """What to take off chunks that hold no running text.

    Args:
        masthead: Which chunks are a title, a byline, a note or a bare heading.
        byline: Which of them are a byline or a note.
        asks_who: Whether the question asks for a person.
    """
    demotion = MASTHEAD_PENALTY * masthead + (0.0 if asks_who else BYLINE_PENALTY) * byline
    return np.asarray(demotion, dtype=np.float32)


def level_lengths(similarity: FloatVector, characters: NDArray[np.int64]) -> FloatVector:
    """Take short sentences down, so that they do not win by being short.

    Args:
        similarity: Cosine of the question and each sentence.
        characters: Characters of each sentence, at least 1.
    """
    shortness = np.log(_FULL_LENGTH / np.clip(characters, 1, _FULL_LENGTH))
    return np.asarray(similarity - _LENGTH_WEIGHT * shortness, dtype=np.float32)


def lift(log_odds: float) -> float:
    """What a reranker's log-odds add to a score: nothing where it is certain that nothing answers."""
    return JUDGE_WEIGHT * (min(max(log_odds, -_CERTAIN), _CERTAIN) + _CERTAIN)
