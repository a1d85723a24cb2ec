"""Blocking steps awaited: each runs in a thread of asyncio's pool, so that the loop goes on."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from typing import TypeVar

__all__ = ["each_in_thread"]

T = TypeVar("T")


async def each_in_thread(items: Iterator[T]) -> AsyncGenerator[T, None]:
    """Yield what an iterator gives, taking each step in a thread.

    Who stops early, or is cancelled, stops the iterator after the step it is at.
    """
    end = object()
    try:
        while True:
            item = await asyncio.to_thread(next, items, end)
            if item is end:
                return
            yield item  # type: ignore[misc]  # a sentinel has no type of its own
    finally:
        # A generator whose step is still running is closed when its thread lets go of it.
        with suppress(ValueError, AttributeError):
            items.close()  # type: ignore[attr-defined]
