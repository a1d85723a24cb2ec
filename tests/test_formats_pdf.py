import random
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from printed import Print, fill, print_pdf, set_column
from zhangju_index.errors import DocumentError
from zhangju_index.formats.pdf import PdfParser
from zhangju_index.formats.pdf.direction import face_right
from zhangju_index.formats.pdf.glyphs import Glyph, Page, Style
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article, document_from_parsed
from zhangju_index.values import Document, Parsed

ZH = "海港的灯塔建于一九三二年，塔身用花岗岩砌成，高二十六米。守塔人每晚点亮灯火，为往来的渔船指引方向。"
EN = "The lighthouse of the harbour was built in 1932 from granite that was cut in the quarry behind the village. "


def _parse(data: bytes, name: str = "x.pdf") -> Parsed:
    return PdfParser().parse(data, name)


def _text_of(*pages: list[Print], **options: object) -> str:
    return _parse(print_pdf(pages, **options)).text


def _headings(parsed: Parsed) -> list[tuple[str, int]]:
    return [(parsed.text[e.start : e.end], e.level) for e in parsed.layout.elements if e.kind == "heading"]


def _body(x: float = 60, y: float = 700, columns: float = 48, count: int = 4) -> list[Print]:
    return set_column([f"第{i}段说起。" + ZH * 2 for i in range(1, count + 1)], x, y, columns)


def _paragraphs(parsed: Parsed) -> list[str]:
    document = document_from_parsed(parsed, name="x", source="x.pdf")
    return [block.text for block in outline_document(document).blocks]


# Lines and paragraphs


def test_plain_type_comes_back_as_the_paragraphs_that_were_printed() -> None:
    """Uniform type is how plain text is printed; its own lines are what was broken."""
    written = [ZH * 3, ZH, "附记", ZH * 2]
    assert _text_of(set_column(written, 60, 700, 48)).split("\n\n") == written


def test_in_a_structured_file_lines_stay_as_printed_and_full_ones_are_named() -> None:
    """Where there are headings, the layout says which lines go on."""
    parsed = _parse(print_pdf([[Print("海港灯塔志", 200, 750, 20), *_body()]]))
    lines = parsed.text.split("\n")
    starts = [match.start() for match in re.finditer(r"(?m)^", parsed.text)]
    filled = fill("第1段说起。" + ZH * 2, 48)
    assert lines[:2] == ["海港灯塔志", ""]
    assert lines[2 : 2 + len(filled)] == filled
    assert list(parsed.layout.full_lines[: len(filled) - 1]) == starts[2 : 1 + len(filled)]
    assert _paragraphs(parsed)[1:] == [f"第{i}段说起。" + ZH * 2 for i in range(1, 5)]


def test_words_cut_by_a_hyphen_are_read_whole() -> None:
    """The text keeps the hyphen; what is read of it does not."""
    lines = ["The lighthouse of the harbour was built of gran-", "ite blocks that men cut in the quarry."]
    parsed = _parse(print_pdf([[Print(line, 60, 700 - 20 * i, 20) for i, line in enumerate(lines)]]))
    assert parsed.text == "\n".join(lines)
    assert _paragraphs(parsed) == ["".join(lines).replace("gran-", "gran")]


def test_an_indent_opens_a_paragraph_after_a_full_line() -> None:
    """The last line of a paragraph may be full by chance."""
    first, second = "灯" * 46 + "守" * 47 + "。", "塔" * 46 + "人" * 20 + "。"
    lines = [(first[:46], 80), (first[46:], 60), (second[:46], 80), (second[46:], 60)]
    assert (
        _text_of([Print(line, x, 700 - 15 * i) for i, (line, x) in enumerate(lines)]) == f"{first}\n{second}"
    )


@pytest.mark.parametrize("mark", ["第二条 ", "第二章 总则", "二、", "（二）"])
def test_a_number_opens_a_paragraph_after_a_line_that_is_full_by_chance(mark: str) -> None:
    """Laws set without indents would lose an article to the one before it."""
    first, second = "灯" * 47 + "守" * 48 + "。", mark + ZH * 2
    paragraphs = _text_of(set_column(["海" * 48 + "港。", first, second, ZH], 60, 700, 48, gap=0)).split("\n")
    assert paragraphs[1:3] == [first, second]


