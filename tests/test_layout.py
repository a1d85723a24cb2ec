import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated import TEXTS
from papers import ESSAY, LAW, NEWS
from zhangju_index.blocks import find_blocks
from zhangju_index.layout import tell_lines
from zhangju_index.lines import split_lines
from zhangju_index.marks import find_mark
from zhangju_index.outline import Outline, outline_document
from zhangju_index.values import Document, Element, ElementKind, Layout

LONG = "河水从山上流下来，经过许多村庄，最后流进大海里去，年年如此，从不停歇。"


def told(*parts: str | tuple[ElementKind, int, str], **more) -> Document:
    """A document whose format says of some parts what they are; each part is a line or more."""
    text, elements = "", []
    for part in parts:
        if isinstance(part, tuple):
            kind, level, words = part
            elements.append(Element(kind, len(text), len(text) + len(words), level))
        else:
            words = part
        text += words + "\n"
    return Document("paper", "NAME", "paper.docx", text, layout=Layout(tuple(elements), **more))


def h(level: int, words: str) -> tuple[ElementKind, int, str]:
    """A heading."""
    return ("heading", level, words)


def tree(outline: Outline) -> list[str]:
    """Sections as ``kind: headings``, the first heading left out where it is the title."""
    return [
        f"{section.kind}: " + " › ".join(step for step in section.path if step != outline.title)
        for section in outline.sections
    ]


def texts(document: Document) -> list[str]:
    """Reading text of each block."""
    return [block.text for block in outline_document(document).blocks]


def test_stated_headings_are_headings_of_their_level() -> None:
    """The first of level one is the title; a paragraph before a first heading is body."""
    document = told(h(1, "山里的河"), LONG, h(2, "上游"), LONG, h(3, "源头。"), LONG, h(2, "下游"), LONG)
    found = outline_document(document)

    assert found.title == "山里的河"
    assert tree(found) == [
        "title: ",
        "body: ",
        "heading: 上游",
        "heading: 上游 › 源头。",
        "heading: 下游",
    ]


def test_short_lines_name_nothing_where_headings_are_stated() -> None:
    """A caption, a name or a date in a web page is text."""
    document = told(
        "首页", h(1, "山里的河"), LONG, "图 山里的河", h(2, "上游"), "青山县", LONG, unwrapped=True
    )

    assert tree(outline_document(document)) == ["body: ", "title: ", "body: ", "heading: 上游"]


def test_a_byline_under_a_stated_title_is_one() -> None:
    """Nobody marks the author's name."""
    document = told(h(1, "山里的河"), "李明", LONG, h(2, "上游"), LONG, h(2, "下游"), LONG)

    assert [section.kind for section in outline_document(document).sections][:3] == [
        "title",
        "author",
        "body",
    ]


def test_one_stated_heading_leaves_the_rest_to_the_shape() -> None:
    """A page that marks its title alone has free-standing headings still; what is above is none."""
    document = told("首页 新闻", h(1, "山里的河"), LONG, "河上的桥", LONG, unwrapped=True)

    assert tree(outline_document(document)) == ["body: ", "title: ", "body: ", "heading: 河上的桥"]


def test_the_first_of_many_like_headings_is_no_parent() -> None:
    """Introduction, Methods, Results: a report whose sections are all of level one."""
    parts = [part for name in ("Introduction", "Methods", "Results") for part in (h(1, name), "It rained.")]
    found = outline_document(told(*parts))

    assert [section.path for section in found.sections if section.kind == "heading"] == [
        ("Methods",),
        ("Results",),
    ]


def test_a_numbered_first_heading_is_no_title() -> None:
    """It is chapter one."""
    found = outline_document(told(h(1, "1 Introduction"), "It rained.", h(1, "2 Methods"), "It snowed."))

    assert [section.path for section in found.sections] == [("1 Introduction",), ("2 Methods",)]
    assert found.title == "NAME"


def test_a_title_stands_above_numbered_headings_of_its_level() -> None:
    """Word's own title has a style that some map to level one."""
    found = outline_document(
        told(h(1, "条例"), "公告。", h(1, "第一章 总则"), LONG, h(1, "第二章 附则"), LONG)
    )

    assert found.sections[-1].path == ("条例", "第二章 附则")


