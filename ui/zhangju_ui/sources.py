"""Which files a command reads: those named, those in folders, those a pattern fits, standard input."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zhangju_index.errors import DocumentError, Fault

if TYPE_CHECKING:
    from zhangju_index.library import Reading, Source

__all__ = ["STDIN", "Found", "find_sources"]

STDIN = "-"
"""What stands for standard input among the names of files."""

# Office keeps such a file beside a document that is open; it holds no text.
_HIDDEN = (".", "~$")


@dataclass(slots=True)
class Found:
    """What a command is to read.

    Attributes:
        sources: Each file once, in the order named; those of a folder by name.
        problems: What was named and gives nothing to read.
        left_out: Files in folders whose format is not read, counted by their ending.
    """

    sources: "list[Source]" = field(default_factory=list)
    problems: "list[Reading]" = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def find_sources(
    names: Sequence[str], stdin: BinaryIO, *, stdin_name: str | None = None, index: Path | None = None
) -> Found:
    """Look up what is named: files, folders, patterns and standard input.

    A file that is named is taken whatever it is called; of a folder and the folders in it, the
    files whose ending tells a format that is read. What is hidden is left out, and links to
    folders are not followed. A name that exists is never taken for a pattern; ``**`` in a
    pattern stands for any folders, and at its end for all that is in them.

    Args:
        names: As given on the command line.
        stdin: What ``-`` stands for.
        stdin_name: What to call it; its ending tells the format.
        index: A folder to leave out: an index may lie among its own sources.
    """
    search = _Search(stdin, stdin_name or "stdin", index)
    for name in names:
        search.add(name)
    return search.found


class _Search:
    def __init__(self, stdin: BinaryIO, stdin_name: str, index: Path | None) -> None:
        self.found = Found()
        self._stdin = stdin
        self._stdin_name = stdin_name
        self._index = None if index is None else os.path.realpath(index)
        self._seen: set[object] = set()

    def add(self, name: str) -> None:
        if name == STDIN:
            self._add_stdin()
        elif name.startswith(("http://", "https://")):
            self._refuse(name, f"{_text(name)} is an address: save the page and name its file")
        elif os.path.lexists(name) or not has_magic(name):
            self._add_path(name)
        else:
            self._add_pattern(name)

    def _add_stdin(self) -> None:
        from zhangju_index.library import Source

        if not self._is_new(STDIN):
            return
        try:
            data = _read_stdin(self._stdin, self._stdin_name)
        except DocumentError as error:
            self._refuse(self._stdin_name, str(error), error.fault)
        else:
            self.found.sources.append(Source(self._stdin_name, data=data))

    def _add_pattern(self, pattern: str) -> None:
        # At the end "**" would name every file by itself, also those of other formats.
        folders = pattern.removesuffix("**") if Path(pattern).name == "**" else None
        matches = sorted(
            # Path.glob takes hidden files too, and no pattern from the root.
            glob(pattern if folders is None else folders or ".", recursive=True)  # noqa: PTH207
        )
        if not matches:
            self._refuse(pattern, f"{_text(pattern)} fits no file: check the pattern")
        for match in matches:
            self._add_path(match)

    def _add_path(self, name: str) -> None:
        if Path(name).is_dir():
            self._add_folder(name)
        else:
            self._add_file(Path(name))

    def _add_folder(self, folder: str) -> None:
        from zhangju_index.formats import SUFFIXES

        problems, readable = len(self.found.problems), False
        for file in self._files_in(folder):
            if file.suffix.lower() in SUFFIXES:
                readable = True
                self._add_file(file)
            else:
                self.found.left_out[file.suffix.lower()] += 1
        if not readable and len(self.found.problems) == problems:
            endings = ", ".join(SUFFIXES)
            self._refuse(
                folder, f"{_text(folder)} holds no text: expected files that end in {endings}", "no_text"
            )

    def _files_in(self, folder: str) -> Iterator[Path]:
        """The files of a folder and its sub-folders that are not hidden, by name."""
        found: list[Path] = []
        for parent, folders, names in os.walk(folder, onerror=self._note_folder):
            if self._index is not None:
                folders[:] = [each for each in folders if os.path.realpath(Path(parent, each)) != self._index]
            folders[:] = [each for each in folders if not each.startswith(_HIDDEN)]
            found += [Path(parent, name) for name in names if not name.startswith(_HIDDEN)]
        # Reading a pipe or a device would wait for ever; a link that leads nowhere is told.
        return (file for file in sorted(found) if file.is_file() or not file.exists())

    def _note_folder(self, error: OSError) -> None:
        self._refuse(error.filename, f"{_text(error.filename)} cannot be read: {error.strerror or error}")

    def _refuse(self, name: str, reason: str, fault: Fault = "unreadable") -> None:
        from zhangju_index.library import Reading

        self.found.problems.append(Reading(_text(name), "refused", reason=reason, fault=fault))

    def _add_file(self, file: Path) -> None:
        from zhangju_index.library import Source

        if self._is_new(_identity(file)):
            self.found.sources.append(Source(_text(file), path=file))

    def _is_new(self, identity: object) -> bool:
        new = identity not in self._seen
        self._seen.add(identity)
        return new


def _identity(file: Path) -> object:
    """What two names of one file have in common, whatever links lead to it."""
    try:
        status = file.stat()
    except OSError:
        return os.path.realpath(file)
    # Some network file systems count every file as number 0.
    linked = status.st_nlink > 1 and status.st_ino
    return (status.st_dev, status.st_ino) if linked else os.path.realpath(file)


def _read_stdin(stream: BinaryIO, name: str) -> bytes:
    from zhangju_index.parsing import MAX_BYTES

    data = stream.read(MAX_BYTES + 1)
    if not data:
        raise DocumentError(f"{name} is empty: give it text", "no_text")
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{name} has more than {MAX_BYTES // 2**20} MiB: divide it", "too_large")
    return data


def _text(path: str | Path) -> str:
    """A path as text that an index can hold: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
