"""Build an index: outline, chunk, embed and store documents, one at a time.

What did not change is not embedded again. Where the same model and the same version of Zhangju
made the index that is there, a document of the same text and chunk settings comes over as it is;
of one that changed, each chunk and sentence that was there before keeps its vector.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

from zhangju_index.chunking import ChunkSettings, chunk_document, encoded_sentences, heading_path
from zhangju_index.cohort import COHORTS, embed_cohorts
from zhangju_index.errors import IndexDamagedError, IndexUnusableError, InputError
from zhangju_index.folder import FileWriter, Index, IndexEntry, open_index, write_index
from zhangju_index.lexical import LexicalIndex
from zhangju_index.manifest import Manifest, ModelRecord
from zhangju_index.outline import outline_document
from zhangju_index.parsing import source_hash
from zhangju_index.protocols import Embedder, FloatMatrix
from zhangju_index.texts import Texts
from zhangju_index.values import Chunk, Document
from zhangju_index.vectors import FloatVector

__all__ = ["COHORT_FILE", "LEXICAL_FILE", "Progress", "build_index", "load_cohorts", "load_lexical"]

LEXICAL_FILE = "bm25"
"""Folder inside an index that holds the tables of the keyword search."""

COHORT_FILE = "cohort.npy"
"""File inside an index with the vectors of ``zhangju_index.cohort``, as the index's model sees them."""

Progress = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the title of the next one."""


def build_index(
    documents: Iterable[Document],
    directory: Path,
    embedder: Embedder,
    *,
    settings: ChunkSettings | None = None,
    progress: Progress | None = None,
    replacing: str | None = None,
) -> Manifest:
    """Write an index of ``documents`` in the place of the one that may be there.

    Args:
        documents: All documents the index is to hold.
        directory: A folder that is absent, empty or an index.
        embedder: Encodes chunks and sentences.
        settings: Sizes of chunks.
        progress: Told before each document, and once at the end.
        replacing: Where documents were read from the index that is there: the
            ``current_identity`` it had, and must still have.

    Returns:
        The manifest of the new index.

    Raises:
        InputError: There is no document, or two of one id, or the folder holds something else.
        IndexBusyError: Another process is writing there, or replaced what was to be replaced.
    """
    documents = list(documents)
    settings = settings or ChunkSettings()
    if not documents:
        raise InputError("an index needs at least one document: name a file with text")
    name, count = Counter(document.id for document in documents).most_common(1)[0]
    if count > 1:
        raise InputError(f"{count} documents share the name {name}: rename all but one of the files")
    model = ModelRecord(embedder.name, embedder.fingerprint, embedder.dimension)
    old = _reusable(directory, model)
    try:
        entries = _entries(documents, old, embedder, settings, progress)
        manifest = write_index(
            directory,
            entries,
            model=model,
            chunking=settings.to_json(),
            extra_files={LEXICAL_FILE: _write_lexical, COHORT_FILE: _cohort_writer(old, embedder)},
            replacing=replacing,
        )
    finally:
        if old is not None:
            old.close()
    if progress:
        progress(len(documents), len(documents), "")
    return manifest


def load_lexical(index: Index) -> LexicalIndex:
    """Open the keyword search of an index; right after the index, as a later build removes it.

    Raises:
        IndexDamagedError: Its tables are absent, or are no such tables.
    """
    folder = index.file(LEXICAL_FILE)
    try:
        return LexicalIndex.load(folder, index.texts.chunk_count)
    except (OSError, ValueError, KeyError) as error:
        raise IndexDamagedError(
            f"expected the tables of the keyword search in the index at {index.directory}, "
            f"got none that can be read ({error}); build it again"
        ) from error


def load_cohorts(index: Index) -> FloatMatrix:
    """Read the vectors of the cohorts, as ``embed_cohorts`` orders them.

    Raises:
        IndexDamagedError: They are absent, or of another shape.
    """
    path = index.file(COHORT_FILE)
    expected = (sum(map(len, COHORTS.values())), index.manifest.model.dimension)
    try:
        vectors: FloatMatrix = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexDamagedError(
            f"expected vectors in {COHORT_FILE} of the index at {index.directory}, got {error}; build it again"
        ) from error
    if vectors.shape != expected:
        raise IndexDamagedError(
            f"expected {COHORT_FILE} of shape {expected} in the index at {index.directory}, "
            f"got {vectors.shape}; build it again"
        )
    return vectors


def _cohort_writer(old: Index | None, embedder: Embedder) -> FileWriter:
    """Write the cohorts' vectors, those of the index that is there if it can be used."""

    def write(path: Path, texts: Texts) -> None:
        del texts
        try:
            vectors = load_cohorts(old) if old is not None else embed_cohorts(embedder)
        except IndexDamagedError:
            vectors = embed_cohorts(embedder)
        with path.open("wb") as file:
            np.save(file, vectors, allow_pickle=False)

    return write


