import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handmade import ARTICLE, POISON, HandmadeAssistant
from zhangju.values import Answer
from zhangju_ui.excerpt import excerpt, joined
from zhangju_ui.plain import literal, shown
from zhangju_ui.render import (
    answer_length,
    render_answer,
    render_error,
    render_header,
    render_panel,
    tokens,
)
from zhangju_ui.strings import LANGUAGES

INJECTIONS = [
    "![x](http://leak.invalid/a.png)",
    "[x](http://leak.invalid)",
    "http://leak.invalid www.leak.invalid me@leak.invalid",
    "<img src=http://leak.invalid/a.png onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><a href=javascript:alert(1)>',
    "$$x^2$$ `code` **bold** _em_ ~~gone~~ | table |",
    "# heading",
    "1. list",
    "- list",
    "    code",
    "> quote",
    "&lt;b&gt; &#60;",
    "${value} {{value}} __i18n__{}",
]
OUR_TAGS = {"a", "button", "details", "div", "h2", "h3", "h4", "li", "mark", "ol", "p", "span", "summary"}


class Reader(HTMLParser):
    """Collects what a browser would see: tags, attributes and text."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note a tag with its attributes."""
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_data(self, data):
        """Note text, with its references resolved."""
        self.words.append(data)

    @property
    def text(self):
        """All text in order."""
        return "".join(self.words)

    def all(self, name):
        """Every value of one attribute."""
        return [value for key, value in self.attributes if key == name]


def marked(markup):
    """The text under <mark>, in order."""
    return [html.unescape(re.sub("<[^>]+>", "", m)) for m in re.findall(r"<mark[^>]*>(.*?)</mark>", markup)]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_text_never_becomes_markup(text):
    """What stands in a document shows as the characters it is, in HTML and in Markdown."""
    for written in (literal(text), shown(text)):
        assert re.fullmatch(r"(?:[A-Za-z0-9 ]|&#\d+;)*", written)
        assert Reader(written).text.split() == text.split()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_literal_is_reversible(text):
    """Only the writing of a typed question changes on its way to the page, never the question."""
    assert html.unescape(literal(text)) == text


@given(st.text())
def test_shown_text_can_be_encoded_and_holds_no_markup(text):
    """Whatever a parser hands over, the page can be sent, and holds no tag but our own span."""
    written = shown(text)
    written.encode("utf-8")
    assert set(Reader(written).tags) <= {"span"}


@pytest.mark.parametrize(
    "text",
    ["\u202e", "\u200b", "\ufeff", "\u2066", "\x00", "\x1b", "a\u200db", "章\u200d句"],
    ids=ascii,
)
def test_invisible_characters_are_named(text):
    """A character that could hide or turn text around is shown by its code point."""
    assert re.search(r"U\+[0-9A-F]{4,6}", Reader(shown(text)).text)
    assert not any(char in shown(text) for char in "\u202e\u200b\ufeff\u2066\x00\x1b\u200d")


@pytest.mark.parametrize(
    "text", ["👩\u200d🌾", "\u0645\u06cc\u200c\u062e\u0648", "क्\u200dष"], ids=["emoji", "persian", "hindi"]
)
def test_joiners_that_writing_needs_stay(text):
    """Emoji and words of joining scripts are shown whole."""
    assert html.unescape(shown(text)) == text


