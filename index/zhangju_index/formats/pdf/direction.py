"""Right-to-left writing: glyphs moved to where they would stand if it ran from left to right.

A page of Hebrew or Arabic is turned over as in a mirror, so that its lines and columns begin at
the left like all others. What runs the other way in a line is turned over in its place: figures
and Latin words here, Hebrew and Arabic words on other pages. This goes back the way of Unicode
Standard Annex 9, from where glyphs stand alone.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from unicodedata import bidirectional

from zhangju_index.formats.pdf.glyphs import Glyph, Page

__all__ = ["face_right"]

# In font sizes: base lines of one row differ by less, and a wider gap parts cells or columns.
_SAME_BASE = 0.2
_WIDEST_GAP = 1.8
# The document counts as much as this many letters of each page, a line or so: the end of a sentence
# on a page of its own says too little.
_LEAN = 50
# A mark on a letter stands so near to its base line, and a space is at least so wide.
_REACH = 0.9
_LEAST_SPACE = 0.08
# Left-to-right, right-to-left, figures, what joins two (1,998.5), what belongs to one (%), marks
# on letters; all else is neutral.
_KINDS = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N", "CS": "C", "ES": "C", "ET": "T", "NSM": "M"}
_NUMBER = r"T*N+(?:CN+)*T*"
_FIGURES = re.compile(_NUMBER)
# Numbers beside Latin words belong to them, as in Windows 95.
_LATIN = re.compile(rf"(?:{_NUMBER}[^RLN]*)?L(?:[^R]*L)?(?:[^RLN]*{_NUMBER})?|{_NUMBER}")
_HEBREW = re.compile(r"R(?:[^L]*R)?")
# Blocks of the scripts that run to the left.
_RIGHT_TO_LEFT = (
    *(("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufeff")),
    *(("\U00010800", "\U00010fff"), ("\U0001e800", "\U0001efff")),
)
_BRACKETS = "()[]{}<>«»"
_OTHER_BRACKETS = dict(zip(_BRACKETS, ")(][}{><»«", strict=True))


def face_right(pages: Sequence[Page]) -> list[Page]:
    """Move the glyphs of a document's pages so that all is read from left to right, each row in order."""
    counts = [Counter(map(_kind, page.glyphs)) for page in pages]
    backward, forward = (sum(count[kind] for count in counts) for kind in "RL")
    lean = _LEAN * (backward - forward) / max(1, backward + forward)
    return [
        _face_right(page, is_turned=count["R"] - count["L"] + lean > 0) if count["R"] else page
        for page, count in zip(pages, counts, strict=True)
    ]


def _face_right(page: Page, *, is_turned: bool) -> Page:
    glyphs = [replace(glyph) for glyph in page.glyphs]
    if is_turned:
        _turn(glyphs, page.left + page.right)
    rows = _rows([k for k, glyph in enumerate(glyphs) if not _hangs(glyph)], glyphs)
    brackets: list[Glyph] = []
    placed: dict[int, Glyph] = {}
    for numbers in rows:
        row = [glyphs[k] for k in numbers]
        if is_turned:
            runs = [row[run.start() : run.end()] for run in _LATIN.finditer(_written(row))]
            latin = {id(glyph) for run in runs for glyph in run}
            brackets += [glyph for glyph in row if id(glyph) not in latin and glyph.text in _BRACKETS]
        else:
            runs = [row[run.start() : run.end()] for run in _HEBREW.finditer(_written(row))]
            brackets += [glyph for run in runs for glyph in reversed(run) if glyph.text in _BRACKETS]
        for run in runs:
            _turn(run)
            if not is_turned:
                run.reverse()
                for figures in _FIGURES.finditer(_written(run)):
                    _turn(run[figures.start() : figures.end()])
        row.sort(key=lambda glyph: glyph.x0)
        if is_turned or runs:
            _mend_spaces(row)
        placed.update(zip(sorted(numbers), row, strict=True))
    _mend_brackets(brackets)
    hanging = _hang(page.glyphs, glyphs, _rows(list(placed), placed), placed)
    return replace(
        page,
        glyphs=[
            *hanging.get(0, ()),
            *(each for k in sorted(placed) for each in (placed[k], *hanging.get(id(placed[k]), ()))),
        ],
    )


def _kind(glyph: Glyph) -> str:
    return _KINDS.get(bidirectional(glyph.text), "O")


def _written(row: Sequence[Glyph]) -> str:
    """What each glyph is, one letter for one glyph."""
    return "".join(map(_kind, row))


def _hangs(glyph: Glyph) -> bool:
    """Whether it belongs to the letter before it: a mark, or one more letter of a ligature."""
    kind = _kind(glyph)
    return kind == "M" or (kind == "R" and glyph.x0 == glyph.x1)


def _is_right_to_left(mark: str) -> bool:
    """Whether a mark belongs to Hebrew, Arabic or another script that runs to the left, by its block."""
    return any(first <= mark <= last for first, last in _RIGHT_TO_LEFT)