def test_a_reference_to_an_article_opens_no_paragraph() -> None:
    """A sentence that goes on with 第二条规定 after a stop stays in its paragraph."""
    paragraph = "灯" * 47 + "。" + "第二条规定的期间，" + ZH
    assert (
        _text_of(set_column(["海" * 48 + "港。", paragraph, ZH], 60, 700, 48, gap=0)).split("\n")[1]
        == paragraph
    )


def test_hanging_punctuation_does_not_move_the_edge_of_a_column() -> None:
    """Full stops and commas may hang out of a full line."""
    lines = ["灯" * 48, "灯" * 48 + "，", "灯" * 48, "灯" * 20 + "。"]
    assert _text_of([Print(line, 60, 700 - 15 * i) for i, line in enumerate(lines)]) == "".join(lines)


def test_a_sentence_runs_on_over_a_page_and_its_pages_are_known() -> None:
    """A page without text starts where the next one does."""
    lines = fill(ZH * 4, 48)
    pages = [
        [Print(line, 60, 700 - 15 * i) for i, line in enumerate(part)] for part in (lines[:5], lines[5:])
    ]
    parsed = _parse(print_pdf([pages[0], [], pages[1]]))
    assert parsed.text == ZH * 4
    first = sum(map(len, lines[:5]))
    assert parsed.layout.pages == (0, first, first)


def test_a_page_that_ends_its_sentence_with_room_to_spare_ends_its_paragraph() -> None:
    """What does not run on is parted by a blank line."""
    assert _text_of(_body(count=1), _body(count=1)).count("\n\n") == 1


# Characters and spaces


def test_spaces_are_seen_in_latin_text_that_has_none() -> None:
    """Many programs place words and write no spaces."""
    words, x = [], 60.0
    for word in ("The", "lamp", "burns", "all", "night."):
        words.append(Print(word, x, 700))
        x += 5 * len(word) + 2.5
    assert _text_of(words) == "The lamp burns all night."


@pytest.mark.parametrize("tracking", [0, 1, 3, 6])
def test_no_space_comes_between_spaced_out_han_characters(tracking: float) -> None:
    """Titles are often spaced out."""
    assert _text_of([Print("海港灯塔志略", 60, 700, tracking=tracking)]) == "海港灯塔志略"


def test_a_space_of_the_file_is_kept_and_figures_are_not_set_off() -> None:
    """Word sets figures a little off from Han characters without a space."""
    date = [Print("建于", 60, 650), Print("1932", 82.5, 650), Print("年。", 105, 650)]
    assert _text_of([Print("第一章　总则 甲", 60, 700), *date]) == "第一章　总则 甲\n建于1932年。"


def test_characters_beyond_the_basic_plane_are_one_code_point() -> None:
    """Offsets count code points, not units of UTF-16."""
    text = _text_of([Print("𠮷野家的灯塔", 60, 700)])
    assert text == "𠮷野家的灯塔"
    assert len(text) == 6


def test_a_raised_figure_stays_apart_from_the_number_before_it() -> None:
    """10² is not 102."""
    assert (
        _text_of([Print("面积10", 60, 700), Print("2", 90, 704, 6), Print("米。", 93, 700)]) == "面积10²米。"
    )


def test_text_that_is_printed_twice_to_look_bold_is_read_once() -> None:
    """Some programs make bold type by printing it twice."""
    assert _text_of([Print("海港灯塔志", 60, 700), Print("海港灯塔志", 60.2, 700)]) == "海港灯塔志"


def test_an_initial_over_two_lines_opens_its_word() -> None:
    """The first word of a chapter is whole."""
    lines = [
        Print("T", 60, 685, 28),
        Print("he lamp burns", 75, 700),
        Print("all through the night", 75, 685),
    ]
    assert _text_of(lines).startswith("The lamp burns")


# Order


