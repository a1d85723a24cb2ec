"""Compare ways to find similar rows: exact, codes, inverted lists, a graph of neighbours.

    python benchmarks/stores.py                                  made-up rows: 100,000 and 300,000
    python benchmarks/stores.py --rows 1000000                   … a million (1.5 GB on disk)
    python benchmarks/stores.py --index DIR --questions FILE     the rows of an index, real questions

Printed are ratios to the exact store, which machines share better than times: how long it takes to
build and to answer one question in one thread, the share of the 10 and 100 best rows that is found,
and the bytes of memory a row takes. FILE has one question a line, or is (gzipped) JSON Lines with
``question``. Without it, and on made-up rows, questions are disturbed rows.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import faiss
import numpy as np

from zhangju_index.approximate import ApproximateVectorStore, build_approximate, disturbed_rows
from zhangju_index.embedding import load_embedder
from zhangju_index.folder import open_index
from zhangju_index.protocols import FloatMatrix
from zhangju_index.vectors import FlatVectorStore, VectorFile, one_thread

_DIMENSION = 384
_GROUPS, _SPREAD = 3000, 0.5
_BLOCK = 8192
_DEPTHS = (10, 100)
# A graph of so many rows already takes minutes to build.
_MOST_FOR_GRAPH = 300_000

Search = Callable[[FloatMatrix, int], FloatMatrix]
"""Similarities of the best rows for one question."""


class Rows(NamedTuple):
    """What is searched: a name, a store of it, and questions."""

    name: str
    store: FlatVectorStore
    questions: FloatMatrix


@dataclass(frozen=True, slots=True)
class Way:
    """One way to search: how it answers, how long it took to build, and bytes of memory a row."""

    name: str
    search: Search
    seconds: float
    bytes: float


def main() -> None:
    """Read the arguments and print one table for each set of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 300_000], help="made-up rows")
    parser.add_argument("--index", type=Path, help="take the rows of this index instead")
    parser.add_argument("--questions", type=Path, help="one question a line, or JSON Lines")
    parser.add_argument("--ask", type=int, default=200, help="how many questions to ask")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.index:
            every = rows_of_index(arguments.index, arguments.questions, arguments.ask)
        else:
            every = made_up_rows(arguments.rows, arguments.ask, Path(folder))
        for rows in every:
            compare(rows, Path(folder))


def rows_of_index(directory: Path, questions: Path | None, ask: int) -> Iterator[Rows]:
    """Chunks and sentences of an index, as the exact store holds them."""
    with open_index(directory) as index:
        asked = None
        if questions:
            embedder = load_embedder(index.manifest.model.name)
            asked = embedder.embed_queries(read_questions(questions)[:ask])
        for name in ("chunks", "sentences"):
            store = FlatVectorStore.load(index.file(f"{name}.faiss"))
            yield Rows(
                f"{name} of {directory.name}", store, disturbed_rows(store, ask) if asked is None else asked
            )


