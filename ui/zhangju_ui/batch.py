"""Many questions in one run: JSON Lines in, one JSON line out for each, in order.

{"id": "q1", "question": "…", "history": […], "where": {…}}
{"id": "q1", …} or {"id": "q1", "error": "…"}
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from zhangju_index.errors import InputError
from zhangju_ui.wrong_fields import unknown_field

__all__ = ["BatchQuestion", "answer_batch"]

Reply = Callable[["BatchQuestion"], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """One line of a batch.

    Attributes:
        id: What the caller calls it: a text or a whole number.
        question: The question.
        history: Earlier turns, as the line has them.
        where: Values that documents must have to be looked into, by name.
    """

    id: str | int
    question: str
    history: Any
    where: Mapping[str, str]


def answer_batch(
    lines: BinaryIO, reply: Reply, *, follow_ups: bool = True
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Answer each line of a batch; a bad line becomes an error and the others go on.

    Lines of white space alone are passed over.

    Args:
        lines: JSON Lines in UTF-8.
        reply: Answers one question; an ``InputError`` from it is the line's own.
        follow_ups: Whether a line may have earlier turns, as a question does and a search does not.

    Yields:
        The object to print, and whether the line was good.

    Raises:
        InputError: There is no line at all.
    """
    names = ("id", "question", "history", "where") if follow_ups else ("id", "question", "where")
    answered = 0
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not line.strip():
            continue
        answered += 1
        identifier: str | int | None = None
        try:
            fields = _read_object(line)
            identifier = _read_id(fields)
            reply_to = BatchQuestion(identifier, *_read_question(fields, names))
            yield {"id": identifier, **reply(reply_to)}, True
        except InputError as error:
            yield {"id": identifier, "error": f"line {number}: {error}"}, False
    if not answered:
        raise InputError('the batch holds no lines: give JSON Lines with "id" and "question"')


def _read_object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"expected UTF-8, got another byte at {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"expected a JSON object, got something else ({error})") from None
    if not isinstance(fields, dict):
        raise InputError(f"expected a JSON object, got {_kind(fields)}")
    return fields


def _read_id(fields: Mapping[str, Any]) -> str | int:
    identifier = fields.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise InputError(f'expected "id" to be a text or a whole number, got {_kind(identifier)}')
    return identifier


def _read_question(fields: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Any, Mapping[str, str]]:
    if wrong := unknown_field(fields, names):
        raise InputError(wrong)
    question = fields.get("question")
    if not isinstance(question, str):
        raise InputError(f'expected "question" to be a text, got {_kind(question)}')
    # Whoever answers says what it must hold, as on every surface.
    history = fields.get("history")
    where = fields.get("where") or {}
    if not isinstance(where, dict):
        raise InputError(f'expected "where" to be an object, got {_kind(where)}')
    for name, value in where.items():
        if not isinstance(value, str):
            raise InputError(f'expected "where" to hold texts, got {_kind(value)} for {name!r}')
    return question, () if history is None else history, where


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
