"""What a format tells about its text, said of lines.

A ``Layout`` speaks of offsets, as parsers find them; whoever puts lines together to blocks asks
about lines: which mark one opens with, whether it opens a block or goes on with the line before.
"""

from dataclasses import dataclass

from zhangju_index.lines import Line
from zhangju_index.marks import VERBATIM, Mark, stated_heading
from zhangju_index.values import Element, Layout

__all__ = ["Told", "tell_lines"]

# A page that sets whole paragraphs as headings, for their looks, names nothing with them.
_LONGEST_HEADING = 240
_ITEM = Mark("item", 0, 99, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """What a format tells about lines, each named by the offset of its first visible character.

    Attributes:
        marks: Marks of the lines that open an element.
        opens: Lines that open a block, whatever stands before them.
        goes_on: Lines that go on with the one before, whatever they look like.
        full: Lines that were broken because the column was full; None where the format does not say.
    """

    marks: dict[int, Mark]
    opens: frozenset[int]
    goes_on: frozenset[int]
    full: frozenset[int] | None


def tell_lines(text: str, lines: list[Line], layout: Layout) -> Told:
    """Say of each line what ``layout`` says of its characters.

    An element holds the lines whose first character lies in it. Several lines of a heading are
    one block, and so are those of a list item unless lines are paragraphs; each line of a table
    or of code is one of its own.
    """
    marks: dict[int, Mark] = {}
    opens: set[int] = set()
    goes_on: set[int] = set()
    joined = ("heading",) if layout.unwrapped else ("heading", "item")
    before: Element | None = None
    waiting = iter(layout.elements)
    element = next(waiting, None)
    for line in lines:
        while element is not None and element.end <= line.start:
            element = next(waiting, None)
        holder = element if element is not None and _holds(element, line, text) else None
        if holder is not None and holder is before and holder.kind in joined:
            goes_on.add(line.start)
            continue
        if holder is not None:
            marks[line.start] = _mark(holder)
        if holder is not None or before is not None or layout.unwrapped:
            opens.add(line.start)
        before = holder
    return Told(marks, frozenset(opens), frozenset(goes_on), _full(lines, layout))


def _holds(element: Element, line: Line, text: str) -> bool:
    if element.start > line.start:
        return False
    if element.kind != "heading":
        return True
    # A heading that ends inside a line, or never seems to, is set for its looks.
    return element.end >= line.end and len(text[element.start : element.end].strip()) <= _LONGEST_HEADING


def _mark(element: Element) -> Mark:
    match element.kind:
        case "heading":
            return stated_heading(element.level)
        case "item":
            return _ITEM
        case _:
            return VERBATIM


def _full(lines: list[Line], layout: Layout) -> frozenset[int] | None:
    if not layout.full_lines:
        return None
    full: set[int] = set()
    waiting = iter(layout.full_lines)
    offset = next(waiting, None)
    for line in lines:
        # An indent may come before the first visible character, or be counted with the line.
        while offset is not None and offset < line.end:
            full.add(line.start)
            offset = next(waiting, None)
    return frozenset(full)
