"""Read files of eval sets line by line; what cannot be read is told in one line."""

from collections.abc import Iterator
from pathlib import Path

from zhangju_index.errors import EvalSetError

__all__ = ["read_lines", "read_spans", "whole_file"]


def read_lines(path: Path, called: str | None = None) -> Iterator[tuple[int, str]]:
    """Give out the lines that hold more than white space, with their numbers from 1.

    Raises:
        EvalSetError: The file cannot be read, or is not UTF-8.
    """
    for number, _, _, line in read_spans(path, called):
        if line.strip():
            yield number, line


def read_spans(path: Path, called: str | None = None) -> Iterator[tuple[int, int, int, str]]:
    """Give out every line with its number, and where its bytes start and end.

    Lines end where a line feed stands and nowhere else: JSON strings may hold U+2028, at which
    ``str.splitlines`` would cut a line in two.

    Raises:
        EvalSetError: The file cannot be read, or is not UTF-8.
    """
    called = called or str(path)
    start = 0
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                end = start + len(data)
                try:
                    line = data.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise EvalSetError(
                        f"{called}, line {number}: expected UTF-8 text; byte {error.start} of the line is none; "
                        "save it as UTF-8"
                    ) from error
                yield number, start, end, line.rstrip("\r\n")
                start = end
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unreadable(called, error) from error


def whole_file(path: Path) -> str:
    """Read a whole file as UTF-8.

    Raises:
        EvalSetError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvalSetError(
            f"{path}: expected UTF-8 text; byte {error.start} is none; save it as UTF-8"
        ) from error
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error


def _unreadable(called: str, error: Exception) -> EvalSetError:
    return EvalSetError(
        f"{called}: expected a file that can be read; {getattr(error, 'strerror', None) or error}"
    )