def _entries(
    documents: list[Document],
    old: Index | None,
    embedder: Embedder,
    settings: ChunkSettings,
    progress: Progress | None,
) -> Iterator[IndexEntry]:
    known = {record.id: record for record in old.manifest.documents} if old else {}
    same_settings = old is not None and old.manifest.chunking == settings.to_json()
    for done, document in enumerate(documents):
        if progress:
            progress(done, len(documents), document.title)
        before = old.entry(document.id) if old is not None and document.id in known else None
        if before is not None and same_settings and known[document.id].sha256 == source_hash(document):
            yield IndexEntry(
                document, before.sections, before.chunks, before.chunk_vectors, before.sentence_vectors
            )
        else:
            yield _embed(document, embedder, settings, _vectors_by_text(before))


def _embed(
    document: Document, embedder: Embedder, settings: ChunkSettings, vectors: dict[str, FloatVector]
) -> IndexEntry:
    """Divide a document and embed what ``vectors`` does not hold."""
    outline = outline_document(document)
    chunks = chunk_document(outline, embedder.count_tokens, settings)
    texts = [chunk.embedding_text for chunk in chunks]
    sentences = [text for chunk in chunks for text in encoded_sentences(chunk)]
    # Each text once: a chunk of one sentence reads as that sentence does.
    new = list(dict.fromkeys(text for text in [*texts, *sentences] if text not in vectors))
    # One call, so that chunks and sentences of one length share a batch.
    vectors = vectors | dict(zip(new, embedder.embed_documents(new), strict=True))
    return IndexEntry(
        document=document,
        sections=outline.sections,
        chunks=chunks,
        chunk_vectors=_rows(texts, vectors, embedder.dimension),
        sentence_vectors=_rows(sentences, vectors, embedder.dimension),
    )


def _rows(texts: list[str], vectors: dict[str, FloatVector], dimension: int) -> FloatMatrix:
    rows = np.empty((len(texts), dimension), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[:] = vectors[text]
    return rows


def _vectors_by_text(entry: IndexEntry | None) -> dict[str, FloatVector]:
    """What was embedded of a document, by what the encoder saw."""
    if entry is None:
        return {}
    texts = [chunk.embedding_text for chunk in entry.chunks]
    texts += [text for chunk in entry.chunks for text in encoded_sentences(chunk)]
    return dict(zip(texts, [*entry.chunk_vectors, *entry.sentence_vectors], strict=True))


def _reusable(directory: Path, model: ModelRecord) -> Index | None:
    """The index that is there, if vectors can be taken from it."""
    try:
        old = open_index(directory, fingerprint=model.fingerprint)
    except IndexUnusableError:
        return None
    # Another version may divide a text in another way, or show the model something else of it.
    if old.manifest.zhangju_version != version("zhangju"):
        old.close()
        return None
    return old


def _write_lexical(path: Path, texts: Texts) -> None:
    LexicalIndex.write(path, (_lexical_text(chunk) for chunk in texts.all_chunks()))


def _lexical_text(chunk: Chunk) -> str:
    """What the keyword search sees: words of the headings count for what stands under them."""
    above = [heading for heading in chunk.section_path if not chunk.reading_text.startswith(heading)]
    return f"{heading_path(above)}\n{chunk.reading_text}"
