import json
import subprocess
import sys

import pytest

import zhangju_eval
from zhangju_eval import EvalQuestion, EvalSet, Gold, load_set
from zhangju_index.errors import EvalSetError

TEXT = "章句之学。\r\n一句一章,\n各有出处。"
GOLD = {"document_id": "a", "start": 7, "end": 19, "quote": TEXT[7:19].rstrip()}
GOLD["end"] = GOLD["start"] + len(GOLD["quote"])
ROW = {
    "id": "1",
    "question": "出处在哪？",
    "lang": "zh",
    "kind": "fact",
    "answerable": True,
    "gold": [GOLD],
}


@pytest.fixture
def write(tmp_path):
    """Write rows, or lines as they are, to a file and return its path."""

    def _write(*rows):
        path = tmp_path / "set.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return path

    return _write


def test_a_file_becomes_questions(write):
    """Each line is a question; its gold is kept word for word, wraps included."""
    path = write(ROW, "", {**ROW, "id": "2", "answerable": False, "gold": [], "split": "test"})

    loaded = load_set(path, {"a": TEXT})

    assert loaded == EvalSet(
        "set",
        (
            EvalQuestion("1", "出处在哪？", "zh", "fact", True, (Gold(**GOLD),)),
            EvalQuestion("2", "出处在哪？", "zh", "fact", False, split="test"),
        ),
        {"a": TEXT},
    )
    assert "\n" in loaded.questions[0].gold[0].quote


def test_a_line_separator_inside_a_question_ends_no_line(write):
    """JSON may hold U+2028 as it is."""
    assert load_set(write({**ROW, "question": "一\u2028二"})).questions[0].question == "一\u2028二"


def test_evidence_may_come_in_parts(write):
    """What lies in two places is two parts, and the same place may be given without one."""
    parts = [{**GOLD, "part": 2}, {**GOLD, "part": 1}, GOLD]

    (question,) = load_set(write({**ROW, "gold": parts}), {"a": TEXT}).questions

    assert [gold.part for gold in question.gold] == [2, 1, None]


TURN = {"question": "章句是什么？", "citations": []}
FOLLOW_UP = {**ROW, "id": "2", "question": "在哪？", "history": [TURN], "standalone": "1", "split": "dev"}


def test_a_follow_up_names_its_standalone_wording(write):
    """The two are compared, wherever in the file they stand."""
    follow_up, standalone = load_set(write(FOLLOW_UP, {**ROW, "split": "dev"})).questions

    assert (follow_up.standalone, standalone.standalone) == ("1", None)
    assert follow_up.history == (TURN,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"standalone": "7"}, "a question without history; got 7", id="missing"),
        pytest.param({"standalone": "2"}, "a question without history; got 2", id="itself"),
        pytest.param({"standalone": 1}, 'expected "standalone" to be a text; got 1', id="number"),
        pytest.param({"history": []}, 'there is "standalone" but no "history"', id="no-history"),
        pytest.param({"split": "test"}, '"split" differs from that of 1', id="split"),
        pytest.param(
            {"answerable": False, "gold": []}, '"answerable" differs from that of 1', id="answerable"
        ),
        pytest.param({"gold": [{**GOLD, "part": 1}]}, '"gold" differs from that of 1', id="gold"),
    ],
)
def test_a_standalone_wording_asks_the_same(write, changed, message):
    """Nothing is compared with a question that has other evidence or lies in the other split."""
    path = write({**ROW, "split": "dev"}, {**FOLLOW_UP, **changed})

    with pytest.raises(EvalSetError, match=f"line 2: .*{message}"):
        load_set(path, {"a": TEXT})


def test_select_keeps_one_split(write):
    """A part of a set says which part it is, and an absent part is an error."""
    loaded = load_set(write({**ROW, "split": "dev"}, {**ROW, "id": "2"}))

    assert loaded.select("all") is loaded
    assert [question.id for question in loaded.select("dev").questions] == ["1"]
    assert loaded.select("dev").name == "set/dev"
    with pytest.raises(EvalSetError, match='no question has "split": "test"'):
        loaded.select("test")


