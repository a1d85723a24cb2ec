import random
import re
from collections import Counter
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article import ARTICLE_TEXT, squeeze
from rewrap import SHAPES
from webpages import ARTICLES, PAGES, Article
from zhangju_index.errors import DocumentError
from zhangju_index.formats.html import HtmlParser
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_bytes, document_from_text
from zhangju_index.values import Document, Parsed


def parse(html: str | bytes) -> Parsed:
    """Parse a page, having looked at the promise of every element."""
    parsed = HtmlParser().parse(html.encode() if isinstance(html, str) else html, "page.html")
    ends = [0]
    for element in parsed.layout.elements:
        line = parsed.text[element.start : element.end]
        assert line.strip()
        assert "\n" not in line
        assert element.start == 0 or parsed.text[element.start - 1] == "\n"
        assert element.start >= ends[-1]
        ends.append(element.end)
    assert not re.search("[\0\ud800-\udfff]", parsed.text)
    return parsed


def lines(html: str | bytes) -> list[str]:
    """The lines of a page that show anything."""
    return [line for line in parse(html).text.split("\n") if line]


def elements(html: str) -> list[tuple[str, int, str]]:
    """Kind, level and text of the elements of a page."""
    parsed = parse(html)
    return [(e.kind, e.level, parsed.text[e.start : e.end]) for e in parsed.layout.elements]


def read_or_refuse(html: str | bytes) -> str:
    """The text of a page, or the one line that says why there is none."""
    try:
        return parse(html).text
    except DocumentError as error:
        message = str(error)
    assert "\n" not in message
    return message


def words(text: str) -> Counter[str]:
    """Words of a text, and the characters of scripts that put no space between words."""
    return Counter(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W\u3040-\u30ff\u4e00-\u9fff]+", text))


def sections(document: Document) -> list[tuple[str, tuple[str, ...], str]]:
    """Kind, headings and text of each section, without white space."""
    return [
        (section.kind, tuple(map(squeeze, section.path)), squeeze(document.text[section.start : section.end]))
        for section in outline_document(document).sections
    ]


# The article.


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", ARTICLES)
def test_the_article_is_kept_whole_and_little_else(kind: str, name: str) -> None:
    """Whatever site it stands on: every line of the article in order, and hardly a word of the site."""
    article = ARTICLES[name]
    html = re.sub("gb2312|Shift_JIS", "utf-8", PAGES[kind](article))
    parsed = parse(html)

    shown = re.sub(r"\[1\]", "", parsed.text)
    position = 0
    for _, text in article:
        assert text in shown[position:]
        position = shown.index(text, position) + len(text)
    found, wanted = words(shown), words("\n".join(text for _, text in article))
    assert (found & wanted).total() >= 0.8 * found.total()
    assert parsed.title == article[0][1]


@pytest.mark.parametrize("kind", PAGES)
def test_headings_are_those_of_the_article(kind: str) -> None:
    """Its name comes first, at the first rank, and the headings of its parts below it."""
    article: Article = ARTICLES["bridge"]
    headings = [
        (level, text)
        for name, level, text in elements(PAGES[kind](article).replace("gb2312", "utf-8"))
        if name == "heading"
    ]

    assert headings[0] == (1, article[0][1])
    if kind not in ("portal", "breaks"):
        assert [text for level, text in headings if level == 2] == [t for tag, t in article if tag == "h2"]


def test_a_page_without_a_site_is_kept_whole() -> None:
    """Short lines, links and last words of a page written by hand are its text."""
    html = """<title>Notes</title><h1>Notes on ropes</h1>A first line.
    <p>See <a href="knots.html">the page on knots</a>.<p>Short.<div>The long middle of it all, in which there is much to say
    about hemp, sisal and nylon, and about what the sea does to each of these in the end.</div><p>Fin"""

    assert lines(html) == [
        "Notes on ropes",
        "A first line.",
        "See the page on knots.",
        "Short.",
        "The long middle of it all, in which there is much to say about hemp, sisal and nylon, and about what the sea does to each of these in the end.",
        "Fin",
    ]


