"""Groups of sentences that the judge learns from: one that answers, and others that look as if they did."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from sets import Encode, Question, QuestionSet

from zhangju_index.sentences import split_sentences

PAIRS = 12
OWN = 5
"""Most sentences of the passage that answers; the rest comes from other passages."""
TAKE_AWAY = 0.3
"""Share of the groups whose answering sentence is left out."""
TWIST = 0.18
"""Share of the groups whose question names another thing than the sentence does."""
TITLED, PRECEDED = 0.0, 0.0
"""How often a sentence is read with its title and with the sentence before it: never, as it is judged alone."""
_MINED = 40
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(
    r"(?<=\s)[A-ZÄÖÜÉÈ\u0391-\u03a9\u0410-\u042f]\w{2,}(?:\s[A-ZÄÖÜÉÈ\u0391-\u03a9\u0410-\u042f]\w+)*"
)
_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_HAN_FUNCTION = re.compile("[的了是在和与與为為有于於之及或被将將从從以其这這那何谁誰哪几幾多少什么麼]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its place.

    Attributes:
        text: Its words.
        passage: Row of its passage in the set.
        number: Its number within the passage.
        start: Where it starts in the passage.
    """

    text: str
    passage: int
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Read:
    """One sentence as the judge reads it."""

    text: str
    title: str
    before: str


@dataclass(frozen=True, slots=True)
class Group:
    """A question and sentences, of which some may answer.

    Attributes:
        question: As asked.
        sentences: What is read.
        answering: For each whether it answers; None where one of them does and nobody knows which.
        span: Sentence and range of the answer in it, where it is known and lies in one sentence.
    """

    question: str
    sentences: list[Read]
    answering: list[bool] | None
    span: tuple[int, int, int] | None


