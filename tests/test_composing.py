from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju.composing import MAX_OTHERWISE, MAX_SENTENCES, NEARLY, choose_sentences, quote_sentences
from zhangju.history import Place
from zhangju.ranking import ScoredSentence
from zhangju.values import Passage
from zhangju_index.chunking import is_heading
from zhangju_index.values import Chunk, Sentence

HEADING = "产业概况"


def make_passage(
    rank: int, texts: list[str], *, document_id: str = "doc", start: int = 0, score: float = 0.8
) -> Passage:
    """A passage of sentences one after the other."""
    sentences, position = [], start
    for text in texts:
        sentences.append(Sentence(position, position + len(text), text, text.replace("\n", ""), page=3))
        position += len(text)
    own = "".join(texts)
    reading = own.replace("\n", "")
    chunk = Chunk(document_id, (HEADING,), start, position, own, reading, reading, tuple(sentences), page=2)
    return Passage(chunk, "题", f"{document_id}.txt", score, rank, sentences[0])


def score(passage: Passage, *scores: float) -> list[ScoredSentence]:
    """The sentences of a passage with given scores."""
    pairs = zip(passage.chunk.sentences, scores, strict=True)
    return [ScoredSentence(passage, sentence, 0.9, 0.1, value) for sentence, value in pairs]


def texts(chosen: list[ScoredSentence]) -> list[str]:
    """What was chosen."""
    return [item.sentence.reading_text for item in chosen]


def test_one_clear_sentence_answers_alone() -> None:
    """A question that has one answer gets one."""
    passage = make_passage(1, ["甲是一。", "乙是二。", "丙是三。"])

    assert texts(choose_sentences(score(passage, 0.7, 0.9, 0.8))) == ["乙是二。"]


def test_sentences_nearly_as_good_join_in_reading_order() -> None:
    """A list that goes over two sentences is whole, in the order of the text."""
    passage = make_passage(1, ["甲是一。", "乙是二。", "丙是三。"])

    assert texts(choose_sentences(score(passage, 0.895, 0.8, 0.9))) == ["甲是一。", "丙是三。"]


def test_no_more_than_a_few() -> None:
    """An answer stays short, however much is alike."""
    found = score(make_passage(1, [f"第{n}点很好。" for n in range(9)]), *[0.9] * 9)

    assert len(choose_sentences(found, "哪一点很好？")) == MAX_OTHERWISE
    assert len(choose_sentences(found, "哪些点很好？")) == MAX_SENTENCES


def test_a_sentence_that_leads_to_items_brings_them() -> None:
    """下列措施： says nothing without the measures; what follows the list stays out."""
    passage = make_passage(
        1, ["商场应当采取下列措施：", "（一）检查食品；", "（二）标明日期。", "媒体应当宣传。"]
    )

    assert texts(choose_sentences(score(passage, 0.9, 0.5, 0.5, 0.6))) == [
        "商场应当采取下列措施：",
        "（一）检查食品；",
        "（二）标明日期。",
    ]
    assert texts(choose_sentences(score(passage, 0.5, 0.9, 0.5, 0.5))) == ["（一）检查食品；"]


def test_only_the_article_that_is_named_is_quoted() -> None:
    """However near another is."""
    found = []
    for rank, (title, value) in enumerate((("第二十二条", 0.9), ("第十二条", 0.89)), 1):
        passage = make_passage(rank, ["商场应当检查。"], start=100 * rank)
        passage = replace(passage, chunk=replace(passage.chunk, section_path=(title,)))
        found += score(passage, value)

    assert [item.passage.chunk.section_path for item in choose_sentences(found, named={(12, 0)})] == [
        ("第十二条",)
    ]


def in_article(passage: Passage, title: str) -> Passage:
    """A passage below the number of an article."""
    return replace(passage, chunk=replace(passage.chunk, section_path=(title,)))


def test_an_article_that_is_named_is_quoted_whole() -> None:
    """What it says and what follows if not is one answer; a long one is told by its best sentences."""
    short = in_article(make_passage(1, ["公安机关责令改正；", "逾期的，处罚款。", "每户一只。"]), "第十条")
    long = in_article(make_passage(1, [f"第{n}点很好。" for n in range(9)]), "第十条")

    assert texts(choose_sentences(score(short, 0.9, 0.1, 0.2), named={(10, 0)})) == texts(
        score(short, 1, 1, 1)
    )
    assert len(choose_sentences(score(long, *[0.9] * 9), named={(10, 0)})) == MAX_OTHERWISE


