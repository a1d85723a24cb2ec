"""Answer a question from what was retrieved: exact quotes, or a plain refusal."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any

from zhangju.asking import asks_who
from zhangju.composing import choose_sentences, quote_sentences
from zhangju.confidence import THRESHOLD, estimate_confidence
from zhangju.events import AnswerEvent, Finished, Found, Said
from zhangju.phrases import refusal_for
from zhangju.questions import check_question
from zhangju.retriever import Retriever
from zhangju.values import Answer, AnswerSentence
from zhangju.waiting import each_in_thread
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
        *_, last = self.stream(question, history, k, where)
        if not isinstance(last, Finished):
            raise TypeError(f"expected an answer to end with itself, got {last}")
        return last.answer

    async def aask(
        self,
        question: str,
        history: Iterable[Answer | Mapping[str, Any]] = (),
        k: int = 5,
        where: Mapping[str, str] | None = None,
    ) -> Answer:
        """As ``ask``, in a thread, so that an event loop goes on meanwhile."""
        return await asyncio.to_thread(self.ask, question, history, k, where)

    def stream(
        self,
        question: str,
        history: Iterable[Answer | Mapping[str, Any]] = (),
        k: int = 5,
        where: Mapping[str, str] | None = None,
    ) -> Iterator[AnswerEvent]:
        """As ``ask``, telling each step: what was found, every sentence, and the whole answer.

        Who has heard enough closes the iterator, or lets go of it: nothing more is done then.

        Raises:
            QuestionError: The question is empty or too long; raised at once, not at the first step.
        """
        del history  # Accepted now, so that callers need not change when follow-ups are resolved.
        return self._answer(check_question(question), k, where)

    async def astream(
        self,
        question: str,
        history: Iterable[Answer | Mapping[str, Any]] = (),
        k: int = 5,
        where: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """As ``stream``, each step in a thread, so that an event loop goes on meanwhile."""
        async for event in each_in_thread(self.stream(question, history, k, where)):
            yield event

    def _answer(self, question: str, k: int, where: Mapping[str, str] | None) -> Iterator[AnswerEvent]:
        started = perf_counter()
        findings = self._retriever.find(question, k, where)
        found = perf_counter()
        yield Found(findings.passages, findings.timings)
        composing = perf_counter()
        confidence = estimate_confidence(findings)
        enough = confidence >= self._threshold
        chosen = choose_sentences(findings.sentences, who=asks_who(question)) if enough else []
        sentences = quote_sentences(chosen)
        said = list(_say(sentences)) or [Said(refusal_for(question))]
        composed = 1000 * (perf_counter() - composing)
        yield from said
        yield Finished(
            Answer(
                question=question,
                text="".join(each.text for each in said),
                sentences=sentences,
                answerable=bool(sentences),
                confidence=confidence,
                passages=findings.passages,
                timings={
                    **findings.timings,
                    "compose": composed,
                    "total": 1000 * (found - started) + composed,
                },
            )
        )


def _say(sentences: tuple[AnswerSentence, ...]) -> Iterator[Said]:
    """The quotes one after the other, each with its markers."""
    for number, sentence in enumerate(sentences):
        markers = "".join(f"[{citation.number}]" for citation in sentence.citations)
        # Han text sets no space between sentences.
        space = " " if number and not is_wide(sentence.text[0]) else ""
        yield Said(f"{space}{sentence.text}{markers}", sentence)
