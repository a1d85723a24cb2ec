"""The outline of a document: its sections, recovered from marks and from the shape of its text.

    lines -> blocks -> headings (stated, numbered, free-standing, piece heads) -> leads -> sections

Nothing here knows any one article. What counts is what the format states (a heading of Word or HTML,
``#`` in Markdown), marks (第X章, 一、, （一）, 1., 1.1), the stack of short lines that heads a piece (column,
title, byline), free-standing lines, and leads that open paragraphs in series.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from zhangju_index.blocks import Block, Blocks, ends_sentence, find_blocks
from zhangju_index.bylines import is_byline, is_note, is_post, named_author, stated_author
from zhangju_index.hidden import hidden_breaks, seamless_ends
from zhangju_index.leads import find_leads, is_one_more
from zhangju_index.lines import is_visible
from zhangju_index.markdown import says_nothing
from zhangju_index.marks import FIRST_LEVEL, RANKS, Mark, find_mark, find_unspaced_unit
from zhangju_index.reading import ReadingText, concatenate
from zhangju_index.sentences import split_sentences
from zhangju_index.values import Document, Section, SectionKind

__all__ = ["Outline", "outline_document"]

_RANKS: dict[str, int] = {"series": 0, "title": 1, "heading": 30, "lead": 60}
_LAW_UNITS = ("编", "分编", "篇", "章", "节", "目")
_CHAPTERS = (*_LAW_UNITS, "chapter")
_ARTICLES = ("条", "article")
_MAX_NUMBERED_HEADING = 50
_MAX_RUN_IN = 40
_MAX_REPEALED = 5
# One break found lets the next be seen: a heading, then the leads under it.
_ROUNDS = 4
_REACH = 80
_SUBTITLE = ("—", "－－", "--")
_CLAUSE_ENDS = re.compile(r"[，：；,:;]")
# What has no number beside the numbered parts of a text.
_BESIDE = re.compile(
    r"[总附][ 　]*[则則]|附[ 　]*[件录錄表][ 　]*[一二三四五六七八九十\d]{0,3}|目[ 　]*[录錄次]|摘[ 　]*要|[前引序][ 　]*言|[绪緒][ 　]*[论論]"
    r"|[结結][ 　]*[语論论語]|[后後][ 　]*[记記]|参考文献|參考文獻|致[ 　]*[谢謝]|Abstract|Summary|Contents|Table of contents|Preface"
    r"|Foreword|Introduction|Discussion|Conclusions?|References|Bibliography|Acknowledge?ments?|Appendix|Appendices|Preamble"
    r"|Zusammenfassung|Inhaltsverzeichnis|Einleitung|Literatur(?:verzeichnis)?|Résumé|Sommaire|Préambule|Bibliographie"
    r"|Resumen|Índice|Preámbulo|Bibliografía|Аннотация|Содержание|Введение|Заключение|Список литературы",
    re.IGNORECASE,
)
# In a stated heading a bare figure is a number; 2024 and 12 Angry Men are not.
_FIRST_PART = re.compile(r"[01][ \t　]+\S")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+$")


@dataclass(frozen=True, slots=True)
class Outline:
    """The structure of one document.

    Attributes:
        document: The document.
        title: Title of its first piece, or its first heading, else its given title.
        sections: Sections in order; they tile the text.
        blocks: Paragraphs and headings with their wraps joined, in order.
    """

    document: Document
    title: str
    sections: tuple[Section, ...]
    blocks: tuple[ReadingText, ...]

    def read(self, start: int, end: int) -> ReadingText:
        """Reading text of the source range ``start:end``; blocks are a line break apart."""
        return concatenate(block.slice(start, end) for block in self.blocks_between(start, end))

    def blocks_between(self, start: int, end: int) -> tuple[ReadingText, ...]:
        """Blocks that show any of the source range ``start:end``."""
        first = bisect_left(self.blocks, start, key=lambda block: block.offsets[-1])
        last = bisect_left(self.blocks, end, key=lambda block: block.offsets[0])
        return self.blocks[first:last]


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a section starts, and how."""

    start: int
    kind: SectionKind
    name: str | None
    rank: int


