"""``zhangju eval``: measure on an eval set, compare with a baseline, write runs and reports."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhangju_index.errors import InputError
from zhangju_ui.options import INDEX, JSON, MODEL, note

if TYPE_CHECKING:
    from zhangju import Retriever
    from zhangju_eval import EvalSet, Report
    from zhangju_index.folder import Index
    from zhangju_index.protocols import Embedder

__all__ = ["eval_command"]

_FILE = click.Path(path_type=Path)


@click.command("eval")
@click.argument("eval_set", metavar="[SET]", required=False)
@click.option(
    "--split", metavar="NAME", help="dev, test or all (unless told); of a BEIR folder its judgements (test)."
)
@click.option("--qrels", type=_FILE, metavar="FILE", help="TREC judgements, in place of SET.")
@click.option("--topics", type=_FILE, metavar="FILE", help="The questions that go with --qrels.")
@click.option(
    "--corpus",
    type=_FILE,
    metavar="FILE",
    help="Passages to index for the run, with --qrels or your own set.",
)
@click.option(
    "--run",
    "runs",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="Measure a TREC run instead of searching.",
)
@click.option("--save-run", type=_FILE, metavar="FILE", help="Write what was retrieved as a TREC run.")
@click.option("--no-answers", is_flag=True, help="Measure retrieval alone.")
@click.option(
    "--cache",
    type=_FILE,
    metavar="DIR",
    help="Where vectors of passages are kept [default: the user's cache].",
)
@JSON
@INDEX
@MODEL
def eval_command(
    eval_set: str | None,
    *,
    split: str | None,
    qrels: Path | None,
    topics: Path | None,
    corpus: Path | None,
    runs: tuple[Path, ...],
    save_run: Path | None,
    no_answers: bool,
    cache: Path | None,
    as_json: bool,
    index: Path | None,
    model: str | None,
) -> None:
    """Measure retrieval and answers on an eval set.

    SET is a set that comes with Zhangju (article, unless told), a file in JSON Lines, a BEIR
    folder or a SQuAD file.
    """
    from zhangju_eval.ranking import require_ir_measures
    from zhangju_eval.table import print_report
    from zhangju_ui.cli_output import json_line

    # Whatever can be told to be wrong is, before the model loads.
    require_ir_measures()
    source = _Source(eval_set, split, qrels, topics, corpus, run_only=bool(runs))
    chosen = source.load()
    _check_writable(save_run)
    with ExitStack() as stack:
        if runs:
            report = _measure_runs(source, chosen, runs, stack, index, model)[0]
        else:
            report = _measure(source, chosen, stack, index, model, cache, answers=not no_answers)
        for line in chosen.notes:
            note(line)
        if save_run is not None:
            from zhangju_eval.runs import write_run

            write_run(save_run, ((row.question.id, row.ranked) for row in report.rows))
        if as_json:
            click.echo(json_line(report.to_json()))
        else:
            print_report(report)


@dataclass(frozen=True)
class _Source:
    """Which set is meant, and from which files."""

    name: str | None
    split: str | None
    qrels: Path | None
    topics: Path | None
    corpus: Path | None
    run_only: bool

    def load(self, library: "Mapping[str, str] | None" = None) -> "EvalSet":
        """Read the set; gold in our own format is checked against ``library`` where it is given."""
        from zhangju_eval import load_set
        from zhangju_eval.trec import read_documents, read_trec

        if self.qrels is not None:
            if self.name is not None:
                raise click.UsageError("--qrels takes the place of SET: give one of them")
            if self.topics is None and not self.run_only:
                raise click.UsageError("--qrels needs --topics to ask, or --run to measure a run")
            return read_trec(self.qrels, self.topics, None if self.run_only else self.corpus)
        if self.topics is not None:
            raise click.UsageError("--topics goes with --qrels")
        passages = read_documents(self.corpus) if self.corpus else None
        if passages is not None and not self.asks_library:
            raise click.UsageError("--corpus goes with --qrels or with a set in our own format")
        loaded = load_set(
            self.name or "article",
            passages if passages is not None else library,
            split=self.split,
            run_only=self.run_only,
        )
        return loaded if passages is None else replace(loaded, corpus=passages)

    @property
    def asks_library(self) -> bool:
        """Whether gold is checked against documents that the set does not bring along."""
        from zhangju_eval.loading import is_own_format

        return self.qrels is None and is_own_format(self.name or "article")


@dataclass(frozen=True)
class _Opened:
    """What questions are put to."""

    index: "Index"
    embedder: "Embedder"
    retriever: "Retriever"
    library: "Mapping[str, str]"


def _measure(
    source: _Source,
    chosen: "EvalSet",
    stack: ExitStack,
    index: Path | None,
    model: str | None,
    cache: Path | None,
    *,
    answers: bool,
) -> "Report":
    from zhangju import Assistant
    from zhangju_eval import evaluate
    from zhangju_ui.progress import counting

    opened = stack.enter_context(_open(chosen, index, model, cache))
    if not chosen.documents and source.asks_library:
        # A file in our own format: its gold is checked against what the index holds.
        chosen = source.load(opened.library)
    judged = any(question.judged for question in chosen.questions)
    assistant = Assistant(opened.retriever) if answers and not judged else None
    with counting(f"asking the questions of {chosen.name}") as progress:
        return evaluate(chosen, opened.retriever, assistant, progress=progress, sources=opened.library)


def _measure_runs(
    source: _Source,
    chosen: "EvalSet",
    runs: Sequence[Path],
    stack: ExitStack,
    index: Path | None,
    model: str | None,
) -> "list[Report]":
    from zhangju_eval import evaluate_run
    from zhangju_eval.runs import read_run

    read = {path: read_run(path) for path in runs}
    if not chosen.documents and source.asks_library:
        chosen = source.load(stack.enter_context(_open(chosen, index, model, None)).library)
    reports = []
    for path, run in read.items():
        missing = sum(question.id not in run for question in chosen.questions)
        if missing:
            note(
                f"{path}: {missing:,} of {len(chosen.questions):,} questions are not in the run; "
                "they count as nothing found"
            )
        reports.append(evaluate_run(chosen, run, path.stem))
    return reports


@contextmanager
def _open(
    chosen: "EvalSet", index: Path | None, model: str | None, cache: Path | None
) -> "Iterator[_Opened]":
    """Open the index that is asked, or build that of the set's own passages for the run."""
    from zhangju import Retriever
    from zhangju_eval.corpus_index import default_cache, indexed_corpus
    from zhangju_eval.library import IndexLibrary
    from zhangju_index.embedding import load_embedder
    from zhangju_ui.progress import indexing

    with ExitStack() as stack:
        embedder = load_embedder(model)
        if chosen.corpus is None:
            opened = stack.enter_context(_open_index(index, model, embedder))
        else:
            if index is not None:
                note("the set brings its passages along: --index is not asked")
            with indexing() as progress:
                opened = stack.enter_context(
                    indexed_corpus(chosen.corpus, embedder, cache or default_cache(), progress.show)
                )
        retriever = stack.enter_context(Retriever(opened, embedder))
        ids = [record.id for record in opened.manifest.documents]
        yield _Opened(opened, embedder, retriever, IndexLibrary(opened.texts, ids))


def _open_index(index: Path | None, model: str | None, embedder: "Embedder") -> "Index":
    from zhangju.bundled import bundled_index_folder, ensure_bundled_index
    from zhangju_index.folder import open_index
    from zhangju_ui.progress import reporting

    folder = bundled_index_folder(model) if index is None else index
    if index is None:
        with reporting("building the index") as report:
            ensure_bundled_index(folder, embedder, report)
    return open_index(folder, fingerprint=embedder.fingerprint)


def _check_writable(*paths: Path | None) -> None:
    """Say it before minutes of work, where what they make cannot be written."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise InputError(f"cannot write {path}: expected the name of a file in a folder that exists")
