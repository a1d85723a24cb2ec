"""Which blocks of an HTML page are its article.

A page is an article with a site around it. What surrounds it is known by its elements (``nav``,
``footer``), by what it consists of (links), and, weakly, by the words of its classes. The article
lies where most of the running text lies. What speaks for neither side is kept: a line too many
does less harm than a paragraph too few. A page with no site around it is kept whole.
"""

import re
from itertools import accumulate

from lxml import etree

from zhangju_index.formats.html.blocks import Block, Page, Part
from zhangju_index.formats.html.metadata import PageFacts
from zhangju_index.formats.html.tree import class_words

__all__ = ["article_blocks"]

_SITE_TAGS = frozenset(("nav", "aside", "footer", "menu", "search"))
_SITE_ROLES = frozenset(
    ("navigation", "complementary", "contentinfo", "search", "banner", "menu", "menubar", "toolbar", "alert")
)
_ARTICLE_TAGS = frozenset(("article", "main"))
_HOLDS_MORE = frozenset(
    (
        "html", "body", "div", "section", "article", "main", "form", "center", "table", "tbody", "tr", "td",
        "fieldset", "details",
    )
)  # fmt: skip
"""Elements that the article may lie deeper in; others are part of it."""
_SITE_WORDS = frozenset(
    (
        "nav", "navbar", "navigation", "menu", "submenu", "topnav", "subnav", "breadcrumb", "breadcrumbs",
        "crumb", "crumbs", "share", "sharing", "social", "bshare", "jiathis", "related", "recommend",
        "recommended", "recommendations", "tuijian", "xiangguan", "sidebar", "footer", "foot", "copyright",
        "banner", "ad", "ads", "advert", "advertisement", "advertising", "guanggao", "sponsored", "cookie",
        "cookies", "consent", "gdpr", "pagination", "pager", "toolbar", "subscribe", "newsletter", "signup",
        "popup", "modal", "qrcode", "erweima", "rank", "ranking", "paihang", "login", "search", "topbar",
        "friendlink", "promo", "outbrain", "taboola", "dibu", "daohang", "mbx", "masthead", "header",
    )
)  # fmt: skip
_COMMENT_WORDS = frozenset(("comments", "commentlist", "pinglun", "disqus", "respond", "replies"))
_NAVIGATES = re.compile(
    r"[【\[（(]?(?:分享|扫一扫|扫码|字号|字体|打印|我要打印|关闭|[上下]一[篇条页]|您现?在?的?位置|您当前|当前位置|所在位置|返回|收藏|"
    r"加入收藏|设为首页|举报|share|print|back to|skip to|advertisement|previous|next)",
    re.I,
)
"""How lines begin that serve the reader of the site, where they are links."""
_SERVES = re.compile(
    r"[【\[（(]?(?:分享(?:到|至)?|扫一扫.{0,20}|字[号体](?:大小)?|(?:我要)?打印(?:本[页文])?|关闭(?:窗口|本页)?|[上下]一[篇条页][:：].{0,20}|"
    r"返回(?:顶部|首页|列表)|加入收藏|设为首页|(?:浏览|阅读|点击)(?:次数|量|数)[:：]\s*\d*次?|访问量[:：]\s*\d*|advertisement|share this|back to top)"
    r"[:：]?(?:\s*[大中小特默认A+-]{1,2})*[】\]）)]?",
    re.I,
)
"""The same, whole, where they are not."""
_RELATED = re.compile(
    r"[【\[]?(?:相关(?:阅读|链接|新闻|报道|文章|稿件|资讯|推荐)|推荐阅读|延伸阅读|更多(?:新闻|阅读|报道|精彩|推荐)|热门(?:文章|推荐|阅读|新闻)|"
    r"猜你喜欢|关連記事|関連記事|related (?:articles?|stories|posts|links|topics|coverage|reading)|more (?:on|from|stories)|read more|"
    r"you (?:may|might) also|recommended|most (?:read|popular)|مواضيع ذات صلة|اقرأ أيضا)",
    re.I,
)
_RIGHTS = re.compile(r"版权所有|ICP备|ICP证|公网安备|©|copyright\b|all rights reserved|powered by", re.I)
_TRAIL = re.compile(r"[>»›→/]|&gt;|—>")
_PROSE = re.compile(r"[，。！？；：、…؟،।]|[,.;:!?](?:\s|$)")

_MOST_OF_ARTICLE = 0.5
_MOST_OF_SITE_WORDS = 0.5
_WITHIN = 0.7
"""Share of a part's running text that lies in one part of it, where the article lies deeper."""
_PROPER = 150
_SHORT = 60
_LONGEST_NAME = 200


