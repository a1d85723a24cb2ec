"""The words around quotes, in the language of the question; the quotes keep their own.

Each says "the sources", which is right of one article and of many.
"""

from collections.abc import Mapping

from zhangju.asking import small_talk_language
from zhangju.language import detect_language
from zhangju_index.errors import Failure, GenerationError

__all__ = ["lead_for", "missing_for", "note_for", "refusal", "refusal_for", "unconfirmed_for"]

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
    """The same, in the language of a question or of a greeting."""
    language = detect_language(question)
    if not language.startswith("zh"):
        # A greeting has none of the short words that tell languages of one script apart.
        language = small_talk_language(question) or language
    return refusal(language)


_MISSING = {
    "ar": "لا يوجد بند كهذا هناك.",
    "de": "Einen solchen Punkt gibt es dort nicht.",
    "en": "There is no such item there.",
    "es": "Ese punto no aparece ahí.",
    "fr": "Ce point n’existe pas à cet endroit.",
    "hi": "वहाँ ऐसा कोई बिंदु नहीं है।",
    "it": "Quel punto lì non c’è.",
    "ja": "該当する項目はありません。",
    "ko": "해당하는 항목이 없습니다.",
    "nl": "Dat punt staat er niet.",
    "pt": "Esse ponto não existe aí.",
    "ru": "Такого пункта там нет.",
    "tr": "Orada böyle bir madde yok.",
    "vi": "Ở đó không có mục nào như vậy.",
    "zh": "原文这里没有这一项。",
    "zh-Hant": "原文這裡沒有這一項。",
}


def missing_for(question: str) -> str:
    """That a list has no such item, in the language of a question; where that is not known, the refusal."""
    language = detect_language(question)
    return _MISSING.get(language, refusal(language))


_UNCONFIRMED = {
    "ar": "لم تؤكده المصادر",
    "de": "von den Quellen nicht bestätigt",
    "en": "not confirmed by the sources",
    "es": "no confirmado por las fuentes",
    "fr": "non confirmé par les sources",
    "it": "non confermato dalle fonti",
    "ja": "資料では確認できません",
    "ko": "자료에서 확인되지 않음",
    "nl": "niet bevestigd door de bronnen",
    "pt": "não confirmado pelas fontes",
    "ru": "источниками не подтверждено",
    "th": "แหล่งข้อมูลไม่ยืนยัน",
    "tr": "kaynaklarca doğrulanmadı",
    "vi": "chưa được các nguồn xác nhận",
    "zh": "资料未能证实",
    "zh-Hant": "資料未能證實",
}
_NOTES = {
    "ar": "لم يقدّم النموذج اللغوي إجابة صالحة ({reason})؛ إليك اقتباسات من المصادر.",
    "de": "Das Sprachmodell hat keine brauchbare Antwort gegeben ({reason}); es folgt der Wortlaut der Quellen.",
    "en": "The language model gave no usable answer ({reason}); these are the sources' own words.",
    "es": "El modelo de lenguaje no dio una respuesta válida ({reason}); estas son las palabras de las fuentes.",
    "fr": "Le modèle de langue n’a pas donné de réponse utilisable ({reason}) ; voici les termes des sources.",
    "it": "Il modello linguistico non ha dato una risposta utilizzabile ({reason}); queste sono le parole delle fonti.",
    "ja": "言語モデルから使える回答が得られませんでした({reason})。以下は資料の原文です。",
    "ko": "언어 모델이 쓸 수 있는 답을 주지 않았습니다({reason}). 다음은 자료의 원문입니다.",
    "nl": "Het taalmodel gaf geen bruikbaar antwoord ({reason}); dit zijn de woorden van de bronnen.",
    "pt": "O modelo de linguagem não deu uma resposta utilizável ({reason}); estas são as palavras das fontes.",
    "ru": "Языковая модель не дала пригодного ответа ({reason}); ниже слова самих источников.",
    "th": "แบบจำลองภาษาไม่ได้ให้คำตอบที่ใช้ได้ ({reason}) ต่อไปนี้เป็นถ้อยคำของแหล่งข้อมูล",
    "tr": "Dil modeli kullanılabilir bir yanıt vermedi ({reason}); aşağıdakiler kaynakların kendi sözleridir.",
    "vi": "Mô hình ngôn ngữ không đưa ra câu trả lời dùng được ({reason}); sau đây là nguyên văn các nguồn.",
    "zh": "语言模型没有给出可用的回答（{reason}），以下是原文。",
    "zh-Hant": "語言模型沒有給出可用的回答（{reason}），以下是原文。",
}


