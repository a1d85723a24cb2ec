"""What the judge reads: a question and one sentence as token ids.

    <s> query: question </s> passage: sentence </s>

``rag/judge_training/pairs.py`` makes the same of the sets that the judge learned from. With the heading
and the sentence before it would be misled on articles more than helped (``CARD.md``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_embedder import E5_PROMPTS, encodable
from zhangju_index.bundled_tokenizer import BundledTokenizer, Tokens
from zhangju_index.values import Sentence

__all__ = ["Pair", "read_pairs"]

_MAX_QUESTION, _MAX_SENTENCE = 62, 96


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence as token ids.

    Attributes:
        ids: With the special tokens.
        asked: Tokens of the question with the special ones before and after it.
        own: Places of the sentence's own tokens.
        starts: Where each of them starts in the reading text of the sentence.
        ends: Where it ends there.
    """

    ids: list[int]
    asked: int
    own: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def read_pairs(
    tokenizer: BundledTokenizer, frame: tuple[int, int], question: str, sentences: Sequence[Sentence]
) -> list[Pair]:
    """Each sentence after the question.

    Args:
        tokenizer: The encoder's.
        frame: Tokens that open a text and end a part of it.
        question: As asked.
        sentences: What may answer it.
    """
    bos, eos = frame
    texts = [E5_PROMPTS["document"] + encodable(sentence.reading_text) for sentence in sentences]
    asked, *found = tokenizer.tokens([E5_PROMPTS["query"] + encodable(question), *texts])
    head = [bos, *asked.ids[:_MAX_QUESTION], eos]
    return [_pair(head, tokens, eos) for tokens in found]


def _pair(head: list[int], tokens: Tokens, eos: int) -> Pair:
    places = np.array(tokens.places[:_MAX_SENTENCE], dtype=np.int64).reshape(-1, 2)
    places -= len(E5_PROMPTS["document"])
    inside = np.flatnonzero(places[:, 1] > 0)
    return Pair(
        [*head, *tokens.ids[:_MAX_SENTENCE], eos],
        len(head),
        len(head) + inside,
        np.maximum(places[inside, 0], 0),
        places[inside, 1],
    )
