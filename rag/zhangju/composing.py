"""Put an answer together from sentences that were found, each an exact quote.

The best sentence answers; others join it when they are nearly as good, so that a list or a
reason that goes over two sentences is whole, and a question that has one answer gets one. Where a
reranker read the sentences, one that it finds nearly as sure as the best joins too. How near is
chosen on the development half of the article's eval set: the median answer has two sentences.
Quotes from one document stand in the order of its text, the documents in the order of their rank.
"""

import math
from collections.abc import Sequence

from zhangju.citing import cite
from zhangju.fusion import PASSAGE_SHARE
from zhangju.ranking import ScoredSentence
from zhangju.values import AnswerSentence
from zhangju_index.chunking import is_byline_chunk, is_heading

__all__ = ["choose_sentences", "quote_sentences"]

MAX_SENTENCES = 4
NEARLY = 0.027
"""How far behind the best sentence another may score and still be quoted."""
NEARLY_AS_SURE = 0.25
"""How much lower the log-odds of another sentence may be."""
_FAR_BEHIND = 6.0
"""Log-odds by which a sentence may be behind and still join for being alike: one part of a list may fall behind."""


def choose_sentences(sentences: Sequence[ScoredSentence], *, who: bool = False) -> list[ScoredSentence]:
    """Choose what to quote, in reading order.

    Args:
        sentences: Sentences of the retrieved passages.
        who: Whether the question asks for a person.
    """
    ranked = sorted(_saying_something(sentences, who=who), key=lambda item: -_worth(item))
    if not ranked:
        return []
    best = ranked[0]
    chosen, said = [best], {best.sentence.reading_text}
    for item in ranked[1:]:
        if len(chosen) == MAX_SENTENCES:
            break
        if _joins(item, best) and item.sentence.reading_text not in said:
            chosen.append(item)
            said.add(item.sentence.reading_text)
    ranks: dict[str, int] = {}
    for item in sorted(chosen, key=lambda item: item.passage.rank):
        ranks.setdefault(item.passage.chunk.document_id, item.passage.rank)
    return sorted(chosen, key=lambda item: (ranks[item.passage.chunk.document_id], item.sentence.start))


def quote_sentences(chosen: Sequence[ScoredSentence]) -> tuple[AnswerSentence, ...]:
    """Turn chosen sentences into quotes, each with its numbered citation."""
    return tuple(
        AnswerSentence(
            text=item.sentence.reading_text,
            status="quoted",
            citations=(cite(item.passage, item.sentence, number=number, highlight=item.highlight),),
        )
        for number, item in enumerate(chosen, start=1)
    )


def _saying_something(sentences: Sequence[ScoredSentence], *, who: bool) -> list[ScoredSentence]:
    """Leave out what cannot answer: headings only name a text, and bylines only say who.

    For a question that asks who, bylines answer alone if nothing but headings ranks above them, or
    if a reranker finds one of them surer than all text.
    """
    text = [item for item in sentences if not is_heading(item.sentence, item.passage.chunk)]
    bylines = [item for item in sentences if is_byline_chunk(item.passage.chunk)] if who else []
    if bylines and _surest(bylines) > _surest(text):
        return bylines
    first = min((item.passage.rank for item in text), default=len(sentences) + 1)
    return [item for item in bylines if item.passage.rank < first] or text


def _surest(sentences: Sequence[ScoredSentence]) -> float:
    return max((item.judged for item in sentences if item.judged is not None), default=-math.inf)


def _joins(item: ScoredSentence, best: ScoredSentence) -> bool:
    """Whether a sentence is as good an answer as the best one, or nearly."""
    near = _worth(item) >= _worth(best) - NEARLY
    if item.judged is None or best.judged is None:
        return near
    behind = best.judged - item.judged
    return behind <= NEARLY_AS_SURE or (near and behind <= _FAR_BEHIND)


def _worth(item: ScoredSentence) -> float:
    # A sentence counts for more in a passage that fits as a whole.
    return item.score + PASSAGE_SHARE * item.passage.score
