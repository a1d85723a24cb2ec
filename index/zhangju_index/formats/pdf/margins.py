"""Running heads and page numbers: what is printed on every page and belongs to no sentence.

A line is left out only from the outside inwards, and only if it is a page number set apart, or
says the same at the same height of at least three pages, numbers that count the pages aside.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zhangju_index.blocks import ends_sentence
from zhangju_index.formats.pdf.lines import Piece, find_rows, make_line
from zhangju_index.marks import numeral_value

__all__ = ["without_margins"]

# Lines at either edge of a page that may be running heads.
_DEPTH = 3
_FEWEST_PAGES = 3
# Heights of the same running head differ by less, in points.
_SAME_HEIGHT = 3.0
# A page number stands further from the text than lines do from each other, in font sizes.
_APART = 1.9
# What is printed much larger than the text is a title, even if it comes back.
_LARGEST = 1.25
# Sizes that differ by less are the same.
_SAME_SIZE = 1.04
_COUNTING = 0.6
# Longer ones count nothing.
_MOST_DIGITS = 7
# Four figures alone may be a year.
_YEAR = 4

_NUMBER = r"(?P<number>\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})"
_FOLIO = re.compile(
    rf"(?P<dressed>[-–—·•~～/|\s]*(?:第|[Pp]age|PAGE|[Pp]\.)?)\s*{_NUMBER}\s*"
    r"(?P<rest>页?[\s,，/|-]*(?:(?:共|of|/)\s*\d{1,4}\s*页?)?[-–—·•~～|\s]*)"
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the upper or lower edge of a page."""

    page: int
    text: str
    base: float
    size: float
    gap: float
    bold: bool
    parted: bool
    """Whether wide gaps part it, as a running head from the page number beside it."""
    pieces: list[Piece]

    @property
    def masked(self) -> str:
        return re.sub(r"\s+", " ", _DIGITS.sub("#", self.text)).strip()

    @property
    def numbers(self) -> list[int]:
        return [int(digits) for digits in _DIGITS.findall(self.text) if len(digits) < _MOST_DIGITS]


def without_margins(pages: Sequence[Sequence[Piece]], body: float) -> list[list[Piece]]:
    """Leave running heads and page numbers out.

    Args:
        pages: Pieces of each page.
        body: Font size of the running text.
    """
    tops: list[list[_Edge]] = []
    bottoms: list[list[_Edge]] = []
    for number, pieces in enumerate(pages):
        rows = find_rows(pieces)
        tops.append(_edges(number, rows[: _DEPTH + 1]))
        bottoms.append(_edges(number, rows[::-1][: _DEPTH + 1]))
    is_bold = _is_bold(pages)
    dropped: set[int] = set()
    for edges in (tops, bottoms):
        running = _running(edges, body, may_stress=not is_bold)
        folios = _folios(edges, body, may_stress=not is_bold)
        for lines in edges:
            for line in lines[:_DEPTH]:
                if id(line) not in running and id(line) not in folios:
                    break
                dropped.update(id(piece) for piece in line.pieces)
    return [[piece for piece in pieces if id(piece) not in dropped] for pieces in pages]


def _edges(page: int, rows: Sequence[Sequence[Piece]]) -> list[_Edge]:
    """Lines from the edge inwards, each with its distance from the next."""
    edges: list[_Edge] = []
    for k, row in enumerate(rows):
        line = make_line(row)
        gap = abs(row[0].base - rows[k + 1][0].base) if k + 1 < len(rows) else float("inf")
        edges.append(_Edge(page, line.text, line.base, line.size, gap, line.bold, line.cells > 1, list(row)))
    return edges


def _is_bold(pages: Sequence[Sequence[Piece]]) -> bool:
    """Whether most characters are bold, so that bold type stresses nothing."""
    letters = Counter(glyph.style.bold for pieces in pages for piece in pieces for glyph in piece.glyphs)
    return letters[True] > letters[False]


def _running(edges: Sequence[Sequence[_Edge]], body: float, *, may_stress: bool) -> set[int]:
    """Lines that come again at the same height of other pages."""
    alike: dict[str, list[_Edge]] = defaultdict(list)
    for lines in edges:
        for line in lines[:_DEPTH]:
            alike[line.masked].append(line)
    found: set[int] = set()
    for lines in alike.values():
        if len(lines) < _FEWEST_PAGES:
            continue
        lines.sort(key=lambda line: line.base)
        for group in _same_height(lines):
            if len({line.page for line in group}) < _FEWEST_PAGES:
                continue
            same = len({line.text for line in group}) == 1
            if group[0].size > _LARGEST * body:
                continue
            if same or (_count_pages(group) and not _is_title(group[0], body, may_stress=may_stress)):
                found.update(id(line) for line in group)
    return found


def _is_title(line: _Edge, body: float, *, may_stress: bool) -> bool:
    """Whether a line is set like the titles of exercises or lessons that fill one page each.

    A running head that is set apart in the same way has its number at a distance.
    """
    if line.size * _SAME_SIZE < body or line.parted:
        return False
    return line.size > _SAME_SIZE * body or (may_stress and line.bold)


def _same_height(lines: Sequence[_Edge]) -> list[list[_Edge]]:
    groups: list[list[_Edge]] = []
    for line in lines:
        if groups and line.base - groups[-1][0].base <= _SAME_HEIGHT:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _count_pages(lines: Sequence[_Edge]) -> bool:
    """Whether a number in most of the lines rises by one from page to page."""
    steps = Counter(step for line in lines for step in {number - line.page for number in line.numbers})
    counts = bool(steps) and steps.most_common(1)[0][1] >= max(2, _COUNTING * len(lines))
    return counts and not ends_sentence(lines[0].text)


def _folios(edges: Sequence[Sequence[_Edge]], body: float, *, may_stress: bool) -> set[int]:
    """Lines that are nothing but a page number, apart from the text and not set like a title."""
    folios: list[tuple[_Edge, re.Match[str]]] = []
    for lines in edges:
        for line in lines[:_DEPTH]:
            match = _FOLIO.fullmatch(line.text.strip())
            if match is None or line.gap < _APART * line.size or line.size > _LARGEST * body:
                continue
            if not (may_stress and line.bold and line.size > _SAME_SIZE * body):
                folios.append((line, match))
    steps = Counter(_step(line, match) for line, match in folios)
    found: set[int] = set()
    for line, match in folios:
        number = match["number"]
        # What comes once may be the number of a chapter.
        sure = steps[_step(line, match)] > 1
        if number.isdecimal():
            dressed = bool(match["dressed"].strip() or match["rest"].strip())
            sure |= dressed or (len(edges) < _FEWEST_PAGES and len(number) < _YEAR)
        if sure:
            found.add(id(line))
    return found


def _step(line: _Edge, match: re.Match[str]) -> tuple[int, bool]:
    """How far the number is ahead of the page, the same for all pages that it counts; and its kind."""
    return numeral_value(match["number"]) - line.page, match["number"].isdecimal()
