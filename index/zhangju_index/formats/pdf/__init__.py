"""Text and structure of PDF files.

    glyphs, facing right -> pieces -> (running heads out) -> regions -> lines -> flow, headings -> text, layout

A PDF file says where each glyph stands and little else. Lines, columns, paragraphs and headings
are told from that, one module each.
"""

from itertools import groupby
from typing import ClassVar

from zhangju_index.errors import DocumentError
from zhangju_index.formats.pdf.columns import reading_order
from zhangju_index.formats.pdf.compose import Composed, compose, is_hyphenated
from zhangju_index.formats.pdf.direction import face_right
from zhangju_index.formats.pdf.flow import measure_flow
from zhangju_index.formats.pdf.glyphs import Page, read_source
from zhangju_index.formats.pdf.headings import Heading, body_size, find_headings
from zhangju_index.formats.pdf.info import read_metadata, read_title
from zhangju_index.formats.pdf.lines import Line, find_pieces, find_rows, make_line, usual_size
from zhangju_index.formats.pdf.margins import without_margins
from zhangju_index.formats.pdf.notes import mark_notes, put_notes_aside
from zhangju_index.values import Element, Layout, Parsed

__all__ = ["PdfParser"]


_FEWEST_TABLE_ROWS = 3


class PdfParser:
    """Reads PDF files that hold text."""

    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file, with its pages, headings and full lines."""
        found = read_source(data, source)
        lines, columns = _read_lines(face_right(found.pages))
        if not lines:
            # Scans may have page numbers, and stamps of whoever scanned them.
            raise DocumentError(
                f"{source} holds no text but page numbers: run it through OCR first", "pictures"
            )
        edges = [(page.left, page.right) for page in found.pages]
        flow = measure_flow(lines, edges, columns)
        mark_notes(lines, body_size(lines))
        lines = put_notes_aside(lines, flow)
        headings = find_headings(lines, flow, found.bookmarks)
        # Uniform type without hyphens is how plain text is printed.
        composed = compose(lines, flow, rejoin=not headings and not is_hyphenated(lines))
        elements = [
            Element("heading", composed.starts[h.first], composed.ends[h.end - 1], h.level) for h in headings
        ]
        elements += [
            Element("table", composed.starts[k], composed.ends[k]) for k in _table_rows(lines, headings)
        ]
        elements.sort(key=lambda element: element.start)
        return Parsed(
            text=composed.text,
            layout=Layout(
                elements=tuple(elements),
                pages=_page_starts(lines, composed, len(found.pages)),
                full_lines=tuple(composed.starts[k] for k in composed.full),
            ),
            title=read_title(found.info, source),
            metadata=read_metadata(found.info),
        )


def _read_lines(pages: list[Page]) -> tuple[list[Line], list[int]]:
    """Lines in reading order, and the columns of each region's part of its page."""
    pieces = [find_pieces(page.glyphs) for page in pages]
    body = usual_size(piece for page in pieces for piece in page)
    lines: list[Line] = []
    columns: list[int] = []
    for number, kept in enumerate(without_margins(pieces, body)):
        regions = reading_order(kept)
        aside = find_pieces(pages[number].aside)
        for region in [*regions, *reading_order(aside)]:
            for row in find_rows(region.pieces):
                line = make_line(row)
                line.page, line.region = number, len(columns)
                lines.append(line)
            columns.append(region.columns)
    return lines, columns


def _table_rows(lines: list[Line], headings: list[Heading]) -> list[int]:
    """Numbers of the lines that are rows of a table: several in a row that wide gaps part."""
    taken = {k for heading in headings for k in range(heading.first, heading.end)}
    found: list[int] = []
    for is_row, members in groupby(range(len(lines)), key=lambda k: lines[k].cells > 1 and k not in taken):
        run = list(members)
        if is_row and len(run) >= _FEWEST_TABLE_ROWS:
            found.extend(run)
    return found


def _page_starts(lines: list[Line], composed: Composed, pages: int) -> tuple[int, ...]:
    """Offset of each page's first line; a page without text starts where the next one does."""
    starts: list[int] = []
    for line, start in zip(lines, composed.starts, strict=True):
        while len(starts) <= line.page:
            starts.append(start if starts else 0)
    starts.extend([len(composed.text)] * (pages - len(starts)))
    return tuple(starts)
