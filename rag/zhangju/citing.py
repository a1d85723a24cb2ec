"""The citation of a sentence: where its words stand, and what they are."""

from zhangju.values import Citation, Highlight, Passage
from zhangju_index.values import Sentence

__all__ = ["cite"]


def cite(
    passage: Passage, sentence: Sentence, *, number: int = 0, highlight: Highlight | None = None
) -> Citation:
    """Cite a sentence of a passage.

    Args:
        passage: The passage that was found.
        sentence: One of its sentences.
        number: Number of the citation in its answer.
        highlight: The clause of the sentence that answers, where it is known.
    """
    return Citation(
        number=number,
        document_id=passage.chunk.document_id,
        title=passage.title,
        source=passage.source,
        section_path=passage.chunk.section_path,
        page=sentence.page,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
        reading_text=sentence.reading_text,
        highlight=highlight,
    )
