"""Whether a sentence says what the passages it cites say, told without a model.

A sentence is divided into stretches that stand in its evidence word for word and what lies between
them. It is supported when

- what it sets in quotation marks is an exact slice of the source,
- every figure, with its kind and unit, is in the evidence,
- every other word is in the evidence, may stand for one that is (``wording.GROUPS``), or claims
  nothing (``wording.CLAIMS_NOTHING``): a name that is not there therefore never passes,
- nothing stands in the place of something else: 37 where the source has 191, 常州 where it has 武进,
- it denies what the source denies, and no more; it does not say the contrary,
- and the evidence states something, rather than telling its reader what to do.

The evidence is the fewest sentences of the cited passages that cover it. Of a sentence in another
language than its source the wording cannot be compared: only figures, quotes, names written in the
same script, negation and known opposites are, and one without any figure or quote is not supported.
What a sentence means is not understood here: words moved about within what a source says may pass.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhangju.claims import Unit, meets, units_of
from zhangju.figures import fold
from zhangju.instructions import instructed
from zhangju.language import detect_language
from zhangju.simplified import simplify
from zhangju.values import Passage
from zhangju.wording import (
    CLAIMS_NOTHING,
    ENGLISH_NEGATORS,
    GROUPS,
    GROUPS_OF,
    HEDGES,
    NEGATIONS,
    NEGATORS_HAN,
    NOT_NEGATIONS,
    opposites,
)
from zhangju_index.values import Sentence

__all__ = ["Evidence", "Reason", "Verdict", "verify"]

Reason = Literal[
    "no source",
    "unknown source",
    "quote",
    "figure",
    "wording",
    "replaced",
    "negation",
    "opposite",
    "language",
    "instruction",
]
"""Why a sentence is not supported: it cites nothing, or a passage that is not there; a quote is no
slice; a figure or other words are not in the evidence, or stand in the place of others; it denies
otherwise, or says the contrary; it is in a language that cannot be compared; its evidence gives orders."""

_MOST_EVIDENCE = 4
_SLOT = 14
"""Units of the source between two stretches that a sentence may have replaced."""
_SHORT_TAIL = 8
_JOINS = frozenset("和与及或") | {"and", "or"}
_LONGEST_WORD = 6
_QUOTES = re.compile(
    '“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|《([^《》]+)》|«([^«»]+)»|„([^„“”]+)[“”]|(?<!\\w)"([^"]+)"(?!\\w)'
)
_QUOTE_TRIM = " 。，,.;；、！!？?:："
_UNKNOWN = re.compile("[\\s\u3000]+")
_BOUNDS = {
    "超过",
    "不足",
    "不到",
    "至少",
    "至多",
    "最多",
    "超",
    "逾",
    "over",
    "under",
    "least",
    "most",
    "exceed",
    "less",
    "more",
    "below",
    "above",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that may carry a claim."""

    passage: Passage
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the check of one sentence.

    Attributes:
        reasons: Why it is not supported; empty when it is.
        evidence: The sentences it was held against, in the order of the passages and their text.
        word_for_word: Whether it repeats one sentence of the source.
    """

    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    word_for_word: bool = False

    @property
    def supported(self) -> bool:
        """Whether every check passed."""
        return not self.reasons


def verify(text: str, numbers: Sequence[int], passages: Sequence[Passage]) -> Verdict:
    """Check one sentence against the passages it cites.

    Args:
        text: The sentence, without its citation marks.
        numbers: The numbers it cites, counted from 1.
        passages: The passages, in the order of their numbers.
    """
    cited = [passages[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(passages)]
    if not numbers:
        return Verdict(("no source",), ())
    if len(cited) < len(set(numbers)):
        return Verdict(("unknown source",), ())
    claim = units_of(text)
    if not any(not unit.is_break for unit in claim):
        return Verdict(("wording",), ())
    candidates = [Evidence(passage, sentence) for passage in cited for sentence in passage.chunk.sentences]
    ordered = {id(each.sentence) for passage in cited for each in _under_orders(passage)}
    stated = [each for each in candidates if id(each.sentence) not in ordered]
    headings = [heading for passage in cited for heading in (*passage.chunk.section_path, passage.title)]
    verdict = _judge(text, claim, stated, headings)
    if not verdict.supported and ordered and _judge(text, claim, candidates, headings).supported:
        return Verdict(("instruction",), verdict.evidence)
    return verdict


def _under_orders(passage: Passage) -> list[Evidence]:
    sentences = passage.chunk.sentences
    flags = instructed([sentence.reading_text for sentence in sentences])
    return [Evidence(passage, sentence) for sentence, flag in zip(sentences, flags, strict=True) if flag]


def _judge(
    text: str, claim: Sequence[Unit], candidates: Sequence[Evidence], headings: Sequence[str]
) -> Verdict:
    """Hold a claim against ever more evidence, and keep the verdict of the least that carries it."""
    if not candidates:
        return Verdict(("wording",), ())
    source = "\n".join(each.sentence.reading_text for each in candidates)
    foreign = _foreign(text, source)
    chosen: list[Evidence] = []
    first: Verdict | None = None
    for each in _by_coverage(claim, candidates, foreign=foreign):
        chosen.append(each)
        in_order = [candidate for candidate in candidates if candidate in chosen]
        texts = [candidate.sentence.reading_text for candidate in in_order]
        reasons = (_foreign_reasons if foreign else _reasons)(text, claim, texts, headings)
        verdict = Verdict(reasons, tuple(in_order), any(_bare(text) == _bare(one) for one in texts))
        if verdict.supported:
            return verdict
        first = first or verdict
        if len(chosen) == _MOST_EVIDENCE:
            break
    return first or Verdict(("wording",), ())


def _by_coverage(claim: Sequence[Unit], candidates: Sequence[Evidence], *, foreign: bool) -> list[Evidence]:
    """Sentences in the order in which each adds the most to what is covered; those that add nothing left out."""
    left = {at for at, unit in enumerate(claim) if not unit.is_break}
    covers = [
        {
            at
            for start, end, _ in _stretches(claim, units_of(each.sentence.reading_text))
            for at in range(start, end)
        }
        for each in candidates
    ]
    if foreign:
        left = {at for at in left if claim[at].kind == "figure" or claim[at].text[:1].isupper()}
    chosen: list[Evidence] = []
    remaining = list(range(len(candidates)))
    while remaining:
        best = max(remaining, key=lambda at: (len(covers[at] & left), -at))
        if not covers[best] & left and chosen:
            break
        chosen.append(candidates[best])
        remaining.remove(best)
        left -= covers[best]
        if not left:
            break
    return chosen


def _misstated(text: str, claim: Sequence[Unit], texts: Sequence[str], around: Sequence[Unit]) -> set[Reason]:
    """What quotes and figures alone give away, in whatever language the texts are."""
    reasons: set[Reason] = set()
    if not _quotes_hold(text, texts):
        reasons.add("quote")
    if not _figures_hold(claim, around):
        reasons.add("figure")
    return reasons


def _reasons(
    text: str, claim: Sequence[Unit], texts: Sequence[str], headings: Sequence[str]
) -> tuple[Reason, ...]:
    """Why a claim does not follow from texts in its own language."""
    source = units_of("\n".join(texts))
    around = units_of("\n".join([*texts, *headings]))
    reasons = _misstated(text, claim, [*texts, *headings], around)
    stretches = _stretches(claim, source)
    covered = {at for start, end, _ in stretches for at in range(start, end)}
    reasons |= _loose_words(claim, around, covered)
    if _replaced(claim, source, stretches):
        reasons.add("replaced")
    if not _negations_hold(claim, source, stretches):
        reasons.add("negation")
    return tuple(sorted(reasons))


def _foreign_reasons(
    text: str, claim: Sequence[Unit], texts: Sequence[str], headings: Sequence[str]
) -> tuple[Reason, ...]:
    """Why a claim cannot be held against texts in another language."""
    around = units_of("\n".join([*texts, *headings]))
    reasons = _misstated(text, claim, [*texts, *headings], around)
    known = {unit.form for unit in around}
    first = True
    for unit in claim:
        if unit.kind == "word" and unit.text[:1].isupper() and not first and unit.form not in known:
            reasons.add("wording")
        first = unit.kind == "stop"
    if not any(unit.kind == "figure" for unit in claim) and not _QUOTES.search(text):
        reasons.add("language")
    whole = " ".join(texts)
    if bool(_negators(units_of(text))) != bool(_negators(units_of(whole))):
        reasons.add("negation")
    said, meant = _groups_in(claim), _groups_in(units_of(whole))
    for group in said - meant:
        if any(other in meant for word in GROUPS[group] for other in _opposed(word)):
            reasons.add("opposite")
    return tuple(sorted(reasons))


def _opposed(word: str) -> set[int]:
    return {group for other in opposites(word) for group in GROUPS_OF.get(other, ())}


def _groups_in(units: Sequence[Unit]) -> set[int]:
    return {group for _, _, word in _words(units) for group in GROUPS_OF.get(word, ())}


def _foreign(text: str, source: str) -> bool:
    one, other = (detect_language(each).partition("-")[0] for each in (text, source))
    if one == other:
        return False
    han = [
        sum(unit.kind == "han" for unit in units) / max(1, sum(not unit.is_break for unit in units))
        for units in (units_of(text), units_of(source))
    ]
    # Short sentences of names and figures are told by their script alone.
    return (
        abs(han[0] - han[1]) > 0.5
        or (one != "en" and other != "en" and max(han) < 0.2)
        or (max(han) < 0.2 and min(len(text), len(source)) > 60)
    )


# Quotes and figures


def _quotes_hold(text: str, texts: Sequence[str]) -> bool:
    """Whether everything in quotation marks is a slice of one of ``texts``."""
    sources = [_bare(each) for each in texts]
    for match in _QUOTES.finditer(text):
        quote = _bare(next(group for group in match.groups() if group is not None).strip(_QUOTE_TRIM))
        if not any(quote in source for source in sources):
            return False
    return True


def _bare(text: str) -> str:
    """A text without what may differ between a quote and its source: width, spaces, line wraps, final stop."""
    folded = simplify(_UNKNOWN.sub("", fold(text)).casefold())
    folded = folded.translate(str.maketrans("“”‘’「」『』，；：！？", '""\'\'"""",;:!?'))
    return folded.strip("。.")


