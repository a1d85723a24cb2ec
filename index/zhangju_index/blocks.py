"""Blocks of a source: paragraphs and free-standing lines, put together again from its lines.

A flattened page breaks lines inside words and puts blank lines inside sentences. A block is
what stood together on the page; whether a short block without a final stop is a heading or the
first words of a torn sentence is decided here too, because the answer decides what is joined.

Two readings compete for a block that does not end a sentence. Where blank lines have proved
reliable (no sentence is torn by one) such a block is a heading. Where they have not, it needs
a witness: another block built alike, or a byline that closes a stack of short lines.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import zip_longest

from zhangju_index.bylines import is_byline, stated_author
from zhangju_index.layout import Told, tell_lines
from zhangju_index.lines import Line, Wrap, is_wide, measure_wrap, split_lines
from zhangju_index.markdown import underlined_lines, verbatim_lines
from zhangju_index.marks import FIRST_LEVEL, VERBATIM, Mark, find_mark, stated_heading
from zhangju_index.reading import ReadingText, cut_words, join_lines, spaces_latin
from zhangju_index.remarks import is_date, is_remark
from zhangju_index.unspaced import unspaced_units
from zhangju_index.values import PLAIN, Layout

__all__ = ["Block", "Blocks", "alike", "ends_sentence", "find_blocks", "is_heading_shape"]

MAX_HEADING = 60
"""Characters of the longest free-standing heading; titles of newspaper pieces stay below 50."""

_CLOSERS = "”’」』）)】》〉］\\]\"'"
_STOP = re.compile(f"[。！？!?…｡؟।॥۔።][{_CLOSERS}]*")
# Two letters before it, so that an initial or 3. is no end. (Looking back keeps the search linear.)
_LATIN_STOP = re.compile(f"(?:(?<=[^\\W\\d_]{{2}})|(?<=[a-zà-ÿ\\d)\\]]{{2}}))\\.[{_CLOSERS}]*")
# A line never opens with these, so one that does goes on with the line before.
_NEVER_FIRST = set("，、。；：！？…）】》〉」』”’％‰·,;:!?)]}%.")
_NEVER_LAST = set("，、；,;（(【[《〈“‘「『—－-·/／&和与及或而且等的地得了着把被将从向对为以并")
# Words that carry a clause on and open no paragraph of their own.
_CARRIES_ON = re.compile("[的了着过和与及或而则也都就还又才却地得之们是把被]|并且|以及|不仅|等等")
_OPENERS, _CLOSING = "（(【《“‘「『", "）)】》”’」』"
# These open a block even where the sentence before them lacks its stop.
_LAW_KINDS = frozenset({"编", "分编", "篇", "章", "节", "条"})
_OPENS_ALWAYS = _LAW_KINDS | {"markdown", "item"}
# What stands before a reference to an article.
_REFERS = re.compile("(?:[、和与及或至]|依照|按照|违反|本法)$")
_DOUBLE_SPACED_LINES = 12
_DOUBLE_SPACED_WIDTH = 12
_ALIKE = 0.55
_ALIKE_CHARACTERS = 8
_WITNESS_REACH = 60
"""Candidates that one candidate is compared with; keeps the work linear in long lists."""


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
        return _is_complete(self.text)

    @cached_property
    def holds_stop(self) -> bool:
        """Whether a sentence ends before its last character."""
        return _holds_stop(self.text)

    @cached_property
    def is_candidate(self) -> bool:
        """Whether its shape allows it to be a heading: short, unstopped, on its own."""
        text = self.text
        return (
            self.mark is None
            and is_heading_shape(text)
            and text[0] not in _NEVER_FIRST
            and text[-1] not in "，、；,;"
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


def is_heading_shape(text: str) -> bool:
    """Whether ``text`` looks like a free-standing heading: few words, no stop, no colon, no remark."""
    return (
        len(text) <= MAX_HEADING * 2
        and not is_remark(text)
        and not _is_complete(text)
        and not _holds_stop(text)
        and len(text) <= MAX_HEADING * (1 if _is_han(text) else 2)
        and text[-1] not in "：:"
    )


def find_blocks(text: str, breaks: frozenset[int] = frozenset(), layout: Layout = PLAIN) -> Blocks:
    """Put the lines of ``text`` together to blocks and tell headings from torn sentences.

    Args:
        text: The source.
        breaks: Offsets of lines that are known to open a block.
        layout: What the source's format tells about it.
    """
    lines = _across_pages(split_lines(text), layout.pages)
    told = tell_lines(text, lines, layout)
    unspaced = unspaced_units(text, lines, unwrapped=layout.unwrapped)
    marks = unspaced | told.marks
    # Where a format has headings of its own, # is a character like any other.
    markdown = layout == PLAIN
    verbatim = verbatim_lines(text, lines) if markdown else set()
    lines, wrap = _measure(text, lines, verbatim, layout, told, unspaced)
    if markdown:
        underlined = underlined_lines(text, lines, verbatim)
        marks |= {line.start: VERBATIM for i, line in enumerate(lines) if i in verbatim}
        marks |= {lines[i].start: stated_heading(level) for i, level in underlined.items()}
    breaks |= told.opens
    indented = _uses_indents(lines)
    spaced = spaces_latin(text)
    cut = cut_words(text, lines, hyphenated=wrap.full is not None)

    def mark_of(line: Line) -> Mark | None:
        mark = marks.get(line.start) or find_mark(text[line.start : line.end])
        known = markdown or mark is None or not mark.stated or line.start in marks
        return mark if known else None

    def make(parts: Sequence[Line], heading: bool = False) -> Block:
        reading = join_lines(text, parts, sliced=wrap.sliced, spaced=spaced, cut=cut)
        return Block(tuple(parts), reading, mark_of(parts[0]), heading)

    joiner = _Joiner(text, wrap, mark_of, indented)
    groups: list[_Growing] = []
    torn = edges = 0
    for line in lines:
        if not groups:
            groups.append(_Growing(text, line, mark_of(line)))
            continue
        before = groups[-1]
        verdict = line.start in told.goes_on or (line.start not in breaks and joiner.joins(before, line))
        at_edge = line.gap > 0 or not wrap.is_full(text, before.lines[-1], line)
        edges += at_edge
        torn += at_edge and verdict
        if verdict:
            before.add(line)
        else:
            groups.append(_Growing(text, line, mark_of(line)))
    # One torn sentence may be a slip of the typist; a habit of tearing is the layout's.
    trusted = torn <= max(1, 0.02 * edges)
    blocks = [make(group.lines) for group in groups]
    if layout.unwrapped or wrap.full is not None:
        # What a format has put together needs no mending.
        candidates = _heading_candidates(blocks, set())
        settled = [replace(b, heading=h) if h else b for b, h in zip(blocks, candidates, strict=True)]
    else:
        settled = _settle(blocks, make, text, breaks, trusted=trusted)
    return Blocks(tuple(settled), wrap)


def _across_pages(lines: list[Line], pages: tuple[int, ...]) -> list[Line]:
    """Lines without the gap that stands for a page's end: a sentence may go on across it."""
    if len(pages) < 2:
        return lines
    starts = iter(pages)
    page = next(starts, None)
    closed: list[Line] = []
    for line in lines:
        opens = False
        while page is not None and page <= line.start:
            opens, page = True, next(starts, None)
        closed.append(replace(line, gap=0) if opens and closed else line)
    return closed


