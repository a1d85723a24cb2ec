import pytest

from zhangju_index.outline import outline_document
from zhangju_index.remarks import is_date, is_remark
from zhangju_index.values import Document

LONG = "河水从山上流下来，经过许多村庄，最后流进大海里去，年年如此，从不停歇。"
REMARKS = [
    "2024年5月1日",
    "二〇二四年五月一日",
    "（2024年5月1日）",
    "5月1日",
    "2024-05-01 10:30",
    "May 1, 2024",
    "1 May 2024",
    "2020年3月1日市人民代表大会通过",
    "图1 河流分布",
    "图 2-1　河流分布",
    "表二：水位统计",
    "Figure 3: The river",
    "Fig. 4 The bridge",
    "Table 2. Levels",
    "E = mc^2 (1)",
    "a + b ≤ c",
    "地址：常州市延政中路28号",
    "电话：0519-86310000",
    "附件：1. 名单",
    "抄送：各单位",
    "关键词：河流；桥梁",
    "来源：青山日报",
    "From: Mary Hale <m@example.org>",
    "Subject: The river",
    "国发〔2024〕5号",
    "（法释〔2023〕13号）",
    "国务院令第588号",
    "12",
    "— 3 —",
    "第 3 页 共 12 页",
    "Page 3 of 12",
    "“你来了”",
    "问：河流怎么样",
    "> 河水流过",
    "[1] 李四. 河流[J]",
    "https://example.org/river",
    "www.example.org",
]


@pytest.mark.parametrize("text", REMARKS)
def test_remarks_are_told_by_what_they_say(text: str) -> None:
    """Dates, captions, formulas, fields, page numbers, speech, references and addresses."""
    assert is_remark(text)


@pytest.mark.parametrize("text", REMARKS)
def test_a_remark_between_paragraphs_heads_nothing(text: str) -> None:
    """Though it stands free and is short."""
    document = Document("d", "NAME", "d.txt", f"{LONG}\n\n{text}\n\n桥也通车了，来往的人都很高兴。\n")

    assert {section.kind for section in outline_document(document).sections} <= {"body", "note"}


@pytest.mark.parametrize(
    "text",
    [
        "河上的桥",
        "图书馆的春天",
        "表面的河流",
        "附则",
        "附件1：名单",
        "“标识度”是什么",
        "1984年的河流",
        "2024年的河流",
        "Figures of speech",
        "Table manners",
        "五号桥和六号桥",
        "May in the hills",
        "Dates and figs",
        "问题与对策",
        "时间的河",
        "来源与去向",
    ],
)
def test_headings_that_resemble_remarks(text: str) -> None:
    """A word in common is not enough."""
    assert not is_remark(text)


def test_a_date_is_nothing_but_a_date() -> None:
    """With its weekday or hour."""
    assert is_date("2024年5月1日 星期三")
    assert not is_date("2024年5月1日，大桥通车，上万名市民步行过桥")
