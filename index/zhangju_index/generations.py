"""A folder whose contents are replaced at once, by one process at a time.

    DIR/current                one line: the generation to read, and its manifest's SHA-256
    DIR/lock                   held by the one process that may write
    DIR/generations/000007/    the contents
    DIR/unfinished/            vectors that an interrupted build leaves for the next one

A writer fills a new generation, makes it durable, and replaces ``current``: whoever is killed,
at whatever moment, leaves the old contents or the new ones. Only then is the old generation
removed; a reader that has it open goes on with it (on Windows the removal fails and is left to
the next writer, as it is after a kill). Nothing is ever removed but generations and what is named above.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from zhangju_index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexUnusableError,
    InputError,
)

__all__ = [
    "JOURNAL",
    "MANIFEST",
    "SPOOL",
    "Pointer",
    "claimed",
    "generation_folder",
    "is_unfinished",
    "mend",
    "new_generation",
    "read_pointer",
    "swap_in",
    "telling",
    "unfinished_file",
    "unreadable",
]

MANIFEST = "manifest.json"

_CURRENT, _NEW_CURRENT, _LOCK = "current", "current.new", "lock"
_GENERATIONS, _UNFINISHED = "generations", "unfinished"
JOURNAL, SPOOL = "vectors", "documents.sqlite"
# Written into the lock file, and so into every folder of ours before anything else.
_MARK = b"Held while a process writes this Zhangju index.\n"
_GENERATION = re.compile(r"[0-9]{6,}")
_POINTER = re.compile(r"([0-9]{6,}) ([0-9a-f]{64})\n")


class Pointer(NamedTuple):
    """What ``current`` says."""

    generation: str
    manifest_sha256: str


def mend(directory: Path) -> str:
    """Say how an index that cannot be used is put right."""
    return f"build it again with 'zhangju index rebuild --index {directory}'"


def read_pointer(directory: Path, remedy: str | None = None) -> Pointer:
    """Read which generation is the current one.

    Args:
        directory: The folder of the index.
        remedy: How this index is put right, if not by building it again with a command.

    Raises:
        IndexMissingError: There is none.
        IndexDamagedError: ``current`` is not what ``swap_in`` writes.
        IndexUnusableError: The system does not let us read it.
    """
    try:
        content = (directory / _CURRENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        build = f"build one with 'zhangju index add PATH… --index {directory}'"
        raise IndexMissingError(
            f"no index at {directory}: expected a folder with a file '{_CURRENT}'; {remedy or build}"
        ) from error
    except OSError as error:
        raise IndexUnusableError(unreadable(directory, error)) from error
    match = _POINTER.fullmatch(content.decode("utf-8", errors="replace"))
    if match is None:
        raise IndexDamagedError(
            f"the index at {directory} is damaged: expected '{_CURRENT}' to name a generation and a SHA-256,"
            f" got something else; {remedy or mend(directory)}"
        )
    return Pointer(*match.groups())


def unreadable(directory: Path, error: OSError) -> str:
    """Say that the system does not let us read an index."""
    reason = error.strerror or type(error).__name__
    return f"the index at {directory} cannot be read: {reason}; check the permissions and the disk"


def generation_folder(directory: Path, pointer: Pointer) -> Path:
    """Where the contents lie that ``current`` names."""
    return directory / _GENERATIONS / pointer.generation


@contextmanager
def claimed(directory: Path) -> Iterator[None]:
    """Hold the folder's lock, having made the folder where there was none.

    What was made is removed again when nothing was swapped in or left for the next build.

    Raises:
        IndexBusyError: Another process holds the lock.
        InputError: The folder holds files that are none of ours, or cannot be written.
    """
    with telling(directory):
        _check_folder(directory)
    made = [each for each in (directory, *directory.parents) if not each.exists()]
    lock = directory / _LOCK
    descriptor = None
    try:
        with telling(directory):
            directory.mkdir(parents=True, exist_ok=True)
            descriptor = _acquire(lock)
            # Rewriting the mark that a killed build left would empty it first.
            if lock.read_bytes() != _MARK:
                lock.write_bytes(_MARK)
        yield
    finally:
        if descriptor is not None:
            # The lock goes last: it is what tells that all the rest is ours.
            with suppress(OSError):
                (directory / _NEW_CURRENT).unlink(missing_ok=True)
                if (directory / _UNFINISHED).exists():
                    (directory / _UNFINISHED).rmdir()
                if not (directory / _CURRENT).exists():
                    if (directory / _GENERATIONS).exists():
                        (directory / _GENERATIONS).rmdir()
                    lock.unlink()
            # The system lets go of the lock all the same.
            with suppress(OSError):
                os.close(descriptor)
        with suppress(OSError):
            for each in made:
                each.rmdir()


@contextmanager
def telling(directory: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line that names the folder."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(
            f"cannot write the index at {directory}: {reason};"
            " make room or get the right to write there, or choose another folder with --index"
        ) from error


def unfinished_file(directory: Path, name: str) -> Path:
    """Where a build keeps what it has so far: ``JOURNAL`` or ``SPOOL``.

    Their folder is made where there is none; ``swap_in`` removes it.
    """
    folder = directory / _UNFINISHED
    folder.mkdir(exist_ok=True)
    return folder / name


def is_unfinished(directory: Path) -> bool:
    """Whether a build was interrupted here, or is going on, and what it has so far is kept."""
    return (directory / _UNFINISHED / JOURNAL).is_file()


def _acquire(lock: Path) -> int:
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        held = False
        try:
            held = _try_lock(descriptor)
            # Whoever held it before may have removed the file between our two steps.
            if held and os.fstat(descriptor).st_nlink:
                return descriptor
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if not held:
            raise IndexBusyError(
                f"expected to be the only one writing the index at {lock.parent}, but another process is;"
                " wait until it has finished, or choose another folder with --index"
            )


def _try_lock(descriptor: int) -> bool:
    """Lock an open file until it is closed, or its process ends in whatever way."""
    if sys.platform == "win32":
        import msvcrt

        # Windows refuses even to read what is locked: lock a byte behind the mark.
        os.lseek(descriptor, len(_MARK), os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    else:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _check_folder(directory: Path) -> None:
    """Refuse to write among files that are none of ours."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise InputError(
            f"expected a folder for the index, got the file {directory}; choose another place with --index"
        )
    with suppress(IndexUnusableError):
        read_pointer(directory)
        return
    names = {each.name for each in directory.iterdir()}
    if not names:
        return
    mark = (directory / _LOCK).read_bytes() if (directory / _LOCK).is_file() else None
    # A first build that was killed at once leaves the lock alone, with its mark, a part of it or none.
    if mark == _MARK or (names == {_LOCK} and mark is not None and _MARK.startswith(mark)):
        names -= {_CURRENT, _NEW_CURRENT, _LOCK, _GENERATIONS, _UNFINISHED}
    if names:
        raise InputError(
            f"expected an empty folder or an index at {directory}, got a folder with other files in it"
            f" ({min(names)}); choose another folder with --index"
        )


