"""Figures in a text, whatever they are written with: 3.7万, 37,000, 三万七千, 37 thousand.

    二〇二三年十二月, December 2023, 2023-12        ->  year 2023, month 12
    百分之三十, 三成, 30%, thirty per cent            ->  percent 30

Two texts hold the same figure when kind, value and (where both name one) unit agree. A single 一
is mostly an article or part of a word (一批, 一切), so it counts only where a date, a rank or a
sum needs it; the same holds for "one" in English.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

_Free = Callable[[re.Match[str]], bool]
_Add = Callable[..., None]

__all__ = ["Figure", "FigureKind", "find_figures", "fold", "same_figure"]

FigureKind = Literal["number", "percent", "point", "year", "month", "day", "ordinal", "time"]

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "兩": 2, "壹": 1, "贰": 2, "貳": 2, "叁": 3, "參": 3, "肆": 4, "伍": 5,
    "陆": 6, "陸": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_HAN = "".join([*_DIGITS, *_TENS, *_MYRIADS])
_HAN_RUN = f"[{_HAN}]+"
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SCALE = r"(?:[ ]?(?:万亿|萬億|千万|千萬|百万|百萬|万|萬|亿|億|千(?!米|克|瓦)|百(?!分)))"
_EN_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12, "dozen": 12,
}  # fmt: skip
_UNITS_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS_WORDS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: value for value, word in enumerate(_UNITS_WORDS)} | {
    word: 10 * value for value, word in enumerate(_TENS_WORDS, start=2)
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        start=1,
    )
}
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_EN_NUMBER = rf"(?:{'|'.join([*_UNITS_WORDS, *_TENS_WORDS])})"
_EN_WORDS = rf"{_EN_NUMBER}(?:(?:[- ]| and | hundred and | thousand and )?(?:{_EN_NUMBER}|hundred|thousand|million|billion|trillion))*"
_YEAR = r"(?:1\d{3}|2\d{3})"

_SCALED = re.compile(f"[{''.join(_DIGITS)}][{''.join([*_TENS, *_MYRIADS])}]")

# What follows a Han numeral that counts something. 三度一率 and 十百千 stay words.
_MEASURES = (
    "个個家项項种種类類年月日号號届屆次名人位倍条條章部座所间間台辆輛元亩畝米吨噸天周週岁歲级級层層度度届篇份章节節"
    "点點时時分秒度寸尺里期批组組对對双雙件只隻头頭棵株颗顆杯瓶箱包袋张張支枝艘架列门門口户戶县縣市省区區国國校院"
    "成大方％%公平立美欧歐英日港小多余餘"
)

_UNITS = {
    "元": "元 人民币 人民幣 块 塊 rmb cny yuan renminbi ¥ ￥",
    "美元": "美元 美金 usd dollar dollars us$ $",
    "欧元": "欧元 歐元 euro euros eur €",
    "英镑": "英镑 英鎊 pound pounds gbp £",
    "日元": "日元 日圆 日圓 yen jpy",
    "港元": "港元 港币 港幣 hkd",
    "km": "公里 千米 km kilometre kilometres kilometer kilometers",
    "m": "米 公尺 metre metres meter meters",
    "cm": "厘米 公分 cm centimetre centimetres centimeter centimeters",
    "mile": "英里 mile miles",
    "kg": "公斤 千克 kg kilogram kilograms kilo kilos",
    "g": "克 gram grams",
    "t": "吨 噸 公吨 tonne tonnes ton tons",
    "m2": "平方米 平方公尺 平米 ㎡ m2 sqm",
    "km2": "平方公里 平方千米 km2",
    "mu": "亩 畝 mu",
    "ha": "公顷 公頃 hectare hectares ha",
    "℃": "摄氏度 °c ℃",
    "kwh": "千瓦时 度电 kwh",
    "mw": "兆瓦 mw megawatt megawatts",
    "kw": "千瓦 kw kilowatt kilowatts",
    "year": "年 years year",
    "month": "个月 個月 months month",
    "week": "周 星期 週 个星期 weeks week",
    "day": "天 days day",
    "hour": "小时 小時 个小时 hours hour",
    "minute": "分钟 分鐘 minutes minute",
    "second": "秒 秒钟 seconds second",
    "time": "倍 times",
    "person": "人 名 位 people persons person",
}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings.split()}
_UNIT = re.compile(
    r"\s?(" + "|".join(re.escape(s) for s in sorted(_UNIT_OF, key=len, reverse=True)) + r")(?![a-z])",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(us\$|[$€£¥]|rmb|usd|eur|gbp|hkd|cny)\s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its place in the folded text.

    Attributes:
        start: Offset of its first character.
        end: Offset one past its last; the unit is not part of it.
        kind: What sort of figure it is.
        value: Its value; 30 for 30 %.
        unit: One name for each unit, whatever its language; empty where none is known.
    """

    start: int
    end: int
    kind: FigureKind
    value: Fraction | tuple[int, int]
    unit: str = ""


