"""The outcome of a run over an eval set: every question's row, and what they come to."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhangju.values import Answer, Passage
from zhangju_eval.answers import Verdict
from zhangju_eval.estimates import Estimate, bootstrap, mean_of
from zhangju_eval.questions import EvalQuestion, Gold, SectionGold
from zhangju_eval.ranking import RANKING_METRICS
from zhangju_eval.refusal import area_under_risk, area_under_roc, calibration_error

__all__ = ["Clusters", "Report", "Row", "Summary", "cluster_questions"]

FEWEST_DOCUMENTS = 10
"""Documents below which they make no clusters: an interval over so few of them means nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one question brought.

    Attributes:
        question: The question.
        ranked: Name and score of what was retrieved, best first.
        hits: Ranks, from 1, of what holds evidence.
        part_ranks: Where gold is in the set, the rank of the first passage that holds each part.
        metrics: Ranking metrics by name; empty where the question has no gold, or earlier turns,
            which a retriever is not shown.
        verdict: What the answer is worth; ``None`` where there was no assistant.
        search_ms: Milliseconds that retrieval took.
        ask_ms: Milliseconds that the answer took; ``None`` where there was no assistant.
        shown: The first passages with their texts, as many as were to be kept.
        answer: The answer without its passages, where passages were to be kept.
    """

    question: EvalQuestion
    ranked: tuple[tuple[str, float], ...]
    hits: tuple[int, ...]
    part_ranks: tuple[int | None, ...]
    metrics: Mapping[str, float]
    verdict: Verdict | None
    search_ms: float
    ask_ms: float | None
    shown: tuple[Passage, ...] = ()
    answer: Answer | None = None

    @property
    def first_hit(self) -> int | None:
        """Rank, from 1, of the first passage that holds evidence; ``None`` without one."""
        return self.hits[0] if self.hits else None

    @property
    def evidence(self) -> bool | None:
        """Whether the answer quotes the gold; ``None`` without gold or assistant."""
        return self.verdict.evidence if self.verdict else None

    @property
    def refused(self) -> bool:
        """Whether there was an answer, and it was a refusal."""
        return self.verdict is not None and not self.verdict.answered

    @property
    def wrong(self) -> float | None:
        """1 where answering is a mistake, else 0; ``None`` where nothing tells.

        It is one where the documents do not answer, and where the answer does not quote the
        evidence. A question that was refused has no answer to judge: there the first passage
        is, which is what would have been shown.
        """
        if self.verdict is None or (self.question.answerable and self.verdict.evidence is None):
            return None
        if self.question.answerable and self.refused and not self.metrics:
            # Without its earlier turns it was not searched for what it means.
            return None
        if not self.question.answerable:
            return 1.0
        return float(not self.verdict.evidence if self.verdict.answered else self.first_hit != 1)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which questions stand or fall together.

    Attributes:
        by: What they share: ``document`` or, where there are few of those, ``evidence``.
        of: The cluster of each question, by its id.
    """

    by: str
    of: Mapping[str, Hashable]


def cluster_questions(questions: Sequence[EvalQuestion]) -> Clusters:
    """Cluster questions by the document that their evidence is in.

    A question without evidence is a cluster by itself. With fewer than ``FEWEST_DOCUMENTS``
    documents, questions on the same evidence, in whatever language, make a cluster.
    """
    documents = {question.id: _document(question) for question in questions}
    if len({document for document in documents.values() if document}) >= FEWEST_DOCUMENTS:
        return Clusters("document", {name: document or (name,) for name, document in documents.items()})
    return Clusters("evidence", {question.id: _place(question) for question in questions})


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a set or of one slice; what no question is eligible for is left out.

    Attributes:
        questions: Questions summed up.
        metrics: Ranking metrics over the questions that have gold.
        abstention: ``precision`` and ``recall`` of refusing what is not answerable, ``auroc``
            of the confidence, ``answered``: share of the answerable questions answered,
            ``aurc``: area under the risk–coverage curve, ``calibration_error`` of the confidence.
        answers: ``evidence``: share of the questions with gold whose answer quotes it, a
            refusal counting as not; ``evidence_when_answered``: the same among those answered;
            ``holds_gold``, ``evidence_parts``, ``citation_precision``, ``citation_recall``: see
            ``zhangju_eval.answers``.
        lengths: ``sentences`` and ``characters`` quoted per answer, each as median and most.
    """

    questions: int
    metrics: Mapping[str, Estimate]
    abstention: Mapping[str, Estimate]
    answers: Mapping[str, Estimate]
    lengths: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as they appear in a report."""
        return {
            "questions": self.questions,
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "abstention": {name: estimate.to_json() for name, estimate in self.abstention.items()},
            "answers": {name: estimate.to_json() for name, estimate in self.answers.items()}
            | {name: dict(figures) for name, figures in self.lengths.items()},
        }


