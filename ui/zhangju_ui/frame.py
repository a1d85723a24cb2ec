"""The fixed parts of the page: header, pane titles, the welcome, the list of conversations, dialogs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhangju_ui.conversations import Conversation
from zhangju_ui.icons import icon
from zhangju_ui.plain import literal, shown
from zhangju_ui.strings import LANGUAGES, NAMES, Language, say

__all__ = [
    "Reach",
    "render_adding",
    "render_asked",
    "render_bar",
    "render_conversations",
    "render_dialogs",
    "render_evaluation_head",
    "render_header",
    "render_loading",
    "render_progress",
    "render_source_pane",
    "render_title",
    "render_welcome",
]

_VIEWS: Mapping[str, str] = {"ask": "ask_view", "evaluation": "evaluation_view"}
_PANES: Mapping[str, str] = {"library": "library", "chat": "ask_view", "source": "source"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Where questions and passages go.

    Attributes:
        host: The other machine whose language model is asked; empty where none is.
        shared: Whether the page is for others than the person at this machine.
    """

    host: str = ""
    shared: bool = False


def render_header(language: Language, reach: Reach) -> str:
    """Write the line at the top: the name, the views, who learns of it, language and light; on a phone, the panes."""
    views = "".join(
        f'<button type="button" class="zj-view" data-view="{view}" aria-pressed="{str(view == "ask").lower()}">'
        f"{say(words, language)}</button>"
        for view, words in _VIEWS.items()
    )
    panes = "".join(
        f'<button type="button" class="zj-pane-tab" data-pane="{pane}" aria-pressed="{str(pane == "chat").lower()}">'
        f"{say(words, language)}</button>"
        for pane, words in _PANES.items()
    )
    choices = "".join(
        f'<option value="{each}" lang="{each}"{" selected" if each == language else ""}>{NAMES[each]}</option>'
        for each in LANGUAGES
    )
    dark = say("dark", language)
    return (
        f'<a class="zj-skip" href="#zj-question">{say("skip", language)}</a>'
        '<header class="zj-header"><span class="zj-logo" aria-hidden="true" lang="zh-Hans">章</span>'
        '<h1 class="zj-name">Zhangju <span lang="zh-Hans">章句</span></h1>'
        f'<span class="zj-tagline">{say("tagline", language)}</span>'
        f'<nav class="zj-views" aria-label="{say("views", language)}">{views}</nav>'
        f"{_reach(reach, language)}"
        f'<select class="zj-language" aria-label="{say("language", language)}">{choices}</select>'
        f'<button type="button" class="zj-icon zj-dark" aria-label="{dark}" title="{dark}">{icon("moon")}</button>'
        f'</header><nav class="zj-panes" aria-label="{say("panes", language)}">{panes}</nav>'
    )


def render_asked(host: str, language: Language) -> str:
    """Write who else is told of questions and passages; it stands where they are typed."""
    return f'<p class="zj-told">{shown(say("asks_host_hint", language, host=host))}</p>' if host else ""


def render_title(key: str, language: Language) -> str:
    """Write the title of a pane or of a part of one."""
    return f'<h2 class="zj-title">{say(key, language)}</h2>'


def render_adding(largest: str, language: Language) -> str:
    """Write what stands above the place where files are dropped."""
    return (
        f'<h2 class="zj-title">{say("add", language)}</h2>'
        f'<p class="zj-soft">{say("add_hint", language, size=largest)}</p>'
    )


def render_loading(language: Language) -> str:
    """Write what stands in a part of the page until it is there."""
    return f'<p class="zj-empty" role="status">{say("loading", language)}</p>'


def render_source_pane(language: Language) -> str:
    """Write the empty source pane; the page's script puts documents into it."""
    return (
        f'<div class="zj-source-head"><h2 class="zj-title">{say("source", language)}</h2>'
        '<span class="zj-source-name" id="zj-source-name"></span>'
        f'<button type="button" class="zj-link zj-back" hidden>{say("back", language)}</button></div>'
        f'<div id="zj-source-body" role="region" tabindex="0" aria-label="{say("source", language)}"'
        f' data-loading="{say("loading", language)}" data-unreachable="{say("unreachable", language)}"'
        f' data-empty="{say("source_empty", language)}">'
        f'<p class="zj-empty">{say("source_empty", language)}</p></div>'
        f'<button type="button" class="zj-selected" value="{say("about_words", language, words="{}")}" hidden>'
        f"{say('ask_about', language)}</button>"
    )


def render_bar(language: Language) -> str:
    """Write what stands above the question box: what it is limited to, whether it replaces a question."""
    close = icon("close")
    return (
        f'<div class="zj-state" aria-live="polite" data-down="{say("to_the_end", language)}"'
        f' data-send="{say("send", language)}" data-stop="{say("stop", language)}"><span class="zj-chip zj-limited" hidden>{icon("limit")}'
        f'<span>{say("limited", language)}</span><span class="zj-chip-name"></span><button type="button" class="zj-icon zj-unlimit"'
        f' aria-label="{say("unlimit", language)}" title="{say("unlimit", language)}">{close}</button></span>'
        f'<span class="zj-chip zj-editing" hidden>{icon("edit")}<span>{say("editing", language)}</span>'
        f'<button type="button" class="zj-icon zj-unedit" aria-label="{say("cancel", language)}"'
        f' title="{say("cancel", language)}">{close}</button></span></div>'
    )


