"""Chunks: whole sentences of one section, sized by the tokens of the model that will read them.

A section that fits is one chunk; a longer one is divided evenly, at paragraph ends where that
costs little, so that no chunk is a leftover of a line or two. Every character that is not white
space lies in exactly one chunk, but for the front matter of a Markdown file: its keys and values are
no prose, and nothing of them is searched or quoted where the file has any text besides.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate

from zhangju_index.blocks import ends_sentence
from zhangju_index.front_matter import find_front_matter
from zhangju_index.lines import is_visible
from zhangju_index.markdown import says_nothing
from zhangju_index.outline import Outline
from zhangju_index.sentences import split_sentences
from zhangju_index.values import PLAIN, Chunk, Section, Sentence

__all__ = [
    "ChunkSettings",
    "chunk_document",
    "encoded_sentences",
    "heading_path",
    "is_byline_chunk",
    "is_heading",
    "is_masthead",
]

PATH_SEPARATOR = " › "
# How much worse a chunk end inside a paragraph is than one between two, as a share of the size.
_INSIDE_PARAGRAPH = 0.15
_LONGEST_MASTHEAD = 60
# Names of columns are short; a longer line above a title is a campaign, which tells no piece apart.
_LONGEST_COLUMN = 12
_HEADING_MARKS = re.compile(r"^#{1,6}[ \t]+|[ \t]+#+$")
# Where an over-long sentence may be cut, best place first.
_CLAUSE_ENDS = ["；", ";", "，", ",", "、", "：", ":", "\n", " "]
# Unicode's stream-safe text has no more on one letter (Standard Annex 15).
_MOST_MARKS = 30
_FITS = 1000


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """Sizes of chunks.

    Attributes:
        max_tokens: Tokens of the longest chunk, heading path included.
        max_characters: Source characters of the longest chunk, line breaks included.
    """

    max_tokens: int = 360
    max_characters: int = 440

    def __post_init__(self) -> None:
        """Refuse sizes that no sentence fits into."""
        if self.max_tokens < 16 or self.max_characters < 16:
            raise ValueError(f"expected sizes of 16 or more, got {self}")

    def to_json(self) -> dict[str, int]:
        """The settings as the manifest keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence or heading, with what it costs, whether a paragraph ends after it and whether it is silent."""

    start: int
    end: int
    tokens: int
    ends_paragraph: bool
    silent: bool = False


def chunk_document(
    outline: Outline,
    count_tokens: Callable[[list[str]], list[int]],
    settings: ChunkSettings | None = None,
) -> list[Chunk]:
    """Divide a document into chunks.

    Args:
        outline: The document with its sections.
        count_tokens: Tokens of each text, as the embedding model counts them.
        settings: Sizes; the defaults suit the bundled model.

    Returns:
        Chunks in the order of the text.
    """
    settings = settings or ChunkSettings()
    front = _front_matter_end(outline)
    chunks: list[Chunk] = []
    for section in outline.sections:
        if front:
            section = replace(section, start=max(section.start, front))
            if section.start >= section.end:
                continue
        path = heading_path(section.path)
        budget = max(16, settings.max_tokens - (count_tokens([path])[0] if path else 0))
        units = _units(outline, section, count_tokens, budget, settings.max_characters)
        groups = _divide(units, budget, settings.max_characters)
        chunks.extend(_chunk(outline, section, group) for group in groups)
    return _without_gaps(outline, chunks, front)


def is_masthead(chunk: Chunk) -> bool:
    """Whether a chunk is a title, a byline, a note or a bare heading: no sentence of its own."""
    return len(chunk.sentences) == 1 and _is_short_line(chunk.sentences[0].reading_text)


def encoded_sentences(chunk: Chunk) -> list[str]:
    """What the encoder sees of each sentence of a chunk."""
    if is_masthead(chunk):
        return [chunk.embedding_text]
    return [sentence.reading_text for sentence in chunk.sentences]


def is_byline_chunk(chunk: Chunk) -> bool:
    """Whether a chunk is a byline or a note: a masthead that is no heading."""
    return is_masthead(chunk) and _words(chunk.sentences[0].reading_text) not in chunk.section_path


def is_heading(sentence: Sentence, chunk: Chunk) -> bool:
    """Whether a sentence only names its section: a heading, a title, a byline, or a lead."""
    name = chunk.section_path[-1] if chunk.section_path else ""
    return _words(sentence.reading_text).rstrip("。！.!") == name or is_masthead(chunk)


def heading_path(path: Sequence[str]) -> str:
    """The headings of a section in one line, outermost first."""
    return PATH_SEPARATOR.join(path)


def _units(
    outline: Outline,
    section: Section,
    count_tokens: Callable[[list[str]], list[int]],
    max_tokens: int,
    max_characters: int,
) -> list[_Unit]:
    """Sentences of a section; one too long for a chunk is cut between clauses."""
    ranges: list[tuple[int, int, bool, bool]] = []
    texts: list[str] = []
    for block in outline.blocks_between(section.start, section.end):
        part = block.slice(section.start, section.end)
        spans, silent = split_sentences(part.text), says_nothing(part.text)
        for k, (start, end) in enumerate(spans):
            ranges.append((*part.source_range(start, end), k + 1 == len(spans), silent))
            texts.append(part.text[start:end])
    tokens = count_tokens(texts) if texts else []
    units: list[_Unit] = []
    for (start, end, last, silent), cost in zip(ranges, tokens, strict=True):
        if cost <= max_tokens and end - start <= max_characters:
            units.append(_Unit(start, end, cost, last, silent))
            continue
        pieces = [
            (start + first, start + end_)
            for first, end_ in _cut(
                outline.document.text[start:end], count_tokens, max_tokens, max_characters
            )
        ]
        costs = count_tokens([outline.document.text[first:end_] for first, end_ in pieces])
        units.extend(
            _Unit(first, end_, cost, last and k + 1 == len(pieces), silent)
            for k, ((first, end_), cost) in enumerate(zip(pieces, costs, strict=True))
        )
    return units


def _cut(
    sentence: str, count_tokens: Callable[[list[str]], list[int]], max_tokens: int, max_characters: int
) -> list[tuple[int, int]]:
    """Ranges of the pieces of one sentence that is too long for a chunk, white space left out."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    def size(text: str) -> int:
        # One scale for both limits, on which a piece that just fits has the size of a chunk.
        tokens = count_tokens([text])[0]
        return math.ceil(_FITS * max(tokens / max_tokens, len(text) / max_characters))

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=_FITS,
        chunk_overlap=0,
        length_function=size,
        separators=_CLAUSE_ENDS,
        keep_separator="end",
        strip_whitespace=False,
    )
    pieces = splitter.split_text(sentence)
    if "".join(pieces) != sentence:  # The library drops pieces of white space alone.
        pieces = [sentence]
    ranges: list[tuple[int, int]] = []
    position = 0
    for piece in pieces:
        for start, end in _halve(piece, size):
            part = piece[start:end]
            if part.strip():
                first = position + start + len(part) - len(part.lstrip())
                ranges.append((first, position + start + len(part.rstrip())))
        position += len(piece)
    return ranges


