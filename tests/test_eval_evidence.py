import pytest

from zhangju_eval import Gold
from zhangju_eval.evidence import Excerpt, covers

TEXT = "甲乙。\n\n丙丁,\n戊己。庚辛。丙丁,戊己。"
GOLD = Gold("a", 5, 11, TEXT[5:11])
REWRAPPED = "甲乙。丙\n丁,戊\n己。庚辛。"


def excerpt(start, end, document_id="a", text=TEXT):
    """Cut an excerpt out of a text."""
    return Excerpt(document_id, start, end, text[start:end])


def test_the_gold_runs_over_a_line_wrap():
    """The fixture is what the cases below take it for."""
    assert GOLD.quote == "丙丁,\n戊己"


@pytest.mark.parametrize(
    ("excerpts", "held"),
    [
        pytest.param([excerpt(5, 11)], True, id="exactly"),
        pytest.param([excerpt(0, 15)], True, id="around"),
        pytest.param([excerpt(6, 15)], False, id="starts-one-late"),
        pytest.param([excerpt(0, 10)], False, id="ends-one-early"),
        pytest.param([excerpt(15, len(TEXT))], False, id="same-words-elsewhere"),
        pytest.param([excerpt(5, 8), excerpt(9, 12)], True, id="two-that-leave-out-the-wrap"),
        pytest.param([excerpt(5, 7), excerpt(9, 12)], False, id="two-that-leave-out-a-comma"),
        pytest.param([excerpt(9, 12), excerpt(5, 9)], True, id="two-in-any-order"),
        pytest.param([], False, id="none"),
    ],
)
def test_a_known_document_is_judged_by_place(excerpts, held):
    """Every character of the evidence lies inside; its words elsewhere are other evidence."""
    assert covers(excerpts, GOLD, {"a": TEXT}) is held


def test_white_space_around_the_gold_does_not_count():
    """A chunk that was stripped still holds a quote that was not."""
    assert covers([excerpt(5, 12)], Gold("a", 3, 12, TEXT[3:12]), {"a": TEXT})


def test_another_known_document_does_not_hold_it():
    """The same words in a document that the set knows are not the gold."""
    documents = {"a": TEXT, "b": TEXT}

    assert not covers([excerpt(5, 11, "b")], GOLD, documents)


@pytest.mark.parametrize("document_id", ["a", "copy"])
@pytest.mark.parametrize(
    ("start", "end", "held"), [(3, 10, True), (0, 15, True), (4, 10, False), (3, 9, False)], ids=str
)
def test_another_copy_is_judged_by_wording(document_id, start, end, held):
    """A copy wrapped at another width has other offsets, under the same name or another."""
    assert covers([excerpt(start, end, document_id, REWRAPPED)], GOLD, {"a": TEXT}) is held


def test_without_texts_wording_decides():
    """A set whose documents are not at hand can still be measured."""
    assert covers([excerpt(5, 11)], GOLD, {})
    assert not covers([excerpt(0, 8)], GOLD, {})
