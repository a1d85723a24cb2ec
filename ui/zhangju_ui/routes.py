"""What the page's script fetches beside Gradio: sources, outlines, exports, and where votes go."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Body, HTTPException, Query, Request, Response

from zhangju_index.errors import InputError
from zhangju_ui.evaluation_view import render_case
from zhangju_ui.exporting import conversation_json, conversation_markdown
from zhangju_ui.library_view import render_outline
from zhangju_ui.source_view import Mark, render_source
from zhangju_ui.strings import pick_language, say

if TYPE_CHECKING:
    from zhangju_ui.shelf import Shelf
    from zhangju_ui.visitors import Visitors

__all__ = ["page_routes"]

_ASSETS = {
    "favicon.svg": "image/svg+xml",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
_RANGE = re.compile(r"(\d{1,12})-(\d{1,12})")
_NEVER_KEPT = {"cache-control": "no-store"}


def page_routes(shelf: "Shelf", visitors: "Visitors") -> APIRouter:
    """Make the routes of one page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/favicon.ico")
    def favicon() -> Response:
        return asset("favicon.svg")

    @routes.get("/zhangju/source/{document_id:path}")
    def source(
        request: Request,
        document_id: str,
        quote: Annotated[list[str] | None, Query()] = None,
        key: str = "",
        at: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        language = visitors.language(request.headers, request.cookies)
        try:
            outline = shelf.outline(document_id)
        except KeyError:
            return _fragment(f'<p class="zj-empty">{say("source_gone", language)}</p>', status=404)
        length = len(outline.document.text)
        marks = [mark for each in quote or () if (mark := _mark("quote", each, length))]
        if key and (mark := _mark("key", key, length)):
            marks.append(mark)
        return _fragment(render_source(outline, language, marks, min(at, length)))

    @routes.get("/zhangju/outline/{document_id:path}")
    def outline(request: Request, document_id: str) -> Response:
        language = visitors.language(request.headers, request.cookies)
        try:
            return _fragment(render_outline(shelf.outline(document_id), language))
        except KeyError:
            return _fragment(f'<p class="zj-empty">{say("source_gone", language)}</p>', status=404)

    @routes.get("/zhangju/evaluation.html")
    def report() -> Response:
        page = visitors.evaluations.page()
        if page is None:
            raise HTTPException(404)
        return Response(page, media_type="text/html; charset=utf-8", headers=_NEVER_KEPT)

    @routes.get("/zhangju/evaluation/{number}")
    def case(request: Request, number: int) -> Response:
        last = visitors.evaluations.last()
        if last is None or not 0 <= number < len(last["questions"]):
            raise HTTPException(404)
        language = visitors.language(request.headers, request.cookies)
        return _fragment(render_case(last["questions"][number], language))

    @routes.get("/zhangju/conversations/{name}.{ending}")
    def export(request: Request, name: str, ending: Literal["md", "json"], language: str = "") -> Response:
        conversation = visitors.conversations(request.cookies).get(name)
        if conversation is None:
            raise HTTPException(404)
        chosen = pick_language(request.headers.get("accept-language", ""), language)
        as_json = ending == "json"
        body = conversation_json(conversation) if as_json else conversation_markdown(conversation, chosen)
        return Response(
            body,
            media_type="application/json" if as_json else "text/markdown; charset=utf-8",
            headers={
                **_NEVER_KEPT,
                "content-disposition": f'attachment; filename="zhangju-{conversation.id}.{ending}"',
            },
        )

    @routes.post("/zhangju/votes", status_code=204)
    def cast(
        request: Request,
        conversation: Annotated[str, Body()],
        turn: Annotated[int, Body(ge=0)],
        vote: Annotated[Literal["", "up", "down"], Body()],
        comment: Annotated[str, Body(max_length=2000)] = "",
    ) -> None:
        store = visitors.conversations(request.cookies)
        try:
            found = store.change(conversation, lambda each: each.with_vote(turn, vote, comment))
            if found is None:
                raise HTTPException(404)
            visitors.feedback.put(found, turn)
        except InputError as error:
            raise HTTPException(422, str(error)) from error

    @routes.get("/zhangju/{name}")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        body = files("zhangju_ui").joinpath("assets", name).read_bytes()
        return Response(body, media_type=_ASSETS[name], headers={"cache-control": "no-cache"})

    return routes


def _fragment(body: str, status: int = 200) -> Response:
    return Response(body, status, media_type="text/html; charset=utf-8", headers=_NEVER_KEPT)


def _mark(kind: Literal["quote", "key"], given: str, length: int) -> Mark | None:
    """A place inside a document of this length, out of ``120-180``; None where it is no place."""
    found = _RANGE.fullmatch(given)
    if found is None:
        return None
    start, end = min(int(found[1]), length), min(int(found[2]), length)
    return Mark(kind, start, end) if start < end else None
