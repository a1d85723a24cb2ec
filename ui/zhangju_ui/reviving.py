"""Answers and passages out of the JSON that they were kept as: the inverse of ``zhangju.jsonable``.

What a page shows comes back as it was; of a passage's sentences, the best one.
"""

from collections.abc import Mapping
from typing import Any

from zhangju.values import Answer, AnswerSentence, Citation, Highlight, Passage
from zhangju_index.values import Chunk, Sentence

__all__ = ["answer_from_json", "passage_from_json"]


def answer_from_json(value: Mapping[str, Any]) -> Answer:
    """Make an answer of what ``answer_json`` wrote.

    Raises:
        KeyError: A field is missing.
    """
    return Answer(
        question=value["question"],
        text=value["text"],
        sentences=tuple(
            AnswerSentence(
                sentence["text"],
                sentence["status"],
                tuple(map(_citation, sentence["citations"])),
                tuple(sentence.get("reasons", ())),
            )
            for sentence in value["sentences"]
        ),
        answerable=value["answerable"],
        # An answer that was stopped has none.
        confidence=value.get("confidence", 0.0),
        passages=tuple(map(passage_from_json, value["passages"])),
        timings=value["timings_ms"],
        read_as=value.get("read_as"),
        writer=value.get("writer"),
        unsupported=value.get("unsupported", 0),
        note=value.get("note"),
    )


def _citation(value: Mapping[str, Any]) -> Citation:
    highlight = value["highlight"]
    return Citation(
        number=value["number"],
        document_id=value["document_id"],
        title=value["title"],
        source=value["source"],
        section_path=tuple(value["section_path"]),
        page=value["page"],
        start=value["start"],
        end=value["end"],
        quote=value["quote"],
        reading_text=value["reading_text"],
        highlight=None if highlight is None else Highlight(highlight["start"], highlight["end"]),
    )


def passage_from_json(value: Mapping[str, Any]) -> Passage:
    """Make a passage of what ``passage_json`` wrote.

    Raises:
        KeyError: A field is missing.
    """
    best = value["sentence"]
    sentence = Sentence(best["start"], best["end"], best["quote"], best["quote"], value["page"])
    chunk = Chunk(
        document_id=value["document_id"],
        section_path=tuple(value["section_path"]),
        start=value["start"],
        end=value["end"],
        text=value["quote"],
        reading_text=value["reading_text"],
        embedding_text=value["reading_text"],
        sentences=(sentence,),
        page=value["page"],
    )
    return Passage(chunk, value["title"], value["source"], value["score"], value["rank"], sentence)
