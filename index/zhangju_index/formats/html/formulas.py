"""Formulas of an HTML page (MathML) on one line: what stands between the parts that a browser stacks."""

from lxml import etree

__all__ = ["closes_with", "is_raised", "opens_with"]

_POWERS = frozenset(("msup", "msubsup"))


def is_raised(element: etree._Element, tag: str) -> bool:
    """Whether an element is a superscript, or the exponent of a power."""
    parent = element.getparent()
    return tag == "sup" or (parent is not None and parent.tag in _POWERS and element.getnext() is None)


def opens_with(element: etree._Element, tag: str, before: str) -> str:
    """What is written before an element that follows the text ``before``."""
    if tag == "mfrac" and before.rstrip()[-1:].isdigit():
        return " "  # One and a half is not eleven halves.
    return ("√" if tag == "msqrt" else "") + ("(" if _is_grouped(element, tag) else "")


def closes_with(element: etree._Element, tag: str) -> str:
    """What is written behind an element."""
    parent = element.getparent()
    is_numerator = parent is not None and parent.tag == "mfrac" and element.getnext() is not None
    return (")" if _is_grouped(element, tag) else "") + ("/" if is_numerator else "")


def _is_grouped(element: etree._Element, tag: str) -> bool:
    """Whether it is several terms of which a line must show that they belong together."""
    parent = element.getparent()
    return len(element) > 1 and (
        tag == "msqrt" or (tag == "mrow" and parent is not None and parent.tag == "mfrac")
    )
