import itertools
import time

import pytest
from hypothesis import given

from article import ARTICLE_TEXT as ARTICLE
from article import OUTLINE, disagreements
from generated import TEXTS
from papers import ESSAY, LAW, LISTS, MARKDOWN, NEWS, NOTICE, OTHERS, PAPERS, PLAIN, POEM, REPORT, TABLE
from rewrap import MORE_SHAPES, SHAPES, slice_lines
from zhangju_index.outline import outline_document
from zhangju_index.sentences import split_sentences
from zhangju_index.values import Document

FULL_LINE = (
    "at this width the column's line is exactly full and runs into the title below it: "
    "nothing but the sense of the words says that they are two"
)
TWINS = "two paragraphs that begin with the same words are both torn after them, as if by headings"
WITHOUT_A_TRACE = {
    "no blank lines, sliced at 24": FULL_LINE,
    "indented paragraphs, sliced at 24": FULL_LINE,
    "paragraphs after four spaces, sliced at 24": FULL_LINE,
    "indented paragraphs, filled to 48 columns": FULL_LINE,
    "no blank lines, filled to 48 columns": FULL_LINE,
    "no blank lines, filled to 49 columns": FULL_LINE,
    "first sentences torn (18)": TWINS,
}


def shape(name: str, *marks: pytest.MarkDecorator):
    """A shape to test, expected to fail where a break leaves no trace in it."""
    if reason := WITHOUT_A_TRACE.get(name):
        marks = (*marks, pytest.mark.xfail(raises=AssertionError, strict=True, reason=reason))
    return pytest.param(name, marks=marks)


def outline(text: str):
    """The outline of a paper called NAME."""
    return outline_document(Document("paper", "NAME", "paper.txt", text))


def tree(text: str) -> list[str]:
    """Sections as ``kind: headings``, the first heading left out where it is the title."""
    found = outline(text)
    return [
        f"{section.kind}: " + " › ".join(step for step in section.path if step != found.title)
        for section in found.sections
    ]


def sentences(text: str) -> list[str]:
    """All sentences of a text, block by block."""
    return [block.text[a:b] for block in outline(text).blocks for a, b in split_sentences(block.text)]


def test_the_bundled_article_has_the_outline_of_the_printed_page() -> None:
    """Kinds, headings, first and last characters of all thirty sections."""
    assert disagreements(ARTICLE) == []
    assert outline(ARTICLE).title == OUTLINE[1].path[-1]


@pytest.mark.parametrize("name", [shape(name) for name in SHAPES])
def test_the_article_keeps_its_outline_in_every_shape(name: str) -> None:
    """Re-wrapped, indented, torn or put on one line, it is the same article."""
    assert disagreements(SHAPES[name](ARTICLE)) == []


@pytest.mark.parametrize(
    "name",
    [shape(name, *([pytest.mark.slow] if i % 12 else [])) for i, name in enumerate(MORE_SHAPES)],
)
def test_the_article_keeps_its_outline_in_further_shapes(name: str) -> None:
    """What editors, mail programs and page layouts do to a text."""
    assert disagreements(MORE_SHAPES[name](ARTICLE)) == []


def test_a_markdown_copy_has_the_same_sections() -> None:
    """Marks say outright what the shape of the page says otherwise."""
    text = ARTICLE
    for row in OUTLINE:
        if row.kind in ("title", "heading"):
            text = text.replace(
                row.path[-1] + "\n", {"title": "# ", "heading": "## "}[row.kind] + row.path[-1] + "\n"
            )
    found = [(section.kind, section.path[-1]) for section in outline(text).sections if section.path]

    for row in OUTLINE:
        if row.kind in ("heading", "lead"):
            assert (row.kind, row.path[-1]) in found


