import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import Reader
from zhangju_ui.plain import literal, shown

INJECTIONS = [
    "![x](http://leak.invalid/a.png)",
    "[x](http://leak.invalid)",
    "http://leak.invalid www.leak.invalid me@leak.invalid",
    "<img src=http://leak.invalid/a.png onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><a href=javascript:alert(1)>',
    "$$x^2$$ `code` **bold** _em_ ~~gone~~ | table |",
    "# heading",
    "1. list",
    "- list",
    "    code",
    "> quote",
    "&lt;b&gt; &#60;",
    "${value} {{value}} __i18n__{}",
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_text_never_becomes_markup(text):
    """What stands in a document shows as the characters it is, in HTML and in Markdown."""
    for written in (literal(text), shown(text)):
        assert re.fullmatch(r"(?:[A-Za-z0-9 ]|&#\d+;)*", written)
        assert Reader(written).text.split() == text.split()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_literal_is_reversible(text):
    """Only the writing of a typed question changes on its way to the page, never the question."""
    assert html.unescape(literal(text)) == text


@given(st.text())
def test_shown_text_can_be_encoded_and_holds_no_markup(text):
    """Whatever a parser hands over, the page can be sent, and holds no tag but our own span."""
    written = shown(text)
    written.encode("utf-8")
    assert set(Reader(written).tags) <= {"span"}


@pytest.mark.parametrize(
    "text",
    ["\u202e", "\u200b", "\ufeff", "\u2066", "\x00", "\x1b", "a\u200db", "章\u200d句"],
    ids=ascii,
)
def test_invisible_characters_are_named(text):
    """A character that could hide or turn text around is shown by its code point."""
    assert re.search(r"U\+[0-9A-F]{4,6}", Reader(shown(text)).text)
    assert not any(char in shown(text) for char in "\u202e\u200b\ufeff\u2066\x00\x1b\u200d")


@pytest.mark.parametrize(
    "text", ["👩\u200d🌾", "\u0645\u06cc\u200c\u062e\u0648", "क्\u200dष"], ids=["emoji", "persian", "hindi"]
)
def test_joiners_that_writing_needs_stay(text):
    """Emoji and words of joining scripts are shown whole."""
    assert html.unescape(shown(text)) == text
