import itertools

import pytest
from hypothesis import given

from generated import TEXTS
from zhangju_index.blocks import alike, ends_sentence, find_blocks, is_heading_shape

LONG = "河水从山上流下来，经过许多村庄，最后流进大海里去，年年如此，从不停歇。"


def shown(text: str) -> list[tuple[bool, str]]:
    """Each block: whether it is a heading, and its text."""
    return [(block.heading, block.text) for block in find_blocks(text).blocks]


@given(TEXTS)
def test_every_line_belongs_to_one_block(text: str) -> None:
    """In order, none lost, none twice."""
    blocks = find_blocks(text).blocks
    lines = [line for block in blocks for line in block.lines]

    assert all(a.end <= b.start for a, b in itertools.pairwise(lines))
    assert all(block.text for block in blocks)


@given(TEXTS)
def test_a_known_break_is_kept(text: str) -> None:
    """A line that is said to open a block opens one, whatever stands before it."""
    starts = [line.start for block in find_blocks(text).blocks for line in block.lines]
    breaks = frozenset(starts[::3])

    assert breaks <= {block.start for block in find_blocks(text, breaks).blocks}


def test_a_sentence_torn_by_a_blank_line_is_one_block() -> None:
    """What does not end goes on."""
    torn = f"{LONG}第一座桥修在上游，第二座桥修在下\n\n游，两座桥相距三里。\n\n{LONG}\n"

    assert shown(torn)[0] == (False, torn.split("\n\n" + LONG)[0].replace("\n\n", ""))


@pytest.mark.parametrize(
    "second", ["，两岸的人都来了。", "的桥也通车了。", "”他说。"], ids=["comma", "particle", "closing quote"]
)
def test_some_characters_open_no_line(second: str) -> None:
    """A line that begins with a closing mark goes on with the line before."""
    assert len(shown(f"{LONG}\n\n今天大桥通车了\n\n{second}")) == 2


def test_a_short_free_line_is_a_heading() -> None:
    """Where blank lines never tear a sentence, they set headings off."""
    assert shown(f"山里的河\n\n{LONG}\n\n河上的桥\n\n{LONG}") == [
        (True, "山里的河"),
        (False, LONG),
        (True, "河上的桥"),
        (False, LONG),
    ]


def test_short_lines_at_the_end_head_nothing() -> None:
    """A signature and a date close a letter."""
    assert shown(f"通知\n\n{LONG}\n\n青山县河流所\n\n2024年11月1日")[2:] == [
        (False, "青山县河流所"),
        (False, "2024年11月1日"),
    ]


@pytest.mark.parametrize(
    "text", ["河水。", "河水！”", "（见第一章。）", "The river rose.", "नदी।", "النهر؟", "…"], ids=repr
)
def test_full_stops_of_many_scripts_end_a_sentence(text: str) -> None:
    """Closing quotes and brackets aside."""
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["河水", "河水，", "河水：", "”", "", "No"], ids=repr)
def test_without_a_stop_nothing_has_ended(text: str) -> None:
    """A comma, a colon or a lone quote is no end."""
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("河上的桥", True),
        ("What the clouds teach", True),
        ("河上有桥。", False),
        ("物品如下：", False),
        ("2024年11月1日", False),
        ("2024年11月1日市人民代表大会通过", False),
        ("河" * 61, False),
        ("桥通车了。大家", False),
        ("12", False),
        ("— 3 —", False),
        ("第 3 页 共 12 页", False),
        ("Page 3 of 12", False),
    ],
)
def test_the_shape_of_a_heading(text: str, shape: bool) -> None:
    """Short, without a stop, no date."""
    assert is_heading_shape(text) is shape


def test_lines_built_alike_share_most_of_their_words_in_order() -> None:
    """Parallel headings are alike; lines with a topic in common are not."""
    assert alike("深入理解河流治理的含义，提升城市的清洁度", "准确把握河流治理的要求，提升城市的美丽度")
    assert not alike("河流治理的春天来到了山里", "山里人家今年修了三座新的桥")
    assert not alike("河流治理", "河流治理")
    assert not alike("河流治理", "河流治理的含义和要求以及它在城市中的意义")
