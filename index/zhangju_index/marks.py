"""Marks that open a line on purpose: stated headings, numbering, list bullets.

    # 标题      markdown      第三章 …      章           1.2 …    1.1        - …    item
    一、…       一、          第三条 …      条           1. …     1.         | …    item
    （一）…     （一）        Chapter 3 …   chapter      1 …      1
    (1) …       (1)           § 3 …         article

Chinese documents number their levels 第一编 > 第一章 > 第一节 > 第一条, then 一、 > （一） > 1. > (1);
GB/T 9704 fixes the lower four for official documents and the Legislation Law the upper ones.
Japanese and Korean laws use the same units, Western ones words of their own in the same order.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "FIRST_LEVEL",
    "VERBATIM",
    "Mark",
    "find_mark",
    "find_unspaced_unit",
    "numeral_value",
    "stated_heading",
]

_NUMERAL = "〇零一二三四五六七八九十百千两"
# What is counted: 3.5万元 is a figure, 3.5结论 a heading.
_MEASURES = "万亿千百元米公吨倍个成折级度平厘毫小年岁秒名人次家亩克升"
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
# Of the letters, those that are hardly ever a Roman numeral alone.
_LETTERS = "abcdefgh"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

RANKS = {
    "编": 20,
    "篇": 20,
    "分编": 21,
    "章": 22,
    "节": 23,
    "目": 24,
    "条": 25,
    "article": 25,
    "一、": 40,
    "（一）": 41,
    "1.": 42,
    "1": 42,
    "1.1": 43,
    "(1)": 50,
}
"""Depth of each kind of numbering; lower stands above. Stated levels take 11 to 19."""

# How Chinese units are written in simplified, traditional and Japanese characters.
_WRITTEN = {
    "编": "[编編]",
    "分编": "分[编編]",
    "篇": "篇",
    "章": "章",
    "节": "[节節]",
    "目": "目",
    "条": "[条條]",
}
_KOREAN = {"편": "编", "장": "章", "절": "节", "관": "目", "조": "条"}
# English, French, German, Spanish, Portuguese, Italian, Dutch and Russian words, by rank.
_CHAPTERS = {
    20: "Book Part Appendix Annex Livre Partie Annexe Buch Teil Anhang Anlage Libro Parte Anexo Livro Allegato "
    "Boek Deel Bijlage Книга Часть Раздел Приложение",
    21: "Title Titre Titel Título Titolo",
    22: "Chapter Chapitre Kapitel Capítulo Capitolo Capo Hoofdstuk Глава",
    23: "Section Abschnitt Sección Secção Seção Sezione Afdeling",
}
_ARTICLES = "Article Artikel Artículo Articolo Artigo Статья Art. §"
_BULLETS = "-*+•●○■◆▪◦‣–—①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# Stands for the digits of every script.
_DIGIT = "0"
_NUMBERED = rf"第[ 　]*(?P<number>[{_NUMERAL}]+(?:[ 　]+[{_NUMERAL}]+)*|\d{{1,4}})[ 　]*"
_INSERTED = rf"(?P<inserted>[之の][{_NUMERAL}\d]+)?"
# After 第三条 the text stands apart; （一） after it refers to one of its items.
_APART = rf"(?=[\s　：:【〔]|[（(](?![{_NUMERAL}\d])|$)"
# No article begins so: the line goes on with a reference.
_REFERENCE = rf"(?=规定|規定|所(?!有)|的|之|[和或及与與至](?=第|前|其)|[、，。；：,.;:）)]|第[{_NUMERAL}\d]+[款项項目]|中(?![华国央])|[款项項])"


def _words(words: str) -> str:
    written = {form for word in words.split() for form in (word, word.upper())}
    return "|".join(re.escape(word) for word in sorted(written))


def _western(words: str) -> re.Pattern[str]:
    """Article 3, Chapter IV, § 12a: alone on a line or before a name, not before the rest of a sentence."""
    return re.compile(
        rf"(?:{_words(words)})(?:[ \t\u00a0]+|(?<=§))(?P<number>\d{{1,4}}|[IVXLC]{{1,7}}|[A-H])(?:er\b|re\b|\.?[ºª°])?"
        r"(?P<inserted>[a-z]\b|[ -]?(?:bis|ter|quater)\b|(?:\.\d+)+)?[.:]?"
        r"(?=\s*$|[ \t\u00a0　]+(?:[–—-] )?(?:[^\w]|[A-ZÀ-ÞА-ЯЁ\u3040-\u9fff]))(?!\s+(?:Abs|Satz|Nr)\b)"
    )


def _initials(words: str) -> str:
    return "".join({word[0] for word in words.split()})


class _Pattern(NamedTuple):
    """A kind of mark: the characters it may open with, its rank, and its form."""

    first: str
    kind: str
    rank: int
    form: re.Pattern[str]


_PATTERNS = [
    _Pattern("#", "markdown", 0, re.compile(r"(?P<level>#{1,6})[ \t　]+(?=\S)")),
    *(
        _Pattern("第", unit, RANKS[unit], re.compile(rf"{_NUMBERED}{written}{_INSERTED}{_APART}"))
        for unit, written in _WRITTEN.items()
    ),
    *(
        _Pattern(
            "제",
            unit,
            RANKS[unit],
            re.compile(rf"제 ?(?P<number>\d{{1,4}}) ?{written}(?P<inserted>의 ?\d+)?{_APART}"),
        )
        for written, unit in _KOREAN.items()
    ),
    *(_Pattern(_initials(words), "chapter", rank, _western(words)) for rank, words in _CHAPTERS.items()),
    _Pattern(_initials(_ARTICLES), "article", RANKS["article"], _western(_ARTICLES)),
    _Pattern(_NUMERAL, "一、", RANKS["一、"], re.compile(rf"(?P<number>[{_NUMERAL}]{{1,4}})、(?=.)")),
    _Pattern("（(", "（一）", RANKS["（一）"], re.compile(rf"[（(](?P<number>[{_NUMERAL}]{{1,4}})[）)]")),
    _Pattern(
        _DIGIT,
        "1.1",
        RANKS["1.1"],
        re.compile(
            rf"(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}})[.．、]?(?=[ \t　]|[^\W\d_])(?![a-z%％{_MEASURES}])"
        ),
    ),
    _Pattern(_DIGIT, "1.", RANKS["1."], re.compile(r"(?P<number>\d{1,2})(?:[.．](?!\d)|、)[ \t　]*(?=\S)")),
    _Pattern("（(" + _DIGIT, "(1)", RANKS["(1)"], re.compile(r"[（(]?(?P<number>\d{1,2})[）)]")),
    # A bare number before a name that fills the line: 2 Related work.
    _Pattern(
        _DIGIT,
        "1",
        RANKS["1"],
        re.compile(
            rf"(?P<number>\d{{1,2}})[ \t　]+(?=[A-ZÀ-ÞА-ЯЁ][^.;]{{2,80}}$|[\u4e00-\u9fff][^。；：，]{{1,30}}$)"
            rf"(?!.*[,:]$|[{_MEASURES}月日时分点号条款项世届期])"
        ),
    ),
    _Pattern(_BULLETS + "|", "item", 99, re.compile(rf"[{_BULLETS}][ \t　]*(?=\S)|\|")),
]
_BY_FIRST: dict[str, list[_Pattern]] = {}
for _pattern in _PATTERNS:
    for _character in _pattern.first:
        _BY_FIRST.setdefault(_character, []).append(_pattern)
_BULLET_NEEDS_SPACE = re.compile(r"[-*+–—][^ \t　]")
_UNSPACED = [
    (unit, re.compile(rf"{_NUMBERED}{written}{_INSERTED}(?!{_REFERENCE})(?=\S)"))
    for unit, written in _WRITTEN.items()
]

FIRST_LEVEL = 11
"""Rank of a heading of the first level that is stated: ``#`` in Markdown."""
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at the head of a line.

    Attributes:
        kind: Its pattern: ``markdown`` for a stated heading, ``章``, ``一、`` …; ``item`` for a
            bullet or table row;
            ``verbatim`` for a line that must not be read as prose (code, a comment, a rule).
        number: Its value where it counts, else 0.
        rank: Depth of the heading it opens; lower stands above.
        length: Characters of the mark itself.
        inserted: Whether it stands between two numbers, as 第一百二十条之一 does.
    """

    kind: str
    number: int
    rank: int
    length: int
    inserted: bool = False

    @property
    def stated(self) -> bool:
        """Whether the source says outright that this is a heading."""
        return self.kind == "markdown"


VERBATIM = Mark("verbatim", 0, 99, 0)
"""The mark of a line that must not be read as prose."""


def find_mark(line: str) -> Mark | None:
    """Return the mark that ``line`` opens with, if any."""
    first = line[:1]
    for _, kind, rank, form in _BY_FIRST.get(_DIGIT if first.isdecimal() else first, ()):
        match = form.match(line)
        if match is None:
            continue
        if kind == "markdown":
            return stated_heading(len(match["level"]), match.end())
        if kind == "item":
            return None if _BULLET_NEEDS_SPACE.match(line) else Mark(kind, 0, rank, match.end())
        return _mark(kind, rank, match)
    return None


def find_unspaced_unit(line: str) -> Mark | None:
    """Return the mark of 第三条 or 第三章 where its text follows at once.

    A sentence may open so, too (第三条有两款。): the caller must know that the number is due.
    """
    if line[:1] == "第":
        for unit, pattern in _UNSPACED:
            if match := pattern.match(line):
                return _mark(unit, RANKS[unit], match)
    return None


def _mark(kind: str, rank: int, match: re.Match[str]) -> Mark:
    parts = match["number"].split(".")
    inserted = bool(match.groupdict().get("inserted"))
    deeper = len(parts) - 2 if kind == "1.1" else 0
    return Mark(kind, numeral_value(parts[-1]), rank + deeper, match.end(), inserted)


def stated_heading(level: int, length: int = 0) -> Mark:
    """The mark of a heading whose level, counted from 1, is stated by Markdown or by a format."""
    return Mark("markdown", 0, FIRST_LEVEL - 1 + min(max(level, 1), _LEVELS), length)


def numeral_value(numeral: str) -> int:
    """Value of an Arabic, Chinese or Roman numeral or of a letter: 12, 十二, 一百零三, xii, B.

    Chinese numerals written as bare digits (二〇二四) are read digit by digit.
    """
    numeral = re.sub(r"\s", "", numeral)
    if numeral.isdecimal():
        return int(numeral)
    lowered = numeral.lower()
    if len(lowered) == 1 and lowered in _LETTERS:
        return _LETTERS.index(lowered) + 1
    if lowered[0] in _ROMAN:
        values = [_ROMAN[letter] for letter in lowered]
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    if not any(character in _UNITS for character in numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral))
    total = digit = 0
    for character in numeral:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit
