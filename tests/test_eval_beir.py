import json

import pytest

from zhangju_eval import load_set
from zhangju_index.errors import EvalSetError

PASSAGES = [
    {"_id": "p1", "title": "章句", "text": "一句一章。"},
    {"_id": "p2", "title": "", "text": "各有出处。\u2028又一句。"},
    {"_id": "p3", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "出处在哪？"},
    {"_id": "q2", "text": "What is it?"},
    {"_id": "q9", "text": "不问"},
]
QRELS = "query-id\tcorpus-id\tscore\nq2\tp1\t2\nq1\tp2\t1\nq1\tp3\t0\n"


def lines(rows):
    """Rows as JSON Lines; a text is a line as it is."""
    return "".join(
        (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows
    )


@pytest.fixture
def folder(tmp_path):
    """Write a folder, with files in place of the good ones, and return its path."""

    def _folder(corpus=PASSAGES, queries=QUERIES, qrels=QRELS, split="test"):
        (tmp_path / "qrels").mkdir(exist_ok=True)
        (tmp_path / "corpus.jsonl").write_text(lines(corpus), encoding="utf-8")
        (tmp_path / "queries.jsonl").write_text(lines(queries), encoding="utf-8")
        (tmp_path / "qrels" / f"{split}.tsv").write_text(qrels, encoding="utf-8")
        return tmp_path

    return _folder


def test_a_folder_becomes_a_set(folder):
    """Judged questions are asked, in their order; passages are read when they are needed."""
    loaded = load_set(folder())

    assert loaded.name == f"{folder().name}/test"
    assert [(q.id, q.question, q.lang, dict(q.judged)) for q in loaded.questions] == [
        ("q1", "出处在哪？", "zh", {"p2": 1, "p3": 0}),
        ("q2", "What is it?", "en", {"p1": 2}),
    ]
    assert list(loaded.corpus) == ["p1", "p2", "p3"]
    assert loaded.corpus["p1"] == "章句\n一句一章。"
    assert loaded.corpus["p2"] == PASSAGES[1]["text"]
    assert loaded.corpus.document("p1").title == "章句"
    assert loaded.notes == ()


def test_another_split_is_chosen_by_name(folder):
    """A split that is not there names those that are."""
    folder()
    folder(split="dev", qrels="query-id\tcorpus-id\tscore\nq1\tp1\t1\n")

    assert [q.id for q in load_set(folder(), split="dev").questions] == ["q1"]
    with pytest.raises(EvalSetError, match=r"qrels/train.tsv; it has the splits dev, test"):
        load_set(folder(), split="train")


def test_a_run_needs_judgements_alone(folder):
    """Neither passages nor questions are needed to measure a run."""
    path = folder()
    (path / "corpus.jsonl").unlink()
    (path / "queries.jsonl").unlink()

    assert [q.id for q in load_set(path, run_only=True).questions] == ["q2", "q1"]
    with pytest.raises(EvalSetError, match=r"queries\.jsonl: expected a file that can be read"):
        load_set(path)


def test_what_bears_on_the_figures_is_noted(folder):
    """Passages that cannot be found, and questions that cannot be scored."""
    path = folder(qrels="query-id\tcorpus-id\tscore\nq1\tgone\t1\nq1\tp1\t1\nq2\tp2\t0\n")

    assert load_set(path).notes == (
        "1 of 2 questions have no relevant passage and are left out",
        "1 of 2 relevant passages are not in the corpus; they count as not found",
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param(
            {"corpus": [PASSAGES[0], "{"]}, "corpus.jsonl, line 2: expected a JSON object", id="json"
        ),
        pytest.param({"corpus": ["[]"]}, "corpus.jsonl, line 1: expected a JSON object; got list", id="list"),
        pytest.param(
            {"corpus": [{"_id": "a"}]}, 'corpus.jsonl, line 1: expected "text" to be a text; got n', id="text"
        ),
        pytest.param(
            {"corpus": [{"text": "a"}]},
            'corpus.jsonl, line 1: expected "_id" to be a text; got n',
            id="no-id",
        ),
        pytest.param({"corpus": [{"_id": "a b", "text": "c"}]}, '"_id" without white space', id="space"),
        pytest.param({"corpus": [PASSAGES[0], PASSAGES[0]]}, 'line 2: "_id" p1 is used twice', id="twice"),
        pytest.param({"corpus": []}, "corpus.jsonl: expected one passage per line", id="empty"),
        pytest.param(
            {"corpus": ['{"_id": "a", "text": "\\ud800"}']}, "half a surrogate pair", id="surrogate"
        ),
        pytest.param(
            {"queries": [QUERIES[0], 7]}, "queries.jsonl, line 2: expected a JSON object", id="number"
        ),
        pytest.param(
            {"queries": [{"_id": "q1", "text": "。"}]}, "line 1: the question is empty", id="wordless"
        ),
        pytest.param(
            {"queries": [QUERIES[0], QUERIES[0]]}, 'line 2: "_id" q1 is used twice', id="query-twice"
        ),
        pytest.param(
            {"qrels": "query-id\tcorpus-id\tscore\n"}, "test.tsv: expected one judgement", id="none"
        ),
        pytest.param(
            {"qrels": "q\tp\ts\nq1\tp1\n"}, "test.tsv, line 2: expected query-id.* got 2", id="columns"
        ),
        pytest.param({"qrels": "q\tp\ts\nq1\tp1\tx\n"}, "line 2: expected relevance .* got x", id="grade"),
        pytest.param({"qrels": "q\tp\ts\nq1\tp1\t0.5\n"}, "line 2: expected relevance .* got 0.5", id="half"),
        pytest.param(
            {"qrels": QRELS + "q1\tp2\t1\n"}, "line 5: passage p2 is judged twice", id="judged-twice"
        ),
        pytest.param({"qrels": QRELS + "q7\tp2\t1\n"}, "line 5: there is no question q7", id="question"),
    ],
)
def test_a_bad_line_is_named(folder, files, message):
    """The error is one line with the file and the number of the line."""
    path = folder(**files)

    with pytest.raises(EvalSetError, match=message) as caught:
        load_set(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_what_is_no_utf_8_is_named(folder):
    """The line and the byte in it."""
    path = folder()
    (path / "corpus.jsonl").write_bytes(lines(PASSAGES).encode() + b'{"_id": "\xff"}\n')

    with pytest.raises(EvalSetError, match=r"corpus.jsonl, line 4: expected UTF-8 text; byte 9"):
        load_set(path)


def test_another_folder_is_no_set(tmp_path):
    """It says what a set is made of."""
    with pytest.raises(EvalSetError, match=r"expected a BEIR folder with corpus.jsonl"):
        load_set(tmp_path)
