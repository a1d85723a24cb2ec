"""The text of a Word document, line by line, as a reader sees it.

    document -> paragraphs, table rows -> lines with what they are

What is shown is text, with automatic numbers; inserted text but not deleted text; results of
fields but not their instructions; text boxes and notes, each once, right after the paragraph that
they hang on. Left out are hidden text, comments, headers, footers, prompts to fill in, and
tables of contents, which repeat the headings.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from lxml import etree

from zhangju_index.formats.docx.fields import Fields
from zhangju_index.formats.docx.formulas import FORMULAS, write_formula
from zhangju_index.formats.docx.numbering import Numbering
from zhangju_index.formats.docx.package import attribute, child, flag, name, value
from zhangju_index.formats.docx.styles import DEEPEST, Style, Styles, heading_level
from zhangju_index.formats.docx.symbols import plain_symbol
from zhangju_index.formats.raised import raise_figures
from zhangju_index.marks import find_mark
from zhangju_index.values import ElementKind

__all__ = ["Body", "Line"]

# The rules for numbering decide whether these are headings.
_OUTLINE_MARKS = frozenset({"编", "分编", "篇", "章", "节", "目", "条", "一、", "（一）"})
_CONTENTS_NAMES = frozenset({"目录", "目次", "目錄", "contents", "tableofcontents"})
_CONTENTS_GALLERY = "Table of Contents"
# Line breaks in the file itself are white space of its XML.
_XML_BREAK = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")
_BREAKS = re.compile(r"\s*[\t\n\x85\u2028\u2029]\s*")
_SKIPPED = frozenset(
    {
        *("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr", "sectPr", "rt"),
        *("delText", "delInstrText"),
    }
)
_DELETED = frozenset({"del", "moveFrom"})
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or table row.

    Attributes:
        text: What it shows; breaks inside a paragraph are line feeds.
        kind: What the document says it is; None for running text.
        level: Rank of a heading or nesting of an item, from 1; 0 elsewhere.
        title: Whether it is a heading of the rank above all others.
    """

    text: str
    kind: ElementKind | None = None
    level: int = 0
    title: bool = False


