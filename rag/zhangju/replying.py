"""The text of an answer as it comes about: sentences with their markers, and the words around them."""

from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import replace
from time import perf_counter

from zhangju.events import Said
from zhangju.generating import Generator
from zhangju.phrases import missing_for, note_for, refusal_for, unconfirmed_for
from zhangju.values import AnswerSentence, Passage
from zhangju.writing import Numbering, Written, write
from zhangju_index.errors import GenerationError
from zhangju_index.lines import is_wide

__all__ = ["Reply"]


class Reply:
    """One answer in the making.

    Args:
        question: As asked; its language is that of the words around the quotes.
        asked: What it is understood to ask.
        missing: Whether it asks for an item that the list does not have.

    Attributes:
        text: Everything said so far.
        sentences: The sentences in it.
        note: Why a model's answer is not all of what is said.
        written: What came of the model; None if none was asked.
        timings: Milliseconds of writing and checking.
    """

    def __init__(self, question: str, asked: str | None = None, *, missing: bool = False) -> None:
        self._question = question
        self._asked = asked or question
        self._missing = missing
        self._numbering = Numbering()
        self.text = ""
        self.sentences: MutableSequence[AnswerSentence] = []
        self.note: str | None = None
        self.written: Written | None = None
        self.timings: dict[str, float] = {}

    def quote(self, quotes: Sequence[AnswerSentence]) -> Iterator[Said]:
        """Say the quotes one after the other, or that the sources do not answer."""
        if not quotes:
            yield self._say(missing_for(self._question) if self._missing else refusal_for(self._question))
        for sentence in quotes:
            yield self._say_sentence(
                replace(sentence, citations=tuple(map(self._numbering.number, sentence.citations)))
            )

    def list(self, lead: str, quotes: Sequence[AnswerSentence]) -> Iterator[Said]:
        """Say quotes under a lead, one to a line."""
        yield self._say(lead)
        for sentence in quotes:
            yield self._say("\n")
            yield from self.quote([sentence])

    def write(
        self, generator: Generator, passages: Sequence[Passage], quotes: Sequence[AnswerSentence]
    ) -> Iterator[Said]:
        """Say what a model writes, and the quotes where that fails.

        A sentence that failed its check waits until one has passed; if none does, the model talks
        nonsense, and what it said is counted but not shown.
        """
        self.written = written = Written()
        waiting: MutableSequence[AnswerSentence] = []
        spent = 0.0
        sentences = write(generator, self._asked, passages, self._numbering, written)
        failure: GenerationError | None = None
        while True:
            # Only the model's own time counts, not what listeners do between two sentences.
            started = perf_counter()
            try:
                sentence = next(sentences, None)
            except GenerationError as error:
                sentence, failure = None, error
            spent += 1000 * (perf_counter() - started)
            if sentence is None:
                break
            waiting.append(sentence)
            if written.supported:
                yield from map(self._say_sentence, waiting)
                waiting = []
        self.timings = {"generate": spent - written.milliseconds, "verify": written.milliseconds}
        if not written.supported:
            self._numbering = Numbering()
            failure = failure or GenerationError(
                "nothing it wrote is confirmed by the passages", "unconfirmed"
            )
        if failure is not None:
            self.note = note_for(self._question, failure)
            yield self._say("\n" * bool(self.text) + self.note + "\n")
            yield from self.quote(quotes)

    def _say_sentence(self, sentence: AnswerSentence) -> Said:
        markers = "".join(f"[{citation.number}]" for citation in sentence.citations)
        if sentence.status == "unsupported":
            words = unconfirmed_for(self._question)
            markers = f"（{words}）" if is_wide(words[0]) else f" ({words})"
        # Han text sets no space between sentences.
        apart = bool(self.text) and not self.text.endswith("\n") and not is_wide(sentence.text[0])
        self.sentences.append(sentence)
        return self._say(f"{' ' * apart}{sentence.text}{markers}", sentence)

    def _say(self, text: str, sentence: AnswerSentence | None = None) -> Said:
        self.text += text
        return Said(text, sentence)
