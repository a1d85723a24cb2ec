from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting import count_steps
from zhangju import Assistant, Retriever, ToyEmbedder
from zhangju.enumerations import listed_items, numbered_items
from zhangju.followups import read_follow_up
from zhangju.history import read_history
from zhangju_index.parsing import document_from_text
from zhangju_index.values import Document

STEPS = "大桥维修分三步：一是拆除旧伸缩缝，二是焊接新钢轨，三是封闭桥面。"
TEXT = f"""维修报告

{STEPS}今年不封桥。

First, the joints were cut out; second, rails were welded in; third, the deck was sealed.

要抓好两点：一是人才要来；二是人才要留。

通行费由小客车、货车和大巴缴纳，其他车辆免费。

Cars go to New York, Los Angeles and San Francisco.
"""
DOCUMENT = document_from_text(TEXT, name="bridge", source="bridge.txt")

NUMBERED = [
    (STEPS, ["一是拆除旧伸缩缝", "二是焊接新钢轨", "三是封闭桥面"]),
    ("First, a is cut; second, b; and third, c. Then d.", ["First, a is cut", "second, b", "third, c"]),
    ("首先，甲好；其次，乙好；最后，丙好。", ["首先，甲好", "其次，乙好", "最后，丙好"]),
    ("一是甲；二是乙。丙。", ["一是甲", "二是乙"]),
    ("（一）甲；（二）乙。", ["（一）甲", "（二）乙"]),
    (
        "Erstens ist es gut, zweitens billig und drittens schnell.",
        ["Erstens ist es gut", "zweitens billig", "drittens schnell"],
    ),
    ("En primer lugar, lento; en segundo lugar, caro.", ["En primer lugar, lento", "en segundo lugar, caro"]),
]
NOT_NUMBERED = [
    "The first man met the second man.",
    "第一次世界大战和第二次世界大战。",
    "二是乙，三是丙。",
    "一是甲。",
    "(1) 甲。 (0) 乙。",
    "",
]


@pytest.mark.parametrize(("text", "items"), NUMBERED)
def test_numbered_items_are_found(text: str, items: list[str]) -> None:
    """From each number to the next, the last to its stop."""
    (found,) = numbered_items(text)
    assert [text[start:end] for start, end in found] == items


@pytest.mark.parametrize("text", NOT_NUMBERED)
def test_ordinals_are_no_list(text: str) -> None:
    """A series begins with one and has two, and its numbers open clauses."""
    assert numbered_items(text) == []


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("合成生物、氢能和新型储能是重点。", ["合成生物", "氢能", "新型储能"]),
        ("重点发展能源、材料、信息等领域。", ["能源", "材料", "信息"]),
        ("They came from Denmark, Iceland and Norway.", ["Denmark", "Iceland", "Norway"]),
        (
            "They flew to New York, Los Angeles and San Francisco in May.",
            ["New York", "Los Angeles", "San Francisco"],
        ),
        ("When Denmark, Iceland, and Norway joined", ["Denmark", "Iceland", "Norway"]),
        ("They sell red apples, green pears and sour plums.", ["red apples", "green pears", "sour plums"]),
        ("They sell apples, green pears and plums.", ["apples", "green pears", "plums"]),
        ("Sweden, Norway and the Kingdom of Denmark agreed.", ["Sweden", "Norway", "the Kingdom of Denmark"]),
        (
            "Es waren der Deutsche Bund, die freie Stadt Bremen und das Königreich Preußen.",
            ["der Deutsche Bund", "die freie Stadt Bremen", "das Königreich Preußen"],
        ),
        ("in den Städten Berlin, Hamburg und Bad Homburg", ["Berlin", "Hamburg", "Bad Homburg"]),
        ("la France, l’Allemagne et l’Italie ont signé", ["la France", "l’Allemagne", "l’Italie"]),
        ("A, B and C met D, E, F and G.", ["D", "E", "F", "G"]),
        ("It costs 1,200 kroner, two euros and a smile.", ["1,200 kroner", "two euros", "a smile"]),
        (
            "It takes energy (wind, solar), materials and water.",
            ["energy (wind, solar)", "materials", "water"],
        ),
        ("发展能源（风、光、水）、材料、信息等领域。", ["能源（风、光、水）", "材料", "信息"]),
        ("能源（风（海上）、光）、材料和信息是重点。", ["能源（风（海上）、光）", "材料", "信息"]),
        ("能源（风、光）、材料（钢、信息", []),
        ("重点是能源（风、光、水）、材料。", ["风", "光", "水"]),
        ("挖掘、盘活闲置资源。", []),
        ("It is big, and red.", []),
    ],
)
def test_plain_lists_have_three_items(text: str, items: list[str]) -> None:
    """Without the words before and after them; two words side by side are none."""
    assert [text[start:end] for start, end in listed_items(text)] == items


