import random
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from written import Part, write, write_pdf
from zhangju_index.chunking import chunk_document
from zhangju_index.errors import DocumentError
from zhangju_index.lines import is_visible
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_bytes
from zhangju_index.toy import ToyEmbedder
from zhangju_index.values import Chunk, Document

TOY = ToyEmbedder()
FORMS = ("txt", "txt utf-16", "txt gb18030", "md", "html", "docx", "pdf")

FAMILY = "👨‍👩‍👧"
HAN = st.text(alphabet="河水山桥春天市民公园树木新技术的是在了和人有中大", min_size=6, max_size=40)
LATIN = st.lists(
    st.sampled_from(["the", "river", "rose", "and", "Dover", "bridges", "were", "built", "quickly"]),
    min_size=4,
    max_size=20,
).map(" ".join)
SENTENCE = st.one_of(HAN.map(lambda text: f"{text}。"), LATIN.map(lambda text: f"The {text} again."))
ODD = st.one_of(
    st.sampled_from([f"🎉{FAMILY}", "𠮷野家𪚥", "النهر طويل جدا", "הנהר ארוך מאוד", "แม่น้ำยาว", "e\u0301ﬁ①Ⅻ", "50％", "<b>&amp;</b>", "[1] *a* _b_", "—", "“", "3.14", "No. 5"]),
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=20),
    st.integers(200, 900).map(lambda count: "河水涨了又落" * (count // 6)),
    st.integers(50, 300).map(lambda count: "x" * count),
)  # fmt: skip
PLAIN_PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6).map(
    lambda sentences: "".join(s if s[-1] == "。" else f"{s} " for s in sentences).strip()
)
TEXT = st.one_of(PLAIN_PARAGRAPH, ODD, st.tuples(PLAIN_PARAGRAPH, ODD).map("".join))
PART = st.one_of(
    TEXT.map(lambda text: Part("paragraph", text)),
    st.tuples(HAN, st.integers(1, 4)).map(lambda pair: Part("heading", *pair)),
    st.tuples(st.one_of(HAN, LATIN), st.integers(1, 3)).map(lambda pair: Part("item", *pair)),
    st.lists(HAN, min_size=2, max_size=3).map(lambda cells: Part("row", "\t".join(cells))),
    LATIN.map(lambda text: Part("code", f"x = [{text}]")),
)
PARTS = st.lists(PART, min_size=1, max_size=12)
# Each goes on without a stop, and is some words of another kind in the middle of Chinese ones.
MIXED = st.tuples(
    HAN,
    st.one_of(
        st.just(""),
        st.sampled_from(
            [f"🎉{FAMILY}", "𠮷野家𪚥", "النهر طويل جدا", "הנהר ארוך מאוד", "Dover bridge", "3.14"]
        ),
        # No two lines of it are the same: PDFium takes a line for a shadow of an equal one above it.
        st.integers(30, 90).map(lambda count: "".join(chr(0x4E00 + 5 * i) for i in range(count))),
    ),
    HAN,
).map("".join)
PROSE = st.lists(
    st.one_of(
        st.tuples(HAN, st.integers(1, 3)).map(lambda pair: Part("heading", *pair)),
        st.lists(MIXED.map(lambda text: f"{text}。"), min_size=1, max_size=9).map(
            lambda sentences: Part("paragraph", "".join(sentences))
        ),
        st.tuples(MIXED.map(lambda text: f"{text}。"), st.integers(1, 3)).map(
            lambda pair: Part("item", *pair)
        ),
    ),
    min_size=1,
    max_size=12,
)
# A PDF file needs some full lines to show how wide its column is.
OPENING = Part("paragraph", "昨天上午，横跨大河的新桥正式通车。这座桥长两千三百米，修建用了三年时间。" * 4)
# Its last line stands alone on the second page of a PDF file, with more Arabic letters than Chinese ones.
ENDS_IN_ARABIC = [
    OPENING,
    Part("paragraph", "河水涨了又落，桥上的人来了又去。" * 3),
    *(Part("paragraph", f"第{day}天，河水涨了又落。") for day in range(15)),
    Part("paragraph", "春天的市民在公园和大桥上有了新的技术，山和树木中的大河是النهر طويل جدا和山水公园。"),
]
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def check_promises(document: Document) -> list[Chunk]:
    """Everything that holds for every document, whatever it was read from."""
    text, layout = document.text, document.layout
    assert document.title.strip() == document.title != ""
    assert all(line.isprintable() for line in [*document.metadata, *document.metadata.values()])
    text.encode()

    ends = [0, *(offset for element in layout.elements for offset in (element.start, element.end)), len(text)]
    assert ends == sorted(ends)
    assert all(element.start < element.end for element in layout.elements)
    assert list(layout.pages) == sorted(layout.pages)
    assert layout.pages[:1] in ((), (0,))
    assert all(0 <= page <= len(text) for page in layout.pages)
    assert all(a < b for a, b in pairwise(layout.full_lines))

    found = outline_document(document)
    assert "".join(text[s.start : s.end] for s in found.sections) == text
    assert [s.start for s in found.sections] == [0, *(s.end for s in found.sections[:-1])]

    chunks = chunk_document(found, TOY.count_tokens)
    covered = [i for chunk in chunks for i in range(chunk.start, chunk.end)]
    assert covered == sorted(set(covered))
    if is_visible(text):
        assert all(text[i].isspace() for i in set(range(len(text))) - set(covered))
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert sum(s.start <= chunk.start and chunk.end <= s.end for s in found.sections) == 1
        assert chunk.page == layout.page_at(chunk.start)
        for sentence in chunk.sentences:
            assert text[sentence.start : sentence.end] == sentence.text
            assert sentence.page == layout.page_at(sentence.start)
            assert len(sentence.reading_text.splitlines()) == 1
    pages = [sentence.page or 0 for chunk in chunks for sentence in chunk.sentences]
    assert pages == sorted(pages)
    return chunks


