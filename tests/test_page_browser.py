import json
import os
import re
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from browsing import BOX, SIZES, WAIT_MS, anew, ask, finished, needs_a_browser, opened, squeezed
from guarded_chat import serving
from handmade import POISON
from scripted_endpoint import ScriptedEndpoint, pieces
from scripted_endpoint import serving as endpoint_at
from zhangju_eval import load_set
from zhangju_index.parsing import bundled_article
from zhangju_ui.strings import EXAMPLES, say

AXE = Path(
    os.environ.get("ZHANGJU_AXE") or Path(__file__).parents[1] / "build/axe/node_modules/axe-core/axe.min.js"
)

pytestmark = needs_a_browser

FUTURE = "武进重点布局哪些未来产业？"
PARTS = "创新的主体、载体和核心分别是什么？"
ELSEWHERE = "附近有什么好吃的餐厅？"


def test_every_claim_is_one_click_away(visit, shot):
    """Each marker scrolls the source to its words and marks exactly them; hovering tells where they stand."""
    tab = visit()
    assert tab.title() == "章句 Zhangju"
    shot(tab, "empty")
    text = bundled_article().text
    for question, expected in ((FUTURE, "合成生物、氢能和新型储能"), (PARTS, "创新的核心是人才。")):
        assert expected in ask(tab, question).inner_text()
    shot(tab, "answer")
    links = tab.locator("a.zj-cite")
    assert links.count() >= 3
    for link in [*links.all(), *tab.locator("a.zj-note").all()]:
        (start, end), marked = opened(tab, link)
        assert marked == squeezed(text[start:end])
    link = links.last
    link.hover()
    tip = tab.locator("#zj-tip")
    tip.wait_for()
    assert tip.locator("strong").inner_text().strip()
    assert squeezed(tip.locator("span").inner_text()) in squeezed(text)
    assert link.get_attribute("aria-describedby") == "zj-tip"
    shot(tab, "citation")
    tab.keyboard.press("Escape")
    assert tip.is_hidden()
    assert "创新" in tab.locator(".zj-article").inner_text()
    assert len(squeezed(tab.locator(".zj-article").inner_text())) == len(squeezed(text))


