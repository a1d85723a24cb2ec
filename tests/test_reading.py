import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.blocks import find_blocks
from zhangju_index.lines import split_lines
from zhangju_index.reading import ReadingText, concatenate, cut_words, join_lines, spaces_latin

TEXTS = st.text(alphabet="甲乙丙。，“”ab 12\u3000\t\n\r-\u00ad😀", max_size=80)


def join(text: str, *, sliced: int = 0, spaced: bool = False) -> str:
    """All lines of a text joined."""
    return join_lines(text, split_lines(text), sliced=sliced, spaced=spaced).text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("新技\n术", "新技术"),
        ("新技  \n\u3000\u3000术", "新技术"),
        ("the river\nrose", "the river rose"),
        ("共有3\n5人", "共有35人"),
        ("共有2024\n年", "共有2024年"),
        ("使用Python\n语言", "使用Python语言"),
        ("一条(长\n)河", "一条(长)河"),
        ("long-\nterm", "long-term"),
        ("extra\u00ad\nordinary", "extraordinary"),
        ("甲\n\n乙", "甲乙"),
        ("𠮷野\n家", "𠮷野家"),
    ],
    ids=repr,
)
def test_wraps_are_joined_as_a_reader_joins_them(text: str, read: str) -> None:
    """Han characters touch, Latin words stand apart, figures make one number."""
    assert join(text) == read


def test_a_wrap_inside_a_latin_word_is_closed() -> None:
    """Where lines were cut at a count of characters, a full line may end inside a word."""
    assert join("甲乙丙丁戊己 Pyth\non 语言", sliced=11) == "甲乙丙丁戊己 Python 语言"


def test_a_cut_beside_a_space_keeps_the_space() -> None:
    """The space is the text's own."""
    assert join("the ferry \nsails", sliced=10) == "the ferry sails"


def test_a_source_that_spaces_latin_words_gets_its_space_back() -> None:
    """使用 Python 语言 wrapped before Python is read as it was written."""
    text = "我们使用 Python 语言，也使用 Rust 语言。"

    assert spaces_latin(text)
    assert not spaces_latin("我们使用Python语言")
    assert join("我们使用\nPython 语言", spaced=True) == "我们使用 Python 语言"


def dehyphenate(text: str, *, hyphenated: bool) -> str:
    """All lines of a text joined, without the hyphens that cut a word."""
    lines = split_lines(text)
    return join_lines(text, lines, cut=cut_words(text, lines, hyphenated=hyphenated)).text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("the retriev-\nal of", "the retrieval of"),
        ("a well-known river, a well-\nknown bridge", "a well-known river, a well-known bridge"),
        ("the state-of-the-\nart", "the state-of-the-art"),
        ("the 3-\nday trip", "the 3-day trip"),
        ("the Smith-\nJones bridge", "the Smith-Jones bridge"),
        ("pre-\nand post-war", "pre-and post-war"),
        ("die Fluß-\nläufe", "die Flußläufe"),
        ("one -\ntwo", "one -two"),
    ],
    ids=repr,
)
def test_a_word_cut_by_a_hyphen_is_made_whole(text: str, read: str) -> None:
    """Compounds keep their hyphen, as do figures and names."""
    assert dehyphenate(text, hyphenated=True) == read


def test_where_lines_were_not_hyphenated_only_a_known_word_loses_its_hyphen() -> None:
    """A wrapped text file breaks after the hyphens that its words have."""
    assert dehyphenate("a long-\nterm plan", hyphenated=False) == "a long-term plan"
    assert dehyphenate("retrieval, retriev-\nal", hyphenated=False) == "retrieval, retrieval"


def test_a_dropped_hyphen_leaves_the_offsets_exact() -> None:
    """The range of a mended word holds its hyphen and its break."""
    text = "the retriev-\nal of"
    lines = split_lines(text)
    reading = join_lines(text, lines, cut=cut_words(text, lines, hyphenated=True))
    start, end = reading.source_range(4, 13)

    assert (reading.text[4:13], text[start:end]) == ("retrieval", "retriev-\nal")


@given(TEXTS)
def test_offsets_rise_and_name_the_character_that_is_read(text: str) -> None:
    """Every reading character is its source character, or a space for a line break."""
    for block in find_blocks(text).blocks:
        reading = block.reading
        assert len(reading.text) == len(reading.offsets)
        assert all(a < b for a, b in zip(reading.offsets, reading.offsets[1:], strict=False))
        for character, offset in zip(reading.text, reading.offsets, strict=True):
            assert text[offset] == character or (character == " " and text[offset].isspace())


@given(TEXTS, st.data())
def test_ranges_map_to_the_source_and_back(text: str, data: st.DataObject) -> None:
    """A quoted range of the reading text has one source range, and that range leads back."""
    for block in find_blocks(text).blocks:
        reading = block.reading
        start = data.draw(st.integers(0, len(reading.text) - 1))
        end = data.draw(st.integers(start + 1, len(reading.text)))
        first, last = reading.source_range(start, end)

        assert reading.reading_range(first, last) == (start, end)
        assert reading.slice(first, last).text == reading.text[start:end]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 1), (0, 3)])
def test_an_empty_or_outside_range_is_refused(start: int, end: int) -> None:
    """There is no source behind nothing."""
    with pytest.raises(ValueError, match=r"expected a range inside 0\.\.2"):
        ReadingText("甲乙", (0, 1)).source_range(start, end)


def test_blocks_are_put_a_line_break_apart() -> None:
    """The break has an offset of its own, so ranges across blocks still map."""
    whole = concatenate([ReadingText("甲", (3,)), ReadingText("", ()), ReadingText("乙", (9,))])

    assert whole == ReadingText("甲\n乙", (3, 4, 9))
    assert whole.source_range(0, 3) == (3, 10)
