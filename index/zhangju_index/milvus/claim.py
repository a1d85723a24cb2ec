"""One writer at a time: a collection that only one process can make.

Milvus has no transactions, but makes a collection for one caller alone. The claim is a collection
one of whose fields has a name that nobody else would choose, since servers let the same schema be
made twice. While it is held its properties count up; where they stand still, the process that made
it is gone, and the next writer takes over. What it had not published does not count, and is removed.
"""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from zhangju_index.errors import IndexBusyError, ZhangjuError
from zhangju_index.milvus.client import Client, Collection
from zhangju_index.milvus.schema import MARKER

__all__ = ["Claim", "claimed_library"]

_PROPERTY, _FIELD = "zhangju_writer", "held_by_"
BEAT_SECONDS = 5.0
"""How often a writer shows that it is there."""
PATIENCE_SECONDS = 20.0
"""How long another one looks for such a sign before it takes over."""


class Claim:
    """The right to write a library.

    Args:
        client: Its store.
        token: The name that no other claim has.
    """

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._token = token

    def check(self) -> None:
        """Make sure that no other process has taken over, right before something is published.

        Raises:
            IndexBusyError: One has: this process was silent for too long.
        """
        if _token(self._client.describe(lock_name(self._client))) != self._token:
            raise IndexBusyError(
                f"another process has taken over the writing of {self._client.address}, as this one was not"
                " heard of for too long; nothing was changed, run the command again"
            )


def lock_name(client: Client) -> str:
    """Name of the collection that is there while a process writes."""
    return f"{client.address.library}_lock"


@contextmanager
def claimed_library(client: Client) -> Iterator[Claim]:
    """Be the only one that writes a library.

    Raises:
        IndexBusyError: Another process is writing it.
    """
    token, name = secrets.token_hex(8), lock_name(client)
    owner = {"host": socket.gethostname(), "process": os.getpid()}
    while True:
        try:
            client.create(name, _collection(token), _beat(owner, 0))
            break
        except FileExistsError:
            _take_over(client, name)
    done = threading.Event()
    beating = threading.Thread(target=_keep_beating, args=(client, name, owner, done), daemon=True)
    beating.start()
    try:
        yield Claim(client, token)
    finally:
        done.set()
        beating.join()
        # Where another process has taken over, the claim there is its own.
        if _token(client.describe(name)) == token:
            client.drop(name)


def _take_over(client: Client, name: str) -> None:
    """Remove the claim of a process that is gone.

    Raises:
        IndexBusyError: It is not.
    """
    first = client.describe(name)
    if first is None:
        return
    owner = _owner(first)
    here = owner.get("host") == socket.gethostname()
    if not (here and _is_gone(int(owner.get("process", 0)))):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(BEAT_SECONDS / 5)
            now = client.describe(name)
            if now is None:
                return
            if _owner(now) != owner or (here and not _is_gone(int(owner.get("process", 0)))):
                raise IndexBusyError(
                    f"expected to be the only one writing {client.address}, but process {owner.get('process')}"
                    f" on {owner.get('host')} is; wait until it has finished"
                )
    if _token(client.describe(name)) == _token(first):
        client.drop(name)


def _keep_beating(client: Client, name: str, owner: Mapping[str, Any], done: threading.Event) -> None:
    count = 0
    while not done.wait(BEAT_SECONDS):
        count += 1
        # A server that does not answer for a moment is told by whoever writes to it.
        with suppress(ZhangjuError):
            client.alter(name, _beat(owner, count))


def _beat(owner: Mapping[str, Any], count: int) -> dict[str, str]:
    return {_PROPERTY: json.dumps({**owner, "beat": count})}


def _collection(token: str) -> Collection:
    return Collection(("key", "INT64"), {f"{_FIELD}{token}": "INT64"}, len(MARKER), {"type": "FLAT"})


def _owner(described: Mapping[str, Any]) -> dict[str, Any]:
    with suppress(ValueError):
        found = json.loads(described.get("properties", {}).get(_PROPERTY, "{}"))
        if isinstance(found, dict):
            return found
    return {}


def _token(described: Mapping[str, Any] | None) -> str | None:
    for each in (described or {}).get("fields", ()):
        if str(each["name"]).startswith(_FIELD):
            return str(each["name"]).removeprefix(_FIELD)
    return None


def _is_gone(process: int) -> bool:
    """Whether no process of this machine has a number; where that cannot be told, it may be there."""
    if os.name == "nt" or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
