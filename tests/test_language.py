import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju.language import detect_language
from zhangju.phrases import refusal_for
from zhangju_eval import load_set

QUESTIONS = {
    "ar": ["من كتب هذا المقال؟", "ما هي صناعات المستقبل؟"],
    "bg": ["Кой е написал статията?", "Какви са индустриите на бъдещето?"],
    "bn": ["এই নিবন্ধটি কে লিখেছেন?"],
    "cs": ["Kdo napsal článek?", "Jaká jsou odvětví budoucnosti?"],
    "da": ["Hvem skrev artiklen?", "Hvad er fremtidens industrier?"],
    "de": ["Wer schrieb die Kolumne?", "Welche Zukunftsbranchen nennt der Artikel?", "Was ist Kaizen?"],
    "el": ["Ποιος έγραψε το άρθρο;"],
    "en": ["Who wrote the column?", "Explain photovoltaics", "Who was Dvořák?", "GDP 2024"],
    "es": ["¿Quién escribió la columna?", "¿Y eso?", "Cuáles son las industrias del futuro"],
    "fa": ["چه کسی این مقاله را نوشته است؟", "صنایع آینده کدامند؟"],
    "fi": ["Kuka kirjoitti artikkelin?", "Mitkä ovat tulevaisuuden teollisuudenalat?"],
    "fr": ["Qui a écrit la chronique ?", "Quelles sont les industries d'avenir ?"],
    "gu": ["આ લેખ કોણે લખ્યો છે?"],
    "he": ["מי כתב את המאמר?"],
    "hi": ["यह लेख किसने लिखा है?"],
    "hu": ["Ki írta a cikket?", "Melyek a jövő iparágai?"],
    "hy": ["Ո՞վ է գրել հոդվածը"],
    "id": ["Siapa yang menulis artikel ini?", "Apa saja industri masa depan?"],
    "it": ["Chi ha scritto la rubrica?", "Che cos'è la nuova qualità?"],
    "ja": ["誰が書きましたか？", "ﾃﾞｰﾀとは何ですか", "GDPはいくらですか"],
    "ka": ["ვინ დაწერა სტატია?"],
    "ko": ["누가 이 글을 썼습니까?", "GDP는 얼마입니까?"],
    "nl": ["Wie schreef de column?", "Wat zijn de industrieën van de toekomst?"],
    "no": ["Hva er fremtidens næringer?"],
    "pl": ["Kto napisał ten artykuł?", "Czym jest nowa jakość?"],
    "pt": ["Quem escreveu a coluna do especialista?", "Quais são as indústrias do futuro?"],
    "ro": ["Cine a scris articolul?", "Care sunt industriile viitorului?"],
    "ru": ["Кто написал статью?", "Какие отрасли будущего планируются?"],
    "sr": ["Ко је написао чланак?"],
    "sv": ["Vem skrev artikeln?", "Vilka är framtidens industrier?"],
    "ta": ["இந்தக் கட்டுரையை எழுதியவர் யார்?"],
    "te": ["ఈ వ్యాసం ఎవరు రాశారు?"],
    "th": ["ใครเป็นผู้เขียนบทความนี้"],
    "tr": ["Yazıyı kim yazdı?", "İstanbul nedir?", "Gelecek endüstrileri nelerdir?"],
    "uk": ["Хто написав статтю?", "Які галузі майбутнього?"],
    "ur": ["یہ مضمون کس نے لکھا؟", "مستقبل کی صنعتیں کون سی ہیں؟"],
    "vi": ["Ai là tác giả của bài viết?", "Các ngành công nghiệp tương lai là gì?"],
    "zh": ["谁写的", "新质生产力的特点是什么？", "氢能"],
    "zh-Hant": ["誰寫的？", "哪些產業？", "什麼是新質生產力？"],
}


@pytest.mark.parametrize(
    ("language", "question"), [(code, question) for code, asked in QUESTIONS.items() for question in asked]
)
def test_questions_in_many_languages(language: str, question: str) -> None:
    """Short questions, as people type them."""
    assert detect_language(question) == language


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("zh", "GDP是什么"),
        ("zh", "surface pro 5 发布时间"),
        ("zh", "Internet of Things是什么意思"),
        ("zh", "《The Old Man and the Sea》谁写的"),
        ("zh", "什么是 new quality productive forces？"),
        ("en", "What is 新质生产力?"),
        ("en", "What's カイゼン?"),
        ("en", "What is перестройка?"),
        ("en", "What does “新质生产力” mean?"),
        ("en", "Productivity growth 生产力 accelerates industrial upgrading."),
        ("de", "Was ist 新质生产力?"),
        ("de", "Was bedeutet „new quality productive forces“?"),
        ("fr", "Qu'est-ce que 新质生产力 ?"),
        ("es", "¿Qué es 新质生产力?"),
        ("ru", "Кто такой Robert Oppenheimer?"),
        ("th", "หนังสือ On the Babylonian Captivity of the Church เขียนเมื่อใด"),
        ("hi", "AS-206 की परीक्षण उड़ान में कितने लोग थे?"),
        ("ja", "新質生産力とは何ですか"),
    ],
)
def test_questions_about_words_of_another_language(language: str, question: str) -> None:
    """What is asked about does not decide what it is asked in."""
    assert detect_language(question) == language


@pytest.mark.parametrize("text", ["", "123", "？！", "🎉", "\ud800"])
def test_without_letters_english_is_assumed(text: str) -> None:
    """There is always an answer."""
    assert detect_language(text) == "en"


def test_letters_of_an_unknown_script_are_undetermined() -> None:
    """Saying nothing is better than naming a wrong language."""
    assert detect_language("𐌰𐌱𐌲") == "und"


@given(st.text(max_size=60))
def test_any_text_has_a_language(text: str) -> None:
    """No text makes it fail, and every language has its refusal."""
    assert detect_language(text)
    assert refusal_for(text)


@pytest.mark.parametrize("language", sorted(QUESTIONS))
def test_the_script_is_never_a_wrong_one(language: str) -> None:
    """Words of a question in any order, or alone, are answered in their own script or in English."""

    def scripts(text: str) -> set[str]:
        named = {unicodedata.name(character).split(" ")[0] for character in text if character.isalpha()}
        return {"CJK" if script in {"HIRAGANA", "KATAKANA"} else script for script in named}

    rng = random.Random(5)  # noqa: S311 - a test needs the same order each time
    for question in QUESTIONS[language]:
        words = unicodedata.normalize("NFKC", question).split()
        for _ in range(5):
            part = " ".join(rng.sample(words, rng.randrange(1, len(words) + 1)))
            allowed = scripts(part) | {"LATIN"} | ({"CJK"} if "KATAKANA-HIRAGANA" in scripts(part) else set())
            assert scripts(refusal_for(part)) <= allowed, part


def test_the_questions_of_the_eval_set() -> None:
    """Every question about the bundled article that is more than keywords is taken for the language it is in."""
    for question in load_set("article").questions:
        if question.kind != "elliptical":
            assert detect_language(question.question) == question.lang, question.id
