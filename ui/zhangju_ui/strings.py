"""Every word the page says, in every language it speaks."""

from collections.abc import Mapping
from typing import Literal, get_args

__all__ = ["EXAMPLES", "LANGUAGES", "STRINGS", "Language", "pick_language", "say"]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

STRINGS: Mapping[str, Mapping[Language, str]] = {
    "tagline": {"zh": "有章有句，字字有据", "en": "Answers by chapter and verse"},
    "local": {"zh": "只在本机运行", "en": "Runs on this machine only"},
    "local_hint": {
        "zh": "问题和文章都不会离开这台机器",
        "en": "Neither questions nor articles leave this machine",
    },
    "more_subjects": {"zh": "，另有 {count} 篇", "en": " and {count} more"},
    "conversation": {"zh": "问答", "en": "Conversation"},
    "placeholder": {"zh": "就文章提问……", "en": "Ask about the article…"},
    "welcome": {"zh": "问一问这篇文章", "en": "Ask the article"},
    "welcome_hint": {
        "zh": "回答里的每一句都摘自原文，点开编号就能看到出处；文章没有说的，会直接告诉你。",
        "en": "Every sentence of an answer is quoted from the source; open its number to see where. "
        "If the article does not say, Zhangju tells you so.",
    },
    "sources": {"zh": "出处", "en": "Sources"},
    "sources_empty": {
        "zh": "提问之后，引用的原文会出现在这里，被引的句子会标出来。",
        "en": "Ask something: the passages quoted appear here, with the quoted sentence marked.",
    },
    "cited": {"zh": "引用 {count} 处", "en": "{count} cited"},
    "closest": {"zh": "最接近的段落", "en": "Closest passages"},
    "not_answered": {"zh": "文中未答", "en": "Not answered"},
    "more": {"zh": "另有 {count} 段相关内容", "en": "{count} more related passages"},
    "expand": {"zh": "展开整段", "en": "Show the whole passage"},
    "collapse": {"zh": "收起", "en": "Show less"},
    "offsets": {"zh": "第 {start}–{end} 字", "en": "characters {start}–{end}"},
    "page": {"zh": "第 {page} 页", "en": "page {page}"},
    "back": {"zh": "回到回答", "en": "Back to the answer"},
    "source_label": {"zh": "出处 {number}", "en": "Source {number}"},
    "answered": {"zh": "摘自原文", "en": "Quoted from the source"},
    "refused": {"zh": "未找到答案", "en": "No answer found"},
    "refused_hint": {
        "zh": "“出处”里列出了最接近的段落，可以自己判断。",
        "en": "The closest passages are listed under Sources, for you to judge.",
    },
    "confidence": {"zh": "文中有答案的把握 {percent}%", "en": "{percent}% sure the article answers this"},
    "unsupported": {"zh": "未能在原文中核实", "en": "not confirmed by the source"},
    "copy": {"zh": "复制回答与出处", "en": "Copy with sources"},
    "copied": {"zh": "已复制", "en": "Copied"},
    "question_empty": {
        "zh": "没有收到问题：请写下来再发一次。",
        "en": "There was no question: type one and send it.",
    },
    "question_long": {
        "zh": "这个问题有 {length} 个字，太长了：请缩短后再问。",
        "en": "This question has {length} characters, which is too long: ask a shorter one.",
    },
    "failed": {"zh": "这次没能回答", "en": "That did not work"},
}

EXAMPLES: Mapping[Language, tuple[str, ...]] = {
    "zh": (
        "新质生产力的特点、关键和本质分别是什么？",
        "武进重点布局哪些未来产业？",
        "创新的主体、载体和核心分别是什么？",
        "南大未来技术创新研究院什么时候启用的？",
    ),
    "en": (
        "What is new about new quality productive forces?",
        "How does Wujin want to attract young people?",
        "When was the Future Technology Innovation Institute opened?",
        "How many of the 41 industrial categories does Changzhou have?",
    ),
}


def say(key: str, language: Language, **values: object) -> str:
    """Look up one string and fill in its blanks.

    Raises:
        KeyError: There is no such string, or a blank was given no value.
    """
    return STRINGS[key][language].format(**values)


def pick_language(accept_language: str) -> Language:
    """Choose the language of the page from a browser's ``Accept-Language`` header.

    Only the first choice counts, as for the parts of the page that the browser itself
    translates: any Chinese gives Chinese, everything else English.
    """
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    return "zh" if first.split("-")[0] == "zh" else "en"
