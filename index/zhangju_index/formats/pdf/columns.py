"""The order in which the parts of a page are read: columns, and what stands across them.

A page is cut at the white strip between two columns; what crosses the strip (a title, a wide
figure's caption) parts the columns above it from those below. Each part is cut again until none
holds a strip with columns on both sides.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from zhangju_index.formats.pdf.lines import Piece, find_rows, usual_size

__all__ = ["Region", "reading_order"]

# In points; finer than any strip between columns.
_BIN = 2.0
# The strip may be crossed by this part of the lines beside it, or of those in the fuller column.
_MOST_CROSSED = 0.6
_MOST_TRIED = 6
_MOST_CUTS = 6
_FEWEST_ROWS = 3
# A newspaper page has 2,000; what is scattered more finely has no columns.
_MOST_PIECES = 10_000
# A column is at least so wide, in font sizes; narrower ones are numbers beside a list or a table.
_NARROWEST = 7.0
# Lines of running text mostly fill their column; cells of a table do not.
_FILLED, _MOSTLY = 0.7, 0.6


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page that is read line by line.

    Attributes:
        pieces: What stands in it.
        columns: How many columns the page is divided into there, as far as is known.
    """

    pieces: list[Piece]
    columns: int = 1


def reading_order(pieces: Sequence[Piece], cuts: int = _MOST_CUTS, columns: int = 1) -> list[Region]:
    """Part a page into regions, in reading order.

    Args:
        pieces: What stands on the page.
        cuts: How often a part may be cut again.
        columns: Columns that the page has been cut into so far.
    """
    if cuts and 2 * _FEWEST_ROWS <= len(pieces) <= _MOST_PIECES:
        for strip in _strips(pieces):
            parts = _cut(pieces, strip)
            if parts:
                return [
                    region
                    for part, across in parts
                    for region in reading_order(part, cuts - 1, columns if across else columns + 1)
                ]
    return [Region(list(pieces), columns)] if pieces else []


def _strips(pieces: Sequence[Piece]) -> list[float]:
    """Middles of the emptiest vertical strips, best first."""
    left = min(piece.x0 for piece in pieces)
    right = max(piece.x1 for piece in pieces)
    bins = min(5000, int((right - left) / _BIN) + 2)
    scale = (right - left) / (bins - 1) or 1.0
    steps = [0] * (bins + 1)
    for piece in pieces:
        steps[int((piece.x0 - left) / scale)] += 1
        steps[min(bins, int((piece.x1 - left) / scale) + 1)] -= 1
    cover = list(accumulate(steps[:bins]))
    highest_left = list(accumulate(cover, max))
    highest_right = list(accumulate(reversed(cover), max))[::-1]
    sparse = [
        covered <= _MOST_CROSSED * min(a, b)
        for covered, a, b in zip(cover, highest_left, highest_right, strict=True)
    ]
    found: list[tuple[int, int, float]] = []
    start = 0
    for at in range(bins + 1):
        if at < bins and sparse[at]:
            continue
        if at > start:
            low = min(cover[start:at])
            first, length = _longest_run(cover, start, at, low)
            found.append((low, -length, left + (first + length / 2) * scale))
        start = at + 1
    return [middle for _, _, middle in sorted(found)[:_MOST_TRIED]]


def _longest_run(values: Sequence[int], start: int, end: int, wanted: int) -> tuple[int, int]:
    best, run = (start, 0), 0
    for at in range(start, end):
        run = run + 1 if values[at] == wanted else 0
        if run > best[1]:
            best = (at - run + 1, run)
    return best


def _cut(pieces: Sequence[Piece], middle: float) -> list[tuple[list[Piece], bool]]:
    """Part the pieces along a strip, each part with whether it stands across it; empty if there are no columns."""
    em = usual_size(pieces)
    across = sorted(-piece.base for piece in pieces if piece.x0 < middle < piece.x1)
    bands: dict[int, _Band] = {}
    for piece in pieces:
        at = bisect_left(across, -piece.base - 0.2 * em)
        crosses = at < len(across) and across[at] <= -piece.base + 0.2 * em
        band = bands.setdefault(at, _Band([], [], []))
        if crosses:
            band.below.append(piece)
        elif piece.x0 + piece.x1 < 2 * middle:
            band.left.append(piece)
        else:
            band.right.append(piece)
    if not _are_columns([band for band in bands.values() if band.left and band.right], em):
        return []
    parts: list[tuple[list[Piece], bool]] = [([], True)]
    for at in sorted(bands):
        band = bands[at]
        if band.left and band.right:
            parts.extend(((band.left, False), (band.right, False), ([], True)))
        else:
            parts[-1][0].extend(band.left or band.right)
        parts[-1][0].extend(band.below)
    return [part for part in parts if part[0]]


@dataclass(frozen=True, slots=True)
class _Band:
    """What stands between two lines that cross the strip, with the lower of them."""

    left: list[Piece]
    right: list[Piece]
    below: list[Piece]


def _are_columns(bands: Sequence[_Band], em: float) -> bool:
    """Whether what stands on both sides of a strip are columns of text, not of a table."""
    sides = [
        [row for band in bands for row in find_rows(band.left)],
        [row for band in bands for row in find_rows(band.right)],
    ]
    fewest = min(len(rows) for rows in sides)
    if fewest < _FEWEST_ROWS - 1:
        return False
    turns, least = 0, len(bands)
    for band in bands:
        ordered = sorted([(p.order, 0) for p in band.left] + [(p.order, 1) for p in band.right])
        turns += sum(a != b for (_, a), (_, b) in pairwise(ordered))
    widths = [_width(rows) for rows in sides]
    if min(widths) < _NARROWEST * em:
        return False
    filled = all(_share_filled(rows, width) >= _MOSTLY for rows, width in zip(sides, widths, strict=True))
    # A file that gives one column after the other says that they are columns.
    in_turn = turns <= least
    if fewest < _FEWEST_ROWS:
        return in_turn and filled
    return in_turn or (filled and (turns <= 2 * least or turns >= fewest))


def _width(rows: Sequence[Sequence[Piece]]) -> float:
    """Width of a column, a stray line on either side left out."""
    lefts = sorted(row[0].x0 for row in rows)
    rights = sorted(max(piece.x1 for piece in row) for row in rows)
    return rights[int(0.9 * (len(rights) - 1))] - lefts[int(0.1 * (len(lefts) - 1))]


def _share_filled(rows: Sequence[Sequence[Piece]], width: float) -> float:
    full = sum(max(p.x1 for p in row) - row[0].x0 >= _FILLED * width for row in rows)
    return full / len(rows)
