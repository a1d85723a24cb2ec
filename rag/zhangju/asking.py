"""What a question asks for, as far as retrieval needs to know: a person, or nothing at all.

A byline is near every question about its piece, and right for those alone that ask who. The
words that ask so are few in any language, and so are those that greet and thank. Keys hit at random
ask nothing either, though they are near to whatever is short.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from zhangju.language import is_short_word, words_of
from zhangju.simplified import simplify
from zhangju_index.bylines import stated_author

__all__ = [
    "asks_for_several",
    "asks_who",
    "byline_may_answer",
    "is_small_talk",
    "says_nothing",
    "small_talk_language",
]

_WHO = re.compile(
    # Chinese, Japanese, Korean
    r"谁|誰|作者|笔者|筆者|撰(?:写|稿|文|寫)|执笔|何人|哪(?:一)?位|哪些人|什么人|什麼人|身份|职务|職務|署名|だれ|著者|執筆|누가|누구|저자|글쓴이"
    # English, German, Dutch and the Scandinavian languages
    r"|\b(?:who|whom|whose|author\w*|writer\w*|byline|wrote|written by)\b"
    r"|\b(?:wer|wem|wen|wessen|autor\w*|verfass\w*|geschrieben|wie schreef|auteur\w*|forfatter\w*|författar\w*|hvem|vem)\b"
    # Romance languages
    r"|\b(?:qui[eé]n(?:es)?|escribi\w*|redact\w*|qui (?:a|est|sont)|écrit\w*|rédig\w*|quem|escreve\w*|chi (?:ha|è|sono)|scritt\w*|cine|scris\w*)\b"
    # Slavic languages and Greek
    r"|\b(?:кто|кем|автор\w*|написал\w*|хто|kto|napisał\w*|kdo|napsal\w*|ποιος|ποια|ποιοι|συγγραφ\w*)\b"
    # Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|\bمن (?:كتب|هو|هي|هم|ألّف|ألف)|مؤلف|كاتب|نویسنده|چه کسی|\bמי\b|מחבר|कौन|किसने|लेखक|ใคร|ผู้เขียน|ผู้แต่ง"
    r"|\b(?:tác giả|kim|yazar\w*|siapa|penulis\w*)\b|\bai (?:là|đã|viết)\b",
    re.IGNORECASE,
)


def asks_who(question: str) -> bool:
    """Whether a question asks for a person, an author or somebody's post."""
    return _WHO.search(question) is not None


