import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.front_matter import find_front_matter, read_leading_lines

BODY = "\n\n# 桥\n\n桥通车了。\n"


@pytest.mark.parametrize(
    ("block", "title", "metadata"),
    [
        ("---\ntitle: 大桥\nauthor: 王明\ndate: 2024-03-05\n---", "大桥", {"author": "王明", "date": "2024-03-05"}),
        ("---\r\ntitle: '大桥: it''s open' # today\r\ntags: [a, b]\r\n---", "大桥: it's open", {}),
        ('---\nTitle: "A \\"long\\" way"\nauthor: [Ann Lee, "Poe, E."]\n...', 'A "long" way', {"author": "Ann Lee, Poe, E."}),
        ("---\nauthors:\n  - 王明\n  - name: 李华\n    email: li@example.org\n---", None, {"author": "王明, 李华"}),
        ("---\nauthor:\n  name: 王明\n  place: 青山\ntitle: >\n  大桥\n  通车\n---", "大桥 通车", {"author": "王明"}),
        ("\ufeff---\ndate: 2024年3月5日\nlayout: post\n---", None, {"date": "2024-03-05"}),
        ("---\ndate: 2024-03-05T10:00:00+08:00\n---", None, {"date": "2024-03-05"}),
        ("---\ndate: 2024/3\n---", None, {"date": "2024-03"}),
        ("---\ntitle: {a: [b\nauthor: !!python/object/apply:os.system [ls]\ndate: 2024-13-45\n---", None, {}),
        ("---\ntitle: null\nauthor: *someone\n---", None, {}),
        ('+++\ntitle = "大桥"\nauthors = ["王明", "李华"]\ndate = 2024-03-05\n[extra]\ntitle = "no"\n+++', "大桥", {"author": "王明, 李华", "date": "2024-03-05"}),
        ("+++\ntitle = 大桥\n+++", None, {}),
        ("+++\ntitle = [[1], {a = 2}]\n+++", None, {}),
    ],
)  # fmt: skip
def test_front_matter_names_the_file(block: str, title: str | None, metadata: dict[str, str]) -> None:
    """Flat values are read, lists are joined, what is malformed or nested is left out."""
    found = find_front_matter(block + BODY)

    assert found is not None
    assert (found.title, found.metadata) == (title, metadata)
    assert found.end == len(block)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n---\n",
        "---\ntitle: 大桥\n",
        "---\n\ntitle: 大桥\n---\n",
        "\n---\ntitle: 大桥\n---\n",
        "---\n桥通车了。\n---\n",
        "+++\n桥通车了。\n+++\n",
        "# 桥\n\n---\ntitle: 大桥\n---\n",
        "---\ntitle: 大桥\n" + "line: x\n" * 5000 + "---\n",
    ],
)
def test_rules_and_text_are_no_front_matter(text: str) -> None:
    """It opens the file, has a key at once, and ends before long."""
    assert find_front_matter(text) is None


@pytest.mark.parametrize(
    ("text", "title", "metadata"),
    [
        ("Title: Tea\nAuthor: Ann Lee\nDate: 2024-03-05\nKeywords: tea\n\nWater first.", "Tea", {"author": "Ann Lee", "date": "2024-03-05"}),
        ("标题：茶\n作者：王明\n\n先烧水。", "茶", {"author": "王明"}),
        ("% Tea\n% Ann Lee; Bo Li\n% 2024-03-05\n\nWater first.", "Tea", {"author": "Ann Lee, Bo Li", "date": "2024-03-05"}),
    ],
)  # fmt: skip
def test_leading_lines_name_the_file(text: str, title: str, metadata: dict[str, str]) -> None:
    """As MultiMarkdown and Pandoc have them."""
    found = read_leading_lines(text)

    assert found is not None
    assert (found.title, found.metadata) == (title, metadata)


@pytest.mark.parametrize(
    "text", ["", "\n", "Note: warm the pot.\n\nx", "Title: Tea\nWater first.\n", "桥：通车\n"]
)
def test_other_lines_are_text(text: str) -> None:
    """One line that is no key, or a first key that is nothing of a file's, and there is nothing to read."""
    assert read_leading_lines(text) is None


@given(
    st.text(alphabet="-+=:\"'[]{}|>&*!#%,. \n\r\ttitleauthordate大2024\ud800\x00"),
    st.sampled_from(["---\na: 1\n", "+++\na = 1\n", "title: ", "% "]),
)
def test_any_front_matter_is_harmless(text: str, opening: str) -> None:
    """Whatever it holds, values are short, and nothing is raised."""
    for found in (find_front_matter(f"{opening}{text}\n{opening[:3]}\n"), read_leading_lines(opening + text)):
        if found is not None:
            for value in [found.title or "", *found.metadata.values()]:
                assert len(value) <= 500


@pytest.mark.parametrize(
    "piece", ["a: [", "a: &a [*a,*a]\n", "- - ", "a: " + " " * 99, '"\\', "a: '", "[[", ":"], ids=repr
)
def test_hostile_front_matter_takes_no_time(piece: str) -> None:
    """No depth, reference or repetition makes reading slow."""
    started = time.process_time()
    for fence, key in (("---", "k: v"), ("+++", "k = 1")):
        find_front_matter(f"{fence}\n{key}\n{piece * (18_000 // len(piece))}\n{fence}\n")
        find_front_matter(f"{fence}\n{key[:-1]}{piece * (18_000 // len(piece))}\n{fence}\n")
    read_leading_lines("title: " + piece * 10_000)
    assert time.process_time() - started < 2
