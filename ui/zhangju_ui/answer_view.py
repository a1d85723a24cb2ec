"""An answer as HTML: pure functions from values to markup, for one message of the conversation.

A link to a place in a source holds all there is to know of it (``#zj?document=…&quote=120-180``),
so that it works in any message and after any reload. Text of documents and people goes through
``plain`` and nothing else: through ``literal`` in an attribute, where ``shown`` would put a tag,
and through ``shown`` everywhere else.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zhangju.phrases import unconfirmed_for
from zhangju.values import Answer, Citation, Passage, SentenceStatus
from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_ui.conversations import Scope, Turn, Vote
from zhangju_ui.excerpt import Piece, excerpt, joined
from zhangju_ui.icons import icon
from zhangju_ui.places import place_link
from zhangju_ui.plain import literal, shown
from zhangju_ui.reviving import answer_from_json
from zhangju_ui.strings import Language, say
from zhangju_ui.tables import is_piped

__all__ = [
    "Token",
    "answer_length",
    "render_answer",
    "render_error",
    "render_pending",
    "render_question",
    "render_turn",
    "tokens",
]

# Bars with what the line under a head (|---|:--:|) has around them, as whole runs that are looked at afterwards:
# an expression that looks for dashes within them takes hours for a text of dashes.
_BARS = re.compile(r"((?<![ :|-])[ :-]*\|[ :|-]*)")
_DOUBTS: Mapping[str, str] = {
    "no source": "doubt_source",
    "unknown source": "doubt_unknown",
    "quote": "doubt_quote",
    "figure": "doubt_figure",
    "wording": "doubt_wording",
    "replaced": "doubt_replaced",
    "negation": "doubt_negation",
    "opposite": "doubt_opposite",
    "language": "doubt_language",
    "instruction": "doubt_instruction",
}
"""What is said of each reason that ``zhangju.verifying`` gives."""


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of an answer's text.

    Attributes:
        text: The characters as they stand in ``Answer.text``.
        number: The citation a marker points to; ``None`` for words.
        status: How the sentence relates to its source; ``None`` for framing words.
        doubts: Of the remark behind a sentence that failed its check, why it did.
    """

    text: str
    number: int | None = None
    status: SentenceStatus | None = None
    doubts: tuple[str, ...] | None = None


def tokens(answer: Answer) -> list[Token]:
    """Tell the markers of an answer from its words.

    ``[1]`` inside a quoted sentence is the source's own and stays text.
    """
    found: list[Token] = []
    numbers = {citation.number for citation in answer.citations}
    at = 0
    for sentence in answer.sentences:
        start = answer.text.find(sentence.text, at) if sentence.text else -1
        if start < 0:
            continue
        found.extend(_framing(answer.text[at:start], numbers))
        found.append(Token(sentence.text, status=sentence.status))
        at = start + len(sentence.text)
        if sentence.status == "unsupported" and (remark := _remark(answer, at)):
            found.append(Token(remark, doubts=sentence.reasons))
            at += len(remark)
    found.extend(_framing(answer.text[at:], numbers))
    return found


def answer_length(answer: Answer) -> int:
    """Count the steps in which ``render_answer`` can reveal an answer: a marker is one, so is a remark."""
    return sum(_steps(token) for token in tokens(answer))


def render_question(turn: Turn, language: Language) -> str:
    """Write what a person typed, as typed, and what it was limited to."""
    if not turn.scope.where:
        return literal(turn.question)
    name = literal(say("only_in", language, name=turn.scope.name or turn.scope.document_id))
    return f'{literal(turn.question)}\n\n<span class="zj-scoped">{name}</span>'


