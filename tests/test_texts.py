import sqlite3
import sys
import threading
from contextlib import closing
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_entries import make_entry
from zhangju_index.errors import IndexDamagedError
from zhangju_index.texts import Texts, TextsWriter
from zhangju_index.values import PLAIN, Chunk, Document, Element, Layout, Section, Sentence

# Whatever a decoded file can hold: characters beyond the basic plane, right-to-left text and
# its marks, combining marks, lone carriage returns, NUL. Surrogates cannot be decoded.
CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "甲乙。\r\n\0😀𠀀שׁا\u202e\u200d\ufeff\u2028́"
)
STRINGS = st.text(CHARACTERS, max_size=20)
Parts = tuple[Document, list[Section], list[Chunk]]


@st.composite
def libraries(draw: st.DrawFn) -> list[Parts]:
    """Documents whose chunks are slices, as they should be, or anything at all."""
    ids = draw(st.lists(STRINGS, unique=True, max_size=4))
    return [draw(_documents(document_id)) for document_id in ids]


@st.composite
def _documents(draw: st.DrawFn, document_id: str) -> Parts:
    # Long enough for several blocks.
    text = draw(st.text(CHARACTERS, max_size=40)) * draw(st.sampled_from([1, 2, 400]))
    metadata = draw(st.dictionaries(STRINGS, STRINGS, max_size=2))
    document = Document(document_id, draw(STRINGS), draw(STRINGS), text, metadata, draw(LAYOUTS))
    chunks = draw(st.lists(_slices(document) | _anything(document_id), max_size=5))
    kinds = st.sampled_from(["title", "heading", "body"])
    sections = st.builds(Section, PATHS, kinds, st.integers(0, 9), st.integers(0, 9))
    return document, draw(st.lists(sections, max_size=3)), chunks


PATHS = st.lists(STRINGS, max_size=2).map(tuple)
PAGES = st.none() | st.integers(1, 5)
OFFSETS = st.lists(st.integers(0, 10**6), max_size=3).map(tuple)
ELEMENTS = st.builds(
    Element, st.sampled_from(["heading", "item"]), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)
)
LAYOUTS = st.just(PLAIN) | st.builds(
    Layout, st.lists(ELEMENTS, max_size=3).map(tuple), OFFSETS, OFFSETS, st.booleans()
)


@st.composite
def _slices(draw: st.DrawFn, document: Document) -> Chunk:
    places = st.integers(0, len(document.text))
    start, end = sorted((draw(places), draw(places)))
    cuts = [start, *sorted(draw(st.lists(st.integers(start, end), max_size=3))), end]
    joined = draw(st.booleans())

    def read(text: str) -> str:
        return text.replace("\n", "").replace("\r", "") if joined else text

    text = document.text[start:end]
    sentences = tuple(
        Sentence(left, right, document.text[left:right], read(document.text[left:right]), draw(PAGES))
        for left, right in pairwise(cuts)
    )
    path = draw(PATHS)
    embedded = "\n".join((*path, read(text)))
    return Chunk(document.id, path, start, end, text, read(text), embedded, sentences, draw(PAGES))


def _anything(document_id: str) -> st.SearchStrategy[Chunk]:
    places = st.integers(-3, 30)
    sentences = st.lists(st.builds(Sentence, places, places, STRINGS, STRINGS, PAGES), max_size=3).map(tuple)
    return st.builds(
        Chunk, st.just(document_id), PATHS, places, places, STRINGS, STRINGS, STRINGS, sentences, PAGES
    )


def _write(path: Path, library: list[Parts]) -> Texts:
    writer = TextsWriter(path)
    for document, sections, chunks in library:
        writer.add_document(document, sections)
        writer.add_chunks(chunks[:2])
        writer.add_chunks(chunks[2:])
    writer.close()
    return Texts(path)


