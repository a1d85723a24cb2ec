"""Documents and chunks as rows, and back: what comes out equals what went in.

A string of a row takes at most 65,535 bytes, which ordinary chunks are far from. Longer ones are
compressed; what is too long even so is refused with its document.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from zhangju_index.errors import DocumentError
from zhangju_index.filters import folded
from zhangju_index.manifest import DocumentRecord
from zhangju_index.milvus.client import Row
from zhangju_index.milvus.schema import MARKER, ROWS_OF_A_DOCUMENT, document_of, first_key
from zhangju_index.protocols import FloatMatrix
from zhangju_index.searching import document_fields
from zhangju_index.texts import pack_layout, pack_sentence, unpack_layout, unpack_sentence
from zhangju_index.values import Chunk, Document, Layout, Section

__all__ = [
    "blob_of",
    "blob_rows",
    "block_offset",
    "chunk_rows",
    "document_row",
    "folded_fields",
    "metadata_of",
    "pack_chunk",
    "record_of",
    "structure_range",
    "text_keys_of",
    "text_rows",
    "unpack_chunk",
    "unpack_structure",
]

_STRING_BYTES = 65_000
# Four bytes for each character at most.
_BLOCK_CHARACTERS = 16_000
# Blocks of what is not the text itself have keys behind those of the text.
_STRUCTURE = ROWS_OF_A_DOCUMENT // 2
_COMPRESSED = "zlib:"


def document_row(
    number: int, position: int, record: DocumentRecord, metadata: Mapping[str, str], counts: Mapping[str, int]
) -> Row:
    """What is known of a document.

    Args:
        number: Its number.
        position: Its place among all documents.
        record: Its record.
        metadata: Its metadata.
        counts: How many ``sections``, ``chunks``, ``sentences`` and ``pages`` it has, and how many
            ``tokens`` and ``entries`` the keyword search.

    Raises:
        DocumentError: Its metadata is too long.
    """
    fields = document_fields(record.id, record.title, record.source, metadata)
    known = {
        "title": record.title,
        "sha256": record.sha256,
        "characters": record.characters,
        "file_sha256": record.file_sha256,
        "read_by": record.read_by,
        **counts,
    }
    return {
        "number": number,
        "id": _short(record.id, record.source),
        "source": _short(record.source, record.source),
        "place": _short(metadata.get("path", record.source), record.source),
        "position": position,
        "chunks": counts["chunks"],
        "record": _string(_json(known), record.source),
        "known": _string(_json(dict(metadata)), record.source),
        "fields": _fitting(folded_fields(fields), record.source),
        "vector": MARKER,
    }


def record_of(row: Row) -> tuple[DocumentRecord, dict[str, int]]:
    """Read a document's record and counts out of ``document_row``."""
    known = json.loads(_plain(row["record"]))
    record = DocumentRecord(
        id=row["id"],
        source=row["source"],
        **{name: known.pop(name) for name in ("title", "sha256", "characters", "file_sha256", "read_by")},
    )
    return record, known


def metadata_of(row: Row) -> dict[str, str]:
    """Read a document's metadata out of ``document_row``."""
    found: dict[str, str] = json.loads(_plain(row["known"]))
    return found


def folded_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Values as filters compare them."""
    return {name: folded(value) for name, value in fields.items()}


def text_rows(number: int, document: Document, sections: Sequence[Section]) -> list[Row]:
    """The whole text of a document, then its sections and its layout."""
    structure = _json(
        [
            [[section.path, section.kind, section.start, section.end] for section in sections],
            pack_layout(document.layout),
        ]
    )
    return [
        *_blocks(first_key(number), document.text),
        *_blocks(first_key(number) + _STRUCTURE, structure),
    ]


def blob_rows(number: int, data: bytes) -> list[Row]:
    """Bytes under a number that is no document's."""
    return _blocks(first_key(number), base64.b64encode(data).decode("ascii"))


def blob_of(rows: Sequence[Row]) -> bytes:
    """Read what ``blob_rows`` wrote."""
    return base64.b64decode("".join(row["text"] for row in sorted(rows, key=lambda row: row["key"])))


