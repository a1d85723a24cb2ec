import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    find_spec("fastapi") is None or find_spec("python_multipart") is None,
    reason="the API needs pip install 'zhangju[serve]'",
)
pytest.importorskip("fastapi")

from fastapi.testclient import TestClient  # noqa: E402 - once it is known to be there

from served import QUESTION, toy_live  # noqa: E402
from zhangju.jsonable import answer_json, passage_json  # noqa: E402
from zhangju.live import LiveAssistant  # noqa: E402
from zhangju_index.parsing import bundled_article  # noqa: E402
from zhangju_ui.api import bodies  # noqa: E402
from zhangju_ui.api.app import create_api  # noqa: E402
from zhangju_ui.api.settings import ApiSettings  # noqa: E402

ARTICLE = bundled_article()
TOKEN = "geheim-令牌"  # noqa: S105 - it opens nothing


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveAssistant]:
    """An index of its own for each test."""
    with toy_live(tmp_path / "index") as live:
        yield live


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAssistant]:
    """One index for all tests that only ask."""
    with toy_live(tmp_path_factory.mktemp("shared") / "index") as live:
        yield live


@pytest.fixture(scope="module")
def client(shared: LiveAssistant) -> Iterator[TestClient]:
    """A client of the API around it."""
    with client_of(shared) as client:
        yield client


def client_of(live: LiveAssistant, **settings: Any) -> TestClient:
    """A client that gets an answer whatever happens on the server."""
    app = create_api(live, ApiSettings(**settings), mcp=False)
    return TestClient(app, raise_server_exceptions=False)


def untimed(value: dict[str, Any]) -> dict[str, Any]:
    """What does not differ from run to run."""
    return {name: each for name, each in value.items() if name != "timings_ms"}


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, by name."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            found.append((fields.get("event", ""), json.loads(fields["data"])))
    return found


def test_search_is_the_retrievers(client: TestClient, shared: LiveAssistant) -> None:
    """The same passages, field for field."""
    body = client.post("/v1/search", json={"question": QUESTION, "k": 3}).json()
    with shared.borrow() as assistant:
        passages = assistant.retriever.search(QUESTION, 3)

    assert body["passages"] == [passage_json(passage) for passage in passages]
    assert body.keys() == {"question", "passages", "timings_ms"}


def test_ask_is_the_assistants(client: TestClient, shared: LiveAssistant) -> None:
    """The same answer, whose quotes are slices of the article."""
    body = client.post("/v1/ask", json={"question": f" {QUESTION}\n"}).json()

    assert untimed(body) == untimed(answer_json(shared.ask(QUESTION)))
    assert body["citations"]
    for citation in body["citations"]:
        assert ARTICLE.text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("how", ["field", "header"])
def test_a_stream_adds_up_to_the_answer(client: TestClient, how: str) -> None:
    """Passages first, then the text in pieces, then the whole, the same as without a stream."""
    whole = client.post("/v1/ask", json={"question": QUESTION}).json()
    body = {"question": QUESTION, **({"stream": True} if how == "field" else {})}
    headers = {"accept": "text/event-stream"} if how == "header" else {}
    response = client.post("/v1/ask", json=body, headers=headers)
    (first, found), *said, (last, answer) = events(response.text)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert (first, last) == ("passages", "answer")
    assert {name for name, _ in said} == {"text"}
    assert found["passages"] == whole["passages"]
    assert "".join(piece["text"] for _, piece in said) == whole["text"]
    assert [piece["sentence"] for _, piece in said] == whole["sentences"]
    assert untimed(answer) == untimed(whole)


