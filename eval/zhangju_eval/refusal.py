"""Does confidence tell what can be answered? AUROC, risk and coverage, calibration.

Confidence is an estimated probability that the sources answer the question, so three things are
asked of it: that it ranks questions (AUROC), that answering the most certain ones first keeps
mistakes rare (the risk–coverage curve), and that it is a probability (calibration error).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BINS",
    "Bin",
    "area_under_risk",
    "area_under_roc",
    "calibration_bins",
    "calibration_error",
    "risk_by_coverage",
]

BINS = 10
"""Bins of one width that calibration is looked at in."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def area_under_roc(scores: Floats, positive: Flags) -> float:
    """Probability that a positive scores above a negative, ties counting half.

    The rank-sum form (Mann and Whitney 1947), because the bootstrap calls it thousands of times;
    a test compares it with scikit-learn's ``roc_auc_score``.

    Args:
        scores: One per item.
        positive: Whether each item is a positive; both classes must occur.
    """
    _, groups, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    # Equal scores share the mean of their ranks, which count from 1.
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[groups]
    positives = int(positive.sum())
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(scores) - positives)))


def risk_by_coverage(confidence: Floats, wrong: Floats) -> Floats:
    """Share of wrong answers when only the ``i`` most certain questions are answered.

    Args:
        confidence: One per question.
        wrong: 1 for a question whose answer is wrong, else 0.

    Returns:
        One value for each coverage 1/n, 2/n, … 1. Questions of one confidence are answered in no
        particular order: each counts as wrong as they are on the average.
    """
    _, groups = np.unique(-confidence, return_inverse=True)
    means = np.bincount(groups, weights=wrong) / np.bincount(groups)
    losses = means[np.sort(groups)]
    return np.asarray(np.cumsum(losses) / np.arange(1, len(losses) + 1), dtype=np.float64)


def area_under_risk(confidence: Floats, wrong: Floats) -> float:
    """Mean risk over all coverages: AURC (Geifman, Uziel and El-Yaniv 2019, arXiv 1805.08206)."""
    return float(risk_by_coverage(confidence, wrong).mean())


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about one confidence.

    Attributes:
        confidence: Their mean confidence.
        answerable: Share of them that is answerable.
        questions: How many they are.
    """

    confidence: float
    answerable: float
    questions: int


def calibration_bins(confidence: Floats, answerable: Flags) -> list[Bin]:
    """Group questions by confidence into ``BINS`` bins of one width; empty ones are left out."""
    places = _places(confidence)
    return [
        Bin(float(confidence[here].mean()), float(answerable[here].mean()), int(here.sum()))
        for place in range(BINS)
        if (here := places == place).any()
    ]


def calibration_error(confidence: Floats, answerable: Flags) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht 2015) over ``calibration_bins``."""
    # A bin's distance times its questions is the distance of its sums: no need for its means.
    gaps = np.bincount(_places(confidence), weights=confidence - answerable, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _places(confidence: Floats) -> NDArray[np.int64]:
    """The bin of each confidence."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
