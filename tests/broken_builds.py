"""Builds over an index, in child processes that die, fail or lack rights at a chosen moment.

    python broken_builds.py kill|fail|full|unprivileged FOLDER

prints what each child left behind, one JSON object per line. The script forks, so it runs in a
process of its own, where nothing has started threads.
"""

import errno
import json
import mmap  # noqa: F401 - as below
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import faiss  # noqa: F401 - loaded before forking: the children only do what a build does

from index_entries import CHUNKING, MODEL, make_entry
from zhangju_index.errors import ZhangjuError
from zhangju_index.folder import open_index, write_index
from zhangju_index.generations import claimed

OLD = [make_entry("old-1"), make_entry("old-2")]
NEW = [make_entry("new-1"), make_entry("new-2"), make_entry("new-3", 3)]
BUILT, REFUSED, BUILT_ALL_THE_SAME = 0, 2, 3

# Calls into C after which the disk, or what the system will write to it, is different.
CHANGES = {
    "close", "executemany", "executescript", "execute", "flush", "fsync", "mkdir", "open", "replace",
    "rmdir", "seek", "unlink", "write", "flock", "connect",
}  # fmt: skip


def _build(directory: Path, entries: list) -> None:
    extra = {"words/table.json": _write_table}
    with claimed(directory):
        write_index(directory, entries, model=MODEL, chunking=CHUNKING, extra_files=extra)


def _write_table(path: Path, texts: object) -> None:
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")


def _what_is_there(directory: Path) -> str:
    """Say which index opens: "old", "new" or "none"; anything else is an error's name."""
    try:
        with open_index(directory, fingerprint=MODEL.fingerprint) as index:
            found = [index.entry(document.id).chunks for document in index.texts.documents()]
    except ZhangjuError as error:
        return "none" if type(error).__name__ == "IndexMissingError" else type(error).__name__
    for name, entries in (("old", OLD), ("new", NEW)):
        if found == [list(entry.chunks) for entry in entries]:
            return name
    return "a mixture"


def _in_child(action: Callable[[], int | None]) -> tuple[int | None, str]:
    """Run ``action`` in a fork; return its exit code (``None``: killed) and its refusal."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = BUILT
        try:
            code = action() or BUILT
        except ZhangjuError as error:
            sys.setprofile(None)
            os.write(writer, f"{type(error).__name__}: {error}".encode())
            code = REFUSED
        except BaseException as error:
            sys.setprofile(None)
            os.write(writer, f"{type(error).__name__}: {error}".encode())
            code = 1
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        message = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return (None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)), message


def _at_change(number: int, action: Callable[[], None]) -> Callable[[], bool]:
    """Have ``action`` run right before the ``number``-th change; tells whether it came to that."""
    left = number

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal left
        if event == "c_call" and getattr(argument, "__name__", "") in CHANGES:
            left -= 1
            if left == 0:
                action()

    sys.setprofile(profile)
    return lambda: left <= 0


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _interrupted_builds(directory: Path, action: Callable[[], None], start: str) -> None:
    """Interrupt a build before each of its changes in turn, until one gets through."""
    number, code = 0, None
    while code != BUILT:
        number += 1
        shutil.rmtree(directory, ignore_errors=True)
        if start == "old":
            _build(directory, OLD)

        def run(number: int = number) -> int:
            happened = _at_change(number, action)
            _build(directory, NEW)
            sys.setprofile(None)
            return BUILT_ALL_THE_SAME if happened() else BUILT

        code, message = _in_child(run)
        there = _what_is_there(directory)
        left = sorted(path.name for path in directory.rglob("*")) if there == "none" else []
        if not directory.exists() or number % 5 == 0:
            _build(directory, NEW)
        else:
            _build(directory, OLD)
        after = _what_is_there(directory)
        _report(number=number, start=start, code=code, message=message, there=there, left=left,
               after=after, generations=len(list((directory / "generations").iterdir())))  # fmt: skip


def _full_disks(directory: Path) -> None:
    """Build where files may not grow beyond a limit: the system's own refusal, in each writer."""
    _build(directory, OLD)
    for limit in (0, 20, 100, 300, 1000, 5000, 30_000, 50_000):

        def run(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            _build(directory, NEW)

        code, message = _in_child(run)
        _report(limit=limit, code=code, message=message, there=_what_is_there(directory),
               generations=len(list((directory / "generations").iterdir())))  # fmt: skip


def _unprivileged(directory: Path) -> None:
    """Build and open without the right to write, then without the right to read."""
    _build(directory, OLD)
    (directory.parent / "empty").mkdir()
    actions = {
        "over": lambda: _build(directory, NEW),
        "into": lambda: _build(directory.parent / "empty", NEW),
        "below": lambda: _build(directory.parent / "empty" / "a" / "b", NEW),
        "open": lambda: open_index(directory).close(),
    }

    def run(action: Callable[[], None]) -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        action()

    for mode in (0o555, 0o000):
        for path in (*directory.rglob("*"), directory, directory.parent / "empty"):
            path.chmod(mode if path.is_dir() else mode & 0o444)
        for name, action in actions.items():
            code, message = _in_child(lambda action=action: run(action))
            _report(mode=mode, action=name, code=code, message=message)
    for path in (directory.parent / "empty", directory):
        path.chmod(0o755)
        for inner in path.iterdir():
            inner.chmod(0o755)


def _report(**values: object) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201


if __name__ == "__main__":
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind == "unprivileged":
        _unprivileged(folder / "index")
    elif kind == "full":
        _full_disks(folder / "index")
    else:
        for begin in ("old", "nothing"):
            _interrupted_builds(folder / "a" / "index", {"kill": _die, "fail": _fail}[kind], begin)