def _turn(glyphs: Sequence[Glyph], edges: float | None = None) -> None:
    """Turn glyphs over between their own edges, or those that add up to ``edges``."""
    if edges is None:
        edges = min(glyph.x0 for glyph in glyphs) + max(glyph.x1 for glyph in glyphs)
    for glyph in glyphs:
        glyph.x0, glyph.x1 = edges - glyph.x1, edges - glyph.x0


def _rows(numbers: Sequence[int], glyphs: Mapping[int, Glyph] | Sequence[Glyph]) -> list[list[int]]:
    """Numbers of the glyphs on one base line that no wide gap parts, from left to right."""
    lines: list[list[int]] = []
    for number in sorted(numbers, key=lambda number: -glyphs[number].base):
        glyph = glyphs[number]
        if not lines or glyphs[lines[-1][0]].base - glyph.base > _SAME_BASE * glyph.style.size:
            lines.append([])
        lines[-1].append(number)
    rows: list[list[int]] = []
    for line in lines:
        line.sort(key=lambda number: glyphs[number].x0)
        rows.append(line[:1])
        for last, number in pairwise(line):
            glyph = glyphs[number]
            if glyph.x0 - glyphs[last].x1 > _WIDEST_GAP * glyph.style.size:
                rows.append([])
            rows[-1].append(number)
    return rows


def _mend_spaces(row: Sequence[Glyph]) -> None:
    """Leave spaces of the file where there is a gap: it may give them for the other side of a character."""
    gaps = [after.x0 - glyph.x1 > _LEAST_SPACE * glyph.style.size for glyph, after in pairwise(row)]
    for k, glyph in enumerate(row):
        if glyph.space and k and not gaps[k - 1]:
            if k < len(gaps) and gaps[k]:
                row[k + 1].space = row[k + 1].space or glyph.space
            glyph.space = ""


def _mend_brackets(brackets: Sequence[Glyph]) -> None:
    """Turn brackets over if more of them match then: a file may give their shape or their sense."""
    shown = "".join(glyph.text for glyph in brackets)
    turned = "".join(_OTHER_BRACKETS[glyph.text] for glyph in brackets)
    if _matching(turned) > _matching(shown):
        for glyph in brackets:
            glyph.text = _OTHER_BRACKETS[glyph.text]


def _matching(brackets: str) -> int:
    """Number of brackets that close the one before them."""
    return sum(brackets.count(pair) for pair in ("()", "[]", "{}", "<>", "«»"))


def _hang(
    printed: Sequence[Glyph],
    glyphs: Sequence[Glyph],
    rows: Sequence[Sequence[int]],
    placed: Mapping[int, Glyph],
) -> dict[int, list[Glyph]]:
    """The marks and further letters that belong to a glyph, in order, by its id; by 0 those before all."""
    hanging: dict[int, list[Glyph]] = {}
    bases = [-placed[row[0]].base for row in rows]
    last = -1  # The glyph that stands before it in the file.
    for number, glyph in enumerate(glyphs):
        if not _hangs(glyph):
            last = number
            continue
        reach = _REACH * glyph.style.size
        near = range(bisect_left(bases, -glyph.base - reach), bisect_right(bases, -glyph.base + reach))
        middle = (glyph.x0 + glyph.x1) / 2
        hosts = [
            host
            for row in (rows[k] for k in near)
            for host in (
                placed[k] for k in row[max(0, bisect_left(row, middle, key=lambda k: placed[k].x0) - 2) :][:4]
            )
            if _is_right_to_left(glyph.text)
            and _kind(host) == "R"
            and host.x0 - 0.1 <= middle <= host.x1 + 0.1
        ]
        if not hosts:
            if last >= 0:
                _follow(glyph, glyphs[last], printed[number], printed[last])
            hanging.setdefault(id(glyphs[last]) if last >= 0 else 0, []).append(glyph)
            continue
        host = min(hosts, key=lambda host: (abs(host.base - glyph.base), abs(host.x0 + host.x1 - 2 * middle)))
        if glyph.text == "ل" and host.text in "اأإآ":
            # PDFium gives the letters of this ligature the wrong way round.
            glyph.text, host.text = host.text, glyph.text
        glyph.x0 = glyph.x1 = host.x1
        glyph.base, glyph.style, glyph.space, glyph.guess = host.base, host.style, "", False
        hanging.setdefault(id(host), []).append(glyph)
    return hanging


def _follow(mark: Glyph, letter: Glyph, printed_mark: Glyph, printed_letter: Glyph) -> None:
    """Move a mark along with the letter that it stands on."""
    away = printed_mark.x0 - printed_letter.x0
    near = letter.style.size
    if abs(away) > near or abs(mark.base - letter.base) > near:
        return
    width = printed_mark.x1 - printed_mark.x0
    mark.x0 = letter.x1 - away - width if _kind(letter) == "R" else letter.x0 + away
    mark.x1 = mark.x0 + width