@dataclass(frozen=True)
class Report:
    """The outcome of one run over an eval set.

    Attributes:
        set_name: The set, or ``name/split``.
        rows: What each question brought, in the order of the set.
        system: What was measured.
        depth: Passages that were retrieved for a question at the most.
    """

    set_name: str
    rows: tuple[Row, ...]
    system: str = "zhangju"
    depth: int = 0

    @cached_property
    def clusters(self) -> Clusters:
        """Which questions stand or fall together in the intervals."""
        return cluster_questions([row.question for row in self.rows])

    @cached_property
    def overall(self) -> Summary:
        """The figures of the whole set."""
        return _summarise(self.rows, self.clusters)

    @cached_property
    def by(self) -> Mapping[str, Summary]:
        """The figures of each slice, such as ``lang=zh`` or ``kind=fact``."""
        return {name: _summarise(part, self.clusters) for name, part in _slices(self.rows)}

    @property
    def asked(self) -> bool:
        """Whether answers were measured."""
        return any(row.verdict for row in self.rows)

    def latency(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile in milliseconds, of ``search`` and of ``ask``."""
        times = {
            "search": [row.search_ms for row in self.rows if row.search_ms],
            "ask": [row.ask_ms for row in self.rows if row.ask_ms is not None],
        }
        return {
            name: {"median": round(median(ms), 1), "p95": round(float(np.percentile(ms, 95)), 1)}
            for name, ms in times.items()
            if ms
        }

    def to_json(self) -> dict[str, Any]:
        """Return the report as one JSON object; only ``latency_ms`` differs between equal runs."""
        return {
            "set": self.set_name,
            **self.overall.to_json(),
            "by": {name: summary.to_json() for name, summary in self.by.items()},
            "intervals": {"clusters": self.clusters.by, "number": len(set(self.clusters.of.values()))},
            "latency_ms": self.latency(),
        }


def _document(question: EvalQuestion) -> str:
    if question.group:
        return question.group
    if question.gold:
        return question.gold[0].document_id
    return min(question.relevant, default="")


def _place(question: EvalQuestion) -> Hashable:
    if not question.gold:
        return min(question.relevant, default=question.id)
    gold = question.gold[0]
    within = gold.start if isinstance(gold, Gold) else gold.section if isinstance(gold, SectionGold) else None
    return gold.document_id, within


def _slices(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    values: dict[str, Callable[[EvalQuestion], str]] = {
        "lang": lambda question: question.lang,
        "kind": lambda question: question.kind,
        "answerable": lambda question: "yes" if question.answerable else "no",
        "split": lambda question: question.split or "",
    }
    for name, value in values.items():
        for wanted in sorted({value(row.question) for row in rows} - {""}):
            yield f"{name}={wanted}", [row for row in rows if value(row.question) == wanted]


def _summarise(rows: Sequence[Row], clusters: Clusters) -> Summary:
    def share(eligible: Sequence[Row], value: Callable[[Row], float | bool | None]) -> Estimate | None:
        return mean_of([float(value(row) or 0) for row in eligible], _clusters(eligible, clusters))

    with_gold = [row for row in rows if row.metrics]
    metrics = {
        name: mean_of([row.metrics[name] for row in with_gold], _clusters(with_gold, clusters))
        for name in RANKING_METRICS
    }

    replied = [row for row in rows if row.verdict]
    answered = [row for row in replied if not row.refused]
    abstention = {
        "precision": share([row for row in replied if row.refused], lambda row: not row.question.answerable),
        "recall": share([row for row in replied if not row.question.answerable], lambda row: row.refused),
        "auroc": _auroc(replied, clusters),
        "answered": share([row for row in replied if row.question.answerable], lambda row: not row.refused),
        "aurc": _aurc(replied, clusters),
        "calibration_error": _calibration(replied, clusters),
    }

    def verdicts(name: str, eligible: Sequence[Row]) -> Estimate | None:
        judged = [row for row in eligible if getattr(row.verdict, name) is not None]
        return share(judged, lambda row: getattr(row.verdict, name))

    answers = {
        "evidence": verdicts("evidence", replied),
        "evidence_when_answered": verdicts("evidence", answered),
        "evidence_parts": verdicts("parts", replied),
        "holds_gold": verdicts("holds", replied),
        "citation_precision": verdicts("precision", answered),
        "citation_recall": verdicts("recall", answered),
    }
    return Summary(len(rows), _defined(metrics), _defined(abstention), _defined(answers), _lengths(answered))


def _clusters(rows: Sequence[Row], clusters: Clusters) -> list[Hashable]:
    return [clusters.of[row.question.id] for row in rows]


def _defined(estimates: Mapping[str, Estimate | None]) -> dict[str, Estimate]:
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}


def _confidence(rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([row.verdict.confidence for row in rows if row.verdict], dtype=np.float64)


def _auroc(rows: Sequence[Row], clusters: Clusters) -> Estimate | None:
    confidence = _confidence(rows)
    answerable = np.array([row.question.answerable for row in rows], dtype=np.bool_)

    def area(picked: NDArray[np.intp]) -> float | None:
        positive = answerable[picked]
        if positive.all() or not positive.any():
            return None
        return area_under_roc(confidence[picked], positive)

    return bootstrap(area, _clusters(rows, clusters))


def _aurc(rows: Sequence[Row], clusters: Clusters) -> Estimate | None:
    eligible = [row for row in rows if row.wrong is not None]
    if not eligible:
        return None
    confidence = _confidence(eligible)
    wrong = np.array([row.wrong for row in eligible], dtype=np.float64)
    return bootstrap(
        lambda picked: area_under_risk(confidence[picked], wrong[picked]), _clusters(eligible, clusters)
    )


def _calibration(rows: Sequence[Row], clusters: Clusters) -> Estimate | None:
    if not rows:
        return None
    confidence = _confidence(rows)
    answerable = np.array([row.question.answerable for row in rows], dtype=np.bool_)
    return bootstrap(
        lambda picked: calibration_error(confidence[picked], answerable[picked]), _clusters(rows, clusters)
    )


def _lengths(answered: Sequence[Row]) -> dict[str, dict[str, float]]:
    verdicts = [row.verdict for row in answered if row.verdict]
    if not verdicts:
        return {}
    counts = {
        "sentences": [verdict.sentences for verdict in verdicts],
        "characters": [verdict.characters for verdict in verdicts],
    }
    return {name: {"median": float(median(n)), "most": float(max(n))} for name, n in counts.items()}