def _measure(
    text: str,
    lines: list[Line],
    verbatim: set[int],
    layout: Layout,
    told: Told,
    unspaced: Container[int],
) -> tuple[list[Line], Wrap]:
    """The wrap of a source, and its lines with double spacing taken out."""
    if layout.unwrapped or told.full is not None:
        return lines, Wrap(full=told.full)
    apart = {lines[i].start for i in verbatim} | told.marks.keys() | told.goes_on
    prose = [line for line in lines if line.start not in apart] if apart else lines
    wrap = measure_wrap(text, prose, unspaced)
    if len(lines) >= _DOUBLE_SPACED_LINES and all(line.gap for line in lines[1:]):
        # A blank line after every line says nothing if the lines were wrapped all the same.
        closed = [replace(line, gap=max(0, line.gap - 1)) for line in lines]
        # Where most lines have a number, the few others say nothing about a width.
        numbered = sum(find_mark(text[line.start : line.end]) is not None for line in lines)
        inner = measure_wrap(text, closed, unspaced) if 2 * numbered < len(lines) else Wrap()
        if inner.sliced >= _DOUBLE_SPACED_WIDTH or inner.width >= _DOUBLE_SPACED_WIDTH:
            return closed, inner
    return lines, wrap


class _Growing:
    """A block while lines are added to it: what the next decision needs, kept up to date.

    Attributes:
        lines: Its lines so far.
        mark: The mark it opens with, if any.
        tail: The end of its reading text; all of it while it is short.
        holds_stop: Whether a sentence ends before its last character.
        least_indent: The smallest indent of its lines.
    """

    _TAIL = 200

    def __init__(self, text: str, line: Line, mark: Mark | None) -> None:
        self._text = text
        self.lines = [line]
        self.mark = mark
        shown = text[line.start : line.end]
        self._head = shown[0]
        self._cut = len(shown) > self._TAIL
        self.tail = shown[-self._TAIL :]
        self.holds_stop = _holds_stop(shown)
        self.least_indent = line.indent

    def add(self, line: Line) -> None:
        """Let ``line`` go on with it."""
        shown = self._text[line.start : line.end]
        # A space is enough of a joint here: it never hides a stop and never makes one.
        joint = "" if is_wide(self.tail[-1]) or is_wide(shown[0]) else " "
        joined = self.tail + joint + shown
        self.holds_stop = self.holds_stop or _holds_stop(joined)
        self._cut = self._cut or len(joined) > self._TAIL
        self.tail = joined[-self._TAIL :]
        self.lines.append(line)
        self.least_indent = min(self.least_indent, line.indent)

    @property
    def complete(self) -> bool:
        """Whether it ends where a sentence ends, or is a remark in brackets."""
        return ends_sentence(self.tail) or (self._head in "（(" and self.tail[-1] in "）)")

    @property
    def is_candidate(self) -> bool:
        """Whether its shape allows it to be a heading."""
        return self.mark is None and not self._cut and is_heading_shape(self.tail)


