from collections.abc import Iterator
from typing import Any

import pytest

from counting import count_steps
from zhangju import Assistant, Retriever, ToyEmbedder
from zhangju.followups import read_follow_up
from zhangju.history import Turn, read_history
from zhangju.jsonable import answer_json
from zhangju_eval import load_set
from zhangju_index.errors import InputError
from zhangju_index.parsing import bundled_article

ARTICLE = bundled_article()


def turn(question: str, *quotes: str) -> dict[str, Any]:
    """An earlier question with what it was answered with, as JSON has it."""
    starts = [(ARTICLE.text.index(quote), quote) for quote in quotes]
    citations = [
        {"number": number, "document_id": ARTICLE.id, "start": at, "end": at + len(quote), "quote": quote}
        for number, (at, quote) in enumerate(starts, start=1)
    ]
    return {"question": question, "citations": citations}


def document(document_id: str):
    """The bundled article by its id."""
    return {ARTICLE.id: ARTICLE}[document_id]


def read(question: str, *turns: dict[str, Any]):
    """Read a follow-up to ``turns``."""
    return read_follow_up(question, read_history(turns), document)


FIRST = turn("创新的主体在哪里？", "创新的主体在企业。")
PARTS = turn("第一部分的标题是什么？", "深刻理解新质生产力的本质内涵,提升现代化产业强区的“标识度”")
SEVERAL = turn(
    "主体、载体和核心分别是什么？", "创新的主体在企业。", "创新的载体在产业。", "创新的核心是人才。"
)
LANDS = turn(
    "土地问题怎么解决？",
    "土地资源上,抢抓“危污乱散低”综合治理契机,进一步挖掘、盘活闲置资源,做到“地等项目、随时可用”。",
)
AUTHOR = turn("专家那篇文章是谁写的？", "丁恒龙")
WALKED = [
    ("那第二个呢？", FIRST, "创新的载体在产业。"),
    ("那第三個呢？", FIRST, "创新的核心是人才。"),
    ("And the third?", FIRST, "创新的核心是人才。"),
    ("What about the next one?", FIRST, "创新的载体在产业。"),
    ("Und der dritte?", FIRST, "创新的核心是人才。"),
    ("第三个呢？", SEVERAL, "创新的核心是人才。"),
    ("下一部分呢？", PARTS, "准确把握新质生产力的实践要求,提升现代化产业强区的“含新度”"),
    ("最后一部分呢？", PARTS, "突出激发新质生产力的内生动力,提升现代化产业强区的“集成度”"),
    ("下一篇又是谁写的？", AUTHOR, "南京大学未来技术创新研究院院长 徐挺"),
    ("还有呢？", LANDS, "金融支撑上,"),
    ("What else?", LANDS, "金融支撑上,"),
    ("Was noch?", LANDS, "金融支撑上,"),
]


@pytest.mark.parametrize(("question", "before", "found"), WALKED, ids=[q for q, _, _ in WALKED])
def test_a_list_is_walked_through(question: str, before: dict[str, Any], found: str) -> None:
    """Its next item, a numbered one, or what stands after the last place, as an exact place."""
    reading = read(question, before)
    assert reading is not None
    assert reading.place is not None
    assert ARTICLE.text[reading.place.start : reading.place.end].startswith(found)
    assert reading.text.startswith(found)


LEANING = {
    "那载体呢？": (FIRST, "创新的载体在哪里？"),
    "那載體呢？": (FIRST, "创新的载体在哪里？"),
    "为什么？": (FIRST, "创新的主体在哪里？ 为什么？"),
    "And the money?": (turn("How will land be found?"), "How will land be found? And the money?"),
    "Why?": (turn("How will land be found?"), "How will land be found? Why?"),
    "When was it opened?": (turn("Where is the institute?"), "Where is the institute? When was it opened?"),
    "What does he say about talent?": (
        turn("Who is Ding Henglong?"),
        "What does Ding Henglong say about talent?",
    ),
    "它什么时候启用的？": (turn("研究院在哪里？"), "研究院在哪里？ 它什么时候启用的？"),
    "and in English?": (FIRST, "创新的主体在哪里？"),
    "Et les exportations ?": (turn("Comment attirer ?"), "Comment attirer ? Et les exportations ?"),
    "그럼 자금은요?": (turn("토지는요?"), "토지는요? 그럼 자금은요?"),
}


