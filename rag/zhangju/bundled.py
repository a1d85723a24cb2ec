"""The index of the bundled article: where it is kept, and when it is built again."""

from pathlib import Path
from typing import TYPE_CHECKING

from zhangju_index.errors import IndexBusyError, IndexUnusableError
from zhangju_index.parsing import bundled_article, document_id, source_hash
from zhangju_index.protocols import Embedder

if TYPE_CHECKING:
    from zhangju_index.build import Progress

__all__ = ["bundled_index_folder", "ensure_bundled_index"]


def bundled_index_folder(model: str | None = None) -> Path:
    """Folder of the bundled article's index in the user's data folder; each model has its own."""
    from platformdirs import user_data_path

    return user_data_path("zhangju", appauthor=False) / (document_id(model) if model else "article")


def ensure_bundled_index(folder: Path, embedder: Embedder, progress: "Progress | None" = None) -> None:
    """Build the bundled article's index unless a fitting one is there.

    It fits when it is whole, and its format, model, chunk settings and article are those of
    the installed version.

    Raises:
        InputError: The folder cannot be written.
    """
    if _fits(folder, embedder):
        return
    from zhangju_index.build import build_index

    try:
        build_index([bundled_article()], folder, embedder, progress=progress)
    except IndexBusyError:
        # Another process is building the same index; what it leaves is as good.
        _wait_for(folder, embedder)


def _fits(folder: Path, embedder: Embedder) -> bool:
    from zhangju_index.chunking import ChunkSettings
    from zhangju_index.folder import open_index

    try:
        with open_index(folder, fingerprint=embedder.fingerprint) as index:
            hashes = [record.sha256 for record in index.manifest.documents]
            return index.manifest.chunking == ChunkSettings().to_json() and hashes == [
                source_hash(bundled_article())
            ]
    except IndexUnusableError:
        return False


def _wait_for(folder: Path, embedder: Embedder, seconds: int = 120) -> None:
    from threading import Event

    pause = Event()
    for _ in range(seconds):
        if _fits(folder, embedder):
            return
        pause.wait(1)
    raise IndexBusyError(
        f"another process has been building the index at {folder} for {seconds} seconds: try again later"
    )
