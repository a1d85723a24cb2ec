"""A question under way: asked in a thread of its own, watched while its answer grows, stopped at any moment.

Whoever watches is the only one to say what came of a question, so that nothing older can reach a
page after it. To stop a question is to tell that one, no more.
"""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zhangju.events import AnswerEvent, Finished, Found, Said
from zhangju.jsonable import answer_json
from zhangju.values import Answer, AnswerSentence, Passage
from zhangju_index.errors import QuestionError
from zhangju_ui.answer_view import answer_length
from zhangju_ui.conversations import Turn
from zhangju_ui.failures import say_error
from zhangju_ui.strings import Language, say

if TYPE_CHECKING:
    from zhangju_ui.shelf import Shelf

__all__ = ["Growing", "Questions", "Switch", "grow"]

_STEPS = 24
"""In how many pieces what is there of an answer is shown, whatever its length."""
_TICK_SECONDS = 0.025
_REMEMBERED = 6
_LEAVING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Growing:
    """An answer as far as it is there.

    Attributes:
        answer: What was said so far; None until there is a sentence or the whole.
        reveal: How much of it is to be shown, as ``answer_length`` counts.
        found: Whether passages were found.
    """

    answer: Answer | None = None
    reveal: int = 0
    found: bool = False


class Switch:
    """Stops one question.

    Attributes:
        left: Whether nobody looks at its conversation any more.
    """

    def __init__(self) -> None:
        self.left = False
        self._stopped = threading.Event()
        self._over = threading.Event()

    @property
    def is_stopped(self) -> bool:
        """Whether it is not to go on."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let it end with what is there."""
        self._stopped.set()

    def leave(self) -> None:
        """Let it end without a word, and wait for that."""
        self.left = True
        self.stop()
        self._over.wait(_LEAVING_SECONDS)

    def end(self) -> None:
        """Say that it is over."""
        self._over.set()


class Questions:
    """The questions under way, by the tab of a browser that asks them and the conversation they belong to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[Switch, tuple[str, str, str]] = {}

    @contextmanager
    def asking(self, tab: str, conversation: str, asked: str) -> Iterator[Switch]:
        """Make a question one that can be stopped, as long as the block runs.

        Args:
            tab: Who asks.
            conversation: The conversation it belongs to.
            asked: When it was asked, which tells it from others there.
        """
        switch = Switch()
        with self._lock:
            self._asked[switch] = (tab, conversation, asked)
        try:
            yield switch
        finally:
            # Also when the page was closed in mid-answer: nobody waits for the rest.
            switch.stop()
            switch.end()
            with self._lock:
                del self._asked[switch]

    def under_way(self, conversation: str) -> frozenset[str]:
        """When those were asked that are not answered yet."""
        with self._lock:
            return frozenset(asked for _, where, asked in self._asked.values() if where == conversation)

    def stop(self, tab: str) -> bool:
        """Stop what a tab asks; whether there was anything."""
        found = self._of(tab)
        for switch in found:
            switch.stop()
        return bool(found)

    def leave(self, tab: str) -> None:
        """Stop what a tab asks: it looks at another conversation now."""
        for switch in self._of(tab):
            switch.leave()

    def drop(self, tab: str, conversation: str) -> None:
        """Stop all that is asked in a conversation that is no more; other tabs say what they heard until then."""
        with self._lock:
            found = [
                (who, switch) for switch, (who, where, _) in self._asked.items() if where == conversation
            ]
        for who, switch in found:
            if who == tab:
                switch.leave()
            else:
                switch.stop()

    def _of(self, tab: str) -> list[Switch]:
        with self._lock:
            return [switch for switch, (who, _, _) in self._asked.items() if who == tab]


def grow(
    shelf: "Shelf", before: Sequence[Turn], turn: Turn, language: Language, switch: Switch
) -> Iterator[Growing | Turn]:
    """Ask a question that follows others; yield its answer as it grows, and at last the turn it makes.

    Args:
        shelf: The library that answers.
        before: The turns it follows.
        turn: The question, without an answer.
        language: Language of what is said when something goes wrong.
        switch: Stops it. What was said until then is kept.
    """
    heard: queue.SimpleQueue[AnswerEvent | Exception] = queue.SimpleQueue()
    history = [earlier.answer for earlier in before[-_REMEMBERED:] if earlier.answer is not None]
    # A model that is silent holds its thread for a while after it was stopped.
    threading.Thread(
        target=_listen, args=(shelf, turn, history, switch, heard), name="zhangju-question", daemon=True
    ).start()
    draft, last = _Draft(turn.question), Growing()
    length = step = 0
    while not (switch.is_stopped or draft.error or (draft.whole and last.reveal >= length)):
        time.sleep(_TICK_SECONDS)
        draft.hear(heard)
        answer = draft.answer
        if answer is not None and (now_long := answer_length(answer)) != length:
            length = now_long
            step = max(1, -(-(length - last.reveal) // _STEPS))
        growing = Growing(answer, min(length, last.reveal + step), draft.found)
        if (growing.reveal, growing.found) != (last.reveal, last.found) and not switch.is_stopped:
            yield growing
        last = growing
    yield draft.turn(turn, language)


class _Draft:
    """What was heard of one answer so far."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._text = ""
        self._sentences: list[AnswerSentence] = []
        self._passages: tuple[Passage, ...] = ()
        self.found = False
        self.whole: Answer | None = None
        self.error: Exception | None = None

    @property
    def answer(self) -> Answer | None:
        """The whole answer, or what there is of it; framing words alone are not shown."""
        if self.whole is not None or not self._sentences:
            return self.whole
        return Answer(
            question=self._question,
            text=self._text,
            sentences=tuple(self._sentences),
            answerable=True,
            confidence=0.0,
            passages=self._passages,
        )

    def hear(self, heard: "queue.SimpleQueue[AnswerEvent | Exception]") -> None:
        """Take down everything that was said meanwhile."""
        while not heard.empty():
            event = heard.get()
            if isinstance(event, Exception):
                self.error = event
            elif isinstance(event, Finished):
                self.whole = event.answer
            elif isinstance(event, Found):
                self.found, self._passages = True, event.passages
            elif isinstance(event, Said):
                self._text += event.text
                if event.sentence is not None:
                    self._sentences.append(event.sentence)

    def turn(self, turn: Turn, language: Language) -> Turn:
        """What the question came to."""
        if self.error is not None:
            return replace(turn, error=_in_words(self.error, turn.question, language))
        answer = self.answer
        if answer is None:
            return replace(turn, stopped=True)
        value = answer_json(answer)
        if self.whole is None:
            # How sure it is was not said yet.
            del value["confidence"]
        return replace(turn, answer=value, stopped=self.whole is None)


def _listen(
    shelf: "Shelf",
    turn: Turn,
    history: Sequence[Any],
    switch: Switch,
    heard: "queue.SimpleQueue[AnswerEvent | Exception]",
) -> None:
    try:
        with shelf.borrow() as assistant:
            events = assistant.stream(turn.question, history, where=turn.scope.where or None)
            with closing(events):  # type: ignore[type-var]  # a generator, which can be closed
                for event in events:
                    heard.put(event)
                    if switch.is_stopped:
                        break
    except Exception as error:
        heard.put(error)


def _in_words(error: Exception, question: str, language: Language) -> str:
    """Say what went wrong: in the page's language where a visitor can cause it, else as it was raised."""
    if not isinstance(error, QuestionError):
        return say_error(error, language)
    if not question.strip():
        return say("question_empty", language)
    return say("question_long", language, length=len(question))
