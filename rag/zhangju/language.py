"""Which language a question is in, as far as the wording around an answer needs to know.

Scripts tell most languages apart; Chinese from Japanese by kana, traditional from simplified by
characters that only one of them uses; languages of one script by their commonest short words and
by the letters that only some of them have.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

__all__ = ["UNSPACED", "detect_language", "is_short_word", "short_words", "words_of"]

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters of scripts that put no spaces between words, for a set in a regular expression."""

# Scripts, as Unicode names them, that are as good as a language here.
_SCRIPTS = {
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "BOPOMOFO": "zh-Hant",
    "DEVANAGARI": "hi",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "bo",
}
_HAN = frozenset({"CJK", "IDEOGRAPHIC"})
_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
# Frequent characters that are written otherwise in simplified text.
_TRADITIONAL = set(
    "個們來這時國會說對學過為與無後開關點實現產業質發動產勞創術電網車長門問間題頭體經濟應當從"
    "兩嗎麼誰還讓認證據標準條關係歷屆書寫億萬區專員幾項種報導設計義務統組織於軍東戰亞並內長爾馬稱"
    "現機進羅將間聯義華島權約總灣議紀數領隊語達黨運臺場賽則縣選爭蘭結傳濟屬說們變資舉際漢決維擊處"
    "視歐線廣帶蘇類張論風規鐵陸許點團韓強網別該較劉繼響獲構氣龍邊應沒衛轉殺興築職樂圖辦離號級給連製"
    "溫參續隨獨敗單積圍藝協記極護觀勢環聲農慶裝劃營樣層裡終眾採師見僅陽遠擁親畫鎮兒熱獎漸黃話範飛調"
    "備滿費簽嚴郵斷園勝遊節態館艦測絕庫責壓雙奪併顯陳紅烏衝負階錄歸價貴錢謝"
)
# What asks in these asks in Chinese, whatever Latin words it begins with.
_CHINESE_QUESTION = re.compile("[谁誰吗嗎呢哪何几幾怎]|什么|什麼|多少|是")
_QUOTED = re.compile('《[^》]*》|“[^”]*”|「[^」]*」|『[^』]*』|«[^»]*»|„[^“”]*[“”]|"[^"]*"')
_WORD = re.compile(r"[^\W\d_]+")
_LONG = 1.5
"""What a word of three letters or more counts; shorter ones turn up in names of every language."""
_SAMPLE = 1_000
"""Characters that are looked at; a question is shorter, a passage tells by its beginning."""