def render_turn(
    turn: Turn,
    number: int,
    language: Language,
    next_questions: Sequence[str] | None,
    *,
    under_way: bool = False,
) -> str:
    """Write the reply to one turn of a conversation.

    Args:
        turn: What was asked, and what came of it.
        number: Which turn it is, counted from 0.
        language: Language of the words around it.
        next_questions: Questions to offer after it; None for a turn that others follow.
        under_way: Whether another page is asking it at this moment.
    """
    last = next_questions is not None
    again = _again(number, turn.scope, language) if last else ""
    if turn.answer is not None and turn.stopped:
        lines = render_answer(answer_from_json(turn.answer), number, language, stopped=True)
        return f'{lines}\n\n<div class="zj-foot">{again}</div>'
    if turn.answer is not None:
        return render_answer(
            answer_from_json(turn.answer),
            number,
            language,
            scope=turn.scope,
            vote=turn.vote,
            next_questions=next_questions,
        )
    if turn.error:
        return render_error(turn.error, language, again)
    # Of a page that was closed or loaded anew in mid-answer nobody is left to say that it was stopped.
    over = "stopped" if turn.stopped else "interrupted"
    words, kind = ("asked_elsewhere", " zj-elsewhere") if under_way else (over, "")
    return (
        f'<div class="zj-status zj-status-stopped{kind}" id="zj-answer-{number}">{say(words, language)}</div>\n\n'
        f'<div class="zj-foot">{"" if under_way else again}</div>'
    )


def render_answer(
    answer: Answer,
    number: int,
    language: Language,
    reveal: int | None = None,
    *,
    scope: Scope | None = None,
    vote: Vote = "",
    next_questions: Sequence[str] | None = None,
    stopped: bool = False,
) -> str:
    """Write the message for one answer.

    The parts are HTML blocks divided by blank lines, so that the chat replaces only the last
    one while an answer grows.

    Args:
        answer: What to show.
        number: Which turn it is, counted from 0.
        language: Language of the words around the answer.
        reveal: Show only so many steps of the text, without what follows it; all by default.
        scope: What the question was limited to: it is so again when it is asked again.
        vote: What the visitor thinks of it.
        next_questions: Questions to offer after it; None for a turn that others follow.
        stopped: Whether it ends where it was stopped.
    """
    kind, words = ("stopped", "stopped") if stopped else _status(answer)
    read_as = f'<p class="zj-read">{shown(say("read_as", language, question=answer.read_as))}</p>'
    blocks = [
        f'<div class="zj-status zj-status-{kind}" id="zj-answer-{number}">{say(words, language)}</div>',
        *([read_as] if answer.read_as else ()),
        *(
            f'<p class="zj-line">{line}</p>'
            for line in _lines(_first(tokens(answer), reveal), answer, number, language)
        ),
    ]
    if reveal is None and stopped:
        blocks += _cited(answer, number, language)
    elif reveal is None:
        again = _again(number, scope or Scope(), language) if next_questions is not None else ""
        blocks += _after(answer, number, language, vote, again, next_questions or ())
    return "\n\n".join(blocks)


def render_error(message: str, language: Language, again: str = "") -> str:
    """Write the message for a question that could not be answered, with what asks it again."""
    foot = f'\n\n<div class="zj-foot">{again}</div>' if again else ""
    return (
        f'<div class="zj-status zj-status-failed">{say("failed", language)}</div>\n\n'
        f'<p class="zj-line">{shown(message)}</p>{foot}'
    )


def render_pending(language: Language, *, found: bool = False) -> str:
    """Write the message that stands in for an answer until its first words are there.

    Args:
        language: Language of the page.
        found: Whether passages were found, and a language model is writing.
    """
    words = say("writing" if found else "thinking", language)
    return (
        f'<div class="zj-status zj-status-pending">{words}</div>\n\n'
        '<div class="zj-awaited"><span></span><span></span><span></span></div>'
    )


def _status(answer: Answer) -> tuple[str, str]:
    if not answer.answerable:
        return "refused", "refused"
    statuses = {sentence.status for sentence in answer.sentences}
    if "unsupported" in statuses:
        return "unsure", "answered_unsure"
    return "answered", "answered_verified" if "verified" in statuses else "answered"


def _remark(answer: Answer, at: int) -> str:
    """The words behind a sentence of ``Answer.text`` that say that it is not confirmed."""
    found = re.compile(rf"\s?[(（]{re.escape(unconfirmed_for(answer.question))}[)）]").match(answer.text, at)
    return found[0] if found else ""


