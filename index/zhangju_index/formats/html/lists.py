"""Lists of an HTML page: how deep their items stand, and the numbers that a browser shows."""

import re
from dataclasses import dataclass

from lxml import etree

from zhangju_index.formats.html.tree import style_of

__all__ = ["OpenList", "next_item", "open_list"]

_ROMAN = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(slots=True)
class OpenList:
    """An open list: what its next item shows, counting by ``step``; nothing where that is 0."""

    depth: int
    number: int
    step: int
    style: str


def open_list(element: etree._Element, tag: str, outer: OpenList | None) -> OpenList:
    """A list that has just opened, inside another or not."""
    numbered = tag == "ol" and "list-style:none" not in style_of(element).replace("-type", "")
    down = element.get("reversed") is not None
    first = sum(child.tag == "li" for child in element) if down else 1
    step = (-1 if down else 1) if numbered else 0
    return OpenList(
        (outer.depth if outer else 0) + 1, _integer(element, "start", first), step, element.get("type") or "1"
    )


def next_item(element: etree._Element, of: OpenList | None) -> tuple[int, str]:
    """Nesting of a list item, and the number that a browser shows before it."""
    if of is None or not of.step:
        return of.depth if of else 1, ""
    number = _integer(element, "value", of.number)
    of.number = number + of.step
    return of.depth, f"{_numeral(number, of.style)}. "


def _integer(element: etree._Element, name: str, otherwise: int) -> int:
    value = (element.get(name) or "").strip()
    return int(value) if re.fullmatch("-?[0-9]{1,9}", value) else otherwise


def _numeral(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        numeral = "abcdefghijklmnopqrstuvwxyz"[number - 1]
    elif style in ("i", "I") and 1 <= number < 90:
        numeral = ""
        for value, letters in _ROMAN:
            numeral += letters * (number // value)
            number %= value
    else:
        return str(number)
    return numeral.upper() if style.isupper() else numeral
