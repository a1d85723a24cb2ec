from importlib.util import find_spec

import pytest

if find_spec("llama_index") is None:
    pytest.skip("LlamaIndex needs pip install 'zhangju[llama-index]'", allow_module_level=True)

# Of all frameworks it takes longest to import; with the slow tests that does not matter.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def retriever():
    """The article, embedded with the toy."""
    from zhangju import Retriever, ToyEmbedder
    from zhangju_index.parsing import bundled_article

    with Retriever.from_documents([bundled_article()], embedder=ToyEmbedder()) as retriever:
        yield retriever


QUESTION = "创新的主体在哪里？"


def test_nodes_are_passages(retriever) -> None:
    """Word for word, with their places, their scores and the JSON of every surface."""
    from llama_index.core.retrievers import BaseRetriever

    from zhangju.integrations.llama_index import ZhangjuRetriever
    from zhangju.jsonable import passage_json

    ours = ZhangjuRetriever(retriever, k=4)
    found = ours.retrieve(QUESTION)
    [document] = retriever.documents

    assert isinstance(ours, BaseRetriever)
    assert [each.node.metadata for each in found] == [
        passage_json(each) for each in retriever.search(QUESTION, 4)
    ]
    for each in found:
        node, place = each.node, each.node.metadata
        assert each.score == place["score"]
        assert (node.start_char_idx, node.end_char_idx) == (place["start"], place["end"])
        assert node.text == place["quote"] == document.text[place["start"] : place["end"]]
        assert node.ref_doc_id == document.id
        assert "timings" not in node.get_content(metadata_mode="llm")
        assert "score" not in node.get_content(metadata_mode="llm")


async def test_awaited_they_are_the_same(retriever) -> None:
    """And a filter leaves out what it should."""
    from zhangju.integrations.llama_index import ZhangjuRetriever

    ours = ZhangjuRetriever(retriever, k=2)
    awaited = await ours.aretrieve(QUESTION)

    assert [(e.node.node_id, e.score) for e in awaited] == [
        (e.node.node_id, e.score) for e in ours.retrieve(QUESTION)
    ]
    assert ZhangjuRetriever(retriever, where={"title": "none*"}).retrieve(QUESTION) == []


def test_a_query_engine_shows_its_sources(retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """In LlamaIndex's own engine, around its own double of a language model."""
    from llama_index.core import Settings
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    from zhangju.integrations.llama_index import ZhangjuRetriever

    monkeypatch.setattr(Settings, "_llm", MockLLM())
    response = RetrieverQueryEngine.from_args(ZhangjuRetriever(retriever, k=2)).query(QUESTION)

    assert [each.node.metadata["rank"] for each in response.source_nodes] == [1, 2]
    # The double repeats what it was asked: the passages were in it.
    assert response.source_nodes[0].node.text in str(response)
