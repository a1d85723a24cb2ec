"""Who asks: one person at a page for this machine alone, many at a page that others can reach."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zhangju_ui.conversations import ConversationStore
from zhangju_ui.evaluating import Evaluations
from zhangju_ui.feedback import FeedbackFile
from zhangju_ui.strings import Language, pick_language

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LANGUAGE_COOKIE", "VisitorCookie", "Visitors"]

LANGUAGE_COOKIE = "zj-language"
_VISITOR_COOKIE = "zj-visitor"
_NAME = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600


class Visitors:
    """Finds the conversations and the language of whoever sends a request.

    Args:
        folder: Where conversations and feedback are kept.
        shared: Whether others than the person at this machine reach the page. Each of them then
            has conversations of their own, told apart by a cookie.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self.shared = shared
        self.evaluations = Evaluations(folder / "evaluation.json")
        self.feedback = FeedbackFile(folder / "feedback.jsonl")

    def conversations(self, cookies: Mapping[str, str]) -> ConversationStore:
        """The conversations of one visitor."""
        name = "local"
        if self.shared:
            given = cookies.get(_VISITOR_COOKIE, "")
            # Without a cookie nothing can be found again, by anybody.
            name = given if _NAME.fullmatch(given) else secrets.token_hex(16)
        return ConversationStore(self._folder / "conversations" / name)

    @staticmethod
    def language(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Language:
        """The language that a visitor chose, or that their browser asks for."""
        return pick_language(headers.get("accept-language", ""), cookies.get(LANGUAGE_COOKIE, ""))


class VisitorCookie:
    """Gives each new visitor of a shared page a name that nobody can guess."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and add the cookie to the page itself where there is none."""
        headers = dict(scope.get("headers", ()))
        known = _VISITOR_COOKIE.encode() + b"=" in headers.get(b"cookie", b"")
        if scope["type"] != "http" or scope["path"] != "/" or known:
            await self.app(scope, receive, send)
            return
        cookie = (
            f"{_VISITOR_COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Strict"
        )

        async def send_with_cookie(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
            await send(message)

        await self.app(scope, receive, send_with_cookie)
