import threading
from contextlib import contextmanager

import pytest

from handmade import HandmadeAssistant
from zhangju.events import Finished, Found, Said
from zhangju_index.errors import QuestionError
from zhangju_ui.conversations import Turn
from zhangju_ui.strings import say
from zhangju_ui.underway import Growing, Questions, Switch, grow


class Desk:
    """A library that says one sentence, waits until it is told to go on, and says the rest."""

    def __init__(self, error=None):
        self.error, self.go_on, self.closed = error, threading.Event(), threading.Event()
        self.histories = []

    @contextmanager
    def borrow(self):
        """Lend itself."""
        yield self

    def stream(self, question, history=(), where=None):
        """Say what is scripted."""
        self.histories.append(list(history))
        if self.error is not None:
            raise self.error
        return self._events(HandmadeAssistant().ask(question))

    def _events(self, answer):
        try:
            yield Found(answer.passages)
            first, *more = answer.sentences
            yield Said(f"{first.text}[1]", first)
            assert self.go_on.wait(60)
            for sentence in more:
                yield Said(f"\n{sentence.text}[2]", sentence)
            yield Finished(answer)
        finally:
            self.closed.set()


def until_a_sentence(steps):
    """Go on until the first sentence stands there in full."""
    return next(
        step
        for step in steps
        if isinstance(step, Growing) and step.answer and step.reveal == step_length(step)
    )


def step_length(step):
    """All there is to show of an answer: its characters, a marker being one."""
    return len(step.answer.text.replace("[1]", "1").replace("[2]", "2"))


def test_an_answer_grows_sentence_by_sentence():
    """What was said is shown while the rest is still being written, and the whole comes last."""
    desk = Desk()
    steps = grow(desk, (), Turn("创新"), "zh-Hans", Switch())
    first = until_a_sentence(steps)
    assert first.answer.text == "创新的主体在企业。[1]"
    desk.go_on.set()
    *growing, turn = steps
    assert [step.reveal for step in growing] == sorted(step.reveal for step in growing)
    assert turn.answer["text"] == HandmadeAssistant().ask("创新").text
    assert not turn.stopped
    assert len(growing) <= 48


def test_what_was_said_before_a_stop_is_kept():
    """Stopped in the middle, a turn holds the sentences that were there, and nothing goes on behind."""
    desk, switch = Desk(), Switch()
    steps = grow(desk, (), Turn("创新"), "zh-Hans", switch)
    until_a_sentence(steps)
    switch.stop()
    desk.go_on.set()
    [turn] = steps
    assert turn.stopped
    assert turn.answer["text"] == "创新的主体在企业。[1]"
    assert "confidence" not in turn.answer
    assert desk.closed.wait(60)


def test_stopped_before_a_word_nothing_is_kept():
    """A question that was stopped at once is a turn without an answer."""
    switch = Switch()
    switch.stop()
    [turn] = grow(Desk(), (), Turn("创新"), "zh-Hans", switch)
    assert turn.stopped
    assert turn.answer is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (QuestionError("expected a question"), say("question_long", "en", length=2)),
        (MemoryError("secret"), say("unexpected", "en", kind="MemoryError")),
    ],
    ids=["question", "unexpected"],
)
def test_what_goes_wrong_is_said_in_words(error, words):
    """Whatever is raised ends the turn with a sentence, never in silence."""
    *_, turn = grow(Desk(error), (), Turn("创新"), "en", Switch())
    assert turn.error == words
    assert turn.answer is None


def test_earlier_answers_go_along():
    """A follow-up is asked with what was answered before; a turn without an answer is left out."""
    desk = Desk()
    desk.go_on.set()
    before = [Turn("a"), Turn("b", answer={"question": "b", "citations": []})]
    list(grow(desk, before, Turn("创新"), "zh-Hans", Switch()))
    assert desk.histories == [[before[1].answer]]


def test_a_question_is_stopped_by_whoever_asks_it():
    """Each tab stops its own question alone, though both show one conversation; what is over cannot be stopped."""
    questions = Questions()
    with questions.asking("tab", "a", "1") as one, questions.asking("other", "a", "2") as other:
        assert questions.under_way("a") == {"1", "2"}
        assert questions.stop("tab")
        assert (one.is_stopped, other.is_stopped) == (True, False)
    assert not questions.stop("tab")
    assert not questions.under_way("a")


def asked_by(questions, tab, over):
    """Ask in a thread until stopped; then note whether anybody looks at it still."""
    started = threading.Event()

    def ask():
        with questions.asking(tab, "a", tab) as switch:
            started.set()
            while not switch.is_stopped:
                threading.Event().wait(0.005)
            threading.Event().wait(0.05)
            over.append((tab, switch.left))

    asking = threading.Thread(target=ask)
    asking.start()
    assert started.wait(60)
    return asking


def test_who_leaves_waits_until_it_is_over():
    """Nothing of a question reaches the page after its conversation was left."""
    questions, over = Questions(), []
    asked_by(questions, "tab", over)
    questions.leave("tab")
    assert over == [("tab", True)]


def test_another_page_says_what_it_heard_of_a_conversation_that_is_deleted():
    """Who deletes a conversation stops it everywhere, and no other page is left without a word."""
    questions, over = Questions(), []
    other = asked_by(questions, "other", over)
    questions.leave("tab")
    assert not over
    questions.drop("tab", "a")
    other.join(10)
    assert over == [("other", False)]
