"""Write ``zhangju/judge/judge.onnx``: the encoder with the judge's heads, as a graph without weights.

    python rag/judge_training/write_graph.py          needs the package onnx; run again only to change the graph

    words, position_ids, mask       a question and a sentence as one text, as in ``index/graph/layers.py``
    means (pairs, 3, tokens)        what takes the mean of all tokens, of the question's, and of the sentence's
        -> score (pairs, 1)   places_of_answer (pairs, 3, tokens): start, end, evidence

Matrices are whole numbers of 7 bits with a scale for each column, multiplied with values of 8 bits
(``DynamicQuantizeMatMul``): processors without dot products of bytes add pairs of products in 16 bits, which
8 bits on both sides would overflow. ``zhangju.judge.weights`` makes the arrays.
"""

import sys
from pathlib import Path

from onnx import ModelProto, TensorProto, helper

from zhangju_index.bundled_weights import ModelShape, read_weights

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "index" / "graph"))
from layers import Graph, add_layer, add_places, tokens  # noqa: E402 - a script's neighbour on another floor

TARGET = ROOT / "rag" / "zhangju" / "judge" / "judge.onnx"


def build_graph(shape: ModelShape, *, rounded: bool = True) -> ModelProto:
    """Write down the judge for an encoder of a shape.

    Args:
        shape: Sizes of the encoder.
        rounded: Multiply whole numbers; otherwise float32, to compare with.
    """
    graph = Graph()
    width = shape.hidden_size
    thirds = graph.constant("thirds", width, width, width)

    def exact(values: str, name: str, inputs: int, outputs: int, bias: str) -> str:
        product = graph.add(
            "MatMul",
            [values, graph.weight(f"{name}.matrix", TensorProto.FLOAT, inputs, outputs)],
            f"{name}.product",
        )
        return graph.add("Add", [product, bias], f"{name}.out") if bias else product

    hidden = add_places(graph, shape)
    for layer in range(shape.num_hidden_layers):
        hidden = add_layer(graph, shape, layer, hidden, thirds, graph.bytes if rounded else exact)

    def weight(name: str, *sizes: int) -> str:
        return graph.weight(name, TensorProto.FLOAT, *sizes)

    means = graph.add("MatMul", ["means", hidden], "mean_states")
    joined = graph.add("Reshape", [means, graph.constant("joined_shape", 0, 3 * width)], "joined")
    product = graph.add("MatMul", [joined, weight("pair.weight", 3 * width, 1)], "pair_product")
    graph.add("Add", [product, weight("pair.bias", 1)], "score")
    token = graph.add("MatMul", [hidden, weight("token.weight", width, 3)], "token_product")
    values = graph.add("Add", [token, weight("token.bias", 3)], "token_values")
    graph.add("Transpose", [values], "places_of_answer", perm=[0, 2, 1])

    def value(name: str, kind: int, *sizes: str | int) -> object:
        return helper.make_tensor_value_info(name, kind, list(sizes))

    return graph.model(
        "judge",
        [
            *tokens(shape),
            value("means", TensorProto.FLOAT, "pairs", 3, "tokens"),
        ],
        [
            value("score", TensorProto.FLOAT, "pairs", 1),
            value("places_of_answer", TensorProto.FLOAT, "pairs", 3, "tokens"),
        ],
    )


if __name__ == "__main__":
    TARGET.write_bytes(build_graph(read_weights().shape).SerializeToString(deterministic=True))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
