"""Formulas of an HTML page (MathML) on one line: what stands between the parts that a browser stacks."""

from lxml import etree

from zhangju_index.formats.html.tree import text_of
from zhangju_index.formats.raised import raise_figures

__all__ = ["closes_with", "is_raised", "is_read_before", "opens_with"]

_POWERS = frozenset(("msup", "msubsup"))
# What only holds other parts.
_GROUPS = frozenset(("mrow", "mstyle", "mpadded"))


def is_raised(element: etree._Element, tag: str) -> bool:
    """Whether an element is a superscript, or the exponent of a power."""
    parent = element.getparent()
    return tag == "sup" or (parent is not None and parent.tag in _POWERS and element.getnext() is None)


def is_read_before(element: etree._Element) -> bool:
    """Whether it is the index of a root, which is written with its sign."""
    parent = element.getparent()
    return parent is not None and parent.tag == "mroot" and parent[0] is not element


def opens_with(element: etree._Element, tag: str, before: str) -> str:
    """What is written before an element that follows the text ``before``."""
    sign = "√" if tag == "msqrt" else ""
    if tag == "mroot":
        sign = raise_figures("".join(text_of(part) for part in list(element)[1:]).replace(" ", "")) + "√"
    # One and a half is not eleven halves, nor is twice a cube root two to the power of three.
    gap = " " if (tag == "mfrac" or len(sign) > 1) and before.rstrip()[-1:].isdigit() else ""
    return gap + sign + ("(" if _is_grouped(element, tag) else "")


def closes_with(element: etree._Element, tag: str) -> str:
    """What is written behind an element."""
    parent = element.getparent()
    is_numerator = parent is not None and parent.tag == "mfrac" and element.getnext() is not None
    return (")" if _is_grouped(element, tag) else "") + ("/" if is_numerator else "")


def _is_grouped(element: etree._Element, tag: str) -> bool:
    """Whether it is several terms of which a line must show that they belong together."""
    if tag == "mroot":
        if not len(element) or element[0].tag not in _GROUPS:
            return False
        element = element[0]
    elif tag != "msqrt":
        parent = element.getparent()
        if tag not in _GROUPS or parent is None or parent.tag != "mfrac":
            return False
    while len(element) == 1 and element[0].tag in _GROUPS:
        element = element[0]
    return len(element) > 1
