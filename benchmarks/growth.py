"""How cost grows with an index: from 1,000 to 1,000,000 chunks.

    python benchmarks/growth.py --index DIR                            1,000, 10,000 and 100,000 chunks
    python benchmarks/growth.py --index DIR --chunks 1000000           … a million (hours; 15 GB of disk)
    python benchmarks/growth.py --index DIR --texts FOLDER             … with more real texts
    python benchmarks/growth.py --index DIR --questions FILE           … asked real questions

DIR is only read: its documents with their vectors come first, then the texts in FOLDER, then documents made
of real clauses in another order. What has no vector gets one that lies among those of the index as texts of
one language do: one row of it, and half of the difference of two others. FILE has one question a line, or is
(gzipped) JSON Lines with ``question``; without it, words from the middle of chunks are asked. Sizes are
estimated; ``real`` are the chunks of real texts. Each size is built and asked in processes of its own.

    build    milliseconds a chunk, by the clock and by processor time, without the model's work
    bytes    a chunk on disk with its sentences, keywords and texts; of that, the vectors
    search   median of ``Retriever.search`` without the model's work
    rows     finding the best rows alone: of 100 chunks and 200 sentences, or of 300 chunks among very many
    @10      share of the 10 best rows that is found, the lesser one of chunks and sentences
    memory   what a process that asks needs beside the model and the files that it maps
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from stores import read_questions

from zhangju import Retriever
from zhangju_index.approximate import SENTENCES_BELOW
from zhangju_index.build import Item, build_items, divide
from zhangju_index.chunking import ChunkSettings
from zhangju_index.embedding import load_embedder
from zhangju_index.folder import Index, open_index
from zhangju_index.generations import claimed
from zhangju_index.parsing import document_from_text, read_document
from zhangju_index.protocols import FloatMatrix
from zhangju_index.values import Document
from zhangju_index.vectors import FlatVectorStore

_CLAUSE = re.compile(r"[^，；。！？\n]*[，；。！？]?")
_ROWS_FOR_DRAWING = 20_000
# Documents that are cut to estimate how many chunks the others come to.
_SAMPLE = 200
_MADE_UP = "made-up-"


class Aside:
    """What is done for the benchmark alone, and the time that it takes, to be taken off again."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._clock
        self.cpu += time.process_time() - self._cpu


ASIDE = Aside()