def text_keys_of(number: int, start: int, end: int) -> range:
    """Keys of the blocks that hold the characters of a document from ``start`` to ``end``."""
    first = first_key(number)
    return range(first + start // _BLOCK_CHARACTERS, first + (end - 1) // _BLOCK_CHARACTERS + 1)


def block_offset(start: int) -> int:
    """Offset of the first character of the block that holds the one at ``start``."""
    return start // _BLOCK_CHARACTERS * _BLOCK_CHARACTERS


def structure_range(number: int) -> tuple[int, int]:
    """Keys from which and up to which the rows with sections and layout lie."""
    return first_key(number) + _STRUCTURE, first_key(number + 1)


def unpack_structure(rows: Sequence[Row]) -> tuple[tuple[Section, ...], Layout]:
    """Read sections and layout out of their rows."""
    sections, layout = json.loads("".join(row["text"] for row in sorted(rows, key=lambda row: row["key"])))
    return (
        tuple(Section(tuple(path), kind, start, end) for path, kind, start, end in sections),
        unpack_layout(layout),
    )


def chunk_rows(
    number: int, chunks: Sequence[Chunk], chunk_vectors: FloatMatrix, sentence_vectors: FloatMatrix
) -> tuple[list[Row], list[Row]]:
    """Rows of a document's chunks, and those of their sentences.

    Raises:
        DocumentError: A chunk with its headings is too long, or there are too many sentences.
    """
    if len(sentence_vectors) >= ROWS_OF_A_DOCUMENT:
        raise DocumentError(f"{chunks[0].document_id} has too many sentences: divide it")
    rows, sentences = [], []
    key = first_key(number)
    for chunk, vector in zip(chunks, chunk_vectors, strict=True):
        count = len(chunk.sentences)
        rows.append(
            {
                "key": key,
                "document": number,
                "sentences": count,
                "packed": _string(pack_chunk(chunk), chunk.document_id),
                "vector": vector,
            }
        )
        offset = key - first_key(number)
        for place, row in enumerate(sentence_vectors[offset : offset + count]):
            sentences.append({"key": key + place, "document": number, "chunk": key, "vector": row})
        key += count
    return rows, sentences


def pack_chunk(chunk: Chunk) -> str:
    """Write a chunk as JSON, without what one part of it tells about another."""
    derived = chunk.embedding_text.endswith(chunk.reading_text)
    sentences, position = [], 0
    for sentence in chunk.sentences:
        packed, position = pack_sentence(sentence, chunk, position)
        sentences.append(packed)
    pages = [sentence.page for sentence in chunk.sentences]
    return _json(
        [
            chunk.document_id,
            chunk.section_path,
            chunk.start,
            chunk.end,
            chunk.page,
            chunk.text,
            None if chunk.reading_text == chunk.text else chunk.reading_text,
            chunk.embedding_text.removesuffix(chunk.reading_text) if derived else None,
            None if derived else chunk.embedding_text,
            sentences,
            None if all(page == chunk.page for page in pages) else pages,
        ]
    )


def unpack_chunk(packed: str) -> Chunk:
    """Read what ``pack_chunk`` wrote."""
    values: list[Any] = json.loads(_plain(packed))
    document_id, path, start, end, page, text, reading, prefix, embedding, sentences, pages = values
    reading = text if reading is None else reading
    return Chunk(
        document_id=document_id,
        section_path=tuple(path),
        start=start,
        end=end,
        text=text,
        reading_text=reading,
        embedding_text=f"{prefix}{reading}" if embedding is None else embedding,
        sentences=tuple(
            unpack_sentence(sentence, start, text, reading, on_page)
            for sentence, on_page in zip(sentences, pages or [page] * len(sentences), strict=True)
        ),
        page=page,
    )


def _blocks(key: int, text: str) -> list[Row]:
    return [
        {
            "key": key + number,
            "document": document_of(key),
            "text": text[start : start + _BLOCK_CHARACTERS],
            "vector": MARKER,
        }
        for number, start in enumerate(range(0, len(text), _BLOCK_CHARACTERS))
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _string(text: str, source: str) -> str:
    """A string that fits into a row."""
    data = text.encode("utf-8")
    if len(data) > _STRING_BYTES:
        text = _COMPRESSED + base64.b64encode(zlib.compress(data)).decode("ascii")
    return _short(text, source)


def _plain(text: str) -> str:
    if text.startswith(_COMPRESSED):
        return zlib.decompress(base64.b64decode(text.removeprefix(_COMPRESSED))).decode("utf-8")
    return text


def _short(text: str, source: str) -> str:
    if len(text.encode("utf-8")) > _STRING_BYTES:
        raise DocumentError(
            f"{source} has a name, heading or description of more than {_STRING_BYTES:,} bytes,"
            " which a store does not take: shorten it"
        )
    return text


def _fitting(fields: dict[str, str], source: str) -> dict[str, str]:
    _short(_json(fields), source)
    return fields
