"""Word documents: the text a reader sees, what it says of its headings, lists and tables, and bad files."""

import io
import random
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from word import (
    STRICT,
    WORD,
    abstract,
    list_of,
    make_docx,
    paragraph,
    run,
    style,
    table,
    xml,
    zip_of,
)
from zhangju_index.errors import DocumentError
from zhangju_index.formats.docx import DocxParser
from zhangju_index.formats.docx.numerals import write_number
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article, document_from_bytes
from zhangju_index.values import Parsed

DATA = Path(__file__).parent / "data"


def parse(data: bytes) -> Parsed:
    """Parse a file; its elements are whole lines, in order."""
    parsed = DocxParser().parse(data, "a.docx")
    for element in parsed.layout.elements:
        before, after = parsed.text[: element.start], parsed.text[element.end :]
        assert element.start < element.end
        assert not before or before.endswith("\n")
        assert not after or after.startswith("\n")
    assert all(a.end < b.start for a, b in pairwise(parsed.layout.elements))
    return parsed


def text_of(body: str, **parts: str) -> str:
    """The text of a document with that body."""
    return parse(make_docx(body, **parts)).text


def told(parsed: Parsed) -> list[tuple[str, int, str]]:
    """Its elements: kind, level and text."""
    return [(e.kind, e.level, parsed.text[e.start : e.end]) for e in parsed.layout.elements]


# What a reader sees


def test_each_paragraph_is_a_line() -> None:
    """Paragraphs are lines, empty ones empty lines; soft breaks and tabs stay inside."""
    body = paragraph("第一段。") + "<w:p/>" + paragraph("甲\n乙\t丙") + paragraph("Ünïcödé 😀𠮷 שלום")
    assert text_of(body) == "第一段。\n\n甲\n乙\t丙\nÜnïcödé 😀𠮷 שלום"


def test_white_space_of_the_xml_is_not_text() -> None:
    """A line break in the XML is no line break of the document."""
    assert text_of("<w:p><w:r><w:t>\n  a\n  b\n</w:t></w:r></w:p>") == "  a b"


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (f"<w:hyperlink>{run('链接')}</w:hyperlink>", "链接"),
        (f"<w:sdt><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>", "控件"),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击此处')}</w:sdtContent></w:sdt>", ""),
        (f"<w:smartTag>{run('武进')}</w:smartTag>", "武进"),
        (f"<w:ins>{run('加入')}</w:ins>", "加入"),
        ("<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>", ""),
        (f"<w:moveFrom>{run('移走')}</w:moveFrom><w:moveTo>{run('移来')}</w:moveTo>", "移来"),
        (run("隐藏", "<w:vanish/>"), ""),
        (run("不隐藏", '<w:vanish w:val="0"/>'), "不隐藏"),
        (run("隐藏", '<w:rStyle w:val="concealed"/>'), ""),
        (
            f"<w:r><w:ruby><w:rt>{run('wǔ')}</w:rt><w:rubyBase>{run('武')}</w:rubyBase></w:ruby></w:r>",
            "武",
        ),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>", "a-bc"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "\u03b1"),
        ('<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>', "\ufffd"),
        ('<w:r><w:sym w:font="Arial" w:char="D800"/></w:r>', "\ufffd"),
        ("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "x=1"),
    ],
)  # fmt: skip
def test_what_is_shown_is_text(inside: str, shown: str) -> None:
    """Links, controls, insertions are read; deletions, hidden text, prompts, pronunciation are not."""
    concealed = '<w:style w:styleId="concealed"><w:rPr><w:vanish/></w:rPr></w:style>'
    assert text_of(f"<w:p>{run('前')}{inside}{run('后')}</w:p>", styles=concealed) == f"前{shown}后"


def field(instruction: str, result: str | None) -> str:
    """The runs of a field."""
    shown = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>'
        f'{shown}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (field(" REF a ", "第三章"), "第三章"),
        (field(" PAGE ", None), ""),
        (f'<w:fldSimple w:instr=" DATE ">{run("5月")}</w:fldSimple>', "5月"),
        (field(r" eq \o\ac(○,3)", None), "③"),
        (field(r" EQ \* jc2 \* hps10 \o\ad(\s\up 9(wǔ),武)", None), "武"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', ""),
        ('<w:r><w:fldChar w:fldCharType="end"/></w:r>', ""),
    ],
)
def test_fields_show_their_results(inside: str, shown: str) -> None:
    """The result of a field is text, its instruction is not; a field without end swallows nothing."""
    body = f"<w:p>{run('见')}{inside}</w:p>" + paragraph("下一段。")
    assert text_of(body) == f"见{shown}\n下一段。"


_CONTENTS = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC </w:instrText></w:r>'
    f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("第一章 1")}</w:p>'
)


