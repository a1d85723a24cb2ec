"""Signs of the fonts Symbol and Wingdings as Unicode characters.

Word keeps such a sign as a number in a font (U+F000 to U+F0FF, or the same less F000), which
means nothing without that font.
"""

__all__ = ["plain_bullet", "plain_symbol"]

_UNKNOWN = "\ufffd"
_BULLET = "•"
_PRIVATE = range(0xF000, 0xF100)
# Greek in the order of the Latin letters of the font Symbol.
_GREEK = ((0x41, "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"), (0x61, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"))


def _table(entries: str) -> dict[int, str]:
    """Signs by their number: each entry is two hexadecimal figures and the sign."""
    return {int(entry[:2], 16): entry[2:] for entry in entries.split()}


_SYMBOL = {first + step: letter for first, letters in _GREEK for step, letter in enumerate(letters)} | _table(
    "A3≤ A5∞ AB↔ AC← AD↑ AE→ AF↓ B0° B1± B3≥ B4\u00d7 B5∝ B7• B8÷ B9≠ BA≡ BB≈ BC… "
    "C7∩ C8\u222a CC⊂ CE∈ D0∠ D6√ DE⇒ E5∑ F2∫"
)
_WINGDINGS = _table(
    "6C● 6E■ 6F□ 71❑ 75◆ 76❖ 81① 82② 83③ 84④ 85⑤ 86⑥ 87⑦ 88⑧ 89⑨ 8A⑩ A1○ A7▪ A8☐ D8➢ E0→ E8➔ FB✗ FC✓ FD☒ FE☑"
)


def plain_symbol(code: int, font: str) -> str:
    """The character for a sign of a font; U+FFFD where there is none known."""
    signs = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}.get(font.casefold())
    at = code - _PRIVATE.start if code in _PRIVATE else code
    if signs is not None:
        return signs.get(at, chr(at) if 0x20 < at < 0x40 and signs is _SYMBOL else _UNKNOWN)
    if code in _PRIVATE or not 0x20 <= code <= 0xFFFF or 0xD800 <= code < 0xE000:
        return _UNKNOWN
    return chr(code)


def plain_bullet(sign: str) -> str:
    """The character for the bullet of a list."""
    if sign == "o":
        # Word's second level: the letter of a typewriter font, seen as a ring.
        return "◦"
    if len(sign) == 1 and ord(sign) in _PRIVATE:
        found = plain_symbol(ord(sign), "wingdings")
        return _BULLET if found == _UNKNOWN else found
    return sign.strip()
