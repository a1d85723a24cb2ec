"""The last evaluation as HTML: its figures with their intervals, its plots, and every question.

What a question found is written when it is opened: all of them at once would be megabytes.
"""

from collections.abc import Mapping
from typing import Any

from zhangju_eval.charts import recall_plot, reliability_plot, risk_plot
from zhangju_eval.curves import Curves
from zhangju_eval.marking import marked_pieces
from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_ui.places import place_link
from zhangju_ui.plain import shown
from zhangju_ui.reviving import passage_from_json
from zhangju_ui.strings import Language, say

__all__ = ["render_case", "render_evaluation"]

# Figures that a reader asks for first, by their part of the report.
_FIGURES = (
    ("metrics", "hit@1", "figure_first"),
    ("metrics", "hit@3", "figure_first_three"),
    ("metrics", "hit@5", "figure_first_five"),
    ("metrics", "nDCG@10", "figure_ranking"),
    ("answers", "evidence", "figure_evidence"),
    ("answers", "citation_precision", "figure_citations"),
    ("abstention", "answered", "figure_answered"),
    ("abstention", "recall", "figure_refused"),
    ("abstention", "precision", "figure_refusals"),
    ("abstention", "auroc", "figure_confidence"),
)
_SLICES: Mapping[str, str] = {
    "lang": "language",
    "kind": "slice_kind",
    "answerable": "slice_answerable",
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "lang": {
        "ar": "lang_arabic",
        "de": "lang_german",
        "en": "lang_english",
        "es": "lang_spanish",
        "fr": "lang_french",
        "ja": "lang_japanese",
        "ko": "lang_korean",
        "pt": "lang_portuguese",
        "ru": "lang_russian",
        "th": "lang_thai",
        "vi": "lang_vietnamese",
        "zh": "lang_simplified",
        "zh-Hant": "lang_traditional",
    },
    "kind": {
        "comparison": "kind_comparison",
        "definition": "kind_definition",
        "elliptical": "kind_elliptical",
        "fact": "kind_fact",
        "false_premise": "kind_false_premise",
        "follow-up": "kind_follow_up",
        "list": "kind_list",
        "near_miss": "kind_near_miss",
        "off_topic": "kind_off_topic",
        "overview": "kind_overview",
        "paraphrase": "kind_paraphrase",
        "reason": "kind_reason",
        "topic-change": "kind_topic_change",
        "two_sections": "kind_two_sections",
        "typo": "kind_typo",
    },
    "answerable": {"yes": "slice_yes", "no": "slice_no"},
}
"""What each slice of the bundled questions is called; others keep their own names."""
_OUTCOMES: Mapping[str, str] = {
    "good": "outcome_good",
    "bad": "outcome_bad",
    "refused-good": "outcome_refused_good",
    "refused-bad": "outcome_refused_bad",
}


def render_evaluation(value: Mapping[str, Any] | None, language: Language) -> str:
    """Write the last evaluation, or that there is none yet."""
    if value is None:
        return f'<p class="zj-empty">{say("evaluation_none", language)}</p>'
    report = value["report"]
    count = say(
        "evaluated",
        language,
        name=report["set"],
        count=report["questions"],
        when=value["when"][:16].replace("T", " "),
    )
    tiles = "".join(_tile(report[part].get(name), key, language) for part, name, key in _FIGURES)
    return (
        f'<p class="zj-soft zj-evaluated">{shown(count)}'
        f'<a class="zj-link" href="/zhangju/evaluation.html" target="_blank">{say("whole_report", language)}</a></p>'
        f'<ul class="zj-tiles">{tiles}</ul>'
        f"{_plots(value.get('curves'), language)}{_slices(report['by'], language)}"
        f"{_questions(value['questions'], language)}"
    )


def render_case(each: Mapping[str, Any], language: Language) -> str:
    """Write what one question found: where its evidence stands, what was answered, and the passages."""
    earlier = "".join(
        f'<p class="zj-soft">{shown(say("earlier_question", language, question=question))}</p>'
        for question in each.get("earlier", ())
    )
    gold = "".join(_gold(place) for place in each["gold"]) or f"<li>{say('gold_none', language)}</li>"
    answer = "".join(f"<p>{shown(line)}</p>" for line in each.get("answer", "").splitlines() if line.strip())
    passages = "".join(_passage(passage, each["gold"]) for passage in each["passages"])
    return (
        f'{earlier}<h4>{say("gold", language)}</h4><ol class="zj-golden">{gold}</ol>'
        + (f'<h4>{say("answer", language)}</h4><div class="zj-answered">{answer}</div>' if answer else "")
        + f'<h4>{say("found_passages", language)}</h4><p class="zj-soft">{say("found_legend", language)}</p>'
        f'<ol class="zj-ranked">{passages}</ol>'
    )


def _tile(found: Mapping[str, float] | None, key: str, language: Language) -> str:
    if found is None:
        return ""
    value, low, high = (100 * found[name] for name in ("value", "low", "high"))
    return (
        f'<li class="zj-tile"><span>{say(key, language)}</span><b class="zj-figure">{value / 100:.2f}</b>'
        f'<span class="zj-interval" aria-hidden="true"><span style="left:{low:.1f}%;width:{max(0.5, high - low):.1f}%">'
        f'</span><i style="left:{value:.1f}%"></i></span><span class="zj-range">{low / 100:.2f}–{high / 100:.2f}</span></li>'
    )


