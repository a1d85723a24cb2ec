"""Text and structure of HTML pages: the article, without the site around it.

bytes -> characters (decoding) -> tree -> blocks -> the article's (content) -> Parsed
"""

import re
from itertools import pairwise
from typing import ClassVar

from zhangju_index.blocks import ends_sentence, is_heading_shape
from zhangju_index.bylines import is_byline
from zhangju_index.errors import DocumentError
from zhangju_index.formats.html.blocks import Block, read_blocks
from zhangju_index.formats.html.content import article_blocks
from zhangju_index.formats.html.decoding import decode_html
from zhangju_index.formats.html.metadata import PageFacts, find_author, read_facts
from zhangju_index.formats.html.tree import parse_tree
from zhangju_index.lines import measure_wrap, split_lines
from zhangju_index.marks import find_mark
from zhangju_index.values import Element, ElementKind, Layout, Parsed

__all__ = ["HtmlParser"]

_MARKUP = re.compile(r"<[a-zA-Z!/?]")
_STOP = re.compile(r"[。！？!?؟।]|[a-z]\. ")
_NAME_REACH = 12
"""Blocks at the head of an article among which its name is looked for."""
_LONGEST_SENTENCE = 200
_FEWEST_LINES = 10
_NARROWEST = 12
_SAMPLE = 2000
"""Lines that are looked at to tell how lines were broken."""


class HtmlParser:
    """Reads HTML pages."""

    suffixes: ClassVar[tuple[str, ...]] = (".html", ".htm", ".xhtml")

    def parse(self, data: bytes, source: str) -> Parsed:
        """Take the text out of a page.

        Paragraphs, headings, items and table rows (cells between tabs) stand on lines of their
        own. Ordered items show their numbers.

        Raises:
            DocumentError: The page is damaged or binary, is nested too deeply, or holds no text.
        """
        page, damaged = decode_html(data, source)
        if not _MARKUP.search(page):
            return Parsed(page)
        root = parse_tree(page, source)
        if root is None:
            raise DocumentError(
                f"{source} holds no text: open the page in a browser and save it again", "no_text"
            )
        facts = read_facts(root)
        blocks = article_blocks(read_blocks(root), facts) or article_blocks(
            read_blocks(root, hidden=True), facts
        )
        if not blocks:
            raise DocumentError(
                f"{source} holds no text: open the page in a browser and save it again", "no_text"
            )
        flattened = _settle_preformatted(blocks)
        name = _name_article(blocks, facts)
        metadata = dict(facts.metadata)
        if "author" not in metadata:
            head = [block.text for block in blocks[:_NAME_REACH] if block.kind == "text"]
            if author := find_author(root, head):
                metadata["author"] = author
        _mark_bold_headings(blocks)
        text, elements = _write(blocks)
        if damaged and "\ufffd" in text:
            raise DocumentError(
                f"{source} has damaged characters in its text: save it again as UTF-8", "encoding"
            )
        return Parsed(
            text,
            Layout(elements=elements, unwrapped=not (flattened or _is_flattened(blocks))),
            title=name or facts.title(),
            metadata=metadata,
        )


def _settle_preformatted(blocks: list[Block]) -> bool:
    """Tell preformatted text, which holds sentences, from code; say whether most of the page is such text."""
    texts = 0
    for block in blocks:
        if block.kind == "preformatted":
            is_text = len(_STOP.findall(block.text)) * _LONGEST_SENTENCE >= block.size
            block.kind = "text" if is_text else "code"
            texts += block.size * is_text
    return 2 * texts > sum(block.size for block in blocks)


def _name_article(blocks: list[Block], facts: PageFacts) -> str | None:
    """Find the line near the top that is what the page is called, and make a heading of it."""
    head = [block for block in blocks[:_NAME_REACH] if block.kind in ("text", "heading")]
    firsts = [block.text for block in blocks if block.kind == "heading" and block.level == 1]
    name = facts.find_name([block.text for block in head])
    if name is None:
        # Where a line stands above them, or there are several, such headings are the article's parts.
        return firsts[0] if firsts == [blocks[0].text] and not facts.names else None
    if not firsts or name in firsts:
        block = next(block for block in head if block.text == name)
        block.kind, block.level, block.lines = "heading", 1, [name]
    return name


def _mark_bold_headings(blocks: list[Block]) -> None:
    """Make headings of short bold lines over text, where a page has several or has no others.

    Lines that are numbered are left to the outline, which knows the order of the numberings.
    """
    ranks = [block.level for block in blocks if block.kind == "heading"]
    found = [
        block
        for block, following in pairwise(blocks)
        if block.kind == "text"
        and len(block.lines) == 1
        and block.bold >= 0.95 * block.size > 1
        and is_heading_shape(block.text)
        and not (find_mark(block.text) or is_byline(block.text))
        and following.bold < 0.95 * following.size
        and following.kind != "heading"
    ]
    if len(found) > 1 or max(ranks, default=1) == 1:
        for block in found:
            is_title = block is blocks[0] and not ranks
            block.kind, block.level = "heading", 1 if is_title else max(ranks, default=1) + 1


def _write(blocks: list[Block]) -> tuple[str, tuple[Element, ...]]:
    """The text of the blocks, and the elements in it."""
    pieces: list[str] = []
    elements: list[Element] = []
    offset = 0

    def add(piece: str, kind: ElementKind | None = None, level: int = 0) -> None:
        nonlocal offset
        if kind and piece:
            elements.append(Element(kind, offset, offset + len(piece), level))
        pieces.append(piece)
        offset += len(piece)

    for number, block in enumerate(blocks):
        if number:
            add("\n\n" if block.spaced else "\n")
        for row, line in enumerate(block.lines):
            if row:
                add("\n")
            match block.kind:
                case "heading" | "table" | "code":
                    add(line, block.kind, block.level)
                case "item" if row == 0:
                    add(line, "item", block.level)
                case _:
                    add(line)
    add("\n")
    return "".join(pieces), tuple(elements)


def _is_flattened(blocks: list[Block]) -> bool:
    """Whether the lines are those of a plain text that was put into a page as it was.

    Such a page is one block of lines, or nothing but bare paragraphs, and its lines fill a
    column or stop in the middle of sentences.
    """
    plain = [block for block in blocks if block.kind == "text"]
    broken = sum(block.size for block in plain if len(block.lines) > 2)
    bare = all(block.kind == "text" or (block.kind, block.level) == ("heading", 1) for block in blocks)
    if not bare and 2 * broken <= sum(block.size for block in blocks):
        return False
    lines = [line for block in plain for line in block.lines if line][:_SAMPLE]
    holding = [line for line in lines if _STOP.search(line)]
    torn = sum(not (ends_sentence(line) or line[-1] in ":：;；)）") for line in holding)
    if torn >= 3 and 10 * torn >= len(holding):
        return True
    if len(lines) < _FEWEST_LINES or 2 * sum(map(ends_sentence, lines)) > len(lines):
        return False
    text = "\n".join(lines)
    return measure_wrap(text, split_lines(text)).width >= _NARROWEST