# Of each script the languages that share it, the first where nothing tells: their commonest
# short words, and the letters they have beyond those that all of them share.
_SHARED: dict[str, dict[str, tuple[str, str]]] = {
    "LATIN": {
        "en": (
            "the of and is are was were what which who whom whose how why when where does did do in to for by "
            "with from that this it its s an be can on at as has have into about explain describe tell list name",
            "",
        ),
        "de": (
            "der die das den dem des ein eine einer und ist sind war was welche welcher welches welchem wer wie "
            "warum wann wo wird werden wurde wurden von im für nicht mit auf zu in es sich nach viele hat bedeutet heißt",
            "äöüß",
        ),
        "es": (
            "el la los las un una de que qué es son fue cuál cuáles quién quiénes cómo por para cuándo dónde en "
            "del al y con se su cuántos cuántas",
            "áéíñóúü",
        ),
        "fr": (
            "le la les un une des du de est sont était que quel quelle quels quelles qui quoi comment pourquoi "
            "quand où dans et pour sur avec au aux ce cette qu l d c se été combien",
            "àâçéèêëîïôùûüœ",
        ),
        "pt": (
            "o os as a um uma de do da dos das que é são foi qual quais quem como por para quando onde em no na e "
            "não com se quantos",
            "ãáàâçéêíóôõú",
        ),
        "it": (
            "il lo gli i la le un una di del della dei delle che è sono era quale quali chi come perché quando "
            "dove nel nella in e per con cosa l d quanti si",
            "àèéìòù",
        ),
        "nl": (
            "de het een en is zijn was wat welke welk wie hoe waarom wanneer waar wordt worden werd van voor niet "
            "met op te in dat er aan daar over niets",
            "éëïöü",
        ),
        "sv": (
            "en ett och är var vad vilken vilka vilket vem hur varför när som av för inte med på till i det den de "
            "säger om finns",
            "åäö",
        ),
        "da": (
            "en et og er var hvad hvilken hvilke hvilket hvem hvordan hvorfor hvornår hvor som af for ikke med på "
            "til i det den de om",
            "æøå",
        ),
        "no": (
            "en et og er var hva hvilken hvilke hvilket hvem hvordan hvorfor når hvor som av for ikke med på til i "
            "det den de om",
            "æøå",
        ),
        "fi": (
            "ja on ovat oli mikä mitkä mitä kuka ketkä miten miksi milloin missä mistä joka ei se että tai kuinka "
            "montako",
            "äö",
        ),
        "pl": (
            "i w z na do jest są był była co czym jaki jaka jakie który która które kto jak dlaczego kiedy gdzie "
            "się nie o od dla przez ile",
            "ąćęłńóśźż",
        ),
        "cs": (
            "a v z na do je jsou byl byla co jaký jaká jaké který která které kdo jak proč kdy kde se ne o od pro "
            "kolik",
            "áčďéěíňóřšťúůýž",
        ),
        "hu": (
            "a az és van mi mit milyen melyik ki hogyan miért mikor hol nem egy volt hány mely",
            "áéíóöőúüű",
        ),
        "tr": (
            "ve bir bu bunu ne nedir kim kimdir nasıl neden hangi hangisi için ile mi mı nerede kaç zaman olarak hakkında "
            "nelerdir",
            "çğıöşüâî",
        ),
        "ro": (
            "și în de la este sunt a fost ce care cine cum când unde din pentru cu nu o un pe al se lui ai cât câte câți cărui",
            "ăâîșțşţ",
        ),
        "vi": (
            "là gì của và có những các được trong cho ai như thế nào khi ở bao nhiêu tại sao một về đã",
            "àáâãèéêìíòóôõùúýăđĩũơư" + "".join(map(chr, range(0x1EA0, 0x1EFA))),
        ),
        "id": (
            "yang dan di ke dari adalah apa siapa bagaimana mengapa kapan mana berapa untuk dengan pada ini itu tidak "
            "dalam oleh saja",
            "",
        ),
    },
    "CYRILLIC": {
        "ru": (
            "и в на что как кто почему где когда это какой какая какие какое каким сколько был была не с по за до для из "
            "от к о у чем какого какому каком каких кого чего чье чья",
            "ёъыэ",
        ),
        "uk": (
            "і й та в у на що як хто чому де коли це який яка які яке скільки був була не з для із від про",
            "ґєії",
        ),
        "bg": (
            "и в на какво как кой коя кои кое защо къде кога това какъв каква какви колко беше не с за от да се е "
            "са през",
            "ъ",
        ),
        "sr": (
            "је су и у на шта како ко зашто где када ово који која које колико није с за од да се о томе",
            "ђјљњћџ",
        ),
    },
    "ARABIC": {
        "ar": ("في من ما ماذا هل على إلى هو هي كيف لماذا متى أين عن التي الذي كم هذا هذه", ""),
        "fa": ("در از به که چه چیست است را این آن چرا چگونه کجا کدام چند برای با می شد شده", "پچژگکی"),
        "ur": (
            "کیا ہے ہیں میں کے کی کا کو سے نے پر اور کون کب کہاں کیوں کیسے کتنے تھا تھی اس یہ",
            "پچژگکیٹڈڑںےہھۓ",
        ),
    },
}
_WORDS = {
    script: {language: frozenset(words.split()) for language, (words, _) in languages.items()}
    for script, languages in _SHARED.items()
}
_BEYOND = {
    script: {language: frozenset(letters) for language, (_, letters) in languages.items()}
    for script, languages in _SHARED.items()
}
_SOME_BEYOND = {script: frozenset().union(*languages.values()) for script, languages in _BEYOND.items()}


