"""Articles of a law that a question names by their number.

第十二条 and 第二十二条 are much alike to vectors and keywords; who names the one does not want the other.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from zhangju.simplified import simplify
from zhangju_index.marks import numeral_value
from zhangju_index.values import Chunk

__all__ = ["NAMED", "Article", "article_of", "is_absent", "named_articles", "of_articles"]

NAMED = 0.5
"""What a passage is ahead for being the article that is named: more than all else that tells two passages apart."""

# Of one kind of digits, and no more of them than laws have.
_NUMBER = r"(?:[〇零一二三四五六七八九十百千两]{1,12}|\d{1,6})"
_ARTICLE = re.compile(rf"第\s*({_NUMBER})\s*条(?:之({_NUMBER}))?")
_WESTERN = re.compile(
    r"\b(?:articles?|art\.|artikel|artículos?|artigos?|articolo|articoli|стать[яиюе])\s*(\d{1,6})\b",
    re.IGNORECASE,
)

Article = tuple[int, int]
"""Number of an article, and of the one inserted after it (第十条之一), 0 for itself."""


def named_articles(question: str) -> set[Article]:
    """Articles that a question names."""
    text = simplify(unicodedata.normalize("NFKC", question))
    named = {(_value(match[1]), _value(match[2])) for match in _ARTICLE.finditer(text)}
    return named | {(int(number), 0) for number in _WESTERN.findall(text)}


def article_of(chunk: Chunk) -> Article | None:
    """The article that a passage belongs to, by the headings above it."""
    for title in reversed(chunk.section_path):
        text = simplify(unicodedata.normalize("NFKC", title)).strip()
        if match := _ARTICLE.match(text):
            return _value(match[1]), _value(match[2])
        if match := _WESTERN.match(text):
            return int(match[1]), 0
    return None


def of_articles(chunks: Sequence[Chunk], named: Collection[Article]) -> list[bool]:
    """Which passages belong to articles that are named."""
    return [article_of(chunk) in named for chunk in chunks]


def is_absent(chunks: Sequence[Chunk], named: Collection[Article]) -> bool:
    """Whether passages come from numbered articles, and none is, or speaks of, one that is named."""
    if not named or not any(article_of(chunk) for chunk in chunks):
        return False
    return not any(
        article_of(chunk) in named or not named_articles(chunk.reading_text).isdisjoint(named)
        for chunk in chunks
    )


def _value(numeral: str | None) -> int:
    return numeral_value(numeral) if numeral else 0
