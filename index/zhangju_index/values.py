"""The values that flow through the pipeline.

    Document -> Section -> Chunk -> Passage -> Answer (with its Citations)

Every offset counts Unicode code points in ``Document.text`` and every range is half-open,
so ``document.text[x.start : x.end]`` is the exact text of each section, sentence, chunk and
citation ``x``. All types are frozen: a stage returns new values and leaves the ones it was
given alone. ``Passage``, ``Citation`` and ``Answer`` live one floor up, in ``zhangju.values``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Chunk", "Document", "Section", "SectionKind", "Sentence"]

SectionKind = Literal["series", "title", "author", "note", "heading", "lead", "body"]
"""How a section opens.

``series``: the line above a title that names the column or campaign; ``title``: the title of
a piece; ``author``: its byline; ``note``: an author's or editor's note; ``heading``: a marked,
numbered or free-standing heading; ``lead``: a short sentence that opens and names a
paragraph; ``body``: text under no heading of its own.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One article, exactly as read.

    Attributes:
        id: Short name, unique in its index and stable across rebuilds.
        title: What people call it: its first title, else the name of its file.
        source: Where it was read from, as given by the user.
        text: The decoded source without any change: no newline translation, no normalising.
        metadata: What else is known (author, date, …), by name.
    """

    id: str
    title: str
    source: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)


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
    """

    start: int
    end: int
    text: str
    reading_text: str


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
