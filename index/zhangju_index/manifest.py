"""The manifest of an index: what it holds, what made it, and the checksum of every file.

It is JSON without times, so that the same build gives the same bytes. Paths are those it was told.
The reader is strict: whatever it does not expect is damage, except a newer ``format_version``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib import metadata
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any, Literal, TypeVar, cast

from zhangju_index.errors import IndexDamagedError, IndexFormatError

__all__ = [
    "FORMAT_VERSION",
    "OLDEST_FORMAT",
    "WHOLE_FORMAT",
    "Counts",
    "DocumentRecord",
    "FileRecord",
    "Manifest",
    "ModelRecord",
    "Setting",
    "StoreRecord",
    "segment_prefix",
    "version",
]

FORMAT_VERSION = 4
"""Raised whenever the files of an index change in a way that older readers would misread.

2: texts keep the layout of their source and pages of sentences, vectors the keys of their texts,
and documents the hash of their file; tables of the keyword search are mapped, and a large store
has codes.
3: an index has segments, and the keyword search keeps counts.
4: vectors of a large segment are kept in half precision. An index without one is written in format
3, which it still is.
"""
WHOLE_FORMAT = 3
"""Of an index whose vectors are all in float32; its segments may stay beside those of format 4."""
OLDEST_FORMAT = 2
"""What is still opened; the first change writes it anew."""

Setting = int | str | float
Kind = TypeVar("Kind")


@cache
def version(package: str) -> str:
    """Version of an installed package; looked up once, as that reads files."""
    return metadata.version(package)


def segment_prefix(number: int) -> str:
    """What the names of a segment's files begin with; those of the first lie beside the manifest."""
    return f"more/{number:03d}/" if number else ""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The embedder that made the vectors.

    Attributes:
        name: What ``--model`` takes: a name, or the path of a folder.
        fingerprint: Its name and content hash; vectors of different fingerprints never mix.
        dimension: Columns of every vector.
    """

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document, without its text.

    Attributes:
        id: Its id in the index.
        title: Its title.
        source: Where it was read from.
        sha256: Digest of its text, encoded as UTF-8.
        characters: Code points in its text.
        file_sha256: Digest of the bytes it was read from; empty where they are not known.
        read_by: Version of Zhangju that read them; empty where they are not known.
    """

    id: str
    title: str
    source: str
    sha256: str
    characters: int
    file_sha256: str = ""
    read_by: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the index holds."""

    documents: int
    sections: int
    chunks: int
    sentences: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Digest and size of one file."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """How a vector store is searched.

    Attributes:
        kind: ``exact``, or ``approximate`` where a file of codes proposes rows.
        overfetch: Rows proposed for each row wanted; 0 when exact.
        recall: Share of the 10, 100 and 200 best rows that were found when the codes were made, by
            depth; empty when exact.
    """

    kind: Literal["exact", "approximate"] = "exact"
    overfetch: int = 0
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is known about an index before it is read.

    Attributes:
        zhangju_version: The version that divided the texts into sections, chunks and sentences.
        model: The embedder.
        chunking: Settings of the chunker, by name.
        documents: What was indexed, in row order.
        counts: How much that is.
        files: Every other file of the index, by its path in the folder, with ``/``.
        segments: How much of that each segment holds, in row order; one of all where none is named.
        stores: How ``chunks`` and ``sentences`` of a segment are searched, by its prefix and their
            name; exactly, where nothing is said.
        format_version: The layout of the files.
    """

    zhangju_version: str
    model: ModelRecord
    chunking: Mapping[str, Setting]
    documents: tuple[DocumentRecord, ...]
    counts: Counts
    files: Mapping[str, FileRecord]
    segments: tuple[Counts, ...] = ()
    stores: Mapping[str, StoreRecord] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    def by_segment(self) -> list[tuple[Counts, tuple[DocumentRecord, ...]]]:
        """How much each segment holds, and its documents."""
        ends = list(accumulate(segment.documents for segment in self.segments)) or [len(self.documents)]
        starts = [0, *ends[:-1]]
        return [
            (counts, self.documents[start:end])
            for counts, start, end in zip(self.segments or (self.counts,), starts, ends, strict=True)
        ]

    def segment_files(self, number: int) -> dict[str, FileRecord]:
        """Files of a segment, by their names; of the first, also those that belong to no segment."""
        prefix, other = segment_prefix(number), segment_prefix(1).partition("/")[0] + "/"
        return {
            name.removeprefix(prefix): record
            for name, record in self.files.items()
            if name.startswith(prefix) and (number or not name.startswith(other))
        }

    def to_json(self) -> str:
        """Write it as JSON, the same text for the same manifest."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read what ``to_json`` wrote.

        One of an older format is read as well, its ``format_version`` tells: what was not kept then
        is empty.

        Raises:
            IndexFormatError: A newer Zhangju wrote it.
            IndexDamagedError: It is not JSON, or a key is missing, unknown or of the wrong type.
        """
        try:
            top = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise IndexDamagedError(f"expected a manifest in JSON, got something else ({error})") from error
        # Looked at before everything else: a newer format may name its other keys differently.
        version = _value(_mapping(top, "the top level"), "format_version", int)
        if version > FORMAT_VERSION:
            raise IndexFormatError(
                f"expected index format {FORMAT_VERSION} or older, got {version}, written by a newer Zhangju;"
                " upgrade with 'pip install --upgrade zhangju'"
            )
        if version < 1:
            raise _damaged("format_version", "1 or more", version)
        if version == 1:
            top = {"stores": {}} | top
        if version < WHOLE_FORMAT:
            top = {"segments": []} | top
        _check_keys(top, cls, "the top level")
        chunking = _mapping(top["chunking"], "chunking")
        for name, value in chunking.items():
            if isinstance(value, bool) or not isinstance(value, Setting):
                raise _damaged(f"chunking.{name}", "a number or a string", value)
        for name in ("documents", "segments"):
            if not isinstance(top[name], list):
                raise _damaged(name, "a list", top[name])
        documents = top["documents"]
        if version == 1:
            documents = [
                {"file_sha256": "", "read_by": ""} | _mapping(each, "a document") for each in documents
            ]
        files = {
            name: _record(FileRecord, value, f"files[{name!r}]")
            for name, value in _mapping(top["files"], "files").items()
        }
        for name in files:
            path = PurePosixPath(name)
            if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
                raise _damaged("files", "paths inside the index", name)
        manifest = cls(
            zhangju_version=_value(top, "zhangju_version", str),
            model=_record(ModelRecord, top["model"], "model"),
            chunking=chunking,
            documents=tuple(
                _record(DocumentRecord, value, f"documents[{number}]")
                for number, value in enumerate(documents)
            ),
            counts=_record(Counts, top["counts"], "counts"),
            files=files,
            segments=tuple(
                _record(Counts, value, f"segments[{number}]") for number, value in enumerate(top["segments"])
            ),
            stores={
                name: _store(value, f"stores.{name}")
                for name, value in _mapping(top["stores"], "stores").items()
            },
            format_version=version,
        )
        if manifest.counts.documents != len(manifest.documents):
            raise _damaged(
                "counts.documents", f"{len(manifest.documents)} as listed", manifest.counts.documents
            )
        for each in fields(Counts) if manifest.segments else ():
            parts = sum(getattr(segment, each.name) for segment in manifest.segments)
            if parts != getattr(manifest.counts, each.name):
                raise _damaged(
                    f"{each.name} of the segments", str(getattr(manifest.counts, each.name)), parts
                )
        return manifest


