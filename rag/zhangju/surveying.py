"""Answer a question about the whole from the outline: headings, bylines and first sentences, quoted.

A page may hold several pieces, each with its title and byline; a piece has parts, which are its
headings, or else the leads of its paragraphs. What is quoted is a block of the source as it stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from zhangju.overview import Whole
from zhangju.simplified import simplify
from zhangju.values import AnswerSentence, Citation
from zhangju_index.outline import Outline, outline_document
from zhangju_index.sentences import split_sentences
from zhangju_index.values import Document, Section

__all__ = ["piece_names", "quote_place", "survey"]

T = TypeVar("T")

_MOST = 12
# The mark of a Markdown heading is not part of its words.
_OPENING_HASHES = re.compile(r"\s*#{1,6}[ \t]+(?=\S)")
_LONGEST_DOCUMENT = 2_000_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """One article of a page: its column, title, bylines and notes, and its sections."""

    outline: Outline
    sections: tuple[Section, ...]

    def of_kind(self, *kinds: str) -> list[Section]:
        return [section for section in self.sections if section.kind in kinds]

    @property
    def parts(self) -> list[Section]:
        """Its outermost headings, or else its leads."""
        headings = self.of_kind("heading") or self.of_kind("lead")
        least = min((len(section.path) for section in headings), default=0)
        return [section for section in headings if len(section.path) == least]


def survey(
    whole: Whole, documents: Sequence[Document], home: tuple[str, int] | None = None
) -> list[AnswerSentence]:
    """Quote what answers a question about the whole; nothing where the outline does not tell it.

    Args:
        whole: What is asked.
        documents: The documents that are asked about.
        home: A document and an offset in it that the conversation is about, if any.
    """
    pieces = [piece for document in documents for piece in _pieces_of(document)]
    if whole.named:
        pieces = [piece for piece in pieces if whole.named in simplify(_name(piece))]
    if whole.piece is not None:
        pieces = _nth(pieces, whole.piece)
    elif home is not None and whole.subject in ("points", "authors"):
        pieces = [piece for piece in pieces if _holds(piece, home)] or pieces
    if not pieces:
        return []
    ranges: list[tuple[_Piece, int, int]] = []
    if whole.subject == "authors":
        ranges = [(p, *_opening(p, s)) for p in pieces for s in p.of_kind("author", "note")]
    elif whole.subject == "titles":
        ranges = _titles(pieces)
    elif whole.subject == "parts":
        ranges = [
            (p, *_opening(p, s))
            for p in pieces
            for s in (p.of_kind("title") if len(pieces) > 1 else []) + p.parts
        ]
    elif whole.subject == "points":
        ranges = _points(whole, pieces)
    elif whole.piece is None and len({piece.outline.document.id for piece in pieces}) > 1:
        # Of several documents each is told by its title, or by how it begins.
        told = pieces if len(pieces) <= _MOST else _first_of_each(pieces)
        ranges = [r for piece in told for r in (_titles([piece]) or _text(piece, piece.sections))[:1]]
    else:
        ranges = _titles(pieces)
        if not ranges or len(pieces) == 1:
            ranges += [(pieces[0], *_opening(pieces[0], s)) for s in pieces[0].parts] or _text(
                pieces[0], pieces[0].sections
            )
        elif whole.piece is None:
            ranges += [(pieces[0], *_opening(pieces[0], s)) for s in pieces[0].parts]
    seen: set[tuple[str, int]] = set()
    chosen: list[tuple[_Piece, int, int]] = []
    for piece, start, end in ranges:
        if start < end and (piece.outline.document.id, start) not in seen:
            seen.add((piece.outline.document.id, start))
            chosen.append((piece, start, end))
    return [
        _quote(piece, start, end, number)
        for number, (piece, start, end) in enumerate(chosen[:_MOST], start=1)
    ]


def quote_place(document: Document, start: int, end: int) -> list[AnswerSentence]:
    """Quote one place of a document; nothing where there is nothing."""
    pieces = _pieces_of(document)
    home = next((piece for piece in pieces if _holds(piece, (document.id, start))), None)
    return [_quote(home, start, end, 1)] if home and start < end <= len(document.text) else []


def piece_names(documents: Sequence[Document]) -> list[str]:
    """What each piece may be called by: its column, title and byline in one text."""
    return [_name(piece) for document in documents for piece in _pieces_of(document)]


def _first_of_each(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The first piece of each document."""
    return list({piece.outline.document.id: piece for piece in reversed(pieces)}.values())[::-1]


