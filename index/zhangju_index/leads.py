"""Leads: short sentences that open paragraphs and name them.

Chinese reports often head a paragraph with a phrase that ends in a full stop, on a line of its
own or run in with the text: 做强主导产业，激活新质生产力。新质生产力之… Such leads come in series of the
same build, which is what tells them from a paragraph that merely begins with a short sentence:
they run to the end of their section, keep one length or share their first or last words, and
name a thing to do instead of stating something.
"""

import re
from collections.abc import Sequence

__all__ = ["find_leads", "is_one_more"]

_MAX_LEAD = 26
_MIN_LEAD = 4
# A sentence that states something: with a copula, a date, a figure at its head, or a speaker.
_STATES = re.compile(
    r"^[\[〔（(]|[是在]|^[\d一二三四五六七八九十两]+[年月日个]|[：:“”]|[说道称指出]$|^(?:当前|同时|此外|另外|其中|因此|目前|近日)"
)
_STOP = "。！？!?."


def find_leads(openings: Sequence[str]) -> list[bool]:
    """Say which paragraphs of one section open with a lead.

    Args:
        openings: The first sentence of each paragraph, with its final stop.

    Returns:
        For each paragraph, whether that sentence is a lead. A series has at least two.
    """
    able = [_may_lead(opening) for opening in openings]
    best: list[int] = []
    for first, opening in enumerate(openings):
        if not able[first]:
            continue
        series = [first]
        for i in range(first + 1, len(openings)):
            if able[i] and any(_same_build(openings[i], openings[j]) for j in series):
                series.append(i)
        # A lead on a line of its own is followed by its paragraph; other gaps break the series.
        if len(series) > len(best) and _reaches_end(series, len(openings)) and opening:
            best = series
    return [i in best for i in range(len(openings))] if len(best) > 1 else [False] * len(openings)


def is_one_more(sentence: str, openings: Sequence[str]) -> bool:
    """Whether ``sentence`` is built like one of the openings that may be leads."""
    return _may_lead(sentence) and any(
        _may_lead(opening) and _same_build(sentence, opening) for opening in openings
    )


def _reaches_end(series: list[int], paragraphs: int) -> bool:
    """Whether no two members lie more than one plain paragraph apart, up to the section's end."""
    ends = [*series[1:], paragraphs]
    return all(following - member <= 2 for member, following in zip(series, ends, strict=True))


def _may_lead(sentence: str) -> bool:
    bare = sentence.rstrip(_STOP)
    return _MIN_LEAD <= len(bare) <= _MAX_LEAD and bare != sentence and not _STATES.search(bare)


def _same_build(a: str, b: str) -> bool:
    a, b = a.rstrip(_STOP), b.rstrip(_STOP)
    return abs(len(a) - len(b)) <= 1 or a[:2] == b[:2] or a[-2:] == b[-2:]