@given(library=libraries())
def test_what_comes_back_equals_what_went_in(
    library: list[Parts], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No character, offset, heading or row number is ever changed, however odd."""
    texts = _write(tmp_path_factory.mktemp("texts") / "a b?#%.sqlite", library)
    chunks = [chunk for _, _, own in library for chunk in own]
    sentences = [sentence for chunk in chunks for sentence in chunk.sentences]
    owners = [row for row, chunk in enumerate(chunks) for _ in chunk.sentences]

    assert list(texts.documents()) == [document for document, _, _ in library]
    assert list(texts.metadata().items()) == [(document.id, document.metadata) for document, _, _ in library]
    pages = {document.id: len(document.layout.pages) for document, _, _ in library}
    assert texts.page_counts() == {name: count for name, count in pages.items() if count}
    assert list(texts.all_chunks()) == chunks
    assert texts.chunks(np.arange(len(chunks))[::-1]) == chunks[::-1]
    assert texts.sentence_count == len(sentences)
    assert texts.chunk_rows_of(range(len(sentences))).tolist() == owners
    starts = [0, *accumulate(len(chunk.sentences) for chunk in chunks)]
    assert [texts.sentence_rows(row) for row in range(texts.chunk_count)] == [
        range(start, stop) for start, stop in pairwise(starts)
    ]
    for document, sections, own in library:
        assert texts.document(document.id) == document
        assert texts.sections(document.id) == tuple(sections)
        assert texts.chunks(texts.chunk_rows(document.id)) == own
        for start, end in ((0, 3), (2, 2000), (4090, 4100), (4096, 8192), (5, 2)):
            assert texts.slice(document.id, start, end) == document.text[start:end]
    texts.close()


@given(library=libraries())
def test_same_texts_give_the_same_bytes(
    library: list[Parts], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An index can be compared and cached by its checksums."""
    folder = tmp_path_factory.mktemp("texts")

    _write(folder / "one", library).close()
    _write(folder / "two", library).close()

    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()


def test_slices_are_not_stored_twice(tmp_path: Path) -> None:
    """Chunks and sentences cost their offsets, not their text."""
    text = "甲乙丙丁戊己庚辛壬癸" * 40_000 + "。"
    sentence = Sentence(0, len(text), text, text)
    chunk = Chunk("d", (), 0, len(text), text, text, f"题\n{text}", (sentence,))

    _write(tmp_path / "texts", [(Document("d", "t", "s", text), [], [chunk])]).close()

    assert (tmp_path / "texts").stat().st_size < 1.2 * len(text.encode())


def test_unknown_rows_and_documents_are_refused(tmp_path: Path) -> None:
    """A row number that is off never quotes another place."""
    entry = make_entry("甲")
    texts = _write(tmp_path / "texts", [(entry.document, list(entry.sections), list(entry.chunks))])

    for row in (-1, 2):
        with pytest.raises(IndexError, match="chunk rows from 0 to 1"):
            texts.chunk(row)
        with pytest.raises(IndexError, match="chunk rows from 0 to 1"):
            texts.sentence_rows(row)
    for row in (-1, 4):
        with pytest.raises(IndexError, match="sentence rows from 0 to 3"):
            texts.chunk_rows_of([row])
    for read in (texts.document, texts.sections, texts.chunk_rows):
        with pytest.raises(KeyError, match="no document '乙'"):
            read("乙")
    texts.close()


def test_writer_keeps_documents_apart(tmp_path: Path) -> None:
    """A chunk must follow its document, and ids are unique."""
    one, two = make_entry("甲"), make_entry("乙")
    writer = TextsWriter(tmp_path / "texts")

    with pytest.raises(ValueError, match="document None, got one of '甲'"):
        writer.add_chunks(one.chunks)
    writer.add_document(one.document, one.sections)
    with pytest.raises(ValueError, match="'甲' twice"):
        writer.add_document(one.document, one.sections)
    with pytest.raises(ValueError, match="document '甲', got one of '乙'"):
        writer.add_chunks(two.chunks)
    writer.abandon()


def test_threads_share_one_reader(tmp_path: Path) -> None:
    """A server reads from many threads at once, also when the file is gone by then."""
    entries = [make_entry(name, 40) for name in "甲乙丙"]
    texts = _write(
        tmp_path / "texts", [(each.document, list(each.sections), list(each.chunks)) for each in entries]
    )
    if sys.platform != "win32":
        (tmp_path / "texts").unlink()
    wrong: list[object] = []

    def read(name: int) -> None:
        for _ in range(30):
            rows = texts.chunk_rows("甲乙丙"[name])
            if texts.chunks(rows) != list(entries[name].chunks):
                wrong.append(name)

    threads = [threading.Thread(target=read, args=(number % 3,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong
    texts.close()


def test_a_text_of_which_a_part_is_missing_is_damaged(tmp_path: Path) -> None:
    """Neither a shorter text, nor a document that is not there."""
    path = tmp_path / "texts.sqlite"
    document = Document("a", "A", "a.txt", "一句话。" * 5000)
    with closing(TextsWriter(path)) as writer:
        writer.add_document(document, [Section((), "body", 0, len(document.text))])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM blocks WHERE row = (SELECT max(row) FROM blocks)")

    with closing(Texts(path)) as texts:
        assert texts.slice("a", 0, 9) == document.text[:9]
        with pytest.raises(IndexDamagedError, match="blocks of text"):
            texts.document("a")


def test_other_files_are_no_texts(tmp_path: Path) -> None:
    """An absent file, other bytes or another database is damage."""
    (tmp_path / "words").write_text("甲乙丙" * 999, encoding="utf-8")
    (tmp_path / "empty").touch()
    for name in ("absent", "words", "empty"):
        with pytest.raises(IndexDamagedError, match=f"texts of an index in {name}"):
            Texts(tmp_path / name)
