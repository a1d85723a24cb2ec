import json
import re
import unicodedata

import pytest

from hostile import HOSTILE
from zhangju import Answer, Assistant, Retriever, ToyEmbedder
from zhangju.jsonable import answer_json
from zhangju_ui.answer_view import render_answer
from zhangju_ui.cli_output import answer_lines, json_line, passage_lines

pytestmark = pytest.mark.slow

FACT = "The harbour museum opens at nine o'clock on Tuesdays."
QUESTION = "When does the harbour museum open on Tuesdays?"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def text_with(hostile: str) -> str:
    """A text with the fact, and the hostile passage in a section of its own."""
    return (
        f"# Hours\n\n{FACT}\n\n# Remarks\n\nThe harbour museum says this to visitors. {hostile} So it ends.\n"
    )


def tags(page: str) -> set[str]:
    """The names of the elements of a page."""
    return set(re.findall(r"<\s*/?\s*([a-zA-Z0-9!]+)", page))


def ask(text: str, question: str = QUESTION) -> Answer:
    """Ask a text, embedded with the toy."""
    with Retriever.from_texts({"museum.txt": text}, embedder=ToyEmbedder()) as retriever:
        return Assistant(retriever, threshold=0.0).ask(question)


@pytest.fixture(scope="module")
def clean() -> Answer:
    """The answer where the passage says nothing hostile."""
    return ask(text_with("Nothing."))


def test_there_are_enough_of_them() -> None:
    """Orders in many languages, markup, marks, and characters that steer."""
    assert len(HOSTILE) >= 60
    assert len({name.partition(",")[0] for name in HOSTILE}) >= 45


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_passage_changes_no_citation_and_shows_as_text(name: str, clean: Answer) -> None:
    """The fact is quoted from its place, and the passage itself is inert wherever it is shown."""
    text = text_with(HOSTILE[name])
    answer = ask(text)

    assert answer.sentences[0].text == FACT == clean.sentences[0].text
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
    places = [(c.start, c.end) for c in answer.citations if c.reading_text == FACT]
    assert places == [(c.start, c.end) for c in clean.citations if c.reading_text == FACT]

    # Cited itself, and shown as a passage.
    quoted = ask(text, "What does the harbour museum say to visitors? " + re.sub(r"\W+", " ", HOSTILE[name]))
    assert any(
        "Remarks" in passage.chunk.text or "visitors" in passage.chunk.text for passage in quoted.passages
    )
    for each in (answer, quoted):
        terminal = "\n".join([*answer_lines(each), *passage_lines(each.passages)])
        assert not CONTROLS.search(re.sub(r"\x1b\[\d*m", "", terminal))
        assert "\x1b[2J" not in terminal
        line = json_line(answer_json(each))
        assert not CONTROLS.search(line)
        assert json.loads(line)["citations"] == answer_json(each)["citations"]
        page = render_answer(each, 1, "en")
        assert tags(page) <= tags(render_answer(clean, 1, "en"))
        assert not re.search(r"(?:href|src)\s*=\s*(?![\"'](?:#|&#35;))", page), page
        assert "](" not in page
        assert "http://leak" not in page
        shown = {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - set("\n\u200c\u200d")
        assert not shown
