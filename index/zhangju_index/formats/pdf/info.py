"""What a PDF file says of itself: its title, author and date, where they are real ones."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePath

__all__ = ["read_metadata", "read_title"]

_PROGRAM = re.compile(
    r"(?:Microsoft (?:Word|PowerPoint|Excel)|WPS|Word|PowerPoint)\b.*|.*\.(?:docx?|pdf|txt|html?|wpsx?|odt|rtf|pptx?|xlsx?|"
    r"indd|qxd|tex|dvi|ps|md|fodt|eps|cdr|fm)|(?:file|https?):.*|about:blank",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"(?:untitled|unknown|title|document|slide|presentation|无标题|未命名|文档|新建.{0,20}文档|文件|幻灯片|演示文稿)"
    r"[\s\d_-]*",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_LONGEST = 300


def read_title(info: Mapping[str, str], source: str) -> str | None:
    """The title that a file gives itself; None for what a program wrote in its place."""
    title = info.get("Title", "")
    known = (PurePath(source).stem, PurePath(source).name)
    if not _is_legible(title) or title in known or _PROGRAM.fullmatch(title) or _NO_TITLE.fullmatch(title):
        return None
    return title


def read_metadata(info: Mapping[str, str]) -> dict[str, str]:
    """Author and date of creation (ISO 8601), where a file tells them."""
    metadata: dict[str, str] = {}
    if _is_legible(author := info.get("Author", "")):
        metadata["author"] = author
    if day := _read_date(info.get("CreationDate", "")):
        metadata["date"] = day
    return metadata


def _is_legible(text: str) -> bool:
    """Whether a string is short, says something, and was not decoded in the wrong way."""
    if not any(c.isalnum() for c in text) or len(text) > _LONGEST or "\ufffd" in text:
        return False
    # Chinese written in a legacy encoding reads as Western letters with accents.
    return 2 * sum("\x80" <= c <= "\xff" for c in text) <= len(text)


def _read_date(text: str) -> str | None:
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
