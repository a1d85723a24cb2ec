from typing import Any

import pytest

pytest.importorskip("langchain_tests", reason="tests/requirements.txt is not installed")

from langchain_core.runnables import RunnablePassthrough
from langchain_tests.integration_tests import RetrieversIntegrationTests

from zhangju import Retriever, ToyEmbedder
from zhangju.integrations.langchain import ZhangjuRetriever
from zhangju.jsonable import passage_json
from zhangju_index.errors import QuestionError
from zhangju_index.parsing import bundled_article

QUESTION = "创新的主体在哪里？"
ARTICLE = bundled_article()
RETRIEVER = Retriever.from_documents([ARTICLE], embedder=ToyEmbedder())


class TestStandard(RetrieversIntegrationTests):
    """LangChain's own tests of a retriever."""

    @property
    def retriever_constructor(self) -> type[ZhangjuRetriever]:
        """What is tested."""
        return ZhangjuRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        """How it is made."""
        return {"retriever": RETRIEVER}

    @property
    def retriever_query_example(self) -> str:
        """What it is asked."""
        return QUESTION


def test_documents_are_passages() -> None:
    """Word for word, with the JSON of every surface; sync, async and in a batch."""
    retriever = ZhangjuRetriever(retriever=RETRIEVER, k=4)
    passages = RETRIEVER.search(QUESTION, 4)
    documents = retriever.invoke(QUESTION)

    assert [document.metadata for document in documents] == [passage_json(each) for each in passages]
    for document in documents:
        place = document.metadata
        assert document.page_content == place["quote"] == ARTICLE.text[place["start"] : place["end"]]
    assert retriever.batch([QUESTION, "谁？"]) == [documents, retriever.invoke("谁？")]


async def test_awaited_they_are_the_same() -> None:
    """Also with arguments of the call."""
    retriever = ZhangjuRetriever(retriever=RETRIEVER)

    assert await retriever.ainvoke(QUESTION, k=2) == retriever.invoke(QUESTION, k=2)
    assert await retriever.ainvoke(QUESTION, where={"title": "none*"}) == []
    assert ZhangjuRetriever(retriever=RETRIEVER, where={"title": "none*"}).invoke(QUESTION) == []


def test_it_takes_its_place_in_a_chain() -> None:
    """With what comes before and after it in LangChain's own way."""
    chain = {"found": ZhangjuRetriever(retriever=RETRIEVER, k=1), "question": RunnablePassthrough()} | (
        RunnablePassthrough.assign(quote=lambda given: given["found"][0].page_content)
    )
    result = chain.invoke(QUESTION)

    assert result["question"] == QUESTION
    assert result["quote"] == RETRIEVER.search(QUESTION, 1)[0].chunk.text


def test_a_wrong_question_is_our_error() -> None:
    """And not an empty list."""
    with pytest.raises(QuestionError):
        ZhangjuRetriever(retriever=RETRIEVER).invoke(" ")
