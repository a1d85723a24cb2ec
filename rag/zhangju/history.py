"""Earlier turns of a conversation, as they are handed in: questions, and the places that answered them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhangju.simplified import simplify
from zhangju.values import Answer
from zhangju_index.errors import InputError

__all__ = ["Place", "Turn", "read_history", "read_place"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that an earlier answer cited."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question, with the places that answered it.

    Attributes:
        question: As it was understood.
        places: What the answer cited.
        asked: As it was asked.
    """

    question: str
    places: tuple[Place, ...]
    asked: str = ""

    @property
    def base(self) -> str:
        """The question without a follow-up that was joined to it, so that one after another does not pile up."""
        question, asked = self.question.rstrip(), self.asked.strip()
        # What is joined stands at the end as it was asked, and simplified characters are as many.
        before = question[: len(question) - len(asked)]
        joined = asked and simplify(question).endswith(simplify(asked)) and _ENDS.search(before)
        return before.strip() if joined else self.question


_ENDS = re.compile(r"[?？؟。.!！।]\s+$")


def read_history(history: object) -> list[Turn]:
    """Take what is needed from earlier turns, the last one last.

    Args:
        history: Answers, or objects with ``question`` and ``citations`` as in JSON; an object without
            citations cited nothing.

    Raises:
        InputError: It is something else, or one of them is. What is passed over in silence would make
            a follow-up mean something else.
    """
    if isinstance(history, str | bytes | Mapping | Answer) or not isinstance(history, Iterable):
        raise InputError(f"{_HISTORY}, got {_kind(history)}")
    return [_read_turn(each, f"turn {number}") for number, each in enumerate(history, start=1)]


_HISTORY = (
    'expected "history" to be a list of earlier answers, or of objects with their "question" and "citations"'
)


def _read_turn(turn: object, place: str) -> Turn:
    if isinstance(turn, Answer):
        return Turn(
            turn.read_as or turn.question,
            tuple(Place(c.document_id, c.start, c.end) for c in turn.citations),
            turn.question,
        )
    if not isinstance(turn, Mapping):
        raise InputError(f"{_HISTORY}, got {_kind(turn)} as {place}")
    question = turn.get("read_as") or turn.get("question")
    if not isinstance(question, str) or not question.strip():
        got = "none" if question is None else "an empty one" if isinstance(question, str) else _kind(question)
        raise InputError(f'{_HISTORY}; {place} needs a "question" in words, got {got}')
    citations = turn.get("citations") or ()
    places = [read_place(each) for each in citations] if isinstance(citations, list | tuple) else [None]
    if None in places:
        raise InputError(
            f'{_HISTORY}; the "citations" of {place} need "document_id", "start" and "end", as answers give them'
        )
    asked = turn.get("question")
    return Turn(
        question.strip(), tuple(each for each in places if each), asked if isinstance(asked, str) else ""
    )


def _kind(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    named = "an object" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else ""
    return named or names.get(type(value), type(value).__name__)


def read_place(citation: object) -> Place | None:
    """The place of a citation in JSON; None where it names none."""
    if not isinstance(citation, Mapping):
        return None
    document_id, start, end = (citation.get(name) for name in ("document_id", "start", "end"))
    if isinstance(document_id, str) and type(start) is int and type(end) is int and 0 <= start < end:
        return Place(document_id, start, end)
    return None