def test_a_table_of_contents_ends_where_its_end_was_deleted() -> None:
    """A deletion under tracking holds the end mark of a field that began before it."""
    deleted = '<w:p><w:del w:id="1"><w:r><w:delText>第二章 2</w:delText></w:r>%s</w:del></w:p>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    body = paragraph("前言。") + _CONTENTS + deleted % end + paragraph("正文。")
    assert text_of(body) == "前言。\n正文。"
    moved = (deleted % end).replace("w:del>", "w:moveFrom>").replace("<w:del ", "<w:moveFrom ")
    assert text_of(paragraph("前言。") + _CONTENTS + moved + paragraph("正文。")) == "前言。\n正文。"


def test_a_table_of_contents_without_an_end_takes_nothing_away() -> None:
    """The file is damaged; all of it is read, numbers of lists from 1 on."""
    numbering = abstract(0, ("decimal", "%1.")) + list_of(1, 0)
    body = paragraph("前言。", number=(1, 0)) + _CONTENTS + paragraph("正文。", number=(1, 0))
    assert text_of(body, numbering=numbering) == "1. 前言。\n第一章 1\n2. 正文。"


@pytest.mark.parametrize(
    ("raised", "shown"), [("8", "10⁸。"), ("\u22128", "10⁻⁸。"), ("[1]", "10[1]。"), ("th", "10th。")]
)
def test_a_raised_figure_stays_apart_from_the_number_before_it(raised: str, shown: str) -> None:
    """10² is not 102; words and notes in brackets stay as they are."""
    power = run(raised, '<w:vertAlign w:val="superscript"/>')
    assert text_of(f"<w:p>{run('10')}{power}{run('。')}</w:p>") == shown


def _m(kind: str, *parts: str) -> str:
    return f"<m:{kind}>{''.join(parts)}</m:{kind}>"


def _t(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


_SUM = _m(
    "nary",
    '<m:naryPr><m:chr m:val="∑"/></m:naryPr>',
    _m("sub", _t("i=1")),
    _m("sup", _t("n")),
    _m("e", _t("i")),
)


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (_m("f", _m("num", _t("1")), _m("den", _t("2"))), "1/2"),
        (_t("1") + _m("f", _m("num", _t("1")), _m("den", _t("2"))), "1 1/2"),
        (_m("f", _m("num", _t("a+b")), _m("den", _t("2"))), "(a+b)/2"),
        (_m("sSup", _m("e", _t("10")), _m("sup", _t("8"))), "10⁸"),
        (_m("sSup", _m("e", _t("x")), _m("sup", _t("n+1"))), "x^(n+1)"),
        (_m("func", _m("fName", _m("sSub", _m("e", _t("log")), _m("sub", _t("2")))), _m("e", _t("8"))), "log₂ 8"),
        (_m("rad", _m("deg", _t("3")), _m("e", _t("8"))), "³√8"),
        (_m("rad", "<m:deg/>", _m("e", _t("a+1"))), "√(a+1)"),
        (_m("d", _m("e", _t("a+b"))), "(a+b)"),
        (_m("d", '<m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr>', _m("e", _t("1"))), "[1"),
        (_m("m", _m("mr", _m("e", _t("1")), _m("e", _t("2"))), _m("mr", _m("e", _t("3")), _m("e", _t("4")))), "1 2; 3 4"),
        (_SUM, "∑_(i=1)^n i"),
        (_m("func", _m("fName", _t("sin")), _m("e", _t("x"))), "sin x"),
    ],
)  # fmt: skip
def test_a_formula_is_written_on_one_line(formula: str, shown: str) -> None:
    """Its parts in a row would be other figures."""
    assert text_of(f"<w:p>{run('得')}{_m('oMath', formula)}{run('。')}</w:p>") == f"得{shown}。"
    # Nothing of it shows where it is hidden.
    hidden = f"<w:p>{run('得。')}<w:r><w:rPr><w:vanish/></w:rPr>{_m('oMath', formula)}</w:r></w:p>"
    assert text_of(hidden) == "得。"


@pytest.mark.parametrize(
    ("kind", "shown"), [("d", "(" * 60 + "x" + ")" * 60), ("eqArr", "x"), ("sPre", "x"), ("limLow", "x")]
)
def test_each_part_of_a_nested_formula_is_read_once(kind: str, shown: str) -> None:
    """Sixty in one another would take for ever if each were read twice."""
    formula = _t("x")
    for _ in range(60):
        formula = _m(kind, _m("e", formula))
    assert text_of(f"<w:p>{run('得')}{_m('oMath', formula)}{run('。')}</w:p>") == f"得{shown}。"


def test_a_paragraph_whose_mark_is_deleted_does_not_run_into_a_table() -> None:
    """It has no paragraph to go on with."""
    body = paragraph("表前。", mark="<w:del/>") + table(("甲", "乙"), ("丙", "丁")) + paragraph("表后。")
    parsed = parse(make_docx(body))
    assert parsed.text == "表前。\n甲\t乙\n丙\t丁\n表后。"
    assert told(parsed) == [("table", 0, "甲\t乙"), ("table", 0, "丙\t丁")]


