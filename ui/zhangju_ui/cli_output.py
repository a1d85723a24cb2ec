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

from zhangju_index.chunking import PATH_SEPARATOR

if TYPE_CHECKING:
    from zhangju.values import Answer, Citation, Passage
    from zhangju_index.outline import Outline

__all__ = [
    "answer_lines",
    "fold",
    "json_line",
    "location",
    "outline_json",
    "outline_lines",
    "passage_lines",
    "print_lines",
    "printable",
]

_MAX_COLUMNS = 100
_SNIPPET = 36

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


def json_line(value: Mapping[str, Any]) -> str:
    """Write one JSON object in readable UTF-8; what could steer a terminal stays escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Such characters stand inside strings, where this is the same JSON.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; on a terminal long ones are folded under their own indent."""
    columns = min(shutil.get_terminal_size().columns, _MAX_COLUMNS) if sys.stdout.isatty() else None
    for line in lines:
        for part in fold(line, columns) if columns else (line,):
            click.echo(part)


def outline_lines(outline: "Outline") -> Iterator[str]:
    """Show the sections of a document as an indented tree with their kinds and sizes."""
    document = outline.document
    yield click.style(printable(outline.title, one_line=True), bold=True)
    yield click.style(
        f"{_shown(document.source)}, {len(document.text):,} characters, {len(outline.sections)} sections",
        dim=True,
    )
    yield ""
    for section in outline.sections:
        named = section.kind in ("series", "title", "heading", "lead")
        if named and section.path:
            depth, name = len(section.path) - 1, section.path[-1]
        else:
            depth, name = len(section.path), _snippet(outline.read(section.start, section.end).text)
        name = printable(name, one_line=True)
        yield (
            click.style(f"{section.kind:<8}{section.end - section.start:>7,}  ", dim=True)
            + "  " * depth
            + (name if named else click.style(name, dim=True))
        )


def outline_json(outlines: "Iterable[Outline]") -> dict[str, Any]:
    """Put the sections of documents into one JSON object."""
    return {
        "documents": [
            {
                "document_id": outline.document.id,
                "title": outline.title,
                "source": outline.document.source,
                "sections": [
                    {
                        "path": list(section.path),
                        "kind": section.kind,
                        "start": section.start,
                        "end": section.end,
                    }
                    for section in outline.sections
                ],
            }
            for outline in outlines
        ]
    }


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
    return PATH_SEPARATOR.join(printable(step, one_line=True) for step in section_path or (title,))


def _shown(source: str) -> str:
    return printable(source, one_line=True)


def _snippet(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SNIPPET else text[: _SNIPPET - 1] + "…"


def _escaped(character: str, keep: str) -> str:
    if character in keep:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fold(line: str, columns: int) -> Iterator[str]:
    """Fold a line at spaces or between Han characters, under the indent of its text."""
    plain = click.unstyle(line)
    indent = re.match(r"(?:\[\d+\] | *\d+  )?\s*", plain)
    hang = " " * (len(indent[0]) if indent else 0)
    if sum(map(_width, plain)) <= columns:
        yield line
        return
    # Escape sequences take no room and are never cut.
    units = re.findall(r"\x1b\[[0-9;]*m|[!-~]+ ?|.", line, flags=re.DOTALL)
    row, used = "", 0
    for unit in units:
        wide = 0 if unit.startswith("\x1b") else sum(map(_width, unit))
        if used + wide > columns and used > len(hang) and unit[0] not in _NOT_AT_LINE_START:
            yield row.rstrip(" ")
            row, used = hang, len(hang)
        row += unit
        used += wide
    yield row
