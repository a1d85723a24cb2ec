"""Characters of an HTML page: a byte-order mark, then what the page declares, then what it holds.

Labels mean what the WHATWG Encoding Standard makes of them: ``gb2312`` is GB18030 and
``iso-8859-1`` is Windows-1252. A page whose declaration is wrong is read as UTF-8, if it is that.
"""

import codecs
import re

from zhangju_index.errors import DocumentError
from zhangju_index.formats.encodings import decode_text

__all__ = ["decode_html"]

_DECLARED = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
# The standard looks at 1,024 bytes; pages that open with long comments declare theirs later.
_REACH = 8192
_LABELS = {
    **dict.fromkeys(
        (
            "gb2312",
            "gbk",
            "gb18030",
            "gb_2312",
            "gb_2312-80",
            "x-gbk",
            "chinese",
            "csgb2312",
            "cp936",
            "hz-gb-2312",
        ),
        "gb18030",
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5", "csbig5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949"), "cp949"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "l1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    # A page that declares this in ASCII letters is not in it.
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "unicode"), "utf-8"),
}
# Python knows these by the same names; others of its codecs are no encodings of text.
_SAME_NAME = re.compile(r"(?:iso-8859|windows|cp)-?\d{1,4}|koi8-[ru]|euc-jp|iso-2022-jp|macintosh|ibm866")
_FEW = 1 / 500
"""Share of the characters beyond ASCII that may be damaged in a page that is still read."""


def decode_html(data: bytes, source: str) -> tuple[str, bool]:
    """Decode a page.

    Some CMSs cut a summary in the middle of a character. So a page in the declared encoding is
    read although a few of its bytes are not; the caller must refuse it where U+FFFD, which takes
    their place, ends up in the article.

    Returns:
        The characters, without a byte-order mark, and whether some of them were damaged.

    Raises:
        DocumentError: Its encoding is not known, or it is binary.
    """
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_text(data, source), False
    declared = _declared_encoding(data)
    for encoding in dict.fromkeys((declared or "utf-8", "utf-8")):
        try:
            return _checked(data.decode(encoding), source), False
        except UnicodeDecodeError:
            continue
    text = data.decode(declared or "utf-8", "replace")
    if 0 < text.count("\ufffd") <= _FEW * sum(not character.isascii() for character in text):
        return _checked(text, source), True
    return decode_text(data, source), False


def _declared_encoding(data: bytes) -> str | None:
    """The Python codec for the encoding that a page declares, if it is known."""
    match = _DECLARED.search(data[:_REACH])
    if match is None:
        return None
    label = (match[1] or match[2]).decode("ascii", "replace").lower()
    if label in _LABELS:
        return _LABELS[label]
    if not _SAME_NAME.fullmatch(label):
        return None
    try:
        return codecs.lookup(label.replace("macintosh", "mac-roman")).name
    except LookupError:
        return None


def _checked(text: str, source: str) -> str:
    sample = text[:100_000]
    controls = sum(character < " " and character not in "\t\n\r\f" for character in sample)
    if controls > 0.01 * len(sample):
        raise DocumentError(f"{source} is a binary file, not an HTML page: save the page again", "binary")
    return text
