"""What a text counts up: 一是…；二是… · first …; second … · a、b和c, as the ranges of the items.

Numbered items may be sentences of their own; plain lists stay inside one sentence and have three
items at least, since two words that stand side by side are seldom a list that anybody walks through.
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

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
# Stands for each character of a bracket and of what it holds: a list goes on after it, none begins in it.
_HIDDEN = "\ue000"
_ITEM = rf"(?:[^，。；：！？、,;:!?“”（）()\s和与及{_HIDDEN}]{_HIDDEN}*){{1,14}}"
_LISTED = re.compile(rf"(?P<first>{_ITEM})(?:、{_ITEM})+(?:(?:和|与|及|以及)(?P<last>{_ITEM}))?")
# What stands before the first item and after the last: 发展新能源、…, …和储能是重点.
_BEFORE = re.compile(r".*(?:是|为|有|在|即|包括|包含|如|对|把|将|聚焦|布局|发展|实现|建设|推进|形成)")
_AFTER = re.compile(r"(?:是|为|等|在|的|将|都|均|已|要|有).*")
# Commas part items, but inside numbers, and so does the word before the last one; all else ends a list.
_RUN = re.compile(rf"[\w’'{_HIDDEN} ,-]+")
_PART = re.compile(r"[^, ](?:[^,]|,(?=\d))*")
_WORD = re.compile(rf"[\w’'-]+(?:,\d[\w’'-]*)*(?: ?{_HIDDEN}+)?")
_BETWEEN_ITEMS = re.compile(rf" *{_WORD.pattern}(?: {_WORD.pattern})* *")
_BEFORE_LAST = re.compile(r"(?<=[ ,])(?P<word>and|und|et|y|e|и) ")
_LONGEST_ITEM = 40
_ARTICLE = re.compile(
    r"the|an?|d(?:er|ie|as|e[nms])|ein(?:e[nmrs]?)?|l[ea]s?|une?|el|los|unas?|il|lo|gli|uma?"
)
_OPENS_WITH_ARTICLE = re.compile(rf"(?:{_ARTICLE.pattern})$|l[’']")
_LONGEST_WITH_ARTICLE = 6
_WITHIN_NAME = re.compile(r"of|d[eiuao]|del(?:la)?|von|van")
# Before the first item, or after the last, these are no part of it.
_NO_ITEM = re.compile(
    _ARTICLE.pattern
    + r"|of|in|on|at|to|from|by|for|with(?:out)?|into|as|like|than|between|among|about|via|includ(?:e[sd]?|ing)|such|are|is|was|were"
    r"|be|been|ha[sd]|have|th(?:is|ese|at|ose)|when|where|while|if|and|or|but|not|also|after|before|during|since|under|over|through|who|which"
    r"|von|aus|i[mn]|am|auf|bei|mit|nach|für|durch|über|unter|zu[rm]?|wie|als|sind|ist|war|waren|wird|werden|hat|haben|und|oder|aber|dass|wenn|sowie|zwischen"
    r"|d[eu]s?|à|aux?|en|dans|par|pour|avec|sur|comme|sont|est|et|ou|mais|que|qui|entre"
    r"|del|al|con|por|para|como|son|es|era|[oey]|pero|d[ai]|da?l|della|dei|nel|per|tra|come|sono"
    r"|[вксоуи]|во|на|из|от|до|для|по|или|как|за|под|между|это",
    re.IGNORECASE,
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
    """The ranges of the items of the longest plain list in a sentence; nothing where none has three.

    Commas inside brackets part none of its items. Only where there is no other list is it one inside a bracket.
    """
    brackets = _brackets(sentence)
    if found := _longest(sentence, brackets):
        return found
    for start, end in brackets:
        inside = sentence[start + 1 : end - 1]
        if found := _longest(inside, _brackets(inside)):
            return [(start + 1 + first, start + 1 + last) for first, last in found]
    return []


def _brackets(text: str) -> list[tuple[int, int]]:
    """The ranges of brackets that are closed, of one inside another the outer one."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for match in re.finditer("[（()）]", text):
        if match[0] in "（(":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, match.end()))
    return found


def _longest(sentence: str, brackets: list[tuple[int, int]]) -> list[tuple[int, int]]:
    edges = [0, *chain.from_iterable(brackets), len(sentence)]
    shown = "".join(
        _HIDDEN * (end - start) if number % 2 else sentence[start:end]
        for number, (start, end) in enumerate(pairwise(edges))
    )
    best = max([*_chinese(shown), *_western(shown)], key=len, default=[])
    return best if len(best) > 2 else []


