"""The text of a document, composed of its printed lines, with the offsets of what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from zhangju_index.formats.pdf.flow import HYPHENS, Flow, cuts_word
from zhangju_index.formats.pdf.lines import Line
from zhangju_index.lines import is_wide

__all__ = ["Composed", "compose", "is_hyphenated"]


@dataclass(frozen=True, slots=True)
class Composed:
    """A text with the places of its lines.

    Attributes:
        text: The text.
        starts: Offset of each line's first character.
        ends: Offset one past each line's last character.
        full: Numbers of the lines that go on in the next; empty where that is already done.
    """

    text: str
    starts: list[int]
    ends: list[int]
    full: list[int]


def compose(lines: Sequence[Line], flow: Flow, *, rejoin: bool) -> Composed:
    """Write the lines one below the other, a blank line where space parts them.

    Args:
        lines: Lines in reading order.
        flow: How they follow one another.
        rejoin: Write lines that go on in the next as one. A plain text that was printed was
            broken where the column was full, whatever its own lines were; so they come back.
    """
    joints: list[str] = []
    full: list[int] = []
    for k, (a, b) in enumerate(pairwise(lines)):
        after = lines[k + 2] if k + 2 < len(lines) else None
        if flow.parted(a, b, after):
            joints.append("\n\n")
        elif not flow.is_full(a, b, after):
            joints.append("\n")
        elif rejoin:
            joints.append(_joint(a, b))
        else:
            full.append(k)
            joints.append("\n")
    return _write(lines, joints, full)


def _write(lines: Sequence[Line], joints: Sequence[str], full: list[int]) -> Composed:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for line, joint in zip(lines, [*joints, ""], strict=True):
        starts.append(at)
        at += len(line.text)
        ends.append(at)
        at += len(joint)
        parts += (line.text, joint)
    return Composed("".join(parts), starts, ends, full)


def _joint(line: Line, following: Line) -> str:
    left, right = line.text[-1], following.text[0]
    return "" if is_wide(left) or is_wide(right) or left in HYPHENS else " "


def is_hyphenated(lines: Sequence[Line]) -> bool:
    """Whether words of a Western text are cut by hyphens at line ends, as only set text has them."""
    cut = any(cuts_word(a, b) for a, b in pairwise(lines))
    wide = sum(is_wide(line.text[0]) for line in lines)
    return cut and 2 * wide < len(lines)
