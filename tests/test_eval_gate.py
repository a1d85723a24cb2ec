import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import permutation_test

from zhangju_eval import EvalQuestion, EvalSet, evaluate_run
from zhangju_eval.answers import Verdict
from zhangju_eval.gate import (
    DEFAULT_MARGINS,
    GATED,
    compare,
    paired_p_value,
    read_baseline,
    write_baseline,
)
from zhangju_eval.report import Report
from zhangju_index.errors import EvalSetError, InputError

QUESTIONS = tuple(
    EvalQuestion(f"q{n}", f"问题{n}？", "zh", "fact", True, judged={f"p{n}": 1}) for n in range(20)
)
SET = EvalSet("set", QUESTIONS)


def run(*missed, of=SET):
    """A run that finds everything first, but for the questions that are named, which find nothing."""
    found = {q.id: {next(iter(q.judged)): 1.0} for q in of.questions}
    return evaluate_run(of, {name: found[name] if int(name[1:]) not in missed else {} for name in found})


@pytest.fixture
def baseline(tmp_path):
    """The baseline of a run that finds everything, read back from its file."""
    path = tmp_path / "baseline"
    write_baseline(run(), path)
    return read_baseline(path)


def test_the_same_run_passes(baseline):
    """Nothing differs, so nothing is significant, nothing flips and nothing fails."""
    comparison = compare(run(), baseline)

    assert not comparison.fails
    assert comparison.flips == ()
    assert {each.p_value for each in comparison.differences} == {1.0}


def test_a_fall_beyond_the_margin_fails_whatever_its_p_value(baseline):
    """One question of twenty is 0.05: more than the margin, and far from significant."""
    comparison = compare(run(3), baseline)

    (ndcg,) = [each for each in comparison.differences if each.metric == "nDCG@10"]
    assert (ndcg.before, ndcg.after, ndcg.p_value) == (1.0, 0.95, 1.0)
    assert ndcg.fails
    assert comparison.fails
    assert [(flip.id, flip.lost, flip.won) for flip in comparison.flips] == [("q3", ("hit@1", "hit@5"), ())]


def test_a_fall_within_the_margin_passes(baseline):
    """A margin is what a metric may fall by, itself included."""
    margins = dict.fromkeys(DEFAULT_MARGINS, 0.05)

    assert not compare(run(3), baseline, margins).fails
    assert compare(run(3, 4), baseline, margins).fails


def test_a_rise_passes(baseline, tmp_path):
    """What was won is listed and nothing fails."""
    write_baseline(run(3), tmp_path / "worse")

    comparison = compare(run(), read_baseline(tmp_path / "worse"))

    assert not comparison.fails
    assert comparison.flips[0].won == ("hit@1", "hit@5")


def test_the_same_run_gives_the_same_bytes(tmp_path):
    """A baseline can be kept under version control."""
    for name in ("one", "two"):
        write_baseline(run(3), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert json.dumps(compare(run(1), read_baseline(tmp_path / "one")).to_json()) == json.dumps(
        compare(run(1), read_baseline(tmp_path / "two")).to_json()
    )


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (EvalSet("other", QUESTIONS[:3]), "the baseline is of the set set, the run of other"),
        (EvalSet("set", QUESTIONS[:18]), "2 of its questions are gone and 0 are new"),
        (
            EvalSet("set", (replace(QUESTIONS[0], question="别的？"), *QUESTIONS[1:])),
            "a question or its gold was",
        ),
        (
            EvalSet("set", (replace(QUESTIONS[0], judged={"p9": 1}), *QUESTIONS[1:])),
            "a question or its gold was",
        ),
    ],
    ids=["set", "fewer", "reworded", "gold"],
)
def test_other_questions_are_not_compared(baseline, other, message):
    """A difference would say nothing."""
    with pytest.raises(EvalSetError, match=message):
        compare(run(of=other), baseline)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("{\n", "line 1: expected a JSON object"),
        ('{"set": "x"}\n', "line 1: expected a baseline that --save-baseline wrote"),
        (
            '{"format": "zhangju-baseline-1", "set": "x", "questions_sha256": "y"}\n{"id": "q", "hit@1": "1"}\n',
            "line 2: expected an id and the figures",
        ),
    ],
    ids=["empty", "json", "other", "figures"],
)
def test_what_is_no_baseline_is_told(tmp_path, text, message):
    """The file and the line are named."""
    path = tmp_path / "baseline"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(EvalSetError, match=message) as caught:
        read_baseline(path)

    assert str(caught.value).startswith(str(path))


