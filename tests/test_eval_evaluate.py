import io
import json
from itertools import pairwise

import pytest
from rich.console import Console

from zhangju.values import Answer, AnswerSentence, Citation, Passage
from zhangju_eval import EvalQuestion, EvalSet, Gold, evaluate, load_set
from zhangju_eval.table import print_report
from zhangju_index.values import Chunk, Sentence

TEXT = "红色的门。蓝色的窗。绿色的墙。黄色的顶。"
ENDS = [0, 5, 10, 15, 20]


def passage(start, end, rank, text=TEXT, document_id="house"):
    """A retrieved slice."""
    words = text[start:end]
    sentence = Sentence(start, end, words, words)
    chunk = Chunk(document_id, (), start, end, words, words, words, (sentence,))
    return Passage(chunk, "House", "house.txt", 1.0 / rank, rank, sentence)


class OverlapRetriever:
    """Ranks slices by the characters they share with the question; equal ones keep their order."""

    def __init__(self, ends=ENDS, text=TEXT, document_id="house"):
        self.ends, self.text, self.document_id = ends, text, document_id

    def search(self, question, k):
        """Return the ``k`` slices that share most characters."""
        slices = sorted(pairwise(self.ends), key=lambda s: -len(set(question) & set(self.text[slice(*s)])))
        return [passage(*s, rank, self.text, self.document_id) for rank, s in enumerate(slices[:k], start=1)]


class FirstPassageAssistant:
    """Quotes the first passage, or refuses when it shares fewer than two characters."""

    def __init__(self, retriever):
        self.retriever = retriever

    def ask(self, question, history=()):
        """Answer from the first passage."""
        passages = self.retriever.search(question, 5)
        chunk = passages[0].chunk
        shared = len(set(question) & set(chunk.text))
        citation = Citation(
            1,
            chunk.document_id,
            "House",
            "house.txt",
            (),
            None,
            chunk.start,
            chunk.end,
            chunk.text,
            chunk.text,
        )
        sentences = (AnswerSentence(chunk.text, "quoted", (citation,)),) if shared >= 2 else ()
        return Answer(question, chunk.text, sentences, bool(sentences), shared / 10, tuple(passages))


def question(name, words, start=None, kind="fact", lang="zh"):
    """A question whose gold is the five characters at ``start``."""
    gold = () if start is None else (Gold("house", start, start + 5, TEXT[start : start + 5]),)
    return EvalQuestion(name, words, lang, kind, bool(gold), gold)


HOUSE = EvalSet(
    "house",
    (
        question("hit", "蓝色的东西", 5),
        question("third", "红色的门", 10),
        question("shy", "顶", 15, kind="list"),
        question("none", "红色的狗", kind="near_miss"),
        question("far", "abc", kind="off_topic", lang="en"),
    ),
    {"house": TEXT},
)


@pytest.fixture(scope="module")
def report():
    """The report on the house."""
    retriever = OverlapRetriever()
    return evaluate(HOUSE, retriever, FirstPassageAssistant(retriever))


def test_ranks_are_those_of_the_gold(report):
    """Worked out by hand; a question without gold has no ranking metrics at all."""
    assert {row.question.id: row.first_hit for row in report.rows} == {
        "hit": 1,
        "third": 3,
        "shy": 1,
        "none": None,
        "far": None,
    }
    assert [bool(row.metrics) for row in report.rows] == [True, True, True, False, False]
    metrics = report.to_json()["metrics"]
    assert {name: figures["value"] for name, figures in metrics.items()} == {
        "hit@1": 0.6667,
        "hit@3": 1.0,
        "hit@5": 1.0,
        "hit@10": 1.0,
        "MRR@10": 0.7778,
        "nDCG@10": 0.8333,
        "MAP": 0.7778,
        "recall@1": 0.6667,
        **dict.fromkeys(["recall@3", "recall@5", "recall@10", "recall@20", "recall@50", "recall@100"], 1.0),
    }


