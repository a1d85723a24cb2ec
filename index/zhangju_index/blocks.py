"""Blocks of a source: paragraphs and free-standing lines, put together again from its lines.

A flattened page breaks lines inside words and puts blank lines inside sentences. A block is
what stood together on the page; whether a short block without a final stop is a heading or the
first words of a torn sentence is decided here too, because the answer decides what is joined.

Two readings compete for a block that does not end a sentence. Where blank lines have proved
reliable (no sentence is torn by one) such a block is a heading. Where they have not, it needs
a witness: another block built alike, or a byline that closes a stack of short lines.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import zip_longest

from zhangju_index.bylines import is_byline
from zhangju_index.lines import Line, Wrap, measure_wrap, split_lines
from zhangju_index.marks import Mark, find_mark
from zhangju_index.reading import ReadingText, join_lines, spaces_latin

__all__ = ["Block", "Blocks", "ends_sentence", "find_blocks"]

MAX_HEADING = 60
"""Characters of the longest free-standing heading; titles of newspaper pieces stay below 50."""

_CLOSERS = "”’」』）)】》〉］\\]\"'"
_STOP = re.compile(f"[。！？!?…｡؟।॥۔።][{_CLOSERS}]*")
_LATIN_STOP = re.compile(
    f"(?<![A-Z])(?<!\\d)[a-zà-ÿ\\d)\\]]{{2,}}\\.[{_CLOSERS}]*|[^\\W\\d_]{{2,}}\\.[{_CLOSERS}]*"
)
# A line never opens with these, so one that does goes on with the line before.
_NEVER_FIRST = set("，、。；：！？…）】》〉」』”’％‰·,;:!?)]}%.")
_NEVER_LAST = set("，、；,;（(【[《〈“‘「『—－-·/／&和与及或而且等的地得了着把被将从向对为以并")
# Words that carry a clause on and open no paragraph of their own.
_CARRIES_ON = re.compile("[的了着过和与及或而则也都就还又才却地得之们是把被]|并且|以及|不仅|等等")
_OPENERS, _CLOSING = "（(【《“‘「『", "）)】》”’」』"
_DATE = re.compile(
    r"[（(]?[\d〇零一二三四五六七八九十]{2,4}[ 　]*[年./-][\d〇一二三四五六七八九十 　]{1,4}[月./-].{0,12}"
)
_ALIKE = 0.55
_ALIKE_CHARACTERS = 8


@dataclass(frozen=True)
class Block:
    """Lines that belong together.

    Attributes:
        lines: Its lines, in order.
        reading: Its text with the wraps joined.
        mark: The mark it opens with, if any.
        heading: Whether it stands free as a heading rather than being running text.
    """

    lines: tuple[Line, ...]
    reading: ReadingText
    mark: Mark | None
    heading: bool = False

    @property
    def start(self) -> int:
        """Offset of its first visible character."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """Offset one past its last visible character."""
        return self.lines[-1].end

    @property
    def text(self) -> str:
        """Its reading text."""
        return self.reading.text

    @cached_property
    def complete(self) -> bool:
        """Whether it ends where a sentence ends, or is a remark in brackets."""
        return ends_sentence(self.text) or (self.text[0] in "（(" and self.text[-1] in "）)")

    @cached_property
    def holds_stop(self) -> bool:
        """Whether a sentence ends before its last character."""
        return _holds_stop(self.text)

    @property
    def is_candidate(self) -> bool:
        """Whether its shape allows it to be a heading: short, unstopped, on its own."""
        return (
            self.mark is None
            and not _DATE.fullmatch(self.text)
            and not self.complete
            and not self.holds_stop
            and len(self.text) <= MAX_HEADING * (1 if _is_han(self.text) else 2)
            and self.text[-1] not in "：:"
        )


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks of a source, with the wrap they were read under."""

    blocks: tuple[Block, ...]
    wrap: Wrap


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends with a full stop of some script, closing quotes aside."""
    bare = text.rstrip("".join(_CLOSING) + "\"'")
    if not bare:
        return False
    if bare[-1] in "。！？!?…｡؟।॥۔።":
        return True
    return bare[-1] == "." and len(bare) > 2 and not bare[-2].isspace()


def find_blocks(text: str) -> Blocks:
    """Put the lines of ``text`` together to blocks and tell headings from torn sentences."""
    lines = split_lines(text)
    wrap = measure_wrap(text, lines)
    joiner = _Joiner(text, wrap)
    indented = _uses_indents(lines)
    spaced = spaces_latin(text)

    def make(parts: Sequence[Line]) -> Block:
        reading = join_lines(text, parts, sliced=wrap.sliced, spaced=spaced)
        return Block(tuple(parts), reading, find_mark(text[parts[0].start : parts[0].end]))

    blocks: list[Block] = []
    torn = breaks = 0
    for line in lines:
        if not blocks:
            blocks.append(make([line]))
            continue
        before = blocks[-1]
        verdict = joiner.joins(before, line, indented)
        at_edge = line.gap > 0 or not wrap.is_full(text, before.lines[-1], line)
        breaks += at_edge
        torn += at_edge and verdict
        if verdict:
            blocks[-1] = make([*before.lines, line])
        else:
            blocks.append(make([line]))
    # One torn sentence may be a slip of the typist; a habit of tearing is the layout's.
    trusted = torn <= max(1, 0.02 * breaks)
    return Blocks(tuple(_settle(blocks, make, text, trusted=trusted)), wrap)


@dataclass(frozen=True, slots=True)
class _Joiner:
    """Decides whether a line goes on with the block before it."""

    text: str
    wrap: Wrap

    def joins(self, block: Block, line: Line, indented: bool) -> bool:
        shown = self.text[line.start : line.end]
        last = block.lines[-1]
        full = line.gap == 0 and self.wrap.is_full(self.text, last, line)
        least = min(part.indent for part in block.lines) if len(block.lines) > 1 else 0
        new_indent = indented and line.indent >= 2 and line.indent > least
        if block.mark and block.mark.kind == "markdown":
            return False
        mark = find_mark(shown)
        if (
            mark
            and (not full or block.complete)
            and (block.complete or mark.kind in ("markdown", "item") or not block.holds_stop)
        ):
            return False
        if shown[0] in _NEVER_FIRST:
            return True
        if block.complete:
            return full and not new_indent
        if full and not (new_indent and not block.holds_stop):
            return True
        if block.text[-1] in _NEVER_LAST or _is_open(block.text):
            return True
        if block.text[-1] in "：:":
            return False
        return block.holds_stop or bool(_CARRIES_ON.match(shown))


def _settle(
    blocks: list[Block], make: Callable[[Sequence[Line]], Block], text: str, *, trusted: bool
) -> list[Block]:
    """Mark the candidates that are headings and join the others with what follows them."""
    dense = re.sub(r"\s+", "", text)
    candidates = [
        block.is_candidate and not (after and _is_torn(block, after, dense))
        for block, after in zip_longest(blocks, blocks[1:])
    ]
    # A heading heads something: short lines at the very end are a signature or a date.
    last = next((k for k in range(len(blocks), 0, -1) if not candidates[k - 1]), 0)
    candidates = [candidate and k < last for k, candidate in enumerate(candidates)]
    accepted = candidates if trusted else _with_witness(blocks, candidates)

    settled: list[Block] = []
    open_block = False
    for block, is_heading in zip(blocks, accepted, strict=True):
        if open_block and not is_heading and not (block.mark and block.mark.kind != "item"):
            settled[-1] = make([*settled[-1].lines, *block.lines])
        else:
            settled.append(replace(block, heading=is_heading))
        tail = settled[-1]
        open_block = (
            not tail.heading
            and tail.mark is None
            and not tail.complete
            and tail.text[-1] not in "：:"
            and (tail.holds_stop or tail.is_candidate)
        )
    return settled


def _with_witness(blocks: list[Block], candidates: list[bool]) -> list[bool]:
    """Keep candidates that another block is built like, or that a byline closes a stack of."""
    accepted = [False] * len(blocks)
    texts = [block.text for block in blocks]
    indices = [i for i, candidate in enumerate(candidates) if candidate]
    for position, i in enumerate(indices):
        for j in indices[position + 1 :]:
            if _alike(texts[i], texts[j]):
                accepted[i] = accepted[j] = True
    run: list[int] = []
    for i in range(len(blocks) + 1):
        if i < len(blocks) and candidates[i]:
            run.append(i)
            continue
        if run:
            bylines = [position for position, k in enumerate(run) if position and is_byline(texts[k])]
            # A document may open with a title and nothing else.
            stack = bylines[0] + 1 if bylines else int(run[0] == 0)
            for k in run[:stack]:
                accepted[k] = True
        run = []
    return accepted


def _alike(a: str, b: str) -> bool:
    """Whether two lines are built alike: most of both is the same words in the same order."""
    if min(len(a), len(b)) * 1.5 < max(len(a), len(b)):
        return False
    shared = sum(match.size for match in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return shared >= _ALIKE_CHARACTERS and 2 * shared >= _ALIKE * (len(a) + len(b))


def _is_torn(before: Block, after: Block, dense: str) -> bool:
    """Whether a word stands across the break, as other places of the source show."""
    if before.complete or after.mark:
        return False
    a, b = re.sub(r"\s+", "", before.text), re.sub(r"\s+", "", after.text)
    if not (_is_han(a[-1]) and _is_han(b[0])):
        return False
    across = [(a[-2:] + b[:1]), (a[-1:] + b[:2])]
    return any(len(word) == 3 and dense.count(word) > 1 for word in across)


def _is_open(text: str) -> bool:
    """Whether a bracket or quote opened within the last line's reach is still open."""
    near = text[-80:]
    for opener, closer in zip(_OPENERS, _CLOSING, strict=True):
        opened = near.rfind(opener)
        if opened >= 0 and closer not in near[opened:]:
            return True
    return False


def _uses_indents(lines: list[Line]) -> bool:
    """Whether an indent opens a paragraph here: some lines have it and some do not."""
    deep = sum(line.indent >= 2 for line in lines)
    return 0 < deep < len(lines)


def _holds_stop(text: str) -> bool:
    for match in _STOP.finditer(text):
        if match.end() < len(text):
            return True
    return any(
        match.end() < len(text) and text[match.end()].isspace() for match in _LATIN_STOP.finditer(text)
    )


def _is_han(text: str) -> bool:
    """Whether most letters of ``text`` are Han, kana or hangul."""
    letters = [character for character in text if character.isalnum()]
    return 2 * sum(character >= "\u2e80" for character in letters) >= len(letters)