class _Sums:
    """Sums over a range of blocks, each in constant time."""

    def __init__(self, blocks: list[Block], kept: list[bool], name: str | None) -> None:
        shown = [block if keep else Block(-1) for block, keep in zip(blocks, kept, strict=True)]
        self._weight = [0.0, *accumulate(map(_weight, shown))]
        self._size = [0, *accumulate(block.size for block in shown)]
        self._linked = [0, *accumulate(block.linked for block in shown)]
        self._links = [0, *accumulate(block.links for block in shown)]
        self._names = [0, *accumulate(_may_name(block, name) for block in shown)]
        self._headings = [0, *accumulate(block.kind == "heading" for block in shown)]

    def weight(self, part: Part) -> float:
        """How much running text a part holds, in characters."""
        return self._weight[part.end] - self._weight[part.first]

    def weight_before(self, part: Part) -> float:
        """How much running text stands before it."""
        return self._weight[part.first]

    def size(self, part: Part) -> int:
        """Its characters."""
        return self._size[part.end] - self._size[part.first]

    def holds_name(self, part: Part) -> bool:
        """Whether it shows what the article is called."""
        return self._names[part.end] > self._names[part.first]

    def holds_heading(self, part: Part) -> bool:
        """Whether it holds a heading of any rank."""
        return self._headings[part.end] > self._headings[part.first]

    def link_share(self, part: Part) -> float:
        """How much of it is links."""
        return (self._linked[part.end] - self._linked[part.first]) / max(1, self.size(part))

    def is_link_list(self, part: Part) -> bool:
        """Whether it consists of links to other pages."""
        return self._links[part.end] - self._links[part.first] >= 3 and self.link_share(part) >= 0.6


def article_blocks(page: Page, facts: PageFacts) -> list[Block]:
    """Choose the blocks of the article, in order."""
    blocks, parts = page.blocks, page.parts
    kept = [True] * len(blocks)
    if not blocks:
        return []
    name = facts.find_name([block.text for block in blocks if block.size <= _LONGEST_NAME])
    _drop_site(page, kept, name)
    sums = _Sums(blocks, kept, name)
    if all(kept) and not any(sums.is_link_list(part) for part in parts):
        return blocks
    main = _find_article(parts, sums)
    _drop_around(page, main, kept, sums, name)
    _drop_furniture(blocks, kept)
    named = [i for i, block in enumerate(blocks[: parts[main].end]) if block.text == name]
    if named and not any(kept[i] for i in named):
        kept[named[-1]] = True
    return [block for block, keep in zip(blocks, kept, strict=True) if keep]


def _weight(block: Block) -> float:
    own = block.size - block.linked
    if block.kind in ("table", "code", "preformatted"):
        return own
    is_prose = own >= 15 and own >= 0.6 * block.size and _PROSE.search(block.text)
    return own if is_prose else own / 5


def _drop_site(page: Page, kept: list[bool], name: str | None) -> None:
    """Drop the parts that their element, role or class calls a part of the site."""
    sums = _Sums(page.blocks, kept, name)
    total = sums.weight(page.parts[0])
    around_articles = _around_articles(page.parts)
    inside_article: list[bool] = []
    hinted: list[Part] = []
    for number, part in enumerate(page.parts):
        inside = part.parent >= 0 and inside_article[part.parent]
        inside_article.append(inside or _is_article(part.element))
        if part.first == part.end or number in around_articles:
            continue
        weight, words = sums.weight(part), _words(part.element)
        if words & _COMMENT_WORDS and sums.weight_before(part) >= _PROPER and not sums.holds_name(part):
            _drop(part, kept)  # Readers may write more than the author.
        elif _is_site(part.element, inside_article=inside):
            heads = part.element.tag == "header" and sums.holds_name(part) and not sums.is_link_list(part)
            if not heads and weight <= _MOST_OF_ARTICLE * total:
                _drop(part, kept)
        elif words & _SITE_WORDS:
            proper = weight >= _PROPER and sums.link_share(part) < 0.4
            headed = sums.holds_name(part) or ({"header", "banner"} & words and sums.holds_heading(part))
            if not (proper or headed):
                hinted.append(part)
    # Words that would take away much of the text mean something else on this page.
    without = kept.copy()
    for part in hinted:
        _drop(part, without)
    if _Sums(page.blocks, without, name).weight(page.parts[0]) >= (1 - _MOST_OF_SITE_WORDS) * total:
        kept[:] = [a and b for a, b in zip(kept, without, strict=True)]


