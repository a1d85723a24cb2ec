"""The tree of an HTML page, made by libxml2 within bounds of depth and time."""

import re
from collections.abc import Iterator
from typing import Literal

from lxml import etree

from zhangju_index.errors import DocumentError

__all__ = ["Walk", "class_words", "parse_tree", "style_of", "text_of"]

# Browsers go on after these; libxml2 stops.
_EARLY_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_LONG_TAG = re.compile(r"[^>]{2000,}")
_TAG_OPENS = re.compile(r"<[a-zA-Z]")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# All that a head may hold. libxml2 knows HTML 4, and leaves a page's newer elements in a head without an end.
_OF_THE_HEAD = {"title", "meta", "link", "base", "style", "script", "noscript", "template"}
# libxml2 compares each attribute of a tag with all the others.
_MOST_ATTRIBUTES = 1000
# No article holds these; a carriage return is a line feed in HTML.
_CONTROLS = dict.fromkeys([*range(9), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF, 0xFFFE, 0xFFFF])
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")


def parse_tree(text: str, source: str) -> etree._Element | None:
    """Parse a page; None where it holds no element and no text.

    Raises:
        DocumentError: Its tags are nested too deeply, or one has too many attributes.
    """
    _check_attributes(text, source)
    text = _EARLY_ENDS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS))
    # huge_tree lifts the limits on long texts; the depth stays limited, to 2,048.
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        # Lone surrogates have no UTF-8.
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise DocumentError(f"{source} cannot be read as HTML: save the page again", "damaged") from error
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise DocumentError(
            f"{source} nests its tags more than 2,000 deep: open it in a browser and save it as text"
        )
    _end_head(root)
    return root


def _end_head(root: etree._Element | None) -> None:
    """Move what a browser would not have in the head, and all after it, to the beginning of the body."""
    head = None if root is None else root.find("head")
    if root is None or head is None:
        return
    first = next((place for place, element in enumerate(head) if element.tag not in _OF_THE_HEAD), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    for place, element in enumerate(list(head)[first:]):
        body.insert(place, element)


class Walk:
    """The elements of a tree in document order, each when it opens and when it closes."""

    def __init__(self, root: etree._Element) -> None:
        self._events = etree.iterwalk(root, events=("start", "end"))

    def __iter__(self) -> Iterator[tuple[Literal["start", "end"], etree._Element, str]]:
        for event, element in self._events:
            yield event, element, element.tag

    def skip(self) -> None:
        """Leave out what is inside the element that has just opened; it still closes."""
        self._events.skip_subtree()


def text_of(element: etree._Element) -> str:
    """All text inside an element, with white space collapsed."""
    return " ".join("".join(map(str, element.itertext())).split())


def style_of(element: etree._Element) -> str:
    """Its inline style, in lower case and without spaces."""
    return "".join((element.get("style") or "").lower().split())


def class_words(name: str | None) -> set[str]:
    """Words of a class or id: ``articleShare share-bar`` holds article, share and bar."""
    # What is longer is data, not a name.
    return {word.lower() for word in _WORD.findall((name or "")[:300])}


def _check_attributes(text: str, source: str) -> None:
    for match in _LONG_TAG.finditer(text):
        opening = _TAG_OPENS.search(match[0])
        if opening and len(_QUOTED.sub(" ", match[0][opening.start() :]).split()) > _MOST_ATTRIBUTES:
            raise DocumentError(
                f"{source} has a tag with more than {_MOST_ATTRIBUTES:,} attributes: it is no article; save the page again"
            )
