"""Where a store is: the address that ``--store`` takes.

    milvus+http://HOST:19530         the library "zhangju" on a server
    milvus+https://HOST:19530/laws   another library on one, over TLS
    milvus+lite:///path/store.db     Milvus Lite, in a folder on this machine; #laws names a library

A token is never part of an address, which is shown and logged: it comes from the environment.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from zhangju_index.errors import InputError

__all__ = ["TOKEN", "StoreAddress"]

TOKEN = "ZHANGJU_STORE_TOKEN"  # noqa: S105 - the name of a variable, not its value
"""Environment variable with the token of a server that asks for one: ``user:password`` or an API key."""

_DEFAULT_LIBRARY = "zhangju"
_LIBRARY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_EXPECTED = "expected a store like milvus+http://HOST:19530, milvus+http://HOST:19530/LIBRARY or milvus+lite:///path/store.db"


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A library in a store.

    Attributes:
        uri: What the client connects to: a URL, or the path of a folder of Milvus Lite.
        library: Name of the library; its collections start with it.
        lite: Whether it is Milvus Lite, which one process opens at a time.
    """

    uri: str
    library: str
    lite: bool

    @classmethod
    def parse(cls, text: str) -> "StoreAddress":
        """Read what a user gave.

        Raises:
            InputError: It is no such address.
        """
        scheme, _, rest = text.partition(":")
        if scheme == "milvus+lite":
            path, _, library = rest.partition("#")
            return _lite(path.removeprefix("//"), library, text)
        if "://" not in text and text.partition("#")[0].endswith(".db"):
            path, _, library = text.partition("#")
            return _lite(path, library, text)
        if scheme not in ("milvus+http", "milvus+https"):
            raise InputError(f"{_EXPECTED}, got {text!r}")
        try:
            parts = urlsplit(text.removeprefix("milvus+"))
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise InputError(f"{_EXPECTED}, got {text!r} ({error})") from error
        if not host or parts.query or parts.fragment:
            raise InputError(f"{_EXPECTED}, got {text!r}")
        if parts.username is not None or parts.password is not None:
            raise InputError(
                f"expected a store's address without user and password, which would be shown: set {TOKEN} instead"
            )
        shown = f"[{host}]" if ":" in host else host
        library = _library(parts.path.strip("/"), text)
        return cls(f"{parts.scheme}://{shown}:{port or 19530}", library, lite=False)

    @property
    def token(self) -> str:
        """The token in the environment; empty where there is none."""
        return "" if self.lite else os.environ.get(TOKEN, "")

    def __str__(self) -> str:
        if self.lite:
            name = "" if self.library == _DEFAULT_LIBRARY else f"#{self.library}"
            return f"milvus+lite://{self.uri}{name}"
        name = "" if self.library == _DEFAULT_LIBRARY else f"/{self.library}"
        return f"milvus+{self.uri}{name}"


def _lite(path: str, library: str, text: str) -> StoreAddress:
    # The client tells Milvus Lite from a server by this ending alone.
    if not path.endswith(".db"):
        raise InputError(f"expected the path of a Milvus Lite store to end in .db, got {text!r}")
    return StoreAddress(str(Path(path).absolute()), _library(library, text), lite=True)


def _library(name: str, text: str) -> str:
    if not name:
        return _DEFAULT_LIBRARY
    if not _LIBRARY.fullmatch(name):
        raise InputError(
            f"expected the name of a library in Latin letters, digits and _, at most 100, got {name!r} in {text!r}"
        )
    return name
