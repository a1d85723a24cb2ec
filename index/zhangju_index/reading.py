"""Text as it is read: line wraps joined, with a way back to every source character.

``ReadingText.offsets`` names the source character behind each reading character, so a range of
the reading text has one exact range in the source, and nothing that is quoted is ever made up.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from zhangju_index.lines import Line, is_wide

__all__ = ["ReadingText", "concatenate", "join_lines"]

_SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True, slots=True)
class ReadingText:
    """A stretch of source as it is read.

    Attributes:
        text: What is read.
        offsets: Source offset of each character of ``text``, rising. A space that stands for a
            line break has the offset of that break.
    """

    text: str
    offsets: tuple[int, ...]

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Source range behind ``text[start:end]``.

        Raises:
            ValueError: The range is empty or lies outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"expected a range inside 0..{len(self.text)}, got {start}..{end}")
        return self.offsets[start], self.offsets[end - 1] + 1

    def reading_range(self, start: int, end: int) -> tuple[int, int]:
        """Range of ``text`` that shows the source characters ``start:end``."""
        return bisect_left(self.offsets, start), bisect_left(self.offsets, end)

    def slice(self, start: int, end: int) -> "ReadingText":
        """The part that shows the source characters ``start:end``."""
        first, last = self.reading_range(start, end)
        return ReadingText(self.text[first:last], self.offsets[first:last])


def join_lines(text: str, lines: Sequence[Line], *, sliced: bool) -> ReadingText:
    """Join the lines of one block as a reader does.

    Han characters touch; Latin words stand one space apart, unless the wrap was ``sliced`` and
    may have cut a word; figures on both sides of a break are one number.

    Args:
        text: The source.
        lines: Lines of one block, in order.
        sliced: Lines were cut at a fixed count of characters.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        for offset in range(line.start, line.end):
            characters.append(text[offset])
            offsets.append(offset)
        if following is None:
            break
        if characters[-1] == _SOFT_HYPHEN:
            characters.pop()
            offsets.pop()
        elif _needs_space(text, line, following, sliced=sliced):
            characters.append(" ")
            offsets.append(line.end)
    return ReadingText("".join(characters), tuple(offsets))


def concatenate(parts: Iterable[ReadingText], separator: str = "\n") -> ReadingText:
    """Put blocks one after the other; the separator gets the offset after its left neighbour."""
    kept = [part for part in parts if part.text]
    texts = [part.text for part in kept]
    offsets: list[int] = []
    for part, following in pairwise([*kept, None]):
        assert part is not None  # noqa: S101 - only the last element is None
        offsets.extend(part.offsets)
        if following is not None:
            offsets.extend([part.offsets[-1] + 1] * len(separator))
    return ReadingText(separator.join(texts), tuple(offsets))


def _needs_space(text: str, line: Line, following: Line, *, sliced: bool) -> bool:
    left, right = text[line.end - 1], text[following.start]
    edge = text[line.end : following.start]
    if sliced:
        # The cut took nothing away: what white space there was still stands at the edge.
        return any(character in " \t\u3000" for character in edge) and not _is_indent(edge)
    if is_wide(left) or is_wide(right):
        # Some titles set their halves apart with a space; a filled Chinese line holds none.
        return False
    if left.isdigit() and right.isdigit():
        return False
    return not (left in "([{/" or right in ")]},.;:!?%" or left == "-")


def _is_indent(edge: str) -> bool:
    """Whether the white space after a break is an indent rather than a space of the text."""
    after = edge.rsplit("\n", 1)[-1] if "\n" in edge else edge.rsplit("\r", 1)[-1]
    return len(after) > 1 or "\u3000" in after
