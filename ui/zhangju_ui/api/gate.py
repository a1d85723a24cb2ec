"""Who is let in, and with how much: the token, the origin and the size of a request.

It stands before everything else, so that nothing is read of a request that is refused.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhangju_ui.api.errors import ApiError

__all__ = ["Gate"]


class Gate:
    """Refuses requests to some paths of the application inside it.

    A page of another site can send a form to this server, though it cannot read the answer: a
    request that a browser sends for another origin is refused, whatever it asks.

    Args:
        app: The application inside.
        prefixes: Beginnings of the paths that it guards; the others pass.
        token: What ``Authorization: Bearer`` must hold; None lets everybody in.
        max_bytes: Largest body.
        larger: Largest body of paths that begin so.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        prefixes: tuple[str, ...],
        token: str | None,
        max_bytes: int,
        larger: Mapping[str, int],
    ) -> None:
        self._app = app
        self._prefixes = prefixes
        self._token = token
        self._max_bytes = max_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why not."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_origin(headers)
            self._check_token(headers)
            receive = self._measured(scope["path"], headers, receive)
        except ApiError as error:
            await error.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_origin(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise ApiError(403, "cross_origin", "pages of other sites may not ask this server")

    def _check_token(self, headers: Headers) -> None:
        if self._token is None:
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # In constant time: how long a comparison takes must not tell how much of it was right.
        right = hmac.compare_digest(given.strip().encode("latin-1"), self._token.encode())
        if scheme.lower() != "bearer" or not right:
            raise ApiError(
                401,
                "unauthorized",
                "expected the header 'Authorization: Bearer TOKEN' with this server's token",
                {"www-authenticate": "Bearer"},
            )

    def _measured(self, path: str, headers: Headers, receive: Receive) -> Receive:
        limit = next(
            (most for prefix, most in self._larger.items() if path.startswith(prefix)), self._max_bytes
        )
        words = f"expected a body of at most {limit:,} bytes: send less at a time"
        told = headers.get("content-length", "")
        if told.isdecimal() and int(told) > limit:
            raise ApiError(413, "too_large", words)
        came = 0

        async def measured() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                # The one error that FastAPI does not take for a body that cannot be read.
                raise HTTPException(413, words)
            return message

        return measured
