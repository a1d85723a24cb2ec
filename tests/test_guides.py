"""The code of the README and of the guides in ``docs/``, run as it stands.

Guides run beside an index ``my-index`` of the bundled article; the README makes one of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from guides import DOCS, ROOT, blocks, run_shell, serving
from milvus_stores import require_lite
from scripted_endpoint import ScriptedEndpoint
from scripted_endpoint import serving as scripted
from written import write_pdf
from zhangju_index.protocols import Embedder

GUIDES = ("python.md", "rest.md", "mcp.md", "frameworks.md", "evaluating.md", "scale-out.md")
ADDRESS = "http://127.0.0.1:8000"
NEEDS = {
    "rest.md": ("uvicorn", "python_multipart", "openai"),
    "mcp.md": ("mcp",),
    "frameworks.md": ("langchain_core", "llama_index"),
    "evaluating.md": ("ir_measures",),
    "scale-out.md": ("distributed",),
}
# In a process of its own: here each warning is an error, and a scheduler that meets one loses its workers.
CLUSTER = """
import sys
from distributed import LocalCluster
with LocalCluster(
    n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
) as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""
LAW = """# 差旅办法

## 第一章 总则

第一条 本办法适用于全体员工。

## 第三章 报销

第五条 出差住宿每天四百元。

第六条 报销应在返回后十日内提出。
"""


