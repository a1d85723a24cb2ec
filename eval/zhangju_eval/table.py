"""Print a report for people: tables of the whole set, by language, by kind."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from zhangju_eval.estimates import Estimate
from zhangju_eval.report import Report, Summary

__all__ = ["print_report"]

NOT_ELIGIBLE = "-"
# Of the answerable questions, of the others, and of those with gold.
ANSWER_COLUMNS = ("answered", "refused", "evidence")
# What fits beside them on a terminal of 80 columns; --json and --report show the rest.
RANKING_COLUMNS = ("hit@1", "hit@3", "hit@5", "MRR@10", "nDCG@10")


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the figures with their 95 % intervals, then those of each slice.

    Args:
        report: What ``evaluate`` returned.
        console: Where to print; standard output unless told.
    """
    console = console or Console()
    console.print(_overall_table(report))
    for heading, field in (
        ("By language", "lang"),
        ("By kind", "kind"),
        ("Answerable", "answerable"),
        ("By split", "split"),
    ):
        slices = {name.partition("=")[2]: s for name, s in report.by.items() if name.startswith(f"{field}=")}
        if len(slices) > 1:
            console.print()
            console.print(_slice_table(heading, slices))
    console.print()
    for name, ms in report.latency().items():
        console.print(
            f"{name}: median {ms['median']:.1f} ms, 95th percentile {ms['p95']:.1f} ms", highlight=False
        )


def _overall_table(report: Report) -> Table:
    overall = report.overall
    table = Table(
        title=f"{escape(report.set_name)}: {overall.questions} questions",
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
    )
    table.add_column("measured")
    for name in ("value", "95 % interval"):
        table.add_column(name, justify="right")
    groups = {"retrieval": overall.metrics, "refusal": overall.abstention, "answers": overall.answers}
    for group, estimates in groups.items():
        for name, estimate in estimates.items():
            interval = f"{estimate.low:.3f} to {estimate.high:.3f}"
            table.add_row(f"{group}: {name.replace('_', ' ')}", f"{estimate.value:.3f}", interval)
        table.add_section()
    for name, figures in overall.lengths.items():
        table.add_row(f"{name} per answer, median (most)", f"{figures['median']:g} ({figures['most']:g})", "")
    return table


def _slice_table(heading: str, slices: Mapping[str, Summary]) -> Table:
    answers = any(summary.abstention for summary in slices.values())
    table = Table(title=heading, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=0)
    table.add_column("", no_wrap=True)
    for name in ["asked", *RANKING_COLUMNS, *(ANSWER_COLUMNS if answers else [])]:
        table.add_column(name, justify="right", no_wrap=True)
    for name, summary in slices.items():
        cells = [_cell(summary.metrics.get(metric)) for metric in RANKING_COLUMNS]
        if answers:
            rates = summary.abstention
            cells += [
                _cell(rates.get("answered")),
                _cell(rates.get("recall")),
                _cell(summary.answers.get("evidence")),
            ]
        table.add_row(escape(name), str(summary.questions), *cells)
    return table


def _cell(estimate: Estimate | None) -> str:
    return NOT_ELIGIBLE if estimate is None else f"{estimate.value:.2f}"