@contextmanager
def new_generation(directory: Path) -> Iterator[Path]:
    """Make the folder of the next generation; it is removed unless it became the current one."""
    generations = directory / _GENERATIONS
    generations.mkdir(exist_ok=True)
    numbers = [0]
    # Where `current` cannot be read, nothing is touched yet.
    with suppress(IndexUnusableError):
        current = _current_generation(directory)
        numbers.append(int(current or 0))
        # What builds left that were killed.
        _remove_generations(directory, keep=current)
    numbers += [int(each.name) for each in generations.iterdir() if _GENERATION.fullmatch(each.name)]
    generation = generations / f"{max(numbers) + 1:06d}"
    generation.mkdir()
    try:
        yield generation
    finally:
        with suppress(IndexUnusableError):
            if _current_generation(directory) != generation.name:
                shutil.rmtree(generation, ignore_errors=True)


def swap_in(directory: Path, generation: Path) -> None:
    """Make a complete generation durable, and the current one; then remove all that is left of others."""
    _make_durable(generation)
    _sync(generation.parent)
    digest = hashlib.sha256((generation / MANIFEST).read_bytes()).hexdigest()
    new = directory / _NEW_CURRENT
    new.write_text(f"{generation.name} {digest}\n", encoding="ascii")
    _sync(new)
    # Before this line the old contents are in place, after it the new ones.
    new.replace(directory / _CURRENT)
    _sync(directory)
    _remove_generations(directory, keep=generation.name)
    with suppress(OSError):
        for name in (JOURNAL, SPOOL):
            (directory / _UNFINISHED / name).unlink(missing_ok=True)
        (directory / _UNFINISHED).rmdir()


def _current_generation(directory: Path) -> str | None:
    try:
        return read_pointer(directory).generation
    except IndexMissingError:
        return None


def _remove_generations(directory: Path, *, keep: str | None) -> None:
    for generation in (directory / _GENERATIONS).iterdir():
        if _GENERATION.fullmatch(generation.name) and generation.name != keep:
            # Windows keeps files that someone has open; the next build tries again.
            shutil.rmtree(generation, ignore_errors=True)


def _make_durable(folder: Path) -> None:
    """Wait until a folder, and everything in it, is on the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    folder = path.is_dir()
    if folder and os.name == "nt":
        return  # Windows does not open folders, and needs no such call.
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some network file systems flush files but refuse folders.
        if not folder:
            raise
    finally:
        os.close(descriptor)
