import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.protocols import Embedder
from zhangju_index.toy import ToyEmbedder


def test_vectors_can_be_worked_out_by_hand() -> None:
    """The example of the class docstring, number for number."""
    row = ToyEmbedder(dimension=5).embed_documents(["a b"])[0]

    assert row == pytest.approx(np.array([1, 0, 2, 1, 0]) / np.sqrt(6))


def test_it_is_an_embedder() -> None:
    """It takes the place of a model wherever the protocol is asked for."""
    assert isinstance(ToyEmbedder(), Embedder)


@given(texts=st.lists(st.text(max_size=30), max_size=5), dimension=st.integers(2, 40))
def test_rows_are_unit_length_and_do_not_depend_on_the_batch(texts: list[str], dimension: int) -> None:
    """One row per text, of length 1 even for an empty text, the same alone as in company."""
    toy = ToyEmbedder(dimension)
    rows = toy.embed_documents(texts)

    assert rows.shape == (len(texts), dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.array_equal(toy.embed_queries(texts), rows)
    for text, row in zip(texts, rows, strict=True):
        assert np.array_equal(toy.embed_documents([text])[0], row)


def test_texts_that_share_words_are_more_similar() -> None:
    """Retrieval tests can tell right from wrong with it."""
    toy = ToyEmbedder()
    question = toy.embed_queries(["什么是新质生产力？"])[0]
    right, wrong = toy.embed_documents(["新质生产力是先进生产力。", "武进区位于江苏省常州市。"])

    assert question @ right > question @ wrong + 0.2


def test_vectors_are_the_same_in_another_process() -> None:
    """Nothing depends on Python's per-process string hash."""
    script = (
        "from zhangju_index.toy import ToyEmbedder; print(ToyEmbedder(8).embed_queries(['新质']).tolist())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert outputs == {f"{ToyEmbedder(8).embed_queries(['新质']).tolist()}\n".encode()}


def test_tokens_are_characters() -> None:
    """White space is no token."""
    assert ToyEmbedder().count_tokens(["新质 生产力\n", "", "ab"]) == [5, 0, 2]


@pytest.mark.parametrize(("dimension", "max_tokens"), [(1, 5), (8, 0)])
def test_impossible_sizes_are_refused(dimension: int, max_tokens: int) -> None:
    """There is no vector without columns and no reader of nothing."""
    with pytest.raises(ValueError, match="expected dimension"):
        ToyEmbedder(dimension, max_tokens)
