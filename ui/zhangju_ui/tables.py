"""The cells of a table that is kept as lines: Markdown's ``| a | b |``, or with white space between.

No character of a line is lost: what stands between the cells stays with the cell that follows, or
with the last one, so that every place in a table can be shown and marked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

__all__ = ["Align", "Cell", "Row", "Table", "is_piped", "is_row", "read_table"]

Align = Literal["", "start", "center", "end"]

_PIPED = re.compile(r"\|.*\|", re.DOTALL)
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"(?P<left>:?)-+(?P<right>:?)")
_GAP = re.compile(r"[^\S\n\t]{2,}")
_SPACE = re.compile(r"\s+")
_LATIN = re.compile(r"[^\W\d_]*[A-Za-z\u00c0-\u024f][^\W\d_]*")
_ALIGNS: dict[tuple[bool, bool], Align] = {
    (False, False): "",
    (True, False): "start",
    (True, True): "center",
    (False, True): "end",
}
# Fewer may be a line of text with a gap in it.
_FEWEST_GAPPED = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, as ranges of its line.

    Attributes:
        start: Where what belongs to the cell begins: a bar or white space before its words.
        words: Where its words begin.
        after: Where its words end.
        end: Where the next cell begins.
    """

    start: int
    words: int
    after: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        cells: Its cells in order; they tile the line.
        skipped: Empty columns before the first of them.
        kind: ``head``: names of the columns; ``rule``: what parts those from the rest (``|---|``).
    """

    cells: tuple[Cell, ...]
    skipped: int = 0
    kind: Literal["head", "rule", "row"] = "row"


@dataclass(frozen=True, slots=True)
class Table:
    """Lines that are a table.

    Attributes:
        rows: One row for each line.
        columns: The most cells that a row has.
        aligns: How Markdown sets each column; empty where nothing is said.
    """

    rows: tuple[Row, ...]
    columns: int
    aligns: tuple[Align, ...] = ()


def is_piped(line: str) -> bool:
    """Whether a line has the form of a row in Markdown."""
    return bool(_PIPED.fullmatch(line))


def is_row(line: str) -> bool:
    """Whether a line may be a row of a table, where its neighbours are too."""
    return is_piped(line) or "\t" in line or len(_GAP.split(line)) >= _FEWEST_GAPPED


def read_table(lines: Sequence[str], indents: Sequence[int], *, stated: bool) -> Table | None:
    """Read neighbouring lines as a table.

    Args:
        lines: The lines, without white space around them.
        indents: Tabs that stand before each: cells that are empty.
        stated: The format says that these are rows; else only lines that fit each other are.

    Returns:
        The table; None where the cells cannot be told.
    """
    if len(lines) < 2 and not stated:
        return None
    if not stated and all(map(is_piped, lines)):
        return _piped(lines)
    if any("\t" in line for line in lines) or any(indents):
        cells = [_parted(line, re.compile("\t")) for line in lines]
        counts = {len(row) + skipped for row, skipped in zip(cells, indents, strict=True)}
        return _table(lines, cells, indents) if stated or len(counts) == 1 else None
    cells = [_parted(line, _SPACE if stated else _GAP) for line in lines]
    if len({len(row) for row in cells}) != 1 or len(cells[0]) < (2 if stated else _FEWEST_GAPPED):
        return None
    # Of a PDF the width of its gaps is not kept: two words may be one cell.
    if stated and any(
        _is_two_words(line, a, b) for line, row in zip(lines, cells, strict=True) for a, b in pairwise(row)
    ):
        return None
    return _table(lines, cells, indents)


def _piped(lines: Sequence[str]) -> Table:
    rows: list[Row] = []
    aligns: tuple[Align, ...] = ()
    for line in lines:
        bars = [bar.start() for bar in _BAR.finditer(line)]
        edges = [0, *bars[1:-1], len(line)]
        cells = tuple(_cell(line, a, b, closed=b == len(line)) for a, b in pairwise(edges))
        rules = [_RULE.fullmatch(line[cell.words : cell.after]) for cell in cells]
        if len(rows) == 1 and all(rules):
            aligns = tuple(_ALIGNS[bool(rule["left"]), bool(rule["right"])] for rule in rules if rule)
            rows = [Row(rows[0].cells, kind="head"), Row(cells, kind="rule")]
        else:
            rows.append(Row(cells))
    return Table(tuple(rows), max(len(row.cells) for row in rows if row.kind != "rule"), aligns)


def _cell(line: str, start: int, end: int, *, closed: bool) -> Cell:
    """A cell that a bar opens, and the last bar of its line closes."""
    inner = line[start + 1 : end - closed]
    words = start + 1 + len(inner) - len(inner.lstrip())
    return Cell(start, words, max(words, start + 1 + len(inner.rstrip())), end)


def _parted(line: str, between: re.Pattern[str]) -> tuple[Cell, ...]:
    """Cells with a gap between them."""
    gaps = list(between.finditer(line))
    starts = [0, *(gap.start() for gap in gaps)]
    words = [0, *(gap.end() for gap in gaps)]
    ends = [*starts[1:], len(line)]
    return tuple(Cell(a, w, b, b) for a, w, b in zip(starts, words, ends, strict=True))


def _is_two_words(line: str, left: Cell, right: Cell) -> bool:
    return all(_LATIN.fullmatch(line[cell.words : cell.after]) for cell in (left, right))


def _table(lines: Sequence[str], cells: Sequence[tuple[Cell, ...]], indents: Sequence[int]) -> Table:
    rows = tuple(
        Row(row, skipped, kind="head" if number == 0 and _names_columns(lines) else "row")
        for number, (row, skipped) in enumerate(zip(cells, indents, strict=True))
    )
    return Table(rows, max(row.skipped + len(row.cells) for row in rows))


def _names_columns(lines: Sequence[str]) -> bool:
    """Whether the first row has no figures, and all others have some: formats do not tell which is the head."""
    figures = [any(character.isdigit() for character in line) for line in lines]
    return len(lines) > 1 and not figures[0] and all(figures[1:])
