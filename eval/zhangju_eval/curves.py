"""What the plots of a report show, as numbers: recall by depth, risk by coverage, reliability."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from zhangju_eval.ranking import RECALL_AT
from zhangju_eval.refusal import Bin, calibration_bins, risk_by_coverage
from zhangju_eval.report import Report

__all__ = ["Curves", "curves_of"]


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one report; each is empty where nothing was measured that it could show.

    Attributes:
        recall: Depth, and the share of the evidence among the passages down to it.
        risk: Share of wrong answers at coverage 1/n, 2/n, … 1, the most certain questions first.
        answered: Share of the same questions that is answered.
        bins: Questions by confidence.
    """

    recall: tuple[tuple[int, float], ...] = ()
    risk: tuple[float, ...] = ()
    answered: float = 0.0
    bins: tuple[Bin, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the curves as one JSON object."""
        return {
            "recall": [[k, round(value, 4)] for k, value in self.recall],
            "risk": [round(value, 4) for value in self.risk],
            "answered": round(self.answered, 4),
            "bins": [
                [round(each.confidence, 4), round(each.answerable, 4), each.questions] for each in self.bins
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Make curves of what ``to_json`` returned.

        Raises:
            KeyError: A curve is missing.
            TypeError: One is something else.
            ValueError: One has points of another kind.
        """
        return cls(
            tuple((int(k), float(share)) for k, share in value["recall"]),
            tuple(float(share) for share in value["risk"]),
            float(value["answered"]),
            tuple(Bin(float(c), float(a), int(n)) for c, a, n in value["bins"]),
        )


def curves_of(report: Report) -> Curves:
    """Work out the curves of a report.

    Of a question that has neither gold nor a verdict nothing can be said; it is left out.
    """
    metrics = report.overall.metrics
    recall = tuple((k, metrics[f"recall@{k}"].value) for k in RECALL_AT) if metrics else ()
    judged = [(row, row.verdict) for row in report.rows if row.verdict is not None]
    eligible = [(row, verdict, row.wrong) for row, verdict in judged if row.wrong is not None]
    if not eligible:
        return Curves(recall)
    confidence = np.array([verdict.confidence for _, verdict, _ in eligible])
    wrong = np.array([wrong for _, _, wrong in eligible], dtype=np.float64)
    everything = np.array([verdict.confidence for _, verdict in judged])
    answerable = np.array([row.question.answerable for row, _ in judged])
    return Curves(
        recall,
        tuple(risk_by_coverage(confidence, wrong).tolist()),
        sum(not row.refused for row, _, _ in eligible) / len(eligible),
        tuple(calibration_bins(everything, answerable)),
    )