def test_a_margin_is_of_a_metric(baseline):
    """A misspelt one would guard nothing."""
    with pytest.raises(InputError, match="there is no metric ndcg; there are hit@1"):
        compare(run(), baseline, {"ndcg": 0.1})
    assert set(DEFAULT_MARGINS) <= set(GATED)


def test_p_values_agree_with_scipy():
    """Exact where few questions differ, close to exact where many do."""
    generator = np.random.default_rng(1)
    for count in (3, 8, 40):
        differences = generator.normal(0.3, 1.0, count)
        theirs = permutation_test(
            (differences,),
            np.mean,
            permutation_type="samples",
            n_resamples=20_000,
            rng=np.random.default_rng(0),
        ).pvalue

        assert paired_p_value(differences.tolist(), range(count)) == pytest.approx(theirs, abs=0.015)


def test_p_value_by_hand():
    """Three questions fell and none rose: of eight exchanges two are as great."""
    assert paired_p_value([-1, -1, -1, 0], range(4)) == 2 / 8
    # In one cluster they can only be exchanged together.
    assert paired_p_value([-1, -1, -1, 0], [0, 0, 0, 1]) == 1.0
    assert paired_p_value([0.0, 0.0], range(2)) == 1.0


def answering(*wrong, confidence=None):
    """A run with answers: questions from 10 on are not answerable; those named are got wrong."""
    rows = []
    for n, row in enumerate(run().rows):
        answerable = n < 10
        answered = answerable != (n in wrong)
        sure = (0.9 if answered else 0.1) if confidence is None else confidence
        evidence = answered if answerable else None
        verdict = Verdict(answered, sure, evidence, evidence, evidence, None, None, 1, 5, ())
        question = replace(row.question, answerable=answerable)
        rows.append(replace(row, question=question, verdict=verdict))
    return Report("set", tuple(rows))


def test_answers_and_refusals_are_gated(tmp_path):
    """Each loss shows in its own metric, and confidence that tells nothing in AUROC."""
    path = tmp_path / "baseline"
    write_baseline(answering(), path)
    baseline = read_baseline(path)

    def failing(report):
        return {each.metric for each in compare(report, baseline).differences if each.fails}

    assert failing(answering()) == set()
    assert failing(answering(2)) == {"evidence", "answered", "auroc"}
    assert failing(answering(12)) == {"refused", "auroc"}
    assert failing(answering(confidence=0.5)) == {"auroc"}


def test_what_is_not_measured_any_more_fails(tmp_path):
    """A gate that skips what is missing would pass a run without answers."""
    path = tmp_path / "baseline"
    write_baseline(answering(), path)
    without = Report("set", tuple(replace(row, verdict=None) for row in answering().rows))

    comparison = compare(without, read_baseline(path))

    assert comparison.fails
    assert {"evidence", "answered", "refused", "auroc"} <= set(comparison.missing)


def test_a_metric_that_the_baseline_never_had_is_not_missing(tmp_path):
    """Where every question is answerable there is no AUROC, before or after."""
    path = tmp_path / "baseline"
    all_answerable = Report("set", answering().rows[:10])
    write_baseline(all_answerable, path)

    comparison = compare(all_answerable, read_baseline(path))

    assert comparison.missing == ()
    assert not comparison.fails
