"""Small index entries with random unit vectors, for the tests of the index folder."""

import numpy as np

from zhangju_index.entries import IndexEntry, Origin
from zhangju_index.manifest import ModelRecord
from zhangju_index.protocols import FloatMatrix
from zhangju_index.text_keys import text_keys
from zhangju_index.values import Chunk, Document, Section, Sentence

MODEL = ModelRecord(name="made-up", fingerprint="made-up:1", dimension=6)
CHUNKING = {"max_tokens": 200, "splitter": "sentences", "overlap": 0.0}


def unit_rows(seed: int, count: int, dimension: int = MODEL.dimension) -> FloatMatrix:
    """Random directions, the same for the same seed."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def make_entry(name: str, paragraphs: int = 2) -> IndexEntry:
    """One document of ``paragraphs`` sections, one chunk each, two sentences per chunk."""
    sections, chunks, text = [], [], ""
    for number in range(paragraphs):
        start = len(text)
        first = Sentence(start, start + 6, "甲\r\n乙😀。", "甲乙😀。")
        second = Sentence(start + 6, start + 11, f"{name[-1]}丙\0丁。", f"{name[-1]}丙\0丁。")
        own = first.text + second.text
        reading = first.reading_text + second.reading_text
        path = (name, f"第{number}节")
        text += own
        sections.append(Section(path, "body", start, len(text)))
        chunks.append(
            Chunk(
                document_id=name,
                section_path=path,
                start=start,
                end=len(text),
                text=own,
                reading_text=reading,
                embedding_text=f"{' '.join(path)}\n{reading}",
                sentences=(first, second),
                page=number or None,
            )
        )
    seed = sum(name.encode())
    sentences = [sentence.reading_text for chunk in chunks for sentence in chunk.sentences]
    return IndexEntry(
        document=Document(name, f"题：{name}", f"{name}.txt", text, {"author": "某人"}),
        sections=tuple(sections),
        chunks=tuple(chunks),
        chunk_vectors=unit_rows(seed, paragraphs),
        sentence_vectors=unit_rows(seed + 1, 2 * paragraphs),
        chunk_keys=text_keys(chunk.embedding_text for chunk in chunks),
        sentence_keys=text_keys(sentences),
        origin=Origin("ab" * 32, "0.1.0"),
    )