WITHOUT_KIND = {name: value for name, value in ROW.items() if name != "kind"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param("{", "expected a JSON object; Expecting property name", id="broken-json"),
        pytest.param("[" * 100_000, "expected a JSON object", id="deep-json"),
        pytest.param("[]", "expected the line to be a JSON object; got list", id="list"),
        pytest.param(WITHOUT_KIND, 'the line lacks "kind"', id="missing-field"),
        pytest.param({**ROW, "answer": "x"}, 'the line has the unknown "answer"', id="unknown-field"),
        pytest.param({**ROW, "id": 1}, 'expected "id" to be a text; got 1', id="number-for-id"),
        pytest.param(
            {**ROW, "answerable": 1}, 'expected "answerable" to be true or false', id="number-for-bool"
        ),
        pytest.param({**ROW, "question": " \n"}, '"question" is empty', id="empty-question"),
        pytest.param({**ROW, "split": "train"}, 'expected "split" to be dev or test; got train', id="split"),
        pytest.param(
            {**ROW, "history": ["?"]},
            '"history" to be a list of earlier answers.* got a text as turn 1',
            id="history",
        ),
        pytest.param(
            {**ROW, "answerable": False}, '"answerable" is false but there is "gold"', id="two-minds"
        ),
        pytest.param(
            json.dumps({**ROW, "question": "\ud800"}),
            '"question" holds half a surrogate pair',
            id="surrogate",
        ),
        pytest.param({**ROW, "gold": ["x"]}, 'expected "gold" to be a JSON object; got str', id="gold-text"),
        pytest.param({**ROW, "gold": [{"quote": "x"}]}, '"gold" lacks "document_id"', id="gold-fields"),
        pytest.param(
            {**ROW, "gold": [{**GOLD, "start": True}]}, 'expected "start" to be a whole', id="bool-offset"
        ),
        pytest.param({**ROW, "gold": [{**GOLD, "part": "1"}]}, 'expected "part" to be a whole', id="part"),
        pytest.param({**ROW, "gold": [{**GOLD, "part": 0}]}, '"part" to count from 1; got 0', id="part-zero"),
        pytest.param({**ROW, "gold": [{**GOLD, "end": 9}]}, "is not the length of 7:9 of a", id="length"),
        pytest.param(
            {**ROW, "gold": [{**GOLD, "start": 8, "end": GOLD["end"] + 1}]},
            "does not stand at 8:.* it begins at 7",
            id="off-by-one",
        ),
        pytest.param(
            {**ROW, "gold": [{**GOLD, "quote": "x" * len(GOLD["quote"])}]},
            "the document does not hold it",
            id="misquote",
        ),
        pytest.param(
            {**ROW, "gold": [{**GOLD, "document_id": "b"}]}, "there is no document b; known: a", id="document"
        ),
    ],
)
def test_a_bad_line_is_named(write, row, message):
    """The error is one line and names the file, the line and what is wrong."""
    path = write({**ROW, "id": "0"}, row)

    with pytest.raises(EvalSetError, match=message) as caught:
        load_set(path, {"a": TEXT})

    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert "\n" not in str(caught.value)


def test_an_id_is_used_once(write):
    """Rows of a report are told apart by id."""
    with pytest.raises(EvalSetError, match='line 2: "id" 1 is used twice'):
        load_set(write(ROW, ROW))


def test_an_empty_file_is_no_set(write):
    """No questions would mean no measurement."""
    with pytest.raises(EvalSetError, match="the file holds none"):
        load_set(write(""))


def test_a_binary_file_is_no_set(tmp_path):
    """Bytes that are no UTF-8 are refused."""
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(EvalSetError, match="expected UTF-8 text"):
        load_set(path)


@pytest.mark.parametrize("name", ["no-such-set", "nul\0"], ids=["missing", "nul"])
def test_what_cannot_be_read_is_no_set(name):
    """The message names the sets there are."""
    with pytest.raises(EvalSetError, match=r"expected the name of an eval set \(article\)"):
        load_set(name)


def test_all_is_complete():
    """Every public name is offered."""
    assert zhangju_eval.__all__ == sorted(zhangju_eval.__all__)
    assert all(hasattr(zhangju_eval, name) for name in zhangju_eval.__all__)


def test_importing_is_light():
    """What measures loads no model, no index engine and no metrics library until it is used."""
    heavy = "{'torch', 'faiss', 'gradio', 'ir_measures', 'pandas', 'sklearn', 'rich'}"
    script = f"import sys, zhangju_eval; print(sorted({heavy} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
