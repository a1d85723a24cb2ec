"""Settings that all tests share, and what is made once: the real model and the article's index."""

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from browsing import chromium, emptied, shot, visit  # noqa: F401 - fixtures
from guarded_chat import Serving, serving
from zhangju.retriever import Retriever
from zhangju_index.protocols import Embedder

# A busy machine is no failure, and the first call of a test pays for imports.
settings.register_profile("zhangju", deadline=None)
settings.load_profile("zhangju")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that awaits in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def bundled_model() -> Embedder:
    """The bundled model. It takes seconds to load: for tests marked slow."""
    from zhangju_index.embedding import load_embedder

    return load_embedder()


@pytest.fixture(scope="session")
def article_folder(bundled_model: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled article's index, made with the bundled model in a folder of its own."""
    from zhangju_index.build import build_index
    from zhangju_index.parsing import bundled_article

    folder = tmp_path_factory.mktemp("article") / "index"
    build_index([bundled_article()], folder, bundled_model)
    return folder


@pytest.fixture(scope="session")
def article_retriever(bundled_model: Embedder, article_folder: Path) -> Iterator[Retriever]:
    """The same, open, with the judge that comes along."""
    from zhangju.rerankers import JUDGE, load_reranker
    from zhangju_index.folder import open_index

    judge = load_reranker(JUDGE, bundled_model)
    with Retriever(open_index(article_folder), bundled_model, judge) as retriever:
        yield retriever


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The chat page on the real index, as ``zhangju chat`` serves it, under a guard around its sockets."""
    with serving(tmp_path_factory.mktemp("home")) as page:
        yield page