@dataclass(frozen=True, slots=True)
class _Joiner:
    """Decides whether a line goes on with the block before it."""

    text: str
    wrap: Wrap
    mark_of: Callable[[Line], Mark | None]
    indented: bool

    def joins(self, block: _Growing, line: Line) -> bool:
        last = block.lines[-1]
        mark = self.mark_of(line)
        if any(m is not None and (m.stated or m.kind == "verbatim") for m in (block.mark, mark)):
            return False
        may_refer = block.mark is None or block.mark.kind in ("条", "（一）", "item")
        if mark and mark.kind in _LAW_KINDS and may_refer and _REFERS.search(block.tail):
            return True  # 依照第一条和 / 第三条 …: a reference at the start of a line.
        # A whole short line 第二章 … without a stop is no reference in the middle of a sentence.
        if mark and mark.kind in _LAW_KINDS - {"条"} and self._is_short(line):
            return False
        # A sentence goes on across what stands between two columns.
        near = line.gap == 0 or (self.wrap.full is not None and not block.complete)
        if mark and mark.kind in _LAW_KINDS and block.tail[-1] in "：:）)":
            return False
        full = near and self.wrap.is_full(self.text, last, line)
        least = block.least_indent if len(block.lines) > 1 else 0
        new_indent = self.indented and line.indent >= 2 and line.indent > least
        if (
            mark
            and (not full or block.complete)
            and (block.complete or mark.kind in _OPENS_ALWAYS or not block.holds_stop)
        ):
            return False
        if self.text[line.start] in _NEVER_FIRST:
            return True
        if block.complete:
            return full and not new_indent
        if full and not (new_indent and not block.holds_stop):
            return True
        if line.gap and stated_author(self.text[line.start : line.end]):
            return False
        if block.tail[-1] in _NEVER_LAST or _is_open(block.tail):
            return not (block.tail[-1].isalpha() and self._stands_free(block, line))
        if block.tail[-1] in "：:":
            return False
        if _CARRIES_ON.match(self.text, line.start, line.end):
            return True
        return block.holds_stop and (self.wrap.full is None or self.text[line.start].islower())

    def _stands_free(self, block: _Growing, line: Line) -> bool:
        """Whether a numbered line is followed by a blank line, or no line of the text was wrapped."""
        numbered = block.mark is not None and block.mark.kind != "item"
        apart = line.gap > 0 or not (self.wrap.width or self.wrap.sliced)
        return numbered and apart and len(block.lines) == 1 and not block.holds_stop

    def _is_short(self, line: Line) -> bool:
        """Whether ``line`` has room left and the shape of a heading."""
        if self.wrap.full is not None:
            room_left = line.start not in self.wrap.full
        else:
            room_left = self.wrap.line_width(self.text, line) <= 0.8 * self.wrap.width
        return room_left and is_heading_shape(self.text[line.start : line.end])