def detect_language(text: str) -> str:
    """Return a language code, such as ``zh``, ``zh-Hant``, ``ja`` or ``en``.

    Where nothing tells, the commonest language of the script comes back (``en`` without any
    letter), and ``und`` for letters of a script that is not known here.
    """
    text = unicodedata.normalize("NFKC", text[:_SAMPLE])
    # What is asked about may be quoted in another language than the question.
    own = _QUOTED.sub(" ", text)
    scripts = _scripts(own) or _scripts(text)
    counts = Counter(scripts)
    latin = counts.pop("LATIN", 0)
    han = sum(counts.pop(script, 0) for script in _HAN)
    kana = sum(counts.pop(script, 0) for script in _KANA)
    other, letters = counts.most_common(1)[0] if counts else ("", 0)
    if latin and (han or kana or letters):
        if (
            scripts[0] == "LATIN"
            and latin * 4 >= letters
            and not _CHINESE_QUESTION.search(own)
            and _opens_in_latin(own)
        ):
            return _of_script(own, "LATIN")
        # Names of many letters do not make a question English.
        latin //= 4
    if kana * 5 > han:
        return "ja"
    if letters >= max(han, latin, 1):
        return _of_script(own, other)
    # A Chinese question may hold long Latin names: each Han character weighs as two letters.
    if han and han * 2 >= latin:
        return "zh-Hant" if sum(character in _TRADITIONAL for character in text) * 16 >= han else "zh"
    return _of_script(own, "LATIN")


def words_of(text: str) -> frozenset[str]:
    """The words of a list that is written down with spaces."""
    return frozenset(text.split())


def short_words(language: str) -> frozenset[str]:
    """The commonest short words of a language that shares its script with others; else none."""
    return next((words[language] for words in _WORDS.values() if language in words), frozenset())


def is_short_word(word: str) -> bool:
    """Whether a word is among the commonest short words of any language that shares its script with others."""
    return any(word.lower() in words for languages in _WORDS.values() for words in languages.values())


def _opens_in_latin(text: str) -> bool:
    """Whether the short words are Latin ones: "What is 新质生产力?" is English, "GDP是什么" is not."""
    first = _words(text)[0]
    asks = len(first) > 2 and any(first in short for short in _WORDS["LATIN"].values())
    return asks or max(_short_words(text, "LATIN").values()) >= 2


def _scripts(text: str) -> list[str]:
    """The script of each letter."""
    return [script for character in text if (script := _script(character))]


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """First word of a letter's name, which is its script; empty for what is no letter."""
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


def _of_script(text: str, script: str) -> str:
    if script not in _SHARED:
        return _SCRIPTS.get(script, "und")
    hits = _short_words(text, script)
    words = _words(text)
    if script == "LATIN" and "¿" in text:
        hits["es"] += 2
    for language, beyond in _BEYOND[script].items():
        for word in words:
            peculiar = _SOME_BEYOND[script].intersection(word)
            # A letter that a language does not have speaks against it more than one it has for it.
            if peculiar:
                hits[language] += 0.25 if peculiar <= beyond else -0.5
    return max(hits, key=lambda language: hits[language])


def _short_words(text: str, script: str) -> dict[str, float]:
    """How much of a text is made of the commonest words of each language of a script."""
    words = _words(text)
    return {
        language: sum(_LONG if len(word) > 2 else 1.0 for word in words if word in short)
        for language, short in _WORDS[script].items()
    }


def _words(text: str) -> list[str]:
    # Turkish İ becomes i and a dot of its own.
    return _WORD.findall(text.lower().replace("\u0307", ""))
