"""Put an answer together from sentences that were found, each an exact quote.

The best sentence answers. A second joins it when it is nearly as good; more only where a question
wants several things (a list, reasons, a way of doing, a comparison, two questions in one), since one
good sentence says more than four weak ones. Sentences said alike go first there: they are the items
of one list. How near is chosen on the development half of the article's eval set.
A follow-up that asks on is answered by what was not said before, if anything else is near.
Quotes from one document stand in the order of its text, the documents in the order of their rank.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice, takewhile

from zhangju.asking import byline_may_answer
from zhangju.citing import cite
from zhangju.expecting import wants_several
from zhangju.fusion import PASSAGE_SHARE
from zhangju.history import Place
from zhangju.language import UNSPACED
from zhangju.numbered import Article, article_of
from zhangju.ranking import ScoredSentence
from zhangju.tables import cells_named, find_head, is_head, is_row
from zhangju.values import AnswerSentence
from zhangju_index.chunking import is_byline_chunk, is_heading
from zhangju_index.values import Document, Sentence

__all__ = ["choose_sentences", "quote_sentences"]

MAX_SENTENCES = 4
"""Most sentences quoted where a question wants several things."""
MAX_OTHERWISE = 2
NEARLY = 0.027
"""How far behind the best sentence another may score and still be quoted."""
NEARLY_AS_SURE = 0.25
"""How much lower the log-odds of another sentence may be."""
_FAR_BEHIND = 6.0
"""Log-odds by which a sentence may be behind and still join for being alike: one part of a list may fall behind."""
MAX_OF_ARTICLES = 8
"""Sentences of articles that are named, up to which all of them are quoted."""
_SAID = 0.05
"""What a sentence falls behind in a follow-up for having been quoted by the answer before."""
_ALIKE = 0.02
"""What a sentence that is said like the best one is ahead where a question wants several things."""


def choose_sentences(
    sentences: Sequence[ScoredSentence],
    question: str = "",
    *,
    who: bool = False,
    said: Sequence[Place] = (),
    named: Collection[Article] = (),
) -> list[ScoredSentence]:
    """Choose what to quote, in reading order.

    Args:
        sentences: Sentences of the retrieved passages.
        question: What is asked; it tells how many things are wanted.
        who: Whether the question asks for a person.
        said: Places that the answer before quoted, where this question asks on.
        named: Articles of a law that the question names; they answer alone, and whole where they are short.
    """
    able = _saying_something(sentences, question, who=who)
    if named and (within := [item for item in able if article_of(item.passage.chunk) in named]):
        if len(within) <= MAX_OF_ARTICLES:
            # What it says, and what follows if not (逾期不改正的，处…), is one answer.
            return sorted(within, key=lambda item: (item.passage.chunk.document_id, item.sentence.start))
        able = within
    worth = {id(item): _worth(item) - _SAID * _was_said(item, said) for item in able}
    ranked = sorted(able, key=lambda item: -worth[id(item)])
    if not ranked:
        return []
    best = ranked[0]
    several = wants_several(question)
    if several:
        ranked[1:] = sorted(ranked[1:], key=lambda item: -worth[id(item)] - _ALIKE * _is_alike(item, best))
    chosen, told = [best], {best.sentence.reading_text}
    for item in ranked[1:]:
        if len(chosen) == (MAX_SENTENCES if several else MAX_OTHERWISE):
            break
        behind = worth[id(best)] - worth[id(item)] - _ALIKE * (several and _is_alike(item, best))
        if _joins(item, best, behind) and item.sentence.reading_text not in told:
            chosen.append(item)
            told.add(item.sentence.reading_text)
    chosen += [item for lead in chosen for item in _items_below(lead, sentences) if item not in chosen]
    for lead in list(chosen):
        chosen += [item for item in _to_the_full_stop(lead, sentences) if item not in chosen]
    ranks: dict[str, int] = {}
    for item in sorted(chosen, key=lambda item: item.passage.rank):
        ranks.setdefault(item.passage.chunk.document_id, item.passage.rank)
    return sorted(chosen, key=lambda item: (ranks[item.passage.chunk.document_id], item.sentence.start))


def quote_sentences(
    chosen: Sequence[ScoredSentence], document: Callable[[str], Document] | None = None
) -> tuple[AnswerSentence, ...]:
    """Turn chosen sentences into quotes, each with its numbered citation.

    Args:
        chosen: What to quote.
        document: Gives a document by its id. With it the row of a table is cited together with the head row.
    """
    quotes: list[AnswerSentence] = []
    numbers: dict[tuple[str, int], int] = {}
    for item in chosen:
        places = [(item.sentence, item.highlight)]
        if document is not None and is_row(item.sentence.text):
            places += [(head, None) for head in _head_of(item, document)]
        citations = tuple(
            cite(
                item.passage,
                sentence,
                number=numbers.setdefault((item.passage.chunk.document_id, sentence.start), len(numbers) + 1),
                highlight=highlight,
            )
            for sentence, highlight in places
        )
        quotes.append(AnswerSentence(item.sentence.reading_text, "quoted", citations))
    return tuple(quotes)


def _head_of(item: ScoredSentence, document: Callable[[str], Document]) -> list[Sentence]:
    try:
        source = document(item.passage.chunk.document_id)
    except KeyError:
        return []
    found = find_head(source, item.sentence.start)
    if found is None:
        return []
    text = source.text[slice(*found)]
    return [Sentence(*found, text, " ".join(text.splitlines()), source.layout.page_at(found[0]))]


def _without_other_rows(sentences: list[ScoredSentence], question: str) -> list[ScoredSentence]:
    """Leave out head rows, and rows of which others of the same section have more cells that the question names."""
    named = {
        id(item): cells_named(item.sentence.text, question)
        for item in sentences
        if is_row(item.sentence.text)
    }
    most: dict[tuple[str, tuple[str, ...]], int] = {}
    for item in sentences:
        if id(item) in named:
            place = (item.passage.chunk.document_id, item.passage.chunk.section_path)
            most[place] = max(most.get(place, 0), named[id(item)])
    return [
        item
        for item in sentences
        if id(item) not in named
        or (
            named[id(item)] >= most[item.passage.chunk.document_id, item.passage.chunk.section_path]
            and not is_head(item.sentence, item.passage.chunk)
        )
    ]


def _saying_something(
    sentences: Sequence[ScoredSentence], question: str, *, who: bool
) -> list[ScoredSentence]:
    """Leave out what cannot answer: headings only name a text, and bylines only say who.

    For a question that asks who, bylines answer alone if nothing but headings ranks above them, or
    if a reranker finds one of them surer than all text. They answer who wrote it, and otherwise only what
    has a name in common with them or a reranker finds likely: a stranger's name is no answer.
    """
    text = [item for item in sentences if not is_heading(item.sentence, item.passage.chunk)]
    text = _without_other_rows(text, question) or text
    bylines = [item for item in sentences if is_byline_chunk(item.passage.chunk)]
    bylines = [
        item
        for item in bylines
        if (who and byline_may_answer(question, item.sentence.reading_text, item.judged))
        or _is_name_in(question, item.sentence.reading_text)
    ]
    if bylines and _surest(bylines) > _surest(text):
        return bylines
    first = min((item.passage.rank for item in text), default=len(sentences) + 1)
    return [item for item in bylines if item.passage.rank < first] or text


# Words of hangul grow endings.
_SPACED_LETTER = rf"[^\W_{UNSPACED}\uac00-\ud7af]"


def _is_name_in(question: str, byline: str) -> bool:
    """Whether a question is a name and no more, which the byline has."""
    name = question.strip("?？。.!！ ").casefold()
    # Ann is not in Annual; scripts without spaces have no borders that one could see.
    opens = f"(?<!{_SPACED_LETTER})" if re.match(_SPACED_LETTER, name) else ""
    ends = f"(?!{_SPACED_LETTER})" if re.match(_SPACED_LETTER, name[-1:]) else ""
    return len(name) > 1 and re.search(opens + re.escape(name) + ends, byline.casefold()) is not None


def _surest(sentences: Sequence[ScoredSentence]) -> float:
    return max((item.judged for item in sentences if item.judged is not None), default=-math.inf)


def _joins(item: ScoredSentence, best: ScoredSentence, behind: float) -> bool:
    """Whether a sentence is as good an answer as the best one, or nearly."""
    near = behind <= NEARLY
    if item.judged is None or best.judged is None:
        return near
    less_sure = best.judged - item.judged
    return less_sure <= NEARLY_AS_SURE or (near and less_sure <= _FAR_BEHIND)


_ITEM = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十\da-z]+[)）]|[①-⑳]|\d+[.)、]|[一二三四五六七八九十]+、|[-*•])"
)
_MOST_ITEMS = 8


def _to_the_full_stop(lead: ScoredSentence, sentences: Sequence[ScoredSentence]) -> Iterator[ScoredSentence]:
    """What goes on after a semicolon in an article of a law: 责令限期改正；逾期不改正的，处….

    Without it a rule would lose what follows if it is broken. Numbered items each stand for themselves.
    """
    chunk = lead.passage.chunk
    if article_of(chunk) is None:
        return
    following = (
        item
        for item in sentences
        if item.passage.chunk is chunk and item.sentence.start > lead.sentence.start
    )
    before = lead.sentence.reading_text
    for item in sorted(following, key=lambda item: item.sentence.start):
        text = item.sentence.reading_text
        if not before.rstrip().endswith(("；", ";")) or text.lstrip().startswith(("（", "(")):
            return
        yield item
        before = text


def _items_below(lead: ScoredSentence, sentences: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The numbered items that a sentence leads to (…采取下列措施：（一）…), which says nothing without them."""
    if not lead.sentence.reading_text.rstrip().endswith(("：", ":")):
        return []
    chunk = lead.passage.chunk
    below = sorted(
        (
            item
            for item in sentences
            if item.passage.chunk.document_id == chunk.document_id
            and item.passage.chunk.section_path == chunk.section_path
            and item.sentence.start >= lead.sentence.end
        ),
        key=lambda item: item.sentence.start,
    )
    items = takewhile(lambda item: _ITEM.match(item.sentence.reading_text), below)
    return list(islice(items, _MOST_ITEMS))


def _was_said(item: ScoredSentence, said: Sequence[Place]) -> bool:
    chunk, sentence = item.passage.chunk, item.sentence
    return any(
        place.document_id == chunk.document_id and place.start < sentence.end and sentence.start < place.end
        for place in said
    )


_OPENING = re.compile(r"[^，,、：:；;。.!?！？]{2,14}[，,：:；;。]")


def _is_alike(item: ScoredSentence, best: ScoredSentence) -> bool:
    """Whether two sentences of a text open alike, as the items of a list do (土地资源上，… 金融支撑上，…)."""
    if item.passage.chunk.document_id != best.passage.chunk.document_id:
        return False
    one, other = item.sentence.reading_text, best.sentence.reading_text
    if one[:3] == other[:3]:
        return True
    first, second = _OPENING.match(one), _OPENING.match(other)
    return bool(first and second and first[0][-2:] == second[0][-2:])


def _worth(item: ScoredSentence) -> float:
    # A sentence counts for more in a passage that fits as a whole.
    return item.score + PASSAGE_SHARE * item.passage.score
