import pytest
from hypothesis import given

from generated import TEXTS
from rewrap import slice_lines
from zhangju_index.blocks import find_blocks
from zhangju_index.hidden import hidden_breaks
from zhangju_index.outline import outline_document
from zhangju_index.values import Document

WIDTH = 20
INTRODUCTION = "河流是城市的血脉，治理河流是一件大事，要一年接着一年做下去，做到底。"


def paragraph(opening: str, lines: int) -> str:
    """A paragraph of exactly so many full lines."""
    text = opening + "两岸的居民都来种树护堤，孩子们把树苗一棵一棵扶正，老人们在旁边浇水，" * 5
    return text[: lines * WIDTH - 1] + "。"


def kinds(paragraphs: list[str]) -> list[str]:
    """Kinds of the sections under a title, without blank lines, at ``WIDTH``."""
    text = slice_lines("\n".join(["河流治理报告", *paragraphs]), WIDTH)
    return [section.kind for section in outline_document(Document("a", "A", "a.txt", text)).sections[1:]]


def test_a_lead_after_a_full_last_line_is_found() -> None:
    """It is built like the leads that a short last line gives away."""
    first = paragraph("加强河道治理。", 6)
    rest = [paragraph(lead, 6) + "完工。" for lead in ("扩大绿地面积。", "提升桥梁质量。", "改善码头设施。")]

    assert kinds([INTRODUCTION, first, *rest]) == ["body", "lead", "lead", "lead", "lead"]
    assert kinds([INTRODUCTION, rest[0], first, *rest[1:]]) == ["body", "lead", "lead", "lead", "lead"]


def test_a_heading_after_a_full_last_line_is_found() -> None:
    """It is built like the other headings."""
    headings = [
        "深刻理解河流治理的本质，提升城市的“清洁度”",
        "准确把握河流治理的要求，提升城市的“美丽度”",
        "努力拓宽河流治理的道路，提升城市的“舒适度”",
    ]
    full, short = paragraph("河流很长，", 5), paragraph("河流很长，", 5) + "真的很长。"

    assert kinds([headings[0], short, headings[1], full, headings[2], short]) == ["heading"] * 3


def test_paragraphs_that_begin_alike_are_no_headings() -> None:
    """A first line in common, cut by the wrap at one place, is not enough."""
    years = [paragraph(f"202{year}年，全市完成河道治理的投资总额为三亿", 4) + "完。" for year in range(6)]

    assert set(kinds(years)) == {"body"}


@given(TEXTS)
def test_breaks_are_starts_of_lines(text: str) -> None:
    """Each names a line inside the text that had been joined to the one before."""
    found = find_blocks(text)
    starts = {line.start for block in found.blocks for line in block.lines}

    assert hidden_breaks(text, found) <= starts


@pytest.mark.parametrize("text", ["", "大桥\n\n" + INTRODUCTION], ids=["nothing", "not wrapped"])
def test_a_text_that_was_not_wrapped_hides_nothing(text: str) -> None:
    """Without full lines no break can be missing."""
    assert hidden_breaks(text, find_blocks(text)) == frozenset()
