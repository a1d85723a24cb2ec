import math
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhangju import retriever as retriever_module
from zhangju.asking import asks_who
from zhangju.centring import CENTRED_SHARE
from zhangju.everyday import EVERYDAY
from zhangju.fusion import BYLINE_PENALTY, COVERAGE_WEIGHT, MASTHEAD_PENALTY
from zhangju.language import detect_language
from zhangju.ranking import Findings
from zhangju.retriever import Retriever
from zhangju_index.build import build_index, load_lexical
from zhangju_index.chunking import ChunkSettings, is_byline_chunk, is_heading, is_masthead
from zhangju_index.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    InputError,
    QuestionError,
)
from zhangju_index.folder import Index, open_index
from zhangju_index.lexical import tokenize
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.texts import Texts
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Chunk, Document

EMBEDDER = ToyEmbedder()
SMALL = ChunkSettings(max_tokens=30, max_characters=40)
QUESTIONS = [
    "武进重点布局哪些未来产业？",
    "新质生产力的特点是什么？",
    "创新的主体在哪里？",
    "专家视点的作者是谁？",
    "What are the future industries?",
    "666个小类中有多少个？",
]


def make(name: str, text: str, **metadata: str) -> Document:
    """A document as if read from a file."""
    return replace(document_from_text(text, name=name, source=f"{name}.txt"), metadata=metadata)


def retriever_of(
    documents: Sequence[Document], directory: Path, chunking: ChunkSettings | None = None
) -> Retriever:
    """Index documents with the toy, and open the index."""
    build_index(documents, directory, EMBEDDER, settings=chunking)
    return Retriever(open_index(directory), EMBEDDER)


# --- against a slow and obvious search ---------------------------------------------------------


def similarity(question: str, text: str) -> float:
    """Product of the toy's vectors of a question and a text, the mean question's share taken off."""
    a, b = EMBEDDER.embed_documents([question, text]).astype(np.float64)
    return float((a - CENTRED_SHARE * mean_of(detect_language(question).partition("-")[0])) @ b)


@cache
def mean_of(language: str) -> NDArray[np.float64]:
    """The toy's mean question of a language; zero where there are none."""
    asked = list(EVERYDAY.get(language, ()))
    return (
        EMBEDDER.embed_queries(asked).astype(np.float64).mean(axis=0)
        if asked
        else np.zeros(EMBEDDER.dimension)
    )


def slow_scores(index: Index, question: str) -> list[tuple[float, Chunk]]:
    """Score every chunk of an index, one after the other, as ``zhangju.fusion`` describes."""
    coverage = load_lexical(index).coverage(question)
    scored = []
    for row, chunk in enumerate(index.texts.all_chunks()):
        masthead = is_masthead(chunk)
        readings = [chunk.embedding_text] if masthead else [s.reading_text for s in chunk.sentences]
        best = max(similarity(question, r) - 0.01 * math.log(60 / min(60, len(r))) for r in readings)
        dense = (similarity(question, chunk.embedding_text) + best) / 2
        demotion = MASTHEAD_PENALTY * masthead + BYLINE_PENALTY * (
            is_byline_chunk(chunk) and not asks_who(question)
        )
        score = dense + COVERAGE_WEIGHT * float(coverage[row]) - demotion
        scored.append((score, chunk))
    return scored


def check_against_slow(index: Index, question: str, findings: Findings, k: int) -> None:
    """The passages found are the best, with the scores they ought to have, in the right order."""
    expected = slow_scores(index, question)
    rows = {chunk: row for row, (_, chunk) in enumerate(expected)}
    passages = findings.passages

    assert len(passages) == min(k, len(expected))
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    for passage in passages:
        assert passage.score == pytest.approx(expected[rows[passage.chunk]][0], abs=1e-6)
    for left, right in pairwise(passages):
        assert (-left.score, rows[left.chunk]) < (-right.score, rows[right.chunk])
    found = {passage.chunk for passage in passages}
    assert all(score <= passages[-1].score + 1e-6 for score, chunk in expected if chunk not in found)


