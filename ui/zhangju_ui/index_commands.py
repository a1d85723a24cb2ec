"""``zhangju index``: add documents to an index, take them out, list, rebuild and verify."""

import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from zhangju_index.errors import DocumentError, InputError
from zhangju_ui.options import INDEX, JSON, MODEL, OWN_INDEX, chosen_store, naming, note, open_retriever

if TYPE_CHECKING:
    from zhangju_index.folder import Index
    from zhangju_index.manifest import DocumentRecord, Manifest
    from zhangju_index.milvus.address import StoreAddress
    from zhangju_index.outline import Outline
    from zhangju_index.values import Document, Section

__all__ = ["REBUILT", "index_group", "index_outlines"]

REBUILT = "the next question builds it again"
"""How the bundled article's index is put right: nobody has to do it by hand."""

_STOPPED = "stopped; the index is whole. Run the same command again to go on where it stopped"


@click.group("index")
def index_group() -> None:
    """Build an index of your articles; list, change and check it."""


@index_group.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--name", metavar="NAME", help="What to call standard input; its ending tells the format.")
@JSON
@OWN_INDEX
@MODEL
def index_add(
    paths: tuple[str, ...], *, name: str | None, as_json: bool, index: Path | None, model: str | None
) -> None:
    """Add files, or the files in folders, to an index.

    PATH is a file, a folder, a pattern in quotes ('papers/**/*.pdf') or - for standard input.
    Text, Markdown, HTML, PDF and Word (.docx) are read.

    The index is made where there is none. A file that was read before is replaced if it has
    changed. What cannot be read is refused in a line, and the rest is added.
    """
    if name is not None and "-" not in paths:
        raise click.UsageError("--name is for standard input: give - among the paths")
    place = chosen_store() or _own_index(index)
    from zhangju_index.library import Reading, add_sources
    from zhangju_index.milvus.library import add_to_store
    from zhangju_ui.cli_output import json_line, print_lines
    from zhangju_ui.library_output import change_json, change_lines
    from zhangju_ui.progress import indexing
    from zhangju_ui.sources import find_sources

    refused = False

    def tell(reading: Reading) -> None:
        nonlocal refused
        if reading.outcome == "refused":
            refused = True
            note(f"refused: {reading.reason}")

    started = perf_counter()
    found = find_sources(
        paths, sys.stdin.buffer, stdin_name=name, index=place if isinstance(place, Path) else None
    )
    for problem in found.problems:
        tell(problem)
    if not found.sources:
        raise click.exceptions.Exit(2)
    try:
        with _stoppable(), indexing() as progress:
            told: dict[str, Any] = {"on_reading": tell, "on_status": progress.show, "on_note": note}
            if isinstance(place, Path):
                change = add_sources(found.sources, place, model=model, **told)
            else:
                change = add_to_store(found.sources, place, model=model, **told)
    except DocumentError:
        # There is nothing to make an index of, and each file has been told why.
        if not refused:
            raise
        raise click.exceptions.Exit(2) from None
    summary = (place, change, found, perf_counter() - started, progress.characters)
    if as_json:
        click.echo(json_line(change_json(*summary)))
    else:
        print_lines(change_lines(*summary))
    if refused:
        raise click.exceptions.Exit(2)


@index_group.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@OWN_INDEX
def index_remove(names: tuple[str, ...], index: Path | None) -> None:
    """Take documents out of an index.

    NAME is a document's id, its source or its path, as 'zhangju index list' shows them. In
    quotes, * stands for any characters: of sources and paths in a NAME with a slash, else of
    ids and names of files.
    """
    place = chosen_store() or _own_index(index)
    from zhangju_index.library import remove_documents
    from zhangju_index.milvus.library import remove_from_store
    from zhangju_ui.cli_output import plural, printable
    from zhangju_ui.library_output import amount
    from zhangju_ui.progress import indexing

    with _stoppable(), indexing("writing") as progress:
        spelt = _spell_out(names, place)
        if isinstance(place, Path):
            change = remove_documents(spelt, place, on_status=progress.show)
        else:
            change = remove_from_store(spelt, place, on_status=progress.show)
    removed = printable(", ".join(change.removed), one_line=True)
    click.echo(f"removed {plural(len(change.removed), 'document')}: {removed}")
    click.echo(f"{place} holds {amount(change.manifest.counts)}")


@index_group.command("rebuild")
@INDEX
@MODEL
def index_rebuild(index: Path | None, model: str | None) -> None:
    """Build an index anew from the texts in it.

    After an upgrade of Zhangju, to mend it, or to change its model. The files that the texts
    were read from are not needed.
    """
    from zhangju_ui.library_output import amount
    from zhangju_ui.progress import indexing, reporting

    place: Path | StoreAddress | None = chosen_store() or index
    if place is not None:
        from zhangju_index.library import rebuild_library
        from zhangju_index.milvus.library import rebuild_store

        with _stoppable(), indexing() as progress:
            told: dict[str, Any] = {"on_status": progress.show, "on_note": note}
            if isinstance(place, Path):
                manifest = rebuild_library(place, model=model, **told).manifest
            else:
                manifest = rebuild_store(place, model=model, **told).manifest
    else:
        from zhangju.bundled import bundled_index_folder
        from zhangju_index.build import build_index
        from zhangju_index.embedding import load_embedder
        from zhangju_index.parsing import bundled_article

        place = bundled_index_folder(model)
        with _stoppable(), reporting("building the index") as report:
            manifest = build_index([bundled_article()], place, load_embedder(model), progress=report)
    click.echo(f"{place} is rebuilt: it holds {amount(manifest.counts)}")