def fold(text: str) -> str:
    """Bring spellings together: width, digits of every script, and characters that show nothing."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if folded.isascii():
        return folded
    return "".join(
        str(unicodedata.digit(c)) if not c.isascii() and c.isdecimal() else {"％": "%", "〇": "〇"}.get(c, c)
        for c in folded
    )


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same."""
    if one.value != other.value:
        return False
    kinds = {one.kind, other.kind}
    # In English a year is mostly a bare number.
    if len(kinds) > 1 and kinds != {"number", "year"}:
        return False
    return not one.unit or not other.unit or one.unit == other.unit


def find_figures(text: str) -> list[Figure]:
    """Find the figures of a folded text, in order and without overlap."""
    found: list[Figure] = []
    taken = [False] * len(text)

    def add(
        start: int, end: int, kind: FigureKind, value: Fraction | tuple[int, int], unit: str = ""
    ) -> None:
        found.append(Figure(start, end, kind, value, unit))
        taken[start:end] = [True] * (end - start)

    def free(match: re.Match[str]) -> bool:
        return not any(taken[match.start() : match.end()])

    for rule in (_dates, _shares, _clock, _ordinals, _numbers):
        rule(text, free, add)
    return sorted(found, key=lambda figure: figure.start)


def _dates(text: str, free: _Free, add: _Add) -> None:
    for match in re.finditer(rf"(?<![\d.])({_YEAR})([-/.])(\d{{1,2}})(?:\2(\d{{1,2}}))?(?![\d.])", text):
        year, month, day = int(match[1]), int(match[3]), int(match[4] or 0)
        # 2023-2025 is a range, 2023.12 may be a number, but for a third part.
        if 1 <= month <= 12 and day <= 31 and (match[2] != "." or match[4]):
            add(*match.span(1), "year", Fraction(year))
            add(*match.span(3), "month", Fraction(month))
            if day:
                add(*match.span(4), "day", Fraction(day))
    of_month = r"(\d{1,2})(?:st|nd|rd|th)?"
    patterns = (
        (rf"\b({_MONTH})\b\.? {of_month}(?!\d)(?:,? ({_YEAR})(?!\d))?", (1, 2, 3)),
        (rf"(?<!\d){of_month} (?:of )?({_MONTH})\b\.?(?:,? ({_YEAR})(?!\d))?", (2, 1, 3)),
        (rf"\b({_MONTH})\b\.?,?(?: of)? (?P<none>)({_YEAR})(?!\d)", (1, 0, 3)),
        (rf"(?<=\b[iI]n )({_MONTH})\b(?P<none>)", (1, 0, 0)),
        (r"\b(january|february|april|june|july|august|september|october|november|december)\b", (1, 0, 0)),
    )
    for pattern, (month_at, day_at, year_at) in patterns:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if not free(match):
                continue
            add(*match.span(month_at), "month", Fraction(_MONTHS[match[month_at].lower()]))
            if day_at and match[day_at]:
                add(*match.span(day_at), "day", Fraction(int(match[day_at])))
            if year_at and match[year_at]:
                add(*match.span(year_at), "year", Fraction(int(match[year_at])))
    for match in re.finditer(r"(?<![\d.])(\d{4}|[〇零○一二三四五六七八九]{4})年(?!级|級|代)", text):
        if free(match):
            add(*match.span(1), "year", _value(match[1]))
    for match in re.finditer(
        rf"(?<![\d.个個{_HAN}])(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?!亮|球)", text
    ):
        if free(match):
            add(*match.span(1), "month", _value(match[1]))
    for match in re.finditer(
        r"(?<=月)(3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])(?:日|号|號)",
        text,
    ):
        if free(match):
            add(*match.span(1), "day", _value(match[1]))


def _shares(text: str, free: _Free, add: _Add) -> None:
    number = rf"(?:{_PLAIN}|{_HAN_RUN}(?:点[{_HAN}]+)?)"
    for match in re.finditer(rf"百分之({number})", text):
        add(*match.span(), "percent", _value(match[1]))
    for match in re.finditer(
        rf"({_PLAIN}|{_EN_WORDS}|{_HAN_RUN})\s?(?:个|個)?(百分点|百分點|percentage points?)",
        text,
        re.IGNORECASE,
    ):
        if free(match):
            add(*match.span(), "point", _value(match[1]))
    for match in re.finditer(rf"({_PLAIN}|{_EN_WORDS})\s?(%|per ?cent\b)", text, re.IGNORECASE):
        if free(match):
            add(*match.span(), "percent", _value(match[1]))
    for match in re.finditer(
        r"(?<![构完变组生形达促赞养])([二三四五六七八九]|[1-9](?:\.\d)?)成(?=[以左的多，,。；、”」』）)！!？?]|$)(?![立为])",
        text,
    ):
        if free(match):
            add(*match.span(), "percent", 10 * _value(match[1]))
    for match in re.finditer(rf"({_HAN_RUN}|\d+)分之({_HAN_RUN}|\d+)", text):
        if free(match) and (below := _value(match[1])):
            add(*match.span(), "number", _value(match[2]) / below)
    for match in re.finditer(
        r"\b(one|two|three|1|2|3)[- /](half|thirds?|quarters?|fifths?)\b", text, re.IGNORECASE
    ):
        if free(match):
            parts = {"h": 2, "t": 3, "q": 4, "f": 5}[match[2][0].lower()]
            add(*match.span(), "number", _value(match[1]) / parts)
    for match in re.finditer(r"(?<!\d)(\d{1,2})/(\d{1,2})(?![\d/])", text):
        if free(match) and int(match[2]):
            add(*match.span(), "number", Fraction(int(match[1]), int(match[2])))
    for match in re.finditer(r"一半|\bhalf\b", text, re.IGNORECASE):
        if free(match):
            add(*match.span(), "number", Fraction(1, 2))


