"""Ask every question of an eval set and sum up what came back."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zhangju.values import Answer, Passage
from zhangju_eval.evidence import Excerpt, covers
from zhangju_eval.metrics import (
    DEPTH,
    RANKING_METRICS,
    Estimate,
    area_under_roc,
    bootstrap,
    mean_of,
    require_ir_measures,
    score_rankings,
)
from zhangju_eval.questions import EvalQuestion, EvalSet

__all__ = ["Answers", "Report", "Row", "Searches", "Summary", "evaluate"]

Progress = Callable[[Sequence[EvalQuestion]], Iterable[EvalQuestion]]


class Searches(Protocol):
    """What is measured as a retriever."""

    def search(self, question: str, k: int) -> Sequence[Passage]:
        """Return at most ``k`` passages, best first."""
        ...


class Answers(Protocol):
    """What is measured as an assistant."""

    def ask(self, question: str, history: Sequence[Any] = ()) -> Answer:
        """Answer, or decline to."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """What one question brought.

    Attributes:
        question: The question.
        passages: What was retrieved, best first.
        first_hit: Rank, from 1, of the first passage that holds the gold; ``None`` without one.
        metrics: Ranking metrics by name; empty where the question has no gold.
        answer: What the assistant replied; ``None`` where there was no assistant.
        evidence: Whether the answer quotes the gold; ``None`` without gold or assistant.
        search_ms: Milliseconds that retrieval took.
        ask_ms: Milliseconds that the answer took; ``None`` where there was no assistant.
    """

    question: EvalQuestion
    passages: tuple[Passage, ...]
    first_hit: int | None
    metrics: Mapping[str, float]
    answer: Answer | None
    evidence: bool | None
    search_ms: float
    ask_ms: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a set or of one slice; what no question is eligible for is left out.

    Attributes:
        questions: Questions summed up.
        metrics: Ranking metrics over the questions that have gold.
        abstention: ``precision`` and ``recall`` of refusing what is not answerable, ``auroc``
            of the confidence, ``answered``: share of the answerable questions answered.
        answers: ``evidence``: share of the questions with gold whose answer quotes it, a
            refusal counting as not; ``evidence_when_answered``: the same among those answered.
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


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run over an eval set.

    Attributes:
        set_name: The set, or ``name/split``.
        rows: What each question brought, in the order of the set.
        overall: The figures of the whole set.
        by: The figures of each slice, such as ``lang=zh`` or ``kind=fact``.
    """

    set_name: str
    rows: tuple[Row, ...]
    overall: Summary
    by: Mapping[str, Summary]

    def latency(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile in milliseconds, of ``search`` and of ``ask``."""
        times = {
            "search": [row.search_ms for row in self.rows],
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
            "latency_ms": self.latency(),
        }


def evaluate(
    eval_set: EvalSet,
    retriever: Searches,
    assistant: Answers | None = None,
    k: int = DEPTH,
    progress: Progress | None = None,
) -> Report:
    """Ask every question once and measure retrieval, refusal and answers.

    Args:
        eval_set: The questions and the texts their gold was checked against.
        retriever: Whose passages are measured.
        assistant: Whose answers are measured; without it the report is on retrieval alone.
        k: Passages to retrieve per question.
        progress: Wraps the questions on their way through, to show how far the run is.

    Raises:
        ValueError: ``k`` is less than the deepest metric looks at.
        ZhangjuError: ir-measures is not installed, or a question cannot be asked.
    """
    if k < DEPTH:
        raise ValueError(f"expected k to be at least {DEPTH}, as deep as the metrics look; got {k}")
    require_ir_measures()
    questions = eval_set.questions
    # Whatever loads at first use is loaded before the clock starts.
    retriever.search(questions[0].question, k)
    asked = [
        _ask(question, eval_set.documents, retriever, assistant, k)
        for question in (progress(questions) if progress else questions)
    ]
    rows = _score(asked)
    return Report(
        eval_set.name, rows, _summarise(rows), {name: _summarise(part) for name, part in _slices(rows)}
    )


def _ask(
    question: EvalQuestion,
    documents: Mapping[str, str],
    retriever: Searches,
    assistant: Answers | None,
    k: int,
) -> Row:
    started = perf_counter()
    passages = tuple(retriever.search(question.question, k))[:k]
    searched = perf_counter()
    answer = assistant.ask(question.question, question.history) if assistant else None
    answered = perf_counter()

    def holds(excerpts: Sequence[Excerpt]) -> bool:
        return any(covers(excerpts, gold, documents) for gold in question.gold)

    hits = (rank for rank, p in enumerate(passages, start=1) if holds([Excerpt.of(p.chunk)]))
    evidence = None
    if answer and question.gold:
        evidence = answer.answerable and holds([Excerpt.of(citation) for citation in answer.citations])
    return Row(
        question=question,
        passages=passages,
        first_hit=next(hits, None),
        metrics={},
        answer=answer,
        evidence=evidence,
        search_ms=(searched - started) * 1000,
        ask_ms=(answered - searched) * 1000 if answer else None,
    )


def _score(rows: Sequence[Row]) -> tuple[Row, ...]:
    eligible = iter(score_rankings([row.first_hit for row in rows if row.question.gold]))
    return tuple(replace(row, metrics=next(eligible)) if row.question.gold else row for row in rows)


def _slices(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for field in ("lang", "kind", "split"):
        values = sorted({getattr(row.question, field) or "" for row in rows} - {""})
        for value in values:
            yield f"{field}={value}", [row for row in rows if getattr(row.question, field) == value]


def _cluster(row: Row) -> Hashable:
    """Questions on the same evidence, in whatever language, stand or fall together."""
    gold = row.question.gold
    return (gold[0].document_id, gold[0].start) if gold else row.question.id


def _share(rows: Sequence[Row], hit: Callable[[Row], bool]) -> Estimate | None:
    return mean_of([hit(row) for row in rows], [_cluster(row) for row in rows])


def _summarise(rows: Sequence[Row]) -> Summary:
    with_gold = [row for row in rows if row.metrics]
    clusters = [_cluster(row) for row in with_gold]
    metrics = {name: mean_of([row.metrics[name] for row in with_gold], clusters) for name in RANKING_METRICS}

    replied = [row for row in rows if row.answer]
    answered = [row for row in replied if not _refused(row)]
    abstention = {
        "precision": _share(
            [row for row in replied if _refused(row)], lambda row: not row.question.answerable
        ),
        "recall": _share([row for row in replied if not row.question.answerable], _refused),
        "auroc": _auroc(replied),
        "answered": _share(
            [row for row in replied if row.question.answerable], lambda row: not _refused(row)
        ),
    }
    answers = {
        "evidence": _share([row for row in replied if row.question.gold], lambda row: bool(row.evidence)),
        "evidence_when_answered": _share(
            [row for row in answered if row.question.gold], lambda row: bool(row.evidence)
        ),
    }
    return Summary(len(rows), _defined(metrics), _defined(abstention), _defined(answers), _lengths(answered))


def _refused(row: Row) -> bool:
    return row.answer is not None and not row.answer.answerable


def _defined(estimates: Mapping[str, Estimate | None]) -> dict[str, Estimate]:
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}


def _auroc(rows: Sequence[Row]) -> Estimate | None:
    confidence = np.array([row.answer.confidence for row in rows if row.answer], dtype=np.float64)
    answerable = np.array([row.question.answerable for row in rows], dtype=np.bool_)

    def area(picked: NDArray[np.intp]) -> float | None:
        positive = answerable[picked]
        if positive.all() or not positive.any():
            return None
        return area_under_roc(confidence[picked], positive)

    return bootstrap(area, [_cluster(row) for row in rows])


def _lengths(answered: Sequence[Row]) -> dict[str, dict[str, float]]:
    answers = [row.answer for row in answered if row.answer]
    if not answers:
        return {}
    counts = {
        "sentences": [len(answer.sentences) for answer in answers],
        "characters": [sum(len(sentence.text) for sentence in answer.sentences) for answer in answers],
    }
    return {name: {"median": float(median(n)), "most": float(max(n))} for name, n in counts.items()}
