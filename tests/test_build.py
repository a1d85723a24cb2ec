import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zhangju_index import build as build_module
from zhangju_index.build import build_index, load_lexical, may_take_over
from zhangju_index.chunking import ChunkSettings, chunk_document, is_masthead
from zhangju_index.cohort import COHORTS
from zhangju_index.errors import IndexBusyError, IndexDamagedError, InputError
from zhangju_index.folder import open_index
from zhangju_index.generations import claimed
from zhangju_index.lexical import LexicalIndex
from zhangju_index.manifest import ModelRecord
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_text
from zhangju_index.protocols import FloatMatrix
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Document

SMALL = ChunkSettings(max_tokens=40, max_characters=60)


class CountingEmbedder(ToyEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(dimension)
        self.texts: list[str] = []

    def embed_documents(self, texts: list[str]) -> FloatMatrix:
        """Encode passages, and note them."""
        self.texts += texts
        return super().embed_documents(texts)


def make(name: str, text: str) -> Document:
    """A document as if read from a file."""
    return document_from_text(text, name=name, source=f"{name}.txt")


class BulkToyEmbedder(CountingEmbedder):
    """Has another way for many documents, and remembers how much they were said to be."""

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(dimension)
        self.bulk = CountingEmbedder(dimension)
        self.sizes: list[int] = []
        self.left = 0

    @contextmanager
    def in_bulk(self, size: int) -> Iterator[CountingEmbedder]:
        """Give the other way."""
        self.sizes.append(size)
        yield self.bulk
        self.left += 1


CITY = make(
    "city",
    "# 一座城市的产业\n\n这座城市有三个园区。第一个园区生产电池，第二个园区生产汽车。\n\n"
    "## 电池\n\n电池工厂在二〇一五年开工。它现在有八百名工人，明年还要再招一百人。\n\n"
    "## 汽车\n\n汽车工厂的产品卖到四十个国家。\n",
)
FARM = make("farm", "农村的合作社种水稻。\r\n\r\n水稻一年收两次，\r\n收成很好。\r\n")
NOTE = make("note", "The museum opens at nine. It closes at five; on Mondays it stays shut.\n")
LIBRARY = [CITY, FARM, NOTE]


def tree(directory: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    paths = directory.rglob("*")
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths if path.is_file()}


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of the current generation with its bytes."""
    generation = (directory / "current").read_text("ascii").split()[0]
    return tree(directory / "generations" / generation)


def built(directory: Path, documents: Sequence[Document] = LIBRARY, **options: object) -> list[str]:
    """Build, and return what was embedded for it."""
    embedder = CountingEmbedder()
    build_index(documents, directory, embedder, settings=SMALL, **options)  # type: ignore[arg-type]
    return embedder.texts


def test_what_was_built_is_what_the_stages_make(tmp_path: Path) -> None:
    """Outline, chunks, vectors and keyword tables of each document stand in the index as they are."""
    embedder = ToyEmbedder()
    manifest = build_index(LIBRARY, tmp_path / "index", embedder, settings=SMALL)

    with open_index(tmp_path / "index", fingerprint=embedder.fingerprint) as index:
        assert list(index.texts.documents()) == LIBRARY
        for document in LIBRARY:
            outline = outline_document(document)
            entry = index.entry(document.id)
            assert entry.sections == outline.sections
            assert entry.chunks == chunk_document(outline, embedder.count_tokens, SMALL)
            assert all(document.text[c.start : c.end] == c.text for c in entry.chunks)
            one_by_one = [embedder.embed_documents([chunk.embedding_text]) for chunk in entry.chunks]
            np.testing.assert_array_equal(entry.chunk_vectors, np.concatenate(one_by_one))
            # A title is embedded with its place; any other sentence as it reads.
            readings = [
                chunk.embedding_text if is_masthead(chunk) else sentence.reading_text
                for chunk in entry.chunks
                for sentence in chunk.sentences
            ]
            np.testing.assert_array_equal(entry.sentence_vectors, embedder.embed_documents(readings))
        lexical = load_lexical(index)
        assert len(lexical) == manifest.counts.chunks == index.texts.chunk_count
        for term, document in {"电池": CITY, "水稻": FARM, "museum": NOTE}.items():
            assert int(lexical.coverage(term).argmax()) in index.texts.chunk_rows(document.id)
    assert manifest.model == ModelRecord(embedder.fingerprint, embedder.fingerprint, embedder.dimension)
    assert manifest.chunking == SMALL.to_json()


def test_headings_are_found_by_keyword(tmp_path: Path) -> None:
    """Words of a heading count for what stands under it."""
    text = "# 海洋馆\n\n## 门票\n\n成人每位八十元。儿童每位四十元。\n\n## 交通\n\n乘三路车到终点。路上要半小时。\n"
    build_index([make("sea", text)], tmp_path / "index", ToyEmbedder(), settings=SMALL)

    with open_index(tmp_path / "index") as index:
        found = index.texts.chunk(int(load_lexical(index).coverage("门票八十元").argmax()))
        assert "八十元" in found.text


def test_each_text_is_embedded_once(tmp_path: Path) -> None:
    """A chunk of one sentence reads as that sentence does, and costs one vector's time."""
    texts = built(tmp_path / "index")

    assert texts
    assert len(texts) == len(set(texts))


def test_unchanged_documents_are_not_embedded_again(tmp_path: Path) -> None:
    """Adding one document costs that document; the result is that of a fresh build."""
    built(tmp_path / "index", [CITY, FARM])
    added = built(tmp_path / "index")

    assert added
    assert all("museum" in text or "Mondays" in text for text in added)
    assert built(tmp_path / "index") == []
    built(tmp_path / "fresh")
    assert contents(tmp_path / "index") == contents(tmp_path / "fresh")


def test_title_and_source_are_those_given_now(tmp_path: Path) -> None:
    """A file that moved keeps its vectors and is cited by its new name."""
    built(tmp_path / "index")
    moved = replace(CITY, source="archive/city.txt", title="城市", metadata={"year": "2024"})

    assert built(tmp_path / "index", [moved]) == []
    with open_index(tmp_path / "index") as index:
        assert list(index.texts.documents()) == [moved]


def test_a_changed_text_is_embedded_where_it_changed(tmp_path: Path) -> None:
    """An edited sentence costs itself and its chunk, and leaves no trace of what it was."""
    built(tmp_path / "index")
    edited = replace(CITY, text=CITY.text.replace("四十个国家", "九十个国家"))
    texts = built(tmp_path / "index", [edited, FARM, NOTE])

    assert texts
    assert all("九十个国家" in text for text in texts)
    built(tmp_path / "fresh", [edited, FARM, NOTE])
    assert contents(tmp_path / "index") == contents(tmp_path / "fresh")


def test_other_settings_divide_every_document_again(tmp_path: Path) -> None:
    """The index is that of the new settings; sentences that stay whole keep their vectors."""
    everything = built(tmp_path / "index")
    embedder = CountingEmbedder()
    wide = ChunkSettings(max_tokens=200, max_characters=200)
    build_index(LIBRARY, tmp_path / "index", embedder, settings=wide)
    build_index(LIBRARY, tmp_path / "fresh", CountingEmbedder(), settings=wide)

    assert embedder.texts
    assert not set(embedder.texts) & set(everything)
    assert contents(tmp_path / "index") == contents(tmp_path / "fresh")


def test_another_model_embeds_everything(tmp_path: Path) -> None:
    """Vectors of two models never mix."""
    everything = built(tmp_path / "index")
    other = CountingEmbedder(dimension=32)
    build_index(LIBRARY, tmp_path / "index", other, settings=SMALL)

    assert other.texts == everything
    with open_index(tmp_path / "index", fingerprint=other.fingerprint) as index:
        assert index.chunk_store.dimension == 32


def test_another_version_divides_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How an older version divided a text is not carried on; a text that is the same has its vector."""
    built(tmp_path / "index")
    manifest = build_index(LIBRARY, tmp_path / "index", ToyEmbedder(64), settings=SMALL)
    assert may_take_over(manifest, ToyEmbedder(64), SMALL)
    assert not may_take_over(manifest, ToyEmbedder(32), SMALL)
    assert not may_take_over(manifest, ToyEmbedder(64))
    monkeypatch.setattr(build_module, "version", lambda name: "99.0")

    assert not may_take_over(manifest, ToyEmbedder(64), SMALL)
    # Sentences on other topics are those of the installed version.
    assert built(tmp_path / "index") == [text for cohort in COHORTS.values() for text in cohort]


@pytest.mark.parametrize("name", ["current", "manifest.json", "chunks.faiss", "bm25/terms.npy"])
def test_a_damaged_index_is_built_anew(tmp_path: Path, name: str) -> None:
    """Nothing is taken from an index that fails its checks, and nothing stops the new one."""
    everything = built(tmp_path / "index")
    (path,) = (tmp_path / "index").rglob(name)
    path.write_bytes(path.read_bytes()[:-2] + b"??")

    assert built(tmp_path / "index") == everything
    with open_index(tmp_path / "index") as index:
        assert list(index.texts.documents()) == LIBRARY


def test_no_document_is_refused(tmp_path: Path) -> None:
    """An index of nothing answers nothing: the mistake is told where it is made."""
    with pytest.raises(InputError, match="at least one document"):
        build_index([], tmp_path / "index", ToyEmbedder())
    assert not (tmp_path / "index").exists()


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    """A citation names its document by its id, so ids are unique; nothing is embedded before that is seen."""
    embedder = CountingEmbedder()
    with pytest.raises(InputError, match="2 documents share the name farm"):
        build_index([CITY, FARM, NOTE, FARM], tmp_path / "index", embedder)
    assert embedder.texts == []


def test_progress_is_told_before_each_document_and_at_the_end(tmp_path: Path) -> None:
    """Whoever waits sees how far it is, also when nothing is embedded."""
    for calls in ([], []):
        built(tmp_path / "index", progress=lambda *call, calls=calls: calls.append(call))

        assert calls[0] == (0, 3, CITY.title)
        assert calls[-1] == (3, 3, "")
        assert calls == sorted(calls, key=lambda call: call[:2])
        assert {title for _, _, title in calls} == {CITY.title, FARM.title, NOTE.title, ""}


def test_documents_may_come_from_a_generator(tmp_path: Path) -> None:
    """Any iterable will do."""
    manifest = build_index((document for document in LIBRARY), tmp_path / "index", ToyEmbedder())

    assert [record.id for record in manifest.documents] == ["city", "farm", "note"]


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """No time, path, chance or order of a set gets into an index."""
    script = (
        "import sys; from pathlib import Path; from zhangju_index.build import build_index;"
        "from zhangju_index.parsing import bundled_article; from zhangju_index.toy import ToyEmbedder;"
        "build_index([bundled_article()], Path(sys.argv[1]), ToyEmbedder())"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script, tmp_path / seed], check=True, env=environment)

    assert tree(tmp_path / "1") == tree(tmp_path / "2")


def test_a_busy_folder_passes_its_error_on(tmp_path: Path) -> None:
    """Another process that is writing is told of as such."""
    built(tmp_path / "index")
    with claimed(tmp_path / "index"), pytest.raises(IndexBusyError, match="another process"):
        built(tmp_path / "index")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """The error names the file that is in the way, and nothing is embedded first."""
    (tmp_path / "photo.jpg").write_bytes(b"...")
    embedder = CountingEmbedder()
    with pytest.raises(InputError, match=r"photo\.jpg"):
        build_index(LIBRARY, tmp_path, embedder)

    assert embedder.texts == []
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_keyword_tables_that_cannot_be_read_are_a_typed_error(tmp_path: Path) -> None:
    """Harm after the index was checked is told in one line."""
    built(tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        folder = index.file("bm25")
        (folder / "starts.npy").unlink()
        with pytest.raises(IndexDamagedError, match="keyword search"):
            load_lexical(index)


def test_the_keyword_search_is_loaded_by_row(tmp_path: Path) -> None:
    """Rows of the keyword search are rows of the chunks."""
    built(tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        loaded = load_lexical(index)
        texts = [chunk.reading_text for chunk in index.texts.all_chunks()]
        assert isinstance(loaded, LexicalIndex)
        for row, text in enumerate(texts):
            assert loaded.coverage(text)[row] == loaded.coverage(text).max()


def test_documents_take_the_quicker_way_that_an_embedder_has(tmp_path: Path) -> None:
    """It is told how many bytes come, embeds all of them, and is left again; the index is the same."""
    embedder = BulkToyEmbedder()
    build_index(LIBRARY, tmp_path / "bulk", embedder)
    build_index(LIBRARY, tmp_path / "plain", CountingEmbedder())

    assert embedder.sizes == [sum(len(document.text.encode()) for document in LIBRARY)]
    assert embedder.left == 1
    assert embedder.bulk.texts
    # Those that every index has, whatever it holds.
    assert set(embedder.texts) == {text for texts in COHORTS.values() for text in texts}
    assert tree(tmp_path / "bulk") == tree(tmp_path / "plain")
