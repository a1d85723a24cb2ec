"""Vectors of a build that is not finished: what an interrupted one need not compute again.

Embedding is nearly all the time that a build takes, so every vector is written down as soon as it
is there, under the key of the text it stands for. A build that is stopped, in whatever way,
leaves this file; the next one takes from it what it still wants, and goes on writing to it.

    header   64 bytes: name of the format, dimension, SHA-256 of the model's fingerprint
    records  key of the text (16 bytes), CRC-32 of key and row, the row in float32

It is handed to the operating system at once, but nothing waits for the disk: what was torn when
the power went is told by its checksum.
"""

import hashlib
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from zhangju_index.protocols import FloatMatrix
from zhangju_index.text_keys import KeyedVectors, Keys
from zhangju_index.vectors import IntVector

__all__ = ["VectorJournal"]

_MAGIC = b"zhangju vectors 2\n"
_HEADER = struct.Struct("<20sI32s8x")
# Records whose checksums are looked at, or whose rows are copied, at a time.
_BLOCK = 1024


class VectorJournal:
    """Vectors by text, on disk; in memory are the keys of the texts alone.

    Args:
        path: The file; one that is there is gone on with if it is of the same model, else
            written anew.
        fingerprint: Of the embedder.
        dimension: Columns of every vector.
    """

    def __init__(self, path: Path, fingerprint: str, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        # Keys of the texts, and the places of their records in the file.
        self._held: list[tuple[Keys, IntVector]] = []
        self._record = np.dtype([("key", "<u8", (2,)), ("crc", "<u4"), ("vector", "<f4", (dimension,))])
        header = _HEADER.pack(_MAGIC, dimension, hashlib.sha256(fingerprint.encode()).digest())
        self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b")
        try:
            whole = self._whole_records(header)
            # Whatever follows the last whole record is cut off before more is added.
            self._file.truncate(_HEADER.size + whole * self._record.itemsize)
            if not whole:
                self._file.seek(0)
                self._file.write(header)
            self._held = [self._check_records(whole)]
            self._end = whole
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        """Vectors held, those of an interrupted build included."""
        return sum(len(keys) for keys, _ in self._held)

    def keys(self) -> Keys:
        """Keys of the texts whose vectors are held."""
        return np.concatenate([keys for keys, _ in self._held])

    def vectors(self) -> KeyedVectors:
        """All that is held so far, by text."""
        keys, places = (np.concatenate(parts) for parts in zip(*self._held, strict=True))
        self._held = [(keys, places)]
        return KeyedVectors(keys, lambda rows: self._copy(places[rows]))

    def append(self, keys: Keys, vectors: FloatMatrix) -> None:
        """Write down vectors, one for each key; they outlive this process from here on."""
        records = np.empty(len(keys), self._record)
        records["key"] = keys
        records["vector"] = vectors
        records["crc"] = [_checksum(record) for record in records]
        self._file.seek(0, os.SEEK_END)
        self._file.write(records.tobytes())
        self._file.flush()
        self._held.append((keys, np.arange(self._end, self._end + len(keys))))
        self._end += len(keys)

    def close(self) -> None:
        """Let go of the file, and leave it unless it is empty."""
        # What is still in the buffer may not fit on the disk.
        with suppress(OSError):
            self._file.close()
        if not len(self):
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _whole_records(self, header: bytes) -> int:
        """Records that were written to their end; none in a file of another model or format."""
        if self._file.read(_HEADER.size) != header:
            return 0
        size = self._file.seek(0, os.SEEK_END)
        return (size - _HEADER.size) // self._record.itemsize

    def _check_records(self, count: int) -> tuple[Keys, IntVector]:
        keys, places = [np.empty((0, 2), np.uint64)], [np.empty(0, np.int64)]
        for start in range(0, count, _BLOCK):
            records = self._read(start, min(_BLOCK, count - start))
            sound = np.array([_checksum(record) == record["crc"] for record in records])
            keys.append(records["key"][sound].astype(np.uint64))
            places.append(start + np.flatnonzero(sound))
        return np.concatenate(keys), np.concatenate(places)

    def _read(self, start: int, count: int) -> NDArray[np.void]:
        self._file.seek(_HEADER.size + start * self._record.itemsize)
        return np.frombuffer(self._file.read(count * self._record.itemsize), self._record)

    def _copy(self, places: IntVector) -> FloatMatrix:
        vectors = np.empty((len(places), self._dimension), dtype=np.float32)
        for vector, place in zip(vectors, places, strict=True):
            vector[:] = self._read(int(place), 1)["vector"][0]
        return vectors


def _checksum(record: np.void) -> int:
    return zlib.crc32(record["vector"].tobytes(), zlib.crc32(record["key"].tobytes()))
