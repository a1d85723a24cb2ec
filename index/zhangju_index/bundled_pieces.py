"""Finds the pieces of a vocabulary that stand in a text.

A question of forty characters has some hundred pieces of the quarter of a million in it. They are found
by the hashes of all its short substrings, so that no dictionary of all pieces has to be built before the
first question.
"""

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_weights import Vocabulary

__all__ = ["PieceTable"]

# Odd, so that powers of it can be divided by modulo 2^64.
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
# Of a hash, what the filter goes by: most substrings are no piece, and end there.
_FILTER_BITS = 21
_SHIFT = np.uint64(64 - _FILTER_BITS)


class PieceTable:
    """The pieces of a vocabulary by the hash of their UTF-8 bytes.

    The hash of bytes c0 c1 … is the sum of (ci + 1) · base^i modulo 2^64, so that those of all substrings of a text
    are differences of one running sum. Two strings of one hash do no harm: a piece too many is found, which then
    fits nowhere.

    Args:
        vocabulary: The vocabulary; no two of its pieces may have the same hash.

    Raises:
        ValueError: Two of them have.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        hashes, self._longest = _hashes_of_pieces(vocabulary)
        self._ids = np.argsort(hashes)
        self._hashes = hashes[self._ids]
        if not (np.diff(self._hashes) > 0).all():
            raise ValueError("expected pieces of different hashes, got two of the same")
        self._filter = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
        self._filter[hashes >> _SHIFT] = True

    def within(self, text: str) -> NDArray[np.int64]:
        """Ids of all pieces that are substrings of a text, in ascending order."""
        data = np.frombuffer(text.encode(), dtype=np.uint8)
        # A character starts at each byte that continues none.
        bounds = np.append(np.flatnonzero(data & 0xC0 != 0x80), len(data))
        sums = np.zeros(len(data) + 1, dtype=np.uint64)
        np.cumsum((data + np.uint64(1)) * _powers(_BASE, len(data)), out=sums[1:])
        sums = sums[bounds]
        back = _powers(_BASE_INVERSE, len(data) + 1)[bounds]
        # Row n holds the substrings that start at character n, of one character and more.
        ends = np.minimum(np.arange(len(bounds))[:, None] + np.arange(1, self._longest + 1), len(bounds) - 1)
        hashes = ((sums[ends] - sums[:, None]) * back[:, None]).ravel()
        hashes = np.sort(hashes[self._filter[hashes >> _SHIFT]])
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.unique(self._ids[places[self._hashes[places] == hashes]])


def _hashes_of_pieces(vocabulary: Vocabulary) -> tuple[NDArray[np.uint64], int]:
    """Hash of each piece, and characters of the longest."""
    starts = vocabulary.offsets[:-1].astype(np.int64)
    sizes = np.diff(vocabulary.offsets).astype(np.int64)
    hashes = np.zeros(len(sizes), dtype=np.uint64)
    characters = np.zeros(len(sizes), dtype=np.int64)
    # The longest come first, so that those that have an nth byte stand together.
    order = np.argsort(-sizes, kind="stable")
    starts, most = starts[order], int(sizes.max(initial=0))
    powers = _powers(_BASE, most)
    numbers = np.searchsorted(-sizes[order], -np.arange(1, most + 1), side="right")
    for place, number in enumerate(numbers.tolist()):
        bytes_ = vocabulary.text[starts[:number] + place]
        hashes[:number] += (bytes_.astype(np.uint64) + np.uint64(1)) * powers[place]
        characters[:number] += bytes_ & 0xC0 != 0x80
    by_id = np.empty_like(hashes)
    by_id[order] = hashes
    return by_id, int(characters.max(initial=0))


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Powers 0 … count - 1 of a number, modulo 2^64."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)
