"""What an HTML page says of itself: title, author, date, site."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from zhangju_index.bylines import stated_author
from zhangju_index.formats.html.tree import class_words, text_of

__all__ = ["PageFacts", "find_author", "read_facts"]

_TITLES = ("og:title", "articletitle", "citation_title", "dc.title", "twitter:title")
_AUTHORS = ("author", "article:author", "citation_author", "dc.creator", "byl")
_AUTHOR_WORDS = frozenset(("author", "byline", "zuozhe", "writer"))
# A time or a date follows the name in many a byline.
_AFTER_NAME = re.compile(r"\s*[|·•,，-]?\s*\d.*", re.DOTALL)
_LONGEST_BYLINE = 60
_DATES = (
    "article:published_time",
    "pubdate",
    "publishdate",
    "publish_date",
    "date.issued",
    "dc.date",
    "citation_publication_date",
    "date",
)
_SITES = ("og:site_name", "sitename", "application-name")
_ARTICLES = re.compile("Article|NewsArticle|Report|BlogPosting|WebPage")
_DATE = re.compile(
    r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?"
    r"(?:[T\s]*(\d{1,2}:\d{2})(:\d{2})?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
# 标题_频道_网站, Title | Site, Title - Site; a hyphen inside a word separates nothing.
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s+[-–—·»:：]\s+|\s*(?:--|——)\s*|(?<=[^\x00-\x7f])-(?=[^\x00-\x7f])")
_LONGEST = 300
_LARGEST_JSON = 1_000_000


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself.

    Attributes:
        names: What it may be called, the surest first; as found, so that some may name the site too.
        metadata: ``author``, ``date`` (ISO 8601) and ``site``, as far as it says.
    """

    names: list[str]
    metadata: dict[str, str]

    def find_name(self, lines: list[str]) -> str | None:
        """The line that shows what the page is called, if one does: all of it but the name of the site."""
        shown: dict[str, str] = {}
        for line in lines:
            shown.setdefault(_same_words(line), line)
        for name in self.names:
            parts = _SEPARATOR.split(name)
            for wanted in (name, parts[0], max(parts, key=len)):
                words = _same_words(wanted)
                if len(words) > 1 and words in shown and wanted != self.metadata.get("site"):
                    return shown[words]
        # The name in the head may be longer, with a subtitle or a channel.
        for name in self.names:
            whole = _same_words(name)
            for words, line in shown.items():
                if 2 * len(words) >= len(whole) > 3 and words in whole:
                    return line
        return None

    def title(self) -> str | None:
        """What the page is called where no line shows it: its name without that of the site."""
        if not self.names:
            return None
        name = self.names[0]
        parts = [part for part in _SEPARATOR.split(name) if part]
        # What is longer than all that follows it, or followed by the site's name, is the article's.
        if len(parts) > 1 and (
            parts[-1] == self.metadata.get("site") or len(parts[0]) >= max(map(len, parts[1:]))
        ):
            return parts[0]
        return name


def read_facts(root: etree._Element) -> PageFacts:
    """Read the head of a page, its JSON-LD and its ``time`` elements."""
    told: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        value = _clean(meta.get("content"))
        if name and value:
            told.setdefault(name, value)
    linked = _linked_data(root)
    names = [told[name] for name in _TITLES if name in told]
    names += [linked["headline"]] if "headline" in linked else []
    names += [title for element in root.iter("title") if (title := _clean(text_of(element)))][:1]
    found = {
        "author": next(
            (told[n] for n in _AUTHORS if n in told and "://" not in told[n]), linked.get("author")
        ),
        "date": next(
            (
                date
                for value in (
                    *(told.get(name) for name in _DATES),
                    linked.get("datePublished"),
                    *_times(root),
                )
                if (date := _iso_date(value))
            ),
            None,
        ),
        "site": next((told[name] for name in _SITES if name in told), None),
    }
    return PageFacts(names, {name: value for name, value in found.items() if value})


def find_author(root: etree._Element, head: list[str]) -> str | None:
    """Who is marked as the author by ``rel``, ``itemprop`` or a class, in a line at the head of the article.

    Readers who comment, and the authors of other articles, are marked alike, but stand elsewhere.

    Args:
        root: The page.
        head: The lines at the head of its article.
    """
    names: dict[str, None] = {}
    lines = [" ".join(line.split()) for line in head]
    for element in root.iter("a", "p", "span", "div", "address", "em", "strong", "b", "i", "li", "cite"):
        if not _marks_author(element) or any(_marks_author(inner) for inner in element.iterdescendants()):
            continue
        text = text_of(element)
        if text and len(text) <= _LONGEST_BYLINE and any(text in line for line in lines):
            name = stated_author(text) or _AFTER_NAME.sub("", text)
            if any(character.isalpha() for character in name):
                names[name] = None
    return "、".join(names) or None


def _marks_author(element: etree._Element) -> bool:
    return (
        "author" in (element.get("rel") or "").lower().split()
        or element.get("itemprop") == "author"
        or bool(class_words(element.get("class")) & _AUTHOR_WORDS)
    )


def _same_words(text: str) -> str:
    """Letters and digits of ``text`` in lower case, to compare titles by."""
    return re.sub(r"[\W_]+", "", text).lower()


def _linked_data(root: etree._Element) -> dict[str, str]:
    """``headline``, ``author`` and ``datePublished`` of the page's JSON-LD."""
    for script in root.iter("script"):
        text = script.text or ""
        if (script.get("type") or "").lower() != "application/ld+json" or len(text) > _LARGEST_JSON:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for entry in _entries(data):
            if not _ARTICLES.search(str(entry.get("@type"))):
                continue
            names = {
                "headline": entry.get("headline"),
                "author": "、".join(_names(entry.get("author"))),
                "datePublished": entry.get("datePublished"),
            }
            return {
                key: clean
                for key, value in names.items()
                if isinstance(value, str) and (clean := _clean(value))
            }
    return {}


def _entries(data: Any) -> Iterator[dict[str, Any]]:
    for entry in data if isinstance(data, list) else [data]:
        if isinstance(entry, dict):
            yield entry
            graph = entry.get("@graph")
            yield from (e for e in graph if isinstance(e, dict)) if isinstance(graph, list) else ()


def _names(author: Any) -> list[str]:
    people = author if isinstance(author, list) else [author]
    names = [person.get("name") if isinstance(person, dict) else person for person in people]
    return [name for name in names if isinstance(name, str)]


def _times(root: etree._Element) -> Iterator[str]:
    """Dates of ``time`` elements, those marked as the day of publication first."""
    times = [element for element in root.iter("time") if element.get("datetime")]
    times.sort(key=lambda e: e.get("itemprop") != "datePublished" and e.get("pubdate") is None)
    return (element.get("datetime") or "" for element in times[:20])


def _iso_date(value: str | None) -> str | None:
    match = _DATE.match(value or "")
    if match is None:
        return None
    year, month, day, time, seconds, zone = match.groups()
    written = f"{year}-{int(month):02}-{int(day):02}"
    if time:
        written += f"T{time:0>5}{seconds or ':00'}{zone or ''}"
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return None
    return written


def _clean(value: str | None) -> str:
    return " ".join((value or "").split())[:_LONGEST]
