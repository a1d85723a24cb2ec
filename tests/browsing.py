"""The page in headless Chromium: how a test visits it, asks, and follows a citation."""

import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WAIT_MS = 60_000
SIZES = {"desktop": (1440, 900), "laptop": (1024, 768), "phone": (390, 844)}
BOX = "#zj-question textarea"

needs_a_browser = [
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
"""Marks of every module that opens the page."""


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


@pytest.fixture(scope="module")
def shot():
    """Save a screenshot under a name, as an artefact of the run."""
    folder = Path(os.environ.get("ZHANGJU_SCREENSHOTS") or Path(__file__).parents[1] / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)

    def save(tab, name):
        tab.wait_for_timeout(400)  # smooth scrolling comes to rest
        tab.screenshot(path=folder / f"{name}.png")

    return save


@pytest.fixture
def visit(chromium, served):
    """Open the page as a visitor; at the end, no request may have left the machine and no script failed."""
    contexts, requests, errors = [], [], []

    def open_page(
        locale="zh-CN", size="desktop", scheme="light", address=served.address, settled=True, **more
    ):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
            **more,
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(WAIT_MS)
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        if not settled:
            tab.goto(address, wait_until="commit")
            tab.wait_for_selector(BOX)
            return tab
        tab.goto(address)
        tab.wait_for_selector(".zj-document", state="attached")
        tab.wait_for_selector(".zj-welcome", state="attached")
        return tab

    open_page.refused = set()  # addresses that a test makes the browser refuse
    yield open_page
    for context in contexts:
        context.close()
    outside = [url for url in requests if not re.match(r"http://127\.0\.0\.1:\d+/|data:|blob:", url)]
    assert set(outside) == open_page.refused
    assert served.attempts == []
    assert errors == []


def anew(tab):
    """Begin a new conversation."""
    tab.locator(".zj-new").click()
    tab.locator(".zj-welcome").wait_for()


def ask(tab, question):
    """Send a question and wait for the whole answer; return its message."""
    tab.fill(BOX, question)
    answers = tab.locator(".bot-row").count()
    tab.press(BOX, "Enter")
    return finished(tab, answers)


def finished(tab, answers):
    """Wait until one more answer stands complete."""
    message = tab.locator(".bot-row").nth(answers)
    message.locator(".zj-foot, .zj-status-failed").first.wait_for()
    tab.wait_for_selector("#zj-question .submit-button", state="attached")
    return message


def squeezed(text):
    """Text without its white space: line wraps are joined where it is read."""
    return "".join(text.split())


def opened(tab, link):
    """Follow a citation; return the place it names and the words that are then marked in the source."""
    place = {name: value for name, [value] in parse_qs(link.get_attribute("href")[4:]).items()}
    start, end = map(int, place["quote"].split("-"))
    link.click()
    tab.wait_for_selector(f'#zj-source-body mark[data-start="{start}"]')
    marks = tab.locator("#zj-source-body mark")
    tab.wait_for_function(
        """() => {
            const body = document.querySelector("#zj-source-body").getBoundingClientRect();
            const mark = document.querySelector("#zj-source-body mark").getBoundingClientRect();
            return mark.top >= body.top && mark.top < body.bottom;
        }"""
    )
    return (start, end), squeezed("".join(marks.all_inner_texts()))


def give(tab, *files):
    """Add files, each a name and its text."""
    payloads = [
        {"name": name, "mimeType": "text/plain", "buffer": text.encode("utf-8")} for name, text in files
    ]
    tab.set_input_files("#zj-drop input[type=file]", payloads)
    tab.locator(".zj-found").first.wait_for()
    tab.locator("#zj-confirm").click()
    tab.locator("#zj-changing .zj-done").wait_for(timeout=4 * WAIT_MS)


@pytest.fixture
def emptied(visit):
    """Take out of the library, when a test is over, what it added."""
    yield
    tab = visit()
    while (left := tab.locator(".zj-document").count()) > 1:
        document = tab.locator(".zj-document").last
        document.locator("summary").click()
        document.locator(".zj-remove").click()
        tab.locator("#zj-sure .zj-primary").click()
        tab.wait_for_function(f"() => document.querySelectorAll('.zj-document').length === {left - 1}")
