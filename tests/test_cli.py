import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handmade import ARTICLE, HandmadeAssistant, article_chunks, passages_of
from zhangju.questions import check_question
from zhangju.values import Answer, Passage
from zhangju_index.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexUnusableError,
    QuestionError,
    ZhangjuError,
)
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder
from zhangju_ui.cli import cli

COMMANDS = [
    (),
    ("ask",),
    ("chat",),
    ("doctor",),
    ("eval",),
    ("index",),
    ("index", "add"),
    ("index", "list"),
    ("index", "rebuild"),
    ("index", "remove"),
    ("index", "verify"),
    ("outline",),
    ("search",),
]
QUESTION = "武进重点布局哪些未来产业？"
CITATION = [
    "number",
    "document_id",
    "title",
    "source",
    "section_path",
    "page",
    "start",
    "end",
    "quote",
    "reading_text",
    "highlight",
]
PASSAGE = [
    "rank",
    "score",
    "document_id",
    "title",
    "source",
    "section_path",
    "page",
    "start",
    "end",
    "quote",
    "reading_text",
    "sentence",
]


class HandmadeRetriever:
    """Knows five passages of the bundled article, and how to refuse a question."""

    documents = (ARTICLE,)

    def find(self, question: str, k: int = 5, where: object = None) -> SimpleNamespace:
        """Rank the handmade passages; nothing where any filter is given."""
        check_question(question)
        passages = () if where else passages_of(ARTICLE, article_chunks())[:k]
        return SimpleNamespace(passages=passages, timings={"embed": 1.0, "retrieve": 2.0})

    def search(self, question: str, k: int = 5, where: object = None) -> list[Passage]:
        """Rank the handmade passages."""
        return list(self.find(question, k, where).passages)


class Assistant:
    """The handmade assistant, asked as the real one is."""

    def __init__(self, retriever: object, *, generator: object = None) -> None:
        self.turns: list[int] = []

    def ask(self, question: str, history: Sequence[Any] = (), k: int = 5, where: object = None) -> Answer:
        """Answer by hand; find nothing where any filter is given."""
        if where:
            return Answer(question, "The article does not say.", (), False, 0.1, ())
        return HandmadeAssistant().ask(question, history)


@pytest.fixture
def handmade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer from the handmade passages, without a model."""
    monkeypatch.setattr("zhangju_ui.cli.open_retriever", lambda index, model, reranker: HandmadeRetriever())
    monkeypatch.setattr("zhangju.Assistant", Assistant)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embed with the toy in place of the model."""
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: ToyEmbedder())


