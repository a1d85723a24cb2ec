"""Tests of ``zhangju.ranking``: what a reranker changes, and what it is asked to read."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from zhangju.composing import choose_sentences
from zhangju.fusion import lift
from zhangju.ranking import JUDGED_PASSAGES, JUDGED_SENTENCES
from zhangju.reranking import Clause, Judgement, Reranker
from zhangju.retriever import Retriever
from zhangju_index.build import build_index
from zhangju_index.chunking import ChunkSettings, is_heading
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Sentence

QUESTION = "武进重点布局哪些未来产业？"


class WordReranker:
    """Finds that the sentences with a word answer, and marks the word."""

    name = "word"
    calibrated = True

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[Sentence] = []

    def judge(self, question: str, sentences: Sequence[Sentence]) -> list[Judgement]:
        """Judge by the word alone."""
        self.read = list(sentences)
        return [self._judge(sentence.reading_text) for sentence in sentences]

    def _judge(self, text: str) -> Judgement:
        place = text.find(self.word)
        return Judgement(6.0, Clause(place, place + len(self.word), 1.0)) if place >= 0 else Judgement(-6.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the article, made with the toy."""
    path = tmp_path_factory.mktemp("ranking") / "index"
    build_index([bundled_article()], path, ToyEmbedder(), settings=ChunkSettings(120, 150))
    return path


def open_with(folder: Path, reranker: Reranker | None) -> Retriever:
    """Open the index with a reranker, or without."""
    return Retriever(open_index(folder), ToyEmbedder(), reranker)


def test_a_reranker_decides_among_what_it_reads(folder: Path) -> None:
    """The sentence that it finds to answer comes first, with the clause it marks."""
    with open_with(folder, None) as plain:
        word = plain.find(QUESTION, k=JUDGED_PASSAGES).passages[1].sentence.reading_text[:8]
    with open_with(folder, WordReranker(word)) as retriever:
        findings = retriever.find(QUESTION)
    first = findings.sentences[0]

    assert word in findings.passages[0].sentence.reading_text
    assert word in first.sentence.reading_text
    assert first.judged == 6.0
    assert findings.judged == pytest.approx(6.0, abs=0.01)
    assert first.highlight is not None
    text = bundled_article().text
    assert text[first.highlight.start : first.highlight.end].replace("\n", "") == word
    assert first.sentence.start <= first.highlight.start < first.highlight.end <= first.sentence.end
    assert "rerank" in findings.timings


def test_a_reranker_of_another_scale_orders_and_does_not_refuse(folder: Path) -> None:
    """The confidence was fitted on the judge: log-odds of others are not put into it."""
    reranker = WordReranker("武进")
    reranker.calibrated = False
    with open_with(folder, reranker) as retriever:
        findings = retriever.find(QUESTION)

    assert findings.judged is None
    assert any(item.judged is not None for item in findings.sentences)


def test_without_a_reranker_nothing_is_judged(folder: Path) -> None:
    """Scores, order and timings are those of the legs alone."""
    with open_with(folder, None) as retriever:
        findings = retriever.find(QUESTION)

    assert findings.judged is None
    assert all(item.judged is None and item.highlight is None for item in findings.sentences)
    assert "rerank" not in findings.timings


def test_scores_never_rise_with_rank(folder: Path) -> None:
    """Also where judged passages and others stand beside each other."""
    with open_with(folder, WordReranker("武进")) as retriever:
        passages = retriever.search(QUESTION, k=100)
    scores = [passage.score for passage in passages]

    assert len(passages) > JUDGED_PASSAGES
    assert scores == sorted(scores, reverse=True)
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))


def test_what_is_read_is_bounded(folder: Path) -> None:
    """A reranker reads sentences of the passages that lead, so many and no more, whatever ``k`` is."""
    reranker = WordReranker("武进")
    with open_with(folder, reranker) as retriever, open_with(folder, None) as plain:
        retriever.search(QUESTION, k=1)
        read = reranker.read
        leading = [passage.chunk for passage in plain.search(QUESTION, k=JUDGED_PASSAGES)]
        retriever.search(QUESTION, k=20)

    assert reranker.read == read
    assert len(read) == len(set(read)) == JUDGED_SENTENCES
    text = {sentence: chunk for chunk in leading for sentence in chunk.sentences}
    assert not any(is_heading(sentence, text[sentence]) for sentence in read)


def test_a_sentence_that_does_not_answer_is_not_quoted_beside_one_that_does(folder: Path) -> None:
    """What joins the best sentence is what answers too."""
    with open_with(folder, None) as plain:
        word = plain.find(QUESTION).passages[1].sentence.reading_text[:8]
    with open_with(folder, WordReranker(word)) as retriever:
        chosen = choose_sentences(retriever.find(QUESTION).sentences)

    assert chosen
    assert all(word in item.sentence.reading_text for item in chosen)


def test_lift_rises_and_is_bounded() -> None:
    """Surer is never worse, and no certainty outweighs everything."""
    values = [lift(x) for x in np.linspace(-20, 20, 81)]

    assert values == sorted(values)
    assert values[0] == lift(-1e4) == 0
    assert values[-1] == lift(1e4)
