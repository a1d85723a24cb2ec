import pytest

from zhangju_index.lines import split_lines
from zhangju_index.unspaced import unspaced_units


def found(text: str, *, unwrapped: bool = False) -> list[str]:
    """The marks, word for word."""
    marks = unspaced_units(text, split_lines(text), unwrapped=unwrapped)
    return [text[start : start + mark.length] for start, mark in marks.items()]


LAW = "条例\n第一章总则\n第一条河水应当清洁。\n第二条任何人不得污染河水。\n第二章附则\n第三条与本条例不一致的，适用本条例。\n"


def test_numbers_that_are_due_count_without_a_space() -> None:
    """Chapters and articles in the order of their numbers."""
    assert found(LAW) == ["第一章", "第一条", "第二条", "第二章", "第三条"]


@pytest.mark.parametrize(
    "line",
    [
        "第四条规定的情形除外。",
        "第四条第一款所列的人",
        "第四条的规定",
        "第四条、第五条",
        "第四条和第五条",
        "第九条很远。",
        "第三章讲的是河，很长。",
    ],
)
def test_a_reference_is_none(line: str) -> None:
    """A line that goes on with a reference, or whose number is not due."""
    assert found(LAW + line) == found(LAW)


def test_a_number_in_the_middle_of_a_sentence_is_none() -> None:
    """A wrap may put one at the head of a line."""
    text = LAW + "违反前款规定的，由主管部门责令改正，并且可以按照本条例\n第四条处以罚款。\n"

    assert found(text) == found(LAW)
    assert found(text, unwrapped=True) == [*found(LAW), "第四条"]


@pytest.mark.parametrize(
    "text", ["第一条路是山路。\n第二条路是水路。\n", "第一章很长\n", "第一节车厢坐满了。\n"]
)
def test_one_or_two_are_no_law(text: str) -> None:
    """第一条路 counts roads."""
    assert found(text) == []


def test_a_few_articles_may_be_missing() -> None:
    """Repealed, or mistyped."""
    assert found(LAW + "第六条本条例自公布之日起施行。")[-1] == "第六条"