@pytest.mark.parametrize("count", [2, 3])
def test_columns_are_read_one_after_the_other(count: int) -> None:
    """Also where the file gives the lines in the order of the page."""
    columns = 48 / count - 2
    parts = [
        set_column([f"第{k}栏{i}。" + ZH for i in range(3)], 60 + k * (columns + 2) * 10, 700, columns)
        for k in range(count)
    ]
    inputs = [line for part in parts for line in part]
    for ordered in (inputs, sorted(inputs, key=lambda line: (-line.y, line.x))):
        text = _text_of([Print("海港的灯塔与守塔人：一部地方小志", 150, 740, 10), *ordered])
        assert text.split("\n\n") == [
            "海港的灯塔与守塔人：一部地方小志",
            *(f"第{k}栏{i}。" + ZH for k in range(count) for i in range(3)),
        ]


def test_what_stands_across_columns_parts_them() -> None:
    """Columns above a line across the page are read before it."""

    def two(y: float, name: str) -> list[Print]:
        left, right = (
            set_column([f"{name}{side}。" + ZH * 2], x, y, 22) for x, side in ((60, "左"), (300, "右"))
        )
        return [*left, *right]

    across = "横跨两栏的一行字，把上面的两栏与下面的两栏分开，读完上面再读下面。"
    text = _text_of([*two(700, "上"), Print(across, 60, 560), *two(520, "下")])
    assert [text.index(part) for part in ("上左", "上右", across, "下左", "下右")] == sorted(
        text.index(part) for part in ("上左", "上右", across, "下左", "下右")
    )


def test_a_table_is_read_by_rows() -> None:
    """Columns of short cells are no columns of text."""
    rows = [
        [
            Print(cell, 60 + 160 * k, 700 - 15 * i)
            for k, cell in enumerate((f"灯塔{i}", f"{1930 + i}年", "花岗岩"))
        ]
        for i in range(6)
    ]
    parsed = _parse(print_pdf([[cell for row in rows for cell in row]]))
    assert parsed.text.split("\n") == [f"灯塔{i} {1930 + i}年 花岗岩" for i in range(6)]
    assert [e.kind for e in parsed.layout.elements] == ["table"] * 6


@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_a_page_on_its_side_is_read_upright(rotate: int) -> None:
    """Whether the page says that it is turned or not."""
    lines = [Print(line, 100 + 15 * i, 60, turned=True) for i, line in enumerate(fill(ZH * 3, 66))]
    assert _text_of(lines, rotate=rotate) == ZH * 3


def test_vertical_chinese_is_read_from_the_right() -> None:
    """From top to bottom, then to the left."""
    stacked = [
        Print(c, 500 - 20 * i, 700 - 10 * k)
        for i, line in enumerate(fill(ZH * 2, 40))
        for k, c in enumerate(line)
    ]
    assert _text_of(stacked).replace("\n", "") == ZH * 2


@pytest.mark.parametrize("rotate", [0, 90])
def test_what_stands_outside_the_visible_page_is_left_out(rotate: int) -> None:
    """Printers write names of files and colours beside what is cut."""
    beside = [Print("FILE-99", 60, 770, 8), Print("FILE-98", 5, 600, 8), Print("FILE-97", 60, 20, 8)]
    page = [*_body(), *beside]
    whole = _text_of(page)
    assert "FILE-9" in whole
    assert _text_of(page, crop=(40, 40, 560, 760), rotate=rotate) == _text_of(_body())


_HEBREW = "הספרייה (שנפתחה בשנת 1998) מכילה 1,250.5 ספרים, לפי Windows 95 Manual של חברת IBM."
_HEBREW_AS_SHOWN = ".IBM תרבח לש Windows 95 Manual יפל ,םירפס 1,250.5 הליכמ (1998 תנשב החתפנש) היירפסה"


def _letters(text: str, right: float, y: float) -> list[Print]:
    """Letters that end at ``right``, each by itself and without spaces, as some programs set them."""
    left = right - 5 * len(text)
    return [Print(c, left + 5 * k, y) for k, c in enumerate(text) if c != " "]


def test_right_to_left_writing_is_read_in_its_own_order() -> None:
    """Figures and Latin words in it run from left to right, and no word is torn."""
    lines = [Print(_HEBREW_AS_SHOWN, 540 - 5 * len(_HEBREW), 700 - 15 * i) for i in range(3)]
    assert _text_of(lines).replace("\n", " ") == " ".join([_HEBREW] * 3)
    assert _text_of(_letters(_HEBREW_AS_SHOWN, 540, 700)) == _HEBREW


