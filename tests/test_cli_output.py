import json
import unicodedata
from dataclasses import replace

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handmade import POISON, HandmadeAssistant, chunk_of, passages_of
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.values import Document, Layout
from zhangju_ui.cli_output import (
    answer_lines,
    duration,
    fold,
    json_line,
    outline_json,
    outline_lines,
    passage_lines,
    printable,
)

ANYTHING = st.text(st.characters(), max_size=200)


@given(text=ANYTHING)
def test_nothing_that_steers_a_terminal_is_printed(text: str) -> None:
    """A document cannot move the cursor, change colours or turn the direction of what follows."""
    shown = printable(text)

    steering = {c for c in shown if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2066\u2028"}
    assert steering <= {"\n", "\t"}


@given(text=ANYTHING)
def test_one_line_is_one_line(text: str) -> None:
    """A message stays on its line whatever file name or quote is in it."""
    assert len(printable(text, one_line=True).splitlines()) <= 1


@given(text=ANYTHING)
def test_json_says_exactly_what_it_was_given(text: str) -> None:
    """Escaping for the terminal changes how JSON is written and not what it says."""
    line = json_line({"quote": text})

    assert json.loads(line) == {"quote": text}
    assert len(line.splitlines()) == 1
    assert "\x9b" not in line


def test_chinese_is_written_as_itself() -> None:
    """JSON is for people too: Han characters are not escaped."""
    assert json_line({"text": "章句"}) == '{"text": "章句"}'


def test_outline_shows_a_tree_with_kinds_and_sizes() -> None:
    """The sizes shown are those of the sections and add up to the article."""
    document = bundled_article()
    outline = outline_document(document)

    title, summary, _, *rows = [click.unstyle(line) for line in outline_lines(outline)]

    assert title == document.title
    assert f"{len(document.text):,} characters" in summary
    assert [row.split()[0] for row in rows] == [section.kind for section in outline.sections]
    assert sum(int(row.split()[1].replace(",", "")) for row in rows) == len(document.text)
    leads = [row for row in rows if row.startswith("lead")]
    headings = [row for row in rows if row.startswith("heading")]
    assert "做强主导产业" in leads[0]
    assert leads[0].index("做强") > headings[0].index("深刻")


def test_outline_json_tiles_the_text() -> None:
    """A program can rebuild the article from the ranges."""
    document = bundled_article()

    [entry] = outline_json([outline_document(document)])["documents"]

    assert list(entry) == ["document_id", "title", "source", "sections"]
    assert all(list(section) == ["path", "kind", "start", "end"] for section in entry["sections"])
    pieces = [document.text[section["start"] : section["end"]] for section in entry["sections"]]
    assert "".join(pieces) == document.text


def test_control_characters_of_a_document_are_escaped_in_every_view() -> None:
    """Headings, quotes, titles and sources all come from outside."""
    evil = document_from_text("# 标题\x1b[31m\n\n正文\x07。\n", name="evil", source="evil\x1b]0;x.txt")
    passages = passages_of(POISON, [chunk_of(POISON, 0, len(POISON.text), ("\x1b[2J", "标题"))])

    shown = "".join(
        click.unstyle(line) for line in [*outline_lines(outline_document(evil)), *passage_lines(passages)]
    )

    assert not any(unicodedata.category(character) == "Cc" for character in shown)
    assert "\u202e" not in shown


def test_passages_show_rank_path_sentence_and_place() -> None:
    """What a person needs to judge a passage, in three lines."""
    answer = HandmadeAssistant().ask("未来产业")
    first, *_ = answer.passages

    lines = [click.unstyle(line) for line in passage_lines(answer.passages)]

    assert lines[0] == " 1  " + " › ".join(first.chunk.section_path)
    assert lines[1].strip() == first.sentence.reading_text
    assert f"score {first.score:.3f}" in lines[2]
    assert f"characters {first.chunk.start}–{first.chunk.end}" in lines[2]
    assert len(lines) == 4 * len(answer.passages) - 1


def test_an_answer_is_followed_by_its_citations() -> None:
    """Each marker of the answer has its line below."""
    answer = HandmadeAssistant().ask("创新")

    lines = [click.unstyle(line) for line in answer_lines(answer)]

    for citation in answer.citations:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"[{citation.number}] "))
        assert lines[at].endswith(citation.section_path[-1])
        assert f"characters {citation.start}–{citation.end}" in lines[at + 1]


def test_a_refusal_shows_the_closest_passages() -> None:
    """Saying no is not the end: people may judge for themselves."""
    answer = HandmadeAssistant().ask("天气如何？")

    lines = [click.unstyle(line) for line in answer_lines(answer)]

    assert lines[0] == answer.text
    assert "Closest passages:" in lines
    assert any(line.startswith(" 1  ") for line in lines)


@pytest.mark.parametrize("columns", [20, 41, 80])
def test_folded_lines_fit_and_lose_nothing(columns: int) -> None:
    """A Han character is two columns wide; colours take none; closing marks stay with their word."""
    line = (
        click.style("[1] ", bold=True)
        + "做强主导产业,激活新质生产力。" * 6
        + "Wujin makes 27 of them, so far. " * 3
    )

    rows = [click.unstyle(row) for row in fold(line, columns)]

    def width(row: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in row)

    assert all(width(row) <= columns + 2 for row in rows)
    assert all(row.startswith("    ") for row in rows[1:])
    assert not any(row.strip()[0] in "。,." for row in rows)
    assert "".join("".join(rows).split()) == "".join(click.unstyle(line).split())


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.01, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (119.9, "2 min 0 s"),
        (552, "9 min 12 s"),
        (700, "12 min"),
        (3590, "1 h 0 min"),
        (7300, "2 h 2 min"),
    ],
)
def test_durations_are_as_exact_as_people_care(seconds: float, expected: str) -> None:
    """Seconds matter within minutes, and no more within hours."""
    assert duration(seconds) == expected


LAW = (
    "中华人民共和国试行法\n\n第一章 总则\n\n第一条　为了试行，制定本法。\n\n第二条　试行者，试而行之也。"
    + "又试。" * 40
)


def test_an_article_of_a_law_shows_how_it_begins() -> None:
    """A bare number says nothing; a heading in words stands alone."""
    rows = [click.unstyle(row) for row in outline_lines(outline_document(law()))][3:]

    assert [row.split(maxsplit=2)[2] for row in rows if "第" in row] == [
        "第一章 总则",
        "第一条  为了试行，制定本法。",
        "第二条  试行者，试而行之也。" + "又试。" * 8 + "又…",
    ]


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_tree_keeps_to_its_columns(columns: int) -> None:
    """Each section is one line on a terminal, whose openings are cut to what room there is."""
    rows = [click.unstyle(row) for row in outline_lines(outline_document(law()), columns)]

    assert all(
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in row) <= columns for row in rows
    )


def test_a_tree_says_pages_where_there_are_pages() -> None:
    """In the rows, in the summary, and for programs."""
    document = law()
    outline = outline_document(replace(document, layout=Layout(pages=(0, document.text.index("第二条")))))

    _, summary, _, *rows = [click.unstyle(row) for row in outline_lines(outline)]
    [entry] = outline_json([outline])["documents"]

    assert summary.endswith("sections, 2 pages")
    assert [row.split()[2:4] for row in rows] == [["p.", str(s["page"])] for s in entry["sections"]]
    assert [section["page"] for section in entry["sections"]][-1] == 2


def law() -> Document:
    """A small law."""
    return document_from_text(LAW, name="law", source="law.txt")
