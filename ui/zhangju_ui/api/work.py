"""A bounded number of workers for what blocks, with a bounded number of places to wait for them.

A request holds a place until its work is over: until it is done, or until it is given up (its time
is up, or its client is gone) and has stopped, which it does at its next step. What has not begun
when it is given up never begins.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from typing import Any, TypeVar

from fastapi import Request

from zhangju_ui.api.errors import ApiError

__all__ = ["GivenUpError", "Work"]

T = TypeVar("T")


class GivenUpError(Exception):
    """Raised in a worker whose result nobody waits for any more."""


class _End:
    """Comes after the last step, with what made it the last."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure


class Work:
    """Runs blocking jobs for requests.

    Args:
        name: What its threads are called.
        workers: Jobs that run at a time.
        places: Jobs that run or wait at a time.
        per_client: Of those, how many one client may have.
        seconds: How long a request may wait for its job, or for its next step.
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

    async def run(self, request: Request, job: Callable[[Event], T]) -> T:
        """Run a job and wait for its result.

        Args:
            request: Whose job it is.
            job: Called in a worker with an event that is set when it is given up.

        Raises:
            ApiError: There is no place (429, 503), or its time is up (504).
        """
        given_up = Event()
        future = self._submit(request, lambda: job(given_up))
        result = asyncio.wrap_future(future)
        # How it fails when nobody waits any more is nobody's business.
        result.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self._wait(request, result)
            return result.result()
        finally:
            given_up.set()
            future.cancel()

    async def steps(self, request: Request, job: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
        """Run an iterator and yield what it gives, as it comes; leaving early gives it up.

        Raises:
            ApiError: There is no place (429, 503), or a step takes too long (504).
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

        future = self._submit(request, take_all)
        try:
            while True:
                step = asyncio.ensure_future(came.get())
                try:
                    await self._wait(request, step)
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

    def _submit(self, request: Request, job: Callable[[], T]) -> "Future[T]":
        client = request.client.host if request.client else ""
        if self.is_full:
            raise ApiError(503, "busy", "the server is busy: try again in a moment", {"retry-after": "1"})
        if self._held[client] >= self._per_client:
            raise ApiError(
                429,
                "too_many_requests",
                f"expected at most {self._per_client} requests at a time from one client",
                {"retry-after": "1"},
            )
        loop = asyncio.get_running_loop()
        self._held[client] += 1

        def free(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed: the server stops
                loop.call_soon_threadsafe(self._free, client)

        future = self._pool.submit(job)
        future.add_done_callback(free)
        return future

    def _free(self, client: str) -> None:
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]

    async def _wait(self, request: Request, task: "asyncio.Future[T]") -> None:
        """Wait until a task is done, the client is gone, or time is up."""
        gone = asyncio.ensure_future(_until_gone(request))
        both: set[asyncio.Future[Any]] = {task, gone}
        try:
            done, _ = await asyncio.wait(both, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if task in done:
            return
        if gone in done:
            raise ApiError(499, "client_gone", "the client went away")
        raise ApiError(504, "timeout", f"the answer took longer than {self._seconds:g} seconds: try again")


async def _until_gone(request: Request) -> None:
    """Wait until the client has closed its connection; the body has been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