def test_right_to_left_words_in_a_latin_line_stay_in_their_place() -> None:
    """The words around them are read as ever."""
    shown = "The word 1998 תנשב םולש means peace, and is old."
    assert _text_of([Print(shown, 60, 700)]) == "The word 1998 שלום בשנת means peace, and is old."
    assert (
        _text_of([Print("The word םולש 1998 תנש means it.", 60, 700)]) == "The word שנת 1998 שלום means it."
    )


def _set(*lines: str) -> Page:
    """A page of glyphs from left to right, marks without a width behind their letters."""
    style, glyphs = Style(12, False, 0), []
    for row, line in enumerate(lines):
        x = 72.0
        for c in line:
            width = 0 if unicodedata.combining(c) or unicodedata.category(c) == "Mn" else 6
            if c != " ":
                glyphs.append(Glyph(c, x, x + width, 700.0 - 20 * row, style))
            x += width
    return Page(glyphs, [], 72, 540)


@pytest.mark.parametrize(
    "lines",
    [
        ("น้ำที่นี่ดีมาก", "ภาษาไทย", "א"),
        ("हिन्दी की किताबें", "ﷲ"),
        ("re\u0301sume\u0301 of the day", "Hebrew א here"),
        ("re\u0301sume\u0301", "אבגדהוזחטיכלמנסעפצקרשת"),
        ("\u0301", "א"),
    ],
    ids=["Thai", "Hindi", "Latin", "Latin on a Hebrew page", "mark alone"],
)
def test_marks_of_other_scripts_stay_beside_a_right_to_left_letter(lines: tuple[str, ...]) -> None:
    """Only points of Hebrew and Arabic are moved to the letter that they stand on."""
    page = _set(*lines)
    (turned,) = face_right([page])
    assert sorted(glyph.text for glyph in turned.glyphs) == sorted(glyph.text for glyph in page.glyphs)
    first = lines[0].replace(" ", "")
    assert "".join(glyph.text for glyph in turned.glyphs[: len(first)]) == first
    before = page.glyphs[: len(first)]
    for (a, b), (c, d) in zip(pairwise(before), pairwise(turned.glyphs[: len(first)]), strict=True):
        assert b.x0 - a.x0 == pytest.approx(d.x0 - c.x0)


def test_points_hang_on_the_right_to_left_letter_that_they_stand_on() -> None:
    """A file may give them apart from it; one that stands on none stays behind the letter before it."""
    page = _set("חמש")
    style = page.glyphs[0].style
    page.glyphs.extend([Glyph("\u05b8", 87, 87, 700, style), Glyph("\u05b7", 300, 300, 700, style)])
    (turned,) = face_right([page])
    assert "".join(glyph.text for glyph in turned.glyphs) == "ש\u05b8\u05b7מח"


@pytest.mark.parametrize(
    ("others", "last", "expected"),
    [
        ("the river rose and fell", "שלום ab", "םולש" + "ab"),
        ("הנהר עלה וירד", "ab cd של", "לש" + "abcd"),
    ],
    ids=["Latin", "Hebrew"],
)
def test_a_page_of_few_letters_is_turned_as_its_document_is(others: str, last: str, expected: str) -> None:
    """The end of a sentence on a page of its own does not tell in which direction the page is read."""
    turned = face_right([_set(*[others] * 20), _set(last)])
    assert "".join(glyph.text for glyph in turned[1].glyphs) == expected


def test_columns_of_right_to_left_writing_are_read_from_the_right() -> None:
    """As the page is turned over, lines go on and columns follow as on all others."""
    sides = {}
    for side, right in (("ימין", 540), ("שמאל", 280)):
        text = f"{side} " + "המגדלור נבנה בנמל הישן ושומרו הדליק אותו בכל לילה " * 6
        lines = [line[::-1] for line in fill(text, 22)]
        sides[side] = [Print(line, right - 5 * len(line), 700 - 15 * i) for i, line in enumerate(lines)]
    text = _text_of([*sides["שמאל"], *sides["ימין"]])
    assert text.index("ימין המגדלור נבנה") < text.index("שמאל המגדלור נבנה")