_AUTHOR = re.compile(
    # Chinese, Japanese, Korean
    r"作者|笔者|筆者|撰(?:写|稿|文|寫)|执笔|執筆|署名|编辑|編輯|记者|記者|责编|責編|来源|來源|出处|出處|供稿|通讯员|通訊員|谁.{0,4}[写寫]|誰.{0,4}[写寫書]|写.{0,8}[谁誰]|寫.{0,8}[谁誰]|著者|書いた|저자|필자|글쓴이|기자|편집|출처|[썼쓴]"
    # English, German, Dutch and the Scandinavian languages
    r"|\b(?:author\w*|writer\w*|byline|wrote|written|writes|signed|reporter\w*|journalist\w*|editor\w*|edited|source|columnist\w*|contributor\w*)\b"
    r"|\b(?:autor\w*|verfass\w*|geschrieben|schrieb|redakt\w*|(?:die|der|als|welche|welcher) quelle|schreef|auteur\w*|bron|forfatter\w*|författar\w*|skrev|skrevet)\b"
    # Romance languages
    r"|\b(?:escribi\w*|escrit[oa]s?|redact\w*|firmad[oa]s?|firmó|qui[eé]n firma|periodista\w*|editor\w*|fuente|écri\w*|rédig\w*|signé\w*|rédact\w*|journaliste\w*|escrev\w*|assin\w*|jornalista\w*|fonte|scri[ts]\w*|firmat\w*|giornalista\w*)\b"
    # Whose text it is, not of whom it speaks.
    r"|\bvon wem (?:ist|stammt) (?:der|dieser|die|diese|das) (?:text|artikel|beitrag|bericht|reportage)\b"
    r"|\bde qui (?:est|sont) (?:cet?|le|l['’]) ?(?:texte|article)\b|\bdi chi è (?:questo|quest['’]|il|l['’]) ?(?:testo|articolo)\b"
    r"|\bde (?:quién es|quem é) (?:este|el|o) (?:texto|artículo|artigo)\b|\bчь[яёи] (?:это )?(?:статья|текст)\b"
    r"|\brecueilli\w* (?:les |ces )?propos\b|\bpropos (?:ont été )?recueillis\b"
    # Slavic languages and Greek
    r"|\b(?:автор\w*|напис\w*|редактор\w*|журналист\w*|источник\w*|джерел\w*|napisał\w*|redaktor\w*|napsal\w*|συγγραφ\w*|έγραψε)\b"
    # Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|كتب|مؤلف|كاتب|محرر|مصدر|نویسنده|نوشت|מחבר|כתב|लेखक|लिख|संपादक|ผู้เขียน|ผู้แต่ง|เขียน|บรรณาธิการ|\b(?:tác giả|viết|biên tập|nguồn|yazar\w*|yazd\w*|editör\w*|penulis\w*|menulis|ditulis)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[\u3400-\u9fff]{2,}|[^\W\d_]{3,}")


_NAME_ALONE = re.compile(r"[\u3400-\u9fff·]{2,5}|[^\W\d_\u3400-\u9fff][\w.'’-]*(?: [\w.'’-]+){0,2}")
# In other languages, who a byline names gets 0.6 or more of the judge, any stranger -2.3 or less.
_UNLIKELY = -2.0


def byline_may_answer(question: str, byline: str, judged: float | None = None) -> bool:
    """Whether a byline may answer a question that asks who: the name of a stranger is no answer.

    It may where the question asks who wrote, reported, edited or published, where both have a name, a post
    or a house in common (two Han characters, or a word), or where a reranker finds it likelier than not. A
    question in another script has no word in common with any: there a byline that tells more than a name may
    unless a reranker finds it unlikely.

    Args:
        question: The question.
        byline: Words of the byline.
        judged: Log-odds that it answers, where a reranker read it.
    """
    if _AUTHOR.search(question) or not _named(question).isdisjoint(_named(byline)):
        return True
    names = stated_author(byline) or byline.strip()
    stranger = _NAME_ALONE.fullmatch(names) or not _scripts(question).isdisjoint(_scripts(byline))
    if judged is None:
        return not stranger
    return judged > (0.0 if stranger else _UNLIKELY)


def _scripts(text: str) -> set[str]:
    """First word of the name of each letter: LATIN, CJK, CYRILLIC, HANGUL …."""
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()}


def _named(text: str) -> set[str]:
    return {piece for run in _NAMES.findall(simplify(text).casefold()) for piece in _pieces(run)}


def _pieces(run: str) -> list[str]:
    """The pairs of a run of Han characters, which sets no space between words; else the run."""
    return [run[at : at + 2] for at in range(len(run) - 1)] if "\u3400" <= run[0] <= "\u9fff" else [run]


_SEVERAL = re.compile(
    r"哪些|哪几|哪幾|几位|幾位|有谁|有誰|都是谁|都是誰|们|們|著者たち|저자들"
    r"|\b(?:authors|writers|autoren|verfasser (?:sind|waren)|auteurs|autores|autori|autorzy|авторы|yazarlar|forfattere|författarna)\b",
    re.IGNORECASE,
)


def asks_for_several(question: str) -> bool:
    """Whether a question that asks who asks for more than one."""
    return _SEVERAL.search(question) is not None


