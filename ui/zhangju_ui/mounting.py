"""Mounts the chat page on our own application, with everything off that Gradio would do by itself."""

from collections.abc import Sequence
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI, Response

from zhangju_ui.page import Asks, build_page, translations
from zhangju_ui.theme import build_theme

__all__ = ["mount_page"]

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


def mount_page(
    app: FastAPI, assistant: Asks, *, examples: Sequence[str] | None = None, subjects: Sequence[str] = ()
) -> None:
    """Put the page at ``/``, behind every route that the application has already.

    Args:
        app: The application.
        assistant: Answers the questions.
        examples: Questions offered at the start; by default those for the bundled article.
        subjects: Titles of what is being asked about, shown at the top.
    """

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
