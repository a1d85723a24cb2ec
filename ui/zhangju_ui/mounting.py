"""Mounts the chat page on our own application, with everything off that Gradio would do by itself."""

from fastapi import FastAPI
from platformdirs import user_data_path

from zhangju_ui.frame import Reach
from zhangju_ui.gradio_alone import gr
from zhangju_ui.head import EarlyHead
from zhangju_ui.page import build_page, translations
from zhangju_ui.routes import page_routes
from zhangju_ui.shelf import Shelf
from zhangju_ui.theme import build_theme
from zhangju_ui.visitors import VisitorCookie, Visitors

__all__ = ["mount_page"]


def mount_page(app: FastAPI, shelf: Shelf, *, shared: bool = False) -> None:
    """Put the page at ``/``, behind every route that the application has already.

    Args:
        app: The application.
        shelf: The library that the page asks.
        shared: Whether others than the person at this machine reach it.
    """
    visitors = Visitors(user_data_path("zhangju", appauthor=False), shared=shared)
    if shared:
        app.add_middleware(VisitorCookie)
    app.add_middleware(EarlyHead)
    app.include_router(page_routes(shelf, visitors))
    i18n = translations(shelf.limits, Reach(shelf.asks, shared))
    gr.mount_gradio_app(
        app,
        build_page(shelf, visitors, i18n),
        path="/",
        i18n=i18n,
        theme=build_theme(),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        # What is a little too large is told in the visitor's language; the rest is not even taken.
        max_file_size=2 * shelf.limits.file_bytes if shelf.limits.changes else "1kb",
    )
