"""Public question sets in one format, and vectors of their texts: what the scripts here share.

A set is two files of gzipped JSON Lines, ``NAME.passages.jsonl.gz`` (id, text) and
``NAME.questions.jsonl.gz`` (id, question, passage_id, answer_start). None of them is part of
the project:

- XQuAD (Artetxe, Ruder, Yogatama 2020; github.com/google-deepmind/xquad, CC BY-SA 4.0), as
  ``xquad/LANG``; ids are ``xquad-ARTICLE-PARAGRAPH`` and the same in every language.
- CMRC 2018, trial part (Cui et al. 2019; github.com/ymcui/cmrc2018, CC BY-SA 4.0), as
  ``cmrc2018/zh-trial``.
"""

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from zhangju_index.embedding import load_embedder
from zhangju_index.protocols import Embedder, FloatMatrix

Record = dict[str, Any]


def read_set(passages: Path, questions: Path) -> tuple[list[Record], list[Record]]:
    """Read the passages of one set and the questions of one; they may differ in language."""
    return _read(passages, "passages"), _read(questions, "questions")


def _read(name: Path, part: str) -> list[Record]:
    with gzip.open(name.with_name(f"{name.name}.{part}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def encode(texts: list[str], folder: Path | None, *, query: bool) -> FloatMatrix:
    """Encode texts with the bundled model, or take the vectors from a cache folder."""
    key = hashlib.sha256("\0".join([str(query), *texts]).encode()).hexdigest()[:20]
    path = folder / f"{key}.npy" if folder else None
    if path and path.exists():
        stored: FloatMatrix = np.load(path, allow_pickle=False)
        return stored
    embedder = _embedder()
    vectors = embedder.embed_queries(texts) if query else embedder.embed_documents(texts)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, vectors, allow_pickle=False)
    return vectors


@cache
def _embedder() -> Embedder:
    return load_embedder()
