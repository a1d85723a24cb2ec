import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index_entries import unit_rows
from zhangju_index.text_keys import KeyedVectors, key_matrix, text_keys

WORDS = st.text(st.characters() | st.sampled_from("甲乙\ud800"), max_size=3)


@given(held=st.lists(WORDS, max_size=20), wanted=st.lists(WORDS, max_size=20))
def test_vectors_are_found_as_in_a_dictionary(held: list[str], wanted: list[str]) -> None:
    """A text has the vector of some row that stands for it, and none if there is no such row."""
    vectors = unit_rows(1, len(held))
    known = KeyedVectors(text_keys(held), lambda rows: vectors[rows])

    places, found = known.find(text_keys(wanted))

    assert len(known) == len(held)
    assert places.tolist() == [place for place, text in enumerate(wanted) if text in held]
    for place, vector in zip(places, found, strict=True):
        rows = [row for row, text in enumerate(held) if text == wanted[place]]
        assert any(np.array_equal(vector, vectors[row]) for row in rows)


def test_keys_are_those_of_their_bytes() -> None:
    """Keys that were written to a file are the same when they are read."""
    keys = text_keys(["甲", "乙", ""])

    assert keys.shape == (3, 2)
    np.testing.assert_array_equal(key_matrix(keys.tobytes()), keys)
    assert text_keys([]).shape == (0, 2)