def require(guide: str) -> None:
    """Skip a guide whose extras are not installed."""
    missing = [name for name in NEEDS.get(guide, ()) if find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


@pytest.fixture
def at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled_model: Embedder) -> Path:
    """A working folder, away from the data of whoever runs the tests; ``zhangju`` is at hand, its model loaded."""
    for name in ("INDEX", "STORE", "TOKEN"):
        monkeypatch.delenv(f"ZHANGJU_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: bundled_model)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def beside_an_index(article_folder: Path, at_work: Path) -> Path:
    """The same, with an index of its own; that of the bundled article is there too."""
    shutil.copytree(article_folder, at_work / "my-index")
    shutil.copytree(article_folder, at_work / "data" / "zhangju" / "article")
    return at_work / "my-index"


@pytest.fixture
def beside_laws(at_work: Path) -> Path:
    """The same, with articles of one's own."""
    texts = {
        "notes.txt": "食堂\n\n食堂中午十二点开门。\n",
        "papers/桥.md": "# 桥\n\n作者：李明\n\n古桥有三座拱。\n",
        "laws/差旅/办法.md": LAW,
    }
    for name, text in texts.items():
        (at_work / name).parent.mkdir(parents=True, exist_ok=True)
        (at_work / name).write_text(text, encoding="utf-8")
    (at_work / "report.pdf").write_bytes(write_pdf(["报告", "今年修了两座桥。"]))
    return at_work


@pytest.fixture
def beside_sets(beside_an_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with an eval set in each form, and a short one about the article: asking all takes minutes."""
    require("evaluating.md")
    from zhangju_eval import loading

    here, whole = beside_an_index.parent, loading.read_shipped_set

    def read_short_set(name: str) -> object:
        found = whole(name)
        return replace(found, questions=found.questions[::40])

    monkeypatch.setattr(loading, "read_shipped_set", read_short_set)
    passages = {"p1": "疫苗有效。", "p2": "桥有三座。"}
    questions = {"q1": "疫苗有效吗？", "q2": "桥有几座？"}

    def lines(rows: dict[str, str], key: str, field: str) -> str:
        return "".join(f"{json.dumps({key: name, field: text})}\n" for name, text in rows.items())

    own = {
        "id": "1",
        "question": questions["q1"],
        "lang": "zh",
        "kind": "fact",
        "answerable": False,
        "gold": [],
    }
    squad = {
        "title": "桥",
        "paragraphs": [
            {
                "context": passages["p2"],
                "qas": [
                    {
                        "id": "q2",
                        "question": questions["q2"],
                        "answers": [{"text": "三座", "answer_start": 2}],
                    }
                ],
            }
        ],
    }
    texts = {
        # Without evidence, it goes with the index and with the passages.
        "my-questions.jsonl": json.dumps(own) + "\n",
        "passages.jsonl": lines(passages, "_id", "text"),
        "scifact/corpus.jsonl": lines(passages, "_id", "text"),
        "scifact/queries.jsonl": lines(questions, "_id", "text"),
        "scifact/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\tp1\t1\nq2\tp2\t1\n",
        "qrels.txt": "q1 0 p1 1\nq2 0 p2 1\n",
        "topics.txt": "".join(f"{name}\t{text}\n" for name, text in questions.items()),
        "documents.trec": "".join(
            f"<DOC>\n<DOCNO>{name}</DOCNO>\n{text}\n</DOC>\n" for name, text in passages.items()
        ),
        "dev-v2.0.json": json.dumps({"version": "v2.0", "data": [squad]}),
        "theirs.run": "q1 Q0 p1 1 2.0 them\nq1 Q0 p2 2 1.0 them\nq2 Q0 p2 1 2.0 them\n",
    }
    for name, text in texts.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text, encoding="utf-8")
    return here


def run_python(guide: str) -> None:
    """One after the other, each with what those before it made."""
    space: dict[str, object] = {"__name__": guide}
    for code in blocks(guide, "python"):
        exec(compile(code, guide, "exec"), space)  # noqa: S102 - our own text


@pytest.mark.slow
@pytest.mark.parametrize("guide", ["python.md", "mcp.md", "frameworks.md"])
def test_python_examples_run(guide: str, beside_an_index: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As they stand, beside an index."""
    require(guide)
    run_python(guide)

    assert capfd.readouterr().out


@pytest.mark.slow
def test_rest_examples_run(
    beside_an_index: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the server that the guide starts: in Python with httpx and OpenAI's client, and with curl."""
    require("rest.md")
    start, *commands = blocks("rest.md", "sh")
    install, serve = start.splitlines()
    run_shell(install, {}, monkeypatch)
    assert len(commands) == 2
    with serving(serve.split()) as address:
        for code in blocks("rest.md", "python"):
            exec(compile(code.replace(ADDRESS, address), "rest.md", "exec"), {})  # noqa: S102 - our own text
            assert capfd.readouterr().out
        for command in commands if shutil.which("curl") else ():
            shell = ["/bin/sh", "-c", command.replace(ADDRESS, address)]
            output = subprocess.run(shell, capture_output=True, check=True).stdout
            assert json.loads(output)["passages"]


@pytest.mark.slow
def test_evaluating_examples_run(beside_sets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form of set, every kind of run; then the report in Python, as a page."""
    for code in blocks("evaluating.md", "sh"):
        run_shell(code, {}, monkeypatch)
    space: dict[str, object] = {"__name__": "evaluating.md"}
    [code] = blocks("evaluating.md", "python")
    exec(compile(code, "evaluating.md", "exec"), space)  # noqa: S102 - our own text

    assert str(space["page"]).startswith("<!doctype html>")


def test_the_line_of_a_set_is_one() -> None:
    """What the guide shows stands in the set, and once more with room to read."""
    [line], [pretty] = blocks("evaluating.md", "jsonl"), blocks("evaluating.md", "json")
    lines = (ROOT / "eval" / "zhangju_eval" / "sets" / "article.jsonl").read_text("utf-8").splitlines()
    assert line.strip() in lines
    assert json.loads(line) == json.loads(pretty)


@pytest.mark.slow
def test_scale_out_examples_run(beside_laws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Milvus Lite, with a Dask cluster that stands by; what it embedded is not embedded again."""
    require("scale-out.md")
    require_lite()
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as cluster:
        stand_ins = {
            "milvus+http://HOST:19530/laws": f"milvus+lite://{beside_laws}/store.db",
            "tcp://HOST:8786": cluster.stdout.readline().strip(),
            "/shared/parts": str(beside_laws / "parts"),
            "author='*李*'": "title='*'",
            "…": "出差住宿每天多少钱？",
        }
        first, spread = blocks("scale-out.md", "sh")
        [*_, answer] = run_shell(first, stand_ins, monkeypatch)
        assert "四百元" in answer
        run_shell("zhangju index remove 办法", {}, monkeypatch)
        [_, gathered, added] = run_shell(spread, stand_ins, monkeypatch)

    assert not gathered.startswith("0 ")
    assert "added" in added


@pytest.mark.slow
def test_the_readme_evaluates(beside_sets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it shows of sets of one's own."""
    [code] = [code for code in blocks("README.md", "sh") if "zhangju eval" in code]
    run_shell(code, {}, monkeypatch)

    assert (beside_sets / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_the_readme_builds_and_asks(beside_laws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first lines to the chat page on an index of one's own, and a language model of one's own."""
    [install, by_hand, worded, own, _] = blocks("README.md", "sh")
    run_shell(install, {}, monkeypatch)
    run_shell(by_hand, {}, monkeypatch)
    with scripted(ScriptedEndpoint(lambda body: ["武进", "答。"])) as endpoint:
        run_shell(worded, {"http://127.0.0.1:8080/v1": endpoint.url, "…": "创新的主体在哪里？"}, monkeypatch)
        assert endpoint.bodies
    outlined, _, held, *asked, listed, removed, _ = run_shell(own, {"…": "出差住宿每天多少钱？"}, monkeypatch)

    assert "report.pdf" in outlined
    assert "notes" in held
    assert "四百元" in asked[0]
    assert "办法.md" not in asked[1]
    assert "第三章" in asked[2]
    assert "notes" in listed
    assert "notes" in removed


def test_every_guide_is_tested_and_linked() -> None:
    """No guide is forgotten here or in the README, no example is in a language that nothing runs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in DOCS.glob("*.md")) == sorted(GUIDES)
    for guide in GUIDES:
        assert f"docs/{guide}" in readme
        text = (DOCS / guide).read_text(encoding="utf-8")
        run = sum(len(blocks(guide, language)) for language in ("python", "sh", "json", "jsonl"))
        assert run
        assert text.count("```") == 2 * run
    [configuration] = blocks("mcp.md", "json")
    assert json.loads(configuration)["mcpServers"]["zhangju"]["command"] == "zhangju"
