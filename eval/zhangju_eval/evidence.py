"""When does quoted or retrieved text hold the evidence?

A quote, where the text comes from a document the eval set knows, by place: every character of
the gold quote that is not white space lies inside it. The same words elsewhere do not count.

Where it comes from another copy of that document (wrapped at another width, under another
name), its offsets say nothing, so by wording: the gold quote, all white space removed, occurs
in the text, all white space removed. A short quote may then be found in a place that is not its own.

A section holds whatever was cut from it or from what stands under it; a passage, whatever was
cut from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zhangju.values import Citation
from zhangju_eval.own_format import holds_section
from zhangju_eval.questions import Evidence, Gold, SectionGold
from zhangju_index.values import Chunk

__all__ = ["Excerpt", "covers", "covers_any", "overlaps"]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a document: what chunks and citations have in common."""

    document_id: str
    start: int
    end: int
    text: str
    section_path: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Chunk | Citation) -> "Excerpt":
        """Take the place and the words of a chunk or a citation."""
        text = source.text if isinstance(source, Chunk) else source.quote
        return cls(source.document_id, source.start, source.end, text, source.section_path)

    @property
    def name(self) -> str:
        """What a run calls it."""
        return f"{self.document_id}:{self.start}-{self.end}"

    def is_slice_of(self, documents: Mapping[str, str]) -> bool:
        """Whether its text stands at its place."""
        return documents.get(self.document_id, "")[self.start : self.end] == self.text


def covers_any(excerpts: Sequence[Excerpt], part: Iterable[Evidence], documents: Mapping[str, str]) -> bool:
    """Whether the excerpts, taken together, hold any of the alternatives."""
    return any(covers(excerpts, gold, documents) for gold in part)


def covers(excerpts: Iterable[Excerpt], gold: Evidence, documents: Mapping[str, str]) -> bool:
    """Whether the excerpts, taken together, hold the whole of the evidence.

    Args:
        excerpts: One passage, or all that an answer quotes.
        gold: The evidence looked for.
        documents: Text by document id, as the eval set knows it.
    """
    if not isinstance(gold, Gold):
        return any(_belongs(excerpt, gold) for excerpt in excerpts)
    known, copies = _sort_out(excerpts, documents)
    places = [place for place, c in enumerate(gold.quote, gold.start) if not c.isspace()]
    here = [excerpt for excerpt in known if excerpt.document_id == gold.document_id]
    if here and all(any(e.start <= place < e.end for e in here) for place in places):
        return True
    wanted = _squeeze(gold.quote)
    return any(
        wanted in _squeeze("".join(e.text for e in sorted(copy, key=lambda e: e.start)))
        for copy in copies.values()
    )


def overlaps(excerpt: Excerpt, gold: Evidence, documents: Mapping[str, str]) -> bool:
    """Whether an excerpt and the evidence share a character that is no white space.

    Of another copy, by wording: one of the two holds the other.
    """
    if not isinstance(gold, Gold):
        return _belongs(excerpt, gold)
    if excerpt.is_slice_of(documents):
        if excerpt.document_id != gold.document_id:
            return False
        start, end = max(excerpt.start, gold.start), min(excerpt.end, gold.end)
        return start < end and bool(gold.quote[start - gold.start : end - gold.start].strip())
    wanted, text = _squeeze(gold.quote), _squeeze(excerpt.text)
    return wanted in text or (bool(text) and text in wanted)


def _belongs(excerpt: Excerpt, gold: Evidence) -> bool:
    if excerpt.document_id != gold.document_id:
        return False
    return not isinstance(gold, SectionGold) or holds_section(excerpt.section_path, gold.section)


def _sort_out(
    excerpts: Iterable[Excerpt], documents: Mapping[str, str]
) -> tuple[list[Excerpt], dict[str, list[Excerpt]]]:
    """Those whose place is known, and the others by the document they come from."""
    known: list[Excerpt] = []
    copies: dict[str, list[Excerpt]] = {}
    for excerpt in excerpts:
        if excerpt.is_slice_of(documents):
            known.append(excerpt)
        else:
            copies.setdefault(excerpt.document_id, []).append(excerpt)
    return known, copies


def _squeeze(text: str) -> str:
    return "".join(text.split())
