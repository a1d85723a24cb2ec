"""A language model's text as sentences with the passages they cite, as it comes in.

    "创新的核心是人才。[3] 载体是产业[1,2]。"   ->   ("创新的核心是人才。", (3,)), ("载体是产业。", (1, 2))

A mark belongs to the sentence before it, whether it stands before or after the stop.
"""

import re
import unicodedata
from collections.abc import Iterator

from zhangju_index.sentences import split_sentences

__all__ = ["DraftSentence", "Drafting"]

_MARK = re.compile(
    r"\s*[\[【［]\s*(?:passages?|sources?|段落|资料|来源)?\s*[\^#]?(\d{1,6}(?:\s*[,，、;；–-]\s*\d{1,6})*)\s*(?:†[^\]】］]{0,40})?[\]】］]",
    re.IGNORECASE,
)
_MARKS_AFTER = re.compile(rf"([。！？!?.…；;]+[\"'”’」』）)]*)((?:{_MARK.pattern})+)", re.IGNORECASE)
_OPEN_MARK = re.compile(r"\s*[\[【［][^\]】］]{0,20}$")
_LIST = re.compile(r"^(?:[-*•·#>]+\s+|\d{1,2}[.)、]\s+|(?:answer|回答|答案|答)\s*[:：]\s*)+", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*\*|__|`+")
_LONGEST_RANGE = 20

DraftSentence = tuple[str, tuple[int, ...]]
"""A sentence without its marks, and the numbers it cites."""


class Drafting:
    """Takes pieces of text and gives each sentence once it is whole."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0

    @property
    def text(self) -> str:
        """Everything taken so far."""
        return self._text

    def take(self, piece: str) -> Iterator[DraftSentence]:
        """Take the next piece; yield the sentences that it made whole."""
        self._text += piece
        yield from self._sentences(whole=False)

    def close(self) -> Iterator[DraftSentence]:
        """Yield what is left at the end."""
        yield from self._sentences(whole=True)

    def _sentences(self, *, whole: bool) -> Iterator[DraftSentence]:
        text = self._text
        if not whole and _OPEN_MARK.search(text):
            return
        text = _MARKS_AFTER.sub(_marks_first, text)
        spans = split_sentences(text)
        # Marks, closing quotes and more of an abbreviation may still follow the last one.
        for start, end in spans[self._given : len(spans) if whole else -1]:
            self._given += 1
            found = _read(text[start:end])
            if any(character.isalnum() for character in found[0]):
                yield found


def _marks_first(match: re.Match[str]) -> str:
    # With the space that set the next sentence off.
    return match[2].strip() + match[1] + " "


def _read(text: str) -> DraftSentence:
    numbers: list[int] = []
    for mark in _MARK.finditer(text):
        parts = [int(part) for part in re.findall(r"\d+", mark[1])]
        if re.fullmatch(r"\d+\s*[–-]\s*\d+", mark[1]) and 0 < parts[1] - parts[0] <= _LONGEST_RANGE:
            parts = list(range(parts[0], parts[1] + 1))
        numbers.extend(parts)
    bare = _EMPHASIS.sub("", _LIST.sub("", _MARK.sub("", text).strip()))
    shown = "".join(
        " " if c.isspace() else c for c in bare if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return shown.strip(), tuple(dict.fromkeys(numbers))