@pytest.mark.parametrize(("above", "rise"), [("tāotiè", 9), ("とうてつ", 11)])
def test_ruby_does_not_tear_the_line_that_it_stands_over(above: str, rise: float) -> None:
    """What tells how characters are read is left out, as in HTML and Word files."""
    lines = fill(ZH * 3, 48)
    page = [Print(line, 60, 700 - 20 * i) for i, line in enumerate(lines)]
    assert _text_of([*page, Print(above, 160, 680 + rise, 5)]) == ZH * 3
    # Figures, and small print at a distance, are text.
    assert "12" in _text_of([*page, Print("12", 160, 680 + rise, 5)])
    assert above in _text_of([*page, Print(above, 160, 714, 5)])


def test_a_stamp_along_the_margin_is_left_out() -> None:
    """It belongs to no sentence."""
    assert "arXiv" not in _text_of([*_body(), Print("arXiv:1234.5678v1", 20, 300, turned=True)])


# What is printed on every page


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """They would stand in the middle of sentences."""
    pages = [
        [Print("海港灯塔志", 60, 770), *_body(y=700 - n), Print(f"第 {n // 10 + 1} 页 共 5 页", 270, 30)]
        for n in range(0, 50, 10)
    ]
    text = _text_of(*pages)
    assert "海港灯塔志" not in text
    assert "页" not in text
    assert text.count("第1段说起") == 5


def test_numbered_titles_at_the_top_of_pages_stay() -> None:
    """Chapters of one page each count like pages."""
    pages = [[Print(f"第{n}章", 250, 770, 20), *_body()] for n in (1, 2, 3)]
    assert _headings(_parse(print_pdf(pages))) == [(f"第{n}章", 1) for n in (1, 2, 3)]