def test_a_law() -> None:
    """编, 章, 节 and 条 nest; a table of contents, items and references are text."""
    assert tree(LAW) == [
        "title: ",
        "body: ",
        "heading: 目 录",
        "heading: 第一编 总则",
        "heading: 第一编 总则 › 第一章 一般规定",
        "heading: 第一编 总则 › 第一章 一般规定 › 第一条",
        "heading: 第一编 总则 › 第一章 一般规定 › 第二条",
        "heading: 第一编 总则 › 第一章 一般规定 › 第三条",
        "heading: 第一编 总则 › 第二章 花园的开放",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第一节 时间",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第一节 时间 › 第四条",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第一节 时间 › 第五条",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第一节 时间 › 第五条之一",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第二节 秩序",
        "heading: 第一编 总则 › 第二章 花园的开放 › 第二节 秩序 › 第六条",
        "heading: 第二编 附则",
        "heading: 第二编 附则 › 第三章 施行",
        "heading: 第二编 附则 › 第三章 施行 › 第九条",
    ]


@pytest.mark.parametrize("width", [16, 18, 25, 30])
def test_a_law_cut_into_lines_keeps_its_articles(width: int) -> None:
    """A reference that a wrap puts at the start of a line opens no article."""
    assert tree(slice_lines(LAW, width)) == tree(LAW)


def test_articles_under_numbered_headings_stand_below_them() -> None:
    """一、 heads articles where its series runs through them, and lists points within one otherwise."""
    above = "规定\n\n一、受理\n\n第一条 应当受理。\n\n第二条 应当登记。\n\n二、审理\n\n第三条 应当公开。\n"
    below = "规定\n\n第一条 应当登记：\n\n一、姓名；\n\n二、住址。\n\n第二条 应当公开。\n"

    assert tree(above)[-1] == "heading: 二、审理 › 第三条"
    assert tree(above)[2] == "heading: 一、受理 › 第一条"
    assert tree(below)[-2:] == ["heading: 第一条", "heading: 第二条"]


def test_a_heading_may_end_in_any_character() -> None:
    """地, 为 and 据 carry a sentence on, but end a heading as well as any other."""
    text = "规定\n\n第一章 安置地\n\n第一节 行为\n\n一、证据\n\n第一条 应当收集。\n\n二、送达\n\n第二条 应当签收。\n"

    assert tree(text)[1:] == [
        "heading: 第一章 安置地",
        "heading: 第一章 安置地 › 第一节 行为",
        "heading: 第一章 安置地 › 第一节 行为 › 一、证据",
        "heading: 第一章 安置地 › 第一节 行为 › 一、证据 › 第一条",
        "heading: 第一章 安置地 › 第一节 行为 › 二、送达",
        "heading: 第一章 安置地 › 第一节 行为 › 二、送达 › 第二条",
    ]


def test_a_supplement_without_a_number_stands_beside_the_numbered_parts() -> None:
    """附则 closes a law as a chapter of its own, References a report."""
    law = "条例\n\n第一章 河\n\n第一条 应当清洁。\n\n附则\n\n第二条 施行。\n"
    report = "Rivers\n\nAbstract\n\nIt rained.\n\n1 Introduction\n\nIt rose.\n\n2 Methods\n\nWe sat.\n\nReferences\n\nHale.\n"

    assert tree(law)[-2:] == ["heading: 附则", "heading: 附则 › 第二条"]
    assert tree(report)[1:] == [
        "heading: Abstract",
        "heading: 1 Introduction",
        "heading: 2 Methods",
        "heading: References",
    ]