def _figures_hold(claim: Sequence[Unit], source: Sequence[Unit]) -> bool:
    known = [unit for unit in source if unit.kind == "figure"]
    return all(any(meets(unit, other) for other in known) for unit in claim if unit.kind == "figure")


# Stretches: what stands in the source as it stands here


def _stretches(claim: Sequence[Unit], source: Sequence[Unit]) -> list[tuple[int, int, int]]:
    """Divide a claim into the longest stretches that stand in the source.

    Returns:
        Start and end in the claim, and the start in the source, in the order of the claim. Single
        characters are no stretch, single words and figures are.
    """
    found: list[tuple[int, int, int]] = []
    where: dict[str, list[int]] = {}
    for at, unit in enumerate(source):
        where.setdefault(unit.form, []).append(at)
    position = 0
    goes_on = -1
    while position < len(claim):
        unit = claim[position]
        best, start = 0, -1
        if not unit.is_break:
            for at in where.get(unit.form, ()):
                length = _length(claim, source, position, at)
                nearer = abs(at - goes_on) < abs(start - goes_on) if goes_on >= 0 else False
                ahead = at >= goes_on > start >= 0
                if length > best or (
                    length == best and length and (ahead or (nearer and not start >= goes_on > at))
                ):
                    best, start = length, at
        if best > 1 or (best == 1 and unit.kind in ("word", "figure")):
            found.append((position, position + best, start))
            position += best
            goes_on = start + best
        else:
            position += 1
    return found


