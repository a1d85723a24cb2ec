"""Conversations kept in files: one JSON file each, in a folder of their visitor.

A file is written beside its place and moved there, so that whoever is killed leaves the old
conversation or the new one. What cannot be read is left alone and not listed.
"""

import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from zhangju_index.errors import InputError
from zhangju_ui.failures import SaidError

__all__ = ["Conversation", "ConversationStore", "Scope", "Turn", "Vote"]

Vote = Literal["", "up", "down"]

_NAME = re.compile(r"[0-9a-f]{16}")
# A request has a store of its own; what is read, changed and written must be one step for all of them.
_writing = threading.RLock()
_TITLE = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question was limited to; nothing by default.

    Attributes:
        document_id: The one document asked.
        section: Headings down to the one section asked, put together.
        name: What people call it.
    """

    document_id: str = ""
    section: str = ""
    name: str = ""

    @property
    def where(self) -> dict[str, str]:
        """The same for ``Retriever.search``."""
        wanted = {"document_id": self.document_id, "section": self.section}
        # A star in a heading stands for itself as well.
        return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it.

    Attributes:
        question: As asked.
        asked: When, in UTC (ISO 8601).
        scope: What it was limited to.
        answer: The answer as ``zhangju.jsonable`` writes it; None where there is none.
        error: Why there is none, in words.
        stopped: Whether it was stopped before the answer was there.
        vote: What the visitor thinks of it.
        comment: Why.
    """

    question: str
    asked: str = ""
    scope: Scope = field(default_factory=Scope)
    answer: Mapping[str, Any] | None = None
    error: str = ""
    stopped: bool = False
    vote: Vote = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow one another.

    Attributes:
        id: Sixteen hexadecimal digits.
        updated: When it was asked last, in UTC (ISO 8601).
        turns: The questions, in order.
    """

    id: str
    updated: str = ""
    turns: tuple[Turn, ...] = ()

    @property
    def title(self) -> str:
        """The first question, cut to a line."""
        words = " ".join(self.turns[0].question.split()) if self.turns else ""
        return words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…"

    @classmethod
    def new(cls, identity: str = "") -> "Conversation":
        """Begin an empty one, under the id that a page has for it, if that is one of ours."""
        return cls(identity if _NAME.fullmatch(identity) else secrets.token_hex(8))

    def with_turn(self, turn: Turn, replacing: int | None = None) -> "Conversation":
        """The same with one more turn, or with one in the place of its last.

        Only the last can be asked anew: a page that shows an older state of it takes nothing away.
        """
        anew = replacing is not None and replacing == len(self.turns) - 1
        return replace(self, turns=(*(self.turns[:-1] if anew else self.turns), turn), updated=now())

    def with_outcome(self, turn: Turn) -> "Conversation":
        """The same with what a question came to, in its place; what else was said meanwhile stays."""
        number = self.place_of(turn)
        if number is None:
            return self
        return replace(self, turns=(*self.turns[:number], turn, *self.turns[number + 1 :]), updated=now())

    def place_of(self, turn: Turn) -> int | None:
        """Which turn it is, counted from 0; None where it was asked anew meanwhile."""
        found = (turn.asked, turn.question)
        return next((n for n, each in enumerate(self.turns) if (each.asked, each.question) == found), None)

    def with_vote(self, number: int, vote: Vote, comment: str) -> "Conversation":
        """The same with a visitor's word on a turn, counted from 0.

        Raises:
            InputError: There is no such turn.
        """
        if not 0 <= number < len(self.turns):
            raise InputError(f"expected a turn from 0 to {len(self.turns) - 1}, got {number}")
        voted = replace(self.turns[number], vote=vote, comment=comment)
        return replace(self, turns=(*self.turns[:number], voted, *self.turns[number + 1 :]))


class ConversationStore:
    """The conversations of one visitor.

    Args:
        folder: Where they lie; it is made when the first is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Conversation, ...]:
        """Every conversation, the one asked last first."""
        found = [conversation for file in self._files() if (conversation := _read(file))]
        return tuple(sorted(found, key=lambda each: (each.updated, each.id), reverse=True))

    def get(self, identity: str) -> Conversation | None:
        """One conversation; None where there is none of this id."""
        return _read(self._file(identity)) if _NAME.fullmatch(identity) else None

    def save(self, conversation: Conversation) -> None:
        """Write a conversation in the place of its former self.

        Raises:
            InputError: Its id is none of ours, or the folder cannot be written.
        """
        if not _NAME.fullmatch(conversation.id):
            raise InputError(f"expected an id of sixteen hexadecimal digits, got {conversation.id[:40]!r}")
        content = json.dumps(asdict(conversation), ensure_ascii=False, indent=1)
        with _writing:
            write_whole(self._file(conversation.id), content)

    def begin(self, conversation: Conversation, turn: Turn, replacing: int | None = None) -> Conversation:
        """Take down a question as it is asked, behind what others have asked meanwhile; the conversation then.

        Args:
            conversation: The conversation, for when it is a new one.
            turn: The question.
            replacing: The turn, counted from 0, that it takes the place of.

        Raises:
            InputError: The folder cannot be written.
        """
        with _writing:
            begun = (self.get(conversation.id) or conversation).with_turn(turn, replacing)
            self.save(begun)
            return begun

    def change(self, identity: str, alter: Callable[[Conversation], Conversation]) -> Conversation | None:
        """Change a conversation as it stands now, whoever wrote it last; None where it is gone.

        Raises:
            InputError: The folder cannot be written, or ``alter`` raised it.
        """
        with _writing:
            found = self.get(identity)
            if found is None:
                return None
            changed = alter(found)
            self.save(changed)
            return changed

    def delete(self, identity: str) -> None:
        """Forget a conversation."""
        if _NAME.fullmatch(identity):
            with _writing, suppress(OSError):
                self._file(identity).unlink()

    def _file(self, identity: str) -> Path:
        return self._folder / f"{identity}.json"

    def _files(self) -> Iterator[Path]:
        with suppress(OSError):
            yield from (file for file in self._folder.iterdir() if _NAME.fullmatch(file.stem))


def now() -> str:
    """This moment in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_whole(file: Path, content: str) -> None:
    """Put ``content`` in the place of a file, all of it or nothing; only its owner may read it.

    Raises:
        InputError: It cannot be written.
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content.encode("utf-8", "replace"))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise SaidError("error_unwritable", reason=error.strerror or type(error).__name__) from error


def _read(file: Path) -> Conversation | None:
    try:
        fields = json.loads(file.read_bytes())
        turns = tuple(
            Turn(**{**turn, "scope": Scope(**turn.get("scope", {}))}) for turn in fields.pop("turns")
        )
        conversation = Conversation(**fields, turns=turns)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    return conversation if conversation.id == file.stem else None
