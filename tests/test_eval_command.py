"""``zhangju eval`` from the command line, with the toy in place of the model."""

import json
from pathlib import Path

import pytest
import pytrec_eval
from click.testing import CliRunner, Result

from zhangju_index.toy import ToyEmbedder
from zhangju_ui.cli import cli

PASSAGES = {f"p{n}": f"{colour}色的门在{place}。" for n, (colour, place) in enumerate(
    (c, p) for c in "红蓝绿黄白黑" for p in ("东边", "西边", "南边", "北边")
)}  # fmt: skip
QUERIES = {f"q{n}": f"{colour}色的门在哪里？" for n, colour in enumerate("红蓝绿黄白黑")}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Away from the data of whoever runs the tests, and without the model."""
    monkeypatch.delenv("ZHANGJU_INDEX", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: ToyEmbedder())
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A BEIR folder: each question has a passage that is right and one that is somewhat."""
    folder = tmp_path / "doors"
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", PASSAGES), ("queries", QUERIES)):
        lines = [json.dumps({"_id": key, "text": text}, ensure_ascii=False) for key, text in rows.items()]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    judged = [f"q{n}\tp{4 * n + 3}\t2\nq{n}\tp{4 * n + 1}\t1\n" for n in range(6)]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged))
    return folder


def run(*arguments: object) -> Result:
    """Run ``zhangju eval``."""
    return CliRunner().invoke(cli, ["eval", *map(str, arguments)])


def read_columns(path: Path, name: int, value: int, kind: type) -> dict:
    """A file of columns, as other tools read it."""
    found: dict = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        columns = line.split()
        if columns[-1].lstrip("-").replace(".", "").isdigit() or columns[-1] == "zhangju":
            found.setdefault(columns[0], {})[columns[name]] = kind(columns[value])
    return found


def test_a_beir_folder_is_measured_as_the_fields_own_tools_do(beir: Path) -> None:
    """The saved run scores in pytrec_eval what the command says."""
    result = run(beir, "--json", "--save-run", "run")

    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    qrels = read_columns(beir / "qrels" / "test.tsv", 1, 2, int)
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "map", "recall.3", "recip_rank"}).evaluate(
        read_columns(Path("run"), 2, 4, float)
    )
    assert value["questions"] == len(theirs) == 6
    for ours, name in (
        ("nDCG@10", "ndcg_cut_10"),
        ("MAP", "map"),
        ("recall@3", "recall_3"),
        ("MRR@10", "recip_rank"),
    ):
        mean = sum(row[name] for row in theirs.values()) / 6
        assert value["metrics"][ours]["value"] == pytest.approx(mean, abs=1e-4)
    assert value["metrics"]["recall@100"]["value"] == 1.0
    assert value["answers"] == value["abstention"] == {}


def test_a_saved_run_measures_the_same_without_searching(beir: Path) -> None:
    """From the folder and from TREC's files alone, with neither questions nor passages."""
    first = json.loads(run(beir, "--json", "--save-run", "run").stdout)
    (beir / "corpus.jsonl").unlink()

    again = json.loads(run(beir, "--json", "--run", "run").stdout)
    bare = json.loads(run("--qrels", beir / "qrels" / "test.tsv", "--run", "run", "--json").stdout)

    assert again["metrics"] == first["metrics"] == bare["metrics"]
    assert again["latency_ms"] == {}


def test_a_run_that_leaves_questions_out_is_told(beir: Path) -> None:
    """They count as nothing found, and a line says so."""
    Path("run").write_text("q0 Q0 p3 1 1.0 them\n")

    result = run(beir, "--run", "run", "--json")

    assert "5 of 6 questions are not in the run" in result.stderr
    assert json.loads(result.stdout)["metrics"]["hit@1"]["value"] == 0.1667


def test_the_same_run_twice_gives_the_same_bytes(beir: Path) -> None:
    """Everything but the timings, in the JSON, in the run and in the baseline."""
    values = []
    for name in ("one", "two"):
        result = run(beir, "--ablation", "--json", "--save-run", f"{name}.run", "--save-baseline", name)
        value = json.loads(result.stdout)
        for part in (value, *value["systems"].values()):
            assert part.pop("latency_ms")
        values.append(json.dumps(value))

    assert values[0] == values[1]
    assert Path("one.run").read_bytes() == Path("two.run").read_bytes()
    assert Path("one").read_bytes() == Path("two").read_bytes()