_GREETINGS = {
    "zh": (
        r"[你您妳]们?好|哈[喽啰囉]|(?:早上|上午|下午|晚上|大家)好|早安|晚安|(?:多|谢|非常感)谢(?:[你您]们?)?|(?:多|謝|非常感)謝(?:[你您]們?)?|感谢|感謝|再见|再見|拜拜"
        r"|[啊哦嗯呃唉哈嘿呵噢喔哎嘻嗨呀哇额唔]+|[好行对對是]的?|好吧|不是|不|没事|沒事|没错|沒錯|明白|知道"
    ),
    "ja": (
        r"こんにち[はわ]|こんばん[はわ]|おはよう|ありがとう|ございま(?:す|した)|さようなら|はじめまして|どうも"
        r"|はい|いいえ|うん|ええ|了解(?:です|しました)?|なるほど|笑+"
    ),
    "ko": (
        r"안녕(?:하세요|하십니까)?|감사(?:합니다|해요)|고마워요?|고맙습니다|네|예|아니요?|알겠습니다|[ㅋㅎ]+|음+"
    ),
    "en": (
        r"hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day|night)|thanks|thank you|many thanks|thx|cheers|bye|goodbye|good bye"
        r"|lol|lmao|rofl|omg|(?:h[ae]){2,}h?|o?k|okay|okey|yes|yeah|yep|yup|no|nope|sure|fine|great|alright|all right|i see|got it|never mind|[hu]+m+|uh|hu?h|wow|oops|please"
    ),
    "de": (
        r"hallo|guten (?:tag|morgen|abend)|gute nacht|moin|servus|grüß gott|danke|vielen dank|tschüss|auf wiedersehen"
        r"|ja|nein|nee|naja|doch|genau|klar|alles klar|bitte|ähm?"
    ),
    "nl": r"goede(?:morgen|middag|navond)|dank je(?: wel)?|dank u(?: wel)?|bedankt|tot ziens|nee|oké|graag gedaan|alsjeblieft",
    "da": r"mange tak|farvel|goddag|nej",
    "no": r"tusen takk|takk?|ha det|nei",
    "sv": r"hej(?: då)?|tack(?: så mycket)?|god morgon|nej",
    "fr": r"bonjour|bonsoir|salut|coucou|merci|au revoir|oui|ouais|non|d['’ ]accord|bof|s['’ ]il (?:te|vous) pla[iî]t",
    "es": r"hola|buenos días|buenas(?: tardes| noches)?|gracias|muchas gracias|adiós|hasta luego|sí|por favor|(?:ja){2,}",
    "pt": r"olá|oi|bom dia|boa (?:tarde|noite)|(?:muito )?obrigad[oa]|tchau|sim|não|tá|k{3,}|até logo",
    "it": r"ciao|buongiorno|buonasera|salve|(?:mille )?grazie|arrivederci|sì|va bene|prego|certo",
    "ro": r"bună(?: ziua)?|mulțumesc|la revedere|nu",
    "ru": r"привет|здравствуйте?|добр(?:ый|ое|ой) (?:день|утро|вечер|ночи)|спасибо|до свидания|да|нет|ага|угу|ладно|хорошо|понятно|(?:ха){2,}|[хм]м+",
    "uk": r"привіт|дякую|добрий день|до побачення|так|ні",
    "pl": r"cześć|dzień dobry|dziękuję|do widzenia|tak|nie",
    "cs": r"ahoj|dobrý den|děkuji|na shledanou|ano",
    "el": r"γεια(?: σου| σας)?|καλημέρα|καλησπέρα|ευχαριστώ|ναι|όχι",
    "ar": r"مرحبا|أهلا|اهلا|السلام عليكم|شكرا|صباح الخير|مساء الخير|نعم|لا|حسنا|ه{3,}",
    "fa": r"سلام|متشکرم|ممنون|بله",
    "he": r"שלום|תודה(?: רבה)?|כן|לא",
    "hi": r"नमस्ते|नमस्कार|धन्यवाद|शुक्रिया|हाँ|हां|नहीं|ठीक है",
    "th": r"สวัสดี|ขอบคุณ|ครับ|ค่ะ|คะ",
    "vi": r"xin chào|chào(?: bạn)?|cảm ơn(?: bạn)?|tạm biệt|vâng|dạ|không",
    "tr": r"merhaba|selam|günaydın|iyi (?:günler|akşamlar)|teşekkür(?:ler| ederim)|sağ ol|evet|hayır|tamam",
    "id": r"halo|hai|terima kasih|selamat (?:pagi|siang|sore|malam)|sampai jumpa|ya|tidak",
}
"""Greetings, thanks, yes, no and the like, by language; what several languages say is under one."""
_POLITE = r"啊|呀|哦|吗|嘛|了|there|everyone|all|again|so much|very much|a lot|schön|sehr|beaucoup|bien|mille|большое|มาก|جزيلا"


