import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.errors import InputError
from zhangju_index.filters import admitted, fits

DOCUMENTS = [
    {"id": "a", "title": "氢能（2023年）", "author": "Müller"},
    {"id": "b", "title": "储能", "author": "徐挺", "date": "2024-03-01"},
]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"id": "a"}, [True, False]),
        ({"id": "A"}, [True, False]),
        ({"author": "MÜLLER"}, [True, False]),
        ({"title": "氢能(2023年)"}, [True, False]),
        ({"title": "*能*"}, [True, True]),
        ({"title": "能"}, [False, False]),
        ({"title": "*能*", "author": "徐*"}, [False, True]),
        ({"date": "2024-*"}, [False, True]),
        ({"date": "*"}, [False, True]),
        ({"date": ""}, [False, False]),
        ({}, [True, True]),
    ],
    ids=str,
)
def test_every_value_must_fit(where: dict[str, str], expected: list[bool]) -> None:
    """Case and width make no difference; what a document does not have does not fit."""
    assert admitted(DOCUMENTS, where) == expected


@pytest.mark.parametrize("name", ["publisher", "", "Author"])
def test_a_name_that_no_document_has_is_told_with_those_there_are(name: str) -> None:
    """A typing error must not look like an empty library."""
    with pytest.raises(InputError, match=r"\(author, date, id, title\)"):
        admitted(DOCUMENTS, {"id": "a", name: "x"})


def test_no_document_is_no_error() -> None:
    """An index that was emptied finds nothing, whatever is asked for."""
    assert admitted([], {"author": "x"}) == []


@given(value=st.text("ab*", max_size=8), pattern=st.text("ab*", max_size=6))
def test_patterns_fit_as_those_of_the_shell(value: str, pattern: str) -> None:
    """``*`` stands for any characters, none included; the whole value counts."""
    assert fits(value, pattern) == fnmatchcase(value, pattern)


def test_marks_of_other_pattern_languages_stand_for_themselves() -> None:
    """A bracket or a dot in a title is no pattern."""
    assert fits("a.[b]?(c)", "a.[B]?*")
    assert not fits("axb", "a.b")


def test_no_pattern_takes_long() -> None:
    """Many stars against a long value: a pattern language with a way back would not come to an end."""
    started = time.process_time()

    assert not fits("a" * 10_000, "*a" * 500 + "*b")
    assert time.process_time() - started < 1
