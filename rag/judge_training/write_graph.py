"""Write ``zhangju/judge/judge.onnx``: the encoder with the judge's heads, as a graph without weights.

    python rag/judge_training/write_graph.py          needs the package onnx; run again only to change the graph

    input_ids, position_ids, mask      a question and a passage as one text, as in ``index/graph/layers.py``
    asked (pairs, 1, tokens)           what takes the mean of the question's tokens
    members (pairs, sentences, tokens) what takes the mean of each sentence's tokens
    beyond (pairs, sentences, tokens)  0 at the tokens of a sentence, -10,000 at all others
        -> sentences (pairs, sentences, 1)   clauses (pairs, 3, tokens): start, end, evidence

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
from layers import RUNTIME, TOKENS, Graph, add_layer, add_words  # noqa: E402 - a script's neighbour on another floor

TARGET = ROOT / "rag" / "zhangju" / "judge" / "judge.onnx"
HIDDEN = 128


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

    hidden = add_words(graph, shape)
    for layer in range(shape.num_hidden_layers):
        hidden = add_layer(graph, shape, layer, hidden, thirds, graph.bytes if rounded else exact)

    def weight(name: str, *sizes: int) -> str:
        return graph.weight(name, TensorProto.FLOAT, *sizes)

    means = graph.add("MatMul", ["members", hidden], "means")
    question = graph.add("MatMul", ["asked", hidden], "question")
    of_means = graph.add("MatMul", [means, weight("pair_in.passage", width, HIDDEN)], "of_means")
    of_question = graph.add("MatMul", [question, weight("pair_in.question", width, HIDDEN)], "of_question")
    both = graph.add("Add", [of_means, of_question], "both")
    active = graph.add("BiasGelu", [both, weight("pair_in.bias", HIDDEN)], "active", RUNTIME)
    product = graph.add("MatMul", [active, weight("pair_out.weight", HIDDEN, 1)], "pair_product")
    whole = graph.add("Add", [product, weight("pair_out.bias", 1)], "whole")
    unit_means = graph.add("LpNormalization", [means], "unit_means", axis=-1, p=2)
    unit_question = graph.add("LpNormalization", [question], "unit_question", axis=-1, p=2)
    turned = graph.add("Transpose", [unit_question], "turned", perm=[0, 2, 1])
    cosine = graph.add("MatMul", [unit_means, turned], "cosine")
    scaled = graph.add("Mul", [cosine, weight("alike.scale", 1)], "scaled")
    alike = graph.add("Add", [scaled, weight("alike.offset", 1)], "alike")
    whole = graph.add("Add", [whole, alike], "whole_and_alike")
    token = graph.add("MatMul", [hidden, weight("token.weight", width, 3)], "token_product")
    values = graph.add("Add", [token, weight("token.bias", 3)], "token_values")
    clauses = graph.add("Transpose", [values], "clauses", perm=[0, 2, 1])
    evidence = graph.add(
        "Slice",
        [clauses, graph.constant("from", 2), graph.constant("to", 3), graph.constant("axis", 1)],
        "evidence",
    )
    inside = graph.add("Add", [evidence, "beyond"], "inside")
    best = graph.add("ReduceMax", [inside, graph.constant("last", 2)], "best", keepdims=1)
    graph.add("Add", [whole, best], "sentences")

    def value(name: str, kind: int, *sizes: str | int) -> object:
        return helper.make_tensor_value_info(name, kind, list(sizes))

    return graph.model(
        "judge",
        [
            *TOKENS,
            value("asked", TensorProto.FLOAT, "pairs", 1, "tokens"),
            value("members", TensorProto.FLOAT, "pairs", "sentences", "tokens"),
            value("beyond", TensorProto.FLOAT, "pairs", "sentences", "tokens"),
        ],
        [
            value("sentences", TensorProto.FLOAT, "pairs", "sentences", 1),
            value("clauses", TensorProto.FLOAT, "pairs", 3, "tokens"),
        ],
    )


if __name__ == "__main__":
    TARGET.write_bytes(build_graph(read_weights().shape).SerializeToString(deterministic=True))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
