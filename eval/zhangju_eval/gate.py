"""Compare a run with a baseline, question by question, and say whether a metric fell too far.

A baseline is a file in JSON Lines: a head that says which questions it is of, then a row for
each of them. It can be compared only with a run over the same questions with the same gold.

**What fails.** A metric fails when it fell by more than its margin, whatever its p-value: the
same questions were asked of both, and nothing about a run is left to chance, so a fall on these
questions is a fact. Significance asks another thing, whether other questions of the kind would
show it too. It is reported beside each difference, so that a reader can tell a fall that ten
questions share from one that two happen to make; it does not excuse a failure, because in a set
of sixty questions even a great loss is often not significant, and a gate that waited for it would
let damage through exactly where tests are cheap.

**How it is tested.** By paired randomisation (Fisher 1935; Smucker, Allan and Carterette 2007):
if the two systems were alike, each cluster of questions could as well have had its two results
the other way round. The p-value is two-sided, the share of exchanges whose difference is at least
as great as the one seen: of all exchanges where they are few, else of ``EXCHANGES`` random ones.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhangju_eval.estimates import SEED, members_of
from zhangju_eval.questions import EvalQuestion
from zhangju_eval.reading import read_lines
from zhangju_eval.records import parse_record
from zhangju_eval.refusal import area_under_risk, area_under_roc, calibration_error
from zhangju_eval.report import Report, Row
from zhangju_index.errors import EvalSetError, InputError

__all__ = [
    "DEFAULT_MARGINS",
    "EXCHANGES",
    "GATED",
    "Baseline",
    "Comparison",
    "Difference",
    "Flip",
    "compare",
    "paired_p_value",
    "read_baseline",
    "write_baseline",
]

DEFAULT_MARGINS: Mapping[str, float] = {
    "nDCG@10": 0.01,
    "recall@10": 0.02,
    "hit@1": 0.02,
    "evidence": 0.02,
    "citation_precision": 0.03,
    "answered": 0.03,
    "refused": 0.03,
    "auroc": 0.02,
}
"""How far each metric may fall, where nothing else is said: about one question in fifty."""

EXCHANGES = 10_000
# With so few clusters that differ, every exchange is tried.
_FEW = 12
_FORMAT = "zhangju-baseline-1"
_FLIPS = ("hit@1", "hit@5", "evidence", "answered", "refused")
# Statistics of confidence cost more than a mean.
_EXCHANGES_OF_CONFIDENCE = 1_000

Values = Mapping[str, float]
"""What a question scored, by metric; a metric it is not eligible for is missing."""
Floats = NDArray[np.float64]


def _auroc(rows: Sequence[Values]) -> float | None:
    confidence, answerable = _columns(rows, "confidence", "answerable")
    positive = answerable > 0
    return None if positive.all() or not positive.any() else area_under_roc(confidence, positive)


def _aurc(rows: Sequence[Values]) -> float | None:
    confidence, wrong = _columns(rows, "confidence", "wrong")
    return area_under_risk(confidence, wrong) if len(wrong) else None


def _calibration(rows: Sequence[Values]) -> float | None:
    confidence, answerable = _columns(rows, "confidence", "answerable")
    return calibration_error(confidence, answerable > 0) if len(answerable) else None


_OF_CONFIDENCE: Mapping[str, tuple[Callable[[Sequence[Values]], float | None], int]] = {
    "auroc": (_auroc, 1),
    "aurc": (_aurc, -1),
    "calibration_error": (_calibration, -1),
}
"""Statistics of all confidences together, and 1 where more is better, -1 where less is."""

_MEANS = (
    *("hit@1", "hit@3", "hit@5", "hit@10", "MRR@10", "nDCG@10", "MAP"),
    *("recall@1", "recall@3", "recall@5", "recall@10", "recall@20", "recall@50", "recall@100"),
    *("evidence", "evidence_parts", "holds_gold", "citation_precision", "citation_recall"),
    *("answered", "refused"),
)

GATED = (*_MEANS, *_OF_CONFIDENCE)
"""Every metric that may have a margin."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run scored, to be compared with later ones.

    Attributes:
        set_name: The set it is of.
        digest: Of the questions and their gold.
        rows: What each question scored, by its id, in order.
    """

    set_name: str
    digest: str
    rows: Mapping[str, Values]

    @classmethod
    def of(cls, report: Report) -> "Baseline":
        """What a report's questions scored."""
        questions = [row.question for row in report.rows]
        return cls(
            report.set_name, _digest(questions), {row.question.id: _values(row) for row in report.rows}
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """How one metric changed.

    Attributes:
        metric: Its name.
        before: Its value in the baseline, over the questions that are eligible in both.
        after: Its value now.
        margin: How far it may fall; ``None`` for one that is only shown.
        p_value: Of the paired randomisation test.
        questions: Questions that are eligible in both.
    """

    metric: str
    before: float
    after: float
    margin: float | None
    p_value: float
    questions: int

    @property
    def fall(self) -> float:
        """By how much it got worse; negative where it got better."""
        sign = _OF_CONFIDENCE[self.metric][1] if self.metric in _OF_CONFIDENCE else 1
        return sign * (self.before - self.after)

    @property
    def fails(self) -> bool:
        """Whether it fell by more than its margin."""
        # What differs in the tenth place is rounding.
        return self.margin is not None and self.fall > self.margin + 1e-9

    def to_json(self) -> dict[str, Any]:
        """Return the figures as they appear in a report."""
        return {
            "before": round(self.before, 4),
            "after": round(self.after, 4),
            "margin": self.margin,
            "p": round(self.p_value, 4),
            "questions": self.questions,
            "fails": self.fails,
        }


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that was right and is wrong now, or the other way round.

    Attributes:
        id: Of the question.
        question: As it is asked.
        lost: Metrics that it had and has no more.
        won: Metrics that it has now.
    """

    id: str
    question: str
    lost: tuple[str, ...]
    won: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the flip as it appears in a report."""
        return {"id": self.id, "question": self.question, "lost": list(self.lost), "won": list(self.won)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline.

    Attributes:
        differences: Of every metric that both have.
        flips: Questions whose outcome changed.
        missing: Metrics with a margin that the run does not have, but the baseline has.
    """

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    missing: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Whether a metric fell by more than its margin, or cannot be told any more."""
        return bool(self.missing) or any(each.fails for each in self.differences)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as it appears in a report."""
        return {
            "fails": self.fails,
            "metrics": {each.metric: each.to_json() for each in self.differences},
            "missing": list(self.missing),
            "flips": [each.to_json() for each in self.flips],
        }


def compare(report: Report, baseline: Baseline, margins: Mapping[str, float] | None = None) -> Comparison:
    """Compare a run with a baseline.

    Args:
        report: The run.
        baseline: What it is compared with.
        margins: How far metrics may fall, beside and in place of ``DEFAULT_MARGINS``.

    Raises:
        EvalSetError: The baseline is of another set, or of other questions or gold.
        InputError: A margin is given for what is no metric.
    """
    margins = {**DEFAULT_MARGINS, **(margins or {})}
    unknown = sorted(margins.keys() - set(GATED))
    if unknown:
        raise InputError(f"there is no metric {', '.join(unknown)}; there are {', '.join(GATED)}")
    now = Baseline.of(report)
    _check_same(now, baseline)
    clusters = [report.clusters.of[row.question.id] for row in report.rows]
    before, after = list(baseline.rows.values()), list(now.rows.values())
    differences = []
    missing = []
    for metric in GATED:
        difference = _difference(metric, before, after, clusters, margins.get(metric))
        if difference is not None:
            differences.append(difference)
        elif metric in margins and _has(metric, before):
            missing.append(metric)
    return Comparison(tuple(differences), tuple(_flips(report, before, after)), tuple(missing))


def write_baseline(report: Report, path: Path) -> None:
    """Write what a run scored to a file; the same run gives the same bytes.

    Raises:
        InputError: The file cannot be written.
    """
    baseline = Baseline.of(report)
    head = {"format": _FORMAT, "set": baseline.set_name, "questions_sha256": baseline.digest}
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for line in (head, *({"id": name, **values} for name, values in baseline.rows.items())):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def read_baseline(path: Path) -> Baseline:
    """Read what ``write_baseline`` wrote.

    Raises:
        EvalSetError: It is no such file, or was cut short or changed.
    """
    head: dict[str, Any] = {}
    rows: dict[str, Values] = {}
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        record = parse_record(line, where)
        if not head:
            head = record
            if record.get("format") != _FORMAT or not all(
                isinstance(record.get(name), str) for name in ("set", "questions_sha256")
            ):
                raise EvalSetError(f"{where}: expected a baseline that --save-baseline wrote")
            continue
        name = record.pop("id", None)
        if not isinstance(name, str) or not all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in record.values()
        ):
            raise EvalSetError(f"{where}: expected an id and the figures of a question")
        rows[name] = record
    if not head:
        raise EvalSetError(f"{path}: expected a baseline that --save-baseline wrote; the file is empty")
    return Baseline(head["set"], head["questions_sha256"], rows)


def paired_p_value(differences: Sequence[float], clusters: Sequence[Any]) -> float:
    """Two-sided p-value of a mean difference, exchanging whole clusters.

    Args:
        differences: After less before, one for each question.
        clusters: The cluster of each question.

    Returns:
        1 where nothing differs.
    """
    column = np.asarray(differences, dtype=np.float64)
    sums = np.array([column[rows].sum() for rows in members_of(clusters)])
    sums = sums[np.abs(sums) > 1e-12]
    if not len(sums):
        return 1.0
    seen = abs(sums.sum())
    if len(sums) <= _FEW:
        signs = 1 - 2 * (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1)
        return float((np.abs(signs @ sums) >= seen - 1e-9).mean())
    generator = np.random.default_rng(SEED)
    as_great = 0
    for _ in range(10):
        signs = generator.integers(0, 2, size=(EXCHANGES // 10, len(sums))) * 2 - 1
        as_great += int((np.abs(signs @ sums) >= seen - 1e-9).sum())
    # The exchange that was seen is one of them (Phipson and Smyth 2010).
    return (as_great + 1) / (EXCHANGES + 1)


def _difference(
    metric: str,
    before: Sequence[Values],
    after: Sequence[Values],
    clusters: Sequence[Any],
    margin: float | None,
) -> Difference | None:
    if metric in _OF_CONFIDENCE:
        return _difference_of_confidence(metric, before, after, clusters, margin)
    both = [
        n for n, (old, new) in enumerate(zip(before, after, strict=True)) if metric in old and metric in new
    ]
    if not both:
        return None
    old, new = (np.array([rows[n][metric] for n in both]) for rows in (before, after))
    p_value = paired_p_value((new - old).tolist(), [clusters[n] for n in both])
    return Difference(metric, float(old.mean()), float(new.mean()), margin, p_value, len(both))


def _difference_of_confidence(
    metric: str,
    before: Sequence[Values],
    after: Sequence[Values],
    clusters: Sequence[Any],
    margin: float | None,
) -> Difference | None:
    statistic, _ = _OF_CONFIDENCE[metric]
    both = [
        n
        for n, (old, new) in enumerate(zip(before, after, strict=True))
        if all("confidence" in row and (metric != "aurc" or "wrong" in row) for row in (old, new))
    ]
    pairs = [(before[n], after[n]) for n in both]
    old, new = statistic([pair[0] for pair in pairs]), statistic([pair[1] for pair in pairs])
    if old is None or new is None:
        return None
    groups = members_of([clusters[n] for n in both])
    which = np.empty(len(both), dtype=np.int64)
    for number, rows in enumerate(groups):
        which[rows] = number
    seen, as_great = abs(new - old), 0
    generator = np.random.default_rng(SEED)
    if seen > 1e-12:
        for flags in generator.integers(0, 2, size=(_EXCHANGES_OF_CONFIDENCE, len(groups))):
            swapped = flags[which]
            one = statistic([pair[flag] for pair, flag in zip(pairs, swapped, strict=True)])
            other = statistic([pair[1 - flag] for pair, flag in zip(pairs, swapped, strict=True)])
            as_great += one is not None and other is not None and abs(one - other) >= seen - 1e-9
        p_value = (as_great + 1) / (_EXCHANGES_OF_CONFIDENCE + 1)
    else:
        p_value = 1.0
    return Difference(metric, old, new, margin, p_value, len(both))


def _flips(report: Report, before: Sequence[Values], after: Sequence[Values]) -> Iterator[Flip]:
    for row, old, new in zip(report.rows, before, after, strict=True):
        known = [metric for metric in _FLIPS if metric in old and metric in new]
        lost = tuple(metric for metric in known if old[metric] > new[metric])
        won = tuple(metric for metric in known if old[metric] < new[metric])
        if lost or won:
            yield Flip(row.question.id, row.question.question, lost, won)


def _values(row: Row) -> dict[str, float]:
    """What a question scored, to six places: what differs beyond is rounding."""
    values: dict[str, float | None] = dict(row.metrics)
    verdict = row.verdict
    if verdict is not None:
        values |= {
            "evidence": verdict.evidence,
            "evidence_parts": verdict.parts,
            "holds_gold": verdict.holds,
            "citation_precision": verdict.precision,
            "citation_recall": verdict.recall,
            "answered": verdict.answered if row.question.answerable else None,
            "refused": None if row.question.answerable else not verdict.answered,
            "confidence": verdict.confidence,
            "answerable": row.question.answerable,
            "wrong": row.wrong,
        }
    return {name: round(float(value), 6) for name, value in values.items() if value is not None}


def _columns(rows: Sequence[Values], *names: str) -> tuple[Floats, ...]:
    return tuple(np.array([row[name] for row in rows], dtype=np.float64) for name in names)


def _has(metric: str, rows: Sequence[Values]) -> bool:
    """Whether rows have a metric; AUROC takes questions of both kinds, answerable and not."""
    if metric not in _OF_CONFIDENCE:
        return any(metric in row for row in rows)
    needed = ("confidence", "wrong") if metric == "aurc" else ("confidence",)
    eligible = [row for row in rows if all(name in row for name in needed)]
    return bool(eligible) and _OF_CONFIDENCE[metric][0](eligible) is not None


def _digest(questions: Sequence[EvalQuestion]) -> str:
    """SHA-256 of the questions, their gold and their judgements, in order."""
    whole = hashlib.sha256()
    for question in questions:
        judged = sorted(question.judged.items())
        value = [question.id, question.question, question.answerable, repr(question.gold), judged]
        whole.update(json.dumps(value, ensure_ascii=True).encode() + b"\n")
    return whole.hexdigest()


def _check_same(now: Baseline, baseline: Baseline) -> None:
    if now.digest == baseline.digest and now.rows.keys() == baseline.rows.keys():
        return
    if now.set_name != baseline.set_name:
        raise EvalSetError(
            f"the baseline is of the set {baseline.set_name}, the run of {now.set_name}: "
            "compare runs over the same questions"
        )
    gone, new = len(baseline.rows.keys() - now.rows.keys()), len(now.rows.keys() - baseline.rows.keys())
    what = (
        f"{gone:,} of its questions are gone and {new:,} are new"
        if gone or new
        else "a question or its gold was changed"
    )
    raise EvalSetError(
        f"the baseline of {baseline.set_name} is of other questions: {what}; save a new one with --save-baseline"
    )
