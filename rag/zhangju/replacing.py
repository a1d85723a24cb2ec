"""A follow-up that replaces one part of the question before: "And of Geisha?" keeps all but the name.

    What is the altitude of Bourbon?   And of Geisha?   What is the altitude of Geisha?
    What is the altitude of Geisha?    And the price?   What is the price of Geisha?
    波旁的海拔是多少？                那瑰夏的呢？         瑰夏的海拔是多少？

It is told by the word in front (of, für), by the article of a noun that another depends on, by a name's capital,
or by what marks an owner. Where more than one part could be meant, none is replaced.
"""

import re

from zhangju.language import short_words

__all__ = ["replace_part"]

# What belongs to what: any word of a group may stand for another.
_OF = {
    "en": "of for",
    "de": "von vom für bei beim",
    "nl": "van voor bij",
    "fr": "du des de d' d’ pour",
    "es": "de del para",
    "pt": "de do da dos das para",
    "it": "di del dello della dei degli delle dell' dell’ per",
    "ru": "у для",
    "vi": "của",
}
_PLACED = {
    "en": "in at on from with by to",
    "de": "in im mit aus nach",
    "nl": "in op met uit",
    "fr": "en au aux à dans avec",
    "es": "en con a",
    "pt": "em no na com",
    "it": "in nel nella con a",
    "ru": "в на из с",
    "vi": "ở trong",
}
_THE = {
    "en": "the",
    "de": "der die das",
    "nl": "de het",
    "fr": "le la les l' l’",
    "es": "el la los las",
    "pt": "o a os as",
    "it": "il lo la i gli le l' l’",
}
_LEAD = re.compile(
    r"^[\s¿]*(?:and what about|and how about|what about|how about|and|und was ist mit|und wie ist es mit|und|en wat is|en hoe zit het met|en"
    r"|et qu['’]en est-il|et|y qué pasa con|y|e quanto a|e|а как насчёт|а как насчет|а что насчёт|а|и|thế còn|vậy còn|còn)\s+",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"(?:\s+(?:thì sao|then|please|denn|alors|entonces))?[\s?？.!…]*$", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_]{1,5}['’](?=[^\W\d_]{3})|[^\W_][\w'’-]*")
_MOST_WORDS = 4


_OWNER = {
    "zh": ("的", re.compile(r"^(?:那么|那麼|那)?(?P<x>[^，,。？?的]{1,12})的呢?[？?]?$")),
    "ja": (
        "の",
        re.compile(r"^(?:では|じゃあ|それでは)?、?(?P<x>[^、。？?の]{1,12})の(?:は|場合は)?[？?]?$"),
    ),
    "ko": ("의", re.compile(r"^(?:그럼|그러면)?\s*(?P<x>[^,.?]{1,12})의\s?(?:것은|것은요|건요|건)?[?]?$")),
    "hi": ("की", re.compile(r"^(?:और|फिर)\s+(?P<x>[^,?।]{1,20}?)\s+(?:का|की|के)\s*[?।]?$")),
}
_OWNED = {
    "zh": re.compile(r"(?P<x>[^，,。？?：:\s的在是]{1,12})的"),
    "ja": re.compile(r"(?P<x>[^、,。？?：:\sのはが]{1,12})の"),
    "ko": re.compile(r"(?P<x>[^,.?\s]{1,12})의(?=\s)"),
    "hi": re.compile(r"(?P<x>[^,?।\s]+)(?=\s(?:का|की|के)\s)"),
}


def replace_part(question: str, follow_up: str, language: str) -> str | None:
    """Put what a follow-up names in the place of its like in a question; None where that cannot be told.

    Args:
        question: What was asked before, as it was understood.
        follow_up: As asked.
        language: Of both, without its script.
    """
    if language in _OWNER:
        said = _OWNER[language][1].match(follow_up.strip())
        owned = list(_OWNED[language].finditer(question))
        return _put(question, owned[0].span("x"), said["x"]) if said and len(owned) == 1 else None
    lead = _LEAD.match(follow_up)
    if language not in _OF or lead is None:
        return None
    part = _TRAIL.sub("", follow_up[lead.end() :])
    words = _TOKEN.findall(part)
    # "The medium ones" leans on the noun that it would replace.
    if not 0 < len(words) <= _MOST_WORDS or re.search(r"[,;:()]|\bones?$", part):
        return None
    first = words[0].lower()
    for group in (_OF, _PLACED):
        if len(words) > 1 and first in group[language].split():
            return _replace_behind(question, part, group[language].split(), language)
    if first in _THE.get(language, "").split():
        return _replace_head(question, part, language) if len(words) == 2 else None
    names = not any(word.lower() in short_words(language) for word in words)
    # German writes every noun with a capital.
    return _replace_name(question, part) if names and language != "de" and part[0].isupper() else None


def _replace_behind(question: str, part: str, group: list[str], language: str) -> str | None:
    """Replace the last "of …", up to the next short word or the end."""
    tokens = list(_TOKEN.finditer(question))
    at = next((n for n in range(len(tokens) - 1, -1, -1) if tokens[n][0].lower() in group), None)
    if at is None:
        return None
    end = _end_of_noun(question, tokens, at + 1, language)
    if end is None:
        return None
    return _put(question, (tokens[at].start(), tokens[end].end()), part)


def _end_of_noun(question: str, tokens: list[re.Match[str]], start: int, language: str) -> int | None:
    """The last word of a noun that starts at a word, or at the article that it may have; None where none does."""
    joining = short_words(language)
    at = start
    while at < len(tokens) and tokens[at][0].lower() in _THE.get(language, "").split():
        at += 1
    first = at
    while at < len(tokens) and tokens[at][0].lower() not in joining:
        at += 1
        if at < len(tokens) and question[tokens[at - 1].end() : tokens[at].start()].strip():
            break
    return at - 1 if at > first else None


def _replace_head(question: str, part: str, language: str) -> str | None:
    """Replace the only noun with an article, if another without one depends on it: the altitude of Bourbon."""
    tokens = list(_TOKEN.finditer(question))
    articles = [n for n, token in enumerate(tokens) if token[0].lower() in _THE[language].split()]
    if len(articles) != 1 or articles[0] + 2 >= len(tokens):
        return None
    at = articles[0]
    end = _end_of_noun(question, tokens, at, language)
    # du, del, vom hold an article of their own: "and the tea?" may be like either of the two.
    plain = {"of", "for", "von", "für", "van", "voor", "de", "d'", "d’", "di"}
    if end is None or end + 1 >= len(tokens) or tokens[end + 1][0].lower() not in plain:
        return None
    return _put(question, (tokens[at].start(), tokens[end].end()), part)


def _replace_name(question: str, part: str) -> str | None:
    """Replace the only name, which the first word of a question is not told to be."""
    names: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(question):
        if token[0][0].isupper() and token.start() and question[token.start() - 1] == " ":
            joins = bool(names) and names[-1][1] == token.start() - 1
            names.append((names.pop()[0] if joins else token.start(), token.end()))
    return _put(question, names[0], part) if len(names) == 1 else None


def _put(question: str, span: tuple[int, int], part: str) -> str:
    return question[: span[0]] + part + question[span[1] :]
