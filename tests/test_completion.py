import os
import shutil
import subprocess
import sys

import pytest

PROGRAM = [sys.executable, "-c", "from zhangju_ui.cli import main; main()"]


def complete(words: str, position: int) -> list[str]:
    """What the shell is offered for the word at ``position``."""
    environment = {
        **os.environ,
        "_ZHANGJU_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(position),
    }
    done = subprocess.run(PROGRAM, capture_output=True, check=True, env=environment)
    return [line.partition(",")[2] for line in done.stdout.decode().splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_what_the_shell_reads(shell: str) -> None:
    """As the README has it evaluated; checked by the shell itself where there is one."""
    environment = {**os.environ, "_ZHANGJU_COMPLETE": f"{shell}_source"}
    script = subprocess.run(PROGRAM, capture_output=True, check=True, env=environment).stdout

    assert b"zhangju" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, check=True)


def test_commands_options_and_choices_are_offered() -> None:
    """In every place where one may stand."""
    assert {"serve", "search"} <= set(complete("zhangju se", 1))
    assert complete("zhangju index ver", 2) == ["verify"]
    assert "--where" in complete("zhangju ask --w", 2)
