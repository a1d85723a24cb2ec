"""Passages, citations and answers as JSON objects: one shape on every surface."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhangju.values import Answer, AnswerSentence, Citation, Passage

__all__ = ["answer_json", "citation_json", "passage_json", "search_json"]


def search_json(question: str, passages: Sequence[Passage], timings: Mapping[str, float]) -> dict[str, Any]:
    """What ``search`` returns, with its timings in milliseconds."""
    return {
        "question": question,
        "passages": [passage_json(passage) for passage in passages],
        "timings_ms": _rounded(timings),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """What ``ask`` returns."""
    return {
        "question": answer.question,
        "answerable": answer.answerable,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "sentences": [_sentence_json(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "passages": [passage_json(passage) for passage in answer.passages],
        "timings_ms": _rounded(answer.timings),
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


def _sentence_json(sentence: AnswerSentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "status": sentence.status,
        "citations": [citation_json(citation) for citation in sentence.citations],
    }


def _rounded(timings: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(milliseconds, 2) for stage, milliseconds in timings.items()}
