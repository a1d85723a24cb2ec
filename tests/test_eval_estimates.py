import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhangju_eval.estimates import Estimate, bootstrap, mean_of


def test_an_interval_holds_its_mean_and_repeats():
    """The same rows give the same interval, around the plain mean."""
    values = [0.0, 1.0] * 20

    estimate = mean_of(values, range(40))

    assert estimate == mean_of(values, range(40))
    assert estimate.low < estimate.value < estimate.high
    # Standard error of a mean of 40 coin flips: 0.5 / sqrt(40) = 0.079, so 1.96 of them are 0.155.
    assert estimate.high - estimate.value == pytest.approx(0.155, abs=0.03)


@settings(max_examples=20)
@given(rows=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), min_size=1, max_size=12))
def test_means_are_bootstrapped_as_any_statistic_is(rows):
    """Sums of clusters give the interval that rows give, one by one."""
    values = [value for value, _ in rows]
    clusters = [cluster for _, cluster in rows]

    slow = bootstrap(lambda picked: sum(values[row] for row in picked) / len(picked), clusters)

    fast = mean_of(values, clusters)
    assert (fast.value, fast.low, fast.high) == pytest.approx((slow.value, slow.low, slow.high))


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
