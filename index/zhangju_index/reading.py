"""Text as it is read: line wraps joined, with a way back to every source character.

``ReadingText.offsets`` names the source character behind each reading character, so a range of
the reading text has one exact range in the source, and nothing that is quoted is ever made up.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from zhangju_index.lines import Line, is_wide

__all__ = ["ReadingText", "concatenate", "cut_words", "join_lines", "spaces_latin"]

_SOFT_HYPHEN = "\u00ad"
_HYPHENS = "-\u2010"
_CUT_LEFT = re.compile(f"[^\\W\\d_]+(?=[{_HYPHENS}]$)")
_CUT_RIGHT = re.compile(r"[^\W\d_]+")
# With the hyphens inside it: well-known is one word.
_WORD = re.compile(f"[^\\W\\d_]+(?:[{_HYPHENS}][^\\W\\d_]+)*")
_LONGEST_CUT = 40
# pre- and post-war
_SUSPENDED = frozenset({"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "e", "o"})
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


def join_lines(
    text: str,
    lines: Sequence[Line],
    *,
    sliced: int = 0,
    spaced: bool = False,
    cut: Container[int] = (),
) -> ReadingText:
    """Join the lines of one block as a reader does.

    Han characters touch; Latin words stand one space apart, unless the wrap was ``sliced`` and
    may have cut a word; figures on both sides of a break are one number.

    Args:
        text: The source.
        lines: Lines of one block, in order.
        sliced: Count of characters that lines were cut at even inside words; 0 if not.
        spaced: The source sets Latin words in Han text off with spaces.
        cut: Offsets of hyphens that only cut a word, as ``cut_words`` finds them.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for line, following in zip_longest(lines, lines[1:]):
        characters.extend(text[line.start : line.end])
        offsets.extend(range(line.start, line.end))
        if following is None:
            break
        if characters[-1] == _SOFT_HYPHEN or line.end - 1 in cut:
            characters.pop()
            offsets.pop()
            continue
        if _was_space(text[line.end : following.start], sliced) or _needs_space(
            text, line, following, sliced=sliced, spaced=spaced
        ):
            characters.append(" ")
            offsets.append(line.end)
    return ReadingText("".join(characters), tuple(offsets))


def cut_words(text: str, lines: Sequence[Line], *, hyphenated: bool) -> frozenset[int]:
    """Offsets of the hyphens at line ends that are no part of their word.

    Only a hyphen between two small letters may be one. What the rest of the text writes decides:
    the whole word, or the compound with its hyphen. A second hyphen (state-of-the-art) is kept.

    Args:
        text: The source.
        lines: Its lines.
        hyphenated: Whether words were hyphenated to fill lines, so that a word that occurs nowhere
            else is taken for one of those.
    """
    words: dict[int, tuple[str, str]] = {}
    compound: set[int] = set()
    for line, following in pairwise(lines):
        if text[line.end - 1] not in _HYPHENS or not text[following.start].islower():
            continue
        left = _CUT_LEFT.search(text, max(line.start, line.end - _LONGEST_CUT), line.end)
        right = _CUT_RIGHT.match(text, following.start, following.end)
        if left and right and left[0][-1].islower() and right[0] not in _SUSPENDED:
            words[line.end - 1] = (left[0].lower(), right[0].lower())
            if left.start() > line.start and text[left.start() - 1] in _HYPHENS:
                compound.add(line.end - 1)
    if not words:
        return frozenset()
    wanted = {form for left, right in words.values() for form in (left + right, f"{left}-{right}")}
    written = {word.replace("\u2010", "-") for word in map(str.lower, _WORD.findall(text))} & wanted
    return frozenset(
        hyphen
        for hyphen, (left, right) in words.items()
        if left + right in written
        or (hyphenated and hyphen not in compound and f"{left}-{right}" not in written)
    )


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
