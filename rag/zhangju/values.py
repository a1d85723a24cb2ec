"""What retrieval and answering return.

A ``Passage`` is a retrieved chunk, a ``Citation`` an exact place in a source, an ``Answer``
what a person is shown. For every citation ``document.text[start:end] == quote``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from zhangju_index.values import Chunk, Sentence

__all__ = ["Answer", "AnswerSentence", "Citation", "Highlight", "Listing", "Passage", "SentenceStatus"]

SentenceStatus = Literal["quoted", "verified", "unsupported"]
"""``quoted`` word for word; ``verified``: LLM wording whose check passed; ``unsupported``: it failed."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A document of an index, without its text.

    Attributes:
        document_id: Its id.
        title: Its title.
        source: Where it was read from.
        characters: Code points of its text.
        metadata: What else is known of it (author, date, format, …), by name.
    """

    document_id: str
    title: str
    source: str
    characters: int
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Highlight:
    """The shortest clause that answers, as offsets in the document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk.

    Attributes:
        chunk: The chunk itself.
        title: Title of its document.
        source: Where its document was read from.
        score: Fused relevance; comparable within one question, higher is better.
        rank: Position among the passages of its question, counted from 1.
        sentence: The sentence of the chunk that fits the question best.
    """

    chunk: Chunk
    title: str
    source: str
    score: float
    rank: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact place in a source: ``document.text[start:end] == quote``, always.

    Attributes:
        number: The marker shown in the answer, counted from 1.
        document_id: The document quoted.
        title: Its title.
        source: Where it was read from.
        section_path: Headings above the quote, outermost first.
        page: Page of the source, counted from 1, where the source has pages.
        start: Offset of the first quoted character.
        end: Offset one past the last.
        quote: One or more whole sentences, word for word.
        reading_text: The quote with line wraps joined.
        highlight: The shortest clause that answers, inside ``start:end``, where known.
    """

    number: int
    document_id: str
    title: str
    source: str
    section_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str
    reading_text: str
    highlight: Highlight | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the citations that carry it.

    Attributes:
        text: The sentence as shown, without markers.
        status: How it relates to its sources.
        citations: Where it comes from; never empty for ``quoted`` and ``verified``. Of an
            ``unsupported`` sentence the place that comes nearest, if any.
        reasons: Why it is ``unsupported`` (see ``zhangju.verifying``); empty otherwise.
    """

    text: str
    status: SentenceStatus
    citations: tuple[Citation, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    Attributes:
        question: As asked.
        text: What is shown: framing words in the question's language and the quoted
            sentences with their ``[n]`` markers.
        sentences: The sentences of the answer, without framing words; empty for a refusal.
        answerable: Whether the sources answer the question.
        confidence: Estimated probability that they do, in [0, 1].
        passages: What was retrieved, best first.
        timings: Milliseconds by stage.
        read_as: What a follow-up was understood to ask; None where a question stands for itself.
        writer: The language model that was asked; None without one.
        unsupported: Sentences of the model that failed their check, shown or left out.
        note: Why the model's answer is not, or not all of, what is shown; None without a reason.
    """

    question: str
    text: str
    sentences: tuple[AnswerSentence, ...]
    answerable: bool
    confidence: float
    passages: tuple[Passage, ...]
    timings: Mapping[str, float] = field(default_factory=dict)
    read_as: str | None = None
    writer: str | None = None
    unsupported: int = 0
    note: str | None = None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation once, in the order of their numbers."""
        unique = {c.number: c for sentence in self.sentences for c in sentence.citations}
        return tuple(unique[number] for number in sorted(unique))
