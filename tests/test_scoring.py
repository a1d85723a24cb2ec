"""Tests of ``zhangju.scoring``: reading few candidates finds what reading all of them finds."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from zhangju.ranking import Ranked, findings_of, rank
from zhangju.scoring import Scoring
from zhangju_index.chunking import ChunkSettings, chunk_document
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article
from zhangju_index.searching import Candidates, Label
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Chunk
from zhangju_index.vectors import IntVector

CHUNKS = chunk_document(
    outline_document(bundled_article()), ToyEmbedder().count_tokens, ChunkSettings(60, 80)
)


class Made(NamedTuple):
    """Candidates, and the places that were read, in turn."""

    candidates: Candidates
    read: list[int]


def make(seed: int, spread: float) -> Made:
    """Each chunk of the article three times, with similarities made up around what real ones are."""
    chunks = [*CHUNKS, *CHUNKS, *CHUNKS]
    numbers = np.random.default_rng(seed)

    def near(mean: float, count: int) -> np.ndarray:
        return np.asarray(numbers.normal(mean, spread, count).round(3), dtype=np.float32)

    made = Candidates.of(
        chunks,
        near(0.85, len(chunks)),
        near(0.8, sum(len(chunk.sentences) for chunk in chunks)),
        near(0.2, len(chunks)),
    )
    read: list[int] = []

    def reading(places: IntVector) -> list[Chunk]:
        read.extend(places.tolist())
        return [chunks[place] for place in places.tolist()]

    return Made(replace(made, read=reading), read)


def ranked(made: Made, question: str, k: int, *, who: bool) -> Ranked:
    """Put them in order, without a reranker."""
    return rank(question, made.candidates, k, who=who, shares={"创新": 0.6, "人才": 0.4})


@pytest.mark.parametrize("who", [False, True])
@pytest.mark.parametrize("spread", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("k", [1, 5, 40])
def test_reading_few_finds_what_reading_all_finds(
    seed: int, spread: float, k: int, who: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places, scores and similarity are the same, whatever the mastheads and short lines among them."""
    question = "谁提出了这些建议？" if who else "创新和人才的关系是什么？"
    few = make(seed, spread)
    found = ranked(few, question, k, who=who)
    all_of_them = make(seed, spread)
    monkeypatch.setattr(Scoring, "lead", lambda self, count: self._read(np.arange(len(self._unread))))
    wanted = ranked(all_of_them, question, k, who=who)

    assert sorted(all_of_them.read) == list(range(3 * len(CHUNKS)))
    assert len(few.read) == len(set(few.read))
    assert found.places == wanted.places
    assert found.similarity == wanted.similarity
    labels = {CHUNKS[0].document_id: Label("题", "source")}
    shares = {"创新": 0.6}
    one, other = (
        findings_of(each.candidates, order, shares, labels, 0.0)
        for each, order in ((few, found), (all_of_them, wanted))
    )
    assert one == other


def test_no_more_are_read_than_may_lead() -> None:
    """Of candidates that lie apart, most are never read."""
    made = make(1, 0.05)
    ranked(made, "创新和人才的关系是什么？", 5, who=False)

    assert 8 * len(made.read) < 3 * len(CHUNKS)


def test_all_are_read_where_an_article_is_named() -> None:
    """Its number stands in the text alone, and lifts what it is found in."""
    made = make(1, 0.05)
    order = ranked(made, "第三条说的是什么？", 5, who=False)

    assert sorted(made.read) == list(range(3 * len(CHUNKS)))
    assert len(order.chunks) == 5
