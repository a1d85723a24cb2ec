"""An answer as HTML: pure functions from values to markup, one per part of the page.

Every id carries the number of its turn, so a link in an old answer still finds its own card:
``zj-answer-2`` is the second answer, ``zj-2-1`` its citation [1], ``zj-2-p4`` the fourth
passage retrieved for it. Text of documents and people goes through ``plain`` and nothing else: through ``literal``
in an attribute, where ``shown`` would put a tag, and through ``shown`` everywhere else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhangju.values import Answer, Citation, Passage, SentenceStatus
from zhangju_index.chunking import PATH_SEPARATOR
from zhangju_ui.excerpt import Piece, excerpt, joined
from zhangju_ui.plain import literal, shown
from zhangju_ui.strings import Language, say

__all__ = [
    "Token",
    "answer_length",
    "render_answer",
    "render_error",
    "render_header",
    "render_panel",
    "render_welcome",
    "tokens",
]


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of an answer's text.

    Attributes:
        text: The characters as they stand in ``Answer.text``.
        number: The citation a marker points to; ``None`` for words.
        status: How the sentence relates to its source; ``None`` for framing words.
    """

    text: str
    number: int | None = None
    status: SentenceStatus | None = None


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
    found.extend(_framing(answer.text[at:], numbers))
    return found


def answer_length(answer: Answer) -> int:
    """Count the steps in which ``render_answer`` can reveal an answer: a marker is one."""
    return sum(_steps(token) for token in tokens(answer))


def render_answer(answer: Answer, turn: int, language: Language, reveal: int | None = None) -> str:
    """Write the chat message for one answer.

    The parts are HTML blocks divided by blank lines, so that the chat replaces only the last
    one while an answer grows.

    Args:
        answer: What to show.
        turn: Number of the question in its conversation, counted from 1.
        language: Language of the words around the answer.
        reveal: Show only so many steps of the text, without the footer; all by default.
    """
    kind = "answered" if answer.answerable else "refused"
    blocks = [
        f'<div class="zj-status zj-status-{kind}" id="zj-answer-{turn}">{say(kind, language)}</div>',
        *(
            f'<p class="zj-line">{line}</p>'
            for line in _lines(_first(tokens(answer), reveal), turn, language)
        ),
    ]
    if reveal is None:
        blocks.append(_footer(answer, turn, language))
        notes = "".join(_note(citation, turn) for citation in answer.citations)
        if notes:
            blocks.append(f'<ol class="zj-notes">{notes}</ol>')
    return "\n\n".join(blocks)


def render_error(message: str, language: Language) -> str:
    """Write the chat message for a question that could not be answered."""
    return (
        f'<div class="zj-status zj-status-failed">{say("failed", language)}</div>\n\n'
        f'<p class="zj-line">{shown(message)}</p>'
    )


def render_header(subjects: Sequence[str], language: Language) -> str:
    """Write the line at the top: the name, the articles asked about, and that all stays local."""
    asked = ""
    if subjects:
        more = say("more_subjects", language, count=len(subjects) - 1) if len(subjects) > 1 else ""
        every = "&#10;".join(map(literal, subjects[:30]))
        asked = f'<span class="zj-subject" title="{every}">{shown(subjects[0])}{more}</span>'
    return (
        '<header class="zj-header"><span class="zj-logo" aria-hidden="true">章</span>'
        f'<h1 class="zj-name">Zhangju <span lang="zh-Hans">章句</span></h1>'
        f'<span class="zj-tagline">{say("tagline", language)}</span>{asked}'
        f'<span class="zj-local" title="{say("local_hint", language)}">{say("local", language)}</span></header>'
    )


def render_welcome(language: Language) -> str:
    """Write what the empty conversation says."""
    return (
        f'<div class="zj-welcome"><h2>{say("welcome", language)}</h2>'
        f"<p>{say('welcome_hint', language)}</p></div>"
    )


