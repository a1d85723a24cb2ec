"""What the operator of a server allows."""

from dataclasses import dataclass

__all__ = ["ApiSettings"]


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the operator allows.

    Attributes:
        token: What requests must bring along; None lets everybody in.
        read_only: Why documents may not be put in and taken out; empty where they may.
        workers: Questions that are worked on at a time.
        waiting: Questions that wait for a worker; what comes beyond is told to come again.
        per_client: Questions that one client may have under way.
        seconds: How long a question may take, waiting included; of a stream, each step.
        change_seconds: The same, of documents put in and taken out, and of an evaluation.
        body_bytes: Largest body of a request.
        upload_bytes: Largest body with files, or with an eval set.
    """

    token: str | None = None
    read_only: str = ""
    workers: int = 2
    waiting: int = 32
    per_client: int = 16
    seconds: float = 60.0
    change_seconds: float = 3600.0
    body_bytes: int = 1024 * 1024
    upload_bytes: int = 64 * 1024 * 1024