def outline_document(document: Document) -> Outline:
    """Recover the sections of ``document``.

    The result depends on the text and its layout alone; a document without any structure is one
    ``body``.
    """
    found = find_blocks(document.text, layout=document.layout)
    openings = _with_leads(found, _openings(found))
    breaks: frozenset[int] = frozenset()
    for _ in range(_ROUNDS):
        more = breaks | hidden_breaks(document.text, found) | _hidden_leads(document.text, found, openings)
        if more == breaks:
            break
        breaks = more
        found = find_blocks(document.text, breaks, document.layout)
        openings = _with_leads(found, _openings(found))
    sections = _tile(document.text, openings)
    title = next((o.name for o in openings if o.kind == "title" and o.name), None)
    return Outline(
        document=document,
        title=title or document.title,
        sections=sections,
        blocks=tuple(block.reading for block in found.blocks),
    )


def _openings(found: Blocks) -> list[_Opening]:
    """Headings of all kinds but leads, in order."""
    blocks = found.blocks
    openings: list[_Opening] = []
    numbered = _numbered_headings(blocks)
    ranks = _ranks(blocks, numbered)
    beside = next((ranks[i] for i in sorted(ranks) if ranks[i] >= RANKS["编"]), _RANKS["heading"])
    i = 0
    while i < len(blocks):
        block = blocks[i]
        if block.heading:
            stack = i
            while stack < len(blocks) and blocks[stack].heading:
                stack += 1
            if openings and openings[-1].kind == "title" and is_byline(block.text):
                openings.append(_Opening(block.start, "author", None, 0))
                i += 1
                continue
            openings.extend(
                replace(opening, rank=beside) if _BESIDE.fullmatch(opening.name or "") else opening
                for opening in _head(blocks[i:stack], at_start=not openings)
            )
            i = stack
            continue
        if is_note(block.text):
            openings.append(_Opening(block.start, "note", None, 0))
        elif openings and _says_author(blocks, i, openings[-1]):
            openings.append(_Opening(block.start, "author", None, 0))
        elif (name := numbered.get(i)) is not None and block.mark is not None:
            run_in = len(name) + 2 < len(block.text) and block.mark.kind in ("一、", "（一）", "1.")
            kind: SectionKind = "lead" if run_in else "heading"
            rank = ranks[i]
            if rank == FIRST_LEVEL and not openings and not _is_numbered(name):
                kind = "title"
                rank = rank if _is_first_of_many(blocks, i) else _RANKS["title"]
            openings.append(_Opening(block.start, kind, name, rank))
        elif openings and openings[-1].kind in ("author", "note", "title") and not says_nothing(block.text):
            openings.append(_Opening(block.start, "body", None, 0))
        i += 1
    return openings


def _says_author(blocks: tuple[Block, ...], i: int, above: _Opening) -> bool:
    """Whether a line that cannot be a heading, under a title or at the end, says who wrote."""
    if above.kind == "title":
        return stated_author(blocks[i].text) is not None
    # An interview may end with 记者：谢谢您.
    return i + 1 == len(blocks) and named_author(blocks[i].text) is not None


def _head(stack: tuple[Block, ...], *, at_start: bool) -> list[_Opening]:
    """Read a stack of free-standing lines: column, title and byline, or headings."""
    names = [block.text for block in stack]
    byline = next((k for k in range(len(stack) - 1, 0, -1) if is_byline(names[k])), None)
    openings: list[_Opening] = []
    if byline is None and not at_start:
        return [_Opening(block.start, "heading", block.text, _RANKS["heading"]) for block in stack]
    head = stack[: byline if byline is not None else 1]
    authors = 0
    while len(head) > 1 and (
        is_byline(head[-1].text)
        or head[-1].text.startswith(_SUBTITLE)
        or (is_post(head[-1].text) and stack[len(head)].lines[0].gap == 0)
    ):
        head, authors = head[:-1], authors + 1
    for k, block in enumerate(head):
        kind: SectionKind = "title" if k == len(head) - 1 else "series"
        openings.append(_Opening(block.start, kind, block.text, _RANKS[kind]))
    rest = stack[len(head) :]
    for k, block in enumerate(rest):
        if byline is not None and k <= authors:
            # Several lines of authors are one byline.
            if k == 0:
                openings.append(_Opening(block.start, "author", None, 0))
        else:
            openings.append(_Opening(block.start, "heading", block.text, _RANKS["heading"]))
    return openings


