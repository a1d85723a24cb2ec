import json

import pytest

from markup import Reader
from zhangju_ui.evaluating import Evaluations
from zhangju_ui.evaluation_view import render_evaluation
from zhangju_ui.strings import LANGUAGES

FIGURE = {"value": 0.5, "low": 0.25, "high": 0.75}
PLACE = {"document_id": "d", "start": 3, "end": 9, "quote": '"><img src=x>'}
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
    "questions": [
        {
            "question": "<b>q</b>",
            "answerable": answerable,
            "answered": answered,
            "evidence": evidence,
            "gold": [PLACE] if answerable else [],
            "passages": [{"document_id": "d", "section_path": ["<i>"], "rank": 1, "sentence": PLACE}],
        }
        for answerable, answered, evidence in [(True, True, True), (True, False, False), (False, False, None)]
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_and_questions_are_there(language):
    """Each figure stands with its interval, each question with where its evidence is, as inert text."""
    page = Reader(render_evaluation(KEPT, language))
    assert "0.50" in page.text
    assert "0.25–0.75" in page.text
    assert page.all("class").count("zj-case zj-good") == 2
    assert page.all("class").count("zj-case zj-bad") == 1
    assert not {"img", "b"} & set(page.tags)
    assert {href.partition("?")[0] for href in page.all("href")} == {"#zj"}
    assert "zj-empty" in render_evaluation(None, language)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_a_file_that_is_none_is_no_evaluation(tmp_path, content):
    """A damaged record does not stop the page."""
    file = tmp_path / "evaluation.json"
    assert Evaluations(file).last() is None
    file.write_bytes(content)
    assert Evaluations(file).last() is None
    file.write_text(json.dumps(KEPT), "utf-8")
    assert Evaluations(file).last() == KEPT