@dataclass
class Body:
    """Reads the text of one document.

    Args:
        styles: Its styles.
        numbering: Its lists.
        footnotes: Root element of its footnotes; None where there are none.
        endnotes: Root element of its endnotes; None where there are none.
        shows_contents: Whether to read also what fields make a table of contents.
    """

    styles: Styles
    numbering: Numbering
    footnotes: etree._Element | None = None
    endnotes: etree._Element | None = None
    shows_contents: bool = False
    _lines: list[Line] = field(init=False, default_factory=list)
    _fields: Fields = field(init=False)
    _notes: dict[tuple[str, str | None], etree._Element] = field(init=False, default_factory=dict)
    _hanging: deque[etree._Element] = field(init=False, default_factory=deque)
    _is_reading_hanging: bool = field(init=False, default=False)
    _after_number: bool = field(init=False, default=False)
    _carried: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._fields = Fields(self.shows_contents)
        for kind, root in (("footnoteReference", self.footnotes), ("endnoteReference", self.endnotes)):
            for note in root if root is not None else ():
                # The others are the rules between text and notes.
                if attribute(note, "type") in (None, "normal"):
                    self._notes[kind, attribute(note, "id")] = note

    def read(self, root: etree._Element) -> list[Line]:
        """The lines of a document, in order; an empty paragraph is an empty line."""
        self._blocks(root)
        self._settle()
        return _below_titles(self._lines)

    @property
    def lacks_an_end(self) -> bool:
        """Whether a table of contents was not closed, so that all behind it may be missing."""
        return not self._fields.shows

    def _settle(self) -> None:
        """Let text stand that waited for a paragraph to join."""
        if self._carried:
            self._lines.append(Line("".join(self._carried).strip("\n")))
            self._carried = []

    def _blocks(self, parent: etree._Element) -> None:
        for element in parent:
            kind = name(element)
            if kind == "p":
                self._paragraph(element)
            elif kind == "tbl":
                self._table(element)
            elif kind == "sdt":
                if (content := _content(element)) is not None:
                    self._blocks(content)
            elif kind == "mc:AlternateContent":
                self._alternatives(element)
            elif kind in _DELETED:
                self._pass_marks(element)
            elif kind not in _SKIPPED:
                self._blocks(element)

    def _pass_marks(self, deleted: etree._Element) -> None:
        """Take note of the field marks in deleted text: the field may have begun before it."""
        for element in deleted.iter():
            if name(element) == "fldChar":
                self._fields.pass_mark(attribute(element, "fldCharType"))

    def _alternatives(self, alternatives: etree._Element) -> None:
        """Read one of several forms of the same content: the first that shows anything."""
        before = len(self._lines)
        for form in alternatives:
            self._blocks(form)
            if len(self._lines) > before:
                return

    def _paragraph(self, element: etree._Element) -> None:
        if not len(element) and not self._carried and self._fields.shows:
            # A damaged file may hold a million of these.
            self._lines.append(Line(""))
            return
        properties = child(element, "pPr")
        style = self.styles.paragraph(value(properties, "pStyle"))
        mark = child(properties, "rPr")
        pieces: list[str] = []
        self._fields.begin_paragraph()
        self._inline(element, pieces, hidden=bool(style.hidden))
        in_contents = self._fields.end_paragraph() or style.contents
        if not style.contents:
            self._carried.extend(pieces)
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            # With the mark of a paragraph, its end is deleted.
            return
        text = "".join(self._carried)
        self._carried = []
        is_hidden = flag(mark, "vanish") and not text
        bare = re.sub(r"\s", "", text).casefold()
        is_contents = (in_contents and not bare) or (style.contents_heading and bare in _CONTENTS_NAMES)
        if not (is_hidden or is_contents):
            self._lines.append(self._line(text.strip("\n"), properties, style))
        self._read_hanging()

    def _read_hanging(self) -> None:
        """Read the boxes and notes of the paragraph before, and then what hangs on them in turn."""
        if self._is_reading_hanging:
            return
        self._is_reading_hanging = True
        while self._hanging:
            self._blocks(self._hanging.popleft())
        self._is_reading_hanging = False

    def _line(self, text: str, properties: etree._Element | None, style: Style) -> Line:
        place = self.numbering.place(properties, style)
        label = self.numbering.label(*place) if place else ""
        text = label + text if text else label.rstrip()
        said = heading_level(properties)
        level = style.heading if said is None else said
        if level and text.strip():
            return Line(text, "heading", level, style.title and said is None)
        if place and label:
            found = find_mark(text)
            if found is None or found.kind not in _OUTLINE_MARKS:
                return Line(text, "item", place[1] + 1)
        return Line(text)

    def _inline(self, parent: etree._Element, out: list[str], *, hidden: bool) -> None:
        """Add what the runs of a paragraph show to ``out``."""
        for element in parent:
            kind = name(element)
            if kind == "r":
                self._run(element, out, hidden=self._is_hidden(element, hidden))
            elif kind in ("t", "m:t"):
                self._show(_plain(element), out, hidden)
            elif kind in _CHARACTERS:
                self._show(_CHARACTERS[kind], out, hidden)
            elif kind == "sym":
                code = attribute(element, "char") or ""
                if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code):
                    self._show(plain_symbol(int(code, 16), attribute(element, "font") or ""), out, hidden)
            elif kind == "fldChar":
                self._show(self._fields.pass_mark(attribute(element, "fldCharType")), out, hidden)
            elif kind == "instrText":
                self._fields.add_instruction(element.text or "")
            elif kind == "fldSimple":
                self._fields.pass_mark("begin")
                self._fields.add_instruction(attribute(element, "instr") or "")
                self._fields.pass_mark("separate")
                self._inline(element, out, hidden=hidden)
                self._fields.pass_mark("end")
            elif kind in ("footnoteRef", "endnoteRef"):
                self._after_number = True
            elif kind == "ruby":
                if (base := child(element, "rubyBase")) is not None:
                    self._inline(base, out, hidden=hidden)
            elif kind == "sdt":
                if (content := _content(element)) is not None:
                    self._inline(content, out, hidden=hidden)
            elif kind == "mc:AlternateContent":
                self._inline_alternatives(element, out, hidden=hidden)
            elif kind in ("txbxContent", "footnoteReference", "endnoteReference"):
                # A note is shown once, however often it is referred to.
                note = self._notes.pop((kind, attribute(element, "id")), None)
                hanging = element if kind == "txbxContent" else note
                if hanging is not None and not hidden and self._fields.shows:
                    self._hanging.append(hanging)
            elif kind in _DELETED:
                self._pass_marks(element)
            elif kind in FORMULAS and not hidden and self._fields.shows:
                out.append(write_formula(element, "".join(out[-2:]), partial(self._part, hidden=hidden)))
            elif kind not in _SKIPPED:
                self._inline(element, out, hidden=hidden)

    def _run(self, element: etree._Element, out: list[str], *, hidden: bool) -> None:
        """Read a run; a raised figure as what it is."""
        if value(element, "rPr", "vertAlign") != "superscript":
            self._inline(element, out, hidden=hidden)
            return
        pieces: list[str] = []
        self._inline(element, pieces, hidden=hidden)
        out.extend(map(raise_figures, pieces))

    def _part(self, element: etree._Element, *, hidden: bool) -> str:
        """What a part of a formula shows."""
        pieces: list[str] = []
        self._inline(element, pieces, hidden=hidden)
        return "".join(pieces)

    def _inline_alternatives(self, alternatives: etree._Element, out: list[str], *, hidden: bool) -> None:
        """Read one of several forms of the same content: the first that shows anything."""
        before = len(out), len(self._hanging)
        for form in alternatives:
            self._inline(form, out, hidden=hidden)
            if (len(out), len(self._hanging)) != before:
                return

    def _show(self, text: str, out: list[str], hidden: bool) -> None:
        if self._after_number:
            # The number of a note is left out, and so is the gap behind it.
            text = text.lstrip(" \t")
            self._after_number = not text
        if not hidden and self._fields.shows:
            out.append(text)

    def _is_hidden(self, run: etree._Element, by_default: bool) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return by_default
        own = flag(properties, "vanish")
        if own is None and (style := value(properties, "rStyle")) is not None:
            own = self.styles.get(style).hidden
        return by_default if own is None else own

    def _table(self, table: etree._Element) -> None:
        self._settle()
        rows = [
            [cell for cell in _within(row, "tc") if child(cell, "tcPr", "cellDel") is None]
            for row in _within(table, "tr")
            if _is_row(row)
        ]
        if all(len(cells) <= 1 for cells in rows):
            # One column is a frame around running text.
            for cells in rows:
                for cell in cells:
                    self._blocks(cell)
            return
        for cells in rows:
            shown = "\t".join(self._cell(cell) for cell in cells).rstrip("\t")
            if shown.strip():
                self._lines.append(Line(shown, "table"))

    def _cell(self, cell: etree._Element) -> str:
        """What a cell shows, on one line; empty where it goes on with the cell above it."""
        merged = child(cell, "tcPr", "vMerge")
        if merged is not None and attribute(merged, "val") != "restart":
            return ""
        outside, self._lines = self._lines, []
        self._blocks(cell)
        self._settle()
        inside, self._lines = self._lines, outside
        return " ".join(part for line in inside if (part := _BREAKS.sub(" ", line.text).strip()))


