"""``/healthz``: the server is there; ``/readyz``: it can answer."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from zhangju_ui.api.bodies import HealthBody
from zhangju_ui.api.errors import RESPONSES, ApiError
from zhangju_ui.api.service import Service

__all__ = ["health_routes"]


def health_routes(service: Service) -> APIRouter:
    """The endpoints for operators; they ask for no token and tell no secret."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_model=HealthBody, summary="Whether the server is there")
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz",
        response_model=HealthBody,
        responses={503: RESPONSES[503]},
        summary="Whether a question would be answered now",
    )
    async def readyz(request: Request) -> Response:
        if service.work.is_full:
            raise ApiError(503, "busy", "every place is taken", {"retry-after": "1"})
        with service.live.borrow() as assistant:
            if assistant.retriever.is_closed:
                raise ApiError(503, "closed", "the index is closed: the server stops")
        return JSONResponse({"status": "ready"})

    return router
