"""Headings, as a file's bookmarks and the size and weight of its type tell them.

The running text is what most characters are set in. What is larger stands above it, the largest
highest; bold lines of its size that stand alone come last. A file's own bookmarks are believed
before its type. Captions, table rows and initials are no headings, however they are set.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from zhangju_index.bylines import is_byline
from zhangju_index.formats.pdf.flow import LEADERS, Flow
from zhangju_index.formats.pdf.glyphs import Bookmark
from zhangju_index.formats.pdf.lines import Line
from zhangju_index.lines import is_wide

__all__ = ["Heading", "find_headings"]

_LARGER = 1.12
_SAME_SIZE = 0.04
_MOST_LEVELS = 6
_MOST_LINES = 4
_LONGEST = 120
_LONGEST_BOLD = 80
_FEWEST_LETTERS = 2
# Type that so much of the text is set in is no mark of a heading.
_MOST_COMMON = 0.3
_MOST_BOLD = 2
# 第一章 总则 is often set with a wide gap.
_MOST_CELLS = 2
# In font sizes.
_WIDEST_LEADING = 1.9
# A bookmark may leave the number of its heading out, or add one.
_LONGEST_NUMBER = 12
_NUMBERING = re.compile(
    r"[\W_]*(?:(?:chapter|section|appendix|part|第)?[\divxlc一二三四五六七八九十百a-z.．-]{1,8}[章节编篇条部分]{0,2})?[\W_]*"
)
_CAPTION = re.compile(
    r"(?:图|表|圖|附图|附表|公式)\s*[\d一二三四五六七八九十]|(?:fig(?:ure)?|tab(?:le)?|listing|algorithm|eq)\b\.?\s*\d",
    re.IGNORECASE,
)
_STOPPED = re.compile(r"[。；;，,、：:.]$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: numbers of its first and one past its last line, and its level from 1."""

    first: int
    end: int
    level: int


def find_headings(lines: Sequence[Line], flow: Flow, bookmarks: Sequence[Bookmark]) -> list[Heading]:
    """Tell which lines are headings, in order."""
    if not lines:
        return []
    body = body_size(lines)
    marked = _match(lines, bookmarks)
    taken = {k for heading in marked for k in range(heading.first, heading.end)}
    large = [h for h in _larger(lines, body) if not taken & set(range(h.first, h.end))]
    large = _without_bylines(lines, large)
    if marked:
        return _merge(lines, marked, large)
    headings = _levels(lines, large)
    lowest = max((h.level for h in headings), default=0)
    bold = _bold(lines, flow, body, {k for h in headings for k in range(h.first, h.end)}, lowest + 1)
    return sorted([*headings, *bold], key=lambda heading: heading.first)


