"""The web application: the chat page, and what else one process serves beside it."""

import os
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from zhangju_index.errors import InputError
from zhangju_ui.hosting import serve_app
from zhangju_ui.security import CONTENT_SECURITY_POLICY, SecurityHeaders

if TYPE_CHECKING:
    from fastapi import FastAPI

    from zhangju_ui.page import Asks

__all__ = ["CONTENT_SECURITY_POLICY", "create_app", "require_chat", "serve_chat"]


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
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from zhangju_ui.mounting import mount_page

    app = FastAPI(title="Zhangju", openapi_url=None)
    if allowed_hosts is not None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    mount_page(app, assistant, examples=examples, subjects=subjects)
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
    serve_app(
        partial(_create, assistant, examples, subjects), host=host, port=port, open_browser=open_browser
    )


def _create(
    assistant: "Asks",
    examples: Sequence[str] | None,
    subjects: Sequence[str],
    allowed_hosts: Sequence[str] | None,
) -> "FastAPI":
    return create_app(assistant, examples=examples, subjects=subjects, allowed_hosts=allowed_hosts)
