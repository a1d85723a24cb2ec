"""Index the passages of a set for one run.

The index itself lasts as long as the run: how texts are divided may change with every version.
What takes the time is kept: each vector is written down under the text that it stands for, as
soon as it is there, so that the next run embeds only what no run before has seen, and one that
was interrupted goes on where it stopped.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from zhangju_eval.corpus import Corpus
from zhangju_index.build import Item, OnStatus, build_items
from zhangju_index.errors import EvalSetError, IndexBusyError
from zhangju_index.folder import Index, open_index
from zhangju_index.generations import JOURNAL, claimed, unfinished_file
from zhangju_index.journal import VectorJournal
from zhangju_index.protocols import BulkEmbedder, Embedder, FloatMatrix
from zhangju_index.text_keys import KeyedVectors, text_keys

__all__ = ["default_cache", "indexed_corpus"]


def default_cache() -> Path | None:
    """Where vectors are kept between runs: a folder of the user's cache; None if it cannot be written."""
    from platformdirs import user_cache_path

    folder = user_cache_path("zhangju", appauthor=False) / "eval-vectors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@contextmanager
def indexed_corpus(
    corpus: Corpus, embedder: Embedder, cache: Path | None, on_status: OnStatus | None = None
) -> Iterator[Index]:
    """An index of all passages that hold any text, open while the block lasts.

    Args:
        corpus: The passages.
        embedder: The model.
        cache: Folder that vectors are kept in from run to run, one for each model in it; None
            keeps nothing. While another process uses it, nothing is taken from it or kept.
        on_status: Told how far the indexing is.

    Raises:
        EvalSetError: No passage holds any text.
        InputError: A folder cannot be written.
    """
    items = [
        Item(name, name, partial(corpus.document, name), corpus.size(name))
        for name in corpus
        if corpus.size(name)
    ]
    if not items:
        raise EvalSetError(f"{corpus.name}: expected passages with text; each of them is empty")
    with tempfile.TemporaryDirectory(prefix="zhangju-eval-") as scratch, ExitStack() as stack:
        folder = Path(scratch) / "index"
        with claimed(folder), ExitStack() as writing:
            known: Sequence[KeyedVectors] = ()
            journal = _open_journal(cache, embedder, writing)
            if journal is not None:
                known = (journal.vectors(),)
            keeping = _KeepingInBulk if isinstance(embedder, BulkEmbedder) else _Keeping
            build_items(items, folder, keeping(embedder, journal), known=known, on_status=on_status)
        yield stack.enter_context(open_index(folder, fingerprint=embedder.fingerprint, verify=False))


def _open_journal(cache: Path | None, embedder: Embedder, stack: ExitStack) -> VectorJournal | None:
    if cache is None:
        return None
    folder = cache / re.sub(r"[^\w.-]+", "-", embedder.fingerprint)
    try:
        stack.enter_context(claimed(folder))
    except IndexBusyError:
        return None
    path = unfinished_file(folder, JOURNAL)
    return stack.enter_context(VectorJournal(path, embedder.fingerprint, embedder.dimension))


class _Keeping:
    """An embedder that writes down what it made of documents."""

    def __init__(self, embedder: Embedder, journal: VectorJournal | None) -> None:
        self._embedder = embedder
        self._journal = journal
        self.name = embedder.name
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def embed_queries(self, texts: list[str]) -> FloatMatrix:
        return self._embedder.embed_queries(texts)

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        vectors = self._embedder.embed_documents(texts)
        if self._journal is not None and texts:
            self._journal.append(text_keys(texts), vectors)
        return vectors

    def count_tokens(self, texts: list[str]) -> list[int]:
        return self._embedder.count_tokens(texts)


class _KeepingInBulk(_Keeping):
    """The same of an embedder that has a quicker way for many documents."""

    @contextmanager
    def in_bulk(self, size: int) -> Iterator[Embedder]:
        if not isinstance(self._embedder, BulkEmbedder):
            raise TypeError(f"{self.name} has no way to embed in bulk")
        with self._embedder.in_bulk(size) as quick:
            yield _Keeping(quick, self._journal)
