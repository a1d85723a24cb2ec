import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.sentences import split_sentences


def sentences(text: str) -> list[str]:
    """The sentences themselves."""
    return [text[start:end] for start, end in split_sentences(text)]


@given(st.text(alphabet="甲乙。！？；…“”（）「」.!?;, \nabA1😀ก", max_size=80))
def test_sentences_hold_every_visible_character_in_order(text: str) -> None:
    """Nothing that can be read lies between two sentences."""
    ranges = split_sentences(text)

    assert "".join("".join(text[a:b].split()) for a, b in ranges) == "".join(text.split())
    assert all(a < b for a, b in ranges)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ranges))
    assert all(text[a:b] == text[a:b].strip() for a, b in ranges)
    assert all("\n" not in text[a:b] for a, b in ranges)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("桥通车了。大家很高兴！真的吗？", ["桥通车了。", "大家很高兴！", "真的吗？"]),
        ("一是修路；二是架桥。", ["一是修路；", "二是架桥。"]),
        ("他说：“桥通车了。”大家鼓掌。", ["他说：“桥通车了。”", "大家鼓掌。"]),
        ("“真安静！”她说。大家都笑了。", ["“真安静！”她说。", "大家都笑了。"]),
        ("「真安靜！」她說。", ["「真安靜！」她說。"]),
        ("「静かですね。」と彼女は言った。次の日。", ["「静かですね。」と彼女は言った。", "次の日。"]),
        ("他（第一次来！）很高兴。", ["他（第一次来！）很高兴。"]),
        ("打造“一桥！一路！”格局，方便市民。", ["打造“一桥！一路！”格局，方便市民。"]),
        ("等一等……他没有说完。", ["等一等……他没有说完。"]),
        ("真的？！好吧。", ["真的？！", "好吧。"]),
        ("全长3.5公里。投资1.2亿元。", ["全长3.5公里。", "投资1.2亿元。"]),
        ("第一行\n第二行。", ["第一行", "第二行。"]),
        ("没有句号", ["没有句号"]),
        ("", []),
        (" \n ", []),
    ],
    ids=repr,
)
def test_chinese_and_japanese(text: str, expected: list[str]) -> None:
    """Stops and semicolons end a sentence; closing quotes belong to it."""
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge opened. People came.", ["The bridge opened.", "People came."]),
        ("Mr. Hale of the U.S. office paid $3.50, e.g. in coins. Then he left.", 2),
        ("It rose 3.5 metres; nobody slept. Why?", ["It rose 3.5 metres; nobody slept.", "Why?"]),
        ('"Come!" he said. "Now."', 3),
        ("See https://example.org/a?b=1&c=2 for more. Thanks!", 2),
        ("1. Introduction", ["1. Introduction"]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("El puente abrió. ¿Vino usted? ¡Sí!", ["El puente abrió.", "¿Vino usted?", "¡Sí!"]),
        ("Das kostet z.B. viel. Gut.", ["Das kostet z.B. viel.", "Gut."]),
        ("Am 24. und 31. Dezember zu. Gut.", ["Am 24. und 31. Dezember zu.", "Gut."]),
        ("Der 2. Weltkrieg war im 20. Jahrhundert.", ["Der 2. Weltkrieg war im 20. Jahrhundert."]),
        ("Es kostet z. B. 2 Mio. Euro. Gut.", ["Es kostet z. B. 2 Mio. Euro.", "Gut."]),
        ("Es kostet 24. Das ist viel.", ["Es kostet 24.", "Das ist viel."]),
        ("Según el art. 5 vale. Bien.", ["Según el art. 5 vale.", "Bien."]),
        ("We saw art. Then we left.", ["We saw art.", "Then we left."]),
    ],
    ids=repr,
)
def test_latin_scripts(text: str, expected: list[str] | int) -> None:
    """A full stop needs a space and a new beginning; abbreviations and figures stay whole."""
    found = sentences(text)

    assert found == expected if isinstance(expected, list) else len(found) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("افتتحت المكتبة اليوم. هل زرتها؟ نعم.", 3),
        ("הספרייה נפתחה היום. האם ביקרת בה? כן.", 3),
        ("पुस्तकालय आज खुला। बहुत लोग आए।", 2),
        ("도서관이 오늘 문을 열었습니다. 많은 사람이 왔습니다.", 2),
        ("ห้องสมุดเปิดวันนี้ พรุ่งนี้ปิด", 1),
        ("Մենք եկանք։ Դուք՞", 2),
        ("🎉放假了！🌸花开了。", 2),
    ],
    ids=["Arabic", "Hebrew", "Hindi", "Korean", "Thai without stops", "Armenian", "emoji"],
)
def test_other_scripts(text: str, count: int) -> None:
    """Each script's own stop ends a sentence; a script without one is left whole."""
    assert len(sentences(text)) == count


def test_a_quotation_left_open_does_not_swallow_the_rest() -> None:
    """A forgotten closing quote costs nothing."""
    assert len(sentences("他说：“桥通车了。" + "大家都来看看这座新的大桥。" * 20)) == 21


@pytest.mark.parametrize("piece", ["Mr. ", "“好。", "甲" * 5, "a.b.c ", "… ", "（"], ids=repr)
def test_time_grows_with_length_only(piece: str) -> None:
    """Text of one repeated piece, however odd, is split in the time of any other text."""
    text = piece * (200_000 // len(piece))

    assert split_sentences(text)[-1][1] == len(text.rstrip())