def test_a_deleted_cell_is_not_read() -> None:
    """Like a deleted row."""
    deleted = f"<w:tcPr><w:cellDel/></w:tcPr>{paragraph('删去')}"
    assert text_of(table(("甲", deleted, "乙"), ("丙", deleted, "丁"))) == "甲\t乙\n丙\t丁"


def test_a_title_stands_above_the_headings_of_first_rank() -> None:
    """So the chapters of a second title are not those of the first."""
    styles = style("t", "Title") + style("h", "heading 1") + style("h2", "heading 2")
    chapters = (("t", "上卷"), ("h", "第一章"), ("h2", "第一节"), ("t", "下卷"), ("h", "第二章"))
    body = "".join(paragraph(text, style=kind) + paragraph(f"{text}说。") for kind, text in chapters)
    data = make_docx(body, styles=styles)
    assert [(level, text) for _, level, text in told(parse(data))] == [
        (1, "上卷"), (2, "第一章"), (3, "第一节"), (1, "下卷"), (2, "第二章")
    ]  # fmt: skip
    sections = outline_document(document_from_bytes(data, source="a.docx")).sections
    assert [section.path for section in sections][-1] == ("下卷", "第二章")
    # Without titles, headings keep their rank.
    assert told(parse(make_docx(paragraph("章", style="h"), styles=styles))) == [("heading", 1, "章")]


def test_a_text_box_is_read_once() -> None:
    """Word keeps a box twice, for new and for old programs; it follows the paragraph it hangs on."""
    box = f"<w:txbxContent>{paragraph('框中一')}{paragraph('框中二')}</w:txbxContent>"
    twice = (
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p><w:r>{twice}</w:r>{run('正文。')}</w:p>" + paragraph("后文。")
    assert text_of(body) == "正文。\n框中一\n框中二\n后文。"
    only_old = twice.replace(f"<wps:txbx>{box}</wps:txbx>", "")
    assert text_of(f"<w:p><w:r>{only_old}</w:r></w:p>") == "\n框中一\n框中二"


def test_notes_follow_their_paragraph() -> None:
    """A note is a line of its own after the paragraph that refers to it, once."""
    notes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="1">{paragraph("<w:r><w:footnoteRef/></w:r>" + run(" 见第三章。"))}</w:footnote>'
        # A note that refers to itself and to another.
        f'<w:footnote w:id="2"><w:p>{run("甲")}<w:r><w:footnoteReference w:id="2"/>'
        f'<w:footnoteReference w:id="1"/></w:r></w:p></w:footnote>'
    )
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = (
        f"<w:p>{run('有注')}{reference.format(1)}{run('。')}</w:p>"
        f"<w:p>{run('再注。')}{reference.format(1)}{reference.format(2)}{reference.format(9)}</w:p>"
    )
    assert text_of(body, footnotes=notes) == "有注。\n见第三章。\n再注。\n甲"


def test_a_deleted_end_joins_paragraphs() -> None:
    """Where the mark of a paragraph is deleted, it goes on with the next one."""
    deleted = "<w:del/>"
    body = paragraph("前半,", mark=deleted) + paragraph("", mark=deleted) + paragraph("后半。")
    assert text_of(body) == "前半,后半。"
    assert text_of(paragraph("完") + paragraph("尾", mark=deleted)) == "完\n尾"


def test_a_hidden_paragraph_leaves_no_line() -> None:
    """Nothing shows of a paragraph that is hidden with its mark."""
    body = paragraph("甲") + paragraph(run("密", "<w:vanish/>"), mark="<w:vanish/>") + paragraph("乙")
    assert text_of(body) == "甲\n乙"


def test_a_table_of_contents_is_left_out() -> None:
    """Entries repeat the headings: known by their field, their style, or the control around them."""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    )
    opened = begin + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    closed = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    entry = f"<w:p>{field('PAGEREF a', '第一章 总则 1')}</w:p>"
    by_field = f"<w:p>{opened}{run('第一章')}</w:p>{entry}<w:p>{closed}</w:p>"
    by_style = paragraph("目录", style="h") + paragraph("第一章\t1", style="t")
    control = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    by_control = f"<w:sdt>{control}<w:sdtContent>{paragraph('目录')}</w:sdtContent></w:sdt>"
    styles = style("h", "TOC Heading") + style("t", "toc 1")
    for contents in (by_field, by_style, by_control):
        assert text_of(paragraph("前言") + contents + paragraph("第一章"), styles=styles) == "前言\n第一章"


# Tables


def test_table_rows_are_lines() -> None:
    """A row is one line of cells; merged cells are shown once, nested tables and paragraphs are joined."""
    nested = table(("内一", "内二")) + "<w:p/>"
    down = '<w:tcPr><w:vMerge w:val="{}"/></w:tcPr>'
    body = (
        paragraph("前")
        + table(
            ("名称", "数量"),
            (down.format("restart") + paragraph("苹果"), paragraph("3") + paragraph("个\n多")),
            (down.format("continue") + paragraph("苹果"), nested),
            ("", ""),
        )
        + paragraph("后")
    )
    parsed = parse(make_docx(body))
    assert parsed.text == "前\n名称\t数量\n苹果\t3 个 多\n\t内一 内二\n后"
    assert [kind for kind, _, _ in told(parsed)] == ["table"] * 3


