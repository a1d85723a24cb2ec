"""The values that flow through the pipeline.

    Parsed -> Document -> Section -> Chunk -> Passage -> Answer (with its Citations)

Every offset counts Unicode code points in ``Document.text`` and every range is half-open,
so ``document.text[x.start : x.end]`` is the exact text of each section, sentence, chunk and
citation ``x``. All types are frozen: a stage returns new values and leaves the ones it was
given alone. ``Passage``, ``Citation`` and ``Answer`` live one floor up, in ``zhangju.values``.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "PLAIN",
    "Chunk",
    "Document",
    "Element",
    "ElementKind",
    "Layout",
    "Parsed",
    "Section",
    "SectionKind",
    "Sentence",
]

ElementKind = Literal["heading", "item", "table", "code"]
"""What a format may say a line is; running text is what it says nothing of."""

SectionKind = Literal["series", "title", "author", "note", "heading", "lead", "body"]
"""How a section opens.

``series``: the line above a title that names the column or campaign; ``title``: the title of
a piece; ``author``: its byline; ``note``: an author's or editor's note; ``heading``: a marked,
numbered or free-standing heading; ``lead``: a short sentence that opens and names a
paragraph; ``body``: text under no heading of its own.
"""


@dataclass(frozen=True, slots=True)
class Element:
    """A stretch of text that its format says is more than running text.

    Attributes:
        kind: What it is.
        start: Offset of the first character.
        end: Offset one past the last character; a line break after it does not belong to it.
        level: Depth, counted from 1: of a heading its rank, of a list item its nesting; 0 elsewhere.
    """

    kind: ElementKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """What a source's format tells about its text; plain text tells nothing.

    Attributes:
        elements: Headings, list items, table rows and lines of code, in order, without overlap.
        pages: Offset at which each page starts, the first 0, rising; empty without pages.
        full_lines: Offsets of the first characters of lines that were broken because the column
            was full, so that the sentence goes on in the next line; rising.
        unwrapped: Whether every line is a whole paragraph, so that no line goes on with another.
    """

    elements: tuple[Element, ...] = ()
    pages: tuple[int, ...] = ()
    full_lines: tuple[int, ...] = ()
    unwrapped: bool = False

    def page_at(self, offset: int) -> int | None:
        """Page that the character at ``offset`` is on, counted from 1; None without pages."""
        return bisect_right(self.pages, offset) if self.pages else None


PLAIN = Layout()
"""The layout of plain text."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser makes of a file.

    Attributes:
        text: The text as the format gives it, without any change; the promise of every offset.
        layout: What the format tells about it.
        title: What the file calls itself, where it says so.
        metadata: What else it says of itself: ``author``, ``date`` (ISO 8601), ….
    """

    text: str
    layout: Layout = PLAIN
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One article, exactly as read.

    Attributes:
        id: Short name, unique in its index and stable across rebuilds.
        title: What people call it: its first title, else the name of its file.
        source: Where it was read from, as given by the user.
        text: The source without any change: of plain text the decoded file without newline
            translation, of other formats what their parser took out of it.
        metadata: What else is known (author, date, …), by name.
        layout: What the source's format tells about the text.
    """

    id: str
    title: str
    source: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = PLAIN


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading.

    Sections tile the document in order: the first starts at 0, each starts where the one
    before ends, the last ends at ``len(text)``. A section includes its own heading; a parent
    ends where its first child starts.

    Attributes:
        path: Headings above and of this section, outermost first, with wraps joined.
        kind: How the section opens.
        start: Offset of the first character.
        end: Offset one past the last character.
    """

    path: tuple[str, ...]
    kind: SectionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A whole sentence of a chunk: the smallest unit that is quoted.

    Attributes:
        start: Offset of the first character in the document.
        end: Offset one past the last character; closing quotes and brackets belong to it.
        text: The slice itself, word for word.
        reading_text: The same with the line wraps inside it joined.
        page: Page of the source it starts on, counted from 1, where the source has pages.
    """

    start: int
    end: int
    text: str
    reading_text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit that is embedded and retrieved: whole sentences from one section.

    Attributes:
        document_id: The document it was cut from.
        section_path: Headings above it, outermost first.
        start: Offset of the first character in the document.
        end: Offset one past the last character.
        text: The slice itself, word for word.
        reading_text: The same with the line wraps inside it joined.
        embedding_text: What the encoder sees; may add the heading path, is never quoted.
        sentences: The sentences it is made of, in order.
        page: Page of the source it starts on, counted from 1, where the source has pages.
    """

    document_id: str
    section_path: tuple[str, ...]
    start: int
    end: int
    text: str
    reading_text: str
    embedding_text: str
    sentences: tuple[Sentence, ...]
    page: int | None = None
