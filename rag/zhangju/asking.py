"""What a question asks for, as far as retrieval needs to know: a person, or nothing at all.

A byline is near every question about its piece, and right for those alone that ask who. The
words that ask so are few in any language, and so are those that greet and thank.
"""

import re
import unicodedata

__all__ = ["asks_for_several", "asks_who", "is_small_talk"]

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


_SEVERAL = re.compile(
    r"哪些|哪几|哪幾|几位|幾位|有谁|有誰|都是谁|都是誰|们|們|著者たち|저자들"
    r"|\b(?:authors|writers|autoren|verfasser (?:sind|waren)|auteurs|autores|autori|autorzy|авторы|yazarlar|forfattere|författarna)\b",
    re.IGNORECASE,
)


def asks_for_several(question: str) -> bool:
    """Whether a question that asks who asks for more than one."""
    return _SEVERAL.search(question) is not None


_GREETINGS = (
    # Chinese, Japanese, Korean
    r"[你您妳]们?好|嗨|哈[喽啰囉]|(?:早上|上午|下午|晚上|大家)好|早安|晚安|(?:多|谢|非常感)谢(?:[你您]们?)?|(?:多|謝|非常感)謝(?:[你您]們?)?|感谢|感謝|再见|再見|拜拜"
    r"|こんにち[はわ]|こんばん[はわ]|おはよう|ありがとう|ございま(?:す|した)|さようなら|はじめまして|どうも"
    r"|안녕(?:하세요|하십니까)?|감사(?:합니다|해요)|고마워요?|고맙습니다"
    # English, German, Dutch and the Scandinavian languages
    r"|hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day|night)|thanks|thank you|many thanks|thx|cheers|bye|goodbye|good bye"
    r"|hallo|guten (?:tag|morgen|abend)|gute nacht|moin|servus|grüß gott|danke|vielen dank|tschüss|auf wiedersehen|dank je|dank u|bedankt|hej|tack|takk?"
    # Romance languages
    r"|bonjour|bonsoir|salut|coucou|merci|au revoir|hola|buenos días|buenas (?:tardes|noches)|gracias|muchas gracias|adiós"
    r"|olá|oi|bom dia|boa (?:tarde|noite)|obrigad[oa]|tchau|ciao|buongiorno|buonasera|salve|grazie|arrivederci|bună(?: ziua)?|mulțumesc"
    # Slavic languages and Greek
    r"|привет|здравствуйте?|добр(?:ый|ое|ой) (?:день|утро|вечер|ночи)|спасибо|до свидания|привіт|дякую|добрий день|cześć|dzień dobry|dziękuję|ahoj|dobrý den|děkuji"
    r"|γεια(?: σου| σας)?|καλημέρα|καλησπέρα|ευχαριστώ"
    # Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|مرحبا|أهلا|اهلا|السلام عليكم|شكرا|صباح الخير|مساء الخير|سلام|متشکرم|ممنون|שלום|תודה(?: רבה)?|नमस्ते|नमस्कार|धन्यवाद|शुक्रिया"
    r"|สวัสดี|ขอบคุณ|ครับ|ค่ะ|คะ|xin chào|chào(?: bạn)?|cảm ơn(?: bạn)?|merhaba|selam|günaydın|teşekkür(?:ler| ederim)|halo|hai|terima kasih|selamat (?:pagi|siang|sore|malam)"
)
_POLITE = r"啊|呀|哦|吗|嘛|了|there|everyone|all|again|so much|very much|a lot|schön|sehr|beaucoup|bien|mille|большое|มาก|جزيلا"
_SMALL_TALK = re.compile(rf"(?:{_GREETINGS})(?:\s*(?:{_GREETINGS}|{_POLITE}))*")
_MARKS = re.compile(r"[^\w\s\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f]+|[\u064b-\u0652]")


def is_small_talk(question: str) -> bool:
    """Whether somebody greets, thanks or takes leave, and asks nothing."""
    words = _MARKS.sub(" ", unicodedata.normalize("NFKC", question).casefold())
    return _SMALL_TALK.fullmatch(" ".join(words.split())) is not None