def test_an_article_opens_after_a_colon_at_the_end_of_a_full_line() -> None:
    """现解释如下： leads to it, however long its line is."""
    text = "关于河流的解释\n" + "\n".join(
        ["为了保护河流，现就有关问题解释如下：", *(f"第{n}条　{'河水应当清洁。' * 2}" for n in "一二三四")]
    )

    assert [line.removeprefix("heading: ") for line in tree(text)[-4:]] == [
        "第一条",
        "第二条",
        "第三条",
        "第四条",
    ]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "Harbour Act\n\nPART I\n\nArticle 1\n\nThe harbour is open.\n\nArticle 2\n\nBoats may sail.\n\n"
            "PART II\n\nArticle 3\n\nArticle 1 of this Act applies.\n",
            ["PART I", "PART I › Article 1", "PART I › Article 2", "PART II", "PART II › Article 3"],
        ),
        (
            "Hafengesetz\n\nAbschnitt 1 Allgemeines\n\n§ 1 Zweck\n\nDer Hafen ist offen.\n\n§ 2 Boote\n\n"
            "(1) Boote fahren.\n\n(2) § 1 gilt entsprechend.\n",
            [
                "Abschnitt 1 Allgemeines",
                "Abschnitt 1 Allgemeines › § 1 Zweck",
                "Abschnitt 1 Allgemeines › § 2 Boote",
            ],
        ),
        (
            "Закон о порте\n\nГлава 1. Общие положения\n\nСтатья 1. Цель\n\nПорт открыт.\n\n"
            "Статья 2. Лодки\n\nЛодки плывут.\n",
            [
                "Глава 1. Общие положения",
                "Глава 1. Общие положения › Статья 1. Цель",
                "Глава 1. Общие положения › Статья 2. Лодки",
            ],
        ),
        (
            "항만법\n\n제1장 총칙\n\n제1조(목적) 이 법은 항만을 정한다.\n\n제2조(정의) 항만은 바다에 있다.\n",
            ["제1장 총칙", "제1장 총칙 › 제1조", "제1장 총칙 › 제2조"],
        ),
        (
            "港湾法\n\n第一章　総則\n\n（目的）\n第１条　この法律は港を定める。\n\n（定義）\n第２条　港は海にある。\n",
            ["第一章 総則", "第一章 総則 › 第１条", "第一章 総則 › 第２条"],
        ),
        (
            "Loi du port\n\nChapitre Ier\n\nArticle 1er\n\nLe port est ouvert.\n\nArticle 2\n\nLes bateaux partent.\n",
            ["Chapitre Ier", "Chapitre Ier › Article 1er", "Chapitre Ier › Article 2"],
        ),
        (
            "Ley del puerto\n\nCAPÍTULO I\n\nArtículo 1. El puerto está abierto.\n\nArtículo 2. Los barcos salen.\n",
            ["CAPÍTULO I", "CAPÍTULO I › Artículo 1", "CAPÍTULO I › Artículo 2"],
        ),
    ],
    ids=["English", "German", "Russian", "Korean", "Japanese", "French", "Spanish"],
)
def test_laws_of_other_languages(text: str, paths: list[str]) -> None:
    """Their units nest as the Chinese ones do."""
    assert [line.partition(": ")[2] for line in tree(text)][-len(paths) :] == paths


def test_an_official_notice() -> None:
    """一、 above （一）; a list of 1. 2. is text, and so is the signature with its date."""
    assert tree(NOTICE) == [
        "title: ",
        "body: ",
        "heading: 一、加强组织领导",
        "lead: 一、加强组织领导 › （一）明确责任",
        "lead: 一、加强组织领导 › （二）建立台账",
        "heading: 二、做好物资准备",
        "heading: 三、严格值班制度",
    ]


def test_a_report_with_decimal_numbers() -> None:
    """1. above 1.1 above 1.1.1; times and figures in the text are no numbers."""
    assert tree(REPORT) == [
        "title: ",
        "heading: 1. Introduction",
        "heading: 1. Introduction › 1.1 The reading room",
        "heading: 1. Introduction › 1.1 The reading room › 1.1.1 Opening hours",
        "heading: 1. Introduction › 1.2 The map room",
        "heading: 2. Outlook",
    ]


def test_a_markdown_file() -> None:
    """Both kinds of Markdown headings count; comments in code, front matter and tables do not."""
    assert outline(MARKDOWN).title == "Brewing tea"
    assert tree(MARKDOWN) == [
        "body: ",
        "title: ",
        "body: ",
        "heading: Green tea",
        "heading: Black tea",
        "heading: Black tea › Milk",
    ]


def test_a_wrapped_english_essay() -> None:
    """Free-standing lines are headings; wrapped sentences are whole."""
    assert tree(ESSAY) == [
        "title: ",
        "body: ",
        "heading: What the clouds teach",
        "heading: What the garden teaches",
    ]
    assert "Mr. Hale of Dover, who painted 3.5 thousand of them, said so in 1874." in sentences(ESSAY)


