"""Passages, citations, answers and documents as JSON objects: one shape on every surface."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhangju.values import Answer, AnswerSentence, Citation, Listing, Passage
from zhangju_index.errors import InputError
from zhangju_index.values import Document, Section

__all__ = [
    "PRIVATE",
    "answer_json",
    "citation_json",
    "document_json",
    "document_outline_json",
    "passage_json",
    "range_json",
    "search_json",
    "sentence_json",
]

PRIVATE = "path"
"""Where a file lies on the machine that serves it, which is nobody's business elsewhere."""


def search_json(question: str, passages: Sequence[Passage], timings: Mapping[str, float]) -> dict[str, Any]:
    """What ``search`` returns, with its timings in milliseconds."""
    return {
        "question": question,
        "passages": [passage_json(passage) for passage in passages],
        "timings_ms": _rounded(timings),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """What ``ask`` returns.

    ``read_as`` is there for follow-ups alone; ``writer``, ``unsupported`` and, with something to
    say, ``note`` where a language model was asked.
    """
    more: dict[str, Any] = {} if answer.read_as is None else {"read_as": answer.read_as}
    if answer.writer is not None:
        more |= {"writer": answer.writer, "unsupported": answer.unsupported}
    if answer.note is not None:
        more["note"] = answer.note
    return {
        "question": answer.question,
        "answerable": answer.answerable,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "passages": [passage_json(passage) for passage in answer.passages],
        "timings_ms": _rounded(answer.timings),
        **more,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """One citation, field for field."""
    highlight = citation.highlight
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "title": citation.title,
        "source": citation.source,
        "section_path": list(citation.section_path),
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "reading_text": citation.reading_text,
        "highlight": None if highlight is None else {"start": highlight.start, "end": highlight.end},
    }


def passage_json(passage: Passage) -> dict[str, Any]:
    """One retrieved passage."""
    chunk, sentence = passage.chunk, passage.sentence
    return {
        "rank": passage.rank,
        "score": round(passage.score, 6),
        "document_id": chunk.document_id,
        "title": passage.title,
        "source": passage.source,
        "section_path": list(chunk.section_path),
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "quote": chunk.text,
        "reading_text": chunk.reading_text,
        "sentence": {"start": sentence.start, "end": sentence.end, "quote": sentence.text},
    }


def sentence_json(sentence: AnswerSentence) -> dict[str, Any]:
    """One sentence of an answer with its citations."""
    return {
        "text": sentence.text,
        "status": sentence.status,
        "citations": [citation_json(citation) for citation in sentence.citations],
        **({"reasons": list(sentence.reasons)} if sentence.reasons else {}),
    }


def document_json(listing: Listing) -> dict[str, Any]:
    """One document, without its text."""
    return {
        "document_id": listing.document_id,
        "title": listing.title,
        "source": listing.source,
        "characters": listing.characters,
        "metadata": {name: value for name, value in listing.metadata.items() if name != PRIVATE},
    }


def document_outline_json(document: Document, sections: Sequence[Section]) -> dict[str, Any]:
    """The sections of one document, with their pages where it has pages."""
    pages = [document.layout.page_at(section.start) for section in sections]
    return {
        "document_id": document.id,
        "title": document.title,
        "source": document.source,
        "sections": [
            {
                "path": list(section.path),
                "kind": section.kind,
                "start": section.start,
                "end": section.end,
                **({} if page is None else {"page": page}),
            }
            for section, page in zip(sections, pages, strict=True)
        ],
    }


def range_json(document: Document, start: int, end: int | None) -> dict[str, Any]:
    """A range of a document's text, exactly as read; no end is the end of the text.

    Raises:
        InputError: It does not lie in the text.
    """
    characters = len(document.text)
    end = characters if end is None else end
    if not 0 <= start <= end <= characters:
        raise InputError(f"expected 0 <= start <= end <= {characters}, got start {start} and end {end}")
    return {
        "document_id": document.id,
        "title": document.title,
        "source": document.source,
        "characters": characters,
        "start": start,
        "end": end,
        "text": document.text[start:end],
    }


def _rounded(timings: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(milliseconds, 2) for stage, milliseconds in timings.items()}
