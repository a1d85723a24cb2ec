"""The words around quotes, in the language of the question; the quotes keep their own.

Each says "the sources", which is right of one article and of many.
"""

from zhangju.language import detect_language

__all__ = ["refusal", "refusal_for"]

_REFUSALS = {
    "ar": "لا تذكر المصادر ذلك.",
    "bg": "Източниците не казват това.",
    "bn": "উৎসগুলিতে এ কথা বলা নেই।",
    "cs": "Zdroje o tom nic neříkají.",
    "da": "Kilderne siger ikke noget om det.",
    "de": "Die Quellen sagen dazu nichts.",
    "el": "Οι πηγές δεν το αναφέρουν.",
    "en": "The sources do not say.",
    "es": "Las fuentes no lo dicen.",
    "fa": "منابع در این باره چیزی نمی‌گویند.",
    "fi": "Lähteissä ei kerrota sitä.",
    "fr": "Les sources ne le disent pas.",
    "he": "המקורות אינם אומרים זאת.",
    "hi": "स्रोतों में यह नहीं बताया गया है।",
    "hu": "A források erről nem írnak.",
    "id": "Sumber tidak menyebutkan hal ini.",
    "it": "Le fonti non lo dicono.",
    "ja": "資料にはこの質問への答えがありません。",
    "ko": "자료에는 이 질문에 대한 답이 없습니다.",
    "nl": "De bronnen zeggen daar niets over.",
    "no": "Kildene sier ikke noe om det.",
    "pl": "Źródła nic o tym nie mówią.",
    "pt": "As fontes não o dizem.",
    "ro": "Sursele nu spun acest lucru.",
    "ru": "В источниках об этом не говорится.",
    "sr": "Извори о томе не говоре.",
    "sv": "Källorna säger inget om det.",
    "ta": "ஆதாரங்களில் இது குறிப்பிடப்படவில்லை.",
    "te": "మూలాలలో దీని గురించి చెప్పలేదు.",
    "th": "แหล่งข้อมูลไม่ได้กล่าวถึงเรื่องนี้",
    "tr": "Kaynaklar bunu söylemiyor.",
    "uk": "У джерелах про це не йдеться.",
    "ur": "ذرائع میں اس کا ذکر نہیں ہے۔",
    "vi": "Các nguồn không nói đến điều này.",
    "zh": "资料没有回答这个问题。",
    "zh-Hant": "資料沒有回答這個問題。",
}


def refusal(language: str) -> str:
    """The plain statement that the sources do not answer, in a language; English otherwise."""
    return _REFUSALS.get(language, _REFUSALS["en"])


def refusal_for(question: str) -> str:
    """The same, in the language of a question."""
    return refusal(detect_language(question))
