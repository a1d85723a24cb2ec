"""Measure each leg of retrieval, and the fusion by its weights and by what is taken off a question.

    python eval/fitting/weigh_legs.py --data DIR

Prints nDCG@10 with every passage of a set as the corpus, one passage being right. Weights are
chosen on even questions; ``--report`` prints odd ones. ``hindsight`` is the best of the three legs for
each question, which no choice among them can go beyond. The sets are those of ``public_sets``.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from public_sets import encode, read_set

from zhangju.centring import CENTRED_SHARE
from zhangju.everyday import EVERYDAY
from zhangju.fusion import COVERAGE_WEIGHT, fuse, level_lengths
from zhangju.language import detect_language
from zhangju_index.lexical import LexicalIndex
from zhangju_index.sentences import split_sentences

SETS = [
    *((f"xquad/{passages}", f"xquad/{questions}") for questions, passages in (
        ("zh", "zh"), ("en", "en"), ("en", "zh"), ("zh", "en"), ("de", "zh"), ("es", "zh"), ("th", "zh"), ("de", "en"),
        ("ar", "en"), ("ru", "ru"),
    )),
    ("cmrc2018/zh-trial", "cmrc2018/zh-trial"),
]  # fmt: skip
WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.25, 0.4)
SHARES = (0.2, 0.3, 0.4, 0.5)
"""Of the mean question, taken off (``zhangju.centring``), at the weight in use; the legs are of the vector as it is."""
_LEGS = 3
"""Legs, which come first in each row."""
Scores = NDArray[np.float32]


def main() -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="folder for vectors, to run again quickly")
    parser.add_argument("--report", action="store_true", help="the half that nothing was chosen on")
    options = parser.parse_args()
    heads = [
        "chunks",
        "sentences",
        "keywords",
        "rank fusion",
        "hindsight",
        *(f"fused {w}" for w in WEIGHTS),
        *(f"centred {s}" for s in SHARES),
    ]
    print(f"{'nDCG@10':30}", *(f"{head:>11}" for head in heads))
    for passages, questions in SETS:
        rows = _measure(options.data / passages, options.data / questions, options.cache, odd=options.report)
        name = passages if passages == questions else f"{questions} in {passages}"
        print(f"{name:30}", *(f"{100 * row:11.1f}" for row in rows), flush=True)
    print(f"in use: keyword coverage at {COVERAGE_WEIGHT}, centred {CENTRED_SHARE}")


def _measure(passage_set: Path, question_set: Path, cache: Path | None, *, odd: bool) -> list[float]:
    passages, questions = read_set(passage_set, question_set)
    place = {passage["id"]: row for row, passage in enumerate(passages)}
    parts = [[p["text"][a:b] for a, b in split_sentences(p["text"])] for p in passages]
    sentences = [sentence for part in parts for sentence in part]
    bounds = np.cumsum([0, *map(len, parts)])
    chunk_vectors = encode([p["text"] for p in passages], cache, query=False)
    sentence_vectors = encode(sentences, cache, query=False)
    queries = encode([q["question"] for q in questions], cache, query=True)
    lexical = LexicalIndex.build([p["text"] for p in passages])
    lengths = np.array([len(sentence) for sentence in sentences])

    means = {
        language: encode(list(asked), cache, query=True).mean(axis=0) for language, asked in EVERYDAY.items()
    }

    ranks: list[list[int]] = []
    for number, question in enumerate(questions):
        if (number % 2 == 1) != odd:
            continue
        gold = place[question["passage_id"]]
        chunk = chunk_vectors @ queries[number]
        similarity = sentence_vectors @ queries[number]
        plain = np.maximum.reduceat(similarity, bounds[:-1])
        levelled = np.maximum.reduceat(level_lengths(similarity, lengths), bounds[:-1])
        coverage = lexical.coverage(question["question"])
        legs = [chunk, plain, coverage, _rank_fusion([chunk, plain, coverage])]
        # The function in use, with its own weight of coverage taken to another.
        legs += [fuse(chunk, levelled, coverage * np.float32(w / COVERAGE_WEIGHT)) for w in WEIGHTS]
        language = detect_language(question["question"]).partition("-")[0]
        for share in SHARES:
            query = queries[number] - share * means.get(language, np.zeros(queries.shape[1], np.float32))
            centred = level_lengths(sentence_vectors @ query, lengths)
            legs.append(fuse(chunk_vectors @ query, np.maximum.reduceat(centred, bounds[:-1]), coverage))
        # Among equals the right passage comes last: a leg that says nothing gets no credit.
        ranks.append([int((leg >= leg[gold]).sum()) for leg in legs])
    for row in ranks:
        row.insert(_LEGS + 1, min(row[:_LEGS]))
    return [
        float(np.mean([1 / np.log2(rank + 1) if rank <= 10 else 0 for rank in leg]))
        for leg in zip(*ranks, strict=True)
    ]


def _rank_fusion(legs: list[Scores]) -> Scores:
    """Reciprocal-rank fusion (Cormack, Clarke, Büttcher 2009), k = 60."""
    ranks = [np.argsort(np.argsort(-leg, kind="stable"), kind="stable") for leg in legs]
    return np.asarray(sum(1 / (61 + rank) for rank in ranks), dtype=np.float32)


if __name__ == "__main__":
    main()
