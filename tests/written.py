"""Small documents written in each format that is read, from the same parts."""

import html
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from docx import Document as WordDocument

__all__ = ["Part", "write", "write_docx", "write_html", "write_markdown", "write_pdf", "write_text"]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a paragraph, an item of a list, a row of a table or a line of code.

    ``text`` is what it says, the cells of a row divided by tabs; ``level`` is that of a heading
    or of an item, counted from 1.
    """

    kind: Literal["paragraph", "heading", "item", "row", "code"]
    text: str
    level: int = 1


def write(parts: Sequence[Part], form: str) -> bytes:
    """Write a document as ``txt``, ``txt utf-16`` or another encoding, ``md``, ``html``, ``docx`` or ``pdf``."""
    name, _, encoding = form.partition(" ")
    match name:
        case "txt":
            return write_text(parts).encode(encoding or "utf-8")
        case "md":
            return write_markdown(parts).encode(encoding or "utf-8")
        case "html":
            return write_html(parts).encode()
        case "docx":
            return write_docx(parts)
        case _:
            return write_pdf([part.text for part in parts])


def write_text(parts: Sequence[Part]) -> str:
    """One line each, with an empty one between them."""
    return "\n\n".join(part.text for part in parts) + "\n"


def write_markdown(parts: Sequence[Part]) -> str:
    """With its marks."""
    marked = {
        "heading": lambda part: f"{'#' * part.level} {part.text}",
        "item": lambda part: f"{'  ' * (part.level - 1)}- {part.text}",
        "row": lambda part: f"| {' | '.join(part.text.split(chr(9)))} |",
        "code": lambda part: f"```\n{part.text}\n```",
        "paragraph": lambda part: part.text,
    }
    return "\n\n".join(marked[part.kind](part) for part in parts) + "\n"


def write_html(parts: Sequence[Part]) -> str:
    """A page with an article and nothing around it."""

    def tagged(part: Part) -> str:
        shown = html.escape(part.text)
        match part.kind:
            case "heading":
                return f"<h{part.level}>{shown}</h{part.level}>"
            case "item":
                return "<ul><li>" * part.level + shown + "</li></ul>" * part.level
            case "row":
                cells = "".join(f"<td>{cell}</td>" for cell in shown.split("\t"))
                return f"<table><tr>{cells}</tr></table>"
            case "code":
                return f"<pre><code>{shown}</code></pre>"
            case _:
                return f"<p>{shown}</p>"

    body = "\n".join(map(tagged, parts))
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body><article>\n{body}\n</article></body></html>'


def write_docx(parts: Sequence[Part]) -> bytes:
    """As Word's own styles have it."""
    word = WordDocument()
    for part in parts:
        match part.kind:
            case "heading":
                word.add_heading(part.text, part.level)
            case "item":
                word.add_paragraph(
                    part.text, "List Bullet" if part.level == 1 else f"List Bullet {part.level}"
                )
            case "row":
                cells = part.text.split("\t")
                row = word.add_table(1, len(cells)).rows[0]
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
            case _:
                word.add_paragraph(part.text)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def write_pdf(paragraphs: Sequence[str], *, columns: int = 60, lines: int = 40) -> bytes:
    """Paragraphs of plain type in full lines, an empty line between them; no font is embedded."""
    glyphs: dict[str, int] = {}
    rows: list[str] = []
    for paragraph in paragraphs:
        rows += [*map(_as_shown, _fill(paragraph, columns)), ""]
    pages = [rows[i : i + lines] for i in range(0, len(rows), lines)] or [[]]
    streams = [_page(page, glyphs) for page in pages]
    widths = " ".join(f"{number} [{_width(c) * 500}]" for c, number in glyphs.items())
    names = "\n".join(f"<{n:04x}> <{c.encode('utf-16-be').hex()}>" for c, n in glyphs.items())
    first = 7
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 {columns * 5 + 100} {lines * 16 + 100}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Plain /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Plain /FontDescriptor 5 0 R /W [{widths}] "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        "<< /Type /FontDescriptor /FontName /Plain /Flags 4 /Ascent 880 /Descent -120 /CapHeight 700 "
        "/ItalicAngle 0 /StemV 80 /FontBBox [0 -120 1000 880] >>",
        _stream(
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
            f"{len(glyphs)} beginbfchar\n{names}\nendbfchar\nendcmap end end"
        ),
    ]
    for i, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /Contents {first + 2 * i + 1} 0 R /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(_stream(stream))
    data, offsets = b"%PDF-1.5\n", []
    for number, entry in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{entry}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(offsets) + 1} /Root 1 0 R >>"
    return data + f"{end}\nstartxref\n{len(data)}\n%%EOF\n".encode("ascii")


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _as_shown(row: str) -> str:
    """A row of Latin or Chinese text as it stands on paper: Hebrew and Arabic words in it run to the left."""
    return re.sub(r"[\u0590-\u08ff](?:[\u0590-\u08ff ]*[\u0590-\u08ff])?", lambda words: words[0][::-1], row)


def _page(rows: Sequence[str], glyphs: dict[str, int]) -> str:
    shown = []
    # Of glyphs that its own fonts do not have, PDFium knows no box: it leaves out one that stands
    # alone (hence the space), and a line as far in as an equal one before it (hence the shift).
    for i, row in enumerate(rows):
        codes = "".join(f"{glyphs.setdefault(c, len(glyphs) + 1):04x}" for c in row + " ")
        if row:
            shown.append(f"1 0 0 1 {50 + i % 4 / 2} {(len(rows) - i) * 16 + 50} Tm <{codes}> Tj")
    return "BT /F 10 Tf\n" + "\n".join(shown) + "\nET"


def _fill(paragraph: str, columns: int) -> list[str]:
    """Break a paragraph into lines: after any wide character, and between words."""
    rows, row, width = [], "", 0
    for word in _words(paragraph):
        if row and width + sum(map(_width, word)) > columns:
            rows.append(row)
            row, width = "", 0
            word = word.lstrip()
        row += word
        width += sum(map(_width, word))
    return [*rows, row]


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        if words and _width(character) == 1 and character != " " and _width(words[-1][-1]) == 1:
            words[-1] += character
        else:
            words.append(character)
    return words


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
