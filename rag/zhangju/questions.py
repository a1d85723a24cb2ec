"""What counts as a question."""

from zhangju_index.errors import QuestionError

__all__ = ["MAX_CHARACTERS", "check_question"]

MAX_CHARACTERS = 2_000
"""Longest question; the encoder reads some 500 tokens, so more would be cut off in silence."""


def check_question(question: str) -> str:
    """Return ``question`` without the white space around it.

    Raises:
        QuestionError: It is no text, half of a character, empty, or longer than ``MAX_CHARACTERS``.
    """
    if not isinstance(question, str):
        raise QuestionError(f"expected the question to be text, got {type(question).__name__}")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question has half of a character in it (a lone surrogate): send it as UTF-8")
    question = question.strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError("the question is empty: ask something in words")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters: ask in at most {MAX_CHARACTERS:,}"
        )
    return question
