"""Public question sets that the judge learns from and is measured on, in one form.

A set is two files of gzipped JSON Lines, ``NAME.passages.jsonl.gz`` (id, title, text) and
``NAME.questions.jsonl.gz`` (id, question, passage_id, answers, answer_start, answerable). None of them is
part of the project. Learned from, all under licences that allow shipping what was learned:

- XQuAD (Artetxe, Ruder, Yogatama 2020; github.com/google-deepmind/xquad, CC BY-SA 4.0), eleven of its
languages; - DRCD (Shao et al. 2018; github.com/DRCKnowledgeTeam/DRCD, CC BY-SA 3.0), development and test
part; - CMRC 2018, trial part (Cui et al. 2019; github.com/ymcui/cmrc2018, CC BY-SA 4.0); - SQuAD 2.0,
half of the development part (Rajpurkar, Jia, Liang 2018; CC BY-SA 4.0); - NoMIRACL, English and Chinese
(Thakur et al. 2024; github.com/project-miracl/nomiracl, Apache-2.0).

Each is divided once, by article: one article in four is never learned from and reported on.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zhangju_index.lexical import LexicalIndex

_NEVER_LEARNED = ("dureader", "chinesesquad2")
"""Sets whose licence lets them be measured on only: all of their questions are held out."""
_NEGATIVES = 24
_FOLDS = 4


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known about its answer.

    Attributes:
        id: Its id in the set.
        text: As asked.
        gold: Rows of the passages that answer, in the set's passages; empty when none does.
        span: Where the answer stands in the first of them, or None where only the passage is known.
        others: Rows of passages that do not answer but look as if they did, nearest first.
        answerable: Whether some passage answers.
        pool: Rows of which an unknown one answers if it is answerable; empty where gold is known.
        held_out: Whether it is kept for measuring.
    """

    id: str
    text: str
    gold: tuple[int, ...]
    span: tuple[int, int] | None
    answers: tuple[str, ...]
    others: tuple[int, ...]
    answerable: bool
    pool: tuple[int, ...]
    held_out: bool


@dataclass(slots=True)
class QuestionSet:
    """Passages, and questions about them."""

    name: str
    passages: list[Passage]
    questions: list[Question]

    @property
    def measured(self) -> list[Question]:
        """The questions that nothing is learned from."""
        return [q for q in self.questions if q.held_out or self.name in _NEVER_LEARNED]


Encode = Callable[[list[str], str], Any]
"""Texts and their kind (``query`` or ``document``) to unit rows."""


def held_out(article: str) -> bool:
    """Whether an article is kept for measuring."""
    return zlib.crc32(article.encode()) % _FOLDS == 0


def read_all(
    data: Path, encode: Encode, to_simplified: Callable[[str], str], names: Iterable[str]
) -> list[QuestionSet]:
    """Read sets by name: ``cmrc``, ``drcd``, ``drcd-zh``, ``squad2``, ``nomiracl-en``, ``xquad-zh-en`` …."""
    readers: dict[str, Callable[[], QuestionSet]] = {
        "cmrc": lambda: _spans(data / "cmrc2018/zh-trial", "cmrc", encode),
        "drcd": lambda: _spans(data / "drcd/zh-Hant.dev", "drcd", encode),
        "drcd-test": lambda: _spans(data / "drcd/zh-Hant.test", "drcd-test", encode),
        "drcd-zh": lambda: _spans(data / "drcd/zh-Hant.dev", "drcd-zh", encode, to_simplified),
        "drcd-test-zh": lambda: _spans(data / "drcd/zh-Hant.test", "drcd-test-zh", encode, to_simplified),
        "squad2": lambda: _spans(data / "squad2_half_dev/en", "squad2", encode),
        "chinesesquad2": lambda: _spans(data / "chinesesquad2/zh", "chinesesquad2", encode),
        "dureader": lambda: _spans(data / "dureader_robust/zh", "dureader", encode),
        "nomiracl-en": lambda: _pools(data / "nomiracl/en", "nomiracl-en"),
        "nomiracl-zh": lambda: _pools(data / "nomiracl/zh", "nomiracl-zh"),
    }
    found = []
    for name in names:
        if name.startswith("xquad-"):
            _, asked, read = name.split("-")
            found.append(_parallel(data / "xquad", asked, read, name, encode))
        else:
            found.append(readers[name]())
    return found


