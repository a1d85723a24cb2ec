import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rewrap import SHAPES
from zhangju.assistant import Assistant
from zhangju.phrases import refusal_for
from zhangju.retriever import Retriever
from zhangju.values import Answer
from zhangju_index.build import build_index
from zhangju_index.errors import QuestionError
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Document

QUESTIONS = [
    "武进重点布局哪些未来产业？",
    "新质生产力的特点是什么？",
    "创新的主体在哪里？",
    "专家视点的作者是谁？",
    "Which future industries are planned?",
    "666个小类中有多少个？",
    "常州的市长是谁？",
    "museum opening hours?",
]
ENGLISH = (
    "# The museum\n\nThe museum opens at nine. It closes at five; on Mondays it stays shut.\n\n"
    "Tickets cost eight euros.\nChildren under\nsix pay nothing.\n"
)


def article_as(shape: str) -> Document:
    """The bundled article in another shape."""
    article = bundled_article()
    return document_from_text(SHAPES[shape](article.text), name=shape, source=f"{shape}.txt")


LIBRARIES = {
    "the article": [bundled_article()],
    "the article, CRLF": [article_as("CRLF")],
    "the article, sliced": [article_as("sliced at 17")],
    "two documents": [
        bundled_article(),
        document_from_text(ENGLISH, name="museum", source="museum.md"),
    ],
}


@pytest.fixture(scope="module", params=LIBRARIES)
def retriever(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Retriever]:
    """Some libraries, embedded with the toy."""
    folder = tmp_path_factory.mktemp("library") / "index"
    build_index(LIBRARIES[request.param], folder, ToyEmbedder())
    with Retriever(open_index(folder), ToyEmbedder()) as opened:
        yield opened


def timeless(answer: Answer) -> Answer:
    """An answer without what differs from run to run."""
    return replace(answer, timings={})


def check_answer(answer: Answer, documents: Sequence[Document]) -> None:
    """What holds for every answer to anything."""
    texts = {document.id: document.text for document in documents}
    titles = {document.id: (document.title, document.source) for document in documents}
    assert answer.answerable == bool(answer.sentences)
    assert 0 <= answer.confidence <= 1
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    if not answer.answerable:
        assert answer.text == refusal_for(answer.question)
        assert answer.citations == ()
    position = 0
    for sentence in answer.sentences:
        assert sentence.status == "quoted"
        assert sentence.citations
        marked = sentence.text + "".join(f"[{citation.number}]" for citation in sentence.citations)
        assert marked in answer.text[position:]
        position = answer.text.index(marked, position) + len(marked)
        for citation in sentence.citations:
            assert texts[citation.document_id][citation.start : citation.end] == citation.quote
            assert (citation.title, citation.source) == titles[citation.document_id]
            assert "".join(citation.reading_text.split()) == "".join(citation.quote.split())
            assert any(
                passage.chunk.document_id == citation.document_id
                and passage.chunk.start <= citation.start
                and citation.end <= passage.chunk.end
                for passage in answer.passages
            )
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    if answer.sentences:
        # Nothing is said but what is quoted.
        left = answer.text
        for sentence in answer.sentences:
            left = left.replace(sentence.text, "", 1)
        assert re.fullmatch(r"( ?\[\d\])+", left)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("threshold", [0.0, 1.1], ids=["answered", "refused"])
def test_every_sentence_is_an_exact_quote(retriever: Retriever, question: str, threshold: float) -> None:
    """An answer holds nothing but slices of its sources with their markers; a refusal holds none."""
    answer = Assistant(retriever, threshold=threshold).ask(question)

    check_answer(answer, retriever.documents)
    assert answer.answerable == (threshold < 1)
    assert list(answer.passages) == retriever.search(question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_gets_the_same_answer(retriever: Retriever, question: str) -> None:
    """Nothing is drawn by lot, and no earlier question leaves a trace."""
    assistant = Assistant(retriever, threshold=0.0)
    first = assistant.ask(question)
    assistant.ask("别的问题？")

    assert timeless(assistant.ask(f" {question}\n", history=[first])) == timeless(first)


def test_threads_get_the_same_answers(retriever: Retriever) -> None:
    """Eight people asking at once get what one gets."""
    assistant = Assistant(retriever, threshold=0.0)
    alone = [timeless(assistant.ask(question)) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        assert [timeless(answer) for answer in pool.map(assistant.ask, QUESTIONS * 4)] == alone * 4


def test_timings_cover_the_stages(retriever: Retriever) -> None:
    """Milliseconds by stage, the total no less than its parts."""
    timings = Assistant(retriever).ask(QUESTIONS[0]).timings

    assert list(timings) == ["embed", "retrieve", "compose", "total"]
    assert timings["total"] >= timings["embed"] + timings["retrieve"]


def test_k_and_where_reach_the_search(retriever: Retriever) -> None:
    """The passages are those of the search with the same options."""
    assistant = Assistant(retriever, threshold=0.0)
    first = retriever.documents[0].id
    answer = assistant.ask(QUESTIONS[0], k=2, where={"document_id": first})

    assert list(answer.passages) == retriever.search(QUESTIONS[0], 2, {"document_id": first})
    assert assistant.retriever is retriever


def test_a_filter_that_admits_nothing_is_a_refusal(retriever: Retriever) -> None:
    """Nothing to look through is nothing found, not an error."""
    answer = Assistant(retriever, threshold=0.0).ask(QUESTIONS[0], where={"document_id": "nobody"})

    check_answer(answer, retriever.documents)
    assert (answer.answerable, answer.confidence, answer.passages) == (False, 0, ())


@pytest.mark.parametrize(
    "question", ["", " \n", "？", "问" * 100_000], ids=["empty", "blank", "mark", "long"]
)
def test_what_is_no_question_is_refused(retriever: Retriever, question: str) -> None:
    """It is an error of the caller, not a question without an answer."""
    with pytest.raises(QuestionError):
        Assistant(retriever).ask(question)


def test_latin_sentences_keep_a_space_between_them(tmp_path: Path) -> None:
    """Quotes in Latin script are set apart by a space, Chinese ones by none."""
    # The toy finds the sentences equally near, so that all of them are quoted.
    for text, pattern in (
        ("Alpha is one. Alpha is two. Alpha is ten.", r"\.\[1\] Alpha"),
        ("甲是一个。甲是二个。甲是三个。", r"。\[1\]甲"),
    ):
        folder = tmp_path / text[0]
        build_index([document_from_text(text, name="text", source="text.txt")], folder, ToyEmbedder())
        with Retriever(open_index(folder), ToyEmbedder()) as retriever:
            answer = Assistant(retriever, threshold=0.0).ask(text[:2])
            check_answer(answer, retriever.documents)
            assert len(answer.sentences) > 1
            assert re.search(pattern, answer.text)
