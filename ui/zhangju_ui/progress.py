"""How far a long step is, on standard error: a bar on a terminal, one line for each step elsewhere."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from zhangju_ui.cli_output import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Report", "counting", "reporting"]

Item = TypeVar("Item")

_TITLE = 16

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is to do, and what comes next."""


@contextmanager
def reporting(step: str) -> Iterator[Report]:
    """Show what is reported until the block ends; nothing at all where nothing is.

    Args:
        step: What is being done, for people.
    """
    shown = _Bar(step) if sys.stderr.isatty() else _Line(step)
    try:
        yield shown.report
    finally:
        shown.close()


@contextmanager
def counting(step: str) -> "Iterator[Callable[[Sequence[Item]], Iterator[Item]]]":
    """Show how far a walk through a sequence is, while the block lasts."""
    with reporting(step) as report:

        def walk(items: "Sequence[Item]") -> "Iterator[Item]":
            for done, item in enumerate(items):
                report(done, len(items), "")
                yield item

        yield walk


class _Line:
    def __init__(self, step: str) -> None:
        self._step: str | None = step

    def report(self, done: int, total: int, following: str) -> None:
        if self._step is not None:
            click.echo(f"{self._step} ({total:,})", err=True)
            self._step = None

    def close(self) -> None:
        pass


class _Bar:
    def __init__(self, step: str) -> None:
        self._step = step
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def report(self, done: int, total: int, following: str) -> None:
        if self._progress is None or self._task is None:
            self._progress = _bar()
            self._task = self._progress.add_task(self._step, total=total, following="")
            self._progress.start()
        # A longer title would leave no room for the bar.
        title = printable(following, one_line=True)[:_TITLE]
        self._progress.update(self._task, completed=done, total=total, following=title)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # The bar leaves nothing behind: what is worth keeping is printed.
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[following]}", markup=False, style="dim"),
        console=Console(stderr=True),
        transient=True,
    )