def _numbered_headings(blocks: tuple[Block, ...]) -> dict[int, str]:
    """Names of the marked blocks that are headings, by position.

    A number makes a heading only in company: the next or the previous number of the same kind
    must be there too, and the block must have a heading's shape. What fails is a list item.
    """
    names: dict[int, str] = {}
    by_kind: dict[tuple[str, int], list[int]] = {}
    for i, block in enumerate(blocks):
        if block.mark is None or block.mark.kind in ("item", "verbatim"):
            continue
        if block.mark.stated:
            if words := _stated_name(block, block.mark):
                names[i] = words
        else:
            # 1.1 and 1.1.1 are counted apart.
            by_kind.setdefault((block.mark.kind, block.mark.rank), []).append(i)
    labels = {
        _label(blocks[i])
        for (kind, _), positions in by_kind.items()
        if kind in ("1.", "1", "1.1")
        for i in positions
    }
    for (kind, _), positions in by_kind.items():
        marks = [mark for i in positions if (mark := blocks[i].mark)]
        for k, i in enumerate(positions):
            # Articles may be repealed, and others stand between two numbers (第九条之一).
            step = _MAX_REPEALED if kind in _ARTICLES else 1
            follows = k > 0 and _follows(marks[k - 1], marks[k], step)
            leads_on = k + 1 < len(positions) and _follows(marks[k], marks[k + 1], step)
            alone = len(positions) == 1 and kind in (*_LAW_UNITS, "条")
            opens = marks[k].number == 1 and kind in (*_CHAPTERS, *_ARTICLES)
            under = kind == "1.1" and _label(blocks[i]).rpartition(".")[0] in labels
            if (follows or leads_on or alone or opens or under) and (name := _numbered_name(blocks, i, kind)):
                names[i] = name
    for i in _contents(blocks, names):
        del names[i]
    return names


def _is_first_of_many(blocks: tuple[Block, ...], i: int) -> bool:
    """Whether the stated heading at ``i`` opens the first part of a text rather than all of it.

    Its like comes again without a number, and text of its own stands under it.
    """
    following = blocks[i + 1].mark if i + 1 < len(blocks) else None
    return not (following and following.stated) and any(
        block.mark
        and block.mark.rank == FIRST_LEVEL
        and not _is_numbered(block.text[block.mark.length :].lstrip())
        for block in blocks[i + 1 :]
    )


def _is_numbered(name: str) -> bool:
    return bool(find_mark(name) or _FIRST_PART.match(name))


def _stated_name(block: Block, mark: Mark) -> str:
    """The words of a stated heading; empty where it has none (a bare ##)."""
    words = block.text[mark.length :].strip()
    if mark.length:
        words = _CLOSING_HASHES.sub("", words)
    inner = find_mark(words)
    # Some set whole articles as headings, so that they can be found.
    if inner and inner.kind == "条" and not _is_name(words[inner.length :], clauses=1):
        return words[: inner.length].strip()
    return words


def _label(block: Block) -> str:
    """The number of a block as printed: 1.2 of ``1.2 The map room``."""
    return re.match(r"[\d.．]*", block.text)[0].replace("．", ".").rstrip(".")  # type: ignore[index]


def _follows(before: Mark, after: Mark, step: int) -> bool:
    return 1 <= after.number - before.number <= step or (after.inserted and after.number == before.number)


def _contents(blocks: tuple[Block, ...], names: dict[int, str]) -> list[int]:
    """Positions of headings in a table of contents: a run of them that all come again later."""
    last = {_bare_entry(name): i for i, name in names.items()}
    found: list[int] = []
    run: list[int] = []
    for i in range(len(blocks) + 1):
        if i in names:
            run.append(i)
            continue
        # The first real headings may follow the table without a word between.
        again = list(takewhile(lambda k: last[_bare_entry(names[k])] > k, run))
        if len(again) > 1:
            found.extend(again)
        run = []
    return found


