"""Footnotes: the small print at the foot of a page, kept out of the sentence above it."""

import re
from collections.abc import Sequence
from itertools import groupby, takewhile

from zhangju_index.formats.pdf.flow import Flow
from zhangju_index.formats.pdf.lines import Line

__all__ = ["mark_notes", "put_notes_aside"]

_SMALLER = 0.93
_MARK = re.compile(r"[\[［〔(（【]?(?:\d{1,3}|[①-⑳㈠-㈩*†‡§])[\]］〕)）】]?(?!\d)\s*\S")


def mark_notes(lines: Sequence[Line], body: float) -> None:
    """Mark the lines of footnotes: small print that closes a column and opens with a number or sign.

    A list of references in small print does so too, but stands under its heading, or goes on in
    the next column.
    """
    regions = [list(members) for _, members in groupby(lines, key=lambda line: line.region)]
    for region, following in zip(regions, [*regions[1:], []], strict=True):
        start = len(region)
        while start and region[start - 1].size <= _SMALLER * body:
            start -= 1
        if not start or _is_headed(region, start, body) or _goes_on(region[-1], following, body):
            continue
        while start < len(region) and not _MARK.match(region[start].text):
            start += 1
        for line in region[start:]:
            line.note = True


def _is_headed(region: Sequence[Line], start: int, body: float) -> bool:
    """Whether the line above small print is its heading."""
    above = region[start - 1]
    return above.size > body / _SMALLER or (above.bold and not all(line.bold for line in region))


def _goes_on(last: Line, following: Sequence[Line], body: float) -> bool:
    """Whether the next column opens with small print of the same size that is numbered as well."""
    opening = takewhile(lambda line: line.size == last.size <= _SMALLER * body, following)
    return any(_MARK.match(line.text) for line in opening)


def put_notes_aside(lines: Sequence[Line], flow: Flow) -> list[Line]:
    """Move footnotes behind the text of their page, or before a paragraph that the next page goes on with.

    So they stay on their page and no sentence is torn.
    """
    pages = [list(members) for _, members in groupby(lines, key=lambda line: line.page)]
    ordered: list[Line] = []
    for k, page in enumerate(pages):
        text = [line for line in page if not line.note]
        notes = [line for line in page if line.note]
        following = next((line for other in pages[k + 1 : k + 2] for line in other if not line.note), None)
        at = len(text)
        if notes and text and following and not flow.parted(text[-1], following):
            while (
                at > 1
                and flow.is_full(text[at - 2], text[at - 1])
                and not flow.parted(text[at - 2], text[at - 1])
            ):
                at -= 1
            # The whole page may be one paragraph.
            at = at - 1 if at > 1 else len(text)
        ordered += [*text[:at], *notes, *text[at:]]
    return ordered
