import re
from collections import Counter
from pathlib import Path

import click
import pytest

from zhangju_index.errors import FAULTS, Fault
from zhangju_index.library import Change, Outcome, Reading
from zhangju_index.manifest import Counts, DocumentRecord, Manifest, ModelRecord
from zhangju_ui.library_output import amount, change_json, change_lines, list_json, list_lines
from zhangju_ui.sources import Found

INDEX = Path("my-index")
RECORDS = (
    DocumentRecord("甲", "甲文", "papers/甲.pdf", "0" * 64, 3120),
    DocumentRecord("b", "B\x1b[2J", "b\n.txt", "1" * 64, 1),
)
MANIFEST = Manifest("0.1.0", ModelRecord("toy", "toy:1", 4), {}, RECORDS, Counts(2, 3, 1200, 1), {})
METADATA = {
    "甲": {
        "path": "/x/papers/甲.pdf",
        "author": "徐挺",
        "date": "2024-03-01",
        "format": "pdf",
        "pages": "12",
    },
    "b": {},
}
PAGES = {"甲": 12}


def read(
    outcome: Outcome,
    number: int = 1,
    reason: str = "is empty: give a file with text",
    fault: Fault = "unreadable",
) -> list[Reading]:
    """Some files with one outcome."""
    names = [f"{outcome}-{each}.txt" for each in range(number)]
    if outcome == "refused":
        return [Reading(name, outcome, reason=f"{name} {reason}", fault=fault) for name in names]
    return [Reading(name, outcome, Path(name).stem, 100) for name in names]


def lines_of(readings: list[Reading], found: Found | None = None, seconds: float = 60.0) -> list[str]:
    """Sum up what was read, without colours."""
    change = Change(MANIFEST, tuple(readings))
    return [click.unstyle(line) for line in change_lines(INDEX, change, found or Found(), seconds, 12_000)]


def test_an_amount_says_one_and_many() -> None:
    """Numbers are easy to read, and the words fit them."""
    assert amount(MANIFEST.counts) == "2 documents, 1,200 chunks, 1 sentence"


def test_a_list_says_what_is_known_of_each_document() -> None:
    """Two lines each, of which nothing can steer the terminal; then how much it is."""
    assert [click.unstyle(line) for line in list_lines(MANIFEST, METADATA, PAGES)] == [
        "甲  甲文",
        "    papers/甲.pdf, 3,120 characters, 12 pages, 徐挺, 2024-03-01, pdf",
        "b  B\\x1b[2J",
        "    b .txt, 1 character",
        "",
        "2 documents, 1,200 chunks, 1 sentence; model toy:1",
    ]


def test_a_list_for_programs_has_everything() -> None:
    """Whatever ``--where`` can ask for is there."""
    value = list_json(MANIFEST, METADATA, PAGES)

    assert list(value) == ["documents", "chunks", "sentences", "model", "format_version"]
    assert [list(each) for each in value["documents"]] == [
        ["document_id", "title", "source", "characters", "pages", "sha256", "metadata"]
    ] * 2
    assert [each["pages"] for each in value["documents"]] == [12, None]
    assert value["documents"][0]["metadata"] == METADATA["甲"]


def test_a_summary_says_what_was_read_and_what_there_is() -> None:
    """What became of the files, how long it took, and how much the index holds now."""
    readings = [*read("added", 400), *read("replaced", 12), *read("unchanged", 934)]

    assert lines_of(readings, seconds=552) == [
        "400 added, 12 replaced, 934 unchanged in 9 min 12 s, 22 characters/s",
        "my-index holds 2 documents, 1,200 chunks, 1 sentence",
    ]


def test_a_summary_counts_what_was_refused_by_reason() -> None:
    """The commonest first, in one line: each file was named when it was refused."""
    found = Found(problems=read("refused", 1, "fits no file: check the pattern"))
    readings = [*read("added"), *read("refused", 300, fault="pictures"), *read("refused", 2, fault="no_text")]

    assert lines_of(readings, found)[:3] == [
        "1 added, 303 refused in 1 min 0 s, 200 characters/s",
        "  refused: 300 with pictures of text only, 2 without text, 1 not there or not readable",
        "my-index holds 2 documents, 1,200 chunks, 1 sentence",
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_summary_has_words_for_every_fault(fault: Fault) -> None:
    """Whatever a file may be refused for."""
    assert re.fullmatch(r"  refused: 1 [a-zA-Z -]+", lines_of(read("refused", fault=fault))[1])


@pytest.mark.parametrize(
    ("left_out", "line"),
    [
        ({".jpg": 1, ".xlsx": 1200}, "1,201 files of other formats left out: .xlsx (1,200), .jpg (1)"),
        ({"": 1}, "1 file of other formats left out: no ending (1)"),
        (
            {f".{letter}": 1 for letter in "abcdefghij"},
            "10 files of other formats left out: .a (1), .b (1), .c (1), .d (1), .e (1), .f (1), .g (1), .h (1), …",
        ),
    ],
    ids=["two", "none", "many"],
)
def test_a_summary_counts_what_was_left_out(left_out: dict[str, int], line: str) -> None:
    """By ending, the commonest first."""
    assert lines_of(read("added"), Found(left_out=Counter(left_out)))[1] == line


def test_a_summary_for_programs_says_the_same() -> None:
    """Every file with what became of it."""
    found = Found(problems=read("refused", 1, "fits no file"), left_out=Counter({".jpg": 2}))
    change = Change(
        MANIFEST, (*read("added"), *read("replaced"), *read("unchanged"), *read("refused", fault="no_text"))
    )

    assert change_json(INDEX, change, found, 1.23456, 100) == {
        "index": "my-index",
        "added": [{"document_id": "added-0", "source": "added-0.txt", "characters": 100}],
        "replaced": [{"document_id": "replaced-0", "source": "replaced-0.txt", "characters": 100}],
        "unchanged": [{"document_id": "unchanged-0", "source": "unchanged-0.txt", "characters": 100}],
        "refused": [
            {"source": "refused-0.txt", "fault": "unreadable", "reason": "refused-0.txt fits no file"},
            {
                "source": "refused-0.txt",
                "fault": "no_text",
                "reason": "refused-0.txt is empty: give a file with text",
            },
        ],
        "left_out": {".jpg": 2},
        "documents": 2,
        "chunks": 1200,
        "sentences": 1,
        "embedded_characters": 100,
        "seconds": 1.235,
    }
