import json
from dataclasses import fields, replace

from handmade import ARTICLE, HandmadeAssistant, article_chunks, passages_of
from zhangju.jsonable import answer_json, citation_json, passage_json, search_json
from zhangju.values import AnswerSentence, Citation

SEARCH = ["question", "passages", "timings_ms"]
PASSAGE = [
    *("rank", "score", "document_id", "title", "source", "section_path", "page"),
    *("start", "end", "quote", "reading_text", "sentence"),
]
ANSWER = [
    *("question", "answerable", "confidence", "text"),
    *("sentences", "citations", "passages", "timings_ms"),
]
CITATION = [
    *("number", "document_id", "title", "source", "section_path", "page"),
    *("start", "end", "quote", "reading_text", "highlight"),
]
ANSWERED = replace(
    HandmadeAssistant().ask("武进重点布局哪些未来产业？"),
    confidence=0.123456,
    timings={"embed": 1.23456, "total": 20.0},
)
REFUSED = HandmadeAssistant().ask("Who is the mayor?")


def test_search_has_exactly_the_fields_that_are_documented() -> None:
    """Other programs read these names: none is missing and none is there besides."""
    found = search_json("问题", passages_of(ARTICLE, article_chunks()), {"embed": 1.23456})

    assert list(found) == SEARCH
    assert found["timings_ms"] == {"embed": 1.23}
    for rank, passage in enumerate(found["passages"], start=1):
        assert list(passage) == PASSAGE
        assert list(passage["sentence"]) == ["start", "end", "quote"]
        assert passage["rank"] == rank
        for part in (passage, passage["sentence"]):
            assert ARTICLE.text[part["start"] : part["end"]] == part["quote"]


def test_ask_has_exactly_the_fields_that_are_documented() -> None:
    """An answer and a refusal have one shape."""
    for answer in (ANSWERED, REFUSED):
        found = answer_json(answer)
        assert list(found) == ANSWER
        assert found["answerable"] is answer.answerable
        assert len(found["sentences"]) == len(answer.sentences)
        for sentence in found["sentences"]:
            assert list(sentence) == ["text", "status", "citations"]
            assert sentence["citations"]
        assert all(list(passage) == PASSAGE for passage in found["passages"])
    assert answer_json(ANSWERED)["confidence"] == 0.1235
    assert answer_json(ANSWERED)["timings_ms"] == {"embed": 1.23, "total": 20.0}
    assert answer_json(REFUSED)["sentences"] == answer_json(REFUSED)["citations"] == []


def test_a_citation_is_the_citation_field_for_field() -> None:
    """What ``Citation`` gains, the JSON gains, everywhere."""
    assert [field.name for field in fields(Citation)] == CITATION
    found = answer_json(ANSWERED)
    assert found["citations"]
    for citation in [*found["citations"], *(c for s in found["sentences"] for c in s["citations"])]:
        assert list(citation) == CITATION
        assert ARTICLE.text[citation["start"] : citation["end"]] == citation["quote"]
        highlight = citation["highlight"]
        assert citation["start"] <= highlight["start"] < highlight["end"] <= citation["end"]
    plain = replace(ANSWERED.citations[0], highlight=None, page=3)
    assert citation_json(plain)["highlight"] is None
    assert citation_json(plain)["page"] == 3


def test_citations_are_listed_once_in_the_order_of_their_numbers() -> None:
    """Two sentences may lean on one citation; the list under the answer names it once."""
    first, second = (replace(ANSWERED.citations[0], number=number) for number in (1, 2))
    answer = replace(
        ANSWERED,
        sentences=(
            AnswerSentence("甲。", "quoted", (second,)),
            AnswerSentence("乙。", "verified", (first, second)),
        ),
    )

    found = answer_json(answer)
    assert [citation["number"] for citation in found["citations"]] == [1, 2]
    assert [sentence["status"] for sentence in found["sentences"]] == ["quoted", "verified"]


def test_everything_survives_json() -> None:
    """Tuples became lists on the way out, so that what is read is what was written."""
    for value in (answer_json(ANSWERED), answer_json(REFUSED), passage_json(ANSWERED.passages[0])):
        assert json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False)) == value
