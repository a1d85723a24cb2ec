import re
from dataclasses import replace
from itertools import pairwise
from time import process_time
from typing import get_args
from urllib.parse import parse_qs

import pytest

from handmade import ARTICLE, HandmadeAssistant
from markup import Reader, marked
from zhangju.jsonable import answer_json
from zhangju.phrases import unconfirmed_for
from zhangju.values import Answer
from zhangju.verifying import Reason
from zhangju_ui.answer_view import (
    answer_length,
    render_answer,
    render_error,
    render_question,
    render_turn,
    tokens,
)
from zhangju_ui.conversations import Scope, Turn
from zhangju_ui.conversing import messages
from zhangju_ui.reviving import answer_from_json
from zhangju_ui.strings import LANGUAGES, say

OUR_TAGS = {"a", "button", "div", "li", "mark", "ol", "p", "path", "rect", "span", "svg"}
ODD = "章\u202e句\" 'onload=x <b>\u200b\ufeff&amp;\u2066"


def place(href):
    """Read the address of a place."""
    assert href.startswith("#zj?")
    return {name: value for name, [value] in parse_qs(href[4:]).items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["未来产业", "创新", "特点", "天气", "poison"])
def test_every_link_names_an_exact_place(question, language):
    """A marker leads to the place of its own citation, to the character, and so does the list below."""
    answer = HandmadeAssistant().ask(question)
    page = Reader(render_answer(answer, 3, language))
    assert set(page.tags) <= OUR_TAGS
    assert not page.all("src")
    wanted = {
        (
            f"3-{c.number}",
            c.document_id,
            f"{c.start}-{c.end}",
            f"{c.highlight.start}-{c.highlight.end}" if c.highlight else None,
        )
        for c in answer.citations
    }
    places = [place(href) for href in page.all("href")]
    cited = [each for each in places if "from" in each]
    assert {(each["from"], each["document"], each["quote"], each.get("key")) for each in cited} == wanted
    assert len(cited) == 2 * len(wanted)


def test_a_marker_inside_a_quotation_is_text():
    """A source that writes [1] itself does not gain a citation by it."""
    answer = HandmadeAssistant().ask("poison")
    assert [token.number for token in tokens(answer)].count(1) == 1
    assert "".join(token.text for token in tokens(answer)) == answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_odd_heading_stays_text(language):
    """Direction marks, quotes and zero-width characters of a heading neither end nor fill a tag."""
    answer = HandmadeAssistant().ask("未来产业")
    [citation] = answer.citations
    odd = replace(citation, document_id=ODD, title=ODD, section_path=(ODD, "末"))
    page = Reader(
        render_answer(
            replace(answer, sentences=(replace(answer.sentences[0], citations=(odd,)),)), 0, language
        )
    )
    assert set(page.tags) <= OUR_TAGS
    assert not [name for name, _ in page.attributes if "onload" in name]
    assert {place(href)["document"] for href in page.all("href")} == {ODD}


