"""A place in a source as an address: which document, which characters, and what stood there.

Offsets say where a quote stood when it was made. A few digits of what it said tell whether the
document still says it there: one that was replaced meanwhile must not show other words as quoted.
"""

import hashlib
from urllib.parse import urlencode

from zhangju_ui.plain import literal

__all__ = ["check_of", "place_link"]

_DIGITS = 12


def check_of(text: str) -> str:
    """Twelve hexadecimal digits that tell this text from another."""
    # A lone surrogate, which no encoder can write, is told as well.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def place_link(
    document_id: str,
    quote: tuple[int, int],
    words: str,
    key: tuple[int, int] | None = None,
    number: str = "",
) -> str:
    """Write the address of a place in a source, for an attribute.

    Args:
        document_id: The document.
        quote: Offsets of what is quoted.
        words: What is quoted, character for character.
        key: Offsets of the clause in it that answers.
        number: Which citation of which turn it is.
    """
    parts = {"document": document_id, "quote": f"{quote[0]}-{quote[1]}", "check": check_of(words)}
    if key is not None:
        parts["key"] = f"{key[0]}-{key[1]}"
    if number:
        parts["from"] = number
    return literal(f"#zj?{urlencode(parts)}")
