import re
import string
from pathlib import Path

import pytest

import zhangju_ui
from zhangju_index import errors
from zhangju_index.errors import FAULTS, DocumentError, ZhangjuError
from zhangju_ui.failures import _WORDS, SaidError, say_error
from zhangju_ui.strings import EXAMPLES, LANGUAGES, NAMES, STRINGS, pick_language, say

FOLDER = Path(zhangju_ui.__file__).parent
# Characters that each way of writing Chinese has for itself, of those the page uses.
SIMPLIFIED = set("问这说们来时实证据编读认应页换题选择录进对删导单开关闭载续")
TRADITIONAL = set("問這說們來時實證據編讀認應頁換題選擇錄進對刪導單開關閉載續")


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


def test_translations_are_in_their_language():
    """No Chinese in English, no simplified in traditional characters, nor the other way round."""
    assert not [
        key for key, text in STRINGS.items() if re.search(r"[\u4e00-\u9fff]", text["en"].replace("章句", ""))
    ]
    assert not [key for key, text in STRINGS.items() if (SIMPLIFIED - TRADITIONAL) & set(text["zh-Hant"])]
    assert not [key for key, text in STRINGS.items() if (TRADITIONAL - SIMPLIFIED) & set(text["zh-Hans"])]
    assert {len(questions) for questions in EXAMPLES.values()} == {4}
    assert set(EXAMPLES) == set(NAMES) == set(LANGUAGES)


def test_every_string_is_used_and_every_use_is_a_string():
    """The table holds what the page says, no more and no less."""
    code = "".join(
        path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py") if path.name != "strings.py"
    )
    used = set(re.findall(r"""["'](?:zj_)?([a-z_]+)["']""", code)) | {f"fault_{fault}" for fault in FAULTS}
    assert not set(STRINGS) - used
    said = set(re.findall(r"""\bsay\(\s*["']([a-z_]+)["']""", code))
    said |= set(re.findall(r'"zj_((?!html)[a-z_]+)"', code))
    assert said <= set(STRINGS)


def test_every_refusal_of_a_file_has_its_words():
    """Whatever is wrong with a file, the page says so in the visitor's language."""
    said = {key.removeprefix("fault_") for key in STRINGS if key.startswith("fault_")}
    assert said == set(FAULTS)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_kind_of_error_has_its_words(name):
    """Whatever is raised on purpose is said in the visitor's language, and its own message stays in the log."""
    kind = getattr(errors, name)
    if not isinstance(kind, type):
        return
    assert kind in {*_WORDS, DocumentError}
    for language in LANGUAGES:
        said = say_error(kind("the index at /srv/x is gone"), language)
        assert "/srv/x" not in said
        assert bool(re.search(r"[\u4e00-\u9fff]", said)) == (language != "en")
    assert issubclass(kind, ZhangjuError)


def test_what_the_page_refuses_is_said_in_every_language():
    """The string that an error names is said, filled in."""
    error = SaidError("too_many", limit=7)
    assert str(error) == say("too_many", "en", limit=7)
    assert say_error(error, "zh-Hant") == say("too_many", "zh-Hant", limit=7)


def test_no_word_of_the_page_stands_outside_the_table():
    """Markup that is written in Python and JavaScript holds no Chinese of its own but the name."""
    files = [*FOLDER.glob("*_view.py"), FOLDER / "frame.py", FOLDER / "assets" / "page.js"]
    for path in files:
        words = re.findall(r"[\u4e00-\u9fff]+", path.read_text(encoding="utf-8"))
        assert set(words) <= {"章句", "章"}, path.name


@pytest.mark.parametrize(
    ("header", "chosen", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh-Hans"),
        ("zh", "", "zh-Hans"),
        ("zh-TW", "", "zh-Hant"),
        ("zh-Hant-HK", "", "zh-Hant"),
        ("zh-Hans-HK", "", "zh-Hans"),
        ("zh-HK;q=0.9", "", "zh-Hant"),
        ("en-US,zh;q=0.5", "", "en"),
        ("de", "", "en"),
        ("zha", "", "en"),
        ("", "", "en"),
        ("*", "", "en"),
        ("en", "zh-Hant", "zh-Hant"),
        ("zh-TW", "tlh", "zh-Hant"),
    ],
)
def test_the_choice_decides_or_the_first_language_asked_for(header, chosen, language):
    """The server speaks the language that was chosen, or that the browser's own translation picks."""
    assert pick_language(header, chosen) == language


def test_a_string_is_filled_in():
    """Blanks take their values; a missing one is an error, not a hole in the page."""
    assert say("offsets", "en", start=1, end=2) == "characters 1–2"
    with pytest.raises(KeyError):
        say("offsets", "en", start=1)
