from dataclasses import replace
from pathlib import Path

import pytest

from zhangju_index import folder as folder_module
from zhangju_index.build import build_index
from zhangju_index.generations import JOURNAL, unfinished_file
from zhangju_index.manifest import Manifest
from zhangju_index.parsing import document_from_text
from zhangju_index.toy import ToyEmbedder
from zhangju_ui.doctor import Finding, examine, finding_lines


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of one document, in a folder whose name a shell would take apart."""
    directory = tmp_path / "my index"
    build_index([document_from_text("一句话。", name="a", source="a.txt")], directory, ToyEmbedder())
    return directory


def found(directory: Path) -> dict[str, Finding]:
    """What is found, by name."""
    return {finding.name: finding for finding in examine(directory, None)}


def test_it_says_which_formats_are_read(index: Path) -> None:
    """With the endings of their files."""
    state = found(index)["formats"].state

    for ending in (".txt", ".md", ".html", ".docx", ".pdf"):
        assert ending in state


def test_a_whole_index_is_no_fault(index: Path) -> None:
    """It says how much it holds."""
    findings = found(index)

    assert findings["index"].state.startswith(f"{index} is whole: 1 document, 1 chunk, 1 sentence")
    assert findings["index"].remedy is None
    assert "unfinished" not in findings


def test_a_damaged_index_is_to_be_rebuilt(index: Path) -> None:
    """The remedy can be pasted into a shell."""
    [vectors] = index.rglob("chunks.faiss")
    vectors.write_bytes(b"?" + vectors.read_bytes()[1:])

    assert found(index)["index"].remedy == f"zhangju index rebuild --index '{index}'"


def test_an_index_of_another_version_is_to_be_rebuilt(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves, but its texts were divided as another version did."""
    read = folder_module._read_manifest

    def older(*arguments: object) -> Manifest:
        return replace(read(*arguments), zhangju_version="0.0.9")

    monkeypatch.setattr(folder_module, "_read_manifest", older)
    finding = found(index)["index"]

    assert finding.state.endswith("by Zhangju 0.0.9")
    assert finding.remedy == f"zhangju index rebuild --index '{index}'"


def test_a_missing_index_is_to_be_made(tmp_path: Path) -> None:
    """With the command that makes one there."""
    assert found(tmp_path / "x")["index"].remedy == f"zhangju index add PATH… --index {tmp_path / 'x'}"


def test_an_interrupted_build_is_told(index: Path) -> None:
    """It waits to be gone on with; that is no fault of the index."""
    unfinished_file(index, JOURNAL).touch()
    findings = found(index)

    assert "run its command again" in findings["unfinished"].state
    assert (findings["index"].remedy, findings["unfinished"].remedy) == (None, None)


def test_faults_come_with_their_remedies() -> None:
    """Marked in the list and summed up below it; nothing in them steers the terminal."""
    findings = [Finding("a", "fine"), Finding("index", "bad\x1b[2J", "do\nthis")]

    assert list(finding_lines(findings)) == [
        "  a      fine",
        "! index  bad\\x1b[2J",
        "",
        "To mend index: do this",
    ]
    assert list(finding_lines(findings[:1]))[-1] == "All is well."
