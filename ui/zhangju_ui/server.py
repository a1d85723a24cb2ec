"""The web application: the chat page, and beside it in one process what other programs ask."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhangju_ui.extras import require_extra
from zhangju_ui.hosting import is_local, serve_app
from zhangju_ui.security import CONTENT_SECURITY_POLICY, KnownHosts, SecurityHeaders

if TYPE_CHECKING:
    from fastapi import FastAPI

    from zhangju.live import LiveAssistant
    from zhangju_ui.api.settings import ApiSettings
    from zhangju_ui.shelf import Shelf

__all__ = ["CONTENT_SECURITY_POLICY", "create_app", "require_chat", "serve_api", "serve_chat"]


def require_chat() -> None:
    """Check, without loading any of it, that what the chat page needs is installed.

    Raises:
        InputError: A package of the extra ``chat`` is not.
    """
    require_extra("the chat page", "chat")


def create_app(
    shelf: "Shelf",
    *,
    shared: bool = False,
    allowed_hosts: Sequence[str] | None = None,
    live: "LiveAssistant | None" = None,
    settings: "ApiSettings | None" = None,
) -> "FastAPI":
    """Build the web application: the chat page at ``/``, a health check, and the API where it is wanted.

    Args:
        shelf: The library that the page asks.
        shared: Whether others than the person at this machine reach it.
        allowed_hosts: Host names the application answers to; any by default.
        live: Answers what programs ask at ``/v1``; None leaves the page alone.
        settings: What the operator allows them.

    Raises:
        InputError: Gradio, or what it is served with, is not installed.
    """
    require_chat()
    from zhangju_ui.mounting import mount_page

    app = _bare_app(allowed_hosts) if live is None else _create_api(live, settings, allowed_hosts)
    mount_page(app, shelf, shared=shared)
    return app


def serve_chat(
    shelf: "Shelf",
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    live: "LiveAssistant | None" = None,
    settings: "ApiSettings | None" = None,
) -> None:
    """Serve the chat page until interrupted; its address is printed once it answers.

    Args:
        shelf: The library that the page asks.
        host: Address to listen at; the default is reached from this machine alone.
        port: Port to listen at; 0 takes any free one.
        open_browser: Open the page, where there is a display to open it on.
        live: Answers what programs ask at ``/v1``; None leaves the page alone.
        settings: What the operator allows them.

    Raises:
        InputError: The port is taken or not allowed, the host is not this machine's, or
            Gradio is not installed.
    """

    def create(allowed_hosts: Sequence[str] | None) -> "FastAPI":
        return create_app(
            shelf, shared=not is_local(host), allowed_hosts=allowed_hosts, live=live, settings=settings
        )

    serve_app(create, host=host, port=port, open_browser=open_browser)


def serve_api(
    live: "LiveAssistant", *, host: str = "127.0.0.1", port: int = 8000, settings: "ApiSettings | None" = None
) -> None:
    """Serve the API without the page until interrupted; its address is printed once it answers.

    Raises:
        InputError: The port is taken or not allowed, the host is not this machine's, or what it
            is served with is not installed.
    """
    serve_app(lambda allowed_hosts: _create_api(live, settings, allowed_hosts), host=host, port=port)


def _create_api(
    live: "LiveAssistant", settings: "ApiSettings | None", allowed_hosts: Sequence[str] | None
) -> "FastAPI":
    require_extra("the API", "serve")
    from zhangju_ui.api.app import create_api

    return create_api(live, settings, allowed_hosts=allowed_hosts)


def _bare_app(allowed_hosts: Sequence[str] | None) -> "FastAPI":
    from fastapi import FastAPI

    app = FastAPI(title="Zhangju", openapi_url=None)
    if allowed_hosts is not None:
        app.add_middleware(KnownHosts, names=allowed_hosts)
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
