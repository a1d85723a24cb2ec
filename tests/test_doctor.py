from dataclasses import replace
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

from zhangju_index import folder as folder_module
from zhangju_index.build import build_index
from zhangju_index.generations import JOURNAL, unfinished_file
from zhangju_index.manifest import Manifest
from zhangju_index.parsing import document_from_text
from zhangju_index.toy import ToyEmbedder
from zhangju_ui import doctor as doctor_module
from zhangju_ui.doctor import Finding, examine, finding_lines, findings_json


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


def test_every_extra_is_looked_at(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed with its versions, what is not with the command that adds it: no fault."""
    versions = doctor_module._version
    whole = found(index)
    monkeypatch.setattr(
        doctor_module, "_version", lambda name: None if name == "ir-measures" else versions(name)
    )
    lacking = found(index)["extra eval"]

    extras = {name.removeprefix("extra ") for name in whole if name.startswith("extra ")}
    assert extras == {*(metadata("zhangju").get_all("Provides-Extra") or ())} - {"all"}
    assert whole["extra eval"].state == f"ir-measures {version('ir-measures')}"
    assert lacking.state == "not installed (ir-measures); pip install 'zhangju[eval]' adds it"
    assert lacking.remedy is None


@pytest.mark.parametrize(("package", "name"), [("rich", "rich"), ("ir-measures", "extra eval")])
def test_a_version_that_was_not_tried_is_a_fault(
    index: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str
) -> None:
    """Of a package that is needed, and of one in an extra; the remedy can be pasted into a shell."""
    versions = doctor_module._version
    monkeypatch.setattr(doctor_module, "_version", lambda n: "99.0" if n == package else versions(n))
    finding = found(index)[name]

    assert "99.0, expected " in finding.state
    assert finding.remedy is not None
    assert finding.remedy.startswith(f"pip install '{package}<")


def test_the_data_folder_must_be_writable(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in its place is as bad as no permission, which root would not be refused."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    blocked = found(index)["data folder"]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "new"))
    free = found(index)["data folder"]

    assert "cannot be written" in blocked.state
    assert "XDG_DATA_HOME" in (blocked.remedy or "")
    assert (free.state, free.remedy) == (f"{tmp_path / 'new' / 'zhangju'} can be written", None)


def test_programs_read_the_same() -> None:
    """All is well where nothing is to be done."""
    fine, bad = Finding("a", "fine"), Finding("b", "bad", "mend it")

    assert findings_json([fine]) == {
        "well": True,
        "findings": [{"name": "a", "state": "fine", "remedy": None}],
    }
    assert findings_json([fine, bad])["well"] is False