def _read(path: Path, kind: str) -> list[dict[str, Any]]:
    with gzip.open(path.parent / f"{path.name}.{kind}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _spans(path: Path, name: str, encode: Encode, turn: Callable[[str], str] | None = None) -> QuestionSet:
    passages, questions = _read(path, "passages"), _read(path, "questions")
    return _with_spans(name, passages, questions, encode, turn)


def _parallel(folder: Path, asked: str, read: str, name: str, encode: Encode) -> QuestionSet:
    passages, own = _read(folder / read, "passages"), _read(folder / read, "questions")
    words = {q["id"]: q["question"] for q in _read(folder / asked, "questions")}
    return _with_spans(name, passages, [{**q, "question": words[q["id"]]} for q in own], encode, None)


def _with_spans(
    name: str,
    passages: list[dict[str, Any]],
    questions: list[dict[str, Any]],
    encode: Encode,
    turn: Callable[[str], str] | None,
) -> QuestionSet:
    turn = turn or (lambda text: text)
    rows = {p["id"]: row for row, p in enumerate(passages)}
    kept = [Passage(p["id"], turn(p.get("title") or ""), turn(p["text"])) for p in passages]
    articles = [_article(name, p) for p in passages]
    texts = [turn(q["question"]) for q in questions]
    near = _look_alikes(texts, [p.text for p in kept], encode)
    result = []
    for q, text, nearest in zip(questions, texts, near, strict=True):
        gold = rows[q["passage_id"]]
        answers = tuple(turn(a) for a in q["answers"])
        span = None
        if q["answerable"] and q["answers"]:
            start = q["answer_start"]
            first = q["answers"][0]
            if passages[gold]["text"][start : start + len(first)] == first and len(kept[gold].text) == len(
                passages[gold]["text"]
            ):
                span = (start, start + len(first))
        others = tuple(
            row
            for row in nearest
            if row != gold and not any(len(a) > 1 and a in kept[row].text for a in answers)
        )[:_NEGATIVES]
        if q["answerable"] and span is None:
            continue
        result.append(
            Question(
                q["id"], text, (gold,), span, answers, others, q["answerable"], (), held_out(articles[gold])
            )
        )
    return QuestionSet(name, kept, result)


def _article(name: str, passage: dict[str, Any]) -> str:
    title: str = passage.get("title") or ""
    # SQuAD and its translations share articles under one title, in whatever language.
    return (
        title
        if name.startswith(("xquad", "squad2", "chinesesquad2"))
        else str(passage.get("article", passage["id"]))
    )


def _pools(path: Path, name: str) -> QuestionSet:
    passages, questions = _read(path, "passages"), _read(path, "questions")
    rows = {p["id"]: row for row, p in enumerate(passages)}
    kept = [Passage(p["id"], p.get("title") or "", p["text"]) for p in passages]
    return QuestionSet(
        name,
        kept,
        [
            Question(
                q["id"],
                q["question"],
                (),
                None,
                (),
                (),
                q["answerable"],
                tuple(rows[c] for c in q["candidate_ids"]),
                zlib.crc32(q["question"].encode()) % 2 == 0
                if name.endswith("zh")
                else held_out(q["question"]),
            )
            for q in questions
        ],
    )


def _look_alikes(questions: list[str], passages: list[str], encode: Encode) -> list[list[int]]:
    """Rows of the passages nearest to each question, by vectors and by keywords in turn."""
    vectors, queries = encode(passages, "document"), encode(questions, "query")
    lexical = LexicalIndex.build(passages)
    result = []
    for question, query in zip(questions, queries, strict=True):
        dense = np.argsort(-(vectors @ query), kind="stable")[:40].tolist()
        coverage = lexical.coverage(question)
        words = np.argsort(-coverage, kind="stable")[:20].tolist()
        mixed: dict[int, None] = {}
        for a, b in zip(dense, [*words, *[None] * 20], strict=True):
            mixed[a] = None
            if b is not None and coverage[b] > 0:
                mixed[b] = None
        result.append(list(mixed))
    return result
