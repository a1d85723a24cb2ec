import pytest

from markup import Reader
from zhangju_ui.frame import Reach, render_asked, render_header
from zhangju_ui.strings import LANGUAGES, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_where_questions_go(language):
    """What runs here alone says so; where another machine is asked it is named, and nothing else is claimed."""
    alone = Reader(render_header(language, Reach())).text
    assert say("local", language) in alone
    assert render_asked("", language) == ""
    shared = Reader(render_header(language, Reach(shared=True))).text
    assert say("shared", language) in shared
    assert say("local", language) not in shared
    for is_shared in (False, True):
        asked = Reader(render_header(language, Reach("llm.<b>.example", is_shared)))
        assert "llm.<b>.example" in asked.text
        assert not {say("local", language), say("shared", language)} & set(asked.words)
        assert "b" not in asked.tags
    assert "llm.example" in Reader(render_asked("llm.example", language)).text
