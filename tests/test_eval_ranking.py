import math
import sys
from itertools import pairwise

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from zhangju_eval.ranking import RECALL_AT, Ranking, falling, rank_parts, score_rankings, trec_order
from zhangju_index.errors import ZhangjuError

NAMES = [*"abcdefgh", "é", "章"]


def by_hand(order, relevance):
    """Each metric straight from its definition, given names in order and graded relevance."""
    relevant = {name for name, grade in relevance.items() if grade > 0}
    ranks = [rank for rank, name in enumerate(order, 1) if name in relevant]
    gain = sum(
        max(relevance.get(name, 0), 0) / math.log2(rank + 1) for rank, name in enumerate(order[:10], 1)
    )
    best = sorted((grade for grade in relevance.values() if grade > 0), reverse=True)[:10]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, 1))
    return {
        **{f"hit@{k}": float(any(rank <= k for rank in ranks)) for k in (1, 3, 5, 10)},
        "MRR@10": next((1 / rank for rank in ranks if rank <= 10), 0.0),
        "nDCG@10": gain / ideal if ideal else 0.0,
        "MAP": sum(found / rank for found, rank in enumerate(ranks, 1)) / len(relevant) if relevant else 0.0,
        **{
            f"recall@{k}": sum(rank <= k for rank in ranks) / len(relevant) if relevant else 0.0
            for k in RECALL_AT
        },
    }


RELEVANCE = st.dictionaries(st.sampled_from(NAMES), st.integers(-1, 3), min_size=1)
# Few values, so that there are ties; two of them differ in double precision only.
SCORES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.5, 1.0, 1.0 + 1e-9, 2.0, -3.0]))


@given(judged=st.lists(st.tuples(SCORES, RELEVANCE), min_size=1, max_size=4))
def test_metrics_agree_with_pytrec_eval_and_with_their_definitions(judged):
    """Ties, graded gains, negative grades and questions without any result: three ways, one value."""
    rankings = [Ranking(trec_order(scores), relevance) for scores, relevance in judged]

    ours = score_rankings(rankings)

    theirs = pytrec_eval.RelevanceEvaluator(
        {str(n): relevance for n, (_, relevance) in enumerate(judged)},
        {"map", "recip_rank", "ndcg_cut.10", "success.1,3,5,10", f"recall.{','.join(map(str, RECALL_AT))}"},
    ).evaluate({str(n): scores for n, (scores, _) in enumerate(judged)})
    for n, (ranking, row) in enumerate(zip(rankings, ours, strict=True)):
        assert row == pytest.approx(by_hand(ranking.names, ranking.relevance))
        expected = theirs[str(n)]
        assert row["MAP"] == pytest.approx(expected["map"])
        assert row["nDCG@10"] == pytest.approx(expected["ndcg_cut_10"])
        assert row["MRR@10"] == pytest.approx(expected["recip_rank"])
        for k in (1, 3, 5, 10):
            assert row[f"hit@{k}"] == expected[f"success_{k}"]
        for k in RECALL_AT:
            assert row[f"recall@{k}"] == pytest.approx(expected[f"recall_{k}"])


@given(ranks=st.lists(st.none() | st.integers(1, 30), max_size=20))
def test_one_part_is_one_relevant_item(ranks):
    """Every rank, none and too deep a rank included, scores as the textbook says."""
    scores = score_rankings(rank_parts([rank]) for rank in ranks)

    assert scores == [
        pytest.approx(by_hand([str(n) for n in range(1, (rank or 0) + 1)], {str(rank): 1})) for rank in ranks
    ]


def test_recall_counts_parts_and_one_passage_may_bring_several():
    """Of three parts the first passage holds two and the fifth none: worked out by hand."""
    (row,) = score_rankings([rank_parts([1, 1, None])])

    assert row["recall@1"] == pytest.approx(2 / 3)
    assert row["hit@1"] == 1.0
    # One relevant passage at rank 1, and one that was not seen.
    assert row["nDCG@10"] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert row["MAP"] == pytest.approx(1 / 2)


def test_parts_found_one_after_the_other():
    """The first part at rank 2, the second at rank 4."""
    (row,) = score_rankings([rank_parts([4, 2])])

    assert [row[f"recall@{k}"] for k in (1, 3, 5)] == [0.0, 0.5, 1.0]
    assert row["MRR@10"] == 0.5
    assert row["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_trec_eval_sees_single_precision_and_the_greater_name_first():
    """Ranks that a file claims play no part."""
    assert trec_order({"a": 1.0, "b": 1.0 + 1e-9, "c": 2.0, "章": 1.0}) == ["c", "章", "b", "a"]


@given(st.lists(st.floats(-10, 10, width=64), max_size=30))
def test_falling_scores_are_seen_in_their_order(scores):
    """Whatever the scores, single precision tells every rank from the next."""
    scores = sorted(scores, reverse=True)

    fallen = falling(scores)

    single = [np.float32(score) for score in fallen]
    assert all(first > second for first, second in pairwise(single))
    assert np.allclose(fallen, scores, atol=1e-4)


def test_a_missing_library_says_what_to_install(monkeypatch):
    """Evaluation is an extra; retrieval is not."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)

    with pytest.raises(ZhangjuError, match=r"pip install 'zhangju\[eval\]'"):
        score_rankings([rank_parts([1])])
