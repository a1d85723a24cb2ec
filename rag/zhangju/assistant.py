"""Answer a question from what was retrieved: exact quotes, or a plain refusal."""

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any

from zhangju.asking import asks_who
from zhangju.composing import choose_sentences, quote_sentences
from zhangju.confidence import THRESHOLD, estimate_confidence
from zhangju.phrases import refusal_for
from zhangju.questions import check_question
from zhangju.retriever import Retriever
from zhangju.values import Answer, AnswerSentence
from zhangju_index.lines import is_wide

__all__ = ["Assistant"]


class Assistant:
    """Answers questions with quotes from an index; needs no language model.

    Args:
        retriever: Finds the passages.
        threshold: Confidence from which a question is answered.
    """

    def __init__(self, retriever: Retriever, *, threshold: float = THRESHOLD) -> None:
        self._retriever = retriever
        self._threshold = threshold

    @property
    def retriever(self) -> Retriever:
        """What finds the passages."""
        return self._retriever

    def ask(
        self,
        question: str,
        history: Iterable[Answer | Mapping[str, Any]] = (),
        k: int = 5,
        where: Mapping[str, str] | None = None,
    ) -> Answer:
        """Answer a question, or say that the sources do not.

        The same question gets the same answer every time.

        Args:
            question: In any language.
            history: Earlier questions with their answers; each question is taken by itself as
                yet.
            k: Passages to look at.
            where: Only documents with these values, as in ``Retriever.search``.

        Raises:
            QuestionError: The question is empty or too long.
        """
        del history  # Accepted now, so that callers need not change when follow-ups are resolved.
        started = perf_counter()
        question = check_question(question)
        findings = self._retriever.find(question, k, where)
        found = perf_counter()
        confidence = estimate_confidence(findings)
        enough = confidence >= self._threshold
        chosen = choose_sentences(findings.sentences, who=asks_who(question)) if enough else []
        sentences = quote_sentences(chosen)
        text = _text(sentences) if sentences else refusal_for(question)
        ended = perf_counter()
        return Answer(
            question=question,
            text=text,
            sentences=sentences,
            answerable=bool(sentences),
            confidence=confidence,
            passages=findings.passages,
            timings={
                **findings.timings,
                "compose": 1000 * (ended - found),
                "total": 1000 * (ended - started),
            },
        )


def _text(sentences: tuple[AnswerSentence, ...]) -> str:
    """The quotes one after the other, each with its markers."""
    parts: list[str] = []
    for sentence in sentences:
        markers = "".join(f"[{citation.number}]" for citation in sentence.citations)
        # Han text sets no space between sentences.
        space = " " if parts and not is_wide(sentence.text[0]) else ""
        parts.append(f"{space}{sentence.text}{markers}")
    return "".join(parts)
