import pytest

from zhangju_ui.progress import counting, reporting


def test_nothing_is_said_where_nothing_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """An index that is there opens in silence."""
    with reporting("building"):
        pass

    assert capsys.readouterr() == ("", "")


def test_a_step_is_one_line_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs are not flooded, and standard output stays with the results."""
    with reporting("building") as report:
        for done in range(3):
            report(done, 3, "标题")

    assert capsys.readouterr() == ("", "building (3)\n")


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Titles of documents cannot steer the terminal from within the bar."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with reporting("building") as report:
        report(1, 2, "\x1b]0;evil\x07标题")

    out, err = capsys.readouterr()
    assert out == ""
    assert "building" in err
    assert "1/2" in err
    assert "\x1b]0;" not in err


def test_counting_hands_on_every_item(capsys: pytest.CaptureFixture[str]) -> None:
    """What is counted is what goes through."""
    with counting("asking") as walk:
        assert list(walk(["a", "b"])) == ["a", "b"]

    assert capsys.readouterr().err == "asking (2)\n"
