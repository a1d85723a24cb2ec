"""A library of documents in an index: put sources into it, take documents out, build it anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zhangju_index.manifest import Manifest

__all__ = [
    "Change",
    "Outcome",
    "Reading",
    "Source",
    "Status",
    "add_sources",
    "rebuild_library",
    "remove_documents",
]

Outcome = Literal["added", "replaced", "unchanged", "refused"]
"""What became of a source."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something to be read: a file, or bytes that came another way (standard input, an upload).

    Attributes:
        name: As the user gave it; it becomes ``Document.source``, and its ending tells the format.
        path: The file, or None where ``data`` holds the bytes.
        data: The bytes themselves, or None where they are in the file.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one source.

    Attributes:
        source: Its name.
        outcome: Whether it is in the library now, and since when.
        document_id: Id of its document; None if it was refused.
        characters: Code points of its text; 0 if it was refused.
        reason: Of a refusal, in one line.
    """

    source: str
    outcome: Outcome
    document_id: str | None = None
    characters: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a build is.

    Attributes:
        documents: Documents done.
        all_documents: Documents that the index is to hold.
        work: What is done, in a unit that is proportional to the time it takes.
        all_work: All there is to do, in the same unit.
        characters: Characters embedded so far in this run.
        recalled: Vectors taken over from a build that was interrupted.
        title: What is being done.
    """

    documents: int
    all_documents: int
    work: float
    all_work: float
    characters: int
    recalled: int
    title: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a library.

    Attributes:
        manifest: Of the index as it is now.
        readings: What became of each source, in order.
        removed: Ids of the documents that were taken out.
    """

    manifest: Manifest
    readings: tuple[Reading, ...] = ()
    removed: tuple[str, ...] = ()


OnReading = Callable[[Reading], None]
OnStatus = Callable[[Status], None]
OnNote = Callable[[str], None]


def add_sources(
    sources: Sequence[Source],
    directory: Path,
    *,
    model: str | None = None,
    on_reading: OnReading | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Put sources into the index in a folder, which is made where there is none."""
    raise NotImplementedError


def remove_documents(names: Sequence[str], directory: Path, *, on_status: OnStatus | None = None) -> Change:
    """Take documents out of an index, by their ids, sources or paths."""
    raise NotImplementedError


def rebuild_library(
    directory: Path,
    *,
    model: str | None = None,
    on_status: OnStatus | None = None,
    on_note: OnNote | None = None,
) -> Change:
    """Build an index anew from the texts stored in it."""
    raise NotImplementedError
