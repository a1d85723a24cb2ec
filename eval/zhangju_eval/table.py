"""Print a report for people: tables of the whole set, by language, by kind."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from zhangju_eval.estimates import Estimate
from zhangju_eval.gate import Comparison
from zhangju_eval.report import Report, Summary

__all__ = ["print_comparison", "print_report", "print_systems"]

NOT_ELIGIBLE = "-"
# Of the answerable questions, of the others, and of those with gold.
ANSWER_COLUMNS = ("answered", "refused", "evidence")
# What fits beside them on a terminal of 80 columns; --json and --report show the rest.
SYSTEM_COLUMNS = ("nDCG@10", "hit@1", "hit@5", "MRR@10", "recall@100")
ANSWERING_COLUMNS = {
    "evidence": "evidence",
    "citation_precision": "precise",
    "answered": "answered",
    "precision": "refused rightly",
    "recall": "of the others",
    "auroc": "AUROC",
}
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


def print_systems(reports: Sequence[Report], console: Console | None = None) -> None:
    """Print systems side by side: quality of the whole set, nDCG@10 of each slice, latency.

    Args:
        reports: One for each system, over the same questions.
        console: Where to print; standard output unless told.
    """
    console = console or Console()
    table = _wide_table("Side by side", ["", *SYSTEM_COLUMNS, "median ms", "p95 ms"])
    for report in reports:
        ms = report.latency().get("search", {})
        times = [f"{ms[name]:.1f}" if ms else NOT_ELIGIBLE for name in ("median", "p95")]
        cells = [_cell(report.overall.metrics.get(metric), digits=3) for metric in SYSTEM_COLUMNS]
        table.add_row(escape(report.system), *cells, *times)
    console.print(table)
    if sum(report.asked for report in reports) > 1:
        console.print()
        console.print(_answering_table([report for report in reports if report.asked]))
    slices = [name for name in reports[0].by if any(name in report.by for report in reports)]
    slices = [name for name in slices if reports[0].by[name].metrics]
    if len(slices) > 1:
        console.print()
        table = _wide_table("nDCG@10 by slice", ["", *(report.system for report in reports)])
        for name in slices:
            cells = [_cell(report.by[name].metrics.get("nDCG@10"), digits=3) for report in reports]
            table.add_row(escape(name), *cells)
        console.print(table)


def _answering_table(reports: Sequence[Report]) -> Table:
    """Answers and refusals of the systems that give any."""
    table = _wide_table("Answers and refusals", ["", *ANSWERING_COLUMNS.values(), "median ms"])
    for report in reports:
        overall = report.overall
        figures = {**overall.answers, **overall.abstention}
        ms = report.latency().get("ask", {})
        cells = [_cell(figures.get(name), digits=3) for name in ANSWERING_COLUMNS]
        table.add_row(escape(report.system), *cells, f"{ms['median']:.1f}" if ms else NOT_ELIGIBLE)
    return table


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print what changed since the baseline, and which questions flipped.

    Args:
        comparison: What ``compare`` returned.
        console: Where to print; standard output unless told.
    """
    console = console or Console()
    table = _wide_table("Since the baseline", ["", "before", "now", "change", "margin", "p", "questions", ""])
    for each in comparison.differences:
        if each.margin is None and each.before == each.after:
            continue
        margin = "" if each.margin is None else f"{each.margin:g}"
        verdict = "" if each.margin is None else "FELL" if each.fails else "holds"
        table.add_row(
            escape(each.metric),
            f"{each.before:.3f}",
            f"{each.after:.3f}",
            f"{each.after - each.before:+.3f}",
            margin,
            f"{each.p_value:.3f}",
            str(each.questions),
            verdict,
        )
    console.print(table)
    for name in comparison.missing:
        console.print(f"{escape(name)}: in the baseline, but not measured", highlight=False)
    console.print()
    for flip in comparison.flips:
        changes = [f"lost {', '.join(flip.lost)}"] * bool(flip.lost) + [f"won {', '.join(flip.won)}"] * bool(
            flip.won
        )
        line = f"{flip.id}: {'; '.join(changes)}: {flip.question}"
        console.print(escape(line), highlight=False, soft_wrap=True)
    flipped = len(comparison.flips)
    console.print(f"{flipped} question{'s' * (flipped != 1)} flipped", highlight=False)
    fallen = [each.metric for each in comparison.differences if each.fails] + list(comparison.missing)
    verdict = f"FAILS: {', '.join(fallen)}" if fallen else "passes: no metric fell by more than its margin"
    console.print(verdict, highlight=False)


def _wide_table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(columns):
        table.add_column(escape(name), justify="right" if number else "left", no_wrap=True)
    return table


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


def _cell(estimate: Estimate | None, *, digits: int = 2) -> str:
    return NOT_ELIGIBLE if estimate is None else f"{estimate.value:.{digits}f}"
