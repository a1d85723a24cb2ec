import io
import json
from typing import Any

import pytest

from served import toy_live
from zhangju_index.errors import InputError
from zhangju_ui.batch import answer_batch
from zhangju_ui.wrong_fields import first_wrong, unknown_field


def test_an_unknown_name_is_told_with_the_nearest_that_is_known() -> None:
    """Or with all of them, where none is near."""
    assert unknown_field({"question": "a", "k": 3}, ["question", "k"]) == ""
    assert unknown_field({"wher": {}}, ["question", "where"]) == 'there is no "wher": expected "where"'
    assert unknown_field({"top": 1}, ["question", "k"]) == 'there is no "top": expected only "question", "k"'


@pytest.mark.parametrize("name", ["a\nb\u2028c", "x" * 500], ids=["lines", "long"])
def test_a_name_that_a_stranger_chose_stays_a_name(name: str) -> None:
    """One short line, whatever was sent."""
    for told in (
        unknown_field({name: 1}, ["k"]),
        first_wrong([{"type": "extra_forbidden", "loc": ("body", name), "msg": "?"}]),
    ):
        assert len(told.splitlines()) == 1
        assert len(told) < 150


@pytest.mark.parametrize(
    "history",
    [
        "那载体呢？",
        {},
        [{}],
        ["谁？"],
        [{"role": "user", "content": "谁？"}],
        [{"question": "谁？", "citations": 1}],
    ],
    ids=["a text", "an object", "an empty turn", "texts", "chat messages", "odd citations"],
)
async def test_a_wrong_history_is_told_in_the_same_line_everywhere(tmp_path: Any, history: Any) -> None:
    """In Python, in a batch, over HTTP with and without a stream, and to MCP clients."""
    pytest.importorskip("python_multipart")
    mcp = pytest.importorskip("mcp")
    from fastapi.testclient import TestClient

    from zhangju_ui.api.app import create_api
    from zhangju_ui.mcp_server import create_mcp
    from zhangju_ui.work import Work

    ask = {"question": "那载体呢？", "history": history}
    with toy_live(tmp_path / "index") as live:
        with pytest.raises(InputError) as refusal:
            live.ask(**ask)
        line = json.dumps({"id": 1, **ask}).encode()
        [(batch, good)] = answer_batch(
            io.BytesIO(line), lambda each: {"text": live.ask(each.question, each.history).text}
        )
        with TestClient(create_api(live, mcp=False)) as client:
            rest = [client.post("/v1/ask", json={**ask, "stream": stream}) for stream in (False, True)]
        work = Work("test-wrong", workers=1, places=9, per_client=9, seconds=60)
        async with mcp.Client(create_mcp(live, work)) as client:
            called = await client.call_tool("ask", ask)

    told = str(refusal.value)
    assert not good
    assert batch["error"] == f"line 1: {told}"
    for response in rest:
        assert response.status_code == 422
        assert response.json() == {"error": {"code": "invalid_input", "message": told}}
    assert called.is_error
    assert called.content[0].text == told