@pytest.mark.parametrize(("size", "bold"), [(10, True), (12, False), (12, True)])
def test_titles_that_count_one_per_page_stay(size: float, bold: bool) -> None:
    """An exercise that fills a page is no running head, though its number rises like the pages'."""
    pages = [[Print(f"练习 {n}", 60, 770, size, bold=bold), *_body(y=740 - n)] for n in (1, 2, 3, 4)]
    assert [text for text, _ in _headings(_parse(print_pdf(pages)))] == [f"练习 {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("gap", [200, 2])
def test_a_running_head_in_bold_with_its_page_number_is_left_out(gap: float) -> None:
    """Its number stands at a distance, or is as small as the rest of it."""
    size = 10 if gap > 100 else 8
    pages = [
        [
            Print("海港灯塔志", 60, 770, size, bold=True),
            Print(f"{n}", 60 + 5 * size + gap, 770, size, bold=True),
            *_body(y=730 - n),
        ]
        for n in (1, 2, 3, 4)
    ]
    assert "海港灯塔志" not in _parse(print_pdf(pages)).text


@pytest.mark.parametrize("shown", [["1", "2"], ["1", "2", "3", "4"], ["I", "II", "III", "IV"]])
def test_numbers_of_chapters_stay_at_the_top_of_their_pages(shown: list[str]) -> None:
    """A page number is no larger than the text."""
    pages = [[Print(n, 290, 760, 24, bold=True), *_body()] for n in shown]
    lines = _parse(print_pdf(pages)).text.split("\n")
    assert [line for line in lines if line in shown] == shown


def test_roman_numbers_are_left_out_where_they_count_pages() -> None:
    """As the pages of a preface are counted; a lone one may be anything."""
    pages = [[*_body(), Print(n, 290, 30)] for n in ("i", "ii", "iii", "iv")]
    lines = _parse(print_pdf(pages)).text.split("\n")
    assert not {"i", "ii", "iii", "iv"} & set(lines)
    pages = [[Print(n, 290, 760), *_body()] if n else _body() for n in ("", "VI", "", "XI")]
    lines = _parse(print_pdf(pages)).text.split("\n")
    assert {"VI", "XI"} <= set(lines)


@pytest.mark.parametrize("folio", ["3", "- 3 -", "第 3 页", "Page 3 of 10", "3/10", "— 3 —"])
def test_a_single_page_loses_its_number_and_nothing_else(folio: str) -> None:
    """On a single page nothing shows what is a running head."""
    text = _text_of([Print("海港灯塔志", 60, 770), *_body(), Print(folio, 290, 30)])
    assert text.startswith("海港灯塔志\n\n第1段")
    assert text.endswith("方向。")


def test_a_figure_that_stands_in_the_text_stays() -> None:
    """Only a number apart from the text counts pages."""
    assert _text_of([Print("一年有几天？", 60, 700), Print("365", 60, 685)]) == "一年有几天？\n365"


def test_a_footnote_stays_on_its_page_and_tears_no_sentence() -> None:
    """It goes before the paragraph that runs on."""
    lines = fill(ZH * 4, 48)
    top = [Print(line, 60, 700 - 15 * i) for i, line in enumerate(fill("开头一段。" + ZH, 48))]
    torn = [Print(line, 60, 600 - 15 * i) for i, line in enumerate(lines[:4])]
    note = [Print("1 见《海港志》第三卷，作者未详。", 60, 60, 7)]
    parsed = _parse(
        print_pdf([[*top, *torn, *note], [Print(x, 60, 700 - 15 * i) for i, x in enumerate(lines[4:])]])
    )
    assert ZH * 4 in parsed.text
    assert parsed.layout.page_at(parsed.text.index("见《海港志》")) == 1


@pytest.mark.parametrize(("bold", "count"), [(True, 9), (False, 20)])
def test_references_that_begin_at_the_foot_of_a_column_stay_in_order(bold: bool, count: int) -> None:
    """Numbered small print under its heading, or that the next column goes on with, is no footnote."""
    left = set_column([f"左{i}。" + ZH for i in range(7)], 60, 740, 22)
    y = left[-1].y - 30
    entries = [Print(f"[{n}] 某氏，灯塔考，第{n}卷，海港社。", 60, y - 15 - 10 * n, 8) for n in range(1, 10)]
    more = [
        Print(f"[{n}] 某氏，灯塔考，第{n}卷，海港社。", 300, 740 - 10 * (n - 9), 8)
        for n in range(10, count + 1)
    ]
    rest = set_column([f"右{i}。" + ZH for i in range(6)], 300, 740 - 10 * (count - 8) - 15, 22)
    text = _text_of([*left, Print("参考文献", 60, y, 10, bold=bold), *entries, *more, *rest])
    assert [int(n) for n in re.findall(r"\[(\d+)\]", text)] == list(range(1, count + 1))
    assert text.index("参考文献") < text.index("[1]") < text.index("右0")


# Headings


def test_size_and_weight_tell_headings_and_their_levels() -> None:
    """The largest is first, bold lines last; a caption is none."""
    page = [
        Print("海港灯塔志", 200, 750, 22),
        Print("第一章 建造", 60, 710, 14),
        *_body(y=680, count=1),
        Print("石料从何处来", 60, 620, 10, bold=True),
        *_body(y=600, count=1),
        Print("图 1 灯塔的剖面", 200, 540, 14),
        *_body(y=510, count=3),
    ]
    assert _headings(_parse(print_pdf([page]))) == [
        ("海港灯塔志", 1),
        ("第一章 建造", 2),
        ("石料从何处来", 3),
    ]


def test_a_heading_of_several_lines_is_one() -> None:
    """Lines of one size that stand close are one heading."""
    page = [Print("一座灯塔与它的守塔人", 150, 750, 20), Print("海港地方小志", 200, 726, 20), *_body()]
    assert _headings(_parse(print_pdf([page]))) == [("一座灯塔与它的守塔人\n海港地方小志", 1)]


def test_bold_words_in_running_text_are_no_heading() -> None:
    """A heading stands alone."""
    page = [Print("守塔人", 60, 700, 10, bold=True), Print("每晚点亮灯火，" * 6, 90, 700), *_body(y=680)]
    assert _headings(_parse(print_pdf([page]))) == []


def test_bookmarks_name_headings_whatever_their_type() -> None:
    """Also with the number of the heading left out."""
    page = [Print("第一章　建造", 60, 750), *_body(y=730, count=1), Print("1.1 石料", 60, 660), *_body(y=640)]
    found = _parse(print_pdf([page], bookmarks=[("第一章 建造", 0, 1), ("石料", 0, 2), ("不在页上", 0, 1)]))
    assert _headings(found) == [("第一章　建造", 1), ("1.1 石料", 2)]


# What a file says of itself


def test_title_author_and_date_come_from_the_document_information() -> None:
    """Dates are written as ISO 8601 has them."""
    info = "/Title(Lighthouses of the North)/Author(A. Keeper)/CreationDate(D:20240309120000+08'00')"
    parsed = _parse(print_pdf([_body()], info=info))
    assert parsed.title == "Lighthouses of the North"
    assert parsed.metadata == {"author": "A. Keeper", "date": "2024-03-09"}


@pytest.mark.parametrize(
    "title",
    ["", "Microsoft Word - x.doc", "Untitled", "report.docx", "x", "\\316\\242\\310\\355", "about:blank"],
)
def test_what_a_program_wrote_is_no_title(title: str) -> None:
    """Names of files, of programs, and text in the wrong encoding are no titles."""
    assert _parse(print_pdf([_body()], info=f"/Title({title})/CreationDate(D:20249999)")).title is None


# Refusals


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.4\n", "not a whole PDF file"),
        (b"no PDF at all", "not a whole PDF file"),
        (print_pdf([_body()])[:900], "not a whole PDF file"),
        (print_pdf([]), "not a whole PDF file, or has no pages"),
        (print_pdf([[]]), "OCR"),
        (print_pdf([_body()], named=False), "fonts that do not tell which characters they show"),
        (print_pdf([[]]).replace(b"/Count 1/", b"/Count 987654/"), "987,654 pages"),
        (print_pdf([[Print("灯" * 5000, 0, 50 * k) for k in range(14)]]), "far more text than an article"),
    ],
    ids=["header only", "no PDF", "cut", "no pages", "no text", "no characters", "pages", "characters"],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(data: bytes, says: str) -> None:
    """The line says what is wrong and what to do."""
    with pytest.raises(DocumentError, match=re.escape(says)) as caught:
        _parse(data, "paper.pdf")
    assert str(caught.value).startswith("paper.pdf ")
    assert "\n" not in str(caught.value)


