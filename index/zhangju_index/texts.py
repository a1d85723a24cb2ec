"""Documents, sections, chunks and sentences in one SQLite file, read by row number.

Chunk rows and sentence rows are the rows of the two vector stores. A document's text is stored
once, in blocks of a fixed number of characters; chunks and sentences are stored as offsets and
sliced from it. Where a text cannot be derived from another (a chunk's reading text with its
wraps joined, say) it is stored as it is: what comes back always equals what went in. Pages are
kept once for a chunk, and for its sentences only where a page turns in it.

The file is written once and never changed, so it is opened ``immutable``: without locks, from a
read-only medium as well, and a reader that has it open keeps it when its folder is removed.
"""

import json
import sqlite3
import threading
import weakref
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from zhangju_index.errors import IndexDamagedError
from zhangju_index.values import (
    PLAIN,
    Chunk,
    Document,
    Element,
    Layout,
    Section,
    SectionKind,
    Sentence,
)
from zhangju_index.vectors import IntVector

__all__ = ["Texts", "TextsWriter", "pack_layout", "pack_sentence", "unpack_layout", "unpack_sentence"]

# Most chunks touch one or two blocks. Of the sizes tried (1024 to 4096 characters, SQLite pages
# of 4 to 16 kB) this took the least disk, 1,140 bytes a chunk of 150 Han characters, and no more time.
_BLOCK_CHARACTERS = 4096
# Chunks that ``all_chunks`` holds at a time.
_CHUNKS_AT_A_TIME = 500
# Some 10 kB each; a search looks at some hundred.
_RECENT_CHUNKS = 512

_SCHEMA = """
CREATE TABLE documents (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    metadata TEXT NOT NULL,        -- JSON
    characters INTEGER NOT NULL,
    first_block INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    layout TEXT                    -- JSON, see pack_layout; NULL: that of plain text
);
CREATE TABLE blocks (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE paths (row INTEGER PRIMARY KEY, headings TEXT NOT NULL);    -- JSON
CREATE TABLE sections (
    row INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    path INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX sections_of_document ON sections (document, row);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    path INTEGER NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    text TEXT,                     -- NULL: the document's characters from start to end
    reading_text TEXT,             -- NULL: as text
    embedding_prefix TEXT,         -- the embedding text is this and the reading text,
    embedding_text TEXT,           -- or else this
    sentences TEXT NOT NULL,       -- JSON, see pack_sentence
    sentence_pages TEXT            -- JSON; NULL: each sentence is on the chunk's page
);
CREATE TABLE arrays (name TEXT PRIMARY KEY, data BLOB NOT NULL);         -- little-endian int64
"""


