"""What ``zhangju index`` prints: what an index holds, and what was done to it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhangju_ui.cli_output import duration, plural, printable

if TYPE_CHECKING:
    from zhangju_index.errors import Fault
    from zhangju_index.library import Change, Reading
    from zhangju_index.manifest import Counts, Manifest
    from zhangju_index.milvus.address import StoreAddress
    from zhangju_ui.sources import Found

__all__ = ["amount", "change_json", "change_lines", "list_json", "list_lines"]

Metadata = Mapping[str, Mapping[str, str]]
"""What is known of each document, by its id."""

_ENDINGS = 8
_DETAILS = ("author", "date", "format")
# What stands after the number of files that were refused for it.
_WHY: "Mapping[Fault, str]" = {
    "archive": "archived",
    "binary": "binary",
    "damaged": "damaged",
    "ebook": "e-books",
    "email": "e-mail",
    "encoding": "in an encoding that is not certain",
    "fonts": "with letters that their fonts do not tell",
    "image": "images",
    "no_document": "no documents",
    "no_text": "without text",
    "office": "of old or protected Office formats",
    "page_format": "of other page formats",
    "password": "with a password",
    "pictures": "with pictures of text only",
    "recording": "sound or video",
    "slides": "slides or sheets",
    "too_large": "too large",
    "unreadable": "not there or not readable",
    "web_archive": "archived web pages",
    "word_processor": "of other word processors",
}


def amount(counts: "Counts") -> str:
    """Say how much an index holds."""
    parts = {"document": counts.documents, "chunk": counts.chunks, "sentence": counts.sentences}
    return ", ".join(plural(number, name) for name, number in parts.items())


def list_lines(manifest: "Manifest", metadata: Metadata, pages: Mapping[str, int]) -> Iterator[str]:
    """Show the documents of an index, then how much they are and what made their vectors.

    Args:
        manifest: What the index holds.
        metadata: Of each document, by its id.
        pages: How many each document has that has any, by its id.
    """
    for document in manifest.documents:
        yield f"{_line(document.id)}  {_line(document.title)}"
        known = metadata[document.id]
        details = [plural(document.characters, "character")]
        if document.id in pages:
            details.append(plural(pages[document.id], "page"))
        details += [known[name] for name in _DETAILS if known.get(name)]
        yield click.style(f"    {_line(', '.join([document.source, *details]))}", dim=True)
    if manifest.documents:
        yield ""
    yield f"{amount(manifest.counts)}; model {_line(manifest.model.fingerprint)}"


def list_json(manifest: "Manifest", metadata: Metadata, pages: Mapping[str, int]) -> dict[str, Any]:
    """Put what ``list_lines`` shows into one JSON object."""
    return {
        "documents": [
            {
                "document_id": document.id,
                "title": document.title,
                "source": document.source,
                "characters": document.characters,
                "pages": pages.get(document.id),
                "sha256": document.sha256,
                "metadata": dict(metadata[document.id]),
            }
            for document in manifest.documents
        ],
        "chunks": manifest.counts.chunks,
        "sentences": manifest.counts.sentences,
        "model": manifest.model.fingerprint,
        "format_version": manifest.format_version,
    }


def change_lines(
    index: "Path | StoreAddress", change: "Change", found: "Found", seconds: float, embedded: int
) -> Iterator[str]:
    """Sum up what was added to an index.

    Args:
        index: The folder of the index, or its store.
        change: What was done.
        found: What was to be read.
        seconds: What it took.
        embedded: Characters that were embedded.
    """
    readings = [*found.problems, *change.readings]
    counts = Counter(reading.outcome for reading in readings)
    outcomes = [
        f"{counts[each]:,} {each}" for each in ("added", "replaced", "unchanged", "refused") if counts[each]
    ]
    rate = f", {embedded / seconds:,.0f} characters/s" if embedded >= seconds >= 1 else ""
    yield f"{', '.join(outcomes)} in {duration(seconds)}{rate}"
    yield from _reasons([reading for reading in readings if reading.outcome == "refused"])
    if found.left_out:
        endings = [
            f"{_line(ending) or 'no ending'} ({count:,})" for ending, count in found.left_out.most_common()
        ]
        shown = ", ".join(endings[:_ENDINGS]) + (", …" if len(endings) > _ENDINGS else "")
        yield f"{plural(found.left_out.total(), 'file')} of other formats left out: {shown}"
    yield f"{_line(str(index))} holds {amount(change.manifest.counts)}"


def change_json(
    index: "Path | StoreAddress", change: "Change", found: "Found", seconds: float, embedded: int
) -> dict[str, Any]:
    """Put what ``change_lines`` says into one JSON object."""
    readings = [*found.problems, *change.readings]
    counts = change.manifest.counts
    return {
        "index": str(index),
        **{
            outcome: [
                {"document_id": each.document_id, "source": each.source, "characters": each.characters}
                for each in readings
                if each.outcome == outcome
            ]
            for outcome in ("added", "replaced", "unchanged")
        },
        "refused": [
            {"source": each.source, "fault": each.fault, "reason": each.reason}
            for each in readings
            if each.outcome == "refused"
        ],
        "left_out": dict(found.left_out.most_common()),
        "documents": counts.documents,
        "chunks": counts.chunks,
        "sentences": counts.sentences,
        "embedded_characters": embedded,
        "seconds": round(seconds, 3),
    }


def _reasons(refused: "Sequence[Reading]") -> Iterator[str]:
    # Each file was named, with what to do, when it was refused.
    reasons = Counter(_WHY[reading.fault] for reading in refused)
    if reasons:
        yield f"  refused: {', '.join(f'{count:,} {reason}' for reason, count in reasons.most_common())}"


def _line(text: str) -> str:
    return printable(text, one_line=True)