def test_a_rule_is_quoted_to_its_full_stop() -> None:
    """A fine stands behind the semicolon; items in brackets stand for themselves, and so does other text."""
    rule = ["公安机关责令改正；", "逾期的，处罚款。", "每户一只。"]
    items = ["（一）检查食品；", "（二）标明日期。"]

    assert (
        texts(choose_sentences(score(in_article(make_passage(1, rule), "第十条"), 0.9, 0.1, 0.1))) == rule[:2]
    )
    assert texts(choose_sentences(score(in_article(make_passage(1, items), "第十条"), 0.9, 0.1))) == items[:1]
    assert texts(choose_sentences(score(make_passage(1, rule), 0.9, 0.1, 0.1))) == rule[:1]


def test_items_of_one_list_come_before_others() -> None:
    """Where several things are asked for, what is said alike belongs together, though others score a little more."""
    passage = make_passage(
        1,
        ["土地上，盘活资源。", "武进很好。", "武进很大。", "武进很新。", "武进很强。", "资金上，引导基金。"],
    )
    found = score(passage, 0.9, 0.896, 0.895, 0.894, 0.893, 0.885)

    assert "资金上，引导基金。" in texts(choose_sentences(found, "项目靠哪些保障？"))
    assert "资金上，引导基金。" not in texts(choose_sentences(found, "项目靠什么保障？"))


def test_what_was_said_is_not_said_again() -> None:
    """A question that asks on is answered by what the answer before left out, if that is near."""
    passage = make_passage(1, ["甲是一。", "乙是二。"])
    found, said = score(passage, 0.9, 0.86), [Place("doc", 0, 4)]

    assert texts(choose_sentences(found)) == ["甲是一。"]
    assert "乙是二。" in texts(choose_sentences(found, said=said))
    assert texts(choose_sentences(score(passage, 0.9, 0.6), said=said)) == ["甲是一。"]


def test_the_same_sentence_is_quoted_once() -> None:
    """Two documents that say the same word for word do not say it twice."""
    first = make_passage(1, ["甲是一。"])
    second = make_passage(2, ["甲\n是一。"], document_id="other")

    chosen = choose_sentences([*score(first, 0.9), *score(second, 0.9)])
    assert [item.passage.rank for item in chosen] == [1]


def test_documents_stand_in_the_order_of_their_rank() -> None:
    """The text of one document is not torn apart by another's."""
    late = make_passage(1, ["乙是二。"], start=50)
    other = make_passage(2, ["甲是一。"], document_id="other", start=10)
    early = make_passage(3, ["丙是三。"], start=5)

    found = [*score(other, 0.9), *score(early, 0.9), *score(late, 0.9)]
    chosen = choose_sentences(found, "哪些是？")
    assert texts(chosen) == ["丙是三。", "乙是二。", "甲是一。"]


@pytest.mark.parametrize("heading", [HEADING, f"{HEADING}。"], ids=["name", "lead"])
def test_a_heading_does_not_answer(heading: str) -> None:
    """It names what stands under it; the sentence after it answers, though it scores less."""
    passage = make_passage(1, [heading, "甲是一。"])

    assert texts(choose_sentences(score(passage, 0.95, 0.8))) == ["甲是一。"]


def test_a_byline_answers_who_alone() -> None:
    """Who wrote it is said by the byline; to any other question it says nothing."""
    byline, running = make_passage(1, ["丁恒龙"]), make_passage(2, ["甲是一。"])
    found = [*score(byline, 0.9), *score(running, 0.9)]
    assert texts(choose_sentences(found, "谁写的？", who=True)) == ["丁恒龙"]
    assert texts(choose_sentences(found)) == ["甲是一。"]
    assert choose_sentences(score(byline, 0.9)) == []

    running, byline = make_passage(1, ["甲是一。"]), make_passage(2, ["丁恒龙"])
    found = [*score(byline, 0.9), *score(running, 0.7)]
    assert texts(choose_sentences(found, "谁写的？", who=True)) == ["甲是一。"]


