"""Questions that arrive together share a batch, and each gets its own row."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from zhangju_index.gathering import Gatherer
from zhangju_index.protocols import FloatMatrix


class Gate:
    """Encodes a text as its number; each batch waits until it is let through."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.through = threading.Semaphore(0)

    def __call__(self, texts: Sequence[str]) -> FloatMatrix:
        """Say that a batch was begun, and go on when it is let through."""
        self.batches.append(list(texts))
        self.begun.release()
        assert self.through.acquire(timeout=30)
        return np.array([[int(text)] for text in texts], np.float32)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait, but not for ever."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)


def queue(gather: Gatherer, pool: ThreadPoolExecutor, texts: list[list[str]]) -> list["Future[FloatMatrix]"]:
    """Ask one after another, while a batch is worked on."""
    asked = []
    for number, each in enumerate(texts, 1):
        asked.append(pool.submit(gather, each))
        wait_until(lambda number=number: gather.waiting == number)
    return asked


def test_those_who_wait_share_the_next_batch_and_get_their_own_rows() -> None:
    """Who comes first begins at once; the others do not wait for one another's batches."""
    gate = Gate()
    gather = Gatherer(gate)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gather, ["1"])
        assert gate.begun.acquire(timeout=30)
        others = queue(gather, pool, [["2"], ["3", "4"], ["5"]])
        gate.through.release(2)
        found = [future.result(30)[:, 0].tolist() for future in (first, *others)]

    assert gate.batches == [["1"], ["2", "3", "4", "5"]]
    assert found == [[1], [2], [3, 4], [5]]


def test_what_comes_during_the_second_batch_makes_a_third() -> None:
    """The work is handed on for as long as somebody waits."""
    gate = Gate()
    gather = Gatherer(gate)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(gather, ["1"])]
        for text in ("2", "3"):
            assert gate.begun.acquire(timeout=30)
            asked += queue(gather, pool, [[text]])
            gate.through.release()
        gate.through.release()
        found = [future.result(30).item() for future in asked]

    assert gate.batches == [["1"], ["2"], ["3"]]
    assert found == [1, 2, 3]


def test_who_fails_hears_of_it_alone() -> None:
    """Of a batch that fails each is tried by itself; nobody waits for ever, and the next batch is worked on."""
    gate = Gate()
    gather = Gatherer(gate)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(gather, ["1"])
        assert gate.begun.acquire(timeout=30)
        bad, good = queue(gather, pool, [["no number"], ["2"]])
        gate.through.release(5)

        assert first.result(30).item() == 1
        with pytest.raises(ValueError, match="no number"):
            bad.result(30)
        assert good.result(30).item() == 2
        assert gather(["3"]).item() == 3


def test_an_interrupt_of_the_thread_that_leads_leaves_the_others_to_the_next() -> None:
    """What ends one thread is raised there alone."""
    gate = Gate()
    calls: list[int] = []

    def encode(texts: Sequence[str]) -> FloatMatrix:
        calls.append(len(texts))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return gate(texts)

    gather = Gatherer(encode)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(gather, ["1"])
        assert gate.begun.acquire(timeout=30)
        others = queue(gather, pool, [["2"], ["3"]])
        gate.through.release(3)
        ended = [isinstance(future.exception(30), KeyboardInterrupt) for future in others]

    assert first.result().item() == 1
    assert sorted(ended) == [False, True]
