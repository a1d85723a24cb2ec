"""Measure what the judge adds to ranking, and how that depends on its weight.

    python eval/fitting/weigh_judge.py --data DIR --cache FOLDER [--report] [--most N]

Every passage of a set is searched, ranked by the library's own code. Its weight is chosen on even
questions, ``--report`` prints odd ones. Columns: nDCG@10 without the judge and with it at each weight;
then how often the sentence quoted first is one that answers, at the same weights.
"""

import argparse
from pathlib import Path

import numpy as np
from judged_sets import JudgedSet, Tools

from zhangju.fusion import COVERAGE_WEIGHT, JUDGE_WEIGHT, PASSAGE_SHARE, lift
from zhangju.judge import Judge
from zhangju.ranking import rank, sentence_coverage

SETS = (
    "xquad-zh-zh", "xquad-en-zh", "xquad-zh-en", "xquad-de-zh", "xquad-th-zh", "cmrc", "drcd-test-zh", "drcd-test",
    "dureader",
)  # fmt: skip
WEIGHTS = (0.0, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02)
_POOL = 300


def main() -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for vectors")
    parser.add_argument("--report", action="store_true", help="the half that nothing was chosen on")
    parser.add_argument("--most", type=int, default=100, help="questions of each set")
    parser.add_argument("--sets", nargs="*", default=SETS)
    options = parser.parse_args()
    tools = Tools(options.data, options.cache)
    print(f"{'':14}", *(f"{weight:6.3f}" for weight in WEIGHTS))
    for name in options.sets:
        nearest, first = _measure(tools.read(name), tools.judge, options.most, odd=options.report)
        print(f"{name:14}", *(f"{100 * value:6.1f}" for value in nearest), " nDCG@10", flush=True)
        print(f"{'':14}", *(f"{100 * value:6.1f}" for value in first), " first sentence", flush=True)


def _measure(found: JudgedSet, judge: Judge, most: int, *, odd: bool) -> tuple[list[float], list[float]]:
    numbers = [n for n, q in enumerate(found.questions) if q.gold and q.answerable]
    step = max(1, len(numbers) // (2 * most))
    gains: list[list[float]] = []
    first: list[list[bool]] = []
    for number in numbers[::step][int(odd) :: 2][:most]:
        question = found.questions[number]
        rows = _nearest(found, number)
        candidates, shares = found.candidates(number, rows)
        plain = rank(question.text, candidates, len(rows), who=False, shares=shares)
        judged = rank(question.text, candidates, len(rows), who=False, shares=shares, reranker=judge)
        bounds = candidates.sentence_bounds
        lifts = np.full(int(bounds[-1]), judged.unread / JUDGE_WEIGHT, dtype=np.float32)
        for row, judgement in judged.judgements.items():
            lifts[row] = lift(judgement.log_odds) / JUDGE_WEIGHT
        of_passage = np.maximum.reduceat(lifts, bounds[:-1])
        owner = np.repeat(np.arange(len(rows)), np.diff(bounds))
        words = [
            sentence_coverage(sentence, shares) for chunk in candidates.chunks for sentence in chunk.sentences
        ]
        own = plain.levelled + COVERAGE_WEIGHT * np.array(words)
        kept = [s for row in rows for s in found.source.of_passage[row]]
        right = np.isin(kept, found.source.answering(question))
        gold = np.isin(rows, question.gold)
        gains.append([])
        first.append([])
        for weight in WEIGHTS:
            scores = plain.scores + weight * of_passage
            best = int((scores >= scores[gold].max()).sum()) if gold.any() else 11
            gains[-1].append(1 / np.log2(best + 1) if best <= 10 else 0)
            quoted = own + weight * lifts + PASSAGE_SHARE * scores[owner]
            first[-1].append(bool(right[int(quoted.argmax())]))
    return np.mean(gains, axis=0).tolist(), np.mean(first, axis=0).tolist()


def _nearest(found: JudgedSet, number: int) -> list[int]:
    """Passages that a leg may put forward: all of a small set, those whose sentences are nearest of a large one."""
    passages = len(found.source.of_passage)
    if passages <= _POOL:
        return list(range(passages))
    order = np.argsort(-(found.source.vectors @ found.asked[number]), kind="stable")
    rows: dict[int, None] = {}
    for sentence in order:
        rows[found.source.sentences[int(sentence)].passage] = None
        if len(rows) == _POOL:
            break
    return sorted(rows)


if __name__ == "__main__":
    main()
