"""What PDFium finds in a PDF file: its glyphs with their places, its bookmarks, what it says of itself.

Everything here is numbers and characters; what they add up to is decided in the other modules of
this package. Coordinates are points of 1/72 inch; x grows to the right and y upwards, in the
direction in which most of a page is read, however the page or its text is turned.
"""

import ctypes
import math
import re
import threading
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from zhangju_index.errors import DocumentError
from zhangju_index.lines import is_wide

__all__ = ["Bookmark", "Glyph", "Page", "Source", "Style", "read_source"]

MAX_PAGES = 10_000
"""Most pages read; the thickest books stay below 3,000."""
MAX_CHARACTERS = 20_000_000
"""Most characters read, of all pages; the Chinese Wikipedia's longest articles have 200,000."""
MAX_PAGE_CHARACTERS = 60_000
"""Most characters of one page; a newspaper page has 15,000."""
MAX_PAGE_TEXTS = 20_000
"""Most stretches of text on one page; a newspaper page whose characters each stand alone has 15,000."""
MAX_BOOKMARKS = 20_000
MAX_BOOKMARK_DEPTH = 12

# PDFium may be used by one thread at a time.
_LOCK = threading.Lock()
# PDFium puts this in place of a hyphen that ends a line.
_LINE_HYPHEN = 2
_REPLACEMENT = "\ufffd"
# Marks of the fonts Symbol and Wingdings, as office programs write them.
_SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF06C: "●", 0xF06E: "■", 0xF0D8: "➢", 0xF0FC: "✓"}
_BOLD_NAME = re.compile(r"bold|heavy|black|semibd|simhei|heiti|黑体", re.IGNORECASE)
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18
# Text drawn filled and stroked is how a font without a bold cut is made bold.
_FILL_AND_STROKE = 2
# How far a glyph reaches above and below its base line, in font sizes; Chinese fonts agree.
_ASCENT, _DESCENT = 0.88, 0.12
# Scans stand a little crooked, in degrees.
_MOST_SLANT = 10
# Characters of a stamp at the side of a page.
_LONGEST_STAMP = 120
_FEWEST_STACKED = 10
# A few odd symbols are usual in formulas.
_MOST_UNKNOWN = 0.3


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of glyphs is set.

    Attributes:
        size: Font size in points, as it appears on the page.
        bold: Whether the font or the way it is drawn is bold.
        angle: Direction of reading, in degrees counter-clockwise from the page's.
    """

    size: float
    bold: bool
    angle: float


@dataclass(slots=True)
class Glyph:
    """One visible character on a page.

    Attributes:
        text: The character, one code point; U+FFFD where the font does not tell.
        x0: Left edge of its advance.
        x1: Right edge of its advance.
        base: The base line.
        style: How it is set.
        space: White space of the file before it, as one character; empty if none.
        guess: Whether PDFium guesses that a space stands before it.
    """

    text: str
    x0: float
    x1: float
    base: float
    style: Style
    space: str = ""
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of one page, in the order of the file.

    Attributes:
        glyphs: What is read in the direction that most of the page is.
        aside: What stands at a right angle to it.
        left: Left edge.
        right: Right edge.
    """

    glyphs: list[Glyph]
    aside: list[Glyph]
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One entry of a file's own table of contents; ``page`` counts from 0, ``level`` from 1."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class Source:
    """All that is taken from a file."""

    pages: list[Page]
    bookmarks: list[Bookmark]
    info: dict[str, str]


def read_source(data: bytes, name: str) -> Source:
    """Take glyphs, bookmarks and document information out of a file.

    Args:
        data: The whole file.
        name: What to call it in an error.

    Raises:
        DocumentError: It is damaged, protected, far too large, or tells no characters.
    """
    import pypdfium2

    with _LOCK:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _refusal(error, name) from None
        try:
            if len(pdf) > MAX_PAGES:
                raise DocumentError(
                    f"{name} has {len(pdf):,} pages: files of up to {MAX_PAGES:,} are read; divide it",
                    "too_large",
                )
            pages = _read_pages(pdf, name)
            info = {
                key: clean_text(pdf.get_metadata_value(key)) for key in ("Title", "Author", "CreationDate")
            }
            source = Source(pages, _read_bookmarks(pdf), info)
        finally:
            pdf.close()
    _refuse_illegible(source.pages, name)
    return source


def _refusal(error: Any, name: str) -> DocumentError:
    import pypdfium2.raw as pdfium

    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return DocumentError(f"{name} is protected by a password: save it without one", "password")
    return DocumentError(
        f"{name} is not a whole PDF file, or has no pages: get it again, or save it anew as PDF", "damaged"
    )


