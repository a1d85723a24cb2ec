"""Measure the judge on questions that it did not learn from.

    python rag/judge_training/measure.py --data DIR --checkpoint FOLDER --cache FOLDER [--most N]

Prints, for each set: how often the first sentence by the judge answers, within the passage that answers (beside
the first by similarity); and how well its best score tells questions that are answered from those that are not
(AUROC): the passage with and without its answering sentences for sets of spans, as judged by people for SQuAD
2.0, ChineseSquad and NoMIRACL.
"""

import argparse
from pathlib import Path

import numpy as np
import opencc
import torch
from network import JudgeNetwork
from pairs import Encoder, Tokeniser, make_batch
from sets import Question, QuestionSet, read_all
from sklearn.metrics import roc_auc_score

from zhangju_index.bundled_weights import read_weights
from zhangju_index.sentences import split_sentences

SETS = (
    "cmrc", "drcd-test-zh", "drcd-test", "dureader", "xquad-zh-zh", "xquad-en-zh", "xquad-zh-en", "xquad-de-zh",
    "xquad-th-th", "xquad-th-zh", "squad2", "chinesesquad2", "nomiracl-zh", "nomiracl-en",
)  # fmt: skip
NEVER_LEARNED = ("dureader", "chinesesquad2")


class Scorer:
    """Scores sentences with a checkpoint, in bfloat16."""

    def __init__(self, folder: Path) -> None:
        weights = read_weights()
        self.tokeniser = Tokeniser(weights)
        self._network = JudgeNetwork(weights)
        state = torch.load(folder / "checkpoint.pt", weights_only=True)
        self._network.load_state_dict(state["network"])
        print(f"{state['step']} steps")

    def __call__(self, question: str, texts: list[str], titles: list[str]) -> list[np.ndarray]:
        """Scores of the sentences of each text."""
        tokens = [self.tokeniser.passage(*pair) for pair in zip(texts, titles, strict=True)]
        batch = make_batch([self.tokeniser.question(question)], [0] * len(texts), tokens)
        with torch.inference_mode():
            judged = self._network(batch)
        return [judged.sentences[row, : int(count)].numpy() for row, count in enumerate(batch.counts)]


def measure(found: QuestionSet, questions: list[Question], scorer: Scorer, encode: Encoder) -> str:
    """One line about a set."""
    first, similar, answered, scores = [], [], [], []
    for question in questions:
        if question.pool:
            texts = [found.passages[row].text for row in question.pool]
            titles = [found.passages[row].title for row in question.pool]
            answered.append(question.answerable)
            scores.append(
                max(float(each.max()) for each in scorer(question.text, texts, titles) if len(each))
            )
            continue
        passage = found.passages[question.gold[0]]
        title = passage.title.replace("_", " ")
        if question.span is None:
            answered.append(False)
            scores.append(float(scorer(question.text, [passage.text], [title])[0].max()))
            continue
        ranges = split_sentences(passage.text)
        start, end = question.span
        gold = {n for n, (a, b) in enumerate(ranges) if a < end and start < b}
        kept = [
            n
            for n in range(len(ranges))
            if n not in gold and not any(w in passage.text[slice(*ranges[n])] for w in question.answers)
        ]
        without = "".join(
            passage.text[slice(*ranges[n])] + ("" if passage.text[ranges[n][1] - 1] > "\u2e80" else " ")
            for n in kept
        )
        texts = [passage.text, *([without] if without.strip() else [])]
        judged = scorer(question.text, texts, [title] * len(texts))
        first.append(int(judged[0].argmax()) in gold)
        if any(len(q.gold) and q.span is None and not q.pool for q in questions[:50]):
            answered.append(True)
            scores.append(float(judged[0].max()))
        elif len(texts) > 1:
            answered.extend([True, False])
            scores.extend([float(judged[0].max()), float(judged[1].max())])
        vectors = encode([passage.text[slice(*r)] for r in ranges], "document")
        similar.append(int((vectors @ encode([question.text], "query")[0]).argmax()) in gold)
    line = f"{found.name:14} {len(questions):4} questions"
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
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = Scorer(options.checkpoint)
    encode = Encoder(read_weights(), scorer.tokeniser, options.cache)
    for name in options.sets:
        found = read_all(options.data, encode, opencc.OpenCC("t2s").convert, [name])[0]
        questions = [q for q in found.questions if q.held_out or name == "dureader"]
        step = max(1, len(questions) // options.most)
        print(measure(found, questions[::step][: options.most], scorer, encode), flush=True)


if __name__ == "__main__":
    main()