def test_damage_is_refused_or_survived() -> None:
    """Whatever bytes are cut or changed, there is a text or one clear error."""
    whole = print_pdf([_body(), _body()], bookmarks=[("第一章", 0, 1)])
    rng = random.Random(7)  # noqa: S311 - a test needs the same damage each time
    for _ in range(60):
        data = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.choice([1, 8, 64])):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            parsed = _parse(bytes(data))
        except DocumentError:
            continue
        parsed.text.encode()
        assert parsed.layout.pages[0] == 0
        assert all(a <= b for a, b in pairwise(parsed.layout.pages))
        assert all(a.end <= b.start for a, b in pairwise(parsed.layout.elements))


def test_several_threads_may_read_at_once() -> None:
    """PDFium itself may be used by one at a time."""
    files = [print_pdf([_body(count=n)]) for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_parse, files)) == [_parse(file) for file in files]


def test_nothing_is_said_at_import_or_exit(tmp_path) -> None:
    """The library is loaded late, and nothing is left open."""
    (tmp_path / "x.pdf").write_bytes(print_pdf([_body()]))
    code = (
        "import sys, pathlib; from zhangju_index.formats import parse_bytes; assert 'pypdfium2' not in sys.modules;"
        "parse_bytes(pathlib.Path('x.pdf').read_bytes(), 'x.pdf')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# The bundled article, printed


@pytest.mark.parametrize(("columns", "size"), [(48, 10), (39, 12), (60, 8), (27.5, 16)])
def test_the_article_has_the_same_outline_when_printed(columns: float, size: float) -> None:
    """Whatever the width of the column and the size of the type."""
    article = bundled_article()
    lines: list[tuple[str, float]] = []
    for paragraph in article.text.split("\n"):
        lines += [(line, 1.5 * size) for line in fill(paragraph, columns)] or [("", 1.5 * size)]
    pages: list[list[Print]] = [[]]
    y = 740.0
    for line, leading in lines:
        if y < 60:
            pages.append([])
            y = 740.0
        if line:
            pages[-1].append(Print(line, 60, y, size))
        y -= leading
    document = document_from_parsed(_parse(print_pdf(pages)), name="x", source="x.pdf")
    assert _sections(document) == _sections(article)


def _sections(document: Document) -> list[tuple[tuple[str, ...], str, str]]:
    return [
        (section.path, section.kind, re.sub(r"\s", "", document.text[section.start : section.end]))
        for section in outline_document(document).sections
    ]