def body_size(lines: Sequence[Line]) -> float:
    """The size that most of the text is set in."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0]


def _larger(lines: Sequence[Line], body: float) -> list[Heading]:
    """Headings in type larger than the text, their levels not yet told."""
    found: list[Heading] = []
    start = 0
    while start < len(lines):
        end = start + 1
        if lines[start].size >= _LARGER * body:
            while end < len(lines) and _goes_with(lines[end - 1], lines[end]):
                end += 1
            if _is_heading(lines[start:end], _LONGEST):
                found.append(Heading(start, end, 0))
        start = end
    # What much of the text is set in is text: a leading paragraph, a slide.
    total = sum(len(line.text) for line in lines)
    shares: Counter[float] = Counter()
    for heading in found:
        shares[lines[heading.first].size] += sum(
            len(line.text) for line in lines[heading.first : heading.end]
        )
    return [h for h in found if shares[lines[h.first].size] <= _MOST_COMMON * total]


def _without_bylines(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Heading]:
    """Leave out the lines directly under the first heading that name its authors."""
    kept = list(headings[:1])
    under = kept[0].end if kept else 0
    for heading in headings[1:]:
        smaller = lines[heading.first].size < (1 - _SAME_SIZE) * lines[kept[0].first].size
        if heading.first == under and smaller and is_byline(_text(lines[heading.first : heading.end])):
            under = heading.end
        else:
            kept.append(heading)
    return kept


def _text(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in lines)


def _goes_with(line: Line, following: Line) -> bool:
    """Whether two lines may be parts of one heading."""
    return (
        abs(line.size - following.size) <= _SAME_SIZE * line.size
        and line.bold == following.bold
        and line.region == following.region
        and 0 < line.base - following.base <= _WIDEST_LEADING * line.size
    )


def _is_heading(lines: Sequence[Line], longest: int) -> bool:
    text = _text(lines)
    return (
        len(lines) <= _MOST_LINES
        and sum(2 if is_wide(c) else 1 for c in text) <= 2 * longest
        and sum(c.isalpha() for c in text) >= _FEWEST_LETTERS
        and max(line.cells for line in lines) <= _MOST_CELLS
        and not any(line.note for line in lines)
        and not _CAPTION.match(text)
        and not LEADERS.search(text)
        and not _STOPPED.search(text)
    )


def _levels(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Heading]:
    """Give each size of type its level, the largest 1."""
    sizes: list[float] = []
    for size in sorted({lines[heading.first].size for heading in headings}, reverse=True):
        if not sizes or size < (1 - _SAME_SIZE) * sizes[-1]:
            sizes.append(size)
    return [
        replace(h, level=min(_MOST_LEVELS, sum(size >= lines[h.first].size for size in sizes) or 1))
        for h in headings
    ]


def _bold(lines: Sequence[Line], flow: Flow, body: float, taken: set[int], level: int) -> list[Heading]:
    """Bold lines in the size of the text that stand between lines that are not."""
    of_size = [abs(line.size - body) <= _LARGER * body - body for line in lines]
    bold = sum(len(line.text) for line in lines if line.bold)
    if not bold or bold > _MOST_COMMON * sum(len(line.text) for line in lines):
        return []
    found: list[Heading] = []
    k = 0
    while k < len(lines):
        end = k
        while end < len(lines) and lines[end].bold and of_size[end] and end not in taken:
            end += 1
        if end == k:
            k += 1
            continue
        opens = k == 0 or k - 1 in taken or _ends(lines[k - 1], lines[k], flow)
        closes = end < len(lines) and _ends(lines[end - 1], lines[end], flow)
        single = all(not flow.parted(a, b) for a, b in pairwise(lines[k:end]))
        if opens and closes and single and end - k <= _MOST_BOLD and _is_heading(lines[k:end], _LONGEST_BOLD):
            found.append(Heading(k, end, min(_MOST_LEVELS, level)))
        k = end
    return found


def _ends(line: Line, following: Line, flow: Flow) -> bool:
    return flow.parted(line, following) or not flow.is_full(line, following)


def _match(lines: Sequence[Line], bookmarks: Sequence[Bookmark]) -> list[Heading]:
    """Find the lines that bookmarks name, each on its page or, failing that, on the next."""
    pages: dict[int, list[int]] = defaultdict(list)
    for k, line in enumerate(lines):
        pages[line.page].append(k)
    bare = [_bare(line.text) for line in lines]
    found: dict[int, Heading] = {}
    for bookmark in bookmarks:
        wanted = _bare(bookmark.title)
        if not any(c.isalnum() for c in wanted):
            continue
        for page in (bookmark.page, bookmark.page + 1):
            match = _named(wanted, [k for k in pages.get(page, ()) if k not in found], bare)
            if match:
                found[match[0]] = Heading(*match, min(bookmark.level, _MOST_LEVELS))
                break
    headings: list[Heading] = []
    for heading in sorted(found.values(), key=lambda heading: heading.first):
        if not headings or heading.first >= headings[-1].end:
            headings.append(heading)
    return headings


def _named(wanted: str, candidates: Sequence[int], bare: Sequence[str]) -> tuple[int, int] | None:
    """The run of lines that says ``wanted``, a number before it aside."""
    close: tuple[int, int] | None = None
    for k in candidates:
        text = ""
        for end in range(k, min(k + _MOST_LINES, len(bare))):
            text += bare[end]
            if text == wanted:
                return k, end + 1
            longer, shorter = (text, wanted) if len(text) > len(wanted) else (wanted, text)
            if close is None and longer.endswith(shorter) and len(longer) - len(shorter) <= _LONGEST_NUMBER:
                prefix = longer[: len(longer) - len(shorter)]
                if len(shorter) >= _FEWEST_LETTERS and _NUMBERING.fullmatch(prefix):
                    close = k, end + 1
            if len(text) > len(wanted) + _LONGEST_NUMBER:
                break
    return close


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _merge(lines: Sequence[Line], marked: Sequence[Heading], large: Sequence[Heading]) -> list[Heading]:
    """Add what is set as large as a heading but has no bookmark."""
    sizes: dict[int, list[float]] = defaultdict(list)
    for heading in marked:
        sizes[heading.level].append(lines[heading.first].size)
    usual = {level: median(values) for level, values in sizes.items()}
    largest = max(usual.values())
    title = [h for h in large if h.first < marked[0].first and lines[h.first].size > _LARGER * largest]
    shift = 1 if title else 0
    headings = [replace(h, level=min(_MOST_LEVELS, h.level + shift)) for h in marked]
    for heading in large:
        size = lines[heading.first].size
        same = [level for level, usual_size in usual.items() if abs(usual_size - size) <= _SAME_SIZE * size]
        above = [level for level, usual_size in usual.items() if usual_size > size]
        if heading in title:
            level = 1
        elif same:
            level = shift + min(same)
        elif heading.first < marked[0].first:
            continue  # Authors and dates on the title page.
        else:
            level = shift + 1 + max(above, default=0)
        headings.append(replace(heading, level=min(_MOST_LEVELS, level)))
    return sorted(headings, key=lambda heading: heading.first)
