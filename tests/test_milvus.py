"""The same promises of Milvus Lite and of a real Milvus server: both start a server, so they are slow."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from milvus_stores import require_lite, running_server
from zhangju import retriever as retriever_module
from zhangju.jsonable import document_outline_json
from zhangju.retriever import Retriever
from zhangju_index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnusableError,
    InputError,
)
from zhangju_index.folder import open_index
from zhangju_index.library import Source, add_sources, remove_documents
from zhangju_index.milvus import claim as claim_module
from zhangju_index.milvus import search as search_module
from zhangju_index.milvus import writing as writing_module
from zhangju_index.milvus.address import TOKEN, StoreAddress
from zhangju_index.milvus.claim import claimed_library, lock_name
from zhangju_index.milvus.client import Client
from zhangju_index.milvus.library import (
    add_to_store,
    list_store,
    rebuild_store,
    remove_from_store,
    verify_store,
)
from zhangju_index.milvus.postings import ENTRY, pack_entries, unpack_entries
from zhangju_index.milvus.rows import pack_chunk, unpack_chunk
from zhangju_index.milvus.schema import TERMS, collection_name
from zhangju_index.milvus.search import Library, open_store
from zhangju_index.milvus.state import publish, read_state
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder
from zhangju_ui.cli import cli

pytestmark = pytest.mark.milvus

EMBEDDER = ToyEmbedder(dimension=64)
QUESTIONS = [
    "武进重点布局哪些未来产业？",
    "创新的主体在哪里？",
    "专家视点的作者是谁？",
    "What are the future industries?",
    "氢能轮船在哪里生产？",
]
NUMBERS = count()


def source(name: str, text: str) -> Source:
    """Bytes that came another way than in a file."""
    return Source(f"{name}.txt", data=text.encode())


# Enough for a dozen chunks: a term is a row, and a whole article has thousands.
ARTICLE = source("article", bundled_article().text[:2400])
SMALL = [
    source("a", "氢能汽车在武进生产。电池也在武进生产。"),
    source("b", "氢能火车在常州生产。电池也在常州生产。"),
    source("c", "氢能轮船在南京生产。\r\n电池也在南京生产。😀"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server, for as long as this module runs."""
    with running_server(tmp_path_factory.mktemp("milvus") / "data") as address:
        yield address


@pytest.fixture(params=[pytest.param(kind, marks=pytest.mark.slow) for kind in ("lite", "server")])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreAddress:
    """A library of its own in either store, with the toy in place of the model."""
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "lite":
        require_lite()
        return StoreAddress.parse(f"milvus+lite://{tmp_path}/store.db")
    return StoreAddress.parse(f"{request.getfixturevalue('server')}/library_{next(NUMBERS)}")


on_lite = pytest.mark.parametrize("address", [pytest.param("lite", marks=pytest.mark.slow)], indirect=True)
"""For what our own order of steps promises, whoever serves: a server takes half a minute for each."""


def retriever_of(address: StoreAddress) -> Retriever:
    """Open a library with the toy."""
    return Retriever(open_store(address), EMBEDDER)


def findings(retriever: Retriever, k: int = 5, where: dict[str, str] | None = None) -> list[Any]:
    """What is found for every question, without the times."""
    return [replace(retriever.find(question, k, where), timings={}) for question in QUESTIONS]


def check_against_folder(address: StoreAddress, folder: Path) -> None:
    """A store finds what a folder of the same documents finds, with the same values to the last bit."""
    with Retriever(open_index(folder), EMBEDDER) as expected, retriever_of(address) as found:
        assert found.documents == expected.documents
        assert found.listing() == expected.listing()
        for each in expected.listing():
            assert found.sections(each.document_id) == expected.sections(each.document_id)
        with pytest.raises(KeyError, match="no document 'none'"):
            found.sections("none")
        sections = (
            {"section": "*新质生产力*"},
            {"section": "*现代化产业强区*", "id": "a*"},
            {"section": "没有"},
        )
        for where in (None, {"source": "*.txt", "id": "a*"}, {"title": "*章*"}, {"id": "b"}, *sections):
            assert findings(found, 5, where) == findings(expected, 5, where)
        for question in QUESTIONS:
            for passage in found.search(question, 100):
                chunk, text = passage.chunk, found.document(passage.chunk.document_id).text
                assert text[chunk.start : chunk.end] == chunk.text


# --- the same as a folder ----------------------------------------------------------------------