def _below_titles(lines: list[Line]) -> list[Line]:
    """Put headings of the first rank below titles, in a document that opens with one."""
    first = [line.title for line in lines if line.kind == "heading" and line.level == 1]
    if not first or not first[0] or all(first):
        return lines
    return [
        replace(line, level=min(line.level + 1, DEEPEST))
        if line.kind == "heading" and not line.title
        else line
        for line in lines
    ]


def _plain(element: etree._Element) -> str:
    text = element.text or ""
    if "\n" not in text and "\r" not in text:
        return text
    return _XML_BREAK.sub(" ", text.strip("\r\n"))


def _content(control: etree._Element) -> etree._Element | None:
    """What a content control holds; None for a prompt to fill it in, or a table of contents."""
    properties = child(control, "sdtPr")
    gallery = value(properties, "docPartObj", "docPartGallery")
    if flag(properties, "showingPlcHdr") or gallery == _CONTENTS_GALLERY:
        return None
    return child(control, "sdtContent")


def _within(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """The rows of a table, or the cells of a row, also where something is wrapped around them."""
    for element in parent:
        kind = name(element)
        if kind == wanted:
            yield element
        elif kind == "sdt":
            if (content := child(element, "sdtContent")) is not None:
                yield from _within(content, wanted)
        elif kind not in _SKIPPED | _DELETED and kind not in ("tbl", "tr", "tc", "p"):
            yield from _within(element, wanted)


def _is_row(row: etree._Element) -> bool:
    properties = child(row, "trPr")
    return child(properties, "del") is None and not flag(properties, "hidden")
