from hypothesis import given
from hypothesis import strategies as st

from zhangju_ui.excerpt import excerpt, joined


def test_a_quote_is_found_behind_joined_wraps():
    """Offsets of the source lead to the same words where the line breaks are gone."""
    text, reading = "新技术、新\n\n产业、新动能。\n突破", "新技术、新产业、新动能。突破"
    words, spans = joined(text, reading, [(4, 10), (0, 3)])
    assert words == reading
    assert [words[a:b] for a, b in spans] == ["新产业、", "新技术"]


def test_a_reading_text_that_differs_is_not_trusted():
    """When the words themselves differ, the exact text is shown with the exact range."""
    assert joined("a b", "a c", [(2, 3)]) == ("a b", [(2, 3)])


@given(
    st.text(min_size=1, max_size=80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(0, 80),
)
def test_an_excerpt_keeps_the_passage(text, a, b, c, d):
    """Marking a quote adds and loses no character; its pieces are the quote exactly."""
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    found = excerpt(text, (start, end), tuple(sorted((c, d))), around=5)
    assert "".join(piece for _, piece in found.whole) == text
    assert "".join(piece for mark, piece in found.whole if mark) == text[start:end]
    assert "".join(piece for mark, piece in found.short if mark) == text[start:end]
