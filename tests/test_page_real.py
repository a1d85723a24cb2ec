import pytest

from guarded_chat import serving
from test_page_browser import ask, chromium, pytestmark, shot, visit  # noqa: F401 - fixtures and marks
from zhangju_index.parsing import bundled_article


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The page on the real index, built by the model under a guard around the sockets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        with serving("real_assistant:open_assistant") as served:
            yield served


@pytest.fixture(scope="module")
def assistant():
    """What answers, as ``module:callable``."""
    return "real_assistant:open_assistant"


@pytest.mark.parametrize(
    ("locale", "question", "expected"),
    [
        ("zh-CN", "武进重点布局哪些未来产业？", "合成生物、氢能和新型储能"),
        ("zh-CN", "常州的工业大类有多少个？", "国家工业41个大类中有37个"),
        (
            "en-US",
            "How many of the 41 industrial categories does Changzhou have?",
            "国家工业41个大类中有37个",
        ),
    ],
    ids=["future industries", "categories", "English"],
)
def test_the_real_index_answers_by_chapter_and_verse(visit, shot, locale, question, expected):  # noqa: F811
    """From a question to the highlighted words: what is marked stands in the article."""
    tab = visit(locale)
    message = ask(tab, question)
    assert expected in message.inner_text()
    shot(tab, f"real-{locale}-answer")
    for link in message.locator("a.zj-cite").all():
        link.click()
        card = tab.locator(link.get_attribute("href"))
        assert "zj-current" in card.get_attribute("class")
        marked = "".join(card.locator(".zj-short mark, p.zj-text:not(.zj-whole) mark").all_inner_texts())
        article = "".join(bundled_article().text.split())
        assert all("".join(part.split()) in article for part in marked.split("…") if part.strip())
        assert marked.strip()
    shot(tab, f"real-{locale}-citation")


def test_the_real_index_refuses(visit, shot):  # noqa: F811
    """A question about something else is refused in its own language, with the closest passages."""
    tab = visit("zh-CN")
    message = ask(tab, "附近有什么好吃的餐厅？")
    assert message.locator(".zj-status-refused").is_visible()
    assert message.locator("a.zj-cite").count() == 0
    assert tab.locator(".zj-card").count() >= 1
    shot(tab, "real-refusal")
