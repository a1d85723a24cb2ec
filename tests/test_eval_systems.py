import numpy as np
import pytest

from zhangju.reranking import Judgement
from zhangju.retriever import Retriever
from zhangju_eval.corpus import Corpus
from zhangju_eval.corpus_index import indexed_corpus
from zhangju_eval.systems import Fused, ablation
from zhangju_index.lexical import LexicalIndex
from zhangju_index.toy import ToyEmbedder

TEXTS = {
    "red": ("", "红色的门朝南开。门前有一棵树。"),
    "blue": ("", "蓝色的窗朝北开。窗外有一条河。"),
    "door": ("", "门。"),
    "other": ("", "今天下雨。"),
}
QUESTION = "红色的门在哪里"


@pytest.fixture(scope="module")
def systems():
    """All systems on one small index."""
    embedder = ToyEmbedder()
    with indexed_corpus(Corpus.in_memory("set", TEXTS), embedder, None) as index:
        yield {system.name: system for system in ablation(index, embedder, Retriever(index, embedder))}


def names(passages):
    """The documents that passages come from."""
    return [passage.chunk.document_id for passage in passages]


def test_every_leg_is_measured_beside_the_retriever(systems):
    """The retriever comes last."""
    assert list(systems) == ["dense chunks", "dense sentences", "BM25", "rank fusion", "zhangju"]


class LastSentence:
    """Is sure of the last sentence that it reads, and of no other."""

    name = "last"
    calibrated = True

    def judge(self, question, sentences):
        """Say so."""
        return [Judgement(8.0 if number == len(sentences) - 1 else -8.0) for number in range(len(sentences))]


def test_each_use_of_a_reranker_is_measured_apart():
    """One that orders changes no quotes, one that is heard on quotes no order, and so on."""
    embedder = ToyEmbedder()
    with indexed_corpus(Corpus.in_memory("set", TEXTS), embedder, None) as index:
        retriever = Retriever(index, embedder, LastSentence())
        found = {s.name: s.retriever.find(QUESTION, 4) for s in ablation(index, embedder, retriever)[4:]}
    plain, order, quotes, refusal, whole = found.values()
    assert list(found) == ["no reranker", "last: order", "last: quotes", "last: refusal", "zhangju"]

    def passages(findings):
        return [passage.chunk.document_id for passage in findings.passages]

    def heard(findings):
        return any(sentence.judged is not None for sentence in findings.sentences)

    assert passages(order) == passages(whole) != passages(plain)
    assert passages(quotes) == passages(refusal) == passages(plain)
    assert [heard(findings) for findings in found.values()] == [False, False, True, False, True]
    assert [found[name].judged is None for name in found] == [True, True, True, False, False]


def test_dense_legs_rank_by_similarity(systems):
    """As all similarities together would rank, worked out without an index."""
    embedder = ToyEmbedder()
    query = embedder.embed_queries([QUESTION])[0]
    chunks = {name: float(embedder.embed_documents([text])[0] @ query) for name, (_, text) in TEXTS.items()}
    sentences = {
        name: float((embedder.embed_documents([s + "。" for s in text.split("。") if s]) @ query).max())
        for name, (_, text) in TEXTS.items()
    }

    assert names(systems["dense chunks"].search(QUESTION, 4)) == sorted(chunks, key=lambda n: -chunks[n])
    found = systems["dense sentences"].search(QUESTION, 4)
    assert names(found) == sorted(sentences, key=lambda name: -sentences[name])
    assert [p.score for p in found] == pytest.approx(sorted(sentences.values(), reverse=True), abs=1e-5)


def test_keywords_rank_by_bm25_and_leave_out_what_has_no_word(systems):
    """A text without any word of the question is not found."""
    coverage = LexicalIndex.build([text for _, text in TEXTS.values()]).coverage(QUESTION)
    expected = [list(TEXTS)[row] for row in np.argsort(-coverage, kind="stable") if coverage[row]]

    assert names(systems["BM25"].search(QUESTION, 4)) == expected
    assert "other" not in expected
    assert systems["BM25"].search("xyz", 4) == []


def test_rank_fusion_by_hand():
    """``1 / (60 + rank)`` of each leg; equal sums keep the order of the text."""
    one = (np.array([2, 0, 1]), np.zeros(3, np.float32))
    two = (np.array([0, 3]), np.zeros(2, np.float32))

    rows, scores = Fused((lambda q, k: one, lambda q, k: two)).rank("?", 3)

    assert rows.tolist() == [0, 2, 3]
    assert scores.tolist() == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_every_system_returns_as_many_as_asked_for(systems):
    """Ranks count from 1, scores do not rise."""
    for system in systems.values():
        found = system.search(QUESTION, 2)

        assert [passage.rank for passage in found] == [1, 2]
        assert found[0].score >= found[1].score


def test_the_retriever_is_the_one_that_ships(systems):
    """Nothing is changed between the command line and the table."""
    shipped = systems["zhangju"]

    assert shipped.search(QUESTION, 3) == shipped.retriever.search(QUESTION, 3)
