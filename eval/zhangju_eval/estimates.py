"""Figures with their 95 % intervals, by bootstrap over clusters of questions.

Questions that stand or fall together (on the same evidence, or on the same document) form one
cluster, so that asking the same thing in five languages does not pass for five independent
trials. Whole clusters are resampled; the percentile interval is taken (Efron and Tibshirani
1993, chapter 13). The same input gives the same interval.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RESAMPLES", "SEED", "Estimate", "bootstrap", "mean_of", "members_of"]

RESAMPLES = 1000
SEED = 0
# Cells of a matrix of draws that are held at a time.
_CELLS = 1_000_000

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        value: The figure itself.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """Return the figures to four places."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


def bootstrap(statistic: Callable[[Rows], float | None], clusters: Sequence[Hashable]) -> Estimate | None:
    """Estimate a statistic with its interval.

    Args:
        statistic: Maps row numbers, with repetitions, to a figure, or to ``None`` where it
            is not defined for them.
        clusters: The cluster of each row.

    Returns:
        ``None`` where the statistic is not defined for the rows as they are.
    """
    value = statistic(np.arange(len(clusters)))
    if value is None:
        return None
    groups = members_of(clusters)
    rows, sizes = np.concatenate(groups), np.array([len(group) for group in groups])
    starts = np.cumsum(sizes) - sizes
    samples = [
        statistic(rows[_spread(starts[draw], sizes[draw])]) for draws in _draws(len(groups)) for draw in draws
    ]
    return _estimate(value, [sample for sample in samples if sample is not None])


def mean_of(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate | None:
    """Estimate a mean; ``None`` where nothing is eligible.

    The same as ``bootstrap`` of the mean, by sums of clusters: a set may hold thousands.
    """
    if not len(values):
        return None
    column = np.asarray(values, dtype=np.float64)
    groups = members_of(clusters)
    sums = np.array([column[rows].sum() for rows in groups])
    counts = np.array([len(rows) for rows in groups])
    samples = [sums[draws].sum(axis=1) / counts[draws].sum(axis=1) for draws in _draws(len(groups))]
    return _estimate(float(column.mean()), np.concatenate(samples))


def members_of(clusters: Sequence[Hashable]) -> list[Rows]:
    """Row numbers of each cluster, clusters in the order in which they turn up."""
    members: dict[Hashable, list[int]] = {}
    for row, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(row)
    return [np.array(rows, dtype=np.intp) for rows in members.values()]


def _spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the members of groups, of which each starts somewhere and goes on for its size."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - (ends - sizes), sizes) + np.arange(ends[-1])


def _draws(groups: int) -> Iterator[NDArray[np.int64]]:
    """Groups drawn with replacement, one resample a row, some rows at a time."""
    generator = np.random.default_rng(SEED)
    at_a_time = max(1, _CELLS // groups)
    for first in range(0, RESAMPLES, at_a_time):
        yield generator.integers(groups, size=(min(at_a_time, RESAMPLES - first), groups))


def _estimate(value: float, samples: Sequence[float] | Floats) -> Estimate:
    low, high = np.percentile(samples if len(samples) else [value], [2.5, 97.5])
    return Estimate(value, float(low), float(high))
