"""What requests and responses hold, for the OpenAPI description and for checking requests.

Responses are the JSON of ``zhangju.jsonable`` as it is; the types here describe it, and a test
compares the two.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from zhangju.questions import MAX_CHARACTERS

__all__ = [
    "AnswerBody",
    "AskBody",
    "ChangeBody",
    "CitationBody",
    "DocumentBody",
    "DocumentsBody",
    "ErrorBody",
    "EvalBody",
    "HealthBody",
    "OutlineBody",
    "OutlinesBody",
    "PassageBody",
    "RangeBody",
    "RangeQuery",
    "RemovedBody",
    "SearchBody",
    "SearchResultBody",
]

_QUESTION: str = Field(
    description=f"In any language, at most {MAX_CHARACTERS:,} characters.",
    examples=["创新的主体、载体和核心分别是什么？"],
)
_K: int = Field(5, ge=1, le=1000, strict=True, description="Passages to retrieve.")
_WHERE: dict[str, str] = Field(
    default_factory=dict,
    description="Only documents with these values of document_id, title, source, author, date, …; "
    "* stands for any characters.",
    examples=[{"author": "*李*"}],
)


class _Request(BaseModel):
    # A slip in a name must not be taken for a default.
    model_config = ConfigDict(extra="forbid")


class _Response(BaseModel):
    model_config = ConfigDict(extra="allow")


class SearchBody(_Request):
    """What to search for."""

    question: str = _QUESTION
    k: int = _K
    where: dict[str, str] = _WHERE


class AskBody(_Request):
    """What to answer."""

    question: str = _QUESTION
    # What it must hold is said by whoever reads it, in the same words on every surface.
    history: Annotated[list[dict[str, Any]], SkipValidation] = Field(
        default_factory=list,
        description="Earlier turns, oldest first: each an answer as this endpoint gave it, or "
        "an object with at least its question.",
    )
    k: int = _K
    where: dict[str, str] = _WHERE
    stream: bool = Field(False, description="Answer with server-sent events.")


class RangeQuery(_Request):
    """Which part of a text."""

    start: int = Field(0, ge=0, description="First character, in code points.")
    end: int | None = Field(None, ge=0, description="One past the last; by default the end.")


class EvalBody(_Request):
    """An eval set: its lines as objects."""

    name: str = Field("posted", description="As the report calls it.", max_length=200)
    questions: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=2000,
        description="Each with id, question, lang, kind, answerable and gold, as in an eval set.",
    )


class RangeOfBody(_Response):
    """A range of the document's text, in code points."""

    start: int
    end: int


class CitationBody(_Response):
    """An exact place in a source: the document's text from start to end is the quote, always."""

    number: int = Field(description="The marker in the answer's text, counted from 1.")
    document_id: str
    title: str
    source: str
    section_path: list[str] = Field(description="Headings above the quote, outermost first.")
    page: int | None = Field(description="Counted from 1, where the source has pages.")
    start: int = Field(description="Offset of the first character, in code points.")
    end: int = Field(description="Offset one past the last character.")
    quote: str = Field(description="Whole sentences, word for word.")
    reading_text: str = Field(description="The quote with line wraps joined.")
    highlight: RangeOfBody | None = Field(description="The shortest clause that answers, where known.")


class SentenceOfPassageBody(RangeOfBody):
    """The sentence of a passage that fits the question best."""

    quote: str


class PassageBody(_Response):
    """A passage that was retrieved."""

    rank: int
    score: float = Field(description="Comparable within one question; higher is better.")
    document_id: str
    title: str
    source: str
    section_path: list[str]
    page: int | None
    start: int
    end: int
    quote: str
    reading_text: str
    sentence: SentenceOfPassageBody


class SearchResultBody(_Response):
    """Passages, best first."""

    question: str
    passages: list[PassageBody]
    timings_ms: dict[str, float]


class SentenceBody(_Response):
    """A sentence of an answer with the citations that carry it."""

    text: str
    status: Literal["quoted", "verified", "unsupported"]
    citations: list[CitationBody]


class AnswerBody(_Response):
    """An answer, or (answerable: false) that the sources do not say."""

    question: str
    answerable: bool
    confidence: float = Field(ge=0, le=1)
    text: str = Field(description="As shown, with [n] markers.")
    sentences: list[SentenceBody]
    citations: list[CitationBody]
    passages: list[PassageBody]
    timings_ms: dict[str, float]


class DocumentBody(_Response):
    """A document of the index, without its text."""

    document_id: str
    title: str
    source: str
    characters: int
    metadata: dict[str, str]


class DocumentsBody(_Response):
    """The documents of the index, in order."""

    documents: list[DocumentBody]


class SectionBody(_Response):
    """A section: the headings above it and its own, and where it stands."""

    path: list[str]
    kind: Literal["series", "title", "author", "note", "heading", "lead", "body"]
    start: int
    end: int
    page: int | None = Field(None, description="Where the source has pages.")


class OutlineBody(_Response):
    """The sections of a document; they tile its text in order."""

    document_id: str
    title: str
    source: str
    sections: list[SectionBody]


class OutlinesBody(_Response):
    """The sections of several documents."""

    documents: list[OutlineBody]


class RangeBody(_Response):
    """A range of a document's text, exactly as read."""

    document_id: str
    title: str
    source: str
    characters: int = Field(description="Length of the whole text, in code points.")
    start: int
    end: int
    text: str


class ReadingBody(_Response):
    """What became of one file."""

    source: str
    outcome: Literal["added", "replaced", "unchanged", "refused"]
    document_id: str | None
    characters: int
    reason: str = Field(description="Of a refusal, in one line.")


class ChangeBody(_Response):
    """What became of the files, and how many documents there are now."""

    readings: list[ReadingBody]
    documents: int


class RemovedBody(_Response):
    """The documents that were taken out, and how many there are now."""

    removed: list[str]
    documents: int


class HealthBody(_Response):
    """Whether the server is there, or can answer."""

    status: Literal["ok", "ready"]


class ErrorOfBody(_Response):
    """What went wrong: a code for programs, one line for people."""

    code: str = Field(examples=["invalid_question"])
    message: str = Field(examples=["the question is empty: ask something in words"])


class ErrorBody(_Response):
    """The shape of every error."""

    error: ErrorOfBody
