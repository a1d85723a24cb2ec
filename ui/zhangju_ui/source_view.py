"""The source pane: a document in its recovered structure, as inert text with cited places marked.

Every block says which characters of the source it shows (``data-start``, ``data-end``, in code
points), and every mark which it marks. A mark is cut in Python, where characters are code points:
a browser counts emoji twice. Of a long document a window around the wanted place is written, and
the parts before and after it when they are asked for: each begins where the other ends.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from zhangju.language import detect_language
from zhangju_index.markdown import fenced_lines
from zhangju_index.outline import Outline
from zhangju_index.reading import ReadingText
from zhangju_index.values import Section
from zhangju_ui.places import check_of
from zhangju_ui.plain import literal, shown
from zhangju_ui.strings import Language, say
from zhangju_ui.tables import Cell, Row, Table, is_row, read_table

__all__ = ["Mark", "marked_text", "render_part", "render_source"]

# Characters written at once: more than a reader scrolls through, little enough for a phone.
WINDOW = 60_000
_BYLINES = {"series", "author", "note"}
_FIRST_LEVEL, _LAST_LEVEL = 3, 6
_SIGIL = re.compile(r"#{1,6}\s+(?=\S)")
# White space and marks that may stand before a heading.
_REACH = 24
_CLOSING = "。．.：:！!？?；;、”’」』）) \u3000"
# What Markdown sets apart inside a line, with the marks around its words. More asterisks or backticks in
# a row, and a picture, are something else.
_CODE = re.compile(r"(?<!`)(`)([^`]+)(`)(?!`)")
_EMPHASIS = re.compile(r"(?<!\*)(\*\*)(?=[^\s*])([^*]*[^\s*])(\*\*)(?!\*)")
_LINK = re.compile(r"(?<![!\]\\])(\[)([^\[\]]+)(\]\([^\s()]*\))")
_ITEM = re.compile(r"(?:[-*+•·]|\d{1,3}[.)])[ \t]+\S")
_QUOTING = ">"
_MARKDOWN = (".md", ".markdown")
# More columns do not fit a phone: such a table scrolls.
_FEW_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to show.

    Attributes:
        kind: ``quote``: what an answer quotes; ``key``: the clause in it that answers.
        start: Offset of its first character in the document.
        end: Offset one past its last.
    """

    kind: Literal["quote", "key"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Apart:
    """A part of a paragraph that is set apart, in the reading text.

    Attributes:
        kind: How.
        start: Where the mark before its words begins.
        first: Where its words begin.
        last: Where they end.
        end: Where the mark after them ends.
    """

    kind: Literal["code", "strong", "link", "quoting"]
    start: int
    first: int
    last: int
    end: int


# A link is named, and leads nowhere.
_SET: Mapping[str, tuple[str, str]] = {
    "code": ('<span class="zj-code-words">', "</span>"),
    "strong": ("<strong>", "</strong>"),
    "link": ('<span class="zj-link-words">', "</span>"),
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """What of a block lies in one section.

    Attributes:
        reading: Its text.
        section: The section.
        told: What its format says it is; empty where it says nothing.
        opens: Whether the section begins with it.
        page: Number of the page that begins with it, where it is to be told.
    """

    reading: ReadingText
    section: Section
    told: str
    opens: bool
    page: int | None

    @property
    def place(self) -> str:
        """Which characters it shows, as attributes."""
        anchor = f'id="zj-at-{self.section.start}" ' if self.opens else ""
        return f'{anchor}data-start="{self.reading.offsets[0]}" data-end="{self.reading.offsets[-1] + 1}"'

    @property
    def is_plain(self) -> bool:
        """Whether it names no section."""
        return not self.opens or self.section.kind == "body"


def render_source(
    outline: Outline,
    language: Language,
    marks: Sequence[Mark] = (),
    at: int = 0,
    window: int = WINDOW,
    *,
    changed: bool = False,
) -> str:
    """Write a document, or the part of it around a place.

    Args:
        outline: The document with its structure.
        language: Language of the words around it.
        marks: What to mark.
        at: Offset that must be shown; the first mark comes before it.
        window: Characters that are written at once.
        changed: Say that the document was replaced since it was quoted.
    """
    length = len(outline.document.text)
    wanted = min((mark.start for mark in marks), default=at)
    start = 0 if length <= window else max(0, min(wanted - window // 4, length - window))
    words = say("source_changed", language)
    told = f'<p class="zj-problem zj-changed" role="alert">{words}</p>' if changed else ""
    return _article(outline, language, marks, start, min(length, start + window), told)


def render_part(
    outline: Outline,
    language: Language,
    marks: Sequence[Mark] = (),
    *,
    after: int | None = None,
    before: int = 0,
    window: int = WINDOW,
) -> str:
    """Write what follows or precedes a part that is shown already, to be put beside it.

    Args:
        outline: The document with its structure.
        language: Language of the words around it.
        marks: What to mark.
        after: Offset where the part that is shown ends; None to write what precedes one.
        before: Offset where it starts.
        window: Characters that are written at once.
    """
    length = len(outline.document.text)
    if after is not None:
        return _article(outline, language, marks, after, min(length, after + window), follows=True)
    return _article(outline, language, marks, max(0, before - window), before, precedes=True)


def _article(
    outline: Outline,
    language: Language,
    marks: Sequence[Mark],
    start: int,
    stop: int,
    told: str = "",
    *,
    follows: bool = False,
    precedes: bool = False,
) -> str:
    """Write whole blocks, with a way to what lies beyond them where nothing of it is shown yet."""
    text = outline.document.text
    blocks = outline.blocks_between(start, stop)
    if blocks:
        start = blocks[0].offsets[0] if start else 0
        stop = max(stop, blocks[-1].offsets[-1] + 1)
    before = outline.blocks_between(0, start) if follows else ()
    page = outline.document.layout.page_at(before[-1].offsets[0]) if before else None
    parts = _written(outline, list(_pieces(outline, blocks, page)), marks, language)
    earlier = _more("earlier", start, language) if text[:start].strip() and not follows else ""
    later = _more("later", stop, language) if text[stop:].strip() and not precedes else ""
    return (
        f'<article class="zj-article" lang="{_lang(outline)}" data-document="{literal(outline.document.id)}"'
        f' data-version="{check_of(text)}" data-start="{start}" data-end="{stop}"'
        f' aria-label="{literal(outline.title)}">{told}{earlier}{"".join(parts)}{later}</article>'
    )


def _lang(outline: Outline) -> str:
    """The language a document begins in: fonts and the setting of paragraphs follow it."""
    return detect_language(outline.document.text)


def marked_text(
    reading: ReadingText,
    marks: Sequence[Mark],
    words: tuple[int, int] | None = None,
    *,
    set_apart: Sequence[_Apart] = (),
) -> str:
    """Write a stretch of reading text with the parts of ``marks`` that lie in it.

    Args:
        reading: The text.
        marks: What to mark.
        words: The part of the text that is seen; the rest is there to be marked and found.
        set_apart: What of it is set in another way than the rest.
    """
    first, last = words or (0, len(reading.text))
    cuts = {0, first, last, len(reading.text)}
    for each in set_apart:
        cuts.update((each.start, each.first, each.last, each.end))
    edges = {0, len(reading.text)}
    for mark in marks:
        edges.update(reading.reading_range(mark.start, mark.end))
    return "".join(
        _run(
            reading, [*sorted({a, b, *(cut for cut in cuts if a < cut < b)})], marks, (first, last), set_apart
        )
        for a, b in pairwise(sorted(edges))
    )


def _run(
    reading: ReadingText,
    edges: Sequence[int],
    marks: Sequence[Mark],
    words: tuple[int, int],
    set_apart: Sequence[_Apart],
) -> str:
    """Write text that is marked all in one way, or not at all, and set as its parts ask for."""
    start, end = reading.offsets[edges[0]], reading.offsets[edges[-1] - 1] + 1
    kinds = {mark.kind for mark in marks if mark.start <= start < mark.end}
    text = "".join(_set(reading.text[a:b], a, words, set_apart) for a, b in pairwise(edges))
    if not kinds:
        return text
    kind = "key" if "key" in kinds else "quote"
    return f'<mark class="zj-{kind}" data-start="{start}" data-end="{end}">{text}</mark>'


def _set(text: str, at: int, words: tuple[int, int], set_apart: Sequence[_Apart]) -> str:
    holders = [each for each in set_apart if each.start <= at < each.end]
    if not words[0] <= at < words[1] or not all(each.first <= at < each.last for each in holders):
        return f'<span class="zj-fence" aria-hidden="true">{shown(text)}</span>'
    written = shown(text)
    for each in holders:
        opens, closes = _SET[each.kind]
        written = f"{opens}{written}{closes}"
    return written


def _markdown(reading: ReadingText, source: str) -> list[_Apart]:
    """What Markdown sets apart in a paragraph; ``source`` is the document, which tells where lines begin."""
    text = reading.text
    code = [_apart("code", found) for found in _CODE.finditer(text)]
    found = [_apart("strong", each) for each in _EMPHASIS.finditer(text)]
    found += [_apart("link", each) for each in _LINK.finditer(text)]
    # Inside code nothing else is meant; around the whole of it, it may be.
    kept = [
        each
        for each in found
        if all(
            other.end <= each.start
            or each.end <= other.start
            or (each.first <= other.start and other.end <= each.last)
            for other in code
        )
    ]
    return [*code, *kept, *_quoting(reading, source)]


def _apart(kind: Literal["code", "strong", "link"], found: re.Match[str]) -> _Apart:
    return _Apart(kind, found.start(), found.start(2), found.end(2), found.end())


def _quoting(reading: ReadingText, source: str) -> Iterator[_Apart]:
    """The marks before the lines of a quotation."""
    if not reading.text.startswith(_QUOTING):
        return
    for at, character in enumerate(reading.text):
        if character != _QUOTING:
            continue
        offset = reading.offsets[at]
        line = source[max(source.rfind("\n", 0, offset), source.rfind("\r", 0, offset)) + 1 : offset]
        if not line.strip("> \t"):
            end = at + 2 if reading.text[at + 1 : at + 2] == " " else at + 1
            yield _Apart("quoting", at, end, end, end)


def _pieces(outline: Outline, blocks: Sequence[ReadingText], page: int | None) -> Iterator[_Piece]:
    """Cut blocks where sections begin; ``page`` is the one that is told already."""
    document, sections = outline.document, outline.sections
    starts = [section.start for section in sections]
    elements = document.layout.elements
    element_starts = [element.start for element in elements]
    fenced = _fenced(outline)
    fence_starts = [start for start, _ in fenced]
    for block in blocks:
        number = document.layout.page_at(block.offsets[0])
        for section in sections[_holding(starts, block.offsets[0]) : _holding(starts, block.offsets[-1]) + 1]:
            piece = block.slice(section.start, section.end)
            if not piece.text:
                continue
            first = piece.offsets[0]
            opens = first - section.start < _REACH and not document.text[section.start : first].strip()
            element = elements[at] if (at := bisect_right(element_starts, first) - 1) >= 0 else None
            told = element.kind if element is not None and first < element.end else ""
            if (at := bisect_right(fence_starts, first) - 1) >= 0 and first < fenced[at][1]:
                told = "code"
            yield _Piece(piece, section, told, opens, number if number != page else None)
            page = number


def _fenced(outline: Outline) -> list[tuple[int, int]]:
    """Stretches of code in Markdown, with their fences."""
    if not _is_markdown(outline):
        return []
    blocks = outline.blocks
    # No line of code joins with another: each is a block.
    found = fenced_lines([block.text for block in blocks])
    return [(blocks[lines[0]].offsets[0], blocks[lines[-1]].offsets[-1] + 1) for lines in found]


def _is_markdown(outline: Outline) -> bool:
    return outline.document.source.lower().endswith(_MARKDOWN)


def _written(
    outline: Outline, pieces: Sequence[_Piece], marks: Sequence[Mark], language: Language
) -> Iterator[str]:
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.page is not None:
            yield f'<span class="zj-page" aria-hidden="true">{piece.page}</span>'
        rows = _rows(outline, pieces, at)
        indents = [_indent(outline.document.text, row.reading.offsets[0]) for row in rows]
        stated = piece.told == "table"
        table = read_table([row.reading.text for row in rows], indents, stated=stated) if rows else None
        if table is not None:
            yield _table(table, rows, marks, language)
            at += len(rows)
            continue
        for each in rows or [piece]:
            first, last = each.reading.offsets[0], each.reading.offsets[-1] + 1
            within = [mark for mark in marks if mark.start < last and mark.end > first]
            is_set = _is_markdown(outline) and not each.told
            yield _block(each, within, _markdown(each.reading, outline.document.text) if is_set else ())
        at += len(rows) or 1


def _rows(outline: Outline, pieces: Sequence[_Piece], first: int) -> Sequence[_Piece]:
    """Neighbouring pieces that may be the rows of one table."""
    text, told = outline.document.text, pieces[first].told
    at = first
    while at < len(pieces):
        piece = pieces[at]
        may_be = piece.told == told and (told == "table" or (not told and is_row(piece.reading.text)))
        if not may_be or not piece.is_plain:
            break
        if at > first:
            between = text[pieces[at - 1].reading.offsets[-1] + 1 : piece.reading.offsets[0]]
            if piece.page is not None or len(re.findall("\r\n|[\r\n]", between)) > 1:
                break
        at += 1
    return pieces[first:at]


def _indent(text: str, start: int) -> int:
    """Tabs that stand before the first visible character of a line."""
    line = text[max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1 : start]
    return 0 if line.strip() else line.count("\t")


def _table(table: Table, rows: Sequence[_Piece], marks: Sequence[Mark], language: Language) -> str:
    lines = "".join(_row(table, row, piece, marks) for row, piece in zip(table.rows, rows, strict=True))
    # Whoever has no mouse scrolls it with the arrow keys.
    wide = f' class="zj-wide" role="group" tabindex="0" aria-label="{say("table", language)}"'
    place = f'data-start="{rows[0].reading.offsets[0]}" data-end="{rows[-1].reading.offsets[-1] + 1}"'
    scrolls = wide if table.columns > _FEW_COLUMNS else ""
    return f'<div{scrolls} {place}><table class="zj-rows">{lines}</table></div>'


def _row(table: Table, row: Row, piece: _Piece, marks: Sequence[Mark]) -> str:
    if row.kind == "rule":
        whole = Cell(0, 0, 0, len(piece.reading.text))
        cells = f'<td colspan="{table.columns}">{_words(whole, piece.reading, marks)}</td>'
        return f'<tr class="zj-rule" aria-hidden="true" {piece.place}>{cells}</tr>'
    opens, closes = ('<th scope="col"', "</th>") if row.kind == "head" else ("<td", "</td>")
    aligns = [f' class="zj-{align}"' if align else "" for align in table.aligns]
    aligns += [""] * (table.columns - len(aligns))
    cells = "<td></td>" * row.skipped
    for column, cell in enumerate(row.cells, row.skipped):
        cells += f"{opens}{aligns[column]}>{_words(cell, piece.reading, marks)}{closes}"
    cells += f"{opens}>{closes}" * (table.columns - row.skipped - len(row.cells))
    return f"<tr {piece.place}>{cells}</tr>"


def _words(cell: Cell, reading: ReadingText, marks: Sequence[Mark]) -> str:
    own = ReadingText(reading.text[cell.start : cell.end], reading.offsets[cell.start : cell.end])
    if not own.text:
        return ""
    within = [mark for mark in marks if mark.start <= own.offsets[-1] and mark.end > own.offsets[0]]
    return marked_text(own, within, (cell.words - cell.start, cell.after - cell.start))


def _holding(starts: Sequence[int], offset: int) -> int:
    return max(0, bisect_right(starts, offset) - 1)


def _block(block: _Piece, marks: Sequence[Mark], set_apart: Sequence[_Apart]) -> str:
    piece, section = block.reading, block.section
    place = f'data-start="{piece.offsets[0]}" data-end="{piece.offsets[-1] + 1}"'
    if block.is_plain:
        kind = block.told if block.told in {"item", "table", "code"} else "text"
        if not block.told and _ITEM.match(piece.text):
            kind = "item"
        if any(each.kind == "quoting" for each in set_apart):
            kind = "quoted" if piece.text.strip("> ") else "quoted zj-hollow"
        anchor = f' id="zj-at-{section.start}"' if block.opens else ""
        words = marked_text(piece, marks, set_apart=set_apart)
        return f'<p class="zj-{kind}"{anchor} {place}>{words}</p>'
    anchor = f'id="zj-at-{section.start}" tabindex="-1"'
    if section.kind in _BYLINES:
        return f'<p class="zj-byline zj-{section.kind}" {anchor} {place}>{marked_text(piece, marks)}</p>'
    cut = _heading_end(piece.text, section.path[-1] if section.path else "")
    head, rest = _cut(piece, cut)
    if rest is not None:
        # A lead that runs on into its paragraph.
        return (
            f'<p class="zj-text" {anchor} {place}><strong class="zj-lead">{marked_text(head, marks)}</strong>'
            f"{marked_text(rest, marks)}</p>"
        )
    level = min(_LAST_LEVEL, _FIRST_LEVEL + max(0, len(section.path) - 1))
    words = marked_text(piece, marks)
    if sigil := _SIGIL.match(piece.text):
        # Markdown's own mark of a heading is a character of the source, and no word of it.
        before, after = _divided(piece, sigil.end())
        words = f'<span class="zj-sigil">{marked_text(before, marks)}</span>{marked_text(after, marks)}'
    return f'<h{level} class="zj-{section.kind}" {anchor} {place}>{words}</h{level}>'


def _heading_end(text: str, heading: str) -> int:
    """Where the heading that opens ``text`` ends, with the mark that closes it; all of it where unsure."""
    found = text.find(heading) if heading else -1
    if not 0 <= found < _REACH:
        return len(text)
    end = found + len(heading)
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return end


def _cut(reading: ReadingText, at: int) -> tuple[ReadingText, ReadingText | None]:
    if not any(character.isalnum() for character in reading.text[at:]):
        return reading, None
    return _divided(reading, at)


def _divided(reading: ReadingText, at: int) -> tuple[ReadingText, ReadingText]:
    return (
        ReadingText(reading.text[:at], reading.offsets[:at]),
        ReadingText(reading.text[at:], reading.offsets[at:]),
    )


def _more(key: str, at: int, language: Language) -> str:
    return f'<button type="button" class="zj-part zj-{key}" data-at="{at}">{say(key, language)}</button>'
