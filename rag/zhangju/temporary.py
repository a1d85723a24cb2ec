"""An index that lives as long as its retriever: for a few texts at hand, and for tests."""

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeVar

from zhangju_index.errors import InputError
from zhangju_index.protocols import Embedder
from zhangju_index.values import Document

if TYPE_CHECKING:
    from zhangju.retriever import Retriever

__all__ = ["documents_of", "open_temporary"]

R = TypeVar("R", bound="Retriever")


def documents_of(texts: Mapping[str, str] | Iterable[str]) -> list[Document]:
    """Make documents of texts; each text is kept as it is.

    Args:
        texts: Texts by name, or texts alone, which are called ``text-1``, ``text-2``, …. Of a
            name that ends in ``.md`` the front matter is read.

    Raises:
        DocumentError: A text shows nothing.
        InputError: Two names give the same id, or a text holds half a surrogate pair.
    """
    from zhangju_index.formats import PARSERS
    from zhangju_index.parsing import document_from_parsed, document_from_text

    if isinstance(texts, str):
        raise InputError("expected texts by name, or a list of texts; got one text: put it into a list")
    if not isinstance(texts, Mapping):
        texts = {f"text-{number}": text for number, text in enumerate(texts, start=1)}
    documents: list[Document] = []
    for source, text in texts.items():
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(f"{source} holds half a surrogate pair at character {error.start}") from error
        name = PurePath(source)
        if name.suffix.lower() in PARSERS["markdown"].suffixes and not text.startswith("\ufeff"):
            parsed = PARSERS["markdown"].parse(data, source)
            documents.append(document_from_parsed(parsed, name=name.stem, source=source))
        else:
            documents.append(document_from_text(text, name=name.stem, source=source))
    return documents


def open_temporary(
    kind: type[R], documents: Iterable[Document], embedder: Embedder | None, reranker: str | None
) -> R:
    """Index documents in a temporary folder, which is gone when this returns or with the retriever.

    Args:
        kind: The class of the retriever.
        documents: The documents.
        embedder: Makes the vectors; None loads the bundled model.
        reranker: By name, or None.

    Raises:
        InputError: There is no document, or two of one id.
        ModelError: The model cannot be loaded.
    """
    from zhangju.rerankers import load_reranker
    from zhangju_index.build import build_index
    from zhangju_index.embedding import load_embedder
    from zhangju_index.folder import open_index

    chosen = embedder or load_embedder()
    folder = Path(tempfile.mkdtemp(prefix="zhangju-"))
    try:
        build_index(documents, folder / "index", chosen)
        index = open_index(folder / "index")
        try:
            retriever = kind(index, chosen, load_reranker(reranker, chosen))
        except BaseException:
            index.close()
            raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    # An open file outlives its name, but on Windows, where the name stays until it is closed.
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        weakref.finalize(retriever, shutil.rmtree, folder, ignore_errors=True)
    return retriever
