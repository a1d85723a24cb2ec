"""An index that is asked while it changes: every question gets the index as it is now.

A change writes a new index beside the old one (``zhangju_index.generations``). Questions that are
under way keep the one they began with; it is closed when the last of them is answered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from zhangju.assistant import Assistant
from zhangju.retriever import Retriever
from zhangju.values import Answer
from zhangju_index.errors import IndexUnusableError, InputError
from zhangju_index.protocols import Embedder

if TYPE_CHECKING:
    from zhangju_index.build import OnStatus
    from zhangju_index.library import Change, Source
    from zhangju_index.milvus.address import StoreAddress

__all__ = ["LiveAssistant"]

_LOOK_AGAIN_SECONDS = 1.0
"""How long an index that another process changed may still be asked as it was."""


class _Open:
    """An index that is open, and how many questions are being put to it."""

    def __init__(self, assistant: Assistant, identity: str) -> None:
        self.assistant = assistant
        self.identity = identity
        self.users = 0


class LiveAssistant:
    """Answers from an index that may change meanwhile; safe to use from several threads.

    Args:
        retriever: Finds the passages; it is closed with this.
        embedder: The model that made the index.
        folder: The index, to be opened again when it changes.
        store: The library that ``retriever`` asks in its place, which looks at it anew for each
            question. With neither, nothing can be changed.
        assist: Makes an assistant of a retriever.
    """

    def __init__(
        self,
        retriever: Retriever,
        *,
        embedder: Embedder | None = None,
        folder: Path | None = None,
        store: "StoreAddress | None" = None,
        assist: Callable[[Retriever], Assistant] = Assistant,
    ) -> None:
        self._embedder = embedder or retriever.embedder
        self._reranker = retriever.reranker
        self._folder = folder
        self._store = store
        self._assist = assist
        self._lock = Lock()
        self._looking = Lock()
        self._looked = monotonic()
        self._open = _Open(assist(retriever), retriever.identity)

    @property
    def can_change(self) -> bool:
        """Whether documents can be put in and taken out."""
        return self._folder is not None or self._store is not None

    @contextmanager
    def borrow(self) -> Iterator[Assistant]:
        """Use the index as it is now; it stays open until it is given back."""
        self._look()
        with self._lock:
            current = self._open
            current.users += 1
        try:
            yield current.assistant
        finally:
            with self._lock:
                current.users -= 1
                unused = current is not self._open and not current.users
            if unused:
                current.assistant.retriever.close()

    def ask(
        self,
        question: str,
        history: Iterable[Answer | Mapping[str, Any]] = (),
        k: int = 5,
        where: Mapping[str, str] | None = None,
    ) -> Answer:
        """Answer a question, as ``Assistant.ask`` does."""
        with self.borrow() as assistant:
            return assistant.ask(question, history, k, where)

    def move(self, folder: Path) -> None:
        """Answer from the index in a folder from now on; the same model made it.

        Raises:
            IndexUnusableError: There is none, or it cannot be used.
        """
        self._folder = folder
        self._look(now=True)

    def add(self, sources: "Sequence[Source]", on_status: "OnStatus | None" = None) -> "Change":
        """Put sources into the index, as ``zhangju_index.library.add_sources`` does.

        Raises:
            DocumentError: There is no index that is whole, and no source could be read.
            IndexBusyError: Another process is writing the index.
            InputError: The index cannot be changed.
        """
        if self._store is not None:
            from zhangju_index.milvus.library import add_to_store

            return add_to_store(sources, self._store, embedder=self._embedder, on_status=on_status)
        from zhangju_index.library import add_sources

        change = add_sources(sources, self._own_folder(), embedder=self._embedder, on_status=on_status)
        self._look(now=True)
        return change

    def remove(self, document_ids: Sequence[str], on_status: "OnStatus | None" = None) -> "Change":
        """Take documents out of the index, as ``zhangju_index.library.remove_documents`` does.

        Raises:
            IndexBusyError: Another process is writing the index.
            InputError: There is no such document, or the index cannot be changed.
        """
        if self._store is not None:
            from zhangju_index.milvus.library import remove_from_store

            return remove_from_store(document_ids, self._store, on_status=on_status)
        from zhangju_index.library import remove_documents

        change = remove_documents(document_ids, self._own_folder(), on_status=on_status)
        self._look(now=True)
        return change

    def close(self) -> None:
        """Close the index; nothing can be asked afterwards."""
        self._open.assistant.retriever.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _own_folder(self) -> Path:
        if self._folder is None:
            raise InputError("this index cannot be changed: start with an index of your own, --index DIR")
        return self._folder

    def _look(self, *, now: bool = False) -> None:
        """Open the index again if it is another one than the one that is open."""
        if self._folder is None or not (now or monotonic() - self._looked > _LOOK_AGAIN_SECONDS):
            return
        # One looks; the others go on with what is open, unless they have just changed it.
        if not self._looking.acquire(blocking=now):
            return
        try:
            self._looked = monotonic()
            if self._identity() in (None, self._open.identity):
                return
            from zhangju_index.folder import open_index

            index = open_index(self._folder, fingerprint=self._embedder.fingerprint)
            fresh = _Open(self._assist(Retriever(index, self._embedder, self._reranker)), index.identity)
            with self._lock:
                before, self._open = self._open, fresh
                unused = not before.users
            if unused:
                before.assistant.retriever.close()
        except IndexUnusableError:
            # What is open is whole, and answers until there is something better.
            if now:
                raise
        finally:
            self._looking.release()

    def _identity(self) -> str | None:
        from zhangju_index.generations import read_pointer

        try:
            return None if self._folder is None else read_pointer(self._folder).manifest_sha256
        except IndexUnusableError:
            return None
