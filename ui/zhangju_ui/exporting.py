"""A conversation to take along: as Markdown for people, as JSON for programs, with every citation."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_ui.conversations import Conversation, Turn
from zhangju_ui.strings import Language, say

__all__ = ["conversation_json", "conversation_markdown"]

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")


def conversation_json(conversation: Conversation) -> str:
    """Write a conversation as one JSON object; each answer is the object that ``ask --json`` prints."""
    turns = [
        {
            "question": turn.question,
            "asked": turn.asked,
            "where": turn.scope.where,
            "answer": turn.answer,
            "error": turn.error or None,
            "stopped": turn.stopped,
            "vote": turn.vote or None,
            "comment": turn.comment or None,
        }
        for turn in conversation.turns
    ]
    value = {"id": conversation.id, "title": conversation.title, "updated": conversation.updated}
    return json.dumps({**value, "turns": turns}, ensure_ascii=False, indent=2) + "\n"


def conversation_markdown(conversation: Conversation, language: Language) -> str:
    """Write a conversation as Markdown: questions as headings, quotes with their places under each answer."""
    lines = [f"# {_plain(conversation.title)}", "", f"*{say('exported_from', language)}*", ""]
    for turn in conversation.turns:
        lines += [f"## {_plain(turn.question)}", "", *_answer(turn, language)]
    return "\n".join(lines)


def _answer(turn: Turn, language: Language) -> Iterator[str]:
    if turn.answer is None:
        over = say("stopped" if turn.stopped else "interrupted", language)
        yield f"*{_plain(turn.error) if turn.error else over}*"
        yield ""
        return
    if turn.stopped:
        yield f"*{say('stopped', language)}*"
        yield ""
    for line in turn.answer["text"].splitlines():
        yield _plain(line)
        yield ""
    for citation in turn.answer["citations"]:
        yield f"> {_plain(citation['reading_text'])}"
        yield ">"
        yield f"> — [{citation['number']}] {_place(citation, language)}"
        yield ""


def _place(citation: Mapping[str, Any], language: Language) -> str:
    path = PATH_SEPARATOR.join(citation["section_path"]) or citation["title"]
    parts = [path, citation["source"]]
    if citation["page"] is not None:
        parts.append(say("page", language, page=citation["page"]))
    parts.append(say("offsets", language, start=citation["start"], end=citation["end"]))
    return ", ".join(_plain(part) for part in parts)


def _plain(text: str) -> str:
    """Text of documents and people as Markdown that shows it and nothing else."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
