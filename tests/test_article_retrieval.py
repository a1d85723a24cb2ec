"""The bundled article with the real model: what it is all for."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewrap import SHAPES
from zhangju.asking import asks_who
from zhangju.assistant import Assistant
from zhangju.retriever import Retriever
from zhangju_eval import EvalSet, evaluate, load_set
from zhangju_index.build import build_index
from zhangju_index.folder import open_index
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_index.protocols import Embedder

pytestmark = pytest.mark.slow

EVIDENCE = {
    "zh-list": (
        "武进重点布局的未来产业有哪些？",
        "合成生物、氢能和新型储能是武进重点布局的未来产业",
    ),
    "zh-definition": (
        "新质生产力的特点、关键和本质是什么？",
        "新质生产力的特点是“创新”,关键在“质优”",
    ),
    "zh-term": (
        "“三度一率”包括哪些指标？",
        "核心企业集聚度、产业链完整度、增加值贡献度和本地化配套率",
    ),
    "zh-paraphrase": (
        "怎样吸引年轻人到武进来？",
        "围绕“青年友好”做好文章",
    ),
    "zh-Hant": (
        "武進的實體經濟有什麼特色？",
        "工业门类全、底蕴深、集群强、韧性好",
    ),
    "en-date": (
        "When was the Nanjing University institute opened in Wujin?",
        "2023年12月,南大未来技术创新研究院在武进正式启用",
    ),
    "en-reason": (
        "Why is the market important for new productive forces?",
        "市场需求是新质生产力发展的持久动力",
    ),
    "de": (
        "Wer ist der Träger der Innovation?",
        "创新的主体在企业。",
    ),
    "es": (
        "¿Cuál es el núcleo de la innovación?",
        "创新的核心是人才。",
    ),
    "fr": (
        "Comment le district veut-il utiliser les fonds d'investissement industriel ?",
        "充分发挥产业投资基金的引导作用和放大效应",
    ),
    "ja": (
        "製造業のデジタル化で目指す「灯台工場」とは何ですか？",
        "推动头部企业创建“灯塔工厂”",
    ),
    "ru": (
        "Какова роль открытости внешнему миру?",
        "对外开放是推动新质生产力发展的重要条件",
    ),
    "ar": (
        "كم عدد الفئات الصناعية الكبرى الموجودة في تشانغتشو؟",
        "国家工业41个大类中有37个",
    ),
}
LONGEST_PASSAGE = 450


def squeeze(text: str) -> str:
    """A text without any white space, as wraps put it anywhere."""
    return "".join(text.split())


def found_in_five(retriever: Retriever, name: str) -> bool:
    """Whether the evidence stands whole in one of the top five passages."""
    question, evidence = EVIDENCE[name]
    passages = retriever.search(question, 5)
    assert all(len(passage.chunk.text) <= LONGEST_PASSAGE for passage in passages)
    return any(squeeze(evidence) in squeeze(passage.chunk.text) for passage in passages)


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence_is_found(article_retriever: Retriever, name: str) -> None:
    """Questions in eight languages find their evidence in the top five passages."""
    assert found_in_five(article_retriever, name)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all copies: sentences that read the same keep their vectors, which saves minutes."""
    return tmp_path_factory.mktemp("copies") / "index"


@pytest.mark.parametrize(
    "shape", ["sliced at 17", "sliced at 34", "CRLF", "full-width indents", "torn (0), sliced at 15"]
)
def test_evidence_is_found_in_other_shapes(bundled_model: Embedder, copies: Path, shape: str) -> None:
    """The same article wrapped in another way answers the same, and is quoted as it stands there."""
    document = document_from_text(SHAPES[shape](bundled_article().text), name="copy", source="copy.txt")
    build_index([document], copies, bundled_model)
    with Retriever(open_index(copies), bundled_model) as retriever:
        assert [name for name in EVIDENCE if not found_in_five(retriever, name)] == []
        assistant = Assistant(retriever, threshold=0.0)
        for question, _ in EVIDENCE.values():
            for citation in assistant.ask(question).citations:
                assert document.text[citation.start : citation.end] == citation.quote