class TextsWriter:
    """Writes the file, document by document; memory holds one document at a time.

    Args:
        path: A file that does not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # The file counts only once the manifest names it: a crash leaves nothing worth a journal.
        self._connection.executescript(
            "PRAGMA encoding = 'UTF-8'; PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;"
            f" PRAGMA synchronous = OFF; BEGIN; {_SCHEMA}"
        )
        self._document: Document | None = None
        self._paths: dict[tuple[str, ...], int] = {}
        self._blocks = 0
        self.documents = 0
        self.sections = 0
        self.chunks = 0
        self._sentence_starts = array("q", [0])

    @property
    def sentences(self) -> int:
        """Sentences written so far."""
        return self._sentence_starts[-1]

    def add_document(self, document: Document, sections: Sequence[Section]) -> None:
        """Begin the next document; the chunks added from now on are its own.

        Raises:
            ValueError: There is a document of this id already.
        """
        self._finish_document()
        try:
            self._connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    self.documents,
                    document.id,
                    document.title,
                    document.source,
                    _to_json(dict(document.metadata)),
                    len(document.text),
                    self._blocks,
                    self.chunks,
                    pack_layout(document.layout),
                ),
            )
        except sqlite3.IntegrityError as error:
            raise ValueError(f"expected documents of different ids, got {document.id!r} twice") from error
        blocks = [
            document.text[start : start + _BLOCK_CHARACTERS]
            for start in range(0, len(document.text), _BLOCK_CHARACTERS)
        ]
        self._connection.executemany(
            "INSERT INTO blocks VALUES (?, ?)", enumerate(blocks, start=self._blocks)
        )
        self._connection.executemany(
            "INSERT INTO sections VALUES (NULL, ?, ?, ?, ?, ?)",
            [
                (self.documents, self._path(section.path), section.kind, section.start, section.end)
                for section in sections
            ],
        )
        self._document = document
        self._blocks += len(blocks)
        self.documents += 1
        self.sections += len(sections)

    def add_chunks(self, chunks: Sequence[Chunk]) -> None:
        """Append chunks of the document added last.

        Raises:
            ValueError: A chunk belongs to another document.
        """
        for chunk in chunks:
            if self._document is None or chunk.document_id != self._document.id:
                current = None if self._document is None else self._document.id
                raise ValueError(
                    f"expected a chunk of document {current!r}, got one of {chunk.document_id!r}"
                )
            self._connection.execute(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.chunks,
                    self.documents - 1,
                    self._path(chunk.section_path),
                    *_pack(chunk, self._document),
                ),
            )
            self.chunks += 1
            self._sentence_starts.append(self.sentences + len(chunk.sentences))

    def close(self) -> None:
        """Finish the file."""
        self._finish_document()
        self._connection.execute(
            "INSERT INTO arrays VALUES ('sentence_starts', ?)",
            (np.array(self._sentence_starts, dtype="<i8").tobytes(),),
        )
        self._connection.execute("COMMIT")
        self._connection.close()

    def abandon(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()

    def _finish_document(self) -> None:
        self._connection.execute(
            "UPDATE documents SET chunks = ? - first_chunk WHERE row = ?", (self.chunks, self.documents - 1)
        )

    def _path(self, path: tuple[str, ...]) -> int:
        row = self._paths.get(path)
        if row is None:
            row = self._paths[path] = len(self._paths)
            self._connection.execute("INSERT INTO paths VALUES (?, ?)", (row, _to_json(path)))
        return row


class Texts:
    """Reads the file; safe to use from several threads.

    Args:
        path: A file that ``TextsWriter`` wrote.

    Raises:
        IndexDamagedError: It is absent, or not such a file.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise IndexDamagedError(f"expected the texts of an index in {path.name}, got none") from error
        self._lock = threading.Lock()
        self._recent = _RecentChunks()
        # Closes when the last reference goes, in whichever thread that happens.
        self._finalizer = weakref.finalize(self, self._connection.close)
        try:
            ((starts,),) = self._select("SELECT data FROM arrays WHERE name = 'sentence_starts'")
            ((self._documents,),) = self._select("SELECT count(*) FROM documents")
            columns = self._select("SELECT name FROM pragma_table_info('documents')")
        except (sqlite3.Error, ValueError) as error:
            self.close()
            raise IndexDamagedError(
                f"expected the texts of an index in {path.name}, got another file ({error})"
            ) from error
        # The first format kept no layout; documents can still be taken out of it.
        self._layout_column = "layout" if ("layout",) in columns else "NULL"
        self._sentence_starts: IntVector = np.frombuffer(starts, dtype="<i8").astype(np.int64, copy=False)

    def close(self) -> None:
        """Close the file; nothing can be read afterwards."""
        self._finalizer()

    @property
    def document_count(self) -> int:
        """Documents held."""
        return int(self._documents)

    @property
    def chunk_count(self) -> int:
        """Chunks held, the rows of the chunk store."""
        return len(self._sentence_starts) - 1

    @property
    def sentence_count(self) -> int:
        """Sentences held, the rows of the sentence store."""
        return int(self._sentence_starts[-1])

    def document(self, document_id: str) -> Document:
        """Read one document with its whole text.

        Raises:
            KeyError: The index holds no document of this id.
        """
        row = self._document_row(document_id)
        ((layout,),) = self._select(f"SELECT {self._layout_column} FROM documents WHERE row = ?", row.row)  # noqa: S608 - one of two words of ours
        return Document(
            id=document_id,
            title=row.title,
            source=row.source,
            text=self._text(row.first_block, 0, row.characters),
            metadata=json.loads(row.metadata),
            layout=unpack_layout(layout),
        )

    def documents(self) -> Iterator[Document]:
        """Read every document in row order, one at a time."""
        for (document_id,) in self._select("SELECT id FROM documents ORDER BY row"):
            yield self.document(document_id)

    def metadata(self) -> dict[str, Mapping[str, str]]:
        """Metadata of every document by its id, in row order, read without their texts.

        Raises:
            IndexDamagedError: They are not as they were written.
        """
        try:
            return {
                document_id: json.loads(metadata)
                for document_id, metadata in self._select("SELECT id, metadata FROM documents ORDER BY row")
            }
        except (sqlite3.Error, ValueError) as error:
            raise IndexDamagedError(f"expected the metadata of the documents, got none ({error})") from error

    def page_counts(self) -> dict[str, int]:
        """Pages of every document whose source has pages, by its id, read without their texts."""
        counts = self._select(
            f"SELECT id, json_array_length({self._layout_column}, '$[1]') AS pages FROM documents WHERE pages > 0"  # noqa: S608 - one of two words of ours
        )
        return dict(counts)

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Read the sections of one document, in order.

        Raises:
            KeyError: The index holds no document of this id.
        """
        return tuple(
            Section(path=tuple(json.loads(headings)), kind=cast("SectionKind", kind), start=start, end=end)
            for headings, kind, start, end in self._select(
                'SELECT headings, kind, "start", "end" FROM sections JOIN paths ON paths.row = path'
                " WHERE document = ? ORDER BY sections.row",
                self._document_row(document_id).row,
            )
        )

    def slice(self, document_id: str, start: int, end: int) -> str:
        """Read ``document.text[start:end]`` without the rest of the text.

        Args:
            document_id: The document.
            start: Offset of the first character, 0 or more.
            end: Offset one past the last character; what lies behind the text is left out.

        Raises:
            KeyError: The index holds no document of this id.
        """
        row = self._document_row(document_id)
        return self._text(row.first_block, max(start, 0), min(end, row.characters))

    def chunk_rows(self, document_id: str) -> range:
        """Rows of one document's chunks.

        Raises:
            KeyError: The index holds no document of this id.
        """
        row = self._document_row(document_id)
        return range(row.first_chunk, row.first_chunk + row.chunks)

    def chunk_paths(self, rows: range) -> list[tuple[str, ...]]:
        """Headings above each of some chunks that follow one another, read without their texts.

        Raises:
            IndexError: There is no such row.
        """
        if not rows:
            return []
        _check_rows([rows[0], rows[-1]], self.chunk_count, "chunk")
        found = self._select(
            "SELECT headings FROM chunks JOIN paths ON paths.row = path"
            " WHERE chunks.row BETWEEN ? AND ? ORDER BY chunks.row",
            rows[0],
            rows[-1],
        )
        paths = {headings: tuple(json.loads(headings)) for (headings,) in found}
        return [paths[headings] for (headings,) in found]

    def chunk(self, row: int) -> Chunk:
        """Read one chunk with its sentences.

        Raises:
            IndexError: There is no such row.
        """
        return self.chunks([row])[0]

    def chunks(self, rows: Sequence[int] | IntVector) -> list[Chunk]:
        """Read chunks in the order of ``rows``, which may repeat.

        Raises:
            IndexError: There is no such row.
        """
        wanted = [int(row) for row in rows]
        _check_rows(wanted, self.chunk_count, "chunk")
        found = self._recent.get(wanted)
        if missing := [row for row in wanted if row not in found]:
            read = self._read_chunks(missing)
            self._recent.put(read)
            found |= read
        return [found[row] for row in wanted]

    def _read_chunks(self, wanted: Sequence[int]) -> dict[int, Chunk]:
        found = self._select(
            'SELECT chunks.row, text, first_block, "start", "end", id, headings, page,'
            " reading_text, embedding_prefix, embedding_text, sentences, sentence_pages FROM chunks"
            " JOIN documents ON documents.row = document JOIN paths ON paths.row = path"
            " WHERE chunks.row IN (SELECT value FROM json_each(?))",
            json.dumps([*wanted]),
        )
        # In one go: a query for each chunk would take most of the time.
        blocks = self._blocks(
            row
            for _, text, first_block, start, end, *_ in found
            if text is None
            for row in _block_rows(first_block, start, end)
        )
        return {
            row: _unpack(
                _text_of(blocks, first_block, start, end) if text is None else text, start, end, *rest
            )
            for row, text, first_block, start, end, *rest in found
        }

    def all_chunks(self) -> Iterator[Chunk]:
        """Read every chunk in row order, some hundred at a time."""
        for start in range(0, self.chunk_count, _CHUNKS_AT_A_TIME):
            rows = range(start, min(start + _CHUNKS_AT_A_TIME, self.chunk_count))
            read = self._read_chunks(rows)
            yield from (read[row] for row in rows)

    def sentence_rows(self, chunk_row: int) -> range:
        """Rows of one chunk's sentences, in the order of ``chunk.sentences``.

        Raises:
            IndexError: There is no such chunk.
        """
        _check_rows([chunk_row], self.chunk_count, "chunk")
        return range(int(self._sentence_starts[chunk_row]), int(self._sentence_starts[chunk_row + 1]))

    def sentence_bounds(self, chunk_rows: IntVector) -> IntVector:
        """Where the sentences of each of some chunks start and end, shape (chunks, 2).

        Raises:
            IndexError: There is no such chunk.
        """
        rows = np.asarray(chunk_rows, dtype=np.int64)
        _check_rows(rows, self.chunk_count, "chunk")
        return np.stack([self._sentence_starts[rows], self._sentence_starts[rows + 1]], axis=1)

    def chunk_rows_of(self, sentence_rows: Sequence[int] | IntVector) -> IntVector:
        """Rows of the chunks that given sentences belong to, one for each.

        Raises:
            IndexError: There is no such sentence.
        """
        rows = np.asarray(sentence_rows, dtype=np.int64)
        _check_rows(rows, self.sentence_count, "sentence")
        return (np.searchsorted(self._sentence_starts, rows, side="right") - 1).astype(np.int64, copy=False)

    def _select(self, query: str, *parameters: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def _document_row(self, document_id: str) -> "_DocumentRow":
        found = self._select(
            "SELECT row, title, source, metadata, characters, first_block, first_chunk, chunks"
            " FROM documents WHERE id = ?",
            document_id,
        )
        if not found:
            raise KeyError(f"the index holds no document {document_id!r}")
        return _DocumentRow(*found[0])

    def _text(self, first_block: int, start: int, end: int) -> str:
        rows = _block_rows(first_block, start, end)
        return _text_of(self._blocks(rows), first_block, start, end)

    def _blocks(self, rows: Iterable[int]) -> dict[int, str]:
        """Read blocks of text by their rows; ``IndexDamagedError`` where one is missing."""
        wanted = sorted(set(rows))
        found = dict(
            self._select(
                "SELECT row, text FROM blocks WHERE row IN (SELECT value FROM json_each(?))",
                json.dumps(wanted),
            )
        )
        if len(found) < len(wanted):
            raise IndexDamagedError(f"expected {len(wanted):,} blocks of text, got {len(found):,}")
        return found


def _block_rows(first_block: int, start: int, end: int) -> range:
    """Rows of the blocks that hold a stretch of a document whose first block is given."""
    if end <= start:
        return range(0)
    return range(first_block + start // _BLOCK_CHARACTERS, first_block + (end - 1) // _BLOCK_CHARACTERS + 1)


def _text_of(blocks: Mapping[int, str], first_block: int, start: int, end: int) -> str:
    """Cut a stretch of a document out of its blocks."""
    rows = _block_rows(first_block, start, end)
    offset = (rows.start - first_block) * _BLOCK_CHARACTERS
    return "".join(blocks[row] for row in rows)[start - offset : end - offset] if rows else ""


def _unpack(
    text: str,
    start: int,
    end: int,
    document_id: str,
    headings: str,
    page: int | None,
    reading_text: str | None,
    embedding_prefix: str | None,
    embedding_text: str | None,
    packed_sentences: str,
    sentence_pages: str | None,
) -> Chunk:
    if reading_text is None:
        reading_text = text
    if embedding_text is None:
        embedding_text = f"{embedding_prefix}{reading_text}"
    sentences = json.loads(packed_sentences)
    pages = [page] * len(sentences) if sentence_pages is None else json.loads(sentence_pages)
    return Chunk(
        document_id=document_id,
        section_path=tuple(json.loads(headings)),
        start=start,
        end=end,
        text=text,
        reading_text=reading_text,
        embedding_text=embedding_text,
        sentences=tuple(
            unpack_sentence(packed, start, text, reading_text, on_page)
            for packed, on_page in zip(sentences, pages, strict=True)
        ),
        page=page,
    )


class _DocumentRow(NamedTuple):
    row: int
    title: str
    source: str
    metadata: str
    characters: int
    first_block: int
    first_chunk: int
    chunks: int


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _check_rows(rows: Sequence[int] | IntVector, count: int, name: str) -> None:
    if len(rows) and not 0 <= min(rows) <= max(rows) < count:
        raise IndexError(
            f"expected {name} rows from 0 to {count - 1}, got rows from {min(rows)} to {max(rows)}"
        )


def _pack(chunk: Chunk, document: Document) -> tuple[object, ...]:
    """Columns of a chunk from ``start`` on, without what can be derived."""
    sliced = (
        0 <= chunk.start <= chunk.end <= len(document.text)
        and document.text[chunk.start : chunk.end] == chunk.text
    )
    derived = chunk.embedding_text.endswith(chunk.reading_text)
    sentences = []
    pages = [sentence.page for sentence in chunk.sentences]
    position = 0
    for sentence in chunk.sentences:
        packed, position = pack_sentence(sentence, chunk, position)
        sentences.append(packed)
    return (
        chunk.start,
        chunk.end,
        chunk.page,
        None if sliced else chunk.text,
        None if chunk.reading_text == chunk.text else chunk.reading_text,
        chunk.embedding_text.removesuffix(chunk.reading_text) if derived else None,
        None if derived else chunk.embedding_text,
        _to_json(sentences),
        None if all(page == chunk.page for page in pages) else _to_json(pages),
    )


def pack_sentence(sentence: Sentence, chunk: Chunk, position: int) -> tuple[list[int | str], int]:
    """Shorten a sentence to what its chunk does not tell.

    Offsets count from the start of the chunk, reading offsets in its reading text:
    ``[start, end]`` when the reading text is the text, ``[start, end, reading_start,
    reading_end]`` when it is a slice of the chunk's, ``[start, end, text, reading_text]`` for
    what is no slice. ``position`` is where the next reading text is looked for.
    """
    start, end = sentence.start - chunk.start, sentence.end - chunk.start
    if start < 0 or chunk.text[start:end] != sentence.text:
        return [start, end, sentence.text, sentence.reading_text], position
    if sentence.reading_text == sentence.text:
        return [start, end], position
    found = chunk.reading_text.find(sentence.reading_text, position)
    if found < 0:
        return [start, end, sentence.text, sentence.reading_text], position
    position = found + len(sentence.reading_text)
    return [start, end, found, position], position


def unpack_sentence(
    packed: list[Any], offset: int, text: str, reading_text: str, page: int | None
) -> Sentence:
    """Read what ``pack_sentence`` shortened, of a chunk that starts at ``offset``."""
    start, end, *rest = packed
    if not rest:
        own = reading = text[start:end]
    elif isinstance(rest[0], int):
        own, reading = text[start:end], reading_text[rest[0] : rest[1]]
    else:
        own, reading = rest
    return Sentence(start=offset + start, end=offset + end, text=own, reading_text=reading, page=page)


def pack_layout(layout: Layout) -> str | None:
    """Write a layout as JSON; None is that of plain text."""
    if layout == PLAIN:
        return None
    elements = [[element.kind, element.start, element.end, element.level] for element in layout.elements]
    return _to_json([elements, layout.pages, layout.full_lines, layout.unwrapped])


def unpack_layout(packed: str | None) -> Layout:
    """Read what ``pack_layout`` wrote."""
    if packed is None:
        return PLAIN
    elements, pages, full_lines, unwrapped = json.loads(packed)
    return Layout(
        elements=tuple(Element(*element) for element in elements),
        pages=tuple(pages),
        full_lines=tuple(full_lines),
        unwrapped=unwrapped,
    )


class _RecentChunks:
    """The chunks asked for last, by row: questions on one subject ask for the same ones; for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: OrderedDict[int, Chunk] = OrderedDict()

    def get(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """Those of some rows that are here."""
        with self._lock:
            found = {row: self._chunks[row] for row in rows if row in self._chunks}
            for row in found:
                self._chunks.move_to_end(row)
        return found

    def put(self, chunks: Mapping[int, Chunk]) -> None:
        """Keep some, and forget what was not asked for longest."""
        with self._lock:
            self._chunks.update(chunks)
            while len(self._chunks) > _RECENT_CHUNKS:
                self._chunks.popitem(last=False)
