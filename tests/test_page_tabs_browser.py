from browsing import BOX, anew, ask, finished, needs_a_browser
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