def test_a_table_of_one_column_is_running_text() -> None:
    """A frame around text is no table."""
    framed = table((paragraph("一。") + paragraph("二。"),), (paragraph("标题", outline=0),))
    parsed = parse(make_docx(framed))
    assert parsed.text == "一。\n二。\n标题"
    assert told(parsed) == [("heading", 1, "标题")]


def test_rows_and_cells_are_found_inside_wrappers() -> None:
    """Content controls and insertions may stand around rows and cells."""
    cells = f"<w:sdt><w:sdtContent><w:tc>{paragraph('甲')}</w:tc></w:sdtContent></w:sdt><w:tc>{paragraph('乙')}</w:tc>"
    row = f"<w:tr>{cells}</w:tr>"
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{cells}</w:tr>"
    body = f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt><w:customXml>{row}</w:customXml>{deleted}</w:tbl>"
    assert text_of(body) == "甲\t乙\n甲\t乙"


# Headings


@pytest.mark.parametrize(
    ("shown_name", "level"),
    [
        ("heading 1", 1),
        ("Heading 3", 3),
        ("标题 2", 2),
        ("标题2", 2),
        ("Überschrift 4", 4),
        ("见出し 1", None),
        ("見出し 1", 1),
        ("二级标题", 2),
        ("Title", 1),
        ("标题", 1),
        ("Subtitle", None),
        ("正文", None),
    ],
)
def test_headings_by_name_of_style(shown_name: str, level: int | None) -> None:
    """Styles are known by their names in many languages."""
    parsed = parse(make_docx(paragraph("总则", style="x"), styles=style("x", shown_name)))
    assert told(parsed) == ([] if level is None else [("heading", level, "总则")])


def test_headings_by_outline_level() -> None:
    """An outline level makes a heading, of the paragraph before that of its style, also inherited."""
    styles = (
        style("base", "章名", properties='<w:outlineLvl w:val="1"/>')
        + style("mine", "我的", based_on="base")
        + style("body", "heading 1", properties='<w:outlineLvl w:val="9"/>')
        + style("loop", "环", based_on="loop")
    )
    body = (
        paragraph("一", style="mine")
        + paragraph("二", style="mine", outline=4)
        + paragraph("三", style="mine", outline=9)
        + paragraph("四", style="body")
        + paragraph("五", style="loop")
        + paragraph("", style="mine")
        + paragraph("六\n七", outline=0)
    )
    parsed = parse(make_docx(body, styles=styles))
    assert told(parsed) == [("heading", 2, "一"), ("heading", 5, "二"), ("heading", 1, "六\n七")]


# Automatic numbering


@pytest.mark.parametrize(
    ("number_format", "written"),
    [
        ("decimal", "1 9 10 11 20 21 100 101 110 1001"),
        ("decimalZero", "01 09 10 11 20 21 100 101 110 1001"),
        ("chineseCountingThousand", "一 九 十 十一 二十 二十一 一百 一百零一 一百一十 一千零一"),
        ("chineseCounting", "一 九 十 十一 二十 二十一 一〇〇 一〇一 一一〇 一〇〇一"),
        ("taiwaneseCounting", "一 九 十 十一 二十 二十一 一〇〇 一〇一 一一〇 一〇〇一"),
        ("japaneseCounting", "一 九 十 十一 二十 二十一 百 百一 百十 千一"),
        ("ideographDigital", "一 九 一〇 一一 二〇 二一 一〇〇 一〇一 一一〇 一〇〇一"),
        ("chineseLegalSimplified", "壹 玖 壹拾 壹拾壹 贰拾 贰拾壹 壹佰 壹佰零壹 壹佰壹拾 壹仟零壹"),
        ("ideographTraditional", "甲 壬 癸 11 20 21 100 101 110 1001"),
        ("decimalEnclosedCircle", "① ⑨ ⑩ ⑪ ⑳ ㉑ 100 101 110 1001"),
        ("decimalFullWidth", "１ ９ １０ １１ ２０ ２１ １００ １０１ １１０ １００１"),  # noqa: RUF001
        ("upperRoman", "I IX X XI XX XXI C CI CX MI"),
        ("lowerLetter", "a i j k t u vvvv wwww fffff 1001"),
        ("ordinal", "1st 9th 10th 11th 20th 21st 100th 101st 110th 1001st"),
        ("unheardOf", "1 9 10 11 20 21 100 101 110 1001"),
    ],
)
def test_numbers_are_written_as_word_writes_them(number_format: str, written: str) -> None:
    """The numerals of each format, around the places where they change."""
    numbers = (1, 9, 10, 11, 20, 21, 100, 101, 110, 1001)
    assert " ".join(write_number(number, number_format) for number in numbers) == written


@given(st.integers(-(2**40), 2**40))
def test_numbers_are_never_long(value: int) -> None:
    """No number, however absurd, fills the text."""
    for number_format in ("upperRoman", "lowerLetter", "chineseCountingThousand", "ideographDigital"):
        assert 0 < len(write_number(value, number_format)) <= 40