def test_the_gate_passes_and_fails(beir: Path) -> None:
    """Exit code 1 when a metric fell by more than its margin, 0 when the margin allows it."""
    run(beir, "--save-baseline", "baseline", "--save-run", "run")
    lines = Path("run").read_text().splitlines(keepends=True)
    Path("worse").write_text("".join(line for line in lines if not line.startswith("q0 ")))

    assert run(beir, "--baseline", "baseline").exit_code == 0
    failed = run(beir, "--run", "worse", "--baseline", "baseline")
    assert failed.exit_code == 1
    assert "FAILS: " in failed.stdout
    assert "q0: lost " in failed.stdout
    every = [f"--margin={name}=1" for name in ("nDCG@10", "hit@1", "recall@10")]
    assert run(beir, "--run", "worse", "--baseline", "baseline", *every).exit_code == 0
    value = json.loads(run(beir, "--run", "worse", "--baseline", "baseline", "--json").stdout)
    assert value["baseline"]["fails"] is True
    assert [flip["id"] for flip in value["baseline"]["flips"]] == ["q0"]


def test_every_leg_is_measured_in_one_go(beir: Path) -> None:
    """Side by side, latency beside quality, the retriever first."""
    result = run(beir, "--ablation", "--report", "page.html")
    value = json.loads(run(beir, "--ablation", "--json").stdout)

    assert result.exit_code == 0, result.stderr
    assert "Side by side" in result.stdout
    legs = ["dense chunks", "dense sentences", "BM25"]
    ceiling = "best leg, in hindsight"
    assert list(value["systems"]) == ["zhangju", *legs, "rank fusion", ceiling]
    found = {name: system["metrics"]["nDCG@10"]["value"] for name, system in value["systems"].items()}
    assert found[ceiling] >= max(found[leg] for leg in legs)
    assert all(system["latency_ms"]["search"] for system in value["systems"].values())
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count('<details class="q"') == 6
    assert "rank fusion" in page


def test_own_questions_may_bring_their_passages(beir: Path) -> None:
    """Gold by passage id, by quote and by section, on a corpus that is indexed for the run."""
    gold = [
        {"document_id": "p0"},
        {"document_id": "p4", "start": 0, "end": 4, "quote": "蓝色的门"},
    ]
    rows = [
        {
            "id": f"{n}",
            "question": f"{c}色的门在东边吗？",
            "lang": "zh",
            "kind": "k",
            "answerable": True,
            "gold": [g],
        }
        for n, (c, g) in enumerate(zip("红蓝", gold, strict=True))
    ]
    Path("mine.jsonl").write_text("\n".join(json.dumps(row) for row in rows))

    result = run("mine.jsonl", "--corpus", beir / "corpus.jsonl", "--json")

    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert value["metrics"]["hit@1"]["value"] == 1.0
    assert "evidence" in value["answers"]


def test_gold_may_be_a_section_of_an_indexed_article() -> None:
    """The bundled article's index is asked; an unknown section is told with its line."""
    row = {"id": "1", "question": "创新的主体在哪里？", "lang": "zh", "kind": "k", "answerable": True}
    document = "wujin-new-quality-productive-forces"
    good = {**row, "gold": [{"document_id": document, "section": ["为新质生产力注入创新动能"]}]}
    bad = {**row, "gold": [{"document_id": document, "section": ["没有这一节"]}]}
    Path("good.jsonl").write_text(json.dumps(good))
    Path("bad.jsonl").write_text(json.dumps(bad))

    value = json.loads(run("good.jsonl", "--json", "--no-answers", "--save-run", "run").stdout)
    again = json.loads(run("good.jsonl", "--json", "--run", "run").stdout)
    refused = run("bad.jsonl")

    assert value["metrics"]["hit@5"]["value"] == 1.0
    assert again["metrics"] == value["metrics"]
    assert refused.exit_code == 2
    assert "bad.jsonl, line 1:" in refused.stderr
    assert "has no section 没有这一节" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["doors", "--split", "train"], "qrels/train.tsv; it has the splits test"),
        (["doors", "--qrels", "x"], "takes the place of SET"),
        (["--qrels", "doors/qrels/test.tsv"], "--qrels needs --topics"),
        (["--topics", "x"], "--topics goes with --qrels"),
        (["doors", "--corpus", "doors/corpus.jsonl"], "--corpus goes with"),
        (["doors", "--ablation", "--run", "x"], "--ablation searches and --run does not"),
        (["doors", "--margin", "hit@1=0.1"], "--margin goes with --baseline"),
        (["doors", "--margin", "hit@1"], "expected METRIC=VALUE"),
        (["doors", "--margin", "hit@1=x"], "expected METRIC=VALUE"),
        (["doors", "--margin", "ndcg=0.1"], "there is no metric 'ndcg'"),
        (["doors", "--baseline", "missing"], "missing: expected a file that can be read"),
        (["doors", "--run", "missing"], "missing: expected a file that can be read"),
        (["doors", "--save-run", "no/such/file"], "cannot write no/such/file"),
        (["doors", "--report", "doors"], "cannot write doors"),
        (["missing.json"], "missing.json: expected a file that can be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("beir")
def test_wrong_use_is_one_line_and_exit_code_2(arguments: list[str], words: str) -> None:
    """It is told before anything is searched."""
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert words in line
