"""The chat page: wires Gradio's events to the pure functions of ``render``."""

import html
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import gradio as gr
from gradio.components.chatbot import ChatbotDataMessages, Message, TextMessage

from zhangju.values import Answer
from zhangju_index.errors import QuestionError, ZhangjuError
from zhangju_ui.plain import literal, well_formed
from zhangju_ui.render import (
    answer_length,
    render_answer,
    render_error,
    render_header,
    render_panel,
    render_welcome,
)
from zhangju_ui.strings import EXAMPLES, LANGUAGES, STRINGS, Language, pick_language, say

__all__ = ["Asks", "build_page", "translations"]

STEPS = 24
"""In how many pieces an answer is streamed, whatever its length."""
PAUSE_SECONDS = 0.025
KEPT_TURNS = 40
"""Questions whose sources stay in the panel."""

Turns = tuple[tuple[int, Answer], ...]


class Asks(Protocol):
    """What the page asks its questions of, from two threads at a time."""

    def ask(self, question: str, history: Sequence[Any] = ()) -> Answer:
        """Answer one question.

        Raises:
            ZhangjuError: The question cannot be used, or the index cannot serve.
        """
        ...


def translations(subjects: Sequence[str] = ()) -> gr.I18n:
    """Give Gradio every string and ready-made fragment in each language."""
    words: dict[Language, dict[str, str]] = {
        language: {
            **{f"zj_{key}": text[language] for key, text in STRINGS.items()},
            "zj_html_header": render_header(subjects, language),
            "zj_html_welcome": render_welcome(language),
            "zj_html_panel": render_panel((), language),
        }
        for language in LANGUAGES
    }
    regions = dict.fromkeys(("zh-CN", "zh-TW", "zh-HK", "zh-SG"), words["zh"])
    return gr.I18n(**words, **regions)


def build_page(assistant: Asks, i18n: gr.I18n, examples: Sequence[str] | None = None) -> gr.Blocks:
    """Build the page around ``assistant``.

    Args:
        assistant: Answers the questions.
        i18n: The page's strings, from ``translations``.
        examples: Questions offered while the conversation is empty; by default those for the
            bundled article, in the visitor's language.
    """

    def answer(
        question: str, history: list[Any], turns: Turns, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        language = _language(request)
        turn = 1 + sum(message["role"] == "user" for message in history)
        try:
            found = assistant.ask(well_formed(question))
        except ZhangjuError as error:
            yield render_error(_in_words(error, question, language), language), gr.skip(), gr.skip()
            return
        turns = (*(kept for kept in turns if kept[0] < turn), (turn, found))[-KEPT_TURNS:]
        panel: Any = render_panel(turns, language)
        length = answer_length(found)
        for step in range(1, STEPS):
            yield render_answer(found, turn, language, reveal=length * step // STEPS), panel, turns
            panel = gr.skip()
            time.sleep(PAUSE_SECONDS)
        yield render_answer(found, turn, language), panel, turns

    def take_back(
        turns: Turns, history: list[Any], undone: gr.UndoData, request: gr.Request
    ) -> tuple[str, Turns]:
        # The conversation may or may not have been cut already; what is undone starts here.
        before = undone.index if isinstance(undone.index, int) else undone.index[0]
        left = sum(message["role"] == "user" for message in history[:before])
        turns = tuple(kept for kept in turns if kept[0] <= left)
        return render_panel(turns, _language(request)), turns

    def clear(request: gr.Request) -> tuple[str, Turns]:
        return render_panel((), _language(request)), ()

    page = gr.Blocks(title="章句 Zhangju", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        turns = gr.State(())
        gr.HTML(i18n("zj_html_header"), elem_id="zj-header", js_on_load=None)
        with gr.Row(elem_id="zj-main", equal_height=True):
            with gr.Column(scale=6, min_width=0, elem_id="zj-chat"):
                panel = gr.HTML(i18n("zj_html_panel"), elem_id="zj-panel", js_on_load=None, render=False)
                chat = gr.ChatInterface(
                    answer,
                    chatbot=_chatbot(i18n, has_own_examples=examples is not None),
                    textbox=gr.Textbox(
                        placeholder=i18n("zj_placeholder"),
                        label=i18n("zj_placeholder"),
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=6,
                        scale=7,
                        autofocus=True,
                        submit_btn=True,
                        stop_btn=True,
                        elem_id="zj-question",
                    ),
                    additional_inputs=[turns],
                    additional_outputs=[panel, turns],
                    examples=[[question] for question in _examples(examples)],
                    cache_examples=False,
                    show_progress="hidden",
                    api_visibility="private",
                    analytics_enabled=False,
                )
            with gr.Column(scale=4, min_width=0, elem_id="zj-sources"):
                panel.render()  # type: ignore[no-untyped-call]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        chat.chatbot.undo(take_back, [turns, chat.chatbot], [panel, turns], **quiet)
        chat.chatbot.clear(clear, None, [panel, turns], **quiet)
    # Encoding takes turns by itself, and all else of a question is short: two at a time keep busy.
    page.queue(max_size=32, default_concurrency_limit=2)
    return page


def _in_words(error: ZhangjuError, question: str, language: Language) -> str:
    """Say what went wrong: in the page's language where a visitor can cause it, else as it was raised."""
    if not isinstance(error, QuestionError):
        return str(error)
    if not question.strip():
        return say("question_empty", language)
    return say("question_long", language, length=len(question))


def _chatbot(i18n: gr.I18n, has_own_examples: bool) -> gr.Chatbot:
    """Make a chatbot that shows what a person typed as typed, and renders only our own markup."""
    chatbot = gr.Chatbot(
        label=i18n("zj_conversation"),
        show_label=False,
        placeholder=str(i18n("zj_html_welcome")),
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        allow_tags=False,
        layout="panel",
        height="100%",
        elem_id="zj-chatbot",
        elem_classes=[] if has_own_examples else ["zj-examples-by-language"],
        container=False,
    )
    write, read = chatbot.postprocess, chatbot.preprocess

    def postprocess(value: list[Any] | None) -> ChatbotDataMessages:
        data = write(value)
        for part in _typed(data.root):
            part.text = literal(part.text)
        return data

    def preprocess(payload: ChatbotDataMessages | None) -> list[Any]:
        if payload is not None:
            for part in _typed(payload.root):
                part.text = html.unescape(part.text)
        return read(payload)

    # A subclass would not do: Gradio looks its page component up by the name of the class.
    chatbot.postprocess = postprocess  # type: ignore[method-assign]
    chatbot.preprocess = preprocess  # type: ignore[method-assign]
    return chatbot


def _typed(messages: Sequence[Message]) -> Iterator[TextMessage]:
    """Find what people typed, as opposed to what we answered."""
    for message in messages:
        if message.role == "user":
            yield from (part for part in message.content if isinstance(part, TextMessage))


def _examples(examples: Sequence[str] | None) -> list[str]:
    """List the example questions; the style sheet hides those of other languages."""
    if examples is not None:
        return list(examples)
    return [question for language in LANGUAGES for question in EXAMPLES[language]]


def _language(request: gr.Request) -> Language:
    return pick_language(request.headers.get("accept-language", ""))
