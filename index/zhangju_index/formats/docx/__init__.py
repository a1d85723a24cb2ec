"""Text and structure of Word documents (.docx and its kin).

    ZIP -> parts (package) -> styles, lists -> lines (body) -> Parsed

A document's own styles say what its headings are; its lists are counted, because their numbers
are seen by every reader and written nowhere in the file.
"""

import re
from datetime import date
from itertools import pairwise
from typing import ClassVar

from lxml import etree

from zhangju_index.blocks import ends_sentence
from zhangju_index.errors import DocumentError
from zhangju_index.formats.docx.body import Body, Line
from zhangju_index.formats.docx.numbering import Numbering
from zhangju_index.formats.docx.package import Package, name
from zhangju_index.formats.docx.styles import Styles
from zhangju_index.lines import is_visible, measure_wrap, split_lines
from zhangju_index.values import Element, Layout, Parsed

__all__ = ["DocxParser"]

_LONGEST_TITLE = 200
_LONGEST_FREE_LINE = 60
"""Characters of the longest line that may be a heading, and so needs no full stop."""

_SAMPLED = 3000
"""Lines that are looked at to tell paragraphs from lines."""
_TORN_SHARE = 0.1
_FEWEST_TORN = 3
_STOP_INSIDE = re.compile(r"[。！？](?=.)|[a-z]{2}\.\s")
_LINE_ENDS = "：:；;—…）)］]】〉》」』”’\"'"
_NO_AUTHOR = frozenset(
    {
        "administrator",
        "admin",
        "user",
        "users",
        "unknown",
        "author",
        "作者",
        "用户",
        "微软用户",
        "微软中国",
        "china",
        "pc",
    }
    | {
        "python-docx",
        "microsoft",
        "microsoft office user",
        "office",
        "lenovo",
        "dell",
        "hp",
        "asus",
        "lenovo user",
    }
)
_NO_TITLE = frozenset(
    {"word document", "document", "untitled", "无标题", "文档", "文档1", "document1", "title", "标题"}
)
# What python-docx leaves in every file that it makes.
_TEMPLATE_DATE = "2013-12-23"


class DocxParser:
    """Reads Word documents, templates, and both with macros (which are not looked at)."""

    suffixes: ClassVar[tuple[str, ...]] = (".docx", ".docm", ".dotx", ".dotm")

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a file.

        Raises:
            DocumentError: It is damaged, protected, far too large, no Word document, or holds no text.
        """
        package = Package(data, source)
        root = package.read(package.document)
        if any(name(element) == "altChunk" for element in root.iter()):
            raise DocumentError(f"{source} has other files embedded in it: open it in Word and save it again")
        lines = _read_lines(package, root)
        if not any(is_visible(line.text) for line in lines):
            raise DocumentError(f"{source} holds no text: give a file with at least one sentence", "no_text")
        text, elements = _lay_out(lines)
        properties = package.related("core-properties", "")
        return Parsed(
            text,
            Layout(elements=elements, unwrapped=_is_unwrapped(lines)),
            _title(properties),
            _metadata(properties),
        )


def _read_lines(package: Package, root: etree._Element) -> list[Line]:
    styles = Styles(package.related("styles"))
    numbering, notes = (
        package.related("numbering"),
        (package.related("footnotes"), package.related("endnotes")),
    )
    body = Body(styles, Numbering(numbering, styles), *notes)
    lines = body.read(root)
    if body.lacks_an_end:
        lines = Body(styles, Numbering(numbering, styles), *notes, shows_contents=True).read(root)
    return lines


def _lay_out(lines: list[Line]) -> tuple[str, tuple[Element, ...]]:
    elements: list[Element] = []
    at = 0
    for line in lines:
        if line.kind is not None:
            elements.append(Element(line.kind, at, at + len(line.text), line.level))
        at += len(line.text) + 1
    return "\n".join(line.text for line in lines), tuple(elements)


def _is_unwrapped(lines: list[Line]) -> bool:
    """Whether the paragraphs are paragraphs.

    A text file that was opened and saved in Word has a paragraph for each of its lines. It has
    neither headings nor lists then, and its lines end where they were full or in mid-sentence.
    """
    if any(line.kind in ("heading", "item") for line in lines):
        return True
    sample = [line.text for line in lines[:_SAMPLED] if line.kind is None]
    prose = [line.strip() for line in sample]
    prose = [line for line in prose if len(line) > _LONGEST_FREE_LINE or _STOP_INSIDE.search(line)]
    torn = sum(not _is_whole(line) for line in prose)
    if torn >= _FEWEST_TORN and torn > _TORN_SHARE * len(prose):
        return False
    text = "\n".join(sample)
    shown = split_lines(text)
    wrap = measure_wrap(text, shown)
    full = [
        text[line.start : line.end]
        for line, following in pairwise(shown)
        if wrap.is_full(text, line, following)
    ]
    # Paragraphs of one length by chance end their sentences.
    return 2 * sum(not _is_whole(line) for line in full) <= len(full)


def _is_whole(line: str) -> bool:
    return ends_sentence(line) or line.endswith(tuple(_LINE_ENDS))


def _title(properties: etree._Element | None) -> str | None:
    title = _property(properties, "title")
    return title if title and title.casefold() not in _NO_TITLE else None


def _metadata(properties: etree._Element | None) -> dict[str, str]:
    metadata: dict[str, str] = {}
    author = _property(properties, "creator")
    if author and author.casefold() not in _NO_AUTHOR:
        metadata["author"] = author
    for key in ("modified", "created"):
        try:
            day = date.fromisoformat(_property(properties, key)[:10]).isoformat()
        except ValueError:
            continue
        if day != _TEMPLATE_DATE:
            metadata["date"] = day
            break
    return metadata


def _property(properties: etree._Element | None, key: str) -> str:
    for element in properties if properties is not None else ():
        if isinstance(element.tag, str) and etree.QName(element).localname == key:
            return " ".join((element.text or "").split())[:_LONGEST_TITLE]
    return ""
