"""A conversation going on: what is sent with a question, what is shown, what is offered."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhangju_ui.answer_view import render_question, render_turn
from zhangju_ui.conversations import Conversation, Scope, Turn
from zhangju_ui.reviving import answer_from_json
from zhangju_ui.shelf import Shelf
from zhangju_ui.strings import EXAMPLES, Language
from zhangju_ui.suggesting import first_questions, next_questions

__all__ = ["Wanted", "exchange", "messages", "offered_after", "offered_first", "read_wanted"]

_DOCUMENTS_LOOKED_AT = 4

Messages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page sends along with a question.

    Attributes:
        scope: What the question is limited to.
        replacing: The turn, counted from 0, that it takes the place of.
    """

    scope: Scope = field(default_factory=Scope)
    replacing: int | None = None


def read_wanted(text: str | None) -> Wanted:
    """Read what the page's script wrote; whatever else is there wants nothing."""
    try:
        fields = json.loads(text or "{}")
        scope = Scope(*(str(fields.get(name) or "")[:4000] for name in ("document", "section", "name")))
        replacing = fields.get("replace")
    except (ValueError, AttributeError, RecursionError):
        return Wanted()
    return Wanted(scope, replacing if isinstance(replacing, int) and replacing >= 0 else None)


def messages(
    turns: Sequence[Turn],
    language: Language,
    offered: Sequence[str] | None = (),
    under_way: Collection[str] = (),
) -> Messages:
    """Write turns of a conversation as the chat shows them.

    Args:
        turns: What was asked and answered, from the first.
        language: Language of the words around it.
        offered: Questions to offer after the last answer; None where another turn follows.
        under_way: When those were asked that another page is asking at this moment.
    """
    written: Messages = []
    last = len(turns) - 1
    for number, turn in enumerate(turns):
        after = offered if number == last else None
        # One that was stopped is over, though whoever asked it has not let go of it yet.
        waits = turn.asked in under_way and not turn.stopped
        reply = render_turn(turn, number, language, after, under_way=waits)
        written += exchange(turn, reply, language)
    return written


def exchange(turn: Turn, reply: str, language: Language) -> Messages:
    """Write one question, and what stands under it, as the chat shows them."""
    return [
        {"role": "user", "content": render_question(turn, language)},
        {"role": "assistant", "content": reply},
    ]


def offered_after(shelf: Shelf, conversation: Conversation, language: Language) -> list[str]:
    """Questions to offer after the last answer, drawn from the outline around it."""
    if not conversation.turns or conversation.turns[-1].answer is None:
        return []
    answer = answer_from_json(conversation.turns[-1].answer)
    places = [citation.document_id for citation in answer.citations]
    places += [passage.chunk.document_id for passage in answer.passages]
    held = {each.document_id for each in shelf.documents}
    document_id = next((place for place in places if place in held), None)
    if document_id is None:
        return []
    asked = [turn.question for turn in conversation.turns]
    return next_questions(answer, shelf.outline(document_id), language, asked)


def offered_first(shelf: Shelf, language: Language) -> list[str]:
    """Questions to begin with."""
    if shelf.is_bundled_alone:
        return list(EXAMPLES[language])
    looked_at = shelf.documents[-_DOCUMENTS_LOOKED_AT:]
    return first_questions([shelf.outline(each.document_id) for each in looked_at], language)
