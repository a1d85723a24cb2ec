"""What a call takes, in steps that are the same on any machine and however busy it is."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["count_steps"]


def count_steps(run: Callable[..., object], *arguments: object) -> int:
    """The lines of Python that a call runs, and the characters and items that its functions return.

    What the standard library does in C, as a search for a pattern, is one step however long it takes.
    """
    steps = 0

    def trace(frame: FrameType, event: str, result: Any) -> Any:
        nonlocal steps
        if event == "line":
            steps += 1
        elif event == "return" and isinstance(result, str | list | tuple):
            steps += len(result)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(*arguments)
    finally:
        sys.settrace(before)
    return steps
