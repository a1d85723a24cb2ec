"""``zhangju eval``: measure on an eval set, compare with a baseline, write runs and reports."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhangju_index.errors import InputError
from zhangju_ui.options import INDEX, JSON, MODEL, RERANKER, chosen_store, note

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
@click.option(
    "--baseline",
    type=_FILE,
    metavar="FILE",
    help="Compare with a saved run; exit 1 when a metric fell too far.",
)
@click.option(
    "--save-baseline",
    type=_FILE,
    metavar="FILE",
    help="Save what each question scored, to compare with later.",
)
@click.option(
    "--margin",
    "margins",
    multiple=True,
    callback=lambda *given: _read_margins(*given),
    metavar="METRIC=VALUE",
    help="How far a metric may fall below the baseline; may be given again.",
)
@click.option("--report", "page", type=_FILE, metavar="FILE", help="Write a page to look at: one HTML file.")
@click.option("--ablation", is_flag=True, help="Measure each leg of retrieval beside the retriever.")
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
@RERANKER
def eval_command(
    eval_set: str | None,
    *,
    split: str | None,
    qrels: Path | None,
    topics: Path | None,
    corpus: Path | None,
    runs: tuple[Path, ...],
    save_run: Path | None,
    baseline: Path | None,
    save_baseline: Path | None,
    margins: "Mapping[str, float]",
    page: Path | None,
    ablation: bool,
    no_answers: bool,
    cache: Path | None,
    as_json: bool,
    index: Path | None,
    model: str | None,
    reranker: str,
) -> None:
    """Measure retrieval and answers on an eval set.

    SET is a set that comes with Zhangju (article, unless told), a file in JSON Lines, a BEIR
    folder or a SQuAD file. With --baseline, the exit code is 1 when a metric fell by more than
    its margin.
    """
    from zhangju_eval.gate import compare, read_baseline, write_baseline
    from zhangju_eval.html_report import write_report
    from zhangju_eval.ranking import require_ir_measures
    from zhangju_eval.runs import check_names, write_run
    from zhangju_eval.table import print_comparison, print_report, print_systems
    from zhangju_ui.cli_output import json_line

    # Whatever can be told to be wrong is, before the model loads.
    require_ir_measures()
    source = _Source(eval_set, split, qrels, topics, corpus, run_only=bool(runs))
    chosen = source.load()
    if ablation and runs:
        raise click.UsageError("--ablation searches and --run does not: give one of them")
    if ablation and chosen.corpus is None and chosen_store() is not None:
        raise click.UsageError(
            "--ablation ranks by each leg alone, which an index in a folder does: use --index"
        )
    if margins and baseline is None:
        raise click.UsageError("--margin goes with --baseline")
    before = read_baseline(baseline) if baseline else None
    _check_writable(save_run, save_baseline, page)
    if save_run is not None:
        check_names(question.id for question in chosen.questions)
    measuring = _Measuring(
        source,
        index,
        model,
        reranker,
        cache,
        answers=not no_answers,
        ablation=ablation,
        keep=page is not None,
    )
    reports = measuring.measure_runs(chosen, runs) if runs else measuring.measure(chosen)
    for line in chosen.notes:
        note(line)
    comparison = compare(reports[0], before, margins) if before else None
    if save_run is not None:
        write_run(save_run, ((row.question.id, row.ranked) for row in reports[0].rows))
    if save_baseline is not None:
        write_baseline(reports[0], save_baseline)
    if page is not None:
        write_report(page, reports, comparison)
    if as_json:
        value = reports[0].to_json()
        if len(reports) > 1:
            value["systems"] = {report.system: _system_json(report) for report in reports}
        if comparison is not None:
            value["baseline"] = comparison.to_json()
        click.echo(json_line(value))
    else:
        print_report(reports[0])
        if len(reports) > 1:
            click.echo()
            print_systems(reports)
        if comparison is not None:
            click.echo()
            print_comparison(comparison)
    if comparison is not None and comparison.fails:
        raise click.exceptions.Exit(1)


def _read_margins(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> Mapping[str, float]:
    from zhangju_eval.gate import GATED

    margins: dict[str, float] = {}
    for value in values:
        name, equals, margin = value.partition("=")
        try:
            margins[name] = float(margin)
        except ValueError:
            equals = ""
        if not equals or not 0 <= margins[name] <= 1:
            raise click.BadParameter(
                f"expected METRIC=VALUE with a value from 0 to 1, got {value!r}", context, parameter
            )
        if name not in GATED:
            raise click.BadParameter(
                f"there is no metric {name!r}; there are {', '.join(GATED)}", context, parameter
            )
    return margins


def _system_json(report: "Report") -> dict[str, object]:
    """What is compared between systems; answers only of those that give any."""
    overall = report.overall
    answering = {
        "abstention": {name: figure.to_json() for name, figure in overall.abstention.items()},
        "answers": {name: figure.to_json() for name, figure in overall.answers.items()},
    }
    return {
        **(answering if report.asked else {}),
        "metrics": {name: figure.to_json() for name, figure in report.overall.metrics.items()},
        "by": {
            name: {metric: figure.to_json() for metric, figure in summary.metrics.items()}
            for name, summary in report.by.items()
        },
        "latency_ms": report.latency(),
    }


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
    """What questions are put to; there is no ``index`` in a folder where a store is asked."""

    index: "Index | None"
    embedder: "Embedder"
    retriever: "Retriever"
    library: "Mapping[str, str]"


@dataclass(frozen=True)
class _Measuring:
    """How a set is measured."""

    source: _Source
    index: Path | None
    model: str | None
    reranker: str
    cache: Path | None
    answers: bool
    ablation: bool
    keep: bool

    def measure(self, chosen: "EvalSet") -> "list[Report]":
        """Put every question to the retriever, and to each leg of it where that was asked for."""
        from zhangju import Assistant
        from zhangju_eval import evaluate
        from zhangju_eval.evaluate import in_hindsight
        from zhangju_eval.html_report import KEPT
        from zhangju_eval.systems import LEGS, Named, ablation
        from zhangju_ui.progress import counting

        with _open(chosen, self.index, self.model, self.reranker, self.cache) as opened:
            if not chosen.documents and self.source.asks_library:
                # A file in our own format: its gold is checked against what the index holds.
                chosen = self.source.load(opened.library)
            judged = any(question.judged for question in chosen.questions)
            assistant = Assistant(opened.retriever) if self.answers and not judged else None
            with counting(f"asking the questions of {chosen.name}") as progress:
                reports = [
                    evaluate(
                        chosen,
                        opened.retriever,
                        assistant,
                        progress=progress,
                        sources=opened.library,
                        keep=KEPT if self.keep else 0,
                    )
                ]
            if opened.index is not None and self.ablation:
                # The retriever comes last, and has been measured.
                for system in ablation(
                    opened.index, opened.embedder, opened.retriever, answers=assistant is not None
                )[:-1]:
                    answering = (
                        Assistant(system.retriever) if assistant and isinstance(system, Named) else None
                    )
                    with counting(f"asking {system.name}") as progress:
                        reports.append(
                            evaluate(
                                chosen,
                                system,
                                answering,
                                progress=progress,
                                sources=opened.library,
                                system=system.name,
                            )
                        )
                reports.append(in_hindsight([each for each in reports if each.system in LEGS]))
        return reports

    def measure_runs(self, chosen: "EvalSet", runs: Sequence[Path]) -> "list[Report]":
        """Take what the runs of any systems found."""
        from zhangju_eval.runs import read_run

        read = {path: read_run(path) for path in runs}
        if not chosen.documents and self.source.asks_library:
            with _open(chosen, self.index, self.model, "", None) as opened:
                chosen = self.source.load(opened.library)
                return [self._measure_run(chosen, path, run) for path, run in read.items()]
        return [self._measure_run(chosen, path, run) for path, run in read.items()]

    def _measure_run(
        self, chosen: "EvalSet", path: Path, run: "Mapping[str, Mapping[str, float]]"
    ) -> "Report":
        from zhangju_eval import evaluate_run

        missing = sum(question.id not in run for question in chosen.questions)
        if missing:
            note(
                f"{path}: {missing:,} of {len(chosen.questions):,} questions are not in the run; "
                "they count as nothing found"
            )
        return evaluate_run(chosen, run, path.stem)


@contextmanager
def _open(
    chosen: "EvalSet", index: Path | None, model: str | None, reranker: str, cache: Path | None
) -> "Iterator[_Opened]":
    """Open the index that is asked, or build that of the set's own passages for the run."""
    from zhangju import Retriever
    from zhangju.rerankers import load_reranker
    from zhangju_eval.corpus_index import default_cache, indexed_corpus
    from zhangju_eval.library import IndexLibrary
    from zhangju_index.embedding import load_embedder
    from zhangju_ui.progress import indexing

    with ExitStack() as stack:
        store = chosen_store()
        if store is not None and chosen.corpus is None:
            retriever = stack.enter_context(
                Retriever.open(store=str(store), model=model, reranker=reranker or None)
            )
            yield _Opened(None, retriever.embedder, retriever, IndexLibrary(retriever))
            return
        embedder = load_embedder(model)
        if chosen.corpus is None:
            opened = stack.enter_context(_open_index(index, model, embedder))
        else:
            if index is not None or store is not None:
                option = "--index" if store is None else "--store"
                note(f"the set brings its passages along: {option} is not asked")
            with indexing() as progress:
                opened = stack.enter_context(
                    indexed_corpus(chosen.corpus, embedder, cache or default_cache(), progress.show)
                )
        retriever = stack.enter_context(
            Retriever(opened, embedder, load_reranker(reranker or None, embedder))
        )
        yield _Opened(opened, embedder, retriever, IndexLibrary(retriever))


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
