import re
import shutil
from html.parser import HTMLParser
from importlib.util import find_spec

import pytest

from zhangju.values import Answer, AnswerSentence, Citation, Passage
from zhangju_eval import EvalQuestion, EvalSet, Gold, evaluate, evaluate_run
from zhangju_eval.gate import Baseline, compare
from zhangju_eval.html_report import render_report, write_report
from zhangju_eval.marking import marked_pieces
from zhangju_index.errors import InputError
from zhangju_index.values import Chunk, Sentence

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = (
    '</p><script>document.title="pwned"</script><img src=http://leak.invalid/a.png onerror=alert(1)>&amp;"\''
)
TEXT = f"红色的\n门。蓝色的窗。{HOSTILE}"


def chunk(start, end, text=TEXT):
    """A slice whose wraps are joined."""
    words = text[start:end]
    reading = words.replace("\n", "")
    return Chunk(
        "house", (HOSTILE,), start, end, words, reading, words, (Sentence(start, end, words, reading),)
    )


class Everything:
    """Finds three slices for every question, and quotes the first."""

    name = HOSTILE

    def search(self, question, k):
        """Return the slices in the order of the text."""
        places = [(0, 6), (6, 12), (12, len(TEXT))]
        found = [chunk(*place) for place in places]
        return [
            Passage(c, HOSTILE, HOSTILE, 1 / rank, rank, c.sentences[0])
            for rank, c in enumerate(found, start=1)
        ]

    def ask(self, question, history=()):
        """Quote the first slice, or refuse a question that says so."""
        first = chunk(0, 6)
        citation = Citation(1, "house", "", "", (), None, 0, 6, first.text, first.reading_text)
        sentences = (
            (AnswerSentence(first.reading_text, "quoted", (citation,)),) if "拒" not in question else ()
        )
        return Answer(question, "", sentences, bool(sentences), 0.7 if sentences else 0.2, ())


def question(name, words, start=None, **more):
    """A question whose gold is the slice of six characters at ``start``."""
    gold = () if start is None else (Gold("house", start, start + 6, TEXT[start : start + 6]),)
    return EvalQuestion(name, words, "zh", "fact", bool(gold), gold, **more)


SET = EvalSet(
    "house",
    (
        question("first", "门是什么颜色？", 0),
        question("second", HOSTILE, 6),
        question("none", "拒答的问题？"),
        question("both", "门和窗？", 0, history=({"question": "先问的？"},)),
    ),
    {"house": TEXT},
)


@pytest.fixture(scope="module")
def report():
    """A run with answers, whose passages are kept."""
    return evaluate(SET, Everything(), Everything(), keep=5)


@pytest.fixture(scope="module")
def page(report):
    """The page, with a second system and a baseline to compare with."""
    other = evaluate(SET, Everything(), system=HOSTILE)
    return render_report([report, other], compare(report, Baseline.of(report)))


class Reader(HTMLParser):
    """Checks that elements nest, and gathers what a browser might fetch or run."""

    VOID = ("meta", "br", "input", "link", "img")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.loads, self.handlers = [], [], [], []

    def handle_starttag(self, tag, attrs):
        """Note an element and its attributes."""
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "poster", "data") and not (value or "").startswith(
                "#"
            ):
                self.loads.append((tag, value))
            if name.startswith("on"):
                self.handlers.append((tag, name))

    def handle_startendtag(self, tag, attrs):
        """An element of a plot that closes itself."""
        self.tags.append(tag)

    def handle_endtag(self, tag):
        """The element that was opened last is the one that is closed."""
        assert self.open.pop() == tag


def test_the_page_stands_by_itself_and_is_inert(page):
    """Whatever texts hold, there is one script, ours, and nothing to fetch."""
    reader = Reader()
    reader.feed(page)

    assert reader.open == []
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags
    assert (reader.loads, reader.handlers) == ([], [])
    assert "url(" not in page
    assert "@import" not in page
    assert re.search(
        r"Content-Security-Policy\" content=\"default-src 'none';[^\"]*script-src 'sha256-", page
    )


def test_every_question_is_there_with_its_passages(page, report):
    """The evidence is marked in the text that people read, over its line wrap."""
    assert page.count('<details class="q"') == len(SET.questions)
    assert page.count('<li class="p') == 3 * len(SET.questions)
    assert "<mark><u>红色的门。</u></mark>" in page
    assert page.count('<li class="p hit"') == sum(len(row.hits) for row in report.rows)
    for words in ("evidence first", "rightly refused", "先问的？", "answer without its evidence"):
        assert words in page


def test_figures_plots_and_slices_are_there(page):
    """Each plot once, the figures of each system, and the comparison."""
    for name in ("Recall by depth", "Risk by coverage", "Reliability of confidence", "Latency"):
        assert page.count(f'aria-label="{name}"') == 1
    for words in ("nDCG@10", "citation precision", "AUROC of confidence", "Compared with the baseline"):
        assert words in page


def test_a_run_is_shown_by_names():
    """There are no texts, no answers, and no times."""
    eval_set = EvalSet("set", (EvalQuestion("q1", "", "und", "", True, judged={"p1": 1}),))

    page = render_report([evaluate_run(eval_set, {"q1": {"p0": 2.0, "p1": 1.0}}, "theirs")])

    assert '<li class="p hit"><b>2</b><div class=where><bdi>p1</bdi>' in page
    assert 'aria-label="Latency"' not in page
    assert "AUROC" not in page


def test_nothing_eligible_is_no_fault():
    """A set without gold, found nowhere, still makes a page."""
    eval_set = EvalSet("set", (EvalQuestion("q1", "?", "zh", "", False),))

    assert "1 questions" in render_report([evaluate_run(eval_set, {}, "theirs")])


def test_the_file_is_written_or_it_is_told(tmp_path, report):
    """Half a surrogate pair becomes a question mark; a folder is no file."""
    write_report(tmp_path / "page.html", [report])

    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(InputError, match="cannot write"):
        write_report(tmp_path, [report])


def test_pieces_add_up_to_what_is_read():
    """Marks are carried over the wrap; white space goes with what stands before it."""
    wrapped = chunk(0, 12)

    pieces = list(marked_pieces(wrapped, [(2, 5)], (0, 6)))

    assert "".join(text for text, _, _ in pieces) == wrapped.reading_text
    assert pieces == [
        ("红色", False, True),
        ("的门", True, True),
        ("。", False, True),
        ("蓝色的窗。\u003c", False, False),
    ]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH: apt-get install chromium fonts-noto-cjk")
@pytest.mark.skipif(find_spec("playwright") is None, reason="no playwright: pip install playwright")
def test_a_browser_fetches_and_runs_nothing_of_it(page, tmp_path):
    """No request but the file, no error, and the filter leaves what it is asked for."""
    from playwright.sync_api import sync_playwright

    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        window = browser.new_page()
        requests, problems = [], []
        window.on("request", lambda request: requests.append(request.url))
        window.on("pageerror", lambda error: problems.append(str(error)))
        window.on("console", lambda message: problems.append(message.text))
        window.goto(path.as_uri())
        title = window.title()
        window.select_option("select[name=outcome]", "right-refusal")
        left = window.locator("details.q:visible")
        shown = left.count(), left.first.locator(".ask").text_content()
        output = window.locator("output").inner_text()
        browser.close()

    assert requests == [path.as_uri()]
    assert problems == []
    assert title == "house · Zhangju evaluation"
    assert shown == (1, "拒答的问题？")
    assert output == "1 of 4 questions"
