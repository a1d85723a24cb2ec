"""Writers of an index, in child processes that die, fail or lack rights at a chosen moment.

    python broken_builds.py kill|fail|full OPERATION FOLDER
    python broken_builds.py unprivileged FOLDER

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
from functools import partial
from pathlib import Path

import faiss  # noqa: F401 - loaded before forking: the children only do what a build does

from index_entries import CHUNKING, MODEL, make_entry
from zhangju_index import embedding
from zhangju_index.errors import ZhangjuError
from zhangju_index.folder import open_index
from zhangju_index.folder_writer import write_index
from zhangju_index.generations import claimed
from zhangju_index.library import Source, add_sources, rebuild_library, remove_documents
from zhangju_index.toy import ToyEmbedder

OLD = [make_entry("old-1"), make_entry("old-2")]
NEW = [make_entry("new-1"), make_entry("new-2"), make_entry("new-3", 3)]
BUILT, REFUSED, BUILT_ALL_THE_SAME = 0, 2, 3

# Calls into C after which the disk, or what the system will write to it, is different.
CHANGES = {
    "close", "executemany", "executescript", "execute", "flush", "fsync", "mkdir", "open", "replace",
    "rmdir", "seek", "truncate", "unlink", "write", "flock", "connect", "link",
}  # fmt: skip


def _build(directory: Path, entries: list) -> None:
    extra = {"words/table.json": _write_table}
    with claimed(directory):
        write_index(directory, entries, model=MODEL, chunking=CHUNKING, extra_files=extra)


def _write_table(path: Path, texts: object) -> None:
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")


def _add(directory: Path, **texts: str) -> None:
    add_sources([Source(f"{name}.txt", data=text.encode()) for name, text in texts.items()], directory)


def _add_old(directory: Path) -> None:
    _add(directory, one="第一篇的第一句。第一篇的第二句。", two="The second text.")


def _add_large(directory: Path) -> None:
    _add(directory, one="第一篇的第一句。" * 20, two="The second text.")


def _add_segments(directory: Path) -> None:
    _add_large(directory)
    _add(directory, three="第三篇的一句。", four="第四篇的一句。")


OPERATIONS: dict[str, tuple[Callable[[Path], None], Callable[[Path], object]]] = {
    "build": (partial(_build, entries=OLD), partial(_build, entries=NEW)),
    "add": (_add_old, partial(_add, two="The second text, changed.", three="第三篇的一句。")),
    "append": (_add_large, partial(_add, three="第三篇的一句。")),
    "cut": (_add_segments, partial(remove_documents, ["three"])),
    "remove": (_add_old, partial(remove_documents, ["one"])),
    "rebuild": (_add_old, partial(rebuild_library, model="32")),
}
"""How an index is made, and what is then done to it."""


def _load_toy(name: str | None = None) -> ToyEmbedder:
    return ToyEmbedder(int((name or "64").rpartition("-")[2]))


def _contents(directory: Path) -> object:
    """All that an index holds; "none", or an error's name, where it does not open."""
    try:
        with open_index(directory, verify=True) as index:
            documents = [(document, index.entry(document.id).chunks) for document in index.texts.documents()]
            return index.manifest.model, documents
    except ZhangjuError as error:
        return "none" if type(error).__name__ == "IndexMissingError" else type(error).__name__


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


def _before_changes(action: Callable[[int], None]) -> None:
    """Have ``action`` run right before each change from here on, with its number."""
    number = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal number
        if event == "c_call" and getattr(argument, "__name__", "") in CHANGES:
            number += 1
            action(number)

    sys.setprofile(profile)


def _tree(directory: Path) -> dict[str, bytes | None]:
    paths = directory.rglob("*")
    return {str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None for path in paths}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _interrupted(directory: Path, action: Callable[[], None], operation: str, start: str) -> None:
    """Interrupt an operation before its changes in turn, and last of all let one get through.

    A killed writer leaves the disk and nothing else, and four changes of five reach only what a file
    object or SQLite holds back: it is killed at the first change of each state of the disk. An error
    is another one in every line, so a failing disk fails each change.
    """
    begin, operate = OPERATIONS[operation]
    another = begin if operation == "build" else partial(_add, four="一句新的。")
    template = directory.parent / "template"
    begin(template)
    states = {"old": _contents(template), "none": "none"}
    expected = directory.parent / "expected"
    if start == "old":
        shutil.copytree(template, expected)
    trees: list[dict[str, bytes | None]] = []
    _before_changes(lambda number: trees.append(_tree(expected)))
    operate(expected)
    sys.setprofile(None)
    states["new"] = _contents(expected)
    numbers = [
        number
        for number, (before, tree) in enumerate(zip([None, *trees], trees, strict=False), 1)
        if action is _fail or tree != before
    ]

    def what_is_there() -> object:
        found = _contents(directory)
        return next((name for name, state in states.items() if state == found), str(found)[:200])

    for number in [*numbers, len(trees) + 1]:
        shutil.rmtree(directory, ignore_errors=True)
        if start == "old":
            shutil.copytree(template, directory)

        def run(number: int = number) -> int:
            happened = []

            def interrupt(at: int) -> None:
                if at == number:
                    happened.append(at)
                    action()

            _before_changes(interrupt)
            operate(directory)
            sys.setprofile(None)
            return BUILT_ALL_THE_SAME if happened else BUILT

        code, message = _in_child(run)
        # Else the changes that were chosen would not be the ones that were made.
        assert action is _fail or number > len(trees) or _tree(directory) == trees[number - 1]
        there = what_is_there()
        left = sorted(path.name for path in directory.rglob("*")) if there == "none" else []
        # The same command again; where its work is done already, another one.
        (another if there == "new" else operate)(directory)
        _report(number=number, start=start, code=code, message=message, there=there, left=left,
               after=what_is_there(), generations=len(list((directory / "generations").iterdir())),
               unfinished=(directory / "unfinished").exists())  # fmt: skip
    for folder in (template, expected, directory):
        shutil.rmtree(folder)


def _full_disks(directory: Path, operation: str) -> None:
    """Write where files may not grow beyond a limit: the system's own refusal, in each writer."""
    begin, operate = OPERATIONS[operation]
    begin(directory)
    before = _contents(directory)
    for limit in (0, 20, 100, 300, 1000, 5000, 30_000, 50_000):

        def run(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            operate(directory)

        code, message = _in_child(run)
        _report(limit=limit, code=code, message=message,
               there="old" if _contents(directory) == before else "new",
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
    embedding.load_embedder = _load_toy
    kind, *operations, folder = sys.argv[1:]
    if kind == "unprivileged":
        _unprivileged(Path(folder) / "index")
    elif kind == "full":
        _full_disks(Path(folder) / "index", operations[0])
    else:
        for begin in ("old", "nothing") if operations[0] in ("build", "add") else ("old",):
            _interrupted(
                Path(folder) / "a" / "index", {"kill": _die, "fail": _fail}[kind], operations[0], begin
            )
