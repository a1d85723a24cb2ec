import asyncio
import threading
from collections.abc import Iterator

import pytest

from zhangju import Assistant, Finished, Found, QuestionError, Retriever, Said, ToyEmbedder
from zhangju.waiting import each_in_thread
from zhangju_index.parsing import bundled_article

QUESTIONS = [
    "武进重点布局哪些未来产业？",
    "创新的主体、载体和核心分别是什么？",
    "常州的市长是谁？",
    "Where does innovation take place?",
]


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    """The article, embedded with the toy; it answers whatever it is asked."""
    with Retriever.from_documents([bundled_article()], embedder=ToyEmbedder()) as retriever:
        yield Assistant(retriever, threshold=0.0)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("threshold", [0.0, 1.01], ids=["answered", "refused"])
def test_the_pieces_are_the_answer(assistant: Assistant, question: str, threshold: float) -> None:
    """Passages first, the text piece by piece, and at the end what ``ask`` returns."""
    assistant = Assistant(assistant.retriever, threshold=threshold)
    answer = assistant.ask(question)
    found, *said, finished = assistant.stream(question)

    assert isinstance(found, Found)
    assert isinstance(finished, Finished)
    assert found.passages == answer.passages
    assert "".join(each.text for each in said if isinstance(each, Said)) == answer.text
    assert tuple(s.sentence for s in said if isinstance(s, Said) and s.sentence) == answer.sentences
    assert (finished.answer.question, finished.answer.text) == (question, answer.text)
    assert finished.answer.citations == answer.citations
    assert answer.answerable == (threshold == 0.0)
    assert finished.answer.timings.keys() == {"embed", "retrieve", "compose", "total"}


def test_a_wrong_question_is_told_at_once(assistant: Assistant) -> None:
    """Before the first step is taken."""
    with pytest.raises(QuestionError):
        assistant.stream("  ")


async def test_awaited_it_says_the_same(assistant: Assistant) -> None:
    """One after the other or all at once, each call gives what its plain form gives."""
    passages = await assistant.retriever.asearch(QUESTIONS[0], 3)
    answers = await asyncio.gather(*(assistant.aask(question) for question in QUESTIONS))
    events = [event async for event in assistant.astream(QUESTIONS[0])]

    assert passages == assistant.retriever.search(QUESTIONS[0], 3)
    assert [a.text for a in answers] == [assistant.ask(question).text for question in QUESTIONS]
    assert [type(event) for event in events] == [type(e) for e in assistant.stream(QUESTIONS[0])]
    with pytest.raises(QuestionError):
        await assistant.aask("")


async def test_the_loop_goes_on_meanwhile() -> None:
    """A step that blocks blocks a thread, and who stops early stops the work."""
    go, closed = threading.Event(), threading.Event()

    def slow() -> Iterator[int]:
        try:
            go.wait(60)
            yield 1
            yield 2
        finally:
            closed.set()

    steps = each_in_thread(slow())
    first = asyncio.ensure_future(anext(steps))
    await asyncio.sleep(0.01)
    assert not first.done()
    go.set()
    assert await first == 1
    await steps.aclose()
    assert closed.is_set()


async def test_who_is_cancelled_leaves_no_work_behind() -> None:
    """The step at hand ends, and the iterator is closed with it."""
    go, closed = threading.Event(), threading.Event()

    def slow() -> Iterator[int]:
        try:
            go.wait(60)
            yield 1
        finally:
            closed.set()

    steps = each_in_thread(slow())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(steps), 0.01)
    go.set()
    assert await asyncio.to_thread(closed.wait, 60)
