"""``POST /v1/search`` and ``POST /v1/ask``."""

from collections.abc import Iterator
from threading import Event
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from zhangju.events import AnswerEvent
from zhangju.jsonable import answer_json, search_json
from zhangju.questions import check_question
from zhangju_ui.api.bodies import AnswerBody, AskBody, SearchBody, SearchResultBody
from zhangju_ui.api.errors import RESPONSES
from zhangju_ui.api.events import event_stream
from zhangju_ui.api.service import Service, caller_of
from zhangju_ui.told_names import told_names
from zhangju_ui.work import finish

__all__ = ["question_routes"]

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
        question, where = check_question(body.question), told_names(body.where)

        def job(given_up: Event) -> dict[str, Any]:
            started = perf_counter()
            with service.live.borrow() as assistant:
                found = assistant.retriever.find(question, body.k, where)
            total = 1000 * (perf_counter() - started)
            return search_json(question, found.passages, {**found.timings, "total": total})

        return JSONResponse(await service.work.run(caller_of(request), job))

    @router.post(
        "/ask",
        response_model=AnswerBody,
        responses=_STREAM,
        summary="Answer with quotes, or say that the sources do not",
    )
    async def ask(body: AskBody, request: Request) -> Response:
        question, where = check_question(body.question), told_names(body.where)

        def steps() -> Iterator[AnswerEvent]:
            with service.live.borrow() as assistant:
                yield from assistant.stream(question, body.history, body.k, where)

        if body.stream or _wants_events(request):
            return await event_stream(service.work.steps(caller_of(request), steps))
        answer = await service.work.run(caller_of(request), lambda given_up: finish(steps(), given_up))
        return JSONResponse(answer_json(answer))

    return router


def _wants_events(request: Request) -> bool:
    accepted = [each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")]
    return "text/event-stream" in accepted and "application/json" not in accepted
