"""Write ``zhangju_index/encoder.onnx``: the bundled encoder as a graph for ONNX Runtime, without its weights.

    python index/graph/write_graph.py          needs the package onnx; run again only to change the graph

The weights stay where they are, in the package that carries them, and are given to the session when it is
made (``zhangju_index.bundled_session``): nothing is exported, and no second copy lies on a disk. All
matrices keep their 4-bit blocks of 32 with one scale; sums are float32 (``accuracy_level`` 0), so that
the vectors are those of the expanded weights. Words come looked up (``zhangju_index.bundled_words``).

    words (texts, tokens, width)   position_ids (1, tokens)   mask (texts, tokens)   pooling (texts, 1, tokens)
        -> vectors (texts, width), of unit length

Positions are an input, because computing them from the shape fails at run time once the graph has been
optimised.
"""

from pathlib import Path

from layers import Graph, add_layer, add_places, tokens
from onnx import ModelProto, TensorProto, helper

from zhangju_index.bundled_weights import ModelShape, read_weights

TARGET = Path(__file__).parents[1] / "zhangju_index" / "encoder.onnx"


def build_graph(shape: ModelShape) -> ModelProto:
    """Write down the encoder for weights of a shape."""
    graph = Graph()
    width = shape.hidden_size
    hidden = add_places(graph, shape)
    thirds = graph.constant("thirds", width, width, width)
    for layer in range(shape.num_hidden_layers):
        hidden = add_layer(graph, shape, layer, hidden, thirds, graph.blocks)
    mean = graph.add("MatMul", ["pooling", hidden], "mean")
    flat = graph.add("Squeeze", [mean, graph.constant("middle", 1)], "flat")
    graph.add("LpNormalization", [flat], "vectors", axis=-1, p=2)
    pooling = helper.make_tensor_value_info("pooling", TensorProto.FLOAT, ["texts", 1, "tokens"])
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])
    return graph.model("multilingual-e5-small", [*tokens(shape), pooling], [vectors])


if __name__ == "__main__":
    TARGET.write_bytes(build_graph(read_weights().shape).SerializeToString(deterministic=True))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
