"""Find the passages of an index that fit a question."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

from zhangju.asking import asks_who
from zhangju.centring import Centring
from zhangju.language import detect_language
from zhangju.questions import check_question
from zhangju.ranking import Findings, findings_of, rank
from zhangju.rerankers import JUDGE, load_reranker
from zhangju.reranking import Reranker, Use
from zhangju.values import Listing, Passage
from zhangju_index.cohort import cohort_rows, nearest_elsewhere
from zhangju_index.errors import IndexMismatchError, InputError
from zhangju_index.protocols import Embedder
from zhangju_index.searching import FolderSearch, Reach, SearchIndex
from zhangju_index.values import Document, Section
from zhangju_index.vectors import FloatVector

if TYPE_CHECKING:
    from zhangju_index.build import Progress
    from zhangju_index.folder import Index

__all__ = ["Retriever"]

# What each leg proposes; all of it is then scored by every leg.
_CHUNKS_PROPOSED = 100
_SENTENCES_PROPOSED = 200


class Retriever:
    """Searches one index; safe to use from several threads.

    Texts are read from the index as they are needed, so a large library takes little memory.

    Args:
        index: An open index, in a folder or elsewhere; it is closed with the retriever.
        embedder: The model that made its vectors.
        reranker: Reads the leading sentences once more; None leaves them as the legs have them.
        uses: What its word is heard on.

    Raises:
        IndexMismatchError: The model is another one than the index was built with.
    """

    def __init__(
        self,
        index: "Index | SearchIndex",
        embedder: Embedder,
        reranker: Reranker | None = None,
        *,
        uses: Use = Use.ALL,
    ) -> None:
        opened = index if isinstance(index, SearchIndex) else FolderSearch(index)
        if opened.model.fingerprint != embedder.fingerprint:
            raise IndexMismatchError(
                f"the index was built with {opened.model.fingerprint}, "
                f"the model given is {embedder.fingerprint}: open it with its own model"
            )
        self._index: SearchIndex = opened
        self._embedder = embedder
        self._centring = Centring(embedder)
        self._reranker = reranker
        self._uses = uses
        self._closed = False

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        *,
        store: str | None = None,
        model: str | None = None,
        reranker: str | None = JUDGE,
        progress: "Progress | None" = None,
    ) -> Self:
        """Open an index for questions.

        Args:
            index: Its folder. None is the bundled article's index in the user's data folder,
                which is built when it is missing or out of date.
            store: Address of a library on a Milvus server in its place, like
                ``milvus+http://HOST:19530`` (``zhangju_index.milvus.address``).
            model: Another sentence-transformers model than the bundled one.
            reranker: What reads the leading sentences once more: ``judge``, the one that comes
                along, a cross-encoder of sentence-transformers by its name, or None.
            progress: Told how far a build is.

        Raises:
            IndexUnusableError: The index is missing, damaged, or made with another model.
            InputError: ``store`` is no such address, or the package for it is not installed.
            ModelError: The model cannot be loaded.
            ValueError: Both an index and a store are given.
        """
        if store is not None:
            if index is not None:
                raise ValueError(f"expected an index or a store, got both {index} and {store}")
            return cls._open_store(store, model, reranker)
        from zhangju.bundled import bundled_index_folder, ensure_bundled_index
        from zhangju_index.embedding import load_embedder
        from zhangju_index.folder import open_index

        folder = bundled_index_folder(model) if index is None else Path(index)
        if index is not None:
            # A wrong folder is told before the model takes its seconds to load.
            open_index(folder).close()
        embedder = load_embedder(model)
        if index is None:
            ensure_bundled_index(folder, embedder, progress)
        # Every byte was compared a moment ago.
        opened = open_index(folder, fingerprint=embedder.fingerprint, verify=False)
        try:
            return cls(opened, embedder, load_reranker(reranker, embedder))
        except BaseException:
            opened.close()
            raise

    @classmethod
    def from_texts(
        cls,
        texts: Mapping[str, str] | Iterable[str],
        *,
        embedder: Embedder | None = None,
        reranker: str | None = JUDGE,
    ) -> Self:
        """Index texts at hand, for as long as the retriever lives; nothing of it is kept on disk.

        Args:
            texts: Texts by name, or texts alone. Each is kept as it is.
            embedder: Makes the vectors; None is the bundled model. ``ToyEmbedder`` needs no model.
            reranker: As in ``open``; the judge stays away from vectors of the toy.

        Raises:
            InputError: There is no text, a text shows nothing, or two names give the same id.
            ModelError: The model cannot be loaded.
        """
        from zhangju.temporary import documents_of

        return cls.from_documents(documents_of(texts), embedder=embedder, reranker=reranker)

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Document],
        *,
        embedder: Embedder | None = None,
        reranker: str | None = JUDGE,
    ) -> Self:
        """Index documents at hand, as ``from_texts`` does."""
        from zhangju.temporary import open_temporary

        return open_temporary(cls, documents, embedder, reranker)

    @classmethod
    def _open_store(cls, store: str, model: str | None, reranker: str | None) -> Self:
        from zhangju_index.embedding import load_embedder
        from zhangju_index.milvus.address import StoreAddress
        from zhangju_index.milvus.search import open_store

        # A wrong address is told before the model takes its seconds to load.
        opened = open_store(StoreAddress.parse(store))
        try:
            embedder = load_embedder(model)
            opened.check_model(embedder.fingerprint)
            return cls(opened, embedder, load_reranker(reranker, embedder))
        except BaseException:
            opened.close()
            raise

    @property
    def reranker(self) -> Reranker | None:
        """What reads the leading sentences once more, if anything does."""
        return self._reranker

    @property
    def embedder(self) -> Embedder:
        """The model that the index was made with."""
        return self._embedder

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._closed

    @property
    def identity(self) -> str:
        """Names the contents of the index as they are now."""
        return self._index.identity

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the index, in order, read with their whole texts at each call."""
        return tuple(self._index.documents())

    def document(self, document_id: str) -> Document:
        """One document.

        Raises:
            KeyError: The index holds none of this id.
        """
        return self._index.document(document_id)

    def listing(self) -> tuple[Listing, ...]:
        """What is known of each document, in order; no text is read."""
        from zhangju.listing import list_documents

        return tuple(list_documents(self._index))

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """The outline of one document: sections that tile its text, in order.

        Raises:
            KeyError: The index holds none of this id.
        """
        return tuple(self._index.sections(document_id))

    def search(self, question: str, k: int = 5, where: Mapping[str, str] | None = None) -> list[Passage]:
        """Find the ``k`` passages that fit a question best.

        Args:
            question: In any language.
            k: Passages to return; fewer come back when the index holds fewer.
            where: Only documents with these values of ``document_id`` (or ``id``), ``title``,
                ``source`` or a name of their metadata (``author``, ``date``, ``format``,
                ``path``, …), compared as ``zhangju_index.filters`` describes; ``section`` is
                for the headings inside them. Where nothing fits, nothing is found.

        Raises:
            QuestionError: The question is empty or too long.
            InputError: ``where`` names what no document has.
            ValueError: ``k`` is below 1.
        """
        return list(self.find(question, k, where).passages)

    async def asearch(
        self, question: str, k: int = 5, where: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """As ``search``, in a thread, so that an event loop goes on meanwhile."""
        return await asyncio.to_thread(self.search, question, k, where)

    def find(self, question: str, k: int = 5, where: Mapping[str, str] | None = None) -> Findings:
        """Search, and keep what the legs said: what answering needs beyond ``search``."""
        question = check_question(question)
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise ValueError(f"expected k to be a whole number of at least 1, got {k!r}")
        if where is not None and not _names_texts(where):
            raise InputError(
                f"expected where to give texts by name, like {{'author': '*李*'}}, got {where!r:.80}"
            )
        if self._closed:
            raise ValueError("the retriever is closed: open it again to search")
        started = perf_counter()
        query, length = self._centring.centre(question, self._embedder.embed_queries([question])[0])
        embedded = perf_counter()
        shares = self._index.shares(question)
        reach = Reach(max(_CHUNKS_PROPOSED, k), max(_SENTENCES_PROPOSED, 2 * k))
        candidates = self._index.candidates(query, shares, reach, where).scaled(length)
        if not len(candidates):
            findings, judging = Findings((), (), 0.0, 0.0, 0.0, {}), 0.0
        else:
            ranked = rank(
                question,
                candidates,
                k,
                who=asks_who(question),
                shares=shares,
                reranker=self._reranker,
                uses=self._uses,
            )
            labels = self._index.labels([chunk.document_id for chunk in ranked.chunks])
            elsewhere = length * self._elsewhere(query, ranked.chunks[0].reading_text)
            findings = findings_of(candidates, ranked, shares, labels, elsewhere)
            judging = ranked.milliseconds
        ended = perf_counter()
        timings = {"embed": 1000 * (embedded - started), "retrieve": 1000 * (ended - embedded) - judging}
        if self._reranker is not None:
            timings["rerank"] = judging
        return replace(findings, timings=timings)

    def close(self) -> None:
        """Close the index; nothing can be searched afterwards."""
        self._closed = True
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _elsewhere(self, query: FloatVector, text: str) -> float:
        """How similar a question is to what is about other things, in the language of ``text``."""
        cohort = self._index.cohorts[cohort_rows(detect_language(text).partition("-")[0])]
        return nearest_elsewhere(query, cohort)


def _names_texts(where: object) -> bool:
    return isinstance(where, Mapping) and all(
        isinstance(part, str) for pair in where.items() for part in pair
    )
