"""The judge at work: each passage is read once together with the question."""

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import numpy as np

from zhangju.judge.reading import ReadPassage, question_ids, read_passage
from zhangju.judge.weights import read_judge
from zhangju.reranking import Clause, Judgement
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.bundled_session import make_session
from zhangju_index.protocols import FloatMatrix
from zhangju_index.values import Chunk

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["Judge"]

_LONGEST_CLAUSE = 40
_NONE = -1e4


class Judge:
    """Scores sentences by whether they answer a question; safe to use from several threads.

    A score is a log-odds: above 0 the sentence rather answers than not.

    Args:
        embedder: The bundled model, whose tokenizer it shares.
        session: The encoder with the judge's weights and heads.
    """

    def __init__(self, embedder: BundledEmbedder, session: "InferenceSession") -> None:
        self._tokenizer = embedder.tokenizer
        vocabulary = embedder.weights.vocabulary
        self._bos, self._eos = vocabulary.bos, vocabulary.eos
        self._longest = embedder.weights.shape.max_position_embeddings
        self._session = session

    @classmethod
    def load(cls, embedder: BundledEmbedder) -> Self:
        """Make the judge ready.

        Raises:
            ModelError: Its file is damaged.
        """
        graph = (files("zhangju.judge") / "judge.onnx").read_bytes()
        return cls(embedder, make_session(graph, read_judge(embedder.weights)))

    @property
    def name(self) -> str:
        """What reports call it."""
        return "judge"

    def judge(self, question: str, chunks: Sequence[Chunk]) -> list[Judgement]:
        """Score the sentences of chunks, and mark the clause of each that answers best.

        What is said of a chunk does not depend on the others.
        """
        if not chunks:
            return []
        asked = [self._bos, *question_ids(self._tokenizer, question), self._eos]
        return [self._judge(asked, chunk) for chunk in chunks]

    def _judge(self, asked: list[int], chunk: Chunk) -> Judgement:
        """Judge one passage: alone it needs no padding, and its rounding is its own."""
        own, count = len(asked), len(chunk.sentences)
        read = read_passage(self._tokenizer, chunk, self._longest - own - 1)
        ids = np.array([[*asked, *read.ids, self._eos]], dtype=np.int64)
        tokens = ids.shape[1]
        members = np.zeros((1, count, tokens), dtype=np.float32)
        inside = np.flatnonzero(read.sentences >= 0)
        members[0, read.sentences[inside], own + inside] = 1
        sizes = members.sum(axis=2, keepdims=True)
        mean = np.zeros((1, 1, tokens), dtype=np.float32)
        mean[..., :own] = 1 / own
        feeds = {
            "input_ids": ids,
            "position_ids": np.arange(tokens, dtype=np.int64)[None],
            "mask": np.ones((1, tokens), dtype=np.int32),
            "asked": mean,
            "members": members / np.maximum(sizes, 1),
            "beyond": np.where(members > 0, np.float32(0), np.float32(_NONE)),
        }
        scores, places = self._session.run(None, feeds)
        # A sentence that the end of the passage cut off was not read.
        read_at_all = sizes[0, :, 0] > 0
        return Judgement(
            tuple(np.where(read_at_all, scores[0, :, 0], _NONE).tolist()),
            _clauses(read, places[0, :2, own:-1], count),
        )


def _clauses(passage: ReadPassage, places: FloatMatrix, count: int) -> tuple[Clause | None, ...]:
    """The likeliest answer inside each sentence, by where it starts and ends."""
    clauses: list[Clause | None] = []
    for sentence in range(count):
        # A token may hold nothing but the space between two sentences.
        tokens = np.flatnonzero((passage.sentences == sentence) & (passage.ends > passage.starts))
        if not len(tokens):
            clauses.append(None)
            continue
        starts, ends = places[0, tokens], places[1, tokens]
        total = starts[:, None] + ends[None]
        length = np.arange(len(tokens))[None] - np.arange(len(tokens))[:, None]
        allowed = (length >= 0) & (length < _LONGEST_CLAUSE)
        first, last = np.unravel_index(int(np.where(allowed, total, -np.inf).argmax()), total.shape)
        clauses.append(
            Clause(
                int(passage.starts[tokens[first]]), int(passage.ends[tokens[last]]), float(total[first, last])
            )
        )
    return tuple(clauses)
