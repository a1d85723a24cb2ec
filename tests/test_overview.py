import pytest

from zhangju import Assistant, Retriever
from zhangju.language import detect_language
from zhangju.overview import ordinal_in, read_whole
from zhangju.surveying import piece_names, survey
from zhangju_eval import load_set
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.toy import ToyEmbedder

ARTICLE = bundled_article()
WHOLE = {
    "这篇文章讲了什么？": ("about", None, None),
    "请概括一下全文的主要内容。": ("about", None, None),
    "這篇文章在講什麼？": ("about", None, None),
    "What is this article about?": ("about", None, None),
    "Please summarise the document.": ("about", None, None),
    "Worum geht es in diesem Artikel?": ("about", None, None),
    "De quoi parle cet article ?": ("about", None, None),
    "¿De qué trata este artículo?": ("about", None, None),
    "О чём эта статья?": ("about", None, None),
    "この記事は何について書かれていますか。": ("about", None, None),
    "이 기사의 주요 내용은 무엇인가요?": ("about", None, None),
    "有哪几位作者？": ("authors", None, None),
    "这篇文章是谁写的？": ("authors", None, None),
    "第二篇文章的作者是谁？": ("authors", 2, None),
    "Who are the authors?": ("authors", None, None),
    "Who wrote the second article?": ("authors", 2, None),
    "文章分为几个部分？": ("parts", None, None),
    "List the sections.": ("parts", None, None),
    "What are the titles of the pieces on this page?": ("titles", None, None),
    "第二部分的要点？": ("points", None, 2),
    "最后一部分讲了什么？": ("points", None, -1),
    "What are the main points of the third part?": ("points", None, 3),
    "武进那篇文章第二部分的要点有哪些？": ("points", None, 2),
    "总结一下": ("about", None, None),
    "请概括主要内容": ("about", None, None),
    "总结第二部分": ("points", None, 2),
    "tl;dr": ("about", None, None),
    "Fasse den Artikel kurz zusammen": ("about", None, None),
    "Bu makale ne hakkında?": ("about", None, None),
    "Makalenin yazarı kim?": ("authors", None, None),
    "Ringkas artikel ini": ("about", None, None),
    "Siapa penulis artikel ini?": ("authors", None, None),
    "O czym jest ten artykuł?": ("about", None, None),
    "Kto napisał ten artykuł?": ("authors", None, None),
    "Vad handlar artikeln om?": ("about", None, None),
    "ما موضوع هذا المقال؟": ("about", None, None),
    "من كاتب المقال؟": ("authors", None, None),
    "Who wrote it?": ("authors", None, None),
    "Vad handlar den andra delen om?": ("points", None, 2),
    "İkinci bölüm ne anlatıyor?": ("points", None, 2),
}
ORDINARY = [
    "武进重点布局哪些未来产业？",
    "这篇文章对新能源讲了什么？",
    "作者认为创新的核心是什么？",
    "谁说的？",
    "第二个呢？",
    "What does the article say about talent?",
    "Who wrote Hamlet?",
    "What is the main point of hydrogen?",
    "第一资源是什么？",
    "苏州那篇文章讲了什么？",
    "书的名字是谁起的，为什么？",
    "总结新能源的发展",
    "人才总结",
    "说了什么",
    "Summarise the history of energy",
    "Üç unsur nedir?",
    "Ba yếu tố là gì?",
    "Who does the article talk about?",
    "Kto mówi w tekście?",
    "Wie viele sind es zusammen?",
    "Wat is een vat?",
    "两个主题分别是什么？",
    "Metin kim?",
]


def whole(question: str):
    """Read a question that may be about the bundled article as a whole."""
    return read_whole(question, detect_language(question), lambda: piece_names([ARTICLE]))


@pytest.mark.parametrize("question", WHOLE)
def test_questions_about_the_whole_are_known_by_their_words(question: str) -> None:
    """In several languages, with the piece and the part that they name."""
    found = whole(question)
    assert found is not None
    assert (found.subject, found.piece, found.part) == WHOLE[question]


def test_an_article_of_a_law_is_not_the_whole() -> None:
    """Article 6 is one of a law, not of a page."""
    question = "What does Article 6 say?"

    assert read_whole(question, detect_language(question)) is None


