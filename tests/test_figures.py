from fractions import Fraction

import pytest

from zhangju.figures import find_figures, fold, same_figure

SAME = [
    ("2023年12月", "二〇二三年十二月"),
    ("2023年12月", "December 2023"),
    ("2022年9月3日", "3 September 2022"),
    ("2022年9月3日", "September 3rd, 2022"),
    ("2022年9月3日", "2022-09-03"),
    ("百分之三十", "30%"),
    ("三成", "30 per cent"),
    ("３０％", "thirty percent"),
    ("3.7万人", "37,000人"),
    ("三万七千人", "37 thousand people"),
    ("1.2亿元", "120 million yuan"),
    ("1.2億元", "1.2亿元"),
    ("$5 million", "500万美元"),
    ("2.5万亿", "2.5 trillion"),
    ("一百零五家", "105家"),
    ("三分之二", "two-thirds"),
    ("一半", "half"),
    ("5个百分点", "5 percentage points"),
    ("第二章", "the second chapter"),
    ("128公里", "128 km"),
    ("twenty-five", "25"),
    ("9:30", "09:30"),
]
DIFFERENT = [
    ("30%", "30"),
    ("30%", "30个百分点"),
    ("3月", "3个月"),
    ("第3", "3"),
    ("5公里", "5米"),
    ("12.6亿元", "12.6万元"),
    ("5元", "5美元"),
    ("2022年", "2023年"),
    ("1/3", "1/4"),
    ("12:30", "12"),
]
NONE = ["一批一切唯一", "进一步", "十百千", "千万不要", "万一", "年年有余", "one of them", "You may go"]


def figures(text: str):
    """The figures of a text as it is written."""
    return find_figures(fold(text))


@pytest.mark.parametrize(("one", "other"), SAME, ids=[f"{a}={b}" for a, b in SAME])
def test_one_figure_written_in_two_ways_is_the_same(one: str, other: str) -> None:
    """Numerals, width, separators, scales, units, dates and languages make no difference."""
    assert len(figures(one)) == len(figures(other)) > 0
    for first in figures(one):
        assert any(same_figure(first, second) for second in figures(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=[f"{a}≠{b}" for a, b in DIFFERENT])
def test_figures_that_say_something_else_are_told_apart(one: str, other: str) -> None:
    """A share is no count, a month no span of months, a kilometre no metre."""
    assert not any(same_figure(a, b) for a in figures(one) for b in figures(other))


@pytest.mark.parametrize("text", NONE)
def test_words_with_numerals_in_them_are_no_figures(text: str) -> None:
    """一 and one are mostly articles, and some words are built with numerals."""
    assert figures(text) == []


def test_places_are_those_of_the_figures() -> None:
    """Where a figure stands in the folded text."""
    text = fold("国家工业４１个大类中有37个,占百分之九十。")
    assert [text[f.start : f.end] for f in figures(text)] == ["41", "37", "百分之九十"]
    assert [f.value for f in figures(text)] == [Fraction(41), Fraction(37), Fraction(90)]