def test_attachments_and_notes_are_the_articles() -> None:
    """Links to files and to places in the page are no links to the site."""
    nav = '<div><a href="/">首页</a><a href="/a">新闻</a><a href="/b">服务</a></div>'
    html = f"""{nav}<div><h1>关于开展检查的通知</h1><p>各单位：现将有关事项通知如下，请认真执行，按时报送材料。</p>
    <p><a href="f/1.docx">附件1：检查表</a></p><p><a href="f/2.pdf?x=1">附件2：名单</a></p><p><a href="#n1">注释见文末</a></p></div>"""

    assert lines(html)[-3:] == ["附件1：检查表", "附件2：名单", "注释见文末"]
    assert "首页" not in parse(html).text


def test_lines_that_look_like_buttons_are_text() -> None:
    """A short line is not furniture because it opens with a word that a button could show."""
    nav = '<ul><li><a href="/">首页</a><li><a href="/a">新闻</a><li><a href="/b">服务</a></ul>'
    body = "<p>现将有关事项公告如下，请全体市民周知，共同遵守。</p><p>分享经济</p><p>举报电话：12345</p><p>打印材料三份</p>"
    shown = lines(f"{nav}<div>{body}</div><p>分享到：</p><p>字号：大 中 小</p><p>下一篇：没有了</p>")

    assert shown[1:] == ["分享经济", "举报电话：12345", "打印材料三份"]


def test_a_header_that_names_the_article_is_kept() -> None:
    """With its byline; the one that names the site is not."""
    html = """<title>桥通车了 - 青山网</title><header><a href="/">青山网</a></header><div><header><h1>桥通车了</h1><p>记者 李明</p></header>
    <p>昨日上午九时，横跨清江的青山大桥正式通车，两岸居民十分高兴。</p></div><footer><p>青山网主办，保留所有权利。</p></footer>"""

    assert lines(html) == [
        "桥通车了",
        "记者 李明",
        "昨日上午九时，横跨清江的青山大桥正式通车，两岸居民十分高兴。",
    ]


def test_comments_may_be_longer_than_the_article() -> None:
    """What readers wrote under it is not the article's."""
    comments = "<p>写得真好，读了三遍，还想再读一遍，谢谢作者的分享。</p>" * 30
    text = "昨日上午九时，横跨清江的青山大桥正式通车，两岸居民十分高兴。" * 6

    assert lines(f'<div><h1>桥</h1><p>{text}</p></div><div id="comments">{comments}</div>') == ["桥", text]


def test_what_nobody_sees_is_not_read() -> None:
    """Scripts, styles, templates, controls, and what is hidden in any of the usual ways."""
    html = """<p>Shown.</p><script>x = "<p>no</p>"</script><style>no</style><noscript>no</noscript><template><p>no</p></template>
    <svg><text>no</text></svg><p hidden>no</p><p aria-hidden=true>no</p><p style="color: red; DISPLAY : none">no</p>
    <select><option>no</option></select><textarea>no</textarea><button>no</button><dialog>no</dialog><!-- no --><!-- no"""

    assert lines(html) == ["Shown."]


def test_a_page_that_hides_everything_is_read_all_the_same() -> None:
    """Some pages show their text only once a program has run."""
    assert lines('<div style="display:none"><p>文字在这里。</p></div>') == ["文字在这里。"]


def test_what_follows_the_end_of_the_page_is_read() -> None:
    """Browsers go on after an early </body>, and a page cut off is read as far as it goes."""
    assert lines("<html><body><p>一。</body></html><p>二。<p>三") == ["一。", "二。", "三"]


# Lines.


@pytest.mark.parametrize("tag", ["article", "main", "section", "figure", "custom-part"])
def test_a_page_may_leave_out_head_and_body(tag: str) -> None:
    """What HTML 4 did not know ends the head as in a browser, before other text and after it."""
    words = "这里写着一段话,说明公园的开放时间。"
    head = "<!doctype html><meta charset=utf-8><title>公园</title><script>var a</script>"
    assert lines(f"{head}<{tag}><h1>公园</h1><p>{words}</p></{tag}>") == ["公园", words]
    assert lines(f"{head}<{tag}><p>{words}</p></{tag}><p>另外,{words}</p>") == [words, f"另外,{words}"]


