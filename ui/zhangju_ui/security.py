"""What keeps a browser at home, and other sites' pages out.

Gradio cleans an answer's markup but lets the browser fetch any image in it. The
Content-Security-Policy sent with every response forbids that: the page loads from and connects
to nothing but this server. And a server for this machine alone answers to its own names alone.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_SECURITY_POLICY", "KnownHosts", "SecurityHeaders"]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio writes inline scripts and compiles its HTML templates in the browser.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


class SecurityHeaders:
    """Adds the security headers to every response of the application inside it."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on and complete the head of its response."""

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class KnownHosts:
    """Refuses requests to other host names than those given.

    Another site's page could point its own name at 127.0.0.1 and read the answers.

    Args:
        app: The application inside.
        names: The host names, without ports.
    """

    def __init__(self, app: "ASGIApp", names: Sequence[str]) -> None:
        self.app = app
        self.names = frozenset(names)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on if it is meant for this server."""
        if scope["type"] not in {"http", "websocket"} or self._asked_for(scope) in self.names:
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        message = "this server answers to the names of this machine alone"
        body = json.dumps({"error": {"code": "unknown_host", "message": message}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _asked_for(self, scope: "Scope") -> str:
        host: str = next((value for name, value in scope["headers"] if name == b"host"), b"").decode(
            "latin-1"
        )
        host = host.lower()
        # An IPv6 address stands in brackets, so that its colons are none of a port.
        return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