def render_conversations(conversations: Sequence[Conversation], current: str, language: Language) -> str:
    """Write the list of conversations, the one asked last first."""
    rows = "".join(_conversation(each, current, language) for each in conversations if each.turns)
    if not rows:
        rows = f'<li class="zj-soft zj-none">{say("no_conversations", language)}</li>'
    new = say("new_conversation", language)
    asked = any(each.id == current and each.turns for each in conversations)
    export = "".join(
        f'<a class="zj-link" href="/zhangju/conversations/{literal(current)}.{ending}?language={language}" download>'
        f"{icon('export')}{name}</a>"
        for ending, name in (("md", "Markdown"), ("json", "JSON"))
    )
    return (
        f'<div class="zj-list-head"><h2 class="zj-title">{say("conversations", language)}</h2>'
        f'<button type="button" class="zj-icon zj-new" aria-label="{new}" title="{new}">{icon("new")}</button></div>'
        f'<ul class="zj-conversations">{rows}</ul>'
        + (
            f'<p class="zj-export"><span class="zj-soft">{say("export", language)}</span>{export}</p>'
            if asked
            else ""
        )
    )


def render_welcome(questions: Sequence[str], language: Language, *, many: bool = False) -> str:
    """Write what the empty conversation says, with questions to begin with."""
    offered = "".join(
        f'<button type="button" class="zj-ask zj-example" value="{literal(question)}">{shown(question)}</button>'
        for question in questions
    )
    return (
        f'<div class="zj-welcome"><h2>{say("welcome_many" if many else "welcome", language)}</h2>'
        f'<p>{say("welcome_hint", language)}</p><div class="zj-examples">{offered}</div></div>'
    )


def render_evaluation_head(language: Language) -> str:
    """Write what stands above the evaluation."""
    return f'<h2>{say("evaluation", language)}</h2><p class="zj-soft">{say("evaluation_hint", language)}</p>'


def render_progress(part: float, words: str, left: str = "") -> str:
    """Write how far a long step is."""
    percent = round(100 * min(1.0, max(0.0, part)))
    return (
        f'<div class="zj-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}"'
        f' aria-label="{literal(words)}"><span style="width:{percent}%"></span></div>'
        f'<p class="zj-soft">{shown(words)}{f" · {shown(left)}" if left else ""}</p>'
    )


def render_dialogs(language: Language) -> str:
    """Write the dialogs that ask: for a comment on an answer, and whether to delete."""
    return (
        f'<dialog id="zj-comment" aria-label="{say("comment", language)}"><form method="dialog">'
        f'<label>{say("comment", language)}<textarea rows="3" maxlength="2000"></textarea></label>'
        f'<p class="zj-soft">{say("comment_hint", language)}</p>'
        f'<div class="zj-buttons"><button value="cancel" class="zj-plain" formnovalidate>{say("close", language)}</button>'
        f'<button value="save" class="zj-primary">{say("save", language)}</button></div></form></dialog>'
        f'<dialog id="zj-sure" data-delete="{say("delete_sure", language, name="{}")}"'
        f' data-remove="{say("remove_sure", language, name="{}")}" data-delete-yes="{say("delete", language)}"'
        f' data-remove-yes="{say("remove", language)}"><form method="dialog"><p></p>'
        f'<div class="zj-buttons"><button value="cancel" class="zj-plain">{say("cancel", language)}</button>'
        f'<button value="yes" class="zj-primary">{say("delete", language)}</button></div></form></dialog>'
        '<div id="zj-tip" role="tooltip" hidden></div>'
    )


def _reach(reach: Reach, language: Language) -> str:
    if reach.host:
        words, hint = (
            say("asks_host", language, host=reach.host),
            say("asks_host_hint", language, host=reach.host),
        )
        return f'<span class="zj-local zj-remote" title="{literal(hint)}">{shown(words)}</span>'
    key = "shared" if reach.shared else "local"
    return f'<span class="zj-local" title="{say("shared_hint" if reach.shared else "local_hint", language)}">{say(key, language)}</span>'


def _conversation(each: Conversation, current: str, language: Language) -> str:
    title = each.title or say("untitled", language)
    name = literal(title)
    is_current = ' aria-current="true"' if each.id == current else ""
    opens = literal(say("open_conversation", language, name=title))
    deletes = literal(say("delete_conversation", language, name=title))
    return (
        f'<li><button type="button" class="zj-conversation" data-id="{each.id}"{is_current} aria-label="{opens}"'
        f' title="{name}">{shown(title)}</button>'
        f'<button type="button" class="zj-icon zj-delete" data-id="{each.id}" data-name="{name}" aria-label="{deletes}"'
        f' title="{say("delete", language)}">{icon("remove")}</button></li>'
    )
