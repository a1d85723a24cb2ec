"""Ranking metrics as the field defines them, by ir-measures, for each question by itself.

Where passages were judged (BEIR, TREC), the run is scored against the judgements as trec_eval
does it: binary metrics take a relevance of 1 and more, nDCG takes relevance as gain, and equal
scores are ordered by trec_eval's rule. A question that the run leaves out retrieved nothing: it
counts as 0 (trec_eval's ``-c``).

Where gold is quotes or sections, an item is a part of the evidence, and the first passage that
holds any alternative of it retrieves it: further passages with the same evidence add nothing.
A question without parts therefore has one relevant item, and nDCG@10 is ``1 / log2(1 + rank)``
of the first passage that holds it. With parts, each passage that brings a new part is relevant,
as is one unseen passage for each part that none brings; recall@k is the share of the parts that
the first k passages hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from types import ModuleType

import numpy as np

from zhangju_index.errors import ZhangjuError

__all__ = [
    "DEPTH",
    "RANKING_METRICS",
    "RECALL_AT",
    "Ranking",
    "falling",
    "rank_parts",
    "require_ir_measures",
    "score_rankings",
    "trec_order",
]

RECALL_AT = (1, 3, 5, 10, 20, 50, 100)
"""Depths at which recall is measured."""

RANKING_METRICS = {
    "hit@1": "Success@1",
    "hit@3": "Success@3",
    "hit@5": "Success@5",
    "hit@10": "Success@10",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
    "MAP": "AP",
    **{f"recall@{k}": f"R@{k}" for k in RECALL_AT},
}
"""What a report calls a metric, and what ir-measures calls it."""

DEPTH = 100
"""Passages that a run holds for a question, as deep as the deepest metric looks."""

# Questions that are handed to ir-measures at a time.
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is scored for one question.

    Attributes:
        names: Names of what was retrieved, best first; each once.
        relevance: Relevance by name; 0 and below is not relevant.
        part_ranks: Where gold has parts, the rank from 1 of the first passage that holds each,
            ``None`` for one that no passage holds; empty for judged passages.
    """

    names: Sequence[str]
    relevance: Mapping[str, int]
    part_ranks: tuple[int | None, ...] = ()


def rank_parts(part_ranks: Sequence[int | None]) -> Ranking:
    """The ranking of a question whose evidence has parts, each found at a rank or not at all."""
    found = {rank for rank in part_ranks if rank is not None}
    names = [f"{rank}" for rank in range(1, max(found, default=0) + 1)]
    unseen = {f"part {part}": 1 for part, rank in enumerate(part_ranks) if rank is None}
    return Ranking(names, {f"{rank}": 1 for rank in sorted(found)} | unseen, tuple(part_ranks))


def score_rankings(rankings: Iterable[Ranking]) -> list[dict[str, float]]:
    """Score each question.

    Returns:
        For each ranking every metric of ``RANKING_METRICS``, in [0, 1].

    Raises:
        ZhangjuError: ir-measures is not installed.
    """
    ir_measures = require_ir_measures()
    measures = {ir_measures.parse_measure(theirs): ours for ours, theirs in RANKING_METRICS.items()}
    scores: list[dict[str, float]] = []
    waiting = iter(rankings)
    while block := list(islice(waiting, _AT_A_TIME)):
        rows: list[dict[str, float]] = [{} for _ in block]
        qrels = {str(row): dict(ranking.relevance) for row, ranking in enumerate(block)}
        run = {str(row): _scores(ranking.names) for row, ranking in enumerate(block)}
        for metric in ir_measures.iter_calc(list(measures), qrels, run):
            rows[int(metric.query_id)][measures[metric.measure]] = float(metric.value)
        for ranking, row in zip(block, rows, strict=True):
            # Of a single part, recall is that of one relevant item.
            if len(ranking.part_ranks) > 1:
                row.update(_recall_of_parts(ranking.part_ranks))
            scores.append({name: row[name] for name in RANKING_METRICS})
    return scores


def trec_order(scores: Mapping[str, float]) -> list[str]:
    """Names in the order in which trec_eval sees them, whatever ranks a file claims.

    Scores are single precision there; among equal ones the greater name comes first.
    """
    return sorted(scores, key=lambda name: (np.float32(scores[name]), name.encode()), reverse=True)


def falling(scores: Sequence[float]) -> list[float]:
    """Scores that fall with every rank, as single precision sees them, moved as little as may be.

    Equal scores would be ordered by name; so would scores that differ in double precision only.
    """
    fallen: list[float] = []
    for score in scores:
        value = np.float32(score)
        if fallen and value >= np.float32(fallen[-1]):
            value = np.nextafter(np.float32(fallen[-1]), np.float32(-np.inf))
        fallen.append(float(value))
    return fallen


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


def _scores(names: Sequence[str]) -> dict[str, float]:
    """Scores that fall with rank: the libraries behind ir-measures order equal ones differently."""
    # A question missing from a run would drop out of it, so one without results keeps one miss.
    return {name: -float(rank) for rank, name in enumerate(names or ["nothing was found"])}


def _recall_of_parts(part_ranks: Sequence[int | None]) -> Iterator[tuple[str, float]]:
    """Recall of parts, which one passage may hold several of: each is a question with one item."""
    alone = [rank_parts([rank]) for rank in part_ranks]
    ir_measures = require_ir_measures()
    for k in RECALL_AT:
        measure = ir_measures.parse_measure(RANKING_METRICS[f"recall@{k}"])
        qrels = {str(part): dict(ranking.relevance) for part, ranking in enumerate(alone)}
        run = {str(part): _scores(ranking.names) for part, ranking in enumerate(alone)}
        yield f"recall@{k}", float(ir_measures.calc_aggregate([measure], qrels, run)[measure])
