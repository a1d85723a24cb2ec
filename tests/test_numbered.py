import pytest

from zhangju.numbered import article_of, is_absent, named_articles
from zhangju_index.values import Chunk


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("第十二条是什么？", {(12, 0)}),
        ("第12條和第二十二条之一有何不同？", {(12, 0), (22, 1)}),
        ("What does Article 30 say?", {(30, 0)}),
        ("Что говорит статья 5?", {(5, 0)}),
        ("这篇文章讲了什么？", set()),
        ("第1十条、第十1条和第1二条", set()),
        (f"第{'9' * 5000}条, Article {'9' * 5000}", set()),
        ("Which articles name 30 countries?", set()),
    ],
)
def test_articles_that_a_question_names(question: str, articles: set[tuple[int, int]]) -> None:
    """By their number, in either script."""
    assert named_articles(question) == articles


def chunk(title: str, text: str) -> Chunk:
    """A passage below a heading."""
    return Chunk("law", ("某法", title), 0, len(text), text, text, text, ())


def test_the_article_of_a_passage() -> None:
    """It stands in the heading; what a text refers to is another."""
    assert article_of(chunk("第十二条", "依照第九条处理。")) == (12, 0)
    assert article_of(chunk("附则", "依照第九条处理。")) is None


def test_an_article_that_is_not_there() -> None:
    """It is absent where passages are numbered and none has or names it."""
    chunks = [chunk("第十二条", "依照第九条处理。"), chunk("第二十二条", "媒体应当宣传。")]

    assert is_absent(chunks, {(40, 0)})
    assert not is_absent(chunks, {(9, 0)})
    assert not is_absent(chunks, {(22, 0)})
    assert not is_absent(chunks, set())
    assert not is_absent([chunk("附则", "媒体应当宣传。")], {(40, 0)})
