"""The bundled model as sentence-transformers computes it: the reference that the quick path is held against.

Importing this module imports torch, which takes seconds: tests that want it are slow ones.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule, Normalize
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from zhangju_index.bundled_tokenizer import build_tokenizer
from zhangju_index.bundled_weights import Weights

__all__ = ["BundledEncoder", "build_model"]

# Where BertModel keeps what the file names l0.q.w, l0.q.b and so on.
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def build_model(weights: Weights, prompts: dict[str, str]) -> SentenceTransformer:
    """Make the model that mean-pools the encoder's last layer and scales it to unit length.

    Args:
        weights: The parsed weights file.
        prompts: What ``encode_query`` and ``encode_document`` put before a text.

    Raises:
        ModelError: The file lacks a tensor, or one has another size than its place.
    """
    shape, vocabulary = weights.shape, weights.vocabulary
    config = BertConfig(**asdict(shape), pad_token_id=vocabulary.pad)
    encoder = BertModel.from_pretrained(
        None, config=config, state_dict=_state(weights), add_pooling_layer=False, dtype=torch.float32
    )
    modules = [
        BundledEncoder(encoder, build_tokenizer(vocabulary), vocabulary.bos, vocabulary.eos, vocabulary.pad),
        Pooling(shape.hidden_size, "mean"),
        Normalize(),
    ]
    return SentenceTransformer(modules=modules, prompts=prompts)


class BundledEncoder(InputModule):
    """Turns texts into token vectors; the first module of the bundled model.

    It holds a ``tokenizers.Tokenizer`` and cuts and pads by itself, so that encoding never
    changes the tokenizer and needs no files beside it.

    Args:
        model: The encoder.
        tokenizer: Its tokenizer, without truncation or padding.
        bos: Token id that opens a text.
        eos: Token id that closes it.
        pad: Token id that fills the shorter texts of a batch.
    """

    def __init__(self, model: BertModel, tokenizer: Tokenizer, bos: int, eos: int, pad: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.model = model
        self.tokenizer = tokenizer
        self.max_seq_length: int = model.config.max_position_embeddings
        self._bos = bos
        self._eos = eos
        self._pad = pad

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: object) -> dict[str, Any]:
        """Cut texts into tokens, at most ``max_seq_length`` with ``<s>`` and ``</s>``.

        Returns:
            ``input_ids`` and ``attention_mask``, shape (len(inputs), longest row).
        """
        texts = self._prepend_prompt(list(inputs), prompt or "")
        rows = [
            torch.tensor([self._bos, *encoding.ids[: self.max_seq_length - 2], self._eos])
            for encoding in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        ]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self._pad)
        lengths = torch.tensor([len(row) for row in rows])
        return {"input_ids": ids, "attention_mask": (torch.arange(ids.shape[1]) < lengths[:, None]).long()}

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add ``token_embeddings``, shape (texts, tokens, hidden size)."""
        output = self.model(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        return {**features, "token_embeddings": output.last_hidden_state}

    def get_embedding_dimension(self) -> int:
        """Columns of a token vector."""
        return int(self.model.config.hidden_size)

    def save(self, output_path: str, *args: object, **kwargs: object) -> None:
        """Refuse: the model is rebuilt from its package and keeps no second copy on disk."""
        raise NotImplementedError(
            "expected a model that can be saved, got the bundled one; "
            "to fine-tune it, load intfloat/multilingual-e5-small with sentence-transformers"
        )


def _state(weights: Weights) -> dict[str, torch.Tensor]:
    shape = weights.shape
    width = shape.hidden_size

    def tensor(name: str, columns: int) -> torch.Tensor:
        return torch.from_numpy(weights.matrix(name, columns))

    state = {
        "embeddings.word_embeddings.weight": tensor("emb.word", width),
        "embeddings.position_embeddings.weight": tensor("emb.pos", width),
        "embeddings.token_type_embeddings.weight": tensor("emb.type", width),
        "embeddings.LayerNorm.weight": tensor("emb.ln.w", width)[0],
        "embeddings.LayerNorm.bias": tensor("emb.ln.b", width)[0],
    }
    for layer in range(shape.num_hidden_layers):
        for short, place in _LAYER.items():
            inputs = shape.intermediate_size if short == "fo" else width
            outputs = shape.intermediate_size if short == "fi" else width
            weight = tensor(f"l{layer}.{short}.w", inputs)
            state[f"encoder.layer.{layer}.{place}.weight"] = weight[0] if short.endswith("ln") else weight
            state[f"encoder.layer.{layer}.{place}.bias"] = tensor(f"l{layer}.{short}.b", outputs)[0]
    return state