def test_a_heading_on_several_lines_is_one() -> None:
    """A title that a page breaks for its looks."""
    document = told(h(1, "Reading rivers\nand their\n  valleys"), "It rained.", h(2, "一\n条河"), LONG)

    assert [s.path[-1] for s in outline_document(document).sections if s.kind != "body"] == [
        "Reading rivers and their valleys",
        "一条河",
    ]


@pytest.mark.parametrize("kind", ["item", "table", "code"])
def test_items_rows_and_code_are_no_headings(kind: ElementKind) -> None:
    """Whatever number or mark they open with."""
    rows = ["一、总则", "二、附则", "第一条 甲", "1.1 乙", "# 丙"]
    document = told(LONG, *((kind, 1, row) for row in rows), LONG)

    assert tree(outline_document(document)) == ["body: "]
    assert texts(document) == [LONG, *rows, LONG]


def test_an_item_on_several_lines_is_one_block_and_code_is_not() -> None:
    """Lines of code stay lines."""
    document = told(LONG, ("item", 1, "the boat\nand its oars"), ("code", 0, "a = 1\n  b = 2"), LONG)

    assert texts(document) == [LONG, "the boat and its oars", "a = 1", "b = 2", LONG]


def test_unwrapped_lines_are_never_joined() -> None:
    """Not even those that would read on, or that reach one width."""
    lines = ["河水从山上流下来，", "，经过许多村庄", "的桥", "The river", "rose and"] + ["河" * 30] * 9
    document = told(*lines, unwrapped=True)

    assert texts(document) == lines


def test_full_lines_go_on_and_others_end_their_paragraph() -> None:
    """What a page's geometry shows is believed, whatever the count of characters."""
    lines = [
        "The river rose and the",
        "ferry sailed",
        "Nobody saw it. All of",
        "them slept. Then it",
        "rained.",
    ]
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    document = told(*lines, full_lines=(starts[0], starts[2], starts[3]))

    assert texts(document) == [
        "The river rose and the ferry sailed",
        "Nobody saw it. All of them slept. Then it rained.",
    ]


def test_a_word_hyphenated_at_a_full_line_is_read_whole() -> None:
    """Only there: a hyphen in a text file may belong to its word."""
    text = "Rivers are a retriev-\nal of rain."

    assert texts(Document("d", "D", "d.pdf", text, layout=Layout(full_lines=(0,)))) == [
        "Rivers are a retrieval of rain."
    ]
    assert texts(Document("d", "D", "d.txt", text)) == ["Rivers are a retriev-al of rain."]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\f\n", "\n\n\n"], ids=repr)
def test_a_sentence_goes_on_across_pages_and_columns(between: str) -> None:
    """A full last line leads to the next page."""
    first, second = "河水从山上流下来，经过许多", "村庄，最后流进大海里去。"
    text = first + between + second
    page = len(first + between)

    for layout in (Layout(full_lines=(0,)), Layout(pages=(0, page), full_lines=(0,))):
        assert texts(Document("d", "D", "d.pdf", text, layout=layout)) == [first + second]


def test_articles_without_a_stated_heading_stand_under_a_stated_chapter() -> None:
    """第一章 has a style, 第一条 has none."""
    document = told(
        h(1, "条例"),
        h(2, "第一章 总则"),
        "第一条 应当清洁。",
        "第二条 应当安静。",
        h(2, "第二章 附则"),
        "第三条 施行。",
    )

    assert [section.path[1:] for section in outline_document(document).sections][1:] == [
        ("第一章 总则",),
        ("第一章 总则", "第一条"),
        ("第一章 总则", "第二条"),
        ("第二章 附则",),
        ("第二章 附则", "第三条"),
    ]


def test_an_article_set_as_a_heading_is_named_by_its_number() -> None:
    """Its words are its text; a heading that is only a name keeps all of it."""
    document = told(h(1, "条例"), h(2, "第一条　应当清洁。"), h(2, "第二条　安静"), LONG)

    assert [section.path[-1] for section in outline_document(document).sections] == [
        "条例",
        "第一条",
        "第二条 安静",
    ]


def test_the_units_of_a_law_nest_also_where_they_have_one_style() -> None:
    """Someone gave 编, 章 and 条 the same level, and some articles none."""
    document = told(
        h(1, "条例"),
        h(2, "第一编 河"),
        h(2, "第一章 水"),
        h(2, "第一条 应当清洁：不得污染。"),
        "第二条 施行。",
    )

    assert [section.path[1:] for section in outline_document(document).sections][-2:] == [
        ("第一编 河", "第一章 水", "第一条"),
        ("第一编 河", "第一章 水", "第二条"),
    ]