def _read_pages(pdf: Any, name: str) -> list[Page]:
    import pypdfium2

    pages: list[Page] = []
    broken = total = 0
    for number in range(len(pdf)):
        try:
            page = pdf[number]
        except pypdfium2.PdfiumError:
            # A page that cannot be loaded still counts as a page.
            broken += 1
            pages.append(Page([], [], 0.0, 0.0))
            continue
        try:
            if _count_texts(page) > MAX_PAGE_TEXTS:
                page.close()
                raise DocumentError(
                    f"{name} holds far more text than an article (page {number + 1}): divide it",
                    "too_large",
                )
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError:
            page.close()
            broken += 1
            pages.append(Page([], [], 0.0, 0.0))
            continue
        try:
            count = max(0, text_page.count_chars())
            total += count
            if count > MAX_PAGE_CHARACTERS or total > MAX_CHARACTERS:
                raise DocumentError(
                    f"{name} holds far more text than an article (page {number + 1}): divide it",
                    "too_large",
                )
            bounds = page.get_bbox()
            pages.append(_upright(_read_glyphs(text_page, count, bounds), bounds))
        finally:
            text_page.close()
            page.close()
    if broken == len(pages):
        raise DocumentError(f"{name} is damaged: none of its pages can be read; get it again", "damaged")
    return pages


def _count_texts(page: Any) -> int:
    """Stretches of text on a page; what PDFium takes to read them grows with their square."""
    import pypdfium2.raw as raw

    count: int = raw.FPDFPage_CountObjects(page)
    if count <= MAX_PAGE_TEXTS:
        return count
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, index)) for index in range(count))
    return sum(kind == raw.FPDF_PAGEOBJ_TEXT for kind in kinds)


class _Styles:
    """Styles of text objects, read once for each."""

    def __init__(self, text_page: Any) -> None:
        import pypdfium2.raw as pdfium

        self._raw = pdfium
        self._page = text_page
        self._styles: dict[int, Style] = {}
        self._weights: dict[int, bool] = {}
        self._plain = Style(0.0, False, 0.0)

    def style(self, index: int) -> Style:
        handle = self._raw.FPDFText_GetTextObject(self._page, index)
        if not handle:
            return self._plain
        address = ctypes.addressof(handle.contents)
        found = self._styles.get(address)
        if found is None:
            found = self._styles[address] = self._read(handle, index)
        return found

    def _read(self, handle: Any, index: int) -> Style:
        raw = self._raw
        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._page, index, matrix):
            return self._plain
        size = raw.FPDFText_GetFontSize(self._page, index) * math.hypot(matrix.c, matrix.d)
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a)), 1) % 360
        bold = raw.FPDFTextObj_GetTextRenderMode(handle) == _FILL_AND_STROKE or self._is_bold(handle)
        if not math.isfinite(size):
            return self._plain
        return Style(round(abs(size), 2), bold, angle)

    def _is_bold(self, handle: Any) -> bool:
        raw = self._raw
        font = raw.FPDFTextObj_GetFont(handle)
        if not font:
            return False
        address = ctypes.addressof(font.contents)
        if address not in self._weights:
            buffer = ctypes.create_string_buffer(256)
            length = raw.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.raw[: max(0, min(length, 256) - 1)].decode("utf-8", "replace")
            self._weights[address] = (
                bool(_BOLD_NAME.search(name))
                or raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
                or bool(raw.FPDFFont_GetFlags(font) & _FORCE_BOLD)
            )
        return self._weights[address]


def _read_glyphs(text_page: Any, count: int, bounds: tuple[float, float, float, float]) -> list[Glyph]:
    """The glyphs that stand within the part of the page that is shown."""
    import pypdfium2.raw as raw

    styles = _Styles(text_page)
    glyphs: list[Glyph] = []
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    space, high, guess = "", 0, False
    last: tuple[float, float, float] | None = None
    for index in range(count):
        if raw.FPDFText_IsGenerated(text_page, index) == 1:
            # PDFium skips a space that is drawn by itself, and then guesses one from the gap.
            guess = True
            continue
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        text = _character(code)
        if code != _LINE_HYPHEN and raw.FPDFText_HasUnicodeMapError(text_page, index) == 1:
            text = _REPLACEMENT
        if not text:
            continue
        if text.isspace():
            # An ideographic space says more than a blank beside it.
            space = "\u3000" if "\u3000" in (text, space) else " "
            continue
        if not (
            raw.FPDFText_GetLooseCharBox(text_page, index, box)
            and raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        ):
            continue
        if not _is_within(box, bounds):
            continue
        style = styles.style(index)
        # Some boxes hold the ink alone; the pen's place is sure.
        left, right, base = x.value, box.right, y.value
        turn = style.angle
        if turn:
            left, right, base = _turned(box, x.value, y.value, turn)
        if math.isfinite(left) and math.isfinite(right) and math.isfinite(base):
            place = (left, right, base)
            if place == last:
                left = right  # One more letter of a ligature.
            last = place
            glyphs.append(Glyph(text, left, right, base, style, space, guess))
            space, guess = "", False
    return glyphs


