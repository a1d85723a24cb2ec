import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from zhangju_eval.metrics import Estimate, area_under_roc, bootstrap, mean_of, score_rankings
from zhangju_index.errors import ZhangjuError


def by_hand(first_hit):
    """Each metric straight from its definition, with one relevant item."""
    rank = first_hit or math.inf
    return {
        "hit@1": float(rank <= 1),
        "hit@3": float(rank <= 3),
        "hit@5": float(rank <= 5),
        "MRR@10": 1 / rank if rank <= 10 else 0.0,
        "nDCG@10": 1 / math.log2(1 + rank) if rank <= 10 else 0.0,
    }


@given(first_hits=st.lists(st.none() | st.integers(1, 30), max_size=20))
def test_metrics_agree_with_their_definitions(first_hits):
    """Every rank, none and too deep a rank included, scores as the textbook says."""
    expected = [by_hand(hit) for hit in first_hits]

    scores = score_rankings(first_hits)

    assert [list(row) for row in scores] == [list(row) for row in expected]
    assert scores == [pytest.approx(row) for row in expected]


def test_a_missing_library_says_what_to_install(monkeypatch):
    """Evaluation is an extra; retrieval is not."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)

    with pytest.raises(ZhangjuError, match=r"pip install 'zhangju\[eval\]'"):
        score_rankings([1])


@given(
    items=st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2).filter(
        lambda items: len({positive for _, positive in items}) == 2
    )
)
def test_area_agrees_with_scikit_learn(items):
    """Ties included: scores are drawn from five values."""
    scores = np.array([score for score, _ in items], dtype=np.float64)
    positive = np.array([flag for _, flag in items])

    assert area_under_roc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_area_by_hand():
    """Of four pairs two are in order and one is a tie."""
    assert area_under_roc(np.array([0.9, 0.4, 0.4, 0.5]), np.array([True, True, False, False])) == 2.5 / 4


def test_an_interval_holds_its_mean_and_repeats():
    """The same rows give the same interval, around the plain mean."""
    values = [0.0, 1.0] * 20

    estimate = mean_of(values, range(40))

    assert estimate == mean_of(values, range(40))
    assert estimate.low < estimate.value < estimate.high
    # Standard error of a mean of 40 coin flips: 0.5 / sqrt(40) = 0.079, so 1.96 of them are 0.155.
    assert estimate.high - estimate.value == pytest.approx(0.155, abs=0.03)


def test_rows_of_one_cluster_stand_or_fall_together():
    """Asking the same five times narrows nothing."""
    once = mean_of([0.0, 1.0] * 10, range(20))
    five_times = mean_of(([0.0, 1.0] * 10) * 5, [*range(20)] * 5)

    assert five_times.value == once.value
    assert (five_times.low, five_times.high) == pytest.approx((once.low, once.high))


def test_nothing_eligible_is_no_figure():
    """A question that cannot be scored is left out, never counted as zero."""
    assert mean_of([], []) is None
    assert bootstrap(lambda rows: None, [1, 2]) is None


def test_an_undefined_resample_is_left_out():
    """A draw in which a statistic has no value says nothing about its spread."""
    estimate = bootstrap(lambda rows: 1.0 if {0, 1} <= set(rows.tolist()) else None, [0, 1])

    assert estimate == Estimate(1.0, 1.0, 1.0)
