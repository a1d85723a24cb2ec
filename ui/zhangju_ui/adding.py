"""Adding to the library while the page watches: what is said before, meanwhile and afterwards."""

import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from zhangju_index.errors import DocumentError, Fault
from zhangju_index.library import Reading
from zhangju_ui.failures import render_problem, say_error
from zhangju_ui.frame import render_progress
from zhangju_ui.pace import Pace
from zhangju_ui.plain import shown
from zhangju_ui.shelf import Shelf, Upload, replaced_names
from zhangju_ui.strings import Language, say
from zhangju_ui.tray import Tray, Waiting

if TYPE_CHECKING:
    from zhangju_index.build import Status

__all__ = ["add", "look_at", "remove", "size_of"]

_EVERY = 0.25

_log = logging.getLogger(__name__)


def look_at(shelf: Shelf, uploads: Sequence[Upload], tray: Tray, language: Language) -> list[str]:
    """Read files as they would be added, and let those that can be read wait.

    Returns:
        What is wrong with the others, in words.
    """
    limits = shelf.limits
    if not limits.changes:
        return [say("closed_library", language)]
    good: list[Waiting] = []
    problems: list[str] = []
    for upload in uploads:
        try:
            if upload.path.stat().st_size > limits.file_bytes:
                problems.append(say("too_large", language, name=upload.name, size=size_of(limits.file_bytes)))
                continue
            outline = shelf.preview(upload)
            good.append((tray.keep(upload), outline))
        except DocumentError as error:
            problems.append(_refused(upload.name, error.fault, language))
        # A parser's library can fail in any way its authors thought of, and the other files are shown.
        except Exception:
            _log.exception("a file could not be read")
            problems.append(_refused(upload.name, "unreadable", language))
    documents = shelf.documents
    room = limits.documents - len(documents)
    if not tray.put(good, replaced_names(documents), room):
        problems.append(say("too_many", language, limit=limits.documents))
    return problems


def add(shelf: Shelf, tray: Tray, language: Language) -> Iterator[str]:
    """Add what waits, telling how far it is; what comes last says what became of each.

    What could not be added waits again.
    """
    uploads = tray.take()
    found: list[Reading] = []

    def work(on_status: "_Told") -> None:
        try:
            found.extend(shelf.add(uploads, on_status))
        except BaseException:
            tray.settle(added=False)
            raise
        # Also where nobody watches any more.
        tray.settle(added=True)

    if uploads:
        error = yield from _watch(work, language)
        yield (
            render_problem(say_error(error, language))
            if error is not None
            else "".join(_outcomes(found, language))
        )


def remove(shelf: Shelf, document_id: str, language: Language) -> Iterator[str]:
    """Remove a document, telling how far it is."""
    name = next((each.title for each in shelf.documents if each.document_id == document_id), document_id)
    error = yield from _watch(lambda on_status: shelf.remove(document_id, on_status), language)
    yield (
        render_problem(say_error(error, language))
        if error is not None
        else _said(say("removed", language, name=name))
    )


def size_of(count: int) -> str:
    """A count of bytes for people."""
    return f"{count / 2**20:.0f} MiB" if count >= 2**20 else f"{count / 2**10:.0f} KiB"


class _Told:
    """Passes reports of a build on to whoever watches it."""

    def __init__(self) -> None:
        self.latest: queue.SimpleQueue[Status] = queue.SimpleQueue()

    def __call__(self, status: "Status") -> None:
        self.latest.put(status)


_Step = Callable[[_Told], None]


class _Work(threading.Thread):
    """Runs one step to its end, whether the page still watches or not."""

    def __init__(self, step: _Step, told: _Told) -> None:
        super().__init__(name="zhangju-library")
        self.error: Exception | None = None
        self._step, self._told = step, told

    def run(self) -> None:
        try:
            self._step(self._told)
        except Exception as error:
            self.error = error


def _watch(step: _Step, language: Language) -> Generator[str, None, Exception | None]:
    told, pace, planned = _Told(), Pace(), 0.0
    work = _Work(step, told)
    work.start()
    yield render_progress(0, say("loading", language))
    while work.is_alive():
        work.join(_EVERY)
        status = None
        while not told.latest.empty():
            status = told.latest.get()
        if status is None:
            continue
        planned = max(planned, status.all_work)
        done = planned - (status.all_work - status.work) if planned else 0.0
        pace.note(monotonic(), done)
        part = done / planned if planned else status.documents / max(1, status.all_documents)
        key = "indexing" if status.all_work else "reading"
        yield render_progress(
            part, say(key, language, name=status.title), _left(pace.left(planned), language)
        )
    return work.error


def _left(seconds: float | None, language: Language) -> str:
    if not seconds or seconds < 1:
        return ""
    if seconds < 90:
        return say("seconds_left", language, count=round(seconds))
    return say("minutes_left", language, count=round(seconds / 60))


def _outcomes(readings: Sequence[Reading], language: Language) -> Iterator[str]:
    added = sum(reading.outcome in {"added", "replaced"} for reading in readings)
    if added:
        yield _said(say("added", language, count=added))
    for reading in readings:
        if reading.outcome == "unchanged":
            yield _said(say("unchanged", language, name=reading.source))
        elif reading.outcome == "refused":
            yield render_problem(_refused(reading.source, reading.fault, language))


def _refused(name: str, fault: Fault, language: Language) -> str:
    return say("refused_file", language, name=name, reason=say(f"fault_{fault}", language))


def _said(words: str) -> str:
    return f'<p class="zj-done" role="status">{shown(words)}</p>'
