"""The bundled encoder for many texts at once: in torch, in bfloat16 where the processor does that fast.

Processors with AVX512-BF16 or AMX multiply 16-bit numbers several times as fast as 32-bit ones.
Weights and what they are multiplied with are bfloat16 here; sums, normalisation and what flows from
layer to layer stay float32. Of 730 Chinese paragraphs and sentences (XQuAD) each vector was within 2e-5 of
its float32 one (1 - cosine), 0.994 of the ten nearest of 200 questions were the same and nDCG@10 as high,
so both may stand in one index. ``benchmarks/encoders.py`` compares the ways.

Importing torch takes seconds and loading this some 400 MB: a question never waits for it.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from zhangju_index.bundled_weights import Weights
from zhangju_index.bundled_words import WordTable
from zhangju_index.cores import cores
from zhangju_index.memory import give_back_memory
from zhangju_index.protocols import FloatMatrix

if TYPE_CHECKING:
    import torch

__all__ = ["BulkEncoder", "has_fast_bfloat16", "plan_batches", "says_fast_bfloat16"]

_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})
# Tokens of one batch: with fewer the products are too small, with more they leave the cache.
_BATCH_TOKENS = 4096
# Lengths are padded to multiples of this: torch keeps a plan and buffers for each shape it meets.
_LENGTH_STEP = 16


@cache
def has_fast_bfloat16() -> bool:
    """Whether torch is installed and the processor multiplies bfloat16 by instructions of its own."""
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # Other systems than Linux were not measured.
    return says_fast_bfloat16(described) and find_spec("torch") is not None


def says_fast_bfloat16(described: str) -> bool:
    """Whether Linux's description of the processor names such instructions."""
    flags = next((line for line in described.splitlines() if line.startswith("flags")), "")
    return not _FLAGS.isdisjoint(flags.split())


class _Linear(NamedTuple):
    weight: "torch.Tensor"
    bias: "torch.Tensor"


class _Layer(NamedTuple):
    """One layer: three matrices in one for the heads, their output, and the two of the middle."""

    heads: _Linear
    output: _Linear
    output_norm: _Linear
    wide: _Linear
    narrow: _Linear
    narrow_norm: _Linear


class BulkEncoder:
    """Encodes rows of tokens, a batch on each core; close it, or use it in a ``with`` statement.

    Args:
        weights: The parsed weights file.

    Raises:
        ModelError: The weights lack a tensor, or one has another size than its place.
    """

    def __init__(self, weights: Weights) -> None:
        import torch

        shape = weights.shape
        width = shape.hidden_size

        def matrix(name: str, columns: int = width) -> "torch.Tensor":
            return torch.from_numpy(np.ascontiguousarray(weights.matrix(name, columns)))

        def linear(*names: str, columns: int = width) -> _Linear:
            weight = torch.cat([matrix(f"{name}.w", columns) for name in names])
            bias = torch.cat([matrix(f"{name}.b", 1).reshape(-1) for name in names])
            return _Linear(weight.bfloat16(), bias.bfloat16())

        def norm(name: str) -> _Linear:
            return _Linear(matrix(f"{name}.w")[0], matrix(f"{name}.b")[0])

        self._shape = shape
        self._pad = weights.pad
        self._words = WordTable(weights)
        self._places = matrix("emb.pos") + matrix("emb.type")[0]
        self._norm = norm("emb.ln")
        self._layers = [
            _Layer(
                linear(f"{at}.q", f"{at}.k", f"{at}.v"),
                linear(f"{at}.ao"),
                norm(f"{at}.aln"),
                linear(f"{at}.fi"),
                linear(f"{at}.fo", columns=shape.intermediate_size),
                norm(f"{at}.oln"),
            )
            for at in (f"l{number}" for number in range(shape.num_hidden_layers))
        ]
        threads = torch.get_num_threads()
        # One thread for each batch: threads that share a batch wait for one another at every step,
        # which on busy cores takes most of the time. The setting belongs to the thread that makes it.
        self._pool = ThreadPoolExecutor(cores(), initializer=lambda: torch.set_num_threads(1))
        list(self._pool.map(time.sleep, [0.01] * cores()))
        torch.set_num_threads(threads)

    def encode(self, rows: Sequence[Sequence[int]]) -> FloatMatrix:
        """Encode rows of tokens, special ones included, to unit rows in the same order."""
        vectors = np.empty((len(rows), self._shape.hidden_size), dtype=np.float32)
        batches = plan_batches([len(row) for row in rows])
        parts = [[rows[row] for row in batch] for batch in batches]
        for batch, found in zip(batches, self._pool.map(self._run, parts), strict=True):
            vectors[batch] = found
        give_back_memory()
        return vectors

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, rows: Sequence[Sequence[int]]) -> FloatMatrix:
        import torch
        from torch.nn import functional

        longest = _padded(max(map(len, rows)))
        ids = np.full((len(rows), longest), self._pad)
        for row, tokens in zip(ids, rows, strict=True):
            row[: len(tokens)] = tokens
        words = torch.from_numpy(self._words.look_up(ids))
        lengths = torch.tensor([len(row) for row in rows])
        there = torch.arange(longest)[None] < lengths[:, None]
        with torch.inference_mode():
            hidden = self._norm_of(words + self._places[:longest], self._norm)
            mask = None if bool(there.all()) else there[:, None, None]
            for layer in self._layers:
                hidden = self._apply(layer, hidden, mask)
            share = there / lengths[:, None]
            found = functional.normalize((hidden * share[..., None]).sum(1), dim=1)
        vectors: FloatMatrix = found.numpy()
        return vectors

    def _apply(self, layer: _Layer, hidden: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        from torch.nn import functional

        texts, tokens, width = hidden.shape
        heads = self._shape.num_attention_heads
        joined = functional.linear(hidden.bfloat16(), *layer.heads).view(
            texts, tokens, 3, heads, width // heads
        )
        query, key, value = joined.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = functional.linear(seen.transpose(1, 2).reshape(texts, tokens, width), *layer.output)
        hidden = self._norm_of(hidden + seen, layer.output_norm)
        wide = functional.gelu(functional.linear(hidden.bfloat16(), *layer.wide))
        return self._norm_of(hidden + functional.linear(wide, *layer.narrow), layer.narrow_norm)

    def _norm_of(self, values: "torch.Tensor", norm: _Linear) -> "torch.Tensor":
        from torch.nn import functional

        width = (self._shape.hidden_size,)
        return functional.layer_norm(values, width, norm.weight, norm.bias, self._shape.layer_norm_eps)


def _padded(length: int) -> int:
    return -(-length // _LENGTH_STEP) * _LENGTH_STEP


def plan_batches(lengths: Sequence[int]) -> list[list[int]]:
    """Put rows of about one length together, longest first, each batch of about as many tokens."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    batches: list[list[int]] = []
    start = 0
    while start < len(order):
        count = max(1, _BATCH_TOKENS // _padded(lengths[order[start]]))
        batches.append(order[start : start + count])
        start += count
    return batches
