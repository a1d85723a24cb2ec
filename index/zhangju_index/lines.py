"""Lines of a source, and whether they were wrapped at a fixed width.

A file does not say which of its line breaks were typed and which were put in by a program that
filled lines. Two facts tell: whether lines reach a common width, and whether that width was
filled character by character (a *sliced* wrap, usual for Chinese) or word by word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from zhangju_index.marks import find_mark

__all__ = ["Line", "Wrap", "is_visible", "is_wide", "measure_wrap", "split_lines"]

_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What may surround the visible part of a line; U+FEFF is a byte-order mark left by an editor.
_MARGIN = " \t\x1f\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_VISIBLE = re.compile(f"[^{_MARGIN}](?:.*[^{_MARGIN}])?", re.DOTALL)
# Lines of verse are shorter than any column that prose is set in.
_NARROWEST = 10
# Breaks that are looked at closely, spread over a long text.
_ENOUGH = 5000
_FIRST_WORD = re.compile(r"[^\W_]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """The visible part of one line.

    Attributes:
        start: Offset of its first visible character.
        end: Offset one past its last visible character.
        indent: Columns of white space before it; an ideographic space counts two.
        length: Characters of the whole line, margins included, without its break.
        gap: Blank lines between it and the line before.
    """

    start: int
    end: int
    indent: int
    length: int
    gap: int


@dataclass(frozen=True, slots=True)
class Wrap:
    """How a source was wrapped.

    Attributes:
        width: How far a full line reaches, in units of ``measure``; 0 where lines were not
            wrapped.
        measure: Gives the width of a piece of text as the wrapping program counted it.
        hanging: Whether a line's indent is left out of its width, so that an indented line
            may reach further right by as much; otherwise the indent is part of the width.
        sliced: Characters of a full line that was cut even inside words; 0 elsewhere.
        full: Offsets of the lines that the source's format says are full, which then is all that
            counts; None where it does not say.
    """

    width: int = 0
    measure: Callable[[str], int] = len
    hanging: bool = False
    sliced: int = 0
    full: frozenset[int] | None = None

    def is_full(self, text: str, line: Line, following: Line) -> bool:
        """Whether ``line`` was broken because the first word of ``following`` did not fit."""
        if self.full is not None:
            return line.start in self.full
        if self.sliced:
            return line.length >= self.sliced
        if not self.width:
            return False
        return self.line_width(text, line) + self.next_word(text, line, following) > self.width

    def line_width(self, text: str, line: Line) -> int:
        """Width of one line."""
        return self.measure(text[line.start : line.end]) + (0 if self.hanging else line.indent)

    def next_word(self, text: str, line: Line, following: Line) -> int:
        """Width that the first word of ``following`` would add to ``line``."""
        first = text[following.start]
        word = _FIRST_WORD.match(text, following.start, following.end)
        if word and not is_wide(first):
            first = word.group()
        # Words of a Latin text stand one space apart; Han characters touch.
        space = 0 if is_wide(text[line.end - 1]) or is_wide(first[0]) else 1
        return space + self.measure(first)


def is_visible(text: str) -> bool:
    """Whether ``text`` holds anything but white space and byte-order marks."""
    return any(not character.isspace() and character not in _MARGIN for character in text)


def is_wide(character: str) -> bool:
    """Whether a character takes two columns, as Han characters and full-width punctuation do."""
    return unicodedata.east_asian_width(character) in "WF"


def _columns(text: str) -> int:
    return sum(map(_column_count, text))


def _chinese_columns(text: str) -> int:
    """Columns in a Chinese font, where “ ”, · and … are as wide as a Han character (UAX 11)."""
    return sum(map(_chinese_column_count, text))


# Every character of a source is counted, most of them again and again.
@lru_cache(maxsize=1 << 14)
def _column_count(character: str) -> int:
    return 2 if is_wide(character) else 1


@lru_cache(maxsize=1 << 14)
def _chinese_column_count(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def split_lines(text: str) -> list[Line]:
    """Return the lines of ``text`` that show anything, in order."""
    lines: list[Line] = []
    position = gap = 0
    at_page = False
    breaks = [match.span() for match in _BREAK.finditer(text)]
    for raw_end, after in [*breaks, (len(text), len(text))]:
        was_at_page, at_page = at_page, text[raw_end:after] == "\f"
        visible = _VISIBLE.search(text, position, raw_end)
        if visible:
            indent = _columns(text[position : visible.start()].replace("\ufeff", ""))
            lines.append(Line(visible.start(), visible.end(), indent, raw_end - position, gap))
            gap = 0
        elif was_at_page == at_page:
            # What lies between the end of a line and the end of its page is no blank line.
            gap += 1
        position = after
    return lines


def measure_wrap(text: str, lines: list[Line], typed: Container[int] = ()) -> Wrap:
    """Find the width that the lines of a source were wrapped at.

    Only breaks with neither a blank line nor a mark after them count: others were typed. The
    source is wrapped when most of those that count follow a line too full for the next word.
    Programs count characters or columns, with the indent or without it, so the way of counting
    that explains most breaks is taken.

    Args:
        text: The source.
        lines: Its lines.
        typed: Offsets of lines that are known to have been set apart.
    """
    broken = [
        (a, b)
        for a, b in pairwise(lines)
        if b.gap == 0 and b.start not in typed and not find_mark(text[b.start : b.end])
    ]
    if len(broken) < 2:
        return Wrap()
    longest = max(line.length for line in lines)
    if longest < _NARROWEST:
        return Wrap()
    exact = sum(a.length == longest for a, _ in broken)
    near = sum(longest - 3 <= a.length < longest for a, _ in broken)
    # Filling words, or keeping punctuation off line starts, leaves lines a little short.
    if 2 * exact > len(broken) and near <= 0.2 * exact:
        return Wrap(longest, sliced=longest)

    broken = broken[:: len(broken) // _ENOUGH + 1]
    best, most = Wrap(), len(broken) // 2
    for measure in (len, _columns, _chinese_columns):
        # Long lines take their time: each is measured once, whether its indent counts or not.
        bare = Wrap(0, measure, hanging=True)
        own = [bare.line_width(text, a) for a, _ in broken]
        following = [bare.next_word(text, a, b) for a, b in broken]
        for hanging in (False, True):
            lengths = own if hanging else [n + a.indent for n, (a, _) in zip(own, broken, strict=True)]
            widths = sorted(lengths)
            # A lone wide outlier (a table row, an address) must not set the width.
            width = widths[int(0.9 * (len(widths) - 1))]
            usual, times = Counter(widths).most_common(1)[0]
            if 3 * times > len(widths) and usual >= 0.9 * width:
                width = usual  # Closing punctuation hangs out of Chinese lines.
            full = sum(n + more > width for n, more in zip(lengths, following, strict=True))
            if full > most and width >= _NARROWEST * (1 if measure is len else 2):
                best, most = Wrap(width, measure, hanging), full
    return best
