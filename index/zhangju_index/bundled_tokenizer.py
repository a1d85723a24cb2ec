"""Rebuilds the tokenizer of multilingual-e5-small from the vocabulary in its weights file.

It is XLM-RoBERTa's: characters are normalised, spaces become ``▁``, and each word is cut into
the pieces whose log-probabilities sum highest (a unigram model, Kudo 2018,
https://arxiv.org/abs/1804.10959).

The normaliser is SentencePiece's ``nmt_nfkc``. The ``tokenizers`` library applies its compiled
form in a way of its own: a grapheme of fewer than six bytes is looked up as a whole, and the
*shortest* entry that it starts with replaces all of it; otherwise each character is looked up
by itself. So the entries that can ever apply are single characters (the file's character map)
and pairs of a letter that has no entry with a mark that composes with it (derived here).
"""

import struct
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate, count
from typing import TYPE_CHECKING

from zhangju_index.bundled_weights import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["build_tokenizer", "compile_character_map", "composed_pairs"]

# Longer graphemes are never looked up as a whole.
_GRAPHEME_BYTES = 5
# Flags of a node in the compiled map, the double array of darts-clone.
_IS_VALUE = 1 << 31
_HAS_VALUE = 1 << 8


def build_tokenizer(vocabulary: Vocabulary) -> "Tokenizer":
    """Make the tokenizer, without truncation or padding.

    ``encode(text, add_special_tokens=True)`` gives ``<s> … </s>``. It is never changed after it
    is made, so threads may share it.
    """
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    bos, eos = (vocabulary.pieces[index][0] for index in (vocabulary.bos, vocabulary.eos))
    special = [
        bos,
        eos,
        *(vocabulary.pieces[index][0] for index in (vocabulary.pad, vocabulary.unk)),
        "<mask>",
    ]
    entries = {**composed_pairs(vocabulary.character_map), **vocabulary.character_map}

    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(compile_character_map(entries)), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
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
