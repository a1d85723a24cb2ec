"""How far a long step is, on standard error: a bar on a terminal, one line for each step elsewhere."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Report", "counting", "reporting"]

Item = TypeVar("Item")

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, and how much there is to do."""


@contextmanager
def reporting() -> Iterator[Report]:
    """Show what is reported until the block ends; nothing at all where nothing is."""
    shown = _Bars() if sys.stderr.isatty() else _Lines()
    try:
        yield shown.report
    finally:
        shown.close()


@contextmanager
def counting(step: str) -> "Iterator[Callable[[Sequence[Item]], Iterator[Item]]]":
    """Show how far a walk through a sequence is, while the block lasts."""
    with reporting() as report:

        def walk(items: "Sequence[Item]") -> "Iterator[Item]":
            for done, item in enumerate(items):
                report(step, done, len(items))
                yield item

        yield walk


class _Lines:
    def __init__(self) -> None:
        self._step: str | None = None

    def report(self, step: str, done: int, total: int) -> None:
        if step != self._step:
            self._step = step
            click.echo(f"{step} ({total:,})" if total else step, err=True)

    def close(self) -> None:
        pass


class _Bars:
    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def report(self, step: str, done: int, total: int) -> None:
        if self._progress is None:
            self._progress = _bar()
            self._progress.start()
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total or None)
        self._progress.update(self._tasks[step], completed=done, total=total or None)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # The bar leaves nothing behind: what is worth keeping is printed.
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
