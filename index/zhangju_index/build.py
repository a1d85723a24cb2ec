"""Build an index: outline, chunk, embed and store documents, one at a time.

What did not change is not embedded again: a document whose text, model and chunk settings are
those of the index that is there comes over with its vectors.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from zhangju_index.chunking import ChunkSettings, chunk_document, heading_path, is_masthead
from zhangju_index.errors import IndexUnusableError, InputError
from zhangju_index.folder import Index, IndexEntry, open_index, write_index
from zhangju_index.lexical import LexicalIndex
from zhangju_index.manifest import Manifest, ModelRecord
from zhangju_index.outline import outline_document
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import Embedder
from zhangju_index.texts import Texts
from zhangju_index.values import Chunk, Document

__all__ = ["LEXICAL_FILE", "Progress", "build_index", "load_lexical"]

LEXICAL_FILE = "bm25"
"""Folder inside an index that holds the tables of the keyword search."""

Progress = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the title of the next one."""


def build_index(
    documents: Iterable[Document],
    directory: Path,
    embedder: Embedder,
    *,
    settings: ChunkSettings | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write an index of ``documents`` in the place of the one that may be there.

    Args:
        documents: All documents the index is to hold.
        directory: A folder that is absent, empty or an index.
        embedder: Encodes chunks and sentences.
        settings: Sizes of chunks.
        progress: Told before each document, and once at the end.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: There is no document, or two of one id, or the folder holds something else.
    """
    documents = list(documents)
    settings = settings or ChunkSettings()
    if not documents:
        raise InputError("an index needs at least one document: name a file with text")
    twins = {document.id for document in documents if sum(d.id == document.id for d in documents) > 1}
    if twins:
        raise InputError(f"two documents share the name {min(twins)}: rename one of the files")
    model = ModelRecord(
        name=embedder.fingerprint.rpartition(":")[0],
        fingerprint=embedder.fingerprint,
        dimension=embedder.dimension,
    )

    old = _reusable(directory, model, settings)
    try:
        entries = _entries(documents, old, embedder, settings, progress)
        manifest = write_index(
            directory,
            entries,
            model=model,
            chunking=settings.to_json(),
            extra_files={LEXICAL_FILE: _write_lexical},
        )
    finally:
        if old is not None:
            old.close()
    if progress:
        progress(len(documents), len(documents), "")
    return manifest


def load_lexical(index: Index) -> LexicalIndex:
    """The keyword search of an index."""
    return LexicalIndex.load(index.file(LEXICAL_FILE), index.texts.chunk_count)


def _entries(
    documents: list[Document],
    old: Index | None,
    embedder: Embedder,
    settings: ChunkSettings,
    progress: Progress | None,
) -> Iterator[IndexEntry]:
    known = {record.id: record for record in old.manifest.documents} if old else {}
    for done, document in enumerate(documents):
        if progress:
            progress(done, len(documents), document.title)
        record = known.get(document.id)
        if old is not None and record is not None and record.sha256 == source_hash(document):
            entry = old.entry(document.id)
            yield IndexEntry(
                document, entry.sections, entry.chunks, entry.chunk_vectors, entry.sentence_vectors
            )
        else:
            yield _embed(document, embedder, settings)


def _embed(document: Document, embedder: Embedder, settings: ChunkSettings) -> IndexEntry:
    outline = outline_document(document)
    chunks = chunk_document(outline, embedder.count_tokens, settings)
    sentences = [text for chunk in chunks for text in _sentence_texts(chunk)]
    # One call, so that chunks and sentences of one length share a batch.
    vectors = embedder.embed_documents([*(chunk.embedding_text for chunk in chunks), *sentences])
    return IndexEntry(
        document=document,
        sections=outline.sections,
        chunks=chunks,
        chunk_vectors=np.ascontiguousarray(vectors[: len(chunks)]),
        sentence_vectors=np.ascontiguousarray(vectors[len(chunks) :]),
    )


def _sentence_texts(chunk: Chunk) -> list[str]:
    """What the encoder sees of each sentence."""
    if is_masthead(chunk):
        return [chunk.embedding_text]
    return [sentence.reading_text for sentence in chunk.sentences]


def _reusable(directory: Path, model: ModelRecord, settings: ChunkSettings) -> Index | None:
    """The index that is there, if vectors can be taken from it."""
    try:
        old = open_index(directory, fingerprint=model.fingerprint)
    except IndexUnusableError:
        return None
    if old.manifest.chunking != settings.to_json():
        old.close()
        return None
    return old


def _write_lexical(path: Path, texts: Texts) -> None:
    LexicalIndex.build([_lexical_text(chunk) for chunk in texts.all_chunks()]).save(path)


def _lexical_text(chunk: Chunk) -> str:
    """What the keyword search sees: words of the headings count for what stands under them."""
    above = [heading for heading in chunk.section_path if not chunk.reading_text.startswith(heading)]
    return f"{heading_path(above)}\n{chunk.reading_text}"
