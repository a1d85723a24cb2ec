"""Numbers as Word writes them in automatic numbering: 十二, xii, ⑫.

The formats are those of ISO/IEC 29500-1, 17.18.59, read as Word reads them. A format that is not
here, and a number that a format has no sign for, is written in Arabic figures.
"""

from collections.abc import Callable

__all__ = ["write_number"]

_LARGEST = 10**8
_LONGEST_LETTERS = 780
"""Word writes letters up to this number: thirty of one kind."""
_LARGEST_ROMAN = 3999

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_HAN = "〇一二三四五六七八九"
_FULL_WIDTH = "０１２３４５６７８９"  # noqa: RUF001 - the format's own figures
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_SYLLABLES = "가나다라마바사아자차카타파하"


def write_number(value: int, number_format: str) -> str:
    """Write ``value`` in a format that is named as in numbering.xml: ``chineseCounting``, ….

    The result is short whatever the value.
    """
    write = _FORMATS.get(number_format)
    if write is None or not 0 < value < _LARGEST:
        return str(value)
    return write(value) or str(value)


def _roman(value: int) -> str:
    if value > _LARGEST_ROMAN:
        return ""
    written = ""
    for worth, letters in _ROMAN:
        times, value = divmod(value, worth)
        written += letters * times
    return written


def _letters(value: int) -> str:
    """A to z, then aa to zz: a letter is repeated, not counted in base 26."""
    if value > _LONGEST_LETTERS:
        return ""
    times, letter = divmod(value - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


def _ordinal(value: int) -> str:
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _figures(figures: str) -> Callable[[int], str]:
    """Figure by figure: 一〇二."""
    return lambda value: "".join(figures[int(figure)] for figure in str(value))


def _signs(*ranges: tuple[int, str]) -> Callable[[int], str]:
    """One sign for each number: ``ranges`` are the first number and its signs, in order."""
    signs = {first + step: sign for first, signs in ranges for step, sign in enumerate(signs)}
    return lambda value: signs.get(value, "")


def _span(first: str, count: int) -> str:
    return "".join(chr(ord(first) + step) for step in range(count))


def _counting(
    figures: str, units: str, groups: str, *, bare: str = "", zero: str = "零"
) -> Callable[[int], str]:
    """With units: 一百零二.

    Args:
        figures: Signs for 0 to 9.
        units: Signs for 10, 100 and 1000.
        groups: Sign for 10,000.
        bare: Units that stand without 一 at the head of a number; all of them, anywhere, where
            ``zero`` is empty.
        zero: What is written for figures left out in the middle.
    """

    def below_ten_thousand(value: int) -> str:
        written, gap = "", False
        for power in (3, 2, 1, 0):
            figure = value // 10**power % 10
            if not figure:
                gap = True
                continue
            unit = units[power - 1] if power else ""
            head = not written
            plain = figure == 1 and unit and unit in bare and (head or not zero)
            written += (zero if gap and not head else "") + ("" if plain else figures[figure]) + unit
            gap = False
        return written

    def write(value: int) -> str:
        high, low = divmod(value, 10**4)
        if not high:
            return below_ten_thousand(low)
        joint = zero if 0 < low < 1000 else ""
        return below_ten_thousand(high) + groups + joint + below_ten_thousand(low)

    return write


def _to_ninety_nine(value: int) -> str:
    """十二, but from a hundred on figure by figure, as Word does: 一〇〇.

    Word draws the zero as ○; 〇 is the numeral that looks like it.
    """
    return _thousands(value) if value < 100 else _figures(_HAN)(value)


_thousands = _counting(_HAN, "十百千", "万", bare="十")
_circled = _signs((1, _span("①", 20)), (21, _span("㉑", 15)), (36, _span("㊱", 15)))

_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _to_ninety_nine,
    "chineseCountingThousand": _thousands,
    "chineseLegalSimplified": _counting("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万"),
    "chosung": _signs((1, "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ")),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _signs((1, _span("⒈", 20))),
    "decimalEnclosedParen": _signs((1, _span("⑴", 20))),
    "decimalFullWidth": _figures(_FULL_WIDTH),
    "decimalFullWidth2": _figures(_FULL_WIDTH),
    "decimalZero": lambda value: f"{value:02}",
    "ganada": _signs((1, _SYLLABLES)),
    "ideographDigital": _figures(_HAN),
    "ideographEnclosedCircle": _signs((1, _span("㈠", 10))),
    "ideographLegalTraditional": _counting("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬"),
    "ideographTraditional": _signs((1, _STEMS)),
    "ideographZodiac": _signs((1, _BRANCHES)),
    "japaneseCounting": _counting(_HAN, "十百千", "万", bare="十百千", zero=""),
    "japaneseDigitalTenThousand": _figures(_HAN),
    "japaneseLegal": _counting("〇壱弐参四伍六七八九", "拾百阡", "萬", zero=""),
    "koreanDigital": _figures("영일이삼사오육칠팔구"),
    "koreanDigital2": _figures("零一二三四五六七八九"),
    "lowerLetter": _letters,
    "lowerRoman": _roman,
    "numberInDash": lambda value: f"- {value} -",
    "ordinal": _ordinal,
    "taiwaneseCounting": _to_ninety_nine,
    "taiwaneseCountingThousand": _counting(_HAN, "十百千", "萬", bare="十"),
    "taiwaneseDigital": _figures(_HAN),
    "upperLetter": lambda value: _letters(value).upper(),
    "upperRoman": lambda value: _roman(value).upper(),
}
