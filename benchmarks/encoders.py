"""Compare ways to run the bundled model: speed, memory, and what they change in the results.

    python benchmarks/encoders.py --data DIR                   XQuAD Chinese and CMRC 2018 in DIR
    python benchmarks/encoders.py --data DIR --passages 60     … fewer passages of each, sooner

Each way runs in a process of its own and embeds the same passages and questions. Printed are chunks a
second (by the clock, and by processor time, which other work on the machine disturbs less), the time of
one question, loading, peak memory, and beside the first way, sentence-transformers in float32: the least
cosine of a passage's vectors, the share of each question's ten nearest passages that is the same, and
nDCG@10 on each set. DIR is as in ``eval/fitting/public_sets.py``. What tests need must be installed.
"""

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from zhangju_index.protocols import Embedder, FloatMatrix

_SETS = ("xquad/zh", "cmrc2018/zh-trial")
_LONE_QUESTIONS = 40


def main() -> None:
    """Run each way in a process of its own, and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--passages", type=int, default=200, help="passages of each set, at most")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--run", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sets = [read_set(arguments.data / name, arguments.passages) for name in _SETS]
    if arguments.run:
        run(WAYS[arguments.run], sets, arguments.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(arguments.ways, sets, Path(folder))


def compare(ways: list[str], sets: list[dict[str, Any]], folder: Path) -> None:
    """Print the table."""
    heads = ("chunks/s", "by CPU", "question", "load", "memory", "cosine", "top 10", *_SETS)
    print(f"{'':34}" + "".join(f"{head:>11}" for head in heads[:7]) + "".join(f"{h:>20}" for h in heads[7:]))
    first: dict[str, Any] | None = None
    for number, way in enumerate(ways):
        out = folder / f"{number}.npz"
        command = [sys.executable, *sys.argv, "--run", way, "--out", str(out)]
        subprocess.run(command, check=True)  # noqa: S603 - this script itself
        got = dict(np.load(out, allow_pickle=False))
        first = first or got
        cosines, shared, gains = [], [], []
        for i, each in enumerate(sets):
            passages, questions = got[f"passages{i}"], got[f"questions{i}"]
            cosines.append((passages * first[f"passages{i}"]).sum(axis=1).min())
            mine, theirs = ranks(questions, passages), ranks(first[f"questions{i}"], first[f"passages{i}"])
            shared += [len({*a} & {*b}) / len(a) for a, b in zip(mine, theirs, strict=True)]
            gains.append(ndcg(mine, each["gold"]))
        print(
            f"{way:34}{got['chunks']:11.1f}{got['by_cpu']:11.1f}{1000 * got['question']:9.1f}ms"
            f"{got['load']:10.1f}s{got['memory']:9.0f}MB{min(cosines):11.6f}{np.mean(shared):11.4f}"
            + "".join(f"{100 * gain:20.2f}" for gain in gains),
            flush=True,
        )


def read_set(name: Path, passages: int) -> dict[str, Any]:
    """Some passages of a set, and the questions that they answer."""

    def read(part: str) -> list[dict[str, Any]]:
        path = name.with_name(f"{name.name}.{part}.jsonl.gz")
        return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()]

    chosen = read("passages")[:passages]
    places = {passage["id"]: place for place, passage in enumerate(chosen)}
    asked = [question for question in read("questions") if question["passage_id"] in places]
    return {
        "passages": [passage["text"] for passage in chosen],
        "questions": [question["question"] for question in asked],
        "gold": [places[question["passage_id"]] for question in asked],
    }


def run(way: Callable[[], Embedder], sets: list[dict[str, Any]], out: Path) -> None:
    """Embed everything, and write down vectors and times."""
    start = time.perf_counter()
    embedder = way()
    embedder.embed_documents(["灯塔"])
    found: dict[str, Any] = {"load": time.perf_counter() - start}
    clock, cpu, count = time.perf_counter(), time.process_time(), 0
    for i, each in enumerate(sets):
        found[f"passages{i}"] = embedder.embed_documents(each["passages"])
        count += len(each["passages"])
    found["chunks"] = count / (time.perf_counter() - clock)
    found["by_cpu"] = count / (time.process_time() - cpu)
    times = []
    for question in sets[0]["questions"][:_LONE_QUESTIONS]:
        clock = time.perf_counter()
        embedder.embed_queries([question])
        times.append(time.perf_counter() - clock)
    found["question"] = np.median(times)
    for i, each in enumerate(sets):
        found[f"questions{i}"] = embedder.embed_queries(each["questions"])
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(out, **found)


def ranks(questions: FloatMatrix, passages: FloatMatrix) -> list[list[int]]:
    """The ten nearest passages of each question, nearest first."""
    nearest: list[list[int]] = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :10].tolist()
    return nearest


def ndcg(ranked: list[list[int]], gold: list[int]) -> float:
    """Mean nDCG@10 where each question has one passage that is right (Järvelin, Kekäläinen 2002)."""
    gains = [
        1 / np.log2(row.index(right) + 2) if right in row else 0.0
        for row, right in zip(ranked, gold, strict=True)
    ]
    return float(np.mean(gains))


class _Reference:
    """What sentence-transformers computes, as the tests set it up."""

    def __init__(self, kind: str) -> None:
        import torch

        sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
        from reference_model import build_model
        from zhangju_index.bundled_embedder import E5_PROMPTS
        from zhangju_index.bundled_weights import read_weights

        self._model = build_model(read_weights(), E5_PROMPTS).to(getattr(torch, kind))

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        return self._encode(self._model.encode_document, texts)

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> FloatMatrix:
        vectors = (
            encode(texts, batch_size=16, convert_to_tensor=True, show_progress_bar=False).float().numpy()
        )
        unit: FloatMatrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _shipped() -> Embedder:
    from zhangju_index.embedding import load_embedder

    return load_embedder()


def _bulk() -> Embedder:
    from zhangju_index.bundled_embedder import BULK_BYTES
    from zhangju_index.protocols import BulkEmbedder

    embedder = _shipped()
    if isinstance(embedder, BulkEmbedder):
        # Never left: the process ends with it.
        return embedder.in_bulk(BULK_BYTES).__enter__()
    return embedder


def _rounded() -> Embedder:
    """The graph of questions for documents as well."""
    from zhangju_index import bundled_session

    graph = (files("zhangju_index") / "questions.onnx").read_bytes()
    folder = Path(tempfile.mkdtemp())
    for name in ("encoder.onnx", "questions.onnx"):
        (folder / name).write_bytes(graph)
    bundled_session.files = lambda _: folder  # type: ignore[assignment]
    return _shipped()


WAYS: dict[str, Callable[[], Any]] = {
    "sentence-transformers float32": lambda: _Reference("float32"),
    "sentence-transformers bfloat16": lambda: _Reference("bfloat16"),
    "onnxruntime 4-bit (few texts)": _shipped,
    "onnxruntime 4-bit, all in 8 bits": _rounded,
    "torch bfloat16 (many texts)": _bulk,
}
"""Every way by its name; the first is what the others are compared with."""


if __name__ == "__main__":
    main()
