"""``/v1/documents``: list, put in, take out, outline, and text by range."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from zhangju.jsonable import document_json, document_outline_json, range_json
from zhangju.retriever import Retriever
from zhangju_index.file_names import file_name
from zhangju_index.library import Source
from zhangju_ui.api.bodies import (
    ChangeBody,
    DocumentBody,
    DocumentsBody,
    OutlineBody,
    RangeBody,
    RangeQuery,
    RemovedBody,
)
from zhangju_ui.api.errors import RESPONSES, ApiError
from zhangju_ui.api.service import Service, caller_of

__all__ = ["document_routes"]

T = TypeVar("T")

_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {**RESPONSES[500], "description": "No such document"}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {**RESPONSES[500], "description": "This server's documents may not be changed"},
    409: {**RESPONSES[500], "description": "The index is being written already"},
}


def document_routes(service: Service) -> APIRouter:
    """The endpoints about documents."""
    router = APIRouter(prefix="/v1/documents", tags=["documents"], responses=RESPONSES)

    async def look(request: Request, job: Callable[[Retriever], T], document_id: str = "") -> T:
        def borrowed() -> T:
            with service.live.borrow() as assistant, _told_when_absent(document_id):
                return job(assistant.retriever)

        return await service.work.run(caller_of(request), lambda given_up: borrowed())

    @router.get("", response_model=DocumentsBody, summary="List the documents")
    async def list_documents(request: Request) -> Response:
        documents = await look(request, lambda r: [document_json(each) for each in r.listing()])
        return JSONResponse({"documents": documents})

    @router.post(
        "",
        response_model=ChangeBody,
        responses=_REFUSED,
        summary="Put files in; one whose name, without folders, is known is replaced",
    )
    async def add(
        request: Request,
        files: Annotated[list[UploadFile], File(description="Text, Markdown, HTML, Word or PDF files.")],
    ) -> Response:
        _check_changes(service)
        names = [file_name(file.filename or "") for file in files]
        if twice := next((name for name in names if names.count(name) > 1), None):
            # The second would take the place of the first, and nobody would hear of it.
            raise ApiError(
                422, "invalid_request", f"files: two are called {twice}: rename one, or send them apart"
            )
        sources = [Source(name, data=await file.read()) for name, file in zip(names, files, strict=True)]
        change = await service.changes.run(caller_of(request), lambda given_up: service.live.add(sources))
        readings = [
            {
                "source": reading.source,
                "outcome": reading.outcome,
                "document_id": reading.document_id,
                "characters": reading.characters,
                "reason": reading.reason,
            }
            for reading in change.readings
        ]
        if all(reading["outcome"] == "refused" for reading in readings):
            raise ApiError(422, "invalid_document", str(readings[0]["reason"]))
        return JSONResponse({"readings": readings, "documents": change.manifest.counts.documents})

    @router.get("/{document_id}", response_model=DocumentBody, responses=_NOT_FOUND, summary="One document")
    async def one(document_id: str, request: Request) -> Response:
        def job(retriever: Retriever) -> dict[str, Any]:
            found = [each for each in retriever.listing() if each.document_id == document_id]
            if not found:
                raise KeyError(document_id)
            return document_json(found[0])

        return JSONResponse(await look(request, job, document_id))

    @router.delete(
        "/{document_id}",
        response_model=RemovedBody,
        responses={**_REFUSED, **_NOT_FOUND},
        summary="Take a document out",
    )
    async def remove(document_id: str, request: Request) -> Response:
        _check_changes(service)
        # Names of files would do for removing too: here an id is meant and nothing else.
        await look(request, lambda retriever: retriever.document(document_id), document_id)
        change = await service.changes.run(
            caller_of(request), lambda given_up: service.live.remove([document_id])
        )
        return JSONResponse({"removed": list(change.removed), "documents": change.manifest.counts.documents})

    @router.get(
        "/{document_id}/outline", response_model=OutlineBody, responses=_NOT_FOUND, summary="Its sections"
    )
    async def outline(document_id: str, request: Request) -> Response:
        def job(retriever: Retriever) -> dict[str, Any]:
            return document_outline_json(retriever.document(document_id), retriever.sections(document_id))

        return JSONResponse(await look(request, job, document_id))

    @router.get(
        "/{document_id}/text", response_model=RangeBody, responses=_NOT_FOUND, summary="Its text, by range"
    )
    async def text(
        document_id: str,
        request: Request,
        part: Annotated[RangeQuery, Query()],
    ) -> Response:
        def job(retriever: Retriever) -> dict[str, Any]:
            return range_json(retriever.document(document_id), part.start, part.end)

        return JSONResponse(await look(request, job, document_id))

    return router


def _check_changes(service: Service) -> None:
    if service.read_only:
        raise ApiError(403, "read_only", service.read_only)


@contextmanager
def _told_when_absent(document_id: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise ApiError(
            404, "not_found", f"the index holds no document {document_id[:100]!r}: see GET /v1/documents"
        ) from error