def _length(claim: Sequence[Unit], source: Sequence[Unit], position: int, at: int) -> int:
    length = 0
    while (
        position + length < len(claim)
        and at + length < len(source)
        and not claim[position + length].is_break
        and meets(claim[position + length], source[at + length])
    ):
        length += 1
    return length


# Words that do not stand in the source


def _words(units: Sequence[Unit]) -> list[tuple[int, int, str]]:
    """Every known word in a row of units, overlapping ones as well, as start, end and form."""
    found: list[tuple[int, int, str]] = []
    for start, unit in enumerate(units):
        if unit.kind == "word":
            found.append((start, start + 1, unit.form))
            continue
        word = ""
        for end in range(start, min(len(units), start + _LONGEST_WORD)):
            if units[end].kind != "han":
                break
            word += units[end].form
            if word in CLAIMS_NOTHING or word in GROUPS_OF or word in HEDGES:
                found.append((start, end + 1, word))
    return found


def _loose_words(claim: Sequence[Unit], source: Sequence[Unit], covered: set[int]) -> set[Reason]:
    """What is wrong with the units that no stretch covers."""
    reasons: set[Reason] = set()
    loose = {
        at
        for at, unit in enumerate(claim)
        if at not in covered and not unit.is_break and unit.kind != "figure"
    }
    if not loose:
        return reasons
    there = _groups_in(source)
    characters = {unit.form for unit in source}
    excused: set[int] = set()
    for start, end, word in _words(claim):
        span = set(range(start, end))
        if not span & loose:
            continue
        groups = GROUPS_OF.get(word, frozenset())
        if groups & there and word not in HEDGES:
            excused |= span
        elif any(other in there for other in _opposed(word)):
            reasons.add("opposite")
        elif word in CLAIMS_NOTHING and word not in ENGLISH_NEGATORS:
            excused |= span
    whole = "".join(unit.form if unit.kind == "han" else " " for unit in claim)
    for match in NOT_NEGATIONS.finditer(whole):
        if match[0] in CLAIMS_NOTHING:
            excused |= set(range(*match.span()))
    negators = _negators(claim)
    row = 0
    for at, unit in enumerate(claim):
        if at not in loose or at in excused or at in negators:
            # Whether what is denied is denied in the source is looked at by itself.
            row = 0
            continue
        row += 1
        # One character of a word that is there otherwise (武进区 for 武进), never two in a row.
        if unit.kind != "han" or unit.form not in characters or row > 1:
            reasons.add("wording")
    return reasons


