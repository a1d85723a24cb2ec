"""Serves the chat page from our own application, so that nothing can leave the machine.

Gradio cleans an answer's markup but lets the browser fetch any image in it. The
Content-Security-Policy sent with every response forbids that: the page loads and connects
to nothing but this server.
"""

import asyncio
import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from zhangju_index.errors import InputError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from zhangju_ui.page import Asks

__all__ = ["CONTENT_SECURITY_POLICY", "create_app", "require_chat", "serve_chat"]

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

HEAD = """
<link rel="icon" type="image/svg+xml" href="/zhangju/favicon.svg">
<link rel="stylesheet" href="/zhangju/page.css">
<script src="/zhangju/page.js" defer></script>
"""

_ASSETS = {
    "favicon.svg": "image/svg+xml",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}


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


def require_chat() -> None:
    """Check, without loading any of it, that what the chat page needs is installed.

    Raises:
        InputError: A package of the extra ``chat`` is not.
    """
    for name in ("gradio", "fastapi", "starlette", "uvicorn"):
        if find_spec(name) is None:
            raise InputError(
                f"the chat page needs {name}, which is not installed: run  pip install 'zhangju[chat]'"
            )


def create_app(
    assistant: "Asks",
    *,
    examples: Sequence[str] | None = None,
    subjects: Sequence[str] = (),
    allowed_hosts: Sequence[str] | None = None,
) -> "FastAPI":
    """Build the web application: the chat page at ``/`` and a health check at ``/healthz``.

    Args:
        assistant: Answers the questions.
        examples: Questions offered at the start; by default those for the bundled article.
        subjects: Titles of what is being asked about, shown at the top.
        allowed_hosts: Host names the application answers to; any by default.

    Raises:
        InputError: Gradio, or what it is served with, is not installed.
    """
    # Gradio compares this with an exact string.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    require_chat()
    import gradio as gr
    from fastapi import FastAPI, Response
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from zhangju_ui.page import build_page, translations
    from zhangju_ui.theme import build_theme

    app = FastAPI(title="Zhangju", openapi_url=None)
    if allowed_hosts is not None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return asset("favicon.svg")

    @app.get("/zhangju/{name}")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            return Response(status_code=404)
        body = files("zhangju_ui").joinpath("assets", name).read_bytes()
        return Response(body, media_type=_ASSETS[name], headers={"cache-control": "no-cache"})

    i18n = translations(subjects)
    gr.mount_gradio_app(
        app,
        build_page(assistant, i18n, examples),
        path="/",
        i18n=i18n,
        theme=build_theme(),
        head=HEAD,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size="1kb",  # nothing is uploaded yet, and the upload route cannot be left out
    )
    return app


def serve_chat(
    assistant: "Asks",
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    examples: Sequence[str] | None = None,
    subjects: Sequence[str] = (),
) -> None:
    """Serve the chat page until interrupted; its address is printed once it answers.

    Args:
        assistant: Answers the questions.
        host: Address to listen at; the default is reached from this machine alone.
        port: Port to listen at; 0 takes any free one.
        open_browser: Open the page, where there is a display to open it on.
        examples: Questions offered at the start; by default those for the bundled article.
        subjects: Titles of what is being asked about, shown at the top.

    Raises:
        InputError: The port is taken or not allowed, the host is not this machine's, or
            Gradio is not installed.
    """
    listener = _listen(host, port)
    with listener:
        address = _address(host, listener.getsockname()[1])
        app = create_app(assistant, examples=examples, subjects=subjects, allowed_hosts=_allowed_hosts(host))
        import uvicorn

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                click.echo(address)
                if open_browser and _has_display():
                    await asyncio.to_thread(webbrowser.open, address)

        Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise InputError(f"Cannot listen at port {port}: give --port a number from 0 to 65535.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"Cannot listen at {host} port {port}: {error}. Give another one with --port (0 takes any free port)."
        ) from error


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _allowed_hosts(host: str) -> list[str] | None:
    """Name the hosts a page on this machine is reached by.

    Another site's page could point its own name at 127.0.0.1 and read the answers; it is
    refused by its name. A server opened to the network is left to its operator.
    """
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = host == "localhost"
    return ["127.0.0.1", "localhost", "::1", "[::1]", host] if is_local else None


def _has_display() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
