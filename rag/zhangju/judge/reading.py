"""What the judge reads: a question and one sentence as token ids.

    <s> query: question </s> heading, the end of what goes before </s> passage: sentence </s>

``rag/judge_training/pairs.py`` makes the same of the sets that the judge learned from.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhangju.reranking import Reading
from zhangju_index.bundled_embedder import E5_PROMPTS, encodable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Pair", "PairReader"]

_MAX_QUESTION, _MAX_SENTENCE = 62, 96
_MAX_HEADING, _MAX_BEFORE = 16, 32


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
        self._asked = [bos, *self._plain(E5_PROMPTS["query"] + question)[:_MAX_QUESTION], eos]

    def read(self, reading: Reading) -> Pair:
        """A sentence after the question."""
        around = self._plain(reading.heading)[:_MAX_HEADING] + self._plain(reading.before)[-_MAX_BEFORE:]
        before = [*self._asked, *([*around, self._eos] if around else [])]
        prompt = E5_PROMPTS["document"]
        text = encodable(reading.sentence.reading_text)
        encoding = self._tokenizer.encode(prompt + text, add_special_tokens=False)
        places = np.array(encoding.offsets[:_MAX_SENTENCE], dtype=np.int64).reshape(-1, 2) - len(prompt)
        inside = np.flatnonzero(places[:, 1] > 0)
        return Pair(
            [*before, *encoding.ids[:_MAX_SENTENCE], self._eos],
            len(self._asked),
            len(before) + inside,
            np.maximum(places[inside, 0], 0),
            places[inside, 1],
        )

    def _plain(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(encodable(text), add_special_tokens=False).ids if text else []
        return ids
