"""What the endpoints share: the assistant and the workers, and whose job a request is."""

from dataclasses import dataclass

from fastapi import Request

from zhangju.live import LiveAssistant
from zhangju_ui.work import Caller, Work

__all__ = ["Service", "caller_of"]


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with.

    Attributes:
        live: Answers the questions.
        work: Workers for questions.
        changes: One worker for what takes long: changes of the index, evaluations.
        read_only: Why documents may not be put in and taken out; empty where they may.
    """

    live: LiveAssistant
    work: Work
    changes: Work
    read_only: str = ""


def caller_of(request: Request) -> Caller:
    """Who sent a request, for the workers."""

    async def until_gone() -> None:
        # Its body has been read before: what comes now is that the connection is closed.
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return Caller(request.client.host if request.client else "", until_gone)
