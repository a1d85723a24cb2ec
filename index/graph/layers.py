"""Parts of a graph for ONNX Runtime: nodes, names of weights, and one layer of the encoder.

Layer by layer it is BERT (Devlin et al. 2018), with the operators that ONNX Runtime has for it:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
"""

from collections.abc import Callable

from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from zhangju_index.bundled_weights import ModelShape

__all__ = ["BLOCK", "RUNTIME", "Graph", "Linear", "add_layer", "add_places", "tokens"]

RUNTIME = "com.microsoft"
BLOCK = 32

Linear = Callable[[str, str, int, int, str], str]
"""Adds a matrix: values, name, inputs, outputs, name of the bias or nothing; returns the output."""


class Graph:
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
        """Add a vector of whole numbers."""
        self.weights.append(helper.make_tensor(name, TensorProto.INT64, [len(values)], values))
        return name

    def add(
        self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object
    ) -> str:
        """Add a node, and name its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def blocks(self, values: str, name: str, inputs: int, outputs: int, bias: str) -> str:
        """Multiply by a matrix of 4-bit blocks, with sums in float32."""
        return self._blocks(values, name, inputs, outputs, bias, accuracy_level=0)

    def rounded_blocks(self, values: str, name: str, inputs: int, outputs: int, bias: str) -> str:
        """Multiply by a matrix of 4-bit blocks; values are rounded to 8 bits, a scale for each block."""
        return self._blocks(values, name, inputs, outputs, bias, accuracy_level=4)

    def _blocks(
        self, values: str, name: str, inputs: int, outputs: int, bias: str, accuracy_level: int
    ) -> str:
        per_row = inputs // BLOCK
        pairs = self.weight(f"{name}.pairs", TensorProto.UINT8, outputs, per_row, BLOCK // 2)
        scales = self.weight(f"{name}.scales", TensorProto.FLOAT, outputs * per_row)
        return self.add(
            "MatMulNBits",
            [values, pairs, scales, *(["", "", bias] if bias else [])],
            f"{name}.out",
            RUNTIME,
            K=inputs,
            N=outputs,
            bits=4,
            block_size=BLOCK,
            accuracy_level=accuracy_level,
        )

    def bytes(self, values: str, name: str, inputs: int, outputs: int, bias: str) -> str:
        """Multiply by a matrix of whole numbers with a scale for each column; values are rounded to 8 bits."""
        matrix = self.weight(f"{name}.bytes", TensorProto.INT8, inputs, outputs)
        scales = self.weight(f"{name}.scales", TensorProto.FLOAT, outputs)
        return self.add(
            "DynamicQuantizeMatMul",
            [values, matrix, scales, *(["", bias] if bias else [])],
            f"{name}.out",
            RUNTIME,
        )

    def model(self, name: str, inputs: list[ValueInfoProto], outputs: list[ValueInfoProto]) -> ModelProto:
        """The finished graph."""
        return helper.make_model(
            helper.make_graph(self.nodes, name, inputs, outputs, self.weights),
            producer_name="zhangju",
            opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(RUNTIME, 1)],
            ir_version=10,
        )


def tokens(shape: ModelShape) -> list[ValueInfoProto]:
    """Inputs that ``add_places`` and ``add_layer`` read."""
    return [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["texts", "tokens", shape.hidden_size]),
        helper.make_tensor_value_info("position_ids", TensorProto.INT64, [1, "tokens"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"]),
    ]


def add_places(graph: Graph, shape: ModelShape) -> str:
    """Add the places to the words; returns the name of the states before the first layer."""
    width = shape.hidden_size
    vector = (TensorProto.FLOAT, width)
    graph.weight("emb.place", TensorProto.FLOAT, shape.max_position_embeddings, width)
    places = graph.add("Gather", ["emb.place", "position_ids"], "places", axis=0)
    placed = graph.add("Add", ["words", places], "placed")
    norm = [graph.weight("emb.ln.w", *vector), graph.weight("emb.ln.b", *vector)]
    return graph.add("LayerNormalization", [placed, *norm], "hidden", axis=-1, epsilon=shape.layer_norm_eps)


def add_layer(graph: Graph, shape: ModelShape, layer: int, hidden: str, thirds: str, linear: Linear) -> str:
    """Add one layer of the encoder.

    Args:
        graph: What it is added to.
        shape: Sizes of the encoder.
        layer: Its number, counted from 0.
        hidden: Name of the states that it reads, shape (texts, tokens, width).
        thirds: Name of a constant: three times the width.
        linear: Adds a matrix.

    Returns:
        Name of the states that it leaves. The graph needs an input ``mask``, shape (texts, tokens).
    """
    width, inner, epsilon = shape.hidden_size, shape.intermediate_size, shape.layer_norm_eps
    at = f"l{layer}"

    def residual(values: str, before: str, name: str, bias: str) -> str:
        vector = (TensorProto.FLOAT, width)
        # SkipLayerNormalization does the same in one node, and takes several times as long on a processor.
        biased = graph.add("Add", [values, bias], f"{name}.biased")
        summed = graph.add("Add", [biased, before], f"{name}.summed")
        parts = [graph.weight(f"{name}.w", *vector), graph.weight(f"{name}.b", *vector)]
        return graph.add("LayerNormalization", [summed, *parts], f"{name}.out", axis=-1, epsilon=epsilon)

    bias = graph.weight(f"{at}.qkv.b", TensorProto.FLOAT, 3 * width)
    joined = linear(hidden, f"{at}.qkv", width, 3 * width, bias)
    parts = [f"{at}.query", f"{at}.key", f"{at}.value"]
    graph.nodes.append(helper.make_node("Split", [joined, thirds], parts, axis=2))
    attended = graph.add(
        "MultiHeadAttention",
        [*parts, "", "mask"],
        f"{at}.heads",
        RUNTIME,
        num_heads=shape.num_attention_heads,
    )
    output = linear(attended, f"{at}.ao", width, width, "")
    hidden = residual(output, hidden, f"{at}.aln", graph.weight(f"{at}.ao.b", TensorProto.FLOAT, width))
    wide = linear(hidden, f"{at}.fi", width, inner, "")
    bias = graph.weight(f"{at}.fi.b", TensorProto.FLOAT, inner)
    active = graph.add("BiasGelu", [wide, bias], f"{at}.gelu", RUNTIME)
    output = linear(active, f"{at}.fo", inner, width, "")
    return residual(output, hidden, f"{at}.oln", graph.weight(f"{at}.fo.b", TensorProto.FLOAT, width))
