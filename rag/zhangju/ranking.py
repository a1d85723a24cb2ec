"""From what the legs put forward to passages and sentences in order.

The legs' fused score comes first. Where there is a reranker it reads the sentences that lead in the
passages that lead, and its log-odds are added: to each sentence, and to a passage those of its best
sentence.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

import numpy as np

from zhangju.asking import byline_may_answer
from zhangju.expecting import Kind, expected_kind, lacks
from zhangju.fusion import (
    COVERAGE_WEIGHT,
    MASTHEAD_PENALTY,
    PASSAGE_SHARE,
    lift,
)
from zhangju.numbered import Article, is_absent, named_articles
from zhangju.reranking import Judgement, Reranker, Use, source_range, whole_words
from zhangju.scoring import Scoring
from zhangju.values import Highlight, Passage
from zhangju_index.chunking import is_byline_chunk, is_heading
from zhangju_index.lexical import terms_within
from zhangju_index.searching import Candidates, Label
from zhangju_index.values import Chunk, Sentence
from zhangju_index.vectors import FloatVector, IntVector

__all__ = [
    "JUDGED_PASSAGES",
    "JUDGED_SENTENCES",
    "Findings",
    "Ranked",
    "ScoredSentence",
    "findings_of",
    "rank",
    "sentence_coverage",
]

JUDGED_PASSAGES = 20
"""Leading passages whose sentences a reranker may read."""

JUDGED_SENTENCES = 14
"""Sentences of them that it reads for a question."""


_ABSENT = -8.0
"""Log-odds, at most, where an article is named that is not there."""

_LACKING = 0.03
"""What a sentence falls behind in the order of reading for lacking what the question wants."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a retrieved passage with what speaks for it.

    Attributes:
        passage: The passage it belongs to.
        sentence: The sentence.
        similarity: Cosine of question and sentence, less what any question has (``zhangju.centring``).
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
            running text or, where it asks for a person, a byline that may answer
            (``zhangju.asking.byline_may_answer``).
        elsewhere: Mean cosine of the question and the three sentences nearest to it that are
            about other things (see ``zhangju_index.cohort``), in the language of the best passage.
        coverage: Best keyword coverage of any chunk, in [0, 1].
        timings: Milliseconds by stage.
        judged: Log-odds that any sentence answers, where a calibrated reranker read some:
            half-way between those of the best one and the log of their summed odds.
        named: Articles of a law that the question names by their number.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[ScoredSentence, ...]
    similarity: float
    elsewhere: float
    coverage: float
    timings: Mapping[str, float]
    judged: float | None = None
    named: Collection[Article] = ()


class Ranked(NamedTuple):
    """Candidates in order.

    Attributes:
        places: Candidates, best first, as many as were asked for.
        chunks: The same, read.
        scores: Score of each of them, by its place.
        levelled: Similarity of their sentences, the short ones taken down, by row.
        judgements: What the reranker said, by row of the sentence.
        unread: What is added to the score of a sentence that it did not read.
        similarity: As in ``Findings``.
        judged: As in ``Findings``.
        named: As in ``Findings``.
        milliseconds: What the reranker took.
    """

    places: list[int]
    chunks: list[Chunk]
    scores: FloatVector
    levelled: FloatVector
    judgements: Mapping[int, Judgement]
    unread: float
    similarity: float
    judged: float | None
    named: Collection[Article]
    milliseconds: float


def rank(
    question: str,
    candidates: Candidates,
    k: int,
    *,
    who: bool,
    shares: Mapping[str, float],
    reranker: Reranker | None = None,
    uses: Use = Use.ALL,
) -> Ranked:
    """Put candidates in order.

    Args:
        question: As asked.
        candidates: What the legs put forward, at least one.
        k: Candidates to return.
        who: Whether the question asks for a person.
        shares: What each word of the question weighs.
        reranker: Reads their leading sentences once more.
        uses: What its word is heard on.
    """
    bounds, named = candidates.sentence_bounds, named_articles(question)
    scoring = Scoring(candidates, who=who, named=named)
    scoring.lead(max(k, JUDGED_PASSAGES))

    started = perf_counter()
    read: list[tuple[int, int]] = []
    found: Sequence[Judgement] = ()
    if reranker is not None:
        # A stable sort keeps the order of the text among equals.
        leading = np.argsort(-scoring.scores, kind="stable")[:JUDGED_PASSAGES].tolist()
        places_read = [place for place in leading if scoring.telling[place]]
        read = _leading(scoring, bounds, places_read, shares, expected_kind(question))
        if read:
            found = reranker.judge(question, [scoring.chunks[place].sentences[row] for place, row in read])

    log_odds = {pair: judgement.log_odds for pair, judgement in zip(read, found, strict=True)}
    similarity = _nearest_telling(scoring, question, log_odds)
    scores = scoring.scores
    judgements: dict[int, Judgement] = {}
    judged: float | None = None
    unread = 0.0
    if reranker is not None and found:
        # What was not read ranked lower: it counts as the least likely of what was.
        least = lift(min(log_odds.values()))
        if Use.ORDER in uses:
            best_read = np.full(len(candidates), least, dtype=np.float32)
            for (place, _), said in log_odds.items():
                best_read[place] = max(best_read[place], lift(said))
            scores = scores + best_read
        if Use.REFUSAL in uses and reranker.calibrated:
            heard = [said for (place, _), said in log_odds.items() if scoring.telling[place]]
            judged = _any_of(heard or list(log_odds.values()))
            if is_absent(list(scoring.chunks.values()), named):
                # The topic of another article is no answer.
                judged = min(judged, _ABSENT)
        if Use.QUOTES in uses:
            rows = (int(bounds[place]) + row for place, row in read)
            judgements, unread = dict(zip(rows, found, strict=True)), least
    # Of what was read: rounding may lift a bound to the score of the last one.
    known = np.array(sorted(scoring.chunks))
    places = known[np.argsort(-scores[known], kind="stable")[:k]].tolist()
    milliseconds = 1000 * (perf_counter() - started)
    chunks = [scoring.chunks[place] for place in places]
    return Ranked(
        places, chunks, scores, scoring.levelled, judgements, unread, similarity, judged, named, milliseconds
    )


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
    for number, (place, chunk) in enumerate(zip(ranked.places, ranked.chunks, strict=True), start=1):
        part = slice(bounds[place], bounds[place + 1])
        judgements = [ranked.judgements.get(row) for row in range(part.start, part.stop)]
        own = candidates.sentence_similarity[part]
        scored = list(_score(chunk, own, levelled[part], shares, judgements, ranked.unread))
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
        ranked.named,
    )


