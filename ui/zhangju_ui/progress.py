"""How far a long step is, on standard error: a bar on a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

from zhangju_ui.cli_output import duration, plural, printable
from zhangju_ui.pace import Pace

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress, TaskID

    from zhangju_index.build import Status

__all__ = ["Indexing", "Report", "counting", "indexing", "reporting"]

Item = TypeVar("Item")

# Seconds between two lines where no terminal is.
_EVERY = 30.0

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is to do, and what comes next."""


@contextmanager
def reporting(step: str) -> Iterator[Report]:
    """Show what is reported until the block ends; nothing at all where nothing is.

    Args:
        step: What is being done, for people.
    """
    shown = _display()

    def report(done: int, total: int, following: str) -> None:
        shown.show(step, done, total, following)

    try:
        yield report
    finally:
        shown.close()


@contextmanager
def counting(step: str) -> "Iterator[Callable[[Sequence[Item]], Iterator[Item]]]":
    """Show how far a walk through a sequence is, while the block lasts."""
    shown = _display()

    def walk(items: "Sequence[Item]") -> "Iterator[Item]":
        pace = Pace()
        for done, item in enumerate(items):
            pace.note(monotonic(), done)
            left = pace.left(len(items))
            shown.show(step, done, len(items), "", pace=f"about {duration(left)} left" if left else "")
            yield item

    try:
        yield walk
    finally:
        shown.close()


@contextmanager
def indexing(first: str = "reading") -> "Iterator[Indexing]":
    """Show how far a change of an index is, while the block lasts.

    Args:
        first: What is done before texts are embedded, for people.
    """
    shown = Indexing(first)
    try:
        yield shown
    finally:
        shown.close()


class Indexing:
    """Shows how far a change of an index is, how fast it goes and how long it will take.

    Args:
        first: What is done before texts are embedded, for people.

    Attributes:
        characters: How many were embedded so far.
    """

    def __init__(self, first: str) -> None:
        self.characters = 0
        self._step = first
        self._display = _display("document")
        self._work, self._embedded = Pace(), Pace()
        self._embedding = self._recalled = False
        self._planned = 0.0

    def show(self, status: "Status") -> None:
        """Show a report of ``zhangju_index.library``."""
        self.characters = status.characters
        if status.all_work and not self._embedding:
            self._embedding, self._step = True, "indexing"
            self._work, self._embedded = Pace(), Pace()
            self._planned = status.all_work
        # What was left is taken over document by document: all of it, once something new comes.
        if status.recalled and status.characters and not self._recalled:
            self._recalled = True
            click.echo(f"going on: {plural(status.recalled, 'vector')} from an interrupted build", err=True)
        done, everything = float(status.documents), float(status.all_documents)
        if self._embedding:
            # What turns out to have its vectors already is done as well, and quicker.
            done, everything = self._planned - (status.all_work - status.work), self._planned
        now = monotonic()
        self._work.note(now, done)
        self._embedded.note(now, status.characters)
        self._display.show(
            self._step,
            status.documents,
            status.all_documents,
            status.title,
            pace=self._pace(everything),
            part=done / everything if everything else 1.0,
            # What comes before is mostly over in a moment.
            announced=self._embedding,
        )

    def close(self) -> None:
        """Leave nothing of it on the terminal."""
        self._display.close()

    def _pace(self, everything: float) -> str:
        speed, left = self._embedded.speed, self._work.left(everything)
        parts = []
        if speed is not None:
            parts.append(f"{speed:,.0f} characters/s")
        if left:
            parts.append(f"about {duration(left)} left")
        return ", ".join(parts)


class _Lines:
    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._step = ""
        self._said = 0.0

    def show(
        self,
        step: str,
        done: int,
        total: int,
        following: str,
        *,
        pace: str = "",
        part: float | None = None,
        announced: bool = True,
    ) -> None:
        now = monotonic()
        everything = plural(total, self._unit) if self._unit else f"{total:,}"
        if step != self._step:
            self._step, self._said = step, now
            if announced:
                click.echo(f"{step} ({everything})", err=True)
        elif pace and now - self._said >= _EVERY:
            self._said = now
            click.echo(f"{step}: {done:,} of {everything}, {pace}", err=True)

    def close(self) -> None:
        pass


class _Bar:
    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(
        self,
        step: str,
        done: int,
        total: int,
        following: str,
        *,
        pace: str = "",
        part: float | None = None,
        announced: bool = True,
    ) -> None:
        if self._progress is None or self._task is None:
            self._progress = _bar()
            self._task = self._progress.add_task(step, total=1.0, count="", pace="", title="")
            self._progress.start()
        self._progress.update(
            self._task,
            description=step,
            completed=done / max(total, 1) if part is None else part,
            count=f"{done:,}/{total:,}",
            pace=pace,
            title=printable(following, one_line=True),
        )

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _display(unit: str = "") -> _Lines | _Bar:
    return _Bar() if sys.stderr.isatty() else _Lines(unit)


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.text import Text

    class TitledProgress(Progress):
        """A bar with what is being done in a line below it."""

        def get_renderables(self) -> "Iterable[RenderableType]":
            yield self.make_tasks_table(self.tasks)
            for task in self.tasks:
                if task.fields.get("title"):
                    yield Text(task.fields["title"], style="dim", no_wrap=True, overflow="ellipsis")

    # The bar leaves nothing behind: what is worth keeping is printed.
    return TitledProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}", markup=False),
        TextColumn("{task.fields[pace]}", markup=False, style="dim"),
        console=Console(stderr=True),
        transient=True,
        expand=True,
    )
