"""The outline of the bundled article, written by hand from the printed page.

Each row is one section: its kind, the heading that names it (empty where it has none of its
own), and the characters it opens and closes with, white space left out.
"""

import re
from typing import NamedTuple

from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article
from zhangju_index.values import Document, Section

ARTICLE_TEXT = bundled_article().text


class Row(NamedTuple):
    """One section: ``path`` is its headings, outermost first."""

    kind: str
    path: tuple[str, ...]
    opens: str
    closes: str


_SERIES = "深入学习贯彻党的二十大精神·中国式现代化常州答卷"
_TITLE = "深刻领会因地制宜发展新质生产力重大要求 着力打造现代化产业强区"
_PIECE = (_SERIES, _TITLE)
_UNDERSTAND = "深刻理解新质生产力的本质内涵,提升现代化产业强区的“标识度”"
_GRASP = "准确把握新质生产力的实践要求,提升现代化产业强区的“含新度”"
_PATHS = "抓牢实现新质生产力的重要途径,提升现代化产业强区的“智慧度”"
_DRIVE = "突出激发新质生产力的内生动力,提升现代化产业强区的“集成度”"
_EXPERT = ("专家视点", "为新质生产力注入创新动能")
_CASE = ("一线案例", "为新质生产力 培塑扩大未来空间")

OUTLINE = [
    Row("series", (_SERIES,), "深入学习贯彻", "常州答卷"),
    Row("title", _PIECE, "深刻领会因地制宜", "现代化产业强区"),
    Row("author", _PIECE, "中共常州市武进区委", "理论学习中心组"),
    Row("body", _PIECE, "习近平总书记在参加", "走在前、作示范。"),
    Row("heading", (*_PIECE, _UNDERSTAND), "深刻理解新质生产力", "找准“主赛道”。"),
    Row(
        "lead",
        (*_PIECE, _UNDERSTAND, "做强主导产业,激活新质生产力"),
        "做强主导产业,激活",
        "取得大突破。",
    ),
    Row("lead", (*_PIECE, _UNDERSTAND, "布局未来产业,赋能新质生产力"), "布局未来产业,赋能", "积累先发优势。"),
    Row(
        "lead",
        (*_PIECE, _UNDERSTAND, "创新应用场景,助推新质生产力"),
        "创新应用场景,助推",
        "未来之城”的显示度。",
    ),
    Row("heading", (*_PIECE, _GRASP), "准确把握新质生产力", "“加速度”。"),
    Row("lead", (*_PIECE, _GRASP, "构建科创融合生态"), "构建科创融合生态。", "转化为现实生产力。"),
    Row("lead", (*_PIECE, _GRASP, "坚持深化改革创新"), "坚持深化改革创新。", "顺畅流动。"),
    Row("lead", (*_PIECE, _GRASP, "扩大对外开放水平"), "扩大对外开放水平。", "功能性机构。"),
    Row("lead", (*_PIECE, _GRASP, "提升人力资源效率"), "提升人力资源效率。", "吸引力、辐射力。"),
    Row("heading", (*_PIECE, _PATHS), "抓牢实现新质生产力", "量的合理增长。"),
    Row("lead", (*_PIECE, _PATHS, "纵深推进智改数转"), "纵深推进智改数转。", "华丽升级。"),
    Row("lead", (*_PIECE, _PATHS, "扎实推动网联赋能"), "扎实推动网联赋能。", "协同创新。"),
    Row("lead", (*_PIECE, _PATHS, "积极开展绿建工作"), "积极开展绿建工作。", "绿色供应链。"),
    Row("heading", (*_PIECE, _DRIVE), "突出激发新质生产力", "内生动力和活力。"),
    Row("lead", (*_PIECE, _DRIVE, "加快项目招引蓄能成势"), "加快项目招引蓄能成势。", "辐射一片”效应。"),
    Row("lead", (*_PIECE, _DRIVE, "加快项目落地成群聚势"), "加快项目落地成群聚势。", "“三量齐增”。"),
    Row("lead", (*_PIECE, _DRIVE, "加快项目保障破题起势"), "加快项目保障破题起势。", "“金融活水”。"),
    Row("series", _EXPERT[:1], "专家视点", "专家视点"),
    Row("title", _EXPERT, "为新质生产力注入", "创新动能"),
    Row("author", _EXPERT, "丁恒龙", "丁恒龙"),
    Row("body", _EXPERT, "生产力的运动、变化", "源源不断涌来。"),
    Row("note", _EXPERT, "(作者系常州大学", "经济学院教授)"),
    Row("series", _CASE[:1], "一线案例", "一线案例"),
    Row("title", _CASE, "为新质生产力", "扩大未来空间"),
    Row("author", _CASE, "南京大学未来技术", "研究院院长徐挺"),
    Row("body", _CASE, "2024年,各地抢抓", "与未来交汇。"),
]
"""Three pieces, four headings, thirteen leads."""


def squeeze(text: str) -> str:
    """``text`` without white space and byte-order marks, with one kind of comma and bracket."""
    return re.sub(r"[\s\ufeff]", "", text).translate(str.maketrans("，（）", ",()"))


def sections_of(text: str) -> tuple[Section, ...]:
    """What the outline makes of ``text``."""
    return outline_document(Document("article", "article", "article.txt", text)).sections


def disagreements(text: str) -> list[str]:
    """Where the outline of ``text`` is not the one written by hand; empty when they agree."""
    found = sections_of(text)
    if len(found) != len(OUTLINE):
        wanted = [(row.kind, tuple(map(squeeze, row.path))) for row in OUTLINE]
        seen = [(section.kind, tuple(map(squeeze, section.path))) for section in found]
        missing = [f"missing {kind} {path[-1]}" for kind, path in wanted if (kind, path) not in seen]
        extra = [f"extra {kind} {path[-1:]}" for kind, path in seen if (kind, path) not in wanted]
        return [f"{len(found)} sections instead of {len(OUTLINE)}", *missing, *extra]
    faults: list[str] = []
    for row, section in zip(OUTLINE, found, strict=True):
        shown = squeeze(text[section.start : section.end])
        path = tuple(map(squeeze, section.path))
        if (section.kind, path) != (row.kind, tuple(map(squeeze, row.path))):
            faults.append(f"expected {row.kind} {row.path}, got {section.kind} {section.path}")
        elif not (shown.startswith(squeeze(row.opens)) and shown.endswith(squeeze(row.closes))):
            faults.append(f"expected {row.opens}…{row.closes}, got {shown[:12]}…{shown[-12:]}")
    return faults