def test_levels_are_counted() -> None:
    """1, 1.1, 1.2, 2, 2.1: a level starts anew below another number of one above it."""
    definition = abstract(0, ("decimal", "%1"), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"))
    body = "".join(paragraph("文", number=(1, depth)) for depth in (0, 1, 1, 2, 2, 1, 2, 0, 1, 2))
    parsed = parse(make_docx(body, numbering=definition + list_of(1, 0)))
    assert re.findall(r"\S+(?= 文)", parsed.text) == [
        "1",
        "1.1",
        "1.2",
        "(a)",
        "(b)",
        "1.3",
        "(a)",
        "2",
        "2.1",
        "(a)",
    ]
    assert [(kind, level) for kind, level, _ in told(parsed)][:4] == [
        ("item", 1),
        ("item", 2),
        ("item", 2),
        ("item", 3),
    ]


def test_levels_that_do_not_start_anew() -> None:
    """Articles run through chapters: lvlRestart 0."""
    never = '<w:lvlRestart w:val="0"/>'
    definition = abstract(
        0, ("chineseCountingThousand", "第%1章"), ("chineseCountingThousand", "第%2条", never)
    )
    body = "".join(paragraph("文", number=(1, depth)) for depth in (0, 1, 1, 0, 1))
    parsed = parse(make_docx(body, numbering=definition + list_of(1, 0)))
    assert parsed.text.splitlines() == ["第一章 文", "第一条 文", "第二条 文", "第二章 文", "第三条 文"]
    assert told(parsed) == []


def test_lists_that_share_a_definition_go_on_counting() -> None:
    """A list begins anew only where it says so, and only once."""
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    other = '<w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%1:"/></w:lvl></w:lvlOverride>'
    numbering = abstract(0, ("decimal", "%1.")) + list_of(1, 0) + list_of(2, 0) + list_of(3, 0, anew)
    numbering += list_of(4, 0, other)
    body = "".join(paragraph("文", number=(number, 0)) for number in (1, 1, 2, 3, 3, 1, 3, 4))
    labels = re.findall(r"\S+(?= 文)", text_of(body, numbering=numbering))
    assert labels == ["1.", "2.", "3.", "7.", "8.", "9.", "10.", "K:"]


def test_numbers_of_legal_style_are_figures() -> None:
    """A level may print the numbers above it in Arabic figures."""
    definition = abstract(
        0, ("chineseCounting", "第%1章"), ("decimal", "%1.%2", "<w:isLgl/>"), ("decimal", "%1.%3")
    )
    body = "".join(paragraph("文", number=(1, depth)) for depth in (0, 1, 2))
    numbering = definition + list_of(1, 0)
    assert text_of(body, numbering=numbering) == "第一章 文\n1.1 文\n一.1 文"


@pytest.mark.parametrize(
    ("pattern", "suffix", "shown"),
    [
        ("%1、", "tab", "一、文"),
        ("（%1）", "tab", "（一）文"),
        ("第%1条", "tab", "第一条 文"),
        ("第%1条", "space", "第一条 文"),
        ("第%1条", "nothing", "第一条 文"),
        ("%1", "nothing", "一文"),
        ("%1.", "tab", "一. 文"),
        ("", "tab", "文"),
    ],
)
def test_the_gap_after_a_number(pattern: str, suffix: str, shown: str) -> None:
    """A tab shows as a space, but not after signs that hold their own gap."""
    definition = abstract(0, ("chineseCountingThousand", pattern, f'<w:suff w:val="{suffix}"/>'))
    assert text_of(paragraph("文", number=(1, 0)), numbering=definition + list_of(1, 0)) == shown


def test_what_a_number_says_of_its_paragraph() -> None:
    """Bullets and figures make items; 第一条, 一、 and （一） leave the outline to decide."""
    formats = (
        ("bullet", "\uf0b7", True),
        ("bullet", "o", True),
        ("decimal", "%1.", True),
        ("lowerLetter", "(%1)", True),
        ("chineseCountingThousand", "%1、", False),
        ("chineseCountingThousand", "（%1）", False),
        ("chineseCountingThousand", "第%1条", False),
        ("chineseCountingThousand", "第%1章", False),
        ("none", "", False),
    )
    for number_format, pattern, is_item in formats:
        numbering = abstract(0, (number_format, pattern)) + list_of(1, 0)
        parsed = parse(make_docx(paragraph("内容", number=(1, 0)), numbering=numbering))
        assert bool(told(parsed)) == is_item, pattern
    assert (
        text_of(paragraph("内容", number=(1, 0)), numbering=abstract(0, ("bullet", "\uf0b7")) + list_of(1, 0))
        == "• 内容"
    )


def test_numbering_through_styles() -> None:
    """A style may carry a list; the level is the one that names the style. A heading keeps its number."""
    definition = abstract(
        0,
        ("chineseCountingThousand", "第%1章", '<w:pStyle w:val="h1"/>'),
        ("decimal", "%1.%2", '<w:pStyle w:val="h2"/><w:isLgl/>'),
    )
    numbered = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = (
        style("h1", "heading 1", properties=numbered)
        + style("h2", "heading 2", based_on="h1", properties=numbered)
        + style("mine", "我的", based_on="h2")
    )
    body = (
        paragraph("总则", style="h1")
        + paragraph("目的", style="h2")
        + paragraph("范围", style="mine")
        + paragraph("附", style="h1", number=(0, 0))
    )
    parsed = parse(make_docx(body, styles=styles, numbering=definition + list_of(1, 0)))
    assert told(parsed) == [
        ("heading", 1, "第一章 总则"),
        ("heading", 2, "1.1 目的"),
        ("heading", 2, "1.2 范围"),
        ("heading", 1, "附"),
    ]


def test_a_list_defined_in_a_style() -> None:
    """A definition may point to a style, which names a list with the levels."""
    linked = '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="L"/></w:abstractNum>'
    numbering = abstract(0, ("upperRoman", "%1.")) + linked + list_of(1, 0) + list_of(2, 5)
    styles = (
        '<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert text_of(paragraph("文", number=(2, 0)), styles=styles, numbering=numbering) == "I. 文"


# Generated documents


WORDS = st.text(
    st.one_of(
        st.sampled_from("的一是不了人我在有他这中大来上国，。；：“”（）、"),
        st.sampled_from("abc XYZ 019 .,;"),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["body", "heading", "item"]), st.integers(0, 2), st.lists(WORDS, max_size=4), st.integers(1, 40)
        ),
        min_size=1,
        max_size=12,
    )
)  # fmt: skip
def test_any_paragraphs_come_out_as_they_are(parts: list[tuple[str, int, list[str], int]]) -> None:
    """Whatever the script and the length: the text is the paragraphs, the elements are their lines."""
    body, expected, kinds = "", ["始"], []
    counts = [0, 0, 0]
    for kind, depth, words, times in parts:
        pieces = [word * (times if word else 1) for word in words]
        shown = "".join(pieces)
        number = None
        if kind == "item":
            counts[depth] += 1
            counts[depth + 1 :] = [0] * (2 - depth)
            for above in range(depth):
                counts[above] = counts[above] or 1
            label = ".".join(str(count) for count in counts[: depth + 1]) + ")"
            shown = f"{label} {shown}" if shown else label
            number = (1, depth)
        runs = "".join(run(piece) for piece in pieces)
        body += paragraph(runs or run(""), number=number, outline=depth if kind == "heading" else None)
        if (kind == "heading" and shown.strip()) or kind == "item":
            kinds.append((kind, depth + 1, shown))
        expected.append(shown)
    levels = abstract(0, ("decimal", "%1)"), ("decimal", "%1.%2)"), ("decimal", "%1.%2.%3)"))
    parsed = parse(make_docx(paragraph("始") + body, numbering=levels + list_of(1, 0)))
    assert parsed.text == "\n".join(expected)
    assert told(parsed) == kinds


