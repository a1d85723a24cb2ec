import html
import json
import re
from dataclasses import replace

import pytest

from handmade import ARTICLE, HandmadeAssistant
from markup import Reader, marked
from zhangju.jsonable import passage_json
from zhangju_eval import load_set
from zhangju_eval.curves import Curves
from zhangju_eval.refusal import Bin
from zhangju_ui.evaluating import Evaluations
from zhangju_ui.evaluation_view import render_case, render_evaluation
from zhangju_ui.strings import LANGUAGES, say

FIGURE = {"value": 0.5, "low": 0.25, "high": 0.75}
CURVES = Curves(
    ((1, 0.5), (3, 0.75), (10, 1.0)), (0.0, 0.5, 0.25), 2 / 3, (Bin(0.9, 1.0, 2), Bin(0.1, 0.0, 1))
)
PASSAGES = HandmadeAssistant().ask("创新").passages
GOLD = "创新的核心是人才。"
START = ARTICLE.text.index(GOLD)


def asked(answerable, answered, evidence):
    """One question as it is kept."""
    gold = {"document_id": ARTICLE.id, "start": START, "end": START + len(GOLD), "quote": GOLD}
    return {
        "question": "<b>q</b>",
        "answerable": answerable,
        "answered": answered,
        "evidence": evidence,
        "gold": [gold] if answerable else [],
        "answer": "<i>a</i>[1]",
        "earlier": ["<u>before</u>"],
        "passages": [passage_json(replace(passage, title="<i>")) for passage in PASSAGES],
    }


KEPT = {
    "when": "2026-01-02T03:04:05.000+00:00",
    "report": {
        "set": "article/test",
        "questions": 2,
        "metrics": {"hit@1": FIGURE},
        "answers": {},
        "abstention": {},
        "by": {"lang=zh": {"questions": 2, "metrics": {"hit@1": FIGURE}}},
    },
    "curves": CURVES.to_json(),
    "questions": [
        asked(answerable, answered, evidence)
        for answerable, answered, evidence in [(True, True, True), (True, False, False), (False, False, None)]
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_plots_and_questions_are_there(language):
    """Each figure stands with its interval, each curve in a plot, each question with its outcome, as inert text."""
    page = Reader(render_evaluation(KEPT, language))
    assert "0.50" in page.text
    assert "0.25–0.75" in page.text
    assert page.tags.count("svg") == 3
    assert {say(f"plot_{name}", language) for name in ("recall", "risk", "reliability")} <= set(
        page.all("aria-label")
    )
    assert page.all("data-outcome") == ["good", "refused-bad", "refused-good"]
    assert page.all("data-url") == [f"/zhangju/evaluation/{number}" for number in range(3)]
    assert page.text.count("<b>q</b>") == 3
    assert "zj-empty" in render_evaluation(None, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_opens_with_its_gold_and_passages(language):
    """What was found stands with the evidence marked in it, and each place leads to the source."""
    case = render_case(KEPT["questions"][0], language)
    page = Reader(case)
    assert "<i>a</i>[1]" in page.text
    assert "<u>before</u>" in page.text
    assert marked(case).count(GOLD) == 2
    assert len(page.all("href")) == 1 + len(PASSAGES)
    assert {href.partition("?")[0] for href in page.all("href")} == {"#zj"}
    assert say("gold_none", language) in Reader(render_case(KEPT["questions"][2], language)).text


def test_curves_come_back_as_they_were():
    """What is kept is what is drawn; one that was kept before there were curves is shown without."""
    assert Curves.from_json(json.loads(json.dumps(CURVES.to_json()))) == replace(CURVES, answered=0.6667)
    for curves in (None, {}, {**CURVES.to_json(), "risk": 7}, {**CURVES.to_json(), "bins": [[1]]}):
        page = Reader(render_evaluation({**KEPT, "curves": curves}, "en"))
        assert "svg" not in page.tags
        assert "0.50" in page.text


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_a_file_that_is_none_is_no_evaluation(tmp_path, content):
    """A damaged record does not stop the page."""
    file = tmp_path / "evaluation.json"
    assert Evaluations(file).last() is None
    file.write_bytes(content)
    assert Evaluations(file).last() is None
    file.write_text(json.dumps(KEPT), "utf-8")
    assert Evaluations(file).last() == KEPT


@pytest.mark.parametrize("language", LANGUAGES)
def test_slices_are_named_in_the_language_of_the_page(language):
    """Every slice of the questions that come along has a name; one of a set of somebody's own keeps its own."""
    questions = load_set("article").questions
    values = {
        "lang": {question.lang for question in questions},
        "kind": {question.kind for question in questions},
        "answerable": {"yes", "no"},
    }
    part = KEPT["report"]["by"]["lang=zh"]
    by = {f"{field}={value}": part for field in values for value in values[field]}
    report = {**KEPT["report"], "by": {**by, "kind=<mine>": part}}
    page = render_evaluation({**KEPT, "report": report}, language)
    named = re.findall(r'<th scope="row">(.*?)</th>', page)
    assert len(named) == len(by) + 1
    assert "&#60;mine&#62;" in named
    assert not {"zh-Hant", "near_miss", "two_sections"} & set(map(html.unescape, named))
    if language != "en":
        assert not [name for name in named if name.isascii() and name != "&#60;mine&#62;"]