def _around_articles(parts: list[Part]) -> set[int]:
    """Numbers of the parts that are marked as an article or hold one."""
    around: set[int] = set()
    for number, part in enumerate(parts):
        if _is_article(part.element):
            above = number
            while above >= 0 and above not in around:
                around.add(above)
                above = parts[above].parent
    return around


def _drop(part: Part, kept: list[bool]) -> None:
    kept[part.first : part.end] = [False] * (part.end - part.first)


def _is_site(element: etree._Element, *, inside_article: bool) -> bool:
    role = element.get("role") or ""
    if role.startswith("doc-"):
        return False  # Notes and the like of a digital book.
    return (
        element.tag in _SITE_TAGS
        or role in _SITE_ROLES
        or (element.tag == "header" and not inside_article)
        or "cookie" in (element.get("id") or "")[:100].lower()
    )


def _is_article(element: etree._Element) -> bool:
    return (
        element.tag in _ARTICLE_TAGS
        or element.get("role") in ("main", "article")
        or element.get("itemprop") == "articleBody"
    )


def _words(element: etree._Element) -> set[str]:
    words = class_words(element.get("class"))
    # Programs name a section after its heading: related-work, comments.
    return words if element.tag in ("section", "article") else words | class_words(element.get("id"))


def _find_article(parts: list[Part], sums: _Sums) -> int:
    """Number of the smallest part that holds most of the running text."""
    children: dict[int, list[int]] = {}
    for number, part in enumerate(parts):
        children.setdefault(part.parent, []).append(number)
    current = 0
    while True:
        weight = sums.weight(parts[current])
        deeper = [
            number
            for number in children.get(current, [])
            if parts[number].element.tag in _HOLDS_MORE and sums.weight(parts[number]) >= _WITHIN * weight > 0
        ]
        if not deeper:
            marked = [
                n
                for n in range(current + 1, len(parts))
                if _is_article(parts[n].element)
                and parts[n].end <= parts[current].end
                and sums.weight(parts[n]) > _MOST_OF_ARTICLE * weight
            ]
            if not marked:
                return current
            deeper = marked
        current = deeper[0]


def _drop_around(page: Page, main: int, kept: list[bool], sums: _Sums, name: str | None) -> None:
    """Drop what stands outside the part ``main``, but for the article's head and more of its text."""
    blocks, parts = page.blocks, page.parts
    path, above = {main}, main
    while (above := parts[above].parent) >= 0:
        path.add(above)
    named = False
    article = parts[main]
    for number, part in enumerate(parts):
        if number in path or part.parent not in path or part.parent == main:
            continue
        inner = range(part.first, part.end)
        before = part.end <= article.first
        beside = part.parent == article.parent
        names = any(kept[i] and _may_name(blocks[i], name) for i in inner)
        hinted = bool(_words(part.element) & (_SITE_WORDS | _COMMENT_WORDS)) and not names
        prose = sums.weight(part) >= max(_PROPER, 0.05 * sums.weight(article)) and sums.link_share(part) < 0.3
        near = before and (names or named)
        keep = not hinted and not sums.is_link_list(part) and (near or beside or prose)
        named |= before and names
        for i in inner:
            kept[i] &= keep and (_may_name(blocks[i], name) or blocks[i].linked <= 0.5 * blocks[i].size)


def _may_name(block: Block, name: str | None) -> bool:
    if name is not None:
        return block.text == name
    # The name of the site, too, is a heading on many pages, and leads to its front page.
    return block.kind == "heading" and block.level == 1 and 2 * block.linked < block.size


def _drop_furniture(blocks: list[Block], kept: list[bool]) -> None:
    """Drop the short lines that serve the reader of the site: where one is, what to share, what else there is."""
    prose = [i for i, block in enumerate(blocks) if kept[i] and _weight(block) >= 30]
    first, last = (prose[0], prose[-1]) if prose else (0, len(blocks))
    label: int | None = None
    for i, block in enumerate(blocks):
        if not kept[i]:
            if label is not None:
                kept[label] = False
            continue
        links = block.linked >= 0.6 * block.size
        if label is not None and links:
            kept[label] = kept[i] = False
            continue
        label = i if block.size <= _SHORT and _RELATED.match(block.text) else None
        trail = i < first and block.linked >= 0.3 * block.size and _TRAIL.search(block.text)
        rights = i > last and block.size <= 4 * _SHORT and _RIGHTS.search(block.text)
        begins = 3 * block.linked >= block.size and block.size <= _SHORT and _NAVIGATES.match(block.text)
        serves = begins or (block.size <= _SHORT and _SERVES.fullmatch(block.text))
        if block.kind != "heading" and (trail or rights or serves):
            kept[i] = False