# Whole documents


def test_the_article_as_a_word_document_has_the_same_outline() -> None:
    """A text file that became a Word document line by line is still read as flattened lines."""
    article = bundled_article()
    document = document_from_bytes((DATA / "article.docx").read_bytes(), source="article.docx")
    assert not document.layout.unwrapped
    read = [
        [
            (s.kind, s.path, re.sub(r"\s", "", d.text[s.start : s.end]))
            for s in outline_document(d).sections
        ]
        for d in (document, article)
    ]  # fmt: skip
    assert read[0] == read[1]


def test_a_page_as_a_word_document() -> None:
    """Headings, nested lists, tables and frames that LibreOffice wrote."""
    parsed = parse((DATA / "headings.docx").read_bytes())
    assert told(parsed) == [
        ("heading", 1, "第一部分 概论"),
        ("heading", 2, "一、背景"),
        ("item", 1, "• 甲项"),
        ("item", 1, "• 乙项"),
        ("item", 2, "1. 子项一"),
        ("item", 2, "2. 子项二"),
        ("heading", 2, "二、方法\n（续）"),
        ("item", 1, "1. 第一步"),
        ("item", 1, "2. 第二步"),
        ("table", 0, "名称\t数量"),
        ("table", 0, "苹果\t3"),
        ("table", 0, "\t4 又一段"),
        ("table", 0, "合计七"),
        ("heading", 3, "细节"),
    ]
    assert parsed.layout.unwrapped
    assert (parsed.title, dict(parsed.metadata)["author"]) == ("测试文章", "张三")


