"""The judge at work: each sentence is read once together with the question."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import numpy as np

from zhangju.expecting import expected_kind, lacks
from zhangju.judge.reading import Pair, read_pairs
from zhangju.judge.weights import read_judge
from zhangju.reranking import Clause, Judgement
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.bundled_session import make_session, place_arrays
from zhangju_index.cores import cores
from zhangju_index.errors import ModelError
from zhangju_index.memory import give_back_memory
from zhangju_index.values import Sentence
from zhangju_index.vectors import FloatVector

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["Judge"]

LACKING = 3.0
"""Log-odds taken off a sentence that names no number, or no time, where the question wants one.

The network sees the topic of such a question well and the missing figure badly. Public near misses, made by taking
the answering sentence away, tell no value from 0 to 6 (``eval/fitting/fit_confidence.py``); the development half of
the article's eval set, whose near misses people wrote, tells all from 2 up from 0.
"""

_LONGEST_CLAUSE = 40
_NONE = -1e4


class Judge:
    """Scores sentences by whether they answer a question; safe to use from several threads.

    A score is a log-odds: above 0 the sentence rather answers than not.

    Args:
        embedder: The bundled model, whose tokenizer it shares.
        session: The encoder with the judge's weights and heads, one core for each run.
    """

    def __init__(self, embedder: BundledEmbedder, session: "InferenceSession") -> None:
        self._tokenizer = embedder.tokenizer
        self._frame = embedder.frame
        self._session = session
        self._words = embedder.words
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="zhangju-judge")

    @classmethod
    def load(cls, embedder: BundledEmbedder) -> Self:
        """Make the judge ready.

        Raises:
            ModelError: A file of it is missing or damaged.
        """
        weights = place_arrays(embedder.weights) | read_judge(embedder.weights)
        try:
            graph = (files("zhangju.judge") / "judge.onnx").read_bytes()
        except OSError as error:
            raise ModelError(
                f"expected the judge's graph in judge.onnx, got {error.strerror}; reinstall zhangju"
            ) from error
        session = make_session(graph, weights, threads=1)
        del weights
        # The session has its own copies of the matrices, which were float32 on the way.
        give_back_memory()
        return cls(embedder, session)

    @property
    def name(self) -> str:
        """What reports call it."""
        return "judge"

    @property
    def calibrated(self) -> bool:
        """The confidence was fitted on it."""
        return True

    def judge(self, question: str, sentences: Sequence[Sentence]) -> list[Judgement]:
        """Score sentences, and mark the clause of each that answers best."""
        pairs = read_pairs(self._tokenizer, self._frame, question, sentences)
        # Sentences side by side use the cores better than one sentence on all of them.
        found = list(self._workers.map(self._judge, pairs))
        if (kind := expected_kind(question)) is None:
            return found
        return [
            replace(judgement, log_odds=judgement.log_odds - LACKING)
            if lacks(sentence.reading_text, kind)
            else judgement
            for judgement, sentence in zip(found, sentences, strict=True)
        ]

    def _judge(self, pair: Pair) -> Judgement:
        """Judge one sentence: alone it needs no padding, and its rounding is its own."""
        tokens = len(pair.ids)
        means = np.zeros((1, 3, tokens), dtype=np.float32)
        means[0, 0] = 1 / tokens
        means[0, 1, : pair.asked] = 1 / pair.asked
        means[0, 2, pair.own] = 1 / max(1, len(pair.own))
        feeds = {
            "words": self._words.look_up(np.array([pair.ids], dtype=np.int64)),
            "position_ids": np.arange(tokens, dtype=np.int64)[None],
            "mask": np.ones((1, tokens), dtype=np.int32),
            "means": means,
        }
        score, places = self._session.run(None, feeds)
        start, end, evidence = places[0][:, pair.own]
        log_odds = float(score[0, 0]) + float(evidence.max(initial=_NONE))
        return Judgement(log_odds, _clause(pair, start, end))


def _clause(pair: Pair, start: FloatVector, end: FloatVector) -> Clause | None:
    """The likeliest answer in a sentence, by where it starts and ends."""
    # A token may hold nothing but a space.
    tokens = np.flatnonzero(pair.ends > pair.starts)
    if not len(tokens):
        return None
    total = start[tokens, None] + end[None, tokens]
    length = np.arange(len(tokens))[None] - np.arange(len(tokens))[:, None]
    allowed = (length >= 0) & (length < _LONGEST_CLAUSE)
    first, last = np.unravel_index(int(np.where(allowed, total, -np.inf).argmax()), total.shape)
    return Clause(int(pair.starts[tokens[first]]), int(pair.ends[tokens[last]]), float(total[first, last]))