def _folded(text: str) -> str:
    """In one case, and in one way to write a character: grüß is grüss, and ㅋ what opens a syllable."""
    return unicodedata.normalize("NFKC", text).casefold()


_SAID = re.compile(_folded("|".join(_GREETINGS.values())))
_SAID_AFTER = re.compile(rf"{_SAID.pattern}|{_folded(_POLITE)}")
_LONGEST_SAID = 24
"""Characters of one greeting or the like; laughter that is longer is laughed several times."""
_MARKS = re.compile(r"[^\w\s\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f]+|[\u064b-\u0652]")


def is_small_talk(question: str) -> bool:
    """Whether somebody greets, thanks, takes leave, laughs or says no more than yes, and asks nothing."""
    return _is_said(_plain(question))


def _is_said(words: str) -> bool:
    """Whether nothing but greetings and the like follow one another.

    Where they may end is kept: one pattern for all would try each way to part 不是不是不是.
    """
    ends = {0}
    for start in range(len(words)):
        if start not in ends:
            continue
        if words[start] == " ":
            ends.add(start + 1)
            continue
        said = _SAID_AFTER if start else _SAID
        nearest = range(start + 1, min(len(words), start + _LONGEST_SAID) + 1)
        ends.update(end for end in nearest if said.fullmatch(words, start, end))
    return bool(words) and len(words) in ends


def small_talk_language(question: str) -> str | None:
    """The language that a greeting opens in; None where the question is no small talk.

    Of the two ways to write Chinese it does not tell which.
    """
    words = _plain(question)
    if not _is_said(words):
        return None
    # Of words that begin alike the longest is meant: "ha det" is no laughter.
    found = {language: match.end() for language, said in _said_in().items() if (match := said.match(words))}
    return max(found, key=lambda language: found[language]) if found else None


@cache
def _said_in() -> dict[str, re.Pattern[str]]:
    # Most questions are no small talk: not while the module is imported, which a start waits for.
    return {language: re.compile(rf"(?:{_folded(words)})(?!\w)") for language, words in _GREETINGS.items()}


def _plain(question: str) -> str:
    words = _MARKS.sub(" ", _folded(question))
    return " ".join(words.split())


_ASKS_ALONE = re.compile(
    r"(?:[谁誰啥]|(?:为|為)?(?:什|甚)[么麼]|怎[么麼样樣]|哪(?:里|裡|儿|个|個|些)?|几|幾|多少|何|吗|嗎|呢|なに|何|だれ|なぜ|いつ|どこ|뭐|누구|왜|언제|어디"
    r"|who|what|when|where|why|how|which|wer|was|wann|wo|warum|wie|qui|quoi|quand|où|pourquoi|comment|quién|qué|cuándo|dónde|cómo|кто|что|когда|где|почему|как)+"
)
_UNIT = re.compile(
    # A lone sign (%, €) is no letter and says nothing anyway.
    r"USD|EUR|GBP|JPY|CNY|RMB|CHF|KRW|INR|RUB|BRL|TRY|VND|AUD|CAD|HKD|[kcmµn]?m[²³23]?|km/?h|[kmµ]?g|[mc]?l|kWh?|[MGT]Wh?|[kKMGT]B|[kM]?Hz|°?[CF]|ha|mph|lbs?"
    r"|[万萬亿億]?[美欧歐日港]?元|[万萬亿億]?(?:公里|公斤|公顷|公頃|千克|千瓦|平方米|立方米|吨|噸|亩|畝)|[万萬亿億个個]|百分之"
    r"|percent|per cent|Prozent|kilomet(?:er|re)s?|kilograms?|руб|₽|tỷ|triệu"
)


