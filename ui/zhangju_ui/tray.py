"""The files of one page that wait to be added, from when they are given until they are in the library.

Gradio lays equal files of all visitors in one place: each that waits here is a copy of its own, so
that nobody's file goes when somebody else's is done.
"""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from zhangju_ui.shelf import Upload

if TYPE_CHECKING:
    from zhangju_index.outline import Outline

__all__ = ["Tray", "Waiting"]

Waiting = tuple[Upload, "Outline"]
"""A file that was read and may be added, with its outline."""

# Of all trays: what is done under it is short.
_changing = threading.Lock()


@dataclass(eq=False)
class Tray:
    """What waits on one page, and what is being added from it.

    Attributes:
        waiting: What may be added, in the order given; of one name the last.
        adding: What is being added at this moment.
    """

    waiting: tuple[Waiting, ...] = ()
    adding: tuple[Waiting, ...] = ()
    _folder: Path | None = field(default=None, repr=False)

    def keep(self, upload: Upload) -> Upload:
        """Take a copy of a file, which stays for as long as it is wanted here.

        Raises:
            OSError: There is no such file, or no room for it.
        """
        with _changing:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="zhangju-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as copy:
            path = Path(copy.name)
        shutil.copyfile(upload.path, path)
        return Upload(upload.name, path)

    def put(self, given: Sequence[Waiting], known: Collection[str], room: int) -> bool:
        """Let files wait; whether there was room for all of them.

        Args:
            given: The files.
            known: Names of what the library holds already: those are replaced, and need no room.
            room: How many others it can still take.
        """
        with _changing:
            all_fit = True
            for each in given:
                others = [other for other in self.waiting if other[0].name != each[0].name]
                names = {other[0].name for other in (*others, *self.adding, each)} - set(known)
                if len(names) > room:
                    all_fit = False
                    _drop([each])
                    continue
                _drop([other for other in self.waiting if other not in others])
                self.waiting = (*others, each)
            return all_fit

    def withdraw(self, name: str) -> None:
        """Leave one out again."""
        with _changing:
            _drop([each for each in self.waiting if each[0].name == name])
            self.waiting = tuple(each for each in self.waiting if each[0].name != name)

    def take(self) -> list[Upload]:
        """Begin to add all that waits; what is given from now on waits for the next time."""
        with _changing:
            if self.adding:
                return []
            self.adding, self.waiting = self.waiting, ()
            return [upload for upload, _ in self.adding]

    def settle(self, *, added: bool) -> None:
        """End what ``take`` began: forget the files, or let them wait again where they could not be added."""
        with _changing:
            newer = {upload.name for upload, _ in self.waiting}
            again = () if added else tuple(each for each in self.adding if each[0].name not in newer)
            _drop([each for each in self.adding if each not in again])
            self.waiting, self.adding = (*again, *self.waiting), ()


def _drop(files: Sequence[Waiting]) -> None:
    for upload, _ in files:
        upload.path.unlink(missing_ok=True)
