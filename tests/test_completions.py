from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if find_spec("fastapi") is None or find_spec("python_multipart") is None:
    pytest.skip("the API needs pip install 'zhangju[serve]'", allow_module_level=True)

import json

from fastapi.testclient import TestClient

from served import QUESTION, toy_live
from zhangju import Answer, Assistant, Retriever
from zhangju.jsonable import answer_json
from zhangju.live import LiveAssistant
from zhangju_ui.api.app import create_api


class ListeningAssistant(Assistant):
    """Keeps what it was told of earlier turns."""

    def __init__(self, retriever: Retriever) -> None:
        super().__init__(retriever, threshold=0.0)
        self.heard: list[Any] = []

    def stream(self, question: str, history: Any = (), *rest: Any, **named: Any) -> Any:
        """Take down the history, and answer."""
        self.heard = list(history)
        return super().stream(question, (), *rest, **named)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAssistant]:
    """The article, embedded with the toy, behind an assistant that keeps the history."""
    folder: Path = tmp_path_factory.mktemp("completions") / "index"
    with toy_live(folder) as live, live.borrow() as assistant:
        live._open.assistant = ListeningAssistant(assistant.retriever)
        yield live


@pytest.fixture(scope="module")
def client(live: LiveAssistant) -> Iterator[TestClient]:
    """A client of the API around it."""
    with TestClient(create_api(live, mcp=False)) as client:
        yield client


def complete(client: TestClient, *messages: Mapping[str, Any], **more: Any) -> Any:
    """Ask for a completion."""
    body = {"model": "zhangju", "messages": list(messages), **more}
    return client.post("/v1/chat/completions", json=body)


def heard(live: LiveAssistant) -> list[Any]:
    """What the assistant was told of earlier turns."""
    with live.borrow() as assistant:
        return assistant.heard  # type: ignore[attr-defined, no-any-return]


def answer(live: LiveAssistant, question: str) -> Answer:
    """What it answers in Python."""
    return live.ask(question)


def test_earlier_messages_are_the_history(client: TestClient, live: LiveAssistant) -> None:
    """Questions with their answers, and the citations where the front end kept them."""
    first = answer_json(answer(live, "谁？"))
    response = complete(
        client,
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "谁？"},
        {"role": "assistant", "content": first["text"], "citations": first["citations"]},
        {"role": "user", "content": [{"type": "text", "text": "为什么？"}]},
        {"role": "assistant", "content": None},
        {"role": "user", "content": QUESTION},
        {"role": "system", "content": "Answer in French."},
    )

    assert response.json()["choices"][0]["message"]["content"] == answer(live, QUESTION).text
    complete(
        client,
        {"role": "user", "content": "谁？"},
        {"role": "assistant", "content": first["text"], "citations": first["citations"]},
        {"role": "user", "content": [{"type": "text", "text": "为什么？"}]},
        {"role": "assistant", "content": None},
        {"role": "user", "content": QUESTION},
    )
    assert heard(live) == [
        {"question": "谁？", "text": first["text"], "citations": first["citations"]},
        {"question": "为什么？", "text": "", "citations": []},
    ]


def test_what_steers_a_model_is_accepted(client: TestClient) -> None:
    """Front ends send what they send; the answer does not depend on it."""
    plain = complete(client, {"role": "user", "content": QUESTION}).json()
    steered = complete(
        client,
        {"role": "user", "content": QUESTION, "name": "ann"},
        temperature=1.5,
        max_tokens=3,
        n=None,
        stream=None,
        tools=[],
        user="ann",
        response_format={"type": "text"},
    ).json()

    assert steered["choices"] == plain["choices"]
    assert steered["citations"] == plain["citations"]
    assert plain["usage"].keys() == {"prompt_tokens", "completion_tokens", "total_tokens"}


def test_a_stream_ends_as_the_protocol_says(client: TestClient) -> None:
    """Role first, text, the reason to stop with the citations, usage where it is asked for, DONE."""
    lines = complete(
        client,
        {"role": "user", "content": QUESTION},
        stream=True,
        stream_options={"include_usage": True},
    ).text.split("\n\n")
    *chunks, done, rest = [line.removeprefix("data: ") for line in lines]
    first, *said, stop, usage = [json.loads(chunk) for chunk in chunks]
    whole = complete(client, {"role": "user", "content": QUESTION}).json()

    assert (done, rest) == ("[DONE]", "")
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert (
        "".join(each["choices"][0]["delta"]["content"] for each in said)
        == whole["choices"][0]["message"]["content"]
    )
    assert stop["choices"][0]["finish_reason"] == "stop"
    assert stop["citations"] == whole["citations"]
    assert usage["choices"] == []
    assert {chunk["id"] for chunk in (first, *said, stop, usage)} == {first["id"]}
    assert {chunk["object"] for chunk in (first, *said, stop, usage)} == {"chat.completion.chunk"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], "invalid_request"),
        ([{"role": "system", "content": "a"}], "invalid_request"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "invalid_request"),
        ([{"role": "nobody", "content": "a"}], "invalid_request"),
        ([{"role": "user", "content": None}], "invalid_question"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "invalid_question"),
    ],
    ids=["none", "no question", "answered already", "an unknown role", "nothing", "an image"],
)
def test_what_is_no_question_is_told(client: TestClient, messages: list[Any], code: str) -> None:
    """In the shape of every error, with and without a stream."""
    for stream in (False, True):
        response = complete(client, *messages, stream=stream)

        assert (response.status_code, response.json()["error"]["code"]) == (422, code)


def test_models_are_listed(client: TestClient) -> None:
    """The one there is, also by its name."""
    [model] = client.get("/v1/models").json()["data"]

    assert client.get("/v1/models/zhangju").json() == model
    assert client.get("/v1/models/other").status_code == 404