def test_white_space_is_that_of_a_browser() -> None:
    """It collapses; a line break of the editor between Han characters disappears, as do indents."""
    html = "<p>　　青山大桥\n  通车了。&nbsp;&nbsp;全长 1,200&nbsp;m\n\tand a bit,\n“好”。&shy;<br>新&#8232;行 한국\n어</p>"

    assert lines(html) == ["青山大桥通车了。 全长 1,200 m and a bit, “好”。", "新 行 한국 어"]


def test_blocks_stand_apart_as_in_a_browser() -> None:
    """Paragraphs have a blank line between them; divisions, items and rows have not."""
    html = "<p>a</p><p>b<div>c</div><div>d<br>e</div><ul><li>f<li>g<ul><li>h</ul></ul>i<table><tr><td>1<td>2<tr><td>3<td>4</table>"

    assert parse(html).text == "a\n\nb\n\nc\nd\ne\n\nf\ng\nh\n\ni\n\n1\t2\n3\t4\n"


def test_inline_elements_part_no_words() -> None:
    """Emphasis inside a word leaves it whole; ruby keeps its base, notes their marks."""
    assert lines(
        "<p>un<b>believ</b>able <ruby>漢<rp>(</rp><rt>かん</rt></ruby>字<sup>[1]</sup>&amp;&lt;x&gt;"
    ) == ["unbelievable 漢字[1]&<x>"]


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("10<sup>8</sup>", "10⁸"),
        ('2019<sup><a href="#n">1</a></sup>', "2019¹"),
        ("4<sup>th</sup>", "4th"),
        ("1<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1 1/2"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>", "(a+b)/2"),
        ("<math><msup><mn>10</mn><mrow><mo>-</mo><mn>3</mn></mrow></msup></math>", "10⁻³"),
        ("<math><msqrt><mi>a</mi><mo>+</mo><mn>1</mn></msqrt></math>", "√(a+1)"),
        ("<math><mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1 1/2"),
        ("<math><mrow><mn>1</mn></mrow><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1 1/2"),
        (
            "<math><msqrt><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></msqrt><mo>+</mo><mi>c</mi></math>",
            "√(a+b)+c",
        ),
        (
            "<math><mfrac><mstyle><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mstyle><mi>c</mi></mfrac></math>",
            "(a+b)/c",
        ),
        ("<math><mfrac><mrow><mi>a</mi></mrow><mo>∂</mo></mfrac></math>", "a/∂"),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", "³√x"),
        ("<math><mn>2</mn><mroot><mi>x</mi><mn>3</mn></mroot></math>", "2 ³√x"),
        (
            "<math><mroot><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mrow><mi>n</mi></mrow></mroot></math>",
            "n√(a+1)",
        ),
        (
            "<math><semantics><mi>x</mi><annotation encoding=application/x-tex>\\hat x</annotation></semantics></math>",
            "x",
        ),
    ],
)
def test_raised_figures_and_fractions_stay_apart(inside: str, shown: str) -> None:
    """10² is not 102, and one half is not twelve."""
    assert lines(f"<p>One {inside} two") == [f"One {shown} two"]


def test_headings_items_rows_and_code() -> None:
    """What the format says of its lines, each element exactly one of them."""
    html = """<h1>A<br>B</h1><div role=heading aria-level=3>C</div><ol start=3><li>x<li>y<ol type=a><li>z</ol><li value=9><p>w<p>more</ol>
    <ul><li>u</ul><table><caption>T</caption><tr><th>k<th>v<tr><td rowspan=2>1<td>2<tr><td>3</table><pre><code>def f():\n\n    pass</code></pre>"""

    assert elements(html) == [
        ("heading", 1, "A B"),
        ("heading", 3, "C"),
        ("item", 1, "3. x"),
        ("item", 1, "4. y"),
        ("item", 2, "a. z"),
        ("item", 1, "9. w"),
        ("item", 1, "u"),
        ("table", 0, "k\tv"),
        ("table", 0, "1\t2"),
        ("table", 0, "\t3"),
        ("code", 0, "def f():"),
        ("code", 0, "    pass"),
    ]
    assert [line for line in lines(html) if line in ("more", "T")] == ["more", "T"]


