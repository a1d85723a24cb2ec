"""What a question asks for, as far as retrieval needs to know: a person, or not.

A byline is near every question about its piece, and right for those alone that ask who. The
words that ask so are few in any language.
"""

import re

__all__ = ["asks_who"]

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
