"""The chat page: wires Gradio's events to functions that know nothing of Gradio."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhangju_index.errors import InputError
from zhangju_index.file_names import file_name
from zhangju_index.formats import SUFFIXES
from zhangju_ui import adding
from zhangju_ui.answer_view import render_answer, render_pending
from zhangju_ui.conversations import Conversation, ConversationStore, Turn, now
from zhangju_ui.conversing import exchange, messages, offered_after, offered_first, read_wanted
from zhangju_ui.evaluation_view import render_evaluation
from zhangju_ui.failures import render_problem, say_error
from zhangju_ui.frame import (
    Reach,
    render_adding,
    render_asked,
    render_bar,
    render_conversations,
    render_dialogs,
    render_evaluation_head,
    render_header,
    render_loading,
    render_source_pane,
    render_title,
    render_welcome,
)
from zhangju_ui.gradio_alone import gr
from zhangju_ui.library_view import render_documents, render_preview
from zhangju_ui.plain import shown, well_formed
from zhangju_ui.shelf import Limits, Shelf, Upload
from zhangju_ui.strings import LANGUAGES, STRINGS, Language, say
from zhangju_ui.tray import Tray
from zhangju_ui.underway import Questions, grow
from zhangju_ui.visitors import Visitors

__all__ = ["build_page", "translations"]

# What Gradio calls each language; the page's script tells it which of these is wanted.
_TAGS: dict[Language, str] = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en"}
_GRADIOS_WORDS = {"upload_text.drop_file": "drop", "upload_text.click_to_upload": "pick", "common.or": "or"}
_AT_ONCE = 16
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def translations(limits: Limits, reach: Reach) -> gr.I18n:
    """Give Gradio every string and the fixed parts of the page in each language."""
    words: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        fixed = {
            "zj_html_header": render_header(language, reach),
            "zj_html_asked": render_asked(reach.host, language),
            "zj_html_library": render_title("library", language),
            "zj_html_add": render_adding(adding.size_of(limits.file_bytes), language),
            "zj_html_source": render_source_pane(language),
            "zj_html_bar": render_bar(language),
            "zj_html_dialogs": render_dialogs(language),
            "zj_html_evaluation": render_evaluation_head(language),
            "zj_html_loading": render_loading(language),
        }
        said = {f"zj_{key}": text[language] for key, text in STRINGS.items()}
        # Gradio looks for its own words under these names, and takes ours where there are any.
        gradios = {key: say(ours, language) for key, ours in _GRADIOS_WORDS.items()}
        words[_TAGS[language]] = {**said, **fixed, **gradios}
    return gr.I18n(**words)


def build_page(shelf: Shelf, visitors: Visitors, i18n: gr.I18n) -> gr.Blocks:
    """Build the page around a library.

    Args:
        shelf: The library, which answers the questions.
        visitors: Finds the conversations and the language of whoever sends a request.
        i18n: The page's strings, from ``translations``.
    """
    questions = Questions()

    def at(request: gr.Request) -> tuple[Language, ConversationStore]:
        return visitors.language(request.headers, request.cookies), visitors.conversations(request.cookies)

    def tab(request: gr.Request) -> str:
        return str(request.session_hash)

    def open_page(identity: str, request: gr.Request) -> tuple[Any, ...]:
        return (
            *open_conversation(identity, request),
            documents(visitors.language(request.headers, request.cookies)),
        )

    def open_conversation(identity: str, request: gr.Request) -> tuple[Any, ...]:
        language, store = at(request)
        conversation = store.get(identity) or Conversation.new()
        return (
            chat_showing(conversation, language),
            conversation.id,
            render_conversations(store.all(), conversation.id, language),
        )

    def chat_showing(conversation: Conversation, language: Language) -> Any:
        welcome = render_welcome(offered_first(shelf, language), language, many=not shelf.is_bundled_alone)
        return gr.update(value=written(conversation, language), placeholder=welcome)

    def written(conversation: Conversation, language: Language) -> Any:
        offered = offered_after(shelf, conversation, language)
        return messages(conversation.turns, language, offered, questions.under_way(conversation.id))

    def documents(language: Language) -> str:
        opened = shelf.outline(shelf.documents[0].document_id) if len(shelf.documents) == 1 else None
        return render_documents(shelf.documents, language, removable=shelf.limits.changes, opened=opened)

    def respond(question: str, wanted: str, identity: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language, store = at(request)
        want = read_wanted(wanted)
        turn = Turn(well_formed(question), now(), want.scope)
        conversation, note = _begun(store, identity, turn, want.replacing, language)
        before, skip = conversation.turns[:-1], gr.skip()
        number = len(before)
        earlier = messages(before, language, None, questions.under_way(conversation.id))
        with questions.asking(tab(request), conversation.id, turn.asked) as switch:

            def shown_now(reply: str) -> Any:
                return [*earlier, *exchange(turn, reply, language)]

            yield shown_now(render_pending(language)), asking(), conversation.id, skip, note
            for step in grow(shelf, before, turn, language, switch):
                if isinstance(step, Turn):
                    turn = step
                elif step.answer is None:
                    yield shown_now(render_pending(language, found=step.found)), skip, skip, skip, skip
                else:
                    reply = render_answer(step.answer, number, language, step.reveal)
                    yield shown_now(reply), skip, skip, skip, skip
            # Votes on earlier turns may have been cast meanwhile, more been asked, and the whole be deleted.
            answered = conversation.with_outcome(turn)
            if not note:
                try:
                    kept = store.change(conversation.id, lambda found: found.with_outcome(turn))
                except InputError as error:
                    note = _not_kept(error, language)
                else:
                    answered = kept or answered
            if switch.left:
                # Gradio says the last of it once more at the end, when another conversation is there.
                yield (skip,) * 5
                return
            listed = render_conversations(store.all(), answered.id, language)
            yield written(answered, language), ready(), skip, listed, note

    def stop(identity: str, request: gr.Request) -> tuple[Any, ...]:
        if questions.stop(tab(request)):
            # Whoever asks says what came of it.
            return (gr.skip(),) * 4
        return *open_conversation(identity, request), ready()

    def asking() -> Any:
        return gr.update(value="", submit_btn=False, stop_btn=True)

    def ready() -> Any:
        return gr.update(submit_btn=True, stop_btn=False)

    def choose(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        questions.leave(tab(request))
        return *open_conversation(str(event._data.get("id", "")), request), ready()

    def follow(identity: str, request: gr.Request) -> tuple[Any, ...]:
        """Show what another tab asked in the conversation that is open; one that was deleted stays as it is."""
        language, store = at(request)
        conversation = store.get(identity)
        shown_now = chat_showing(conversation, language) if conversation is not None else gr.skip()
        return shown_now, render_conversations(store.all(), identity, language)

    def fresh(request: gr.Request) -> tuple[Any, ...]:
        questions.leave(tab(request))
        return *open_conversation("", request), ready()

    def erase(identity: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        erased = str(event._data.get("id", ""))
        questions.drop(tab(request), erased)
        at(request)[1].delete(erased)
        box_now = ready() if erased == identity else gr.skip()
        return *open_conversation("" if erased == identity else identity, request), box_now

    def preview(files: list[str] | None, tray: Tray, request: gr.Request) -> tuple[Any, ...]:
        language = visitors.language(request.headers, request.cookies)
        problems = adding.look_at(shelf, _uploads(files), tray, language)
        # The place for files is empty again, so that more can be given in the same way.
        return *offer(tray, problems, language), gr.skip() if tray.adding else "", None

    def withdraw(tray: Tray, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        language = visitors.language(request.headers, request.cookies)
        tray.withdraw(str(event._data.get("name", "")))
        return offer(tray, [], language)

    def offer(tray: Tray, problems: list[str], language: Language) -> tuple[Any, ...]:
        count = say("add_these", language, count=len(tray.waiting))
        shown_preview = render_preview([outline for _, outline in tray.waiting], problems, language)
        # One at a time: what is given meanwhile can be added when that is done.
        return shown_preview, gr.update(value=count, visible=bool(tray.waiting and not tray.adding))

    def add(tray: Tray, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language = visitors.language(request.headers, request.cookies)
        skip, words = gr.skip(), ""
        for number, words in enumerate(adding.add(shelf, tray, language)):
            yield words, *((skip, skip) if number else offer(tray, [], language)), skip
        yield words, *offer(tray, [], language), documents(language)

    def remove(event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language = visitors.language(request.headers, request.cookies)
        document_id = str(event._data.get("document", ""))
        for words in adding.remove(shelf, document_id, language):
            yield words, gr.skip()
        yield words, documents(language)

    def show_evaluation(request: gr.Request) -> str:
        return render_evaluation(
            visitors.evaluations.last(), visitors.language(request.headers, request.cookies)
        )

    def run_evaluation(request: gr.Request) -> Iterator[tuple[Any, ...]]:
        language = visitors.language(request.headers, request.cookies)
        off, on = gr.update(interactive=False), gr.update(interactive=True)
        try:
            for words in visitors.evaluations.run(shelf, language):
                yield words, gr.skip(), off
        except Exception as error:
            yield render_problem(say_error(error, language)), gr.skip(), on
            return
        yield "", render_evaluation(visitors.evaluations.last(), language), on

    page = gr.Blocks(
        title="章句 Zhangju",
        analytics_enabled=False,
        fill_height=True,
        fill_width=True,
        delete_cache=(3600, 3600),
    )
    with page:
        identity = gr.BrowserState("", storage_key="zhangju-conversation", secret="zhangju")  # noqa: S106 - no secret
        tray = gr.State(Tray())
        wanted = gr.Textbox(visible=False)
        _html("zj-header", i18n("zj_html_header"))
        with gr.Row(elem_id="zj-main", equal_height=True):
            with gr.Column(elem_id="zj-library", elem_classes="zj-pane", min_width=0):
                conversations = _html(
                    "zj-conversations",
                    tells="zhangju.tell(element, trigger, {open: 'open', fresh: 'fresh', erase: 'erase', follow: 'follow'})",
                )
                _html("zj-library-title", i18n("zj_html_library"))
                library = _html(
                    "zj-documents",
                    i18n("zj_html_loading"),
                    tells="zhangju.tell(element, trigger, {remove: 'remove'})",
                )
                with gr.Column(elem_id="zj-add", visible=shelf.limits.changes):
                    _html("zj-add-title", i18n("zj_html_add"))
                    drop = gr.File(
                        file_count="multiple",
                        file_types=list(SUFFIXES),
                        type="filepath",
                        label=i18n("zj_add"),
                        elem_id="zj-drop",
                        height=84,
                    )
                    progress = _html("zj-changing")
                    found = _html("zj-found", tells="zhangju.tell(element, trigger, {withdraw: 'withdraw'})")
                    confirm = gr.Button(visible=False, variant="primary", elem_id="zj-confirm")
            with gr.Column(elem_id="zj-chat", elem_classes="zj-pane", min_width=0):
                chat = gr.Chatbot(
                    label=i18n("zj_conversation"),
                    show_label=False,
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    allow_tags=False,
                    layout="panel",
                    height="100%",
                    elem_id="zj-chatbot",
                    container=False,
                )
                _html("zj-bar", i18n("zj_html_bar"))
                note = _html("zj-note")
                box = gr.Textbox(
                    placeholder=i18n("zj_placeholder"),
                    label=i18n("zj_placeholder"),
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    submit_btn=True,
                    stop_btn=False,
                    elem_id="zj-question",
                )
                _html("zj-asked", i18n("zj_html_asked"))
            with gr.Column(elem_id="zj-source", elem_classes="zj-pane", min_width=0):
                _html("zj-source-pane", i18n("zj_html_source"))
        with gr.Column(elem_id="zj-evaluation", min_width=0):
            _html("zj-evaluation-head", i18n("zj_html_evaluation"))
            start = gr.Button(i18n("zj_evaluate"), variant="primary", elem_id="zj-evaluate")
            running = _html("zj-running")
            evaluation = _html("zj-report", i18n("zj_html_loading"))
        _html("zj-dialogs", i18n("zj_html_dialogs"))

        told = [chat, identity, conversations]
        _then(page.load(open_page, [identity], [*told, library], **_QUIET), "begin")
        page.load(show_evaluation, None, [evaluation], **_QUIET)
        start.click(run_evaluation, None, [running, evaluation, start], **_QUIET)
        asked = box.submit(
            respond,
            [box, wanted, identity],
            [chat, box, identity, conversations, note],
            js="(question, wanted, identity) => [...zhangju.take(), identity]",
            # A model may write for minutes: nobody waits until others have heard the end of it.
            concurrency_limit=_AT_ONCE,
            **_QUIET,
        )
        _then(asked, "answered")
        moved = [*told, box]
        box.stop(stop, [identity], moved, **_QUIET)
        for event, moves, needs, shows in (
            (conversations.open, choose, None, moved),
            (conversations.fresh, fresh, None, moved),
            (conversations.erase, erase, [identity], moved),
            (conversations.follow, follow, [identity], [chat, conversations]),
        ):
            # In the order of the clicks, and none of them dropped.
            in_turn: dict[str, Any] = {
                "trigger_mode": "multiple",
                "concurrency_limit": 1,
                "concurrency_id": "moves",
            }
            _then(event(moves, needs, shows, **in_turn, **_QUIET), "moved")
        given = drop.upload(preview, [drop, tray], [found, confirm, progress, drop], **_QUIET)
        _then(given, "offered")
        _then(found.withdraw(withdraw, [tray], [found, confirm], **_QUIET), "offered")
        _then(confirm.click(add, [tray], [progress, found, confirm, library], **_QUIET), "shelved")
        _then(library.remove(remove, None, [progress, library], **_QUIET), "shelved")
    # Encoding takes turns by itself, and all else of a question is short: two at a time keep busy.
    page.queue(max_size=32, default_concurrency_limit=2)
    return page


def _html(identity: str, value: Any = None, *, tells: str | None = None) -> gr.HTML:
    """A part of the page in our own markup; ``tells`` turns clicks in it into events."""
    return gr.HTML(value, elem_id=identity, js_on_load=tells, apply_default_css=False)


def _then(event: Any, tells: str) -> None:
    """Tell the page's script that an event is over, whatever came of it."""
    for over in (event.then, event.failure):
        over(None, js=f"() => zhangju.{tells}()")


def _begun(
    store: ConversationStore, identity: str, turn: Turn, replacing: int | None, language: Language
) -> tuple[Conversation, str]:
    """Take down a question; what went wrong, to be shown: an answer is worth more than its record."""
    conversation = Conversation.new(identity)
    try:
        return store.begin(conversation, turn, replacing), ""
    except InputError as error:
        begun = (store.get(conversation.id) or conversation).with_turn(turn, replacing)
        return begun, _not_kept(error, language)


def _not_kept(error: InputError, language: Language) -> str:
    return f'<p class="zj-problem">{shown(say("not_kept", language, reason=say_error(error, language)))}</p>'


def _uploads(files: list[str] | None) -> list[Upload]:
    return [Upload(file_name(file), Path(file)) for file in files or []]
