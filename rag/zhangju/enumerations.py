"""What a text counts up: 一是…；二是… · first …; second … · a、b和c, as the ranges of the items.

Numbered items may be sentences of their own; plain lists stay inside one sentence and have three
items at least, since two words that stand side by side are seldom a list that anybody walks through.
"""

import re
from itertools import pairwise

__all__ = ["listed_items", "numbered_items"]

_HAN = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_OPENS = r"(?:^|(?<=[，,；;：:。、！？!?.\s]))"
_STARTS = r"(?:^|(?<=[;:,.!?]\s)|(?<=\sand\s)|(?<=\sund\s)|(?<=\set\s)|(?<=\sy\s)|(?<=\sи\s))"
_SERIES = (
    ("first(?:ly)?", "second(?:ly)?", "third(?:ly)?", "fourth(?:ly)?", "fifth(?:ly)?", "sixth(?:ly)?"),
    ("erstens", "zweitens", "drittens", "viertens", "fünftens"),
    ("premièrement", "deuxièmement", "troisièmement", "quatrièmement"),
    ("primero", "segundo", "tercero", "cuarto"),
    ("en primer lugar", "en segundo lugar", "en tercer lugar"),
    ("во-первых", "во-вторых", "в-третьих", "в-четвёртых|в-четвертых"),
)
_COUNTED = [
    re.compile(rf"{_OPENS}(?P<n>[{_HAN}])(?:是|要|则|靠|来)"),
    re.compile(rf"{_OPENS}第(?P<n>[{_HAN}])(?=[，,、：:是个步条点项])"),
    re.compile(rf"[（(](?P<n>[{_HAN}]|\d{{1,2}})[）)]"),
    re.compile(rf"(?P<n>[{_CIRCLED}])"),
    *(
        re.compile(
            _STARTS
            + "(?:"
            + "|".join(f"(?P<n{k}>{word})" for k, word in enumerate(words, start=1))
            + r")(?!\w)",
            re.IGNORECASE,
        )
        for words in _SERIES
    ),
    re.compile(f"{_OPENS}(?:(?P<n1>首先|第一)|(?P<n2>其次|第二)|(?P<n3>再次|第三)|(?P<n0>最后))"),
]
_STOP = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")
_BETWEEN = "，,；;、：: \n\t"
# Each begins where a word or a gap does: from every other place a long one would be read again.
_AND = re.compile(r"(?<![，,；;\s])[，,；;\s]+(?:and|und|et|y|и)\s*$")
_ITEM = r"[^，。；：！？、,;:!?“”（）()\s和与及]{1,14}"
_LISTED = re.compile(rf"(?P<first>{_ITEM})(?:、{_ITEM})+(?:(?:和|与|及|以及)(?P<last>{_ITEM}))?")
# What stands before the first item and after the last: 发展新能源、…, …和储能是重点.
_BEFORE = re.compile(r".*(?:是|为|有|在|即|包括|包含|如|对|把|将|聚焦|布局|发展|实现|建设|推进|形成)")
_AFTER = re.compile(r"(?:是|为|等|在|的|将|都|均|已|要|有).*")
_WESTERN = re.compile(
    r"(?<![\w’'-])(?P<first>[\w’'-]+)(?:, (?P<more>[\w’' -]{1,40}?))+,? (?:and|und|et|y|e|и) (?P<last>[\w’'-]+)"
)


def numbered_items(text: str) -> list[list[tuple[int, int]]]:
    """The ranges of the items of each numbered series in a text, two items at least."""
    found: list[list[tuple[int, int]]] = []
    for form in _COUNTED:
        run: list[re.Match[str]] = []
        for match in form.finditer(text):
            value = _value(match, len(run) + 1)
            if value == len(run) + 1:
                run.append(match)
            elif value == 1:
                found += _ranges(text, run)
                run = [match]
        found += _ranges(text, run)
    return found


def listed_items(sentence: str) -> list[tuple[int, int]]:
    """The ranges of the items of the longest plain list in a sentence; nothing where none has three."""
    best: list[tuple[int, int]] = []
    for match in _LISTED.finditer(sentence):
        items = [m.span() for m in re.finditer(_ITEM, match[0])]
        spans = [(match.start() + a, match.start() + b) for a, b in items]
        if before := _BEFORE.match(match["first"]):
            spans[0] = (spans[0][0] + min(before.end(), len(match["first"]) - 1), spans[0][1])
        start, end = spans[-1]
        if (after := _AFTER.search(sentence, start + 1, end)) is not None:
            spans[-1] = (start, after.start())
        best = max(best, spans, key=len)
    for match in _WESTERN.finditer(sentence):
        parts = re.finditer(r"[\w’'-][\w’' -]*", match[0][: match.start("last") - match.start()])
        spans = [(match.start() + m.start(), match.start() + m.end()) for m in parts]
        last = re.search(r" ?(?:and|und|et|y|e|и) ?$", sentence[spans[-1][0] : spans[-1][1]])
        if last is not None:
            start = spans[-1][0]
            spans[-1:] = [(start, start + last.start())] if last.start() else []
        best = max(best, [*spans, match.span("last")], key=len)
    return best if len(best) > 2 else []


def _value(match: re.Match[str], following: int) -> int:
    """The number of an item; 最后 is whichever comes next."""
    if "n" in match.re.groupindex:
        text = match["n"]
        return int(text) if text.isdecimal() else (_HAN + _CIRCLED).index(text) % 10 + 1
    return next(int(name[1:]) for name, value in match.groupdict().items() if value) or following


def _ranges(text: str, run: list[re.Match[str]]) -> list[list[tuple[int, int]]]:
    """From each number to the next, and from the last to its stop."""
    if len(run) < 2:
        return []
    stop = _STOP.search(text, run[-1].end())
    ends = [*(after.start() for _, after in pairwise(run)), stop.start() if stop else len(text)]
    spans: list[tuple[int, int]] = []
    for match, end in zip(run, ends, strict=True):
        shown = text[match.start() : end].rstrip(_BETWEEN)
        shown = _AND.sub("", shown).rstrip(_BETWEEN)
        spans.append((match.start(), match.start() + len(shown)))
    return [spans]
