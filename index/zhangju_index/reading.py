"""Text as it is read: line wraps joined, with a way back to every source character.

``ReadingText.offsets`` names the source character behind each reading character, so a range of
the reading text has one exact range in the source, and nothing that is quoted is ever made up.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from zhangju_index.lines import Line, is_wide

__all__ = ["ReadingText", "concatenate", "join_lines", "spaces_latin"]

_SOFT_HYPHEN = "\u00ad"
_HAN = "[\u3400-\u9fff]"
_SPACED = re.compile(f"{_HAN}[ \u3000][A-Za-z]|[A-Za-z][ \u3000]{_HAN}")
_TOUCHING = re.compile(f"{_HAN}[A-Za-z]|[A-Za-z]{_HAN}")


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


def join_lines(text: str, lines: Sequence[Line], *, sliced: int = 0, spaced: bool = False) -> ReadingText:
    """Join the lines of one block as a reader does.

    Han characters touch; Latin words stand one space apart, unless the wrap was ``sliced`` and
    may have cut a word; figures on both sides of a break are one number.

    Args:
        text: The source.
        lines: Lines of one block, in order.
        sliced: Count of characters that lines were cut at even inside words; 0 if not.
        spaced: The source sets Latin words in Han text off with spaces.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for line, following in zip_longest(lines, lines[1:]):
        characters.extend(text[line.start : line.end])
        offsets.extend(range(line.start, line.end))
        if following is None:
            break
        if characters[-1] == _SOFT_HYPHEN:
            characters.pop()
            offsets.pop()
            continue
        if _was_space(text[line.end : following.start], sliced) or _needs_space(
            text, line, following, sliced=sliced, spaced=spaced
        ):
            characters.append(" ")
            offsets.append(line.end)
    return ReadingText("".join(characters), tuple(offsets))


def spaces_latin(text: str) -> bool:
    """Whether a source mostly sets Latin words in Han text off with spaces."""
    return len(_SPACED.findall(text)) > len(_TOUCHING.findall(text))


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


def _needs_space(text: str, line: Line, following: Line, *, sliced: int, spaced: bool) -> bool:
    """Whether the words on both sides of a line break stand apart."""
    left, right = text[line.end - 1], text[following.start]
    if left.isdigit() and right.isdigit():
        return False
    if left in "([{/-" or right in ")]},.;:!?%":
        return False
    before = next((c for c in reversed(text[line.start : line.end]) if c.isalnum()), left)
    after = next((c for c in text[following.start : following.end] if c.isalnum()), right)
    if is_wide(before) or is_wide(after):
        # Only letters are set off; 2024年 is not.
        return spaced and left.isalpha() and right.isalpha() and is_wide(left) != is_wide(right)
    return not sliced or line.length < sliced


def _was_space(edge: str, sliced: int) -> bool:
    """Whether a cut at a fixed count of characters fell next to a space of the text."""
    after = edge[max(edge.rfind("\n"), edge.rfind("\r")) + 1 :]
    before = edge[: len(edge) - len(after)].rstrip("\r\n")
    # More white space after a break is an indent.
    return bool(sliced) and (bool(before) or (len(after) == 1 and after != "\u3000"))