def _clock(text: str, free: _Free, add: _Add) -> None:
    for match in re.finditer(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])", text):
        if free(match):
            add(*match.span(), "time", (int(match[1]), int(match[2])))


def _ordinals(text: str, free: _Free, add: _Add) -> None:
    for match in re.finditer(rf"第({_HAN_RUN}|\d+)", text):
        if free(match) and match[1] not in {"百", "千", "万"}:
            add(*match.span(), "ordinal", _value(match[1]))
    for match in re.finditer(rf"\b(\d+)(?:st|nd|rd|th)\b|\b({'|'.join(_ORDINALS)})\b", text, re.IGNORECASE):
        if free(match):
            value = Fraction(int(match[1])) if match[1] else Fraction(_ORDINALS[match[2].lower()])
            add(*match.span(), "ordinal", value)


def _numbers(text: str, free: _Free, add: _Add) -> None:
    scales = "|".join(_EN_SCALES)
    for match in re.finditer(rf"(?<![\d.])({_PLAIN})(?:({_SCALE})|[ -]?({scales})\b)?", text, re.IGNORECASE):
        if not free(match):
            continue
        value = _value(match[1]) * (
            _scale(match[2]) if match[2] else _EN_SCALES[match[3].lower()] if match[3] else 1
        )
        add(*match.span(), "number", value, _unit(text, *match.span()))
    for match in re.finditer(rf"{_HAN_RUN}(?:点[{''.join(_DIGITS)}]+)?", text):
        after = text[match.end() : match.end() + 1]
        run = match[0]
        counts = after in _MEASURES if after else False
        if run in {"一", "壹"}:
            unit = _unit(text, *match.span())
            counts = after in "届倍章条" if after else False
            counts = counts or unit not in {"", "year", "person", "time", "day", "month", "week", "元"}
        elif run in set("百千万亿萬億十零〇○兆"):
            counts = run == "十" and counts
        if (len(run) >= 3 and all(c in _DIGITS for c in run)) or _SCALED.search(run):
            counts = True
        # 一一对应, 千万不要, 三三两两: what no numeral is built like.
        if counts and free(match) and _is_numeral(run):
            add(*match.span(), "number", _value(run), _unit(text, *match.span()))
    for match in re.finditer(rf"\b{_EN_WORDS}\b(?: (?:dozen))?", text, re.IGNORECASE):
        if free(match) and match[0].lower() != "one":
            add(*match.span(), "number", _value(match[0]), _unit(text, *match.span()))


def _is_numeral(run: str) -> bool:
    run = run.partition("点")[0]
    if all(character in _DIGITS for character in run):
        return len(run) == 1 or len(run) >= 3
    return (
        re.fullmatch(
            rf"(?:[{''.join(_DIGITS)}]*[{''.join(_TENS)}{''.join(_MYRIADS)}]+)+[{''.join(_DIGITS)}]*", run
        )
        is not None
    )


def _unit(text: str, start: int, end: int) -> str:
    after = _UNIT.match(text, end)
    before = _BEFORE.search(text[max(0, start - 5) : start])
    spelling = after[1].lower() if after else before[1].lower() if before else ""
    # 5年 is a span of years; which year, 2023年, was read as a date before.
    return _UNIT_OF.get(spelling, "")


def _scale(text: str) -> int:
    value = 1
    for character in text.strip():
        value *= _MYRIADS.get(character) or _TENS.get(character) or 1
    return value


def _value(text: str) -> Fraction:
    text = text.strip().lower()
    if text[0].isascii() and text[0].isdigit():
        return Fraction(text.replace(",", ""))
    if text[0].isascii():
        return Fraction(_english(text))
    whole, _, decimals = text.partition("点")
    value = Fraction(_han(whole))
    if decimals:
        digits = "".join(str(_DIGITS.get(c, 0)) for c in decimals)
        value += Fraction(int(digits), 10 ** len(digits))
    return value


def _han(text: str) -> int:
    """Value of a Han numeral: 三万七千, 二〇二三, 一百零五, 三百五 (350)."""
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = digit = 0
    last = 1
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            if digit == 0:
                last = 1
        elif character in _TENS:
            last = _TENS[character]
            section += (digit or 1) * last
            digit = 0
        else:
            last = _MYRIADS[character]
            total = (total + section + digit) * last if section + digit or total else last
            section = digit = 0
    return total + section + digit * (last // 10 if last >= 100 else 1)


def _english(text: str) -> int:
    total = current = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _WORDS:
            current += _WORDS[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _EN_SCALES:
            total += (current or 1) * _EN_SCALES[word]
            current = 0
    return total + current
