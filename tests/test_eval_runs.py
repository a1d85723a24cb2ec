import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_eval import EvalQuestion, EvalSet, Gold, evaluate_run
from zhangju_eval.evidence import Excerpt
from zhangju_eval.ranking import trec_order
from zhangju_eval.runs import named_excerpt, read_run, run_lines, write_run
from zhangju_index.errors import EvalSetError, InputError

TEXT = "红色的门。蓝色的窗。绿色的墙。"


@given(scores=st.lists(st.floats(-5, 5), min_size=1, max_size=20))
def test_trec_eval_sees_our_order(tmp_path_factory, scores):
    """A ranking with ties is read back in the order that it was written in."""
    ranking = [(f"p{len(scores) - n}", score) for n, score in enumerate(sorted(scores, reverse=True))]
    path = tmp_path_factory.mktemp("run") / "run"

    write_run(path, [("q1", ranking)])

    assert trec_order(read_run(path)["q1"]) == [name for name, _ in ranking]


def test_a_run_has_six_columns():
    """Question, Q0, passage, rank, score, tag; what comes second scores less, if only just."""
    first, second = run_lines("q1", [("b", 0.5), ("a", 0.5)])

    assert first == "q1 Q0 b 1 0.5 zhangju\n"
    assert second == "q1 Q0 a 2 0.49999997 zhangju\n"


def test_what_a_run_cannot_name_is_told():
    """A space would make seven columns of six."""
    with pytest.raises(InputError, match="cannot name 'a b', which holds white space"):
        list(run_lines("q1", [("a b", 1.0)]))


def test_a_run_is_written_or_it_is_told(tmp_path):
    """A folder is no file."""
    with pytest.raises(InputError, match="cannot write"):
        write_run(tmp_path, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1 Q0 a 1 0.5\n", "line 1: expected question, Q0, .* got 5 columns"),
        ("q1 Q0 a 1 0.5 t\nq1 Q0 b 2 x t\n", "line 2: expected the score to be a number; got x"),
        ("q1 Q0 a 1 nan t\n", "line 1: expected the score to be a number; got nan"),
        ("q1 Q0 a 1 2 t\nq1 Q0 a 2 1 t\n", "line 2: passage a is there twice for question q1"),
        ("", "expected a run; the file holds none"),
    ],
    ids=["columns", "score", "nan", "twice", "empty"],
)
def test_a_bad_line_is_named(tmp_path, text, message):
    """The error is one line with the file and the number of the line."""
    path = tmp_path / "run"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(EvalSetError, match=message) as caught:
        read_run(path)

    assert str(caught.value).startswith(str(path))


def test_a_name_is_a_place_or_a_document():
    """A chunk is named by its place; what no document holds is nothing."""
    documents = {"a:0-1": TEXT}

    assert named_excerpt("a:0-1:5-10", documents) == Excerpt("a:0-1", 5, 10, TEXT[5:10])
    assert named_excerpt("a:0-1", documents) == Excerpt("a:0-1", 0, 15, TEXT)
    for name in ("b", "b:0-1", "a:0-1:5-99", "a:0-1:x-y"):
        assert named_excerpt(name, documents) is None


def test_a_run_of_judged_passages_is_measured():
    """Scores decide, not the order of the file; a question that is missing found nothing."""
    questions = (
        EvalQuestion("q1", "", "und", "", True, judged={"a": 2, "b": 1, "c": 0}),
        EvalQuestion("q2", "", "und", "", True, judged={"a": 1}),
        EvalQuestion("q3", "", "und", "", True, judged={"a": 0}),
    )

    report = evaluate_run(EvalSet("set", questions), {"q1": {"c": 1.0, "b": 3.0, "a": 2.0}}, "theirs")

    first, second, third = report.rows
    assert [name for name, _ in first.ranked] == ["b", "a", "c"]
    assert first.hits == (1, 2)
    assert first.metrics["recall@3"] == 1.0
    assert second.metrics["nDCG@10"] == 0.0
    # Without a relevant passage a question is not eligible, which is not zero.
    assert third.metrics == {}
    assert report.to_json()["metrics"]["hit@1"]["value"] == 0.5


def test_a_run_of_chunks_is_held_against_quotes():
    """What our own runs name can be measured without retrieving again."""
    gold = (Gold("a", 5, 10, TEXT[5:10], 1), Gold("a", 10, 15, TEXT[10:15], 2))
    eval_set = EvalSet("set", (EvalQuestion("q1", "?", "zh", "", True, gold),), {"a": TEXT})

    report = evaluate_run(eval_set, {"q1": {"a:0-5": 3.0, "a:0-10": 2.0, "a:10-15": 1.0}})

    assert report.rows[0].hits == (2, 3)
    assert report.rows[0].part_ranks == (2, 3)
    assert report.rows[0].metrics["recall@3"] == 1.0
