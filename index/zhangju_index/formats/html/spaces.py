"""White space of an HTML page, as a browser shows it."""

import re

from zhangju_index.lines import is_wide

__all__ = ["collapse", "unmarked"]

_WHITE = re.compile(r"[ \t\n\f\u00a0\u2028\u2029]+")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")
_MARKS = {0xAD: None, 0xA0: " ", 0x2028: " ", 0x2029: " "}
_CHINESE_QUOTES = "“”‘’…—·"
_MARGIN = " \u3000\u200b"


def collapse(text: str) -> str:
    """One line of text as a browser shows it, without the white space around it."""
    return unmarked(_WHITE.sub(_white, text)).strip(_MARGIN)


def _white(match: re.Match[str]) -> str:
    text = match.string
    if "\n" in match[0] and match.start() > 0 and match.end() < len(text):
        around = text[match.start() - 1] + text[match.end()]
        # A Chinese line that the editor broke; Korean has spaces between its words.
        if (
            any(map(is_wide, around))
            and all(is_wide(c) or c in _CHINESE_QUOTES for c in around)
            and not _HANGUL.search(around)
        ):
            return ""
    return " "


def unmarked(text: str) -> str:
    """``text`` without soft hyphens and with plain spaces."""
    return text.translate(_MARKS)