@pytest.mark.parametrize(
    "text", [NEWS, POEM, TABLE, LISTS, PLAIN, *(OTHERS[k] for k in OTHERS if k != "emoji")]
)
def test_what_has_no_structure_is_given_none(text: str) -> None:
    """Short sentences, verses, rows, items and dates name nothing."""
    assert tree(text) == ["body: "]
    assert outline(text).title == "NAME"


@pytest.mark.parametrize("width", [17, 28, 40])
@pytest.mark.parametrize("blank_lines", [True, False], ids=["blank lines", "no blank lines"])
def test_wrapped_news_is_given_no_structure_either(width: int, blank_lines: bool) -> None:
    """Chance lines of a narrow column are no headings."""
    assert set(tree(slice_lines(NEWS, width, blank_lines=blank_lines))) == {"body: "}


def test_verses_rows_and_items_are_sentences_of_their_own() -> None:
    """Lines that were not wrapped are not joined."""
    assert sentences(POEM) == POEM.split()
    assert sentences(TABLE) == TABLE.strip().split("\n")
    assert sentences(LISTS)[1:4] == ["1. 身份证", "2. 雨伞", "3. 充电器"]


@given(TEXTS)
def test_sections_tile_any_text(text: str) -> None:
    """In order, without a gap, from the first character to the last; and nothing is raised."""
    sections = outline(text).sections

    assert "".join(text[section.start : section.end] for section in sections) == text
    assert all(a.end == b.start for a, b in itertools.pairwise(sections))
    assert all(section.start < section.end for section in sections)


@given(TEXTS)
def test_an_outline_depends_on_the_text_alone(text: str) -> None:
    """Not on the name, the source or an earlier run."""
    first = outline_document(Document("a", "A", "a.txt", text))
    second = outline_document(Document("b", "B", "b.md", text, {"author": "c"}))

    assert first.sections == second.sections
    assert first.blocks == second.blocks


@given(TEXTS)
def test_blocks_show_every_visible_character_once(text: str) -> None:
    """What is read is all of the text, in order, and no line break is left inside a block."""
    found = outline(text)
    offsets = [offset for block in found.blocks for offset in block.offsets]

    assert offsets == sorted(set(offsets))
    hidden = set(range(len(text))) - set(offsets)
    # A hyphen that only cuts a word is hidden like a soft one.
    assert all(text[i].isspace() or text[i] in "\ufeff\u200b\u00ad-\u2010" for i in hidden)
    assert all("\n" not in block.text and "\r" not in block.text for block in found.blocks)


@pytest.mark.parametrize("name", PAPERS)
def test_reading_the_whole_text_reads_every_block(name: str) -> None:
    """``read`` gives the blocks of a range, a line break apart."""
    found = outline(PAPERS[name])

    assert found.read(0, len(PAPERS[name])).text == "\n".join(block.text for block in found.blocks)


def _many_lines(count: int) -> str:
    """Short lines that differ, none of them a sentence."""
    return "\n".join(
        "".join(chr(0x4E00 + (i * j * 7919) % 3000) for j in range(3, 5 + i % 20)) for i in range(count)
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "河水涨了，" * (n // 5),
        lambda n: "River " * (n // 6),
        lambda n: "\n".join(["河" * 40] * (n // 41)),
        lambda n: _many_lines(n // 15),
        lambda n: _many_lines(n // 15).replace("\n", "\n\n"),
        lambda n: "\n".join(f"第{i}条 河水应当清洁。" for i in range(1, n // 14)),
        lambda n: slice_lines(ARTICLE * (n // len(ARTICLE) + 1), 40, blank_lines=False),
    ],
    ids=[
        "one line",
        "one Latin line",
        "one paragraph",
        "lines",
        "lines apart",
        "articles",
        "a wrapped article",
    ],
)
def test_time_grows_with_length_only(make) -> None:
    """Four times the text takes nowhere near sixteen times as long."""

    def seconds(length: int) -> float:
        text = make(length)
        best = 9e9
        for _ in range(2):
            started = time.process_time()
            outline(text)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(40_000) < 9 * seconds(10_000) + 0.05
