import pytest

from zhangju_index.build import Status
from zhangju_ui import progress
from zhangju_ui.progress import counting, indexing, reporting


def status(documents: int, recalled: int = 0, title: str = "标题", characters: int | None = None) -> Status:
    """How far a build of a hundred documents of a thousand characters each is."""
    embedded = documents * 1000 if characters is None else characters
    return Status(documents, 100, documents * 10.0, 1000.0, embedded, recalled, title)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that have gone by, to be set by hand."""
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def make_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is captured of standard error be a terminal of 80 columns."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def test_nothing_is_said_where_nothing_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """An index that is there opens in silence."""
    with reporting("building"), indexing():
        pass

    assert capsys.readouterr() == ("", "")


def test_a_step_is_one_line_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs are not flooded, and standard output stays with the results."""
    with reporting("building") as report:
        for done in range(3):
            report(done, 3, "标题")

    assert capsys.readouterr() == ("", "building (3)\n")


def test_a_long_build_is_a_line_now_and_then(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    """How much is done, how fast, and how long it will take: every half minute at most."""
    with indexing() as shown:
        for documents in range(40):
            clock[0] = documents
            shown.show(Status(documents, 40, 0.0, 0.0, 0, 0, "a.txt"))
        for documents in range(100):
            clock[0] = 40 + documents
            shown.show(status(documents))

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "reading: 30 of 40 documents, about 10 s left",
        "indexing (100 documents)",
        "indexing: 30 of 100 documents, 1,000 characters/s, about 1 min 10 s left",
        "indexing: 60 of 100 documents, 1,000 characters/s, about 40 s left",
        "indexing: 90 of 100 documents, 1,000 characters/s, about 10 s left",
    ]
    assert shown.characters == 99_000


def test_going_on_with_an_interrupted_build_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Who starts again sees that nothing was lost."""
    with indexing() as shown:
        shown.show(status(1, recalled=2048, characters=0))
        shown.show(status(2, recalled=5120, characters=100))
        shown.show(status(3, recalled=6000, characters=200))

    assert capsys.readouterr().err.count("going on: 5,120 vectors from an interrupted build\n") == 1


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Titles of documents cannot steer the terminal from within the bar."""
    make_terminal(monkeypatch)
    with reporting("building") as report:
        report(1, 2, "\x1b]0;evil\x07标题")

    out, err = capsys.readouterr()
    assert out == ""
    assert "building" in err
    assert "1/2" in err
    assert "\x1b]0;" not in err


def test_a_bar_says_how_long_it_will_take(
    clock: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents, speed, time left, and what is being done, however long its title is."""
    make_terminal(monkeypatch)
    with indexing() as shown:
        for documents in (0, 10, 20):
            clock[0] = documents
            shown.show(status(documents, title="很长的标题" * 40))

    err = capsys.readouterr().err
    for words in ("20/100", "1,000 characters/s", "about 1 min 20 s left", "很长的标题"):
        assert words in err


def test_counting_hands_on_every_item(capsys: pytest.CaptureFixture[str]) -> None:
    """What is counted is what goes through."""
    with counting("asking") as walk:
        assert list(walk(["a", "b"])) == ["a", "b"]

    assert capsys.readouterr().err == "asking (2)\n"


def test_counting_tells_how_long_it_will_take(capsys: pytest.CaptureFixture[str], clock: list[float]) -> None:
    """Without a terminal, a line now and then: eight of a hundred in 32 seconds leave six minutes."""
    with counting("asking") as walk:
        for _ in walk(range(100)):
            clock[0] += 4.0
            if clock[0] > 40:
                break

    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "asking (100)"
    assert lines == ["asking: 8 of 100, about 6 min 8 s left"]
