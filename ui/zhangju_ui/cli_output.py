"""What the commands print for people: calm, plain text that is safe on a terminal.

Headings, offsets and quotes come from documents, and a document may hold anything: whatever
would steer a terminal is written as its escape. Colour and wrapping are for terminals alone.
"""

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from zhangju.values import Answer, Citation, Passage
    from zhangju_index.outline import Outline

__all__ = [
    "answer_lines",
    "duration",
    "fold",
    "json_line",
    "location",
    "outline_json",
    "outline_lines",
    "passage_lines",
    "plural",
    "print_lines",
    "printable",
    "terminal_columns",
]

_MAX_COLUMNS = 100
_SNIPPET = 36
_LEAST_SNIPPET = 12
# Columns from which a heading says what its section is about; "第一条" does not.
_TELLING = 24
# What stands before the text of a line, under which the rest is folded.
_FRONT = re.compile(r"(?:\[\d+\] | *\d+  |[a-z]+ +[\d,]+  (?:p\. \d+ +)?)?\s*")

# Controls, direction marks that reorder what follows, line separators, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_AT_LINE_START = "，。！？；：、）》」』】”’…,.!?;:)]}%"


def printable(text: str, *, one_line: bool = False) -> str:
    """Write ``text`` so that a terminal shows it and does nothing else.

    Args:
        text: Anything.
        one_line: Whether line breaks and tabs become single spaces.
    """
    if one_line:
        text = re.sub(r"\s*[\r\n\t\v\f\x85\u2028\u2029]\s*", " ", text)
    return _UNSAFE.sub(lambda match: _escaped(match[0], keep="" if one_line else "\n\t"), text)


