"""What is told of an answer while it is being made.

    Found -> Said, Said, … -> Finished

The texts of all ``Said``, one after the other, are the text of the answer that ``Finished`` holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhangju.values import Answer, AnswerSentence, Passage

__all__ = ["AnswerEvent", "Finished", "Found", "Said"]


@dataclass(frozen=True, slots=True)
class Found:
    """What was retrieved; it comes first, before anything is said.

    Attributes:
        passages: Best first; the same as in the answer.
        timings: Milliseconds by stage, so far.
    """

    passages: tuple[Passage, ...]
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """The next piece of the answer's text.

    Attributes:
        text: As shown, with its markers and the space before it.
        sentence: The sentence it shows with its citations; None for framing words and refusals.
    """

    text: str
    sentence: AnswerSentence | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer; it comes last, once."""

    answer: Answer


AnswerEvent = Found | Said | Finished
"""One step of an answer."""
