"""What the judge reads: token ids, and the sentence that each token belongs to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_embedder import E5_PROMPTS, encodable
from zhangju_index.chunking import heading_path
from zhangju_index.values import Chunk

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["ReadPassage", "passage_head", "question_ids", "read_passage"]

_MAX_QUESTION = 62


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A chunk as token ids.

    Attributes:
        ids: Without the special tokens.
        sentences: Sentence of each token by its place in the chunk, -1 for prompt and headings.
        starts: Where each token starts in the reading text of its sentence.
        ends: Where it ends there.
    """

    ids: list[int]
    sentences: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def question_ids(tokenizer: "Tokenizer", question: str) -> list[int]:
    """Token ids of a question, without the special tokens."""
    text = E5_PROMPTS["query"] + encodable(question)
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids[:_MAX_QUESTION]


def read_passage(tokenizer: "Tokenizer", chunk: Chunk, most: int) -> ReadPassage:
    """Token ids of a chunk below its headings, ``most`` of them."""
    head = E5_PROMPTS["document"] + passage_head(chunk)
    encoding = tokenizer.encode(head + encodable(chunk.reading_text), add_special_tokens=False)
    places = np.array(encoding.offsets[:most], dtype=np.int64).reshape(-1, 2) - len(head)
    bounds = _sentence_starts(chunk)
    # A token belongs to the last sentence that starts before its end.
    owners = np.searchsorted(bounds, places[:, 1] - 1, side="right") - 1
    owners[places[:, 1] <= 0] = -1
    base = bounds[np.maximum(owners, 0)]
    lengths = np.array([len(sentence.reading_text) for sentence in chunk.sentences])[np.maximum(owners, 0)]
    return ReadPassage(
        encoding.ids[:most],
        owners,
        np.clip(places[:, 0] - base, 0, lengths),
        np.clip(places[:, 1] - base, 0, lengths),
    )


def passage_head(chunk: Chunk) -> str:
    """What is read before the text of a chunk: the headings above it."""
    path = heading_path(chunk.section_path)
    return f"{path}\n" if path else ""


def _sentence_starts(chunk: Chunk) -> NDArray[np.int64]:
    """Where each sentence starts in the reading text of its chunk."""
    starts: list[int] = []
    position = 0
    for sentence in chunk.sentences:
        found = chunk.reading_text.find(sentence.reading_text, position)
        # A space that joins two lines may stand on either side of a boundary.
        position = position if found < 0 else found
        starts.append(position)
        position += len(sentence.reading_text)
    return np.array(starts, dtype=np.int64)
