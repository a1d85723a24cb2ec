from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju.questions import MAX_CHARACTERS, check_question
from zhangju_index.errors import InputError, QuestionError


@pytest.mark.parametrize(
    "question",
    ["谁？", "GDP", "7", "C++", "ใคร", "कौन", "من", "問" * MAX_CHARACTERS],
    ids=["Han", "Latin", "digit", "C++", "Thai", "Hindi", "Arabic", "longest"],
)
def test_questions_come_back_as_they_are(question: str) -> None:
    """Short or long, in any script: the words are not touched."""
    assert check_question(question) == question


def test_white_space_around_is_taken_off() -> None:
    """A line break pasted along, or full-width spaces, are not part of the question."""
    assert check_question("\u3000 谁写的 文章？\r\n") == "谁写的 文章？"
    assert check_question(" " * 10_000 + "谁") == "谁"


@pytest.mark.parametrize("question", ["", "   ", "\n\t\u3000", "？", "……", "🎉🎉", "\u200b", "_"])
def test_nothing_is_no_question(question: str) -> None:
    """Without a letter or a digit there is nothing to look for."""
    with pytest.raises(QuestionError, match="empty: ask something in words"):
        check_question(question)


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 100_000])
def test_too_long_is_told_with_both_lengths(length: int) -> None:
    """One line that says how long it is and how long it may be."""
    with pytest.raises(QuestionError, match=f"{length:,} characters: ask in at most 2,000") as caught:
        check_question("问" * length)
    assert isinstance(caught.value, InputError)
    assert len(str(caught.value)) < 100


@given(st.text(max_size=50))
def test_a_question_is_returned_or_refused(text: str) -> None:
    """No text makes it fail in another way, and checking twice changes nothing."""
    try:
        question = check_question(text)
    except QuestionError:
        assert not any(character.isalnum() for character in text)
    else:
        assert question == text.strip()
        assert check_question(question) == question


@pytest.mark.parametrize("question", [None, 5, b"who", ["who"], "half \ud83d"])
def test_what_is_no_text_is_refused_in_words(question: Any) -> None:
    """Not by an error from somewhere within, and never by one while the answer is written."""
    with pytest.raises(QuestionError, match=r"expected the question to be text|half of a character"):
        check_question(question)
