"""Sentences of reading text, in Chinese and in scripts with other stops.

Chinese comes first: ``。！？；…`` end a sentence, closing quotes and brackets belong to the
sentence they close, and nothing depends on spaces. A Latin full stop ends one only before a
space and a new beginning, so 3.5, e.g. and U.S. stay whole. Unicode's sentence rules (UAX 29)
were the guide; they would not split at ；, which enumerations in laws and reports end items with.
"""

import re

__all__ = ["split_sentences"]

_CLOSERS = "”’」』）)】》〉］\\]\"'»"
_ENDS = re.compile(
    f"[。｡！？!?…‼⁇⁈⁉？؟۔।॥։።៕။]+[{_CLOSERS}]*|[；;](?![a-z#])[{_CLOSERS}]*|\\.+[{_CLOSERS}]*(?=\\s|$)|\n+"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"'])(?:[A-Z]|[A-Za-z](?:\.[A-Za-z])+|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|e\.g|i\.e|cf|al|approx|No|Nos|Vol|"
    r"Fig|Figs|Eq|Ch|Sec|pp|p|ed|eds|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Gen|Col|Lt|Rev|Art|"
    r"bzw|z\.B|Nr|Hr|Fr|ca|usw|[zduiso]|Abs|Aufl|Bd|Hrsg|Jh|Kap|Mio|Mrd|Str|bspw|evtl|ggf|inkl|sog|[Vv]gl|zzgl|"
    r"Sra?|Ud|núms?|aprox|págs?)$"
)
# Words of their own where no number follows.
_BEFORE_NUMBER = re.compile(r"\b(?:[Aa]rts?|[Cc]aps?|[Ff]igs?|[Nn]|[Tt]el|[Vv]ols?)$")
_NUMBER_FOLLOWS = re.compile(r"\s+\d")
# German puts a stop after ordinals: am 5. Oktober, im 19. Jahrhundert, der 2. Weltkrieg, Ludwig II.
_ORDINAL = re.compile(r"(?:^|[\s(–-])(?:\d{1,2}|[IVX]{1,5})$")
_COUNTED = re.compile(
    r"\s+(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    r"Jahrhundert|Jahrtausend|Jahrestag|Weltkrieg|Lebensjahr|Auflage|Kapitel|Abschnitt|Klasse|Platz|Runde|Spieltag|"
    r"Etage|Stock|Wahlperiode|Legislaturperiode|Geburtstag)"
)
_PAIRS = {"“": "”", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "【": "】", "〔": "〕"}
# What follows a quotation inside its sentence: “真安静！”她说。「静かですね。」と言った。
_SPEAKS = re.compile(r"[他她它我你您咱][们們]?[^，。！？；：\s]{0,4}?[说說问問道喊答]|[と]|って")
_OPENS = {closer: opener for opener, closer in _PAIRS.items()}
_LONG_ASIDE = 80
_LONGEST_ABBREVIATION = 16
_NEXT_VISIBLE = re.compile(r"\S")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of ``text``, white space around them left out.

    Together they hold every character that is not white space. A stop inside a short bracket
    or quotation does not end the sentence around it.
    """
    ranges: list[tuple[int, int]] = []
    start = 0
    for match in _ENDS.finditer(text):
        end = match.end()
        if not _is_end(text, start, match):
            continue
        _append(ranges, text, start, end)
        start = end
    _append(ranges, text, start, len(text))
    return ranges


def _append(ranges: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    # A stop or closing bracket left alone belongs to the sentence before it.
    if (
        ranges
        and not any(character.isalnum() for character in text[start:end])
        and "\n" not in text[ranges[-1][1] : start]
    ):
        ranges[-1] = (ranges[-1][0], end)
    else:
        ranges.append((start, end))


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    stop = match.group()
    if stop[0] == "\n":
        return True
    following = text[match.end() : match.end() + 1]
    visible = _NEXT_VISIBLE.search(text, match.end())
    after = visible.group() if visible else ""
    before = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()]
    if stop == "." and _ABBREVIATION.search(before):
        return not following
    if stop[0] == ".":
        if match.start() - start <= 4 and re.search(r"(?:^|\s)\d{1,3}$", before):
            return False  # The number of a list item, not a sentence.
        if _ORDINAL.search(before) and _COUNTED.match(text, match.end()):
            return False
        if _BEFORE_NUMBER.search(before) and _NUMBER_FOLLOWS.match(text, match.end()):
            return False
        return not after.islower()
    if stop[0] in "!?" and following and following.isascii() and following.isalnum():
        return False  # A question mark inside an address or a name (Yahoo!).
    if stop[0] in ";" and following.isascii() and text[match.start() - 1 : match.start()].isascii():
        return False  # In Latin text a semicolon joins two halves of one sentence.
    if stop[-1] in _CLOSERS and _SPEAKS.match(text, match.end()):
        return False
    if stop[0] in "…" and following and following not in "”’」』\n" and not after.isupper():
        return len(stop) > 1 and following.isspace()
    if stop[-1] in _OPENS and _goes_on(text, start, match):
        return False
    return not _inside_aside(text, start, match.start(), match.end())


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a bracket or quotation that holds the stop is one word of the sentence around it.

    他（第一次来！）很高兴。 and 打造“一桥！一路！”格局。 go on; a quotation after a colon or comma
    is speech, and one at the head of its sentence is a sentence.
    """
    opened = text.rfind(_OPENS[match.group()[-1]], max(start, match.start() - _LONG_ASIDE), match.start())
    if opened < 0 or match.end() == len(text) or text[match.end()].isspace():
        return False
    before = text[max(start, opened - 8) : opened].rstrip()
    return bool(before) and before[-1] not in "：:，,。！？" and text[match.end()] not in "“‘「『（("


def _inside_aside(text: str, start: int, stop: int, end: int) -> bool:
    """Whether the stop lies in a bracket or quotation that closes shortly after it."""
    depth: list[tuple[str, int]] = []
    # A bracket that opened further back is not closed shortly after the stop.
    for position in range(max(start, end - _LONG_ASIDE), end):
        character = text[position]
        if character in _PAIRS:
            depth.append((_PAIRS[character], position))
        elif depth and character == depth[-1][0]:
            depth.pop()
    if not depth or depth[-1][1] >= stop:
        return False
    closer, opened = depth[-1]
    closing = text.find(closer, end, opened + _LONG_ASIDE)
    return closing >= 0 and "\n" not in text[opened:closing]
