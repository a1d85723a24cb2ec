"""The flow of a document: which printed lines go on in the next, and where space parts them.

A line is full when the first word of the next one would not have fitted into its column. The
edges of columns are measured over the whole document, because a short region shows none.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from zhangju_index.blocks import ends_sentence
from zhangju_index.formats.pdf.lines import Line
from zhangju_index.lines import is_wide, measure_wrap, split_lines
from zhangju_index.marks import find_mark

__all__ = ["HYPHENS", "LEADERS", "Flow", "cuts_word", "measure_flow"]

# All in font sizes unless said otherwise.
# Space beyond the usual leading that parts two paragraphs.
_APART = 0.3
_APART_AFTER_STOP = 0.15
# Set solid, with the leading most word processors give.
_COMMON_LEADING = 1.3
# What leading is measured to.
_STEP = 0.05
_FEWEST_SAMPLES = 5
# Regions whose left edges differ by less are the same column on different pages.
_SAME_COLUMN = 3.0
# Lines that end so close to the right edge reach it.
_AT_EDGE = 1.0
_FEWEST_LINES, _OWN_EDGE = 5, 0.4
_INDENT = 0.8
_SAME_SIZE = 0.06
# A first word wider than this part of its column would have been broken.
_WIDEST_WORD = 0.5
# Lines that are not justified may leave this part of their column free.
_RAGGED = 0.4
# What opens a paragraph wherever it follows a stop, though the line before happens to be full.
_OPENS_PARAGRAPH = frozenset({"编", "分编", "篇", "章", "节", "条", "一、", "（一）"})
HYPHENS = "-\u2010\u00ad"
LEADERS = re.compile(r"(?:[.…·‥]\s?){4,}\s*\w*$")
"""The dots that lead to a page number in a table of contents."""


@dataclass(frozen=True, slots=True)
class _Column:
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Flow:
    """How lines of one document follow one another.

    Attributes:
        leading: Usual distance of base lines, in font sizes, by font size in half points.
        common: The same over all sizes.
        columns: Edges of the column that each region stands in.
    """

    leading: dict[int, float]
    common: float
    columns: dict[int, _Column]

    def parted(self, line: Line, following: Line, after: Line | None = None) -> bool:
        """Whether more than the usual space, or a page or column end, parts two paragraphs."""
        if line.note != following.note:
            return True
        if line.page == following.page and following.base < line.base:
            return self._below(line, following)
        # The text visibly goes on unless its last line ends a sentence with room to spare.
        if abs(line.size - following.size) > _SAME_SIZE * line.size:
            return True
        return ends_sentence(line.text) and not self.is_full(line, following, after)

    def _below(self, line: Line, following: Line) -> bool:
        distance = line.base - following.base
        expected = max(self._usual(line.size) * line.size, self._usual(following.size) * following.size)
        if abs(line.size - following.size) <= _SAME_SIZE * line.size:
            expected = self._usual(following.size) * following.size
        least = _APART_AFTER_STOP if ends_sentence(line.text) else _APART
        return distance > expected + least * following.size

    def _usual(self, size: float) -> float:
        return self.leading.get(round(2 * size), self.common)

    def is_full(self, line: Line, following: Line, after: Line | None = None) -> bool:
        """Whether ``line`` ended because the first word of ``following`` did not fit.

        Args:
            line: The line in question.
            following: The line that it may go on in.
            after: The line after that, which tells an indent from a hanging paragraph.
        """
        size = line.size
        if (
            line.cells > 1
            or LEADERS.search(line.text)
            or abs(size - following.size) > _SAME_SIZE * size
            or line.note != following.note
        ):
            return False
        if cuts_word(line, following):
            return True
        column = self.columns[line.region]
        room = column.right - line.x1
        left = line.x0 - column.left
        if left > size and abs(left - room) < size:
            room += left  # A centred line has room on both sides.
        space = 0.0 if is_wide(line.text[-1]) or is_wide(following.text[0]) else 0.25 * size
        word = min(following.first_word, _WIDEST_WORD * (column.right - column.left))
        fits = word + space <= room + 0.05 * size
        if fits and not (room < _RAGGED * (column.right - column.left) and _carries_on(line, following)):
            return False
        return not self._opens_paragraph(line, following, after)

    def _opens_paragraph(self, line: Line, following: Line, after: Line | None) -> bool:
        """Whether ``following`` is numbered or indented as the first line of a paragraph, or stands alone."""
        mark = find_mark(following.text)
        if mark is not None and mark.kind in _OPENS_PARAGRAPH and ends_sentence(line.text):
            return True
        if (
            ends_sentence(line.text)
            and not ends_sentence(following.text)
            and not (after is not None and self.is_full(following, after))
        ):
            return True
        left = line.x0 - self.columns[line.region].left
        indent = following.x0 - self.columns[following.region].left
        if indent - left < _INDENT * following.size:
            return False
        if find_mark(line.text):
            return False  # The text of a list item hangs from its mark.
        hangs = after is not None and after.region == following.region
        return not (hangs and after is not None and abs(after.x0 - following.x0) < 0.3 * following.size)


def cuts_word(line: Line, following: Line) -> bool:
    """Whether a line ends in a hyphen inside a word."""
    return line.text[-1] in HYPHENS and line.text[-2:-1].isalpha() and following.text[0].islower()


def _carries_on(line: Line, following: Line) -> bool:
    """Whether the words themselves show that a sentence goes on, as in lines that are not justified."""
    return following.text[0].islower() and line.text[-1] not in ".:;!?" and not ends_sentence(line.text)


def measure_flow(lines: Sequence[Line], pages: Sequence[tuple[float, float]], columns: Sequence[int]) -> Flow:
    """Measure leading and columns.

    Args:
        lines: Lines of the document, in reading order.
        pages: Left and right edge of each page.
        columns: How many columns each region's part of the page has.
    """
    samples: dict[int, Counter[float]] = defaultdict(Counter)
    for a, b in pairwise(lines):
        if a.region == b.region and a.size == b.size and a.size > 0 and a.base > b.base:
            samples[round(2 * a.size)][_STEP * round((a.base - b.base) / a.size / _STEP)] += 1
    every: Counter[float] = sum(samples.values(), Counter())
    common = _usual(every) if every else _COMMON_LEADING
    leading = {size: _usual(counts) for size, counts in samples.items() if counts.total() >= _FEWEST_SAMPLES}
    return Flow(leading, common, _find_columns(lines, pages, columns))


def _usual(counts: Counter[float]) -> float:
    """The commonest value; the smallest of those that are nearly as common."""
    most = counts.most_common(1)[0][1]
    return min(value for value, count in counts.items() if 3 * count >= 2 * most)


def _find_columns(
    lines: Sequence[Line], pages: Sequence[tuple[float, float]], columns: Sequence[int]
) -> dict[int, _Column]:
    by_region: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_region[line.region].append(line)
    lefts = {region: min(line.x0 for line in members) for region, members in by_region.items()}
    found: dict[int, _Column] = {}
    group: list[int] = []
    for region in sorted(by_region, key=lambda region: (columns[region], lefts[region])):
        size = by_region[region][0].size
        if group and (
            columns[region] != columns[group[0]] or lefts[region] - lefts[group[0]] > _SAME_COLUMN * size
        ):
            found |= _group_edges(group, by_region, pages, columns)
            group = []
        group.append(region)
    if group:
        found |= _group_edges(group, by_region, pages, columns)
    return found


def _group_edges(
    group: Sequence[int],
    by_region: dict[int, list[Line]],
    pages: Sequence[tuple[float, float]],
    columns: Sequence[int],
) -> dict[int, _Column]:
    """Edges of one column on the pages it comes back on."""
    every = [line for region in group for line in by_region[region]]
    right = _right_edge(every)
    left = min(line.x0 for line in every)
    reaching = sum(right - line.solid <= _AT_EDGE * line.size for line in every)
    page_left, page_right = pages[every[0].page]
    size = every[0].size
    few = reaching < _OWN_EDGE * len(every)
    lopsided = columns[group[0]] == 1 and page_right - right > 1.6 * (left - page_left) + 3 * size
    if reaching < 2 or (lopsided and (few or _shows_wrap(every))):
        # The lines were typed, or wrapped by another program, and end before the page does.
        return dict.fromkeys(group, _Column(left, float("inf")))
    edges: dict[int, _Column] = {}
    for region in group:
        members = by_region[region]
        own = _right_edge(members)
        at_own = sum(own - line.solid <= _AT_EDGE * line.size for line in members)
        own_left = min(line.x0 for line in members)
        if len(members) >= _FEWEST_LINES and at_own >= _OWN_EDGE * len(members):
            edges[region] = _Column(own_left, own)
        else:
            edges[region] = _Column(min(own_left, left), right)
    return edges


def _shows_wrap(lines: Sequence[Line]) -> bool:
    """Whether counting characters finds the width that lines were wrapped at."""
    text = "\n".join(line.text for line in lines)
    return bool(measure_wrap(text, split_lines(text)).width)


def _right_edge(lines: Sequence[Line]) -> float:
    """The furthest right that more than a stray line reaches."""
    rights = sorted((line.solid for line in lines), reverse=True)
    size = lines[0].size
    few = max(1, len(rights) // 50)
    return next(
        (a for a, b in zip(rights, rights[few:], strict=False) if a - b <= _AT_EDGE * size), rights[0]
    )
