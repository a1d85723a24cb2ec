"""Ask every question of an eval set, or take the answers of a run, and judge what came back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from sys import intern
from time import perf_counter
from typing import Any, Protocol

from zhangju.values import Answer, Passage
from zhangju_eval.answers import judge_answer
from zhangju_eval.evidence import Excerpt, covers_any
from zhangju_eval.questions import EvalQuestion, EvalSet
from zhangju_eval.ranking import DEPTH, Ranking, rank_parts, require_ir_measures, score_rankings, trec_order
from zhangju_eval.report import Report, Row
from zhangju_eval.runs import named_excerpt

__all__ = ["Answers", "Searches", "evaluate", "evaluate_run", "in_hindsight"]

Progress = Callable[[Sequence[EvalQuestion]], Iterable[EvalQuestion]]

LEAST = 10
"""Passages that nDCG@10 looks at: fewer would make it another metric."""
# Chunks that may be asked for to reach enough different passages.
_MOST_CHUNKS = 2000


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


def evaluate(
    eval_set: EvalSet,
    retriever: Searches,
    assistant: Answers | None = None,
    k: int = DEPTH,
    progress: Progress | None = None,
    *,
    sources: Mapping[str, str] | None = None,
    keep: int = 0,
    system: str = "zhangju",
) -> Report:
    """Ask every question once and measure retrieval, refusal and answers.

    Args:
        eval_set: The questions and the texts their gold was checked against.
        retriever: Whose passages are measured.
        assistant: Whose answers are measured; without it the report is on retrieval alone.
        k: Passages to retrieve per question.
        progress: Wraps the questions on their way through, to show how far the run is.
        sources: Text by document id, as the index holds it: what does not stand there word for
            word holds no evidence, whatever it says.
        keep: Passages per question that the report keeps with their texts, to show them.
        system: What reports call the retriever.

    Raises:
        ValueError: ``k`` is less than nDCG@10 looks at.
        ZhangjuError: ir-measures is not installed, or a question cannot be asked.
    """
    if k < LEAST:
        raise ValueError(f"expected k to be at least {LEAST}, as deep as nDCG@10 looks; got {k}")
    require_ir_measures()
    questions = eval_set.questions
    # Whatever loads at first use is loaded before the clock starts.
    retriever.search(questions[0].question, k)
    asking = _Asking(eval_set.documents, sources, retriever, assistant, k, keep)
    asked = [asking.ask(question) for question in (progress(questions) if progress else questions)]
    return Report(eval_set.name, _score(asked), system, k)


def evaluate_run(eval_set: EvalSet, run: Mapping[str, Mapping[str, float]], system: str = "run") -> Report:
    """Measure the run of any system, without retrieving anything.

    Args:
        eval_set: The questions.
        run: Scores by question and passage, as ``zhangju_eval.runs`` reads them.
        system: What reports call it.

    Raises:
        ZhangjuError: ir-measures is not installed.
    """
    require_ir_measures()
    asked = []
    for question in eval_set.questions:
        scores = run.get(question.id, {})
        names = trec_order(scores)
        ranked = tuple((name, scores[name]) for name in names)
        excerpts: Sequence[Excerpt | None] = ()
        if question.gold:
            excerpts = [named_excerpt(name, eval_set.documents) for name in names[:DEPTH]]
        asked.append(_judge(question, ranked, excerpts, eval_set.documents))
    return Report(eval_set.name, _score(asked), system, DEPTH)


def in_hindsight(reports: Sequence[Report], system: str = "best leg, in hindsight") -> Report:
    """Take, for each question, the ranking that turned out best: what no choice among these systems can go beyond.

    Best is the highest nDCG@10, and of equals the first system's. It takes the time of all of them.

    Args:
        reports: Of several systems on the same questions.
        system: What reports call it.
    """
    best = tuple(
        replace(
            max(rows, key=lambda row: row.metrics.get("nDCG@10", 0.0)),
            search_ms=sum(row.search_ms for row in rows),
        )
        for rows in zip(*(report.rows for report in reports), strict=True)
    )
    return Report(reports[0].set_name, best, system, reports[0].depth)


@dataclass
class _Asking:
    """Asks one question after the other."""

    documents: Mapping[str, str]
    sources: Mapping[str, str] | None
    retriever: Searches
    assistant: Answers | None
    k: int
    keep: int
    # Chunks to ask for where whole passages are counted; it grows where they have several.
    _chunks: int = 0

    def ask(self, question: EvalQuestion) -> Row:
        """Search, answer, and hold both against the gold."""
        judged = bool(question.judged)
        started = perf_counter()
        passages = self._whole(question) if judged else self._search(question, self.k)
        searched = perf_counter()
        answer = self.assistant.ask(question.question, question.history) if self.assistant else None
        answered = perf_counter()
        excerpts = [Excerpt.of(passage.chunk) for passage in passages]
        ranked = tuple(
            # One copy of each name: a large set names every passage again and again.
            (intern(excerpt.document_id if judged else excerpt.name), passage.score)
            for excerpt, passage in zip(excerpts, passages, strict=True)
        )
        placed: Sequence[Excerpt | None] = excerpts
        if self.sources is not None and not judged:
            placed = [excerpt if excerpt.is_slice_of(self.sources) else None for excerpt in excerpts]
        row = _judge(question, ranked, placed, self.documents)
        return replace(
            row,
            shown=tuple(passages[: self.keep]),
            answer=replace(answer, passages=()) if answer and self.keep else None,
            verdict=judge_answer(question, answer, self.documents, self.sources) if answer else None,
            search_ms=(searched - started) * 1000,
            ask_ms=(answered - searched) * 1000 if answer else None,
        )

    def _search(self, question: EvalQuestion, k: int) -> list[Passage]:
        return list(self.retriever.search(question.question, k))[:k]

    def _whole(self, question: EvalQuestion) -> list[Passage]:
        """The best chunk of each of the ``k`` best passages, a long one being several chunks."""
        self._chunks = max(self._chunks, self.k)
        while True:
            chunks = self._search(question, self._chunks)
            best: dict[str, Passage] = {}
            for chunk in chunks:
                best.setdefault(chunk.chunk.document_id, chunk)
            if len(best) >= self.k or len(chunks) < self._chunks or self._chunks >= _MOST_CHUNKS:
                return list(best.values())[: self.k]
            self._chunks *= 2


def _judge(
    question: EvalQuestion,
    ranked: tuple[tuple[str, float], ...],
    excerpts: Sequence[Excerpt | None],
    documents: Mapping[str, str],
) -> Row:
    """Find out which ranks hold evidence, and of which part."""
    if question.judged:
        relevant = question.relevant
        hits = tuple(rank for rank, (name, _) in enumerate(ranked, start=1) if name in relevant)
        return Row(question, ranked, hits, (), {}, None, 0.0, None)
    first: list[int | None] = [None for _ in question.parts]
    hits_found: list[int] = []
    for rank, excerpt in enumerate(excerpts, start=1):
        held = [
            part
            for part, entries in enumerate(question.parts)
            if excerpt is not None and covers_any([excerpt], entries, documents)
        ]
        if held:
            hits_found.append(rank)
        for part in held:
            first[part] = first[part] or rank
    return Row(question, ranked, tuple(hits_found), tuple(first), {}, None, 0.0, None)


def _score(rows: Sequence[Row]) -> tuple[Row, ...]:
    scores = iter(score_rankings(_ranking(row) for row in rows if _is_ranked(row.question)))
    return tuple(replace(row, metrics=next(scores)) if _is_ranked(row.question) else row for row in rows)


def _is_ranked(question: EvalQuestion) -> bool:
    """Whether a ranking can be measured: not where nothing is right, nor where earlier turns are needed.

    A retriever is not shown what was said before; of such a question its answer is measured.
    """
    return bool(question.relevant or question.gold) and not question.history


def _ranking(row: Row) -> Ranking:
    if row.question.judged:
        return Ranking([name for name, _ in row.ranked], row.question.judged)
    return rank_parts(row.part_ranks)
