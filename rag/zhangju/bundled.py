"""The index of the bundled article: where it is kept, and when it is built again."""

from importlib.metadata import version
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from zhangju_index.errors import IndexBusyError, IndexUnusableError
from zhangju_index.parsing import bundled_article, bundled_article_hash, document_id
from zhangju_index.protocols import Embedder

if TYPE_CHECKING:
    from zhangju_index.build import Progress

__all__ = ["bundled_index_folder", "ensure_bundled_index"]

_PATIENCE = 120
"""Seconds to wait for another process that is building; slow machines take a minute."""


def bundled_index_folder(model: str | None = None) -> Path:
    """Folder of the bundled article's index in the user's data folder; each model has its own."""
    from platformdirs import user_data_path

    return user_data_path("zhangju", appauthor=False) / (
        f"article-{document_id(model)}" if model else "article"
    )


def ensure_bundled_index(folder: Path, embedder: Embedder, progress: "Progress | None" = None) -> None:
    """Build the bundled article's index unless a fitting one is there.

    It fits when it is whole, and its format, model, chunk settings and article are those of
    the installed version, which also wrote it: another may divide the article in another way.

    Raises:
        InputError: The folder cannot be written.
        IndexBusyError: Another process has been building it for minutes.
    """
    from zhangju_index.build import build_index

    for _ in range(_PATIENCE):
        if _fits(folder, embedder):
            return
        try:
            build_index([bundled_article()], folder, embedder, progress=progress)
        except IndexBusyError:
            # What another process builds is as good; if it gives up, this one takes over.
            sleep(1)
        else:
            return
    raise IndexBusyError(
        f"another process has been building the index at {folder} for {_PATIENCE} seconds: try again later"
    )


def _fits(folder: Path, embedder: Embedder) -> bool:
    from zhangju_index.build import load_cohorts
    from zhangju_index.chunking import ChunkSettings
    from zhangju_index.folder import open_index

    try:
        with open_index(folder, fingerprint=embedder.fingerprint) as index:
            manifest = index.manifest
            load_cohorts(index)
    except IndexUnusableError:
        return False
    return (
        manifest.zhangju_version == version("zhangju")
        and manifest.chunking == ChunkSettings().to_json()
        and [record.sha256 for record in manifest.documents] == [bundled_article_hash()]
    )
