"""Rows of tables: which of them answers, and the head row that says what its cells are.

A row alone (| Per Holm | 2009 | 040-101 |) leaves open what its figures are, so its citation comes
with that of the head row. The head of a Markdown table stands above its rule of dashes; of a table that
another format states it is the first row.
"""

import re

from zhangju.simplified import simplify
from zhangju_index.values import Chunk, Document, Sentence

__all__ = ["cells_named", "find_head", "is_head", "is_row"]

_PIPED = re.compile(r"\|.*\|", re.DOTALL)
_DASHES = re.compile(r":?-+:?")
_BESIDE_TABS = re.compile(r"\s*\t\s*")


def is_row(text: str) -> bool:
    """Whether a sentence is a row of a table: cells between bars, or apart by tabs."""
    return bool(_PIPED.fullmatch(text)) or "\t" in text


def is_head(sentence: Sentence, chunk: Chunk) -> bool:
    """Whether a sentence is the head row of a Markdown table: a rule of dashes follows."""
    if not _PIPED.fullmatch(sentence.text):
        return False
    below = chunk.text[sentence.end - chunk.start :].split("\n", 2)
    return len(below) > 1 and _is_rule(below[1])


def cells_named(text: str, question: str) -> int:
    """How many cells of a row the question names."""
    asked = simplify(question).casefold()
    return sum(_is_named(simplify(cell).casefold(), asked) for cell in _cells(text))


def find_head(document: Document, start: int) -> tuple[int, int] | None:
    """The range of the head row of the table that a row stands in; None for the head and where there is none."""
    rows = [each for each in document.layout.elements if each.kind == "table"]
    at = next((number for number, row in enumerate(rows) if row.start <= start < row.end), None)
    if at is not None:
        first = at
        while first and _touch(document.text[rows[first - 1].end : rows[first].start]):
            first -= 1
        return (rows[first].start, rows[first].end) if first < at else None
    line = document.text.rfind("\n", 0, start) + 1
    below: str | None = None
    while line > 0:
        above = document.text.rfind("\n", 0, line - 1) + 1
        text = document.text[above : line - 1]
        if below is not None:
            return _visible(document.text, above, line - 1) if _PIPED.fullmatch(text.strip()) else None
        if _is_rule(text):
            below = text
        elif not _PIPED.fullmatch(text.strip()):
            return None
        line = above
    return None


def _cells(text: str) -> list[str]:
    parts = text.strip("|").split("|") if _PIPED.fullmatch(text) else _BESIDE_TABS.split(text)
    return [part.strip() for part in parts if part.strip()]


def _is_rule(line: str) -> bool:
    """Whether a line is dashes between bars, as under the head of a Markdown table."""
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return all(_DASHES.fullmatch(cell.strip()) for cell in cells)


def _is_named(cell: str, asked: str) -> bool:
    if not any(map(str.isalnum, cell)) or (len(cell) == 1 and cell.isascii()):
        return False
    bounded = r"(?<![a-z0-9])" if cell[0].isascii() else "", r"(?![a-z0-9])" if cell[-1].isascii() else ""
    return re.search(bounded[0] + re.escape(cell) + bounded[1], asked) is not None


def _touch(between: str) -> bool:
    """Whether two rows are of one table: nothing between them but a line break."""
    return not between.strip() and between.count("\n") <= 1


def _visible(text: str, start: int, end: int) -> tuple[int, int]:
    row = text[start:end]
    return start + len(row) - len(row.lstrip()), start + len(row.rstrip())