def _bare_entry(name: str) -> str:
    """A heading without white space, leader dots and page number."""
    return re.sub(r"[.…·]{2,}\d*$", "", re.sub(r"\s+", "", name))


def _ranks(blocks: tuple[Block, ...], names: dict[int, str]) -> dict[int, int]:
    """Rank of each numbered or stated heading, by position."""
    marks = {i: mark for i in names if (mark := blocks[i].mark)}
    article_rank = _article_rank(blocks, names)
    ranks = {i: article_rank if mark.kind == "条" else mark.rank for i, mark in marks.items()}
    if _sections_in_articles([mark for _, mark in sorted(marks.items())]):
        ranks |= {i: RANKS["article"] + 1 for i, mark in marks.items() if _is_section(mark)}
    units = {i: unit for i, mark in marks.items() if mark.stated and (unit := _unit(names[i]))}
    one_level = len({(marks[i].rank, unit.kind) for i, unit in units.items()}) > len(
        {marks[i].rank for i in units}
    )
    bare = {mark.kind for mark in marks.values()}.intersection((*_LAW_UNITS, "条"))
    stated = {unit.kind for unit in units.values()}
    if one_level or bare.intersection(_LAW_UNITS) or bare & stated:
        # The units of a law have one order, also where all or some of them have one style.
        ranks |= {i: article_rank if unit.kind == "条" else unit.rank for i, unit in units.items()}
    return ranks


def _sections_in_articles(marks: list[Mark]) -> bool:
    """Whether sections divide articles, as in constitutions, rather than the other way round."""
    run = [_is_section(mark) for mark in marks if mark.kind == "article" or _is_section(mark)]
    neighbours = Counter(pairwise(run))
    return bool(run) and not run[0] and neighbours[True, True] > neighbours[False, False]


def _is_section(mark: Mark) -> bool:
    return mark.kind == "chapter" and mark.rank == RANKS["节"]


def _unit(name: str) -> Mark | None:
    """The unit of a law that a stated heading names."""
    mark = find_mark(name) or find_unspaced_unit(name)
    return mark if mark and mark.kind in (*_LAW_UNITS, "条") else None


def _article_rank(blocks: tuple[Block, ...], names: dict[int, str]) -> int:
    """Rank of 第X条: below 一、 where one series of those runs through the articles."""
    kinds = [(mark.kind, mark.number) for i in sorted(names) if (mark := blocks[i].mark)]
    series = [number for kind, number in kinds if kind == "一、"]
    between = [kind for kind, _ in kinds if kind in ("一、", "条")]
    # One number may have escaped, but none comes twice.
    runs_through = len(series) > 1 and all(a < b for a, b in pairwise(series))
    apart = all(pair != ("一、", "一、") for pair in pairwise(between))
    return RANKS["一、"] + 1 if runs_through and apart and between[0] == "一、" else RANKS["条"]


def _numbered_name(blocks: tuple[Block, ...], i: int, kind: str) -> str | None:
    block = blocks[i]
    text, mark = block.text, block.mark
    assert mark is not None  # noqa: S101 - callers pass marked blocks
    if kind == "条":
        return text[: mark.length].strip()
    words = text[mark.length :]
    if kind == "article":
        return text if _is_name(words) else text[: mark.length].rstrip(" .:")
    if kind in _CHAPTERS:
        return text if _is_name(words, may_end=kind in _LAW_UNITS) else None
    following = blocks[i + 1] if i + 1 < len(blocks) else None
    unstopped = not block.complete and text[-1] not in "；;：:,，、"
    longest = _MAX_NUMBERED_HEADING * (2 if text.isascii() else 1)
    if len(text) <= longest and unstopped and not block.holds_stop:
        # Items of a list follow each other at once; headings have text between them.
        before = blocks[i - 1].mark if i else None
        is_item = following is None or any(
            other is not None and other.kind == kind and other.number == mark.number + step
            for other, step in ((following.mark, 1), (before, -1))
        )
        return None if is_item else text
    if kind in ("一、", "（一）", "1.") and block.holds_stop:
        start, end = split_sentences(text)[0]
        if end - start <= _MAX_RUN_IN and text[end - 1] in "。！.":
            return text[start:end].rstrip("。！.")
    return None


