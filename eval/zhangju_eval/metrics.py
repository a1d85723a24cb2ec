"""The numbers of a report: ranking metrics, AUROC, and their 95 % intervals.

Ranking metrics come from ir-measures. The gold entries of a question are alternatives, so a
question has one relevant item: the first passage that holds any of them. Hence nDCG@10 is
``1 / log2(1 + rank)`` of that passage, and further passages with the same evidence add nothing.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from zhangju_index.errors import ZhangjuError

__all__ = [
    "DEPTH",
    "RANKING_METRICS",
    "Estimate",
    "area_under_roc",
    "bootstrap",
    "mean_of",
    "require_ir_measures",
    "score_rankings",
]

RANKING_METRICS = {
    "hit@1": "Success@1",
    "hit@3": "Success@3",
    "hit@5": "Success@5",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
}
"""What a report calls a metric, and what ir-measures calls it."""

DEPTH = 10
"""Passages that the deepest metric looks at."""

RESAMPLES = 1000
SEED = 0


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


def score_rankings(first_hits: Sequence[int | None]) -> list[dict[str, float]]:
    """Score each question by the rank of the first passage that holds its gold.

    Args:
        first_hits: One entry per question that has gold: the rank, counted from 1, or
            ``None`` where no retrieved passage holds it.

    Returns:
        For each question every metric of ``RANKING_METRICS``, in [0, 1].

    Raises:
        ZhangjuError: ir-measures is not installed.
    """
    ir_measures = require_ir_measures()
    measures = {ir_measures.parse_measure(theirs): ours for ours, theirs in RANKING_METRICS.items()}
    qrels = {str(row): {"gold": 1} for row in range(len(first_hits))}
    run = {str(row): _ranking(hit) for row, hit in enumerate(first_hits)}
    scores: list[dict[str, float]] = [{} for _ in first_hits]
    if first_hits:
        for metric in ir_measures.iter_calc(list(measures), qrels, run):
            scores[int(metric.query_id)][measures[metric.measure]] = float(metric.value)
    return [{name: row[name] for name in RANKING_METRICS} for row in scores]


def _ranking(first_hit: int | None) -> dict[str, float]:
    # A question missing from a run would drop out of it, so one without a hit keeps one miss.
    names = [f"miss-{rank}" for rank in range(1, first_hit or 2)] + ["gold"] * (first_hit is not None)
    # Scores fall with rank: trec_eval orders equal scores by name.
    return {name: -float(rank) for rank, name in enumerate(names, start=1)}


def require_ir_measures() -> ModuleType:
    """Import ir-measures, which only evaluation needs.

    Raises:
        ZhangjuError: It is not installed; the message says how to install it.
    """
    try:
        ir_measures = import_module("ir_measures")
    except ImportError as error:
        raise ZhangjuError(
            "evaluation needs ir-measures, which is not installed; pip install 'zhangju[eval]'"
        ) from error
    return ir_measures


def area_under_roc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Probability that a positive scores above a negative, ties counting half.

    Written out because the bootstrap calls it thousands of times; a test compares it with
    scikit-learn's ``roc_auc_score``.

    Args:
        scores: One per item.
        positive: Whether each item is a positive; both classes must occur.
    """
    above = scores[positive][:, None] - scores[~positive][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float | None], clusters: Sequence[Hashable]
) -> Estimate | None:
    """Estimate a statistic with its percentile interval, resampling whole clusters.

    Items that stand or fall together (questions on the same evidence) form one cluster, so
    that asking the same thing in five languages does not pass for five independent trials.
    The same input gives the same interval.

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
    members: dict[Hashable, list[int]] = {}
    for row, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(row)
    groups = [np.array(rows) for rows in members.values()]
    draws = np.random.default_rng(SEED).integers(len(groups), size=(RESAMPLES, len(groups)))
    samples = [statistic(np.concatenate([groups[group] for group in draw])) for draw in draws]
    low, high = np.percentile([sample for sample in samples if sample is not None] or [value], [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def mean_of(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate | None:
    """Estimate a mean; ``None`` where nothing is eligible."""
    column = np.asarray(values, dtype=np.float64)
    return bootstrap(lambda rows: float(column[rows].mean()) if len(rows) else None, clusters)
