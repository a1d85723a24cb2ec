"""From what the legs put forward to passages and sentences in order.

The legs' fused score comes first. Where there is a reranker it reads the passages that lead, as many
as a budget of characters allows, and its log-odds are added: to each sentence, and to a passage
those of its best sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple

import numpy as np

from zhangju.fusion import (
    COVERAGE_WEIGHT,
    MASTHEAD_PENALTY,
    demote_mastheads,
    fuse,
    level_lengths,
    lift,
)
from zhangju.reranking import Judgement, Reranker, source_range
from zhangju.values import Highlight, Passage
from zhangju_index.chunking import encoded_sentences, is_byline_chunk, is_heading, is_masthead
from zhangju_index.lexical import tokenize
from zhangju_index.searching import Candidates, Label
from zhangju_index.values import Chunk, Sentence
from zhangju_index.vectors import FloatVector

__all__ = [
    "JUDGED_CHARACTERS",
    "JUDGED_PASSAGES",
    "Findings",
    "Ranked",
    "ScoredSentence",
    "findings_of",
    "rank",
]

JUDGED_PASSAGES = 6
"""Most passages that a reranker reads for a question."""

JUDGED_CHARACTERS = 900
"""Characters of them that it reads at most, a Latin letter counting a third; the first is always read."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a retrieved passage with what speaks for it.

    Attributes:
        passage: The passage it belongs to.
        sentence: The sentence.
        similarity: Cosine of question and sentence.
        coverage: Share of the question's words that it holds, the rare ones counting more.
        score: All that speaks for it, weighed as for passages.
        judged: Log-odds that it answers, where a reranker read it.
        highlight: The clause of it that answers best, where a reranker tells.
    """

    passage: Passage
    sentence: Sentence
    similarity: float
    coverage: float
    score: float
    judged: float | None = None
    highlight: Highlight | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything one search found out.

    Attributes:
        passages: The best passages, best first.
        sentences: All their sentences, best first.
        similarity: Best cosine of the question and a sentence that could answer it: one of
            running text or, where it asks for a person, a byline.
        elsewhere: Mean cosine of the question and the three sentences nearest to it that are
            about other things (see ``zhangju_index.cohort``), in the language of the best passage.
        coverage: Best keyword coverage of any chunk, in [0, 1].
        timings: Milliseconds by stage.
        judged: Best log-odds of a sentence that could answer, where a reranker read any.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[ScoredSentence, ...]
    similarity: float
    elsewhere: float
    coverage: float
    timings: Mapping[str, float]
    judged: float | None = None


class Ranked(NamedTuple):
    """Candidates in order.

    Attributes:
        places: Candidates, best first, as many as were asked for.
        scores: Score of every candidate.
        judgements: What the reranker said, by candidate.
        similarity: As in ``Findings``.
        judged: As in ``Findings``.
        milliseconds: What the reranker took.
        levelled: Similarity of every sentence, the short ones taken down.
    """

    places: list[int]
    scores: FloatVector
    judgements: Mapping[int, Judgement]
    similarity: float
    judged: float | None
    milliseconds: float
    levelled: FloatVector


def rank(
    question: str, candidates: Candidates, k: int, *, who: bool, reranker: Reranker | None = None
) -> Ranked:
    """Put candidates in order.

    Args:
        question: As asked.
        candidates: What the legs put forward, at least one.
        k: Candidates to return.
        who: Whether the question asks for a person.
        reranker: Reads the leading ones once more.
    """
    chunks, bounds = candidates.chunks, candidates.sentence_bounds
    characters = [len(text) for chunk in chunks for text in encoded_sentences(chunk)]
    levelled = level_lengths(candidates.sentence_similarity, np.array(characters))
    best = np.array([levelled[a:b].max() for a, b in pairwise(bounds)], dtype=np.float32)
    masthead = np.array([is_masthead(chunk) for chunk in chunks])
    byline = np.array([is_byline_chunk(chunk) for chunk in chunks])
    # A byline may answer who; titles and headings answer nothing.
    telling = ~masthead | (byline if who else False)
    demotion = demote_mastheads(masthead, byline, asks_who=who)
    scores = fuse(candidates.similarity, best, candidates.coverage, demotion)
    spread = np.repeat(telling, np.diff(bounds))
    similarity = float(candidates.sentence_similarity[spread if spread.any() else ...].max())

    judgements: dict[int, Judgement] = {}
    judged: float | None = None
    started = perf_counter()
    if reranker is not None:
        # A stable sort keeps the order of the text among equals.
        read = _leading(chunks, np.argsort(-scores, kind="stable").tolist())
        found = reranker.judge(question, [chunks[place] for place in read])
        judgements = dict(zip(read, found, strict=True))
        for place, judgement in judgements.items():
            scores[place] += lift(max(judgement.sentences))
        able = [max(judgements[place].sentences) for place in read if telling[place]]
        judged = max(able, default=None)
    places = np.argsort(-scores, kind="stable")[:k].tolist()
    milliseconds = 1000 * (perf_counter() - started)
    return Ranked(places, scores, judgements, similarity, judged, milliseconds, levelled)


def findings_of(
    candidates: Candidates,
    ranked: Ranked,
    shares: Mapping[str, float],
    labels: Mapping[str, Label],
    elsewhere: float,
) -> Findings:
    """Passages and their sentences, from candidates in order.

    Args:
        candidates: What the legs put forward.
        ranked: Their order.
        shares: What each word of the question weighs.
        labels: Title and source of each document among them.
        elsewhere: As in ``Findings``.
    """
    bounds, levelled = candidates.sentence_bounds, ranked.levelled
    passages: list[Passage] = []
    sentences: list[ScoredSentence] = []
    for number, place in enumerate(ranked.places, start=1):
        chunk = candidates.chunks[place]
        part = slice(bounds[place], bounds[place + 1])
        judgement = ranked.judgements.get(place)
        scored = list(_score(chunk, candidates.sentence_similarity[part], levelled[part], shares, judgement))
        best = max(scored, key=lambda item: item.score)
        passage = Passage(
            chunk, *labels[chunk.document_id], float(ranked.scores[place]), number, best.sentence
        )
        passages.append(passage)
        sentences.extend(ScoredSentence(passage, *item) for item in scored)
    sentences.sort(key=lambda item: -item.score)
    return Findings(
        tuple(passages),
        tuple(sentences),
        ranked.similarity,
        elsewhere,
        float(candidates.coverage.max()),
        {},
        ranked.judged,
    )


class _Scored(NamedTuple):
    """A sentence before its passage is made; the fields of ``ScoredSentence``."""

    sentence: Sentence
    similarity: float
    coverage: float
    score: float
    judged: float | None
    highlight: Highlight | None


def _leading(chunks: Sequence[Chunk], places: Sequence[int]) -> list[int]:
    """The first candidates, as many as a reranker reads."""
    kept: list[int] = []
    budget = float(JUDGED_CHARACTERS)
    for place in places[:JUDGED_PASSAGES]:
        budget -= _cost(chunks[place].reading_text)
        if kept and budget < 0:
            break
        kept.append(place)
    return kept


def _cost(text: str) -> float:
    # A Han character is some two thirds of a token, a Latin letter a quarter.
    wide = sum(character > "\u2e80" for character in text)
    return wide + (len(text) - wide) / 3


def _score(
    chunk: Chunk,
    similarities: FloatVector,
    levelled: FloatVector,
    weights: Mapping[str, float],
    judgement: Judgement | None,
) -> Iterator[_Scored]:
    """Each sentence with what speaks for it; ``weights`` are the question's shares."""
    for row, sentence in enumerate(chunk.sentences):
        terms = set(tokenize(sentence.reading_text))
        coverage = sum(weight for term, weight in weights.items() if term in terms)
        score = float(levelled[row]) + COVERAGE_WEIGHT * coverage
        score -= MASTHEAD_PENALTY * is_heading(sentence, chunk)
        judged = highlight = None
        if judgement is not None:
            judged = judgement.sentences[row]
            score += lift(judged)
            clause = judgement.clauses[row] if judgement.clauses else None
            if clause is not None:
                highlight = Highlight(*source_range(sentence, clause.start, clause.end))
        yield _Scored(sentence, float(similarities[row]), coverage, score, judged, highlight)
