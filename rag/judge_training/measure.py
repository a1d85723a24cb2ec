"""Measure the judge on questions that it did not learn from.

    python rag/judge_training/measure.py --data DIR --checkpoint FOLDER --cache FOLDER [--most N]

Prints, for each set: how often the first sentence by the judge answers, within the passage that answers
(beside the first by similarity); and how well its best score tells questions that are answered from those
that are not (AUROC): the passage with and without its answering sentences for sets of spans, as judged by
people for SQuAD 2.0, ChineseSquad and NoMIRACL.
"""

import argparse
from pathlib import Path

import numpy as np
import opencc
import torch
from groups import Read, Source
from network import JudgeNetwork
from pairs import Encoder, Tokeniser, make_batch
from sets import Question, read_all
from sklearn.metrics import roc_auc_score

from zhangju_index.bundled_weights import read_weights

SETS = (
    "cmrc", "drcd-test-zh", "drcd-test", "dureader", "xquad-zh-zh", "xquad-en-zh", "xquad-zh-en", "xquad-de-zh",
    "xquad-th-th", "xquad-th-zh", "squad2", "chinesesquad2", "nomiracl-zh", "nomiracl-en",
)  # fmt: skip
_READ = 15
"""Most sentences that are judged for a question, the nearest ones."""


class Scorer:
    """Scores sentences with a checkpoint, in bfloat16."""

    def __init__(self, folder: Path) -> None:
        weights = read_weights()
        self.tokeniser = Tokeniser(weights)
        self._network = JudgeNetwork(weights)
        state = torch.load(folder / "checkpoint.pt", weights_only=True)
        self._network.load_state_dict(state["network"])
        print(f"{state['step']} steps")

    def __call__(self, question: str, sentences: list[Read]) -> np.ndarray:
        """Scores of sentences."""
        tokens = [self.tokeniser.sentence(s.text, s.title, s.before) for s in sentences]
        batch = make_batch([self.tokeniser.question(question)], [0] * len(tokens), tokens)
        with torch.inference_mode():
            return self._network(batch).scores.numpy()


def measure(source: Source, numbers: list[int], scorer: Scorer, around: bool) -> str:
    """One line about a set."""
    first, similar, answered, scores = [], [], [], []
    pairs = any(not q.answerable for q in source.questions)
    for number in numbers:
        question: Question = source.questions[number]
        near = source.near(number, question.pool or question.gold[:1])
        gold = set(source.answering(question))
        best = scorer(question.text, [source.show(s, around) for s in near[:_READ]])
        if gold:
            first.append(near[int(best.argmax())] in gold)
            similar.append(near[0] in gold)
        answered.append(question.answerable)
        scores.append(float(best.max()))
        if gold and not pairs:
            left = source.left(question)
            if not left:
                answered.pop()
                scores.pop()
                continue
            kept = [s for s in near if s in left][:_READ]
            answered.append(False)
            shown = [source.show(s, around, frozenset(gold)) for s in kept]
            scores.append(float(scorer(question.text, shown).max()))
    line = f"{source.found.name:14} {len(numbers):4} questions"
    if first:
        line += f"  sentence first {np.mean(first):.3f} (similarity {np.mean(similar):.3f})"
    if len(set(answered)) == 2:
        line += f"  AUROC {roc_auc_score(answered, scores):.3f}"
    return line


def main() -> None:
    """Measure on every set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for vectors")
    parser.add_argument("--most", type=int, default=150)
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--alone", action="store_true", help="sentences without what stands around them")
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = Scorer(options.checkpoint)
    encode = Encoder(read_weights(), scorer.tokeniser, options.cache)
    for name in options.sets:
        found = read_all(options.data, encode, opencc.OpenCC("t2s").convert, [name])[0]
        source = Source(found, encode, found.measured)
        step = max(1, len(source.questions) // options.most)
        numbers = list(range(len(source.questions)))[::step][: options.most]
        print(measure(source, numbers, scorer, not options.alone), flush=True)


if __name__ == "__main__":
    main()
