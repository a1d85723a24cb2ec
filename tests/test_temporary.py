import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zhangju import Assistant, DocumentError, InputError, Retriever, ToyEmbedder
from zhangju_index.build import build_index
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article, document_from_text

TEXTS = {
    "museum.md": "---\nauthor: Ada\n---\n# The museum\n\nThe museum opens at nine. Tickets cost eight euros.\n",
    "年假.txt": "第一条 员工每年有十五天年假。\r\n第二条 年假须提前一周申请。\r\n",
}
QUESTIONS = ["年假有几天？", "When does the museum open?", "年假要提前多久申请？", "museum tickets"]


@pytest.fixture
def retriever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Retriever:
    """Two texts, indexed with the toy, where temporary files can be counted."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return Retriever.from_texts(TEXTS, embedder=ToyEmbedder())


def test_it_finds_what_the_texts_say(retriever: Retriever) -> None:
    """Each text is kept to the character, under its name, with its sections."""
    [first, *_] = retriever.search("年假有几天？")

    assert first.source == "年假.txt"
    assert first.sentence.text == "第一条 员工每年有十五天年假。"
    assert {d.source: d.text for d in retriever.documents} == TEXTS
    assert [each.source for each in retriever.listing()] == list(TEXTS)
    assert retriever.sections("museum")[-1].path == ("The museum",)
    assert [p.source for p in retriever.search("opens", where={"author": "ada"})] == ["museum.md"] * 2


def test_nothing_stays_on_disk(retriever: Retriever, tmp_path: Path) -> None:
    """The files are gone as soon as the index is open, and with the retriever everywhere else."""
    left = list(tmp_path.iterdir())
    answers = [retriever.search(question) for question in QUESTIONS]
    retriever.close()

    assert all(answers)
    assert left == [] or not any(path.exists() for path in left)


def test_it_is_the_same_as_an_index_on_disk(tmp_path: Path) -> None:
    """Passages, scores and answers are equal."""
    documents = [bundled_article(), document_from_text("二〇二六年的计划是建馆。", name="b", source="b.txt")]
    build_index(documents, tmp_path / "index", ToyEmbedder())
    with (
        Retriever(open_index(tmp_path / "index"), ToyEmbedder()) as kept,
        Retriever.from_documents(documents, embedder=ToyEmbedder()) as passing,
    ):
        for question in ("武进重点布局哪些未来产业？", "计划是什么？"):
            assert passing.search(question, 20) == kept.search(question, 20)
            assert Assistant(passing).ask(question).sentences == Assistant(kept).ask(question).sentences


def test_several_threads_ask_at_once(retriever: Retriever) -> None:
    """Each gets what it would get alone."""
    alone = [retriever.search(question) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(retriever.search, QUESTIONS * 20))

    assert together == alone * 20


def test_texts_without_names_are_numbered() -> None:
    """Any iterable of texts will do."""
    with Retriever.from_texts((text for text in ("一。", "二。")), embedder=ToyEmbedder()) as retriever:
        assert [each.document_id for each in retriever.listing()] == ["text-1", "text-2"]


@pytest.mark.parametrize(
    ("texts", "error", "words"),
    [
        ([], InputError, "at least one document"),
        ("one text", InputError, "put it into a list"),
        ([" \n"], DocumentError, "text-1 holds no text"),
        (["a\ud800"], InputError, "text-1 holds half a surrogate pair at character 1"),
        ({"a b.txt": "一。", "a-b.txt": "二。"}, InputError, "2 documents share the name a-b"),
    ],
    ids=["none", "a text", "blank", "surrogate", "same id"],
)
def test_what_cannot_be_indexed_is_refused(
    texts: object, error: type[Exception], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, and nothing is left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(error, match=words):
        Retriever.from_texts(texts, embedder=ToyEmbedder())  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []
