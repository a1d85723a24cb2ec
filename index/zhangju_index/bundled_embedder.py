"""The bundled model as an embedder: its tokenizer, ONNX Runtime, and nothing that takes seconds to import.

multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) puts ``query: `` before a question and
``passage: `` before a text, takes the mean of its token vectors and scales it to unit length.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from zhangju_index.bundled_bulk import BulkEncoder, has_fast_bfloat16
from zhangju_index.bundled_session import open_session
from zhangju_index.bundled_tokenizer import BundledTokenizer
from zhangju_index.bundled_weights import Weights
from zhangju_index.bundled_words import WordTable
from zhangju_index.gathering import Gatherer
from zhangju_index.protocols import Embedder, FloatMatrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["BULK_BYTES", "E5_PROMPTS", "BundledEmbedder", "encodable"]

E5_PROMPTS = {"query": "query: ", "document": "passage: "}
"""What the model was trained to see before a text."""

BULK_BYTES = 128 * 1024
"""Bytes of documents from which loading torch costs less time than it saves."""

# Of the sizes tried, from 1 to 32, the quickest for sentences and within a tenth of it for chunks.
_BATCH_SIZE = 8
_SPECIAL_TOKENS = 2


class BundledEmbedder:
    """Encodes with the bundled weights; safe to use from several threads, with no lock while it encodes.

    Questions that arrive while others are encoded share the next batch. Most of what is multiplied in a question
    is rounded to 8 bits, which takes three quarters of the time: its vector is off by less than 1e-4 (1 - cosine)
    and finds texts as well (nDCG@10 differs by 0.00 ± 0.03 points: ``eval/fitting/rounded_questions.py``).

    Args:
        weights: The parsed weights file.
        name: What the model is loaded by.
        fingerprint: Name and content hash that the vectors go by.

    Raises:
        ModelError: The weights are not those of such an encoder.
    """

    def __init__(self, weights: Weights, name: str, fingerprint: str) -> None:
        self._weights = weights
        self._name = name
        self._fingerprint = fingerprint
        self._shape = weights.shape
        self._words = WordTable(weights)
        self._questions = open_session(weights, questions=True)
        self._documents_lock = Lock()
        vocabulary = weights.vocabulary
        self._bos, self._eos, self._pad = vocabulary.bos, vocabulary.eos, vocabulary.pad
        self._tokenizer = BundledTokenizer(vocabulary)
        self._gathered = Gatherer(lambda texts: self._embed(texts, E5_PROMPTS["query"], self._questions))
        longest_prompt = max(self.count_tokens(list(E5_PROMPTS.values())))
        self._max_tokens = self._shape.max_position_embeddings - _SPECIAL_TOKENS - longest_prompt

    @property
    def name(self) -> str:
        """What the model is loaded by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Name and content hash of the model: vectors of different fingerprints never mix."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Columns of every matrix."""
        return self._shape.hidden_size

    @property
    def weights(self) -> Weights:
        """The parsed weights file."""
        return self._weights

    @property
    def words(self) -> WordTable:
        """Its words, for networks on the same ones."""
        return self._words

    @property
    def frame(self) -> tuple[int, int]:
        """Tokens that open and close a text."""
        return self._bos, self._eos

    @property
    def tokenizer(self) -> BundledTokenizer:
        """The model's tokenizer, which threads may share."""
        return self._tokenizer

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that are read, after the longest prompt and the special tokens."""
        return self._max_tokens

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Encode questions: float32 rows of unit length, shape (len(texts), dimension)."""
        return self._gathered(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages: float32 rows of unit length, shape (len(texts), dimension)."""
        return self.embed_exactly(texts, E5_PROMPTS["document"])

    def embed_exactly(self, texts: list[str], prompt: str) -> FloatMatrix:
        """Encode texts after some prompt as documents are encoded: nothing in them is rounded."""
        # Whoever only asks never makes it.
        with self._documents_lock:
            session = self._documents
        return self._embed(texts, prompt, session)

    @cached_property
    def _documents(self) -> "InferenceSession":
        return open_session(self._weights)

    @contextmanager
    def in_bulk(self, size: int) -> Iterator[Embedder]:
        """Give the quickest embedder for ``size`` bytes of documents: for many, torch where it is quicker."""
        if size < BULK_BYTES or not has_fast_bfloat16():
            yield self
            return
        with _InBulk(self) as bulk:
            yield bulk

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text alone, without prompt and special tokens, however long it is."""
        return [len(ids) for ids in self._ids(texts)]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return self._tokenizer.ids([encodable(text) for text in texts])

    def _embed(self, texts: Sequence[str], prompt: str, session: "InferenceSession") -> FloatMatrix:
        rows = self.framed_rows(texts, prompt)
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        # Texts of one length make batches without padding.
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]), reverse=True)
        for start in range(0, len(order), _BATCH_SIZE):
            batch = order[start : start + _BATCH_SIZE]
            vectors[batch] = self._run([rows[row] for row in batch], session)
        return vectors

    def framed_rows(self, texts: Sequence[str], prompt: str) -> list[list[int]]:
        """Tokens that the encoder reads of each text, the prompt and the special ones included."""
        most = self._shape.max_position_embeddings - _SPECIAL_TOKENS
        rows = self._ids([prompt + text for text in texts])
        return [[self._bos, *ids[:most], self._eos] for ids in rows]

    def _run(self, framed: list[list[int]], session: "InferenceSession") -> FloatMatrix:
        longest = max(map(len, framed))
        ids = np.full((len(framed), longest), self._pad, dtype=np.int64)
        mask = np.zeros((len(framed), longest), dtype=np.int32)
        for number, row in enumerate(framed):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        pooling = (mask / mask.sum(axis=1, keepdims=True)).astype(np.float32)
        feeds = {
            "words": self._words.look_up(ids),
            "position_ids": np.arange(longest, dtype=np.int64)[None],
            "mask": mask,
            "pooling": pooling[:, None],
        }
        (vectors,) = session.run(None, feeds)
        return np.asarray(vectors, dtype=np.float32)


class _InBulk:
    """The bundled model for many documents; questions go the way they always go."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self.name = embedder.name
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens
        self.embed_queries = embedder.embed_queries
        self.count_tokens = embedder.count_tokens
        self._framed_rows = embedder.framed_rows
        self._weights = embedder.weights
        self._encoder: BulkEncoder | None = None

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages: float32 rows of unit length, shape (len(texts), dimension)."""
        # Not before there is something to encode: all vectors may be there already.
        if self._encoder is None:
            self._encoder = BulkEncoder(self._weights)
        return self._encoder.encode(self._framed_rows(texts, E5_PROMPTS["document"]))

    def __enter__(self) -> Embedder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._encoder is not None:
            self._encoder.close()


def encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
