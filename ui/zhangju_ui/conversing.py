"""A conversation going on: what is sent with a question, what is shown, what is remembered."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhangju.jsonable import answer_json
from zhangju_index.errors import QuestionError, ZhangjuError
from zhangju_ui.answer_view import render_answer, render_pending, render_question, render_turn
from zhangju_ui.conversations import Conversation, Scope, Turn, now
from zhangju_ui.plain import well_formed
from zhangju_ui.reviving import answer_from_json
from zhangju_ui.shelf import Shelf
from zhangju_ui.strings import EXAMPLES, Language, say
from zhangju_ui.suggesting import first_questions, next_questions

__all__ = ["Wanted", "answered", "messages", "offered_after", "offered_first", "read_wanted"]

_REMEMBERED = 6
_DOCUMENTS_LOOKED_AT = 4

Messages = list[dict[str, Any]]
Offer = Callable[[Conversation], Sequence[str]]


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


def answered(shelf: Shelf, before: Sequence[Turn], question: str, scope: Scope, language: Language) -> Turn:
    """Put a question that follows others, and write down what came of it."""
    turn = Turn(well_formed(question), now(), scope)
    history = [earlier.answer for earlier in before[-_REMEMBERED:] if earlier.answer is not None]
    try:
        answer = shelf.ask(turn.question, history, scope.where or None)
    except ZhangjuError as error:
        return Turn(turn.question, turn.asked, scope, error=_in_words(error, question, language))
    return Turn(turn.question, turn.asked, scope, answer=answer_json(answer))


def messages(
    conversation: Conversation,
    language: Language,
    offered: Sequence[str] = (),
    *,
    reveal: int | None = None,
    pending: bool = False,
) -> Messages:
    """Write a conversation as the chat shows it.

    Args:
        conversation: What was asked and answered.
        language: Language of the words around it.
        offered: Questions to offer after the last answer.
        reveal: Show only so many steps of the last answer.
        pending: Whether the last answer is still being looked for.
    """
    written: Messages = []
    last = len(conversation.turns) - 1
    for number, turn in enumerate(conversation.turns):
        if number == last and pending:
            reply = render_pending(language)
        elif number == last and reveal is not None and turn.answer is not None:
            reply = render_answer(answer_from_json(turn.answer), number, language, reveal)
        else:
            reply = render_turn(turn, number, language, offered if number == last else None)
        written.append({"role": "user", "content": render_question(turn, language)})
        written.append({"role": "assistant", "content": reply})
    return written


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


def _in_words(error: ZhangjuError, question: str, language: Language) -> str:
    """Say what went wrong: in the page's language where a visitor can cause it, else as it was raised."""
    if not isinstance(error, QuestionError):
        return str(error)
    if not question.strip():
        return say("question_empty", language)
    return say("question_long", language, length=len(question))
