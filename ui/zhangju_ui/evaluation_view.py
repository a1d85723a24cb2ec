"""The last evaluation as HTML: its figures with their intervals, and every question with its gold."""

from collections.abc import Mapping
from typing import Any

from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_ui.answer_view import place_link
from zhangju_ui.plain import literal, shown
from zhangju_ui.strings import Language, say

__all__ = ["render_evaluation"]

# Figures that a reader asks for first, by their part of the report.
_FIGURES = (
    ("metrics", "hit@1", "figure_first"),
    ("metrics", "hit@3", "figure_first_three"),
    ("metrics", "hit@5", "figure_first_five"),
    ("metrics", "nDCG@10", "figure_ranking"),
    ("answers", "evidence", "figure_evidence"),
    ("answers", "citation_precision", "figure_citations"),
    ("abstention", "recall", "figure_refused"),
    ("abstention", "precision", "figure_refusals"),
    ("abstention", "auroc", "figure_confidence"),
)


def render_evaluation(value: Mapping[str, Any] | None, language: Language) -> str:
    """Write the last evaluation, or that there is none yet."""
    head = f'<h2 class="zj-big">{say("evaluation", language)}</h2><p class="zj-soft">{say("evaluation_hint", language)}</p>'
    if value is None:
        return f'{head}<p class="zj-empty">{say("evaluation_none", language)}</p>'
    report = value["report"]
    count = say("evaluated", language, name=report["set"], count=report["questions"], when=value["when"][:16])
    rows = "".join(_figure(report[part].get(name), key, language) for part, name, key in _FIGURES)
    slices = "".join(_slice(name, part) for name, part in report["by"].items())
    questions = "".join(_question(each, language) for each in value["questions"])
    return (
        f'{head}<p class="zj-soft">{shown(count)}</p><table class="zj-figures"><tbody>{rows}</tbody></table>'
        f'<details class="zj-slices"><summary>{say("slices", language)}</summary><table class="zj-figures"><thead><tr><th scope="col">{say("slice", language)}</th>'
        f'<th scope="col">{say("questions", language)}</th><th scope="col">hit@1</th><th scope="col">hit@5</th></tr></thead><tbody>{slices}</tbody></table></details>'
        f'<h3 class="zj-preview-title">{say("questions", language)}</h3><div class="zj-asked">{questions}</div>'
    )


def _figure(found: Mapping[str, float] | None, key: str, language: Language) -> str:
    if found is None:
        return ""
    value, low, high = (100 * found[name] for name in ("value", "low", "high"))
    return (
        f'<tr><th scope="row">{say(key, language)}</th><td class="zj-figure">{value / 100:.2f}</td>'
        f'<td class="zj-range">{low / 100:.2f}–{high / 100:.2f}</td><td class="zj-plot"><span class="zj-interval" aria-hidden="true">'
        f'<span style="left:{low:.1f}%;width:{max(0.5, high - low):.1f}%"></span><i style="left:{value:.1f}%"></i></span></td></tr>'
    )


def _slice(name: str, part: Mapping[str, Any]) -> str:
    figures = (part["metrics"].get(metric) for metric in ("hit@1", "hit@5"))
    cells = "".join(
        "<td>–</td>" if figure is None else f"<td>{figure['value']:.2f}</td>" for figure in figures
    )
    return f'<tr><th scope="row">{shown(name)}</th><td>{part["questions"]}</td>{cells}</tr>'


def _question(each: Mapping[str, Any], language: Language) -> str:
    good = (
        (each["evidence"] is not False and each["answered"]) if each["answerable"] else not each["answered"]
    )
    outcome = (
        ("outcome_good" if good else "outcome_bad")
        if each["answered"]
        else ("outcome_refused_good" if good else "outcome_refused_bad")
    )
    gold = "".join(_place(g, g["quote"], "★") for g in each["gold"])
    passages = "".join(
        _place(
            p["sentence"] | {"document_id": p["document_id"]},
            PATH_SEPARATOR.join(p["section_path"][-1:]),
            str(p["rank"]),
        )
        for p in each["passages"]
    )
    return (
        f'<details class="zj-case zj-{"good" if good else "bad"}"><summary><span>{shown(each["question"])}</span>'
        f'<span class="zj-soft">{say(outcome, language)}</span></summary>'
        f'<p class="zj-soft">{say("gold", language)}</p><ol class="zj-notes">{gold or "<li>–</li>"}</ol>'
        f'<p class="zj-soft">{say("found_passages", language)}</p><ol class="zj-notes">{passages}</ol></details>'
    )


def _place(place: Mapping[str, Any], words: str, number: str) -> str:
    link = place_link(place["document_id"], (place["start"], place["end"]))
    quote = place.get("quote", "")
    return (
        f'<li><a class="zj-note" href="{link}" title="{literal(quote[:200])}"><span class="zj-number">{number}</span>'
        f'<span class="zj-path">{shown(words)}</span></a></li>'
    )
