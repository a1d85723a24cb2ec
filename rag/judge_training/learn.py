"""Train the judge on public question sets.

    python rag/judge_training/learn.py --data DIR --out FOLDER --cache FOLDER

needs the package opencc besides ``zhangju[all]``. It is deterministic by seed on one machine, writes a
checkpoint every few minutes and goes on from it when started again; ``log.jsonl`` keeps the learning curve.

A step reads some groups: a question, the sentence that answers it, others of its passage, and sentences
of other passages that look as if they did (:mod:`groups`). In a third of the groups nothing answers. The
loss is the cross-entropy over the sentences of a group and "none of them", plus that of each sentence by
itself, plus that of the first and last token of the answer.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import opencc
import torch
from groups import Group, Source
from network import JudgeNetwork
from pairs import Encoder, Tokeniser, make_batch
from sets import read_all
from torch import Tensor
from torch.nn import functional as F

from zhangju_index.bundled_weights import read_weights

# Sets with how often a group is drawn from each.
MIX = {
    "drcd": 0.8, "drcd-zh": 2.2, "drcd-test": 0.5, "drcd-test-zh": 1.8, "cmrc": 1.6,
    "squad2": 4.2, "nomiracl-en": 0.5, "nomiracl-zh": 0.4,
    "xquad-zh-zh": 0.6, "xquad-en-zh": 0.9, "xquad-zh-en": 0.7, "xquad-en-en": 0.3,
    **{f"xquad-{language}-zh": 0.35 for language in ("de", "es", "ru", "ar", "tr", "vi", "hi", "el", "ro")},
    **{f"xquad-{language}-en": 0.2 for language in ("de", "ru", "ar", "hi", "el")},
    **{f"xquad-{language}-{language}": 0.2 for language in ("de", "es", "ru", "ar", "tr", "vi", "hi", "el", "ro")},
    "xquad-zh-de": 0.15, "xquad-en-de": 0.15, "xquad-zh-ru": 0.15, "xquad-zh-es": 0.15,
}  # fmt: skip
"""Thai is not among them: it shows what the judge does in a language that it was not trained on."""

GROUPS = 4
EVERY = 50


def loss_of(
    network: JudgeNetwork, tokeniser: Tokeniser, groups: Sequence[Group]
) -> tuple[Tensor, dict[str, float]]:
    """Loss of some groups, with its parts."""
    tokens = [tokeniser.sentence(s.text, s.title, s.before) for g in groups for s in g.sentences]
    owners = [n for n, g in enumerate(groups) for _ in g.sentences]
    batch = make_batch([tokeniser.question(g.question) for g in groups], owners, tokens)
    judged = network(batch)
    number = 0
    listed, single, spans = [], [], []
    right = answerable = 0
    for group in groups:
        rows = slice(number, number + len(group.sentences))
        scores = judged.scores[rows]
        good = torch.tensor(group.answering or [True] * len(group.sentences))
        everything = torch.cat([scores, torch.zeros(1)]).logsumexp(0)
        listed.append(everything - (scores[good].logsumexp(0) if good.any() else 0))
        if group.answering is not None:
            target = good.float()
            each = F.binary_cross_entropy_with_logits(scores, target, reduction="none")
            # Wrong ones count together as much as right ones.
            single.append(
                (each * target).sum() / target.sum().clamp(min=1)
                + (each * (1 - target)).sum() / (1 - target).sum().clamp(min=1)
            )
        if group.span:
            place, start, end = group.span
            row = number + place
            places = tokens[row].places
            first = [n for n, (a, b) in enumerate(places) if a <= start < b]
            last = [n for n, (a, b) in enumerate(places) if a < end <= b]
            if first and last:
                shift = int(batch.asked[row])
                spans.append(
                    F.cross_entropy(judged.starts[row][None], torch.tensor(first[:1]) + shift)
                    + F.cross_entropy(judged.ends[row][None], torch.tensor(last[-1:]) + shift)
                )
            answerable += 1
            right += int(good[scores.argmax()])
        number += len(group.sentences)
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
    parser.add_argument("--joint", type=int, default=5)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--begin-with", type=Path, help="checkpoint whose values are learned on from")
    parser.add_argument("--sets", nargs="*", default=list(MIX))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)

    weights = read_weights()
    tokeniser = Tokeniser(weights)
    encode = Encoder(weights, tokeniser, options.cache)
    sets = read_all(options.data, encode, opencc.OpenCC("t2s").convert, options.sets)
    sources = [Source(s, encode, [q for q in s.questions if not q.held_out]) for s in sets]
    print({s.found.name: (len(s.questions), len(s.sentences)) for s in sources}, flush=True)
    del encode
    network = JudgeNetwork(weights, options.joint, options.layers, options.rank)
    if options.begin_with:
        network.load_state_dict(torch.load(options.begin_with, weights_only=True)["network"])
    print(sum(p.numel() for p in network.parameters()), "parameters", flush=True)
    slow = [p for n, p in network.named_parameters() if n.startswith("update")]
    quick = [p for n, p in network.named_parameters() if not n.startswith("update")]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": options.rate}, {"params": quick, "lr": 2 * options.rate}], weight_decay=0.01
    )
    warm = max(1, options.steps // 30)
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
        picked = random_.choices(range(len(sources)), [MIX[s.found.name] for s in sources], k=GROUPS)
        groups = [sources[n].draw(random_) for n in picked]
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
