import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if find_spec("uvicorn") is None or find_spec("python_multipart") is None:
    pytest.skip("the API needs pip install 'zhangju[serve]'", allow_module_level=True)

import httpx

from served import QUESTION, listening, toy_live
from zhangju import Assistant, Found, Retriever
from zhangju.events import AnswerEvent
from zhangju_ui.api.app import create_api
from zhangju_ui.api.settings import ApiSettings

pytestmark = pytest.mark.slow


class HeldAssistant(Assistant):
    """Says first what it found, and the rest when it is let go on."""

    def __init__(self, retriever: Retriever) -> None:
        super().__init__(retriever, threshold=0.0)
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.closed = threading.Semaphore(0)

    def stream(self, *arguments: Any, **named: Any) -> Iterator[AnswerEvent]:
        """Wait between the first step and the next."""
        return self._held(super().stream(*arguments, **named))

    def _held(self, steps: Iterator[AnswerEvent]) -> Iterator[AnswerEvent]:
        try:
            for step in steps:
                yield step
                if isinstance(step, Found):
                    self.begun.release()
                    assert self.go.wait(30)
        finally:
            self.closed.release()


@contextmanager
def held(folder: Path, **settings: Any) -> Iterator[tuple[HeldAssistant, str]]:
    """A server on a socket, whose answers are held up."""
    with toy_live(folder / "index") as live:
        live._assist = HeldAssistant
        with live.borrow() as assistant:
            one = HeldAssistant(assistant.retriever)
        live._open.assistant = one
        with listening(create_api(live, ApiSettings(**settings), mcp=False)) as address:
            try:
                yield one, address
            finally:
                one.go.set()


def ask(address: str, seconds: float = 30, **body: Any) -> httpx.Response:
    """Ask with a connection of its own."""
    return httpx.post(f"{address}/v1/ask", json={"question": QUESTION, **body}, timeout=seconds)


def until(condition: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute."""
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_who_finds_no_place_is_told_to_come_again(tmp_path: Path) -> None:
    """One works, one waits, the third is sent away at once; afterwards all is as before."""
    with held(tmp_path, workers=1, waiting=1) as (assistant, address), ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(ask, address)]
        assert assistant.begun.acquire(timeout=60)
        answers.append(pool.submit(ask, address))
        assert until(lambda: httpx.get(f"{address}/readyz", timeout=30).status_code == 503)
        refused = ask(address)
        searched = httpx.post(f"{address}/v1/search", json={"question": QUESTION}, timeout=30)
        assistant.go.set()

        assert [answer.result().status_code for answer in answers] == [200, 200]
        assert ask(address).status_code == 200
        assert httpx.get(f"{address}/readyz", timeout=30).status_code == 200
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    assert searched.status_code == 503


def test_one_client_cannot_take_every_place(tmp_path: Path) -> None:
    """There are places, but not for this client."""
    limits = {"workers": 1, "waiting": 9, "per_client": 1}
    with held(tmp_path, **limits) as (assistant, address), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, address)
        assert assistant.begun.acquire(timeout=60)
        refused = [ask(address), ask(address, stream=True)]
        assistant.go.set()

        assert answer.result().status_code == 200
        assert until(lambda: ask(address).status_code == 200)
    for each in refused:
        assert (each.status_code, each.json()["error"]["code"]) == (429, "too_many_requests")


def test_an_answer_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """Whether worked on or still waiting; its place is free when its work has stopped."""
    with held(tmp_path, workers=1, waiting=1, seconds=0.5) as (assistant, address):
        with ThreadPoolExecutor(2) as pool:
            slow = list(pool.map(lambda _: ask(address), range(2)))
        assert [(r.status_code, r.json()["error"]["code"]) for r in slow] == [(504, "timeout")] * 2
        assistant.go.set()

        assert assistant.closed.acquire(timeout=60)
        assert until(lambda: ask(address).status_code == 200)


def test_a_stream_that_stands_still_ends_with_an_error(tmp_path: Path) -> None:
    """What came is kept, and the last event says why there is no more."""
    with held(tmp_path, seconds=2) as (_, address):
        lines = ask(address, stream=True).text.split("\n\n")

    assert lines[0].startswith("event: passages")
    assert lines[1].startswith("event: error")
    assert '"timeout"' in lines[1]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_who_goes_away_frees_the_place(tmp_path: Path, stream: bool) -> None:
    """The work stops at its next step, and nobody waits for it."""
    with held(tmp_path, workers=1, waiting=0) as (assistant, address):
        with pytest.raises(httpx.ReadTimeout):
            ask(address, seconds=0.5, stream=stream)
        assert assistant.begun.acquire(timeout=60)
        assert ask(address).status_code == 503
        assistant.go.set()

        assert assistant.closed.acquire(timeout=60)
        assert until(lambda: ask(address).status_code == 200)
