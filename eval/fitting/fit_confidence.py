"""Fit the curve of ``zhangju.confidence`` and print its coefficients and figures.

    python eval/fitting/fit_confidence.py --data DIR --cache FOLDER [--most N]

Questions that the judge did not learn from are put to a small library: the passages of the article that
answers (XQuAD), the passage that answers among those that look like it (DRCD, CMRC 2018, SQuAD 2.0), or
the passages that people judged (NoMIRACL). The same library without the sentences that hold the answer is
a near miss, as are the unanswerable questions of SQuAD 2.0 and NoMIRACL; another article is off the
topic. Even questions fit, odd ones report. Answered questions weigh half, near misses 0.4, off the topic
0.1: the prior of the confidence. ChineseSquad 2.0 and Thai are only reported on: neither the judge nor
the curve has seen them.
"""

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from judged_sets import JudgedSet, Tools
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from zhangju.asking import asks_who
from zhangju.confidence import FEATURES
from zhangju.language import detect_language
from zhangju.ranking import rank
from zhangju_index.cohort import COHORTS, nearest_elsewhere
from zhangju_index.protocols import FloatMatrix

SETS = (
    "xquad-zh-zh", "xquad-en-zh", "xquad-de-zh", "xquad-ru-zh", "xquad-hi-zh", "xquad-zh-en", "xquad-en-en",
    "xquad-es-es", "cmrc", "drcd-test-zh", "drcd-test", "squad2", "nomiracl-en", "nomiracl-zh",
)  # fmt: skip
REPORTED = ("chinesesquad2", "xquad-th-zh", "xquad-th-th")
PRIOR = {"answered": 0.5, "near": 0.4, "off": 0.1}
_AROUND = 4


class Row(NamedTuple):
    """A question put to a library.

    Attributes:
        kind: ``answered``, ``near`` or ``off``.
        odd: Whether it reports.
        values: Features, as in ``zhangju.confidence``.
    """

    kind: str
    odd: bool
    values: list[float]


def main() -> None:
    """Fit on the even questions, report on the odd ones."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for vectors and what was judged")
    parser.add_argument("--most", type=int, default=120, help="questions of each set")
    options = parser.parse_args()
    tools = Tools(options.data, options.cache)
    rows = {name: _rows_of(name, tools, options.cache, options.most) for name in (*SETS, *REPORTED)}

    fitted = [row for name in SETS for row in rows[name] if not row.odd]
    kinds = np.array([row.kind for row in fitted])
    weights = np.zeros(len(fitted))
    for kind, share in PRIOR.items():
        weights[kinds == kind] = share / (kinds == kind).sum()
    fit = LogisticRegression(C=1e9, max_iter=10_000)
    fit.fit([row.values for row in fitted], kinds == "answered", sample_weight=weights * len(fitted))
    for name, value in zip(("intercept", *FEATURES), (fit.intercept_[0], *fit.coef_[0]), strict=True):
        print(f"{name:12} {value:9.4f}")
    print(f"\n{'odd questions':14}  near misses  off topic  (AUROC)   calibration error")
    everything = [row for name in SETS for row in rows[name]]
    for name, part in (("all", everything), *rows.items()):
        print(_report(name, [row for row in part if row.odd or name in REPORTED], fit))


def _report(name: str, rows: list[Row], fit: LogisticRegression) -> str:
    scores: NDArray[np.float64] = fit.predict_proba([row.values for row in rows])[:, 1]
    kinds = np.array([row.kind for row in rows])
    line = f"{name:14}"
    for kind in ("near", "off"):
        part = (kinds == "answered") | (kinds == kind)
        there = (kinds == kind).any() and (kinds == "answered").any()
        line += f"     {roc_auc_score(kinds[part] == 'answered', scores[part]):.3f}" if there else f"{'':10}"
    present = {kind: share for kind, share in PRIOR.items() if (kinds == kind).any()}
    weights = np.zeros(len(rows))
    for kind, share in present.items():
        weights[kinds == kind] = share / sum(present.values()) / (kinds == kind).sum()
    return f"{line}   {_calibration_error(scores, kinds == 'answered', weights):.3f}   {len(rows)} rows"


def _calibration_error(scores: Any, answered: Any, weights: Any, bins: int = 10) -> float:
    """Expected calibration error over bins of one width (Naeini et al. 2015), at the prior."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(float(((scores - answered) * weights)[places == place].sum()))
            for place in sorted(set(places.tolist()))
        )
    )


def _rows_of(name: str, tools: Tools, cache: Path, most: int) -> list[Row]:
    path = cache / f"confidence-{name}-{most}.json"
    if path.exists():
        return [Row(*row) for row in json.loads(path.read_text())]
    rows = _judge(tools.read(name), tools, most)
    path.write_text(json.dumps(rows))
    print(f"{name}: {len(rows)} rows", flush=True)
    return rows


def _judge(found: JudgedSet, tools: Tools, most: int) -> list[Row]:
    """Every question put to a library that answers it, to one that nearly does, and to another."""
    source = found.source
    natural = any(not q.answerable for q in found.questions)
    step = max(1, len(found.questions) // most)
    rows: list[Row] = []
    passages = source.found.passages
    for place, number in enumerate(range(len(found.questions))[::step][:most]):
        question = found.questions[number]
        odd = place % 2 == 1
        if question.pool:
            scope = list(question.pool)
        elif source.found.name.startswith("xquad"):
            gold = passages[question.gold[0]].title
            scope = [row for row, passage in enumerate(passages) if passage.title == gold]
        else:
            scope = sorted([question.gold[0], *question.others[:_AROUND]])
        kind = "answered" if question.answerable else "near"
        rows.append(Row(kind, odd, _values(found, number, scope, frozenset(), tools)))
        if question.answerable and not natural:
            holding = {
                s
                for row in scope
                for s in source.of_passage[row]
                if any(len(a) > 1 and a in source.sentences[s].text for a in question.answers)
            }
            without = frozenset({*source.answering(question), *holding})
            rows.append(Row("near", odd, _values(found, number, scope, without, tools)))
        if place % 3 == 0 and not question.pool:
            step_away = len(passages) // 2
            other = [(row + step_away) % len(passages) for row in scope]
            if not set(other) & {*scope, *question.others}:
                rows.append(Row("off", odd, _values(found, number, other, frozenset(), tools)))
    return rows


def _values(
    found: JudgedSet, number: int, scope: list[int], without: frozenset[int], tools: Tools
) -> list[float]:
    question = found.questions[number].text
    candidates, shares = found.candidates(number, scope, without)
    ranked = rank(question, candidates, 1, who=asks_who(question), shares=shares, reranker=tools.judge)
    best = ranked.chunks[0].reading_text
    cohort = _cohort(detect_language(best).partition("-")[0], tools)
    elsewhere = nearest_elsewhere(found.asked[number], cohort)
    return [ranked.judged or 0.0, ranked.similarity, elsewhere]


def _cohort(language: str, tools: Tools) -> FloatMatrix:
    texts = COHORTS.get(language) or [text for part in COHORTS.values() for text in part]
    vectors: FloatMatrix = tools.encode(list(texts), "document")
    return vectors


if __name__ == "__main__":
    main()
