"""What Markdown says about whole lines: code, comments, rules, table rows, underlined headings.

Such lines are kept, searched and quoted like any others, but for rules and comments, which say
nothing. They are not prose: they join with nothing, and ``# a comment`` inside fenced code is no
heading. Only forms that plain text does not use by accident count: a fence that is never closed goes
on to the end where it names a language (~~~python), and is none where it may be a line of ornament.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from zhangju_index.front_matter import find_front_matter
from zhangju_index.lines import Line

__all__ = ["fenced_lines", "says_nothing", "underlined_lines", "verbatim_lines"]

# The two ways that CommonMark fences code: only what stands after tildes may hold backticks.
_FENCE = re.compile(r"(?P<fence>`{3,})(?P<info>[^`]*)|(?P<tildes>~{3,})(?P<said>.*)", re.DOTALL)
_LANGUAGE = re.compile(r"[ \t]*[A-Za-z][A-Za-z\d_+#.-]*")
_FENCE_LINE = re.compile(rf"`{{3,}}[ \t]*[\w+#.-]*|~{{3,}}(?:{_LANGUAGE.pattern})?")
# Of plain text a longer row of tildes alone is an ornament between paragraphs.
_MOST_BARE_TILDES = 5
_COMMENTS = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)+", re.DOTALL)
_RULE = re.compile(r"([-=*_~—－─])(?:[ \t]*\1){2,}")
_UNDERLINE = re.compile(r"(?:(?P<first>={3,})|(?P<second>-{3,}))")
_TABLE_ROW = re.compile(r"\|.*\||[^\t]*[^\s][ ]*\t+[ ]*[^\s].*", re.DOTALL)
# Columns set with spaces. Lines filled to both margins have wide gaps too, but long stretches between.
_GAP = re.compile(r"[^\S\n]{2,}")
_FEWEST_CELLS = 3
_LONGEST_CELL = 24
_LONGEST_UNDERLINED = 120


def verbatim_lines(text: str, lines: list[Line]) -> set[int]:
    """Positions of the lines that are no prose."""
    shown = [text[line.start : line.end] for line in lines]
    found = _front_matter(text, lines).union(_comments(shown), *fenced_lines(shown))
    rows = [bool(_TABLE_ROW.fullmatch(line)) for line in shown]
    cells = [_count_cells(line) for line in shown]
    found.update(i for i, line in enumerate(shown) if _RULE.fullmatch(line))
    # One line with a tab may be a label and its text; rows come in company.
    for above, below in pairwise(range(len(shown))):
        if (rows[above] and rows[below]) or (cells[above] and cells[above] == cells[below]):
            found.update((above, below))
    return found


def says_nothing(block: str) -> bool:
    """Whether a block is a rule (``---``), a fence or a comment: text that is kept, but that nobody would quote."""
    line = block.strip()
    # Symbols that stand alone may say something: ∫ ∑ = ∞.
    marks = not line.strip("-=*_~—－─`+#|: \t\n")
    return marks or bool(_FENCE_LINE.fullmatch(line) or _COMMENTS.fullmatch(block))


def _count_cells(line: str) -> int:
    """Columns of a row that is set with spaces; 0 of a line that is none."""
    if "  " not in line and "\u3000\u3000" not in line:
        return 0
    cells = _GAP.split(line)
    return len(cells) if len(cells) >= _FEWEST_CELLS and max(map(len, cells)) <= _LONGEST_CELL else 0


def underlined_lines(text: str, lines: list[Line], verbatim: set[int]) -> dict[int, int]:
    """Positions of headings underlined with ``===`` or ``---``, with their level, 1 or 2."""
    levels: dict[int, int] = {}
    for i, (line, below) in enumerate(pairwise(lines)):
        underline = _UNDERLINE.fullmatch(text, below.start, below.end)
        stands_free = i == 0 or line.gap > 0 or i - 1 in verbatim
        if (
            underline
            and below.gap == 0
            and stands_free
            and i not in verbatim
            and line.end - line.start <= _LONGEST_UNDERLINED
            and text[line.end - 1] not in "。！？.!?：:；;，,"
        ):
            levels[i] = 1 if underline["first"] else 2
    return levels


def _front_matter(text: str, lines: list[Line]) -> set[int]:
    found = find_front_matter(text)
    return {i for i, line in enumerate(lines) if line.start < found.end} if found else set()


def fenced_lines(shown: Sequence[str]) -> list[range]:
    """Places of the lines of each piece of fenced code, the fences included."""
    fences = [
        (i, match["fence"] or match["tildes"], (match["info"] or match["said"] or "").rstrip())
        for i, line in enumerate(shown)
        if (match := _FENCE.fullmatch(line))
    ]
    # The longest fence after each that closes one of its mark, so that none is looked for in vain.
    longest = {"`": 0, "~": 0}
    closing: list[int] = []
    for _, fence, info in reversed(fences):
        closing.append(longest[fence[0]])
        if not info:
            longest[fence[0]] = max(longest[fence[0]], len(fence))
    found: list[range] = []
    opened: tuple[int, str] | None = None
    for (i, fence, info), longest_after in zip(fences, reversed(closing), strict=True):
        if opened is not None:
            if fence.startswith(opened[1]) and not info:
                found.append(range(opened[0], i + 1))
                opened = None
        elif longest_after >= len(fence):
            if info or fence[0] == "`" or len(fence) <= _MOST_BARE_TILDES:
                opened = (i, fence)
        elif _LANGUAGE.fullmatch(info):
            return [*found, range(i, len(shown))]
    return found


def _comments(shown: list[str]) -> set[int]:
    found: set[int] = set()
    opened: int | None = None
    for i, line in enumerate(shown):
        if opened is None and line.startswith("<!--"):
            opened = i
        if opened is not None and "-->" in line:
            if line.endswith("-->"):
                found.update(range(opened, i + 1))
            opened = None
    return found