@pytest.mark.parametrize("question", LEANING)
def test_what_a_follow_up_leans_on_is_carried_over(question: str) -> None:
    """The question before, about something else or with one more word."""
    before, text = LEANING[question]
    reading = read(question, before)
    assert reading is not None
    assert (reading.text, reading.leans) == (text, True)


OWN = [
    "武进重点布局哪些未来产业？",
    "什么被称作“第一资源”？",
    "红烧肉怎么做才不腻？",
    "那红烧肉呢？",
    "When did the Nanjing University institute open its doors in Wujin?",
    "Why did the Danes leave when they had won?",
    "Is there anything about red tape in this article?",
    "Wie will man gute Fachkräfte anziehen und zum Bleiben bewegen?",
    "司棋是谁",
]


@pytest.mark.parametrize("question", OWN)
def test_a_question_with_its_own_subject_is_not_dragged_back(question: str) -> None:
    """Whatever was asked before."""
    assert read(question, FIRST) is None


@pytest.mark.parametrize("question", ["第三条说了什么？", "第七条是什么？", "这部条例一共有哪几章？"])
def test_an_article_that_is_named_stands_for_itself(question: str) -> None:
    """Also right after a question about something else, in a text of another language."""
    assert read(question, turn("Qui a dessiné le logo ?")) is None


def test_a_word_that_opens_a_question_is_no_name() -> None:
    """In what was joined before, How, What and And stand behind a space with a capital."""
    for before in ("Who drove the first vehicle? How old is he?", "Who is the mayor? And the deputy?"):
        reading = read("What did she say?", turn(before))
        assert reading is not None
        assert "did How say" not in reading.text
        assert "did And say" not in reading.text


def test_a_change_of_subject_is_heard() -> None:
    """What announces it is no part of the question."""
    for question, rest in {
        "换个话题，跨境电商靠哪些平台来发展？": "跨境电商靠哪些平台来发展？",
        "By the way, who is Xu Ting?": "who is Xu Ting?",
    }.items():
        reading = read(question, FIRST)
        assert reading is not None
        assert (reading.text, reading.leans) == (rest, False)


def test_changes_of_subject_in_the_eval_set_are_not_dragged_back() -> None:
    """Of both halves; nothing was chosen on the second."""
    for question in load_set("article").questions:
        if question.kind == "topic-change":
            reading = read_follow_up(question.question, read_history(question.history), document)
            assert reading is None or not reading.leans, question.question


def test_history_of_a_text_that_is_gone_is_no_error() -> None:
    """Earlier answers outlive the documents that they cite, and some cite none."""
    gone = {"question": "甲？", "citations": [{"document_id": "nobody", "start": 0, "end": 3}]}
    for question in ("那第二个呢？", "还有呢？", "那载体呢？", "为什么？", "it?"):
        read(question, {"question": "甲？"}, gone)


@pytest.fixture(scope="module")
def assistant() -> Iterator[Assistant]:
    """The article, embedded with the toy."""
    with Retriever.from_documents([ARTICLE], embedder=ToyEmbedder()) as retriever:
        yield Assistant(retriever, threshold=0.0)


def test_the_answer_says_what_it_was_read_as(assistant: Assistant) -> None:
    """History may be answers or their JSON; a question of its own has no reading."""
    first = assistant.ask("创新的主体在哪里？")
    assert first.read_as is None
    assert "read_as" not in answer_json(first)
    for before in (FIRST, answer_json(assistant.ask("创新的主体在哪里？"))):
        answer = assistant.ask("那载体呢？", [before])
        assert answer.read_as == "创新的载体在哪里？"
        assert answer_json(answer)["read_as"] == answer.read_as
        assert list(answer.timings) == ["read", "embed", "retrieve", "compose", "total"]
    second = assistant.ask("那第二个呢？", [FIRST])
    assert [s.text for s in second.sentences] == ["创新的载体在产业。"]
    third = assistant.ask("下一个呢？", [FIRST, second])
    assert [s.text for s in third.sentences] == ["创新的核心是人才。"]


def test_who_wrote_it_is_the_author_of_what_was_cited(assistant: Assistant) -> None:
    """The byline of the piece that the conversation is about, not of another."""
    for question in ("谁写的？", "作者是谁？", "Who wrote it?"):
        answer = assistant.ask(question, [FIRST])
        assert [s.text for s in answer.sentences] == ["丁恒龙", "(作者系常州大学经济学院教授)"], question


