"""What visitors think of answers, as an eval set: a JSON Lines file that ``zhangju eval`` reads.

An answer that was liked gives its citations as gold; a refusal that was liked is a question
without an answer. What was disliked has no gold yet: whoever reads the comment adds it.
"""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from zhangju.language import detect_language
from zhangju_ui.conversations import Conversation, Turn, write_whole

__all__ = ["FeedbackFile", "feedback_line"]


def feedback_line(conversation: Conversation, number: int) -> dict[str, Any]:
    """One turn as a question of an eval set."""
    turn = conversation.turns[number]
    answer = turn.answer or {"answerable": False, "citations": [], "text": turn.error}
    liked = turn.vote == "up"
    gold = [
        {name: citation[name] for name in ("document_id", "start", "end", "quote")}
        for citation in answer["citations"]
        if liked
    ]
    return {
        "id": _identity(conversation, turn),
        "question": turn.question,
        "lang": detect_language(turn.question),
        "kind": "liked" if liked else "disliked",
        # Somebody who dislikes a refusal says that the documents do answer.
        "answerable": bool(answer["answerable"]) or not liked,
        "gold": gold,
        "history": _history(conversation.turns[:number]),
        "feedback": {
            "vote": turn.vote,
            "comment": turn.comment,
            "asked": turn.asked,
            "answer": answer["text"],
            "where": turn.scope.where,
        },
    }


class FeedbackFile:
    """The file; it holds one line for each turn that a visitor has a word on.

    Args:
        path: Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def put(self, conversation: Conversation, number: int) -> None:
        """Write a turn's line in the place of its former one; without a vote, take it out.

        Raises:
            InputError: The file cannot be written.
        """
        turn = conversation.turns[number]
        identity = _identity(conversation, turn)
        with self._lock:
            lines = [line for line in self._lines() if _id_of(line) != identity]
            if turn.vote:
                lines.append(json.dumps(feedback_line(conversation, number), ensure_ascii=False))
            write_whole(self._path, "".join(f"{line}\n" for line in lines))

    def _lines(self) -> list[str]:
        try:
            text = self._path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        return [line for line in text.split("\n") if line.strip()]


def _identity(conversation: Conversation, turn: Turn) -> str:
    return f"{conversation.id}-{turn.asked}"


def _id_of(line: str) -> str | None:
    with suppress(ValueError, AttributeError):
        return str(json.loads(line).get("id"))
    return None


def _history(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    return [
        {"question": turn.question, "citations": list(turn.answer["citations"])}
        for turn in turns
        if turn.answer is not None
    ]
