"""Says in one line what is wrong with the fields that a program sent, on every surface alike.

A slip in a name must not be taken for a default: a field that nobody knows is an error. What was
sent is not repeated.
"""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

__all__ = ["first_wrong", "unknown_field"]

_LONGEST_NAME = 60


def unknown_field(given: Collection[str], known: Sequence[str]) -> str:
    """Name the first field that nobody knows, and what was expected; empty where all are known."""
    name = next((each for each in given if each not in known), None)
    if name is None:
        return ""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    meant = f'"{near[0]}"' if near else "only " + ", ".join(f'"{each}"' for each in known)
    return f'there is no "{_shortened(name)}": expected {meant}'


def first_wrong(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say what pydantic found wrong first, and where.

    Args:
        errors: As ``ValidationError.errors()`` gives them.
    """
    first = errors[0]
    path = [str(part) for part in first["loc"] if part != "body"]
    if first["type"] == "extra_forbidden":
        return f'there is no "{_shortened(path[-1])}": /openapi.json shows what there is'
    message = str(first["msg"])
    return f"{'.'.join(map(_shortened, path))}: {message[:1].lower()}{message[1:]}"


def _shortened(name: str) -> str:
    # Names come from strangers too: one line, and no longer than a name.
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"