def test_a_store_finds_what_a_folder_finds(address: StoreAddress, tmp_path: Path) -> None:
    """After adding, replacing and removing; and what went has left nothing in any collection."""
    folder = tmp_path / "index"
    first = add_to_store([ARTICLE, *SMALL], address)
    add_sources([ARTICLE, *SMALL], folder)
    assert [reading.outcome for reading in first.readings] == ["added"] * 4
    check_against_folder(address, folder)

    changed = [source("a", "氢能飞机在苏州生产。"), SMALL[1], source("d", "储能电站在无锡建成。")]
    second = add_to_store(changed, address)
    add_sources(changed, folder)
    assert [reading.outcome for reading in second.readings] == ["replaced", "unchanged", "added"]
    check_against_folder(address, folder)

    third = remove_from_store(["article", "c.txt"], address)
    remove_documents(["article", "c.txt"], folder)
    assert third.removed == ("article", "c")
    check_against_folder(address, folder)
    counts = verify_store(address).counts
    assert (counts.documents, counts.chunks) == (3, 3)
    with closing(Client(address)) as client:
        state = read_state(client)
        library = Library(client, state)
        library.load()
        held = {kind: client.count(library.name(kind), "") for kind in ("documents", "chunks", "sentences")}
        assert held == {"documents": 3, "chunks": 3, "sentences": 4}
        # The text and the structure of each.
        assert client.count(library.name("texts"), "document > 0") == 6
        blocks = list(library.scan(TERMS, "born >= 0", ("key", "count")))
        assert sum(block["count"] for block in blocks) == state.entries
        assert all(block["count"] for block in blocks)


def test_an_eval_set_is_put_to_a_store(address: StoreAddress, tmp_path: Path) -> None:
    """The command measures what the store holds: the same figures as of a folder, and no leg alone."""
    pytest.importorskip("ir_measures", reason="evaluating needs pip install 'zhangju[eval]'")
    add_to_store(SMALL, address)
    add_sources(SMALL, tmp_path / "index")
    eval_set = tmp_path / "own.jsonl"
    gold = {"document_id": "b", "start": 0, "end": 10, "quote": "氢能火车在常州生产。"}
    line = {"id": "1", "question": "氢能火车在哪里生产？", "lang": "zh", "kind": "fact", "answerable": True}
    eval_set.write_text(json.dumps({**line, "gold": [gold]}), encoding="utf-8")

    def measure(*options: str) -> Result:
        return CliRunner().invoke(cli, ["eval", str(eval_set), "--json", "--no-reranker", *options])

    in_store = measure("--store", str(address))
    in_folder = measure("--index", str(tmp_path / "index"))
    assert (in_store.exit_code, in_folder.exit_code) == (0, 0), in_store.stderr + in_folder.stderr
    found, expected = (json.loads(each.stdout) for each in (in_store, in_folder))
    assert found["questions"] == 1
    assert found["metrics"] == expected["metrics"]
    refused = measure("--store", str(address), "--ablation")
    assert refused.exit_code == 2
    assert "use --index" in refused.stderr


