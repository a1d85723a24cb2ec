"""Lists that a conversation walks through: their next item, a numbered one, or what stands after an answer.

    那第二个呢？  the next?    another item of the list that the last answer stands in
    还有呢？     what else?   what stands after the place cited last

A list is what one sentence counts up, or one of the outline: sections of one level, bylines, paragraphs
that open alike; or the places of the last answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from zhangju.enumerations import listed_items, numbered_items
from zhangju.history import Place, Turn
from zhangju.language import words_of
from zhangju.overview import ordinal_in
from zhangju_index.outline import Outline, outline_document
from zhangju_index.sentences import split_sentences
from zhangju_index.values import Document

__all__ = ["BARE", "Step", "following", "names_article", "read_step", "text_of", "walk"]

_NEXT = re.compile(
    r"下一|下个|下個|\b(?:next|following one|nächste\w*|suivante?s?|siguientes?|próxim[oa]|prossim[oa]|следующ\w*|volgende)\b|次の|次は|다음",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"上一|上个|上個|前一|\b(?:previous|one before|vorige\w*|précédente?|anterior|предыдущ\w*)\b|前の|이전",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"部分|章|节|篇|段|\b(?:parts?|sections?|articles?|pieces?|chapters?|abschnitt|teil|artikel|partie|parte|часть|статья)\b",
    re.IGNORECASE,
)
_BARE_HAN = re.compile(
    r"(?:那|么|下一|上一|前一|下|上|第[一二三四五六七八九十\d]+|最后|一|个|点|部分|章|节|条|项|篇|段|位|方面|句|件|种|文章|的|又|是|呢|讲了?|说了?|写|谁|什么|内容|要点|标题|作者|怎么|样|如何|"
    # What was read stays read: 下一 is 下 and 一 as well, and a line of them would be read in each way.
    r"哪些|有|叫|指|吗|请问|再|看)++"
)
BARE = words_of(
    "and what about how is are the a one ones of then was were who wrote it does say said next last "
    "following previous first second third fourth fifth sixth 1st 2nd 3rd 4th point part section item "
    "piece article und ist mit der die das dem den wie steht es um nächste nächsten zweite zweiten "
    "dritte dritten vierte erste ersten letzte letzten punkt teil abschnitt artikel wer schrieb et le "
    "la les l un une quoi quel quelle est pour suivant suivante deuxième seconde troisième dernier "
    "dernière premier première partie qui écrit y el los las qué cual cuál siguiente segundo segunda "
    "tercero tercera tercer último última primero primera punto parte quién escribió а и что кто "
    "какой какая следующая следующую следующий следующее второй вторая вторую третий третья третью "
    "последний последняя первый первая часть пункт написал статья статью"
)
_BARE_OTHER = re.compile(
    r"(?:では|じゃあ|それでは)?[、,]?(?:次の?|第?[一二三四五\d]+(?:つ目|番目|点目)?)(?:の?(?:もの|点|部分|章|記事))?(?:は|について)?(?:何|誰|だれ)?(?:です|が書きました)?か?|그럼\s?(?:다음|[두세네]\s?번째)(?:은|는|것은)?요?"
)
_NAMES_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇两\d]+(?:条|章|节|款|编)")
_OPENING = 200


@dataclass(frozen=True, slots=True)
class Step:
    """Which item of a list is asked for.

    Attributes:
        nth: Counted from 1, -1 for the last, 0 where it does not say.
        by: 1 for the next item, -1 for the one before, else 0.
        of_outline: Whether it asks for a part of the article, not for what a sentence counts up.
    """

    nth: int
    by: int
    of_outline: bool


def read_step(text: str, *, han: bool) -> Step | None:
    """The item that a question asks for; None where it could be about anything else.

    Args:
        text: The question without marks around it, in simplified characters.
        han: Whether it is in Chinese.
    """
    if not _is_bare(text, han=han):
        return None
    nth = ordinal_in(text)
    by = 1 if _NEXT.search(text) else -1 if _BEFORE.search(text) else 0
    return Step(nth, by, _PARTS.search(text) is not None) if nth or by else None


def names_article(text: str) -> bool:
    """Whether a question opens with the number of an article or chapter of a law, as a law has it."""
    return _NAMES_ARTICLE.match(text) is not None


def _is_bare(text: str, *, han: bool) -> bool:
    """Whether a question holds a place in a list and nothing else that it could be about."""
    if han:
        return _BARE_HAN.fullmatch(re.sub(r"[，,、\s]", "", text)) is not None
    if _BARE_OTHER.fullmatch(text):
        return True
    words = [word.lower() for word in re.findall(r"[^\W_]+", text)]
    return bool(words) and all(word in BARE for word in words)


def walk(turn: Turn, step: Step, document: Callable[[str], Document]) -> tuple[Place | None, bool]:
    """Another item of the list that the last answer stands in, and whether a text that is held lacks it."""
    if not turn.places:
        return None, False
    try:
        outline = outline_document(document(turn.places[0].document_id))
    except KeyError:
        return None, False
    found = _item_of(outline, turn, step)
    return found, found is None


def _item_of(outline: Outline, turn: Turn, step: Step) -> Place | None:
    """An item of what the sentence counts up that was said, or else of the outline."""
    place, nth = turn.places[0], step.nth
    # Of several quotes, the one that numbers its items is the list.
    alone = len(turn.places) == 1
    same = [each for each in turn.places if each.document_id == place.document_id]
    counted = next(
        (
            (each, found)
            for each in same
            if not step.of_outline and (found := _counted(outline, each, plain=alone))
        ),
        None,
    )
    if counted:
        said, ranges = counted
        # The whole sentence was said, or the item of it that was asked for last.
        item = next(
            (k for k, (start, end) in enumerate(ranges) if start <= said.start and said.end <= end), 0
        )
        target = len(ranges) - 1 if nth < 0 else nth - 1 if nth else item + step.by
        return Place(said.document_id, *ranges[target]) if 0 <= target < len(ranges) else None
    if not alone and 0 < nth <= len(turn.places):
        return turn.places[nth - 1]
    items = _items(outline, place.start)
    at = next((number for number, (start, end) in enumerate(items) if start <= place.start < end), None)
    if at is None:
        return None
    if nth < 0:
        target = len(items) - 1
    elif nth:
        target = at + nth - max(1, ordinal_in(turn.question))
    else:
        target = at + step.by
    return Place(place.document_id, *items[target]) if 0 <= target < len(items) and target != at else None


def _counted(outline: Outline, place: Place, *, plain: bool) -> list[tuple[int, int]]:
    """The items that the sentence at a place counts up, or is one of: numbered ones, or where ``plain`` a plain list."""
    for block in outline.blocks_between(place.start, place.end):
        for span in split_sentences(block.text):
            start, end = block.source_range(*span)
            if not start <= place.start < end:
                continue
            for items in numbered_items(block.text):
                ranges = [block.source_range(*item) for item in items]
                if any(first < end and start < last for first, last in ranges):
                    return ranges
            listed = listed_items(block.text[slice(*span)]) if plain else []
            return [block.source_range(span[0] + first, span[0] + last) for first, last in listed]
    return []


def _items(outline: Outline, offset: int) -> list[tuple[int, int]]:
    """The list that the text at ``offset`` is an item of, as the ranges of what opens each item."""
    section = next((s for s in outline.sections if s.start <= offset < s.end), None)
    if section is None:
        return []
    first = outline.blocks_between(section.start, section.end)
    opens = (
        bool(first) and offset <= first[0].source_range(0, len(first[0].text))[1] and section.kind != "body"
    )
    if opens:
        alike = [s for s in outline.sections if s.kind == section.kind and len(s.path) == len(section.path)]
        if section.kind in ("heading", "lead"):
            alike = [s for s in alike if s.path[:-1] == section.path[:-1]]
        ranges = [_first_of(outline, s.start, s.end, whole=s.kind != "lead") for s in alike]
        return [each for each in ranges if each]
    blocks = [block.slice(section.start, section.end) for block in first]
    ranges = [block.source_range(*split_sentences(block.text)[0]) for block in blocks if block.text.strip()]
    return [each for each in ranges if each]


def _first_of(outline: Outline, start: int, end: int, *, whole: bool) -> tuple[int, int] | None:
    for block in outline.blocks_between(start, end):
        part = block.slice(start, end)
        if spans := split_sentences(part.text):
            return part.source_range(spans[0][0], spans[-1 if whole else 0][1])
    return None


def following(turn: Turn, document: Callable[[str], Document]) -> Place | None:
    """The sentence after the last place cited, in the same section."""
    if not turn.places:
        return None
    place = max(turn.places, key=lambda each: (each.document_id == turn.places[-1].document_id, each.end))
    try:
        outline = outline_document(document(place.document_id))
    except KeyError:
        return None
    section = next((s for s in outline.sections if s.start <= place.start < s.end), None)
    if section is None:
        return None
    for block in outline.blocks_between(place.end, section.end):
        part = block.slice(place.end, section.end)
        for span in split_sentences(part.text):
            if any(character.isalnum() for character in part.text[span[0] : span[1]]):
                return Place(place.document_id, *part.source_range(*span))
    return None


def text_of(place: Place, document: Callable[[str], Document]) -> str:
    """The words at a place; empty where there is none any more."""
    try:
        return outline_document(document(place.document_id)).read(place.start, place.end).text[:_OPENING]
    except KeyError:
        return ""