class _Scored(NamedTuple):
    """A sentence before its passage is made; the fields of ``ScoredSentence``."""

    sentence: Sentence
    similarity: float
    coverage: float
    score: float
    judged: float | None
    highlight: Highlight | None


def _any_of(log_odds: Sequence[float]) -> float:
    """Log-odds that one of several sentences answers.

    Odds add up where sentences answer apart from each other, and not at all where they say the same; half-way is
    as good as either on public sets, and better on articles, which come back to what they are about.
    """
    return float(max(log_odds) + np.logaddexp.reduce(log_odds)) / 2


def _nearest_telling(scoring: Scoring, question: str, log_odds: Mapping[tuple[int, int], float]) -> float:
    """Similarity of the nearest sentence of candidates that may answer, or of all where none may.

    Bylines of others are taken for none that may answer: a stranger's name speaks for an answer
    only if it is found likely. Whatever may be nearer is read.

    Args:
        scoring: Candidates with their scores.
        question: As asked.
        log_odds: What the reranker said, by candidate and row in it.
    """
    said = {place: (row, each) for (place, row), each in log_odds.items()}
    while True:
        for place in np.flatnonzero(scoring.byline & scoring.telling).tolist():
            row, likely = said.get(place, (0, None))
            if not byline_may_answer(question, scoring.chunks[place].sentences[row].reading_text, likely):
                scoring.telling[place] = False
        nearest = scoring.nearest[scoring.telling].max(initial=-np.inf)
        if not scoring.read_nearer(nearest, JUDGED_PASSAGES):
            return float(nearest if np.isfinite(nearest) else scoring.nearest.max())


def _leading(
    scoring: Scoring,
    bounds: IntVector,
    places: Sequence[int],
    shares: Mapping[str, float],
    kind: Kind | None,
) -> list[tuple[int, int]]:
    """The leading sentences of some candidates, as many as a reranker reads, by candidate and row in it.

    Where a question wants a number or a time, sentences that name one are read before their turn.
    """
    found: list[tuple[float, int, int]] = []
    for place in places:
        chunk, first = scoring.chunks[place], bounds[place]
        # A byline is a heading to its piece, but here it may answer.
        byline = is_byline_chunk(chunk)
        for row, sentence in enumerate(chunk.sentences):
            if byline or not is_heading(sentence, chunk):
                own = float(scoring.levelled[first + row]) + COVERAGE_WEIGHT * sentence_coverage(
                    sentence, shares
                )
                if kind is not None and lacks(sentence.reading_text, kind):
                    own -= _LACKING
                found.append((own + PASSAGE_SHARE * float(scoring.scores[place]), place, row))
    found.sort(key=lambda item: (-item[0], item[1:]))
    return [(place, row) for _, place, row in found[:JUDGED_SENTENCES]]


def sentence_coverage(sentence: Sentence, shares: Mapping[str, float]) -> float:
    """Share of the question's words that a sentence holds."""
    terms = terms_within(sentence.reading_text, shares)
    return sum(weight for term, weight in shares.items() if term in terms)


def _score(
    chunk: Chunk,
    similarities: FloatVector,
    levelled: FloatVector,
    shares: Mapping[str, float],
    judgements: Sequence[Judgement | None],
    unread: float,
) -> Iterator[_Scored]:
    """Each sentence with what speaks for it."""
    for row, sentence in enumerate(chunk.sentences):
        coverage = sentence_coverage(sentence, shares)
        score = float(levelled[row]) + COVERAGE_WEIGHT * coverage
        score -= MASTHEAD_PENALTY * is_heading(sentence, chunk)
        judged = highlight = None
        if (judgement := judgements[row]) is None:
            score += unread
        else:
            judged = judgement.log_odds
            score += lift(judged)
            if judgement.clause is not None:
                clause = judgement.clause
                words = whole_words(sentence.reading_text, clause.start, clause.end)
                highlight = Highlight(*source_range(sentence, *words))
        yield _Scored(sentence, float(similarities[row]), coverage, score, judged, highlight)
