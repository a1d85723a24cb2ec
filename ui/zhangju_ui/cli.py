"""The command line: results go to standard output, everything else to standard error.

Nothing heavy is imported before a command needs it, so that help comes at once.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from zhangju_ui.cli_errors import CommandGroup
from zhangju_ui.eval_command import eval_command
from zhangju_ui.importing import importing
from zhangju_ui.index_commands import index_group, index_outlines
from zhangju_ui.options import (
    HOST,
    INDEX,
    JSON,
    LLM,
    MODEL,
    NAMED_INDEX,
    RERANKER,
    TOKEN,
    WHERE,
    api_settings,
    chosen_store,
    name_generator,
    note,
    open_live,
    open_retriever,
)

if TYPE_CHECKING:
    from zhangju import Passage, Retriever
    from zhangju_index.outline import Outline
    from zhangju_ui.batch import BatchQuestion

__all__ = ["cli", "main"]

_COUNT = click.option(
    "-k", "count", type=click.IntRange(1, 1000), default=5, show_default=True, help="Passages to retrieve."
)
_TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=60,
    show_default=True,
    help="Seconds that a question may take, waiting included.",
)
_BATCH = click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE",
    help="Take the questions from JSON Lines with id, question and where, and of 'ask' history; '-' reads them"
    " from a pipe.",
)


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 a check failed, 2 wrong use or bad input, 3 the index is missing or damaged.",
)
@click.version_option(package_name="zhangju", message="%(prog)s %(version)s")
def cli() -> None:
    """Zhangju 章句 answers questions about articles by chapter and verse.

    Every sentence of an answer is quoted from an exact place in the source, or Zhangju says
    that the article does not answer. Nothing leaves this machine, unless a language model
    elsewhere is named with --llm-url.
    """


def main() -> None:
    """Run the command line; the entry point of the package."""
    _quieten_libraries()
    cli.main(prog_name="zhangju")


@cli.command()
@HOST
@click.option(
    "--port", type=click.IntRange(0, 65535), default=7860, show_default=True, help="0 takes any free port."
)
@click.option(
    "--open/--no-open", "open_browser", default=True, help="Open the page in the browser [default: open]."
)
@click.option(
    "--changes/--no-changes",
    default=None,
    help="Let visitors add and remove documents [default: at a page for this machine alone].",
)
@click.option(
    "--max-file", type=click.IntRange(1, 64), default=32, show_default=True, help="Largest file, in MiB."
)
@click.option(
    "--max-documents", type=click.IntRange(1), default=1000, show_default=True, help="Most documents."
)
@TOKEN
@LLM
@INDEX
@MODEL
@RERANKER
def chat(
    host: str,
    port: int,
    *,
    open_browser: bool,
    changes: bool | None,
    max_file: int,
    max_documents: int,
    token: str | None,
    llm_url: str | None,
    llm_model: str | None,
    index: Path | None,
    model: str | None,
    reranker: str,
) -> None:
    """Open the chat page and print its address.

    Documents may be added on the page. Without --index they go, with the bundled article, into a
    library in the user's data folder; conversations are kept there too. Programs can ask the same
    server at /v1, as 'zhangju serve' describes.
    """
    from zhangju_ui.hosting import is_local
    from zhangju_ui.server import require_chat, serve_chat

    # Said before the model loads, not after.
    require_chat()
    settings = api_settings(host, token)
    generator = name_generator(llm_url, llm_model)
    from zhangju.bundled import bundled_index_folder
    from zhangju_ui.shelf import Limits, Shelf, library_folder

    folder = index or library_folder(model)
    # A library in a store is changed on the command line.
    in_store = chosen_store() is not None
    is_bundled = not in_store and index is None and not folder.exists()
    with importing("zhangju_ui.mounting", "zhangju_ui.api.app", "uvicorn"):
        live = open_live(None if is_bundled or in_store else folder, model, reranker, generator)
    with live:
        may_change = not in_store and (is_local(host) if changes is None else changes)
        if in_store:
            note(f"the page shows {chosen_store()} and leaves it as it is: 'zhangju index add' changes it")
        limits = Limits(may_change, max_file * 2**20, max_documents)
        begins_with = bundled_index_folder(model) if is_bundled else None
        shelf = Shelf(live, folder=folder, begins_with=begins_with, limits=limits)
        serve_chat(shelf, host=host, port=port, open_browser=open_browser, live=live, settings=settings)


@cli.command()
@HOST
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port."
)
@TOKEN
@click.option("--read-only", is_flag=True, help="Let nobody put documents in or take them out.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Questions that are worked on at a time.",
)
@_TIMEOUT
@LLM
@INDEX
@MODEL
@RERANKER
def serve(
    host: str,
    port: int,
    *,
    token: str | None,
    read_only: bool,
    workers: int,
    timeout: float,
    llm_url: str | None,
    llm_model: str | None,
    index: Path | None,
    model: str | None,
    reranker: str,
) -> None:
    """Serve the API without the chat page, and print its address.

    REST at /v1 (described at /openapi.json), chat completions for OpenAI clients at
    /v1/chat/completions, MCP at /mcp where its extra is installed, /healthz and /readyz.
    """
    from zhangju_ui.extras import require_extra
    from zhangju_ui.server import serve_api

    require_extra("the API", "serve")
    settings = api_settings(host, token, read_only=read_only, workers=workers, seconds=timeout)
    generator = name_generator(llm_url, llm_model)
    with importing("zhangju_ui.api.app", "uvicorn"):
        live = open_live(index, model, reranker, generator)
    with live:
        serve_api(live, host=host, port=port, settings=settings)


@cli.command()
@INDEX
@MODEL
@RERANKER
@_TIMEOUT
def mcp(index: Path | None, model: str | None, reranker: str, timeout: float) -> None:
    """Serve one MCP client over standard input and output.

    Its tools are search, ask, outline and read_range. Over HTTP, 'zhangju serve' has them at /mcp.
    """
    from zhangju_ui.extras import require_extra

    require_extra("MCP", "mcp")
    with open_live(index, model, reranker) as live:
        from zhangju_ui.mcp_server import serve_stdio

        serve_stdio(live, seconds=timeout)


@cli.command()
@click.argument("question", required=False)
@_COUNT
@JSON
@_BATCH
@WHERE
@LLM
@INDEX
@MODEL
@RERANKER
def ask(
    question: str | None,
    count: int,
    *,
    as_json: bool,
    batch: BinaryIO | None,
    where: Mapping[str, str],
    llm_url: str | None,
    llm_model: str | None,
    index: Path | None,
    model: str | None,
    reranker: str,
) -> None:
    """Answer a question with quotes and their places.

    Where the documents do not answer, it says so and shows the closest passages.

    QUESTION is one argument, so put it in quotes; '-' reads it from standard input.
    """
    question = _one_question(question, batch)
    generator = name_generator(llm_url, llm_model)
    with importing("zhangju.assistant", "zhangju.jsonable", "zhangju_ui.cli_output"):
        retriever = open_retriever(index, model, reranker)
    from zhangju import Assistant
    from zhangju.jsonable import answer_json
    from zhangju_ui.cli_output import answer_lines, json_line, print_lines

    assistant = Assistant(retriever, generator=generator)
    if batch is not None:

        def reply(line: "BatchQuestion") -> Mapping[str, Any]:
            return answer_json(
                assistant.ask(line.question, line.history, k=count, where={**where, **line.where})
            )

        _run_batch(batch, reply)
        return
    answer = assistant.ask(question, k=count, where=where)
    _note_nothing(where, answer.passages)
    if as_json:
        click.echo(json_line(answer_json(answer)))
    else:
        print_lines(answer_lines(answer))


@cli.command()
@click.argument("question", required=False)
@_COUNT
@JSON
@_BATCH
@WHERE
@INDEX
@MODEL
@RERANKER
def search(
    question: str | None,
    count: int,
    *,
    as_json: bool,
    batch: BinaryIO | None,
    where: Mapping[str, str],
    index: Path | None,
    model: str | None,
    reranker: str,
) -> None:
    """Find the passages that fit a question best.

    QUESTION is one argument, so put it in quotes; '-' reads it from standard input.
    """
    question = _one_question(question, batch)
    from zhangju_ui.cli_output import json_line, passage_lines, print_lines

    retriever = open_retriever(index, model, reranker)
    if batch is not None:
        _run_batch(
            batch,
            lambda line: _search_json(retriever, line.question, count, {**where, **line.where})[0],
            follow_ups=False,
        )
        return
    value, passages = _search_json(retriever, question, count, where)
    _note_nothing(where, passages)
    if as_json:
        click.echo(json_line(value))
    else:
        print_lines(passage_lines(passages))


@cli.command()
@click.argument("files", nargs=-1, metavar="[FILE|NAME]…")
@click.option("--name", metavar="NAME", help="What to call standard input; its ending tells the format.")
@JSON
@NAMED_INDEX
def outline(files: tuple[str, ...], *, name: str | None, as_json: bool, index: Path | None) -> None:
    """Show the sections of articles as a tree.

    Each with its kind, its characters and its heading. FILE is a file, a folder, a pattern in
    quotes or - for standard input; without one, the bundled article is shown.

    With --index or --store, documents of that index are shown: NAME is an id, a source or a path,
    as 'zhangju index list' shows them, or a pattern in quotes; without one, all of them.
    """
    place = chosen_store() or index
    if name is not None and ("-" not in files or place is not None):
        raise click.UsageError("--name is for standard input: give - among the files")
    from zhangju_index.errors import DocumentError
    from zhangju_index.outline import outline_document
    from zhangju_index.parsing import bundled_article, document_from_bytes, read_document
    from zhangju_ui.cli_output import (
        json_line,
        outline_json,
        outline_lines,
        print_lines,
        terminal_columns,
    )
    from zhangju_ui.sources import find_sources

    bad = False

    def outlines() -> "Iterator[Outline]":
        nonlocal bad
        if place is not None:
            yield from index_outlines(files, place)
            return
        if not files:
            yield outline_document(bundled_article())
            return
        found = find_sources(files, sys.stdin.buffer, stdin_name=name)
        for problem in found.problems:
            bad = True
            note(problem.reason)
        for source in found.sources:
            try:
                if source.path is not None:
                    document = read_document(source.path)
                else:
                    document = document_from_bytes(source.data or b"", source=source.name)
                yield outline_document(document)
            except DocumentError as error:
                bad = True
                note(str(error))

    if as_json:
        # One after the other: of a large folder, only one text is in memory.
        value = outline_json(outlines())
        if value["documents"] or place is not None:
            click.echo(json_line(value))
    else:
        for number, each in enumerate(outlines()):
            print_lines(["", ""] if number else [])
            print_lines(outline_lines(each, terminal_columns()))
    if bad:
        raise click.exceptions.Exit(2)


cli.add_command(index_group)
cli.add_command(eval_command)


@cli.command()
@JSON
@INDEX
@MODEL
def doctor(*, as_json: bool, index: Path | None, model: str | None) -> None:
    """Say what is installed, what is wrong, how to mend it.

    It looks at the packages, the extras, the model, the user's data folder and the index.
    """
    from zhangju_ui.cli_output import json_line, print_lines
    from zhangju_ui.doctor import examine, finding_lines, findings_json

    findings = list(examine(index, model, chosen_store()))
    if as_json:
        click.echo(json_line(findings_json(findings)))
    else:
        print_lines(finding_lines(findings))
    if any(finding.remedy for finding in findings):
        raise click.exceptions.Exit(1)


def _quieten_libraries() -> None:
    """Keep the warnings of libraries off standard error; ``python -W`` brings them back."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def _one_question(question: str | None, batch: BinaryIO | None) -> str:
    """Take the question from the argument or from standard input; none for a batch."""
    if batch is not None:
        if question is not None:
            raise click.UsageError("--batch takes the place of the question: give one of them")
        return ""
    if question is None:
        raise click.UsageError("Give a question in quotes, or --batch FILE")
    if question == "-":
        question = sys.stdin.buffer.read().decode("utf-8", "replace")
    from zhangju.questions import check_question

    # Said before the model loads, not after.
    return check_question(question)


def _search_json(
    retriever: "Retriever", question: str, count: int, where: Mapping[str, str]
) -> "tuple[Mapping[str, Any], Sequence[Passage]]":
    from zhangju.jsonable import search_json

    started = perf_counter()
    found = retriever.find(question, count, where)
    total = 1000 * (perf_counter() - started)
    return search_json(question, found.passages, {**found.timings, "total": total}), found.passages


def _note_nothing(where: Mapping[str, str], passages: "Sequence[Passage]") -> None:
    """Say it where a filter is what leaves nothing to be found."""
    if where and not passages:
        note(f"no document has {' and '.join(f'{name}={value}' for name, value in where.items())}")


def _run_batch(
    lines: BinaryIO, reply: "Callable[[BatchQuestion], Mapping[str, Any]]", *, follow_ups: bool = True
) -> None:
    from zhangju_ui.batch import answer_batch
    from zhangju_ui.cli_output import json_line

    bad = total = 0
    for reply_line, good in answer_batch(lines, reply, follow_ups=follow_ups):
        click.echo(json_line(reply_line))
        total += 1
        bad += not good
    if bad:
        note(f'{bad} of {total} lines could not be answered: see their "error"')
        raise click.exceptions.Exit(2)
