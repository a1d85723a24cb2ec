import pytest

from zhangju.asking import asks_who

WHO = {
    "zh": "谁写了专家视点？",
    "zh author": "这篇文章的作者是哪个单位？",
    "zh-Hant": "這篇文章是誰寫的？",
    "en": "Who wrote the expert column?",
    "en author": "Name the author of the case study.",
    "de": "Wer hat die Kolumne geschrieben?",
    "es": "¿Quién escribió el artículo?",
    "fr": "Qui a écrit cet article ?",
    "ru": "Кто написал экспертную колонку?",
    "ja": "この記事は誰が書きましたか。",
    "ko": "이 글은 누가 썼습니까?",
    "ar": "من كتب هذا المقال؟",
    "th": "ใครเป็นคนเขียนบทความนี้",
    "hi": "यह लेख किसने लिखा?",
    "vi": "Ai là tác giả bài viết?",
    "tr": "Bu yazının yazarı kim?",
}
OTHER = {
    "zh": "武进重点布局哪些未来产业？",
    "zh people": "人才政策有哪些？",
    "en": "Which industries does Wujin focus on?",
    "en whole": "What is the whole process about?",
    "de": "Welche Rolle spielen Unternehmen?",
    "es": "¿Qué sectores se mencionan?",
    "fr": "Quelles industries sont citées ?",
    "ru": "Какие отрасли развивает район?",
    "ja": "どの産業に力を入れていますか。",
}


@pytest.mark.parametrize("question", WHO.values(), ids=WHO)
def test_asks_for_a_person(question: str) -> None:
    """In each language, a question that asks who is told by its words."""
    assert asks_who(question)


@pytest.mark.parametrize("question", OTHER.values(), ids=OTHER)
def test_asks_for_something_else(question: str) -> None:
    """What, which and how are not who, and no part of a word is."""
    assert not asks_who(question)
