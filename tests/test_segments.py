"""An index of several segments: cheap to change, and the same to ask as one that was built at once."""

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_entries import CHUNKING, MODEL, make_entry, unit_rows
from zhangju_index import folder, folder_files, folder_writer, searching
from zhangju_index.approximate import ApproximateVectorStore
from zhangju_index.build import load_lexical
from zhangju_index.entries import IndexEntry
from zhangju_index.errors import IndexDamagedError
from zhangju_index.folder import Index, open_index, salvage_index
from zhangju_index.folder_writer import Kept, write_index
from zhangju_index.generations import claimed
from zhangju_index.lexical import K1, B
from zhangju_index.library import Source, add_sources, rebuild_library, remove_documents
from zhangju_index.manifest import FORMAT_VERSION, WHOLE_FORMAT
from zhangju_index.searching import FolderSearch, Reach
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Chunk
from zhangju_index.vectors import FlatVectorStore, search_exact

EMBEDDER = ToyEmbedder(64)
LONG = "".join(f"第{number}条规定了氢能产业的第{number * 7}项措施。\n" for number in range(200))
HARD_LINKS = pytest.mark.skipif(os.name == "nt", reason="counts links as POSIX does")


def _add(directory: Path, **texts: str) -> None:
    sources = [Source(f"{name}.txt", data=text.encode()) for name, text in texts.items()]
    add_sources(sources, directory, embedder=EMBEDDER)


def _generation(directory: Path) -> Path:
    (generation,) = (directory / "generations").iterdir()
    return generation


def _inodes(directory: Path) -> dict[str, int]:
    generation = _generation(directory)
    paths = [path for path in generation.rglob("*") if path.is_file()]
    return {path.relative_to(generation).as_posix(): path.stat().st_ino for path in paths}


@pytest.fixture(autouse=True, scope="module")
def _toy() -> Iterator[None]:
    """A rebuild loads the model by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
        yield


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A folder with a large document, and a small one in a segment of its own."""
    _add(tmp_path / "index", large=LONG)
    _add(tmp_path / "index", small="武进的一句话。")
    return tmp_path / "index"


@contextmanager
def _in_segments(directory: Path, segments: list[list[IndexEntry]]) -> Iterator[Index]:
    """An index of which each part was added by itself, none of them merged."""
    with claimed(directory):
        write_index(directory, segments[0], model=MODEL, chunking=CHUNKING)
        for entries in segments[1:]:
            with open_index(directory) as old:
                kept = [Kept(old, number) for number in range(len(old.manifest.segments))]
                write_index(directory, [*kept, *entries], model=MODEL, chunking=CHUNKING)
    with open_index(directory, verify=True) as index:
        yield index


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=2), min_size=2, max_size=4),
    k=st.integers(1, 12),
    data=st.data(),
)
def test_segments_answer_as_one(sizes: list[list[int]], k: int, data: st.DataObject) -> None:
    """Every way to read texts and vectors gives what one segment of the same documents gives."""
    numbers = iter(range(100))
    segments = [[make_entry(f"篇{next(numbers)}", size) for size in part] for part in sizes]
    entries = [entry for part in segments for entry in part]
    with (
        TemporaryDirectory() as place,
        _in_segments(Path(place) / "one", [entries]) as one,
        _in_segments(Path(place) / "many", segments) as many,
    ):
        assert (one.manifest.documents, one.manifest.counts) == (
            many.manifest.documents,
            many.manifest.counts,
        )
        assert len(many.manifest.segments) == len(segments)
        texts, expected = many.texts, one.texts
        assert list(texts.documents()) == list(expected.documents())
        assert list(texts.all_chunks()) == list(expected.all_chunks())
        assert list(texts.metadata().items()) == list(expected.metadata().items())
        for entry in entries:
            name = entry.document.id
            assert texts.document(name) == expected.document(name)
            assert texts.sections(name) == expected.sections(name)
            assert texts.chunk_rows(name) == expected.chunk_rows(name)
            assert texts.slice(name, 1, 9) == expected.slice(name, 1, 9)
            np.testing.assert_array_equal(many.entry(name).sentence_vectors, entry.sentence_vectors)
        rows = range(expected.chunk_count)
        assert texts.chunk_paths(rows) == expected.chunk_paths(rows)
        assert [texts.sentence_rows(row) for row in rows] == [expected.sentence_rows(row) for row in rows]
        for each in (texts, expected):
            bounds = each.sentence_bounds(np.array(rows))
            assert [range(*pair) for pair in bounds.tolist()] == [expected.sentence_rows(row) for row in rows]
        sentences = np.arange(expected.sentence_count)[::-1]
        assert texts.chunk_rows_of(sentences).tolist() == expected.chunk_rows_of(sentences).tolist()
        some = data.draw(st.lists(st.sampled_from(rows), max_size=8)) if rows else []
        assert texts.chunks(some) == expected.chunks(some)
        # Rows that are questions too: many scores are equal, and keep the order of rows.
        queries = np.vstack([unit_rows(5, 2), one.sentence_store.vectors(slice(0, 2))])
        for store, other in (
            (many.chunk_store, one.chunk_store),
            (many.sentence_store, one.sentence_store),
        ):
            assert len(store) == len(other)
            everything = other.vectors(slice(None))
            np.testing.assert_array_equal(store.vectors(slice(None)), everything)
            for found, exact in zip(
                store.search(queries, k), search_exact(queries, everything, k), strict=True
            ):
                np.testing.assert_array_equal(found, exact)
            subset = np.arange(0, len(other), 2)
            for found, exact in zip(
                store.search(queries, k, subset), other.search(queries, k, subset), strict=True
            ):
                np.testing.assert_array_equal(found, exact)
            np.testing.assert_array_equal(
                store.similarities(queries[0], subset), other.similarities(queries[0], subset)
            )
        for outside in (-1, len(sentences)):
            with pytest.raises(IndexError):
                many.sentence_store.search(queries, 1, np.array([outside]))
            with pytest.raises(IndexError):
                texts.chunk_rows_of([outside])
        with pytest.raises(KeyError):
            texts.document("absent")