def test_few_proposals_find_the_best(
    address: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the legs propose some chunks of many, the server's are those of the folder."""
    add_to_store([ARTICLE, *SMALL], address)
    add_sources([ARTICLE, *SMALL], tmp_path / "index")
    with Retriever(open_index(tmp_path / "index"), EMBEDDER) as folder, retriever_of(address) as store:
        every = {q: {p.chunk: p.score for p in folder.search(q, 100)} for q in QUESTIONS}
        monkeypatch.setattr(retriever_module, "_CHUNKS_PROPOSED", 6)
        monkeypatch.setattr(retriever_module, "_SENTENCES_PROPOSED", 8)
        for question in QUESTIONS:
            expected, found = folder.search(question, 3), store.search(question, 3)
            assert found[0].chunk == expected[0].chunk
            assert all(every[question][passage.chunk] == passage.score for passage in found)
            # More than were proposed.
            assert len(every[question]) > 8
        filtered = store.search(QUESTIONS[0], 100, {"id": "article"})
        assert {passage.chunk.document_id for passage in filtered} == {"article"}


@on_lite
def test_sentences_of_very_large_libraries_propose_nothing(
    address: StoreAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder: more chunks propose themselves, and the best stay the same with the same scores."""
    add_to_store([ARTICLE, *SMALL], address)
    monkeypatch.setattr(retriever_module, "_CHUNKS_PROPOSED", 3)
    monkeypatch.setattr(retriever_module, "_SENTENCES_PROPOSED", 4)
    with retriever_of(address) as retriever:
        expected = [retriever.search(question, 3)[0] for question in QUESTIONS]
        asked: list[tuple[str, int]] = []
        nearest = Library.nearest

        def tell(library: Library, kind: str, *rest: Any) -> Any:
            asked.append((kind, rest[2]))
            return nearest(library, kind, *rest)

        monkeypatch.setattr(Library, "nearest", tell)
        monkeypatch.setattr(search_module, "SENTENCES_BELOW", 4)
        for question, best in zip(QUESTIONS, expected, strict=True):
            found = retriever.search(question, 3)[0]
            assert (found.chunk, found.score) == (best.chunk, best.score)
    assert asked == [("chunks", 9)] * len(QUESTIONS)


@on_lite
def test_words_that_are_not_read_are_counted_all_the_same(
    address: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commonest terms may be left out of proposing, never out of a score."""
    add_to_store([ARTICLE, *SMALL], address)
    add_sources([ARTICLE, *SMALL], tmp_path / "index")
    monkeypatch.setattr(search_module, "POSTINGS_READ", 20)
    monkeypatch.setattr(search_module, "_ROUND", 5)
    with Retriever(open_index(tmp_path / "index"), EMBEDDER) as folder, retriever_of(address) as store:
        assert findings(store, 100) == findings(folder, 100)


def test_building_anew_changes_nothing_that_is_found(address: StoreAddress, tmp_path: Path) -> None:
    """A retriever that is open goes on; the former collections are gone."""
    add_to_store([ARTICLE, *SMALL], address)
    with retriever_of(address) as retriever:
        before = findings(retriever)
        rebuild_store(address)
        assert findings(retriever) == before
        with closing(Client(address)) as client:
            assert read_state(client).generation == 2
            names = client.collections()
            assert collection_name(address.library, 2, TERMS) in names
            assert collection_name(address.library, 1, TERMS) not in names
    verify_store(address)


def test_a_list_tells_what_is_there(address: StoreAddress) -> None:
    """Records, metadata and counts come back as they were given; a second time nothing is read."""
    add_to_store(SMALL, address)
    manifest, metadata, pages = list_store(address)

    assert [record.source for record in manifest.documents] == ["a.txt", "b.txt", "c.txt"]
    assert metadata["a"] == {"format": "text"}
    assert pages == {}
    assert manifest.model.fingerprint == EMBEDDER.fingerprint
    shown = CliRunner().invoke(cli, ["outline", "b", "--json", "--store", str(address)])
    [outlined] = json.loads(shown.stdout)["documents"]
    with retriever_of(address) as retriever:
        assert outlined == document_outline_json(retriever.document("b"), retriever.sections("b"))
    again = add_to_store(SMALL, address)
    assert [reading.outcome for reading in again.readings] == ["unchanged"] * 3


# --- changes are whole -------------------------------------------------------------------------


@on_lite
@pytest.mark.parametrize(
    ("place", "visible"),
    [("LibraryWriter._check_arrived", False), ("_remove", True)],
    ids=["before it is published", "before it is cleaned up"],
)
def test_whoever_stops_a_writer_leaves_a_whole_library(
    address: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, visible: bool
) -> None:
    """The old state or the new one, never half of a change; the next writer puts things right."""
    add_to_store(SMALL, address)
    add_sources(SMALL, tmp_path / "old")
    changed = [source("a", "氢能飞机在苏州生产。"), source("e", "储能电站在无锡建成。")]
    add_sources([*changed, *SMALL[1:]], tmp_path / "new")

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"zhangju_index.milvus.writing.{place}", stop)
        with pytest.raises(KeyboardInterrupt):
            add_to_store(changed, address)
    with retriever_of(address) as retriever:
        texts = [document.text for document in retriever.documents]
        assert ("氢能飞机在苏州生产。" in texts) == visible
        assert any("飞机" in p.chunk.text for p in retriever.search("飞机在哪里？", 10)) == visible
    outcomes = [reading.outcome for reading in add_to_store([*changed, *SMALL[1:]], address).readings]
    assert outcomes == (["unchanged"] * 4 if visible else ["replaced", "added", "unchanged", "unchanged"])
    remove_from_store(["e"], address)
    verify_store(address)


def test_a_second_writer_is_told(address: StoreAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes nothing; once the first has finished, it may."""
    add_to_store(SMALL[:1], address)
    with closing(Client(address)) as client, claimed_library(client):
        with pytest.raises(IndexBusyError, match="the only one writing"):
            add_to_store(SMALL, address)
        with retriever_of(address) as retriever:
            assert len(retriever.documents) == 1
    add_to_store(SMALL, address)
    with retriever_of(address) as retriever:
        assert len(retriever.documents) == 3


@on_lite
def test_the_claim_of_a_process_that_is_gone_is_taken_over(
    address: StoreAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this machine at once, on another one after some silence; who was silent publishes nothing."""
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    with closing(Client(address)) as client:
        owner = {"host": claim_module.socket.gethostname(), "process": int(gone.stdout)}
        client.create(lock_name(client), claim_module._collection("0f"), claim_module._beat(owner, 3))
        add_to_store(SMALL[:1], address)
        monkeypatch.setattr(claim_module, "PATIENCE_SECONDS", 0.2)
        monkeypatch.setattr(claim_module, "BEAT_SECONDS", 0.5)
        owner["host"] = "elsewhere"
        client.create(lock_name(client), claim_module._collection("0f"), claim_module._beat(owner, 3))
        add_to_store(SMALL, address)
        assert not client.exists(lock_name(client))
        with claimed_library(client) as claim:
            client.drop(lock_name(client))
            client.create(lock_name(client), claim_module._collection("ff"), {})
            with pytest.raises(IndexBusyError, match="taken over"):
                claim.check()
        assert client.exists(lock_name(client))
        client.drop(lock_name(client))


def test_a_retriever_that_is_open_sees_changes(address: StoreAddress) -> None:
    """Each question is put to the library as it was published last."""
    add_to_store(SMALL[:2], address)
    with retriever_of(address) as retriever:
        assert not any("轮船" in p.chunk.text for p in retriever.search("轮船", 10))
        add_to_store(SMALL[2:], address)
        assert "轮船" in retriever.search("氢能轮船在哪里生产？", 1)[0].chunk.text
        remove_from_store(["c"], address)
        assert not any("轮船" in p.chunk.text for p in retriever.search("轮船", 10))


@on_lite
def test_documents_come_and_go_over_http(address: StoreAddress) -> None:
    """Put in, asked, replaced and taken out while the server runs; a bad file is told, and nothing is lost."""
    pytest.importorskip("python_multipart", reason="the API needs pip install 'zhangju[serve]'")
    testclient = pytest.importorskip(
        "fastapi.testclient", reason="the API needs pip install 'zhangju[serve]'"
    )
    from zhangju.live import LiveAssistant
    from zhangju_ui.api.app import create_api

    def put(client: Any, name: str, data: bytes) -> Any:
        return client.post("/v1/documents", files=[("files", (name, data))])

    add_to_store(SMALL[:1], address)
    with LiveAssistant(retriever_of(address), store=address) as live:
        client = testclient.TestClient(create_api(live, mcp=False))
        outcomes = [
            put(client, "c.txt", text.encode()).json()["readings"][0]["outcome"]
            for text in ("氢能轮船在南京生产。", "氢能轮船在上海生产。", "氢能轮船在上海生产。")
        ]
        search = client.post("/v1/search", json={"question": "氢能轮船在哪里生产？", "k": 1}).json()
        refused = put(client, "bad.pdf", b"%PDF-1.7 nothing")
        removed = client.delete("/v1/documents/c")
        absent = client.delete("/v1/documents/c")
        left = client.get("/v1/documents").json()["documents"]

    assert outcomes == ["added", "replaced", "unchanged"]
    assert "上海" in search["passages"][0]["quote"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_document")
    assert removed.json() == {"removed": ["c"], "documents": 1}
    assert (absent.status_code, absent.json()["error"]["code"]) == (404, "not_found")
    assert [each["document_id"] for each in left] == ["a"]
    assert verify_store(address).counts.documents == 1


@on_lite
def test_the_page_lists_what_a_store_holds_now(address: StoreAddress, tmp_path: Path) -> None:
    """Whoever puts a document in or takes one out, the page's list and its sources follow."""
    from zhangju.live import LiveAssistant
    from zhangju_ui.shelf import Shelf

    add_to_store(SMALL[:1], address)
    with LiveAssistant(retriever_of(address), store=address) as live:
        shelf = Shelf(live, folder=tmp_path / "library")
        seen = [[each.document_id for each in shelf.documents]]
        texts = []
        for text in ("氢能轮船在南京生产。", "氢能轮船在上海生产。"):
            live.add([Source("c.txt", data=text.encode())])
            texts.append(shelf.outline("c").document.text)
        seen.append([each.document_id for each in shelf.documents])
        live.remove(["c"])
        seen.append([each.document_id for each in shelf.documents])
        with pytest.raises(KeyError):
            shelf.outline("c")
    assert seen == [["a"], ["a", "c"], ["a"]]
    assert texts == ["氢能轮船在南京生产。", "氢能轮船在上海生产。"]


@on_lite
def test_an_emptied_library_finds_nothing(address: StoreAddress) -> None:
    """And takes documents again."""
    add_to_store(SMALL[:1], address)
    remove_from_store(["a"], address)
    with retriever_of(address) as retriever:
        assert retriever.search("氢能") == []
        assert retriever.documents == ()
    add_to_store(SMALL[1:], address)
    assert verify_store(address).counts.documents == 2


# --- what does not fit is refused --------------------------------------------------------------


def test_no_library_is_told_with_the_command(address: StoreAddress) -> None:
    """Whoever asks, lists, removes or verifies; nothing is made."""
    asks: Sequence[Callable[[], object]] = [
        lambda: open_store(address),
        lambda: list_store(address),
        lambda: verify_store(address),
        lambda: rebuild_store(address),
        lambda: remove_from_store(["a"], address),
    ]
    for ask in asks:
        with pytest.raises(IndexMissingError, match="zhangju index add PATH… --store"):
            ask()
    with closing(Client(address)) as client:
        assert not any(name.startswith(address.library) for name in client.collections())


def test_another_model_or_format_is_refused(address: StoreAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words that say what was expected and what came."""
    add_to_store(SMALL, address)
    with closing(open_store(address)) as opened, pytest.raises(IndexMismatchError, match="own model"):
        Retriever(opened, ToyEmbedder(dimension=32))
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: ToyEmbedder(dimension=32))
    with pytest.raises(IndexMismatchError, match="toy-character-pairs-32, got one of toy-character-pairs-64"):
        Retriever.open(store=str(address))
    with closing(Client(address)) as client:
        state = read_state(client)
        publish(client, replace(state, format_version=99))
        with pytest.raises(IndexFormatError, match="format 1, got 99"):
            read_state(client)
        client.alter(address.library, {"zhangju": "{}"})
        with pytest.raises(IndexDamagedError, match="something else"):
            read_state(client)


def test_names_and_filters_that_nothing_has(address: StoreAddress) -> None:
    """A typing error is told with the names there are; odd characters stand for themselves."""
    add_to_store([*SMALL, source('d "q" \\ % x', "储能电站。")], address)
    with retriever_of(address) as retriever:
        with pytest.raises(InputError, match=r"document_id, format, id, source, title\), got 'publisher'"):
            retriever.search("氢能", where={"publisher": "*"})
        for pattern in ('d "q" \\ % x.txt', '*"q"*', "D “Q*", "*%*"):
            found = retriever.search("储能", 10, {"source": pattern})
            assert {p.chunk.text for p in found} == ({"储能电站。"} if "“" not in pattern else set())
    with pytest.raises(InputError, match="no document nothing"):
        remove_from_store(["nothing"], address)


def test_harm_is_found_by_verify(address: StoreAddress) -> None:
    """A row that is gone is told, and the library is mended from its texts."""
    add_to_store(SMALL, address)
    with closing(Client(address)) as client:
        library = Library(client, read_state(client))
        library.load()
        client.delete(library.name("sentences"), "document == 2")
    with pytest.raises(IndexDamagedError, match=r"b\.txt with their sentences.*index rebuild --store"):
        verify_store(address)
    rebuild_store(address)
    verify_store(address)


# --- one machine and another -------------------------------------------------------------------


@pytest.mark.slow
def test_another_process_needs_the_address_alone(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts, vectors and words are all in the store."""
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
    address = StoreAddress.parse(f"{server}/library_{next(NUMBERS)}")
    add_to_store([ARTICLE, *SMALL], address)
    script = (
        "import json, sys\nimport zhangju_index.embedding\nfrom zhangju_index.toy import ToyEmbedder\n"
        "zhangju_index.embedding.load_embedder = lambda name=None: ToyEmbedder(dimension=64)\n"
        "from zhangju import Retriever\n"
        "with Retriever.open(store=sys.argv[1]) as retriever:\n"
        "    found = retriever.search(sys.argv[2], 3)\n"
        "print(json.dumps([[p.chunk.document_id, p.chunk.start, p.chunk.text, p.score] for p in found]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(address), QUESTIONS[0]],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    with retriever_of(address) as retriever:
        found = retriever.search(QUESTIONS[0], 3)
    assert json.loads(run.stdout) == [
        [p.chunk.document_id, p.chunk.start, p.chunk.text, p.score] for p in found
    ]


@pytest.mark.slow
def test_one_process_at_a_time_opens_lite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told, and may once the first has let it go."""
    require_lite()
    address = StoreAddress.parse(f"milvus+lite://{tmp_path}/store.db")
    script = (
        "import sys\nfrom zhangju_index.milvus.address import StoreAddress\n"
        "from zhangju_index.milvus.client import Client\n"
        "try:\n    Client(StoreAddress.parse(sys.argv[1])).close()\n    print('opened')\n"
        "except Exception as error:\n    print(type(error).__name__)"
    )

    def ask() -> str:
        run = subprocess.run([sys.executable, "-c", script, str(address)], capture_output=True, check=True)
        return run.stdout.decode().strip() + run.stderr.decode()

    with closing(Client(address)):
        assert ask() == "IndexBusyError"
    assert ask() == "opened"


@pytest.mark.slow
def test_no_server_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its address, and what to do."""
    require_lite()
    with pytest.raises(IndexUnusableError, match=r"milvus\+http://127.0.0.1:9 cannot be used: .*server runs"):
        Client(StoreAddress.parse("milvus+http://127.0.0.1:9"))


# --- addresses and rows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "uri", "library"),
    [
        ("milvus+http://host", "http://host:19530", "zhangju"),
        ("milvus+http://10.0.0.1:19531/laws", "http://10.0.0.1:19531", "laws"),
        ("milvus+https://[::1]:443/a_1/", "https://[::1]:443", "a_1"),
        ("milvus+lite:///data/x.db", "/data/x.db", "zhangju"),
        ("/data/x.db#laws", "/data/x.db", "laws"),
    ],
)
def test_addresses(text: str, uri: str, library: str) -> None:
    """What is read is also what is shown, and read again."""
    address = StoreAddress.parse(text)
    assert (address.uri, address.library) == (uri, library)
    assert StoreAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "http://host:19530",
        "milvus+http://",
        "milvus+http://host:port",
        "milvus+http://host/a-b",
        "milvus+http://host/a/b",
        "milvus+http://root:secret@host",
        "milvus+lite:///data/x",
        "somewhere",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """Told with the forms there are; a password is never repeated."""
    with pytest.raises(InputError, match="expected") as caught:
        StoreAddress.parse(text)
    assert "secret" not in str(caught.value)


def test_a_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not part of what is shown."""
    monkeypatch.setenv(TOKEN, "root:Milvus")
    address = StoreAddress.parse("milvus+http://host")
    assert address.token == "root:Milvus"  # noqa: S105 - the one that servers come with
    assert "Milvus" not in repr(address).replace("StoreAddress", "")


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 2**40), st.integers(1, 500), st.integers(1, 2**20)), min_size=0, max_size=300
    )
)
def test_entries_come_back(steps: list[tuple[int, int, int]]) -> None:
    """Chunks, how often, and how many tokens, whatever they are."""
    entries = np.array([(0, times, tokens) for _, times, tokens in steps], ENTRY)
    entries["chunk"] = np.cumsum([step for step, _, _ in steps])
    assert np.array_equal(unpack_entries(pack_entries(entries)), entries)


def test_chunks_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the bundled article, and one that is far too long for a string of a row."""
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
    add_sources([ARTICLE, *SMALL], tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        chunks = list(index.texts.all_chunks())
    chunks.append(replace(chunks[0], section_path=("长" * 30_000,)))
    for chunk in chunks:
        assert (
            unpack_chunk(
                writing_module.chunk_rows(1, [chunk], np.ones((1, 2)), np.ones((len(chunk.sentences), 2)))[0][
                    0
                ]["packed"]
            )
            == chunk
        )
        assert unpack_chunk(pack_chunk(chunk)) == chunk
