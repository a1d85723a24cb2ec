"""Tables of an HTML page: which hold data, and their rows as lines of cells."""

import re

from lxml import etree

__all__ = ["Grid", "is_data_table"]

_LAYOUT_ROLES = frozenset(("presentation", "none"))
# What pages are laid out with; nobody puts these in a cell of figures.
_LAYOUT_CONTENT = frozenset(("table", "h1", "h2", "h3", "h4", "form", "article", "main", "nav", "pre"))
_LONG_CELL = 600
"""Characters of a cell that hold an article where they are most of the table."""
_MOST_COLUMNS = 1000
"""The widest ``colspan`` that HTML allows."""
_NUMBER = re.compile(r"\s*(\d{1,4})")


def is_data_table(table: etree._Element) -> bool:
    """Whether a table holds data rather than the layout of the page."""
    if table.get("role") in _LAYOUT_ROLES:
        return False
    widest = cells = longest = total = 0
    for element in table.iter("*"):
        if element is not table and element.tag in _LAYOUT_CONTENT:
            return False
        if element.tag == "tr":
            widest, cells = max(widest, cells), 0
        elif element.tag in ("td", "th"):
            cells += 1
            size = sum(map(len, element.itertext()))
            longest, total = max(longest, size), total + size
    return max(widest, cells) > 1 and not (longest > _LONG_CELL and 2 * longest > total)


class Grid:
    """The cells of a data table; what one spans beyond its own place stays empty."""

    def __init__(self) -> None:
        self._row: list[str] = []
        self._below: dict[int, int] = {}  # Rows that a cell above still covers, by column.

    def open_row(self) -> None:
        """Begin a row."""
        self._row = []

    def add_cell(self, text: str, element: etree._Element) -> None:
        """Put a cell into the next free place of the row."""
        self._skip_covered()
        across, down = _span(element, "colspan"), _span(element, "rowspan")
        if down > 1:
            self._below |= dict.fromkeys(range(len(self._row), len(self._row) + across), down)
        self._row += [text, *[""] * (across - 1)]

    def close_row(self) -> str:
        """The row as a line: its cells with tabs between them."""
        self._skip_covered()
        self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
        return "\t".join(self._row).rstrip("\t")

    def _skip_covered(self) -> None:
        while len(self._row) < _MOST_COLUMNS and self._below.get(len(self._row), 0) > 0:
            self._row.append("")


def _span(element: etree._Element, name: str) -> int:
    match = _NUMBER.match(element.get(name) or "")
    return min(max(int(match[1]), 1), _MOST_COLUMNS) if match else 1
