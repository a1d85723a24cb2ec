"""Every failure in one shape: ``{"error": {"code", "message"}}``, with its HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from zhangju_index.errors import (
    DocumentError,
    EvalSetError,
    IndexBusyError,
    IndexUnusableError,
    InputError,
    ModelError,
    QuestionError,
    ZhangjuError,
)
from zhangju_ui.api.bodies import ErrorBody
from zhangju_ui.work import BusyError, GoneError, TooLongError, TooManyError, WorkError
from zhangju_ui.wrong_fields import first_wrong

__all__ = ["RESPONSES", "ApiError", "as_api_error", "error_json", "install_errors"]

# The first that fits counts: what is more special comes first.
_OURS: tuple[tuple[type[Exception], int, str], ...] = (
    (BusyError, 503, "busy"),
    (TooManyError, 429, "too_many_requests"),
    (TooLongError, 504, "timeout"),
    (GoneError, 499, "client_gone"),
    (QuestionError, 422, "invalid_question"),
    (DocumentError, 422, "invalid_document"),
    (EvalSetError, 422, "invalid_eval_set"),
    (IndexBusyError, 409, "index_busy"),
    (InputError, 422, "invalid_input"),
    (ModelError, 503, "model_unusable"),
    (IndexUnusableError, 503, "index_unusable"),
    (ZhangjuError, 500, "failed"),
)
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


class ApiError(Exception):
    """A failure with its HTTP status.

    Args:
        status: The HTTP status.
        code: A name for programs.
        message: One line for people.
        headers: Further headers of the response.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The response that tells it."""
        return JSONResponse(error_json(self), status_code=self.status, headers=self.headers)


def _describe(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in statuses}


RESPONSES = _describe(401, 413, 422, 429, 500, 503, 504)
"""The failures that any endpoint may answer with, for the OpenAPI description."""


def error_json(error: ApiError) -> dict[str, Any]:
    """An error as it is sent."""
    return {"error": {"code": error.code, "message": error.message}}


def as_api_error(error: Exception) -> ApiError:
    """Give any failure its status and its code; what nobody foresaw is not told to strangers."""
    if isinstance(error, ApiError):
        return error
    for kind, status, code in _OURS:
        if isinstance(error, kind):
            again = {"retry-after": "1"} if isinstance(error, (BusyError, TooManyError)) else None
            return ApiError(status, code, str(error), again)
    return ApiError(500, "internal", "Zhangju failed at this request; its log says where")


def install_errors(app: FastAPI) -> None:
    """Tell every failure of an application in the one shape, its framework's own as well."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        return as_api_error(error).response()

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - as registered below
        code = _CODES.get(error.status_code, HTTPStatus(error.status_code).phrase.lower().replace(" ", "_"))
        return ApiError(error.status_code, code, str(error.detail), error.headers).response()

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered below
        return ApiError(422, "invalid_request", _in_one_line(error)).response()

    app.add_exception_handler(ApiError, ours)
    app.add_exception_handler(WorkError, ours)
    app.add_exception_handler(ZhangjuError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, ours)


def _in_one_line(error: RequestValidationError) -> str:
    """Say where a request is wrong first, without repeating what it holds."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    if first["type"] == "json_invalid":
        return f"expected JSON; {first.get('ctx', {}).get('error', 'it is none')}"
    # Only the endpoint that takes files knows such a field; elsewhere it is one too many.
    if place.startswith("files") and first["type"] != "extra_forbidden":
        return 'expected multipart/form-data with a file in each field "files"'
    if place == "the body":
        return "expected a JSON object, sent with 'content-type: application/json'"
    return first_wrong(error.errors())