def _titles(pieces: Sequence[_Piece]) -> list[tuple[_Piece, int, int]]:
    return [(p, *_opening(p, s)) for p in pieces for s in p.of_kind("title")]


def _points(whole: Whole, pieces: Sequence[_Piece]) -> list[tuple[_Piece, int, int]]:
    """The heading of a part, and what stands under it."""
    for piece in pieces:
        called = [
            s
            for s in piece.of_kind("heading", "lead")
            if whole.label and s.path and s.path[-1].startswith(whole.label)
        ]
        for part in called or (_nth(piece.parts, whole.part or 1) if piece.parts else []):
            within = [s for s in piece.sections if s.path[: len(part.path)] == part.path]
            under = [s for s in within if s is not part and s.kind in ("heading", "lead")]
            heads = [(piece, *_opening(piece, section)) for section in (part, *under)]
            # A part without parts of its own is told by its text.
            return heads if under else [*heads, *_text(piece, within)]
    return []


def _text(piece: _Piece, sections: Sequence[Section]) -> list[tuple[_Piece, int, int]]:
    """The first sentence of each of the first paragraphs."""
    found: list[tuple[_Piece, int, int]] = []
    for section in sections:
        if section.kind not in ("body", "heading", "lead"):
            continue
        for block in piece.outline.blocks_between(section.start, section.end):
            spans = split_sentences(block.text)
            if spans and not (section.path and block.text.strip() == section.path[-1]):
                found.append((piece, *block.source_range(*spans[0])))
            if len(found) == 3:
                return found
    return found


def _opening(piece: _Piece, section: Section) -> tuple[int, int]:
    """The range of a section's heading, byline or first sentence."""
    for block in piece.outline.blocks_between(section.start, section.end):
        part = block.slice(section.start, section.end)
        if not part.text.strip():
            continue
        spans = split_sentences(part.text)
        whole = section.kind in ("title", "heading", "author", "note", "series")
        hashes = _OPENING_HASHES.match(part.text)
        first = (hashes.end() if hashes else spans[0][0], spans[-1][1] if whole else spans[0][1])
        return part.source_range(*first)
    return 0, 0


def _quote(piece: _Piece, start: int, end: int, number: int) -> AnswerSentence:
    document = piece.outline.document
    section = next(s for s in piece.sections if s.start <= start < s.end)
    reading = piece.outline.read(start, end).text
    citation = Citation(
        number=number,
        document_id=document.id,
        title=document.title,
        source=document.source,
        section_path=section.path,
        page=document.layout.page_at(start),
        start=start,
        end=end,
        quote=document.text[start:end],
        reading_text=reading,
    )
    return AnswerSentence(reading, "quoted", (citation,))


def _nth(items: Sequence[T], number: int) -> list[T]:
    if number < 0:
        return list(items[-1:])
    return list(items[number - 1 : number])


def _holds(piece: _Piece, home: tuple[str, int]) -> bool:
    return (
        piece.outline.document.id == home[0] and piece.sections[0].start <= home[1] < piece.sections[-1].end
    )


def _name(piece: _Piece) -> str:
    parts = piece.of_kind("series", "title", "author")
    return " ".join(piece.outline.document.text[s.start : s.end] for s in parts)


def _pieces_of(document: Document) -> tuple[_Piece, ...]:
    if len(document.text) > _LONGEST_DOCUMENT:
        return ()
    outline = outline_document(document)
    groups: list[list[Section]] = [[]]
    titled = False
    for section in outline.sections:
        if section.kind in ("series", "title") and titled:
            groups.append([])
            titled = False
        groups[-1].append(section)
        titled = titled or section.kind == "title"
    return tuple(_Piece(outline, tuple(group)) for group in groups if group)
