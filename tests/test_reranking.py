"""Tests of ``zhangju.reranking``: a clause of reading text has its place in the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju.reranking import source_range, whole_words
from zhangju_index.chunking import chunk_document
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Sentence

WORDS = st.lists(
    st.sampled_from(["新质", "生产力", "2024年", "AI", "is", "good", "😀", "“引”", "，"]),
    min_size=2,
    max_size=12,
)


def show(text: str) -> str:
    """What is seen of a text, white space aside."""
    return "".join(text.split())


@given(words=WORDS, breaks=st.sets(st.integers(1, 11)), data=st.data())
def test_a_clause_is_found_in_wrapped_text(words: list[str], breaks: set[int], data: st.DataObject) -> None:
    """What stands at the place found in the source reads as the clause does, whatever the wraps."""
    text = "".join(("\n" if n in breaks else "") + word for n, word in enumerate(words))
    reading = "".join((" " if n in breaks and word.isascii() else "") + word for n, word in enumerate(words))
    sentence = Sentence(7, 7 + len(text), text, reading)
    start = data.draw(st.integers(0, len(reading) - 1))
    end = data.draw(st.integers(start + 1, len(reading)))
    first, last = source_range(sentence, start, end)

    assert 7 <= first < last <= 7 + len(text)
    wanted = show(reading[start:end])
    if wanted:
        assert show(text[first - 7 : last - 7]) == wanted


def test_clauses_of_the_article_are_followed_back() -> None:
    """In the bundled page, whose lines are cut inside words, and which the outline joined."""
    document = bundled_article()
    chunks = chunk_document(outline_document(document), ToyEmbedder().count_tokens)
    wrapped = 0
    for sentence in (sentence for chunk in chunks for sentence in chunk.sentences):
        reading = sentence.reading_text
        for start in range(0, len(reading), 7):
            end = min(start + 9, len(reading))
            first, last = source_range(sentence, start, end)
            assert show(document.text[first:last]) == show(reading[start:end])
            wrapped += "\n" in document.text[first:last]

    assert wrapped > 5


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Die Tonne wird mittwochs geleert.", "twochs", "mittwochs"),
        ("Die Tonne wird mittwochs geleert.", "wird mitt", "wird mittwochs"),
        ("永谷宗円が1738年に考え出した。", "73", "1738"),
        ("合成生物、氢能和新型储能", "氢能", "氢能"),
        ("สงครามสิ้นสุดลง", "คราม", "คราม"),
    ],
)
def test_no_word_is_cut(text: str, part: str, whole: str) -> None:
    """What is marked are words and numbers; in scripts without spaces it is left as it is."""
    start = text.index(part)
    found = whole_words(text, start, start + len(part))
    assert text[slice(*found)] == whole