class Source:
    """A set with its sentences and those that look as if they answered.

    Args:
        found: The set.
        encode: Turns sentences and questions into unit rows.
        questions: The questions to learn from.
    """

    def __init__(self, found: QuestionSet, encode: Encode, questions: Sequence[Question]) -> None:
        self.found, self.questions = found, list(questions)
        self.sentences: list[Sentence] = []
        self.of_passage: list[list[int]] = []
        for row, passage in enumerate(found.passages):
            numbers = []
            for number, (start, end) in enumerate(split_sentences(passage.text)):
                numbers.append(len(self.sentences))
                self.sentences.append(Sentence(passage.text[start:end], row, number, start))
            self.of_passage.append(numbers)
        self.vectors: Any = encode([s.text for s in self.sentences], "document")
        self.asked: Any = encode([q.text for q in self.questions], "query")
        self._named = [self._named_in_both(question) for question in self.questions]
        self._donors = [term for terms in self._named for term in terms]

    def _named_in_both(self, question: Question) -> list[str]:
        """What a question and the sentence that answers it both name: numbers, names, terms."""
        answering = self.answering(question)
        if len(answering) != 1:
            return []
        return named_in_both(question.text, self.sentences[answering[0]].text)

    def _twisted(self, number: int, random_: random.Random) -> str | None:
        """A question that asks the same of another thing, if the sentence names the thing it asks about."""
        question = self.questions[number]
        passage = self.found.passages[question.gold[0]].text
        if not self._named[number]:
            return None
        term = random_.choice(self._named[number])
        for _ in range(40):
            other = random_.choice(self._donors)
            if _kind(other) == _kind(term) and abs(len(other) - len(term)) <= 2 and other not in passage:
                return question.text.replace(term, other)
        return None

    def near(self, number: int, rows: Sequence[int]) -> list[int]:
        """Sentences of some passages, the nearest to a question first."""
        candidates = [s for row in rows for s in self.of_passage[row]]
        if not candidates:
            return []
        order = np.argsort(-(self.vectors[candidates] @ self.asked[number]), kind="stable")
        return [candidates[place] for place in order]

    def answering(self, question: Question) -> list[int]:
        """Sentences that the answer lies in, where its place is known."""
        if question.span is None:
            return []
        start, end = question.span
        return [
            s
            for s in self.of_passage[question.gold[0]]
            if self.sentences[s].start < end and start < self.sentences[s].start + len(self.sentences[s].text)
        ]

    def left(self, question: Question) -> set[int]:
        """Sentences of the passage that answers which do not hold the answer anywhere."""
        answering = self.answering(question)
        return {
            s
            for s in self.of_passage[question.gold[0]]
            if s not in answering and not any(a in self.sentences[s].text for a in question.answers)
        }

    def show(self, sentence: int, around: bool = True, hidden: frozenset[int] = frozenset()) -> Read:
        """A sentence with its title and the sentence before it, unless that one is hidden."""
        it = self.sentences[sentence]
        title = self.found.passages[it.passage].title.replace("_", " ").rpartition(" › ")[2]
        previous = self.of_passage[it.passage][it.number - 1] if it.number else None
        before = "" if previous is None or previous in hidden else self.sentences[previous].text
        return Read(it.text, title, before) if around else Read(it.text, "", "")

    def read(self, sentence: int, random_: random.Random, hidden: frozenset[int] = frozenset()) -> Read:
        """A sentence as it is learned from: now and then without its title or what goes before it."""
        shown = self.show(sentence, hidden=hidden)
        titled, preceded = random_.random() < TITLED, random_.random() < PRECEDED
        return Read(shown.text, shown.title if titled else "", shown.before if preceded else "")

    def draw(self, random_: random.Random) -> Group:
        """Make a group of a question."""
        number = random_.randrange(len(self.questions))
        question = self.questions[number]
        asked = _as_typed(question.text, random_)
        if question.pool:
            chosen = self.near(number, question.pool)[: 2 * PAIRS]
            chosen = chosen[: PAIRS // 2] + random_.sample(
                chosen[PAIRS // 2 :], min(PAIRS // 2, max(0, len(chosen) - PAIRS // 2))
            )
            return Group(
                asked,
                [self.read(s, random_) for s in chosen],
                None if question.answerable else [False] * len(chosen),
                None,
            )
        gold = random_.choice(question.gold)
        own = self.near(number, [gold])
        others = _some(self.near(number, question.others)[:_MINED], PAIRS - OWN, random_)
        if not question.answerable:
            chosen = [*_some(own, OWN + 1, random_), *others]
            return Group(asked, [self.read(s, random_) for s in chosen], [False] * len(chosen), None)
        answering, left = self.answering(question), self.left(question)
        wrong = [s for s in own if s in left]
        fate = random_.random()
        if fate < TWIST and (twisted := self._twisted(number, random_)):
            chosen = [*answering, *_some(wrong, OWN, random_), *others]
            return Group(
                _as_typed(twisted, random_),
                [self.read(s, random_) for s in chosen],
                [False] * len(chosen),
                None,
            )
        if fate > 1 - TAKE_AWAY:
            chosen = [*_some(wrong, OWN + 1, random_), *others]
            hidden = frozenset(answering)
            return Group(asked, [self.read(s, random_, hidden) for s in chosen], [False] * len(chosen), None)
        chosen = [*answering, *_some(wrong, OWN, random_), *others]
        span = None
        if len(answering) == 1 and question.span:
            at = self.sentences[answering[0]].start
            span = (0, question.span[0] - at, question.span[1] - at)
        return Group(
            asked,
            [self.read(s, random_) for s in chosen],
            [s in answering for s in chosen],
            span,
        )


def named_in_both(question: str, sentence: str) -> list[str]:
    """Numbers, capitalised names and runs of Chinese characters that stand in a question and in a sentence."""
    found = [n for n in _NUMBER.findall(question) if n in _NUMBER.findall(sentence)]
    found += [name for name in _NAME.findall(question) if name in sentence]
    for run in _HAN.findall(question):
        match = SequenceMatcher(None, run, sentence, autojunk=False).find_longest_match()
        found += [t for t in _HAN_FUNCTION.split(run[match.a : match.a + match.size]) if len(t) >= 3]
    return found


def _kind(term: str) -> str:
    return "number" if _NUMBER.fullmatch(term) else "han" if _HAN.fullmatch(term) else "name"


def _some(nearest: Sequence[int], count: int, random_: random.Random) -> list[int]:
    """Some of a list: the first ones for the greater part, as they teach most."""
    if len(nearest) <= count:
        return list(nearest)
    first = list(nearest[: (count + 1) // 2])
    return first + random_.sample(list(nearest[len(first) :]), count - len(first))


def _as_typed(question: str, random_: random.Random) -> str:
    """A question as people type it: now and then without its mark, in lower case or full-width."""
    if random_.random() < 0.2:
        question = question.rstrip("?？ 。")
    if random_.random() < 0.05:
        question = question.lower()
    if random_.random() < 0.03:
        question = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in question)
    return question
