import re

from browsing import BOX, WAIT_MS, ask, give, needs_a_browser, opened, squeezed
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_text
from zhangju_ui.strings import say

pytestmark = needs_a_browser

LAW = "".join(f"第{n}条 编号{n}的规定🐈，应当在{n}日之内遵守。\n\n" for n in range(1, 3200))
"""More than is written at once, before and after what stands in its middle."""


def test_a_long_document_is_read_to_both_ends(visit, emptied, shot):
    """After a citation in its middle, what comes before and after joins on to the character, and nothing jumps."""
    tab = visit()
    give(tab, ("law.txt", LAW))
    message = ask(tab, "编号1600的规定应当在多少日之内遵守？")
    links = message.locator("a[href^='#zj?']")
    (start, end), marked = opened(tab, links.first)
    assert marked == squeezed(LAW[start:end])
    article = tab.locator(".zj-article")
    edges = [int(article.get_attribute(f"data-{edge}")) for edge in ("start", "end")]
    assert 0 < edges[0] < start < end < edges[1] < len(LAW)
    shot(tab, "long-document")
    for way, edge in (("later", 1), ("earlier", 0)):
        while tab.locator(f".zj-{way}").count():
            button = tab.locator(f".zj-{way}")
            button.scroll_into_view_if_needed()
            last = tab.locator(".zj-article > [data-start]").nth(-1 if way == "later" else 0)
            words, top = last.inner_text(), last.bounding_box()["y"]
            kept = last.element_handle()
            button.press("Enter")
            tab.wait_for_function(
                "([edge, was]) => document.querySelector('.zj-article').dataset[edge] !== was",
                arg=[("start", "end")[edge], str(edges[edge])],
            )
            edges[edge] = int(article.get_attribute(f"data-{('start', 'end')[edge]}"))
            tab.wait_for_timeout(200)
            assert kept.inner_text() == words
            # What is put above takes the button's place as well.
            assert abs(kept.bounding_box()["y"] - top) < 2
            assert tab.evaluate("() => document.activeElement.closest('.zj-article') !== null")
    assert squeezed("".join(tab.locator(".zj-article > [data-start]").all_inner_texts())) == squeezed(LAW)
    marks = tab.locator("#zj-source-body mark")
    assert squeezed("".join(marks.all_inner_texts())) == squeezed(LAW[start:end])
    outline = outline_document(document_from_text(LAW, name="law", source="law.txt"))
    assert len(outline.document.text) == len(LAW)


def test_a_citation_of_what_was_replaced_says_so(visit, emptied, shot):
    """A kept answer whose document was replaced marks nothing wrong: it says that the document has changed."""
    tab = visit()
    rule = (
        "# 养鸟条例\n\n## 第一章 登记\n\n鹦鹉须在满月后三十日内登记。\n\n## 第二章 食物\n\n每日喂谷两次。\n"
    )
    give(tab, ("养鸟条例.md", rule))
    message = ask(tab, "鹦鹉什么时候登记？")
    (start, end), marked = opened(tab, message.locator("a.zj-cite").first)
    assert marked == squeezed(rule[start:end])

    # What is added in front moves everything; what is added behind moves nothing.
    give(tab, ("养鸟条例.md", f"{rule}\n## 第三章 附则\n\n自公布之日起施行。\n"))
    opened(tab, message.locator("a.zj-cite").first)
    assert tab.locator(".zj-changed").count() == 0
    give(tab, ("养鸟条例.md", rule.replace("## 第一章", "这是新的一版。\n\n## 第一章")))
    for language in ("zh-Hans", "zh-Hant", "en"):
        tab.select_option(".zj-language", language)
        tab.wait_for_function(
            "words => document.querySelector('#zj-question textarea')?.placeholder === words",
            arg=say("placeholder", language),
        )
        link = tab.locator("a.zj-cite").first
        link.click()
        told = tab.locator(".zj-changed")
        told.wait_for()
        assert told.inner_text() == say("source_changed", language)
        assert tab.locator("#zj-source-body mark").count() == 0
        assert "这是新的一版" in tab.locator(".zj-article").inner_text()
    shot(tab, "replaced")

    # A link of before there was a check opens as it did.
    link.evaluate("a => { a.href = a.getAttribute('href').replace(/&check=[0-9a-f]+/, ''); }")
    assert not re.search("check=", link.get_attribute("href"))
    link.click()
    tab.locator("#zj-source-body mark").first.wait_for()


def test_what_is_removed_does_not_stay_open(visit, emptied):
    """Adding keeps what questions are limited to; a removed document leaves the source pane, and no limit to it."""
    tab = visit()
    give(tab, ("养鱼条例.md", "# 养鱼条例\n\n## 第一章 用水\n\n每周换水一次。\n"))
    document = tab.locator(".zj-document", has_text="养鱼条例")
    document.locator("summary").click()
    section = document.locator(".zj-section", has_text="用水")
    section.locator(".zj-open").click()
    tab.locator(".zj-article", has_text="每周换水一次").wait_for()
    section.hover()
    section.locator(".zj-limit").click()
    give(tab, ("养龟条例.md", "# 养龟条例\n\n每日晒背一小时。\n"))
    tab.wait_for_function("() => document.querySelectorAll('.zj-document').length === 3")
    document.locator("summary").click()
    limit = section.locator(".zj-limit")
    limit.wait_for(state="attached")
    tab.wait_for_function("() => document.querySelectorAll('.zj-limit[aria-pressed=true]').length === 1")
    assert limit.get_attribute("aria-pressed") == "true"
    assert tab.locator(".zj-article").inner_text().count("每周换水一次") == 1

    document.locator(".zj-remove").click()
    sure = tab.locator("#zj-sure .zj-primary")
    assert sure.inner_text() == say("remove", "zh-Hans")
    sure.click()
    tab.locator("#zj-source-body", has_text=say("source_gone", "zh-Hans")).wait_for()
    assert tab.locator("#zj-source-name").inner_text() == ""
    assert tab.locator(".zj-limited").is_hidden()


