"""``POST /v1/search`` and ``POST /v1/ask``."""

from collections.abc import Iterator
from threading import Event
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from zhangju.events import AnswerEvent, Finished
from zhangju.jsonable import answer_json, search_json
from zhangju.questions import check_question
from zhangju.values import Answer
from zhangju_ui.api.bodies import AnswerBody, AskBody, SearchBody, SearchResultBody
from zhangju_ui.api.errors import RESPONSES
from zhangju_ui.api.events import event_stream
from zhangju_ui.api.service import Service
from zhangju_ui.api.work import GivenUpError

__all__ = ["finish", "question_routes"]

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'event: text\ndata: {"text": "创新的主体在企业。[1]", "sentence": {…}}\n\n',
            }
        },
        "description": "The answer; with stream, the events passages, text (several), answer.",
    }
}


def question_routes(service: Service) -> APIRouter:
    """The endpoints that answer questions."""
    router = APIRouter(prefix="/v1", tags=["questions"], responses=RESPONSES)

    @router.post("/search", response_model=SearchResultBody, summary="Find the passages that fit best")
    async def search(body: SearchBody, request: Request) -> Response:
        question = check_question(body.question)

        def job(given_up: Event) -> dict[str, Any]:
            started = perf_counter()
            with service.live.borrow() as assistant:
                found = assistant.retriever.find(question, body.k, body.where)
            total = 1000 * (perf_counter() - started)
            return search_json(question, found.passages, {**found.timings, "total": total})

        return JSONResponse(await service.work.run(request, job))

    @router.post(
        "/ask",
        response_model=AnswerBody,
        responses=_STREAM,
        summary="Answer with quotes, or say that the sources do not",
    )
    async def ask(body: AskBody, request: Request) -> Response:
        question = check_question(body.question)

        def steps() -> Iterator[AnswerEvent]:
            with service.live.borrow() as assistant:
                yield from assistant.stream(question, body.history, body.k, body.where)

        if body.stream or _wants_events(request):
            return await event_stream(service.work.steps(request, steps))
        answer = await service.work.run(request, lambda given_up: finish(steps(), given_up))
        return JSONResponse(answer_json(answer))

    return router


def finish(steps: Iterator[AnswerEvent], given_up: Event) -> Answer:
    """Take the steps of an answer to its end, unless nobody waits for it any more.

    Raises:
        GivenUpError: Nobody does.
    """
    for step in steps:
        if isinstance(step, Finished):
            return step.answer
        if given_up.is_set():
            break
    raise GivenUpError


def _wants_events(request: Request) -> bool:
    accepted = [each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")]
    return "text/event-stream" in accepted and "application/json" not in accepted