ODD = "章\u202e句\" 'onload=x <b>\u200b\ufeff&amp;\u2066"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_odd_title_stays_in_its_attribute(language):
    """Direction marks, quotes and zero-width characters of a title neither end nor fill a tag."""
    header = Reader(render_header([ODD, "章句"], language))
    assert header.all("title")[0] == f"{ODD}\n章句"
    assert set(header.tags) == {"header", "h1", "span"}
    assert {name for name, _ in header.attributes} == {"class", "aria-hidden", "lang", "title"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_odd_heading_stays_in_its_attribute(language):
    """Nor do those of a heading above a quote."""
    answer = HandmadeAssistant().ask("未来产业")
    [citation] = answer.citations
    sentence = replace(
        answer.sentences[0], citations=(replace(citation, title=ODD, section_path=(ODD, ODD + "下", "末")),)
    )
    panel = Reader(render_panel([(1, replace(answer, sentences=(sentence,)))], language))
    assert [title for title in panel.all("title") if "章" in title] == [ODD, ODD + "下"]
    assert set(panel.tags) <= OUR_TAGS
    assert not [name for name, _ in panel.attributes if "onload" in name]


def test_a_quote_is_found_behind_joined_wraps():
    """Offsets of the source lead to the same words where the line breaks are gone."""
    text, reading = "新技术、新\n\n产业、新动能。\n突破", "新技术、新产业、新动能。突破"
    words, spans = joined(text, reading, [(4, 10), (0, 3)])
    assert words == reading
    assert [words[a:b] for a, b in spans] == ["新产业、", "新技术"]


def test_a_reading_text_that_differs_is_not_trusted():
    """When the words themselves differ, the exact text is shown with the exact range."""
    assert joined("a b", "a c", [(2, 3)]) == ("a b", [(2, 3)])


@given(
    st.text(min_size=1, max_size=80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(0, 80),
)
def test_an_excerpt_keeps_the_passage(text, a, b, c, d):
    """Marking a quote adds and loses no character; its pieces are the quote exactly."""
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    found = excerpt(text, (start, end), tuple(sorted((c, d))), around=5)
    assert "".join(piece for _, piece in found.whole) == text
    assert "".join(piece for mark, piece in found.whole if mark) == text[start:end]
    assert "".join(piece for mark, piece in found.short if mark) == text[start:end]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["未来产业", "创新", "特点", "天气", "poison"])
def test_the_panel_marks_exactly_what_is_cited(question, language):
    """The highlighted words of card n are the words of citation n; only our tags are used."""
    answer = HandmadeAssistant().ask(question)
    page = Reader(render_panel([(1, answer)], language))
    assert set(page.tags) <= OUR_TAGS
    assert not page.all("src")
    assert all(href.startswith("#zj-answer-") for href in page.all("href"))
    assert len(page.all("id")) == len(set(page.all("id")))
    for citation in answer.citations:
        card = re.search(
            rf'<li class="zj-card" id="zj-1-{citation.number}".*?zj-back',
            render_panel([(1, answer)], language),
        )[0]
        whole = card.split("zj-whole")[-1]
        assert "".join(marked(whole)) == Reader(shown(citation.reading_text)).text
        assert f"{citation.start}–{citation.end}" in card


@pytest.mark.parametrize("language", LANGUAGES)
def test_markers_lead_to_their_cards(language):
    """Each [n] of an answer is a link to a card of its own turn."""
    answer = HandmadeAssistant().ask("创新")
    links = Reader(render_answer(answer, 3, language)).all("href")
    cards = Reader(render_panel([(2, answer), (3, answer)], language)).all("id")
    assert {"#zj-3-1", "#zj-3-2"} == set(links)
    assert {"zj-2-1", "zj-2-2", "zj-3-1", "zj-3-2"} <= set(cards)
    assert "[1]" in Reader(render_answer(answer, 3, language)).text


def test_a_marker_inside_a_quotation_is_text():
    """A source that writes [1] itself does not gain a citation by it."""
    answer = HandmadeAssistant().ask("poison")
    assert [token.number for token in tokens(answer)].count(1) == 1
    assert "".join(token.text for token in tokens(answer)) == answer.text


@pytest.mark.parametrize("question", ["poison", "天气", "创新"])
def test_an_answer_holds_no_markup_but_ours(question):
    """A poisoned source reaches the conversation as text."""
    page = Reader(render_answer(HandmadeAssistant().ask(question), 1, "en"))
    assert set(page.tags) <= OUR_TAGS
    assert not page.all("src")
    assert all(href.startswith("#zj-1-") for href in page.all("href"))


def test_an_answer_grows_by_its_own_text():
    """Each step of the stream shows a beginning of the answer; the last but one lacks the footer."""
    answer = HandmadeAssistant().ask("创新")
    steps = [Reader(render_answer(answer, 1, "zh", reveal=n)).text for n in range(answer_length(answer) + 1)]
    steps = ["".join(step.split()) for step in steps]
    assert all(after.startswith(before) for before, after in pairwise(steps))
    assert steps[-1].endswith("".join(answer.text.split()))
    assert "zj-foot" in render_answer(answer, 1, "zh")
    assert "zj-foot" not in render_answer(answer, 1, "zh", reveal=answer_length(answer))


@pytest.mark.parametrize(("language", "words"), [("zh", "未找到答案"), ("en", "No answer found")])
def test_a_refusal_says_so_and_shows_the_closest_passages(language, words):
    """The reader sees that the article does not answer, how sure that is, and what comes closest."""
    answer = HandmadeAssistant().ask("房价")
    message, panel = render_answer(answer, 1, language), render_panel([(1, answer)], language)
    assert words in message
    assert "zj-status-refused" in message
    assert "8%" in Reader(message).text
    assert panel.count('class="zj-card"') == len(answer.passages)
    assert marked(panel)


def test_unverified_wording_is_marked():
    """A sentence that failed its check does not look like the others."""
    answer = HandmadeAssistant().ask("创新")
    first, second = answer.sentences
    doubted = replace(answer, sentences=(replace(first, status="unsupported"), second))
    assert "zj-unsupported" in render_answer(doubted, 1, "en")
    assert "zj-unsupported" not in render_answer(answer, 1, "en")


def test_the_newest_question_is_open_and_first():
    """Older sources stay reachable, folded under the newest."""
    ask = HandmadeAssistant().ask
    panel = render_panel([(1, ask("未来产业")), (2, ask("创新"))], "zh")
    assert re.findall(r'<details class="zj-turn"( open)?>', panel) == [" open", ""]
    assert panel.index("zj-2-1") < panel.index("zj-1-1")


def test_a_citation_outside_the_passages_still_gets_its_card():
    """No citation is dropped: without its passage, the card shows the quote alone."""
    answer = replace(HandmadeAssistant().ask("未来产业"), passages=())
    panel = render_panel([(1, answer)], "zh")
    assert 'id="zj-1-1"' in panel
    assert "".join(marked(panel)) == answer.citations[0].reading_text


@pytest.mark.parametrize("confidence", [-1.0, 0.0, 0.5, 1.0, 7.0])
def test_confidence_is_a_percentage(confidence):
    """A value out of range cannot break the page."""
    answer = replace(HandmadeAssistant().ask("创新"), confidence=confidence)
    percent = int(re.search(r"width:(\d+)%", render_answer(answer, 1, "en"))[1])
    assert 0 <= percent <= 100


def test_errors_and_titles_are_text_too():
    """What an exception or a title says is shown, not rendered."""
    assert set(Reader(render_error("<img src=x> ![x](y)", "en")).tags) <= {"div", "p"}
    assert "img" not in Reader(render_header([POISON.title, "<img src=x>"], "en")).tags


def test_an_empty_answer_renders():
    """The least an assistant can return makes a page."""
    empty = Answer("", "", (), False, 0.0, ())
    assert "zj-status" in render_answer(empty, 1, "zh")
    assert "zj-turn" in render_panel([(1, empty)], "zh")


def test_handmade_citations_are_slices_of_the_article():
    """The tests themselves quote the article exactly."""
    for question in ("未来产业", "创新", "特点"):
        for citation in HandmadeAssistant().ask(question).citations:
            assert ARTICLE.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    ("subjects", "words"),
    [([], None), (["甲"], "甲"), (["甲", "乙", "丙"], "甲，另有 2 篇")],
    ids=["0", "1", "3"],
)
def test_the_header_names_what_is_asked(subjects, words):
    """One article is named; of many, the first and how many more."""
    page = Reader(render_header(subjects, "zh"))
    assert ("zj-subject" in page.all("class")) == bool(subjects)
    if words:
        assert words in page.text
