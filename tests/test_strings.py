import re
import string
from importlib.resources import files

import pytest

from zhangju_ui.strings import EXAMPLES, LANGUAGES, STRINGS, pick_language, say


def blanks(text):
    """Name the blanks of a string."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", STRINGS)
def test_every_string_is_said_in_every_language(key):
    """No language misses a string, and all translations fill in the same blanks."""
    translations = STRINGS[key]
    assert set(translations) == set(LANGUAGES)
    assert all(text.strip() for text in translations.values())
    assert len({frozenset(blanks(text)) for text in translations.values()}) == 1


def test_translations_differ():
    """A string left in the other language would show here."""
    assert not [key for key, text in STRINGS.items() if text["zh"] == text["en"]]
    assert not [key for key, text in STRINGS.items() if re.search(r"[\u4e00-\u9fff]", text["en"])]


def test_examples_match_the_style_sheet():
    """The page hides the other language's examples by counting: four for each."""
    assert {language: len(EXAMPLES[language]) for language in LANGUAGES} == {"zh": 4, "en": 4}
    css = files("zhangju_ui").joinpath("assets", "page.css").read_text(encoding="utf-8")
    assert "nth-child(n + 5)" in css
    assert "nth-child(-n + 4)" in css


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh", "zh"),
        ("zh-TW", "zh"),
        ("en-US,zh;q=0.5", "en"),
        ("de", "en"),
        ("zha", "en"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_the_first_language_asked_for_decides(header, language):
    """The server speaks the language that the browser's own translation picks."""
    assert pick_language(header) == language


def test_a_string_is_filled_in():
    """Blanks take their values; a missing one is an error, not a hole in the page."""
    assert say("offsets", "en", start=1, end=2) == "characters 1–2"
    with pytest.raises(KeyError):
        say("offsets", "en", start=1)