def _framing(text: str, numbers: set[int]) -> Iterator[Token]:
    for part in re.split(r"(\[\d{1,6}\])", text):
        if re.fullmatch(r"\[\d{1,6}\]", part) and int(part[1:-1]) in numbers:
            yield Token(part, number=int(part[1:-1]))
        elif part:
            yield Token(part)


def _steps(token: Token) -> int:
    return 1 if token.number is not None or token.doubts is not None else len(token.text)


def _first(all_tokens: list[Token], reveal: int | None) -> Iterator[Token]:
    left = sum(map(_steps, all_tokens)) if reveal is None else reveal
    for token in all_tokens:
        if left <= 0:
            return
        yield token if _steps(token) <= left else replace(token, text=token.text[:left])
        left -= _steps(token)


def _lines(shown_tokens: Iterator[Token], answer: Answer, number: int, language: Language) -> Iterator[str]:
    cited = {citation.number: citation for citation in answer.citations}
    line: list[str] = []
    for token in shown_tokens:
        for row, text in enumerate(re.split(r"\r\n|[\r\n]", token.text)):
            if row and any(line):
                yield "".join(line)
            if row:
                line = []
            if text and token.number is not None:
                line.append(_marker(cited[token.number], number))
            elif text and token.doubts is not None:
                line.append(_doubt(text, token.doubts, language))
            elif text:
                line.append(_inline(text, token.status))
    if any(line):
        yield "".join(line)


def _marker(citation: Citation, number: int) -> str:
    return f'<a class="zj-cite" href="{_citation_link(citation, number)}">&#91;{citation.number}&#93;</a>'


def _citation_link(citation: Citation, number: int) -> str:
    highlight = citation.highlight
    return place_link(
        citation.document_id,
        (citation.start, citation.end),
        citation.quote,
        None if highlight is None else (highlight.start, highlight.end),
        f"{number}-{citation.number}",
    )


def _inline(text: str, status: SentenceStatus | None) -> str:
    kind = "zj-frame" if status is None else f"zj-said zj-{status}"
    return f'<span class="{kind}">{_barred(text) if text.lstrip().startswith("|") else shown(text)}</span>'


def _barred(text: str) -> str:
    """Write rows of a Markdown table, bars softer than words, and the line under the head out of sight."""
    return "".join(
        _bars(part) if number % 2 else shown(part) for number, part in enumerate(_BARS.split(text))
    )


def _bars(run: str) -> str:
    if "---" not in run:
        return f'<span class="zj-bar">{shown("|")}</span>'.join(map(shown, run.split("|")))
    before = run.partition("|")[0]
    words = "" if "---" in before else before
    return f'{shown(words)}<span class="zj-fence">{shown(run.removeprefix(words))}</span>'


def _doubt(text: str, reasons: Sequence[str], language: Language) -> str:
    """The remark behind a sentence that failed its check, and why it did."""
    whys = [say(_DOUBTS[reason], language) for reason in reasons if reason in _DOUBTS]
    words = " · ".join([text.strip(" ()（）"), *whys])
    return f'<span class="zj-doubt">{shown(words)}</span>'


def _after(
    answer: Answer, number: int, language: Language, vote: Vote, again: str, next_questions: Sequence[str]
) -> Iterator[str]:
    yield from _cited(answer, number, language)
    left_out = answer.unsupported - sum(sentence.status == "unsupported" for sentence in answer.sentences)
    if left_out > 0:
        yield f'<p class="zj-line zj-hint">{say("left_out", language, count=left_out)}</p>'
    if not answer.answerable:
        yield f'<p class="zj-line zj-hint">{say("refused_hint", language)}</p>'
        yield f'<ol class="zj-close">{"".join(_close(passage) for passage in answer.passages)}</ol>'
    yield _footer(answer, number, language, vote, again)
    if next_questions:
        offered = "".join(
            f'<button type="button" class="zj-ask" value="{literal(question)}">{shown(question)}</button>'
            for question in next_questions
        )
        yield f'<div class="zj-next"><span class="zj-soft">{say("next_questions", language)}</span>{offered}</div>'


