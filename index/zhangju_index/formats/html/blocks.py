"""Blocks of an HTML page: what a browser sets on lines of its own, with the parts they lie in.

White space collapses as in a browser; a line break in the source between two East Asian wide
characters disappears, as CSS Text 3 has it. No-break spaces become spaces and soft hyphens go, so
that words are found and quoted as they are read. Ruby keeps its base text.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lxml import etree

from zhangju_index.formats.html.formulas import closes_with, is_raised, is_read_before, opens_with
from zhangju_index.formats.html.lists import OpenList, next_item, open_list
from zhangju_index.formats.html.spaces import collapse, unmarked
from zhangju_index.formats.html.tables import Grid, is_data_table
from zhangju_index.formats.html.tree import Walk, style_of
from zhangju_index.formats.raised import raise_figures
from zhangju_index.marks import find_mark

__all__ = ["Block", "BlockKind", "Page", "Part", "read_blocks"]

BlockKind = Literal["text", "heading", "item", "table", "code", "preformatted"]

_SILENT = frozenset(
    (
        "head", "script", "style", "noscript", "template", "svg", "canvas", "iframe", "frameset", "object",
        "applet", "audio", "video", "map", "select", "input", "textarea", "datalist", "progress", "meter",
        "rt", "rp", "rtc", "button", "dialog", "annotation", "annotation-xml",
    )
)  # fmt: skip
"""Elements that hold no running text: code, media, controls, the reading of ruby, the source of formulas."""
_SPACED = frozenset(
    (
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "listing", "xmp", "plaintext",
        "blockquote", "figure", "hr", "table", "fieldset", "menu", "dir",
    )
)  # fmt: skip
"""Blocks that browsers set apart by space."""
_BLOCKS = _SPACED | frozenset(
    (
        "html", "body", "div", "section", "article", "main", "aside", "nav", "header", "footer", "hgroup",
        "address", "center", "form", "details", "summary", "li", "dt", "dd", "figcaption", "caption",
        "thead", "tbody", "tfoot", "tr", "td", "th", "legend", "search", "marquee",
    )
)  # fmt: skip
_PREFORMATTED = frozenset(("pre", "listing", "xmp", "plaintext"))
_CODE = frozenset(("code", "kbd", "samp"))
_FORMULA_PARTS = frozenset(
    (
        *("mfrac", "msqrt", "mroot", "mrow", "mstyle", "mpadded", "mn", "mi", "mo", "mtext"),
        *("msup", "msub", "msubsup"),
    )
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_HIDDEN_CLASSES = re.compile(
    r"(?<!\S)(?:sr-only|visually-hidden|screen-reader-text|mw-editsection|headerlink|katex-html)(?!\S)"
)
_HIDDEN_STYLE = re.compile(r"display:none|visibility:hidden|mso-hide:all")
_BOLD_STYLE = re.compile(r"font-weight:(?:bold|[6-9]00)")
# A link to a file is an attachment, and one to a place in the page a note: both are the article's.
_OWN_LINK = re.compile(
    r"$|#|.*\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar|csv|txt|ceb)(?:[?#].*)?$", re.I | re.S
)

_BREAK = "\0"
"""Stands for ``<br>`` until lines are made; the tree holds no such character."""
_LONGEST_HEADING = 200
"""A whole paragraph set as a heading is set so for its looks."""


@dataclass(slots=True)
class Part:
    """An element that is set as a block, with what it holds.

    Attributes:
        parent: Number of the part it lies in; -1 of the outermost.
        element: The element itself.
        first: Number of its first block.
        end: One past the number of its last block.
    """

    parent: int
    element: etree._Element
    first: int
    end: int = 0


@dataclass(slots=True)
class Block:
    """Text that stands on lines of its own.

    Attributes:
        part: Number of the part it lies in.
        kind: What it is; ``preformatted`` is code or text, as its words tell.
        lines: Its lines; an empty one is a blank line between two others.
        level: Rank of a heading, nesting of an item, both from 1; 0 elsewhere.
        spaced: Whether a browser leaves space before it.
        size: Characters in it, white space left out.
        linked: As many of them as are links to other pages.
        links: Number of these links.
        bold: As many of its characters as are bold.
    """

    part: int
    kind: BlockKind = "text"
    lines: list[str] = field(default_factory=list)
    level: int = 0
    spaced: bool = False
    size: int = 0
    linked: int = 0
    links: int = 0
    bold: int = 0

    @property
    def text(self) -> str:
        """Its lines, joined by spaces."""
        return " ".join(line for line in self.lines if line)


@dataclass(slots=True)
class Page:
    """What a page shows: its blocks in order, and the parts they lie in, outer ones first."""

    blocks: list[Block] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


class _Place(NamedTuple):
    """What holds at a place of the tree, as its elements say.

    Attributes:
        part: The block-level element it lies in.
        heading: Rank of the heading it lies in, or 0.
        bold: Whether its characters are bold.
        raised: Whether they stand above the line.
        linked: Whether they are a link to another page.
        keeps_lines: Kind of the block whose line breaks show; None where white space collapses.
        list: The list it lies in.
        grid: The data table it lies in.
        in_cell: Whether it lies in a cell of that table.
    """

    part: int = -1
    heading: int = 0
    bold: bool = False
    raised: bool = False
    linked: bool = False
    keeps_lines: Literal["text", "preformatted"] | None = None
    list: OpenList | None = None
    grid: Grid | None = None
    in_cell: bool = False


def read_blocks(root: etree._Element, *, hidden: bool = False) -> Page:
    """Cut a page into blocks.

    Args:
        root: The page.
        hidden: Whether to read also what the page hides.
    """
    return _Reader(hidden=hidden).read(root)


class _Reader:
    """Walks a tree and gathers its blocks."""

    def __init__(self, *, hidden: bool) -> None:
        self._hidden = hidden
        self._page = Page()
        self._places = [_Place()]
        self._pieces: list[str] = []
        self._growing = Block(-1)
        self._is_code = self._spaced = False
        self._item: tuple[int, str] | None = None  # Nesting and number of one that has no text yet.

    def read(self, root: etree._Element) -> Page:
        walk = Walk(root)
        for event, element, tag in walk:
            if event == "end":
                self._close(self._places.pop(), element, tag)
                if tag in _FORMULA_PARTS and (mark := closes_with(element, tag)):
                    self._pieces.append(mark)
                self._add(element.tail)
            elif self._is_silent(element, tag):
                walk.skip()
                self._places.append(self._places[-1])
            else:
                self._open(element, tag)
                self._add(element.text)
        self._flush()
        return self._page

    def _is_silent(self, element: etree._Element, tag: str) -> bool:
        # Pages that fold their sections put a button into the heading.
        if tag in _SILENT and not (tag == "button" and self._places[-1].heading):
            return tag != "dialog" or element.get("open") is None
        if is_read_before(element):
            return True
        return not self._hidden and (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or bool(_HIDDEN_CLASSES.search((element.get("class") or "")[:300]))
            or bool(_HIDDEN_STYLE.search(style_of(element)))
        )

    def _open(self, element: etree._Element, tag: str) -> None:
        place = self._places[-1]
        if tag == "br":
            self._pieces.append("\n" if place.keeps_lines == "preformatted" else _BREAK)
        elif tag in _CODE:
            self._is_code |= place.keeps_lines == "preformatted"
        elif tag == "a":
            linked = not _OWN_LINK.match((element.get("href") or "")[:2000].strip())
            self._growing.links += linked
            place = place._replace(linked=linked)
        elif tag in _BLOCKS or element.get("role") == "heading":
            place = self._open_block(element, tag)
        if tag in ("b", "strong") or _BOLD_STYLE.search(style_of(element)):
            place = place._replace(bold=True)
        if is_raised(element, tag):
            place = place._replace(raised=True)
        before = self._pieces[-1] if self._pieces else ""
        if tag in _FORMULA_PARTS and (mark := opens_with(element, tag, before)):
            self._pieces.append(mark)
        self._places.append(place)

    def _open_block(self, element: etree._Element, tag: str) -> _Place:
        self._flush()
        outer = self._places[-1]
        self._spaced |= _is_spaced(tag, outer)
        self._page.parts.append(Part(outer.part, element, len(self._page.blocks)))
        place = outer._replace(part=len(self._page.parts) - 1)
        if level := _heading_level(element, tag):
            place = place._replace(heading=level)
        elif tag in _LISTS:
            place = place._replace(list=open_list(element, tag, outer.list))
        elif tag == "li":
            self._item = next_item(element, outer.list)
        elif tag == "table" and not outer.in_cell:
            place = place._replace(grid=Grid() if is_data_table(element) else None)
        elif tag == "tr" and outer.grid and not outer.in_cell:
            outer.grid.open_row()
        elif tag in ("td", "th"):
            place = place._replace(in_cell=outer.grid is not None)
        elif tag in _PREFORMATTED:
            place = place._replace(keeps_lines="preformatted")
        elif not outer.keeps_lines and "white-space:pre" in style_of(element):
            place = place._replace(keeps_lines="text")
        return place

    def _close(self, place: _Place, element: etree._Element, tag: str) -> None:
        outer = self._places[-1]
        if place.part == outer.part:
            return
        if place.in_cell and not outer.in_cell and place.grid:
            place.grid.add_cell(self._cell(), element)
        elif tag == "tr" and place.grid and not place.in_cell:
            self._finish(place, "table", [place.grid.close_row()])
        else:
            self._flush(place)
        if tag == "li":
            self._item = None
        self._spaced |= _is_spaced(tag, outer)
        self._page.parts[place.part].end = len(self._page.blocks)

    def _add(self, text: str | None) -> None:
        if not text:
            return
        place = self._places[-1]
        size = len("".join(text.split()))
        self._growing.size += size
        self._growing.linked += size * place.linked
        self._growing.bold += size * place.bold
        text = raise_figures(text) if place.raised else text
        self._pieces.append(text.replace("\n", _BREAK) if place.keeps_lines == "text" else text)

    def _flush(self, place: _Place | None = None) -> None:
        """End the block that is growing, if there is any text in it."""
        place = place or self._places[-1]
        if place.in_cell:
            self._pieces.append(" ")
        elif place.keeps_lines == "preformatted" and not place.heading:
            lines = [unmarked(line).rstrip() for line in "".join(self._pieces).split("\n")]
            self._finish(place, "code" if self._is_code else "preformatted", lines)
        else:
            lines = [collapse(line) for line in "".join(self._pieces).split(_BREAK)]
            heading = " ".join(line for line in lines if line) if place.heading else ""
            if 0 < len(heading) <= _LONGEST_HEADING:
                self._finish(place, "heading", [heading], place.heading)
            else:
                self._finish(place, "text", lines)

    def _cell(self) -> str:
        """All that was gathered, on one line."""
        text = collapse("".join(self._pieces).replace(_BREAK, " "))
        self._pieces.clear()
        return text

    def _finish(self, place: _Place, kind: BlockKind, lines: list[str], level: int = 0) -> None:
        """Put down the block that was growing, unless it shows nothing."""
        self._pieces.clear()
        lines = _without_outer_blanks(lines)
        if not lines:
            return
        if kind == "text" and self._item:
            kind, (level, number) = "item", self._item
            # Some number their items by hand and hide the list's own numbers.
            lines[0] = lines[0] if find_mark(lines[0]) else number + lines[0]
        self._item = None
        block = self._growing
        block.part, block.kind, block.lines, block.level, block.spaced = (
            place.part,
            kind,
            lines,
            level,
            self._spaced,
        )
        self._page.blocks.append(block)
        self._growing = Block(place.part)
        self._is_code = self._spaced = False


def _heading_level(element: etree._Element, tag: str) -> int:
    """Rank of a heading, from 1; 0 of anything else."""
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return int(tag[1])
    if element.get("role") != "heading":
        return 0
    level = element.get("aria-level") or ""
    return min(max(int(level), 1), 9) if re.fullmatch("[0-9]{1,2}", level) else 2


def _is_spaced(tag: str, outer: _Place) -> bool:
    """Whether a browser sets an element apart from what stands around it."""
    return tag in _SPACED and not (outer.in_cell or (tag in _LISTS and outer.list))


def _without_outer_blanks(lines: list[str]) -> list[str]:
    shown = [number for number, line in enumerate(lines) if line]
    return lines[shown[0] : shown[-1] + 1] if shown else []
