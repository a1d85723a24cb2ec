"""What the page's script fetches beside Gradio: sources, outlines, exports, and where votes go."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Body, HTTPException, Query, Request, Response

from zhangju_index.errors import InputError
from zhangju_ui.evaluation_view import render_case
from zhangju_ui.exporting import conversation_json, conversation_markdown
from zhangju_ui.library_view import render_outline
from zhangju_ui.places import check_of
from zhangju_ui.source_view import Mark, render_part, render_source
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
        check: str = "",
        at: Annotated[int, Query(ge=0)] = 0,
        after: Annotated[int | None, Query(ge=0)] = None,
        before: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        language = visitors.language(request.headers, request.cookies)
        try:
            outline = shelf.outline(document_id)
        except KeyError:
            return _fragment(f'<p class="zj-empty">{say("source_gone", language)}</p>', status=404)
        text = outline.document.text
        places = [place for each in quote or () if (place := _place(each))]
        at = min(min((start for start, _ in places), default=at), len(text))
        # Links of before there was a check open as they did.
        changed = bool(check) and any(check_of(text[start:end]) != check for start, end in places)
        marks = [] if changed else [_mark("quote", place, len(text)) for place in places]
        if marks and (place := _place(key)):
            marks.append(_mark("key", place, len(text)))
        marks = [mark for mark in marks if mark.start < mark.end]
        if after is not None or before is not None:
            after = after if after is None else min(after, len(text))
            before = min(before or 0, len(text))
            return _fragment(render_part(outline, language, marks, after=after, before=before))
        return _fragment(render_source(outline, language, marks, at, changed=changed))

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


def _place(given: str) -> tuple[int, int] | None:
    """The offsets in ``120-180``; None where it is no place."""
    found = _RANGE.fullmatch(given)
    return (int(found[1]), int(found[2])) if found else None


def _mark(kind: Literal["quote", "key"], place: tuple[int, int], length: int) -> Mark:
    """A place as far as it lies inside a document of this length."""
    return Mark(kind, min(place[0], length), min(place[1], length))
