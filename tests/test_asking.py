import pytest

from zhangju import Assistant, Retriever
from zhangju.asking import asks_for_several, asks_who, byline_may_answer, is_small_talk, says_nothing
from zhangju.phrases import refusal, refusal_for
from zhangju_index.protocols import Embedder

WHO = {
    "zh": "谁写了专家视点？",
    "zh author": "这篇文章的作者是哪个单位？",
    "zh-Hant": "這篇文章是誰寫的？",
    "en": "Who wrote the expert column?",
    "en author": "Name the author of the case study.",
    "de": "Wer hat die Kolumne geschrieben?",
    "es": "¿Quién escribió el artículo?",
    "fr": "Qui a écrit cet article ?",
    "ru": "Кто написал экспертную колонку?",
    "ja": "この記事は誰が書きましたか。",
    "ko": "이 글은 누가 썼습니까?",
    "ar": "من كتب هذا المقال؟",
    "th": "ใครเป็นคนเขียนบทความนี้",
    "hi": "यह लेख किसने लिखा?",
    "vi": "Ai là tác giả bài viết?",
    "tr": "Bu yazının yazarı kim?",
}
OTHER = {
    "zh": "武进重点布局哪些未来产业？",
    "zh people": "人才政策有哪些？",
    "en": "Which industries does Wujin focus on?",
    "en whole": "What is the whole process about?",
    "de": "Welche Rolle spielen Unternehmen?",
    "es": "¿Qué sectores se mencionan?",
    "fr": "Quelles industries sont citées ?",
    "ru": "Какие отрасли развивает район?",
    "ja": "どの産業に力を入れていますか。",
}


@pytest.mark.parametrize("question", WHO.values(), ids=WHO)
def test_asks_for_a_person(question: str) -> None:
    """In each language, a question that asks who is told by its words."""
    assert asks_who(question)


@pytest.mark.parametrize("question", OTHER.values(), ids=OTHER)
def test_asks_for_something_else(question: str) -> None:
    """What, which and how are not who, and no part of a word is."""
    assert not asks_who(question)


@pytest.mark.parametrize(
    "text",
    [
        "Hello there!",
        "Thank you very much",
        "你好，谢谢！",
        "您好啊",
        "謝謝您",
        "ありがとうございます",
        "안녕하세요",
        "bonjour, merci",
        "Danke schön!",
        "Hola, buenos días",
        "привет",
        "شكراً",
        "สวัสดีครับ",
        "नमस्ते",
        "Xin chào",
        "lol",
        "OK!",
        "hm",
        "嗯嗯",
        "哈哈哈",
        "好的，谢谢",
        "はい",
        "네",
        "ㅋㅋㅎㅎ",
        "Grüß Gott!",
        "Γεια σας",
        "哎呀",
        "不是的",
        "oui, merci",
        "हाँ",
    ],
)
def test_greetings_and_thanks_ask_nothing(text: str) -> None:
    """In many languages, alone or several of them."""
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "你好的标准是什么？",
        "What is hello?",
        "Thanksgiving",
        "hi-tech",
        "谢谢您的问题是什么意思",
        "Hallo-Effekt?",
        "早上",
        "no-code",
        "行业",
        "是谁",
        "对外开放",
        "да Винчи",
    ],
)
def test_what_only_begins_like_a_greeting_asks_something(text: str) -> None:
    """A greeting is the whole of the text, or it is none."""
    assert not is_small_talk(text)


@pytest.mark.parametrize("said", ["嗯", "不是", "ja", "ha", "ㅋ", "嗯哦 "])
def test_a_line_of_greetings_is_read_once(said: str) -> None:
    """It ends, though each may be parted in two ways, and a line of fifty in more than anybody waits for."""
    assert not is_small_talk(said * 50 + "桥")
    assert is_small_talk(said * 50)


@pytest.mark.parametrize("question", ["哎呀 xqzjv", "thanks xqzjv", "xqzjv хаха"])
def test_what_is_said_beside_noise_is_no_word(question: str) -> None:
    """Interjections and greetings are known in one place."""
    assert says_nothing(
        question, told=False, count_tokens=lambda runs: [4 if run == "xqzjv" else 1 for run in runs]
    )


def test_one_author_or_all_of_them() -> None:
    """Only the plural asks for more than the one that is talked about."""
    assert all(map(asks_for_several, ["Who are the authors?", "有哪几位作者？", "都是誰寫的？"]))
    assert not any(map(asks_for_several, ["Who wrote it?", "作者是谁？", "Wer ist der Autor?"]))


NOISE = [
    "xyz",
    "asdf",
    "qwertyuiop",
    "hjkl zxcv",
    "123",
    "0000",
    "a",
    "?X",
    "啊啊啊",
    "哈哈哈",
    "what?",
    "什么？",
    "йцукен",
]
WORDS = [
    "AI",
    "GDP",
    "武进?",
    "税",
    "innovation",
    "таланты",
    "Fachkräfte",
    "人才",
    "lithium",
    "what is xyz talent",
]


@pytest.mark.slow
@pytest.mark.parametrize("question", NOISE)
def test_noise_says_nothing(question: str, bundled_model: Embedder) -> None:
    """Keys hit at random, a lone letter or number, or a word that only asks is no question."""
    assert says_nothing(question, told=False, count_tokens=bundled_model.count_tokens)


@pytest.mark.slow
@pytest.mark.parametrize("question", WORDS)
def test_a_short_question_says_something(question: str, bundled_model: Embedder) -> None:
    """One word of any language is a question, whether or not the sources hold it."""
    assert not says_nothing(question, told=False, count_tokens=bundled_model.count_tokens)


