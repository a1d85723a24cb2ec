"""What a reranker says of a sentence: how likely it answers, and the clause that does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Protocol, runtime_checkable

from zhangju.language import UNSPACED
from zhangju_index.values import Sentence

__all__ = ["Clause", "Judgement", "Reranker", "Use", "source_range", "whole_words"]

# Letters and figures that make words together: none of a script without spaces.
_WORD = re.compile(rf"(?![{UNSPACED}])[^\W_]")


class Use(Flag):
    """What a reranker's word is heard on; evaluation measures each apart."""

    ORDER = auto()
    """Which passages come first."""
    QUOTES = auto()
    """Which of their sentences are quoted, and the clause that is marked."""
    REFUSAL = auto()
    """Whether the question is answered at all."""
    ALL = ORDER | QUOTES | REFUSAL


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that may be the answer.

    Attributes:
        start: Offset of its first character in the reading text of the sentence.
        end: Offset one past the last.
        score: How likely, comparable within one question.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reranker says of one sentence.

    Attributes:
        log_odds: That the sentence answers the question.
        clause: The likeliest answer inside it, where the reranker tells.
    """

    log_odds: float
    clause: Clause | None = None


@runtime_checkable
class Reranker(Protocol):
    """Reads sentences once more, together with the question."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def calibrated(self) -> bool:
        """Whether its log-odds are those that the confidence was fitted on."""
        ...

    def judge(self, question: str, sentences: Sequence[Sentence]) -> list[Judgement]:
        """Judge each sentence; what is said of one does not depend on the others."""
        ...


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A range of a text, widened so that it cuts no word or number: a network marks pieces of words."""
    while start > 0 and _WORD.match(text, start - 1) and _WORD.match(text, start):
        start -= 1
    while end < len(text) and _WORD.match(text, end - 1) and _WORD.match(text, end):
        end += 1
    return start, end


def source_range(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """Offsets in the document of a part of a sentence's reading text.

    Args:
        sentence: The sentence.
        start: Offset of the part's first character in the reading text.
        end: Offset one past its last; at least one character is not white space.
    """
    offsets: list[int] = []
    place = 0
    text = sentence.text
    for character in sentence.reading_text:
        if character == " " and place < len(text) and text[place] != " ":
            # It stands for a line break, which the next character passes.
            offsets.append(place)
            continue
        found = text.find(character, place)
        place = place if found < 0 else found
        offsets.append(place)
        place += 1
    while start < end - 1 and sentence.reading_text[start].isspace():
        start += 1
    while end > start + 1 and sentence.reading_text[end - 1].isspace():
        end -= 1
    return sentence.start + offsets[start], sentence.start + min(offsets[end - 1] + 1, len(text))
