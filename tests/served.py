"""The API around a small index of the article, for tests that ask it in this process."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhangju import Assistant, Retriever, ToyEmbedder
from zhangju.live import LiveAssistant
from zhangju_index.build import build_index
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article

QUESTION = "创新的主体在哪里？"


def assist(retriever: Retriever) -> Assistant:
    """An assistant that answers whatever it is asked: the toy's similarities mean nothing."""
    return Assistant(retriever, threshold=0.0)


def toy_live(folder: Path, *, changing: bool = True) -> LiveAssistant:
    """The article in an index in ``folder``, embedded with the toy."""
    build_index([bundled_article()], folder, ToyEmbedder())
    retriever = Retriever(open_index(folder), ToyEmbedder())
    return LiveAssistant(retriever, folder=folder if changing else None, assist=assist)


@contextlib.contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an application in a thread of this process; gives its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 300
        while not server.started:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