_OBSCURE = words_of("test tests testing тест 测试 測試 テスト 테스트 foo foobar blah asdf qwerty")
"""What is typed to see whether anything answers, unless the sources hold it."""
_LETTERS_OR_FIGURES = re.compile(r"[^\W_]+")
# As UNESCO. UNHCR and OECD are cut as finely as noise; longer ones (MERCOSUR) are mostly not.
_LONGEST_ACRONYM = 6
# More letters than this a piece have 95 % of 957 words of all languages and 9 % of letters hit at random.
_SHORTEST_PIECES = 2


def says_nothing(question: str, *, told: bool, count_tokens: Callable[[list[str]], list[int]]) -> bool:
    """Whether a question holds no word: keys hit at random, a single letter, a number that stands nowhere.

    Nor does a lone unit or currency, or a word that only holds sentences together (the, der, और), wherever it
    stands; an acronym is written in capitals (IT), and a name begins with one (Kim).

    Real words are cut by a tokenizer of many languages into few pieces, and keys hit at random into pieces of
    one or two letters. Names and what is written in capitals may be short: AI, GDP, Gaga.

    Args:
        question: The question.
        told: Whether the sources hold any word or number of it.
        count_tokens: Tokens of each text.
    """
    runs = _LETTERS_OR_FIGURES.findall(unicodedata.normalize("NFKC", question))
    words = [run for run in runs if len(run) > 1 or run.isdecimal() or not _is_alphabetic(run)]
    words = [run for run in words if not _ASKS_ALONE.fullmatch(run.casefold())]
    # As it stands, since vowel signs of Devanagari are no letters.
    alone = _MARKS.sub(" ", unicodedata.normalize("NFKC", question)).strip()
    if _UNIT.fullmatch(alone) or _joins_only(alone):
        return True
    if told and words:
        return False
    words = [run for run in words if run.casefold() not in _OBSCURE]
    return not any(map(_is_word, words, count_tokens(words)))


def _is_alphabetic(run: str) -> bool:
    return _scripts(run) <= {"LATIN", "CYRILLIC", "GREEK"}


_JOINS_HAN = words_of(
    "的 地 得 了 着 著 在 和 与 與 及 或 而 但 但是 因为 因為 所以 如果 把 被 让 讓 对于 對於 关于 關於 这 這 那 这个 這個 那个 那個 这些 那些 它 他 她 我 你 我们 我們 你们 你們 他们 他們 也 都 就 又 还 還 很 从 從 到 向 为 為 之 其 以 于 於"
)
_JOINS_OTHER = words_of(
    "は が を に へ と で も の です ます から まで これ それ あれ そして しかし 은 는 이 가 을 를 에 에서 의 와 과 도 그리고 하지만 그 "
    "और का की के को में से पर है हैं था थे यह वह एक भी तो लेकिन या"
)
_CONTENT_ELSEWHERE = words_of("war son hat name list art mana kim van")
"""Words that hold sentences together in one language and are names of things in another."""


def _joins_only(run: str) -> bool:
    """Whether a word holds sentences together in some language and names nothing in another."""
    if run in _JOINS_HAN or run in _JOINS_OTHER:
        return True
    name = run.istitle() and len(run) > 3
    return is_short_word(run) and not (run.isupper() or name or run.casefold() in _CONTENT_ELSEWHERE)


def _is_word(run: str, pieces: int) -> bool:
    """Whether letters that the sources do not hold may be a word of some language."""
    if run.isdecimal() or is_small_talk(run) or (len(run) > 1 and len(set(run)) == 1):
        return False
    if not _is_alphabetic(run):
        # Syllables and short pieces are how many a script is cut, and marks between letters part its words.
        return True
    name = run.istitle() or (run.isupper() and len(run) <= _LONGEST_ACRONYM)
    return name or pieces == 1 or len(run) > _SHORTEST_PIECES * pieces
