"""The library that a running page shows: asked, looked into, added to and taken from.

The bundled article's own index is never changed: the first change makes the user's library, which
begins as a copy of it, and the page moves there.
"""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zhangju.values import Listing
from zhangju_index.errors import DocumentError, IndexBusyError
from zhangju_index.file_names import file_name
from zhangju_index.outline import Outline, outline_document
from zhangju_ui.failures import SaidError

if TYPE_CHECKING:
    from zhangju.assistant import Assistant
    from zhangju.live import LiveAssistant
    from zhangju.retriever import Retriever
    from zhangju_index.build import OnStatus
    from zhangju_index.library import Reading

__all__ = ["Limits", "Shelf", "Upload", "library_folder", "replaced_names"]

_OUTLINES = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows visitors.

    Attributes:
        changes: Whether documents may be added and removed at all.
        file_bytes: Largest file.
        documents: Most documents in the library.
    """

    changes: bool = True
    file_bytes: int = 32 * 1024 * 1024
    documents: int = 1000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a visitor gave.

    Attributes:
        name: As the visitor calls it.
        path: Where it waits.
    """

    name: str
    path: Path


class Shelf:
    """One library, as the page shows it and lets it be changed.

    Args:
        live: Answers from the library, or from the bundled article's own index.
        folder: Where the library lies, or will lie once it is changed.
        begins_with: Folder of the bundled article's own index, where that is what ``live`` answers from.
        limits: What the operator allows.
    """

    def __init__(
        self,
        live: "LiveAssistant",
        *,
        folder: Path,
        begins_with: Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._live = live
        self._folder = folder
        self._begins_with = begins_with
        self._changing = threading.Lock()
        self._looking = threading.Lock()
        self._known: tuple[object, tuple[Listing, ...], dict[str, Outline]] = (None, (), {})

    @property
    def documents(self) -> tuple[Listing, ...]:
        """What the library holds, in order."""
        with self._live.borrow() as assistant:
            return self._look(assistant.retriever)[0]

    @property
    def is_bundled_alone(self) -> bool:
        """Whether the bundled article is all there is."""
        from zhangju_index.parsing import BUNDLED_ARTICLE

        return [each.document_id for each in self.documents] == [BUNDLED_ARTICLE]

    @property
    def asks(self) -> str:
        """The other machine whose language model words the answers; empty where none does."""
        with self._live.borrow() as assistant:
            generator = assistant.generator
        # What cannot say where it is may be anywhere.
        if generator is None or getattr(generator, "is_local", False):
            return ""
        return str(getattr(generator, "host", generator.name))

    def borrow(self) -> "AbstractContextManager[Assistant]":
        """Use what answers, as it is now."""
        return self._live.borrow()

    def outline(self, document_id: str) -> Outline:
        """A document with its structure; those looked at last are kept.

        Raises:
            KeyError: The library holds none of this id.
        """
        with self._live.borrow() as assistant:
            outlines = self._look(assistant.retriever)[1]
            found = outlines.get(document_id)
            if found is None:
                found = outline_document(assistant.retriever.document(document_id))
                with self._looking:
                    while len(outlines) >= _OUTLINES:
                        outlines.pop(next(iter(outlines)))
                    outlines[document_id] = found
            return found

    def preview(self, upload: Upload) -> Outline:
        """Read a file as it would be added.

        Raises:
            DocumentError: It cannot be read.
        """
        from zhangju_index.parsing import document_from_bytes

        return outline_document(document_from_bytes(_bytes(upload), source=upload.name))

    def add(self, uploads: Sequence[Upload], on_status: "OnStatus | None" = None) -> "tuple[Reading, ...]":
        """Put files into the library, and serve it as it is then.

        Raises:
            InputError: The operator does not allow it, the library is full, or it is being changed.
        """
        from zhangju_index.library import Source

        sources = [Source(upload.name, data=_bytes(upload)) for upload in uploads]
        with self._change():
            new = {source.name for source in sources} - replaced_names(self.documents)
            if len(self.documents) + len(new) > self.limits.documents:
                raise SaidError("too_many", limit=self.limits.documents)
            self._begin()
            return self._live.add(sources, on_status).readings

    def remove(self, document_id: str, on_status: "OnStatus | None" = None) -> None:
        """Take a document out of the library, and serve it as it is then.

        Raises:
            InputError: The operator does not allow it, there is no such document, or the library is
                being changed.
        """
        with self._change():
            self._begin()
            self._live.remove([document_id], on_status)

    def _change(self) -> "_Turn":
        if not self.limits.changes:
            raise SaidError("closed_library")
        return _Turn(self._changing)

    def _begin(self) -> None:
        """Move to the library that is to be changed; where there is none, it begins as a copy."""
        if self._begins_with is None:
            return
        beside = self._folder.with_name(f".{self._folder.name}.{os.getpid()}")
        try:
            if not self._folder.exists():
                shutil.rmtree(beside, ignore_errors=True)
                shutil.copytree(self._begins_with, beside)
                beside.rename(self._folder)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            reason = error.strerror or type(error).__name__
            raise SaidError("error_unwritable", reason=reason) from error
        self._live.move(self._folder)
        self._begins_with = None

    def _look(self, retriever: "Retriever") -> tuple[tuple[Listing, ...], dict[str, Outline]]:
        """What is known of the index as it is now; a store changes while it stays open."""
        place = (retriever, retriever.identity)
        with self._looking:
            if self._known[0] != place:
                self._known = (place, retriever.listing(), {})
            return self._known[1:]


class _Turn:
    """Holds a lock for the length of a block, or says that somebody else does."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise IndexBusyError("the library is being changed: try again in a moment")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def replaced_names(documents: Sequence[Listing]) -> set[str]:
    """Names of files that take the place of a document, as ``zhangju_index.library`` has it."""
    called = Counter(file_name(each.source) for each in documents)
    return {name for name, count in called.items() if count == 1} | {each.source for each in documents}


def library_folder(model: str | None = None) -> Path:
    """Where the library lies that the page makes of the bundled article and what is added to it."""
    from zhangju.bundled import bundled_index_folder

    bundled = bundled_index_folder(model)
    return bundled.with_name(bundled.name.replace("article", "library", 1))


def _bytes(upload: Upload) -> bytes:
    from zhangju_index.parsing import read_bytes

    try:
        return read_bytes(upload.path)
    except DocumentError as error:
        # The visitor knows the file by its own name.
        raise DocumentError(str(error).replace(str(upload.path), upload.name), error.fault) from error