def test_a_document_with_the_styles_of_word() -> None:
    """python-docx writes Word's own template: its headings and its lists are known."""
    made = docx.Document()
    made.add_heading("年度报告", 0)
    made.add_paragraph("副题", style="Subtitle")
    made.add_heading("引言", 1)
    made.add_paragraph("正文。")
    made.add_paragraph("甲", style="List Bullet")
    made.add_paragraph("乙", style="List Number")
    made.add_paragraph("丙", style="List Number")
    cells = made.add_table(2, 2).rows[0].cells
    cells[0].text, cells[1].text = "左", "右"
    file = io.BytesIO()
    made.save(file)
    parsed = parse(file.getvalue())
    assert told(parsed) == [
        ("heading", 1, "年度报告"),
        ("heading", 2, "引言"),
        ("item", 1, "• 甲"),
        ("item", 1, "1. 乙"),
        ("item", 1, "2. 丙"),
        ("table", 0, "左\t右"),
    ]
    assert parsed.title is None
    assert parsed.metadata == {}


@pytest.mark.parametrize(
    ("lines", "unwrapped"),
    [
        (["一段完整的话说到这里就结束了。" * 4, "又一段完整的话在这里。" * 9, "末段短。"], True),
        (["第一句话说完了。" * n for n in (3, 9, 5, 12, 4)], True),
        (["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"], True),
        (["这是被硬折行的文字每一行都恰好是二十个字", "行尾没有句号因为句子还要在下一行继续写去", "直到很久以后才会在行的中间看到。一个句号", "然后又是新的一句一直写到这一行写满为止的"] * 3, False),
    ],
)  # fmt: skip
def test_paragraphs_are_told_from_lines(lines: list[str], unwrapped: bool) -> None:
    """Lines of one width in mid-sentence are no paragraphs; paragraphs that end their sentences are."""
    parsed = parse(make_docx("".join(paragraph(line) for line in lines)))
    assert parsed.layout.unwrapped == unwrapped


def test_what_a_document_says_of_itself() -> None:
    """Title, author and date of change; what programs write of themselves is no name."""
    core = (
        "<dc:title>  某法\n实施办法 </dc:title><dc:creator>李四</dc:creator>"
        "<dcterms:created>2020-01-02T03:04:05Z</dcterms:created>"
        "<dcterms:modified>2021-05-06T07:08:09Z</dcterms:modified>"
    )
    parsed = parse(make_docx(paragraph("文"), core=core))
    assert parsed.title == "某法 实施办法"
    assert parsed.metadata == {"author": "李四", "date": "2021-05-06"}
    generic = "<dc:title>Word Document</dc:title><dc:creator>Administrator</dc:creator><dcterms:created>?</dcterms:created>"
    parsed = parse(make_docx(paragraph("文"), core=generic))
    assert (parsed.title, parsed.metadata) == (None, {})


def test_strict_documents_are_read() -> None:
    """ISO's strict form has namespaces of its own."""
    data = make_docx(paragraph("总则", outline=0))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {
            name: archive.read(name).replace(WORD.encode(), STRICT.encode()) for name in archive.namelist()
        }
    assert told(parse(zip_of(parts))) == [("heading", 1, "总则")]


def test_parts_are_found_whatever_their_names_look_like() -> None:
    """Names of parts ignore case, may be absolute, and may have backslashes; styles may be missing."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Type="http://x/officeDocument" Target="/Word/Main.xml"/></Relationships>'
    )
    body = xml("document", f"<w:body>{paragraph('文')}</w:body>")
    assert parse(zip_of({"_rels/.rels": relations, "word\\main.xml": body})).text == "文"
    assert parse(zip_of({"word/document.xml": body})).text == "文"
    utf16 = body.replace("UTF-8", "UTF-16").encode("utf-16")
    assert parse(zip_of({"word/document.xml": utf16})).text == "文"


# Bad files

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def with_main(content: str | bytes | None) -> bytes:
    """A file whose main part is that; None for none."""
    return make_docx("", parts={"word/document.xml": content})


def encrypted() -> bytes:
    """A file whose parts are marked as protected by a password."""
    data = bytearray(make_docx(paragraph("文")))
    for entry in re.finditer(b"PK\x01\x02", bytes(data)):
        data[entry.start() + 8] |= 1
    return bytes(data)


def compressed_otherwise() -> bytes:
    """A file compressed in a way that Python inflates without a bound."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("word/document.xml", b" " * 10_000_000)
    return file.getvalue()