def _is_name(words: str, *, may_end: bool = False, clauses: int = 99) -> bool:
    """Whether what follows a number is a name or nothing, rather than sentences."""
    if len(words) > 2 * _MAX_NUMBERED_HEADING or len(_CLAUSE_ENDS.findall(words)) >= clauses:
        return False
    return len(split_sentences(words)) <= 1 and (may_end or not ends_sentence(words))


def _with_leads(found: Blocks, openings: list[_Opening]) -> list[_Opening]:
    """Add the leads of each section to the openings."""
    added: list[_Opening] = []
    for paragraphs in _paragraphs(found, openings):
        sentences = [_first_sentence(block) for block in paragraphs]
        for block, sentence, leads in zip(paragraphs, sentences, find_leads(sentences), strict=True):
            if leads:
                added.append(_Opening(block.start, "lead", sentence.rstrip("。！.!"), _RANKS["lead"]))
    starts = {opening.start for opening in openings}
    return sorted(
        [*openings, *(lead for lead in added if lead.start not in starts)], key=lambda opening: opening.start
    )


def _paragraphs(found: Blocks, openings: list[_Opening]) -> Iterator[list[Block]]:
    """The paragraphs of each section that may hold leads."""
    openings = [opening for opening in openings if opening.kind != "lead" or opening.rank != _RANKS["lead"]]
    bounds = [opening.start for opening in openings] + [found.blocks[-1].end + 1 if found.blocks else 0]
    for opening, end in zip(openings, bounds[1:], strict=True):
        # The sentences of an article are its provisions; none of them names the others.
        if opening.kind not in ("heading", "body", "lead") or opening.rank == RANKS["条"]:
            continue
        first, last = (bisect_left(found.blocks, at, key=lambda b: b.start) for at in (opening.start, end))
        yield [
            block
            for block in found.blocks[first:last]
            if not block.heading and (block.mark is None or block.mark.kind == "item")
        ]


def _hidden_leads(text: str, found: Blocks, openings: list[_Opening]) -> frozenset[int]:
    """Offsets of lines that open with one more lead of their section, after a line that is full."""
    breaks: set[int] = set()
    if not found.wrap.width and not found.wrap.sliced:
        return frozenset()
    for paragraphs in _paragraphs(found, openings):
        entries: list[tuple[int | None, str]] = []
        sure = [_first_sentence(block) for block in paragraphs]
        for block, opening in zip(paragraphs, sure, strict=True):
            entries.append((None, opening))
            for i in seamless_ends(text, found, block):
                start = block.lines[i].start
                shown = block.reading.slice(start, min(block.end, start + _REACH)).text
                first, end = split_sentences(shown)[0]
                if is_one_more(shown[first:end], sure):
                    entries.append((start, shown[first:end]))
        flags = find_leads([sentence for _, sentence in entries])
        breaks.update(start for (start, _), leads in zip(entries, flags, strict=True) if leads and start)
    return frozenset(breaks)


def _first_sentence(block: Block) -> str:
    start, end = split_sentences(block.text)[0]
    return block.text[start:end]


def _tile(text: str, openings: list[_Opening]) -> tuple[Section, ...]:
    """Turn openings into sections that cover the whole text."""
    if not text:
        return ()
    if not openings or is_visible(text[: openings[0].start]):
        openings = [_Opening(0, "body", None, 0), *openings]
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    ends = [opening.start for opening in openings[1:]] + [len(text)]
    for k, (opening, end) in enumerate(zip(openings, ends, strict=True)):
        if opening.name is not None:
            path = [step for step in path if step[0] < opening.rank]
            path.append((opening.rank, _clean_name(opening.name)))
        elif opening.kind in ("body", "note", "author"):
            path = [step for step in path if step[0] <= _RANKS["title"]] or path[:1]
        start = 0 if k == 0 else opening.start
        sections.append(Section(tuple(name for _, name in path), opening.kind, start, end))
    return tuple(sections)


def _clean_name(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip()