WORDS = ["新质", "生产力", "武进", "氢能", "储能", "人才", "企业", "AI", "2024年", "city"]
PARAGRAPHS = st.lists(
    st.builds(
        lambda heading, sentences: heading + "".join("".join(words) + "。" for words in sentences),
        st.sampled_from(["", "", "## 产业\n\n"]),
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=6,
)
LIBRARIES = st.lists(PARAGRAPHS, min_size=1, max_size=3)


@settings(max_examples=20)
@given(
    library=LIBRARIES,
    question=st.lists(st.sampled_from([*WORDS, "哪些", "what "]), min_size=1, max_size=4).map("".join),
    k=st.integers(1, 12),
)
def test_search_agrees_with_a_slow_one(library: list[list[str]], question: str, k: int) -> None:
    """Rows, legs and weights come together to the values that the description gives."""
    documents = [make(f"doc{n}", "\n\n".join(parts)) for n, parts in enumerate(library)]
    with (
        tempfile.TemporaryDirectory() as folder,
        retriever_of(documents, Path(folder) / "index", SMALL) as retriever,
        open_index(Path(folder) / "index") as index,
    ):
        findings = retriever.find(question, k)
        check_against_slow(index, question, findings, k)

        texts = {document.id: document.text for document in documents}
        for passage in findings.passages:
            chunk, sentence = passage.chunk, passage.sentence
            text = texts[chunk.document_id]
            assert text[chunk.start : chunk.end] == chunk.text
            assert text[sentence.start : sentence.end] == sentence.text
            assert chunk.start <= sentence.start < sentence.end <= chunk.end
            assert sentence in chunk.sentences


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """Several hundred chunks of chance words in twenty documents."""
    rng = random.Random(7)  # noqa: S311 - a test needs the same words each time
    words = [chr(rng.randrange(0x4E00, 0x9000)) + chr(rng.randrange(0x4E00, 0x9000)) for _ in range(300)]

    def paragraph() -> str:
        return "".join("".join(rng.choices(words, k=rng.randrange(3, 9))) + "。" for _ in range(4))

    documents = [
        make(f"doc{number:02}", "\n\n".join(paragraph() for _ in range(20)), half=str(number % 2))
        for number in range(20)
    ]
    with retriever_of(documents, tmp_path_factory.mktemp("large") / "index", SMALL) as retriever:
        yield retriever


def chance_questions(retriever: Retriever, count: int) -> list[str]:
    """Pieces of the texts, two put together to a question."""
    rng = random.Random(8)  # noqa: S311 - a test needs the same questions each time
    texts = [document.text.replace("\n", "").replace("。", "") for document in retriever.documents]
    questions = []
    for _ in range(count):
        parts = [(text, rng.randrange(len(text) - 10)) for text in rng.choices(texts, k=2)]
        questions.append("".join(text[start : start + rng.randrange(3, 10)] for text, start in parts))
    return questions


@pytest.mark.parametrize("where", [None, {"half": "1"}], ids=["all", "half"])
def test_proposals_hold_what_counts(
    large: Retriever, monkeypatch: pytest.MonkeyPatch, where: Mapping[str, str] | None
) -> None:
    """In a large index each leg proposes its best; the top five are those of scoring every chunk."""
    questions = chance_questions(large, 25)
    proposed = [large.find(question, 5, where) for question in questions]
    monkeypatch.setattr(retriever_module, "_CHUNKS_PROPOSED", 100_000)
    exhaustive = [large.find(question, 5, where) for question in questions]

    for quick, slow in zip(proposed, exhaustive, strict=True):
        assert quick.passages == slow.passages
        assert quick.sentences == slow.sentences


# --- one index ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The bundled article, embedded with the toy."""
    with retriever_of([bundled_article()], tmp_path_factory.mktemp("article") / "index") as retriever:
        yield retriever


@pytest.mark.parametrize("question", QUESTIONS)
def test_sentences_are_those_of_the_passages(article: Retriever, question: str) -> None:
    """Every sentence of every passage is there once with its own values, best first."""
    findings = article.find(question, 4)
    shares = article._index.shares(question)

    expected = {(p.rank, s.start) for p in findings.passages for s in p.chunk.sentences}
    assert {(item.passage.rank, item.sentence.start) for item in findings.sentences} == expected
    assert len(findings.sentences) == len(expected)
    assert all(left.score >= right.score for left, right in pairwise(findings.sentences))
    for item in findings.sentences:
        chunk = item.passage.chunk
        reading = chunk.embedding_text if is_masthead(chunk) else item.sentence.reading_text
        terms = set(tokenize(item.sentence.reading_text))
        covered = sum(share for term, share in shares.items() if term in terms)
        level = item.similarity - 0.01 * math.log(60 / min(60, len(reading)))
        penalty = MASTHEAD_PENALTY if is_heading(item.sentence, chunk) else 0
        assert item.similarity == pytest.approx(similarity(question, reading), abs=1e-6)
        assert item.coverage == pytest.approx(covered)
        assert item.score == pytest.approx(level + COVERAGE_WEIGHT * covered - penalty, abs=1e-6)
    for passage in findings.passages:
        own = [item for item in findings.sentences if item.passage is passage]
        assert own[0].sentence == passage.sentence


def test_what_find_keeps_for_answering(article: Retriever, tmp_path: Path) -> None:
    """The best similarity and coverage over all chunks looked at, not only those returned."""
    question = QUESTIONS[0]
    findings = article.find(question, 1)
    chunks = list(article._index.texts.all_chunks())
    running = [s.reading_text for c in chunks if not is_masthead(c) for s in c.sentences]

    assert findings.similarity == pytest.approx(max(similarity(question, text) for text in running), abs=1e-6)
    assert findings.coverage == article._index.lexical.coverage(question).max()
    assert set(findings.timings) == {"embed", "retrieve"}
    assert all(milliseconds >= 0 for milliseconds in findings.timings.values())


def test_search_is_the_passages_of_find(article: Retriever) -> None:
    """One ranking, whoever asks; fewer passages are the beginning of more."""
    for question in QUESTIONS:
        ten = article.search(question, 10)
        assert tuple(ten) == article.find(question, 10).passages
        assert article.search(question) == ten[:5]
        assert ten[0].title == bundled_article().title
        assert ten[0].source == bundled_article().source


def test_more_than_there_is_gives_all(article: Retriever) -> None:
    """Asking for a thousand passages ranks every chunk once."""
    passages = article.search(QUESTIONS[0], 1000)

    assert [p.rank for p in passages] == list(range(1, article._index.texts.chunk_count + 1))
    assert len({(p.chunk.start, p.chunk.end) for p in passages}) == len(passages)


@pytest.mark.parametrize("where", ["author", ["author"], {"author": 5}, {5: "x"}])
def test_where_of_another_type_is_refused_in_words(article: Retriever, where: Any) -> None:
    """The mistake is told where it was made, not somewhere within."""
    with pytest.raises(InputError, match="texts by name"):
        article.search(QUESTIONS[0], where=where)


@pytest.mark.parametrize("k", [0, -1, 2.5, "3", True])
def test_fewer_than_one_passage_is_refused(article: Retriever, k: int) -> None:
    """Asking for nothing is a mistake of the caller."""
    with pytest.raises(ValueError, match=f"at least 1, got {k!r}"):
        article.search(QUESTIONS[0], k)


@pytest.mark.parametrize(
    "question",
    ["", "  \n\t\u3000", "？！……", "🎉", "\u200b", "问" * 100_000],
    ids=["empty", "blank", "punctuation", "emoji", "invisible", "100,000 characters"],
)
def test_no_question_is_refused(article: Retriever, question: str) -> None:
    """What cannot be a question is told as such before anything is embedded."""
    with pytest.raises(QuestionError):
        article.search(question)


def test_white_space_around_a_question_changes_nothing(article: Retriever) -> None:
    """A question pasted with its line break is the same question."""
    assert article.search(f"\u3000{QUESTIONS[0]}\r\n") == article.search(QUESTIONS[0])


def test_threads_get_the_same_passages(article: Retriever) -> None:
    """Eight threads asking at once get what one gets."""
    alone = [article.search(question) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(article.search, QUESTIONS * 8))

    assert together == alone * 8


def test_ties_keep_the_order_of_the_text(tmp_path: Path) -> None:
    """Paragraphs that say the same come in the order they stand in, in every run."""
    same = "氢能是未来产业。储能也是未来产业，两者都重要。"
    documents = [make(name, f"{same}\n\n{same}\n\n{same}") for name in ("one", "two")]
    with retriever_of(documents, tmp_path / "index", SMALL) as retriever:
        passages = retriever.search("氢能是什么产业？", 100)

    assert len({passage.score for passage in passages}) == 1
    places = [(passage.chunk.document_id, passage.chunk.start) for passage in passages]
    assert len(places) >= 4
    assert places == sorted(places)


# --- filters -----------------------------------------------------------------------------------

LIBRARY = [
    make("a", "氢能汽车在武进生产。电池也在武进生产。", author="丁", year="2023"),
    make("b", "氢能火车在常州生产。电池也在常州生产。", author="徐", year="2024"),
    make("c", "氢能轮船在南京生产。电池也在南京生产。", year="2024"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """Three documents with metadata."""
    with retriever_of(LIBRARY, tmp_path_factory.mktemp("library") / "index") as retriever:
        yield retriever


@pytest.mark.parametrize(
    ("where", "documents"),
    [
        (None, "abc"),
        ({}, "abc"),
        ({"document_id": "b"}, "b"),
        ({"id": "b"}, "b"),
        ({"title": LIBRARY[2].title}, "c"),
        ({"source": "a.txt"}, "a"),
        ({"year": "2024"}, "bc"),
        ({"year": "2024", "author": "徐"}, "b"),
        ({"author": "丁", "document_id": "b"}, ""),
        ({"document_id": "nobody"}, ""),
        ({"source": "*.TXT", "year": "*4"}, "bc"),
        ({"author": "*"}, "ab"),
    ],
    ids=str,
)
def test_where_admits_documents(library: Retriever, where: Mapping[str, str] | None, documents: str) -> None:
    """Only what matches every value is found; what nothing matches finds nothing and is no error."""
    findings = library.find("氢能在哪里生产？", 10, where)

    assert {passage.chunk.document_id for passage in findings.passages} == set(documents)
    assert bool(findings.sentences) == bool(documents)
    if not documents:
        assert (findings.similarity, findings.coverage) == (0, 0)


def test_where_admits_sections(tmp_path: Path) -> None:
    """Of a section, and what is under it, alone is found; by its whole path or by its heading."""
    text = "# 甲\n\n氢能很好。\n\n## 乙\n\n氢能在武进。\n\n### 丙\n\n氢能在常州。\n\n## 丁\n\n氢能在江苏。\n"
    document = Document("d", "甲", "d.md", text)
    with retriever_of([document], tmp_path / "index") as retriever:
        for where, places in (
            ({"section": "乙"}, ["武进", "常州"]),
            ({"section": "甲 › 乙 › 丙"}, ["常州"]),
            ({"section": "甲 › 丁", "document_id": "d"}, ["江苏"]),
            ({"section": "丁", "document_id": "e"}, []),
            ({"section": "*丙"}, ["常州"]),
            ({"section": "甲 › 丙"}, []),
        ):
            found = sorted(
                retriever.search("氢能在哪里？", 10, where), key=lambda passage: passage.chunk.start
            )
            assert len(found) == len(places), where
            assert all(place in each.chunk.text for place, each in zip(places, found, strict=True))


def test_where_names_what_documents_have(library: Retriever) -> None:
    """A typing error is told, with the names there are; it is not an empty result."""
    with pytest.raises(InputError, match=r"author, document_id, id, source, title, year\), got 'publisher'"):
        library.search("氢能在哪里生产？", where={"publisher": "anyone"})


def test_where_changes_no_score(library: Retriever) -> None:
    """A filter leaves out; what it leaves has the same values."""
    free = {p.chunk: p.score for p in library.search("氢能在哪里生产？", 10)}
    filtered = library.search("氢能在哪里生产？", 10, {"year": "2024"})

    assert all(free[passage.chunk] == passage.score for passage in filtered)


def test_filters_in_a_large_index(large: Retriever) -> None:
    """One document among many is searched as if it were alone."""
    for question in chance_questions(large, 10):
        passages = large.search(question, 3, {"document_id": "doc07"})
        assert len(passages) == 3
        assert {passage.chunk.document_id for passage in passages} == {"doc07"}


# --- documents ---------------------------------------------------------------------------------


def test_documents_come_back_as_they_were(library: Retriever) -> None:
    """Texts, titles, sources and metadata, in order."""
    assert library.documents == tuple(LIBRARY)
    assert library.document("b") == LIBRARY[1]
    with pytest.raises(KeyError, match="nobody"):
        library.document("nobody")


def test_opening_and_asking_read_no_whole_document(
    library: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library larger than memory can be asked, whatever it is filtered by."""

    def read(self: Texts, name: str) -> Document:
        raise AssertionError(name)

    monkeypatch.setattr(Texts, "document", read)
    retriever = Retriever(library._index, EMBEDDER)

    for where in (None, {"title": LIBRARY[0].title}, {"year": "2024"}):
        assert retriever.search("氢能在哪里生产？", where=where)


# --- opening and closing -----------------------------------------------------------------------


def test_a_closed_retriever_says_so(tmp_path: Path) -> None:
    """Closing twice is fine; asking afterwards is told in words."""
    with retriever_of(LIBRARY, tmp_path / "index") as retriever:
        assert retriever.search("氢能")
    retriever.close()

    with pytest.raises(ValueError, match="closed"):
        retriever.search("氢能")


def test_an_index_that_is_replaced_still_answers(tmp_path: Path) -> None:
    """A server goes on with the index it opened while a new one takes its place."""
    with retriever_of(LIBRARY, tmp_path / "index") as retriever:
        before = retriever.search("氢能在哪里生产？")
        build_index(LIBRARY[:1], tmp_path / "index", EMBEDDER)
        assert retriever.search("氢能在哪里生产？") == before
        assert len(retriever.documents) == 3


def test_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of another model mean nothing: one typed error, whichever way the index is opened."""
    build_index(LIBRARY, tmp_path / "index", EMBEDDER)
    other = ToyEmbedder(dimension=32)
    with open_index(tmp_path / "index") as index, pytest.raises(IndexMismatchError, match="own model"):
        Retriever(index, other)
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: other)
    with pytest.raises(IndexMismatchError, match="toy-character-pairs-256"):
        Retriever.open(tmp_path / "index")


def test_open_takes_a_folder_by_path_or_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was built is what answers."""
    monkeypatch.setattr("zhangju_index.embedding.load_embedder", lambda name=None: EMBEDDER)
    build_index(LIBRARY, tmp_path / "index", EMBEDDER)
    for folder in (tmp_path / "index", str(tmp_path / "index")):
        with Retriever.open(folder) as retriever:
            assert retriever.documents == tuple(LIBRARY)


def test_harm_to_any_byte_is_told_when_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are compared before the model loads, and the model is then not loaded at all."""

    def refuse(name: str | None = None) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr("zhangju_index.embedding.load_embedder", refuse)
    build_index(LIBRARY, tmp_path / "index", EMBEDDER)
    (path,) = (tmp_path / "index").rglob("kinds.npy")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(IndexDamagedError, match=r"kinds\.npy"):
        Retriever.open(tmp_path / "index")


def test_a_wrong_folder_is_told_before_the_model_loads(tmp_path: Path) -> None:
    """A missing folder, a file, an empty folder, a folder of other things: one error, no torch."""
    (tmp_path / "file").write_text("text", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "photo.jpg").write_bytes(b"...")
    names = ["missing", "file", "empty", "other", "file/below"]
    script = (
        "import sys\nfrom pathlib import Path\nfrom zhangju import Retriever\n"
        f"for name in {names!r}:\n"
        "    try:\n        Retriever.open(Path(sys.argv[1]) / name)\n"
        "    except Exception as error:\n        print(type(error).__name__)\n"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, check=True).stdout

    assert output.decode().splitlines() == [IndexMissingError.__name__] * len(names) + ["[]"]