def lying_about_its_size() -> bytes:
    """A ZIP whose directory says that a large part is small."""
    data = bytearray(zip_of({"word/document.xml": b" " * 80_000_000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "damaged", id="nothing"),
        pytest.param(b"PK\x03\x04", "damaged", id="signature"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged", id="old-office"),
        pytest.param(make_docx(paragraph("文"))[:-30], "damaged", id="cut"),
        pytest.param(encrypted(), "password", id="encrypted"),
        pytest.param(compressed_otherwise(), "damaged", id="bzip2"),
        pytest.param(lying_about_its_size(), "a.docx is ", id="lying"),
        pytest.param(with_main(b" " * 80_000_000), "too large", id="bomb"),
        pytest.param(with_main(xml("document", "<w:p/>" * 2_500_000)), "too large", id="tags"),
        pytest.param(with_main(xml("document", "<w:x>" * 5000 + "</w:x>" * 5000)), "damaged", id="deep"),
        pytest.param(with_main(LAUGHS + "<a>&c;</a>"), "document type", id="laughs"),
        pytest.param(with_main(OUTSIDE + "<a>&b;</a>"), "document type", id="outside"),
        pytest.param(with_main(xml("document", "&b;")), "damaged", id="entity"),
        pytest.param(with_main(xml("document", "&#0;")), "damaged", id="nul"),
        pytest.param(with_main(xml("document", "&#xD800;")), "damaged", id="surrogate"),
        pytest.param(with_main("<w:document"), "damaged", id="broken"),
        pytest.param(with_main(""), "damaged", id="empty-part"),
        pytest.param(with_main(None), "without a Word document", id="no-part"),
        pytest.param(make_docx("", parts={"_rels/.rels": "<x"}), "damaged", id="relations"),
        pytest.param(make_docx(paragraph("文"), parts={"word/styles.xml": "<x"}), "damaged", id="styles"),
        pytest.param(make_docx("<w:p/>" + paragraph(" \u3000")), "no text", id="no-text"),
        pytest.param(make_docx('<w:altChunk w:id="r"/>'), "embedded in it", id="embedded"),
        pytest.param(make_docx(paragraph("封面。") + '<w:altChunk w:id="r"/>'), "embedded in it", id="cover"),
        pytest.param(zip_of({"xl/workbook.xml": ""}), "Excel", id="xlsx"),
        pytest.param(zip_of({"ppt/presentation.xml": ""}), "PowerPoint", id="pptx"),
        pytest.param(zip_of({"mimetype": "application/vnd.oasis.opendocument.text"}), "OpenDocument text", id="odt"),
        pytest.param(zip_of({"mimetype": "application/epub+zip"}), "EPUB", id="epub"),
        pytest.param(zip_of({"META-INF/MANIFEST.MF": ""}), "Java", id="jar"),
        pytest.param(zip_of({"a.txt": "文"}), "ZIP archive", id="zip"),
        pytest.param(zip_of({str(number): "" for number in range(20_001)}), "parts", id="parts"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_line(data: bytes, message: str) -> None:
    """What cannot be read is said in one line that names the file and what to do."""
    with pytest.raises(DocumentError, match=message) as caught:
        DocxParser().parse(data, "a.docx")
    assert str(caught.value).startswith("a.docx ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(paragraph("文", number=(7, 99)) + paragraph("文", style="无"), id="unknown-ids"),
        pytest.param(paragraph("文", number=(1, -4)) * 3, id="negative"),
        pytest.param('<w:p><w:pPr><w:outlineLvl w:val="x"/></w:pPr><w:r><w:t>文</w:t></w:r></w:p>', id="no-number"),
        pytest.param("<w:tbl><w:tr/></w:tbl><w:tbl/>" + paragraph("文"), id="empty-table"),
        pytest.param('<w:p><w:r><w:sym/><w:sym w:char="zz"/><w:fldChar/><w:t/></w:r></w:p>' + paragraph("文"), id="bare"),
        pytest.param("<w:r><w:t>x</w:t></w:r>" + paragraph("文"), id="run-without-paragraph"),
    ],
)  # fmt: skip
def test_odd_content_does_no_harm(body: str) -> None:
    """What points nowhere, or makes no sense, is passed over."""
    levels = abstract(0, ("decimal", "%1%9%2"), ("", "")) + list_of(1, 0) + list_of(2, 44)
    assert "文" in text_of(body, numbering=levels)


def test_nesting_as_deep_as_xml_may_be() -> None:
    """Tables in tables and boxes in boxes are read as deep as the XML reader goes."""
    nested, box = paragraph("底"), paragraph("底")
    for _ in range(55):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc><w:tc>{paragraph('旁')}</w:tc></w:tr></w:tbl>"
        box = f"<w:p><w:r><w:pict><w:txbxContent>{box}</w:txbxContent></w:pict></w:r></w:p>"
    assert text_of(nested).split() == ["底", *["旁"] * 55]
    assert text_of(box).split() == ["底"]


def test_damaged_files_are_refused_or_read() -> None:
    """Cut short or with flipped bytes, a file gives an error of ours or a document, never another."""
    whole = (DATA / "headings.docx").read_bytes()
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    damaged = [whole[:length] for length in range(0, len(whole), max(1, len(whole) // 60))]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(150):
        flipped = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            flipped[chance.randrange(len(flipped))] = chance.randrange(256)
        damaged.append(bytes(flipped))
    for _ in range(150):
        # Damage behind the checksums of the ZIP.
        name = chance.choice([part for part in parts if part.endswith((".xml", ".rels"))])
        content = bytearray(parts[name])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 2)] = chance.choice((b"", b"<", b'"', b"9", b"\xff", b"w:"))
        damaged.append(zip_of({**parts, name: bytes(content)}))
    for data in damaged:
        try:
            parsed = parse(data)
        except DocumentError:
            continue
        parsed.text.encode("utf-8")
        assert "\0" not in parsed.text