def read_questions(path: Path) -> list[str]:
    """Read questions, one a line or one a JSON object."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    written = [line for line in data.decode("utf-8").splitlines() if line.strip()]
    return [json.loads(line)["question"] if line.startswith("{") else line for line in written]


def made_up_rows(counts: list[int], ask: int, folder: Path) -> Iterator[Rows]:
    """Rows as a language model makes them, near one another and in groups; written block by block."""
    groups = np.random.default_rng(100).standard_normal((_GROUPS, _DIMENSION))
    for count in counts:
        generator = np.random.default_rng(count)
        path = folder / f"{count}.faiss"
        with VectorFile(path, _DIMENSION) as file:
            for start in range(0, count, _BLOCK):
                size = min(_BLOCK, count - start)
                rows = 3 + groups[generator.integers(0, _GROUPS, size)]
                rows += _SPREAD * generator.standard_normal(rows.shape)
                file.append(np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32))
        store = FlatVectorStore.load(path)
        yield Rows("made-up rows", store, disturbed_rows(store, ask))
        path.unlink()


def compare(rows: Rows, folder: Path) -> None:
    """Print how each way does on these rows, beside the exact store."""
    store, questions = rows.store, rows.questions
    print(f"\n{rows.name}: {len(store):,} rows of {store.dimension}, {len(questions)} questions")
    print(
        f"{'':24}{'build':>9}{'question':>10}{'ratio':>8}{'@10':>8}{'@100':>8}{'bytes/row':>11}", flush=True
    )
    exact = Way("exact", lambda one, k: store.search(one, k)[0], 0.0, 4.0 * store.dimension)
    truth = {depth: ask(exact, questions, depth)[0] for depth in _DEPTHS}
    base = None
    for way in (exact, *other_ways(store, folder)):
        shares, times = [], []
        for depth in _DEPTHS:
            found, each = ask(way, questions, depth)
            shares.append(float((found >= truth[depth][:, -1:] - 1e-6).mean()))
            times += each if depth == _DEPTHS[0] else []
        taken = float(np.median(times))
        base = base or taken
        print(
            f"{way.name:24}{way.seconds:8.1f}s{1000 * taken:8.2f}ms{base / taken:7.1f}x"
            f"{shares[0]:8.3f}{shares[1]:8.3f}{way.bytes:11.0f}",
            flush=True,
        )


def ask(way: Way, questions: FloatMatrix, depth: int) -> tuple[FloatMatrix, list[float]]:
    """Similarities for each question, and how long each took."""
    found, times = [], []
    for question in questions:
        start = time.perf_counter()
        found.append(way.search(question[np.newaxis], depth)[0])
        times.append(time.perf_counter() - start)
    return np.array(found), times


def other_ways(store: FlatVectorStore, folder: Path) -> Iterator[Way]:
    """Codes, inverted lists that are searched by a sixteenth and by a quarter, and a graph."""
    path = folder / "codes"
    start = time.perf_counter()
    record = build_approximate(store, path, threshold=0)
    seconds = time.perf_counter() - start
    if record.kind == "approximate":
        codes = ApproximateVectorStore.load(store, path, record.overfetch)
        # The exact rows stay on disk; of them, those that were proposed are read.
        size = path.stat().st_size / len(store)
        name = f"codes, {record.overfetch} proposed each"
        yield Way(name, lambda one, k: codes.search(one, k)[0], seconds, size)
    else:
        print(f"codes: would find too little, the store stays exact ({seconds:.1f} s to know)")

    quantizer = faiss.IndexFlatIP(store.dimension)
    lists = int(4 * len(store) ** 0.5)
    inverted = faiss.IndexIVFFlat(quantizer, store.dimension, lists, faiss.METRIC_INNER_PRODUCT)
    inverted.cp.min_points_per_centroid = 1
    start = time.perf_counter()
    inverted.train(store.vectors(np.arange(0, len(store), max(1, len(store) // (40 * lists)))))
    fill(inverted, store)
    seconds = time.perf_counter() - start
    for share in (16, 4):
        parameters = faiss.SearchParametersIVF(nprobe=max(1, lists // share))
        search = faiss_search(inverted, parameters)
        yield Way(f"inverted lists, 1/{share}", search, seconds, 4.0 * store.dimension + 8)
    del inverted

    if len(store) > _MOST_FOR_GRAPH:
        return
    graph = faiss.IndexHNSWFlat(store.dimension, 16, faiss.METRIC_INNER_PRODUCT)
    start = time.perf_counter()
    fill(graph, store)
    seconds = time.perf_counter() - start
    for width in (128, 512):
        search = faiss_search(graph, faiss.SearchParametersHNSW(efSearch=width))
        yield Way(f"graph, {width} looked at", search, seconds, 4.0 * store.dimension + 4 * 2 * 16)


def fill(index: faiss.Index, store: FlatVectorStore) -> None:
    """Add all rows, some at a time."""
    for start in range(0, len(store), _BLOCK):
        index.add(store.vectors(slice(start, start + _BLOCK)))


def faiss_search(index: faiss.Index, parameters: faiss.SearchParameters) -> Search:
    """Ask an index of FAISS in one thread, as the stores of Zhangju do."""

    def search(question: FloatMatrix, k: int) -> FloatMatrix:
        with one_thread():
            found: FloatMatrix = index.search(question, k, params=parameters)[0]
        return found

    return search


if __name__ == "__main__":
    main()
