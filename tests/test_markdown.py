import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.lines import split_lines
from zhangju_index.markdown import fenced_lines, says_nothing, underlined_lines, verbatim_lines


def verbatim(text: str) -> list[str]:
    """The lines that are no prose."""
    lines = split_lines(text)
    found = verbatim_lines(text, lines)
    return [text[line.start : line.end] for i, line in enumerate(lines) if i in found]


def underlined(text: str) -> dict[str, int]:
    """The underlined headings with their level."""
    lines = split_lines(text)
    levels = underlined_lines(text, lines, verbatim_lines(text, lines))
    return {text[lines[i].start : lines[i].end]: level for i, level in levels.items()}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n```sh\n# b\n```\nc", ["```sh", "# b", "```"]),
        ("~~~\n# b\n~~~", ["~~~", "# b", "~~~"]),
        ("````\n```\n# b\n````", ["````", "```", "# b", "````"]),
        ("~~~~ py\n~~~\n```\n# b\n~~~~~\nc", ["~~~~ py", "~~~", "```", "# b", "~~~~~"]),
        ("~~~ a `b`\n# b\n~~~\nc", ["~~~ a `b`", "# b", "~~~"]),
        ("```\n~~~\n# b\n```\n# c", ["```", "~~~", "# b", "```"]),
        ("a\n```\nb\n~~~\n# c\n~~~\nd", ["~~~", "# c", "~~~"]),
        ("a\n~~~python\n# b\n```\n# c", ["~~~python", "# b", "```", "# c"]),
        ("a\n```sh\n# b\n```sh\n# c", ["```sh", "# b", "```sh", "# c"]),
        ("---\ntitle: a\n---\nb", ["---", "title: a", "---"]),
        ("a\n<!-- b -->\nc", ["<!-- b -->"]),
        ("a\n<!-- b\nc -->\nd", ["<!-- b", "c -->"]),
        ("a\n\n* * *\n\nb", ["* * *"]),
        ("甲\n————\n乙", ["————"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |", "|---|---|", "| 1 | 2 |"]),
        ("a\tb\n1\t2", ["a\tb", "1\t2"]),
    ],
    ids=[
        "fence",
        "tildes",
        "longer fence",
        "longer tildes",
        "backticks after tildes",
        "tildes in backticks",
        "a fence after an open one",
        "open tildes with a language",
        "open backticks with a language",
        "front matter",
        "comment",
        "long comment",
        "rule",
        "dashes",
        "table",
        "tabs",
    ],
)
def test_lines_that_are_no_prose(text: str, lines: list[str]) -> None:
    """Code, comments, front matter, rules and rows."""
    assert verbatim(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "a\n```\n# an open fence is none",
        "~~~我来了\n# 甲",
        "姓名：\t张三",
        "——他说完就走了。",
        "a\n--\nb",
        "见 <!-- 这里 --> 的话",
        "---\n没有键值\n",
    ],
    ids=repr,
)
def test_prose_that_resembles_them(text: str) -> None:
    """Forms that plain text uses by accident do not count."""
    assert set(verbatim(text)) <= {"---"}


FENCES = ["```", "````", "~~~", "~~~~", "~~~~~~", "```py", "~~~ sh", "# a", "~~~我", "``` a`b"]


def fenced_slowly(lines: list[str]) -> list[range]:
    """From each line that opens a fence, the first after it that closes it."""
    for first, line in enumerate(lines):
        fence, info = line.replace(line.lstrip(line[0]), ""), line.lstrip(line[0]).strip()
        if len(fence) < 3 or "`" in info or (line == "~~~~~~"):
            continue
        closing = (n for n in range(first + 1, len(lines)) if re.fullmatch(f"{fence}{line[0]}*", lines[n]))
        if (last := next(closing, None)) is not None:
            shifted = fenced_slowly(lines[last + 1 :])
            return [range(first, last + 1), *(range(r.start + last + 1, r.stop + last + 1) for r in shifted)]
        if info.isascii() and info:
            return [range(first, len(lines))]
    return []


@given(st.lists(st.sampled_from(FENCES), max_size=12))
def test_fences_are_found_as_by_looking_on_from_each(lines: list[str]) -> None:
    """One pass gives what a search from each that opens gives."""
    assert fenced_lines(lines) == fenced_slowly(lines)


def test_rows_of_tildes_are_ornaments() -> None:
    """What stands between two of them is text."""
    assert verbatim("~~~~~~~~\n# 甲\n~~~~~~~~\n乙") == ["~~~~~~~~", "~~~~~~~~"]


@pytest.mark.parametrize(
    ("line", "silent"),
    [("~~~", True), ("~~~python", True), ("```sh", True), ("~~~我来了", False), ("~~~ hello there", False)],
)
def test_the_opening_of_a_fence_says_nothing(line: str, silent: bool) -> None:
    """Of either mark, with or without a language."""
    assert says_nothing(line) is silent


def test_underlined_headings_have_two_levels() -> None:
    """``===`` stands above ``---``."""
    assert underlined("One\n===\n\na\n\nTwo\n---\n\nb") == {"One": 1, "Two": 2}


@pytest.mark.parametrize(
    "text", ["It rained.\n---", "a\nb\n---", "a\n\n---\n\nb", "- a\n\n===", "甲：\n----"]
)
def test_a_rule_after_a_paragraph_underlines_nothing(text: str) -> None:
    """A sentence is no heading, nor is the last line of a paragraph."""
    assert underlined(text) == {}
