"""Fields of a Word document: which of their parts a reader sees.

    begin · instruction · separate · result · end

A result is shown and an instruction is not. Two kinds have no result in the file and are read
from their instruction: characters in a ring, and Chinese characters with their pronunciation.
"""

import re
from dataclasses import dataclass, field

from zhangju_index.formats.docx.numerals import write_number

__all__ = ["Fields"]

_LONGEST_INSTRUCTION = 500
_RINGED = re.compile(r"eq\s*\\o\s*\\ac\((?P<ring>[^,]*),(?P<inside>[^()]*)\)\s*", re.IGNORECASE)
_PRONOUNCED = re.compile(
    r"eq\s*(?:\\\*\s*\S+\s*)*(?:\\o\s*\\a[dlcr]\s*)?\(\\s\\up\s*\d+\([^()]*\),(?P<base>[^()]*)\)\s*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Field:
    """A field that has begun.

    Attributes:
        instruction: Its instruction, as far as read.
        shows: Whether its result has begun, and is to be shown.
        separated: Whether its result has begun.
    """

    instruction: str = ""
    shows: bool = False
    separated: bool = False


@dataclass
class Fields:
    """The fields that are open at some place of a document, outermost first.

    Args:
        shows_contents: Whether a table of contents is shown like any other result.
    """

    shows_contents: bool = False
    _open: list[_Field] = field(init=False, default_factory=list)
    _silent: int = field(init=False, default=0)
    _in_contents: bool = field(init=False, default=False)

    @property
    def shows(self) -> bool:
        """Whether text at this place is shown."""
        return not self._silent

    def begin_paragraph(self) -> None:
        """A paragraph starts."""
        self._in_contents = self._silent > 0

    def end_paragraph(self) -> bool:
        """A paragraph ends; whether any of it was in a table of contents."""
        # An instruction ends with its paragraph at the latest; a damaged file may lack the mark.
        while self._open and not self._open[-1].separated:
            self._open.pop()
            self._silent -= 1
        return self._in_contents

    def add_instruction(self, text: str) -> None:
        """A piece of an instruction."""
        if self._open and not self._open[-1].separated:
            self._open[-1].instruction = (self._open[-1].instruction + text)[:_LONGEST_INSTRUCTION]

    def pass_mark(self, kind: str | None) -> str:
        """One of the marks ``begin``, ``separate`` and ``end``.

        Returns:
            What is shown instead of an instruction without a result.
        """
        if kind == "begin":
            self._open.append(_Field())
            self._silent += 1
        elif kind == "separate" and self._open and not self._open[-1].separated:
            top = self._open[-1]
            top.separated = True
            top.shows = self.shows_contents or top.instruction.split()[:1] != ["TOC"]
            self._silent -= top.shows
            self._in_contents |= not top.shows
        elif kind == "end" and self._open:
            top = self._open.pop()
            self._silent -= not top.shows
            return "" if top.separated else _displayed(top.instruction)
        return ""


def _displayed(instruction: str) -> str:
    if found := _PRONOUNCED.fullmatch(instruction.strip()):
        return found["base"]
    if found := _RINGED.fullmatch(instruction.strip()):
        inside = found["inside"].strip()
        in_ring = found["ring"].strip() in ("○", "◯")
        return (
            write_number(int(inside), "decimalEnclosedCircle") if in_ring and inside.isdecimal() else inside
        )
    return ""
