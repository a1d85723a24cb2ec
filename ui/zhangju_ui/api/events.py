"""Answers as server-sent events: ``passages``, then ``text`` piece by piece, then ``answer``.

What goes wrong after the first event is told by an event ``error``, which then is the last.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

from zhangju.events import AnswerEvent, Found, Said
from zhangju.jsonable import answer_json, passage_json, sentence_json
from zhangju_ui.api.errors import as_api_error, error_json

__all__ = ["HEADERS", "event_stream", "sse"]

HEADERS = {
    "cache-control": "no-cache",
    # nginx holds streams back unless it is told.
    "x-accel-buffering": "no",
}


async def event_stream(steps: AsyncGenerator[AnswerEvent, None]) -> StreamingResponse:
    """Answer with events, once the first is there: what fails before that has a status of its own."""
    first = await anext(steps)

    async def lines() -> AsyncIterator[str]:
        try:
            yield _event(first)
            async for step in steps:
                yield _event(step)
        except Exception as error:
            yield sse(error_json(as_api_error(error)), "error")
        finally:
            await steps.aclose()

    return StreamingResponse(lines(), media_type="text/event-stream", headers=HEADERS)


def sse(value: Any, event: str | None = None) -> str:
    """One event with a JSON object; JSON writes line ends as escapes, so it is one line."""
    head = "" if event is None else f"event: {event}\n"
    # A lone surrogate has no UTF-8: escapes carry it.
    return f"{head}data: {json.dumps(value, allow_nan=False)}\n\n"


def _event(step: AnswerEvent) -> str:
    if isinstance(step, Found):
        return sse({"passages": [passage_json(passage) for passage in step.passages]}, "passages")
    if isinstance(step, Said):
        sentence = None if step.sentence is None else sentence_json(step.sentence)
        return sse({"text": step.text, "sentence": sentence}, "text")
    return sse(answer_json(step.answer), "answer")
