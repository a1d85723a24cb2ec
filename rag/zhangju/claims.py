"""A sentence as the units that are compared with its source: characters, words, figures, breaks.

Han, kana and Thai give single characters, other scripts words by their stem. A figure is one unit
whatever it is written with, so that 二〇二三年 meets 2023年. Punctuation that ends a clause is a
break; the rest of it says nothing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from zhangju.figures import Figure, find_figures, fold, same_figure
from zhangju.language import UNSPACED
from zhangju.simplified import simplify
from zhangju.wording import stem

__all__ = ["Unit", "meets", "units_of"]

_UNIT = re.compile(
    f"(?P<character>[{UNSPACED}])|(?P<negated>[a-z]+)n['’]t\\b|(?P<word>[^\\W_{UNSPACED}]+(?:['’][^\\W\\d_]+)?)|(?P<stop>[。！？!?\n]|\\.(?=\\s|$))|(?P<clause>[，,；;：:])",
    re.IGNORECASE,
)
_DATED = ("year", "month", "day")
_BETWEEN_DATES = re.compile(r"[\s,.]*(?:of)?\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a sentence.

    Attributes:
        kind: ``han`` for a character of a script without spaces, ``word``, ``figure``, ``clause``
            for a break inside a sentence, ``stop`` for its end.
        form: What is compared: the character in its simplified form, the stem of a word.
        text: As written.
        figure: The figure, where it is one.
        listed: Whether a comma of enumeration (、) stands right before it.
    """

    kind: Literal["han", "word", "figure", "clause", "stop"]
    form: str
    text: str
    figure: Figure | None = None
    listed: bool = False

    @property
    def is_break(self) -> bool:
        """Whether a clause ends here."""
        return self.kind in ("clause", "stop")


@lru_cache(maxsize=2048)
def units_of(text: str) -> tuple[Unit, ...]:
    """Divide a text into units."""
    text = fold(text)
    units: list[Unit] = []
    position = 0
    dated = 0
    for figure in [*find_figures(text), None]:
        end = figure.start if figure else len(text)
        between = text[position:end]
        if figure and dated and figure.kind in _DATED and _BETWEEN_DATES.fullmatch(between):
            # 4 May 1987 and May 4, 1987 are one day.
            unit = Unit("figure", f"#{figure.value}", text[figure.start : figure.end], figure)
            units[-dated:] = sorted(
                [*units[-dated:], unit], key=lambda u: _DATED.index(u.figure.kind) if u.figure else 0
            )
            dated, position = dated + 1, figure.end
            continue
        dated = 1 if figure and figure.kind in _DATED else 0
        units.extend(_plain(between))
        if figure is not None:
            listed = text[: figure.start].rstrip().endswith("、")
            units.append(Unit("figure", f"#{figure.value}", text[figure.start : figure.end], figure, listed))
            position = figure.end
    return tuple(units)


def meets(one: Unit, other: Unit) -> bool:
    """Whether two units say the same."""
    if one.figure is not None and other.figure is not None:
        return same_figure(one.figure, other.figure)
    return one.kind == other.kind and one.form == other.form


def _plain(text: str) -> list[Unit]:
    units: list[Unit] = []
    for match in _UNIT.finditer(text):
        kind = match.lastgroup
        if kind == "character":
            listed = text[: match.start()].endswith("、")
            units.append(Unit("han", simplify(match[0]), match[0], listed=listed))
        elif kind == "negated":
            # can't, won't and isn't deny; what they deny stands after them.
            units.append(
                Unit(
                    "word",
                    stem({"ca": "can", "wo": "will"}.get(match[0][:2].lower(), match["negated"])),
                    match["negated"],
                )
            )
            units.append(Unit("word", "not", "n't"))
        elif kind == "word":
            units.append(Unit("word", "not" if match[0].lower() == "cannot" else stem(match[0]), match[0]))
        elif kind is not None:
            units.append(Unit("stop" if kind == "stop" else "clause", "", match[0]))
    return units
