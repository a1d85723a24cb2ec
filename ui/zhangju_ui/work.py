"""A bounded number of workers for what blocks, with a bounded number of places to wait for them.

A call, over HTTP or MCP, holds a place until its work is over: until it is done, or until it is
given up (its time is up, or its client is gone) and has stopped, which it does at its next step.
What has not begun when it is given up never begins.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from zhangju.events import AnswerEvent, Finished
from zhangju.values import Answer

__all__ = [
    "BusyError",
    "Caller",
    "GivenUpError",
    "GoneError",
    "TooLongError",
    "TooManyError",
    "Work",
    "WorkError",
    "finish",
]

T = TypeVar("T")


class WorkError(Exception):
    """Why a job came to nothing that is no fault of the job; each kind has a status over HTTP."""


class BusyError(WorkError):
    """Every place is taken."""


class TooManyError(WorkError):
    """This client has taken its share of the places."""


class TooLongError(WorkError):
    """The time is up."""


class GoneError(WorkError):
    """The client is gone."""


class GivenUpError(Exception):
    """Raised in a worker whose result nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose job it is.

    Attributes:
        name: Tells clients apart, each of which has a share of the places.
        until_gone: Returns once the client is gone; None where whoever waits is cancelled then.
    """

    name: str = ""
    until_gone: Callable[[], Awaitable[None]] | None = None


class _End:
    """Comes after the last step, with what made it the last."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure


class Work:
    """Runs blocking jobs for callers.

    Args:
        name: What its threads are called.
        workers: Jobs that run at a time.
        places: Jobs that run or wait at a time.
        per_client: Of those, how many one client may have.
        seconds: How long a caller waits for a job, or for its next step.
    """

    def __init__(self, name: str, *, workers: int, places: int, per_client: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._places = places
        self._per_client = per_client
        self._seconds = seconds
        self._held: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """Places that are held now."""
        return self._held.total()

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now is sent away."""
        return self.held >= self._places

    def close(self) -> None:
        """Begin nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, caller: Caller, job: Callable[[Event], T]) -> T:
        """Run a job and wait for its result.

        Args:
            caller: Whose job it is.
            job: Called in a worker with an event that is set when it is given up.

        Raises:
            WorkError: There is no place, its time is up, or its client is gone.
        """
        given_up = Event()
        future = self._submit(caller, lambda: job(given_up))
        result = asyncio.wrap_future(future)
        # How it fails when nobody waits any more is nobody's business.
        result.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self._wait(caller, result)
            return result.result()
        finally:
            given_up.set()
            future.cancel()

    async def steps(self, caller: Caller, job: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
        """Run an iterator and yield what it gives, as it comes; leaving early gives it up.

        Raises:
            WorkError: There is no place, a step takes too long, or the client is gone.
        """
        given_up = Event()
        loop = asyncio.get_running_loop()
        came: asyncio.Queue[T | _End] = asyncio.Queue()

        def tell(item: T | _End) -> None:
            with suppress(RuntimeError):  # the loop is closed: the server stops
                loop.call_soon_threadsafe(came.put_nowait, item)

        def take_all() -> None:
            failure = None
            try:
                items = job()
                try:
                    for item in items:
                        if given_up.is_set():
                            return
                        tell(item)
                finally:
                    # A generator that is left closes what it holds: an answer that streams in, say.
                    close = getattr(items, "close", None)
                    if close is not None:
                        close()
            except Exception as error:
                failure = error
            finally:
                tell(_End(failure))

        future = self._submit(caller, take_all)
        try:
            while True:
                step = asyncio.ensure_future(came.get())
                try:
                    await self._wait(caller, step)
                finally:
                    step.cancel()
                item = step.result()
                if isinstance(item, _End):
                    if item.failure is not None:
                        raise item.failure
                    return
                yield item
        finally:
            given_up.set()
            future.cancel()

    def _submit(self, caller: Caller, job: Callable[[], T]) -> "Future[T]":
        if self.is_full:
            raise BusyError("the server is busy: try again in a moment")
        if self._held[caller.name] >= self._per_client:
            raise TooManyError(f"expected at most {self._per_client} requests at a time from one client")
        loop = asyncio.get_running_loop()
        self._held[caller.name] += 1

        def free(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed: the server stops
                loop.call_soon_threadsafe(self._free, caller.name)

        future = self._pool.submit(job)
        future.add_done_callback(free)
        return future

    def _free(self, client: str) -> None:
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]

    async def _wait(self, caller: Caller, task: "asyncio.Future[T]") -> None:
        """Wait until a task is done, the client is gone, or time is up."""
        gone = asyncio.ensure_future((caller.until_gone or _never)())
        both: set[asyncio.Future[Any]] = {task, gone}
        try:
            done, _ = await asyncio.wait(both, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if task in done:
            return
        if gone in done:
            raise GoneError("the client went away")
        raise TooLongError(f"the answer took longer than {self._seconds:g} seconds: try again")


def finish(steps: Iterator[AnswerEvent], given_up: Event) -> Answer:
    """Take the steps of an answer to its end, unless nobody waits for it any more.

    Raises:
        GivenUpError: Nobody does.
    """
    for step in steps:
        if isinstance(step, Finished):
            return step.answer
        if given_up.is_set():
            break
    raise GivenUpError


async def _never() -> None:
    await asyncio.Event().wait()
