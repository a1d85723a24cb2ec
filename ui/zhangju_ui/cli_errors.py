"""How a command ends: every failure is one line on standard error and an exit code.

0 fine   1 a check failed   2 wrong use or bad input   3 the index is missing or damaged
70 a fault in Zhangju itself   130 interrupted   141 the reader of the output went away
"""

import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from zhangju_index.errors import ZhangjuError
from zhangju_ui.cli_output import printable

__all__ = ["TRACEBACK", "CommandGroup"]

TRACEBACK = "ZHANGJU_TRACEBACK"
"""Environment variable that shows the traceback of a failure."""

_WRONG_USE, _FAULT, _INTERRUPTED, _PIPE_CLOSED = 2, 70, 130, 141


class CommandGroup(click.Group):
    """A group of commands, none of which ends in a traceback."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command that the arguments name, and exit with its code."""
        _speak_utf8()
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            # Called without a command: the help is the answer, line by line.
            code = _say(error.format_message(), error.exit_code)
        except click.ClickException as error:
            code = _fail(_usage_message(error), error.exit_code)
        except _Ended as ended:
            code = ended.code
        except (click.Abort, KeyboardInterrupt) as error:
            code = _interrupted(str(error))
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what it raises into one line."""
        return _ending_in_one_line(lambda: super(CommandGroup, self).invoke(ctx))


class _Ended(Exception):  # noqa: N818 - not an error: the line is written, the code remains
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _ending_in_one_line(run: Callable[[], Any]) -> Any:
    try:
        result = run()
        # What is still in the buffer must fail here, not while Python shuts down.
        sys.stdout.flush()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        raise _Ended(_fail(*_explain(error))) from error
    except KeyboardInterrupt as error:
        raise _Ended(_interrupted(str(error))) from error
    return result


def _interrupted(what: str) -> int:
    """Say that a command was stopped, and ``what`` that leaves where its interrupt tells."""
    # Who presses Ctrl-C twice has been understood the first time.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A terminal has just shown ^C on this line.
    line = f"zhangju: {what or 'interrupted'}"
    return _say(f"\n{line}" if sys.stderr.isatty() else line, _INTERRUPTED)


def _explain(error: Exception) -> tuple[str | None, int]:
    """Say what went wrong and what to do, and which code it exits with."""
    if isinstance(error, ZhangjuError):
        return str(error), error.exit_code
    if isinstance(error, BrokenPipeError):
        return None, _drop_output(_PIPE_CLOSED)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        place = f" ({error.filename})" if error.filename else ""
        return f"the disk is full{place}: make room and try again", _drop_output(_WRONG_USE)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or error}", _drop_output(_WRONG_USE)
    name, what = type(error).__name__, str(error) or "no message"
    return f"unexpected {name}: {what} (run it again with {TRACEBACK}=1 to see where)", _drop_output(_FAULT)


def _usage_message(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    if isinstance(error, click.UsageError) and context is not None:
        message += f"; see '{context.command_path} --help'"
    return message


def _fail(message: str | None, code: int) -> int:
    return code if message is None else _say(f"zhangju: {printable(message, one_line=True)}", code)


def _say(line: str, code: int) -> int:
    with suppress(OSError):
        click.echo(line, err=True)
    return code


def _drop_output(code: int) -> int:
    """Send what is left of the output nowhere: it cannot be written, and Python would try again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return code


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; a lone surrogate becomes its escape, as JSON writes it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