def test_what_is_dropped_while_others_are_added_waits(visit, emptied, shot):
    """A file given in the middle of an add is read, stays on the page, and is added next."""
    tab = visit()
    name = "() => document.querySelector('#zj-found')?.innerText.includes('养兔条例')"
    payload = [{"name": "law.txt", "mimeType": "text/plain", "buffer": LAW[:20_000].encode()}]
    tab.set_input_files("#zj-drop input[type=file]", payload)
    tab.locator(".zj-found").first.wait_for()
    tab.locator("#zj-confirm").click()
    tab.locator("#zj-changing .zj-progress").wait_for()
    rabbit = "# 养兔条例\n\n每日喂草三次。\n".encode()
    tab.set_input_files(
        "#zj-drop input[type=file]", [{"name": "养兔条例.md", "mimeType": "text/plain", "buffer": rabbit}]
    )
    tab.wait_for_function(name)
    shot(tab, "dropped-meanwhile")
    tab.locator("#zj-changing .zj-done").wait_for(timeout=4 * WAIT_MS)
    tab.wait_for_function("() => document.querySelectorAll('.zj-document').length === 2")
    assert tab.evaluate(name)
    tab.locator("#zj-confirm").click()
    tab.wait_for_function("() => document.querySelectorAll('.zj-document').length === 3", timeout=4 * WAIT_MS)
    tab.wait_for_selector(".zj-found", state="detached")


HARVEST = """# 四季收成

## 果园

| 作物 | 收成（吨） | 采摘月份 | 去处 |
|:-----|---------:|:-------:|:-----|
| 水蜜桃🍑 | 4820 | 七月 | 无锡的批发市场 |
| 翠冠梨 | 3175 | 八月 | 送往罐头厂，<b>不外卖</b> |
| 夏黑葡萄 | 2660 | 八月 | 本地集市 |

以上都由村里的合作社统一过秤。
"""


def test_a_table_is_read_and_cited_cell_by_cell(visit, emptied, shot):
    """Rows of a table are cells; a citation of one marks it to the character, and a selection of it is asked about."""
    tab = visit()
    give(tab, ("四季收成.md", HARVEST))
    message = ask(tab, "翠冠梨的收成是多少吨？")
    assert "3175" in message.locator("p.zj-line").first.inner_text()
    cited = []
    for link in message.locator("a.zj-cite").all():
        (start, end), marked = opened(tab, link)
        assert marked == squeezed(HARVEST[start:end])
        cited.append(HARVEST[start:end])
    # The row, and the head that tells what its cells are.
    assert [row.split("|")[1].strip() for row in cited] == ["翠冠梨", "作物"]
    shot(tab, "table")
    rows = tab.locator(".zj-rows tr:not(.zj-rule)")
    assert rows.nth(0).locator("th").count() == 4
    assert [squeezed(cell.inner_text()).strip("|") for cell in rows.nth(2).locator("td").all()] == [
        "翠冠梨",
        "3175",
        "八月",
        "送往罐头厂，<b>不外卖</b>",
    ]
    # What parts the cells cannot be seen.
    assert tab.locator(".zj-rows").evaluate(
        "table => [...table.querySelectorAll(':not(.zj-rule) > :is(td, th) .zj-fence')].every(each => each.offsetWidth <= 4 && getComputedStyle(each).opacity === '0')"
    )
    assert tab.locator(".zj-rule").bounding_box()["height"] < 4
    assert squeezed("".join(tab.locator(".zj-article > [data-start]").all_inner_texts())) == squeezed(HARVEST)

    rows.nth(3).evaluate("row => getSelection().selectAllChildren(row)")
    tab.keyboard.press("Shift")
    tab.locator(".zj-selected").click()
    assert tab.input_value(BOX) == say("about_words", "zh-Hans", words="夏黑葡萄 2660 八月 本地集市")
    for size, scheme in (("phone", "light"), ("laptop", "dark")):
        other = visit(size=size, scheme=scheme)
        if size == "phone":
            other.locator('.zj-pane-tab[data-pane="library"]').click()
        document = other.locator(".zj-document", has_text="四季收成")
        document.locator("summary").click()
        document.locator(".zj-section .zj-open").last.click()
        other.locator(".zj-rows").wait_for()
        shot(other, f"table-{size}-{scheme}")
        # On no screen does a table make the pane wider than it is.
        assert other.evaluate(
            "() => { const body = document.querySelector('#zj-source-body'); return body.scrollWidth <= body.clientWidth; }"
        )
