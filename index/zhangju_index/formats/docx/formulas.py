"""Formulas of a Word document, written on one line: 1/2, x², √(a+b), ∑_(i=1)^n i.

The parts of a formula stand above and beside one another, and say something else in a row.
"""

import re
from collections.abc import Callable

from lxml import etree

from zhangju_index.formats.docx.package import child, name
from zhangju_index.formats.raised import lower_figures, raise_figures

__all__ = ["FORMULAS", "write_formula"]

FORMULAS = frozenset(
    (
        *("m:f", "m:sSup", "m:sSub", "m:sSubSup", "m:sPre", "m:rad", "m:d", "m:nary", "m:func"),
        *("m:limLow", "m:limUpp", "m:m", "m:eqArr"),
    )
)
"""Elements whose parts do not simply stand in a row."""

_ONE_TERM = re.compile(r"[\w.,]*|[√∛∜]\w+|\([^()]*\)")
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/math}"


def write_formula(element: etree._Element, before: str, read: Callable[[etree._Element], str]) -> str:
    """Write one of the ``FORMULAS``.

    Args:
        element: The formula.
        before: What stands before it, so that one and a half is not eleven halves.
        read: Reads what a part of it shows.
    """
    kind = name(element)

    def part(key: str) -> str:
        found = child(element, key)
        return "" if found is None else read(found)

    if kind == "m:f":
        gap = " " if before[-1:].isdigit() else ""
        return f"{gap}{_term(part('m:num'))}/{_term(part('m:den'))}"
    if kind in ("m:sSup", "m:sSub", "m:sSubSup"):
        return _term(part("m:e")) + _below(part("m:sub")) + _above(part("m:sup"))
    if kind == "m:sPre":
        return _above(part("m:sup")) + _below(part("m:sub")) + part("m:e")
    if kind == "m:rad":
        return f"{raise_figures(part('m:deg'))}√{_term(part('m:e'))}"
    if kind == "m:d":
        opening, parting, closing = (
            _setting(element, key, usual)
            for key, usual in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
        )
        return opening + parting.join(_parts(element, "m:e", read)) + closing
    if kind == "m:nary":
        return f"{_setting(element, 'chr', '∫')}{_limits(part('m:sub'), part('m:sup'))} {part('m:e')}"
    if kind == "m:func":
        function, base = part("m:fName"), part("m:e")
        return f"{function} {base}" if function[-1:].isalnum() and base[:1].isalnum() else function + base
    if kind in ("m:limLow", "m:limUpp"):
        base, limit = part("m:e"), part("m:lim")
        return base + (_limits(limit, "") if kind == "m:limLow" else _limits("", limit))
    rows = [row for row in element if name(row) in ("m:mr", "m:e")]
    return "; ".join(" ".join(_parts(row, "m:e", read)) if name(row) == "m:mr" else read(row) for row in rows)


def _parts(element: etree._Element, key: str, read: Callable[[etree._Element], str]) -> list[str]:
    return [read(part) for part in element if name(part) == key]


def _term(text: str) -> str:
    """In brackets, if it is more than one term."""
    return text if _ONE_TERM.fullmatch(text) else f"({text})"


def _above(text: str) -> str:
    raised = raise_figures(text)
    return raised if raised != text or not text else f"^{_term(text)}"


def _below(text: str) -> str:
    lowered = lower_figures(text)
    return lowered if lowered != text or not text else f"_{_term(text)}"


def _limits(below: str, above: str) -> str:
    return (f"_{_term(below)}" if below else "") + (f"^{_term(above)}" if above else "")


def _setting(element: etree._Element, key: str, usual: str) -> str:
    """A character that the properties of a formula name; an empty one is none."""
    found = child(element, f"{name(element)}Pr", f"m:{key}")
    if found is None:
        return usual
    return found.get(f"{_MATH}val") or found.get(f"{_STRICT}val") or ""
