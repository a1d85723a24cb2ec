"""Breaks that left no trace: what ends with an exactly full line, and what is glued to it.

Where lines were filled to a width and no blank line or indent sets paragraphs apart, a short
last line is the only sign of an end. When the last line happens to be full, the sign is gone;
what comes after can still give the place away: a heading built like the headings elsewhere, a
byline under a title, an author's note in brackets, or (see ``outline``) one more lead of a series.
Every rule needs such a witness, so a page without headings is left as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from zhangju_index.blocks import Block, Blocks, alike, ends_sentence, is_heading_shape
from zhangju_index.bylines import is_byline, is_note, is_post
from zhangju_index.lines import Line
from zhangju_index.reading import join_lines

__all__ = ["hidden_breaks", "seamless_ends"]

_MAX_HEAD_LINES = 5
_LONGEST_NAME = 4
_COMPARED = 40
"""Heads that one head is compared with; keeps the work linear."""


@dataclass(frozen=True, slots=True)
class _Head:
    """Lines that may be a heading glued to its neighbours.

    Attributes:
        start: Offset of its first line.
        after: Offset of the line after it.
        text: Its text with the wraps joined.
        glued: Whether its last line is full too, so that nothing shows where it ends.
    """

    start: int
    after: int
    text: str
    glued: bool


def hidden_breaks(text: str, found: Blocks) -> frozenset[int]:
    """Offsets of lines that open a block although the line before them is full."""
    if not found.wrap.width and not found.wrap.sliced:
        return frozenset()
    breaks: set[int] = set()
    heads: list[_Head] = []
    for position, block in enumerate(found.blocks):
        if block.mark is not None or len(block.lines) < 2:
            continue
        above = found.blocks[position - 1] if position else None
        under_heading = above is not None and above.heading and not is_byline(above.text)
        for opening in (0, *seamless_ends(text, found, block)):
            if not block.heading:
                heads.extend(_heads(text, found, block, opening))
            breaks.update(_notes(text, block, opening))
            at_head = opening == 0 and (under_heading or position == 0)
            breaks.update(_bylines(text, found, block, opening, at_head=at_head))
    known = [block.text for block in found.blocks if block.heading and not is_byline(block.text)]
    breaks.update(_built_alike(heads, known))
    return frozenset(breaks)


def seamless_ends(text: str, found: Blocks, block: Block) -> list[int]:
    """Positions of lines in ``block`` before which a paragraph may end with a full line."""
    return [
        i
        for i in range(1, len(block.lines))
        if _is_seamless(text, found, block, i)
        and _may_end(text[block.lines[i - 1].start : block.lines[i - 1].end])
    ]


def _is_seamless(text: str, found: Blocks, block: Block, i: int) -> bool:
    """Whether line ``i`` follows a full line at once."""
    if i >= len(block.lines):
        return False
    return block.lines[i].gap == 0 and found.wrap.is_full(text, block.lines[i - 1], block.lines[i])


def _may_end(line: str) -> bool:
    return ends_sentence(line) or (line[-1] in "）)" and is_note(line))


def _heads(text: str, found: Blocks, block: Block, opening: int) -> Iterator[_Head]:
    """The first lines of a paragraph, one to five of them, that have the shape of a heading."""
    lines = block.lines
    for after in range(opening + 1, min(len(lines), opening + _MAX_HEAD_LINES + 1)):
        shown = _join(text, found, lines[opening:after])
        if not is_heading_shape(shown):
            return
        glued = _is_seamless(text, found, block, after)
        if glued or opening:
            yield _Head(lines[opening].start, lines[after].start, shown, glued)
        if not glued:
            return


def _built_alike(heads: list[_Head], known: list[str]) -> Iterator[int]:
    """Breaks around the heads that are built like other headings.

    Two paragraphs may well begin alike. A head that is glued to its paragraph must therefore
    also end in the same character as the headings it resembles, hold no figure, and resemble
    two of them.
    """
    for position, head in enumerate(heads):
        near = heads[max(0, position - _COMPARED) : position + _COMPARED]
        others = [
            other.text for other in near if other.start != head.start and (head.glued or not other.glued)
        ]
        if head.glued:
            if any(character.isdigit() for character in head.text):
                continue
            same_end = [other for other in (*known[:_COMPARED], *others) if other[-2:] == head.text[-2:]]
            if sum(alike(head.text, other) for other in same_end) > 1:
                yield from (head.start, head.after)
        elif any(alike(head.text, other) for other in (*known[:_COMPARED], *others)):
            yield from (head.start, head.after)


def _notes(text: str, block: Block, opening: int) -> Iterator[int]:
    """Breaks around an author's note in brackets."""
    lines = block.lines[opening : opening + _MAX_HEAD_LINES]
    if text[lines[0].start] not in "（([【":
        return
    for i, line in enumerate(lines):
        if text[line.end - 1] in "）)]】":
            if is_note("".join(text[part.start : part.end] for part in lines[: i + 1])):
                yield lines[0].start
                if opening + i + 1 < len(block.lines):
                    yield block.lines[opening + i + 1].start
            return


def _bylines(text: str, found: Blocks, block: Block, opening: int, *, at_head: bool) -> Iterator[int]:
    """Breaks around a line that reads as a byline under a title."""
    lines = block.lines
    reach = range(opening, min(len(lines), opening + _MAX_HEAD_LINES))
    for span, i in ((span, i) for span in (1, 2) for i in reach if i + span <= len(lines)):
        above = _join(text, found, lines[opening:i]) if i > opening else ""
        if not (is_heading_shape(above) if above else at_head and block.start != found.blocks[0].start):
            continue
        # A title stands at the head of the page, under another, or in a stack of short lines.
        short = any(not _is_seamless(text, found, block, k) for k in range(opening + 1, i + 1))
        shown = _join(text, found, lines[i : i + span])
        if not (at_head or short) or not is_byline(shown):
            continue
        # The last characters of a wrapped title may look like a name; a post or an office does not.
        if above and not short and (len(shown) <= _LONGEST_NAME or is_byline(above) or is_post(above)):
            continue
        if i > 0:
            yield lines[i].start
        if opening > 0:
            yield lines[opening].start
        if _is_seamless(text, found, block, i + span):
            yield lines[i + span].start
        return


def _join(text: str, found: Blocks, lines: tuple[Line, ...]) -> str:
    return join_lines(text, lines, sliced=found.wrap.sliced).text
