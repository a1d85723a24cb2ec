"""Which language a question is in, as far as the wording around an answer needs to know.

Scripts tell most languages apart; Chinese from Japanese by kana, traditional from simplified by
characters that only one of them uses; Latin scripts by their commonest short words.
"""

import re
import unicodedata

__all__ = ["detect_language"]

_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HEBREW": "he",
}
# Frequent characters that are written otherwise in simplified text.
_TRADITIONAL = set(
    "個們來這時國會說對學過為與無後開關點實現產業質發動產勞創術電網車長門問間題頭體經濟應當從"
    "兩嗎麼誰還讓認證據標準條關係歷屆書寫億萬區專員幾項種報導設計義務統組織"
)
_SHORT_WORDS = {
    "en": "the of and is are was what which who how why when where does did in to for by",
    "de": "der die das und ist sind was welche welcher wer wie warum wann wo wird werden von im für nicht",
    "es": "el la los las de que qué es son cuál quién cómo por para cuándo dónde en del y una",
    "fr": "le la les des est sont que quel quelle qui comment pourquoi quand où dans du et une pour",
    "pt": "o os as de que é são qual quem como por para quando onde em do da e uma não",
    "it": "il lo gli di che è sono quale chi come perché quando dove nel della e una per",
    "vi": "là gì của và có những các được trong cho ai như thế nào khi ở",
    "tr": "ve bir bu ne nedir kim nasıl neden hangi için ile mi mı",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SHORT_WORDS.items()}


def detect_language(text: str) -> str:
    """Return a language code: ``zh``, ``zh-Hant``, ``ja``, ``en`` …; ``en`` where nothing tells."""
    counts: dict[str, int] = {}
    han = 0
    for character in text:
        if not character.isalpha():
            continue
        name = unicodedata.name(character, "")
        if name.startswith("CJK"):
            han += 1
            continue
        language = _SCRIPTS.get(name.split(" ", 1)[0], "latin")
        counts[language] = counts.get(language, 0) + 1
    if counts.get("ja", 0) * 5 > han and "ja" in counts:
        return "ja"
    latin = counts.pop("latin", 0)
    if counts:
        language = max(counts, key=lambda key: counts[key])
        if counts[language] >= max(han, latin):
            return language
    # A Chinese question may hold long Latin names: each Han character weighs as two letters.
    if han * 2 >= latin and han:
        return "zh-Hant" if sum(character in _TRADITIONAL for character in text) * 12 >= han else "zh"
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {language: sum(word in short for word in words) for language, short in _WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["en"] else "en"