def _cited(answer: Answer, number: int, language: Language) -> Iterator[str]:
    cited = "".join(_note(citation, number, language) for citation in answer.citations)
    if cited:
        yield f'<ol class="zj-notes">{cited}</ol>'


def _note(citation: Citation, number: int, language: Language) -> str:
    """The line under an answer that says where a citation stands; its quote is for the pointer alone."""
    path = _path((citation.section_path or (citation.title,))[-2:])
    place = _place(citation.source, citation.page, citation.start, citation.end, language)
    return (
        f'<li><a class="zj-note" href="{_citation_link(citation, number)}"><span class="zj-number">{citation.number}</span>'
        f'<span class="zj-path">{shown(path)}</span> <span class="zj-where">{place}</span></a>'
        f'<span class="zj-whole">{shown(citation.reading_text)}</span></li>'
    )


def _close(passage: Passage) -> str:
    chunk, sentence = passage.chunk, passage.sentence
    start, end = sentence.start - chunk.start, sentence.end - chunk.start
    words, moved = joined(chunk.text, chunk.reading_text, [(start, end)])
    path = _path((chunk.section_path or (passage.title,))[-2:])
    link = place_link(chunk.document_id, (sentence.start, sentence.end), chunk.text[start:end])
    return (
        f'<li class="zj-card"><a class="zj-note" href="{link}">'
        f'<span class="zj-path">{shown(path)}</span></a>'
        f'<span class="zj-text">{_marked(excerpt(words, moved[0], around=16).short, rows=_has_rows(words))}</span></li>'
    )


def _footer(answer: Answer, number: int, language: Language, vote: Vote, again: str) -> str:
    percent = round(100 * min(1.0, max(0.0, answer.confidence)))
    return (
        '<div class="zj-foot"><span class="zj-confidence">'
        f'<span class="zj-gauge" aria-hidden="true"><span style="width:{percent}%"></span></span>'
        f"{say('confidence', language, percent=percent)}</span>"
        f'<span class="zj-tools">{_tool("copy", "copy", say("copied", language), language)}'
        f"{again}"
        f"{_vote('up', 'good', number, vote, language)}{_vote('down', 'bad', number, vote, language)}</span></div>"
    )


def _again(number: int, scope: Scope, language: Language) -> str:
    """What asks a question again, or lets it be changed first: where it was asked the first time."""
    place = {"document": scope.document_id, "section": scope.section, "name": scope.name}
    value = literal(json.dumps({"replace": number, **place}))
    return _tool("retry", "again", value, language) + _tool("edit", "edit", value, language)


def _tool(name: str, drawing: str, value: str, language: Language) -> str:
    label = say(name, language)
    return (
        f'<button type="button" class="zj-tool zj-{name}" value="{value}" title="{label}">'
        f"{icon(drawing)}</button>"
    )


def _vote(way: Vote, name: str, number: int, vote: Vote, language: Language) -> str:
    # Gradio's chat takes most attributes away; the page's script says to assistive software what is pressed.
    pressed = " zj-pressed" if vote == way else ""
    return (
        f'<button type="button" class="zj-tool zj-vote{pressed}" value="{number}-{way}"'
        f' title="{say(name, language)}">{icon(name)}</button>'
    )


def _place(source: str, page: int | None, start: int, end: int, language: Language) -> str:
    file = re.split(r"[/\\]", source)[-1]
    places = [] if page is None else [say("page", language, page=page)]
    places.append(say("offsets", language, start=start, end=end))
    return f'<span class="zj-file">{shown(file)}</span> <span>{" · ".join(places)}</span>'


def _path(headings: Sequence[str]) -> str:
    return PATH_SEPARATOR.join(heading for heading in headings if heading.strip())


def _has_rows(text: str) -> bool:
    return any(is_piped(line.strip()) for line in text.splitlines())


def _marked(pieces: Sequence[Piece], *, rows: bool = False) -> str:
    write = _barred if rows else shown
    return "".join(
        f'<mark class="zj-{mark}">{write(text)}</mark>' if mark else write(text) for mark, text in pieces
    )