def render_panel(turns: Sequence[tuple[int, Answer]], language: Language) -> str:
    """Write the panel of sources: the newest question first and open, earlier ones folded."""
    head = f'<h2 class="zj-panel-title">{say("sources", language)}</h2>'
    if not turns:
        return f'{head}<p class="zj-empty">{say("sources_empty", language)}</p>'
    newest = turns[-1][0]
    groups = (_turn(answer, turn, language, is_open=turn == newest) for turn, answer in reversed(turns))
    return f"{head}{''.join(groups)}"


def _framing(text: str, numbers: set[int]) -> Iterator[Token]:
    for part in re.split(r"(\[\d{1,6}\])", text):
        if re.fullmatch(r"\[\d{1,6}\]", part) and int(part[1:-1]) in numbers:
            yield Token(part, number=int(part[1:-1]))
        elif part:
            yield Token(part)


def _steps(token: Token) -> int:
    return 1 if token.number is not None else len(token.text)


def _first(all_tokens: list[Token], reveal: int | None) -> Iterator[Token]:
    left = sum(map(_steps, all_tokens)) if reveal is None else reveal
    for token in all_tokens:
        if left <= 0:
            return
        yield token if _steps(token) <= left else Token(token.text[:left], token.number, token.status)
        left -= _steps(token)


def _lines(shown_tokens: Iterator[Token], turn: int, language: Language) -> Iterator[str]:
    line: list[str] = []
    for token in shown_tokens:
        for row, text in enumerate(re.split(r"\r\n|[\r\n]", token.text)):
            if row and any(line):
                yield "".join(line)
            if row:
                line = []
            if text:
                line.append(_inline(Token(text, token.number, token.status), turn, language))
    if any(line):
        yield "".join(line)


def _inline(token: Token, turn: int, language: Language) -> str:
    if token.number is not None:
        label = say("source_label", language, number=token.number)
        return (
            f'<a class="zj-cite" href="#zj-{turn}-{token.number}" title="{label}">'
            f"&#91;{token.number}&#93;</a>"
        )
    if token.status is None:
        return f'<span class="zj-frame">{shown(token.text)}</span>'
    note = f' title="{say("unsupported", language)}"' if token.status == "unsupported" else ""
    return f'<span class="zj-said zj-{token.status}"{note}>{shown(token.text)}</span>'


def _footer(answer: Answer, turn: int, language: Language) -> str:
    percent = round(100 * min(1.0, max(0.0, answer.confidence)))
    hint = "" if answer.answerable else f'<p class="zj-line zj-hint">{say("refused_hint", language)}</p>'
    return (
        f'<div class="zj-foot">{hint}<span class="zj-confidence">'
        f'<span class="zj-gauge" aria-hidden="true"><span style="width:{percent}%"></span></span>'
        f"{say('confidence', language, percent=percent)}</span>"
        f'<button type="button" class="zj-copy" value="{say("copied", language)}">{say("copy", language)}</button>'
        "</div>"
    )


def _note(citation: Citation, turn: int) -> str:
    path = PATH_SEPARATOR.join(
        shown(heading) for heading in _headings(citation.title, citation.section_path)[-2:]
    )
    return f'<li><a href="#zj-{turn}-{citation.number}">&#91;{citation.number}&#93; {path}</a></li>'


def _turn(answer: Answer, turn: int, language: Language, is_open: bool) -> str:
    citations = answer.citations
    cited = [_citation_card(citation, answer.passages, turn, language) for citation in citations]
    others = [
        _passage_card(passage, turn, language)
        for passage in answer.passages
        if not any(_covers(passage, citation) for citation in citations)
    ]
    count = say("cited", language, count=len(cited)) if cited else say("not_answered", language)
    parts = [f'<ol class="zj-cards">{"".join(cited)}</ol>'] if cited else []
    if others and cited:
        parts.append(
            f'<details class="zj-more"><summary>{say("more", language, count=len(others))}</summary>'
            f'<ol class="zj-cards">{"".join(others)}</ol></details>'
        )
    elif others:
        parts.append(
            f'<h3 class="zj-closest">{say("closest", language)}</h3><ol class="zj-cards">{"".join(others)}</ol>'
        )
    return (
        f'<details class="zj-turn"{" open" if is_open else ""}><summary>'
        f'<span class="zj-question">{shown(answer.question[:200])}</span>'
        f'<span class="zj-count">{count}</span></summary>{"".join(parts)}</details>'
    )


