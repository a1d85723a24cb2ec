"""Marks that open a line on purpose: Markdown headings, numbering, list bullets.

    # 标题          markdown        第三章 …    章        1.2 …    1.1        - …    item
    一、…           一、            第三条 …    条        1. …     1.         | …    item

Chinese documents number their levels 第一编 > 第一章 > 第一节 > 第一条, then 一、 > （一） > 1. > (1);
GB/T 9704 fixes the lower four for official documents and the Legislation Law the upper ones.
"""

import re
from dataclasses import dataclass

__all__ = ["FIRST_LEVEL", "VERBATIM", "Mark", "find_mark", "numeral_value", "stated_heading"]

_NUMERAL = "〇零一二三四五六七八九十百千两"
# What is counted: 3.5万元 is a figure, 3.5结论 a heading.
_MEASURES = "万亿千百元米公吨倍个成折级度平厘毫小年岁秒名人次家亩克升"
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

_PATTERNS: list[tuple[str, re.Pattern[str]]] = [
    ("markdown", re.compile(r"(?P<level>#{1,6})[ \t　]+(?=\S)")),
    *(
        (
            unit,
            re.compile(
                rf"第[ 　]*(?P<number>[{_NUMERAL}]+|\d{{1,4}})[ 　]*{unit}(?P<inserted>之[{_NUMERAL}]+)?(?=[\s　：:【〔]|[（(](?![{_NUMERAL}\d])|$)"
            ),
        )
        for unit in ("编", "分编", "篇", "章", "节", "目", "条")
    ),
    (
        "english",
        re.compile(
            r"(?:chapter|part|section|article|appendix)\s+(?P<number>\d{1,3}|[ivxlc]{1,6})\b[.:]?", re.I
        ),
    ),
    ("一、", re.compile(rf"(?P<number>[{_NUMERAL}]{{1,4}})、(?=.)")),
    ("（一）", re.compile(rf"[（(](?P<number>[{_NUMERAL}]{{1,4}})[）)]")),
    (
        "1.1",
        re.compile(
            rf"(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}})[.．、]?(?=[ \t　]|[^\W\d_])(?![a-z%％{_MEASURES}])"
        ),
    ),
    ("1.", re.compile(r"(?P<number>\d{1,2})(?:[.．](?!\d)|、)[ \t　]*(?=\S)")),
    ("(1)", re.compile(r"[（(]?(?P<number>\d{1,2})[）)]")),
    ("item", re.compile(r"(?:[-*+•●○■◆▪◦‣–—]|[①-⑳])[ \t　]*(?=\S)|\|")),
]
_BULLET_NEEDS_SPACE = re.compile(r"[-*+–—][^ \t　]")

RANKS = {
    "编": 20,
    "篇": 20,
    "分编": 21,
    "章": 22,
    "节": 23,
    "目": 24,
    "条": 25,
    "english": 22,
    "一、": 40,
    "（一）": 41,
    "1.": 42,
    "1.1": 43,
    "(1)": 50,
}
"""Depth of each kind of numbering; lower stands above. Stated levels take 11 to 19."""

FIRST_LEVEL = 11
"""Rank of a heading of the first level that is stated: ``#`` in Markdown."""
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at the head of a line.

    Attributes:
        kind: Its pattern: ``markdown`` for a stated heading, ``章``, ``一、`` …; ``item`` for a
            bullet or table row;
            ``verbatim`` for a line that must not be read as prose (code, a comment, a rule).
        number: Its value where it counts, else 0.
        rank: Depth of the heading it opens; lower stands above.
        length: Characters of the mark itself.
        inserted: Whether it stands between two numbers, as 第一百二十条之一 does.
    """

    kind: str
    number: int
    rank: int
    length: int
    inserted: bool = False

    @property
    def stated(self) -> bool:
        """Whether the source says outright that this is a heading."""
        return self.kind == "markdown"


VERBATIM = Mark("verbatim", 0, 99, 0)
"""The mark of a line that must not be read as prose."""


def find_mark(line: str) -> Mark | None:
    """Return the mark that ``line`` opens with, if any."""
    for kind, pattern in _PATTERNS:
        match = pattern.match(line)
        if match is None:
            continue
        if kind == "markdown":
            return stated_heading(len(match["level"]), match.end())
        if kind == "item":
            return None if _BULLET_NEEDS_SPACE.match(line) else Mark(kind, 0, 99, match.end())
        parts = match["number"].split(".")
        return Mark(
            kind,
            numeral_value(parts[-1]),
            RANKS[kind] + len(parts) - 1 - (kind == "1.1"),
            match.end(),
            inserted=bool(match.groupdict().get("inserted")),
        )
    return None


def stated_heading(level: int, length: int = 0) -> Mark:
    """The mark of a heading whose level, counted from 1, is stated by Markdown or by a format."""
    return Mark("markdown", 0, FIRST_LEVEL - 1 + min(max(level, 1), _LEVELS), length)


def numeral_value(numeral: str) -> int:
    """Value of an Arabic, Chinese or Roman numeral: 12, 十二, 一百零三, xii.

    Chinese numerals written as bare digits (二〇二四) are read digit by digit.
    """
    if numeral.isdecimal():
        return int(numeral)
    lowered = numeral.lower()
    if lowered[0] in _ROMAN:
        values = [_ROMAN[letter] for letter in lowered]
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    if not any(character in _UNITS for character in numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral))
    total = digit = 0
    for character in numeral:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit
