import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from article import ARTICLE_TEXT, squeeze
from generated import TEXTS
from papers import PAPERS
from rewrap import SHAPES
from zhangju_index.chunking import (
    ChunkSettings,
    chunk_document,
    heading_path,
    is_byline_chunk,
    is_masthead,
)
from zhangju_index.lines import is_visible
from zhangju_index.outline import Outline, outline_document
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Chunk, Document

TOY = ToyEmbedder()
SIZES = st.builds(ChunkSettings, max_tokens=st.integers(16, 80), max_characters=st.integers(16, 120))


def chunked(text: str, settings: ChunkSettings | None = None) -> tuple[Outline, list[Chunk]]:
    """The outline of a text and its chunks, sized by the toy embedder."""
    found = outline_document(Document("paper", "Paper", "paper.txt", text))
    return found, chunk_document(found, TOY.count_tokens, settings)


@given(TEXTS, SIZES)
def test_chunks_are_slices_of_one_section_each(text: str, settings: ChunkSettings) -> None:
    """Quoting a chunk can never misquote the source or mix two sections."""
    found, chunks = chunked(text, settings)

    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        homes = [s for s in found.sections if s.start <= chunk.start and chunk.end <= s.end]
        assert len(homes) == 1
        assert homes[0].path == chunk.section_path


@given(TEXTS, SIZES)
def test_every_visible_character_lies_in_exactly_one_chunk(text: str, settings: ChunkSettings) -> None:
    """Nothing is lost and nothing is indexed twice."""
    _, chunks = chunked(text, settings)
    covered = [i for chunk in chunks for i in range(chunk.start, chunk.end)]

    assert covered == sorted(set(covered))
    if is_visible(text):
        missing = set(range(len(text))) - set(covered)
        assert all(text[i].isspace() for i in missing)


@given(TEXTS, SIZES)
def test_sentences_lie_in_their_chunk_in_order(text: str, settings: ChunkSettings) -> None:
    """Each is an exact slice and is read without a line break."""
    for chunk in chunked(text, settings)[1]:
        assert chunk.sentences
        ends = [chunk.start, *(sentence.end for sentence in chunk.sentences)]
        for end, sentence in zip(ends, chunk.sentences, strict=False):
            assert end <= sentence.start < sentence.end <= chunk.end
            assert text[sentence.start : sentence.end] == sentence.text
            assert sentence.text.strip() == sentence.text
            assert "\n" not in sentence.reading_text
            assert "\r" not in sentence.reading_text
            assert squeeze(sentence.reading_text) in squeeze(chunk.reading_text)


@given(TEXTS, SIZES)
def test_chunks_keep_to_their_size(text: str, settings: ChunkSettings) -> None:
    """Only a single character may be too large, or a section whose headings alone are."""
    for chunk in chunked(text, settings)[1]:
        tokens = sum(TOY.count_tokens([sentence.reading_text for sentence in chunk.sentences]))
        path = TOY.count_tokens([heading_path(chunk.section_path)])[0]
        # White space and format characters around the sentences come on top.
        shown = chunk.sentences[-1].end - chunk.sentences[0].start

        assert shown <= settings.max_characters or len(chunk.sentences) == 1 == len(chunk.text)
        assert tokens <= max(16, settings.max_tokens - path)


@pytest.mark.parametrize("name", PAPERS)
def test_no_sentence_is_cut_where_it_fits(name: str) -> None:
    """At the default sizes every sentence of an ordinary text is whole."""
    found, chunks = chunked(PAPERS[name])
    whole = {block.text for block in found.blocks}

    for chunk in chunks:
        for sentence in chunk.sentences:
            assert any(sentence.reading_text in block for block in whole)
            assert sentence.reading_text[-1] not in "，、,"


@pytest.mark.parametrize("shape", ["as printed", "sliced at 23", "filled to 60 columns", "torn (3)", "CRLF"])
def test_the_article_reads_the_same_in_every_shape(shape: str) -> None:
    """The same sentences come out of a re-wrapped copy, word for word."""
    reference = [s.reading_text for chunk in chunked(ARTICLE_TEXT)[1] for s in chunk.sentences]
    found = [s.reading_text for chunk in chunked(SHAPES[shape](ARTICLE_TEXT))[1] for s in chunk.sentences]

    assert found == reference


def test_the_article_is_divided_evenly() -> None:
    """A long section becomes chunks of one size, none of them a leftover."""
    _, chunks = chunked(ARTICLE_TEXT)
    body = [chunk for chunk in chunks if len(chunk.section_path) == 2 and len(chunk.text) > 60]

    assert max(len(chunk.text) for chunk in chunks) <= ChunkSettings().max_characters
    assert all(len(chunk.text) >= 150 for chunk in body)


def test_an_endless_sentence_is_cut_between_clauses() -> None:
    """Commas are better than nothing; without any mark it is halved."""
    settings = ChunkSettings(max_tokens=50, max_characters=60)
    clauses = chunked("河水从山上流下来，" * 30, settings)[1]
    bare = chunked("河" * 500, settings)[1]

    assert all(sentence.text.endswith("，") for chunk in clauses for sentence in chunk.sentences)
    assert {len(chunk.text) for chunk in bare} <= set(range(25, 51))


def test_a_combining_mark_stays_with_its_letter() -> None:
    """Halving never starts a piece with an accent."""
    text = "e\u0301" * 200

    assert all(chunk.text[0] == "e" for chunk in chunked(text, ChunkSettings(40, 40))[1])


def test_headings_are_added_to_what_is_embedded_and_never_to_what_is_quoted() -> None:
    """A short line alone says little without its place; running text stands for itself."""
    _, chunks = chunked(
        "大桥\n\n桥很长，也很宽。\n\n第一章 历史\n\n第一节 开工\n\n桥修了三年。\n\n第二节 通车\n\n桥通车了。\n"
    )
    chapter = next(chunk for chunk in chunks if chunk.text == "第一章 历史")
    work = next(chunk for chunk in chunks if "三年" in chunk.text)

    assert chapter.embedding_text == "大桥\n第一章 历史"
    assert work.section_path == ("大桥", "第一章 历史", "第一节 开工")
    assert work.text == "第一节 开工\n\n桥修了三年。"
    assert work.reading_text == work.embedding_text == "第一节 开工\n桥修了三年。"


def test_chunks_are_the_same_every_time() -> None:
    """Nothing depends on a hash or on an earlier call."""
    assert chunked(ARTICLE_TEXT)[1] == chunked(ARTICLE_TEXT)[1]


def test_nothing_visible_makes_no_chunk() -> None:
    """An empty text has nothing to index."""
    assert chunked("")[1] == []
    assert chunked(" \n\u3000\n")[1] == []


@pytest.mark.parametrize("sizes", [(15, 100), (100, 15), (0, 0)])
def test_sizes_that_fit_no_sentence_are_refused(sizes: tuple[int, int]) -> None:
    """The message says what was expected."""
    with pytest.raises(ValueError, match="expected sizes of 16 or more"):
        ChunkSettings(*sizes)


@pytest.mark.parametrize(
    "piece", ["河水涨了。", "河水涨了，", "河水涨了", "River rose. ", "“河。", "好。\n", "\u0301"], ids=repr
)
def test_time_grows_with_length_only(piece: str) -> None:
    """Four times the text takes nowhere near sixteen times as long."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.process_time()
        chunked(text)
        return time.process_time() - started

    assert seconds(40_000) < 9 * seconds(10_000) + 0.1


def test_rules_and_comments_are_no_sentences() -> None:
    """Nobody would quote them, and they make no title a byline."""
    text = "# 宇治茶\n\n***\n\n## 歴史\n\n第一段在这里。\n\n<!-- 隐藏! 注释 -->\n\n---\n"
    _, chunks = chunked(text)

    assert [[s.text for s in chunk.sentences] for chunk in chunks] == [
        ["# 宇治茶"],
        ["## 歴史", "第一段在这里。"],
    ]
    assert "".join(chunk.text for chunk in chunks).replace("\n", "") == text.replace("\n", "")
    assert is_masthead(chunks[0])
    assert not is_byline_chunk(chunks[0])


def test_a_text_of_rules_alone_is_one_sentence_each() -> None:
    """There is nothing else to show."""
    assert [[s.text for s in chunk.sentences] for chunk in chunked("***\n\n---\n")[1]] == [["***", "---"]]


@pytest.mark.parametrize("line", ["<!-- a --> The price is five dollars. <!-- b -->", "∫ ∑ = ∞", "🎉🎉"])
def test_what_stands_between_comments_is_said(line: str) -> None:
    """Only a line that is a comment, a rule or a fence says nothing."""
    _, chunks = chunked(f"# 标题\n\n第一段在这里。\n\n{line}\n")
    said = "".join(sentence.text for chunk in chunks for sentence in chunk.sentences)
    assert "".join(line.split()) in "".join(said.split())


FRONT = "---\ntitle: 报告\ntags: [桥, 港]\n---\n"


def test_front_matter_is_no_text() -> None:
    """Its keys and values are searched and quoted nowhere; every other character keeps its place."""
    text = FRONT + "\n# 大桥\n\n大桥通车了。\n"
    _, chunks = chunked(text)

    said = [sentence.text for chunk in chunks for sentence in chunk.sentences]
    assert said == ["# 大桥", "大桥通车了。"]
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert "".join("".join(chunk.text for chunk in chunks).split()) == "#大桥大桥通车了。"


def test_a_file_of_front_matter_alone_is_kept() -> None:
    """There is nothing else to show."""
    said = [sentence.text for chunk in chunked(FRONT)[1] for sentence in chunk.sentences]
    assert "title: 报告" in said


def test_the_opening_of_code_is_no_sentence() -> None:
    """Its language is a mark, the code is not."""
    said = [
        s.text
        for chunk in chunked("正文在这里。\n\n```python\ntoll = 7.5\n```\n")[1]
        for s in chunk.sentences
    ]
    assert said == ["正文在这里。", "toll = 7.5"]