@pytest.fixture(autouse=True)
def no_index_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tests away from the index and the data of whoever runs them."""
    monkeypatch.delenv("ZHANGJU_INDEX", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Give Ctrl-C back its meaning: a command that was interrupted takes it, because it ends."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, arguments, input=stdin)


def start(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-c", "from zhangju_ui.cli import main; main()", *arguments]
    return subprocess.run(command, check=False, timeout=300, **{"capture_output": True, **options})


def the_line(result: Result) -> str:
    """The one line on standard error, and nothing on standard output."""
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert result.stderr.startswith("zhangju: ")
    return result.stderr


class TestHelp:
    """``--help`` everywhere."""

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "zhangju")
    def test_every_command_explains_itself(self, command: tuple[str, ...]) -> None:
        """Help is complete: no sentence is cut off with dots."""
        result = run(*command, "--help")

        assert result.exit_code == 0
        assert "Usage: zhangju" in result.stdout.replace("cli", "zhangju", 1)
        assert "..." not in result.stdout.replace("ARGS]...", "").replace("PATH]...", "")

    def test_every_command_that_reads_an_index_takes_its_folder(self) -> None:
        """--index and ZHANGJU_INDEX work everywhere."""
        for command in COMMANDS:
            if command not in [(), ("index",), ("outline",)]:
                assert "ZHANGJU_INDEX" in run(*command, "--help").stdout, command

    def test_no_command_shows_the_help(self) -> None:
        """Called bare, it says what there is."""
        result = run()

        assert result.exit_code == 2
        assert "Commands:" in result.stderr


class TestBadInput:
    """What a caller can get wrong."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["ask"], "give a question"),
            (["search"], "give a question"),
            (["ask", "a", "b"], "unexpected extra argument"),
            (["ask", "a", "-k", "0"], "not in the range"),
            (["ask", "a", "-k", "x"], "not a valid integer"),
            (["ask", "a", "--batch", "-"], "one of them"),
            (["search", "--batch", "missing.jsonl"], "missing.jsonl"),
            (["sing"], "no such command"),
            (["ask", "a", "--loud"], "no such option"),
            (["outline", "missing.txt"], "missing.txt does not exist"),
            (["outline", "empty.txt"], "empty.txt is empty"),
            (["outline", "blank.txt"], "holds no text"),
            (["outline", "binary.bin"], "binary.bin is"),
            (["outline", "nothing"], "holds no text"),
            (["outline", "*.pdf"], "*.pdf fits no file"),
            (["outline", "a.txt", "--name", "b"], "give - among the files"),
            (["search", "a", "--where", "author"], "expected NAME=VALUE, got 'author'"),
            (["ask", "a", "--where", "=x"], "expected NAME=VALUE"),
            (["ask", "a", "--where", "date=1", "--where", "date=2"], "asked for twice"),
            (["index", "add", "a.txt"], "--index DIR"),
            (["index", "remove", "a.txt"], "--index DIR"),
            (["index", "add", "a.txt", "--name", "b", "--index", "x"], "give - among the paths"),
            (["index", "add", "--index", "x"], "missing argument"),
            (["index", "add", "missing.txt", "--index", "x"], "missing.txt does not exist"),
            (["index", "add", "nothing", "--index", "x"], "holds no text"),
            (["index", "add", "*.pdf", "--index", "x"], "*.pdf fits no file"),
            (["eval", "missing"], "missing"),
            (["eval", "--split", "x"], "not one of"),
            (["chat", "--port", "70000"], "not in the range"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_wrong_use_is_one_line_and_exit_code_2(
        self, arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was wrong and what to do, without a traceback."""
        monkeypatch.chdir(tmp_path)
        Path("empty.txt").touch()
        Path("blank.txt").write_text(" \n\u3000\n", encoding="utf-8")
        Path("binary.bin").write_bytes(bytes(range(256)) * 20)
        Path("nothing").mkdir()

        result = run(*arguments)

        assert words in the_line(result)
        assert result.exit_code == 2
        assert not Path("x").exists()

    @pytest.mark.parametrize("command", ["ask", "search"])
    @pytest.mark.parametrize("question", ["", " \n\u3000", "长" * 100_000], ids=["empty", "blank", "huge"])
    @pytest.mark.usefixtures("handmade")
    def test_a_question_that_is_none_is_refused(self, command: str, question: str) -> None:
        """Empty and enormous questions cost one line."""
        result = run(command, "-", stdin=question)

        assert "question" in the_line(result)
        assert result.exit_code == 2

    @pytest.mark.parametrize(
        "command",
        [
            ["ask", "x"],
            ["search", "x"],
            ["index", "list"],
            ["index", "rebuild"],
            ["index", "remove", "x"],
            ["index", "remove", "*"],
            ["index", "verify"],
        ],
        ids=" ".join,
    )
    def test_a_folder_that_is_no_index_is_exit_code_3(self, command: list[str], tmp_path: Path) -> None:
        """It names the folder and how to make an index there."""
        (tmp_path / "notes.txt").write_text("不是索引。", encoding="utf-8")

        result = run(*command, "--index", str(tmp_path))

        line = the_line(result)
        assert str(tmp_path) in line
        assert "zhangju index add" in line
        assert result.exit_code == 3

    def test_a_name_with_line_breaks_stays_on_its_line(self) -> None:
        """A file name cannot write a second message, or steer the terminal."""
        result = run("outline", "a\nzhangju: all is well\x1b[2J.txt")

        assert "\x1b" not in the_line(result)
        assert result.exit_code == 2


class TestEndings:
    """How a command ends when it cannot go on."""

    @pytest.mark.parametrize(
        ("error", "code", "words"),
        [
            (QuestionError("the question is empty"), 2, "the question is empty"),
            (IndexDamagedError("the index is damaged"), 3, "the index is damaged"),
            (ZhangjuError("two\nlines"), 2, "two lines"),
            (OSError(errno.ENOSPC, "No space left on device"), 2, "disk is full"),
            (PermissionError(errno.EACCES, "Permission denied", "/x/y"), 2, "/x/y: Permission denied"),
            (KeyboardInterrupt(), 130, "interrupted"),
            (RuntimeError("boom"), 70, "unexpected RuntimeError: boom"),
            (MemoryError(), 70, "unexpected MemoryError"),
            (RecursionError("deep\ndown"), 70, "ZHANGJU_TRACEBACK=1"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
    )
    def test_every_failure_is_one_line(
        self, error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever is raised, wherever."""

        def fail(*options: object) -> None:
            raise error

        monkeypatch.setattr("zhangju_ui.cli.open_retriever", fail)

        result = run("search", "x")

        assert words in the_line(result)
        assert result.exit_code == code

    def test_a_traceback_is_shown_on_demand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Those who mend Zhangju want to see where."""

        def fail(*options: object) -> None:
            raise RuntimeError("boom")

        monkeypatch.setattr("zhangju_ui.cli.open_retriever", fail)
        monkeypatch.setenv("ZHANGJU_TRACEBACK", "1")

        assert isinstance(run("search", "x").exception, RuntimeError)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_full_disk_is_one_line(self) -> None:
        """Nothing is retried while Python shuts down."""
        with Path("/dev/full").open("wb") as full:
            result = start("outline", capture_output=False, stdout=full, stderr=subprocess.PIPE)

        assert result.returncode == 2
        assert result.stderr.decode().splitlines() == ["zhangju: the disk is full: make room and try again"]

    @pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise on Windows")
    def test_a_reader_that_goes_away_is_no_news(self) -> None:
        """``zhangju outline | head -1`` says nothing but the line."""
        reader, writer = os.pipe()
        os.close(reader)
        result = start("outline", capture_output=False, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)

        assert (result.returncode, result.stderr) == (141, b"")

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
    def test_ctrl_c_is_one_line(self) -> None:
        """Also while it waits for its question."""
        script = "from zhangju_ui.cli import main; print('begins', flush=True); main()"
        process = subprocess.Popen(
            [sys.executable, "-c", script, "search", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell lets its background jobs ignore Ctrl-C, and they hand that down.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=300)

        assert (process.returncode, stderr.decode()) == (130, "zhangju: interrupted\n")

    def test_output_is_utf8_whatever_the_locale(self) -> None:
        """A bare C locale cannot stop Chinese."""
        environment = os.environ | {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

        result = start("outline", env=environment)

        assert result.returncode == 0
        assert "新质生产力" in result.stdout.decode("utf-8")


class TestOutline:
    """``zhangju outline``."""

    def test_json_has_the_agreed_fields(self) -> None:
        """Ranges tile the text of each document; several files make several documents."""
        result = run("outline", "--json")

        value = json.loads(result.stdout)
        assert list(value) == ["documents"]
        [document] = value["documents"]
        assert list(document) == ["document_id", "title", "source", "sections"]
        assert all(list(section) == ["path", "kind", "start", "end"] for section in document["sections"])

    def test_files_take_the_place_of_the_bundled_article(self, tmp_path: Path) -> None:
        """Each file has its tree, in the order named."""
        for name in ("b", "a"):
            (tmp_path / f"{name}.md").write_text(f"# 标题{name}\n\n正文。\n", encoding="utf-8")

        result = run("outline", str(tmp_path / "b.md"), str(tmp_path / "a.md"))

        assert result.exit_code == 0
        assert result.stdout.index("标题b") < result.stdout.index("标题a")

    def test_a_bad_file_among_several_is_a_line(self, tmp_path: Path) -> None:
        """The others are shown, in both forms; the exit code tells."""
        (tmp_path / "a.md").write_text("# 标题\n\n正文。\n", encoding="utf-8")
        (tmp_path / "empty.txt").touch()

        for options in ([], ["--json"]):
            result = run("outline", str(tmp_path), str(tmp_path / "missing.txt"), *options)
            assert result.exit_code == 2
            assert "标题" in result.stdout
            assert [line.split("/")[-1] for line in result.stderr.splitlines()] == [
                "empty.txt is empty: give a file with text",
                "missing.txt does not exist: check the name",
            ]

    def test_standard_input_has_an_outline(self) -> None:
        """Its name tells the format."""
        result = run("outline", "-", "--name", "页.md", "--json", stdin="# 标题\n\n正文。\n")

        [document] = json.loads(result.stdout)["documents"]
        assert (document["source"], document["title"]) == ("页.md", "标题")

    def test_no_colour_reaches_a_pipe(self) -> None:
        """Plain text where no terminal is."""
        assert "\x1b" not in run("outline").stdout


@pytest.mark.usefixtures("handmade")
class TestSearchAndAsk:
    """``zhangju search`` and ``zhangju ask``, one question or many."""

    def test_search_json_has_the_agreed_fields(self) -> None:
        """Every passage and its best sentence are slices of the article."""
        value = json.loads(run("search", QUESTION, "--json", "-k", "3").stdout)

        assert list(value) == ["question", "passages", "timings_ms"]
        assert value["question"] == QUESTION
        assert [passage["rank"] for passage in value["passages"]] == [1, 2, 3]
        for passage in value["passages"]:
            assert list(passage) == PASSAGE
            assert list(passage["sentence"]) == ["start", "end", "quote"]
            for place in (passage, passage["sentence"]):
                assert ARTICLE.text[place["start"] : place["end"]] == place["quote"]

    def test_ask_json_has_the_agreed_fields(self) -> None:
        """Every citation is a slice of the article, in the list and at its sentence."""
        value = json.loads(run("ask", QUESTION, "--json").stdout)

        assert list(value) == [
            "question",
            "answerable",
            "confidence",
            "text",
            "sentences",
            "citations",
            "passages",
            "timings_ms",
        ]
        assert value["answerable"] is True
        assert [list(sentence) for sentence in value["sentences"]] == [["text", "status", "citations"]]
        assert value["sentences"][0]["citations"] == value["citations"]
        for citation in value["citations"]:
            assert list(citation) == CITATION
            assert list(citation["highlight"]) == ["start", "end"]
            assert ARTICLE.text[citation["start"] : citation["end"]] == citation["quote"]
        assert all(list(passage) == PASSAGE for passage in value["passages"])

    def test_a_refusal_exits_0(self) -> None:
        """Not answering is an answer."""
        result = run("ask", "天气如何？", "--json")

        value = json.loads(result.stdout)
        assert result.exit_code == 0
        assert (value["answerable"], value["sentences"], value["citations"]) == (False, [], [])

    def test_results_go_to_standard_output_alone(self) -> None:
        """A pipe gets the answer and nothing else."""
        result = run("ask", QUESTION)

        assert "[1]" in result.stdout
        assert result.stderr == ""

    def test_a_question_may_come_through_a_pipe(self) -> None:
        """Long questions do not fit into an argument on every system."""
        assert json.loads(run("search", "-", "--json", stdin=QUESTION + "\n").stdout)["question"] == QUESTION

    @pytest.mark.parametrize("command", ["ask", "search"])
    def test_a_batch_is_the_single_answers_with_their_ids(self, command: str) -> None:
        """One line for each, in order, the same object plus its id."""
        single = json.loads(run(command, QUESTION, "--json").stdout)
        more = {"history": []} if command == "ask" else {"where": {}}
        lines = [{"id": "a", "question": QUESTION}, {"id": 2, "question": "创新", **more}]

        result = run(command, "--batch", "-", stdin="\n".join(map(json.dumps, lines)))

        first, second = [json.loads(line) for line in result.stdout.splitlines()]
        assert result.exit_code == 0
        assert (first.pop("id"), second.pop("id")) == ("a", 2)
        assert first.pop("timings_ms").keys() == single.pop("timings_ms").keys()
        assert first == single
        assert second["question"] == "创新"

    @pytest.mark.parametrize("command", ["ask", "search"])
    def test_a_filter_that_leaves_nothing_is_noted(self, command: str) -> None:
        """No passage and a refusal look like a bad index; the reason is the filter."""
        result = run(command, QUESTION, "--where", "author=徐*", "--where", "date=2024", "--json")

        assert result.exit_code == 0
        assert json.loads(result.stdout)["passages"] == []
        assert result.stderr == "zhangju: no document has author=徐* and date=2024\n"

    @pytest.mark.parametrize("command", ["ask", "search"])
    def test_a_line_of_a_batch_may_have_a_filter_of_its_own(self, command: str) -> None:
        """It holds for that line alone."""
        lines = [{"id": 1, "question": QUESTION, "where": {"id": "x"}}, {"id": 2, "question": QUESTION}]

        result = run(command, "--batch", "-", stdin="\n".join(map(json.dumps, lines)))

        assert [bool(json.loads(line)["passages"]) for line in result.stdout.splitlines()] == [False, True]

    def test_a_bad_line_of_a_batch_exits_2_at_the_end(self, tmp_path: Path) -> None:
        """The lines after it are answered; standard error counts the bad ones."""
        file = tmp_path / "batch.jsonl"
        file.write_text(
            'oops\n{"id": "e", "question": ""}\n{"id": "b", "question": "创新"}\n', encoding="utf-8"
        )

        result = run("ask", "--batch", str(file))

        bad, empty, good = [json.loads(line) for line in result.stdout.splitlines()]
        assert result.exit_code == 2
        assert (list(bad), bad["id"]) == (["id", "error"], None)
        assert (list(empty), empty["id"]) == (["id", "error"], "e")
        assert good["id"] == "b"
        assert "2 of 3 lines" in result.stderr
        assert len(result.stderr.splitlines()) == 1

    def test_an_empty_batch_is_bad_input(self) -> None:
        """Nothing asked is a mistake."""
        result = run("search", "--batch", "-", stdin="")

        assert "no lines" in the_line(result)
        assert result.exit_code == 2


@pytest.mark.usefixtures("toy")
class TestBundledArticle:
    """What happens where no index is named."""

    def test_its_index_is_built_once_in_the_data_folder(self, tmp_path: Path) -> None:
        """The first question builds it and says so on standard error; the second finds it there."""
        first = run("search", QUESTION, "--json", "-k", "3")
        second = run("search", QUESTION, "--json", "-k", "3")

        assert (tmp_path / "data" / "zhangju").is_dir()
        assert (first.stderr, second.stderr) == ("building the index (1)\n", "")
        article = bundled_article()
        for passage in json.loads(first.stdout)["passages"]:
            assert article.text[passage["start"] : passage["end"]] == passage["quote"]
        assert json.loads(first.stdout)["passages"] == json.loads(second.stdout)["passages"]

    def test_its_index_is_built_again_when_damaged(self, tmp_path: Path) -> None:
        """It belongs to Zhangju: nobody has to mend it by hand."""
        run("search", QUESTION)
        [texts] = (tmp_path / "data").rglob("texts.sqlite")
        texts.write_bytes(b"")

        result = run("search", QUESTION)

        assert result.exit_code == 0
        assert "building the index" in result.stderr

    @pytest.mark.parametrize("name", ["texts.sqlite", "manifest.json", "current"])
    def test_nobody_is_sent_to_mend_its_index(self, tmp_path: Path, name: str) -> None:
        """``index add`` would put other texts in its place: the next question is the remedy."""
        run("search", QUESTION)
        [damaged] = (tmp_path / "data").rglob(name)
        damaged.write_bytes(b"")

        for command in (["index", "verify"], ["index", "list"], ["doctor"]):
            result = run(*command)
            assert result.exit_code == (1 if command == ["doctor"] else 3)
            assert "the next question builds it again" in result.output
            assert "index add" not in result.output
        assert run("search", QUESTION).exit_code == 0
        assert run("index", "verify").exit_code == 0

    def test_an_answer_quotes_the_article(self) -> None:
        """From the question to the citation, with the toy in place of the model."""
        value = json.loads(run("ask", "创新的主体在企业", "--json").stdout)

        article = bundled_article()
        for citation in value["citations"]:
            assert article.text[citation["start"] : citation["end"]] == citation["quote"]
        assert value["passages"]

    def test_list_and_verify_work_without_a_folder(self) -> None:
        """They build what is missing, like every other command."""
        listed = json.loads(run("index", "list", "--json").stdout)

        assert [document["document_id"] for document in listed["documents"]] == [bundled_article().id]
        assert run("index", "verify").exit_code == 0

    def test_its_index_can_be_rebuilt_and_holds_nothing_else(self, tmp_path: Path) -> None:
        """Other texts would be gone with the next upgrade, so none are taken."""
        (tmp_path / "a.txt").write_text("一句话。", encoding="utf-8")
        rebuilt = run("index", "rebuild")
        folder = str(tmp_path / "data" / "zhangju" / "article")

        assert rebuilt.exit_code == 0
        assert "is rebuilt: it holds 1 document," in rebuilt.stdout
        for command in (["add", str(tmp_path / "a.txt")], ["remove", bundled_article().id]):
            result = run("index", *command, "--index", folder)
            assert "choose another folder" in the_line(result)
            assert result.exit_code == 2
        assert run("search", QUESTION).stderr == ""

    def test_eval_measures_the_bundled_set(self) -> None:
        """The report comes as the library makes it; progress stays off standard output."""
        result = run("eval", "--split", "dev", "--json")

        value = json.loads(result.stdout)
        assert result.exit_code == 0
        assert value["set"] == "article/dev"
        assert {"questions", "metrics", "by", "abstention", "answers", "latency_ms"} <= set(value)

    def test_doctor_finds_nothing_wrong(self) -> None:
        """It names the model and the index, before and after the index is there."""
        before = run("doctor")
        run("search", QUESTION)
        after = run("doctor")

        assert (before.exit_code, after.exit_code) == (0, 0), before.stdout
        assert "none yet" in before.stdout
        assert "is whole" in after.stdout
        assert "multilingual-e5-small" in after.stdout

    def test_doctor_says_how_to_mend_a_damaged_index(self, tmp_path: Path) -> None:
        """A fault is exit code 1: a check failed."""
        result = run("doctor", "--index", str(tmp_path / "nothing"))

        assert result.exit_code == 1
        assert "To mend index: zhangju index add" in result.stdout


@pytest.mark.usefixtures("toy")
class TestIndex:
    """``zhangju index add | list | verify``."""

    def test_add_list_and_verify(self, tmp_path: Path) -> None:
        """An index is built, extended without losing what it holds, listed and checked."""
        index = str(tmp_path / "index")
        for name in ("甲", "乙"):
            (tmp_path / f"{name}.txt").write_text(f"{name}文讲一件事。它讲完了。\n", encoding="utf-8")

        assert run("index", "add", str(tmp_path / "甲.txt"), "--index", index).exit_code == 0
        assert run("index", "add", str(tmp_path / "乙.txt"), "--index", index).exit_code == 0
        listed = json.loads(run("index", "list", "--index", index, "--json").stdout)
        verified = run("index", "verify", "--index", index)

        assert [document["document_id"] for document in listed["documents"]] == ["甲", "乙"]
        assert "whole" in verified.stdout
        assert verified.exit_code == 0

    def test_adding_a_file_again_replaces_it(self, tmp_path: Path) -> None:
        """The index holds what the file says now."""
        file, index = tmp_path / "a.txt", str(tmp_path / "index")
        for text in ("旧的一句。", "新的一句话,长一些。"):
            file.write_text(text, encoding="utf-8")
            run("index", "add", str(file), "--index", index)

        [document] = json.loads(run("index", "list", "--index", index, "--json").stdout)["documents"]

        assert document["characters"] == len("新的一句话,长一些。")

    @pytest.mark.parametrize("before", [[], ["甲"]], ids=["first build", "later"])
    def test_of_two_adds_at_once_neither_is_lost(
        self, tmp_path: Path, before: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One that comes while another is at work is told to wait, and then has both."""
        index, told = str(tmp_path / "index"), []
        for name in ("甲", "乙", "丙"):
            (tmp_path / f"{name}.txt").write_text(f"{name}文讲一件事。", encoding="utf-8")

        def add(name: str) -> Result:
            return run("index", "add", str(tmp_path / f"{name}.txt"), "--index", index)

        def load_slowly(name: str | None = None) -> ToyEmbedder:
            told.append(add("丙"))
            return ToyEmbedder()

        for name in before:
            add(name)
        with monkeypatch.context() as patch:
            patch.setattr("zhangju_index.embedding.load_embedder", load_slowly)
            assert add("乙").exit_code == 0
        again = add("丙")
        listed = json.loads(run("index", "list", "--index", index, "--json").stdout)

        assert "wait until it has finished" in the_line(told[0])
        assert (told[0].exit_code, again.exit_code) == (2, 0)
        assert [document["document_id"] for document in listed["documents"]] == [*before, "乙", "丙"]

    def test_a_damaged_index_is_exit_code_3_and_add_mends_it(self, tmp_path: Path) -> None:
        """A changed byte is found, and the remedy in the message works."""
        file, index = tmp_path / "a.txt", tmp_path / "index"
        file.write_text("一句话。", encoding="utf-8")
        run("index", "add", str(file), "--index", str(index))
        [vectors] = index.rglob("chunks.faiss")
        vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")

        broken = run("index", "verify", "--index", str(index))
        mended = run("index", "add", str(file), "--index", str(index))

        assert "chunks.faiss" in the_line(broken)
        assert broken.exit_code == 3
        assert mended.exit_code == 0
        assert run("index", "verify", "--index", str(index)).exit_code == 0

    @pytest.mark.parametrize(
        ("name", "kept", "said"),
        [
            ("chunks.faiss", ["甲", "乙", "丙"], "of its texts, which are whole"),
            ("texts.sqlite", ["丙"], "甲.txt, "),
            ("manifest.json", ["丙"], "without its texts"),
        ],
    )
    def test_adding_to_a_damaged_index_keeps_or_names_what_it_held(
        self, tmp_path: Path, name: str, kept: list[str], said: str
    ) -> None:
        """Harm to one file is no reason to lose a library, least of all without a word."""
        index = tmp_path / "index"
        for each in ("甲", "乙", "丙"):
            (tmp_path / f"{each}.txt").write_text(f"{each}文讲一件事。", encoding="utf-8")
        for each in ("甲", "乙"):
            run("index", "add", str(tmp_path / f"{each}.txt"), "--index", str(index))
        [damaged] = index.rglob(name)
        damaged.write_bytes(b"?" + damaged.read_bytes()[1:])

        result = run("index", "add", str(tmp_path / "丙.txt"), "--index", str(index))
        listed = json.loads(run("index", "list", "--index", str(index), "--json").stdout)

        assert result.exit_code == 0
        assert said in result.stderr
        assert [document["document_id"] for document in listed["documents"]] == kept

    @pytest.mark.parametrize("error", [IndexUnusableError("no right to read"), IndexMismatchError("another")])
    def test_an_index_that_is_not_damaged_is_never_replaced(
        self, tmp_path: Path, error: ZhangjuError, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A disk that does not answer says nothing about what is on it."""
        file, index = tmp_path / "a.txt", tmp_path / "index"
        file.write_text("一句话。", encoding="utf-8")
        run("index", "add", str(file), "--index", str(index))
        before = (index / "current").read_bytes()

        def refuse(*arguments: object, **options: object) -> None:
            raise error

        monkeypatch.setattr("zhangju_index.library.open_index", refuse)
        result = run("index", "add", str(file), "--index", str(index))

        assert str(error) in the_line(result)
        assert result.exit_code == 3
        assert (index / "current").read_bytes() == before

    def test_what_cannot_be_read_is_a_line_each_and_the_rest_is_added(self, tmp_path: Path) -> None:
        """Once for each; the summary counts the reasons, and the exit code says so."""
        texts, index = tmp_path / "texts", tmp_path / "index"
        texts.mkdir()
        (texts / "good.txt").write_text("一句话。", encoding="utf-8")
        (texts / "empty.txt").touch()
        (texts / "sums.xlsx").touch()

        result = run("index", "add", str(texts), "missing.txt", "*.nothing", "--index", str(index))

        assert result.exit_code == 2
        assert [line for line in result.stderr.splitlines() if line.startswith("zhangju:")] == [
            "zhangju: refused: *.nothing fits no file: check the pattern",
            f"zhangju: refused: {texts / 'empty.txt'} is empty: give a file with text",
            "zhangju: refused: missing.txt does not exist: check the name",
        ]
        assert result.stdout.splitlines() == [
            "1 added, 3 refused in 1 s",
            "  refused: 2 not there or not readable, 1 without text",
            "1 file of other formats left out: .xlsx (1)",
            f"{index} holds 1 document, 1 chunk, 1 sentence",
        ]
        [document] = json.loads(run("index", "list", "--index", str(index), "--json").stdout)["documents"]
        assert document["document_id"] == "good"

    def test_a_folder_of_other_files_is_left_alone(self, tmp_path: Path) -> None:
        """--index with the wrong folder costs nothing but a line."""
        (tmp_path / "a.txt").write_text("一句话。", encoding="utf-8")

        result = run("index", "add", str(tmp_path / "a.txt"), "--index", str(tmp_path))

        assert "other files" in result.stderr
        assert result.exit_code == 2
        assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.txt"]


class TestLightness:
    """What is not loaded before it is needed."""

    @pytest.mark.parametrize("module", ["zhangju", "zhangju_ui.cli"])
    def test_importing_loads_nothing_heavy(self, module: str) -> None:
        """Help and imports come at once: what takes seconds loads at first use."""
        command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
        result = subprocess.run(command, check=True, capture_output=True, text=True)

        loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in result.stderr.splitlines()}
        heavy = {
            "torch",
            "transformers",
            "sentence_transformers",
            "faiss",
            "gradio",
            "sklearn",
            "scipy",
            "pandas",
        }
        assert module.partition(".")[0] in loaded
        assert not loaded & heavy

    def test_the_command_line_starts_without_numpy_and_rich(self) -> None:
        """Help needs click and nothing else."""
        code = "import sys, zhangju_ui.cli; print(*{'numpy', 'rich', 'fastapi', 'zhangju_eval'} & set(sys.modules))"
        result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

        assert result.stdout.strip() == ""
