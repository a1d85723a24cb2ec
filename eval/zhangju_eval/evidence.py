"""When does quoted or retrieved text hold the evidence?

Where the text comes from a document the eval set knows, by place: every character of the gold
quote that is not white space lies inside it. The same words elsewhere do not count.

Where it comes from another copy of that document (wrapped at another width, under another
name), its offsets say nothing, so by wording: the gold quote, all white space removed, occurs
in the text, all white space removed. A short quote may then be found in a place that is not its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhangju.values import Citation
from zhangju_eval.questions import Gold
from zhangju_index.values import Chunk

__all__ = ["Excerpt", "covers"]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a document: what chunks and citations have in common."""

    document_id: str
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, source: Chunk | Citation) -> "Excerpt":
        """Take the place and the words of a chunk or a citation."""
        text = source.text if isinstance(source, Chunk) else source.quote
        return cls(source.document_id, source.start, source.end, text)


def covers(excerpts: Iterable[Excerpt], gold: Gold, documents: Mapping[str, str]) -> bool:
    """Whether the excerpts, taken together, hold the whole gold quote.

    Args:
        excerpts: One passage, or all that an answer quotes.
        gold: The evidence looked for.
        documents: Text by document id, as the eval set knows it.
    """
    known: list[Excerpt] = []
    copies: dict[str, list[Excerpt]] = {}
    for excerpt in excerpts:
        if documents.get(excerpt.document_id, "")[excerpt.start : excerpt.end] == excerpt.text:
            known.append(excerpt)
        else:
            copies.setdefault(excerpt.document_id, []).append(excerpt)

    places = [place for place, c in enumerate(gold.quote, gold.start) if not c.isspace()]
    here = [excerpt for excerpt in known if excerpt.document_id == gold.document_id]
    if all(any(e.start <= place < e.end for e in here) for place in places):
        return True
    wanted = _squeeze(gold.quote)
    return any(
        wanted in _squeeze("".join(e.text for e in sorted(copy, key=lambda e: e.start)))
        for copy in copies.values()
    )


def _squeeze(text: str) -> str:
    return "".join(text.split())