def read(data: bytes, form: str) -> Document | None:
    """The document in a file of that format; None where it is refused in one line."""
    source = f"file.{form.split()[0]}"
    try:
        return document_from_bytes(data, source=source)
    except DocumentError as error:
        message = str(error)
    assert message.startswith(f"{source} ")
    assert ": " in message
    assert len(message.splitlines()) == 1
    return None


def bare(text: str) -> str:
    """Text without white space, which some formats break lines with."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("form", FORMS)
@FEW
@given(parts=PARTS)
def test_what_is_read_is_quoted_exactly_in_every_format(form: str, parts: list[Part]) -> None:
    """Sections tile the text, chunks and sentences are slices, and nothing is lost or doubled."""
    document = read(write(parts, form), form)
    if document is None:
        # Symbols alone are no text, a number alone is that of a page, and a few odd characters
        # tell no encoding for certain.
        assert form == "txt gb18030" or not any(c.isalpha() for part in parts for c in part.text)
    else:
        check_promises(document)


@pytest.mark.parametrize("form", FORMS)
@FEW
@given(parts=PROSE.map(lambda parts: [OPENING, *parts]))
@example(parts=ENDS_IN_ARABIC)
def test_no_format_loses_words_or_cuts_sentences(form: str, parts: list[Part]) -> None:
    """Each sentence that was written is within one sentence that is quoted, in the same order."""
    if form == "pdf":
        # This printer has one size of type: several headings would be one sentence without an end.
        parts = [replace(part, text=part.text.rstrip("。") + "。") for part in parts]
        # Of a line that begins with Arabic or Hebrew and goes on in Chinese, PDFium at times leaves out
        # an emoji of several characters: one such paragraph in seventy.
        parts = [
            replace(part, text=part.text.replace(FAMILY, "")) if re.search("[א-ي]", part.text) else part
            for part in parts
        ]
    document = read(write(parts, form), form)
    if document is None:
        assert form == "txt gb18030"
        return
    quoted = iter([bare(s.text) for chunk in check_promises(document) for s in chunk.sentences])
    quote = next(quoted)
    for part in parts:
        for sentence in map(bare, part.text.split("。")):
            while part.kind != "heading" and sentence not in quote:
                quote = next(quoted, None)
                assert quote is not None, f"{sentence} is in no sentence"
    assert all(bare(part.text) in bare(document.text) for part in parts)
    if form in ("html", "docx"):
        # What the format states lies where it says, to the character.
        for kind in ("heading", "item"):
            stated = [e for e in document.layout.elements if e.kind == kind]
            parts_of = [part for part in parts if part.kind == kind]
            lines = [document.text[e.start : e.end] for e in stated]
            # Word's style for deeper items is a list of its own, set further in.
            if (form, kind) != ("docx", "item"):
                assert [e.level for e in stated] == [part.level for part in parts_of]
            assert all(a.endswith(part.text) for a, part in zip(lines, parts_of, strict=True))
            assert all(len(a) - len(part.text) <= 2 for a, part in zip(lines, parts_of, strict=True))


ARTICLE = [
    Part("heading", "大桥建成通车"),
    OPENING,
    Part("heading", "Second part", 2),
    Part("paragraph", "The new bridge was opened yesterday. It is two kilometres long. " * 4),
    Part("item", "一项是桥。"),
    Part("item", "二项是路。", 2),
    Part("row", "甲\t乙"),
    Part("code", "x = 1"),
    Part("heading", "市民的话", 2),
    Part("paragraph", "“我们等了很多年。”一位老人说。他每天都要过河去看他的孩子，从前要走两个小时。" * 30),
]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_article_reads_the_same_in_every_format(form: str) -> None:
    """Its title, its headings and its sentences do not depend on what it was saved as."""
    document = read(write(ARTICLE, form), form)
    assert document is not None
    chunks = check_promises(document)
    quoted = [bare(s.text) for chunk in chunks for s in chunk.sentences]

    assert document.title == "大桥建成通车"
    assert quoted.count("这座桥长两千三百米，修建用了三年时间。") == 4
    assert quoted.count("“我们等了很多年。”一位老人说。") + quoted.count("“我们等了很多年。”") == 30
    assert {chunk.section_path[-1] for chunk in chunks} >= {"大桥建成通车", "Second part", "市民的话"}


def test_pages_rise_with_the_text() -> None:
    """A chunk is cited with the page it starts on."""
    document = read(write_pdf([f"第{i}天，河水涨了又落，桥上的人来了又去。" * 5 for i in range(60)]), "pdf")
    assert document is not None
    chunks = check_promises(document)

    assert len(document.layout.pages) > 3
    assert {chunk.page for chunk in chunks} == set(range(1, len(document.layout.pages) + 1))


def test_a_pdf_file_with_page_numbers_alone_is_refused() -> None:
    """A scan may have them; the message says what to do."""
    with pytest.raises(DocumentError, match=r"^a\.pdf holds no text but page numbers: run it through OCR"):
        document_from_bytes(write_pdf(["1"]), source="a.pdf")


def damaged(data: bytes, random_bytes: random.Random) -> list[bytes]:
    """Ways in which a download or a disk spoils a file."""
    spoilt = [data[: len(data) * k // 12] for k in range(1, 12)]
    spoilt += [data[len(data) * k // 5 :] for k in range(1, 5)]
    for _ in range(15):
        copy = bytearray(data)
        for _ in range(random_bytes.choice((1, 3, 30))):
            copy[random_bytes.randrange(len(copy))] = random_bytes.randrange(256)
        spoilt.append(bytes(copy))
    middle = len(data) // 2
    spoilt += [
        data[:middle] + bytes(200) + data[middle:],
        data[:middle] + data[: len(data) // 3] + data[middle:],
    ]
    spoilt += [
        data[:8] + random_bytes.randbytes(3000),
        data[:4] + bytes(3000),
        data + data,
        data + b"\xff" * 50,
    ]
    return spoilt


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_are_read_or_refused(form: str) -> None:
    """One line or a document that keeps every promise; nothing else, and soon."""
    started = time.process_time()
    for data in damaged(write(ARTICLE, form), random.Random(7)):  # noqa: S311
        document = read(data, form)
        if document is not None:
            check_promises(document)
    assert time.process_time() - started < 30


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "docx", "pdf", "docm", "htm"])
@pytest.mark.parametrize(
    "data",
    [bytes(5000), b"\xff" * 5000, random.Random(3).randbytes(5000), b"%PDF-", b"PK\x03\x04", b"<html>", b" \n", b"a", "桥。".encode()],  # noqa: S311
    ids=["zeros", "ones", "random", "PDF", "ZIP", "HTML", "blank", "a letter", "a word"],
)  # fmt: skip
def test_what_is_no_such_file_is_read_as_text_or_refused(data: bytes, suffix: str) -> None:
    """A name promises nothing."""
    document = read(data, suffix)
    if document is not None:
        check_promises(document)
