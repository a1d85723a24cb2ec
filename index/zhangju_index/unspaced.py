"""Articles and chapters whose number touches their text: 第三条为了保护…, 第三章附则.

A sentence may open with the same characters (第三条有两款。第一条路是山路。), so that a number
counts only where it is due: the next of its kind, on a line that does not go on with a sentence,
and not the only one of the text.
"""

import re
from collections import Counter

from zhangju_index.lines import Line
from zhangju_index.marks import Mark, find_mark, find_unspaced_unit

__all__ = ["unspaced_units"]

_ENDED = re.compile(r"[。！？；：…:;.!?”）)】》]")
_SENTENCE = re.compile(r"[，。！？；：,;!?]")
_LONGEST_NAME = 40
_SHORT = 20
_FEWEST = 3
_MAX_MISSING = 3


def unspaced_units(text: str, lines: list[Line], *, unwrapped: bool) -> dict[int, Mark]:
    """Marks of the lines that open with a unit of a law without a space after it, by offset.

    Args:
        text: The source.
        lines: Its lines.
        unwrapped: Whether no line goes on with the one before.
    """
    found: dict[int, Mark] = {}
    last: dict[str, int] = {}
    counts: Counter[str] = Counter()
    before: Line | None = None
    under_heading = False
    for line in lines:
        mark = None
        # Only these lines are looked at closely: texts are long and laws are few.
        if text[line.start] == "第":
            shown = text[line.start : line.end]
            mark = find_mark(shown)
            loose = None if mark else find_unspaced_unit(shown)
            if loose and (unwrapped or under_heading or _is_free(text, before, line, loose.number)):
                name = shown[loose.length :]
                is_name = len(name) <= _LONGEST_NAME and not _SENTENCE.search(name)
                if _is_due(loose, last.get(loose.kind, 0)) and (loose.kind == "条" or is_name):
                    mark = found[line.start] = loose
            if mark is not None:
                last[mark.kind] = mark.number
                counts[mark.kind] += 1
        under_heading = mark is not None and mark.kind != "条"
        before = line
    return {
        start: mark
        for start, mark in found.items()
        if counts[mark.kind] >= _FEWEST or (mark.kind != "条" and counts["条"] >= _FEWEST)
    }


def _is_due(mark: Mark, last: int) -> bool:
    if mark.inserted:
        return mark.number == last
    # Chapters are counted anew in each part, and articles in an annex; some are repealed.
    return mark.number == 1 or last < mark.number <= last + _MAX_MISSING


def _is_free(text: str, before: Line | None, line: Line, number: int) -> bool:
    """Whether the line before ``line`` has come to an end."""
    if before is None or line.gap or line.indent > before.indent or _ENDED.match(text[before.end - 1]):
        return True
    # What stands above the first article says who adopted the law, and when.
    longest = _LONGEST_NAME * 2 if number == 1 else _SHORT
    return before.end - before.start <= longest and not _SENTENCE.search(text, before.start, before.end)
