"""Tests of ``zhangju.judge``: it computes what was trained, and what it says is about the right words."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from zhangju import Retriever
from zhangju.judge import Judge
from zhangju.judge.reading import read_pairs
from zhangju.judge.weights import round_columns
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.protocols import Embedder
from zhangju_index.values import Chunk, Sentence

TRAINING = Path(__file__).parents[1] / "rag" / "judge_training"
QUESTIONS = ["武进重点布局哪些未来产业？", "Who wrote the expert's view?", "创新的主体是什么？"]


def chunk_of(*sentences: str) -> Chunk:
    """A chunk of these sentences, as if they were a document."""
    text = "".join(sentences)
    places = [text.index(sentence) for sentence in sentences]
    parts = tuple(
        Sentence(place, place + len(sentence), sentence, sentence)
        for place, sentence in zip(places, sentences, strict=True)
    )
    return Chunk("d", (), 0, len(text), text, text, text, parts)


@pytest.fixture(scope="module")
def judge(bundled_model: Embedder) -> Judge:
    """The judge that comes along."""
    assert isinstance(bundled_model, BundledEmbedder)
    return Judge.load(bundled_model)


@pytest.fixture(scope="module")
def sentences(article_retriever: Retriever) -> list[Sentence]:
    """Sentences of the article for each question."""
    found = [p.chunk for question in QUESTIONS for p in article_retriever.search(question, k=3)]
    return [sentence for chunk in dict.fromkeys(found) for sentence in chunk.sentences]


@pytest.fixture
def training_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The scripts that train the judge can be imported."""
    monkeypatch.syspath_prepend(str(TRAINING))
    yield
    for name in ("network", "pairs"):
        sys.modules.pop(name, None)


@pytest.mark.slow
@pytest.mark.usefixtures("training_path")
def test_it_computes_what_was_trained(
    judge: Judge, bundled_model: Embedder, sentences: list[Sentence]
) -> None:
    """Scores are those of the network that was trained, but for rounding to 8 bits (see its card)."""
    import torch
    from network import JudgeNetwork
    from pairs import Tokeniser, make_batch
    from safetensors.torch import load_file

    assert isinstance(bundled_model, BundledEmbedder)
    network = JudgeNetwork(bundled_model.weights)
    stored = load_file(Path(sys.modules["zhangju.judge"].__path__[0]) / "judge.safetensors")
    names = {name.removeprefix("update."): name for name in network.state_dict()}
    network.load_state_dict({names[name]: value.float() for name, value in stored.items()})
    tokeniser = Tokeniser(bundled_model.weights)
    tokens = [tokeniser.sentence(sentence.reading_text) for sentence in sentences]
    ours: list[float] = []
    theirs: list[float] = []
    for question in QUESTIONS:
        batch = make_batch([tokeniser.question(question)], [0] * len(tokens), tokens)
        with torch.inference_mode():
            theirs.extend(network(batch).scores.tolist())
        ours.extend(judgement.log_odds for judgement in judge.judge(question, sentences))

    assert np.corrcoef(ours, theirs)[0, 1] > 0.92
    assert np.abs(np.array(ours) - theirs).mean() < 1.0


@pytest.mark.slow
def test_what_is_said_of_a_sentence_does_not_depend_on_the_others(
    judge: Judge, sentences: list[Sentence]
) -> None:
    """Alone, in a row and asked again: the very same values."""
    together = judge.judge(QUESTIONS[0], sentences)

    assert judge.judge(QUESTIONS[0], sentences) == together
    assert [judge.judge(QUESTIONS[0], [s])[0] for s in reversed(sentences)] == together[::-1]
    assert judge.judge(QUESTIONS[0], []) == []


@pytest.mark.slow
def test_it_tells_an_answer_from_what_is_only_alike(judge: Judge) -> None:
    """In one language and across two: the sentence that answers has the highest score."""
    facts = {
        "图书馆几点关门？": ("市图书馆有三层。", "图书馆每天晚上九点关门。", "图书馆里禁止吸烟。"),
        "When does the library close?": (
            "市图书馆有三层。",
            "图书馆每天晚上九点关门。",
            "图书馆里禁止吸烟。",
        ),
        "Who painted the ceiling?": (
            "The chapel was finished in 1481.",
            "Its ceiling was painted by Michelangelo.",
            "Visitors come from all over the world.",
        ),
    }
    for question, told in facts.items():
        found = judge.judge(question, chunk_of(*told).sentences)
        assert int(np.argmax([judgement.log_odds for judgement in found])) == 1, (question, found)


@pytest.mark.slow
def test_every_odd_sentence_is_judged(judge: Judge) -> None:
    """Very long ones, emoji, lone surrogates: a score for each, the clause inside it."""
    chunks = (
        chunk_of("一。"),
        chunk_of("😀😀。", "right-to-left: שלום עולם.", "\ud83d half."),
        chunk_of("One sentence. ", "   Another,  after   spaces.   ", "End."),
        chunk_of("很长的一句话，" * 200 + "。", "短句。"),
    )
    odd = [sentence for chunk in chunks for sentence in chunk.sentences]
    for sentence, judgement in zip(odd, judge.judge("？", odd), strict=True):
        assert np.isfinite(judgement.log_odds)
        clause = judgement.clause
        assert clause is None or 0 <= clause.start < clause.end <= len(sentence.reading_text)


@pytest.mark.slow
@pytest.mark.usefixtures("training_path")
def test_it_reads_what_it_was_trained_to_read(bundled_model: Embedder, sentences: list[Sentence]) -> None:
    """The same token ids as in training, and the sentence's own tokens cover the sentence."""
    from pairs import Tokeniser, make_batch

    assert isinstance(bundled_model, BundledEmbedder)
    tokeniser = Tokeniser(bundled_model.weights)
    pairs = read_pairs(bundled_model.tokenizer, bundled_model.frame, QUESTIONS[0], sentences)
    for sentence, pair in zip(sentences, pairs, strict=True):
        tokens = tokeniser.sentence(sentence.reading_text)
        batch = make_batch([tokeniser.question(QUESTIONS[0])], [0], [tokens])
        assert pair.ids == batch.ids[0].tolist()
        assert pair.own.tolist() == np.flatnonzero(batch.judged[0].numpy()).tolist()
        assert pair.starts.min() == 0
        if len(pair.own) < 90:
            assert pair.ends.max() == len(sentence.reading_text)


def test_columns_are_rounded_to_seven_bits() -> None:
    """Each value is at most half a step away, and a column of nothing stays nothing."""
    random = np.random.default_rng(1)
    matrix = random.normal(size=(40, 6)).astype(np.float32) * [1, 10, 0.1, 1, 1, 0]
    whole, scales = round_columns(matrix.astype(np.float32))

    assert np.abs(whole).max() == 63
    assert (np.abs(whole * scales - matrix) <= scales / 2 + 1e-7).all()
    assert not whole[:, 5].any()
