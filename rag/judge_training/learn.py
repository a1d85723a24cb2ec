"""Train the judge on public question sets.

    python rag/judge_training/learn.py --data DIR --out FOLDER --cache FOLDER

needs the package opencc besides ``zhangju[all]``. It is deterministic by seed on one machine, writes a
checkpoint every few minutes and goes on from it when started again; ``log.jsonl`` keeps the learning curve.

A step reads some groups: a question, a passage that answers it, and passages that look as if they did. In a
part of the groups the answer is taken away, by leaving its sentence out or the whole passage, so that nothing
answers. The loss is the cross-entropy over all sentences of a group and "none of them", plus that of each
sentence by itself, plus that of the first and last token of the answer.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opencc
import torch
from network import JudgeNetwork
from pairs import Encoder, Tokeniser, Tokens, make_batch
from sets import Passage, Question, QuestionSet, read_all
from torch import Tensor
from torch.nn import functional as F

from zhangju_index.bundled_weights import read_weights
from zhangju_index.sentences import split_sentences

# Sets with how often a group is drawn from each.
MIX = {
    "drcd": 0.8, "drcd-zh": 2.2, "drcd-test": 0.5, "drcd-test-zh": 1.8, "cmrc": 1.6,
    "squad2": 3.4, "nomiracl-en": 0.5, "nomiracl-zh": 0.4, "stard": 0.0,
    "xquad-zh-zh": 0.6, "xquad-en-zh": 0.9, "xquad-zh-en": 0.7, "xquad-en-en": 0.3,
    **{f"xquad-{language}-zh": 0.35 for language in ("de", "es", "ru", "ar", "tr", "vi", "hi", "el", "ro")},
    **{f"xquad-{language}-en": 0.2 for language in ("de", "ru", "ar", "hi", "el")},
    **{f"xquad-{language}-{language}": 0.2 for language in ("de", "es", "ru", "ar", "tr", "vi", "hi", "el", "ro")},
    "xquad-zh-de": 0.15, "xquad-en-de": 0.15, "xquad-zh-ru": 0.15, "xquad-zh-es": 0.15,
}  # fmt: skip
"""Thai is not among them: it shows what the judge does in a language that it was not trained on."""

TAKE_AWAY = 0.3
GROUPS, PASSAGES = 8, 4
TITLED = 0.5
EVERY = 25


@dataclass(frozen=True, slots=True)
class Group:
    """A question and passages, some of whose sentences answer it.

    Attributes:
        question: As asked.
        passages: What is read, with the title or an empty one.
        gold: For each passage the sentences that answer; None where any of them may.
        span: Passage and range of the answer, where it is known.
        answerable: Whether anything answers.
    """

    question: str
    passages: list[tuple[str, str]]
    gold: list[list[int] | None]
    span: tuple[int, int, int] | None
    answerable: bool


def draw(found: QuestionSet, questions: Sequence[Question], random_: random.Random) -> Group:
    """Make a group of a question of a set."""
    question = random_.choice(questions)

    def show(text: str, title: str) -> tuple[str, str]:
        return text, title.replace("_", " ") if random_.random() < TITLED else ""

    def crop(passage: Passage, start: int = -1, end: int = -1) -> tuple[str, int]:
        return crop_text(passage.text, start, end, random_)

    def part(row: int) -> tuple[str, str]:
        return show(crop(passages[row])[0], passages[row].title)

    passages = found.passages
    if question.pool:
        return Group(
            question.text,
            [part(row) for row in question.pool],
            [None if question.answerable else [] for _ in question.pool],
            None,
            question.answerable,
        )
    others = list(question.others)
    # The nearest ones teach most, and some farther ones keep the rest in sight.
    near = others[:6] if random_.random() < 0.7 else others
    wrong = random_.sample(near, min(PASSAGES - 1, len(near)))
    if question.span is None and question.answerable:
        gold = random_.choice(question.gold)
        return Group(
            question.text,
            [show(passages[gold].text, passages[gold].title), *(part(row) for row in wrong)],
            [None, *([] for _ in wrong)],
            None,
            True,
        )
    gold = question.gold[0]
    if not question.answerable:
        return Group(
            question.text,
            [show(passages[gold].text, passages[gold].title), *(part(row) for row in wrong)],
            [[] for _ in range(len(wrong) + 1)],
            None,
            False,
        )
    start, end = question.span or (0, 0)
    text, shift = crop(passages[gold], start, end)
    start, end = start - shift, end - shift
    title = passages[gold].title
    ranges = split_sentences(text)
    answering = [n for n, (a, b) in enumerate(ranges) if a < end and start < b]
    if random_.random() < TAKE_AWAY:
        kept = [
            n
            for n, (a, b) in enumerate(ranges)
            if n not in answering and not any(w in text[a:b] for w in question.answers)
        ]
        if len(kept) >= 2 and random_.random() < 0.7:
            left = "".join(
                text[ranges[n][0] : (ranges[n + 1][0] if n + 1 < len(ranges) else len(text))] for n in kept
            )
            chosen = [show(left, title), *map(part, wrong)]
        else:
            chosen = [part(row) for row in (*wrong, *[row for row in others if row not in wrong][:1])]
        return Group(question.text, chosen, [[] for _ in chosen], None, False)
    return Group(
        question.text,
        [show(text, title), *map(part, wrong)],
        [answering, *([] for _ in wrong)],
        (0, start, end),
        True,
    )


def crop_text(text: str, start: int, end: int, random_: random.Random) -> tuple[str, int]:
    """Take some sentences in a row, about as many as a chunk has, among them those of a range.

    Returns:
        The part, and where it starts in the text.
    """
    ranges = split_sentences(text)
    # A Han character is two thirds of a token, a Latin letter a fifth.
    wide = sum(character > "\u2e80" for character in text) * 2 > len(text)
    limit = random_.choice((80, 150, 240)) * (1.0 if wide else 2.6)
    inside = [n for n, (a, b) in enumerate(ranges) if a < end and start < b]
    first = last = random_.randrange(len(ranges))
    if inside:
        first, last = inside[0], inside[-1]
    while True:
        sides = [n for n in (first - 1, last + 1) if 0 <= n < len(ranges)]
        sides = [
            n
            for n in sides
            if max(last, n) >= 0 and ranges[max(last, n)][1] - ranges[min(first, n)][0] <= limit
        ]
        if not sides:
            break
        chosen = random_.choice(sides)
        first, last = min(first, chosen), max(last, chosen)
    return text[ranges[first][0] : ranges[last][1]], ranges[first][0]


def loss_of(
    network: JudgeNetwork, tokeniser: Tokeniser, groups: Sequence[Group]
) -> tuple[Tensor, dict[str, float]]:
    """Loss of some groups, with its parts."""
    tokens: list[Tokens] = [tokeniser.passage(*p) for g in groups for p in g.passages]
    owners = [n for n, g in enumerate(groups) for _ in g.passages]
    batch = make_batch([tokeniser.question(g.question) for g in groups], owners, tokens)
    judged = network(batch)
    most = judged.sentences.shape[1]
    number = 0
    listed, single, spans = [], [], []
    right = answerable = 0
    for group in groups:
        rows = slice(number, number + len(group.passages))
        scores = judged.sentences[rows]
        there = torch.arange(most)[None] < batch.counts[rows, None]
        good = torch.zeros_like(there)
        known = torch.ones(len(group.passages), dtype=torch.bool)
        for place, gold in enumerate(group.gold):
            if gold is None:
                good[place] = there[place]
                known[place] = False
            else:
                for sentence in gold:
                    if sentence < most:
                        good[place, sentence] = there[place, sentence]
        flat, mask = scores[there], good[there]
        everything = torch.cat([flat, torch.zeros(1)]).logsumexp(0)
        wanted = flat[mask].logsumexp(0) if mask.any() else torch.zeros(())
        listed.append(everything - wanted)
        exact = there & known[:, None]
        if exact.any():
            target = good[exact].float()
            each = F.binary_cross_entropy_with_logits(scores[exact], target, reduction="none")
            # Wrong ones count together as much as right ones.
            single.append(
                (each * target).sum() / target.sum().clamp(min=1)
                + (each * (1 - target)).sum() / (1 - target).sum().clamp(min=1)
            )
        if group.span and mask.any():
            place, start, end = group.span
            row = number + place
            # Places in the pair: the question comes before the passage.
            shift = int(batch.asked[row]) - 1
            places = tokens[row].places
            first = [n for n, (a, b) in enumerate(places) if a <= start < b and a >= 0]
            last = [n for n, (a, b) in enumerate(places) if a < end <= b and a >= 0]
            if first and last:
                spans.append(
                    F.cross_entropy(judged.starts[row][None], torch.tensor(first[:1]) + shift)
                    + F.cross_entropy(judged.ends[row][None], torch.tensor(last[-1:]) + shift)
                )
            answerable += 1
            right += int(mask[flat.argmax()])
        number += len(group.passages)
    parts = {
        "listed": torch.stack(listed).mean(),
        "single": torch.stack(single).mean() if single else torch.zeros(()),
        "spans": torch.stack(spans).mean() if spans else torch.zeros(()),
    }
    loss = parts["listed"] + 0.5 * parts["single"] + 0.15 * parts["spans"]
    return loss, {
        **{name: float(value.detach()) for name, value in parts.items()},
        "right": right / max(1, answerable),
    }


def main() -> None:
    """Train, and say every so often how it goes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for vectors")
    parser.add_argument("--joint", type=int, default=6)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sets", nargs="*", default=list(MIX))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)

    weights = read_weights()
    tokeniser = Tokeniser(weights)
    encode = Encoder(weights, tokeniser, options.cache)
    sets = read_all(options.data, encode, opencc.OpenCC("t2s").convert, options.sets)
    learned = [[q for q in s.questions if not q.held_out] for s in sets]
    print({s.name: len(part) for s, part in zip(sets, learned, strict=True)}, flush=True)
    del encode
    network = JudgeNetwork(weights, options.joint, options.layers, options.rank)
    print(sum(p.numel() for p in network.parameters()), "parameters", flush=True)
    slow = [p for n, p in network.named_parameters() if n.startswith("update")]
    quick = [p for n, p in network.named_parameters() if not n.startswith("update")]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": options.rate}, {"params": quick, "lr": 2 * options.rate}], weight_decay=0.01
    )
    warm = max(1, options.steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: (
            min(1.0, (step + 1) / warm)
            * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / options.steps))))
        ),
    )
    first = 0
    saved = options.out / "checkpoint.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    started, last = time.time(), time.time()
    total: dict[str, float] = {}
    for step in range(first, options.steps):
        random_ = random.Random(f"{options.seed}-{step}")
        picked = random_.choices(range(len(sets)), [MIX[s.name] for s in sets], k=GROUPS)
        groups = [draw(sets[n], learned[n], random_) for n in picked]
        loss, parts = loss_of(network, tokeniser, groups)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        for name, value in parts.items():
            total[name] = total.get(name, 0.0) + value
        if (step + 1) % EVERY == 0:
            line: dict[str, Any] = {"step": step + 1, **{n: round(v / EVERY, 4) for n, v in total.items()}}
            line["seconds"] = round(time.time() - started)
            print(json.dumps(line), flush=True)
            with (options.out / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            total = {}
        if time.time() - last > 240 or step + 1 == options.steps:
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "step": step + 1,
            }
            torch.save(state, saved.with_suffix(".new"))
            saved.with_suffix(".new").replace(saved)
            last = time.time()


if __name__ == "__main__":
    main()