def test_numbers_are_not_doubled() -> None:
    """Who numbers items by hand hides the numbers of the list."""
    assert lines("<ol><li>1. 甲<li>（二）乙<li>丙</ol>") == ["1. 甲", "（二）乙", "3. 丙"]
    assert lines('<ol style="list-style-type: none"><li>甲</ol>') == ["甲"]


def test_short_bold_lines_are_headings_where_there_are_several() -> None:
    """Below the marked ones; a single one among marked headings, a byline and a numbered line are text."""
    page = "<h1>桥</h1><p><b>记者 李明</b></p><p><b>建设</b></p><p>四年建成。</p><p align=center><strong>影响</strong></p><p>十分钟过江。</p><p><b>一、其他</b></p><p>没有了。</p>"

    assert [e[:3] for e in elements(page)] == [
        ("heading", 1, "桥"),
        ("heading", 2, "建设"),
        ("heading", 2, "影响"),
    ]
    assert [
        e[2] for e in elements("<h1>桥</h1><h2>一</h2><p>四年。</p><p><b>注意</b></p><p>十分钟。</p>")
    ] == ["桥", "一"]


def test_word_pages() -> None:
    """Word breaks lines anywhere, hides its list marks in conditions and fills cells with paragraphs."""
    html = """<html><head><meta http-equiv=Content-Type content="text/html; charset=gb2312"><!--[if gte mso 9]><xml>no</xml><![endif]--></head>
    <body><div class=WordSection1><p class=MsoNormal align=center><b><span>关于加强安全
生产的通知<o:p></o:p></span></b></p><p class=MsoNormal><span lang=EN-US>2024</span>年以来，形势
平稳。</p><p class=MsoListParagraph><![if !supportLists]><span>1.<span>&nbsp;&nbsp; </span></span><![endif]>开展检查。</p>
    <table><tr><td><p>单位</p></td><td><p>数量</p></td></tr><tr><td><p>一处</p></td><td><p>3</p><p>件</p></td></tr></table><p><o:p>&nbsp;</o:p></p></div>"""

    assert lines(html.encode("gb18030")) == [
        "关于加强安全生产的通知",
        "2024年以来，形势平稳。",
        "1. 开展检查。",
        "单位\t数量",
        "一处\t3 件",
    ]
    assert elements(html.replace("gb2312", "utf-8"))[0] == ("heading", 1, "关于加强安全生产的通知")


def test_a_law_in_paragraphs_has_the_outline_of_its_text() -> None:
    """Numbering stays in the text, where the outline reads it."""
    rows = [
        "花园条例",
        "第一章 总则",
        "第一条 为了管理花园，制定本条例。",
        "第二条 本条例适用于全市。",
        "第二章 附则",
        "第三条 本条例自公布之日起施行。",
    ]
    html = "".join(f"<p>{row}</p>" for row in rows)

    assert sections(document_from_bytes(html.encode(), source="a.html")) == sections(
        document_from_text("\n\n".join(rows), name="a", source="a.txt")
    )


@pytest.mark.parametrize(
    "shape", ["as printed", "whole paragraphs", "sliced at 33", "filled to 60 columns", "torn (3)"]
)
@pytest.mark.parametrize("tag", ["pre", "br", "p"])
def test_a_flattened_article_keeps_its_outline(shape: str, tag: str) -> None:
    """A plain text put into a page as it was has the outline it had: the shape of its lines decides."""
    text = SHAPES[shape](ARTICLE_TEXT)
    rows = escape(text, quote=False).split("\n")
    body = {
        "pre": f"<pre>{escape(text, quote=False)}</pre>",
        "br": "<div>" + "<br>\n".join(rows) + "</div>",
        "p": "".join(f"<p>{row}</p>\n" for row in rows if row.strip()),
    }[tag]
    page = document_from_bytes(f"<!doctype html><title>x</title>{body}".encode(), source="a.html")

    assert sections(page) == sections(document_from_text(text, name="a", source="a.txt"))


