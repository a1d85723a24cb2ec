"""What counts as a question."""

from zhangju_index.errors import QuestionError

__all__ = ["MAX_CHARACTERS", "check_question"]

MAX_CHARACTERS = 2_000
"""Longest question; the encoder reads some 500 tokens, so more would be cut off in silence."""


def check_question(question: str) -> str:
    """Return ``question`` without the white space around it.

    Raises:
        QuestionError: It is empty, or longer than ``MAX_CHARACTERS``.
    """
    question = question.strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError("the question is empty: ask something in words")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters: ask in at most {MAX_CHARACTERS:,}"
        )
    return question
