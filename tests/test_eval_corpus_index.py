from contextlib import contextmanager

import pytest

from zhangju.retriever import Retriever
from zhangju_eval import EvalQuestion, EvalSet, evaluate
from zhangju_eval.corpus import Corpus
from zhangju_eval.corpus_index import indexed_corpus
from zhangju_eval.evidence import Excerpt
from zhangju_eval.library import IndexLibrary
from zhangju_index.errors import EvalSetError
from zhangju_index.toy import ToyEmbedder

TEXTS = {
    "p1": ("", "红色的门。蓝色的窗。"),
    "p2": ("房子", "绿色的墙。"),
    "p3": ("", " \n"),
    "p/4": ("", "One long passage. " * 60),
}


class Counting(ToyEmbedder):
    """Keeps the texts it was shown."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def embed_documents(self, texts):
        """Note the texts, then embed them."""
        self.seen.extend(texts)
        return super().embed_documents(texts)


def test_passages_are_indexed_under_their_ids(tmp_path):
    """What a run names is a passage of the set; one without text is not indexed."""
    corpus = Corpus.in_memory("set", TEXTS)

    with indexed_corpus(corpus, ToyEmbedder(), tmp_path) as index:
        library = IndexLibrary(Retriever(index, ToyEmbedder()))

        assert list(library) == ["p1", "p2", "p/4"]
        assert {name: library[name] for name in library} == {name: corpus[name] for name in library}
        assert library.sections("p2")[0].path == ("房子",)
        assert "p3" not in library
        with pytest.raises(KeyError):
            library["p3"]


def test_the_next_run_embeds_what_is_new_only(tmp_path):
    """Vectors are found again by text, whatever the passages are called and whichever set has them."""
    first, second = Counting(), Counting()
    with indexed_corpus(Corpus.in_memory("one", TEXTS), first, tmp_path):
        pass
    others = {f"other-{name}": text for name, text in TEXTS.items()} | {"new": ("", "黄色的顶。")}
    with indexed_corpus(Corpus.in_memory("two", others), second, tmp_path) as index:
        found = Retriever(index, second).search("黄色的顶", 2)

    assert any("红色的门" in text for text in first.seen)
    # The cohorts of the index (sentences about other things) belong to no passage.
    assert not any("色的" in text for text in second.seen if "黄色的顶" not in text)
    assert found[0].chunk.document_id == "new"


def test_an_interrupted_run_leaves_what_it_embedded(tmp_path):
    """Ctrl-C while passages are embedded loses the batch at hand."""

    class Stopping(Counting):
        def embed_documents(self, texts):
            if any("顶" in text for text in texts):
                raise KeyboardInterrupt
            return super().embed_documents(texts)

    texts = {"a": ("", "红色的门。" * 4000), "b": ("", "黄色的顶。")}
    with pytest.raises(KeyboardInterrupt), indexed_corpus(Corpus.in_memory("x", texts), Stopping(), tmp_path):
        pass
    again = Counting()
    with indexed_corpus(Corpus.in_memory("x", texts), again, tmp_path):
        pass

    assert not any("红色的门" in text for text in again.seen)


def test_without_a_cache_nothing_is_kept(tmp_path):
    """No folder, no vectors, the same index."""
    with indexed_corpus(Corpus.in_memory("set", TEXTS), ToyEmbedder(), None) as index:
        assert index.texts.document_count == 3


def test_passages_without_any_text_are_no_corpus():
    """There is nothing to search."""
    with (
        pytest.raises(EvalSetError, match="set: expected passages with text"),
        indexed_corpus(Corpus.in_memory("set", {"a": ("", " ")}), ToyEmbedder(), None),
    ):
        pass


def test_a_run_names_each_passage_once_however_many_chunks_it_has():
    """A long passage is cut into chunks; its best one is its place in the ranking."""
    corpus = Corpus.in_memory("set", TEXTS)
    question = EvalQuestion("q1", "long passage 红色", "en", "", True, judged={"p1": 1})
    with indexed_corpus(corpus, ToyEmbedder(), None) as index:
        retriever = Retriever(index, ToyEmbedder())
        chunks = [Excerpt.of(p.chunk).document_id for p in retriever.search(question.question, 100)]
        report = evaluate(EvalSet("set", (question,), corpus, corpus), retriever)

    assert chunks.count("p/4") > 1
    assert [name for name, _ in report.rows[0].ranked] == list(dict.fromkeys(chunks))
    assert report.rows[0].metrics["recall@100"] == 1.0


class Quick(Counting):
    """Has a quicker way for many documents, and notes who took it."""

    def __init__(self):
        super().__init__()
        self.quick = Counting()

    @contextmanager
    def in_bulk(self, size):
        """Lend the quicker one."""
        assert size > 0
        yield self.quick


def test_passages_take_the_quicker_way_and_are_kept(tmp_path):
    """Where the model has one for many documents, and the next run finds their vectors too."""
    first, second = Quick(), Quick()
    for embedder in (first, second):
        with indexed_corpus(Corpus.in_memory("one", TEXTS), embedder, tmp_path):
            pass

    assert any("红色的门" in text for text in first.quick.seen)
    assert not any("红色的门" in text for text in [*first.seen, *second.quick.seen])