@pytest.mark.parametrize("question", ORDINARY)
def test_one_word_more_makes_a_question_an_ordinary_one(question: str) -> None:
    """It names something that the article may say."""
    assert whole(question) is None


def test_of_the_eval_set_only_questions_about_the_whole_are_taken() -> None:
    """Whatever is taken is answered by the outline: its evidence is quoted; on both halves of the set."""
    taken = 0
    for question in load_set("article").questions:
        asked = None if question.history else whole(question.question)
        if asked is not None:
            taken += 1
            places = [c for s in survey(asked, [ARTICLE]) for c in s.citations]
            assert any(c.start < g.end and g.start < c.end for c in places for g in question.gold), question
    assert taken >= 8


ANSWERS = {
    "有哪几位作者？": [
        "中共常州市武进区委理论学习中心组",
        "丁恒龙",
        "(作者系常州大学经济学院教授)",
        "南京大学未来技术创新研究院院长 徐挺",
    ],
    "第二部分的要点？": [
        "准确把握新质生产力的实践要求,提升现代化产业强区的“含新度”",
        "构建科创融合生态。",
        "坚持深化改革创新。",
        "扩大对外开放水平。",
        "提升人力资源效率。",
    ],
    "What are the titles of the three pieces on this page?": [
        "深刻领会因地制宜发展新质生产力重大要求 着力打造现代化产业强区",
        "为新质生产力注入创新动能",
        "为新质生产力 培塑扩大未来空间",
    ],
}


@pytest.mark.parametrize("question", ANSWERS)
def test_the_outline_answers_in_the_words_of_the_source(question: str) -> None:
    """Headings and bylines, each an exact slice of the article."""
    asked = whole(question)
    assert asked is not None
    sentences = survey(asked, [ARTICLE])

    assert [sentence.text for sentence in sentences] == ANSWERS[question]
    for number, sentence in enumerate(sentences, start=1):
        (citation,) = sentence.citations
        assert citation.number == number
        assert ARTICLE.text[citation.start : citation.end] == citation.quote


def test_a_text_without_headings_is_told_by_its_first_sentences() -> None:
    """There is always something to quote; where no author is named there is nothing."""
    document = document_from_text("青溪很长。它流经三县。\n\n工程由省里负责。\n", name="t", source="t.txt")
    about, authors = (whole(q) for q in ("这篇文章讲了什么？", "作者是谁？"))
    assert about is not None
    assert authors is not None
    assert [s.text for s in survey(about, [document])][:1] == ["青溪很长。"]
    assert survey(authors, [document]) == []


def library(count: int) -> Retriever:
    """An index of some short documents, in memory, with the toy embedder."""
    texts = {
        f"d{n}": f"# 第{n}条河\n\n作者：张小{'山水云'[n % 3]}\n\n这条河很长。它流经三县。\n"
        for n in range(count)
    }
    return Retriever.from_texts(texts, embedder=ToyEmbedder())


def test_of_several_documents_each_is_told_by_its_title() -> None:
    """Questions about all of them are answered with all of their titles."""
    answer = Assistant(library(5)).ask("这些文章讲了什么？")

    assert [citation.reading_text for citation in answer.citations] == [f"第{n}条河" for n in range(5)]
    assert answer.confidence == 1


@pytest.mark.parametrize(
    "question", ["这篇文章讲了什么？", "What is this article about?", "第二部分的要点？"]
)
def test_of_too_many_documents_none_is_the_article(question: str) -> None:
    """Which one is meant cannot be told, and no sentence of any answers."""
    with library(13) as retriever:
        answer = Assistant(retriever).ask(question)
        assert not answer.answerable
        assert answer.confidence == 0
        # Who picks one is answered.
        assert (
            Assistant(retriever).ask("这篇文章讲了什么？", where={"id": "d7"}).citations[0].document_id
            == "d7"
        )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第十二条", 12),
        ("the third one", 3),
        ("最后一个", -1),
        ("der zweite Punkt", 2),
        ("二番目", 2),
        ("什么", 0),
    ],
)
def test_ordinals(text: str, number: int) -> None:
    """Which item a question names."""
    assert ordinal_in(text) == number
