import pytest

from zhangju_index.leads import find_leads, is_one_more


@pytest.mark.parametrize(
    ("openings", "leads"),
    [
        (["加强河道治理。", "扩大绿地面积。", "提升桥梁质量。"], [True, True, True]),
        (["全市河流众多，水网密布。", "加强河道治理。", "扩大绿地面积。"], [False, True, True]),
        (["修好一座桥，连通两岸人。", "种好一片林，守护一条河。"], [True, True]),
        (["加快修桥铺路。", "加快植树造林固沙。", "加快水利建设。"], [True, True, True]),
    ],
    ids=["one length", "after an introduction", "parallel halves", "one first word"],
)
def test_a_series_of_one_build_names_its_paragraphs(openings: list[str], leads: list[bool]) -> None:
    """Leads come in series that run to the end of their section."""
    assert find_leads(openings) == leads


@pytest.mark.parametrize(
    "openings",
    [
        [],
        ["加强河道治理。"],
        ["市民很高兴。", "大桥是去年开工的。"],
        ["天气晴朗。", "他说桥很好看，值得来。", "上万名市民步行过桥，两岸灯火通明。"],
        ["2023年开工。", "2024年通车。"],
        [
            "加强河道治理。",
            "扩大绿地面积。",
            *["河水从山上流下来，经过许多村庄，最后流进大海，年年如此。"] * 5,
        ],
    ],
    ids=["none", "one alone", "statements", "news", "dates", "a series that does not last"],
)
def test_short_sentences_alone_are_no_leads(openings: list[str]) -> None:
    """A paragraph may begin with a short sentence without being named by it."""
    assert not any(find_leads(openings))


def test_one_more_lead_is_built_like_the_others() -> None:
    """The same length, or the same first or last words."""
    sure = ["加强河道治理。", "河水从山上流下来，经过许多村庄，最后流进大海里去，年年如此。"]

    assert is_one_more("扩大绿地面积。", sure)
    assert not is_one_more("天晴了。", sure)
    assert not is_one_more("大桥是新的啊。", sure)
