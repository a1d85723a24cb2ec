"""Talks to Milvus, and says in one line what is wrong when that fails.

The same calls reach the real server from 2.3 on and Milvus Lite; nothing here needs what only
newer servers have (filter templates, sparse vectors, full-text functions).
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from zhangju_index.errors import IndexBusyError, IndexUnusableError, InputError
from zhangju_index.milvus.address import TOKEN, StoreAddress

__all__ = ["Client", "Collection", "Row", "quoted"]

Row = dict[str, Any]

# A server that is there answers within milliseconds; loading a large collection takes minutes.
_CONNECT_SECONDS, _CALL_SECONDS, _LOAD_SECONDS = 10, 120, 1800
_DELETIONS = 5
# Rows that a search of the graph keeps in view. Vectors of texts are crowded, and questions lie apart
# from them: among 100,000 whose cosines are 0.84 on average, 512 found 0.97 of the ten nearest.
_BREADTH = 4096
# The most that a server gives at once, unless it was set otherwise.
_MOST_ROWS = 16_384
# The server takes messages of up to 64 MiB.
_MESSAGE_BYTES = 8 * 1024 * 1024


class Collection(NamedTuple):
    """What a collection is made of.

    Attributes:
        key: Name and type of the primary key: ``INT64`` or ``VARCHAR``.
        fields: Names and types of the other scalars: ``INT64``, ``VARCHAR`` or ``JSON``.
        dimension: Columns of the vectors, in the field ``vector``.
        vectors: Type and settings of their index; inner product is compared.
    """

    key: tuple[str, str]
    fields: Mapping[str, str]
    dimension: int
    vectors: Mapping[str, Any]


class Client:
    """One connection to a store; safe to use from several threads.

    Args:
        address: Where the store is.

    Raises:
        InputError: The package ``pymilvus`` or ``milvus-lite`` is not installed.
        IndexBusyError: Another process has the Milvus Lite folder open.
        IndexUnusableError: The store does not answer, or refuses the token.
    """

    def __init__(self, address: StoreAddress) -> None:
        self.address = address
        self._closed = threading.Event()
        try:
            from pymilvus import MilvusClient

            if address.lite:
                import milvus_lite  # noqa: F401 - said before anything is made
        except ImportError as error:
            package = "'zhangju[milvus-lite]'" if address.lite else "'zhangju[milvus]'"
            raise InputError(
                f"{address} needs a package that is not installed ({error.name}): pip install {package}"
            ) from error
        # Its own log repeats, with tracebacks, what it raises as well.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        uri = _open_lite(address) if address.lite else address.uri
        try:
            with self._telling():
                self._client: MilvusClient = MilvusClient(
                    uri=uri, token=address.token, timeout=_CONNECT_SECONDS
                )
        except BaseException:
            if address.lite:
                _close_lite(address)
            raise

    def version(self) -> str:
        """What the server calls itself."""
        with self._telling():
            return str(self._client.get_server_version())

    def collections(self) -> list[str]:
        """Names of all collections on the server."""
        with self._telling():
            return list(self._client.list_collections(timeout=_CALL_SECONDS))

    def create(self, name: str, collection: Collection, properties: Mapping[str, str] | None = None) -> None:
        """Make a collection, without loading it.

        Raises:
            FileExistsError: There is one of this name.
        """
        from pymilvus import DataType, MilvusException

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        for number, (field, kind) in enumerate((collection.key, *collection.fields.items())):
            length = {"max_length": 65_535} if kind == "VARCHAR" else {}
            schema.add_field(field, getattr(DataType, kind), is_primary=number == 0, **length)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=collection.dimension)
        try:
            self._client.create_collection(
                name, schema=schema, properties=dict(properties or {}), timeout=_CALL_SECONDS
            )
        except MilvusException:
            if self.exists(name):
                raise FileExistsError(name) from None
            with self._telling():
                raise

    def load(self, name: str, collection: Collection) -> None:
        """Give a collection its index, and have the server hold it in memory."""
        with self._telling():
            params = self._client.prepare_index_params()
            kind, settings = collection.vectors["type"], dict(collection.vectors)
            del settings["type"]
            params.add_index("vector", index_type=kind, metric_type="IP", params=settings)
            self._client.create_index(name, params, timeout=_LOAD_SECONDS)
            self._client.load_collection(name, timeout=_LOAD_SECONDS)

    def ensure_loaded(self, name: str) -> None:
        """Have the server hold a collection in memory, if it does not: one that was started anew may not."""
        with self._telling():
            state = self._client.get_load_state(name, timeout=_CALL_SECONDS)
            if "Loaded" not in str(state.get("state")) or "NotLoad" in str(state.get("state")):
                self._client.load_collection(name, timeout=_LOAD_SECONDS)

    def exists(self, name: str) -> bool:
        """Whether there is a collection of this name."""
        with self._telling():
            return bool(self._client.has_collection(name, timeout=_CALL_SECONDS))

    def describe(self, name: str) -> Mapping[str, Any] | None:
        """What a collection is: its ``fields`` and ``properties``; None where there is none."""
        from pymilvus import MilvusException

        try:
            found: Mapping[str, Any] = self._client.describe_collection(name, timeout=_CALL_SECONDS)
        except MilvusException:
            if not self.exists(name):
                return None
            with self._telling():
                raise
        return found

    def alter(self, name: str, properties: Mapping[str, str]) -> None:
        """Change properties of a collection, all of them at once."""
        with self._telling():
            self._client.alter_collection_properties(name, properties=dict(properties), timeout=_CALL_SECONDS)

    def drop(self, name: str) -> None:
        """Remove a collection, if there is one of this name."""
        with self._telling():
            self._client.drop_collection(name, timeout=_CALL_SECONDS)

    def insert(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows, whatever their number."""
        start = size = 0
        for number, row in enumerate(rows):
            size += sum(4 * len(value) if hasattr(value, "__len__") else 8 for value in row.values())
            if size >= _MESSAGE_BYTES or number + 1 == len(rows):
                with self._telling():
                    self._client.insert(name, list(rows[start : number + 1]), timeout=_CALL_SECONDS)
                start, size = number + 1, 0

    def delete(self, name: str, where: str) -> None:
        """Remove the rows that fit an expression, and make sure that none is left.

        Servers look rows up as they were some seconds ago, and would pass over those that have
        just come; waiting for these first, and looking again, they find all.
        """
        for _ in range(_DELETIONS):
            if not self.count(name, where):
                return
            with self._telling():
                self._client.delete(name, filter=where, timeout=_CALL_SECONDS)
        if self.count(name, where):
            raise IndexUnusableError(
                f"{self.address} has not removed rows of {name}: look at the server's log, and run the command again"
            )

    def flush(self, name: str) -> None:
        """Have the server close what it was given into segments, so that it builds their index."""
        with self._telling():
            self._client.flush(name, timeout=_LOAD_SECONDS)

    def wait_for_index(self, name: str, seconds: float = _LOAD_SECONDS) -> None:
        """Wait until the server has built the index of everything that it was told to flush."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._telling():
                (index,) = self._client.list_indexes(name) or [""]
                state = self._client.describe_index(name, index, timeout=_CALL_SECONDS) or {}
            if int(state.get("pending_index_rows", 0)) == 0 and str(state.get("state")) != "InProgress":
                return
            time.sleep(1)

    def count(self, name: str, where: str) -> int:
        """Rows that fit an expression, with all that was written before this call."""
        with self._telling():
            ((found),) = self._client.query(
                name,
                filter=where,
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=_CALL_SECONDS,
            )
        return int(found["count(*)"])

    def query(
        self, name: str, where: str, fields: Sequence[str], *, strong: bool = False, limit: int | None = None
    ) -> list[Row]:
        """Rows that fit an expression; with ``strong``, all that was written before this call.

        The expression must fit at most 16,384 rows, unless ``limit`` is given; see ``scan``.
        """
        with self._telling():
            return list(
                self._client.query(
                    name,
                    filter=where,
                    output_fields=list(fields),
                    limit=_MOST_ROWS if limit is None else limit,
                    consistency_level=_level(strong),
                    timeout=_CALL_SECONDS,
                    # Vectors come as arrays: turning each number into an object takes longer
                    # than everything else.
                    strict_float32=True,
                )
            )

    def scan(
        self, name: str, where: str, fields: Sequence[str], *, strong: bool = True, batch: int = 1000
    ) -> Iterator[Row]:
        """Rows that fit an expression, however many, by rising key, which is the first of ``fields``."""
        # What the client's own iterator does, which first asks for a time that servers before 2.4
        # and Milvus Lite do not tell, and logs that they do not.
        after = where
        while True:
            with self._telling():
                rows = list(
                    self._client.query(
                        name,
                        filter=after,
                        output_fields=list(fields),
                        limit=batch,
                        consistency_level=_level(strong),
                        timeout=_CALL_SECONDS,
                        strict_float32=True,
                        iterator="True",
                        reduce_stop_for_best="True",
                    )
                )
            yield from rows
            if len(rows) < batch:
                return
            last = max(row[fields[0]] for row in rows)
            after = f"({where}) and {fields[0]} > {quoted(last) if isinstance(last, str) else last}"
            # The first answer has waited for all that was written.
            strong = False

    def search(
        self,
        name: str,
        vector: Sequence[float],
        where: str,
        limit: int,
        fields: Sequence[str],
        *,
        strong: bool,
    ) -> list[Row]:
        """Rows nearest to a vector among those that fit an expression, best first.

        Each row holds its ``distance`` (here the inner product) and ``entity``, the fields.
        """
        with self._telling():
            (found,) = self._client.search(
                name,
                data=[vector],
                anns_field="vector",
                filter=where,
                limit=min(limit, _MOST_ROWS),
                output_fields=list(fields),
                search_params={"metric_type": "IP", "params": {"ef": _BREADTH}},
                consistency_level=_level(strong),
                timeout=_CALL_SECONDS,
            )
        return list(found)

    def close(self) -> None:
        """Let go of the connection."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(Exception):
            self._client.close()
        if self.address.lite:
            _close_lite(self.address)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn a failure of the store into one line that names it."""
        from pymilvus import MilvusException

        try:
            yield
        except MilvusException as error:
            reason = " ".join(str(error.message or error).split())[:200]
            if "auth" in reason.lower():
                raise IndexUnusableError(
                    f"{self.address} refuses the token: set {TOKEN} to user:password or an API key ({reason})"
                ) from error
            raise IndexUnusableError(
                f"{self.address} cannot be used: {reason}; check that the server runs and is reached"
            ) from error


# Milvus Lite runs in this process: how many clients each folder has, the last one of which lets it go.
_lite_clients: Counter[str] = Counter()
_lite_lock = threading.Lock()


def _open_lite(address: StoreAddress) -> str:
    """Start Milvus Lite in this process, unless it runs, and return its URL."""
    from milvus_lite.db import MilvusLite
    from milvus_lite.exceptions import DataDirLockedError
    from milvus_lite.server_manager import logger, server_manager_instance

    # It logs, with tracebacks, what is told below.
    logger.setLevel(logging.CRITICAL)
    try:
        Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
        with _lite_lock:
            uri = server_manager_instance.start_and_get_uri(address.uri)
            if uri is not None:
                _lite_clients[address.uri] += 1
                return str(uri)
            # It says only that it failed; trying again says why.
            MilvusLite(address.uri).close()
    except DataDirLockedError as error:
        raise IndexBusyError(
            f"expected to open {address} alone, but another process has it open (Milvus Lite serves one at"
            " a time): close that one, or use a Milvus server"
        ) from error
    # What it cannot read it tells in many ways.
    except Exception as error:
        raise IndexUnusableError(f"{address} cannot be opened by Milvus Lite: {error}") from error
    raise IndexUnusableError(f"{address} cannot be opened by Milvus Lite: try again")


def _close_lite(address: StoreAddress) -> None:
    from milvus_lite.server_manager import server_manager_instance

    with _lite_lock:
        _lite_clients[address.uri] -= 1
        if _lite_clients[address.uri] <= 0:
            del _lite_clients[address.uri]
            server_manager_instance.release_server(address.uri)


def quoted(text: str) -> str:
    """A string literal of Milvus's expressions."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _level(strong: bool) -> str:
    return "Strong" if strong else "Eventually"
