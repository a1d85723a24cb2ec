"""Rebuilds the tokenizer of multilingual-e5-small from the vocabulary in its weights file.

It is XLM-RoBERTa's: characters are normalised, spaces become ``▁``, and each word is cut into
the pieces whose log-probabilities sum highest (a unigram model, Kudo 2018,
https://arxiv.org/abs/1804.10959).

The normaliser is SentencePiece's ``nmt_nfkc``. The ``tokenizers`` library applies its compiled
form in a way of its own: a grapheme of fewer than six bytes is looked up as a whole, and the
*shortest* entry that it starts with replaces all of it; otherwise each character is looked up
by itself. So the entries that can ever apply are single characters (the file's character map)
and pairs of a letter that has no entry with a mark that composes with it (derived here).

A unigram model of the whole vocabulary takes half a second to build and 60 MB, so that of a question and
a few sentences is built of the pieces that stand in them: the best way to cut a text uses no others.
"""

import struct
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhangju_index.bundled_pieces import PieceTable
from zhangju_index.bundled_weights import Vocabulary
from zhangju_index.memory import give_back_memory

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

__all__ = ["BundledTokenizer", "Tokens", "build_tokenizer", "compile_character_map", "composed_pairs"]

_MASK = "<mask>"
_SPACE = "▁"
# Characters up to which pieces are looked up: of more, each time, building the whole model is sooner paid for.
_FEW = 8192

# Longer graphemes are never looked up as a whole.
_GRAPHEME_BYTES = 5
# Flags of a node in the compiled map, the double array of darts-clone.
_IS_VALUE = 1 << 31
_HAS_VALUE = 1 << 8


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a text, without special ones.

    Attributes:
        ids: Their ids.
        places: Where each starts and ends in the text, in characters.
    """

    ids: list[int]
    places: list[tuple[int, int]]


class BundledTokenizer:
    """The bundled model's tokenizer; safe to use from several threads.

    Args:
        vocabulary: What it is made of.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._table = PieceTable(vocabulary)
        special = np.array([vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk])
        self._special = [_MASK, *(text for text, _ in vocabulary.pieces(special))]
        # What no piece fits costs as much as the least likely one, and ten more.
        self._always = np.array([vocabulary.unk, vocabulary.scores.argmin()])
        self._normalizer = build_normalizer(vocabulary)
        self._whole: Tokenizer | None = None
        self._building = Lock()

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text alone, without special ones, however long it is."""
        tokenizer, named = self._fitting(texts)
        encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [_named(encoding.ids, named) for encoding in encodings]

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text with their places."""
        tokenizer, named = self._fitting(texts)
        encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
        return [Tokens(_named(encoding.ids, named), encoding.offsets) for encoding in encodings]

    def _fitting(self, texts: Sequence[str]) -> "tuple[Tokenizer, NDArray[np.int64] | None]":
        """A tokenizer that cuts these texts as the whole one does, with the ids of its pieces if they are few."""
        if self._whole is None:
            few = sum(map(len, texts)) <= _FEW
            if few and not any(mark in text for mark in self._special for text in texts):
                return self._of_pieces_in(texts)
            with self._building:
                if self._whole is None:
                    self._whole = build_tokenizer(self._vocabulary, self._normalizer)
                    # A quarter of a million pieces, of which the tokenizer has its own copies.
                    give_back_memory()
        return self._whole, None

    def _of_pieces_in(self, texts: Sequence[str]) -> "tuple[Tokenizer, NDArray[np.int64]]":
        words = "".join(_SPACE + self._normalizer.normalize_str(text) for text in texts)
        ids = np.union1d(self._always, self._table.within(words.replace(" ", _SPACE)))
        unknown = int(np.searchsorted(ids, self._vocabulary.unk))
        return _tokenizer_of(self._vocabulary.pieces(ids), unknown, self._normalizer), ids


def _named(ids: list[int], named: "NDArray[np.int64] | None") -> list[int]:
    return ids if named is None else named[ids].tolist() if ids else []


