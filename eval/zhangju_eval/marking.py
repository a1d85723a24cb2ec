"""Which characters of a passage are evidence, in the text that people read.

Offsets count characters of the source; what is shown has its line wraps joined. Both hold the
same characters but for white space, so the n-th visible character is the same in each.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from zhangju_index.values import Chunk

__all__ = ["marked_pieces"]

Range = tuple[int, int]
"""Half-open, in the document."""


def marked_pieces(
    chunk: Chunk, ranges: Iterable[Range], best: Range | None = None
) -> Iterator[tuple[str, bool, bool]]:
    """Cut a chunk as it is read into pieces.

    Args:
        chunk: The chunk.
        ranges: Where the evidence lies in its document.
        best: Where the sentence lies that fits the question best.

    Returns:
        Each piece with whether it is evidence and whether it belongs to the best sentence.
    """
    gold = {place for start, end in ranges for place in range(max(start, chunk.start), min(end, chunk.end))}
    start, end = best or (0, 0)
    flags = [
        (place in gold, start <= place < end)
        for place, character in enumerate(chunk.text, chunk.start)
        if not character.isspace()
    ]
    shown = chunk.reading_text
    visible = [character for character in shown if not character.isspace()]
    if visible != [character for character in chunk.text if not character.isspace()]:
        # Joined in more than its wraps: shown as it stands in the source.
        shown = chunk.text
    yield from _pieces(shown, flags)


def _pieces(shown: str, flags: list[tuple[bool, bool]]) -> Iterator[tuple[str, bool, bool]]:
    waiting = iter(flags)
    current = (False, False)
    marked: list[tuple[str, tuple[bool, bool]]] = []
    for character in shown:
        if not character.isspace():
            current = next(waiting)
        # White space goes with what stands before it.
        marked.append((character, current))
    for flag, group in groupby(marked, key=lambda item: item[1]):
        yield "".join(character for character, _ in group), *flag
