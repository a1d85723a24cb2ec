r"""What a file is called that somebody sent: the last part of its name, and nothing that hides in it.

``../../laws/leave.md`` and ``C:\laws\leave.md`` are both ``leave.md``. Programs put into a name what
they like; as the name of a source it is shown, compared and put into citations.
"""

import unicodedata

__all__ = ["file_name"]

_MOST_CHARACTERS = 200
# No file system takes more than 255 bytes; what names a format is short.
_LONGEST_ENDING = 16
# Controls, direction marks and what shows nothing, lone surrogates, line and paragraph separators.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def file_name(name: str) -> str:
    """Reduce a name that came with a file to one that can be shown and kept.

    Folders before it, with either kind of slash, dots around it and characters that do not show are
    left out, runs of white space are one space, and composed and decomposed letters are the same.

    Args:
        name: As it came; it may be anything.

    Returns:
        At most 200 characters, the ending kept; ``upload`` where nothing is left.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = (" " if each in "\t\r\n" else each for each in last)
    kept = "".join(each for each in shown if unicodedata.category(each) not in _HIDDEN)
    # A Mac sends letters apart from their accents; whoever reads both would take them for one name.
    plain = " ".join(unicodedata.normalize("NFC", kept).split()).strip(" .")
    if len(plain) > _MOST_CHARACTERS:
        stem, dot, ending = plain.rpartition(".")
        ending = dot + ending if stem and len(ending) <= _LONGEST_ENDING else ""
        plain = plain[: _MOST_CHARACTERS - len(ending)].rstrip(" .") + ending
    return plain or "upload"