def build_tokenizer(vocabulary: Vocabulary, normalizer: "Normalizer | None" = None) -> "Tokenizer":
    """Make the tokenizer of the whole vocabulary, without truncation or padding.

    ``encode(text, add_special_tokens=True)`` gives ``<s> … </s>``. It is never changed after it
    is made, so threads may share it.

    Args:
        vocabulary: What it is made of.
        normalizer: That of the vocabulary, if it is there already.
    """
    from tokenizers import AddedToken, decoders, processors

    pieces = vocabulary.pieces()
    bos, eos = (pieces[index][0] for index in (vocabulary.bos, vocabulary.eos))
    special = [bos, eos, *(pieces[index][0] for index in (vocabulary.pad, vocabulary.unk)), _MASK]
    tokenizer = _tokenizer_of(pieces, vocabulary.unk, normalizer or build_normalizer(vocabulary))
    tokenizer.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    return tokenizer


def build_normalizer(vocabulary: Vocabulary) -> "Normalizer":
    """Make what replaces characters before a text is cut into pieces."""
    from tokenizers import Regex, normalizers

    entries = {**composed_pairs(vocabulary.character_map), **vocabulary.character_map}
    return normalizers.Sequence(
        [normalizers.Precompiled(compile_character_map(entries)), normalizers.Replace(Regex(" {2,}"), " ")]
    )


def _tokenizer_of(pieces: list[tuple[str, float]], unknown: int, normalizer: "Normalizer") -> "Tokenizer":
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(pieces, unknown, byte_fallback=False))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    return tokenizer


def composed_pairs(character_map: Mapping[str, str]) -> dict[str, str]:
    """List the letters with a mark that one character stands for, as ``e`` with U+0301 is ``é``.

    Taken are pairs whose letter the character map leaves alone, with the mark written in any
    way that is canonically the same. Unicode 3.2, which Python keeps for internationalised domain
    names, already has all of them, so the answer does not depend on the Python release.
    """
    unicode = unicodedata.ucd_3_2_0
    decomposed = {
        c: unicode.normalize("NFD", c) for c in map(chr, range(0x30000)) if unicode.decomposition(c)
    }
    writings = defaultdict(set)
    for character in decomposed:
        writings[unicode.normalize("NFC", character)].add(character)
    pairs = {
        letters[0] + mark: character
        for character, letters in decomposed.items()
        if len(letters) == 2 and unicode.normalize("NFC", letters) == character
        if letters[0] not in character_map
        for mark in {letters[1]} | writings[letters[1]]
    }
    return {pair: character for pair, character in pairs.items() if len(pair.encode()) <= _GRAPHEME_BYTES}


def compile_character_map(entries: Mapping[str, str]) -> bytes:
    r"""Write replacements in SentencePiece's compiled form.

    The form is a length, a double array of that many bytes, and all replacements, each closed
    by a zero byte. In the double array a node at place ``p`` with base ``b`` finds its child
    for byte ``c`` at place ``b ^ c`` and its value at place ``b``. Here each prefix has a
    page of 256 places to itself, which wastes space and needs no search for free ones; the
    values of entries that are no prefix of another follow the last page.

    Args:
        entries: What is replaced (not empty, without ``\0``) and what it is replaced by.
    """
    keys = {key.encode(): value.encode() for key, value in entries.items()}
    prefixes = sorted({b""} | {key[:end] for key in keys for end in range(1, len(key))})
    page = {prefix: 256 * number for number, prefix in enumerate(prefixes, start=1)}

    replacements = b"".join(value + b"\0" for value in keys.values())
    starts = accumulate((len(value) + 1 for value in keys.values()), initial=0)
    value_of = dict(zip(keys, starts, strict=False))

    first_free = 256 * (len(prefixes) + 1)
    places_of_leaves = dict(zip((key for key in keys if key not in page), count(first_free)))
    nodes = [0] * (256 * -(-(first_free + len(places_of_leaves)) // 256))
    nodes[0] = page[b""] << 10
    for key in {*prefixes, *keys} - {b""}:
        place = page[key[:-1]] + key[-1]
        base = page[key] if key in page else places_of_leaves[key]
        nodes[place] = (place ^ base) << 10 | (_HAS_VALUE if key in keys else 0) | key[-1]
        if key in keys:
            nodes[base] = _IS_VALUE | value_of[key]
    return struct.pack(f"<I{len(nodes)}I", 4 * len(nodes), *nodes) + replacements
