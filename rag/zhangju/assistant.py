"""Answer a question from what was retrieved: exact quotes, checked sentences, or a plain refusal."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from zhangju.asking import says_nothing
from zhangju.composing import choose_sentences, quote_sentences
from zhangju.confidence import THRESHOLD, estimate_confidence
from zhangju.events import AnswerEvent, Finished, Found
from zhangju.generating import Generator
from zhangju.history import Turn, read_history
from zhangju.phrases import lead_for
from zhangju.questions import check_question
from zhangju.replying import Reply
from zhangju.retriever import Retriever
from zhangju.understanding import understand
from zhangju.values import Answer
from zhangju.waiting import each_in_thread

__all__ = ["Assistant"]


class Assistant:
    """Answers questions with quotes from an index; needs no language model.

    With one, the model words the answer, and each of its sentences is checked against the
    passages it cites (``zhangju.verifying``). Whether a question is answered at all is decided
    before, and a model is not asked about what is refused.

    Args:
        retriever: Finds the passages.
        threshold: Confidence from which a question is answered.
        generator: A language model, such as ``EndpointGenerator``.
    """

    def __init__(
        self, retriever: Retriever, *, threshold: float = THRESHOLD, generator: Generator | None = None
    ) -> None:
        self._retriever = retriever
        self._threshold = threshold
        self._generator = generator

    @property
    def retriever(self) -> Retriever:
        """What finds the passages."""
        return self._retriever

    @property
    def generator(self) -> Generator | None:
        """The language model that words the answers; None without one."""
        return self._generator

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
            history: Earlier questions with their answers, the last one last: answers, or objects
                with ``question`` and ``citations`` as in JSON. A follow-up is read in their light.
            k: Passages to look at.
            where: Only documents with these values, as in ``Retriever.search``.

        Raises:
            InputError: The history holds something else.
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
            InputError: The history holds something else; like the next raised at once, not at the first step.
            QuestionError: The question is empty or too long.
        """
        return self._answer(check_question(question), read_history(history), k, where)

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

    def _answer(
        self,
        question: str,
        turns: Sequence[Turn],
        k: int,
        where: Mapping[str, str] | None,
    ) -> Iterator[AnswerEvent]:
        started = perf_counter()
        asked = understand(question, turns, self._retriever, where)
        read = perf_counter() - started
        findings = self._retriever.find(asked.search, k, where)
        spent = perf_counter() - started
        yield Found(findings.passages, findings.timings)
        started = perf_counter()
        confidence = 0.0
        if asked.answerable and not self._is_noise(asked.text, told=findings.coverage > 0):
            confidence = estimate_confidence(findings)
        if asked.quotes:
            # The outline tells for certain where it stands.
            confidence = max(confidence, self._threshold) if asked.subject is None else 1.0
            quotes = asked.quotes
        elif confidence >= self._threshold:
            chosen = choose_sentences(
                findings.sentences, asked.text, who=asked.who, said=asked.said, named=findings.named
            )
            quotes = quote_sentences(chosen, self._retriever.document)
        else:
            quotes = ()
        composed = perf_counter() - started
        spent += composed
        timings = {**findings.timings, "compose": 1000 * composed}
        if asked.looked:
            timings = {"read": 1000 * read, **timings}
        reply = Reply(question, asked.text, missing=asked.missing)
        if asked.subject is not None:
            yield from reply.list(lead_for(question, asked.subject), quotes)
        elif quotes and self._generator is not None:
            yield from reply.write(self._generator, findings.passages, quotes)
            timings |= reply.timings
            spent += sum(reply.timings.values()) / 1000
        else:
            yield from reply.quote(quotes)
        yield Finished(
            Answer(
                question=question,
                text=reply.text,
                sentences=tuple(reply.sentences),
                answerable=bool(reply.sentences),
                confidence=min(1.0, confidence),
                passages=findings.passages,
                timings={**timings, "total": 1000 * spent},
                read_as=asked.text if asked.leans else None,
                writer=None if reply.written is None or self._generator is None else self._generator.name,
                unsupported=0 if reply.written is None else reply.written.unsupported,
                note=reply.note,
            )
        )

    def _is_noise(self, question: str, *, told: bool) -> bool:
        return says_nothing(question, told=told, count_tokens=self._retriever.embedder.count_tokens)
