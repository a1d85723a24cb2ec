"""What the endpoints share: the assistant and the workers."""

from dataclasses import dataclass

from zhangju.live import LiveAssistant
from zhangju_ui.api.work import Work

__all__ = ["Service"]


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
