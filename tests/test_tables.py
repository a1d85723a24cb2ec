import pytest

from zhangju.composing import choose_sentences, quote_sentences
from zhangju.ranking import ScoredSentence
from zhangju.tables import cells_named, find_head, is_head, is_row
from zhangju.values import Passage
from zhangju_index.chunking import chunk_document
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_bytes, document_from_text

MARKDOWN = """# 港湾大桥

港湾大桥通行车辆420万辆。

## 通行费

| 车型 | 通行费（元） | 备注 |
| --- | ---: | --- |
| 小客车 | 25 | 节假日免费 |
| 货车 | 60 | 夜间八折 |
"""
HTML = """<h1>Bridge</h1><p>The bridge is long.</p>
<table><tr><th>Name</th><th>Role</th></tr><tr><td>Per Holm</td><td>Engineer</td></tr>
<tr><td>Maria Lind</td><td>Director</td></tr></table><p>It is open.</p>"""
DOCUMENT = document_from_bytes(MARKDOWN.encode(), source="bridge.md")


def found(question_scores: dict[str, float]) -> list[ScoredSentence]:
    """The sentences of the Markdown document with scores by their opening, 0.5 otherwise."""
    chunks = chunk_document(outline_document(DOCUMENT), lambda texts: [len(text) for text in texts])
    return [
        ScoredSentence(
            Passage(chunk, "题", "bridge.md", 0.8, rank, chunk.sentences[0]),
            sentence,
            0.9,
            0.1,
            next((s for opening, s in question_scores.items() if sentence.text.startswith(opening)), 0.5),
        )
        for rank, chunk in enumerate(chunks, start=1)
        for sentence in chunk.sentences
    ]


def test_a_row_is_cited_with_its_head() -> None:
    """What the cells are stands in the head row, which is the second citation; both are exact."""
    chosen = choose_sentences(found({"| 小客车": 0.9}), "小客车的通行费是多少？")
    (quote,) = quote_sentences(chosen, lambda _: DOCUMENT)

    row, head = quote.citations
    assert quote.text == row.quote == "| 小客车 | 25 | 节假日免费 |"
    assert head.quote == "| 车型 | 通行费（元） | 备注 |"
    assert all(DOCUMENT.text[each.start : each.end] == each.quote for each in quote.citations)
    assert [row.number, head.number] == [1, 2]


def test_rows_of_one_table_share_their_head() -> None:
    """It has one number, however many rows are quoted."""
    chosen = choose_sentences(found({"| 小客车": 0.9, "| 货车": 0.9}), "小客车和货车的通行费分别是多少？")
    quotes = quote_sentences(chosen, lambda _: DOCUMENT)
    assert [[each.number for each in quote.citations] for quote in quotes] == [[1, 2], [3, 2]]


def test_the_row_whose_cells_match_answers() -> None:
    """Neither the head row nor another row does, though they score more."""
    rows = found({"| 车型": 0.93, "| 小客车": 0.92, "| 货车": 0.9})
    chosen = choose_sentences(rows, "货车的通行费是多少？")
    assert [item.sentence.text for item in chosen] == ["| 货车 | 60 | 夜间八折 |"]


def test_text_is_cited_alone() -> None:
    """What is no row has no head."""
    (quote,) = quote_sentences(choose_sentences(found({"港湾大桥通": 0.9})), lambda _: DOCUMENT)
    assert len(quote.citations) == 1


def test_a_stated_table_begins_with_its_head() -> None:
    """Formats that know tables have no rule of dashes."""
    document = document_from_bytes(HTML.encode(), source="bridge.html")
    found = find_head(document, document.text.index("Maria"))
    assert found is not None
    assert document.text[slice(*found)].split() == ["Name", "Role"]
    assert find_head(document, document.text.index("Name")) is None
    assert find_head(document, document.text.index("It is open")) is None


@pytest.mark.parametrize("text", ["| a | b |\n| c | d |\n", "前文。\n\n| c | d |\n", "一句话。"])
def test_a_table_without_a_rule_has_no_head(text: str) -> None:
    """Of Markdown only the row above the dashes is one."""
    document = document_from_bytes(text.encode(), source="a.md")
    assert find_head(document, text.find("| c") if "| c" in text else 0) is None


@pytest.mark.parametrize("below", [f"{' ' * 200_000}x-", f"-{' ' * 200_000}x", f"|{'-' * 200_000}x|"])
def test_a_long_line_is_read_once(below: str) -> None:
    """Nobody waits for a document that was written to be slow: trying each place would take minutes."""
    document = document_from_text(f"| a | b |\n{below}\n| c | d |\n", name="a", source="a.md")
    assert find_head(document, document.text.index("| c")) is None


def test_what_a_row_is() -> None:
    """Cells between bars or apart by tabs; only the row above the dashes is a head."""
    assert [is_row(text) for text in ("| a | b |", "a\tb", "a | b", "一句话。")] == [True, True, False, False]
    heads = [item.sentence.text for item in found({}) if is_head(item.sentence, item.passage.chunk)]
    assert heads == ["| 车型 | 通行费（元） | 备注 |"]


@pytest.mark.parametrize(
    ("row", "question", "cells"),
    [
        ("| March | 24,530 |", "How many crossed in march?", 1),
        ("| March | 24,530 |", "Who marched?", 0),
        ("| 小客車 | 25 |", "小客车的通行费？", 1),
        ("| a | — |", "What is a tax — really?", 0),
        ("Per Holm\tEngineer", "Is Per Holm the engineer?", 2),
    ],
)
def test_cells_that_a_question_names(row: str, question: str, cells: int) -> None:
    """Whole words, in either writing of Chinese."""
    assert cells_named(row, question) == cells