def test_a_word_is_told_from_noise_by_its_pieces() -> None:
    """A tokenizer of many languages cuts a word into few pieces, and keys hit at random into many."""
    pieces = {"asdf": 3, "innovation": 1, "GDP": 2}

    def counted(runs: list[str]) -> list[int]:
        return [pieces[run] for run in runs]

    said = {text: says_nothing(text, told=False, count_tokens=counted) for text in pieces}
    assert said == {"asdf": True, "innovation": False, "GDP": False}


@pytest.mark.slow
def test_questions_of_other_scripts_are_no_noise(bundled_model: Embedder) -> None:
    """Sources in another language hold no word of them; how a script is cut says nothing."""
    questions = (
        "한국어로 된 질문입니까?",
        "연구소장은?",
        "लेडी गागा ने क्या गाया?",
        "מה הנושא?",
        "ใครเขียน",
        "Kim yazdı?",
        "Ki az?",
    )

    assert not any(
        says_nothing(text, told=False, count_tokens=bundled_model.count_tokens) for text in questions
    )


@pytest.mark.slow
def test_what_the_sources_hold_is_no_noise(bundled_model: Embedder) -> None:
    """A number or a mark that stands in the text may be asked for, a single letter not."""
    assert not any(
        says_nothing(text, told=True, count_tokens=bundled_model.count_tokens) for text in ("37", "xyz")
    )
    assert says_nothing("a", told=True, count_tokens=bundled_model.count_tokens)


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Who wrote it?", True),
        ("Кто автор?", True),
        ("记者是谁？", True),
        ("Who is Maria?", True),
        ("¿Quién firma el artículo?", True),
        ("Wer ist die Quelle?", True),
        ("Von wem ist der Text?", True),
        ("De qui est cet article ?", True),
        ("Qui a recueilli ces propos ?", True),
        ("Von wem wurde die Brücke gebaut?", False),
        ("Who is the CEO of Apple?", False),
        ("Wer leitet die Firma Apple?", False),
        ("Quelle entreprise dirige-t-il, et qui est-ce ?", False),
        ("谁是总理？", False),
    ],
)
def test_a_byline_of_a_stranger(question: str, answers: bool) -> None:
    """It may answer who wrote, and who bears a name that it has."""
    assert byline_may_answer(question, "Maria Lindqvist") is answers


@pytest.mark.parametrize(
    ("question", "judged", "answers"),
    [
        ("Who is the dean?", None, True),
        ("Who is the dean?", -1.5, True),
        ("Who is the dean?", -2.5, False),
        ("大学校长是谁？", -1.5, False),
        ("大学校长是谁？", 0.5, True),
        ("学院院长是谁？", -3.0, True),
    ],
)
def test_a_byline_in_another_script(question: str, judged: float | None, answers: bool) -> None:
    """Words of two scripts cannot be compared: a post may be meant unless a reranker finds it unlikely."""
    assert byline_may_answer(question, "创新研究院院长 徐挺", judged) is answers


@pytest.mark.parametrize("byline", ["山田太郎記者", "홍길동 기자", "Автор: Иван Петров"])
def test_a_byline_that_says_who_wrote_names_no_post(byline: str) -> None:
    """The word beside the name tells no more than the name, also in another script."""
    assert byline_may_answer("Who wrote this?", byline)
    assert not byline_may_answer("Who is the minister of finance?", byline)


LONE = ["USD", "kg", "元", "亿元", "€", "the", "der", "的", "और", "में", "và", "для", "は", "은", "من"]
NAMED = ["AI", "IT", "Kim yazdı", "war", "税", "tourism", "Panama", "元宇宙", "的士", "the war", "5 kg"]


@pytest.mark.parametrize("question", LONE)
def test_a_lone_unit_or_joining_word_says_nothing(question: str) -> None:
    """Wherever it stands: every text holds such words."""
    assert says_nothing(question, told=True, count_tokens=lambda runs: [1] * len(runs))


@pytest.mark.parametrize("question", NAMED)
def test_a_lone_word_that_names_something_is_asked(question: str) -> None:
    """Also one that begins like a unit, or is written like a joining word but in capitals."""
    assert not says_nothing(question, told=True, count_tokens=lambda runs: [1] * len(runs))


@pytest.mark.slow
def test_nothing_is_quoted_for_what_asks_nothing(article_retriever: Retriever) -> None:
    """The real assistant refuses it, and goes on answering a lone word of the article, also after a question."""
    assistant = Assistant(article_retriever)
    first = assistant.ask("创新的主体在哪里？")
    for question in ("lol", "ok", "USD", "hm", "test", "asdf", "嗯", "哈哈", "the", "的", "में", "네", "元"):
        assert not assistant.ask(question).sentences, question
    for question in ("ok", "lol", "嗯", "好的", "merci"):
        assert not assistant.ask(question, [first]).sentences, question
    for question in ("武进", "跨境电商", "GDP", "tourism", "人才"):
        assert assistant.ask(question).sentences, question


@pytest.mark.parametrize(
    ("greeting", "language"),
    [
        ("Xin chào", "vi"),
        ("Danke schön!", "de"),
        ("¡Hola!", "es"),
        ("merci", "fr"),
        ("Ciao, grazie", "it"),
        ("obrigado", "pt"),
        ("спасибо", "ru"),
        ("teşekkürler", "tr"),
        ("Dank je wel", "nl"),
        ("شكراً", "ar"),
        ("धन्यवाद", "hi"),
        ("ありがとうございます", "ja"),
        ("감사합니다", "ko"),
        ("谢谢", "zh"),
        ("謝謝", "zh-Hant"),
        ("Thanks!", "en"),
        ("ok", "en"),
    ],
)
def test_a_greeting_is_answered_in_its_language(greeting: str, language: str) -> None:
    """It has none of the short words by which the languages of one script are told apart."""
    assert refusal_for(greeting) == refusal(language)
