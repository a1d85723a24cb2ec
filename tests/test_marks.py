import pytest

from zhangju_index.marks import RANKS, find_mark, numeral_value


@pytest.mark.parametrize(
    ("line", "kind", "number"),
    [
        ("# 标题", "markdown", 0),
        ("第一编　总则", "编", 1),
        ("第二分编 典型合同", "分编", 2),
        ("第十二章 附则", "章", 12),
        ("第 3 节　时间", "节", 3),
        ("第一百零三条　本法自公布之日起施行。", "条", 103),
        ("第一百二十条之一 增加的一条。", "条", 120),
        ("第五条【目的】为了……", "条", 5),
        ("第七条：略", "条", 7),
        ("一、总体要求", "一、", 1),
        ("（十二）附则", "（一）", 12),
        ("(三)其他", "（一）", 3),
        ("1. 引言", "1.", 1),
        ("2、方法", "1.", 2),
        ("1.2 The map room", "1.1", 2),
        ("3.2.1 结果", "1.1", 1),
        ("(4) 其他", "(1)", 4),
        ("5）其他", "(1)", 5),
        ("Chapter IV. The river", "chapter", 4),
        ("Section 12 Costs", "chapter", 12),
        ("第三條　本法自公布日施行。", "条", 3),
        ("第二編　分則", "编", 2),
        ("第 十 二 章　附则", "章", 12),
        ("第３条　国は、", "条", 3),
        ("第二十一条の二　国は、", "条", 21),
        ("제3조(정의) 이 법에서", "条", 3),
        ("제1장 총칙", "章", 1),
        ("Article 3", "article", 3),
        ("Art. 12 Freedom of movement", "article", 12),
        ("Article 1er", "article", 1),
        ("Artikel 3a", "article", 3),
        ("ARTÍCULO 5.", "article", 5),
        ("Artigo 2.º Objeto", "article", 2),
        ("Статья 5. Понятие", "article", 5),
        ("§ 433 Vertragstypische Pflichten", "article", 433),
        ("Appendix B", "chapter", 2),
        ("TITRE II", "chapter", 2),
        ("Глава 4. Сделки", "chapter", 4),
        ("2 Related work", "1", 2),
        ("- 一项", "item", 0),
        ("• one", "item", 0),
        ("①甲", "item", 0),
        ("| a | b |", "item", 0),
    ],
)
def test_marks_are_told_by_their_form(line: str, kind: str, number: int) -> None:
    """Each usual numbering is known, with its value."""
    mark = find_mark(line)

    assert mark is not None
    assert (mark.kind, mark.number) == (kind, number)


@pytest.mark.parametrize(
    "line",
    [
        "第五条规定的情形除外。",
        "第三条（一）项所列的情形",
        "第一章讲的是河流。",
        "2024年5月1日，大桥通车。",
        "3.5万元由各单位分担。",
        "1.5% of the books were lost.",
        "12 people came.",
        "一天，他来了。",
        "#标签",
        "-5度",
        "——他说",
        "Partial results",
        "Article 5 of the Treaty applies.",
        "Section 3 describes the method.",
        "§ 3 Abs. 2 gilt entsprechend.",
        "Artikel 7 der Verordnung gilt.",
        "Part of the river froze.",
        "Статья 5 этого закона",
        "제3조에 따라",
        "12 Monkeys came. They ate.",
        "20 世纪的河流",
        "",
    ],
)
def test_prose_has_no_mark(line: str) -> None:
    """References, dates, figures and hash tags are text."""
    assert find_mark(line) is None


def test_levels_stand_in_the_order_of_the_standards() -> None:
    """编 above 章 above 节 above 条, then 一、 above （一） above 1. above (1)."""
    order = ["编", "分编", "章", "节", "条", "一、", "（一）", "1.", "(1)"]

    assert [RANKS[kind] for kind in order] == sorted(RANKS[kind] for kind in order)
    depths = [find_mark(f"{number} x") for number in ("1.1", "1.1.1", "1.1.1.1")]
    ranks = [mark.rank for mark in depths if mark]
    assert ranks == sorted(set(ranks))


def test_an_inserted_article_says_so() -> None:
    """第九条之一 stands between the ninth and the tenth."""
    plain, inserted = find_mark("第九条 甲"), find_mark("第九条之一 乙")

    assert plain
    assert inserted
    assert (plain.inserted, inserted.inserted) == (False, True)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("7", 7),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("一百一十", 110),
        ("一千二百六十", 1260),
        ("两千", 2000),
        ("二〇二四", 2024),
        ("xii", 12),
        ("IX", 9),
    ],
)
def test_numerals_have_their_value(numeral: str, value: int) -> None:
    """Chinese, Arabic and Roman numerals count alike."""
    assert numeral_value(numeral) == value


def test_every_number_up_to_two_thousand_can_be_read() -> None:
    """Written out by the rules of Chinese numerals and read back."""

    def write(number: int) -> str:
        digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
        written = ""
        for place, digit in enumerate(reversed(str(number))):
            written = (digits[int(digit)] + units[place] if digit != "0" else "零") + written
        while "零零" in written:
            written = written.replace("零零", "零")
        return written.rstrip("零")

    assert all(numeral_value(write(number)) == number for number in range(1, 2001))
