"""What takes long to import is imported while the model is read.

Reading it is work of the disk and of compiled code, which leaves a second core to the imports. Which
thread imports a module first makes no difference to it: the other one waits for that module alone.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

__all__ = ["importing"]


@contextmanager
def importing(*modules: str) -> Iterator[None]:
    """Import modules in a thread of their own during the block, and wait for them at its end.

    One that cannot be imported is not told of: whoever imports it after the block hears why.
    """

    def run() -> None:
        for module in modules:
            with suppress(Exception):
                importlib.import_module(module)

    thread = Thread(target=run, name="zhangju-imports", daemon=True)
    thread.start()
    yield
    # Not after a failure: the command then ends with its one line at once.
    thread.join()