def test_refusals_are_counted_by_hand(report):
    """It refuses "shy" and "far"; "far" has no answer, "none" is answered wrongly."""
    figures = report.to_json()["abstention"]

    assert figures["precision"]["value"] == 0.5
    assert figures["recall"]["value"] == 0.5
    assert figures["answered"]["value"] == 0.6667
    # Shared characters: 3, 4, 1 against 3 and 0, so 4.5 of 6 pairs are in order.
    assert figures["auroc"]["value"] == 0.75
    # By confidence: "third" answers beside the gold; "hit" is right and "none" wrong, and tied;
    # "shy" would show the gold first; "far" has no answer.
    assert figures["aurc"]["value"] == round((1 + 1.5 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5, 4)
    # Gaps of 0.4 - 1, (0.3 - 0.5) twice, 0.1 - 1 and 0 - 0, over five questions.
    assert figures["calibration_error"]["value"] == round((0.6 + 2 * 0.2 + 0.9 + 0) / 5, 4)


def test_answers_are_held_against_the_gold(report):
    """Of three answerable questions one is answered with its evidence, one with another, one refused."""
    assert [row.evidence for row in report.rows] == [True, False, False, None, None]
    figures = report.to_json()["answers"]
    assert figures["evidence"]["value"] == 0.3333
    assert figures["evidence_when_answered"]["value"] == 0.5
    assert figures["holds_gold"]["value"] == 0.3333
    assert figures["citation_precision"]["value"] == figures["citation_recall"]["value"] == 0.5
    assert figures["sentences"] == {"median": 1.0, "most": 1.0}
    assert figures["characters"] == {"median": 5.0, "most": 5.0}


def test_slices_hold_what_they_can(report):
    """A slice without gold shows no ranking metrics rather than zeros."""
    by = report.to_json()["by"]

    assert list(by) == [
        *("lang=en", "lang=zh", "kind=fact", "kind=list", "kind=near_miss", "kind=off_topic"),
        *("answerable=no", "answerable=yes"),
    ]
    assert by["kind=fact"]["metrics"]["hit@1"]["value"] == 0.5
    assert by["kind=near_miss"]["metrics"] == {}
    assert by["kind=near_miss"]["abstention"]["recall"]["value"] == 0.0
    assert by["kind=off_topic"]["abstention"]["recall"]["value"] == 1.0


def test_without_an_assistant_only_retrieval_is_measured():
    """Refusal and answers are absent, not zero."""
    report = evaluate(HOUSE, OverlapRetriever()).to_json()

    assert report["abstention"] == {}
    assert report["answers"] == {}
    assert list(report["latency_ms"]) == ["search"]


def test_the_report_has_the_agreed_keys_and_repeats(report):
    """Two runs give the same JSON, but for the timings."""
    again = evaluate(HOUSE, OverlapRetriever(), FirstPassageAssistant(OverlapRetriever()))
    first, second = report.to_json(), again.to_json()

    assert list(first) == [
        "set",
        "questions",
        "metrics",
        "abstention",
        "answers",
        "by",
        "intervals",
        "latency_ms",
    ]
    assert first["set"] == "house"
    assert first["questions"] == 5
    assert first.pop("latency_ms").keys() == second.pop("latency_ms").keys() == {"search", "ask"}
    assert json.dumps(first) == json.dumps(second)


def test_several_gold_entries_are_alternatives():
    """The first passage that holds any of them is the hit."""
    golds = (Gold("house", 15, 20, TEXT[15:20]), Gold("house", 5, 10, TEXT[5:10]))
    either = EvalSet("house", (EvalQuestion("1", "蓝色的东西", "zh", "list", True, golds),), {"house": TEXT})

    assert evaluate(either, OverlapRetriever()).rows[0].first_hit == 1


def test_a_rewrapped_copy_scores_the_same():
    """An index of the same text under another name, with other line ends, finds the same gold."""
    wrapped = "".join(f"{c}\n" for c in TEXT)
    copy = OverlapRetriever([2 * end for end in ENDS], wrapped, "copy")

    assert (
        evaluate(HOUSE, copy).to_json()["metrics"] == evaluate(HOUSE, OverlapRetriever()).to_json()["metrics"]
    )


def test_metrics_need_enough_passages():
    """nDCG@10 over five passages would be another metric."""
    with pytest.raises(ValueError, match="at least 10"):
        evaluate(HOUSE, OverlapRetriever(), k=5)


def test_progress_sees_every_question():
    """A progress bar wraps the questions as they are asked."""
    seen = []
    evaluate(HOUSE, OverlapRetriever(), progress=lambda questions: (seen.append(q) or q for q in questions))

    assert seen == list(HOUSE.questions)


def test_the_article_set_runs_from_end_to_end():
    """Whole paragraphs, ranked by shared characters, answer many Chinese questions: the set works."""
    article = load_set("article").select("dev")
    text = article.documents["wujin-new-quality-productive-forces"]
    ends = sorted({0, *range(300, len(text), 300), len(text)})
    retriever = OverlapRetriever(ends, text, "wujin-new-quality-productive-forces")

    report = evaluate(article, retriever, FirstPassageAssistant(retriever))

    assert report.set_name == "article/dev"
    assert 0.3 < report.by["lang=zh"].metrics["hit@5"].value < 1.0


def test_the_tables_show_every_slice(report):
    """Each language and kind has its row, and a terminal of 80 columns cuts nothing off."""
    console = Console(file=io.StringIO(), width=80)

    print_report(report, console)

    printed = console.file.getvalue()
    for words in (
        "house: 5 questions",
        "hit@1",
        "nDCG@10",
        "By language",
        "By kind",
        "near_miss",
        "0.833",
        "ask: median",
    ):
        assert words in printed
    assert "…" not in printed


def test_the_tables_do_without_an_assistant():
    """Columns about answers are left out."""
    console = Console(file=io.StringIO(), width=120)

    print_report(evaluate(HOUSE, OverlapRetriever()), console)

    assert "refused" not in console.file.getvalue()
