"""The eval set of the bundled article keeps its promises."""

import hashlib
from collections import Counter
from importlib import resources

from zhangju_eval import load_set, shipped_sets
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article

ARTICLE = load_set("article")
SINGLE = [question for question in ARTICLE.questions if not question.history]
SECOND = [question for question in ARTICLE.questions if question.history]
ANSWERABLE_KINDS = {
    "comparison": 6,
    "definition": 15,
    "elliptical": 10,
    "fact": 60,
    "list": 40,
    "overview": 8,
    "paraphrase": 15,
    "reason": 15,
    "two_sections": 15,
    "typo": 10,
}
UNANSWERABLE_KINDS = {"false_premise": 8, "near_miss": 60, "off_topic": 20}
SECOND_KINDS = {"follow-up": 48, "topic-change": 12}
LANGUAGES = {
    "zh": 150,
    "en": 60,
    "zh-Hant": 30,
    "de": 20,
    "ja": 15,
    "es": 15,
    "fr": 15,
    "ko": 10,
    "ru": 10,
    "ar": 10,
    "vi": 10,
    "pt": 8,
    "th": 8,
}


def test_the_set_is_found_by_name():
    """`zhangju eval article` needs no path."""
    assert "article" in shipped_sets()


def test_every_gold_quote_is_a_slice_of_the_article():
    """Gold is what the article says, at the place where it says it, line wraps included."""
    corpus = resources.files("zhangju_index").joinpath("corpus")
    for question in ARTICLE.questions:
        for gold in question.gold:
            text = corpus.joinpath(f"{gold.document_id}.txt").read_bytes().decode("utf-8")
            assert text[gold.start : gold.end] == gold.quote
            assert gold.quote == gold.quote.strip()


def test_every_gold_quote_occurs_once():
    """No other place says the same in the same words, so the place is the evidence."""
    for question in ARTICLE.questions:
        for gold in question.gold:
            squeezed = "".join(ARTICLE.documents[gold.document_id].split())
            assert squeezed.count("".join(gold.quote.split())) == 1


def test_the_set_has_the_intended_mix():
    """Enough questions of every kind and language, a quarter of them without an answer."""
    unanswerable = [question for question in SINGLE if not question.answerable]

    assert len(SINGLE) >= 300
    assert 0.25 <= len(unanswerable) / len(SINGLE) <= 0.35
    assert all(bool(question.gold) == question.answerable for question in ARTICLE.questions)
    assert {question.kind for question in SINGLE if question.answerable} == ANSWERABLE_KINDS.keys()
    assert {question.kind for question in unanswerable} == UNANSWERABLE_KINDS.keys()
    assert {question.kind for question in SECOND} == SECOND_KINDS.keys()
    kinds = Counter(question.kind for question in ARTICLE.questions)
    assert kinds >= Counter({**ANSWERABLE_KINDS, **UNANSWERABLE_KINDS, **SECOND_KINDS})
    langs = Counter(question.lang for question in ARTICLE.questions)
    assert langs.keys() == LANGUAGES.keys()
    assert langs >= Counter(LANGUAGES)


def test_no_question_is_asked_twice():
    """Each question counts once; only after another turn may the same words come again."""
    assert len({question.question for question in SINGLE}) == len(SINGLE)


def test_evidence_in_two_sections_lies_in_two_sections():
    """One passage of one section never holds all of it."""
    sections = outline_document(bundled_article()).sections
    questions = [question for question in ARTICLE.questions if question.kind == "two_sections"]
    for question in questions:
        assert all(gold.part for gold in question.gold)
        homes = {s.start for gold in question.gold for s in sections if s.start <= gold.start < s.end}
        assert len(homes) >= 2, question.id
        assert {gold.part for gold in question.gold} == set(
            range(1, len({g.part for g in question.gold}) + 1)
        )
        assert len({gold.part for gold in question.gold}) >= 2


def test_every_second_turn_has_its_standalone_wording():
    """What a follow-up loses by leaning on the turn before can be measured."""
    assert all(question.standalone for question in SECOND)
    asked = {question.id: question.question for question in SINGLE}
    for question in SECOND:
        if question.kind == "follow-up":
            assert question.question != asked[question.standalone]
        else:
            assert asked[question.standalone][-20:] in question.question


def test_earlier_turns_quote_the_article():
    """History has the form of `ask --json`, cut down to the question and its citations."""
    for question in SECOND:
        for turn in question.history:
            assert turn.keys() == {"question", "answerable", "citations"}
            assert turn["question"].strip()
            assert turn["answerable"] == bool(turn["citations"])
            for number, citation in enumerate(turn["citations"], start=1):
                assert citation.keys() == {"number", "document_id", "start", "end", "quote"}
                text = ARTICLE.documents[citation["document_id"]]
                assert text[citation["start"] : citation["end"]] == citation["quote"]
                assert citation["number"] == number


def test_gold_is_spread_over_the_whole_article():
    """Each tenth of the article is asked about."""
    text = ARTICLE.documents["wujin-new-quality-productive-forces"]
    tenths = {10 * gold.start // len(text) for question in ARTICLE.questions for gold in question.gold}

    assert tenths == set(range(10))


def test_both_splits_hold_every_kind_and_language():
    """What is chosen on one half can be reported on the other."""
    dev, test = ARTICLE.select("dev").questions, ARTICLE.select("test").questions

    assert len(dev) + len(test) == len(ARTICLE.questions)
    assert {q.kind for q in dev} == {q.kind for q in test}
    assert {q.lang for q in dev} == {q.lang for q in test}


FROZEN = {
    (range(1, 131), "dev"): "4538b5ca1b9023adb0d7de8bb35334477c85ec685d6ffcb8b2901a1622a04652",
    (range(1, 131), "test"): "ae8be6837833c4ff91c5e14b6f01f20ebbe9bfa1195bc24123c6191bb77a89de",
    (range(131, 401), "dev"): "23ec13111c23a799e00b7b0e6597f8acc9dbaff88377d22153e78101a3657aff",
    (range(131, 401), "test"): "d9d804a97ffba05ee80ecd3b2ebf77aca0f6ae7901774064c3ab2391f2d817e3",
}


def test_no_question_is_reworded_or_moved():
    """A question that fails stays as it was asked. New questions are added with a digest of their own."""
    assert [question.id for question in ARTICLE.questions] == [f"article-{n:03}" for n in range(1, 401)]
    for (numbers, split), digest in FROZEN.items():
        written = [q for q, n in zip(ARTICLE.questions, range(1, 401), strict=True) if n in numbers]
        asked = "\n".join(
            "\t".join([q.id, *(turn["question"] for turn in q.history), q.question])
            for q in written
            if q.split == split
        )
        assert hashlib.sha256(asked.encode()).hexdigest() == digest
