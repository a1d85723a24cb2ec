"""``/v1/chat/completions`` and ``/v1/models``: Zhangju as a model for chat front ends.

The last user message is the question, the messages before it are the history. The answer's text
is the message, with its ``[n]`` markers; beside ``choices`` stand ``citations``, ``passages``,
``answerable`` and ``confidence``, as ``/v1/ask`` gives them. What steers a language model
(temperature and the like) is accepted and has no effect: the same question gets the same answer.
"""

import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from zhangju.events import AnswerEvent, Finished, Said
from zhangju.history import read_place
from zhangju.jsonable import answer_json
from zhangju.questions import check_question
from zhangju_ui.api.bodies import CitationBody, PassageBody
from zhangju_ui.api.errors import RESPONSES, ApiError, as_api_error, error_json
from zhangju_ui.api.events import HEADERS, sse
from zhangju_ui.api.service import Service, caller_of
from zhangju_ui.work import finish

__all__ = ["completion_routes"]

MODEL = "zhangju"
_BESIDE = ("citations", "passages", "answerable", "confidence")


class ContentPart(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class StreamOptions(BaseModel):
    """What a stream tells besides."""

    model_config = ConfigDict(extra="allow")
    include_usage: bool | None = False


class CompletionBody(BaseModel):
    """A request for a chat completion; fields that Zhangju has no use for are ignored."""

    model_config = ConfigDict(extra="allow")
    model: str = Field(MODEL, examples=[MODEL])
    messages: list[ChatMessage] = Field(
        min_length=1, max_length=1000, examples=[[{"role": "user", "content": "创新的主体在哪里？"}]]
    )
    n: Literal[1] | None = 1
    stream: bool | None = False
    stream_options: StreamOptions | None = None


class ChoiceBody(BaseModel):
    """The one answer."""

    index: int
    message: dict[str, Any]
    finish_reason: str


class CompletionResultBody(BaseModel):
    """A chat completion, with what the answer rests on beside it."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceBody]
    usage: dict[str, int]
    citations: list[CitationBody]
    passages: list[PassageBody]
    answerable: bool
    confidence: float


def completion_routes(service: Service) -> APIRouter:
    """The endpoints of the OpenAI protocol."""
    router = APIRouter(prefix="/v1", tags=["chat completions"], responses=RESPONSES)
    started = int(time.time())

    @router.get("/models", response_model=dict[str, Any], summary="The one model there is")
    async def models() -> Response:
        model = {"id": MODEL, "object": "model", "created": started, "owned_by": "zhangju"}
        return JSONResponse({"object": "list", "data": [model]})

    @router.get("/models/{model}", response_model=dict[str, Any], summary="The same, by its name")
    async def one(model: str) -> Response:
        _check_model(model)
        return JSONResponse({"id": MODEL, "object": "model", "created": started, "owned_by": "zhangju"})

    @router.post(
        "/chat/completions",
        response_model=CompletionResultBody,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
        summary="Answer as a chat model, with citations",
    )
    async def complete(body: CompletionBody, request: Request) -> Response:
        _check_model(body.model)
        question, history = _conversation(body.messages)

        def steps() -> Iterator[AnswerEvent]:
            with service.live.borrow() as assistant:
                yield from assistant.stream(question, history)

        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        if body.stream:
            usage = bool(body.stream_options and body.stream_options.include_usage)
            chunks = service.work.steps(caller_of(request), steps)
            first = await anext(chunks)

            async def lines() -> AsyncIterator[str]:
                shared = {**head, "object": "chat.completion.chunk"}
                try:
                    yield sse(_chunk(shared, {"role": "assistant", "content": ""}))
                    for line in _lines(first, shared, with_usage=usage):
                        yield line
                    async for step in chunks:
                        for line in _lines(step, shared, with_usage=usage):
                            yield line
                    yield "data: [DONE]\n\n"
                except Exception as error:
                    yield sse(error_json(as_api_error(error)))
                finally:
                    await chunks.aclose()

            return StreamingResponse(lines(), media_type="text/event-stream", headers=HEADERS)
        answer = answer_json(
            await service.work.run(caller_of(request), lambda given_up: finish(steps(), given_up))
        )
        message = {"role": "assistant", "content": answer["text"]}
        return JSONResponse(
            {
                **head,
                "object": "chat.completion",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": _USAGE,
                **_beside(answer),
            }
        )

    return router


# Nothing is counted in tokens: no language model reads the question.
_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _check_model(model: str) -> None:
    if model != MODEL:
        raise ApiError(404, "model_not_found", f"expected the model {MODEL!r}, got {model[:100]!r}")


def _conversation(messages: list[ChatMessage]) -> tuple[str, list[dict[str, Any]]]:
    """The question, and the turns before it: each with its question, its text and its citations."""
    # Instructions to a model and results of tools have nobody here who would read them.
    said = [message for message in messages if message.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        raise ApiError(422, "invalid_request", "expected the last message to be the user's")
    last = said[-1]
    history: list[dict[str, Any]] = []
    for message in said[:-1]:
        if message.role == "user":
            history.append({"question": _text(message), "text": "", "citations": []})
        elif message.role == "assistant" and history:
            # A front end that keeps what it was sent hands the citations back.
            kept = (message.model_extra or {}).get("citations")
            places = [each for each in kept if read_place(each)] if isinstance(kept, list) else []
            history[-1].update(text=_text(message), citations=places)
    # A picture alone asks nothing.
    return check_question(_text(last)), [turn for turn in history if turn["question"].strip()]


def _text(message: ChatMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part.text for part in message.content or () if part.text)


def _lines(step: AnswerEvent, head: Mapping[str, Any], *, with_usage: bool) -> Iterator[str]:
    if isinstance(step, Said):
        yield sse(_chunk(head, {"content": step.text}))
    elif isinstance(step, Finished):
        yield sse({**_chunk(head, {}, "stop"), **_beside(answer_json(step.answer))})
        if with_usage:
            yield sse({**head, "choices": [], "usage": _USAGE})


def _chunk(head: Mapping[str, Any], delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {**head, "choices": [{"index": 0, "delta": dict(delta), "finish_reason": reason}]}


def _beside(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in _BESIDE}
