"""What the styles of a Word document say of its paragraphs: headings, numbering, hidden text."""

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from zhangju_index.formats.docx.package import attribute, child, flag, integer, name, value

__all__ = ["DEEPEST", "Style", "Styles", "heading_level"]

DEEPEST = 9
"""Lowest rank of a heading."""

# Word allows eleven; a damaged file may base a style on itself.
_LONGEST_LINEAGE = 16
# Word allows 4,079.
_MOST_STYLES = 10_000
# Word writes "heading 1" whatever its language; other programs write what their users see.
_HEADING_WORDS = (
    "heading|标题|標題|見出し|제목|überschrift|titre|t[ií]tulo|titolo|kop|rubrik|overskrift|otsikko|"
    "nagłówek|nadpis|заголовок|tiêu đề"
)
_HEADING = re.compile(rf"(?:{_HEADING_WORDS})\s*(?P<level>[1-9])", re.IGNORECASE)
_GRADED = re.compile(r"(?P<level>[一二三四五六七八九1-9])级标题")
_GRADES = {character: level for level, character in enumerate("一二三四五六七八九", 1)}
_TITLES = frozenset(
    {"title", "标题", "標題", "文档标题", "表題", "titel", "titre", "título", "titolo", "название"}
)
_CONTENTS = re.compile(r"(?:toc|contents|目录|目錄)\s*[1-9]", re.IGNORECASE)
_CONTENTS_HEADING = re.compile(r"(?:toc|toa|contents) heading|目录标题|toc 标题", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it inherits.

    Attributes:
        heading: Rank of the headings set in it, from 1; None for any other text.
        title: Whether these are titles, which stand above headings of the same rank.
        numbering: Id of its list, if it has one; ``0`` takes an inherited one away.
        depth: Level in that list, from 0, where it is said.
        hidden: Whether text in it is not shown, where it is said.
        contents: Whether it is for the lines of a table of contents.
        contents_heading: Whether it is for the heading of such a table.
        lineage: Its id and those that it is based on, nearest first.
    """

    heading: int | None = None
    title: bool = False
    numbering: str | None = None
    depth: int | None = None
    hidden: bool | None = None
    contents: bool = False
    contents_heading: bool = False
    lineage: tuple[str, ...] = ()


@dataclass
class Styles:
    """All styles of a document, by id.

    Args:
        root: Root element of the styles; None where there are none.
    """

    root: etree._Element | None
    _elements: dict[str, etree._Element] = field(init=False, default_factory=dict)
    _known: dict[str | None, Style] = field(init=False, default_factory=dict)
    _default: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        for element in islice(self.root, _MOST_STYLES) if self.root is not None else ():
            if name(element) != "style" or (identifier := attribute(element, "styleId")) is None:
                continue
            self._elements.setdefault(identifier, element)
            is_default = attribute(element, "default") in ("1", "true", "on")
            if is_default and attribute(element, "type") == "paragraph":
                self._default = identifier

    def paragraph(self, identifier: str | None) -> Style:
        """The style of a paragraph; the default one where it names none that there is."""
        return self.get(identifier if identifier in self._elements else self._default)

    def get(self, identifier: str | None) -> Style:
        """The style of that id; one that says nothing where there is none."""
        if identifier not in self._known:
            self._known[identifier] = self._inherit(identifier)
        return self._known[identifier]

    def _inherit(self, identifier: str | None) -> Style:
        lineage: list[str] = []
        while identifier in self._elements and len(lineage) < _LONGEST_LINEAGE:
            lineage.append(identifier)
            identifier = value(self._elements[identifier], "basedOn")
        elements = [self._elements[step] for step in lineage]
        names = [
            (value(element, "name") or step).strip() for step, element in zip(lineage, elements, strict=True)
        ]
        said = (
            (_style_heading(element, shown), shown) for element, shown in zip(elements, names, strict=True)
        )
        heading, named = next(((level, shown) for level, shown in said if level is not None), (None, ""))
        numbers = [child(element, "pPr", "numPr") for element in elements]
        own = names[0] if names else ""
        return Style(
            heading=heading or None,
            title=heading == 1 and named.casefold() in _TITLES,
            numbering=next((found for part in numbers if (found := value(part, "numId"))), None),
            depth=next((at for part in numbers if (at := integer(value(part, "ilvl"))) is not None), None),
            hidden=next(
                (is_on for part in elements if (is_on := flag(child(part, "rPr"), "vanish")) is not None),
                None,
            ),
            contents=bool(_CONTENTS.fullmatch(own)),
            contents_heading=bool(_CONTENTS_HEADING.fullmatch(own)),
            lineage=tuple(lineage),
        )


def heading_level(properties: etree._Element | None) -> int | None:
    """The rank that paragraph properties give by their outline level: 0 for none at all, None if unsaid."""
    level = integer(value(properties, "outlineLvl"))
    if level is None or level < 0:
        return None
    return level + 1 if level < DEEPEST else 0


def _style_heading(element: etree._Element, shown: str) -> int | None:
    """The rank that a style itself gives: 0 where it says that it is for no heading."""
    level = heading_level(child(element, "pPr"))
    if level is not None:
        return level
    if found := _HEADING.fullmatch(shown):
        return int(found["level"])
    if found := _GRADED.fullmatch(shown):
        return _GRADES.get(found["level"]) or int(found["level"])
    return 1 if shown.casefold() in _TITLES else None