def test_a_filter_leaves_out_documents(client: TestClient) -> None:
    """By any name that documents have; a wrong name is told."""
    ask = {"question": QUESTION, "where": {"source": "other*"}}

    assert client.post("/v1/search", json=ask).json()["passages"] == []
    refused = client.post("/v1/search", json={"question": QUESTION, "where": {"colour": "red"}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_input")
    assert "colour" in refused.json()["error"]["message"]


def test_documents_come_and_go(live: LiveAssistant) -> None:
    """What is put in is listed, divided, read and asked at once, and gone when taken out."""
    with client_of(live) as client:
        text = "# 年假\r\n\r\n员工每年有十五天年假。\r\n"
        files = [("files", ("年假.md", text.encode())), ("files", ("x.bin", b"\x00\x01\x02"))]
        added = client.post("/v1/documents", files=files).json()
        identifier = added["readings"][0]["document_id"]
        found = client.post("/v1/search", json={"question": "年假有几天？", "k": 1}).json()["passages"]
        outline = client.get(f"/v1/documents/{identifier}/outline").json()
        part = client.get(f"/v1/documents/{identifier}/text", params={"start": 8, "end": 19}).json()

        assert [reading["outcome"] for reading in added["readings"]] == ["added", "refused"]
        assert added["readings"][1]["reason"]
        assert added["documents"] == 2
        assert [d["source"] for d in client.get("/v1/documents").json()["documents"]][1] == "年假.md"
        assert client.get(f"/v1/documents/{identifier}").json()["characters"] == len(text)
        assert found[0]["document_id"] == identifier
        assert outline["sections"][-1]["path"] == ["年假"]
        assert part["text"] == text[8:19]
        assert client.get(f"/v1/documents/{identifier}/text").json()["text"] == text

        assert client.delete(f"/v1/documents/{identifier}").json() == {
            "removed": [identifier],
            "documents": 1,
        }
        assert client.delete(f"/v1/documents/{identifier}").status_code == 404
        assert len(client.get("/v1/documents").json()["documents"]) == 1


def test_a_file_that_is_sent_is_known_by_its_name(live: LiveAssistant, tmp_path: Path) -> None:
    """Whatever folder stands before it; a file of the server's is that file, from wherever it comes."""
    from zhangju_index.library import Source

    home = tmp_path / "laws" / "leave.md"
    home.parent.mkdir()
    home.write_text("# 年假\n\n年假有五天。\n", encoding="utf-8")
    live.add([Source("laws/leave.md", path=home)])
    with client_of(live) as client:

        def put(name: str, text: str) -> tuple[str, str]:
            [reading] = client.post("/v1/documents", files={"files": (name, text)}).json()["readings"]
            return reading["outcome"], reading["document_id"]

        def held() -> dict[str, str]:
            documents = client.get("/v1/documents").json()["documents"]
            return {d["source"]: d["document_id"] for d in documents if d["document_id"] != ARTICLE.id}

        assert put("de.md", "Eins.") == ("added", "de")
        assert put("src/de.md", "Zwei.") == ("replaced", "de")
        assert put("C:\\src\\de.md", "Zwei.") == ("unchanged", "de")
        assert put("../../evil\u202e.md", "Drei.") == ("added", "evil")
        assert put("leave.md", "# 年假\n\n年假有六天。\n") == ("replaced", "leave")
        assert held() == {"de.md": "de", "evil.md": "evil", "laws/leave.md": "leave"}
        again = live.add([Source("laws/leave.md", path=home)]).readings
        assert [(each.outcome, each.document_id) for each in again] == [("replaced", "leave")]
        # Of two files that are called so, neither is meant for certain.
        other = tmp_path / "leave.md"
        other.write_text("年假有七天。", encoding="utf-8")
        live.add([Source("leave.md", path=other)])
        assert put("old/leave.md", "年假有八天。")[0] == "added"
        assert set(held().values()) == {"de", "evil", "leave", "leave-3"}


def test_two_files_of_one_name_are_told_apart_first(live: LiveAssistant) -> None:
    """The second would take the place of the first at once: neither is put in."""
    files = [("files", ("a/README.md", b"One.")), ("files", ("b/README.md", b"Two."))]
    with client_of(live) as client:
        response = client.post("/v1/documents", files=files)

        assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_request")
        assert "two are called README.md" in response.json()["error"]["message"]
        assert len(client.get("/v1/documents").json()["documents"]) == 1


def test_where_files_lie_is_not_told(live: LiveAssistant, tmp_path: Path) -> None:
    """The path of a file on the server is for the server alone."""
    from zhangju_index.library import Source

    path = tmp_path / "secret" / "notes.txt"
    path.parent.mkdir()
    path.write_text("一句话。", encoding="utf-8")
    live.add([Source("notes.txt", path=path)])
    with client_of(live) as client:
        listed = client.get("/v1/documents").text
        guesses = [
            client.post(f"/v1/{verb}", json={"question": "一句话", "where": {"path": guess}}).json()
            for verb in ("search", "ask")
            for guess in (str(path), "*", "/nowhere")
        ]

    assert "notes.txt" in listed
    assert "secret" not in listed
    # A guess that is right is answered like one that is wrong.
    assert {guess["error"]["code"] for guess in guesses} == {"invalid_input"}
    assert len({guess["error"]["message"] for guess in guesses}) == 1


def test_an_eval_set_is_measured(client: TestClient) -> None:
    """The report of ``zhangju eval``, of the index that is served; a wrong set is told by its line."""
    pytest.importorskip("ir_measures")
    start = ARTICLE.text.index("创新的主体在企业。")
    gold = {"document_id": ARTICLE.id, "start": start, "end": start + 9, "quote": "创新的主体在企业。"}
    line = {"id": "1", "question": QUESTION, "lang": "zh", "kind": "fact", "answerable": True, "gold": [gold]}
    report = client.post("/v1/eval", json={"name": "mine", "questions": [line]}).json()
    moved = {**line, "gold": [{**gold, "start": 0, "end": 9}]}
    refused = client.post("/v1/eval", json={"questions": [line | {"id": "0"}, moved]})

    assert report["questions"] == 1
    assert report["metrics"]
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "invalid_eval_set"
    assert "line 2" in refused.json()["error"]["message"]


def test_health_and_readiness(live: LiveAssistant) -> None:
    """Operators need no token; a server whose index is closed is there, but not ready."""
    with client_of(live, token=TOKEN) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready"}
        live.close()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        asked = client.post(
            "/v1/ask", json={"question": "x"}, headers={"authorization": f"Bearer {TOKEN}".encode()}
        )
        assert asked.status_code == 500


WRONG = {
    "no such endpoint": ("GET", "/v1/nothing", {}, 404, "not_found"),
    "no such page": ("GET", "/nothing", {}, 404, "not_found"),
    "another method": ("GET", "/v1/ask", {}, 405, "method_not_allowed"),
    "no question": ("POST", "/v1/ask", {"json": {}}, 422, "invalid_request"),
    "an empty question": ("POST", "/v1/ask", {"json": {"question": "…"}}, 422, "invalid_question"),
    "a long question": ("POST", "/v1/ask", {"json": {"question": "问" * 2001}}, 422, "invalid_question"),
    "a long question, streamed": (
        "POST",
        "/v1/ask",
        {"json": {"question": "问" * 2001, "stream": True}},
        422,
        "invalid_question",
    ),
    "an unknown field": ("POST", "/v1/ask", {"json": {"question": "a", "top": 3}}, 422, "invalid_request"),
    "no passages": ("POST", "/v1/search", {"json": {"question": "a", "k": 0}}, 422, "invalid_request"),
    "no JSON": (
        "POST",
        "/v1/ask",
        {"content": "{", "headers": {"content-type": "application/json"}},
        422,
        "invalid_request",
    ),
    "a form": ("POST", "/v1/ask", {"data": {"question": "a"}}, 422, "invalid_request"),
    "no files": ("POST", "/v1/documents", {}, 422, "invalid_request"),
    "files in another field": (
        "POST",
        "/v1/documents",
        {"files": {"file": ("a.md", "x")}},
        422,
        "invalid_request",
    ),
    "an unknown part of a range": (
        "GET",
        f"/v1/documents/{ARTICLE.id}/text?strat=3",
        {},
        422,
        "invalid_request",
    ),
    "no text": (
        "POST",
        "/v1/documents",
        {"files": [("files", ("a.txt", b" "))]},
        422,
        "invalid_document",
    ),
    "no document": ("GET", "/v1/documents/none/text", {}, 404, "not_found"),
    "beyond the text": (
        "GET",
        f"/v1/documents/{ARTICLE.id}/text?start=0&end=100000",
        {},
        422,
        "invalid_input",
    ),
    "a range of words": (
        "GET",
        f"/v1/documents/{ARTICLE.id}/text?start=a",
        {},
        422,
        "invalid_request",
    ),
    "another model": (
        "POST",
        "/v1/chat/completions",
        {"json": {"model": "gpt", "messages": [{"role": "user", "content": "a"}]}},
        404,
        "model_not_found",
    ),
    "another site": (
        "GET",
        "/v1/documents",
        {"headers": {"origin": "https://evil.example"}},
        403,
        "cross_origin",
    ),
    "a sandboxed page": ("GET", "/v1/documents", {"headers": {"origin": "null"}}, 403, "cross_origin"),
    "too much": ("POST", "/v1/ask", {"json": {"question": "x" * 1_100_000}}, 413, "too_large"),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_error_has_one_shape(client: TestClient, name: str) -> None:
    """A code for programs and one line for people, also where the framework refuses."""
    method, path, extra, status, code = WRONG[name]
    response = client.request(method, path, **extra)
    body = response.json()

    assert (response.status_code, body["error"]["code"]) == (status, code), body
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "message"}
    assert body["error"]["message"]
    assert "\n" not in body["error"]["message"]
    assert "content-security-policy" in response.headers


def test_another_method_is_told_the_right_one(client: TestClient) -> None:
    """In the header that HTTP has for it."""
    assert client.get("/v1/search").headers["allow"] == "POST"
    assert client.put("/v1/documents").headers["allow"] == "GET, POST"


def test_a_body_without_length_is_measured_as_it_comes(client: TestClient) -> None:
    """Chunks that add up to too much are refused before they are all read."""
    chunks = (b" " * 100_000 for _ in range(100))
    response = client.post("/v1/ask", content=chunks, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_fault_of_ours_is_told_without_its_inside(
    shared: LiveAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, no path; the log has them."""
    monkeypatch.setattr(shared, "borrow", lambda: 1 / 0)
    with client_of(shared) as client:
        response = client.post("/v1/search", json={"question": "a"})

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal"
    assert "division" not in response.text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("Basic geheim-令牌", 401),
        ("Bearer geheim-令牌x", 401),
        ("Bearer geheim-令牌", 200),
        ("bearer geheim-令牌", 200),
    ],
)
@pytest.mark.parametrize("path", ["/v1/documents", "/v1/models"])
def test_a_token_is_asked_for(shared: LiveAssistant, path: str, header: str | None, status: int) -> None:
    """By every endpoint; whoever lacks it learns how to bring it."""
    headers = {} if header is None else {"authorization": header.encode()}
    with client_of(shared, token=TOKEN) as client:
        response = client.get(path, headers=headers)

    assert response.status_code == status
    if status == 401:
        assert response.json()["error"]["code"] == "unauthorized"
        assert response.headers["www-authenticate"] == "Bearer"


def test_the_description_tells_of_the_token(shared: LiveAssistant) -> None:
    """So that clients made from it send one; where none is asked for, it asks for none."""
    with client_of(shared, token=TOKEN) as client:
        described = client.get("/openapi.json").json()
    with client_of(shared) as client:
        open_to_all = client.get("/openapi.json").json()

    assert described["components"]["securitySchemes"] == {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
    for path, methods in described["paths"].items():
        for each in methods.values():
            assert ("security" in each) == path.startswith("/v1/"), path
    assert "securitySchemes" not in open_to_all["components"]


def test_a_field_of_another_endpoint_is_one_too_many(client: TestClient) -> None:
    """Nobody who asks is told to send a form."""
    told = client.post("/v1/ask", json={"question": "a", "files": []}).json()["error"]["message"]

    assert told.startswith('there is no "files"')


def test_who_may_not_change_is_told_why(shared: LiveAssistant, tmp_path: Path) -> None:
    """A server that only reads refuses, and so does one that serves the bundled article."""
    with toy_live(tmp_path / "fixed", changing=False) as fixed:
        for each, settings, words in (
            (shared, {"read_only": "because"}, "because"),
            (fixed, {}, "--index DIR"),
        ):
            with client_of(each, **settings) as client:
                for response in (
                    client.post("/v1/documents", files=[("files", ("a.txt", b"a b c."))]),
                    client.delete(f"/v1/documents/{ARTICLE.id}"),
                ):
                    assert response.status_code == 403
                    assert words in response.json()["error"]["message"]


def test_an_index_that_is_being_written_is_a_conflict(live: LiveAssistant, tmp_path: Path) -> None:
    """Whoever comes second is told to come again; questions are answered meanwhile."""
    from zhangju_index.generations import claimed

    with client_of(live) as client, claimed(tmp_path / "index"):
        added = client.post("/v1/documents", files=[("files", ("a.txt", b"a b c."))])
        asked = client.post("/v1/ask", json={"question": QUESTION})

    assert (added.status_code, added.json()["error"]["code"]) == (409, "index_busy")
    assert asked.status_code == 200


def test_the_description_is_complete(client: TestClient) -> None:
    """Every endpoint has a typed response and examples, and every error the one shape."""
    described = client.get("/openapi.json").json()

    paths = {f"{method.upper()} {path}" for path, each in described["paths"].items() for method in each}
    assert paths >= {
        "POST /v1/search",
        "POST /v1/ask",
        "GET /v1/documents",
        "POST /v1/documents",
        "GET /v1/documents/{document_id}",
        "DELETE /v1/documents/{document_id}",
        "GET /v1/documents/{document_id}/outline",
        "GET /v1/documents/{document_id}/text",
        "POST /v1/eval",
        "POST /v1/chat/completions",
        "GET /v1/models",
        "GET /healthz",
        "GET /readyz",
    }
    for path, methods in described["paths"].items():
        for method, each in methods.items():
            good = each["responses"]["200"]["content"]["application/json"]["schema"]
            assert good, f"{method} {path}"
            for status, response in each["responses"].items():
                if status != "200":
                    assert response["content"]["application/json"]["schema"] == {
                        "$ref": "#/components/schemas/ErrorBody"
                    }, f"{method} {path} {status}"
    assert described["components"]["schemas"]["AskBody"]["properties"]["question"]["examples"]


def test_the_description_is_of_what_is_sent(client: TestClient) -> None:
    """The declared types hold the responses, with nothing left out and nothing added."""
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    searched = client.post("/v1/search", json={"question": QUESTION}).json()
    listed = client.get("/v1/documents").json()
    outline = client.get(f"/v1/documents/{ARTICLE.id}/outline").json()
    part = client.get(f"/v1/documents/{ARTICLE.id}/text?end=5").json()

    for kind, sent in (
        (bodies.AnswerBody, asked),
        (bodies.SearchResultBody, searched),
        (bodies.DocumentsBody, listed),
        (bodies.OutlineBody, outline),
        (bodies.RangeBody, part),
    ):
        held = kind.model_validate(sent)
        assert held.model_dump(exclude_unset=True) == sent
        assert undeclared(held) == []


def undeclared(value: Any) -> list[str]:
    """Fields that a type holds without declaring them, down to the last."""
    if isinstance(value, list):
        return [name for each in value for name in undeclared(each)]
    if not isinstance(value, bodies.BaseModel):
        return []
    inner = [name for each in dict(value).values() for name in undeclared(each)]
    return [*(value.model_extra or ()), *inner]


def test_changes_made_elsewhere_are_seen(
    live: LiveAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process adds a document: the next question is put to it too."""
    from zhangju import ToyEmbedder
    from zhangju_index.library import Source, add_sources

    monkeypatch.setattr("zhangju.live._LOOK_AGAIN_SECONDS", 0.0)
    with live.borrow() as before:
        add_sources(
            [Source("b.txt", data="年假十五天。".encode())], tmp_path / "index", embedder=ToyEmbedder()
        )
        found = live.ask("年假几天？")
        # Who began with the old index goes on with it.
        old = before.ask(QUESTION)

    assert found.citations[0].source == "b.txt"
    assert old.citations[0].source != "b.txt"
    assert before.retriever.is_closed