def _settle(
    blocks: list[Block],
    make: Callable[[Sequence[Line], bool], Block],
    text: str,
    breaks: frozenset[int],
    *,
    trusted: bool,
) -> list[Block]:
    """Mark the candidates that are headings and join the others with what follows them."""
    torn = _torn_words(blocks, text)
    candidates = _heading_candidates(blocks, torn)
    accepted = candidates if trusted else _with_witness(blocks, candidates)

    groups: list[tuple[_Growing, list[Block], bool]] = []
    open_group = False
    for k, (block, is_heading) in enumerate(zip(blocks, accepted, strict=True)):
        opens = is_heading or (block.mark and block.mark.kind != "item") or block.start in breaks
        if open_group and not opens:
            growing, members, _ = groups[-1]
            members.append(block)
            for line in block.lines:
                growing.add(line)
        else:
            growing = _Growing(text, block.lines[0], block.mark)
            for line in block.lines[1:]:
                growing.add(line)
            groups.append((growing, [block], is_heading))
        open_group = (
            not is_heading
            and growing.mark is None
            and not growing.complete
            and growing.tail[-1] not in "：:"
            and (growing.holds_stop or (growing.is_candidate and (not trusted or k in torn)))
        )
    return [
        replace(members[0], heading=heading)
        if len(members) == 1
        else make([line for member in members for line in member.lines], heading)
        for _, members, heading in groups
    ]


def _heading_candidates(blocks: list[Block], torn: set[int]) -> list[bool]:
    """Which blocks may be headings by their shape; ``torn`` ones are the first part of a sentence."""
    candidates = [block.is_candidate and k not in torn for k, block in enumerate(blocks)]
    # A heading heads something: short lines at the very end are a signature or a date.
    last = next(
        (k for k in range(len(blocks), 0, -1) if not (candidates[k - 1] or is_date(blocks[k - 1].text))), 0
    )
    for k in range(1, len(blocks) - 1):
        # An office that signs and the date under it close a letter, whatever is enclosed.
        if candidates[k] and blocks[k - 1].complete and is_date(blocks[k + 1].text):
            candidates[k] = not is_byline(blocks[k].text)
    stated = [(k, block.mark.rank) for k, block in enumerate(blocks) if block.mark and block.mark.stated]
    # What stands before a stated title (the name of the site, a path) is not one.
    titled = bool(stated) and stated[0][1] == FIRST_LEVEL
    first = stated[0][0] if titled else 0
    if len(stated) > 1:
        # Who states headings states all of them; only the byline under the title has no mark.
        last = min(last, first + 2 if titled else 0)
        candidates = [candidate and is_byline(blocks[k].text) for k, candidate in enumerate(candidates)]
    return [candidate and first <= k < last for k, candidate in enumerate(candidates)]


def _with_witness(blocks: list[Block], candidates: list[bool]) -> list[bool]:
    """Keep candidates that another block is built like, or that a byline closes a stack of."""
    accepted = [False] * len(blocks)
    texts = [block.text for block in blocks]
    # Bylines name the same institutions that paragraphs open with.
    indices = [i for i, candidate in enumerate(candidates) if candidate and not is_byline(texts[i])]
    for position, i in enumerate(indices):
        for j in indices[position + 1 : position + 1 + _WITNESS_REACH]:
            if not (accepted[i] and accepted[j]) and alike(texts[i], texts[j]):
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


def alike(a: str, b: str) -> bool:
    """Whether two lines are built alike: most of both is the same words in the same order."""
    if min(len(a), len(b)) * 1.5 < max(len(a), len(b)):
        return False
    # Characters in common, in any order, are a cheap upper bound.
    needed = max(_ALIKE_CHARACTERS, _ALIKE * (len(a) + len(b)) / 2)
    if (Counter(a) & Counter(b)).total() < needed:
        return False
    shared = sum(match.size for match in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return shared >= needed


def _torn_words(blocks: list[Block], text: str) -> set[int]:
    """Positions of blocks that end inside a word, as other places of the source show."""
    across: dict[int, tuple[str, str]] = {}
    for k, (before, after) in enumerate(zip_longest(blocks, blocks[1:])):
        if after is None or not before.is_candidate or after.mark:
            continue
        a, b = re.sub(r"\s+", "", before.text), re.sub(r"\s+", "", after.text)
        if _is_han(a[-1:]) and _is_han(b[:1]):
            across[k] = (a[-2:] + b[:1], a[-1:] + b[:2])
    # Headings that end alike over paragraphs that begin alike are no evidence for each other.
    wanted = Counter(word for words in across.values() for word in words if len(word) == 3 and word.isalpha())
    if not wanted:
        return set()
    dense = re.sub(r"\s+", "", text)
    counts = Counter(word for i in range(len(dense) - 2) if (word := dense[i : i + 3]) in wanted)
    return {k for k, words in across.items() if any(counts[word] > wanted[word] > 0 for word in words)}


def _is_complete(text: str) -> bool:
    return ends_sentence(text) or (text[0] in "（(" and text[-1] in "）)")


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
