"""Which documents a question is put to: those whose id, title, source or metadata fit.

    {"author": "徐*", "format": "pdf"}
    {"document_id": "labour-law", "section": "第三章*"}

``section`` is for places inside documents: the headings down to a section, put together with
`` › ``, or any one of them by itself; what is under a section belongs to it.

Every name given must fit. ``*`` stands for any characters, everything else for itself; case and
width make no difference (full-width letters are letters).
"""

import unicodedata
from collections.abc import Mapping, Sequence

from zhangju_index.errors import InputError

__all__ = ["SECTION", "admitted", "fits", "folded", "under"]

SECTION = "section"
"""The name in ``where`` that stands for sections, not for documents."""

_BETWEEN = " › "


def admitted(documents: Sequence[Mapping[str, str]], where: Mapping[str, str]) -> list[bool]:
    """Say of each document whether it fits.

    Args:
        documents: What is known of each, by name.
        where: What is asked for, by name. A document that does not have the name does not fit.

    Raises:
        InputError: No document has one of the names.
    """
    known = {name for document in documents for name in document}
    unknown = [name for name in where if name not in known]
    # Of an index that was emptied there is nothing to tell.
    if unknown and documents:
        raise InputError(
            f"expected a name that documents of this index have ({', '.join(sorted(known))}), got {unknown[0]!r}"
        )
    wanted = {name: folded(pattern) for name, pattern in where.items()}
    return [
        all(name in document and _matches(folded(document[name]), part) for name, part in wanted.items())
        for document in documents
    ]


def fits(value: str, pattern: str) -> bool:
    """Whether ``pattern``, in which ``*`` stands for any characters, fits a whole value."""
    return _matches(folded(value), folded(pattern))


def under(path: Sequence[str], pattern: str) -> bool:
    """Whether a place whose headings are ``path`` lies in a section that ``pattern`` fits."""
    wanted = folded(pattern)
    return any(
        _matches(folded(heading), wanted) or _matches(folded(_BETWEEN.join(path[: depth + 1])), wanted)
        for depth, heading in enumerate(path)
    )


def folded(text: str) -> str:
    """A value as it is compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def _matches(value: str, pattern: str) -> bool:
    # Piece by piece, each where it first stands: a regular expression may take for ever.
    first, *pieces = pattern.split("*")
    if not pieces:
        return value == first
    if not value.startswith(first):
        return False
    place = len(first)
    for piece in pieces[:-1]:
        found = value.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return value.endswith(pieces[-1]) and place + len(pieces[-1]) <= len(value)
