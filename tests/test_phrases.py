import unicodedata

import pytest

from zhangju.language import detect_language
from zhangju.phrases import _REASONS, _REFUSALS, note_for, refusal, refusal_for
from zhangju_index.errors import FAILURES, Failure, GenerationError


def scripts(text: str) -> set[str]:
    """The scripts of the letters of a text, as Unicode names them."""
    return {unicodedata.name(character).split(" ")[0] for character in text if character.isalpha()}


@pytest.mark.parametrize("language", _REFUSALS)
def test_each_refusal_is_in_its_own_language(language: str) -> None:
    """What is said in a language is recognised as that language, or as its nearest neighbour."""
    neighbours = {"no": "da"}

    assert detect_language(refusal(language)) in {language, neighbours.get(language)}


@pytest.mark.parametrize("language", _REFUSALS)
def test_a_refusal_is_one_plain_sentence(language: str) -> None:
    """It stands by itself: one line, of one script, without a marker that could be a citation."""
    text = refusal(language)

    assert text == text.strip()
    assert "\n" not in text
    assert "[" not in text
    assert len(scripts(text) - {"HIRAGANA", "KATAKANA"}) == 1
    assert text[-1] in ".。।۔" or language == "th"


def test_no_two_languages_share_a_refusal() -> None:
    """A slip of the hand in the table would show as a double."""
    assert len(set(_REFUSALS.values())) == len(_REFUSALS)
    assert list(_REFUSALS) == sorted(_REFUSALS)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("谁发明了电话？", "资料没有回答这个问题。"),
        ("誰發明了電話？", "資料沒有回答這個問題。"),
        ("Who invented the telephone?", "The sources do not say."),
        ("Wer hat das Telefon erfunden?", "Die Quellen sagen dazu nichts."),
        ("電話を発明したのは誰ですか？", "資料にはこの質問への答えがありません。"),
        ("من اخترع الهاتف؟", "لا تذكر المصادر ذلك."),
        ("टेलीफोन का आविष्कार किसने किया?", "स्रोतों में यह नहीं बताया गया है।"),
    ],
)
def test_a_refusal_is_in_the_language_of_the_question(question: str, text: str) -> None:
    """Whoever asks is answered in the language they asked in."""
    assert refusal_for(question) == text


@pytest.mark.parametrize("language", ["ka", "my", "und", "tlh", ""])
def test_an_unknown_language_gets_english(language: str) -> None:
    """A refusal is never missing, and never in a third language."""
    assert refusal(language) == refusal("en")


@pytest.mark.parametrize("question", ["谁发明了电话？", "誰發明了電話？"])
@pytest.mark.parametrize("failure", sorted(set(FAILURES) - {"other"}))
def test_why_a_model_failed_is_said_in_chinese(question: str, failure: Failure) -> None:
    """No sentence in English stands in a Chinese answer; other languages keep the error's own words."""
    values = {"host": "H", "seconds": "9", "status": 503, "detail": "D", "variable": "V"}
    error = GenerationError("the model at H is gone", failure, **values)

    said = note_for(question, error)

    assert "the model" not in said
    assert "{" not in said
    assert "the model at H is gone" in note_for("Who?", error)
    assert "the model at H is gone" in note_for(question, GenerationError("the model at H is gone"))
    assert all(set(reasons) == set(FAILURES) - {"other"} for reasons in _REASONS.values())
