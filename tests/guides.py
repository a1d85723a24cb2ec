"""The guides' examples, taken out of them and run: what shells are told, line by line.

Zhangju's own commands run in this process, with the model that the tests have loaded already; what
serves, in one of its own. What installs is not run here (CI installs the wheel), but what it names must
be there.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from zhangju_ui.cli import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_SERVERS = ("chat", "serve")


def blocks(guide: str, language: str) -> list[str]:
    """The examples of ``README.md``, or of a guide in ``docs/``, in one language, in order."""
    path = ROOT / guide if guide == "README.md" else DOCS / guide
    text = path.read_text(encoding="utf-8")
    # Inside a list they are indented.
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def run_shell(code: str, stand_ins: Mapping[str, str], patch: pytest.MonkeyPatch) -> list[str]:
    """Run each line of an example as a shell would; what each one printed.

    Args:
        code: The example.
        stand_ins: What takes the place of words that a reader replaces, such as ``HOST:19530``.
        patch: Sets what the example exports.
    """
    printed = []
    for line in code.splitlines():
        for name, value in stand_ins.items():
            line = line.replace(name, value)
        for part in re.split(r"\s&&\s", line):
            words = [os.path.expandvars(word) for word in shlex.split(part, comments=True)]
            if words:
                printed.append(_run(words, line, patch))
    return printed


@contextmanager
def serving(words: Sequence[str]) -> Iterator[str]:
    """Run a command that serves, at a free port, until it is left; gives the address it prints."""
    program = [sys.executable, "-c", "from zhangju_ui.cli import main; main()", *words[1:], "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), words
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _run(words: list[str], line: str, patch: pytest.MonkeyPatch) -> str:
    match words:
        case ["export", assignment]:
            name, _, value = assignment.partition("=")
            patch.setenv(name, value)
            return ""
        case ["zhangju", command, *_] if command in _SERVERS:
            with serving(words) as address:
                assert httpx.get(f"{address}/readyz", timeout=300).status_code == 200
            return address
        case ["zhangju", *arguments]:
            result = CliRunner().invoke(cli, arguments)
            assert result.exit_code == 0, f"{line}\n{result.stderr}"
            assert result.stdout, line
            return result.stdout
        case ["python", *arguments] if Path(ROOT / arguments[0]).exists():
            done = subprocess.run(
                [sys.executable, str(ROOT / arguments[0]), *arguments[1:]],
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=300,
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            return done.stdout
        case ["make" | "pip" | "python3" | ".", *arguments]:
            for argument in arguments:
                assert _is_there(words[0], argument), f"{line}: {argument}"
            return ""
    raise AssertionError(f"no test knows how to run: {line}")


def _is_there(program: str, argument: str) -> bool:
    """Whether what an installing command names is in the repository, or is no such name."""
    if extras := re.fullmatch(r"(?:zhangju|\.)\[(.*)\]", argument):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return set(extras[1].split(",")) <= project["optional-dependencies"].keys()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    if program == "make":
        return re.search(rf"^{argument}:", makefile, flags=re.MULTILINE) is not None
    if "==" in argument:
        return argument in makefile
    return not argument.endswith(".txt") or (ROOT / argument).exists()
