"""JSON Lines of other people's sets: objects with an id and texts."""

import json
from typing import Any

from zhangju_index.errors import EvalSetError

__all__ = ["parse_record", "text_field"]


def parse_record(line: str, where: str) -> dict[str, Any]:
    """Read one line as a JSON object.

    Raises:
        EvalSetError: It is none; the message begins with ``where``.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvalSetError(
            f"{where}: expected a JSON object; {getattr(error, 'msg', None) or 'it is no JSON'}"
        ) from error
    if not isinstance(record, dict):
        raise EvalSetError(f"{where}: expected a JSON object; got {type(record).__name__}")
    return record


def text_field(record: dict[str, Any], name: str, where: str, *, default: str | None = None) -> str:
    """A field that holds text; a number is taken for the text that it is written as.

    Raises:
        EvalSetError: It is missing, and there is no ``default``, or it holds something else.
    """
    value = record.get(name, default)
    if value is None and default is not None:
        value = default
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        came = "nothing" if value is None else json.dumps(value)[:40]
        raise EvalSetError(f'{where}: expected "{name}" to be a text; got {came}')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise EvalSetError(f'{where}: "{name}" holds half a surrogate pair; write the character itself')
    return value
