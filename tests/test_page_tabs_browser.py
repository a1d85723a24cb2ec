from browsing import BOX, anew, ask, finished, needs_a_browser, opened
from zhangju_ui.strings import say

pytestmark = needs_a_browser

FUTURE = "武进重点布局哪些未来产业？"
PARTS = "创新的主体、载体和核心分别是什么？"
WHERE = "重点产业有哪些？"


def test_what_is_asked_again_is_asked_where_it_was(visit):
    """Retry and edit keep the section a question was limited to, whatever is limited to now."""
    tab = visit()
    section = tab.locator(".zj-section").filter(has_text="布局未来产业")
    section.hover()
    section.locator(".zj-limit").click()
    message = ask(tab, WHERE)
    tab.locator(".zj-unlimit").click()
    scoped = tab.locator(".user-row .zj-scoped")
    for way in ("retry", "edit"):
        message.locator(".zj-foot").evaluate("foot => { foot.dataset.old = 'yes'; }")
        message.locator(f".zj-{way}").click()
        if way == "edit":
            assert "布局未来产业" in tab.locator(".zj-limited").inner_text()
            tab.press(BOX, "Escape")
            assert tab.locator(".zj-limited").is_hidden()
            assert tab.input_value(BOX) == ""
            message.locator(".zj-edit").click()
            tab.fill(BOX, f"{WHERE}？")
            tab.press(BOX, "Enter")
            tab.locator(".user-row", has_text=f"{WHERE}？").wait_for()
        message.locator(".zj-foot:not([data-old])").wait_for()
        finished(tab, 0)
        assert tab.locator(".user-row").count() == 1
        assert "布局未来产业" in scoped.inner_text()
    # The other way round: what was asked of everything is asked of everything again.
    anew(tab)
    tab.locator(".zj-unlimit").click()
    message = ask(tab, WHERE)
    section.hover()
    section.locator(".zj-limit").click()
    message.locator(".zj-foot").evaluate("foot => { foot.dataset.old = 'yes'; }")
    message.locator(".zj-retry").click()
    message.locator(".zj-foot:not([data-old])").wait_for()
    finished(tab, 0)
    assert scoped.count() == 0
    assert "布局未来产业" in tab.locator(".zj-limited").inner_text()


def test_two_tabs_share_a_conversation(visit):
    """Both ask in one conversation, at once and by turns; neither stops the other, and nothing is lost."""
    one = visit()
    anew(one)
    ask(one, FUTURE)
    other = one.context.new_page()
    other.goto(one.url)
    other.locator(".zj-conversation", has_text=FUTURE).first.click()
    other.locator(".user-row", has_text=FUTURE).first.wait_for()

    def send(tab, question):
        tab.fill(BOX, question)
        tab.press(BOX, "Enter")

    send(one, PARTS)
    one.locator("#zj-question .stop-button").wait_for(state="attached")
    send(other, WHERE)
    other.locator(".user-row", has_text=WHERE).wait_for()
    for tab, question, number in ((one, PARTS, 1), (other, WHERE, 2)):
        tab.locator(".bot-row").nth(number).locator(".zj-confidence").wait_for()
        tab.wait_for_selector("#zj-question .submit-button")
        assert tab.locator(".user-row").nth(number).inner_text() == question
    other.reload()
    other.locator(".user-row", has_text=WHERE).wait_for()
    assert other.locator(".user-row").all_inner_texts() == [FUTURE, PARTS, WHERE]
    assert other.locator(".zj-status-stopped").count() == 0
    assert other.locator(".zj-confidence").count() == 3

    # Whoever goes elsewhere, or deletes the conversation, leaves the other tab its answer and its button.
    for leave in (".zj-new", ".zj-delete"):
        other.locator(".zj-conversation", has_text=FUTURE).first.click()
        other.locator(".user-row", has_text=FUTURE).first.wait_for()
        send(one, FUTURE)
        one.locator("#zj-question .stop-button").wait_for(state="attached")
        current = other.locator(".zj-conversations li", has=other.locator("[aria-current]"))
        current.hover()
        (current.locator(leave) if leave == ".zj-delete" else other.locator(leave)).click()
        if leave == ".zj-delete":
            sure = other.locator("#zj-sure .zj-primary")
            assert sure.inner_text() == say("delete", "zh-Hans")
            sure.click()
        other.locator(".zj-welcome").wait_for()
        one.wait_for_selector("#zj-question .submit-button")
        one.locator(".zj-foot .zj-retry").wait_for()
        assert one.locator(".user-row").last.inner_text() == FUTURE