def _damaged(place: str, expected: str, got: object) -> IndexDamagedError:
    return IndexDamagedError(f"expected {place} of the manifest to be {expected}, got {_short(got)}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _mapping(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _damaged(place, "an object", value)
    return value


def _value(mapping: Mapping[str, Any], key: str, kind: type[Kind], place: str = "") -> Kind:
    name = f"{place}.{key}" if place else key
    if key not in mapping:
        raise _damaged(name, "there", "nothing")
    value = mapping[key]
    # To Python, True is an int.
    if isinstance(value, bool) or not isinstance(value, kind):
        raise _damaged(name, f"of type {kind.__name__}", value)
    return value


def _check_keys(mapping: Mapping[str, Any], kind: type[Any], place: str) -> None:
    expected = {each.name for each in fields(kind)}
    for key in sorted(expected - set(mapping)):
        raise _damaged(f"{key} in {place}", "there", "nothing")
    for key in sorted(set(mapping) - expected):
        raise _damaged(place, f"without {key}", mapping[key])


def _record(kind: type[Kind], value: object, place: str) -> Kind:
    """Read one of the flat dataclasses above, whose attributes are all ``str`` or ``int``."""
    mapping = _mapping(value, place)
    _check_keys(mapping, kind, place)
    values: dict[str, Any] = {}
    for each in fields(cast("type[Any]", kind)):
        values[each.name] = _value(mapping, each.name, cast("type[Any]", each.type), place)
        if each.type is int and values[each.name] < 0:
            raise _damaged(f"{place}.{each.name}", "0 or more", values[each.name])
    return kind(**values)


def _store(value: object, place: str) -> StoreRecord:
    mapping = _mapping(value, place)
    _check_keys(mapping, StoreRecord, place)
    kind, overfetch = _value(mapping, "kind", str, place), _value(mapping, "overfetch", int, place)
    recall = _mapping(mapping["recall"], f"{place}.recall")
    for depth in recall:
        share = _value(recall, depth, float, f"{place}.recall")
        if not 0 <= share <= 1:
            raise _damaged(f"{place}.recall.{depth}", "from 0 to 1", share)
    if kind == "exact":
        return StoreRecord("exact", overfetch, recall)
    if kind != "approximate":
        raise _damaged(f"{place}.kind", "exact or approximate", kind)
    if overfetch < 1:
        raise _damaged(f"{place}.overfetch", "1 or more", overfetch)
    return StoreRecord("approximate", overfetch, recall)
