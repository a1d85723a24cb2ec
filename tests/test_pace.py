import pytest

from zhangju_ui.pace import Pace


def paced(*marks: tuple[float, float]) -> Pace:
    """A pace that was told how much was done when."""
    pace = Pace()
    for now, done in marks:
        pace.note(now, done)
    return pace


def test_speed_and_time_left() -> None:
    """What was done over the time it took; what remains at that speed."""
    pace = paced((100, 0), (110, 50))

    assert pace.speed == pytest.approx(5)
    assert pace.left(300) == pytest.approx(50)


@pytest.mark.parametrize("marks", [(), ((0, 0),), ((0, 0), (1, 10)), ((0, 5), (60, 5))], ids=str)
def test_nothing_is_foretold_from_too_little(marks: tuple[tuple[float, float], ...]) -> None:
    """No report, one, a first second, and no progress at all."""
    pace = paced(*marks)

    assert pace.speed is None
    assert pace.left(100) is None


def test_the_last_minute_counts() -> None:
    """What an interrupted build left is taken over in no time and says nothing of the rest."""
    pace = paced((0, 0), (1, 100_000), *((1 + second, 100_000 + second) for second in range(1, 121)))

    assert pace.speed == pytest.approx(1)


def test_reports_may_be_far_apart() -> None:
    """A long document is one report, minutes after the one before."""
    pace = paced((0, 0), (200, 100), (400, 300))

    assert pace.speed == pytest.approx(1)
    assert pace.left(250) == 0
