import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhangju_index.file_names import file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("年假.md", "年假.md"),
        ("../../evil.md", "evil.md"),
        ("src/de.md", "de.md"),
        ("C:\\laws\\leave.md", "leave.md"),
        ("..\\../a\\b.txt", "b.txt"),
        (".hidden.md", "hidden.md"),
        ("a.md.", "a.md"),
        ("..", "upload"),
        ("folder/", "upload"),
        ("", "upload"),
        ("invoice\u202efdp.md", "invoicefdp.md"),
        ("a\x00b\x1b[31m.md", "ab[31m.md"),
        ("two\r\nlines.md", "two lines.md"),
        ("zero\u200bwidth\ufeff.md", "zerowidth.md"),
        ("half\ud800.md", "half.md"),
        ("re\u0301sume\u0301.md", "résumé.md"),
        ("x" * 500 + ".md", "x" * 197 + ".md"),
        ("a." + "x" * 500, "a." + "x" * 198),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_a_name_is_its_last_part_without_what_hides(name: str, expected: str) -> None:
    """Also of another system, and of somebody who means ill."""
    assert file_name(name) == expected


@given(st.text(alphabet=st.characters(exclude_categories=[])) | st.text(alphabet="./\\ \u202ea", max_size=12))
@example("." * 300)
@example("/" + "." + "a" * 300 + ". .")
def test_every_name_can_be_shown_and_kept(name: str) -> None:
    """One part, one line, written in UTF-8, of bounded length; done twice it stays."""
    kept = file_name(name)

    assert 0 < len(kept) <= 200
    assert not set(kept) & set("/\\")
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in kept)
    assert kept == kept.strip(" .")
    assert kept.encode()
    assert file_name(kept) == kept
