"""The eval set of the bundled article keeps its promises."""

import hashlib
from collections import Counter
from importlib import resources

from zhangju_eval import load_set, shipped_sets

ARTICLE = load_set("article")
ANSWERABLE_KINDS = {"fact", "list", "definition", "paraphrase", "reason"}
UNANSWERABLE_KINDS = {"near_miss", "off_topic"}


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
    """Enough questions and languages, a third of them without an answer."""
    questions = ARTICLE.questions
    langs = Counter(question.lang for question in questions)
    unanswerable = [question for question in questions if not question.answerable]

    assert len(questions) >= 60
    assert len(langs) >= 6
    assert 0.4 <= langs["zh"] / len(questions) <= 0.6
    assert 0.3 <= len(unanswerable) / len(questions) <= 0.37
    assert {q.kind for q in questions if q.answerable} == ANSWERABLE_KINDS
    assert {q.kind for q in unanswerable} == UNANSWERABLE_KINDS
    assert all(bool(question.gold) == question.answerable for question in questions)


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


def test_no_question_is_reworded_or_moved():
    """A question that fails stays as it was asked. New questions are added with a new digest."""
    frozen = {
        "dev": "4538b5ca1b9023adb0d7de8bb35334477c85ec685d6ffcb8b2901a1622a04652",
        "test": "ae8be6837833c4ff91c5e14b6f01f20ebbe9bfa1195bc24123c6191bb77a89de",
    }
    for split, digest in frozen.items():
        asked = "\n".join(f"{q.id}\t{q.question}" for q in ARTICLE.questions if q.split == split)
        assert hashlib.sha256(asked.encode()).hexdigest() == digest