def test_answers_quote_the_article(article_retriever: Retriever) -> None:
    """Every citation is a slice, at every threshold, and the same question gets the same answer."""
    assistant = Assistant(article_retriever, threshold=0.0)
    text = bundled_article().text
    for question, _ in EVIDENCE.values():
        answer = assistant.ask(question)
        assert answer.answerable
        assert all(text[c.start : c.end] == c.quote for c in answer.citations)
        again = assistant.ask(question)
        assert (again.text, again.sentences, again.passages) == (
            answer.text,
            answer.sentences,
            answer.passages,
        )


def test_clear_questions_are_answered_and_others_refused(article_retriever: Retriever) -> None:
    """The threshold parts what the article says from what is about something else."""
    assistant = Assistant(article_retriever)
    answer = assistant.ask("武进重点布局的未来产业有哪些？")

    assert "合成生物、氢能和新型储能" in answer.text
    assert not assistant.ask("红烧肉要炖多长时间？").answerable
    assert not assistant.ask("How do I reset the password of my router?").answerable


def test_threads_find_the_same_with_the_real_model(article_retriever: Retriever) -> None:
    """One question does not disturb another that is being encoded."""
    questions = [question for question, _ in EVIDENCE.values()]
    alone = [article_retriever.search(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(article_retriever.search, questions)) == alone


def first_dev_questions() -> EvalSet:
    """The development half of the first 130 questions, on which the floors below were measured."""
    dev = load_set("article").select("dev")
    return replace(dev, questions=tuple(q for q in dev.questions if q.id <= "article-130"))


@pytest.fixture(scope="module")
def dev_report(article_retriever: Retriever) -> dict[str, Any]:
    """The report on questions that are there to choose by."""
    pytest.importorskip("ir_measures", reason="metrics need the extra zhangju[eval]")
    return evaluate(first_dev_questions(), article_retriever, Assistant(article_retriever)).to_json()


# Each below what was measured by about two questions of forty-four.
@pytest.mark.parametrize(("metric", "floor"), [("hit@1", 0.75), ("hit@5", 0.86), ("MRR@10", 0.8)])
def test_retrieval_keeps_its_level(dev_report: dict[str, Any], metric: str, floor: float) -> None:
    """A change that breaks retrieval does not go by unseen."""
    assert dev_report["metrics"][metric]["value"] >= floor


def test_refusal_keeps_its_level(dev_report: dict[str, Any]) -> None:
    """What is off the topic is refused, what the article answers is not."""
    assert dev_report["by"]["kind=off_topic"]["abstention"]["recall"]["value"] >= 0.8
    assert dev_report["abstention"]["answered"]["value"] >= 0.88
    assert dev_report["answers"]["evidence"]["value"] >= 0.75


def test_a_byline_answers_nothing_but_who(article_retriever: Retriever) -> None:
    """Of those questions only one that asks who is answered with a name."""
    assistant = Assistant(article_retriever)
    names = {"丁恒龙", "中共常州市武进区委理论学习中心组", "南京大学未来技术创新研究院院长 徐挺"}
    for question in first_dev_questions().questions:
        quoted = {sentence.text for sentence in assistant.ask(question.question).sentences}
        assert not quoted & names or asks_who(question.question), question.question


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in another way")
def test_a_resident_assistant_takes_less_than_500_mb(article_folder: Path) -> None:
    """Model, judge, index and all libraries, once it has answered; what loading took is given back."""
    script = (
        "import sys; from zhangju import Assistant, Retriever;"
        "assistant = Assistant(Retriever.open(sys.argv[1]));"
        "assert assistant.ask('武进重点布局的未来产业有哪些？').answerable;"
        "[line] = [line for line in open('/proc/self/status') if line.startswith('VmRSS:')];"
        "print(int(line.split()[1]) / 1024)"
    )
    output = subprocess.run(
        [sys.executable, "-c", script, str(article_folder)], capture_output=True, check=True
    )

    assert 100 < float(output.stdout) < 500