def test_a_paragraph_set_as_a_heading_names_nothing() -> None:
    """Some pages use headings for their looks."""
    document = told(h(1, "河"), LONG, h(2, LONG * 8), h(2, "上游"), LONG)

    assert tree(outline_document(document)) == ["title: ", "body: ", "heading: 上游"]


def test_a_stated_chapter_stands_under_a_part_that_is_not_stated() -> None:
    """The units of a law have one order, whichever of them has a style."""
    document = told(
        h(1, "条例"), "第一编 总则", h(2, "第一章 河"), LONG, "第二编 附则", h(2, "第一章 桥"), LONG
    )

    assert outline_document(document).sections[-1].path == ("条例", "第二编 附则", "第一章 桥")


def _marked(line: str, level: int) -> str:
    return f"{'#' * level} {line}"


def _dress(paper: str) -> dict[str, Document]:
    """The same law as plain text, Markdown, a web page and a Word document."""
    lines = [line for line in paper.split("\n") if line]
    levels = {0: 1} | {
        i: {"编": 2, "章": 3, "节": 4}[mark.kind]
        for i, line in enumerate(lines)
        if i > 0 and (mark := find_mark(line)) and mark.kind in ("编", "章", "节")
    }
    bare = Layout(unwrapped=True)
    stated = told(
        *(h(levels[i], line) if i in levels else line for i, line in enumerate(lines)), unwrapped=True
    )
    return {
        "text": Document("d", "NAME", "d.txt", paper),
        "Markdown": Document(
            "d",
            "NAME",
            "d.md",
            "\n\n".join(_marked(line, levels[i]) if i in levels else line for i, line in enumerate(lines)),
        ),
        "HTML without headings": Document("d", "NAME", "d.html", "\n".join(lines), layout=bare),
        "Word": stated,
    }


def test_a_law_has_one_outline_in_every_format() -> None:
    """What states headings and what only looks like them agree on every article."""
    paper = LAW.replace("符合第一条和\n第三条", "符合第一条和第三条").split("目　　录")
    paper = paper[0] + paper[1].split("第三章　施行\n", 1)[1]
    found = {name: tree(outline_document(document)) for name, document in _dress(paper).items()}

    for outline in found.values():
        assert outline == found["text"]
    assert len(found["text"]) > 12


@st.composite
def layouts(draw: st.DrawFn, text: str) -> Layout:
    """Any layout that a parser may hand over."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    elements = tuple(
        Element(draw(st.sampled_from(["heading", "item", "table", "code"])), a, b, draw(st.integers(0, 12)))
        for a, b in itertools.pairwise(cuts)
        if draw(st.booleans())
    )
    offsets = st.sets(st.integers(0, max(0, len(text) - 1)), max_size=6).map(sorted).map(tuple)
    pages = draw(offsets)
    return Layout(elements, (0, *pages[1:]) if pages else (), draw(offsets), draw(st.booleans()))


@given(TEXTS, st.data())
def test_sections_tile_any_text_of_any_layout(text: str, data: st.DataObject) -> None:
    """In order, without a gap; blocks show every visible character once; nothing is raised."""
    layout = data.draw(layouts(text))
    found = outline_document(Document("d", "D", "d.pdf", text, layout=layout))
    offsets = [offset for block in found.blocks for offset in block.offsets]

    assert "".join(text[section.start : section.end] for section in found.sections) == text
    assert all(a.end == b.start for a, b in itertools.pairwise(found.sections))
    assert offsets == sorted(set(offsets))
    assert all(
        text[i].isspace() or text[i] in "\ufeff\u200b\u00ad-\u2010"
        for i in set(range(len(text))) - set(offsets)
    )


@given(TEXTS)
def test_plain_text_is_told_nothing(text: str) -> None:
    """The empty layout changes nothing."""
    told_lines = tell_lines(text, split_lines(text), Layout())

    assert (told_lines.marks, told_lines.opens, told_lines.goes_on, told_lines.full) == (
        {},
        set(),
        set(),
        None,
    )


@pytest.mark.parametrize("paper", [NEWS, ESSAY], ids=["news", "essay"])
def test_hash_marks_are_text_where_a_format_has_headings(paper: str) -> None:
    """A comment in a web page's code is no heading."""
    found = find_blocks("# 山里的河\n" + paper, layout=Layout(unwrapped=True)).blocks

    assert found[0].mark is None
