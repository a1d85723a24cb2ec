"""Vectors of a build that is not finished: what an interrupted one need not compute again.

Embedding is nearly all the time that a build takes, so every vector is written down as soon as it
is there, under the hash of the text it stands for. A build that is stopped, in whatever way,
leaves this file; the next one takes from it what it still wants and removes it when it is done.

    header   64 bytes: name of the format, dimension, SHA-256 of the model's fingerprint
    records  16 bytes of the text's hash, then its unit row in float32, one after the other

A record that was torn when the power went is told by its length or by the norm of its row.
"""

import hashlib
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from zhangju_index.protocols import FloatMatrix
from zhangju_index.vectors import FloatVector

__all__ = ["VectorJournal"]

_MAGIC = b"zhangju vectors 1\n"
_HEADER = struct.Struct("<20sI32s8x")
_KEY_BYTES = 16
_UNIT_TOLERANCE = 1e-2


class VectorJournal:
    """Vectors by text, on disk; only the hashes of an earlier run are in memory, 16 bytes each.

    Args:
        path: The file; one that is there is gone on with if it is of the same model, else
            written anew.
        fingerprint: Of the embedder.
        dimension: Columns of every vector.
    """

    def __init__(self, path: Path, fingerprint: str, dimension: int) -> None:
        self.path = path
        self._record = np.dtype([("key", "V16"), ("vector", "<f4", (dimension,))])
        header = _HEADER.pack(_MAGIC, dimension, hashlib.sha256(fingerprint.encode()).digest())
        self._rows: NDArray[np.void] = np.empty(0, self._record)
        whole = self._whole_records(header) if path.exists() else 0
        self._file: BinaryIO
        if whole:
            # Whatever follows the last whole record is cut off before more is added.
            self._file = path.open("r+b")
            self._file.truncate(_HEADER.size + whole * self._record.itemsize)
            self._file.seek(0, 2)
            self._rows = np.memmap(path, self._record, "r", _HEADER.size, (whole,))
        else:
            self._file = path.open("wb")
            self._file.write(header)
        heads = np.frombuffer(self._rows["key"].tobytes(), "<u8").reshape(-1, 2)[:, 0]
        self._order = np.argsort(heads, kind="stable")
        self._heads = heads[self._order]

    def __len__(self) -> int:
        """Vectors that an earlier build left."""
        return len(self._rows)

    def find(self, texts: Sequence[str]) -> dict[str, FloatVector]:
        """Take out the vectors of those of ``texts`` that an earlier build left."""
        found: dict[str, FloatVector] = {}
        if not len(self._rows):
            return found
        for text in texts:
            key = _key(text)
            head = np.uint64(int.from_bytes(key[:8], "little"))
            place = int(np.searchsorted(self._heads, head))
            while place < len(self._heads) and self._heads[place] == head:
                row = self._rows[self._order[place]]
                vector = np.array(row["vector"], dtype=np.float32)
                if row["key"].tobytes() == key and _is_unit(vector):
                    found[text] = vector
                    break
                place += 1
        return found

    def append(self, texts: Sequence[str], vectors: FloatMatrix) -> None:
        """Write down vectors, one for each of ``texts``; they outlive this process from here on."""
        records = np.empty(len(texts), self._record)
        records["key"] = [np.void(_key(text)) for text in texts]
        records["vector"] = vectors
        self._file.write(records.tobytes())
        self._file.flush()

    def close(self) -> None:
        """Let go of the file, and leave it."""
        with suppress(OSError):
            self._file.close()

    def remove(self) -> None:
        """Remove the file: the build is done."""
        self.close()
        self._rows = np.empty(0, self._record)
        # Windows keeps a file that is mapped; the next build overwrites it.
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _whole_records(self, header: bytes) -> int:
        """Records that can be read; none of a file of another model or format."""
        with self.path.open("rb") as file:
            if file.read(_HEADER.size) != header:
                return 0
        return (self.path.stat().st_size - _HEADER.size) // self._record.itemsize


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def _is_unit(vector: FloatVector) -> bool:
    return bool(abs(float(np.sqrt(vector @ vector)) - 1.0) <= _UNIT_TOLERANCE)