def test_paragraphs_of_a_page_are_whole() -> None:
    """A page with structure of its own says where its paragraphs end; one of hard-wrapped lines does not."""
    assert parse("<h1>T</h1><p>One.</p><ul><li>Two</ul>").layout.unwrapped
    assert parse("<p>行一<br>行二<br>行三</p>").layout.unwrapped
    wrapped = re.sub("(.{20})", r"\1<br>", squeeze(ARTICLE_TEXT))
    assert not parse(f"<div>{wrapped}</div>").layout.unwrapped


# What a page says of itself.


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>青山大桥通车_要闻_新华网</title>", "青山大桥通车"),
        ("<title>青山大桥昨日通车了--时政--人民网</title>", "青山大桥昨日通车了"),
        ("<title>Bridge opens after four years | BBC News</title>", "Bridge opens after four years"),
        ("<title>A well-known bridge</title>", "A well-known bridge"),
        ('<meta property="og:title" content="桥"><title>桥 - 站</title>', "桥"),
        ("", None),
    ],
)
def test_the_title_is_not_the_name_of_the_site(head: str, title: str | None) -> None:
    """What follows the article's name in the head is the channel and the site."""
    assert parse(f"<head>{head}</head><p>正文在此。").title == title


@pytest.mark.parametrize(
    ("head", "metadata"),
    [
        ('<meta name="author" content=" 李明 "><meta property="article:published_time" content="2024-03-05T10:20:00+08:00">', {"author": "李明", "date": "2024-03-05T10:20:00+08:00"}),
        ('<meta name="PubDate" content="2024年3月5日 9:05"><meta name="SiteName" content="青山网">', {"date": "2024-03-05T09:05:00", "site": "青山网"}),
        ('<meta name="publishdate" content="2024-13-45"><meta name="author" content="https://x.example/li">', {}),
        ('<script type="application/ld+json">[{"@type":"Person"},{"@type":"NewsArticle","datePublished":"2024-03-05","author":[{"name":"A"},"B"]}]</script>', {"author": "A、B", "date": "2024-03-05"}),
        ('<script type="application/ld+json">{"@type":"Article","author":7,"datePublished":[1]}</script>', {}),
        ('<script type="application/ld+json">' + "[" * 9999 + "</script>", {}),
        ('<time datetime="2024-03-05">gestern</time>', {"date": "2024-03-05"}),
    ],
    ids=["meta", "Chinese", "nonsense", "JSON-LD", "odd JSON-LD", "deep JSON-LD", "time"],
)  # fmt: skip
def test_metadata(head: str, metadata: dict[str, str]) -> None:
    """Author, date in ISO 8601 and site, where the page says them in a known form."""
    assert parse(f"{head}<p>正文。</p>").metadata == metadata


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ('<p class="author">张小山</p>', "张小山"),
        ('<p class="article-author">作者：张小山</p>', "张小山"),
        ('<div class="byline">By Jane Doe</div>', "Jane Doe"),
        ('<p>By <a rel="author" href="/jane">Jane Doe</a>, <a rel="nofollow author">Kim Roe</a></p>', "Jane Doe、Kim Roe"),
        ('<address>张小山 <a rel="author" href="/x">李明</a></address>', "李明"),
        ('<p><span itemprop="author">محمد علي</span> · 2024-03-05</p>', "محمد علي"),
        ('<p class="author">张小山　2024-03-05 10:20</p>', "张小山"),
        ("<p>作者：张小山 来源：青山日报</p>", "张小山"),
        ("<p>文/张小山</p>", "张小山"),
        ('<p class="author">2024-03-05</p>', None),
        ("<p>公园在山上。</p>", None),
    ],
)  # fmt: skip
def test_a_byline_in_the_page_is_its_author(byline: str, author: str | None) -> None:
    """Marked, or said in words, under the title; a name that is only said at the end of the page is not."""
    words = "公园在山上,每天六点开放。从山脚走上去要半个小时,路上有三座亭子。" * 3
    comment = '<section class="comments"><p class="author">赵大河</p><p>很好。</p></section>'
    page = f"<article><h1>公园开放了</h1>{byline}<p>{words}</p><p>{words}</p></article>{comment}"

    document = document_from_bytes(page.encode(), source="page.html")

    assert document.metadata.get("author") == author


