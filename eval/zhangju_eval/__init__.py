"""Measure retrieval and answers on questions with known gold.

    load_set -> EvalSet -> evaluate -> Report

``zhangju_eval.table`` prints a report, ``zhangju_eval.html_report`` makes a page of it, and
``zhangju_eval.gate`` compares it with a baseline; ``docs/evaluating.md`` says what is measured
and how. Ranking metrics need the extra ``zhangju[eval]``.
"""

from zhangju_eval.evaluate import evaluate, evaluate_run
from zhangju_eval.loading import load_set
from zhangju_eval.own_format import shipped_sets
from zhangju_eval.questions import EvalQuestion, EvalSet, Gold, PassageGold, SectionGold
from zhangju_eval.report import Report

__all__ = [
    "EvalQuestion",
    "EvalSet",
    "Gold",
    "PassageGold",
    "Report",
    "SectionGold",
    "evaluate",
    "evaluate_run",
    "load_set",
    "shipped_sets",
]