def _citation_card(citation: Citation, passages: Sequence[Passage], turn: int, language: Language) -> str:
    spans = [(citation.start, citation.end)]
    if citation.highlight is not None:
        spans.append((citation.highlight.start, citation.highlight.end))
    chunk = next((passage.chunk for passage in passages if _covers(passage, citation)), None)
    text, reading_text, origin = (
        (chunk.text, chunk.reading_text, chunk.start)
        if chunk is not None
        else (citation.quote, citation.reading_text, citation.start)
    )
    return _card(
        identity=f"zj-{turn}-{citation.number}",
        badge=str(citation.number),
        headings=_headings(citation.title, citation.section_path),
        text=text,
        reading_text=reading_text,
        spans=[(start - origin, end - origin) for start, end in spans],
        where=(citation.source, citation.page, citation.start, citation.end),
        turn=turn,
        language=language,
    )


def _passage_card(passage: Passage, turn: int, language: Language) -> str:
    chunk, sentence = passage.chunk, passage.sentence
    return _card(
        identity=f"zj-{turn}-p{passage.rank}",
        badge="",
        headings=_headings(passage.title, chunk.section_path),
        text=chunk.text,
        reading_text=chunk.reading_text,
        spans=[(sentence.start - chunk.start, sentence.end - chunk.start)],
        where=(passage.source, chunk.page, chunk.start, chunk.end),
        turn=turn,
        language=language,
    )


def _card(
    *,
    identity: str,
    badge: str,
    headings: Sequence[str],
    text: str,
    reading_text: str,
    spans: Sequence[tuple[int, int]],
    where: tuple[str, int | None, int, int],
    turn: int,
    language: Language,
) -> str:
    words, moved = joined(text, reading_text, spans)
    parts = excerpt(words, moved[0], moved[1] if len(moved) > 1 else None)
    short = _marked(parts.short)
    if parts.short == parts.whole:
        body = f'<p class="zj-text">{short}</p>'
    else:
        body = (
            f'<details class="zj-passage"><summary><span class="zj-text zj-short">{short}</span>'
            f'<span class="zj-toggle zj-expand">{say("expand", language)}</span>'
            f'<span class="zj-toggle zj-collapse">{say("collapse", language)}</span></summary>'
            f'<p class="zj-text zj-whole">{_marked(parts.whole)}</p></details>'
        )
    above = "".join(f'<li title="{literal(heading)}">{shown(heading)}</li>' for heading in headings[:-1])
    source, page, start, end = where
    file = re.split(r"[/\\]", source)[-1]
    places = [] if page is None else [say("page", language, page=page)]
    places.append(say("offsets", language, start=start, end=end))
    place = "".join(f' · <span class="zj-place">{words}</span>' for words in places)
    number = f'<span class="zj-number">{badge}</span>' if badge else ""
    return (
        f'<li class="zj-card" id="{identity}" tabindex="-1"><div class="zj-card-head">{number}<div>'
        f'<ol class="zj-path">{above}</ol><h4 class="zj-heading">{shown(headings[-1])}</h4></div></div>{body}'
        f'<p class="zj-where"><span>{shown(file)}{place}</span>'
        f'<a class="zj-back" href="#zj-answer-{turn}">{say("back", language)}</a></p></li>'
    )


def _marked(pieces: Sequence[Piece]) -> str:
    return "".join(
        f'<mark class="zj-{mark}">{shown(text)}</mark>' if mark else shown(text) for mark, text in pieces
    )


def _headings(title: str, section_path: Sequence[str]) -> list[str]:
    """The headings above a place; the title of its document where there are none.

    A document may hold several pieces, so its title need not be that of the piece quoted.
    """
    return [heading for heading in section_path if heading.strip()] or [title]


def _covers(passage: Passage, citation: Citation) -> bool:
    chunk = passage.chunk
    return (
        chunk.document_id == citation.document_id
        and chunk.start <= citation.start
        and citation.end <= chunk.end
    )
