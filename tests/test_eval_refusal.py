import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from zhangju_eval.refusal import (
    Bin,
    area_under_risk,
    area_under_roc,
    calibration_bins,
    calibration_error,
    risk_by_coverage,
)


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


def test_risk_by_hand():
    """The most certain is right, the next two are tied and one of them is wrong, the last is wrong."""
    confidence = np.array([0.2, 0.9, 0.5, 0.5])
    wrong = np.array([1.0, 0.0, 1.0, 0.0])

    risk = risk_by_coverage(confidence, wrong)

    assert risk.tolist() == pytest.approx([0.0, 0.5 / 2, 1 / 3, 2 / 4])
    assert area_under_risk(confidence, wrong) == pytest.approx((0 + 0.25 + 1 / 3 + 0.5) / 4)


@given(
    items=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=6),
    seed=st.integers(0, 9),
)
def test_ties_are_answered_in_no_particular_order(items, seed):
    """The order of the questions changes nothing, and at full coverage the risk is the error rate."""
    confidence = np.array([value / 3 for value, _ in items])
    wrong = np.array([float(flag) for _, flag in items])
    shuffled = np.random.default_rng(seed).permutation(len(items))

    risk = risk_by_coverage(confidence, wrong)

    assert risk == pytest.approx(risk_by_coverage(confidence[shuffled], wrong[shuffled]))
    assert risk[-1] == pytest.approx(wrong.mean())


@given(items=st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=2, max_size=30))
def test_bins_agree_with_scikit_learn(items):
    """The reliability diagram of scikit-learn has the same points, where no value is on a bin's edge."""
    confidence = np.array([value for value, _ in items])
    answerable = np.array([flag for _, flag in items])
    confidence = confidence[np.abs(confidence * 10 - np.round(confidence * 10)) > 1e-6]
    answerable = answerable[: len(confidence)]
    if not len(confidence):
        return

    share, mean = calibration_curve(answerable, confidence, n_bins=10)

    bins = calibration_bins(confidence, answerable)
    assert [each.confidence for each in bins] == pytest.approx(mean.tolist())
    assert [each.answerable for each in bins] == pytest.approx(share.tolist())


def test_calibration_by_hand():
    """Two questions at 0.95 of which one is answerable, one at 0.05 that is not."""
    confidence, answerable = np.array([0.95, 0.95, 0.05]), np.array([True, False, False])

    assert calibration_bins(confidence, answerable) == [
        Bin(pytest.approx(0.05), 0.0, 1),
        Bin(pytest.approx(0.95), 0.5, 2),
    ]
    assert calibration_error(confidence, answerable) == pytest.approx((0.05 + 2 * 0.45) / 3)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0