def _halve(text: str, size: Callable[[str], int]) -> list[tuple[int, int]]:
    """Ranges of ``text`` in equal parts that fit; for text without any mark to cut at."""
    done: list[tuple[int, int]] = []
    waiting = [(0, len(text))]
    while waiting:
        start, end = waiting.pop()
        if end - start == 1 or size(text[start:end]) <= _FITS:
            done.append((start, end))
            continue
        middle = (start + end) // 2
        # A combining mark stays with its letter; more of them than a letter has are no writing.
        reach = range(middle, min(end - 1, middle + _MOST_MARKS))
        middle = next((at for at in reach if unicodedata.category(text[at])[0] != "M"), middle)
        waiting += [(middle, end), (start, middle)]
    return done


def _divide(units: list[_Unit], max_tokens: int, max_characters: int) -> list[list[_Unit]]:
    """Divide units into the fewest groups that fit, as even as can be."""
    if not units:
        return []

    tokens_before = [0, *accumulate(unit.tokens for unit in units)]

    def size(first: int, last: int) -> float:
        """Share of a chunk that units first..last take; above 1 they do not fit."""
        tokens = tokens_before[last + 1] - tokens_before[first]
        return max(tokens / max_tokens, (units[last].end - units[first].start) / max_characters)

    # best[i] = (groups, cost, start of the last group) for the first i units.
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(units) + 1):
        options: list[tuple[int, float, int]] = []
        for start in range(end - 1, -1, -1):
            share = size(start, end - 1)
            if share > 1 and start < end - 1:
                break
            count, cost, _ = best[start]
            torn = 0.0 if units[end - 1].ends_paragraph else _INSIDE_PARAGRAPH
            # Squares favour groups of one size once their number is the least.
            options.append((count + 1, cost + share * share + torn, start))
        best.append(min(options))
    groups: list[list[_Unit]] = []
    end = len(units)
    while end:
        first = best[end][2]
        groups.append(units[first:end])
        end = first
    return groups[::-1]


