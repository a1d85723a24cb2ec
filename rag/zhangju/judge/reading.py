"""What the judge reads: a question and one sentence as token ids.

    <s> query: question </s> passage: sentence </s>

``rag/judge_training/pairs.py`` makes the same of the sets that the judge learned from. With the heading and the
sentence before it would be misled on articles more than helped (``CARD.md``).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_embedder import E5_PROMPTS, encodable
from zhangju_index.values import Sentence

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Pair", "PairReader"]

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


class PairReader:
    """Turns a question and its sentences into token ids.

    Args:
        tokenizer: The encoder's.
        bos: Token that opens a text.
        eos: Token that ends a part of it.
        question: As asked.
    """

    def __init__(self, tokenizer: "Tokenizer", bos: int, eos: int, question: str) -> None:
        self._tokenizer, self._eos = tokenizer, eos
        prompted = E5_PROMPTS["query"] + encodable(question)
        asked = tokenizer.encode(prompted, add_special_tokens=False).ids
        self._asked = [bos, *asked[:_MAX_QUESTION], eos]

    def read(self, sentence: Sentence) -> Pair:
        """A sentence after the question."""
        prompt = E5_PROMPTS["document"]
        text = encodable(sentence.reading_text)
        encoding = self._tokenizer.encode(prompt + text, add_special_tokens=False)
        places = np.array(encoding.offsets[:_MAX_SENTENCE], dtype=np.int64).reshape(-1, 2) - len(prompt)
        inside = np.flatnonzero(places[:, 1] > 0)
        return Pair(
            [*self._asked, *encoding.ids[:_MAX_SENTENCE], self._eos],
            len(self._asked),
            len(self._asked) + inside,
            np.maximum(places[inside, 0], 0),
            places[inside, 1],
        )
