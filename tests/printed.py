"""A printer of PDF files for tests: text at given places, in a font that only names its characters.

Han characters are one em wide and all others half an em, so every edge can be worked out by hand.
Each is a box of ink, because PDFium takes no notice of some text that shows nothing.
"""

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["Print", "fill", "print_pdf", "set_column"]

_LETTERS = 100
"""Letters of one font; a map of characters has no more."""


@dataclass(frozen=True, slots=True)
class Print:
    """A line of type: its text, left edge, base line, size, and how it is set."""

    text: str
    x: float
    y: float
    size: float = 10
    bold: bool = False
    turned: bool = False
    """Whether it runs upwards, as on a page laid on its side."""
    tracking: float = 0
    """What is added to each character, in points."""


def width(text: str) -> float:
    """Width of a text, in font sizes."""
    return sum(1 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text)


def fill(text: str, columns: float) -> list[str]:
    """Fill lines of ``columns`` font sizes: Han characters one by one, Latin words whole."""
    lines, line = [], ""
    for word in _words(text):
        if line and width(line + word.rstrip()) > columns and word[0] not in "，。、；：！？”）》,.;:":
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line else lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for c in text:
        joins = words and c.isascii() and words[-1][-1].isascii() and words[-1][-1] != " "
        words = [*words[:-1], words[-1] + c] if joins or (words and c == " ") else [*words, c]
    return words


def set_column(
    paragraphs: Sequence[str], x: float, y: float, columns: float, *, size: float = 10, gap: float = 8
) -> list[Print]:
    """Set paragraphs one below the other, ``gap`` points apart."""
    lines: list[Print] = []
    for paragraph in paragraphs:
        for line in fill(paragraph, columns):
            lines.append(Print(line, x, y, size))
            y -= 1.5 * size
        y -= gap
    return lines


def print_pdf(
    pages: Sequence[Sequence[Print]],
    *,
    size: tuple[float, float] = (600, 800),
    rotate: int = 0,
    crop: tuple[float, float, float, float] | None = None,
    named: bool = True,
    bookmarks: Sequence[tuple[str, int, int]] = (),
    info: str = "",
) -> bytes:
    """Make a PDF file.

    Args:
        pages: Lines of each page.
        size: Width and height of the pages, in points.
        rotate: How pages are turned when they are shown, in degrees clockwise.
        crop: Left, lower, right and upper edge of what is shown of the pages; None for all.
        named: Whether the font tells which characters it shows.
        bookmarks: Title, page (from 0) and level (1 or 2) of each entry.
        info: Entries of the document information, in PDF's own syntax.
    """
    glyphs: dict[str, int] = {}
    contents = ["\n".join(_show(line, glyphs) for line in page) for page in pages]
    objects: list[bytes] = []

    def add(text: str, stream: str | None = None) -> int:
        body = text.encode("latin-1")
        if stream is not None:
            packed = zlib.compress(stream.encode("latin-1"))
            head = text.removesuffix(">>").encode("latin-1")
            body = head + b"/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)
        objects.append(body)
        return len(objects)

    catalog, tree = add(""), add("")
    boxes = {em: add("<<>>", f"{em} 0 0 -120 {em} 880 d1 50 0 {em - 100} 800 re f") for em in (500, 1000)}
    letters = list(glyphs)
    fonts = [
        _font(letters[i : i + _LETTERS], boxes, add, named=named) for i in range(0, len(letters), _LETTERS)
    ]
    resources = "".join(f"/F{k} {number} 0 R" for k, number in enumerate(fonts))
    box = f"/CropBox{list(crop)}".replace(",", "") if crop else ""
    kids = [
        add(
            f"<</Type/Page/Parent {tree} 0 R/Rotate {rotate}{box}/Contents {add('<<>>', content)} 0 R"
            f"/Resources<</Font<<{resources}>>>>>>"
        )
        for content in contents
    ]
    outline = _outline(bookmarks, kids, add, objects) if bookmarks else ""
    objects[catalog - 1] = f"<</Type/Catalog/Pages {tree} 0 R{outline}>>".encode()
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree - 1] = (
        f"<</Type/Pages/Kids[{listed}]/Count {len(kids)}/MediaBox[0 0 {size[0]} {size[1]}]>>".encode()
    )
    told = add(f"<<{info}>>")
    return _file(objects, f"/Root {catalog} 0 R/Info {told} 0 R")


def _outline(bookmarks, kids, add, objects) -> str:
    """Entries of level 2 hang from the entry of level 1 before them."""
    root = add("")
    entries = [add("") for _ in bookmarks]
    parents = []
    for entry, (_, _, level) in zip(entries, bookmarks, strict=True):
        top = entry if level == 1 else top  # noqa: F821 - the first entry is of level 1
        parents.append(root if level == 1 else top)
    for k, (title, page, _) in enumerate(bookmarks):
        same = [e for e, parent in zip(entries, parents, strict=True) if parent == parents[k]]
        below = [e for e, parent in zip(entries, parents, strict=True) if parent == entries[k]]
        text = f"/Title<feff{title.encode('utf-16-be').hex()}>/Parent {parents[k]} 0 R/Dest[{kids[page]} 0 R/Fit]"
        if entries[k] != same[-1]:
            text += f"/Next {same[same.index(entries[k]) + 1]} 0 R"
        if below:
            text += f"/First {below[0]} 0 R/Last {below[-1]} 0 R/Count {len(below)}"
        objects[entries[k] - 1] = f"<<{text}>>".encode()
    tops = [e for e, parent in zip(entries, parents, strict=True) if parent == root]
    objects[root - 1] = f"<</First {tops[0]} 0 R/Last {tops[-1]} 0 R/Count {len(tops)}>>".encode()
    return f"/Outlines {root} 0 R"


def _font(letters, boxes, add, *, named) -> int:
    """A font that draws its letters as boxes and, if ``named``, says which they are."""
    ems = [round(width(c) * 1000) for c in letters]
    drawn = "".join(f"/g{k} {boxes[em]} 0 R" for k, em in enumerate(ems))
    order = " ".join(f"/g{k}" for k in range(len(letters)))
    unicode = ""
    if named:
        names = "\n".join(f"<{k:02x}> <{c.encode('utf-16-be').hex()}>" for k, c in enumerate(letters))
        cmap = "begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
        unicode = (
            f"/ToUnicode {add('<<>>', f'{cmap}{len(letters)} beginbfchar {names} endbfchar endcmap')} 0 R"
        )
    return add(
        f"<</Type/Font/Subtype/Type3/FontBBox[0 -120 1000 880]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<<{drawn}>>"
        f"/Encoding<</Differences[0 {order}]>>/FirstChar 0/LastChar {len(ems) - 1}/Widths{ems}/Resources<<>>{unicode}>>"
    )


def _show(line: Print, glyphs: dict[str, int]) -> str:
    turn = "0 1 -1 0" if line.turned else "1 0 0 1"
    shown = f"BT {2 if line.bold else 0} Tr {line.tracking} Tc {turn} {line.x:.2f} {line.y:.2f} Tm"
    numbers = [glyphs.setdefault(c, len(glyphs)) for c in line.text]
    for font, run in groupby(numbers, key=lambda number: number // _LETTERS):
        codes = "".join(f"{number % _LETTERS:02x}" for number in run)
        shown += f" /F{font} {line.size} Tf <{codes}> Tj"
    return shown + " ET"


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    data, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(offsets) + 1}{trailer}>>"
    return data + f"{end}\nstartxref\n{len(data)}\n%%EOF\n".encode()