def test_the_head_of_a_page_is_believed_before_its_bylines() -> None:
    """It is written for programs."""
    page = '<meta name="author" content="李明"><h1>公园开放了</h1><p class="author">张小山</p><p>公园在山上。</p>'
    assert parse(page).metadata == {"author": "李明"}


# Encodings.


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gbk">', "gbk"),
        ('<?xml version="1.0" encoding="GB2312"?><html>', "gb18030"),
        ("<meta charset=Big5>", "big5"),
        ("<meta charset=utf-8>", "gb18030"),
        ("<meta charset=gb2312>", "utf-8"),
        ("<meta charset=nonsense>", "utf-8"),
        ("<meta charset=base64>", "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "gb18030"),
    ],
)
def test_encodings(head: str, encoding: str) -> None:
    """Mark, declaration, and for a declaration that is wrong what the page holds."""
    text = "本條例自公布之日起施行，全市的公共花園都要遵守這些規定，由市政府負責管理。"
    html = f"{head}<title>文</title><p>{text}</p>"

    assert lines(html.encode(encoding)) == [text]


def test_other_encodings_are_read_as_declared() -> None:
    """Labels mean what the web makes of them."""
    assert lines("<meta charset=Shift_JIS><p>川沿いの①".encode("cp932")) == ["川沿いの①"]
    assert lines("<meta charset=iso-8859-1><p>“naïve”".encode("cp1252")) == ["“naïve”"]
    assert lines("<meta charset=windows-1256><p>مكتبة".encode("cp1256")) == ["مكتبة"]
    assert lines("<meta charset=euc-kr><p>한국어".encode("cp949")) == ["한국어"]


def test_a_stray_byte_outside_the_article_does_no_harm() -> None:
    """A summary cut inside a character is common; in the text, nothing is read wrongly."""
    text = "大桥于2020年开工，历时四年建成，总投资十二亿元。" * 40
    page = f'<meta charset="gbk"><meta name="description" content="大桥X"><p>{text}</p><p>甲Y</p>'.encode(
        "gbk"
    )

    assert lines(page.replace(b"X", b"\xc7")) == [text, "甲Y"]
    with pytest.raises(DocumentError, match="damaged characters"):
        parse(page.replace(b"Y", b"\xff"))


def test_binary_files_are_refused() -> None:
    """A picture named .html gives one line."""
    for seed in range(20):
        data = random.Random(seed).randbytes(4000)  # noqa: S311 - a test needs the same bytes each time
        with pytest.raises(DocumentError, match=r"^page\.html "):
            parse(data)


@pytest.mark.parametrize("html", ["<html></html>", "<!--", "<p>&nbsp;</p>", "<script>x()</script>"])
def test_a_page_without_text_is_refused(html: str) -> None:
    """The message says what to do."""
    with pytest.raises(DocumentError, match="holds no text"):
        parse(html)


def test_a_text_without_tags_is_a_text() -> None:
    """Its lines are kept as they are."""
    assert parse("a < b\nc & d\n").text == "a < b\nc & d\n"


