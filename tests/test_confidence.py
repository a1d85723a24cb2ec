import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handmade import ARTICLE, article_chunks, passages_of
from zhangju.confidence import THRESHOLD, estimate_confidence
from zhangju.ranking import Findings

FINDINGS = Findings(
    passages=passages_of(ARTICLE, article_chunks()),
    sentences=(),
    similarity=0.86,
    elsewhere=0.8,
    coverage=0.3,
    timings={},
)
SIMILARITIES = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=5).map(sorted)


def confidence(similarity: float, elsewhere: float) -> float:
    """Confidence of findings with these two similarities."""
    return estimate_confidence(replace(FINDINGS, similarity=similarity, elsewhere=elsewhere))


def test_nothing_found_is_no_answer() -> None:
    """Without a passage there is nothing that could answer."""
    assert estimate_confidence(replace(FINDINGS, passages=())) == 0


@given(similarities=SIMILARITIES, other=st.floats(-1, 1))
def test_what_is_more_alike_is_surer(similarities: list[float], other: float) -> None:
    """Confidence is a probability that rises with the best sentence and falls with those elsewhere."""
    rising = [confidence(similarity, other) for similarity in similarities]
    falling = [confidence(other, similarity) for similarity in similarities]

    assert all(0 <= value <= 1 for value in rising + falling)
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)


@given(judged=st.lists(st.floats(-12, 12), min_size=2, max_size=5).map(sorted))
def test_what_the_judge_finds_to_answer_is_surer(judged: list[float]) -> None:
    """The judge decides: its surest is answered at any usual similarity, its least sure refused."""
    rising = [estimate_confidence(replace(FINDINGS, judged=value)) for value in judged]

    assert rising == sorted(rising)
    assert estimate_confidence(replace(FINDINGS, judged=-8.0)) < THRESHOLD
    assert estimate_confidence(replace(FINDINGS, judged=3.0, similarity=0.8)) > THRESHOLD


def test_the_threshold_lies_where_questions_lie() -> None:
    """A sentence further off than those about other things is refused, a much nearer one answers."""
    assert 0 < THRESHOLD < 1
    for level in (0.75, 0.8, 0.85):
        assert confidence(level - 0.02, level) < THRESHOLD < confidence(level + 0.1, level)


@pytest.mark.parametrize("similarity", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("elsewhere", [-1.0, 0.0, 1.0])
def test_the_ends_are_finite(similarity: float, elsewhere: float) -> None:
    """No overflow at the ends of the scale."""
    assert math.isfinite(confidence(similarity, elsewhere))


def test_no_judge_makes_an_answer_of_another_topic() -> None:
    """It is sure of greetings, which it never learned from: where nothing is alike, nothing answers."""
    sure = replace(FINDINGS, judged=4.0)

    assert estimate_confidence(sure) > 0.5
    assert estimate_confidence(replace(sure, similarity=0.51, elsewhere=0.52)) < THRESHOLD
