import json

import pytest

from zhangju_eval import Gold, load_set
from zhangju_index.errors import EvalSetError

CONTEXT = "章句之学，一句一章。各有出处。"
QUESTION = {"id": "q1", "question": "学什么？", "answers": [{"text": "章句", "answer_start": 0}]}
IMPOSSIBLE = {"id": "q2", "question": "谁教？", "answers": [], "is_impossible": True}


def squad(*questions, title="论_学"):
    """A file of one paragraph."""
    return {
        "version": "v2.0",
        "data": [{"title": title, "paragraphs": [{"context": CONTEXT, "qas": questions}]}],
    }


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def _write(value, **how):
        path = tmp_path / "set.json"
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, **how)
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_answers_become_gold_in_the_text_that_is_indexed(write):
    """The article's title stands above the paragraph; answers are alternatives, each once."""
    again = {"text": "一句一章", "answer_start": 5}
    loaded = load_set(write(squad({**QUESTION, "answers": [*QUESTION["answers"], again, again]}, IMPOSSIBLE)))

    first, second = loaded.questions
    assert loaded.corpus["1-1"] == f"论 学\n{CONTEXT}"
    assert first.gold == (Gold("1-1", 4, 6, "章句"), Gold("1-1", 9, 13, "一句一章"))
    assert all(loaded.documents[g.document_id][g.start : g.end] == g.quote for g in first.gold)
    assert len(first.parts) == 1
    assert (second.answerable, second.gold, second.group) == (False, (), "article 1")


def test_without_a_title_offsets_are_those_of_the_file(write):
    """Nothing stands above the paragraph."""
    assert load_set(write(squad(QUESTION, title=""))).questions[0].gold == (Gold("1-1", 0, 2, "章句"),)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("{\n[", "set.json, line 2: expected JSON", id="json"),
        pytest.param("[" * 100_000, "expected JSON", id="deep"),
        pytest.param([], '"data" to be a list in the file', id="no-object"),
        pytest.param({"data": [{}]}, '"paragraphs" to be a list in article 1', id="paragraphs"),
        pytest.param(
            {"data": [{"paragraphs": [{}]}]}, '"context" to be a text in article 1, par', id="context"
        ),
        pytest.param({"data": []}, "expected questions; the file holds none", id="empty"),
        pytest.param(squad({**QUESTION, "id": None}), '"id" to be a text in article 1, paragraph 1', id="id"),
        pytest.param(squad({**QUESTION, "id": "a b"}), "expected an id without white space", id="space"),
        pytest.param(
            squad({**QUESTION, "question": "。"}), "question q1: the question is empty", id="wordless"
        ),
        pytest.param(squad({**QUESTION, "answers": []}), 'question q1: expected "answers", or', id="answers"),
        pytest.param(squad({**IMPOSSIBLE, "is_impossible": 1}), '"is_impossible" to be true or', id="flag"),
        pytest.param(
            squad({**QUESTION, "answers": [{"text": "章句", "answer_start": 1}]}),
            "question q1: the answer does not stand at 1; it begins at 0",
            id="off-by-one",
        ),
        pytest.param(
            squad({**QUESTION, "answers": [{"text": "没有", "answer_start": 1}]}),
            "does not stand at 1; the paragraph does not hold it",
            id="misquote",
        ),
        pytest.param(squad(QUESTION, QUESTION), "question q1: the id is used twice", id="twice"),
    ],
)
def test_what_is_wrong_is_named(write, value, message):
    """The error is one line that names the file and the question."""
    path = write(value)

    with pytest.raises(EvalSetError, match=message) as caught:
        load_set(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_the_line_is_told_where_the_file_has_lines(write):
    """Of a file that is written for people, the line of the question is named."""
    path = write(squad({**QUESTION, "answers": []}), indent=1)
    line = path.read_text(encoding="utf-8").splitlines().index('       "id": "q1",') + 1

    with pytest.raises(EvalSetError, match=rf"set.json, line {line}, question q1: "):
        load_set(path)