def test_the_outline_leads_and_limits(visit, shot):
    """A section scrolls the source, can be the only one asked, and a selection becomes a question."""
    tab = visit()
    section = tab.locator(".zj-section").filter(has_text="布局未来产业")
    section.locator(".zj-open").click()
    heading = tab.locator(f"#zj-at-{section.locator('.zj-open').get_attribute('data-at')}")
    heading.wait_for()
    assert heading.inner_text().startswith("布局未来产业")
    section.hover()
    section.locator(".zj-limit").click()
    assert "布局未来产业" in tab.locator(".zj-limited").inner_text()
    message = ask(tab, "重点产业有哪些？")
    assert "布局未来产业" in tab.locator(".user-row .zj-scoped").inner_text()
    places = message.locator("a[href^='#zj?']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert places
    start = bundled_article().text.index("布局未来产业,赋能")
    end = bundled_article().text.index("创新应用场景,助推")
    for place in places:
        quoted = int(parse_qs(place[4:])["quote"][0].split("-")[0])
        assert start <= quoted < end
    shot(tab, "limited")
    tab.locator(".zj-unlimit").click()
    assert tab.locator(".zj-limited").is_hidden()

    paragraph = tab.locator(".zj-article .zj-text").nth(4)
    paragraph.click(click_count=3)
    tab.locator(".zj-selected").click()
    drafted = tab.input_value(BOX)
    assert drafted.endswith("是什么意思？")
    assert squeezed(drafted)[1:20] in squeezed(bundled_article().text)


def test_a_conversation_goes_on_and_is_kept(visit, served, shot):
    """Retry, edit, copy, reload, another conversation and back, export, delete: nothing is mixed up."""
    tab = visit()
    ask(tab, FUTURE)
    second = ask(tab, "2024年武进的平均房价是多少？")
    second.locator(".zj-foot").evaluate("foot => { foot.dataset.old = 'yes'; }")
    second.locator(".zj-retry").click()
    second.locator(".zj-foot:not([data-old])").wait_for()
    finished(tab, 1)
    assert tab.locator(".user-row").count() == 2
    tab.locator(".bot-row").nth(1).locator(".zj-edit").click()
    assert tab.input_value(BOX) == "2024年武进的平均房价是多少？"
    assert tab.locator(".zj-editing").is_visible()
    tab.fill(BOX, PARTS)
    tab.press(BOX, "Enter")
    tab.locator(".user-row", has_text=PARTS).wait_for()
    edited = finished(tab, 1)
    assert tab.locator(".zj-editing").is_hidden()
    assert tab.locator(".user-row").all_inner_texts() == [FUTURE, PARTS]

    edited.locator(".zj-copy").click()
    tab.wait_for_selector(".zj-copy[data-done]")
    copied = tab.evaluate("() => navigator.clipboard.readText()")
    assert "创新的核心是人才。" in copied
    assert re.search(r"^\[1\] .*第 \d+–\d+ 字", copied, re.MULTILINE)
    assert "&#" not in copied

    exported = {}
    for link in tab.locator(".zj-export a").all():
        with tab.expect_download() as download:
            link.click()
        exported[download.value.suggested_filename.rpartition(".")[2]] = download.value.path().read_text(
            "utf-8"
        )
    turns = json.loads(exported["json"])["turns"]
    assert [turn["question"] for turn in turns] == [FUTURE, PARTS]
    text = bundled_article().text
    for citation in (citation for turn in turns for citation in turn["answer"]["citations"]):
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert f"{citation['start']}–{citation['end']}" in exported["md"]

    tab.reload()
    tab.locator(".user-row").nth(1).wait_for()
    assert tab.locator(".user-row").all_inner_texts() == [FUTURE, PARTS]
    opened(tab, tab.locator("a.zj-cite").first)
    anew(tab)
    ask(tab, ELSEWHERE)
    tab.locator(".zj-conversation", has_text=FUTURE).first.click()
    tab.locator(".user-row", has_text=PARTS).wait_for()
    assert tab.locator(".user-row").count() == 2
    shot(tab, "conversations")
    with serving(served.data.parent) as again:
        later = visit(address=again.address)
        later.locator(".zj-conversation", has_text=FUTURE).first.click()
        later.locator(".user-row", has_text=PARTS).wait_for()
        assert again.attempts == []
    before = tab.locator(".zj-conversation").count()
    tab.locator(".zj-conversations li").first.hover()
    tab.locator(".zj-delete").first.click()
    tab.locator("#zj-sure .zj-primary").click()
    tab.wait_for_function(f"() => document.querySelectorAll('.zj-conversation').length === {before - 1}")


def test_stopping_and_asking_on(visit):
    """Stop leaves the question; a suggestion, an example and a double click each ask once."""
    tab = visit()
    tab.fill(BOX, FUTURE)
    tab.press(BOX, "Enter")
    # At once: a short answer may be there before a pointer is.
    tab.wait_for_function(
        "() => { const stop = document.querySelector('#zj-question .stop-button'); stop?.click(); return stop; }"
    )
    tab.locator(".zj-status-stopped, .zj-status-answered").wait_for()
    tab.wait_for_selector("#zj-question .submit-button")
    tab.locator(".zj-retry").click()
    message = finished(tab, 0)
    message.locator(".zj-cite").first.wait_for()
    suggested = tab.locator(".zj-next .zj-ask").first.inner_text()
    tab.locator(".zj-next .zj-ask").first.click()
    finished(tab, 1)
    assert tab.locator(".user-row").nth(1).inner_text() == suggested
    anew(tab)
    example = tab.locator(".zj-example").nth(1)
    example.evaluate("button => { button.click(); button.click(); button.click(); }")
    finished(tab, 0)
    tab.wait_for_timeout(800)
    assert tab.locator(".user-row").all_inner_texts() == [EXAMPLES["zh-Hans"][1]]


def test_no_question_is_lost(visit):
    """Asked while the page loads, while an answer ends, while another conversation opens: it is answered there."""
    tab = visit(settled=False)

    def ask_at_once(question):
        tab.fill(BOX, question)
        tab.press(BOX, "Enter")

    def stands_alone(*questions):
        tab.locator(".user-row", has_text=questions[-1]).wait_for()
        finished(tab, len(questions) - 1)
        assert tab.locator(".user-row").all_inner_texts() == list(questions)
        assert tab.input_value(BOX) == ""

    ask_at_once(FUTURE)
    stands_alone(FUTURE)
    ask_at_once(PARTS)
    tab.wait_for_selector("#zj-question .stop-button", state="attached")
    ask_at_once(ELSEWHERE)
    stands_alone(FUTURE, PARTS, ELSEWHERE)
    tab.locator(".zj-new").click()
    ask_at_once(f"{FUTURE}？")
    stands_alone(f"{FUTURE}？")
    for mark in "？！。":
        ask_at_once(PARTS)
        tab.wait_for_selector("#zj-question .stop-button", state="attached")
        tab.locator(".zj-new").click()
        ask_at_once(f"{PARTS}{mark}")
        stands_alone(f"{PARTS}{mark}")
    tab.reload()
    tab.wait_for_selector(BOX)
    ask_at_once(FUTURE)
    stands_alone(f"{PARTS}。", FUTURE)


def test_a_language_model_is_watched(visit, served, shot):
    """Its sentences come one by one, what fails its check says so; it can be stopped, and left alone."""
    true = "武进重点布局的未来产业是合成生物、氢能和新型储能。"
    enough = threading.Event()

    def writes(_):
        yield from pieces(f"{true}[1]武进在第二年投资了二百亿元。[1]武进")
        # However slow the machine, it is still writing when it is stopped.
        enough.wait(4 * WAIT_MS / 1000)

    endpoint = ScriptedEndpoint(writes, pause=0.02)
    with (
        endpoint_at(endpoint),
        serving(served.data.parent, "--llm-url", endpoint.url, "--llm-model", "scripted") as page,
    ):
        tab = visit(address=page.address)
        anew(tab)
        tab.fill(BOX, FUTURE)
        tab.press(BOX, "Enter")
        tab.locator(".zj-verified").first.wait_for()
        assert tab.locator(".zj-foot").count() == 0
        doubt = tab.locator(".zj-doubt").first
        doubt.wait_for()
        assert say("doubt_figure", "zh-Hans") in doubt.inner_text()
        shot(tab, "model-writing")
        tab.locator("#zj-question .stop-button").click()
        tab.locator(".zj-status-stopped").wait_for()
        tab.locator(".zj-retry").wait_for()
        kept = tab.locator(".bot-row").inner_text()
        assert true in kept
        tab.reload()
        tab.locator(".zj-status-stopped").wait_for()
        assert tab.locator(".bot-row").inner_text() == kept

        tab.locator(".zj-retry").click()
        tab.locator(".zj-verified").first.wait_for()
        anew(tab)
        assert tab.locator(".user-row").count() == 0
        tab.fill(BOX, f"{FUTURE}？")
        tab.press(BOX, "Enter")
        tab.locator(".zj-verified").first.wait_for()
        assert tab.locator(".user-row").all_inner_texts() == [f"{FUTURE}？"]
        assert page.attempts == []
        enough.set()


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en-US", "en")]
)
def test_what_the_article_does_not_say_is_said(visit, shot, locale, language):
    """A refusal looks like one, in the visitor's language, and its closest passages open in the source."""
    tab = visit(locale)
    message = ask(tab, ELSEWHERE)
    assert message.locator(".zj-status-refused").inner_text() == say("refused", language)
    assert message.locator("a.zj-cite").count() == 0
    assert message.locator(".zj-card").count() >= 3
    (start, end), marked = opened(tab, message.locator(".zj-card a").first)
    assert marked == squeezed(bundled_article().text[start:end])
    shot(tab, f"refusal-{language}")


