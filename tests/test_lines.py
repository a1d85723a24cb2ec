import itertools
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.lines import Line, is_visible, measure_wrap, split_lines

PARAGRAPHS = ["山上的雪化了，河水涨起来，渡船又可以开了。" * 4, "船夫把船擦得很亮，等着第一批客人。" * 5]


@given(
    st.text(alphabet="甲乙。 \t\u3000\r\n\v\f\x1c\x1f\x85\u2028\ufeffab", max_size=60),
)
def test_lines_hold_every_visible_character_once_and_in_order(text: str) -> None:
    """What no line holds is white space, so nothing that is read can get lost."""
    lines = split_lines(text)
    inside = {i for line in lines for i in range(line.start, line.end)}

    assert all(not is_visible(character) for i, character in enumerate(text) if i not in inside)
    assert all(a.end <= b.start for a, b in itertools.pairwise(lines))
    assert all(is_visible(text[line.start]) and is_visible(text[line.end - 1]) for line in lines)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\f"], ids=repr)
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    """A file of another system has the same lines and the same blank lines between them."""
    lines = split_lines(end.join(["甲", "", "乙", "丙"]))

    assert [line.gap for line in lines] == [0, 1, 0]


@pytest.mark.parametrize("end", ["\n\f", "\f\n", "\n\f\n", "\r\n\f\r\n", "\f"], ids=repr)
def test_the_end_of_a_page_is_no_blank_line(end: str) -> None:
    """A sentence goes on across it."""
    assert [line.gap for line in split_lines(f"甲{end}乙\n\f\n\n丙")] == [0, 0, 1]


def test_an_ideographic_space_is_two_columns_of_indent() -> None:
    """Indents made with spaces and with full-width spaces compare."""
    text = "\u3000\u3000甲\n    乙\n\t丙"

    assert [line.indent for line in split_lines(text)] == [4, 4, 1]


def test_a_byte_order_mark_is_no_indent() -> None:
    """An editor's mark does not make the first line a new paragraph."""
    assert split_lines("\ufeff甲")[0] == Line(start=1, end=2, indent=0, length=2, gap=0)


@pytest.mark.parametrize("width", [15, 24, 40, 60])
def test_a_sliced_wrap_is_found_at_its_width(width: int) -> None:
    """Lines cut after a count of characters tell that count."""
    text = "\n".join(p[i : i + width] for p in PARAGRAPHS for i in range(0, len(p), width))

    assert measure_wrap(text, split_lines(text)).sliced == width


def test_a_word_wrap_is_full_where_the_next_word_does_not_fit() -> None:
    """Ragged lines of an English paragraph are full, its last one is not."""
    text = "\n".join(textwrap.wrap("The river rose and the ferry could sail again at last. " * 6, 40))
    lines = split_lines(text)
    wrap = measure_wrap(text, lines)

    assert wrap.sliced == 0
    assert 34 <= wrap.width <= 40
    full = [wrap.is_full(text, a, b) for a, b in itertools.pairwise(lines)]
    assert sum(full) >= 0.8 * len(full)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一行",
        "\n\n".join(PARAGRAPHS),
        "山高云欲坠\n风静竹无声\n一盏灯前坐\n听泉到五更\n",
        "甲\n乙乙乙\n丙丙",
    ],
    ids=["nothing", "one line", "a paragraph a line", "verse", "a list"],
)
def test_what_was_not_wrapped_has_no_width(text: str) -> None:
    """No line is taken for a full one."""
    wrap = measure_wrap(text, split_lines(text))

    assert (wrap.width, wrap.sliced) == (0, 0)
