import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from zhangju_index.errors import IndexDamagedError, InputError, QuestionError
from zhangju_ui.batch import BatchQuestion, answer_batch


def echo(line: BatchQuestion) -> dict[str, Any]:
    """Give the question back; refuse an empty one."""
    if not line.question:
        raise QuestionError("the question is empty")
    return {"question": line.question, "turns": len(line.history)}


def run(*lines: str | bytes) -> list[tuple[dict[str, Any], bool]]:
    """Answer a batch of these lines."""
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return list(answer_batch(io.BytesIO(data), echo))


def test_answers_keep_the_order_and_the_ids() -> None:
    """One line out for one line in; an id may be a text or a number."""
    replies = run(
        '{"id": "a", "question": "甲"}', '{"id": 2, "question": "乙", "history": [{"question": "丙"}]}'
    )

    assert replies == [
        ({"id": "a", "question": "甲", "turns": 0}, True),
        ({"id": 2, "question": "乙", "turns": 1}, True),
    ]


@pytest.mark.parametrize(
    ("line", "identifier", "words"),
    [
        ("not json", None, "expected a JSON object"),
        ("[1, 2]", None, "got a list"),
        ('{"question": "无"}', None, '"id"'),
        ('{"id": true, "question": "无"}', None, '"id"'),
        ('{"id": "q"}', "q", '"question"'),
        ('{"id": "q", "question": 5}', "q", "got a number"),
        ('{"id": "q", "question": "甲", "hisotry": []}', "q", 'no "hisotry": expected "history"'),
        ('{"id": "q", "question": "甲", "colour": 1}', "q", 'only "id", "question", "history", "where"'),
        ('{"id": "q", "question": "甲", "where": ["a"]}', "q", '"where" to be an object, got a list'),
        ('{"id": "q", "question": "甲", "where": {"year": 2024}}', "q", "texts, got a number for 'year'"),
        ('{"id": "q", "question": ""}', "q", "empty"),
        (b'{"id": "q", "question": "\xff"}', None, "UTF-8"),
        ("[" * 100_000, None, "expected a JSON object"),
    ],
    ids=[
        "text",
        "list",
        "no id",
        "odd id",
        "no question",
        "number",
        "misspelt",
        "unknown",
        "odd where",
        "number in where",
        "empty",
        "bytes",
        "deep",
    ],
)
def test_a_bad_line_is_an_error_and_the_next_goes_on(
    line: str | bytes, identifier: str | None, words: str
) -> None:
    """The error names the line and what was expected; what follows is answered."""
    (reply, good), (after, fine) = run(line, '{"id": "next", "question": "乙"}')

    assert not good
    assert reply["id"] == identifier
    assert reply["error"].startswith("line 1: ")
    assert words in reply["error"]
    assert (after["id"], fine) == ("next", True)


def test_a_line_may_say_where_to_look() -> None:
    """Each question may be about other documents."""
    asked: list[Mapping[str, str]] = []

    def note(line: BatchQuestion) -> dict[str, Any]:
        asked.append(line.where)
        return {}

    lines = '{"id": 1, "question": "x", "where": {"author": "徐*"}}\n{"id": 2, "question": "x"}'
    list(answer_batch(io.BytesIO(lines.encode()), note))

    assert asked == [{"author": "徐*"}, {}]


def test_a_line_of_a_search_has_no_history() -> None:
    """A search reads no question in the light of others: history there would be lost in silence."""
    line = b'{"id": 1, "question": "x", "history": [{"question": "y"}]}'
    [(reply, good)] = answer_batch(io.BytesIO(line), echo, follow_ups=False)

    assert not good
    assert reply["error"] == 'line 1: there is no "history": expected only "id", "question", "where"'


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    """Editors leave both behind; line numbers still count every line."""
    replies = run(b'\xef\xbb\xbf{"id": 1, "question": "x"}', "", "  ", "{}")

    assert [good for _, good in replies] == [True, False]
    assert replies[1][0]["error"].startswith("line 4: ")


@pytest.mark.parametrize("content", [b"", b"\n \n"], ids=["empty", "blank"])
def test_an_empty_batch_is_an_error(content: bytes) -> None:
    """Nothing asked is a mistake of the caller, not a success."""
    with pytest.raises(InputError, match="no lines"):
        list(answer_batch(io.BytesIO(content), echo))


def test_an_index_that_cannot_serve_ends_the_batch() -> None:
    """What is wrong for every line is said once, with its own exit code."""

    def fail(line: BatchQuestion) -> dict[str, Any]:
        raise IndexDamagedError("the index is damaged")

    with pytest.raises(IndexDamagedError):
        list(answer_batch(io.BytesIO(json.dumps({"id": 1, "question": "x"}).encode()), fail))
