"""Lines of a page: glyphs put together by where they stand.

    glyphs -> pieces (no wide gap inside) -> rows -> lines

A file may give no spaces, may give glyphs in any order and may draw one twice: only where glyphs
stand is certain.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from zhangju_index.formats.pdf.glyphs import Glyph
from zhangju_index.formats.raised import raise_figures
from zhangju_index.lines import is_wide

__all__ = ["Line", "Piece", "find_pieces", "find_rows", "make_line", "usual_size"]

# All in font sizes. A wider gap than this ends a piece; word spaces of justified text go up to it.
_PIECE_GAP = 0.7
_OVERLAP = 0.35
_SAME_BASE = 0.2
_BULLET_DROP = 0.5
# Where there is no space in the file: narrowest gap that is one, beyond what tracking adds.
_LATIN_SPACE = 0.16
_MIXED_SPACE = 0.2
_FIGURE_SPACE = 0.5
_SEEN_SPACE = 0.18
_HAN_SPACE = 0.9
# A gap like this parts the cells of a table.
_CELL_GAP = 1.8
# Superscripts and subscripts are smaller than this part of their line.
_SCRIPT = 0.85
# Rows that are compared with a piece; keeps the work linear on the fullest page.
_NEIGHBOURS = 3
_MOST_IN_ROW = 100
_INITIAL = 1.8
# Ruby is about half as large as its base, and nearer to it than another line would be.
_RUBY, _RUBY_RISE = 0.65, 1.2
# Latin letters with their tones, kana and bopomofo.
_SOUND = re.compile(
    r"[A-Za-z\u00c0-\u024f\u0300-\u036f\u02c7\u02ca\u02cb\u02d9\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf]"
)
# Height of a capital letter, in font sizes.
_CAPITAL = 0.7
_RAISED = 0.2
_FEWEST_TRACKED = 3
_LEAST_TRACKING = 0.08
_SHOWN_SPACE = 0.1
_NEVER_FIRST = frozenset("，、。；：！？…）】》〉」』”’％‰·,;:!?)]}%.")
_NEVER_LAST = frozenset("（(【[《〈“‘「『")


@dataclass(slots=True)
class Piece:
    """Glyphs that stand close together on one base line, left to right.

    Attributes:
        glyphs: The glyphs.
        order: Place in the file, counted over the page.
        x0: Left edge.
        x1: Right edge.
        base: Base line.
        size: Font size.
    """

    glyphs: list[Glyph]
    order: int
    x0: float
    x1: float
    base: float
    size: float


@dataclass(slots=True)
class Line:
    """One printed line.

    Attributes:
        text: What it says.
        x0: Left edge.
        x1: Right edge.
        solid: Right edge without closing punctuation, which may hang out of the column.
        base: Base line.
        size: Font size of most of it.
        bold: Whether all of its letters are bold.
        cells: Number of stretches that wide gaps part.
        first_word: Width of what stands before the first place where the line might break.
        page: Page, counted from 0.
        region: Number of the column or other region it stands in, counted over the document.
        note: Whether it belongs to a footnote.
    """

    text: str
    x0: float
    x1: float
    solid: float
    base: float
    size: float
    bold: bool
    cells: int
    first_word: float
    page: int = 0
    region: int = 0
    note: bool = False


def find_pieces(glyphs: Iterable[Glyph]) -> list[Piece]:
    """Put glyphs that follow one another in the file and on the page together."""
    pieces: list[Piece] = []
    last: Glyph | None = None
    for order, glyph in enumerate(glyphs):
        size = glyph.style.size
        if (
            last is not None
            and abs(glyph.base - last.base) <= 0.02 * size
            and glyph.style.size == last.style.size
            and -_OVERLAP * size <= glyph.x0 - last.x1 <= _PIECE_GAP * size
        ):
            pieces[-1].glyphs.append(glyph)
            pieces[-1].x1 = glyph.x1
        else:
            pieces.append(Piece([glyph], order, glyph.x0, glyph.x1, glyph.base, size))
        last = glyph
    return pieces


def usual_size(pieces: Iterable[Piece]) -> float:
    """The font size that most characters have."""
    counts: Counter[float] = Counter()
    for piece in pieces:
        counts[piece.size] += len(piece.glyphs)
    return counts.most_common(1)[0][0] if counts else 0.0


def find_rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Sort pieces into rows, from the top of the page down, each from left to right; ruby is left out."""
    usual = usual_size(pieces)
    _raise_initials(pieces, usual)
    rows: list[_Row] = []
    ordered = sorted(pieces, key=lambda piece: -piece.base)
    for piece in ordered:
        if piece.size >= _SCRIPT * usual:
            _place(piece, rows, rows[-_NEIGHBOURS:])
    # Superscripts join the rows that the others have formed.
    rows.sort(key=lambda row: -row.base)
    firm = rows.copy()
    loose: list[_Row] = []
    for piece in ordered:
        if piece.size < _SCRIPT * usual:
            at = bisect_left(firm, -piece.base, key=lambda row: -row.base)
            near = firm[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
            _place(piece, loose, [*loose[-_NEIGHBOURS:], *near])
    loose = [row for row in loose if not _is_ruby(row, firm)]
    rows = sorted([*firm, *loose], key=lambda row: -row.base)
    return [sorted(row.pieces, key=lambda piece: piece.x0) for row in rows]


@dataclass(slots=True)
class _Row:
    base: float
    size: float
    pieces: list[Piece]

    def takes(self, piece: Piece) -> bool:
        """Whether ``piece`` stands in this row."""
        rise = piece.base - self.base
        if piece.size < _SCRIPT * self.size:
            level = -0.35 * self.size <= rise <= 0.75 * self.size
            reach = float("inf") if abs(rise) <= _SAME_BASE * self.size else 0.5 * self.size
        else:
            # The bullets of some fonts stand lower.
            most = _BULLET_DROP if _is_bullet(piece) or _is_bullet(self.pieces[0]) else _SAME_BASE
            level = abs(rise) <= most * self.size
            reach = float("inf")
        if not level or len(self.pieces) >= _MOST_IN_ROW:
            return False
        near = False
        for other in self.pieces:
            shared = min(piece.x1, other.x1) - max(piece.x0, other.x0)
            if shared > _OVERLAP * min(piece.x1 - piece.x0, other.x1 - other.x0) + 0.1:
                return False
            near = near or -shared <= reach
        return near


def _is_ruby(row: _Row, firm: Sequence[_Row]) -> bool:
    """Whether a row is how the Han characters right below it are pronounced."""
    at = bisect_left(firm, -row.base, key=lambda row: -row.base)
    if at == len(firm):
        return False
    below = firm[at]
    small = max(piece.size for piece in row.pieces) <= _RUBY * below.size
    if not small or row.base - below.base > _RUBY_RISE * below.size:
        return False
    han = [g for piece in below.pieces for g in piece.glyphs if is_wide(g.text) and g.text.isalpha()]
    read = [glyph for piece in row.pieces for glyph in piece.glyphs]
    return all(
        _SOUND.match(glyph.text) and any(g.x0 - g.style.size <= glyph.x0 <= g.x1 for g in han)
        for glyph in read
    )


def _is_bullet(piece: Piece) -> bool:
    return len(piece.glyphs) == 1 and piece.glyphs[0].text in "•●○▪■□◦‣·–*➢✓"


def _place(piece: Piece, rows: list[_Row], near: Sequence[_Row]) -> None:
    """Put ``piece`` into the first of the rows ``near`` it that takes it, else into a new one."""
    for row in reversed(near):
        if row.takes(piece):
            row.pieces.append(piece)
            return
    rows.append(_Row(piece.base, piece.size, [piece]))


def _raise_initials(pieces: Sequence[Piece], usual: float) -> None:
    """Bring an initial that reaches over several lines to the base line of the first."""
    for piece in pieces:
        if piece.size < _INITIAL * usual or len(piece.glyphs) > 1 or not piece.glyphs[0].text.isalpha():
            continue
        top = piece.base + _CAPITAL * piece.size
        for other in pieces:
            if (
                other.base > piece.base + 0.3 * usual
                and 0 <= other.x0 - piece.x1 + 0.2 * usual < 2 * usual
                and abs(other.base + _CAPITAL * other.size - top) < _CAPITAL * other.size
            ):
                piece.base = piece.glyphs[0].base = other.base
                break


def make_line(row: Sequence[Piece]) -> Line:
    """Read one row."""
    glyphs = [glyph for piece in row for glyph in piece.glyphs]
    sizes = Counter(glyph.style.size for glyph in glyphs)
    size = sizes.most_common(1)[0][0]
    base = next(glyph.base for glyph in glyphs if glyph.style.size == size)
    tracking = _tracking(glyphs)
    parts = [_raised(glyphs[0], base, size)]
    cells = 1
    first_word: float | None = None
    for a, b in pairwise(glyphs):
        em = max(a.style.size, b.style.size) or 1.0
        gap = (b.x0 - a.x1) / em - tracking
        space = _space(a, b, gap)
        if first_word is None and (space or _may_break(a.text, b.text)):
            first_word = a.x1 - glyphs[0].x0
        cells += gap > _CELL_GAP
        parts.append(space + _raised(b, base, size))
    return Line(
        text="".join(parts),
        x0=glyphs[0].x0,
        x1=max(glyph.x1 for glyph in glyphs),
        solid=next((g.x1 for g in reversed(glyphs) if g.text not in _NEVER_FIRST), glyphs[0].x1),
        base=base,
        size=size,
        bold=all(glyph.style.bold for glyph in glyphs if glyph.text.isalnum()),
        cells=cells,
        first_word=glyphs[-1].x1 - glyphs[0].x0 if first_word is None else first_word,
    )


def _tracking(glyphs: Sequence[Glyph]) -> float:
    """What spaced-out letters add to each gap of a line, in font sizes; 0 in usual text."""
    gaps = [(b.x0 - a.x1) / b.style.size for a, b in pairwise(glyphs) if not b.space and b.style.size > 0]
    usual = median(gaps) if len(gaps) > _FEWEST_TRACKED else 0.0
    return usual if usual > _LEAST_TRACKING else 0.0


def _space(a: Glyph, b: Glyph, gap: float) -> str:
    """What stands between two neighbours whose edges are ``gap`` font sizes apart."""
    wide = is_wide(a.text) + is_wide(b.text)
    if b.space:
        # A space that does not show is an artefact between Han characters.
        return "" if wide == 2 and gap < _SHOWN_SPACE else b.space
    if wide == 0:
        least = _LATIN_SPACE
    elif wide == 1:
        # Programs set figures a little off from Han characters: 2024 年 is one date.
        least = _MIXED_SPACE if a.text.isalpha() and b.text.isalpha() else _FIGURE_SPACE
    else:
        least = _SEEN_SPACE if b.guess and a.text.isalpha() and b.text.isalpha() else _HAN_SPACE
    return " " if gap > least else ""


def _raised(glyph: Glyph, base: float, size: float) -> str:
    """The character; a raised figure as what it is, so that 10² stays apart from 102."""
    if glyph.style.size < _SCRIPT * size and glyph.base - base > _RAISED * size:
        return raise_figures(glyph.text)
    return glyph.text


def _may_break(a: str, b: str) -> bool:
    """Whether a line might have ended between two characters without a space."""
    if b in _NEVER_FIRST or a in _NEVER_LAST:
        return False
    return is_wide(a) or is_wide(b) or a == "-"