def test_the_points_of_the_next_part(assistant: Assistant) -> None:
    """A question about the whole is carried over as well."""
    first = assistant.ask("第二部分的要点？")
    assert first.sentences[1].text == "构建科创融合生态。"
    assert first.text.startswith("这一部分的要点：\n")
    assert first.confidence == 1.0
    answer = assistant.ask("那第三部分呢？", [first])
    assert answer.sentences[0].text.startswith("抓牢实现")
    assert len(answer.sentences) > 2


@pytest.mark.parametrize(
    ("history", "got"),
    [
        ("武进？", "got a text"),
        ({"question": "武进？"}, "got an object"),
        (7, "got a number"),
        (["武进？"], "got a text as turn 1"),
        ([FIRST, None], "got nothing as turn 2"),
        ([{}], 'turn 1 needs a "question" in words, got none'),
        ([{"role": "user", "content": "武进？"}], 'turn 1 needs a "question" in words, got none'),
        ([{"question": " "}], 'turn 1 needs a "question" in words, got an empty one'),
        ([{"question": 5}], 'turn 1 needs a "question" in words, got a number'),
        ([{"question": "甲？", "citations": "x"}], 'the "citations" of turn 1 need "document_id"'),
        ([{"question": "甲？", "citations": [{"start": 0}]}], 'the "citations" of turn 1 need "document_id"'),
        (
            [{"question": "甲？", "citations": [{"document_id": "a", "start": True, "end": 3}]}],
            'the "citations" of turn 1 need "document_id"',
        ),
    ],
    ids=[
        "a text",
        "a turn alone",
        "a number",
        "texts",
        "nothing",
        "an empty object",
        "chat messages",
        "an empty question",
        "a number as question",
        "citations that are none",
        "a citation without place",
        "an odd offset",
    ],
)
def test_a_history_of_something_else_is_refused_in_words(
    history: Any, got: str, assistant: Assistant
) -> None:
    """Passed over in silence, the follow-up would be read as something else; told before any step."""
    for refuse in (read_history, lambda wrong: assistant.stream("那第二个呢？", wrong)):
        with pytest.raises(InputError) as refusal:
            refuse(history)
        assert str(refusal.value).startswith('expected "history" to be a list of earlier answers')
        assert got in str(refusal.value)
        assert "\n" not in str(refusal.value)