def test_an_answer_grows_by_its_own_text():
    """Each step of the stream shows a beginning of the answer; the last but one lacks the footer."""
    answer = HandmadeAssistant().ask("创新")
    steps = [Reader(render_answer(answer, 1, "en", reveal=n)).text for n in range(answer_length(answer) + 1)]
    steps = ["".join(step.split()) for step in steps]
    assert all(after.startswith(before) for before, after in pairwise(steps))
    assert steps[-1].endswith("".join(answer.text.split()))
    assert "zj-foot" in render_answer(answer, 1, "en")
    assert "zj-foot" not in render_answer(answer, 1, "en", reveal=answer_length(answer))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_so_and_shows_the_closest_passages(language):
    """The reader sees that the documents do not answer, how sure that is, and what comes closest."""
    answer = HandmadeAssistant().ask("房价")
    message = render_answer(answer, 1, language)
    assert say("refused", language) in message
    assert "zj-status-refused" in message
    assert "8%" in Reader(message).text
    assert message.count('class="zj-card"') == len(answer.passages)
    assert marked(message) == [p.sentence.reading_text for p in answer.passages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_wording_that_failed_its_check_is_marked(language):
    """A sentence that is not in the source does not look like the others; words beside it say so, and why."""
    answer = HandmadeAssistant().ask("创新")
    first, second = answer.sentences
    remark = f"（{unconfirmed_for(answer.question)}）"
    doubted = replace(
        answer,
        text=answer.text.replace("[1]", remark, 1),
        sentences=(replace(first, status="unsupported", citations=(), reasons=("figure",)), second),
        unsupported=3,
    )
    message = render_answer(doubted, 1, language)
    [chip] = re.findall(r'<span class="zj-doubt">(.*?)</span>', message)
    assert Reader(chip).text == f"{remark[1:-1]} · {say('doubt_figure', language)}"
    assert say("answered_unsure", language) in message
    assert say("left_out", language, count=2) in message
    assert "".join(token.text for token in tokens(doubted)) == doubted.text
    plain = render_answer(answer, 1, language)
    assert "zj-unsupported" not in plain
    assert "zj-doubt" not in plain
    verified = replace(answer, sentences=(replace(first, status="verified"), second))
    assert say("answered_verified", language) in render_answer(verified, 1, language)


def test_every_reason_of_a_failed_check_has_words():
    """Whatever the check may find, the page says it in every language."""
    for reason in get_args(Reason):
        answer = HandmadeAssistant().ask("创新")
        first = replace(answer.sentences[0], status="unsupported", citations=(), reasons=(reason,))
        text = f"{first.text}（{unconfirmed_for(answer.question)}）"
        for language in LANGUAGES:
            message = render_answer(replace(answer, text=text, sentences=(first,)), 0, language)
            assert " · " in Reader(message).text, reason


def test_a_follow_up_says_what_it_was_read_as():
    """The reader sees which question was answered, as text; a question that stands for itself says nothing."""
    answer = HandmadeAssistant().ask("创新")
    assert "zj-read" not in render_answer(answer, 0, "en")
    page = Reader(render_answer(replace(answer, read_as="<b>载体</b>？"), 0, "zh-Hans"))
    assert set(page.tags) <= OUR_TAGS
    assert "理解为：<b>载体</b>？" in page.text


def test_an_answer_comes_back_whole():
    """What was kept as JSON shows as it did: reasons, notes, and what a follow-up was read as."""
    answer = HandmadeAssistant().ask("创新")
    first = replace(answer.sentences[0], status="unsupported", reasons=("figure",))
    answer = replace(
        answer, sentences=(first,), read_as="问", writer="llama", unsupported=2, note="the endpoint is down"
    )
    again = answer_from_json(answer_json(answer))
    for name in ("sentences", "read_as", "writer", "unsupported", "note", "confidence", "text"):
        assert getattr(again, name) == getattr(answer, name)


@pytest.mark.parametrize("confidence", [-1.0, 0.0, 0.5, 1.0, 7.0])
def test_confidence_is_a_percentage(confidence):
    """A value out of range cannot break the page."""
    answer = replace(HandmadeAssistant().ask("创新"), confidence=confidence)
    percent = int(re.search(r"width:(\d+)%", render_answer(answer, 1, "en"))[1])
    assert 0 <= percent <= 100


def test_only_the_last_turn_can_be_asked_again():
    """Retrying or editing an earlier question would silently drop what came after it."""
    answer = answer_json(HandmadeAssistant().ask("创新"))
    earlier = render_turn(Turn("创新", answer=answer), 0, "en", None)
    last = render_turn(Turn("创新", answer=answer, vote="up"), 1, "en", ["<b>next</b>"])
    assert "zj-retry" not in earlier
    assert "zj-retry" in last
    assert "zj-edit" in last
    assert Reader(last).text.endswith("<b>next</b>")
    assert last.count("zj-pressed") == 1


def test_what_was_stopped_or_went_wrong_can_be_asked_again():
    """A turn without an answer says why, as text, and offers to try once more."""
    stopped, failed = Turn("问", stopped=True), Turn("问", error="<img src=x> ![x](y)")
    for turn in (stopped, failed):
        page = Reader(render_turn(turn, 0, "zh-Hans", []))
        assert set(page.tags) <= OUR_TAGS
        assert any("zj-retry" in name for name in page.all("class"))
    assert "img" not in Reader(render_error(failed.error, "en")).tags


def test_a_question_shows_as_typed_with_what_it_was_limited_to():
    """Markup in a question is text, and so is the name of a section."""
    turn = Turn("<img src=x> **b**", scope=Scope("d", "s", "<i>name</i>"))
    page = Reader(render_question(turn, "en"))
    assert set(page.tags) == {"span"}
    assert page.text.startswith("<img src=x> **b**")
    assert "<i>name</i>" in page.text


@pytest.mark.parametrize("question", ["未来产业", "创新", "天气", "poison"])
def test_a_kept_answer_comes_back_as_it_was(question):
    """Out of its file an answer looks as it did, and its JSON is the same."""
    answer = HandmadeAssistant().ask(question)
    kept = answer_json(answer)
    assert answer_json(answer_from_json(kept)) == kept
    assert render_answer(answer_from_json(kept), 0, "en", reveal=None) == render_answer(answer, 0, "en")


def test_an_empty_answer_renders():
    """The least an assistant can return makes a message."""
    assert "zj-status" in render_answer(Answer("", "", (), False, 0.0, ()), 1, "zh-Hant")


def test_handmade_citations_are_slices_of_the_article():
    """The tests themselves quote the article exactly."""
    for question in ("未来产业", "创新", "特点"):
        for citation in HandmadeAssistant().ask(question).citations:
            assert ARTICLE.text[citation.start : citation.end] == citation.quote


def test_a_question_that_another_page_asks_says_so():
    """It is neither stopped nor to be asked again, until it is over."""
    turn = Turn("问", "2026-01-01")
    [_, elsewhere] = messages([turn], "en", (), {turn.asked})
    [_, alone] = messages([turn], "en", ())
    [_, stopped] = messages([replace(turn, stopped=True)], "en", (), {turn.asked})
    assert say("asked_elsewhere", "en") in Reader(elsewhere["content"]).text
    assert "zj-retry" not in elsewhere["content"]
    # Nobody stopped the one whose page was closed.
    assert say("interrupted", "en") in Reader(alone["content"]).text
    assert say("stopped", "en") in Reader(stopped["content"]).text
    assert "zj-retry" in alone["content"]
    assert "zj-retry" in stopped["content"]


@pytest.mark.parametrize(
    "text", ["|" + "- " * 20_000 + "x", "| x" + "-" * 20_000 + "x"], ids=["gaps", "dashes"]
)
def test_a_text_of_dashes_is_written_in_a_moment(text: str) -> None:
    """Whoever puts one into a library holds up nobody."""
    answer = HandmadeAssistant().ask("未来产业")
    told = replace(answer, sentences=(replace(answer.sentences[0], text=text),), text=text)
    started = process_time()

    written = render_answer(told, 0, "zh-Hans")

    assert process_time() - started < 5
    assert written.count("&#45;") >= 20_000


def test_rows_of_a_table_keep_their_words():
    """Of a quoted row the bars are set apart, a line of dashes is out of sight, and every character is there."""
    row = "| 翠冠梨 | 3175 | -- |"
    answer = HandmadeAssistant().ask("未来产业")
    [sentence] = answer.sentences
    told = replace(answer, sentences=(replace(sentence, text=row),), text=row)
    written = render_answer(told, 0, "zh-Hans")
    line = re.search(r'<p class="zj-line">(.*?)</p>', written)[1]
    assert Reader(line).text.startswith(row)
    assert line.count('<span class="zj-bar">&#124;</span>') == 4
    assert "zj-fence" not in line
    refused = HandmadeAssistant().ask("天气")
    table = "| 作物 | 收成 |\n|:---|---:|\n| <b>梨 | 3 |"
    [passage, *_] = refused.passages
    start = passage.chunk.start
    sentence = replace(passage.sentence, start=start + 24, end=start + len(table))
    chunk = replace(passage.chunk, text=table, reading_text=table, end=start + len(table))
    written = render_answer(
        replace(refused, passages=(replace(passage, chunk=chunk, sentence=sentence),)), 0, "zh-Hans"
    )
    card = re.search(r'<span class="zj-text">(.*)</span></li>', written)[1]
    [ruled] = re.findall(r'<span class="zj-fence">(.*?)</span>', card)
    assert Reader(ruled).text.strip() == "|:---|---:|"
    assert "".join(marked(card)) == table[24:].strip()
    assert set(Reader(card).tags) == {"mark", "span"}
