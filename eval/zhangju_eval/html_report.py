"""One HTML file that shows a run: figures, systems side by side, plots, and every question.

Nothing is fetched: styles, plots and the few lines of script that filter questions stand in the
page, and its own Content-Security-Policy forbids everything else. It can be read without the
script. Texts of passages, questions and answers are escaped: whatever they hold is shown, never
run. ``render_report`` gives the page as a text, for a file or the ``srcdoc`` of a frame.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np

from zhangju.language import detect_language
from zhangju.values import Passage
from zhangju_eval.charts import latency_plot, recall_plot, reliability_plot, risk_plot
from zhangju_eval.curves import Curves, curves_of
from zhangju_eval.estimates import Estimate
from zhangju_eval.gate import Comparison
from zhangju_eval.marking import marked_pieces
from zhangju_eval.questions import Gold, SectionGold
from zhangju_eval.report import Report, Row, Summary
from zhangju_index.errors import InputError

__all__ = ["KEPT", "render_report", "write_report"]

KEPT = 5
"""Passages that are shown of each question; ``evaluate`` is asked to keep so many."""

_RETRIEVAL = ("nDCG@10", "hit@1", "hit@3", "hit@5", "MRR@10", "MAP", "recall@10", "recall@100")
_ANSWERS = {
    "evidence": "evidence in the answer",
    "evidence_parts": "share of the evidence in the answer",
    "holds_gold": "words of the evidence in the answer",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
}
_REFUSAL = {
    "answered": "answerable questions answered",
    "recall": "unanswerable questions refused",
    "precision": "refusals that are right",
    "auroc": "AUROC of confidence",
    "aurc": "area under risk–coverage (less is better)",
    "calibration_error": "calibration error (less is better)",
}
_SLICES = {"lang": "Language", "kind": "Kind", "answerable": "Answerable", "split": "Split"}
_OUTCOMES = {
    "first": "evidence first",
    "found": f"evidence in the first {KEPT}",
    "deep": "evidence further down",
    "missed": "evidence not found",
    "right-answer": "answer with its evidence",
    "wrong-answer": "answer without its evidence",
    "wrong-refusal": "refused, though answerable",
    "right-refusal": "rightly refused",
    "false-answer": "answered, though not answerable",
    "changed": "changed since the baseline",
}
_GOOD = ("first", "found", "right-answer", "right-refusal")


def render_report(
    reports: Sequence[Report], comparison: Comparison | None = None, title: str | None = None
) -> str:
    """Make the page.

    Args:
        reports: What was measured; the first is what is shipped, and its questions are shown.
        comparison: Of the first with a baseline.
        title: What the page is called; the name of the set unless told.
    """
    main = reports[0]
    title = title or main.set_name
    style, script = _asset("report.css"), _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "img-src 'none'; base-uri 'none'; form-action 'none'"
    )
    body = "".join(
        [
            _header(main, title, comparison),
            _tiles(main),
            _gate(comparison) if comparison else "",
            _metrics(reports),
            _plots(reports),
            _slices(reports),
            _questions(main, comparison),
        ]
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)} · Zhangju evaluation</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}<script>{script}</script>\n</body>\n</html>\n"
    )


def write_report(path: Path, reports: Sequence[Report], comparison: Comparison | None = None) -> None:
    """Write the page to a file.

    Raises:
        InputError: The file cannot be written.
    """
    try:
        # A lone surrogate, which JSON can carry, has no bytes in UTF-8.
        path.write_bytes(render_report(reports, comparison).encode("utf-8", "replace"))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def _header(report: Report, title: str, comparison: Comparison | None) -> str:
    questions = report.overall.questions
    clusters = len(set(report.clusters.of.values()))
    by = {"document": "the document their evidence is in", "evidence": "their evidence"}[report.clusters.by]
    links = [("figures", "Figures"), ("plots", "Plots"), ("slices", "Slices"), ("questions", "Questions")]
    if comparison:
        links.insert(0, ("gate", "Baseline"))
    nav = "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in links)
    return (
        f'<header><h1><span lang="zh">章句</span>{escape(title)}</h1>'
        f"<p>{questions:,} questions. Intervals are 95 %, by bootstrap over {clusters:,} clusters of questions "
        f"by {by}. A question that gives a metric nothing to judge is left out of it, not counted as zero.</p>"
        f'<nav aria-label="Contents">{nav}</nav></header>\n'
    )


def _tiles(report: Report) -> str:
    overall = report.overall
    tiles = [
        ("nDCG@10", overall.metrics.get("nDCG@10")),
        ("evidence in the first passage", overall.metrics.get("hit@1")),
        ("evidence in the first five", overall.metrics.get("hit@5")),
        ("evidence in the answer", overall.answers.get("evidence")),
        ("unanswerable refused", overall.abstention.get("recall")),
        ("AUROC of confidence", overall.abstention.get("auroc")),
    ]
    items = [
        f"<li><span>{escape(name)}</span><b>{figure.value:.3f}</b>{_interval_bar(figure)}"
        f"<span>{figure.low:.3f} to {figure.high:.3f}</span></li>"
        for name, figure in tiles
        if figure is not None
    ]
    return f'<ul class="tiles">{"".join(items)}</ul>\n'


def _interval_bar(figure: Estimate) -> str:
    low, high = 100 * figure.low, 100 * figure.high
    return (
        f'<span class="span" aria-hidden="true"><i style="left:{low:.1f}%;width:{max(high - low, 0.5):.1f}%"></i>'
        f'<em style="left:{100 * figure.value:.1f}%"></em></span>'
    )


def _gate(comparison: Comparison) -> str:
    failed = comparison.fails
    verdict = (
        "A metric fell by more than its margin." if failed else "No metric fell by more than its margin."
    )
    rows = []
    for each in comparison.differences:
        if each.margin is None and abs(each.after - each.before) < 5e-5:
            continue
        change = each.after - each.before
        margin = "" if each.margin is None else f"{each.margin:g}"
        state = (
            ""
            if each.margin is None
            else '<span class="tag bad">fell</span>'
            if each.fails
            else '<span class="tag good">holds</span>'
        )
        rows.append(
            f"<tr><th scope=row>{escape(each.metric)}</th><td>{each.before:.3f}</td><td>{each.after:.3f}</td>"
            f"<td>{change:+.3f}</td><td>{margin}</td><td>{each.p_value:.3f}</td><td>{each.questions:,}</td><td>{state}</td></tr>"
        )
    missing = "".join(
        f"<p class=note>{escape(name)} is in the baseline and was not measured.</p>"
        for name in comparison.missing
    )
    flips = "".join(
        f'<tr><td class="text"><a href="#{_anchor(flip.id)}"><bdi>{escape(flip.question or flip.id)}</bdi></a></td>'
        f"<td>{_tags(flip.lost, 'bad')}</td><td>{_tags(flip.won, 'good')}</td></tr>"
        for flip in comparison.flips
    )
    flipped = (
        f'<div class="wide"><table><caption>Questions whose outcome changed: {len(comparison.flips):,}</caption>'
        f"<thead><tr><th>question</th><th>lost</th><th>won</th></tr></thead><tbody>{flips}</tbody></table></div>"
        if flips
        else "<p class=note>No question changed its outcome.</p>"
    )
    return (
        f'<h2 id="gate">Compared with the baseline</h2><p class="verdict {"bad" if failed else "good"}">{verdict}</p>'
        "<p class=note>The margin decides, whatever the p-value: the same questions were asked of both. p says whether other "
        "questions of the kind would be likely to show the difference too (paired randomisation, two-sided).</p>"
        f'{missing}<div class="wide"><table><thead><tr><th>metric</th><th>before</th><th>now</th><th>change</th>'
        f"<th>margin</th><th>p</th><th>questions</th><th></th></tr></thead><tbody>{''.join(rows)}</tbody></table></div>{flipped}\n"
    )


def _tags(names: Sequence[str], kind: str) -> str:
    return " ".join(f'<span class="tag {kind}">{escape(name)}</span>' for name in names)


def _metrics(reports: Sequence[Report]) -> str:
    overall = [report.overall for report in reports]
    rows = [
        *_group("Retrieval", {name: name for name in _RETRIEVAL}, [each.metrics for each in overall]),
        *_latency_rows(reports),
    ]
    table = _system_table(list(enumerate(reports)), rows)
    return f'<h2 id="figures">Figures</h2>{table}{_answer_table(reports)}\n'


def _answer_table(reports: Sequence[Report]) -> str:
    """Figures of answers and refusals, of the systems that give any."""
    asked = [report for report in reports if report.asked]
    if not asked:
        return ""
    overall = [report.overall for report in asked]
    lengths = [
        f"<tr><th scope=row>{name} per answer, median</th>"
        + "".join(
            f"<td><b>{each.lengths[name]['median']:g}</b> <small>most {each.lengths[name]['most']:g}</small></td>"
            if name in each.lengths
            else "<td></td>"
            for each in overall
        )
        + "</tr>"
        for name in overall[0].lengths
    ]
    columns = (
        [*_group("Answers", _ANSWERS, [each.answers for each in overall]), *lengths],
        list(_group("Refusal", _REFUSAL, [each.abstention for each in overall])),
    )
    if len(asked) == 1:
        tables = [
            f'<div class="wide"><table><tbody>{"".join(rows)}</tbody></table></div>'
            for rows in columns
            if rows
        ]
        return f'<div class="pair">{"".join(tables)}</div>'
    return _system_table([each for each in enumerate(reports) if each[1].asked], [*columns[0], *columns[1]])


def _system_table(systems: Sequence[tuple[int, Report]], rows: Sequence[str]) -> str:
    """A table with a column for each system, in the colour that its number has in the plots."""
    names = "".join(
        f'<th class="sys" scope="col"><i style="background:var(--s{number % 6})"></i>{escape(report.system)}</th>'
        for number, report in systems
    )
    many = " many" if len(systems) > 2 else ""
    return (
        f'<div class="wide{many}"><table><thead><tr><th scope=col>metric</th>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _group(title: str, names: Mapping[str, str], of: Sequence[Mapping[str, Estimate]]) -> Iterator[str]:
    present = [name for name in names if any(name in each for each in of)]
    if not present:
        return
    yield f'<tr class="group"><th scope=rowgroup colspan="{len(of) + 1}">{title}</th></tr>'
    for name in present:
        values = [each.get(name) for each in of]
        best = max((round(v.value, 3) for v in values if v), default=0.0)
        compared = sum(v is not None for v in values) > 1
        cells = "".join(
            _cell(v, best=compared and v is not None and round(v.value, 3) == best) for v in values
        )
        yield f"<tr><th scope=row>{escape(names[name])}</th>{cells}</tr>"


def _cell(figure: Estimate | None, *, best: bool = False, digits: int = 3) -> str:
    if figure is None:
        return '<td class="dim">–</td>'
    interval = f"{figure.low:.{digits}f}–{figure.high:.{digits}f}"
    return f'<td class="{"best" if best else ""}"><b>{figure.value:.{digits}f}</b> <small>{interval}</small></td>'


def _latency_rows(reports: Sequence[Report]) -> Iterator[str]:
    latencies = [report.latency() for report in reports]
    names = {"search": f"search, {reports[0].depth} deep", "ask": "answer"}
    present = [name for name in names if any(name in each for each in latencies)]
    if present:
        yield f'<tr class="group"><th scope=rowgroup colspan="{len(reports) + 1}">Milliseconds, median and 95th percentile</th></tr>'
    for name in present:
        cells = "".join(
            f"<td><b>{each[name]['median']:.1f}</b> <small>{each[name]['p95']:.1f}</small></td>"
            if name in each
            else '<td class="dim">–</td>'
            for each in latencies
        )
        yield f"<tr><th scope=row>{escape(names[name])}</th>{cells}</tr>"


def _plots(reports: Sequence[Report]) -> str:
    main = reports[0]
    figures = []
    found = {report.system: curves_of(report) for report in reports}
    recall = {system: curves.recall for system, curves in found.items() if curves.recall}
    if recall:
        figures.append(
            _figure(
                "Recall by depth",
                recall_plot(recall),
                _key(list(recall)),
                "Share of the evidence among the first k passages.",
            )
        )
    figures.extend(_confidence_figures(main, found[main.system]))
    times = {}
    for report in reports:
        ms = [row.search_ms for row in report.rows if row.search_ms]
        if ms:
            times[report.system] = (float(np.median(ms)), float(np.percentile(ms, 95)), max(ms))
    if times:
        colours = {report.system: number % 6 for number, report in enumerate(reports)}
        caption = (
            f"Median and 95th percentile of one search, {main.depth} passages deep; one question at a time."
        )
        figures.append(_figure("Latency of a search", latency_plot(times, colours), "", caption))
    return f'<h2 id="plots">Plots</h2><div class="plots">{"".join(figures)}</div>\n' if figures else ""


def _confidence_figures(main: Report, curves: Curves) -> Iterator[str]:
    if not curves.risk:
        return
    yield _figure(
        "Risk by coverage",
        risk_plot(curves.risk, curves.answered),
        "",
        f"Share of wrong answers when only the most certain questions are answered; the mean (AURC) is "
        f"{main.overall.abstention['aurc'].value:.3f}. Wrong is an answer without its evidence, and any answer where the "
        "documents give none; of a refused question, its first passage is judged. The dot is the threshold in use.",
    )
    yield _figure(
        "Reliability of confidence",
        reliability_plot(curves.bins),
        "",
        f"Of the questions of about one confidence, the share that is answerable; larger dots are more questions. The mean "
        f"distance from the diagonal (calibration error) is {main.overall.abstention['calibration_error'].value:.3f}.",
    )


def _figure(title: str, plot: str, key: str, caption: str) -> str:
    return f"<figure><h3>{escape(title)}</h3>{plot}{key}<figcaption>{escape(caption)}</figcaption></figure>"


def _key(names: Sequence[str]) -> str:
    if len(names) < 2:
        return ""
    items = "".join(
        f'<li><i style="background:var(--s{number % 6})"></i>{escape(name)}</li>'
        for number, name in enumerate(names)
    )
    return f'<ul class="key">{items}</ul>'


def _slices(reports: Sequence[Report]) -> str:
    tables = []
    for field, title in _SLICES.items():
        values = [name for name in reports[0].by if name.startswith(f"{field}=")]
        if len(values) > 1:
            tables.append(_slice_table(title, values, reports))
    return f'<h2 id="slices">Slices</h2>{"".join(tables)}\n' if tables else ""


def _slice_table(title: str, values: Sequence[str], reports: Sequence[Report]) -> str:
    side_by_side = len(reports) > 1
    slices = {name: [report.by.get(name) for report in reports] for name in values}
    if side_by_side:
        heads = "".join(
            f'<th class="sys" scope=col><i style="background:var(--s{number % 6})"></i>{escape(report.system)}</th>'
            for number, report in enumerate(reports)
        )
        note = "nDCG@10 of each system"
    else:
        heads = "".join(
            f"<th scope=col>{name}</th>"
            for name in ("nDCG@10", "hit@1", "hit@5", "evidence", "answered", "refused")
        )
        note = "evidence: in the answer; answered, of the answerable; refused, of the others"
    rows = []
    for name, summaries in slices.items():
        cells = _side_by_side(summaries) if side_by_side else _one_system(summaries[0])
        asked = summaries[0].questions if summaries[0] else 0
        rows.append(
            f"<tr><th scope=row><bdi>{escape(name.partition('=')[2])}</bdi></th><td>{asked:,}</td>{cells}</tr>"
        )
    return (
        f'<div class="wide"><table><caption>{title}: {note}</caption><thead><tr><th scope=col>{title.lower()}</th>'
        f"<th scope=col>asked</th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _side_by_side(summaries: Sequence[Summary | None]) -> str:
    values = [summary.metrics.get("nDCG@10") if summary else None for summary in summaries]
    best = max((round(v.value, 2) for v in values if v), default=0.0)
    return "".join(_cell(v, best=v is not None and round(v.value, 2) == best, digits=2) for v in values)


def _one_system(summary: Summary | None) -> str:
    if summary is None:
        return "<td></td>" * 6
    figures = [summary.metrics.get(name) for name in ("nDCG@10", "hit@1", "hit@5")]
    figures += [
        summary.answers.get("evidence"),
        summary.abstention.get("answered"),
        summary.abstention.get("recall"),
    ]
    return "".join(_cell(figure, digits=2) for figure in figures)


def _questions(report: Report, comparison: Comparison | None) -> str:
    changed = {flip.id for flip in comparison.flips} if comparison else set()
    outcomes = [_outcomes(row, row.question.id in changed) for row in report.rows]
    kept = max((len(row.shown) for row in report.rows), default=0)
    about = "each with its gold, its answer" if report.asked else "each with its gold"
    legend = (
        f" and the first {kept} passages. <mark>Marked</mark> is the evidence, <u>underlined</u> the sentence that fits the "
        "question best."
        if kept
        else "."
    )
    items = "".join(_question(row, outcome) for row, outcome in zip(report.rows, outcomes, strict=True))
    return f'<h2 id="questions">Questions</h2><p class=note>All {len(report.rows):,}, {about}{legend}</p>{_filters(report, outcomes)}{items}\n'


def _filters(report: Report, outcomes: Sequence[Sequence[str]]) -> str:
    values: dict[str, list[tuple[str, str]]] = {}
    for name, read in (("lang", "lang"), ("kind", "kind"), ("split", "split")):
        there = sorted({getattr(row.question, read) or "" for row in report.rows} - {""})
        values[name] = [(_token(value), value) for value in there]
    present = {outcome for each in outcomes for outcome in each}
    values["outcome"] = [(name, label) for name, label in _OUTCOMES.items() if name in present]
    titles = {"lang": "Language", "kind": "Kind", "split": "Split", "outcome": "Outcome"}
    selects = "".join(
        f'<label>{titles[name]}<select name="{name}"><option value="">all</option>'
        + "".join(f'<option value="{escape(token)}">{escape(label)}</option>' for token, label in options)
        + "</select></label>"
        for name, options in values.items()
        if len(options) > 1
    )
    return (
        f'<form class="filters" hidden>{selects}<label>Words<input type="search" name="words" autocomplete="off"></label>'
        '<output aria-live="polite"></output></form>'
    )


def _token(value: str) -> str:
    """A value without white space, which tells values apart in an attribute."""
    return "-".join(value.split())


def _anchor(question_id: str) -> str:
    """An id for a place in the page, from an id that may hold anything."""
    return "q-" + hashlib.blake2b(question_id.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _outcomes(row: Row, changed: bool) -> list[str]:
    outcomes = ["changed"] if changed else []
    if row.metrics:
        first = row.first_hit
        outcomes.append(
            "missed" if first is None else "first" if first == 1 else "found" if first <= KEPT else "deep"
        )
    if row.verdict is not None:
        if not row.question.answerable:
            outcomes.append("right-refusal" if row.refused else "false-answer")
        elif row.refused:
            outcomes.append("wrong-refusal")
        elif row.verdict.evidence is not None:
            outcomes.append("right-answer" if row.verdict.evidence else "wrong-answer")
    return outcomes


def _question(row: Row, outcomes: Sequence[str]) -> str:
    question = row.question
    data = {
        "lang": _token(question.lang),
        "kind": _token(question.kind),
        "split": _token(question.split or ""),
        "outcome": " ".join(outcomes),
    }
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items() if value)
    tags = "".join(
        f'<span class="tag {"" if name == "changed" else "good" if name in _GOOD else "bad"}">{escape(_OUTCOMES[name])}</span>'
        for name in outcomes
    )
    about = "".join(
        f'<span class="tag">{escape(value)}</span>' for value in (question.lang, question.kind) if value
    )
    name = question.question or question.id
    turns = "".join(
        f"<p class=dim>earlier: {escape(str(turn.get('question', '')))}</p>" for turn in question.history
    )
    return (
        f'<details class="q" id="{_anchor(question.id)}" {attributes}><summary><span class="ask" lang="{escape(question.lang)}" dir="auto">'
        f"{escape(name)}</span>{about}{tags}</summary><div class=in>{turns}{_gold(row)}{_answer(row)}{_passages(row)}"
        f"<p class=note>{_facts(row)}</p></div></details>\n"
    )


def _gold(row: Row) -> str:
    question = row.question
    if question.judged:
        relevant = sorted(question.relevant)
        shown = ", ".join(f"<bdi>{escape(name)}</bdi> ({question.judged[name]})" for name in relevant[:20])
        more = f" and {len(relevant) - 20:,} more" if len(relevant) > 20 else ""
        return f"<h4>Judged relevant</h4><p>{shown or 'none'}{more}</p>"
    if not question.gold:
        return "<h4>Gold</h4><p>The documents do not answer it.</p>" if not question.answerable else ""
    parts = []
    for number, part in enumerate(question.parts, start=1):
        entries = "".join(
            f"<blockquote{_lang(text)}>{escape(text)}</blockquote>" for text in map(_gold_text, part)
        )
        parts.append(
            (f"<h4>Gold, part {number}</h4>" if len(question.parts) > 1 else "<h4>Gold</h4>") + entries
        )
    return "".join(parts)


def _gold_text(gold: object) -> str:
    if isinstance(gold, Gold):
        return (
            "".join(gold.quote.split("\n")) if detect_language(gold.quote)[:2] in ("zh", "ja") else gold.quote
        )
    if isinstance(gold, SectionGold):
        return "section " + " › ".join(gold.section)
    return f"all of {getattr(gold, 'document_id', '')}"


def _answer(row: Row) -> str:
    if row.verdict is None or row.answer is None:
        return ""
    confidence = f"confidence {row.verdict.confidence:.2f}"
    if row.refused:
        return f"<h4>Answer, {confidence}</h4><p class=dim>It says that the documents do not answer.</p>"
    quotes = "".join(
        f"<blockquote{_lang(sentence.text)}>{escape(sentence.text)}</blockquote>"
        for sentence in row.answer.sentences
    )
    return f"<h4>Answer, {confidence}</h4>{quotes}"


def _passages(row: Row) -> str:
    if not row.shown:
        return _names(row)
    hits = set(row.hits)
    items = "".join(
        _passage(row, passage, rank, rank in hits) for rank, passage in enumerate(row.shown, start=1)
    )
    return f"<h4>Retrieved</h4><ol>{items}</ol>"


def _names(row: Row) -> str:
    """Of a run there are names alone."""
    if not row.ranked:
        return "<h4>Retrieved</h4><p class=dim>nothing</p>"
    hits = set(row.hits)
    items = "".join(
        f'<li class="p{" hit" if rank in hits else ""}"><b>{rank}</b><div class=where><bdi>{escape(name)}</bdi>'
        f"<span>{score:.4g}</span></div></li>"
        for rank, (name, score) in enumerate(row.ranked[:KEPT], start=1)
    )
    return f"<h4>Retrieved</h4><ol>{items}</ol>"


def _passage(row: Row, passage: Passage, rank: int, hit: bool) -> str:
    chunk = passage.chunk
    ranges = [
        (g.start, g.end)
        for g in row.question.gold
        if isinstance(g, Gold) and g.document_id == chunk.document_id
    ]
    best = (passage.sentence.start, passage.sentence.end)
    text = "".join(
        _piece(piece, gold, fits)
        for piece, gold, fits in marked_pieces(chunk, ranges if hit or ranges else [], best)
    )
    path = " › ".join(chunk.section_path) or passage.title
    name = escape(row.ranked[rank - 1][0])
    return (
        f'<li class="p{" hit" if hit else ""}"><b>{rank}</b><div><div class=where><bdi>{escape(path)}</bdi>'
        f"<span><bdi>{name}</bdi> · {passage.score:.3f}</span></div><p{_lang(chunk.reading_text)}>{text}</p></div></li>"
    )


def _piece(text: str, gold: bool, fits: bool) -> str:
    shown = escape(text)
    if fits:
        shown = f"<u>{shown}</u>"
    return f"<mark>{shown}</mark>" if gold else shown


def _lang(text: str) -> str:
    return f' lang="{escape(detect_language(text))}" dir="auto"'


def _facts(row: Row) -> str:
    facts = [f"<bdi>{escape(row.question.id)}</bdi>"]
    if row.metrics:
        hit = (
            f"evidence first at rank {row.first_hit}"
            if row.first_hit
            else f"no evidence in {len(row.ranked):,} passages"
        )
        facts += [hit, f"nDCG@10 {row.metrics['nDCG@10']:.3f}", f"recall@10 {row.metrics['recall@10']:.3f}"]
    if row.search_ms:
        facts.append(f"{row.search_ms:.0f} ms")
    return " · ".join(facts)
