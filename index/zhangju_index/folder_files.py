"""Files of a segment by their names, and their digests."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["CHUNKS", "CODES", "SENTENCES", "TEXTS", "digest_of", "digests"]

TEXTS = "texts.sqlite"
"""Documents, sections, chunks and sentences."""
CHUNKS, SENTENCES = ("chunks.faiss", "chunks.keys"), ("sentences.faiss", "sentences.keys")
"""Vectors, and the keys of the texts they stand for, row by row."""
CODES = ".codes"
"""How the file ends that holds the codes of ``chunks`` or ``sentences``."""


def digests(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each file, in hexadecimal digits."""
    # Hashing lets go of the interpreter's lock: the files are read side by side.
    with ThreadPoolExecutor() as pool:
        return list(pool.map(digest_of, paths))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
