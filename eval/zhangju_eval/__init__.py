"""Measure retrieval and answers on questions with known gold.

    load_set -> EvalSet -> evaluate -> Report

``zhangju_eval.table`` prints a report. Ranking metrics need the extra ``zhangju[eval]``.
"""

from zhangju_eval.evaluate import Report, evaluate
from zhangju_eval.questions import EvalQuestion, EvalSet, Gold, load_set, shipped_sets

__all__ = ["EvalQuestion", "EvalSet", "Gold", "Report", "evaluate", "load_set", "shipped_sets"]