def plural(number: int, name: str) -> str:
    """Say how many there are: "1 page", "2 pages"."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Say how long something takes, as exactly as people care."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 10 * 60:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def json_line(value: Mapping[str, Any]) -> str:
    """Write one JSON object in readable UTF-8; what could steer a terminal stays escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Such characters stand inside strings, where this is the same JSON.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def terminal_columns() -> int | None:
    """Columns that standard output has for text; None where it is no terminal."""
    return min(shutil.get_terminal_size().columns, _MAX_COLUMNS) if sys.stdout.isatty() else None


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; on a terminal long ones are folded under their own indent."""
    columns = terminal_columns()
    for line in lines:
        for part in fold(line, columns) if columns else (line,):
            click.echo(part)


def outline_lines(outline: "Outline", columns: int | None = None) -> Iterator[str]:
    """Show the sections of a document as an indented tree with their kinds, sizes and pages.

    Args:
        outline: The sections.
        columns: Room for a line, to which the openings of texts are cut; some 36 characters of
            them are shown where there is no limit.
    """
    document = outline.document
    pages = document.layout.pages
    amounts = [plural(len(document.text), "character"), plural(len(outline.sections), "section")]
    if pages:
        amounts.append(plural(len(pages), "page"))
    yield click.style(printable(outline.title, one_line=True), bold=True)
    yield click.style(", ".join([_shown(document.source), *amounts]), dim=True)
    yield ""
    for section in outline.sections:
        text = outline.read(section.start, section.end).text
        named = section.kind in ("series", "title", "heading", "lead") and bool(section.path)
        name = printable(section.path[-1], one_line=True) if named else ""
        page = document.layout.page_at(section.start)
        on_page = "" if page is None else f"p. {page:<{len(str(len(pages)))}}  "
        # A heading stands under those above it, a text under its own heading.
        depth = len(section.path) - named
        front = f"{section.kind:<8}{section.end - section.start:>7,}  {on_page}" + "  " * depth
        opening = _opening(text, name) if section.kind == "heading" and _columns(name) < _TELLING else ""
        if not named:
            opening = text
        room = None if columns is None else columns - _columns(front + name) - 2 * named
        shown = printable(_snippet(opening, room), one_line=True)
        gap = "  " if name and shown else ""
        yield click.style(front, dim=True) + name + gap + (click.style(shown, dim=True) if shown else "")


def outline_json(outlines: "Iterable[Outline]") -> dict[str, Any]:
    """Put the sections of documents into one JSON object."""
    from zhangju.jsonable import document_outline_json

    return {"documents": [document_outline_json(outline.document, outline.sections) for outline in outlines]}


def passage_lines(passages: "Sequence[Passage]") -> Iterator[str]:
    """Show passages, best first: where they stand, and the sentence that fits best."""
    if not passages:
        yield "No passage found."
    for passage in passages:
        chunk = passage.chunk
        if passage.rank > 1:
            yield ""
        yield click.style(f"{passage.rank:>2}  ", bold=True) + _path(chunk.section_path, passage.title)
        yield f"    {printable(passage.sentence.reading_text, one_line=True)}"
        place = location(passage.source, chunk.page, chunk.start, chunk.end)
        yield click.style(f"    score {passage.score:.3f}, {place}", dim=True)


def answer_lines(answer: "Answer") -> Iterator[str]:
    """Show an answer with its numbered citations; a refusal with the closest passages."""
    yield from printable(answer.text).splitlines()
    if answer.citations:
        yield ""
        for citation in answer.citations:
            yield from _citation_lines(citation)
    elif answer.passages:
        yield ""
        yield click.style("Closest passages:", dim=True)
        yield ""
        yield from passage_lines(answer.passages)


def location(source: str, page: int | None, start: int, end: int) -> str:
    """Say where a range of a source stands."""
    on_page = f", page {page}" if page is not None else ""
    return f"{_shown(source)}{on_page}, characters {start}–{end}"


def _citation_lines(citation: "Citation") -> Iterator[str]:
    yield click.style(f"[{citation.number}] ", bold=True) + _path(citation.section_path, citation.title)
    place = location(citation.source, citation.page, citation.start, citation.end)
    yield click.style(f"    {place}", dim=True)


def _path(section_path: tuple[str, ...], title: str) -> str:
    from zhangju_index.chunking import PATH_SEPARATOR

    return PATH_SEPARATOR.join(printable(step, one_line=True) for step in section_path or (title,))


def _shown(source: str) -> str:
    return printable(source, one_line=True)


def _opening(text: str, name: str) -> str:
    """What follows the heading in the text of its section."""
    before, found, after = text.partition(name)
    return after if found and "\n" not in before else text.partition("\n")[2]


def _snippet(text: str, columns: int | None) -> str:
    """The beginning of a text on one line, cut to its room; nothing where that is too small."""
    text = " ".join(text.split())
    if columns is None:
        return text if len(text) <= _SNIPPET else text[: _SNIPPET - 1] + "…"
    if _columns(text) <= columns:
        return text
    if columns < _LEAST_SNIPPET:
        return ""
    width, end = 1, 0
    while width + _width(text[end]) <= columns:
        width += _width(text[end])
        end += 1
    return text[:end] + "…"


def _escaped(character: str, keep: str) -> str:
    if character in keep:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _columns(text: str) -> int:
    return sum(map(_width, text))


def fold(line: str, columns: int) -> Iterator[str]:
    """Fold a line at spaces or between Han characters, under the indent of its text."""
    plain = click.unstyle(line)
    indent = _FRONT.match(plain)
    hang = " " * (len(indent[0]) if indent else 0)
    if _columns(plain) <= columns:
        yield line
        return
    # Escape sequences take no room and are never cut.
    units = re.findall(r"\x1b\[[0-9;]*m|[!-~]+ ?|.", line, flags=re.DOTALL)
    row, used = "", 0
    for unit in units:
        wide = 0 if unit.startswith("\x1b") else _columns(unit)
        if used + wide > columns and used > len(hang) and unit[0] not in _NOT_AT_LINE_START:
            yield row.rstrip(" ")
            row, used = hang, len(hang)
        row += unit
        used += wide
    yield row
