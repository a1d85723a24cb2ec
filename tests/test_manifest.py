import json
from dataclasses import replace

import pytest

from zhangju_index.errors import IndexDamagedError, IndexFormatError
from zhangju_index.manifest import FORMAT_VERSION, Counts, DocumentRecord, FileRecord, Manifest, ModelRecord

MANIFEST = Manifest(
    zhangju_version="0.1.0",
    model=ModelRecord(name="e5", fingerprint="e5:1571fc98", dimension=384),
    chunking={"max_tokens": 200, "overlap": 0.5, "splitter": "句子"},
    documents=(DocumentRecord(id="wujin", title="五金", source="五金.txt", sha256="ab" * 32, characters=9),),
    counts=Counts(documents=1, sections=2, chunks=3, sentences=7),
    files={"bm25/words.json": FileRecord(sha256="cd" * 32, bytes=12)},
    segments=(Counts(documents=1, sections=2, chunks=1, sentences=4), Counts(0, 0, 2, 3)),
)


def _changed(**values: object) -> str:
    return json.dumps(json.loads(MANIFEST.to_json()) | values)


def test_manifest_round_trip() -> None:
    """What is read is what was written, and writing it again gives the same bytes."""
    again = Manifest.from_json(MANIFEST.to_json())

    assert again == MANIFEST
    assert again.to_json() == MANIFEST.to_json()
    assert (
        replace(MANIFEST, chunking=dict(reversed(MANIFEST.chunking.items()))).to_json() == MANIFEST.to_json()
    )
    assert "句子" in MANIFEST.to_json()


@pytest.mark.parametrize("others", [{}, {"model": 7}])
def test_newer_format_is_told(others: dict[str, object]) -> None:
    """A newer format is not damage, whatever else it changed; the way out is named."""
    with pytest.raises(IndexFormatError, match=f"format {FORMAT_VERSION} or older, got 7.*upgrade"):
        Manifest.from_json(_changed(format_version=7, **others))


@pytest.mark.parametrize("key", json.loads(MANIFEST.to_json()))
def test_every_key_is_needed(key: str) -> None:
    """A manifest that lacks a key is damaged, and the message names the key."""
    values = json.loads(MANIFEST.to_json())
    del values[key]

    with pytest.raises(IndexDamagedError, match=key):
        Manifest.from_json(json.dumps(values))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "an object"),
        (_changed(format_version="1"), "format_version"),
        (_changed(format_version=True), "format_version"),
        (_changed(format_version=0), "format_version"),
        (_changed(zhangju_version=1), "zhangju_version"),
        (_changed(colour="red"), "colour"),
        (_changed(model={"name": "e5"}), "dimension in model"),
        (_changed(model={"name": "e5", "fingerprint": "f", "dimension": 3.5}), "model.dimension"),
        (_changed(chunking=[]), "chunking"),
        (_changed(chunking={"max_tokens": None}), "chunking.max_tokens"),
        (_changed(chunking={"fold": True}), "chunking.fold"),
        (_changed(chunking={"overlap": float("nan")}), "NaN"),
        (_changed(documents={}), "documents"),
        (_changed(documents=["wujin"]), r"documents\[0\]"),
        (_changed(documents=[]), "counts.documents"),
        (_changed(counts={"documents": 1, "sections": -1, "chunks": 0, "sentences": 0}), "counts.sections"),
        (_changed(segments={}), "segments of the manifest to be a list"),
        (_changed(segments=[{"documents": 1}]), r"segments\[0\]"),
        (
            _changed(segments=[{"documents": 1, "sections": 2, "chunks": 3, "sentences": 6}]),
            "sentences of the",
        ),
        (_changed(files={"a": {"sha256": "", "bytes": "12"}}), r"files\['a'\].bytes"),
        (_changed(files={"../a": {"sha256": "", "bytes": 1}}), "paths inside the index"),
        (_changed(files={"/a": {"sha256": "", "bytes": 1}}), "paths inside the index"),
    ],
)
def test_anything_unexpected_is_damage(text: str, named: str) -> None:
    """One line says what was expected where; nothing is guessed."""
    with pytest.raises(IndexDamagedError, match=named) as caught:
        Manifest.from_json(text)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
