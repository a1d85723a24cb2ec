"""Puts the endpoints together, by themselves or beside the chat page."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from starlette.routing import BaseRoute, Match

from zhangju.live import LiveAssistant
from zhangju_ui.api.completions import completion_routes
from zhangju_ui.api.documents import document_routes
from zhangju_ui.api.errors import ApiError, install_errors
from zhangju_ui.api.evaluation import evaluation_routes
from zhangju_ui.api.gate import Gate
from zhangju_ui.api.health import health_routes
from zhangju_ui.api.questions import question_routes
from zhangju_ui.api.service import Service
from zhangju_ui.api.settings import ApiSettings
from zhangju_ui.security import KnownHosts, SecurityHeaders
from zhangju_ui.work import Work

__all__ = ["create_api"]

_DESCRIPTION = """Answers questions about articles by chapter and verse: every sentence of an answer
is quoted from an exact place, or the answer says that the sources do not.
Offsets count Unicode code points of the document's text."""

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_api(
    live: LiveAssistant,
    settings: ApiSettings | None = None,
    *,
    allowed_hosts: Sequence[str] | None = None,
    mcp: bool | None = None,
) -> FastAPI:
    """Build the application: REST at ``/v1``, ``/healthz``, ``/readyz``, and MCP at ``/mcp``.

    Args:
        live: Answers the questions; it is not closed when the application stops.
        settings: What the operator allows.
        allowed_hosts: Host names the application answers to; any by default.
        mcp: Whether MCP is served; None serves it where its extra is installed.
    """
    settings = settings or ApiSettings()
    work = Work(
        "zhangju-ask",
        workers=settings.workers,
        places=settings.workers + settings.waiting,
        per_client=settings.per_client,
        seconds=settings.seconds,
    )
    changes = Work("zhangju-change", workers=1, places=4, per_client=4, seconds=settings.change_seconds)
    read_only = settings.read_only
    if not live.can_change:
        read_only = "the bundled article is served: start the server with an index of your own, --index DIR"
    service = Service(live, work, changes, read_only)
    tools = None
    if mcp if mcp is not None else find_spec("mcp") is not None:
        from zhangju_ui.mcp_server import create_mcp, mcp_route

        tools = create_mcp(live, work)
        tools_route = mcp_route(tools)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if tools is not None:
                await stack.enter_async_context(tools.session_manager.run())
            yield
        work.close()
        changes.close()

    app = FastAPI(
        title="Zhangju",
        version=version("zhangju"),
        summary="Answers by chapter and verse",
        description=_DESCRIPTION,
        openapi_url="/openapi.json",
        # Their pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    install_errors(app)
    app.add_middleware(
        Gate,
        prefixes=("/v1", "/mcp"),
        token=settings.token,
        max_bytes=settings.body_bytes,
        larger={"/v1/documents": settings.upload_bytes, "/v1/eval": settings.upload_bytes},
    )
    if allowed_hosts is not None:
        app.add_middleware(KnownHosts, names=allowed_hosts)
    app.add_middleware(SecurityHeaders)
    app.include_router(health_routes(service))
    # The gate has looked at the token: this tells of it in the description.
    told = [Depends(HTTPBearer(auto_error=False))] if settings.token is not None else []
    for routes in (question_routes, document_routes, evaluation_routes, completion_routes):
        app.include_router(routes(service), dependencies=told)
    if tools is not None:
        app.router.routes.append(tools_route)
    app.include_router(_unknown(list(app.routes)))
    return app


def _unknown(known: Sequence[BaseRoute]) -> APIRouter:
    """Answer what is no endpoint in the shape of all errors: behind it may come a whole page."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/v1/{rest:path}", methods=_METHODS)
    async def unknown(rest: str, request: Request) -> None:
        allowed = [
            method
            for method in _METHODS
            if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in known)
        ]
        if allowed:
            methods = ", ".join(allowed)
            raise ApiError(405, "method_not_allowed", f"expected {methods}", {"allow": methods})
        raise ApiError(404, "not_found", f"there is no /v1/{rest[:100]}: see /openapi.json")

    return router