# Hostile pages.


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "x",
        "<b>" * 100_000 + "x",
        "<p " + " ".join(f"a{i}" for i in range(200_000)) + ">x",
        "<table><tr><td>" * 700 + "x",
        "<table>" + '<tr><td colspan=1000 rowspan=65534>1' * 300,
        '<p title="' + "x" * 5_000_000 + '">y',
        "<p>a" + " " * 2_000_000 + "b",
        "<p>甲" + "\n" * 1_000_000 + "乙",
        "&" * 1_000_000 + "<p>",
        "<!--" + "-" * 1_000_000,
        "<" * 1_000_000 + "p>",
        "<article>" * 1500 + "x",
        "<div><article>文，章。</article></div>" * 2000,
        "<title>" + "a | " * 100_000 + "</title><p>x",
        "<h1>x</h1>" * 3000,
        "<pre>" + "行。\n" * 30_000,
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><p>&a;&b;',
        "<p>&#xD800;&#0;&#x110000;\ufffe\ufeff\x01x",
    ],
    ids=lambda html: html[:24],
)  # fmt: skip
def test_hostile_pages_end_soon(html: str) -> None:
    """Nesting, sizes and counts that no article has are read or refused in bounded time."""
    assert "root:" not in read_or_refuse(html)


WHOLE = (
    PAGES["government"](ARTICLES["notice"]).encode("gb18030")
    + PAGES["magazine"](ARTICLES["library"]).encode()
)


@given(
    st.integers(0, len(WHOLE)),
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
)
def test_damaged_pages(cut: int, flips: list[tuple[int, int]]) -> None:
    """Cut anywhere, with bytes changed anywhere: a text or one clear line."""
    data = bytearray(WHOLE)
    for at, value in flips:
        data[at] = value
    for part in (data[cut:], data[:cut]):
        read_or_refuse(bytes(part))


# Generated pages.

TEXT = st.one_of(
    st.text("河水山桥春天市民公园。，；“”", min_size=1, max_size=60),
    st.lists(st.sampled_from(["the", "River", "&", "<b>", "3.5", "naïve"]), min_size=1, max_size=30).map(
        " ".join
    ),
    st.sampled_from(["🎉𠮷野家👨‍👩‍👧", "النهر طويل، جدا", "הנהר ארוך", "แม่น้ำยาว", "नदी लंबी है", "강은 길다"]),
    st.just("很长的一行，" * 2000),
)
BLOCK = st.tuples(
    st.sampled_from(["p", "div", "h1", "h2", "h5", "blockquote", "ul", "ol", "table", "pre code"]), TEXT
)


@given(
    st.lists(BLOCK, min_size=1, max_size=12), st.sampled_from(["", "div", "article", "main", "td", "section"])
)
def test_nothing_of_a_page_without_a_site_is_lost(blocks: list[tuple[str, str]], around: str) -> None:
    """The text of every block, in order, on a line that is the element it should be."""
    body, wanted = "", []
    for tag, text in blocks:
        shown = escape(text, quote=False)
        match tag:
            case "ul":
                body += f"<ul><li>{shown}<ul><li>{shown}</ul></ul>"
                wanted += [("item", 1, text), ("item", 2, text)]
            case "ol":
                body += f"<ol><li>{shown}</ol>"
                wanted.append(("item", 1, f"1. {text}" if not text.startswith("3.5 ") else text))
            case "table":
                body += (
                    f"<table><tr><th>a<th>b<tr><td>{shown[:300]}<td>c</table>"
                    if "&" not in shown
                    else "<table><tr><td>a<td>b<tr><td>x<td>c</table>"
                )
                wanted += [
                    ("table", 0, "a\tb"),
                    ("table", 0, f"{text[:300] if '&' not in shown else 'x'}\tc"),
                ]
            case "pre code":
                body += f"<pre><code>{shown}</code></pre>"
                wanted.append(("code", 0, text))
            case "h1" | "h2" | "h5" if len(text) <= 200:
                body += f"<{tag}>{shown}</{tag}>"
                wanted.append(("heading", int(tag[1]), text))
            case _:
                body += f"<{tag}>{shown}</{tag}>"
                wanted.append(("text", 0, text))
    page = (
        f"<table><tr><td>{body}</table>"
        if around == "td"
        else f"<{around}>{body}</{around}>"
        if around
        else body
    )
    parsed = parse("<!doctype html>" + page)
    kinds = {element.start: (element.kind, element.level) for element in parsed.layout.elements}

    found, offset = [], 0
    for line in parsed.text.split("\n"):
        if line:
            found.append((*kinds.get(offset, ("text", 0)), line))
        offset += len(line) + 1
    assert found == wanted
