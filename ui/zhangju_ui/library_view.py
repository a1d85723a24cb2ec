"""The library pane: the documents, the section tree of each, and what is about to be added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from zhangju.values import Listing
from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_index.outline import Outline
from zhangju_index.values import Section
from zhangju_ui.failures import render_problem
from zhangju_ui.icons import icon
from zhangju_ui.plain import literal, shown
from zhangju_ui.strings import Language, say

__all__ = ["Node", "outline_tree", "render_documents", "render_outline", "render_preview"]

_NAMED = {"title", "heading", "lead"}


@dataclass(frozen=True, slots=True)
class Node:
    """A section in the tree of its document.

    Attributes:
        path: Headings above it and its own.
        start: Offset where it starts.
        children: Sections under it.
    """

    path: tuple[str, ...]
    start: int
    children: "tuple[Node, ...]" = ()


def outline_tree(sections: Sequence[Section]) -> tuple[Node, ...]:
    """Put the sections that have a heading of their own under one another, by their paths."""
    named = [section for section in sections if section.kind in _NAMED and section.path]
    return tuple(_nodes(named, 0))


def render_documents(
    documents: Sequence[Listing],
    language: Language,
    *,
    removable: bool = False,
    opened: Outline | None = None,
) -> str:
    """Write the list of documents; the tree of ``opened`` is there at once, others when asked for."""
    if not documents:
        return f'<p class="zj-empty">{say("no_documents", language)}</p>'
    count = "document" if len(documents) == 1 else "documents"
    # All of them: the filter hides rows that are there, and trees are not written until they are opened.
    rows = "".join(_document(each, language, removable=removable, opened=opened) for each in documents)
    sought = (
        f'<input type="search" class="zj-filter" placeholder="{say("filter_documents", language)}"'
        f' aria-label="{say("filter_documents", language)}">'
        if len(documents) > 6
        else ""
    )
    return (
        f'<p class="zj-soft zj-total">{say(count, language, count=len(documents))}</p>{sought}'
        f'<div class="zj-documents">{rows}</div>'
    )


def render_outline(outline: Outline, language: Language) -> str:
    """Write the tree of sections of one document, each a button that leads to its place."""
    return _tree(outline_tree(outline.sections), outline.document.id, language)


def render_preview(outlines: Sequence[Outline], problems: Sequence[str], language: Language) -> str:
    """Write what was understood of files that may be added, and what was wrong with others."""
    said = "".join(map(render_problem, problems))
    if not outlines:
        return said
    found = "".join(
        f'<div class="zj-waiting"><details class="zj-found"{" open" if len(outlines) < 4 else ""}><summary>{shown(outline.title)}'
        f'<span class="zj-soft">{_size(len(outline.document.text), language)} · '
        f"{_headings(_count(outline_tree(outline.sections)), language)}</span></summary>"
        f"{_plain_tree(outline_tree(outline.sections))}</details>{_withdraw(outline, language)}</div>"
        for outline in outlines
    )
    return (
        f'{said}<h3 class="zj-preview-title">{say("preview", language)}</h3>'
        f'<p class="zj-soft">{say("preview_hint", language)}</p>{found}'
    )


def _withdraw(outline: Outline, language: Language) -> str:
    words = literal(say("leave_out", language, name=outline.title))
    return (
        f'<button type="button" class="zj-icon zj-withdraw" data-name="{literal(outline.document.source)}"'
        f' aria-label="{words}" title="{words}">{icon("close")}</button>'
    )


def _nodes(sections: Sequence[Section], depth: int) -> Iterator[Node]:
    at = 0
    while at < len(sections):
        head = sections[at]
        end = at + 1
        own = max(len(head.path), depth + 1)
        while end < len(sections) and len(sections[end].path) > own:
            end += 1
        yield Node(head.path, head.start, tuple(_nodes(sections[at + 1 : end], own)))
        at = end


def _document(each: Listing, language: Language, *, removable: bool, opened: Outline | None) -> str:
    is_open = opened is not None and opened.document.id == each.document_id
    identity, title = literal(each.document_id), literal(each.title)
    tree = render_outline(opened, language) if opened is not None and is_open else ""
    remove = (
        f'<button type="button" class="zj-icon zj-remove" data-document="{identity}" data-name="{title}"'
        f' aria-label="{literal(say("remove_document", language, name=each.title))}"'
        f' title="{say("remove", language)}">{icon("remove")}</button>'
        if removable
        else ""
    )
    return (
        f'<details class="zj-document" data-document="{identity}"{" open" if is_open else ""}>'
        f'<summary title="{literal(each.source)}"><span class="zj-document-title">{shown(each.title)}</span>'
        f'<span class="zj-soft">{_size(each.characters, language)}</span></summary>'
        f'<div class="zj-document-tools"><button type="button" class="zj-link zj-open" data-document="{identity}" data-at="0">'
        f"{say('source', language)}</button>{_limit(each.document_id, (), each.title, language)}{remove}</div>"
        f'<div class="zj-outline zj-lazy" data-url="/zhangju/outline/{quote(each.document_id, safe="")}">{tree}</div></details>'
    )


def _tree(nodes: Sequence[Node], document_id: str, language: Language) -> str:
    if not nodes:
        return ""
    rows = "".join(
        f'<li><div class="zj-section"><button type="button" class="zj-open" data-document="{literal(document_id)}"'
        f' data-at="{node.start}">{shown(node.path[-1])}</button>'
        f"{_limit(document_id, node.path, node.path[-1], language)}</div>"
        f"{_tree(node.children, document_id, language)}</li>"
        for node in nodes
    )
    return f"<ul>{rows}</ul>"


def _plain_tree(nodes: Sequence[Node]) -> str:
    if not nodes:
        return ""
    return f"<ul>{''.join(f'<li>{shown(node.path[-1])}{_plain_tree(node.children)}</li>' for node in nodes)}</ul>"


def _limit(document_id: str, path: Sequence[str], name: str, language: Language) -> str:
    section = literal(PATH_SEPARATOR.join(path))
    label = literal(say("limit_to", language, name=name))
    return (
        f'<button type="button" class="zj-icon zj-limit" data-document="{literal(document_id)}" data-section="{section}"'
        f' data-name="{literal(name)}" aria-pressed="false" aria-label="{label}" title="{say("limit", language)}">'
        f"{icon('limit')}</button>"
    )


def _count(nodes: Sequence[Node]) -> int:
    return sum(1 + _count(node.children) for node in nodes)


def _headings(count: int, language: Language) -> str:
    return say("heading" if count == 1 else "headings", language, count=count)


def _size(characters: int, language: Language) -> str:
    return say("characters", language, count=f"{characters:,}")
