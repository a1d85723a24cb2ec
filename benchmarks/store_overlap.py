"""Compares what a Milvus server finds with what FAISS finds, on the same chunks and vectors.

    python benchmarks/store_overlap.py --passages FILE… --questions FILE --store milvus+http://HOST:19530/bench

The files are gzipped JSON Lines: passages with ``id`` and ``text``, questions with ``question``.
``--folder`` names an index that is there already, which needs no passages; one that is not is built.
Texts, words and the ranking are real. Vectors are the model's with ``--model``; embedding 100,000
chunks with their sentences takes hours on two cores, so without it they are made up: a text is the
mean of vectors drawn for its characters. That keeps what matters for an approximate index: vectors
are crowded (unrelated texts have cosines around 0.8), and questions lie apart from the texts.

``--vectors N`` compares the vector search alone, on N such vectors, without texts and words.
It is run by hand and prints what it found.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from zhangju import Retriever
from zhangju_index.build import build_index, load_cohorts
from zhangju_index.chunking import ChunkSettings
from zhangju_index.folder import Index, open_index
from zhangju_index.manifest import version
from zhangju_index.milvus.address import StoreAddress
from zhangju_index.milvus.claim import claimed_library
from zhangju_index.milvus.client import Client
from zhangju_index.milvus.schema import CHUNKS, HNSW, collection_of, first_key
from zhangju_index.milvus.search import open_store
from zhangju_index.milvus.state import State, find_state
from zhangju_index.milvus.writing import LibraryWriter, clean, create_generation
from zhangju_index.parsing import document_from_text
from zhangju_index.protocols import Embedder, FloatMatrix
from zhangju_index.values import Document
from zhangju_index.vectors import FlatVectorStore

DIMENSION = 384


class CharacterMeans:
    """Made-up vectors of texts: the mean of those of their characters."""

    name = fingerprint = f"character-means-{DIMENSION}"
    dimension, max_tokens = DIMENSION, 512

    def __init__(self) -> None:
        self._table = np.random.default_rng(7).standard_normal((1 << 14, DIMENSION)).astype(np.float32)

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Encode questions like documents."""
        return self.embed_documents(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode texts: float32 rows of unit length."""
        rows = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in zip(rows, texts, strict=True):
            codes = np.fromiter(map(ord, text or " "), np.int64) % len(self._table)
            # What all texts share makes them crowded, as those of a language model are.
            row[:] = self._table[codes].mean(axis=0) + 0.35 * self._table[0]
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Three tokens for four characters, as the bundled model has for Chinese."""
        return [len(text) * 3 // 4 for text in texts]


def read(path: str) -> Iterator[dict[str, str]]:
    """Lines of a gzipped file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def documents(paths: Sequence[str], characters: int) -> list[Document]:
    """Passages as documents, until there are so many characters."""
    found: list[Document] = []
    for path in paths:
        for number, line in enumerate(read(path)):
            if characters <= 0:
                return found
            name = f"{Path(path).parent.name}-{number}"
            found.append(document_from_text(line["text"], name=name, source=f"{name}.txt"))
            characters -= len(line["text"])
    return found


def copy(index: Index, address: StoreAddress) -> float:
    """Write the documents of a folder into a store, with the same vectors; seconds it took."""
    started = time.perf_counter()
    with ExitStack() as stack:
        client = stack.enter_context(closing(Client(address)))
        claim = stack.enter_context(claimed_library(client))
        before = find_state(client)
        if before is not None:
            before = clean(client, before)
        manifest = index.manifest
        base = State(
            zhangju_version=version("zhangju"),
            model=manifest.model,
            chunking=manifest.chunking,
            index=HNSW,
            generation=before.generation + 1 if before else 1,
            revision=before.revision if before else 0,
        )
        create_generation(client, base)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with LibraryWriter(client, claim, base, scratch) as writer:
            for record in manifest.documents:
                writer.add(index.entry(record.id))
            writer.commit(load_cohorts(index))
    return time.perf_counter() - started


def timed(call: Callable[[], object]) -> tuple[float, object]:
    """Milliseconds that a call took, and what it gave."""
    started = time.perf_counter()
    value = call()
    return 1000 * (time.perf_counter() - started), value


def tell_times(name: str, milliseconds: Sequence[float]) -> None:
    """Print the middle and the slow end."""
    p50, p95 = np.percentile(milliseconds, [50, 95])
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def compare_retrieval(arguments: argparse.Namespace, embedder: Embedder) -> None:
    """Ask both the same questions."""
    address = StoreAddress.parse(arguments.store)
    folder = Path(arguments.folder)
    if not (folder / "current").exists():
        texts = documents(arguments.passages, arguments.characters)
        started = time.perf_counter()
        build_index(texts, folder, embedder, settings=ChunkSettings())
        print(f"folder built in {time.perf_counter() - started:.0f} s")
    with open_index(folder) as index:
        print(index.manifest.counts)
        if not arguments.built:
            seconds = copy(index, address)
            print(
                f"store written in {seconds:.0f} s, {1000 * seconds / index.manifest.counts.chunks:.2f} ms a chunk"
            )
    questions = [line["question"] for line in read(arguments.questions)][: arguments.count]
    shares, equal, times = [], 0, {"folder": [], "store": []}
    with Retriever(open_index(folder), embedder) as faiss, Retriever(open_store(address), embedder) as milvus:
        milvus.search(questions[0], 10)
        for question in questions:
            taken, expected = timed(lambda question=question: faiss.search(question, 10))
            times["folder"].append(taken)
            taken, found = timed(lambda question=question: milvus.search(question, 10))
            times["store"].append(taken)
            wanted = {passage.chunk for passage in expected}
            shares.append(len(wanted & {passage.chunk for passage in found}) / max(1, len(wanted)))
            equal += [p.score for p in found] == [p.score for p in expected]
    print(f"{len(questions)} questions: overlap at 10 {np.mean(shares):.4f} (least {min(shares):.2f});")
    print(f"all ten scores equal for {equal}")
    for name, each in times.items():
        tell_times(name, each)


def compare_vectors(arguments: argparse.Namespace, embedder: Embedder) -> None:
    """Search the same vectors with FAISS, exactly, and with the server's index."""
    lines = (line["text"] for path in arguments.passages for line in read(path))
    texts = (text[start : start + 200] for text in lines for start in range(0, len(text), 200))
    rows = embedder.embed_documents([text for _, text in zip(range(arguments.vectors), texts, strict=False)])
    queries = embedder.embed_queries(
        [line["question"] for line in read(arguments.questions)][: arguments.count]
    )
    exact = FlatVectorStore(rows)
    sample = rows[:: max(1, len(rows) // 500)]
    print(f"{len(rows):,} vectors, mean cosine of two {float((sample @ sample.T).mean()):.2f}")
    address = StoreAddress.parse(arguments.store)
    with closing(Client(address)) as client:
        name = f"{address.library}_vectors"
        client.drop(name)
        collection = collection_of(CHUNKS, rows.shape[1], HNSW)
        client.create(name, collection)
        client.load(name, collection)
        started = time.perf_counter()
        for start in range(0, len(rows), 2000):
            client.insert(
                name,
                [
                    {
                        "key": first_key(1) + start + n,
                        "document": 1,
                        "sentences": 0,
                        "packed": "",
                        "vector": row,
                    }
                    for n, row in enumerate(rows[start : start + 2000])
                ],
            )
        print(f"inserted in {time.perf_counter() - started:.0f} s")
        started = time.perf_counter()
        client.flush(name)
        client.wait_for_index(name)
        print(f"index built in {time.perf_counter() - started:.0f} s")
        for depth in (10, 100, 200):
            times, shares = [], []
            for query, expected in zip(queries, exact.search(queries, depth)[1], strict=True):
                taken, found = timed(
                    lambda query=query, depth=depth: client.search(
                        name, query.tolist(), "document > 0 and document < 9", depth, ("key",), strong=False
                    )
                )
                times.append(taken)
                keys = {row["entity"]["key"] - first_key(1) for row in found}
                shares.append(len(keys & set(expected.tolist())) / depth)
            print(f"overlap at {depth}: {np.mean(shares):.4f}")
            tell_times(f"search of {depth}", times)
        client.drop(name)


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", nargs="+", default=())
    parser.add_argument("--questions", required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--folder", default="build/store-overlap")
    parser.add_argument("--characters", type=int, default=15_000_000, help="some 150 a chunk")
    parser.add_argument("--count", type=int, default=200, help="questions")
    parser.add_argument("--vectors", type=int, default=0, help="compare this many vectors alone")
    parser.add_argument("--model", help="the bundled model, or another, in place of made-up vectors")
    parser.add_argument("--built", action="store_true", help="the store holds the folder's documents already")
    arguments = parser.parse_args()
    if not arguments.passages and (arguments.vectors or not (Path(arguments.folder) / "current").exists()):
        parser.error("--passages is missing: there is no index in --folder that could take their place")
    embedder: Embedder = CharacterMeans()
    if arguments.model:
        from zhangju_index.embedding import load_embedder

        embedder = load_embedder(arguments.model)
    (compare_vectors if arguments.vectors else compare_retrieval)(arguments, embedder)


if __name__ == "__main__":
    main()
