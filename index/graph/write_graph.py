"""Write ``zhangju_index/encoder.onnx``: the bundled encoder as a graph for ONNX Runtime, without its weights.

    python index/graph/write_graph.py          needs the package onnx; run again only to change the graph

The weights stay where they are, in the package that carries them, and are given to the session when it is
made (``zhangju_index.bundled_session``): nothing is exported, and no second copy lies on a disk. The word
table and all matrices keep their 4-bit blocks of 32 with one scale; sums are float32
(``accuracy_level`` 0), so that the vectors are those of the expanded weights.

    input_ids (texts, tokens)   position_ids (1, tokens)   mask (texts, tokens)   pooling (texts, 1, tokens)
        -> vectors (texts, width), of unit length

Layer by layer it is BERT (Devlin et al. 2018), with the operators that ONNX Runtime has for it:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md. Positions are an input,
because computing them from the shape fails at run time once the graph has been optimised.
"""

from pathlib import Path

from onnx import ModelProto, NodeProto, TensorProto, helper

from zhangju_index.bundled_weights import ModelShape, read_weights

TARGET = Path(__file__).parents[1] / "zhangju_index" / "encoder.onnx"
_RUNTIME = "com.microsoft"
_BLOCK = 32


class _Graph:
    """Nodes and the names of weights, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def weight(self, name: str, kind: int, *shape: int) -> str:
        """Name an array that the session is given later."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        # Only the location is asked for; the arrays never lie in such a file.
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "weights"
        self.weights.append(tensor)
        return name

    def constant(self, name: str, *values: int) -> str:
        self.weights.append(helper.make_tensor(name, TensorProto.INT64, [len(values)], values))
        return name

    def add(
        self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object
    ) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, values: str, name: str, inputs: int, outputs: int, bias: str = "") -> str:
        """Multiply by a matrix of 4-bit blocks."""
        blocks = inputs // _BLOCK
        pairs = self.weight(f"{name}.pairs", TensorProto.UINT8, outputs, blocks, _BLOCK // 2)
        scales = self.weight(f"{name}.scales", TensorProto.FLOAT, outputs * blocks)
        return self.add(
            "MatMulNBits",
            [values, pairs, scales, *(["", "", bias] if bias else [])],
            f"{name}.out",
            _RUNTIME,
            K=inputs,
            N=outputs,
            bits=4,
            block_size=_BLOCK,
            accuracy_level=0,
        )


def build_graph(shape: ModelShape) -> ModelProto:
    """Write down the encoder for weights of a shape."""
    graph = _Graph()
    width, inner, epsilon = shape.hidden_size, shape.intermediate_size, shape.layer_norm_eps
    vector = (TensorProto.FLOAT, width)

    table = [
        graph.weight("emb.word.pairs", TensorProto.UINT8, shape.vocab_size, width // 2),
        "input_ids",
        graph.weight("emb.word.scales", TensorProto.FLOAT, shape.vocab_size, width // _BLOCK),
    ]
    words = graph.add(
        "GatherBlockQuantized",
        table,
        "words",
        _RUNTIME,
        bits=4,
        block_size=_BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    graph.weight("emb.place", TensorProto.FLOAT, shape.max_position_embeddings, width)
    places = graph.add("Gather", ["emb.place", "position_ids"], "places", axis=0)
    placed = graph.add("Add", [words, places], "placed")
    norm = [graph.weight("emb.ln.w", *vector), graph.weight("emb.ln.b", *vector)]
    hidden = graph.add("LayerNormalization", [placed, *norm], "hidden", axis=-1, epsilon=epsilon)
    thirds = graph.constant("thirds", width, width, width)

    def residual(values: str, before: str, name: str, bias: str) -> str:
        parts = [graph.weight(f"{name}.w", *vector), graph.weight(f"{name}.b", *vector), bias]
        return graph.add(
            "SkipLayerNormalization", [values, before, *parts], f"{name}.out", _RUNTIME, epsilon=epsilon
        )

    for layer in range(shape.num_hidden_layers):
        at = f"l{layer}"
        bias = graph.weight(f"{at}.qkv.b", TensorProto.FLOAT, 3 * width)
        joined = graph.linear(hidden, f"{at}.qkv", width, 3 * width, bias)
        parts = [f"{at}.query", f"{at}.key", f"{at}.value"]
        graph.nodes.append(helper.make_node("Split", [joined, thirds], parts, axis=2))
        attended = graph.add(
            "MultiHeadAttention",
            [*parts, "", "mask"],
            f"{at}.heads",
            _RUNTIME,
            num_heads=shape.num_attention_heads,
        )
        output = graph.linear(attended, f"{at}.ao", width, width)
        hidden = residual(output, hidden, f"{at}.aln", graph.weight(f"{at}.ao.b", *vector))
        wide = graph.linear(hidden, f"{at}.fi", width, inner)
        bias = graph.weight(f"{at}.fi.b", TensorProto.FLOAT, inner)
        active = graph.add("BiasGelu", [wide, bias], f"{at}.gelu", _RUNTIME)
        output = graph.linear(active, f"{at}.fo", inner, width)
        hidden = residual(output, hidden, f"{at}.oln", graph.weight(f"{at}.fo.b", *vector))

    mean = graph.add("MatMul", ["pooling", hidden], "mean")
    flat = graph.add("Squeeze", [mean, graph.constant("middle", 1)], "flat")
    graph.add("LpNormalization", [flat], "vectors", axis=-1, p=2)
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "multilingual-e5-small",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"]),
                helper.make_tensor_value_info("position_ids", TensorProto.INT64, [1, "tokens"]),
                helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"]),
                helper.make_tensor_value_info("pooling", TensorProto.FLOAT, ["texts", 1, "tokens"]),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])],
            graph.weights,
        ),
        producer_name="zhangju",
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_RUNTIME, 1)],
        ir_version=10,
    )


if __name__ == "__main__":
    TARGET.write_bytes(build_graph(read_weights().shape).SerializeToString(deterministic=True))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
