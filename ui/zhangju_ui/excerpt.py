"""Where a quote lies in the words a person reads.

Offsets count code points of the source; what is shown has its line wraps joined. Both hold
the same characters apart from white space, so the n-th visible character is the same in each.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Excerpt", "Piece", "excerpt", "joined"]

Piece = tuple[str, str]
"""A mark (``""``, ``"quote"`` or ``"key"``) and the text under it."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage with its quote marked, whole and cut to the quote's surroundings.

    Attributes:
        whole: The pieces of the whole passage, in order.
        short: The same cut down to the quote and a little text on either side.
    """

    whole: tuple[Piece, ...]
    short: tuple[Piece, ...]


def joined(
    text: str, reading_text: str, spans: Sequence[tuple[int, int]]
) -> tuple[str, list[tuple[int, int]]]:
    """Carry ``spans`` of ``text`` over to ``reading_text``.

    Args:
        text: A slice of the source, word for word.
        reading_text: The same with wraps joined: it differs in white space only.
        spans: Half-open ranges in ``text``.

    Returns:
        The text to show and the same ranges in it. When the two texts differ in more than
        white space, ``text`` itself is shown and the ranges stay as they are.
    """
    places = [at for at, char in enumerate(text) if not char.isspace()]
    reading_places = [at for at, char in enumerate(reading_text) if not char.isspace()]
    if [text[at] for at in places] != [reading_text[at] for at in reading_places]:
        return text, list(spans)
    moved = []
    for start, end in spans:
        first, after = bisect_left(places, start), bisect_left(places, end)
        moved.append((reading_places[first], reading_places[after - 1] + 1) if first < after else (0, 0))
    return reading_text, moved


def excerpt(
    shown: str, quote: tuple[int, int], key: tuple[int, int] | None = None, around: int = 28
) -> Excerpt:
    """Mark ``quote`` in ``shown`` and, inside it, the clause ``key``.

    Args:
        shown: The passage as it will be read.
        quote: Half-open range of the quoted sentences.
        key: Half-open range of the shortest clause that answers, where known.
        around: Characters kept on either side of the quote in the short form.
    """
    length = len(shown)
    start, end = max(0, quote[0]), min(length, quote[1])
    inner = (max(start, key[0]), min(end, key[1])) if key else (start, start)
    if inner[0] >= inner[1]:
        inner = (start, start)
    cuts = [
        ("", 0, start),
        ("quote", start, inner[0]),
        ("key", inner[0], inner[1]),
        ("quote", inner[1], end),
        ("", end, length),
    ]
    left, right = max(0, start - around), min(length, end + around)
    short = [(mark, shown[max(a, left) : min(b, right)]) for mark, a, b in cuts if a < right and b > left]
    if left > 0:
        short.insert(0, ("", "…"))
    if right < length:
        short.append(("", "…"))
    return Excerpt(
        whole=tuple((mark, shown[a:b]) for mark, a, b in cuts if a < b),
        short=tuple((mark, text) for mark, text in short if text),
    )
