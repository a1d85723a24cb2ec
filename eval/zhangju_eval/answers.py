"""What an answer is worth, held against the gold of its question.

``evidence``: the answer's citations, taken together, hold every part of the evidence, each in one
of its alternatives, in full and at its place.

``holds``: the same by wording alone: the words of the citations hold those of an alternative of
every part, white space left out. The right words quoted from another place count here.

Citation recall and precision follow ALCE (Gao et al. 2023, arXiv 2305.14627, section 4), with its
entailment model replaced by the gold: a set of citations *supports* a sentence when one of them
overlaps a gold entry in a character that is no white space. Recall is the share of the answer's
sentences that have citations which support them. A citation is precise when its sentence is
supported and it is not irrelevant, and irrelevant when it alone does not support the sentence
while the others do. Precision is the share of the citations that are precise. With this support
a citation is precise exactly when it overlaps gold, and for an answer that gives each sentence
one citation the two figures are equal; they part where a language model cites several.

``parts``: the share of the parts that the citations hold: what recall is of the evidence itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from zhangju.values import Answer
from zhangju_eval.evidence import Excerpt, covers_any, overlaps
from zhangju_eval.questions import EvalQuestion, Evidence, Gold

__all__ = ["Verdict", "judge_answer"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer is worth; ``None`` where the question gives nothing to judge it by.

    Attributes:
        answered: Whether it answers rather than refuses.
        confidence: What it says its confidence is.
        evidence: Whether it quotes all of the evidence; a refusal does not.
        holds: Whether its words hold the gold's; only for gold that is quotes.
        parts: Share of the parts that it quotes.
        precision: Share of its citations that are right; only where it answers.
        recall: Share of its sentences with a right citation; only where it answers.
        sentences: Sentences it quotes.
        characters: Characters of them.
        quotes: Where it quotes from: document, start and end.
    """

    answered: bool
    confidence: float
    evidence: bool | None
    holds: bool | None
    parts: float | None
    precision: float | None
    recall: float | None
    sentences: int
    characters: int
    quotes: tuple[tuple[str, int, int], ...]


def judge_answer(
    question: EvalQuestion, answer: Answer, documents: Mapping[str, str], sources: Mapping[str, str] | None
) -> Verdict:
    """Hold an answer against the gold of its question.

    Args:
        question: The question.
        answer: What was replied.
        documents: Text by document id, as the eval set knows it.
        sources: Text by document id, as the index holds it, where that is known: a citation
            that does not stand there word for word is wrong whatever it says.
    """
    cited = [[Excerpt.of(c) for c in sentence.citations] for sentence in answer.sentences]
    if sources is not None:
        cited = [[e for e in sentence if e.is_slice_of(sources)] for sentence in cited]
    excerpts = [excerpt for sentence in cited for excerpt in sentence]
    parts = question.parts
    evidence = holds = share = precision = recall = None
    if parts:
        found = [answer.answerable and covers_any(excerpts, part, documents) for part in parts]
        evidence, share = all(found), sum(found) / len(found)
        words = "".join("".join(e.text.split()) for e in excerpts)
        if all(isinstance(gold, Gold) for gold in question.gold):
            holds = answer.answerable and all(any(_worded(g) in words for g in part) for part in parts)
        if answer.answerable:
            right = [
                [any(overlaps(e, gold, documents) for gold in question.gold) for e in sentence]
                for sentence in cited
            ]
            citations = sum(len(sentence.citations) for sentence in answer.sentences)
            precision = sum(map(sum, right)) / citations if citations else 0.0
            recall = sum(map(any, right)) / len(right) if right else 0.0
    return Verdict(
        answer.answerable,
        answer.confidence,
        evidence,
        holds,
        share,
        precision,
        recall,
        len(answer.sentences),
        sum(len(sentence.text) for sentence in answer.sentences),
        tuple((e.document_id, e.start, e.end) for e in excerpts),
    )


def _worded(gold: Evidence) -> str:
    return "".join(gold.quote.split()) if isinstance(gold, Gold) else ""
