"""``POST /v1/eval``: measure the index that is served on an eval set that is sent along."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from zhangju_eval import EvalQuestion, EvalSet, evaluate
from zhangju_eval.own_format import parse_own_set
from zhangju_eval.ranking import require_ir_measures
from zhangju_index.errors import ZhangjuError
from zhangju_ui.api.bodies import EvalBody
from zhangju_ui.api.errors import RESPONSES, ApiError
from zhangju_ui.api.service import Service, caller_of
from zhangju_ui.work import GivenUpError

__all__ = ["evaluation_routes"]


def evaluation_routes(service: Service) -> APIRouter:
    """The endpoint that evaluates."""
    router = APIRouter(prefix="/v1", tags=["evaluation"], responses=RESPONSES)

    @router.post("/eval", response_model=dict[str, Any], summary="Measure on an eval set that is sent along")
    async def evaluate_posted(body: EvalBody, request: Request) -> Response:
        def job(given_up: Event) -> dict[str, Any]:
            try:
                require_ir_measures()
            except ZhangjuError as error:
                raise ApiError(501, "not_installed", str(error)) from error
            with service.live.borrow() as assistant:
                retriever = assistant.retriever
                named = {
                    gold.get("document_id")
                    for question in body.questions
                    for gold in _list(question.get("gold"))
                    if isinstance(gold, dict)
                }
                known = [each.document_id for each in retriever.listing()]
                texts = {each: retriever.document(each).text for each in known if each in named}

                def counted(questions: Sequence[EvalQuestion]) -> Iterator[EvalQuestion]:
                    for question in questions:
                        if given_up.is_set():
                            raise GivenUpError
                        yield question

                return evaluate(_read(body, texts), retriever, assistant, progress=counted).to_json()

        return JSONResponse(await service.changes.run(caller_of(request), job))

    return router


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read(body: EvalBody, texts: Mapping[str, str]) -> EvalSet:
    """Read the questions as the file that they might have been."""
    with tempfile.TemporaryDirectory(prefix="zhangju-") as folder:
        path = Path(folder) / "posted.jsonl"
        path.write_text("\n".join(json.dumps(question) for question in body.questions), encoding="utf-8")
        return replace(parse_own_set(path, texts, called=body.name), name=body.name)
