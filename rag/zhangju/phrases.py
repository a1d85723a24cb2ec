"""The words around quotes, in the language of the question; the quotes keep their own."""

from zhangju.language import detect_language

__all__ = ["refusal", "refusal_for"]

_REFUSALS = {
    "zh": "文章没有回答这个问题。",
    "zh-Hant": "文章沒有回答這個問題。",
    "en": "The article does not say.",
    "ja": "記事にはこの質問への答えがありません。",
    "ko": "글에는 이 질문에 대한 답이 없습니다.",
    "de": "Der Artikel sagt dazu nichts.",
    "es": "El artículo no lo dice.",
    "fr": "L’article ne le dit pas.",
    "pt": "O artigo não o diz.",
    "it": "L’articolo non lo dice.",
    "ru": "В статье об этом не говорится.",
    "ar": "لا تذكر المقالة ذلك.",
    "th": "บทความไม่ได้กล่าวถึงเรื่องนี้",
    "hi": "लेख में यह नहीं बताया गया है।",
    "el": "Το άρθρο δεν το αναφέρει.",
    "he": "המאמר אינו אומר זאת.",
    "vi": "Bài viết không nói đến điều này.",
    "tr": "Makale bunu söylemiyor.",
}


def refusal(language: str) -> str:
    """The plain statement that the article does not answer, in a language; English otherwise."""
    return _REFUSALS.get(language, _REFUSALS["en"])


def refusal_for(question: str) -> str:
    """The same, in the language of a question."""
    return refusal(detect_language(question))
