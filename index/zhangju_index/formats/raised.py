"""Raised and lowered figures as the characters that they are, so that 10² stays apart from 102."""

import re

__all__ = ["lower_figures", "raise_figures"]

_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LOWERED = str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
# The minus sign of formulas is U+2212. Words and marks of notes in brackets cannot be mistaken for a part of what they stand behind.
_FIGURES = re.compile(r"[\d+\u2212\-,.\s]+")


def raise_figures(text: str) -> str:
    """Write a superscript; what is more than a figure stays as it is."""
    return text.translate(_RAISED) if _FIGURES.fullmatch(text) else text


def lower_figures(text: str) -> str:
    """Write a subscript; what is more than a figure stays as it is."""
    return text.translate(_LOWERED) if _FIGURES.fullmatch(text) else text
