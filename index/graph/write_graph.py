"""Write the bundled encoder as graphs for ONNX Runtime, without its weights, into ``zhangju_index``.

    python index/graph/write_graph.py          needs the package onnx; run again only to change the graph

The weights stay where they are, in the package that carries them, and are given to the session when it is
made (``zhangju_index.bundled_session``): nothing is exported, and no second copy lies on a disk. All
matrices keep their 4-bit blocks of 32 with one scale. In ``encoder.onnx``, for documents, sums are float32, so
that the vectors are those of the expanded weights; in ``questions.onnx`` what is multiplied with a block is
rounded to 8 bits, which takes three quarters of the time, but for the products before attention: a few columns
are forty times as large as the others there, and rounding would lose most. Words come looked up
(``zhangju_index.bundled_words``).

    words (texts, tokens, width)   position_ids (1, tokens)   mask (texts, tokens)   pooling (texts, 1, tokens)
        -> vectors (texts, width), of unit length

Positions are an input, because computing them from the shape fails at run time once the graph has been
optimised.
"""

from pathlib import Path

from layers import Graph, add_layer, add_places, tokens
from onnx import ModelProto, TensorProto, helper

from zhangju_index.bundled_weights import ModelShape, read_weights

FOLDER = Path(__file__).parents[1] / "zhangju_index"


def build_graph(shape: ModelShape, *, rounded: bool) -> ModelProto:
    """Write down the encoder for weights of a shape; ``rounded`` is that of questions."""
    graph = Graph()

    def linear(values: str, name: str, inputs: int, outputs: int, bias: str) -> str:
        multiply = graph.rounded_blocks if rounded and not name.endswith(".qkv") else graph.blocks
        return multiply(values, name, inputs, outputs, bias)

    width = shape.hidden_size
    hidden = add_places(graph, shape)
    thirds = graph.constant("thirds", width, width, width)
    for layer in range(shape.num_hidden_layers):
        hidden = add_layer(graph, shape, layer, hidden, thirds, linear)
    mean = graph.add("MatMul", ["pooling", hidden], "mean")
    flat = graph.add("Squeeze", [mean, graph.constant("middle", 1)], "flat")
    graph.add("LpNormalization", [flat], "vectors", axis=-1, p=2)
    pooling = helper.make_tensor_value_info("pooling", TensorProto.FLOAT, ["texts", 1, "tokens"])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])
    return graph.model("multilingual-e5-small", [*tokens(shape), pooling], [vectors])


if __name__ == "__main__":
    for name, rounded in (("encoder.onnx", False), ("questions.onnx", True)):
        graph = build_graph(read_weights().shape, rounded=rounded)
        (FOLDER / name).write_bytes(graph.SerializeToString(deterministic=True))
        print(f"{name}: {(FOLDER / name).stat().st_size:,} bytes")
