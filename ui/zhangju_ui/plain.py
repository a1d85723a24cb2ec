"""Text from documents and people, made to show as exactly the characters it is.

A passage may hold ``![x](http://…)``, ``<img …>``, ``$…$`` or characters that turn reading
direction around. Written through ``literal`` or ``shown`` it is text in HTML and in Markdown
alike: every ASCII mark becomes a numeric character reference, which neither language takes
for markup.
"""

import re
import unicodedata

__all__ = ["literal", "shown", "well_formed"]

_JOINERS = "\u200c\u200d"
_MARKS = {code: f"&#{code};" for code in range(0x21, 0x7F) if not chr(code).isalnum()}


def literal(text: str) -> str:
    """Write ``text`` so that neither HTML nor Markdown finds markup in it.

    ``html.unescape`` gives the text back, unchanged. It may stand in a quoted attribute.
    """
    # Four spaces at the start of a line would open a code block.
    escaped = well_formed(text).translate(_MARKS)
    return re.sub(r"^[ \t]+", lambda m: "".join(f"&#{ord(c)};" for c in m[0]), escaped, flags=re.MULTILINE)


def shown(text: str) -> str:
    """Write ``text`` like ``literal``, on one line and with its invisible characters named.

    It may hold a tag, and so stands between tags only, never in an attribute.

    Zero-width, direction-changing and other control characters appear as ``U+202E`` in a
    ``zj-control`` span; runs of white space become one space (an ideographic space stays).
    Joiners inside emoji and inside words of scripts that need them are left alone.
    """
    parts: list[str] = []
    text = re.sub(r"[^\S\u3000]{2,}|[^\S \u3000]", " ", text)
    for at, char in enumerate(text):
        code = ord(char)
        if code in _MARKS:
            parts.append(_MARKS[code])
        elif unicodedata.category(char) in {"Cc", "Cf", "Cs"} and not _joins(text, at):
            parts.append(f'<span class="zj-control">U&#43;{code:04X}</span>')
        else:
            parts.append(char)
    return "".join(parts)


def well_formed(text: str) -> str:
    """Replace lone surrogates, which no encoder can write, by U+FFFD."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)


def _joins(text: str, at: int) -> bool:
    """Whether the character at ``at`` is a joiner that its neighbours need (Persian, Hindi, emoji)."""
    return (
        text[at] in _JOINERS and 0 < at < len(text) - 1 and all(map(_joinable, (text[at - 1], text[at + 1])))
    )


def _joinable(char: str) -> bool:
    category = unicodedata.category(char)
    is_han = category == "Lo" and unicodedata.east_asian_width(char) == "W"
    return not char.isascii() and category[0] in "LMS" and not is_han