CHAINS = {
    "en": (
        "What is the altitude of Bourbon?",
        ("And of Geisha?", "What is the altitude of Geisha?"),
        ("and the price?", "What is the price of Geisha?"),
        ("What about Caturra?", "What is the price of Caturra?"),
        ("and why?", "What is the price of Caturra? and why?"),
        ("And who says so?", "What is the price of Caturra? And who says so?"),
    ),
    "de": (
        "Wie hoch ist die Anbauhöhe von Bourbon?",
        ("Und von Geisha?", "Wie hoch ist die Anbauhöhe von Geisha?"),
        ("Und der Preis?", "Wie hoch ist der Preis von Geisha?"),
        ("Und für Caturra?", "Wie hoch ist der Preis für Caturra?"),
    ),
    "fr": (
        "Quel est le prix du café ?",
        ("Et pour le thé ?", "Quel est le prix pour le thé ?"),
        ("Et du chocolat ?", "Quel est le prix du chocolat ?"),
    ),
    "es": (
        "¿Cuál es la altitud de Bourbon?",
        ("¿Y de Geisha?", "¿Cuál es la altitud de Geisha?"),
        ("¿Y el precio?", "¿Cuál es el precio de Geisha?"),
    ),
    "pt": (
        "Qual é a altitude de Bourbon?",
        ("E de Geisha?", "Qual é a altitude de Geisha?"),
        ("E o preço?", "Qual é o preço de Geisha?"),
    ),
    "it": (
        "Qual è l'altitudine di Bourbon?",
        ("E di Geisha?", "Qual è l'altitudine di Geisha?"),
        ("E il prezzo?", "Qual è il prezzo di Geisha?"),
    ),
    "nl": (
        "Wat is de hoogte van Bourbon?",
        ("En van Geisha?", "Wat is de hoogte van Geisha?"),
        ("En de prijs?", "Wat is de prijs van Geisha?"),
    ),
    "ru": ("Какова высота Бурбона?", ("А Гейши?", "Какова высота Гейши?")),
    "vi": (
        "Độ cao của Bourbon là bao nhiêu?",
        ("Còn của Geisha?", "Độ cao của Geisha là bao nhiêu?"),
        ("Còn Caturra thì sao?", "Độ cao của Caturra là bao nhiêu?"),
    ),
    "hi": ("बॉर्बन की ऊँचाई क्या है?", ("और गीशा की?", "गीशा की ऊँचाई क्या है?")),
    "ja": ("イノベーションの主体はどこですか。", ("では、教育のは？", "教育の主体はどこですか。")),
    "ko": ("혁신의 주체는 어디입니까?", ("그럼 교육의 것은?", "교육의 주체는 어디입니까?")),
    "zh": (
        "创新的主体在哪里？",
        ("那发展的呢？", "发展的主体在哪里？"),
        ("那载体呢？", "发展的载体在哪里？"),
        ("为什么？", "发展的载体在哪里？ 为什么？"),
        ("为什么？", "发展的载体在哪里？ 为什么？"),
    ),
    "what cannot be told is joined to the last question of its own": (
        "Where is the institute?",
        ("When was it opened?", "Where is the institute? When was it opened?"),
        ("Why?", "Where is the institute? Why?"),
        ("And the money?", "Where is the institute? And the money?"),
    ),
    "either noun may be meant": (
        "What is the capital of the country?",
        ("And the language?", "What is the capital of the country? And the language?"),
    ),
    "ones lean on the noun that they would replace": (
        "How many of the 41 major categories does Changzhou have?",
        (
            "And of the medium ones?",
            "How many of the 41 major categories does Changzhou have? And of the medium ones?",
        ),
    ),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_follow_ups_one_after_another_do_not_pile_up(chain: str) -> None:
    """Each replaces its part of the question as understood, or is joined to the last one of its own."""
    opening, *follow_ups = CHAINS[chain]
    turns = [{**FIRST, "question": opening}]
    for asked, understood in follow_ups:
        reading = read(asked, *turns)
        assert reading is not None, asked
        assert (reading.text, reading.leans) == (understood, True)
        turns.append({**FIRST, "question": asked, "read_as": reading.text})


@pytest.mark.parametrize(
    ("question", "asked", "base"),
    [
        ("Where is it? Why?", "Why?", "Where is it?"),
        ("Where is it? Since when? Why? And how?", " Why? And how? ", "Where is it? Since when?"),
        ("會議在哪裡？ 为什么？", "為什麼？", "會議在哪裡？"),
        ("Where is it? Why?", "Where is it? Why?", "Where is it? Why?"),
        ("河多长？ 桥多高？", "对了，河多长？ 桥多高？", "河多长？ 桥多高？"),
        ("Where is it? Why?", "", "Where is it? Why?"),
        ("Where is it?", "is it?", "Where is it?"),
    ],
)
def test_a_question_leans_without_what_was_joined_to_it(question: str, asked: str, base: str) -> None:
    """What stands at its end as it was asked, however many sentences either has."""
    assert Turn(question, (), asked).base == base


@pytest.mark.parametrize("asked", ["Why?", "Or so? " * 100, "对了，"])
def test_the_sentences_of_an_earlier_question_are_looked_at_once(asked: str) -> None:
    """Four times as many take about four times the steps."""

    def steps(sentences: int) -> int:
        return count_steps(lambda: Turn("Is it so? " * sentences + asked, (), asked + asked[:3]).base)

    assert steps(2000) < 6 * steps(500)


def test_a_line_of_words_for_the_next_item_is_read_once() -> None:
    """It ends: each of them may be read in two ways, and a line of fifty in more than anybody waits for."""
    assert read("下一" * 50 + "桥", FIRST) is None


def test_a_chain_is_read_by_the_assistant(assistant: Assistant) -> None:
    """From its own answers, and from their JSON."""
    for kept in (lambda answer: answer, answer_json):
        turns = [kept(assistant.ask("What is the altitude of Bourbon?"))]
        for asked in ("And of Geisha?", "and the price?", "and why?", "and when?"):
            turns.append(kept(answer := assistant.ask(asked, turns)))
        assert answer.read_as == "What is the price of Geisha? and when?"