@pytest.mark.parametrize("piece", ["a, ", "a, b and ", "A (", "甲（", "a (b, c), ", "甲、", "(a) "])
def test_long_lists_are_looked_at_once(piece: str) -> None:
    """Four times as many commas, or brackets that nobody closes, take about four times the steps."""
    assert count_steps(listed_items, piece * 2000) < 6 * count_steps(listed_items, piece * 500)


PIECES = [
    "New",
    "York",
    "the",
    "a",
    "l’Île",
    " ",
    ", ",
    " and ",
    " und ",
    "of",
    "、",
    "和",
    "（",
    "）",
    "(",
    ")",
    "1",
]


@given(
    st.text("一二三是、，；。和first, second; (1) and", max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
)
def test_items_lie_in_the_text_in_order(text: str) -> None:
    """Whatever is counted up, the items follow each other."""
    for items in [*numbered_items(text), listed_items(text)]:
        edges = [edge for item in items for edge in item]
        assert edges == sorted(edges)
        assert all(0 <= start < end <= len(text) for start, end in items)
        assert all(text[start:end] == text[start:end].strip() for start, end in items)


def turn(quote: str) -> dict[str, Any]:
    """An answer that quoted one place."""
    start = TEXT.index(quote)
    cited = {"document_id": DOCUMENT.id, "start": start, "end": start + len(quote)}
    return {"question": "有哪几点？", "citations": [cited]}


ENGLISH = TEXT.split("\n\n")[2]
WALKED = [
    ("那第二个呢？", STEPS, "二是焊接新钢轨"),
    ("第三个呢？", "二是焊接新钢轨", "三是封闭桥面"),
    ("下一个呢？", "二是焊接新钢轨", "三是封闭桥面"),
    ("最后一个呢？", STEPS, "三是封闭桥面"),
    ("And the second?", ENGLISH, "second, rails were welded in"),
    ("那第二个呢？", "一是人才要来；", "二是人才要留"),
    ("那第二个呢？", "通行费由小客车、货车和大巴缴纳，其他车辆免费。", "货车"),
    ("And the third?", "Cars go to New York, Los Angeles and San Francisco.", "San Francisco"),
    ("第四个呢？", STEPS, None),
    ("And the fifth?", ENGLISH, None),
]


@pytest.mark.parametrize(("question", "quote", "item"), WALKED)
def test_the_items_of_a_sentence_are_walked_through(question: str, quote: str, item: str | None) -> None:
    """Its item of that number, as an exact place, or none where it has fewer."""
    reading = read_follow_up(question, read_history([turn(quote)]), lambda _: DOCUMENT)
    assert reading is not None
    assert reading.missing is (item is None)
    assert (reading.place and TEXT[reading.place.start : reading.place.end]) == item


def test_what_is_gone_is_not_said_to_lack_an_item() -> None:
    """A document that is not held any more says nothing about its lists."""

    def gone(document_id: str) -> Document:
        raise KeyError(document_id)

    reading = read_follow_up("第四个呢？", read_history([turn(STEPS)]), gone)
    assert reading is not None
    assert not reading.missing


def test_that_there_is_none_is_said() -> None:
    """An item that the list does not have is no reason to say the list again."""
    with Retriever.from_documents([DOCUMENT], embedder=ToyEmbedder()) as retriever:
        assistant = Assistant(retriever, threshold=0.01)
        second = assistant.ask("那第二个呢？", [turn(STEPS)])
        assert [sentence.text for sentence in second.sentences] == ["二是焊接新钢轨"]
        assert all(TEXT[c.start : c.end] == c.quote for c in second.citations)

        none = assistant.ask("那第四个呢？", [turn(STEPS)])
        assert not none.sentences
        assert none.text == "原文这里没有这一项。"