def _is_within(box: Any, bounds: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a glyph is on the page; printer's marks stand beside it."""
    left, bottom, right, top = bounds
    across, up = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return left >= right or bottom >= top or (left <= across <= right and bottom <= up <= top)


def _character(code: int) -> str:
    """The character behind a code of PDFium's; empty for one that shows nothing."""
    if code == _LINE_HYPHEN:
        return "-"
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    if code in (0x09, 0x0A, 0x0D, 0xA0):
        return " "
    if code in (0x200B, 0xFEFF):
        return ""
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return _REPLACEMENT
    # The last two of each plane are no characters.
    return _REPLACEMENT if code & 0xFFFE == 0xFFFE else chr(code)


def _turned(box: Any, x: float, y: float, degrees: float) -> tuple[float, float, float]:
    """Left edge, right edge and base line of a glyph in the frame that its text is read in."""
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    right = max(a * cos + b * sin for a in (box.left, box.right) for b in (box.bottom, box.top))
    return x * cos + y * sin, right, y * cos - x * sin


def _upright(glyphs: list[Glyph], bounds: tuple[float, float, float, float]) -> Page:
    """Bring a page into the frame that most of its text is read in.

    Text in another direction is a stamp or a water mark and is left out, unless there is enough
    of it at a right angle to be a table laid on its side.
    """
    left, bottom, right, top = bounds
    glyphs = _unstacked(glyphs)
    by_angle: dict[int | None, list[Glyph]] = {}
    for glyph in glyphs:
        by_angle.setdefault(_quarter(glyph.style.angle), []).append(glyph)
    if not by_angle:
        return Page([], [], left, right)
    reading = max(by_angle, key=lambda angle: len(by_angle[angle]))
    aside = [
        glyph
        for angle, others in by_angle.items()
        if angle not in (reading, None) and len(others) > _LONGEST_STAMP
        for glyph in others
    ]
    turn = math.radians(reading or 0)
    edges = [a * math.cos(turn) + b * math.sin(turn) for a in (left, right) for b in (bottom, top)]
    return Page(by_angle[reading], aside, min(edges), max(edges))


def _quarter(angle: float) -> int | None:
    """The right angle that ``angle`` is close to, in degrees; None for a slanting one."""
    nearest = round(angle / 90) * 90
    return nearest % 360 if abs(angle - nearest) <= _MOST_SLANT else None


def _unstacked(glyphs: list[Glyph]) -> list[Glyph]:
    """Lay vertical Chinese on its side: upright glyphs one under the other become a line.

    The line is read as if the page were turned by a quarter, as Latin words in such text are.
    """
    down = across = 0
    for a, b in pairwise(glyphs):
        if a.style.angle == b.style.angle == 0 and a.style.size > 0 and is_wide(b.text):
            right, below = (b.x0 - a.x0) / a.style.size, (a.base - b.base) / a.style.size
            down += abs(right) < 0.3 and 0.7 < below < 2
            across += abs(below) < 0.3 and 0.3 < right < 2
    if down < _FEWEST_STACKED or down < 2 * across:
        return glyphs
    styles = {glyph.style: replace(glyph.style, angle=270.0) for glyph in glyphs if glyph.style.angle == 0}
    return [
        Glyph(
            glyph.text,
            -glyph.base - _ASCENT * glyph.style.size,
            -glyph.base + _DESCENT * glyph.style.size,
            glyph.x0 + (0.5 - (_ASCENT - _DESCENT) / 2) * glyph.style.size,
            styles[glyph.style],
            glyph.space,
            glyph.guess,
        )
        if glyph.style in styles
        else glyph
        for glyph in glyphs
    ]


def _read_bookmarks(pdf: Any) -> list[Bookmark]:
    """The file's table of contents, as far as its entries lead to a page."""
    import pypdfium2
    import pypdfium2.raw as raw

    found: list[Bookmark] = []
    seen: set[int] = set()
    # (entry, level): a damaged tree may lead back to itself.
    waiting = [(raw.FPDFBookmark_GetFirstChild(pdf, None), 1)]
    while waiting:
        entry, level = waiting.pop()
        if not entry or ctypes.addressof(entry.contents) in seen or len(seen) >= MAX_BOOKMARKS:
            continue
        seen.add(ctypes.addressof(entry.contents))
        bookmark = pypdfium2.PdfBookmark(entry, pdf, level - 1)
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        title = clean_text(bookmark.get_title())
        if page is not None and title:
            found.append(Bookmark(title, page, level))
        waiting.append((raw.FPDFBookmark_GetNextSibling(pdf, entry), level))
        if level < MAX_BOOKMARK_DEPTH:
            waiting.append((raw.FPDFBookmark_GetFirstChild(pdf, entry), level + 1))
    return found


def clean_text(text: str) -> str:
    """A string of a file's own words on one line, without what does not show."""
    text = "".join(c if c.isprintable() or c.isspace() else "" for c in text)
    return " ".join(text.split())


def _refuse_illegible(pages: list[Page], name: str) -> None:
    total = unknown = 0
    for page in pages:
        for glyph in page.glyphs:
            total += 1
            unknown += glyph.text == _REPLACEMENT or "\ue000" <= glyph.text <= "\uf8ff"
    if total == 0:
        raise DocumentError(
            f"{name} holds no text, only pictures of it: run it through OCR first", "pictures"
        )
    if unknown > _MOST_UNKNOWN * total:
        raise DocumentError(
            f"{name} has fonts that do not tell which characters they show: run it through OCR first",
            "fonts",
        )
