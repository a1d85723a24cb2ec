"""The gate sees damage done to the real pipeline, and nothing where there is none."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zhangju import Assistant, Retriever
from zhangju_eval import evaluate, load_set
from zhangju_eval.evaluate import Answers, Searches
from zhangju_eval.gate import compare, read_baseline, write_baseline
from zhangju_eval.library import IndexLibrary
from zhangju_eval.report import Report
from zhangju_index.build import build_index
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article
from zhangju_index.protocols import Embedder, FloatMatrix

pytestmark = pytest.mark.slow

SEED = 7
_DEV = load_set("article", split="dev")
# Where every leg has something to say: Chinese questions that the article answers, without earlier turns.
ASKED = replace(
    _DEV,
    questions=tuple(q for q in _DEV.questions if q.gold and not q.history and q.lang.startswith("zh")),
)


class Model:
    """The real model, to be damaged."""

    def __init__(self, model: Embedder) -> None:
        self.model = model
        self.name, self.fingerprint = model.name, model.fingerprint
        self.dimension, self.max_tokens = model.dimension, model.max_tokens

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """As the model does."""
        return self.model.embed_queries(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """As the model does."""
        return self.model.embed_documents(texts)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """As the model does."""
        return self.model.count_tokens(texts)


class Shuffled(Model):
    """Gives texts the vectors of others: what a build does that loses its order."""

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Vectors of the right texts, in a seeded order."""
        return self.model.embed_documents(texts)[np.random.default_rng(SEED).permutation(len(texts))]


class Swapped(Model):
    """Takes questions for passages and passages for questions."""

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """With the prefix of passages."""
        return self.model.embed_documents(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """With the prefix of questions."""
        return self.model.embed_queries(texts)


class OffByOne:
    """Moves every place by one character, and keeps the words."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever
        self.assistant = Assistant(retriever)

    def search(self, question: str, k: int) -> list:
        """The right passages at the wrong places."""
        return [
            replace(p, chunk=replace(p.chunk, start=p.chunk.start + 1, end=p.chunk.end + 1))
            for p in self.retriever.search(question, k)
        ]

    def ask(self, question: str, history: object = ()) -> object:
        """The right quotes at the wrong places."""
        answer = self.assistant.ask(question)
        return replace(
            answer,
            sentences=tuple(
                replace(s, citations=tuple(replace(c, start=c.start + 1, end=c.end + 1) for c in s.citations))
                for s in answer.sentences
            ),
        )


@pytest.fixture(scope="module")
def measure(bundled_model: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """Build the article's index with a model and measure on it."""
    with ExitStack() as stack:

        def _measure(model: Embedder | None = None, damage: type[OffByOne] | None = None) -> Report:
            folder = tmp_path_factory.mktemp("damage") / "index"
            build_index([bundled_article()], folder, model or bundled_model)
            index = stack.enter_context(open_index(folder))
            retriever = Retriever(index, model or bundled_model)
            searches: Searches = retriever
            answers: Answers = Assistant(retriever)
            if damage is not None:
                searches = answers = damage(retriever)
            library = IndexLibrary(retriever)
            return evaluate(ASKED, searches, answers, sources=library)

        yield _measure


@pytest.fixture(scope="module")
def baseline(measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the undamaged pipeline scores."""
    path = tmp_path_factory.mktemp("baseline") / "baseline"
    write_baseline(measure(), path)
    return path


def failing(report: Report, baseline: Path) -> set[str]:
    """Metrics that fell by more than their margin."""
    return {each.metric for each in compare(report, read_baseline(baseline)).differences if each.fails}


def test_undamaged_it_passes(measure, baseline):
    """A second index of the same article scores the same to the last digit."""
    again = measure()

    comparison = compare(again, read_baseline(baseline))
    assert not comparison.fails
    assert comparison.flips == ()
    assert all(each.before == each.after for each in comparison.differences)


@pytest.mark.parametrize("damage", [Shuffled, Swapped], ids=["shuffled chunks", "swapped prefixes"])
def test_damaged_vectors_turn_it_red(measure, baseline, bundled_model, damage):
    """Retrieval itself fails."""
    assert failing(measure(damage(bundled_model)), baseline) & {"nDCG@10", "hit@1", "recall@10"}


def test_a_whitespace_tokeniser_turns_it_red(measure, baseline, monkeypatch):
    """It finds next to nothing in Chinese, in the index and in the question."""
    monkeypatch.setattr("zhangju_index.lexical.tokenize", str.split)
    monkeypatch.setattr(
        "zhangju.ranking.terms_within", lambda text, terms: {*terms}.intersection(text.split())
    )

    assert failing(measure(), baseline) & {"nDCG@10", "hit@1", "recall@10"}


def test_offsets_off_by_one_turn_it_red(measure, baseline):
    """The words are right, so nothing else would see it: a place is where its words stand."""
    assert {"nDCG@10", "hit@1", "evidence"} <= failing(measure(damage=OffByOne), baseline)