@pytest.mark.parametrize(
    ("question", "judged", "answers"),
    [
        ("谁是苹果公司的首席执行官？", -2.0, False),
        ("Who is the CEO of Apple?", -2.0, False),
        ("Who leads the institute?", 1.0, True),
        ("院长是谁？", -2.0, True),
        ("專欄的編輯是誰？", -2.0, True),
        ("徐挺", None, True),
    ],
)
def test_a_strangers_name_is_no_answer(question: str, judged: float | None, answers: bool) -> None:
    """A byline answers who wrote it, what has a name in common with it, and what it is found likely to answer."""
    (byline,) = score(make_passage(1, ["研究院院长 徐挺"]), 0.9)
    (running,) = score(make_passage(2, ["甲是一。"]), 0.8)
    found = [replace(byline, judged=judged), replace(running, judged=None if judged is None else -3.0)]

    chosen = texts(choose_sentences(found, question, who=question != "徐挺"))
    assert chosen == (["研究院院长 徐挺"] if answers else ["甲是一。"])


@pytest.mark.parametrize(
    ("name", "byline", "answers"),
    [
        ("Ann", "Ann Bell, Annual Review", True),
        ("Ann?", "Annual Review", False),
        ("bell", "Ann Bell", True),
        ("ell", "Ann Bell", False),
        ("徐", "研究院院长 徐挺", False),
        ("徐挺", "研究院院长徐挺撰", True),
        ("Xu", "徐Xu挺", True),
        ("김민수", "김민수가", True),
    ],
)
def test_a_name_alone_is_answered_by_the_byline_that_has_it(name: str, byline: str, answers: bool) -> None:
    """As a word of its own, where a script parts words."""
    (who,) = score(make_passage(1, [byline]), 0.9)
    (running,) = score(make_passage(2, ["甲是一。"]), 0.8)

    assert texts(choose_sentences([who, running], name)) == [byline if answers else "甲是一。"]


def test_nothing_chooses_nothing() -> None:
    """No sentence, or headings alone, is no answer, however well they fit."""
    assert choose_sentences([]) == []
    assert choose_sentences(score(make_passage(1, [HEADING]), 0.9)) == []
    assert choose_sentences(score(make_passage(1, [HEADING, f"{HEADING}。"]), 0.9, 0.9)) == []
    assert quote_sentences([]) == ()


@given(
    passages=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.floats(0.5, 1),
            st.lists(
                st.tuples(st.sampled_from(["甲。", "乙\n丙。", HEADING, "丁"]), st.floats(0.5, 1)), min_size=1
            ),
        ),
        max_size=4,
    )
)
def test_whatever_was_found_is_quoted_in_order(
    passages: list[tuple[str, float, list[tuple[str, float]]]],
) -> None:
    """A few different sentences near the best one, numbered in the order they stand in."""
    found: list[ScoredSentence] = []
    for rank, (name, worth, sentences) in enumerate(passages, start=1):
        passage = make_passage(
            rank, [text for text, _ in sentences], document_id=name, start=100 * rank, score=worth
        )
        found += score(passage, *(value for _, value in sentences))
    found.sort(key=lambda item: -item.score)
    chosen = choose_sentences(found)

    def worth_of(item: ScoredSentence) -> float:
        return item.score + item.passage.score / 2

    able = [item for item in found if not is_heading(item.sentence, item.passage.chunk)]
    assert len(chosen) <= MAX_SENTENCES
    assert bool(chosen) >= bool(able)
    assert len(set(texts(chosen))) == len(chosen)
    if able and chosen:
        assert max(map(worth_of, chosen)) >= max(map(worth_of, able))
    assert all(worth_of(item) >= max(map(worth_of, chosen)) - NEARLY - 1e-9 for item in chosen)
    for left, right in pairwise(chosen):
        same = left.passage.chunk.document_id == right.passage.chunk.document_id
        assert not same or left.sentence.start < right.sentence.start

    for number, (item, quoted) in enumerate(zip(chosen, quote_sentences(chosen), strict=True), start=1):
        (citation,) = quoted.citations
        chunk = item.passage.chunk
        inside = slice(citation.start - chunk.start, citation.end - chunk.start)
        assert (quoted.status, citation.number) == ("quoted", number)
        assert chunk.text[inside] == citation.quote == item.sentence.text
        assert quoted.text == citation.reading_text == item.sentence.reading_text
        assert (citation.document_id, citation.source) == (chunk.document_id, f"{chunk.document_id}.txt")
        assert (citation.section_path, citation.page, citation.title) == ((HEADING,), 3, "题")
        assert citation.highlight is None
