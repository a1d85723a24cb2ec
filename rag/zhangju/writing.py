"""What a language model says about the passages, each sentence checked before it is passed on.

Sentences come out as soon as they are whole and checked, with citations of the places that carry
them. Those that failed are kept and marked; where none passes there is no answer of the model's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from zhangju.citing import cite
from zhangju.drafting import Drafting, DraftSentence
from zhangju.generating import Generator
from zhangju.prompting import NO_ANSWER, prompt
from zhangju.values import AnswerSentence, Citation, Passage
from zhangju.verifying import Verdict, verify
from zhangju_index.errors import GenerationError
from zhangju_index.values import Sentence

__all__ = ["Numbering", "Written", "write"]

MAX_PASSAGES = 8
"""Passages that a model is given; the rest of a long list fits the question least."""
_MAX_SENTENCES = 12


@dataclass(slots=True)
class Numbering:
    """Gives each place one number, in the order in which places are cited."""

    _known: dict[tuple[str, int, int], Citation] = field(default_factory=dict)

    def cite(self, passage: Passage, sentence: Sentence) -> Citation:
        """The citation of a sentence of a passage."""
        return self.number(cite(passage, sentence))

    def number(self, citation: Citation) -> Citation:
        """A citation with the number of its place."""
        place = (citation.document_id, citation.start, citation.end)
        if place not in self._known:
            self._known[place] = replace(citation, number=len(self._known) + 1)
        return self._known[place]


@dataclass(slots=True)
class Written:
    """What came of the model so far.

    Attributes:
        supported: Sentences that passed.
        unsupported: Sentences that did not.
        milliseconds: Time spent on checking.
    """

    supported: int = 0
    unsupported: int = 0
    milliseconds: float = 0.0


def write(
    generator: Generator, question: str, passages: Sequence[Passage], numbering: Numbering, written: Written
) -> Iterator[AnswerSentence]:
    """Ask a model, and yield its sentences, each checked.

    Args:
        generator: The model.
        question: As it is understood.
        passages: What was found, best first.
        numbering: Numbers the citations.
        written: Is told what came of it.

    Raises:
        GenerationError: The model cannot be had, or says that the passages do not answer.
    """
    passages = passages[:MAX_PASSAGES]
    drafting = Drafting()
    seen: set[str] = set()

    def sentences() -> Iterator[DraftSentence]:
        for piece in generator.generate(prompt(question, passages)):
            yield from drafting.take(piece)
        yield from drafting.close()

    for text, numbers in sentences():
        if text.strip(" .。") == NO_ANSWER:
            continue
        # A model that says the same again goes on doing so.
        if text in seen or len(seen) == _MAX_SENTENCES:
            break
        seen.add(text)
        started = perf_counter()
        verdict = verify(text, numbers, passages)
        written.milliseconds += 1000 * (perf_counter() - started)
        if verdict.supported:
            written.supported += 1
        else:
            written.unsupported += 1
        yield _sentence(text, verdict, numbering)
    if not seen:
        if NO_ANSWER in drafting.text:
            raise GenerationError("the language model found no answer in the passages", "no_answer")
        raise GenerationError("the language model said nothing", "nothing")


def _sentence(text: str, verdict: Verdict, numbering: Numbering) -> AnswerSentence:
    citations = tuple(numbering.cite(each.passage, each.sentence) for each in verdict.evidence)
    if not verdict.supported:
        # Where to look, not where it comes from.
        return AnswerSentence(text, "unsupported", citations[:1], verdict.reasons)
    return AnswerSentence(text, "quoted" if verdict.word_for_word else "verified", citations)
