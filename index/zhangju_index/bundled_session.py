"""The bundled encoder in ONNX Runtime: graphs without weights, and the weights from their package.

``encoder.onnx`` and ``questions.onnx`` (written by ``index/graph/write_graph.py``) name the arrays they want;
they are taken from the 4-bit file as it is, with the halves of each byte in the order that the runtime reads them. No
weight is quantised a second time and nothing is written to a disk.
"""

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_weights import Weights
from zhangju_index.cores import cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["make_session", "open_session", "place_arrays", "repack_pairs"]

# The encoder's parts that are one matrix each, by their names in the weights file.
_MATRICES = ("ao", "fi", "fo")
_NORMS = ("aln", "oln")
# How long a thread waits for more work in a busy loop.
_SPIN_MICROSECONDS = 100
# Blocks that are repacked at a time: 256 KiB.
_SLAB = 1 << 14


def open_session(weights: Weights, *, questions: bool = False) -> "InferenceSession":
    """Make the encoder ready to run, on the cores that this process may use.

    Args:
        weights: The parsed weights file.
        questions: Round most of what is multiplied to 8 bits: quicker, and off by less than 1e-4 (1 - cosine).

    Raises:
        ModelError: The weights lack a tensor, or one has another size than its place.
    """
    graph = (files("zhangju_index") / ("questions.onnx" if questions else "encoder.onnx")).read_bytes()
    return make_session(graph, {**place_arrays(weights), **dict(_arrays(weights))})


def make_session(
    graph: bytes,
    arrays: Mapping[str, NDArray[Any]],
    threads: int | None = None,
) -> "InferenceSession":
    """Make a graph without weights ready to run.

    Args:
        graph: The graph, as a file holds it.
        arrays: The weights that it names.
        threads: Cores that one run takes; None are all that this process may use.
    """
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cores()
    options.inter_op_num_threads = 1
    # Within a run the next product comes in some hundredth of a millisecond, sooner than a thread wakes.
    # A thread that waits longer in a busy loop takes the cores from the search and from other questions.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Higher levels put in SkipLayerNormalization again, see ``index/graph/layers.py``.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
    options.add_external_initializers([*arrays], values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def repack_pairs(pairs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the 4-bit weights of each block in the order that ONNX Runtime reads them.

    In the file byte ``j`` of a block holds weights ``j`` and ``j + 16``; the runtime wants weights
    ``2 j`` and ``2 j + 1``, the first of them in the low half.

    Args:
        pairs: Bytes of blocks, shape (n_blocks, 16).

    Returns:
        The same weights, shape (n_blocks, 16).
    """
    repacked = np.empty(pairs.shape, np.uint8)
    # Neighbours are put together as 16-bit numbers, some blocks at a time that stay in the cache:
    # a fifth of the time that picking every other byte takes.
    for start in range(0, len(pairs), _SLAB):
        two = np.ascontiguousarray(pairs[start : start + _SLAB]).view("<u2")
        # The first eight bytes hold weights 0 … 15, which are all in the low halves.
        for half, columns in ((two & 0x0F0F, slice(0, 8)), ((two >> 4) & 0x0F0F, slice(8, 16))):
            # Only the low byte is kept: the first of the pair, and the second above it.
            repacked[start : start + _SLAB, columns] = half | (half >> 4)
    return repacked


def place_arrays(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """What is added to the words before the first layer, and the norm of both, by their names in a graph.

    Raises:
        ModelError: The weights lack a tensor, or one has another size than its place.
    """
    width = weights.shape.hidden_size
    return {
        # Every token is of the first type: its vector is the same everywhere.
        "emb.place": weights.matrix("emb.pos", width) + weights.matrix("emb.type", width)[0],
        "emb.ln.w": _vector(weights, "emb.ln.w", width),
        "emb.ln.b": _vector(weights, "emb.ln.b", width),
    }


def _runtime() -> Any:
    # From 1.29 on it reports to its makers unless told not to before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    # For whoever imported it before us.
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _arrays(weights: Weights) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array of the layers, in the shape that the graph names."""
    shape = weights.shape
    width, inner = shape.hidden_size, shape.intermediate_size
    for layer in range(shape.num_hidden_layers):
        at = f"l{layer}"
        heads = [f"{at}.{part}" for part in ("q", "k", "v")]
        for name, array in _blocks(weights, f"{at}.qkv", *(f"{head}.w" for head in heads), columns=width):
            yield name, array.reshape(-1) if name.endswith(".scales") else array
        yield f"{at}.qkv.b", np.concatenate([_vector(weights, f"{head}.b", width) for head in heads])
        for part in _MATRICES:
            columns = inner if part == "fo" else width
            for name, array in _blocks(weights, f"{at}.{part}", f"{at}.{part}.w", columns=columns):
                yield name, array.reshape(-1) if name.endswith(".scales") else array
            yield f"{at}.{part}.b", _vector(weights, f"{at}.{part}.b", inner if part == "fi" else width)
        for part in _NORMS:
            yield f"{at}.{part}.w", _vector(weights, f"{at}.{part}.w", width)
            yield f"{at}.{part}.b", _vector(weights, f"{at}.{part}.b", width)


def _vector(weights: Weights, name: str, columns: int) -> NDArray[np.float32]:
    return np.ascontiguousarray(weights.matrix(name, columns)[0])


def _blocks(weights: Weights, name: str, *tensors: str, columns: int) -> Iterator[tuple[str, NDArray[Any]]]:
    """Matrices one below the other, as they are stored: halves of bytes, and scales."""
    stored = np.concatenate([weights.blocks(tensor, columns) for tensor in tensors])
    pairs = repack_pairs(stored["pairs"].reshape(-1, stored["pairs"].shape[-1]))
    yield f"{name}.pairs", pairs.reshape(len(stored), -1, pairs.shape[-1])
    yield f"{name}.scales", stored["scale"].astype(np.float32)