def test_a_tab_follows_what_another_asks(visit):
    """What is asked in one tab stands in the other without a reload, and what is typed there stays."""
    one = visit()
    anew(one)
    ask(one, FUTURE)
    other = one.context.new_page()
    other.goto(one.url)
    other.locator(".user-row", has_text=FUTURE).wait_for()
    other.fill(BOX, "还没有写完")
    ask(one, PARTS)
    other.locator(".user-row", has_text=PARTS).wait_for()
    other.locator(".bot-row").nth(1).locator(".zj-confidence").wait_for()
    assert other.input_value(BOX) == "还没有写完"
    # And the other way round, in the same conversation.
    ask(other, WHERE)
    one.locator(".user-row", has_text=WHERE).wait_for()
    one.locator(".bot-row").nth(2).locator(".zj-confidence").wait_for()
    assert one.locator(".user-row").all_inner_texts() == [FUTURE, PARTS, WHERE]
    # A tab that shows something else is left alone.
    anew(other)
    ask(one, FUTURE)
    other.wait_for_timeout(1500)
    assert other.locator(".zj-welcome").is_visible()


def test_a_retry_that_waits_can_be_given_up(visit):
    """Who types another question while a retry waits asks that one, and replaces nothing."""
    tab = visit()
    anew(tab)
    ask(tab, FUTURE)
    # The page is busy until the other conversation is there: the retry waits.
    tab.evaluate(
        """() => {
            document.querySelector(".zj-conversation[aria-current]").click();
            document.querySelector(".zj-retry").click();
            const box = document.querySelector("#zj-question textarea");
            box.value = "";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    tab.locator(".zj-foot").wait_for()
    tab.wait_for_timeout(800)
    assert tab.locator(".zj-editing").is_hidden()
    ask(tab, PARTS)
    assert tab.locator(".user-row").all_inner_texts() == [FUTURE, PARTS]


def test_another_language_opens_the_source_where_it_was(visit):
    """After a switch the pane shows the same place with the same words marked, and the way back leads to the answer."""
    tab = visit()
    anew(tab)
    link = ask(tab, PARTS).locator("a.zj-cite").last
    href = link.get_attribute("href")
    place, marked = opened(tab, link)
    tab.wait_for_timeout(800)
    top = tab.locator("#zj-source-body mark").first.bounding_box()["y"]
    tab.fill(BOX, "草稿")
    for language in ("zh-Hant", "en"):
        tab.select_option(".zj-language", language)
        tab.wait_for_function(
            "words => document.querySelector('#zj-question textarea')?.placeholder === words",
            arg=say("placeholder", language),
        )
        mark = tab.locator(f'#zj-source-body mark[data-start="{place[0]}"]')
        mark.wait_for()
        tab.wait_for_timeout(500)
        assert "".join("".join(tab.locator("#zj-source-body mark").all_inner_texts()).split()) == marked
        assert abs(tab.locator("#zj-source-body mark").first.bounding_box()["y"] - top) < 40
        assert tab.locator("#zj-source-name").inner_text()
        assert tab.locator(".zj-back").inner_text() == say("back", language)
        assert tab.input_value(BOX) == "草稿"
    tab.locator(".zj-back").click()
    assert tab.evaluate("() => document.activeElement.getAttribute('href')") == href
    # Where only a section was open, that section; its place survives a plain reload as well.
    tab.fill(BOX, "")
    section = tab.locator(".zj-section .zj-open").last
    section.click()
    at = section.get_attribute("data-at")
    tab.wait_for_timeout(1200)
    scrolled = tab.locator("#zj-source-body").evaluate("body => body.scrollTop")
    assert scrolled > 0
    tab.reload()
    tab.locator(f"#zj-at-{at}").wait_for()
    tab.wait_for_timeout(500)
    assert abs(tab.locator("#zj-source-body").evaluate("body => body.scrollTop") - scrolled) < 40


def test_every_region_reads_its_language(visit):
    """Chinese of every region is Chinese, also where Gradio does not know it; the place for files has our words."""
    spoken = {
        "zh-Hans": ("zh-CN", "zh", "zh-SG"),
        "zh-Hant": ("zh-TW", "zh-HK", "zh-Hant-SG"),
        "en": ("en-GB", "de"),
    }
    for language, locale in ((each, locale) for each, locales in spoken.items() for locale in locales):
        tab = visit(locale=locale)
        assert tab.get_attribute(BOX, "placeholder") == say("placeholder", language)
        words = tab.locator("#zj-drop button").inner_text()
        assert [word.strip("- ") for word in words.split("\n")] == [
            say(key, language) for key in ("drop", "or", "pick")
        ]


def test_a_browser_that_keeps_nothing_is_answered(visit):
    """Where cookies are blocked, looking at the session's storage is an error; the page takes questions all the same."""
    tab = visit(settled=False)
    tab.add_init_script(
        "Object.defineProperty(window, 'sessionStorage',"
        " { get: () => { throw new DOMException('blocked', 'SecurityError'); } });"
    )
    tab.reload()
    tab.wait_for_selector(".zj-welcome", state="attached")

    assert ask(tab, FUTURE).locator(".zj-confidence").count() == 1