def _chunk(outline: Outline, section: Section, units: list[_Unit]) -> Chunk:
    text, layout = outline.document.text, outline.document.layout
    start, end = units[0].start, units[-1].end
    reading = outline.read(start, end).text
    sentences = tuple(
        Sentence(
            unit.start,
            unit.end,
            text[unit.start : unit.end],
            outline.read(unit.start, unit.end).text,
            layout.page_at(unit.start),
        )
        for unit in [unit for unit in units if not unit.silent] or units
    )
    return Chunk(
        document_id=outline.document.id,
        section_path=section.path,
        start=start,
        end=end,
        text=text[start:end],
        reading_text=reading,
        embedding_text=_embedding_text(section, reading, sentences),
        sentences=sentences,
        page=layout.page_at(start),
    )


def _embedding_text(section: Section, reading: str, sentences: Sequence[Sentence]) -> str:
    """What the encoder sees of a chunk.

    Running text stands for itself: headings put before it blur what it says. A title or a name
    says little without its place, so a chunk of one short line gets the headings above it; and a
    byline, whose meaning lies in its place alone, is said in a sentence.
    """
    if len(sentences) > 1 or not _is_short_line(sentences[0].reading_text):
        return reading
    reading = _words(sentences[0].reading_text)
    path = section.path[:-1] if section.path and reading == section.path[-1] else section.path
    if section.kind == "author" and path:
        return _byline_sentence(path, reading)
    return f"{heading_path(path)}\n{reading}" if path else reading


def _byline_sentence(path: Sequence[str], author: str) -> str:
    """A byline as a sentence in Chinese and in English, so that who-wrote questions meet it."""
    *above, title = path
    column = f"（{above[-1]}）" if above and len(above[-1]) <= _LONGEST_COLUMN else ""
    return f"“{title}”{column}的作者是{author}。The author of this article is {author}."


def _words(line: str) -> str:
    """A line without the marks of a Markdown heading."""
    return _HEADING_MARKS.sub("", line)


def _is_short_line(reading: str) -> bool:
    return len(reading) <= _LONGEST_MASTHEAD and not ends_sentence(reading)


def _front_matter_end(outline: Outline) -> int:
    """Offset one past the front matter; 0 where there is none, or no text after it."""
    text = outline.document.text
    found = find_front_matter(text) if outline.document.layout == PLAIN else None
    return found.end if found and is_visible(text[found.end :]) else 0


def _without_gaps(outline: Outline, chunks: list[Chunk], begin: int) -> list[Chunk]:
    """Give invisible characters between chunks (a stray byte-order mark) to the chunk before them.

    What stands before ``begin``, the front matter, stays outside.
    """
    if not chunks:
        return []
    text = outline.document.text
    ends = [chunk.start for chunk in chunks[1:]] + [len(text)]
    mended: list[Chunk] = []
    for k, (chunk, end) in enumerate(zip(chunks, ends, strict=True)):
        start = begin if k == 0 and text[begin : chunk.start].strip() else chunk.start
        stop = chunk.end + len(text[chunk.end : end].rstrip()) if text[chunk.end : end].strip() else chunk.end
        if (start, stop) != (chunk.start, chunk.end):
            chunk = replace(chunk, start=start, end=stop, text=text[start:stop])
        mended.append(chunk)
    return mended