_REASONS: Mapping[str, Mapping[Failure, str]] = {
    "zh": {
        "failed": "{host} 上的语言模型报错：{detail}",
        "foreign": "{host} 上回应的不是 OpenAI 兼容的接口",
        "key": "{host} 上的语言模型不接受密钥（HTTP {status}）；密钥取自 {variable}",
        "no_answer": "它在这些段落里没有找到答案",
        "nothing": "它什么也没有写",
        "refused": "{host} 上的语言模型拒绝了请求（HTTP {status}）",
        "silent": "{host} 上的语言模型 {seconds} 秒没有回应",
        "slow": "{host} 上的语言模型没有在 {seconds} 秒内写完",
        "unconfirmed": "它写的内容在段落里都得不到证实",
        "unreachable": "连不上 {host} 上的语言模型",
    },
    "zh-Hant": {
        "failed": "{host} 上的語言模型報錯：{detail}",
        "foreign": "{host} 上回應的不是 OpenAI 相容的介面",
        "key": "{host} 上的語言模型不接受金鑰（HTTP {status}）；金鑰取自 {variable}",
        "no_answer": "它在這些段落裡沒有找到答案",
        "nothing": "它什麼也沒有寫",
        "refused": "{host} 上的語言模型拒絕了請求（HTTP {status}）",
        "silent": "{host} 上的語言模型 {seconds} 秒沒有回應",
        "slow": "{host} 上的語言模型沒有在 {seconds} 秒內寫完",
        "unconfirmed": "它寫的內容在段落裡都得不到證實",
        "unreachable": "連不上 {host} 上的語言模型",
    },
}
"""Why a model gave none, where it is said in another language than the error's own."""


def unconfirmed_for(question: str) -> str:
    """What stands beside a sentence that failed its check, in the language of a question."""
    return _in_language(_UNCONFIRMED, question)


def note_for(question: str, error: GenerationError) -> str:
    """That the quotes that follow take the place of a language model's answer, and why."""
    reasons = _REASONS.get(detect_language(question), {})
    reason = reasons[error.failure].format(**error.values) if error.failure in reasons else str(error)
    return _in_language(_NOTES, question).format(reason=reason)


def _in_language(phrases: Mapping[str, str], question: str) -> str:
    return phrases.get(detect_language(question), phrases["en"])


_LEADS = {
    "de": ("Titel und Abschnitte:", "Verfasser:", "Titel:", "Abschnitte:", "Der Abschnitt und seine Punkte:"),
    "en": ("Titles and sections:", "Authors:", "Titles:", "Sections:", "The section and its points:"),
    "es": ("Títulos y secciones:", "Autores:", "Títulos:", "Secciones:", "La sección y sus puntos:"),
    "fr": ("Titres et sections :", "Auteurs :", "Titres :", "Sections :", "La section et ses points :"),
    "it": ("Titoli e sezioni:", "Autori:", "Titoli:", "Sezioni:", "La sezione e i suoi punti:"),
    "ja": ("題名と各部分:", "著者:", "題名:", "各部分:", "この部分の要点:"),
    "ko": ("제목과 각 부분:", "저자:", "제목:", "각 부분:", "이 부분의 요점:"),
    "nl": ("Titels en onderdelen:", "Auteurs:", "Titels:", "Onderdelen:", "Het onderdeel en zijn punten:"),
    "pt": ("Títulos e secções:", "Autores:", "Títulos:", "Secções:", "A secção e os seus pontos:"),
    "ru": ("Заголовки и разделы:", "Авторы:", "Заголовки:", "Разделы:", "Раздел и его пункты:"),
    "zh": ("标题和各部分：", "作者：", "标题：", "各部分：", "这一部分的要点："),
    "zh-Hant": ("標題和各部分：", "作者：", "標題：", "各部分：", "這一部分的要點："),
}
_SUBJECTS = ("about", "authors", "titles", "parts", "points")


def lead_for(question: str, subject: str) -> str:
    """What stands above the quotes that answer a question about the whole (``zhangju.overview``)."""
    return _LEADS.get(detect_language(question), _LEADS["en"])[_SUBJECTS.index(subject)]
