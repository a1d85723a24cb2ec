import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from zhangju_index.protocols import FloatMatrix
from zhangju_index.toy import ToyEmbedder
from zhangju_ui.cli import cli

EVERY_COMMAND = (["list"], ["verify"], ["rebuild"], ["remove", "a"])


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files to add, the toy in place of the model, and nobody's data touched."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("ZHANGJU_INDEX", raising=False)
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: ToyEmbedder())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "texts" / f"{name}.txt").write_text(f"{name} 文讲一件事。它讲完了。\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give signals back their meaning: a command that was stopped ignores more of them."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """Run ``zhangju index`` on the index ``x``."""
    return CliRunner().invoke(cli, ["index", *arguments, "--index", "x"], input=stdin)


def outlined(*arguments: str) -> Result:
    """Run ``zhangju outline --json``."""
    return CliRunner().invoke(cli, ["outline", "--json", *arguments])


def listed() -> list[str]:
    """Ids of what the index holds."""
    return [document["document_id"] for document in json.loads(run("list", "--json").stdout)["documents"]]


class TestOutline:
    """``zhangju outline --index``."""

    def test_a_document_of_an_index_is_outlined_by_any_of_its_names(self) -> None:
        """As its file is; also when the file is gone, and all of them where none is named."""
        text = "# 年假\n\n## 天数\n\n年假有五天。\n"
        Path("texts", "leave.md").write_text(text, encoding="utf-8")
        run("add", "texts")
        of_file = json.loads(outlined(str(Path("texts", "leave.md"))).stdout)
        tree_of_file = CliRunner().invoke(cli, ["outline", "texts/leave.md"]).stdout
        Path("texts", "leave.md").unlink()
        for name in ("leave", "texts/leave.md", str(Path("texts", "leave.md").absolute()), "lea*"):
            [document] = json.loads(outlined("--index", "x", name).stdout)["documents"]
            assert [document] == of_file["documents"]
        both = json.loads(outlined("--index", "x", "leave", "a", "leave").stdout)["documents"]
        everything = json.loads(outlined("--index", "x").stdout)["documents"]
        tree = CliRunner().invoke(cli, ["outline", "--index", "x", "leave"]).stdout

        assert [each["document_id"] for each in both] == ["leave", "a"]
        assert [each["document_id"] for each in everything] == listed()
        assert tree == tree_of_file
        assert "天数" in tree

    def test_what_is_not_there_is_a_line(self) -> None:
        """Before anything is shown; and a folder without an index is told as such."""
        run("add", "texts")
        for arguments, code, words in (
            (["--index", "x", "a", "leaf"], 2, "the index holds no document leaf"),
            (["--index", "x", "z*"], 2, "z* fits no document"),
            (["--index", "texts"], 3, "texts"),
            (["--index", "x", "-", "--name", "b.txt"], 2, "--name is for standard input"),
            (["--index", "x", "--store", "milvus+http://localhost:1"], 2, "one of them is meant"),
        ):
            refused = outlined(*arguments)
            assert (refused.exit_code, refused.stdout) == (code, ""), refused.stderr
            assert words in refused.stderr

    def test_an_index_that_the_environment_names_makes_no_name_of_a_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``zhangju outline FILE`` stays what it is."""
        run("add", "texts/a.txt")
        monkeypatch.setenv("ZHANGJU_INDEX", "x")
        [document] = json.loads(outlined("texts/b.txt").stdout)["documents"]

        assert document["source"] == "texts/b.txt"


class TestAdd:
    """``zhangju index add``."""

    def test_the_summary_counts_what_became_of_each_file(self) -> None:
        """A second time nothing changes, and the index is left as it is; a third one file does."""
        first = run("add", "texts")
        current = Path("x", "current").read_bytes()
        second = run("add", "texts")
        untouched = Path("x", "current").read_bytes() == current
        Path("texts", "b.txt").write_text("换了一句。", encoding="utf-8")
        third = run("add", "texts", "--json")

        assert first.stdout.splitlines()[0] == "3 added in 1 s"
        assert (second.stdout.splitlines()[0], second.stderr) == ("3 unchanged in 1 s", "")
        assert untouched
        value = json.loads(third.stdout)
        assert [len(value[each]) for each in ("added", "replaced", "unchanged", "refused")] == [0, 1, 2, 0]
        assert value["replaced"] == [{"document_id": "b", "source": "texts/b.txt", "characters": 5}]
        assert value["documents"] == 3
        assert [first.exit_code, second.exit_code, third.exit_code] == [0, 0, 0]

    def test_standard_input_is_a_source_that_can_be_replaced(self) -> None:
        """By the name it was given, whose ending tells its format."""
        run("add", "-", "--name", "page.html", stdin="<h1>标题</h1><p>正文在此。</p>".encode())
        again = run("add", "-", "--name", "page.html", "--json", stdin="<p>新的正文。</p>".encode())

        assert [each["source"] for each in json.loads(again.stdout)["replaced"]] == ["page.html"]
        [document] = json.loads(run("list", "--json").stdout)["documents"]
        assert (document["document_id"], document["metadata"]["format"]) == ("page", "html")

    def test_what_was_sent_and_what_is_named_are_one_document(self) -> None:
        """Both ways: a file is not there twice because it came once as a file and once through a pipe."""
        run("add", "texts")
        piped = run("add", "-", "--name", "b.txt", "--json", stdin="换了一句。".encode())
        run("add", "-", "--name", "note.txt", stdin="一句。".encode())
        Path("note.txt").write_text("两句。", encoding="utf-8")
        named = run("add", "note.txt", "--json")
        moved = run("add", "./note.txt", "--json")

        assert [each["document_id"] for each in json.loads(piped.stdout)["replaced"]] == ["b"]
        assert [each["document_id"] for each in json.loads(named.stdout)["replaced"]] == ["note"]
        assert [each["document_id"] for each in json.loads(moved.stdout)["unchanged"]] == ["note"]
        assert len(listed()) == 4

    def test_patterns_are_spelt_out(self) -> None:
        """Also where no shell does it."""
        run("add", "**/[ab].txt")

        assert listed() == ["a", "b"]

    def test_where_nothing_can_be_read_no_index_is_made(self) -> None:
        """Each file has its line, and there is no other."""
        Path("empty.txt").touch()
        result = run("add", "empty.txt", "missing.txt")

        assert result.exit_code == 2
        assert [line.split()[2] for line in result.stderr.splitlines()] == ["empty.txt", "missing.txt"]
        assert result.stdout == ""
        assert not Path("x").exists()

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
    def test_odd_names_are_listed_safely(self) -> None:
        """Line breaks, escapes and bytes that are no UTF-8 are shown and steer nothing."""
        for name in (b"two\nlines.txt", b"red\x1b[31m.txt", b"caf\xe9.txt"):
            Path("texts", os.fsdecode(name)).write_text("一句话。", encoding="utf-8")
        result = run("add", "texts")
        shown = run("list").stdout

        assert result.exit_code == 0
        assert "\x1b" not in shown
        for name in ("texts/two lines.txt", "texts/red\\x1b[31m.txt", "texts/caf\\xe9.txt"):
            assert name in shown

    def test_a_file_where_the_index_should_be_is_one_line(self) -> None:
        """Nothing is written over it."""
        Path("x").write_text("mine", encoding="utf-8")
        result = run("add", "texts")

        assert "zhangju: expected a folder for the index, got the file x" in result.stderr
        assert (result.exit_code, Path("x").read_text(encoding="utf-8")) == (2, "mine")


class TestRemove:
    """``zhangju index remove``."""

    @pytest.mark.parametrize(
        ("names", "kept"),
        [
            (["a"], ["b", "c"]),
            (["texts/a.txt"], ["b", "c"]),
            (["./texts/../texts/a.txt"], ["b", "c"]),
            (["a", "texts/a.txt", "c"], ["b"]),
            (["texts/*"], []),
            (["*/texts/c.*"], ["a", "b"]),
            (["*B*"], ["a", "c"]),
            (["c*", "*.txt"], []),
        ],
        ids=str,
    )
    def test_documents_go_by_any_of_their_names(self, names: Sequence[str], kept: list[str]) -> None:
        """Id, source, path, and patterns of them; the rest stays."""
        run("add", "texts")
        result = run("remove", *names)

        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith(f"removed {3 - len(kept)} document")
        assert listed() == kept
        assert run("verify").exit_code == 0

    @pytest.mark.parametrize("name", ["d", "texts/d.txt", "d*", "te*ts", "/nowhere/*"])
    def test_what_is_not_there_removes_nothing(self, name: str) -> None:
        """Not even what was named beside it."""
        run("add", "texts")
        result = run("remove", "a", name)

        assert result.exit_code == 2
        assert result.stderr.startswith("zhangju: ")
        assert len(result.stderr.splitlines()) == 1
        assert listed() == ["a", "b", "c"]


class TestRebuild:
    """``zhangju index rebuild``."""

    def test_the_files_are_not_needed(self) -> None:
        """The texts are in the index."""
        run("add", "texts")
        before = run("list", "--json").stdout
        for file in Path("texts").iterdir():
            file.unlink()
        result = run("rebuild")

        assert (result.exit_code, run("list", "--json").stdout) == (0, before)
        assert result.stdout == "x is rebuilt: it holds 3 documents, 3 chunks, 6 sentences\n"

    def test_it_mends_what_is_damaged(self) -> None:
        """As every message about damage says."""
        run("add", "texts")
        [vectors] = Path("x").rglob("sentences.faiss")
        vectors.write_bytes(b"?" + vectors.read_bytes()[1:])
        told = run("verify")

        assert "zhangju index rebuild --index x" in told.stderr
        assert run("rebuild").exit_code == 0
        assert run("verify").exit_code == 0


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_a_folder_without_an_index_is_left_alone(command: Sequence[str]) -> None:
    """Exit code 3, and nothing is made."""
    result = run(*command)

    assert (result.exit_code, result.stdout) == (3, "")
    assert "no index at x" in result.stderr
    assert not Path("x").exists()


class TestStopping:
    """Ctrl-C, and what a service manager sends."""

    @pytest.fixture
    def stop_at(self, monkeypatch: pytest.MonkeyPatch) -> "Callable[[int, signal.Signals], None]":
        """Let a signal come while a text is embedded."""

        def stop(text: int, number: signal.Signals) -> None:
            class Stopped(ToyEmbedder):
                embedded = 0

                def embed_documents(self, texts: list[str]) -> FloatMatrix:
                    Stopped.embedded += 1
                    if Stopped.embedded == text:
                        os.kill(os.getpid(), number)
                    return super().embed_documents(texts)

            monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: Stopped())

        return stop

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
    @pytest.mark.parametrize("command", [["add", "more.txt"], ["rebuild"]], ids=["add", "rebuild"])
    def test_the_index_stays_as_it_was(self, command: list[str], number: Any, stop_at: Any) -> None:
        """One line says so, and the same command then goes through."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run("add", "texts")
        Path("more.txt").write_text("\n\n".join(f"第{n}句话。" for n in range(200)), encoding="utf-8")
        if command == ["rebuild"]:
            [vectors] = Path("x").rglob("chunks.faiss")
            vectors.write_bytes(b"?" + vectors.read_bytes()[1:])
        current = Path("x", "current").read_bytes()
        stop_at(1, number)
        stopped = run(*command)
        same = Path("x", "current").read_bytes() == current
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop_at(0, number)
        again = run(*command)

        assert stopped.exit_code == 130
        assert stopped.stderr.splitlines()[-1] == (
            "zhangju: stopped; the index is whole. Run the same command again to go on where it stopped"
        )
        assert stopped.stdout == ""
        assert same
        assert again.exit_code == 0, again.stderr
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