TEXTS = st.text("新质生产力武进AB。\n", min_size=1, max_size=60).filter(lambda text: text.strip("。\n"))


@settings(max_examples=12, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.sampled_from("abcde"), st.one_of(st.none(), TEXTS), st.integers(1, 8)),
        min_size=1,
        max_size=7,
    ),
    question=st.text("新质生产力AB", min_size=1, max_size=6),
)
def test_changes_end_where_a_whole_build_does(
    changes: list[tuple[str, str | None, int]], question: str
) -> None:
    """Adding, replacing and removing in any order gives the documents, rows and scores of a rebuild."""
    with TemporaryDirectory() as place:
        directory = Path(place) / "index"
        _add(directory, large=LONG)
        there = {"large"}
        for name, text, times in changes:
            if text is not None:
                _add(directory, **{name: text * times})
                there.add(name)
            elif name in there:
                remove_documents([name], directory)
                there.remove(name)
        changed = _answer(directory, question)
        rebuild_library(directory)

        with open_index(directory) as index:
            assert len(index.manifest.segments) == 1
        assert changed == _answer(directory, question)


def test_legs_side_by_side_find_what_they_find_in_turn(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for several questions at once; large indexes search so."""
    questions = ["氢能", "第七项措施", "第三十条规定了什么？", "短"] * 4
    expected = [_answer(grown, question) for question in questions]
    monkeypatch.setattr(searching, "_BESIDE_FROM", 0)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda question: _answer(grown, question), questions))

    assert found == expected


def test_without_the_sentences_leg_the_best_are_found(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In very large indexes more chunks propose themselves; sentences still score what is proposed."""
    with open_index(grown) as index:
        search = FolderSearch(index)
        questions = ["第七项措施", "第三十条规定了什么？"]
        queries = EMBEDDER.embed_queries(questions)

        def best(number: int) -> tuple[Chunk, float, int]:
            shares = search.shares(questions[number])
            found = search.candidates(queries[number], shares, Reach(2, 4))
            # Words are looked up in other ways where there are very many chunks.
            held = dict(zip(found.chunks, found.coverage.tolist(), strict=True))
            assert held == {chunk: covered[number][chunk] for chunk in held}
            assert len(found.sentence_similarity) == sum(len(chunk.sentences) for chunk in found.chunks)
            place = int(found.similarity.argmax())
            return found.chunks[place], float(found.similarity[place]), len(found.chunks)

        chunks = index.texts.chunks(range(index.texts.chunk_count))
        covered = [
            dict(zip(chunks, search.lexical.coverage(text).tolist(), strict=True)) for text in questions
        ]
        expected = [best(number) for number in range(2)]
        monkeypatch.setattr(searching, "SENTENCES_BELOW", 0)
        monkeypatch.setattr(index.sentence_store, "search", None)

        assert [best(number)[:2] for number in range(2)] == [each[:2] for each in expected]


def test_sentence_codes_that_nothing_looks_at_are_neither_made_nor_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From ``SENTENCES_BELOW`` chunks on; filters, entries and scores read the exact rows as ever."""
    monkeypatch.setattr(folder_writer, "APPROXIMATE_FROM", 16)
    text = "\n".join(LONG.splitlines()[number] * 9 for number in range(40))
    _add(tmp_path / "below", large=text)
    with open_index(tmp_path / "below", verify=True) as index:
        expected, chunks = index.entry("large"), index.texts.chunk_count
        assert {name: record.kind for name, record in index.manifest.stores.items()} == {
            "chunks": "approximate",
            "sentences": "approximate",
        }
        assert isinstance(index.sentence_store, ApproximateVectorStore)

    for module in (folder, folder_writer, searching):
        monkeypatch.setattr(module, "SENTENCES_BELOW", chunks)
    _add(tmp_path / "from", large=text)
    files = _generation(tmp_path / "from")
    assert (files / "chunks.codes").exists()
    assert not (files / "sentences.codes").exists()
    # An index that has them, of an earlier version, leaves them where they are.
    for directory in (tmp_path / "below", tmp_path / "from"):
        with open_index(directory, verify=True) as index:
            assert isinstance(index.chunk_store, ApproximateVectorStore)
            assert isinstance(index.sentence_store, FlatVectorStore)
            np.testing.assert_array_equal(index.entry("large").sentence_vectors, expected.sentence_vectors)
            search, query = FolderSearch(index), EMBEDDER.embed_queries(["第七项措施"])[0]
            held = index.texts.chunks(range(chunks))
            covered = dict(zip(held, search.lexical.coverage("第七项措施").tolist(), strict=True))
            # Of fewer chunks than a leg puts forward, and of more.
            for where, reach in ((None, 2), ({"id": "large"}, 2), ({"id": "large"}, chunks)):
                found = search.candidates(query, search.shares("第七项措施"), Reach(reach, 4), where)
                rows = [chunk.sentences for chunk in found.chunks]
                assert len(found.sentence_similarity) == sum(map(len, rows))
                assert found.coverage.tolist() == [covered[chunk] for chunk in found.chunks]


def _answer(directory: Path, question: str) -> object:
    """All that is held, and what is found for a question, to the last bit."""
    with open_index(directory, verify=True) as index:
        search = FolderSearch(index)
        query = EMBEDDER.embed_queries([question])[0]
        found = search.candidates(query, search.shares(question), Reach(5, 5))
        coverage = load_lexical(index).coverage(question)
        return (
            [(record.id, record.sha256) for record in index.manifest.documents],
            list(index.texts.all_chunks()),
            found.chunks,
            found.similarity.tolist(),
            found.sentence_similarity.tolist(),
            coverage.tolist(),
        )


@HARD_LINKS
def test_adding_writes_what_is_added(grown: Path) -> None:
    """The large segment's files are the same files before and after; only the small one is written."""
    before = _inodes(grown)

    _add(grown, another="又一句。", changed="再一句。")
    after = _inodes(grown)

    large = {name for name in before if not name.startswith(("more/", "manifest", "cohort"))}
    assert {"texts.sqlite", "chunks.faiss", "bm25/rows.npy"} <= large
    assert all(after[name] == before[name] for name in large)
    with open_index(grown, verify=True) as index:
        assert [segment.documents for segment in index.manifest.segments] == [1, 3]
        assert [record.id for record in index.manifest.documents] == ["large", "small", "another", "changed"]


@HARD_LINKS
def test_what_is_removed_is_in_no_file(grown: Path) -> None:
    """A removal writes the segment that held it, and leaves the large one; no byte of it remains."""
    _add(grown, hidden="秘密在此处。")
    before = _inodes(grown)

    remove_documents(["hidden"], grown)

    after = _inodes(grown)
    assert after["texts.sqlite"] == before["texts.sqlite"]
    kept = [path for path in grown.rglob("*") if path.is_file()]
    assert not [path for path in kept if "秘密在此处".encode() in path.read_bytes()]
    remove_documents(["large"], grown)
    with open_index(grown, verify=True) as index:
        assert [record.id for record in index.manifest.documents] == ["small"]
        assert len(index.manifest.segments) == 1


def test_there_are_few_segments(tmp_path: Path) -> None:
    """Documents that come one by one are merged as they come; none is written more than a few times."""
    _add(tmp_path / "index", large=LONG)
    segments, written = [], 0
    for number in range(24):
        before = set(_inodes(tmp_path / "index").values())
        _add(tmp_path / "index", **{f"text{number}": f"第{number}篇只有一句话。"})
        texts = [ino for name, ino in _inodes(tmp_path / "index").items() if name.endswith("texts.sqlite")]
        with open_index(tmp_path / "index") as index:
            counts = index.manifest.segments
            segments.append(len(counts))
            written += sum(
                each.documents for each, ino in zip(counts, texts, strict=False) if ino not in before
            )

    assert max(segments) <= 5
    with open_index(tmp_path / "index", verify=True) as index:
        assert index.manifest.segments[0].documents == 1
        assert [record.id for record in index.manifest.documents][1:] == [f"text{n}" for n in range(24)]


def test_a_reader_keeps_its_segments(grown: Path) -> None:
    """Who has the index open goes on with it, whatever is added or merged meanwhile."""
    with open_index(grown) as index:
        expected = list(index.texts.all_chunks())
        _add(grown, another="又一句。")
        assert list(index.texts.all_chunks()) == expected


def test_a_damaged_large_segment_is_told(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding beside a large segment does not read it; verifying does, and a rebuild mends it."""
    path = _generation(grown) / "chunks.faiss"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setattr(folder, "_SMALL_BYTES", 1000)
    monkeypatch.setattr("zhangju_index.library._WORTH_COMPARING", 0)

    _add(grown, another="又一句。")
    with pytest.raises(IndexDamagedError, match=r"the bytes of chunks\.faiss"):
        open_index(grown, verify=True)
    salvage = salvage_index(grown)
    assert (len(salvage.records), len(salvage.vectors)) == (3, 3)
    salvage.close()
    rebuild_library(grown)

    with open_index(grown, verify=True) as index:
        assert [record.id for record in index.manifest.documents] == ["large", "small", "another"]


def test_a_damaged_segment_that_is_written_anew_is_built_of_its_texts(
    grown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be copied is compared first: no damage gets a checksum of its own."""
    path = _generation(grown) / "sentences.faiss"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setattr(folder, "_SMALL_BYTES", 1000)
    notes: list[str] = []

    add_sources(
        [Source("large.txt", data=(LONG + "最后一条。").encode())],
        grown,
        embedder=EMBEDDER,
        on_note=notes.append,
    )

    assert "of its texts, which are whole" in notes[0]
    with open_index(grown, verify=True) as index:
        assert [record.id for record in index.manifest.documents] == ["large", "small"]
        np.testing.assert_allclose(
            index.entry("large").sentence_vectors[0],
            EMBEDDER.embed_documents([index.texts.chunk(0).sentences[0].reading_text])[0],
            rtol=1e-6,
        )


@pytest.mark.parametrize("together", [True, False])
def test_files_that_are_added_again_mend_large_damaged_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    """As a rebuild that is refused advises; what is as before elsewhere is told to be so."""
    directory, short = tmp_path / "index", "短文只有一句话。"
    _add(directory, large=LONG, **({"small": short} if together else {}))
    if not together:
        _add(directory, small=short)
    path = _generation(directory) / "texts.sqlite"
    content = bytearray(path.read_bytes())
    place = content.rfind("氢能产业".encode())
    content[place] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr(folder, "_SMALL_BYTES", 100)
    with pytest.raises(IndexDamagedError, match=r"add its files again.*it held large\.txt"):
        rebuild_library(directory)
    sources = [Source("large.txt", data=LONG.encode()), Source("small.txt", data=short.encode())]
    told: list[tuple[str, str]] = []

    change = add_sources(
        sources,
        directory,
        embedder=EMBEDDER,
        on_reading=lambda reading: told.append((reading.source, reading.outcome)),
    )

    assert [reading.outcome for reading in change.readings] == ["added", "added" if together else "unchanged"]
    before = [("large.txt", "unchanged"), ("small.txt", "unchanged")]
    assert told == [*before, ("large.txt", "added"), *([("small.txt", "added")] if together else [])]
    with open_index(directory, verify=True) as index:
        assert {record.id for record in index.manifest.documents} == {"large", "small"}
        assert index.texts.document("large").text.count("氢能产业") == LONG.count("氢能产业")


def test_what_is_added_beside_a_large_segment_does_not_read_it(
    grown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do files that are there already, of another segment."""
    monkeypatch.setattr(folder, "_SMALL_BYTES", 100)
    monkeypatch.setattr("zhangju_index.library._WORTH_COMPARING", 0)
    compared: list[str] = []
    digest = folder_files.digest_of

    def watched(path: Path) -> str:
        compared.append(path.relative_to(grown).as_posix().split("/", 2)[2])
        return digest(path)

    with open_index(grown) as index:
        small = index.texts.document("small").text
    monkeypatch.setattr(folder_files, "digest_of", watched)
    _add(grown, small=small)
    assert "more/001/texts.sqlite" in compared
    assert "texts.sqlite" not in compared
    assert not [name for name in compared if name.endswith(".faiss")]


def test_damage_in_what_is_removed_does_not_keep_it(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damage in what is copied does, for it would get a checksum of its own."""
    path = _generation(grown) / "more/001/sentences.faiss"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setattr(folder, "_SMALL_BYTES", 100)
    remove_documents(["small"], grown)
    with open_index(grown, verify=True) as index:
        assert [record.id for record in index.manifest.documents] == ["large"]

    _add(grown, second=LONG[::-1])
    path = _generation(grown) / "sentences.faiss"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with open_index(grown) as index:
        assert len(index.manifest.segments) == 1
    with pytest.raises(IndexDamagedError, match=r"the bytes of sentences\.faiss"):
        remove_documents(["large"], grown)


def test_lost_texts_of_one_segment_are_told(grown: Path) -> None:
    """The others are kept, and what is missing is named."""
    (_generation(grown) / "more/001/texts.sqlite").write_bytes(b"?")
    notes: list[str] = []

    with pytest.raises(IndexDamagedError, match=r"texts are damaged too.*it held small\.txt"):
        rebuild_library(grown)
    add_sources([Source("new.txt", data="新的。".encode())], grown, embedder=EMBEDDER, on_note=notes.append)

    assert "without some of its texts; it held small.txt: add again what is missing" in notes[0]
    with open_index(grown, verify=True) as index:
        assert [record.id for record in index.manifest.documents] == ["large", "new"]


@HARD_LINKS
def test_file_systems_without_links_get_copies(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be linked, adding costs more, and is the same."""
    before = _inodes(grown)

    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    _add(grown, another="又一句。")

    assert _inodes(grown)["texts.sqlite"] != before["texts.sqlite"]
    with open_index(grown, verify=True) as index:
        assert [segment.documents for segment in index.manifest.segments] == [1, 2]


def test_large_and_small_segments_stand_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors in half precision and in float32 are one index: same texts, same scores, all changes work."""
    whole, half = tmp_path / "whole", tmp_path / "half"
    _add(whole, large=LONG)
    monkeypatch.setattr(folder_writer, "_HALF_FROM", 150)
    _add(half, large=LONG)
    # One sentence that the large document has, and one that it has not.
    again = LONG.partition("\n")[0]
    for directory in (whole, half):
        _add(directory, small=f"{again}武进的一句话。")

    with open_index(whole, verify=True) as expected, open_index(half, verify=True) as index:
        formats = [each.manifest.format_version for each in (expected, index)]
        assert formats == [WHOLE_FORMAT, FORMAT_VERSION]
        assert [index.is_half(number) for number in range(2)] == [True, False]
        assert index.bytes < expected.bytes
        exact, rounded = (
            expected.sentence_store.vectors(slice(None)),
            index.sentence_store.vectors(slice(None)),
        )
        np.testing.assert_array_equal(rounded[:200], exact[:200].astype(np.float16).astype(np.float32))
        # What the large segment has too is rounded there as well; what is new is not.
        np.testing.assert_array_equal(rounded[200], rounded[0])
        np.testing.assert_array_equal(rounded[201], exact[201])
        queries = exact[[0, 7, 201]]
        for found, wanted in zip(
            index.sentence_store.search(queries, 10), search_exact(queries, rounded, 10), strict=True
        ):
            np.testing.assert_array_equal(found, wanted)
        np.testing.assert_allclose(
            index.sentence_store.search(queries, 10)[0],
            expected.sentence_store.search(queries, 10)[0],
            atol=2**-10,
        )
    salvaged = salvage_index(half)
    assert len(salvaged.vectors) == 4
    salvaged.close()

    # Merged into one, a large segment again; and small once the large document is gone.
    rebuild_library(half)
    with open_index(half, verify=True) as index:
        assert [index.is_half(number) for number in range(len(index.manifest.segments))] == [True]
        merged = index.sentence_store.vectors(slice(None))
        np.testing.assert_array_equal(merged, rounded.astype(np.float16).astype(np.float32))
    remove_documents(["large"], half)
    with open_index(half, verify=True) as index:
        assert index.manifest.format_version == WHOLE_FORMAT
        np.testing.assert_array_equal(index.sentence_store.vectors(slice(None)), merged[200:])


@pytest.mark.parametrize("sizes", [(4, 5), (1, 4), (8, 1)])
def test_a_large_segment_has_the_same_bytes_however_it_comes(
    sizes: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is known to be large after the first document or the last changes nothing."""
    entries = [make_entry(f"篇{number}", size) for number, size in enumerate(sizes)]
    vectors = [np.vstack([entry.sentence_vectors for entry in entries])]
    vectors.append(vectors[0].astype(np.float16).astype(np.float32))
    for least, expected in ((1000, vectors[0]), (1, vectors[1]), (9, vectors[1])):
        monkeypatch.setattr(folder_writer, "_HALF_FROM", least)
        with _in_segments(tmp_path / str(least), [entries]) as index:
            np.testing.assert_array_equal(index.sentence_store.vectors(slice(None)), expected)
    one, other = (_generation(tmp_path / each) for each in ("1", "9"))
    for path in one.iterdir():
        if path.suffix != ".sqlite":
            assert path.read_bytes() == (other / path.name).read_bytes()


def test_the_format_before_opens(grown: Path) -> None:
    """Version 2 kept scores, and knew of one segment: it answers as it did, and a change writes it anew."""
    rebuild_library(grown)
    expected = _answer(grown, "武进的氢能措施")
    _make_format_2(grown)

    with open_index(grown, verify=True) as index:
        assert index.manifest.format_version == 2
    assert _answer(grown, "武进的氢能措施") == expected
    _add(grown, another="又一句。")
    with open_index(grown, verify=True) as index:
        assert index.manifest.format_version == WHOLE_FORMAT
        assert [record.id for record in index.manifest.documents] == ["large", "small", "another"]
    remove_documents(["another"], grown)
    assert _answer(grown, "武进的氢能措施") == expected


def _make_format_2(directory: Path) -> None:
    """Write the keyword tables and the manifest as version 2 of the format had them."""
    generation = _generation(directory)
    tables = {path.stem: np.load(path) for path in (generation / "bm25").iterdir()}
    starts, rows, lengths = (tables[name].astype(np.int64) for name in ("starts", "rows", "lengths"))
    times = tables["times"][tables["kinds"]].astype(np.int64)
    frequencies = np.diff(starts)
    weights = np.repeat(np.log1p((len(lengths) - frequencies + 0.5) / (frequencies + 0.5)), frequencies)
    norms = K1 * (1 - B + B * lengths / lengths.mean())
    np.save(generation / "bm25/scores.npy", (weights * (times / (times + norms[rows]))).astype("<f4"))
    manifest = json.loads((generation / "manifest.json").read_bytes())
    for name in ("kinds", "times", "tokens", "lengths"):
        (generation / f"bm25/{name}.npy").unlink()
        del manifest["files"][f"bm25/{name}.npy"]
    del manifest["segments"]
    scores = (generation / "bm25/scores.npy").read_bytes()
    manifest["files"]["bm25/scores.npy"] = {
        "sha256": hashlib.sha256(scores).hexdigest(),
        "bytes": len(scores),
    }
    content = json.dumps(manifest | {"format_version": 2}).encode()
    (generation / "manifest.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (directory / "current").write_text(f"{generation.name} {digest}\n", encoding="ascii")