def test_the_language_is_chosen(visit, shot):
    """The browser's language comes first; the switch changes all words and stays."""
    tab = visit("de")
    assert tab.get_attribute(BOX, "placeholder") == say("placeholder", "en")
    for language in ("zh-Hant", "zh-Hans", "en", "zh-Hant"):
        tab.select_option(".zj-language", language)
        tab.wait_for_function(
            "words => document.querySelector('#zj-question textarea')?.placeholder === words",
            arg=say("placeholder", language),
        )
        tab.locator(".zj-welcome h2", has_text=say("welcome", language)).wait_for()
        assert tab.locator(".zj-example").all_inner_texts() == list(EXAMPLES[language])
        assert say("conversations", language) in tab.locator("#zj-library").inner_text()
        assert tab.locator(".zj-language").input_value() == language
    shot(tab, "traditional")


def test_votes_are_kept_as_questions(visit, served):
    """Thumbs and a comment land in a file that the evaluation reads; a second click takes them back."""
    tab = visit()
    message = ask(tab, PARTS)
    message.locator(".zj-vote").first.click()
    tab.fill("#zj-comment textarea", "三处都对")
    tab.locator("#zj-comment .zj-primary").click()
    file = served.data / "feedback.jsonl"
    tab.wait_for_timeout(500)
    [question] = load_set(file, {bundled_article().id: bundled_article().text}).questions
    assert question.question == PARTS
    assert len(question.gold) >= 3
    assert json.loads(file.read_text("utf-8"))["feedback"]["comment"] == "三处都对"
    for question, way in ((ELSEWHERE, "first"), (FUTURE, "last")):
        getattr(ask(tab, question).locator(".zj-vote"), way).click()
        tab.locator("#zj-comment .zj-plain").click()
    for _ in range(100):
        if len(lines := file.read_text("utf-8").splitlines()) == 3:
            break
        tab.wait_for_timeout(100)
    assert [json.loads(line)["feedback"]["vote"] for line in lines] == ["up", "up", "down"]
    ran = subprocess.run(
        [sys.executable, "-c", "from zhangju_ui.cli import main; main()", "eval", str(file), "--json"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "XDG_DATA_HOME": str(served.data.parent)},
    )
    report = json.loads(ran.stdout)
    by = report["by"]
    assert (report["questions"], by["kind=liked"]["questions"], by["answerable=no"]["questions"]) == (3, 2, 1)
    # What was liked is found and answered again, from the same places; the refusal is one again.
    assert by["kind=liked"]["answers"]["evidence"]["value"] == 1.0
    assert by["answerable=no"]["abstention"]["recall"]["value"] == 1.0

    tab.reload()
    pressed = tab.locator(".zj-vote[aria-pressed=true]").first
    pressed.wait_for()
    pressed.click()
    tab.wait_for_function("() => document.querySelectorAll('.zj-vote.zj-pressed').length === 2")
    tab.wait_for_timeout(500)
    assert [json.loads(line)["question"] for line in file.read_text("utf-8").splitlines()] == [
        ELSEWHERE,
        FUTURE,
    ]


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