def _plots(value: Mapping[str, Any] | None, language: Language) -> str:
    try:
        curves = Curves.from_json(value or {})
    except (KeyError, TypeError, ValueError):
        # One that an earlier version kept has none.
        return ""
    plots = []
    if curves.recall:
        name = say("plot_recall", language)
        plot = recall_plot({"zhangju": curves.recall}, name=name, axis=say("plot_depth", language))
        plots.append((name, plot, say("plot_recall_hint", language)))
    if curves.risk:
        name = say("plot_risk", language)
        plot = risk_plot(
            curves.risk,
            curves.answered,
            name=name,
            axis=say("plot_coverage", language),
            now=say("plot_threshold", language, answered="{answered}", wrong="{wrong}"),
        )
        plots.append((name, plot, say("plot_risk_hint", language)))
    if curves.bins:
        name = say("plot_reliability", language)
        dot = say(
            "plot_dot",
            language,
            questions="{questions}",
            confidence="{confidence}",
            answerable="{answerable}",
        )
        plot = reliability_plot(curves.bins, name=name, axis=say("plot_confidence", language), dot=dot)
        plots.append((name, plot, say("plot_reliability_hint", language)))
    figures = "".join(
        f"<figure><h3>{name}</h3>{plot}<figcaption>{hint}</figcaption></figure>" for name, plot, hint in plots
    )
    return f'<div class="zj-plots">{figures}</div>' if figures else ""


def _slices(by: Mapping[str, Any], language: Language) -> str:
    tables = []
    for field, key in _SLICES.items():
        parts = {name.partition("=")[2]: part for name, part in by.items() if name.startswith(f"{field}=")}
        if not parts:
            continue
        names = _VALUES[field]
        rows = "".join(
            _slice(say(names[name], language) if name in names else name, part)
            for name, part in parts.items()
        )
        tables.append(
            f'<table class="zj-figures"><thead><tr><th scope="col">{say(key, language)}</th>'
            f'<th scope="col">{say("questions", language)}</th><th scope="col">{say("figure_first", language)}</th>'
            f'<th scope="col">{say("figure_first_five", language)}</th></tr></thead><tbody>{rows}</tbody></table>'
        )
    return (
        f'<details class="zj-slices"><summary>{say("slices", language)}</summary>{"".join(tables)}</details>'
    )


def _slice(name: str, part: Mapping[str, Any]) -> str:
    figures = (part["metrics"].get(metric) for metric in ("hit@1", "hit@5"))
    cells = "".join(
        "<td>–</td>" if figure is None else f"<td>{figure['value']:.2f}</td>" for figure in figures
    )
    return f'<tr><th scope="row">{shown(name)}</th><td>{part["questions"]}</td>{cells}</tr>'


def _questions(questions: list[Mapping[str, Any]], language: Language) -> str:
    outcomes = [_outcome(each) for each in questions]
    options = "".join(
        f'<option value="{outcome}">{say(key, language)} ({outcomes.count(outcome)})</option>'
        for outcome, key in _OUTCOMES.items()
    )
    cases = "".join(
        _case(number, each, outcome, language)
        for number, (each, outcome) in enumerate(zip(questions, outcomes, strict=True))
    )
    return (
        f'<div class="zj-asked-head"><h3>{say("questions", language)}</h3><select class="zj-outcomes"'
        f' aria-label="{say("outcome", language)}"><option value="">{say("outcome_all", language)} ({len(questions)})</option>'
        f'{options}</select></div><div class="zj-asked">{cases}</div>'
    )


def _case(number: int, each: Mapping[str, Any], outcome: str, language: Language) -> str:
    is_good = outcome.endswith("good")
    return (
        f'<details class="zj-case" data-outcome="{outcome}"><summary><span>{shown(each["question"])}</span>'
        f'<span class="zj-outcome zj-{"good" if is_good else "bad"}">{say(_OUTCOMES[outcome], language)}</span></summary>'
        f'<div class="zj-lazy" data-url="/zhangju/evaluation/{number}"></div></details>'
    )


def _outcome(each: Mapping[str, Any]) -> str:
    if not each["answered"]:
        return "refused-bad" if each["answerable"] else "refused-good"
    return "good" if each["answerable"] and each["evidence"] is not False else "bad"


def _gold(place: Mapping[str, Any]) -> str:
    link = place_link(place["document_id"], (place["start"], place["end"]), place["quote"])
    return (
        f'<li><a class="zj-note" href="{link}"><mark class="zj-quote">{shown(place["quote"])}</mark></a></li>'
    )


def _passage(value: Mapping[str, Any], gold: list[Mapping[str, Any]]) -> str:
    passage = passage_from_json(value)
    chunk, best = passage.chunk, passage.sentence
    ranges = [(g["start"], g["end"]) for g in gold if g["document_id"] == chunk.document_id]
    words = "".join(_piece(*piece) for piece in marked_pieces(chunk, ranges, (best.start, best.end)))
    link = place_link(chunk.document_id, (chunk.start, chunk.end), chunk.text)
    path = PATH_SEPARATOR.join(chunk.section_path[-2:]) or passage.title
    return (
        f'<li class="zj-card"><a class="zj-note" href="{link}"><span class="zj-number">{passage.rank}</span>'
        f'<span class="zj-path">{shown(path)}</span></a><p class="zj-text">{words}</p></li>'
    )


def _piece(text: str, is_gold: bool, is_best: bool) -> str:
    written = shown(text)
    if is_best:
        written = f"<u>{written}</u>"
    return f'<mark class="zj-quote">{written}</mark>' if is_gold else written
