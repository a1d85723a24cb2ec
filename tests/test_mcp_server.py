import json
import os
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if find_spec("mcp") is None:
    pytest.skip("MCP needs pip install 'zhangju[mcp]'", allow_module_level=True)

from mcp import Client, StdioServerParameters, stdio_client

from served import QUESTION, listening, toy_live
from zhangju import Retriever, ToyEmbedder
from zhangju.jsonable import answer_json, document_outline_json, passage_json
from zhangju.live import LiveAssistant
from zhangju_index.parsing import bundled_article
from zhangju_ui.mcp_server import create_mcp
from zhangju_ui.work import Work

ARTICLE = bundled_article()
WORK = Work("test-mcp", workers=2, places=9, per_client=9, seconds=60)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAssistant]:
    """The article, embedded with the toy."""
    with toy_live(tmp_path_factory.mktemp("mcp") / "index") as live:
        yield live


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool returns, having checked that its text says the same as its structure."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    [text] = result.content
    assert json.loads(text.text) == result.structured_content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool says that cannot be done."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text


async def test_the_tools_describe_themselves(live: LiveAssistant) -> None:
    """Each says what it does and how to cite, types what it returns, and promises to change nothing."""
    async with Client(create_mcp(live, WORK)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        instructions = client.instructions or ""

    assert set(tools) == {"search", "ask", "outline", "read_range"}
    assert "word for" in instructions
    assert "sources do not say" in instructions
    for tool in tools.values():
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.output_schema["properties"]
        assert tool.input_schema["additionalProperties"] is False
        for name, each in tool.input_schema["properties"].items():
            assert each.get("description"), f"{tool.name}.{name}"
    assert "answerable" in tools["ask"].description
    assert tools["ask"].output_schema["properties"].keys() == answer_json(live.ask(QUESTION)).keys()


async def test_they_return_what_every_surface_does(live: LiveAssistant) -> None:
    """Field for field; and what is read is the article."""
    async with Client(create_mcp(live, WORK)) as client:
        searched = await call(client, "search", question=QUESTION, k=3)
        asked = await call(client, "ask", question=QUESTION)
        outlined = await call(client, "outline")
        place = asked["citations"][0]
        read = await call(
            client, "read_range", document_id=ARTICLE.id, start=place["start"], end=place["end"]
        )
        nowhere = await call(client, "search", question=QUESTION, where={"title": "no*"})
    answer = answer_json(live.ask(QUESTION))
    with live.borrow() as assistant:
        passages = [passage_json(each) for each in assistant.retriever.search(QUESTION, 3)]
        outline = document_outline_json(ARTICLE, assistant.retriever.sections(ARTICLE.id))

    assert searched["passages"] == passages
    assert asked | {"timings_ms": {}} == answer | {"timings_ms": {}}
    assert outlined == {"documents": [outline]}
    assert read["text"] == place["quote"] == ARTICLE.text[place["start"] : place["end"]]
    assert nowhere["passages"] == []


async def test_what_cannot_be_done_is_told_in_words(live: LiveAssistant) -> None:
    """As an error that the model reads, not as one that ends the session."""
    async with Client(create_mcp(live, WORK)) as client:
        assert "ask something in words" in await refusal(client, "ask", question=" ")
        for tool, place in (("outline", {}), ("read_range", {"start": 0, "end": 1})):
            told = await refusal(client, tool, document_id="none", **place)
            assert told == "the index holds no document 'none': call outline to see which there are"
            assert told.count("no document") == 1
        assert "20,000" in await refusal(client, "read_range", document_id=ARTICLE.id, start=0, end=30_000)
        assert "start <= end" in await refusal(client, "read_range", document_id=ARTICLE.id, start=9, end=3)
        assert "colour" in await refusal(client, "search", question="a", where={"colour": "red"})
        for tool in ("search", "ask"):
            assert "not told here" in await refusal(client, tool, question="a", where={"path": "*"})
        for wrong, told in (
            ({"k": 0}, "k: input should be greater than or equal to 1"),
            ({"k": "many"}, "k: input should be a valid integer, unable to parse string as an integer"),
            ({"where": ["a"]}, "where: input should be a valid dictionary"),
            ({"wher": {"title": "a"}}, 'there is no "wher": expected "where"'),
            ({"context": {}}, 'there is no "context": expected only "question", "k", "where"'),
        ):
            assert await refusal(client, "search", question="a", **wrong) == told
        assert await refusal(client, "ask") == "question: field required"
        assert await refusal(client, "outline", question="a") == (
            'there is no "question": expected only "document_id"'
        )
        assert "tell" in await refusal(client, "tell")
        assert (await call(client, "ask", question=QUESTION))["answerable"]


async def test_a_large_library_is_outlined_by_the_document() -> None:
    """What would fill a model's memory is refused, with the way to what it needs."""
    texts = {f"{number}.txt": f"第{number}座桥有三座拱。" for number in range(51)}
    with LiveAssistant(Retriever.from_texts(texts, embedder=ToyEmbedder())) as live:
        async with Client(create_mcp(live, WORK)) as client:
            told = await refusal(client, "outline")
            one = await call(client, "outline", document_id="7")

    assert "there are 51 documents" in told
    assert "document_id" in told
    assert [each["document_id"] for each in one["documents"]] == ["7"]


async def test_a_call_that_takes_too_long_is_told_so(
    live: LiveAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words of every surface; whoever waited behind it as well, and what comes later is answered."""
    let_go = threading.Event()

    def steps(*_: Any) -> Iterator[Any]:
        yield let_go.wait(30)

    work = Work("test-mcp", workers=1, places=9, per_client=9, seconds=1)
    with live.borrow() as assistant:
        monkeypatch.setattr(assistant, "stream", steps)
    async with Client(create_mcp(live, work)) as client:
        try:
            for tool in ("ask", "search"):
                told = await refusal(client, tool, question=QUESTION)
                assert "the answer took longer than 1 seconds: try again" in told
        finally:
            let_go.set()
        assert (await call(client, "read_range", document_id=ARTICLE.id, start=0, end=9))["text"]


@pytest.mark.slow
async def test_over_http_beside_the_api(live: LiveAssistant) -> None:
    """The SDK's own client over streamable HTTP, and the token where one is asked for."""
    pytest.importorskip("python_multipart")
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    from zhangju_ui.api.app import create_api
    from zhangju_ui.api.settings import ApiSettings

    with listening(create_api(live)) as address:
        async with Client(f"{address}/mcp") as client:
            asked = await call(client, "ask", question=QUESTION)
    guarded = create_api(live, ApiSettings(token="open"))  # noqa: S106 - it opens nothing
    with listening(guarded) as address:
        async with httpx2.AsyncClient() as http:
            refused = await http.post(f"{address}/mcp", json={})
        headers = {"authorization": "Bearer open"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            known = await call(client, "ask", question=QUESTION)

    assert asked["text"] == known["text"] == live.ask(QUESTION).text
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


@pytest.mark.slow
async def test_over_standard_input_and_output(article_folder: Path) -> None:
    """``zhangju mcp`` as a client starts it, on the real index, with nothing else on its output."""
    program = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from zhangju_ui.cli import main; main()", "mcp", "--index", str(article_folder)],
        env=dict(os.environ),
    )
    async with Client(stdio_client(program), read_timeout_seconds=300) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= {"ask"}
        asked = await call(client, "ask", question="创新的主体、载体和核心分别是什么？")

    assert asked["answerable"]
    for citation in asked["citations"]:
        assert ARTICLE.text[citation["start"] : citation["end"]] == citation["quote"]