def test_bad_questions_are_answered_in_words(visit):
    """An empty and an endless question get a sentence; markup in a question is text; the next one works."""
    tab = visit()
    for question in ("   ", "问" * 100_000):
        message = ask(tab, question)
        assert message.locator(".zj-status-failed").is_visible()
        assert "Traceback" not in message.inner_text()
    assert tab.locator(".user-row").last.bounding_box()["height"] < 400
    typed = "<img src=http://leak.invalid/u.png> ![a](http://leak.invalid/v.png) **创新的核心** $x$"
    ask(tab, typed)
    assert tab.locator(".user-row").last.inner_text() == typed
    assert tab.locator("#zj-chatbot .message-content :is(img, strong, script)").count() == 0


def test_the_keyboard_alone_does_everything(visit, shot):
    """Ask, take a line break, follow a citation, come back, and open a section: no mouse at all."""
    tab = visit()
    tab.wait_for_function("() => document.activeElement.matches('#zj-question textarea')")
    tab.keyboard.type("创新的主体、载体")
    tab.keyboard.press("Shift+Enter")
    tab.keyboard.type("和核心分别是什么？")
    assert "\n" in tab.input_value(BOX)
    tab.keyboard.press("Enter")
    finished(tab, 0)

    def press_until(selector, key="Tab"):
        for _ in range(120):
            tab.keyboard.press(key)
            if tab.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{selector} is not reached by {key}")

    tab.locator(BOX).focus()
    press_until("a.zj-cite", "Shift+Tab")
    tab.locator("#zj-tip").wait_for()
    numbers = [tab.evaluate("() => document.activeElement.textContent")]
    for _ in range(20):
        tab.keyboard.press("Shift+Tab")
        if not tab.evaluate("() => document.activeElement.matches('a.zj-cite')"):
            break
        numbers.append(tab.evaluate("() => document.activeElement.textContent"))
    assert numbers == sorted(numbers, reverse=True)
    press_until("a.zj-cite")
    outline = tab.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#zj-source-body mark")
    assert tab.evaluate("() => document.querySelector('#zj-source').contains(document.activeElement)")
    tab.keyboard.press("Escape")
    assert tab.evaluate("() => document.activeElement.matches('a.zj-cite')")
    tab.locator(".zj-view").first.focus()
    tab.keyboard.press("Shift+Tab")
    skip = tab.locator(".zj-skip:focus")
    assert skip.inner_text() == say("skip", "zh-Hans")
    assert skip.bounding_box()["y"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("() => document.activeElement.matches('#zj-question textarea')")
    assert (
        tab.locator("#zj-question")
        .get_by_role("button", name=say("send", "zh-Hans"), exact=True)
        .is_visible()
    )
    tab.locator(".zj-new").focus()
    press_until(".zj-section .zj-open")
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.activeElement.closest('.zj-article') !== null")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window(visit, shot, size, scheme):
    """Three panes side by side, or tabs on a phone; nothing sticks out, and a citation is seen at once."""
    tab = visit("zh-CN", size, scheme)
    shot(tab, f"{size}-{scheme}-empty")
    message = ask(tab, PARTS)
    shot(tab, f"{size}-{scheme}-answer")
    opened(tab, message.locator("a.zj-cite").first)
    shot(tab, f"{size}-{scheme}-source")
    assert tab.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    light = tab.locator(".zj-dark").bounding_box()
    assert light["x"] + light["width"] <= SIZES[size][0]
    panes = [tab.locator(part) for part in ("#zj-library", "#zj-chat", "#zj-source")]
    if size == "phone":
        assert [pane.is_visible() for pane in panes] == [False, False, True]
        tab.locator(".zj-pane-tab[data-pane=library]").click()
        shot(tab, f"{size}-{scheme}-library")
        assert [pane.is_visible() for pane in panes] == [True, False, False]
        tab.locator(".zj-pane-tab[data-pane=chat]").click()
        assert message.is_visible()
    else:
        boxes = [pane.bounding_box() for pane in panes]
        assert all(a["x"] + a["width"] <= b["x"] + 1 for a, b in pairwise(boxes))
        assert all(box["y"] + box["height"] <= SIZES[size][1] + 1 for box in boxes)
    assert message.locator("p.zj-line").first.evaluate("p => getComputedStyle(p).lineHeight") >= "26px"


def test_nothing_moves_while_an_answer_grows(visit):
    """While an answer streams, its first line stays where it appeared, and so do the panes."""
    tab = visit()
    tab.evaluate(
        """() => {
            window.tops = new Set();
            const top = (selector) => Math.round(document.querySelector(selector).getBoundingClientRect().top);
            const look = () => {
                if (document.querySelector(".zj-status:not(.zj-status-pending)")) {
                    window.tops.add([".zj-status", "#zj-question", "#zj-documents"].map(top).join());
                }
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    ask(tab, FUTURE)
    positions = [tuple(map(int, each.split(","))) for each in tab.evaluate("() => [...window.tops]")]
    assert len({(status, box) for status, box, _ in positions}) == 1


def test_an_evaluation_is_run_and_opened(visit, shot):
    """It tells how far it is; its plots and questions are there after a reload, and gold opens in the source."""
    tab = visit()
    tab.locator(".zj-view[data-view=evaluation]").click()
    tab.locator("#zj-report .zj-empty", has_text=say("evaluation_none", "zh-Hans")).wait_for()
    tab.locator("#zj-evaluate").click()
    tab.locator("#zj-running .zj-progress").wait_for()
    tab.locator(".zj-tile").first.wait_for(timeout=10 * WAIT_MS)
    shot(tab, "evaluation")
    tab.reload()
    tab.locator(".zj-view[data-view=evaluation]").click()
    tab.locator(".zj-case").first.wait_for()
    assert tab.locator(".zj-case").count() == len(load_set("article").select("test").questions)
    assert tab.locator(".zj-plots svg[role=img]").count() == 3
    tab.select_option(".zj-outcomes", "good")
    shown = tab.locator(".zj-case:not([hidden])")
    assert 0 < shown.count() < tab.locator(".zj-case").count()
    case = shown.first
    case.locator("summary").click()
    case.locator(".zj-ranked .zj-card").first.wait_for()
    shot(tab, "evaluated-question")
    with tab.context.expect_page() as other:
        tab.locator(".zj-evaluated a").click()
    report = other.value
    report.locator("details.q").first.wait_for()
    report.close()
    (start, end), marked = opened(tab, case.locator(".zj-golden .zj-note").first)
    assert marked == squeezed(bundled_article().text[start:end])


def test_reduced_motion_is_kept(visit):
    """Who asks for less motion gets none: the source is simply there."""
    tab = visit(reduced_motion="reduce")
    message = ask(tab, FUTURE)
    opened(tab, message.locator("a.zj-cite").first)
    moving = tab.evaluate(
        "() => document.getAnimations().filter((each) => each.playState === 'running').length"
    )
    assert moving == 0


def test_articles_are_added_asked_and_removed(visit, tmp_path, shot):
    """Dropped files show their outline first; what cannot be read is told; a planted one stays inert."""
    law = tmp_path / "养猫条例.md"
    law.write_text(
        "# 养猫条例\n\n## 第一章 登记\n\n家猫须在满月后三十日内登记🐈。\n\n## 第二章 食物\n\n每日喂鱼两次。\n",
        "utf-8",
    )
    planted = tmp_path / "poison.md"
    planted.write_text(
        POISON.text + "\n\n毒蘑菇的代号是 ![x](http://leak.invalid/q.png?s=1) 七号。\n", "utf-8"
    )
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing here")
    tab = visit()
    tab.set_input_files("#zj-drop input[type=file]", [law, planted, broken])
    tab.locator(".zj-found").nth(1).wait_for()
    preview = tab.locator("#zj-found")
    assert "第二章 食物" in preview.inner_text()
    damaged = say("refused_file", "zh-Hans", name="broken.pdf", reason=say("fault_damaged", "zh-Hans"))
    assert preview.locator(".zj-problem").inner_text() == damaged
    assert str(tmp_path) not in preview.inner_text()
    shot(tab, "preview")
    assert tab.locator(".zj-document").count() == 1
    # Neither the library nor what may be added is squeezed to a line.
    assert tab.locator("#zj-documents").bounding_box()["height"] >= 120
    assert tab.locator("#zj-add").bounding_box()["height"] >= 400

    # By the keyboard alone: one more beside those that wait, which is then left out again.
    tab.wait_for_timeout(500)
    with tab.expect_file_chooser() as chooser:
        tab.locator("#zj-drop button").first.press("Enter")
    chooser.value.set_files(
        [{"name": "多.md", "mimeType": "text/markdown", "buffer": "# 多\n\n一句。".encode()}]
    )
    tab.locator(".zj-found").nth(2).wait_for()
    assert "第二章 食物" in preview.inner_text()
    leave_out = tab.locator(".zj-withdraw").last
    assert leave_out.get_attribute("aria-label") == say("leave_out", "zh-Hans", name="多")
    at_the_place_for_files = "() => document.activeElement.matches('#zj-drop button')"
    tab.wait_for_function(at_the_place_for_files)
    leave_out.press("Enter")
    tab.wait_for_function("() => document.querySelectorAll('.zj-found').length === 2")
    tab.wait_for_function(at_the_place_for_files)

    tab.locator("#zj-confirm").press("Enter")
    tab.locator(".zj-progress, .zj-done").first.wait_for()
    tab.locator(".zj-done").wait_for(timeout=4 * WAIT_MS)
    tab.wait_for_function("() => document.querySelectorAll('.zj-document').length === 3")
    tab.wait_for_timeout(1000)
    assert say("added", "zh-Hans", count=2) in tab.locator(".zj-done").inner_text()
    assert tab.locator(".zj-found").count() == 0
    shot(tab, "added")

    message = ask(tab, "家猫什么时候登记？")
    assert "三十日内登记🐈" in message.inner_text()
    (start, end), marked = opened(tab, message.locator("a.zj-cite").first)
    assert marked == squeezed(law.read_text("utf-8")[start:end])
    assert tab.locator("#zj-source-name").inner_text() == "养猫条例"
    shot(tab, "own-article")

    message = ask(tab, "毒蘑菇的代号是什么？")
    opened(tab, message.locator("a[href^='#zj?']").first)
    tab.wait_for_timeout(500)
    inside = tab.locator(":is(#zj-chatbot .message-content, #zj-source-body) :is(img, script, style, code)")
    assert inside.count() == 0
    assert tab.evaluate("window.pwned") is None
    links = tab.locator("#zj-chatbot a, #zj-source-body a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    assert all(link.startswith("#zj?") for link in links)
    shot(tab, "planted")

    for left in (2, 1):
        document = tab.locator(".zj-document").nth(left)
        document.locator("summary").click()
        document.locator(".zj-remove").click()
        tab.locator("#zj-sure .zj-primary").click()
        tab.wait_for_function(f"() => document.querySelectorAll('.zj-document').length === {left}")
    message.locator("a[href^='#zj?']").first.click()
    tab.locator("#zj-source-body", has_text=say("source_gone", "zh-Hans")).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, scheme, shot):
    """Names, roles and contrast hold in both lights: every view, a dialog, a preview, and each tab of a phone."""
    if not AXE.exists():
        pytest.skip(f"axe-core is not at {AXE}: npm install --prefix build/axe axe-core")
    tab = visit("en-US", scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    anew(tab)
    ask(tab, PARTS)
    ask(tab, ELSEWHERE)
    opened(tab, tab.locator("a.zj-cite").first)
    tab.set_input_files(
        "#zj-drop input[type=file]",
        [
            {"name": "a.md", "mimeType": "text/markdown", "buffer": b"# A\n\n## B\n\nC."},
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"},
        ],
    )
    tab.locator(".zj-found").wait_for()
    tab.add_script_tag(path=AXE)
    found = {}

    def look(view):
        tab.wait_for_timeout(300)
        result = tab.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        for violation in result["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                nodes = [
                    (node["html"][:150], node["failureSummary"][:250]) for node in violation["nodes"][:4]
                ]
                found[view, violation["id"]] = nodes

    look("ask")
    tab.locator(".zj-vote").last.click()
    look("comment")
    tab.keyboard.press("Escape")
    tab.locator(".zj-view[data-view=evaluation]").click()
    tab.locator("#zj-report :is(.zj-empty, .zj-tile)").first.wait_for()
    for case in tab.locator(".zj-case summary").all()[:1]:
        case.click()
        tab.locator(".zj-ranked").wait_for()
    look("evaluation")
    shot(tab, f"evaluation-{scheme}")
    tab.set_viewport_size({"width": 390, "height": 844})
    look("evaluation on a phone")
    tab.locator(".zj-view[data-view=ask]").click()
    for pane in ("library", "chat", "source"):
        tab.locator(f".zj-pane-tab[data-pane={pane}]").click()
        look(f"{pane} on a phone")
    assert found == {}
