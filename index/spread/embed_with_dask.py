"""Embeds a large corpus on many processes or machines, for ``zhangju index add`` to take over.

    pip install 'zhangju[spread]'
    python index/spread/embed_with_dask.py 'laws/**/*.md' --parts parts --store milvus+http://HOST:19530
    zhangju index add 'laws/**/*.md' --store milvus+http://HOST:19530

Embedding is nearly all the time that a library takes; Dask spreads it, tries again what failed and
shows how far it is. Each task reads some files, divides them as ``index add`` does, and writes the
vectors of their texts to a file of its own in ``--parts``, a folder that all workers see. At the end
these are put where ``index add`` looks for vectors of a build that was interrupted: it finds each by
the text it stands for, embeds what is missing, and writes the library.

Stopped in any way, the same command goes on: parts that are there are not made again.
``--scheduler tcp://HOST:8786`` uses a cluster; without it, processes of this machine do the work.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from zhangju_index.build import Item, divide
from zhangju_index.chunking import ChunkSettings
from zhangju_index.embedding import load_embedder
from zhangju_index.errors import DocumentError
from zhangju_index.generations import JOURNAL, claimed, unfinished_file
from zhangju_index.journal import VectorJournal
from zhangju_index.milvus.address import StoreAddress
from zhangju_index.milvus.library import work_folder
from zhangju_index.parsing import read_document
from zhangju_index.protocols import Embedder
from zhangju_index.text_keys import text_keys
from zhangju_ui.sources import find_sources

_TEXTS_AT_A_TIME = 256


def embedder_of_worker(model: str | None) -> Embedder:
    """The model, loaded by each worker at its first task."""
    from dask.distributed import get_worker

    # Kept by the worker: this file is not installed there, so its functions come anew with each task.
    worker = get_worker()
    embedder: Embedder | None = getattr(worker, "zhangju_embedder", None)
    if embedder is None:
        worker.zhangju_embedder = embedder = load_embedder(model)
    return embedder


def embed_files(paths: Sequence[str], part: str, model: str | None) -> tuple[int, list[str]]:
    """Write the vectors of what is in some files, as one task of a worker.

    Args:
        paths: The files.
        part: The file that the vectors go to; one that is there is left as it is.
        model: Name of the model.

    Returns:
        How many texts were embedded, and why files could not be read.
    """
    if Path(part).exists():
        return 0, []
    embedder = embedder_of_worker(model)
    texts: dict[str, None] = {}
    refused = []
    for path in paths:
        try:
            document = read_document(Path(path))
        except DocumentError as error:
            refused.append(str(error))
            continue
        divided = divide(Item(document.id, document.title), document, embedder, ChunkSettings())
        texts |= dict.fromkeys((*divided.chunk_texts, *divided.sentence_texts))
    # Complete or not there: another worker may be given the same task.
    unfinished = Path(f"{part}.{os.getpid()}")
    ordered = sorted(texts, key=len, reverse=True)
    with VectorJournal(unfinished, embedder.fingerprint, embedder.dimension) as journal:
        for start in range(0, len(ordered), _TEXTS_AT_A_TIME):
            some = ordered[start : start + _TEXTS_AT_A_TIME]
            journal.append(text_keys(some), embedder.embed_documents(some))
    if ordered:
        unfinished.replace(part)
    return len(ordered), refused


def gather(parts: Sequence[Path], folder: Path, embedder: Embedder) -> int:
    """Put the vectors of parts where the next build of an index looks for them; how many there are."""
    with claimed(folder):
        path = unfinished_file(folder, JOURNAL)
        with VectorJournal(path, embedder.fingerprint, embedder.dimension) as journal:
            for part in parts:
                with VectorJournal(part, embedder.fingerprint, embedder.dimension) as source:
                    keys = source.keys()
                    new = np.ones(len(keys), dtype=bool)
                    new[journal.vectors().find(keys)[0]] = False
                    journal.append(keys[new], source.vectors().find(keys[new])[1])
            return len(journal)


def part_names(
    paths: Sequence[str], size: int, folder: Path, fingerprint: str
) -> Iterator[tuple[list[str], Path]]:
    """Divide files into tasks, each with the name of its part, which tells files, their bytes and the model."""
    for start in range(0, len(paths), size):
        some = list(paths[start : start + size])
        digest = hashlib.sha256(fingerprint.encode())
        for path in some:
            digest.update(f"{path}\n{Path(path).stat().st_size} {Path(path).stat().st_mtime_ns}\n".encode())
        yield some, folder / f"{digest.hexdigest()[:24]}.vectors"


def main() -> None:
    """Read the arguments, embed and gather."""
    from dask.distributed import Client, LocalCluster, as_completed

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths", nargs="+", help="files, folders or patterns, as 'zhangju index add' takes them"
    )
    parser.add_argument("--parts", type=Path, required=True, help="a folder that all workers see")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--store", help="the store that the library will be in")
    target.add_argument("--index", type=Path, help="the folder that the index will be in")
    parser.add_argument("--model")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, like tcp://HOST:8786")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, without a scheduler")
    parser.add_argument("--files", type=int, default=16, help="files in a task")
    arguments = parser.parse_args()
    folder = work_folder(StoreAddress.parse(arguments.store)) if arguments.store else arguments.index
    arguments.parts.mkdir(parents=True, exist_ok=True)
    embedder = load_embedder(arguments.model)
    found = find_sources(arguments.paths, sys.stdin.buffer)
    paths = [str(source.path.absolute()) for source in found.sources if source.path is not None]
    tasks = list(part_names(paths, arguments.files, arguments.parts.absolute(), embedder.fingerprint))
    # Nothing but the two ends is listened at: no dashboard.
    cluster = arguments.scheduler or LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with Client(cluster) as client:
        work = {
            client.submit(embed_files, some, str(part), arguments.model, retries=2, pure=False): part
            for some, part in tasks
        }
        for done, future in enumerate(as_completed(work), start=1):
            count, refused = future.result()
            for reason in refused:
                print(f"refused: {reason}", file=sys.stderr)
            print(f"{done} of {len(work)}: {count} texts", file=sys.stderr)
    if not arguments.scheduler:
        cluster.close()
    parts = [part for _, part in tasks if part.exists()]
    print(f"{gather(parts, folder, embedder)} vectors wait for 'zhangju index add'")


if __name__ == "__main__":
    main()