def _chinese(sentence: str) -> Iterator[list[tuple[int, int]]]:
    for match in _LISTED.finditer(sentence):
        items = [m.span() for m in re.finditer(_ITEM, match[0])]
        spans = [(match.start() + a, match.start() + b) for a, b in items]
        if before := _BEFORE.match(match["first"]):
            spans[0] = (spans[0][0] + min(before.end(), len(match["first"]) - 1), spans[0][1])
        start, end = spans[-1]
        if (after := _AFTER.search(sentence, start + 1, end)) is not None:
            spans[-1] = (start, after.start())
        yield spans


def _western(sentence: str) -> Iterator[list[tuple[int, int]]]:
    """Lists like "a, b and c": between two commas is an item; the first and the last are looked for."""
    for run in _RUN.finditer(sentence):
        parts = [part.span() for part in _PART.finditer(sentence, *run.span())]
        opens, floor = 0, run.start()
        for k, (start, end) in enumerate(parts):
            joint = _BEFORE_LAST.search(sentence, start, end) if k else None
            if joint is None:
                continue
            first = k - 1
            while first > opens and _is_item(sentence, *parts[first]):
                first -= 1
            between = [*parts[first + 1 : k], *([(start, joint.start())] if joint.start() > start else [])]
            before = _words(sentence, max(floor, parts[first][0]), parts[first][1])
            after = _words(sentence, joint.end(), end)
            opens = k
            if not (before and between and after and all(_is_item(sentence, *part) for part in between)):
                continue
            inner = [_words(sentence, *part) for part in between]
            fewest = min(len(after), *map(len, inner))
            leading = _count_last([word[0] for word in after], fewest)
            trailing = _count_first(
                [word[0] for word in before],
                fewest,
                determined=all(_OPENS_WITH_ARTICLE.match(words[0][0]) for words in inner),
                german=joint["word"] == "und",
            )
            floor = after[leading - 1].end()
            items = [before[-trailing:], *inner, after[:leading]]
            yield [(words[0].start(), words[-1].end()) for words in items]


def _words(sentence: str, start: int, end: int) -> list[re.Match[str]]:
    return list(_WORD.finditer(sentence, start, end))


def _is_item(sentence: str, start: int, end: int) -> bool:
    shown = end - start - sentence.count(_HIDDEN, start, end)
    return shown <= _LONGEST_ITEM and _BETWEEN_ITEMS.fullmatch(sentence, start, end) is not None


def _count_first(words: list[str], fewest: int, *, determined: bool, german: bool) -> int:
    """How many words, of those before the first comma, are the first item.

    Where the other items open with an article it does too; a name is all words with a capital, but for
    German, where any noun has one; else it has as many words as the shortest of the others.
    """
    if determined:
        for count, word in enumerate(reversed(words[-_LONGEST_WITH_ARTICLE:]), start=1):
            if _OPENS_WITH_ARTICLE.match(word.casefold()):
                return count
    named = not german and words[-1][0].isupper()
    most = len(words) if named else fewest
    count = 1
    for word in reversed(words[:-1]):
        if count >= most or _NO_ITEM.fullmatch(word) or (named and not word[0].isupper()):
            break
        count += 1
    return count


def _count_last(words: list[str], fewest: int) -> int:
    """How many words after "and" are the last item: article, name, or as many as the shortest of the others."""
    article = count = int(_ARTICLE.fullmatch(words[0]) is not None)
    if article:
        # A name may have small words before it: die freie Stadt Bremen.
        name = next(
            (at for at, word in enumerate(words[:_LONGEST_WITH_ARTICLE]) if word[0].isupper()), article
        )
        count = article if any(map(_NO_ITEM.fullmatch, words[article:name])) else name
    start = count
    while count < len(words) and (
        words[count][0].isupper()
        or (
            start < count < len(words) - 1
            and _WITHIN_NAME.fullmatch(words[count])
            and words[count + 1][0].isupper()
        )
    ):
        count += 1
    if count > start:
        return count
    while count < min(max(fewest, article + 1), len(words)):
        if count > article and _NO_ITEM.fullmatch(words[count]):
            break
        count += 1
    return max(count, 1)


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
