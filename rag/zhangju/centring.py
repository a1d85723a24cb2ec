"""What every question of a language has in common, taken off a question's vector.

    similarity = question · text - 0.4 * mean question of the language · text

Some texts are near to whatever is asked, and other ones in each language that asks: a hub of the
Chinese questions among English passages is none of the German ones. The mean of twenty questions
about everything tells which. Such corrections are known from aligned word vectors: Conneau et al.
2018 (CSLS) take off what a text's neighbours are like, and the mean does as well here, at the price
of one subtraction. ``eval/fitting/weigh_legs.py`` measures it: questions in another language than
the text gain 1 to 3 points of nDCG@10, those in the same one lose a tenth. The share was chosen on
the half that is not reported, where 0.3 to 0.5 do as well.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from zhangju.everyday import EVERYDAY
from zhangju.language import detect_language
from zhangju_index.protocols import Embedder
from zhangju_index.vectors import FloatVector

__all__ = ["CENTRED_SHARE", "Centred", "Centring", "mean_question"]

CENTRED_SHARE = 0.4
"""How much of the mean question is taken off."""

MEANS_FILE = "everyday.npy"
"""Rows in the order of ``EVERYDAY``, float16, made by ``eval/fitting/make_everyday.py`` with ``MADE_WITH``."""
MADE_WITH = "multilingual-e5-small-q4:1571fc9827503943"
"""Fingerprint of the model that the file is for; what another one makes of the questions is asked of itself."""


class Centred(NamedTuple):
    """A question without what all questions of its language share.

    Attributes:
        row: Its direction, a unit row, as indexes want it.
        length: What similarities with that row are multiplied by.
    """

    row: FloatVector
    length: float


class Centring:
    """Centres the questions that one model encoded.

    Args:
        embedder: The model.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._means: dict[str, FloatVector] = (
            dict(_made_before()) if embedder.fingerprint == MADE_WITH else {}
        )

    def centre(self, question: str, query: FloatVector) -> Centred:
        """Take off the vector of a question what all questions of its language have in common.

        Args:
            question: As asked; in a language that ``EVERYDAY`` lacks, it stays as it is.
            query: Its unit row, shape (dimension,).
        """
        language = detect_language(question).partition("-")[0]
        if language not in EVERYDAY:
            return Centred(query, 1.0)
        if language not in self._means:
            self._means[language] = mean_question(self._embedder, language)
        rest = query - CENTRED_SHARE * self._means[language]
        length = float(np.linalg.norm(rest))
        return Centred(np.asarray(rest / length, dtype=np.float32), length)


def mean_question(embedder: Embedder, language: str) -> FloatVector:
    """Mean vector of the questions about everything in a language of ``EVERYDAY``."""
    return np.asarray(embedder.embed_queries(list(EVERYDAY[language])).mean(axis=0), dtype=np.float32)


def _made_before() -> Mapping[str, FloatVector]:
    with files("zhangju").joinpath(MEANS_FILE).open("rb") as file:
        rows = np.load(file, allow_pickle=False).astype(np.float32)
    return dict(zip(EVERYDAY, rows, strict=True))