@index_group.command("list")
@JSON
@INDEX
def index_list(*, as_json: bool, index: Path | None) -> None:
    """List the documents of an index."""
    from zhangju_ui.cli_output import json_line, print_lines
    from zhangju_ui.library_output import list_json, list_lines

    contents = _contents(chosen_store() or index)
    if as_json:
        click.echo(json_line(list_json(*contents)))
    else:
        print_lines(list_lines(*contents))


@index_group.command("verify")
@INDEX
def index_verify(index: Path | None) -> None:
    """Compare everything in an index with what was written."""
    from zhangju_ui.library_output import amount

    store = chosen_store()
    if store is not None:
        from zhangju_index.milvus.library import verify_store
        from zhangju_ui.progress import indexing

        with _stoppable(), indexing("reading") as progress:
            counts = verify_store(store, on_status=progress.show).counts
        click.echo(f"{store} is whole: {amount(counts)}; every text and vector is as it was written")
        return
    with _opened(index, verify=True) as opened:
        holds = amount(opened.manifest.counts)
    click.echo(f"{opened.directory} is whole: {holds}; every file is as it was written")


def index_outlines(names: Sequence[str], place: "Path | StoreAddress") -> "Iterator[Outline]":
    """Outlines of documents in an index, as they were when it was built; without a name, of all.

    Args:
        names: Ids, sources, paths or patterns, as ``zhangju index remove`` takes them.
        place: The index.

    Raises:
        InputError: A name fits no document, or several.
        IndexUnusableError: There is no index, or it is damaged.
    """
    from zhangju_index.library import find_document
    from zhangju_index.outline import outline_document

    manifest, metadata, _ = _contents(place)
    records = manifest.documents
    spelt = _spell_out(names, place) if names else [record.id for record in records]
    # All names are known before the first is shown.
    ids = dict.fromkeys(find_document(name, records, metadata, naming(place)) for name in spelt)
    for document, sections in _documents(ids, place):
        yield replace(outline_document(document), sections=sections)


def _documents(
    ids: Iterable[str], place: "Path | StoreAddress"
) -> "Iterator[tuple[Document, tuple[Section, ...]]]":
    if isinstance(place, Path):
        with _opened(place, verify=False) as opened:
            for each in ids:
                yield opened.texts.document(each), tuple(opened.texts.sections(each))
        return
    from zhangju_index.milvus.library import read_from_store

    yield from read_from_store(place, ids)


def _own_index(index: Path | None) -> Path:
    """The folder of an index that people may change: not that of the bundled article."""
    from zhangju.bundled import bundled_index_folder

    if index is None:
        raise click.UsageError(
            "Name the folder of the index with --index DIR or ZHANGJU_INDEX, or a store with --store URI"
        )
    if index.resolve() == bundled_index_folder().resolve():
        raise InputError(f"{index} is the bundled article's own index: choose another folder with --index")
    return index


def _existing_index(index: Path | None) -> Path:
    """The folder of an index; the bundled article's is built where there is none."""
    if index is not None:
        return index
    from zhangju.bundled import bundled_index_folder

    folder = bundled_index_folder()
    if not folder.exists():
        open_retriever(None, None).close()
    return folder


def _opened(index: Path | None, *, verify: bool) -> "Index":
    from zhangju_index.folder import open_index

    return open_index(_existing_index(index), verify=verify, remedy=None if index else REBUILT)


def _contents(
    place: "Path | StoreAddress | None",
) -> "tuple[Manifest, Mapping[str, Mapping[str, str]], Mapping[str, int]]":
    """What an index holds: its manifest, and metadata and pages of its documents, by id."""
    if place is None or isinstance(place, Path):
        with _opened(place, verify=False) as opened:
            return opened.manifest, opened.texts.metadata(), opened.texts.page_counts()
    from zhangju_index.milvus.library import list_store

    return list_store(place)


def _spell_out(names: Sequence[str], place: "Path | StoreAddress") -> list[str]:
    """Put the ids of the documents that a pattern fits in its place.

    A pattern with a slash is compared with sources and paths, another with ids and the names of
    files: the folders above a library are not what people mean by it.

    Raises:
        InputError: A pattern fits none.
        IndexUnusableError: There is no index, or it is damaged.
    """
    from zhangju_index.filters import fits

    if not any("*" in name for name in names):
        return list(names)
    manifest, metadata, _ = _contents(place)
    records = manifest.documents
    literal = {each for record in records for each in (record.id, record.source)}

    def is_meant(record: "DocumentRecord", pattern: str) -> bool:
        if "/" in pattern:
            values = [record.source, metadata[record.id].get("path", "")]
        else:
            values = [record.id, Path(record.source).name]
        return any(fits(value, pattern) for value in values)

    spelt: list[str] = []
    for name in names:
        if "*" not in name or name in literal:
            spelt.append(name)
            continue
        ids = [record.id for record in records if is_meant(record, name)]
        if not ids:
            raise InputError(f"{name} fits no document: see 'zhangju index list {naming(place)}'")
        spelt += ids
    return spelt


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM stop what runs inside, and say what that leaves."""
    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(_STOPPED) from error
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
