"""Automatic numbering: what Word prints before a paragraph, 第一条 or 1.2 or a bullet.

A file holds no numbers, only lists with levels; the numbers come of counting paragraphs in order
(ISO/IEC 29500-1, 17.9). Lists that share an abstract definition go on counting together.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from zhangju_index.formats.docx.numerals import write_number
from zhangju_index.formats.docx.package import attribute, child, flag, integer, name, value
from zhangju_index.formats.docx.styles import Style, Styles
from zhangju_index.formats.docx.symbols import plain_bullet

__all__ = ["Numbering"]

_LEVELS = 9
# Word allows 31 characters; a label stands before every paragraph of a list.
_LONGEST_PATTERN = 64
_LONGEST_LABEL = 96
_NUMBER = re.compile(r"%([1-9])")
# These are as wide as a Han character, most of it blank: the gap after the number is part of them.
_WIDE_ENDS = "、）］】》〉」』。．：，；"
_UNITS = "编篇章节条目"


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is counted and printed.

    Attributes:
        start: First number.
        number_format: Name of its numerals; ``bullet`` for a sign, ``none`` for nothing.
        pattern: What is printed, with %1 to %9 for the numbers of the levels.
        suffix: What parts it from the text: ``tab``, ``space`` or ``nothing``.
        restart: How many levels above may start it anew; None for all of them, 0 for none.
        legal: Whether the numbers of all levels are printed in Arabic figures.
        style: Id of the paragraph style that belongs to it.
    """

    start: int = 1
    number_format: str = "decimal"
    pattern: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """One list.

    Attributes:
        abstract: Id of the definition whose count it shares.
        levels: Its levels, by depth from 0.
        starts: Numbers it begins anew with where it is first used, by depth.
    """

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int]


@dataclass
class Numbering:
    """The lists of a document, and how far each has been counted.

    Args:
        root: Root element of the numbering; None where there is none.
        styles: The styles, through which lists may be defined.
    """

    root: etree._Element | None
    styles: Styles
    _lists: dict[str, _List] = field(init=False, default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(init=False, default_factory=dict)
    _begun: set[tuple[str, int]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        if self.root is None:
            return
        abstracts = {attribute(e, "abstractNumId"): e for e in self.root if name(e) == "abstractNum"}
        levels_of = {abstract: _read_levels(element) for abstract, element in abstracts.items()}
        lists = {attribute(e, "numId"): e for e in self.root if name(e) == "num"}
        for identifier, element in lists.items():
            abstract = value(element, "abstractNumId")
            # A definition may lie in a style, which names a list, which names the definition.
            link = value(abstracts.get(abstract), "numStyleLink")
            if link is not None and (linked := self.styles.get(link).numbering) in lists:
                abstract = value(lists[linked], "abstractNumId")
            if identifier is not None and abstract in abstracts:
                levels = levels_of[abstract]
                overrides = [part for part in element if name(part) == "lvlOverride"]
                starts = {
                    depth: start
                    for part in overrides
                    if (depth := _depth(part)) is not None
                    and (start := integer(value(part, "startOverride"))) is not None
                }
                for part in overrides:
                    levels = levels | _read_levels(part)
                self._lists[identifier] = _List(str(abstract), levels, starts)

    def place(self, properties: etree._Element | None, style: Style) -> tuple[str, int] | None:
        """The list and the depth of a paragraph; None where it has no number."""
        own = child(properties, "numPr")
        identifier = value(own, "numId") or style.numbering
        found = self._lists.get(identifier or "")
        if identifier is None or found is None:
            return None
        depth = integer(value(own, "ilvl"))
        if depth is None and value(own, "numId") is None:
            of_style = {level.style: at for at, level in found.levels.items() if level.style}
            depth = next((of_style[step] for step in style.lineage if step in of_style), style.depth)
        return identifier, min(max(depth or 0, 0), _LEVELS - 1)

    def label(self, identifier: str, depth: int) -> str:
        """Count one more paragraph of a list.

        Returns:
            What is printed before it, with the gap; empty where nothing is.
        """
        of_list = self._lists[identifier]
        level = of_list.levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(of_list.abstract, {})
        first = (identifier, depth) not in self._begun
        self._begun.add((identifier, depth))
        if first and depth in of_list.starts:
            counts[depth] = of_list.starts[depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        for below in range(depth + 1, _LEVELS):
            restart = of_list.levels.get(below, _Level()).restart
            if restart is None or depth < restart:
                counts.pop(below, None)

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            shown = of_list.levels.get(at)
            if at > depth or shown is None:
                return ""
            # A level above that was passed over counts as begun.
            count = counts.setdefault(at, of_list.starts.get(at, shown.start))
            if shown.number_format in ("none", "bullet"):
                return ""
            return str(count) if level.legal else write_number(count, shown.number_format)

        if level.number_format == "bullet":
            printed = plain_bullet(level.pattern)
        else:
            printed = _NUMBER.sub(number, level.pattern)[:_LONGEST_LABEL].strip()
        return printed + _gap(printed, level.suffix)


def _gap(printed: str, suffix: str) -> str:
    """What stands between a number and its text."""
    if not printed or (suffix == "tab" and printed[-1] in _WIDE_ENDS):
        return ""
    # 第一条 is known by the space after it, which some leave to the eye.
    return "" if suffix == "nothing" and printed[-1] not in _UNITS else " "


def _depth(element: etree._Element) -> int | None:
    depth = integer(attribute(element, "ilvl"))
    return depth if depth is not None and 0 <= depth < _LEVELS else None


def _read_levels(parent: etree._Element) -> dict[int, _Level]:
    return {
        depth: _read_level(element)
        for element in parent
        if name(element) == "lvl" and (depth := _depth(element)) is not None
    }


def _read_level(element: etree._Element) -> _Level:
    start = integer(value(element, "start"))
    # A format of a newer Word stands beside one that every program knows.
    formats = [attribute(part, "val") for part in element.iter() if name(part) == "numFmt"]
    return _Level(
        start=1 if start is None else start,
        number_format=next((kind for kind in formats if kind and kind != "custom"), "decimal"),
        pattern=(value(element, "lvlText") or "")[:_LONGEST_PATTERN],
        suffix=value(element, "suff") or "tab",
        restart=integer(value(element, "lvlRestart")),
        legal=bool(flag(element, "isLgl")),
        style=value(element, "pStyle"),
    )
