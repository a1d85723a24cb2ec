import pytest

from scripted_endpoint import pieces
from zhangju.drafting import Drafting

DRAFTS = {
    "mark after the stop": (
        "创新的核心是人才。[3]载体是产业。[1]",
        [("创新的核心是人才。", (3,)), ("载体是产业。", (1,))],
    ),
    "mark before the stop": (
        "It opened in 1987 [2]. It is free [1][3].",
        [("It opened in 1987.", (2,)), ("It is free.", (1, 3))],
    ),
    "several in one": ("A is one. [1, 2] B is two. [1-3]", [("A is one.", (1, 2)), ("B is two.", (1, 2, 3))]),
    "other brackets": (
        "甲是一。【1】乙是二。［2］丙是三。[^3]",
        [("甲是一。", (1,)), ("乙是二。", (2,)), ("丙是三。", (3,))],
    ),
    "named": ("甲是一[来源 2]。B is two [Passage 4].", [("甲是一。", (2,)), ("B is two.", (4,))]),
    "a list": ("- First point. [1]\n- Second point. [2]", [("First point.", (1,)), ("Second point.", (2,))]),
    "emphasis and a lead-in": ("答案：**创新**的核心是人才。[1]", [("创新的核心是人才。", (1,))]),
    "quotation": (
        "He said “it is late.” [1] Then he left. [2]",
        [("He said “it is late.”", (1,)), ("Then he left.", (2,))],
    ),
    "none": ("Nothing is cited here.", [("Nothing is cited here.", ())]),
    "no stop at the end": ("甲是一。[1]乙是二", [("甲是一。", (1,)), ("乙是二", ())]),
    "what shows nothing": ("甲\u200b是\u202e一。[1]\n---\n", [("甲是一。", (1,))]),
    "figures": (
        "It cost 3.5 million euros. [1] No. 5 is late. [2]",
        [("It cost 3.5 million euros.", (1,)), ("No. 5 is late.", (2,))],
    ),
}


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(("text", "sentences"), DRAFTS.values(), ids=DRAFTS)
def test_sentences_come_with_their_marks_however_they_arrive(
    text: str, sentences: list[tuple[str, tuple[int, ...]]], size: int
) -> None:
    """In pieces of any size the sentences are those of the whole."""
    drafting = Drafting()
    found = [sentence for piece in pieces(text, size) for sentence in drafting.take(piece)]
    found.extend(drafting.close())

    assert found == sentences
    assert drafting.text == text


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    """Who reads along need not wait for the end."""
    drafting = Drafting()
    assert list(drafting.take("甲是一。")) == []
    assert list(drafting.take("[1")) == []
    assert list(drafting.take("]")) == []
    assert list(drafting.take("乙")) == [("甲是一。", (1,))]