class Drawn:
    """Stands in for the model of an index: vectors of texts that nobody embedded, the same for the same text."""

    def __init__(self, index: Index) -> None:
        model = index.manifest.model
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension
        self.max_tokens = 512
        store = index.sentence_store
        self._rows = store.vectors(np.arange(0, len(store), max(1, len(store) // _ROWS_FOR_DRAWING)))

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Draw a vector for each text."""
        with ASIDE:
            places = np.array([random.Random(text).sample(range(len(self._rows)), 3) for text in texts])  # noqa: S311
            near, other, another = (self._rows[places[:, column]] for column in range(3))
            vectors = near + 0.5 * (other - another)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors, np.float32)

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Draw a vector for each question."""
        return self.embed_documents(texts)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Three tokens for four characters, as the bundled model has for Chinese."""
        return [len(text) * 3 // 4 for text in texts]


class Known:
    """The model of an index, for questions that it has read already."""

    def __init__(self, name: str, questions: list[str]) -> None:
        model = load_embedder(name)
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension
        self.max_tokens, self.count_tokens = model.max_tokens, model.count_tokens
        self.embed_documents = model.embed_documents
        self.vectors = model.embed_queries(questions)
        self._rows = dict(zip(questions, self.vectors, strict=True))

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        """Vectors of questions that were given."""
        return np.array([self._rows[text] for text in texts])


def main() -> None:
    """Build and ask each size, and print one line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True, help="an index; it is only read")
    parser.add_argument("--chunks", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="real texts beside those of the index")
    parser.add_argument("--questions", type=Path, help="one question a line, or JSON Lines")
    parser.add_argument("--ask", type=int, default=100, metavar="N", help="questions to ask (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where sizes are built, one after another")
    parser.add_argument("--run", choices=("build", "ask"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        what = build if arguments.run == "build" else ask
        print(json.dumps(what(arguments)))
        return
    heads_told = False
    with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
        for chunks in arguments.chunks:
            found: dict[str, Any] = {}
            for what in ("build", "ask"):
                command = [sys.executable, __file__, "--run", what, "--index", str(arguments.index)]
                command += ["--chunks", str(chunks), "--folder", str(Path(scratch) / "size")]
                command += ["--ask", str(arguments.ask)]
                for name in ("texts", "questions"):
                    if given := getattr(arguments, name):
                        command += [f"--{name}", str(given)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
                found |= json.loads(done.stdout)
            if not heads_told:
                print("".join(f"{head:>12}" for head in found))
                heads_told = True
            print("".join(f"{value:>12}" for value in found.values()), flush=True)


def build(arguments: argparse.Namespace) -> dict[str, str]:
    """Build an index of so many chunks."""
    [wanted], folder = arguments.chunks, arguments.folder
    with open_index(arguments.index, verify=False) as index:
        embedder, known = Drawn(index), index.vectors()
        items = choose(sources_of(index, arguments.texts), wanted, embedder)
        clock, cpu = time.perf_counter() - ASIDE.seconds, time.process_time() - ASIDE.cpu
        with claimed(folder):
            manifest = build_items(items, folder, embedder, known=known)
        seconds = time.perf_counter() - ASIDE.seconds - clock
        cpu = time.process_time() - ASIDE.cpu - cpu
    chunks = manifest.counts.chunks
    with open_index(folder, verify=False) as index:
        real = sum(len(index.texts.chunk_rows(item.id)) for item in items if not item.id.startswith(_MADE_UP))
    return {
        "chunks": f"{chunks:,}",
        "real": f"{real:,}",
        "sentences": f"{manifest.counts.sentences:,}",
        "build": f"{1000 * seconds / chunks:.2f}ms",
        "build CPU": f"{1000 * cpu / chunks:.2f}ms",
    }


class Source(NamedTuple):
    """A real text."""

    name: str
    title: str
    size: int
    read: Callable[[], Document]


def sources_of(index: Index, texts: Path | None) -> list[Source]:
    """The documents of an index, and the files of a folder."""
    sources = [
        Source(each.id, each.title, 3 * each.characters, partial(index.texts.document, each.id))
        for each in index.manifest.documents
    ]
    paths = sorted(path for path in texts.rglob("*") if path.is_file()) if texts else []
    # Those of one kind lie together, and may be cut into more chunks than others.
    random.Random(0).shuffle(paths)  # noqa: S311
    for number, path in enumerate(paths):
        name = f"text-{number}"
        read = partial(read_document, path, identifier=name)
        sources.append(Source(name, path.stem, path.stat().st_size, read))
    return sources


def choose(sources: Sequence[Source], wanted: int, embedder: Drawn) -> list[Item]:
    """Documents that come to so many chunks: real ones, then ones with the same clauses in another order."""
    items: list[Item] = []
    chunks = chunks_a_byte = 0.0
    for turn in count():
        if turn < 2:
            chunks_a_byte = estimated(sources, turn, embedder)
        for number, source in enumerate(sources):
            if chunks >= wanted:
                return items
            name = f"{_MADE_UP}{turn}-{number}" if turn else source.name
            items.append(Item(name, source.title, partial(read_turn, source, turn, name), source.size))
            chunks += chunks_a_byte * source.size
    raise AssertionError("count() does not end")


def estimated(sources: Sequence[Source], turn: int, embedder: Drawn) -> float:
    """Chunks that a byte of the texts comes to."""
    sample = random.Random(0).sample(sources, min(_SAMPLE, len(sources)))  # noqa: S311
    chunks = 0
    for each in sample:
        item = Item(each.name, each.title)
        chunks += len(divide(item, read_turn(each, turn, each.name), embedder, ChunkSettings()).chunks)
    return chunks / sum(each.size for each in sample)


def read_turn(source: Source, turn: int, name: str) -> Document:
    """A real text, or what is made of it in some turn after the first."""
    if not turn:
        return source.read()
    with ASIDE:
        text = shuffled(source.read().text, turn)
    return document_from_text(text, name=name, source=f"{name}.txt")


def shuffled(text: str, turn: int) -> str:
    """Lines as long as they were, of the same clauses in another order."""
    lines = [[clause for clause in _CLAUSE.findall(line) if clause] for line in text.splitlines()]
    # Headings and other lines of one clause stay, so that the outline does.
    clauses = [clause for line in lines if len(line) > 1 for clause in line]
    random.Random(turn).shuffle(clauses)  # noqa: S311
    left = iter(clauses)
    return "\n".join("".join(next(left) if len(line) > 1 else clause for clause in line) for line in lines)


def ask(arguments: argparse.Namespace) -> dict[str, str]:
    """Ask an index that was built."""
    folder: Path = arguments.folder
    with open_index(folder, verify=False) as index:
        model = index.manifest.model.name
        counts = index.manifest.counts
        questions = (
            read_questions(arguments.questions)[: arguments.ask]
            if arguments.questions
            else list(middles(index, arguments.ask))
        )
        # What ``FolderSearch`` asks for.
        depths = {"chunk": 100, "sentence": 200} if counts.chunks < SENTENCES_BELOW else {"chunk": 300}
        exact = {leg: FlatVectorStore.load(index.file(f"{leg}s.faiss")) for leg in depths}
        stores = {"chunk": index.chunk_store, "sentence": index.sentence_store}
        embedder = Known(model, questions)
        before = own_memory()
        rows, rows_cpu, recalls = [], [], {leg: [] for leg in depths}
        for vector in embedder.vectors:
            clock, cpu = time.perf_counter(), time.process_time()
            found = {leg: stores[leg].search(vector[np.newaxis], k)[0][0] for leg, k in depths.items()}
            rows.append(time.perf_counter() - clock)
            rows_cpu.append(time.process_time() - cpu)
            for leg, scores in found.items():
                truth = exact[leg].search(vector[np.newaxis], 10)[0][0]
                recalls[leg].append(float((scores[:10] >= truth[-1] - 1e-6).mean()))
    times, times_cpu = [], []
    with Retriever(open_index(folder, verify=False), embedder) as retriever:
        retriever.search(questions[0], k=10)
        for question in questions:
            clock, cpu = time.perf_counter(), time.process_time()
            retriever.search(question, k=10)
            times.append(time.perf_counter() - clock)
            times_cpu.append(time.process_time() - cpu)
        memory = own_memory() - before
    files = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    vectors = sum(files[f"{leg}s.faiss"] for leg in ("chunk", "sentence"))
    return {
        "memory": f"{memory / 2**20:,.0f}MB",
        "bytes": f"{sum(files.values()) / counts.chunks:,.0f}",
        "vectors": f"{vectors / counts.chunks:,.0f}",
        "search": f"{1000 * np.median(times):.1f}ms",
        "search CPU": f"{1000 * np.median(times_cpu):.1f}ms",
        "rows": f"{1000 * np.median(rows):.1f}ms",
        "rows CPU": f"{1000 * np.median(rows_cpu):.1f}ms",
        "@10": f"{min(map(np.mean, recalls.values())):.4f}",
    }


def middles(index: Index, wanted: int) -> Iterator[str]:
    """Words from the middle of chunks, as long as a question is."""
    for row in np.linspace(0, index.texts.chunk_count - 1, wanted, dtype=np.int64):
        text = "".join(index.texts.chunk(int(row)).text.split())
        yield text[len(text) // 2 :][:16] or text


def own_memory() -> int:
    """Bytes of memory that are this process's own; where the system does not tell, its peak."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
