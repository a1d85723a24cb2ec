"""Weights of the judge: the bundled encoder's with what was trained added to them.

``judge.safetensors`` holds, in float16, low-rank updates of the upper layers' matrices (LoRA, Hu et al. 2021,
arXiv 2106.09685), their layer norms, and the heads. The matrices are merged when the judge is loaded, and
rounded to whole numbers of 7 bits with a scale for each output.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_weights import Weights
from zhangju_index.errors import ModelError
from zhangju_index.protocols import FloatMatrix

__all__ = ["read_judge", "round_columns"]

_MOST = 63.0
"""Largest whole number of a matrix: 7 bits, see ``rag/judge_training/write_graph.py``."""
_PARTS = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}


def read_judge(weights: Weights, *, rounded: bool = True) -> dict[str, NDArray[Any]]:
    """Merge what was trained with the bundled weights.

    Args:
        weights: The bundled weights.
        rounded: Round the matrices to whole numbers, as the shipped graph wants them.

    Returns:
        Each array by the name that the graph has for it, but for words and places, which are the encoder's own.

    Raises:
        ModelError: The file of the judge is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        stored = load((files("zhangju.judge") / "judge.safetensors").read_bytes())
        trained = {name: array.astype(np.float32) for name, array in stored.items()}
        return dict(_arrays(weights, trained, rounded=rounded))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"expected the trained judge in judge.safetensors, got {type(error).__name__}: {error}; "
            "reinstall zhangju"
        ) from error


def round_columns(matrix: FloatMatrix) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each column to whole numbers of at most 7 bits.

    Args:
        matrix: Shape (inputs, outputs).

    Returns:
        The whole numbers, and the scale of each column, shape (outputs,).
    """
    scales = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / _MOST
    return np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32)


def _arrays(
    weights: Weights, trained: Mapping[str, FloatMatrix], *, rounded: bool
) -> Iterator[tuple[str, NDArray[Any]]]:
    shape = weights.shape
    width, inner = shape.hidden_size, shape.intermediate_size
    for layer in range(shape.num_hidden_layers):
        at = f"l{layer}"
        for name, parts in _PARTS.items():
            columns = inner if name == "fo" else width
            base = np.concatenate([weights.matrix(f"{at}.{part}.w", columns) for part in parts])
            if (up := trained.get(f"{at}_{name}_up")) is not None:
                base = base + up @ trained[f"{at}_{name}_down"]
            matrix = np.ascontiguousarray(base.T)
            if rounded:
                yield f"{at}.{name}.bytes", (found := round_columns(matrix))[0]
                yield f"{at}.{name}.scales", found[1]
            else:
                yield f"{at}.{name}.matrix", matrix
            bias = [weights.matrix(f"{at}.{part}.b", inner if name == "fi" else width)[0] for part in parts]
            yield f"{at}.{name}.b", np.concatenate(bias)
        for norm in ("aln", "oln"):
            for part in ("w", "b"):
                own = trained.get(f"{at}_{norm}_{part}")
                yield (
                    f"{at}.{norm}.{part}",
                    weights.matrix(f"{at}.{norm}.{part}", width)[0] if own is None else own,
                )
    yield "pair.weight", np.ascontiguousarray(trained["pair.weight"].T)
    yield "pair.bias", trained["pair.bias"]
    yield "token.weight", np.ascontiguousarray(trained["token.weight"].T)
    yield "token.bias", trained["token.bias"]
