"""Questions to offer: drawn from the outline, before the first answer and after each."""

from collections.abc import Iterator, Sequence

from zhangju.values import Answer
from zhangju_index.outline import Outline
from zhangju_index.values import Section
from zhangju_ui.strings import Language, say

__all__ = ["first_questions", "next_questions"]

_SHORTEST, _LONGEST = 4, 48
_CLOSING = "。．.：:！!？?；;，,、 　"
_OFFERED = 4
_INNER = str.maketrans("“”「」", "‘’『』")


def first_questions(outlines: Sequence[Outline], language: Language) -> list[str]:
    """Questions about headings, taken from all parts of the documents by turns."""
    each = [_spread(_headings(outline)) for outline in outlines if _headings(outline)]
    names: list[str] = []
    while each and len(names) < _OFFERED:
        for names_left in list(each):
            if len(names) < _OFFERED and (name := names_left.pop(0)) not in names:
                names.append(name)
            if not names_left:
                each.remove(names_left)
    return [say("about_section", language, name=name) for name in names]


def next_questions(
    answer: Answer, outline: Outline, language: Language, asked: Sequence[str], count: int = 3
) -> list[str]:
    """Questions about the sections that follow the place an answer came from, not yet asked."""
    places = [(citation.document_id, citation.start) for citation in answer.citations]
    places += [(passage.chunk.document_id, passage.chunk.start) for passage in answer.passages]
    start = next((start for document_id, start in places if document_id == outline.document.id), 0)
    named = [(section, name) for section in outline.sections if (name := _name(section))]
    after = [name for section, name in named if section.start > start]
    before = [name for section, name in named if section.start <= start]
    # The section itself was just read.
    ordered = dict.fromkeys([*after, *before[:-1]])
    questions = (say("about_section", language, name=name) for name in ordered)
    return [question for question in questions if question not in asked][:count]


def _headings(outline: Outline) -> list[str]:
    return list(dict.fromkeys(name for section in outline.sections if (name := _name(section))))


def _name(section: Section) -> str:
    if section.kind not in {"title", "heading", "lead"} or not section.path:
        return ""
    name = section.path[-1].strip(_CLOSING)
    # It will stand in quotes of its own.
    return name.translate(_INNER) if _SHORTEST <= len(name) <= _LONGEST else ""


def _spread(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*_every(names, max(1, len(names) // _OFFERED)), *names]))


def _every(names: Sequence[str], step: int) -> Iterator[str]:
    yield from names[::step]