# What stands in the place of something else


def _replaced(
    claim: Sequence[Unit], source: Sequence[Unit], stretches: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether between the same neighbours the source says something else."""
    for number, (start, end, start_there) in enumerate(stretches):
        said = _content(claim[start:end])
        after_there = start_there + end - start
        for later, following in enumerate(stretches[number + 1 :], start=number + 1):
            reach = following[2]
            if not said and (end - start < 2 or len(_content(claim[following[0] : following[1]])) < 2):
                continue
            if not 0 <= reach - after_there <= _SLOT:
                continue
            if any(after_there <= between[2] < reach for between in stretches[number + 1 : later]):
                continue  # What lies between is looked at in two parts.
            here, there = claim[end : following[0]], source[after_there:reach]
            if any(unit.kind == "stop" for unit in (*here, *there)):
                continue
            breaks = [sum(unit.is_break for unit in units) for units in (here, there)]
            if not breaks[0] and not claim[following[0]].listed and _spliced(claim, here, there):
                return True
            if (not breaks[0] or breaks[0] == breaks[1]) and _differ(here, there):
                return True
        if (len(said) > 1 or end - start > 2) and _tail_differs(claim, source, stretches[number:]):
            return True
    return _differs_at_start(claim, source, stretches) or not _figures_belong(claim, source, stretches)


def _figures_belong(
    claim: Sequence[Unit], source: Sequence[Unit], stretches: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether each figure comes from a sentence that says something else of what stands beside it."""
    sentence_of: list[int] = []
    for unit in source:
        sentence_of.append(sentence_of[-1] if sentence_of else 0)
        if unit.kind == "stop":
            sentence_of[-1] += 1
    for number, (start, end, _) in enumerate(stretches):
        figures = [unit for unit in claim[start:end] if unit.kind == "figure"]
        if not figures or _content(claim[start:end]) - {unit.form for unit in figures}:
            continue
        beside = [stretches[k] for k in (number - 1, number + 1) if 0 <= k < len(stretches)]
        places = {
            sentence_of[at]
            for at, unit in enumerate(source)
            if any(meets(unit, figure) for figure in figures)
        }
        if beside and not any(sentence_of[each[2]] in places for each in beside):
            return False
    return True


def _tail_differs(
    claim: Sequence[Unit], source: Sequence[Unit], stretches: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether the clause that the first of the stretches belongs to ends in another way than in the source."""
    (start, end, start_there), *others = stretches
    after_there = start_there + end - start
    tail, tail_there = (
        claim[end : _next_break(claim, end)],
        source[after_there : _next_break(source, after_there)],
    )
    if len(tail_there) > _SHORT_TAIL or not _differ(tail, tail_there):
        return False
    for each in others:
        if each[0] >= end + len(tail):
            break
        between = source[after_there : each[2]]
        if each[2] < after_there or any(unit.kind == "stop" for unit in between):
            continue
        # It goes on with what stands near, or with another clause of the same sentence.
        if len(between) <= _SLOT or between[-1].is_break:
            return False
    return True


def _spliced(claim: Sequence[Unit], here: Sequence[Unit], there: Sequence[Unit]) -> bool:
    """Whether the head of one clause goes on with the tail of another, and what they said is left out."""
    breaks = [at for at, unit in enumerate(there) if unit.is_break]
    if not breaks or any(unit.form in _JOINS for unit in here):
        return False
    tail, head, said = _content(there[: breaks[0]]), _content(there[breaks[-1] + 1 :]), _content(claim)
    return breaks[0] <= _SHORT_TAIL and bool(tail) and bool(head) and not tail & said and not head & said


def _differs_at_start(
    claim: Sequence[Unit], source: Sequence[Unit], stretches: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether a clause opens with something else than the clause in the source."""
    for start, end, there in stretches:
        opens = start
        while opens > 0 and not claim[opens - 1].is_break:
            opens -= 1
        begins = there
        while begins > 0 and not source[begins - 1].is_break:
            begins -= 1
        # Only what reaches the end of its clause in both, so that the clauses are the same but for their heads.
        whole = (
            _next_break(claim, end) == end and _next_break(source, there + end - start) == there + end - start
        )
        if (
            whole
            and end - start >= 4
            and there - begins <= _SHORT_TAIL
            and _differ(claim[opens:start], source[begins:there])
        ):
            return True
    return False


def _next_break(units: Sequence[Unit], start: int) -> int:
    return next((at for at in range(start, len(units)) if units[at].is_break), len(units))


def _differ(here: Sequence[Unit], there: Sequence[Unit]) -> bool:
    """Whether both say something, and nothing of it is the same."""
    one, other = _content(here), _content(there)
    if not one or not other:
        return False
    figures = [{word for word in words if word.startswith("#")} for words in (one, other)]
    if figures[0] and figures[1] and not figures[0] & figures[1]:
        return True
    if one & other:
        return False
    groups = [{group for word in words for group in GROUPS_OF.get(word, ())} for words in (one, other)]
    return not groups[0] & groups[1]


def _content(units: Sequence[Unit]) -> set[str]:
    """Words, figures and pairs of characters that claim something."""
    silent: set[int] = set()
    known: set[str] = set()
    for start, end, word in _words(units):
        if word in GROUPS_OF and word not in CLAIMS_NOTHING:
            known.add(word)
        elif word in CLAIMS_NOTHING:
            silent |= set(range(start, end))
    content = set(known)
    for at, unit in enumerate(units):
        if at in silent or unit.is_break:
            continue
        if unit.kind != "han":
            content.add(unit.form)
        elif at + 1 < len(units) and units[at + 1].kind == "han" and at + 1 not in silent:
            content.add(unit.form + units[at + 1].form)
        elif not (at and units[at - 1].kind == "han" and at - 1 not in silent):
            content.add(unit.form)
    return content


# Negation


def _negators(units: Sequence[Unit]) -> set[int]:
    """Positions of what denies."""
    found = {at for at, unit in enumerate(units) if unit.kind == "word" and unit.form in ENGLISH_NEGATORS}
    row = "".join(unit.form if unit.kind == "han" else " " for unit in units)
    innocent = {at for match in NOT_NEGATIONS.finditer(row) for at in range(*match.span())}
    for match in NEGATIONS.finditer(row):
        if match.start() not in innocent:
            found |= set(range(*match.span()))
    return found


def _negations_hold(
    claim: Sequence[Unit], source: Sequence[Unit], stretches: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether a claim denies what the source denies, and qualifies it as the source does."""
    here, there = _negators(claim), _negators(source)
    denied = [_denied(source, at) for at in there]
    for at in here:
        if not any(_denied(claim, at) & each for each in denied):
            return False
    # What the source denies, and a claim repeats, is denied there too.
    kept = {start_there + k for start, end, start_there in stretches for k in range(end - start)}
    affirmed = [_denied(claim, at) for at in here]
    for at in sorted(there - kept):
        first = next((k for k in range(at + 1, min(len(source), at + 5)) if _tells(source[k])), None)
        before = next((k for k in range(at - 1, max(-1, at - 4), -1) if _tells(source[k])), None)
        first = before if first is None else first
        if first in kept and not any(_denied(source, at) & each for each in affirmed):
            return False
    for words, near_figure in ((HEDGES, False), (_BOUNDS, True)):
        for start, end, word in _words(source):
            if (
                word not in words
                or start in kept
                or any(source[k].is_break for k in range(start, min(end + 2, len(source))))
            ):
                continue
            # "may not" forbids: it is looked at as a negation.
            if end in there or (near_figure and not any(u.kind == "figure" for u in source[end : end + 2])):
                continue
            nearest = next((k for k in range(end, min(len(source), end + 3)) if k in kept), None)
            if nearest is not None and not _said_near(claim, stretches, nearest) & words:
                return False
    return True


def _tells(unit: Unit) -> bool:
    return not unit.is_break and unit.form not in CLAIMS_NOTHING and unit.form not in ENGLISH_NEGATORS


def _denied(units: Sequence[Unit], at: int) -> set[str]:
    """The first words after a negator: what it denies; the last before it where none follow."""
    after = _telling(units[at + 1 : at + 7])
    return after or _telling(units[max(0, at - 5) : at][::-1])


def _telling(units: Sequence[Unit]) -> set[str]:
    words: list[str] = []
    for unit in units:
        if unit.is_break:
            break
        if _tells(unit) and unit.form not in NEGATORS_HAN:
            words.append(unit.form)
    return set(words[:3])


def _said_near(claim: Sequence[Unit], stretches: Sequence[tuple[int, int, int]], there: int) -> set[str]:
    """Words of the claim shortly before the place that stands at ``there`` in the source."""
    at = next(
        start + there - begin for start, end, begin in stretches if begin <= there < begin + end - start
    )
    return {word for start, _, word in _words(claim) if at - 8 <= start < at}
