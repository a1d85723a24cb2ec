"""Measure what the judge adds to ranking, and how that depends on its weight.

    python eval/fitting/weigh_judge.py --data DIR --cache FOLDER [--report] [--most N]

As ``weigh_legs.py``, with every passage of a set as the corpus. Only questions that the judge did not learn from;
its weight is chosen on even ones, ``--report`` prints odd ones. Columns: nDCG@10 of the fused legs, and with the
judge at each weight; then how often the sentence quoted first is one that answers, within the passage that does:
by similarity and keywords, and with the judge.
"""

import argparse
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import opencc

from zhangju.fusion import COVERAGE_WEIGHT, fuse, level_lengths
from zhangju.judge import Judge
from zhangju.ranking import JUDGED_PASSAGES
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.embedding import load_embedder
from zhangju_index.lexical import LexicalIndex, tokenize
from zhangju_index.sentences import split_sentences
from zhangju_index.values import Chunk, Sentence

sys.path.insert(0, str(Path(__file__).parents[2] / "rag" / "judge_training"))
from pairs import Encoder, Tokeniser
from sets import QuestionSet, read_all

SETS = (
    "xquad-zh-zh", "xquad-en-zh", "xquad-zh-en", "xquad-de-zh", "xquad-th-zh", "cmrc", "drcd-test-zh", "drcd-test",
    "dureader",
)  # fmt: skip
WEIGHTS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05)
_CERTAIN = 8.0


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
    embedder = load_embedder()
    if not isinstance(embedder, BundledEmbedder):
        raise SystemExit("the bundled model is not installed")
    judge = Judge.load(embedder)
    encode = Encoder(embedder.weights, Tokeniser(embedder.weights), options.cache)
    print(f"{'':14}", *(f"{weight:7.3f}" for weight in WEIGHTS), "  first sentence: legs, judge")
    for name in options.sets:
        found = read_all(options.data, encode, opencc.OpenCC("t2s").convert, [name])[0]
        print(f"{name:14}", _measure(found, judge, encode, most=options.most, odd=options.report), flush=True)


def _measure(found: QuestionSet, judge: Judge, encode: Encoder, *, most: int, odd: bool) -> str:
    parts = [[p.text[a:b] for a, b in split_sentences(p.text)] for p in found.passages]
    sentences = [sentence for part in parts for sentence in part]
    bounds = np.cumsum([0, *map(len, parts)])
    chunk_vectors = encode([p.text for p in found.passages], "document")
    sentence_vectors = encode(sentences, "document")
    lexical = LexicalIndex.build([p.text for p in found.passages])
    lengths = np.array([len(sentence) for sentence in sentences])
    questions = [q for q in found.questions if q.held_out or found.name == "dureader"]
    step = max(1, len(questions) // (2 * most))
    questions = questions[::step][int(odd) :: 2][:most]
    queries = encode([q.text for q in questions], "query")
    gains: list[list[float]] = []
    first: list[tuple[bool, bool]] = []
    for question, query in zip(questions, queries, strict=True):
        similarity = level_lengths(sentence_vectors @ query, lengths)
        best = np.maximum.reduceat(similarity, bounds[:-1])
        shares = lexical.shares(question.text)
        scores = fuse(chunk_vectors @ query, best, lexical.coverage_of(shares))
        leading = np.argsort(-scores, kind="stable")[:JUDGED_PASSAGES]
        chunks = [as_chunk(found.passages[row].text, "") for row in leading]
        judged = judge.judge(question.text, chunks)
        lifts = np.zeros(len(scores), dtype=np.float32)
        lifts[leading] = [np.clip(max(j.sentences), -_CERTAIN, _CERTAIN) + _CERTAIN for j in judged]
        gold = question.gold[0]
        ranks = [int((scores + w * lifts >= (scores + w * lifts)[gold]).sum()) for w in WEIGHTS]
        gains.append([1 / np.log2(rank + 1) if rank <= 10 else 0 for rank in ranks])
        if question.span is None or gold not in leading:
            continue
        text = found.passages[gold].text
        ranges = split_sentences(text)
        right = [a < question.span[1] and question.span[0] < b for a, b in ranges]
        words = [
            COVERAGE_WEIGHT * sum(share for term, share in shares.items() if term in set(tokenize(text[a:b])))
            for a, b in ranges
        ]
        legs = similarity[slice(*list(pairwise(bounds))[gold])] + np.array(words)
        own = judged[leading.tolist().index(gold)].sentences
        first.append((right[int(legs.argmax())], right[int(np.argmax(own))]))
    line = " ".join(f"{100 * value:7.1f}" for value in np.mean(gains, axis=0))
    return f"{line}   {np.mean(first, axis=0).round(3)} of {len(first)}"


def as_chunk(text: str, title: str) -> Chunk:
    """A passage of a set as a chunk."""
    sentences = tuple(Sentence(a, b, text[a:b], text[a:b]) for a, b in split_sentences(text))
    return Chunk("passage", (title,) if title else (), 0, len(text), text, text, text, sentences)


if __name__ == "__main__":
    main()
