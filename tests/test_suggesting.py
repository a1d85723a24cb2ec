import pytest

from handmade import ARTICLE, HandmadeAssistant
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_text
from zhangju_ui.strings import LANGUAGES
from zhangju_ui.suggesting import first_questions, next_questions

OUTLINE = outline_document(ARTICLE)
BARE = outline_document(document_from_text("一句话。", name="bare", source="bare.txt"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_questions_come_from_all_documents(language):
    """Each document has its turn, no question is offered twice, and a bare text offers none."""
    law = outline_document(
        document_from_text("# 养猫条例\n\n## 第一章 登记\n\n须登记。\n", name="law", source="law.md")
    )
    questions = first_questions([OUTLINE, law, BARE], language)
    assert len(questions) == len(set(questions)) == 4
    assert any("养猫条例" in question for question in questions)
    assert first_questions([BARE], language) == []


def test_the_next_questions_follow_the_place_quoted():
    """After an answer from one section come the sections after it, but none that was asked."""
    answer = HandmadeAssistant().ask("未来产业")
    first, *_ = next_questions(answer, OUTLINE, "zh-Hans", [])
    assert "创新应用场景" in first
    later, *_ = next_questions(answer, OUTLINE, "zh-Hans", [first])
    assert "准确把握新质生产力的实践要求" in later
    assert "‘含新度’" in later


def test_after_the_last_section_the_others_are_offered():
    """There is something to go on with at the end of an article too."""
    law = outline_document(
        document_from_text(
            "# 养猫条例\n\n## 登记办法\n\n须登记。\n\n## 喂食办法\n\n须喂。\n", name="wujin", source="a.md"
        )
    )
    answer = HandmadeAssistant().ask("创新")
    questions = next_questions(answer, law, "zh-Hans", [])
    assert questions == ["“养猫条例”讲了什么？", "“登记办法”讲了什么？"]
