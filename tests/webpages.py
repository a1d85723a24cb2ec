"""Pages of several kinds of sites around known articles.

``PAGES`` gives, by name, a function that puts an article into a page of that kind. An article is
a list of blocks, each a tag and its text; the first is its heading.
"""

from collections.abc import Callable
from html import escape

Article = list[tuple[str, str]]

BRIDGE: Article = [
    ("h1", "青山大桥昨日通车 两岸居民过江只需十分钟"),
    (
        "p",
        "本报青山11月3日电（记者李明）昨日上午九时，横跨清江的青山大桥正式通车。大桥全长一千二百米，连接东西两岸的四个街道。",
    ),
    ("h2", "建设历时四年"),
    (
        "p",
        "大桥于2020年3月开工，总投资十二亿元。建设者在江心筑起三座桥墩，最深的一座达四十二米，克服了水流急、岩层硬的困难。",
    ),
    ("p", "“我们在江上过了四个春节。”项目负责人王建国说，“看到第一辆公交车开过来，大家都哭了。”"),
    ("h2", "出行更加方便"),
    (
        "p",
        "通车以后，过江时间由四十分钟缩短为十分钟。12路、13路公交车改经大桥，每天首班车五点半发车，末班车二十三点。",
    ),
    (
        "p",
        "家住东岸的陈女士在西岸的医院工作。她说，过去坐轮渡上班，遇到大雾只能绕行三十公里；现在骑车就能到。",
    ),
    ("p", "市交通局表示，大桥两端的停车场将于明年六月建成，届时可停放汽车八百辆。"),
]

LIBRARY: Article = [
    ("h1", "How the harbour library found its readers again"),
    (
        "p",
        "When the harbour library reopened in May, nobody expected queues. By the end of the first week, 4,200 people had walked through its doors, three times as many as in the whole of the previous spring.",
    ),
    ("h2", "A quiet building with a loud past"),
    (
        "p",
        "The building was a customs house until 1962. Its reading room, 31 metres long, still has the brass rail along which clerks pushed their ledgers. The architects kept the rail and little else.",
    ),
    (
        "p",
        "“People do not come for the books alone,” says Maria Okafor, who has run the library since 2019. “They come because it is warm, it is free, and nobody asks them what they want.”",
    ),
    ("h2", "What the figures say"),
    (
        "p",
        "Loans rose by 18 per cent, but visits rose by 240 per cent. Half of the visitors are under thirty; before the works they were a fifth.",
    ),
    (
        "p",
        "The city pays 1.9 million a year for it, which is less than it spends on salting the roads. Whether that will hold through the next budget is not known.",
    ),
]

NOTICE: Article = [
    ("h1", "青山市人民政府办公室关于做好2024年冬季供暖工作的通知"),
    ("p", "各区人民政府，市政府各部门、各直属单位："),
    ("p", "为做好2024年冬季供暖工作，保障居民温暖过冬，经市政府同意，现将有关事项通知如下。"),
    (
        "p",
        "一、明确供暖时间。全市供暖时间为2024年11月15日至2025年3月15日，各供热企业应当在11月10日前完成设备检修。",
    ),
    (
        "p",
        "二、保证供暖质量。居民室内温度不得低于18摄氏度。低于标准的，供热企业应当在二十四小时内上门测温并处理。",
    ),
    (
        "p",
        "三、加强应急值守。各区设立供暖服务热线，实行二十四小时值班；发生停热事故的，应当在两小时内报告市住房和城乡建设局。",
    ),
    ("p", "青山市人民政府办公室"),
    ("p", "2024年10月20日"),
]

RIVER_JA: Article = [
    ("h1", "川沿いの小さな図書室ができるまで"),
    ("p", "去年の秋、川沿いの空き家を借りて、小さな図書室を開きました。本は三百冊、椅子は四脚だけです。"),
    ("h2", "きっかけは一冊の本"),
    (
        "p",
        "引っ越しのとき、どうしても捨てられない本が一冊ありました。誰かに読んでほしい、そう思ったのが始まりです。",
    ),
    ("p", "近所の大工さんが棚を作ってくれました。代金はコーヒー十杯。今でも毎週土曜日に飲みに来ます。"),
    ("h2", "これからのこと"),
    ("p", "冬は寒いので、二月までは日曜日だけ開けます。春になったら、庭にも椅子を出すつもりです。"),
]

RIVER_AR: Article = [
    ("h1", "مكتبة الميناء تستعيد قراءها"),
    (
        "p",
        "عندما أعيد افتتاح مكتبة الميناء في شهر مايو، لم يتوقع أحد أن تمتد الطوابير أمام أبوابها. فقد زارها أكثر من أربعة آلاف شخص في الأسبوع الأول.",
    ),
    ("h2", "مبنى هادئ وماض صاخب"),
    (
        "p",
        "كان المبنى دارا للجمارك حتى عام 1962، ولا تزال قاعة القراءة تحتفظ بالسكة النحاسية التي كان الموظفون يدفعون عليها دفاترهم.",
    ),
    (
        "p",
        "تقول مديرة المكتبة: «لا يأتي الناس من أجل الكتب وحدها، بل لأن المكان دافئ ومجاني، ولا أحد يسألهم عما يريدون».",
    ),
]


def render(article: Article) -> str:
    """The blocks of an article as plain HTML."""
    return "\n".join(f"<{tag}>{escape(text, quote=False)}</{tag}>" for tag, text in article)


def _links(*names: str) -> str:
    return "".join(f'<li><a href="/{number}.html">{name}</a></li>' for number, name in enumerate(names))


def newspaper(article: Article) -> str:
    """A Chinese newspaper: a column for the text, one for links, no landmark anywhere."""
    title = article[0][1]
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{title}_青山日报网</title>
<script>var nav = "<p>不是正文的文字，也有标点。</p>";</script><style>.a {{ color: red }}</style></head><body>
<div class="top_bar"><a href="/">首页</a> | <a href="/yw/">要闻</a> | <a href="/pl/">评论</a> | <a href="/ty/">体育</a> | <a href="/wh/">文化</a> <a href="/app/">客户端</a></div>
<div class="path">您当前的位置：<a href="/">青山日报网</a> &gt; <a href="/yw/">要闻</a> &gt; 正文</div>
<div class="wrap clearfix"><div class="leftbox">{render(article[:1])}
<div class="text_con" id="zoom">{render(article[1:])}</div>
<div class="bshare-custom">分享到：<a href="#1" title="微信"></a><a href="http://t.example/share">微博</a></div>
<p class="pages"><a href="/1.html">上一篇：清江水位平稳</a></p><p><a href="/2.html">下一篇：体育中心开放</a></p>
<div class="xgxw"><h3>相关新闻</h3><ul>{_links("清江上的三座老桥", "轮渡将停运，市民依依不舍", "公交线路有调整，请看这里")}</ul></div></div>
<div class="rightbox"><h3>热门文章</h3><ul>{_links("本市新增三所小学", "老街改造完成", "今冬首场雪将至", "体育中心免费开放")}</ul></div></div>
<div class="bottom"><p>青山日报社主办　未经授权，不得转载。</p><p>版权所有 © 2024 青山日报网　京ICP备00000000号</p></div></body></html>"""


def government(article: Article) -> str:
    """A Chinese government site laid out with tables inside one form."""
    title = article[0][1]
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2024-10-21 09:30"><meta name="SiteName" content="青山市人民政府">
<title>{title} - 青山市人民政府</title></head><body><form id="aspnetForm" action="./"><input type="hidden" value="x">
<table width="1000"><tr><td><a href="/">首页</a></td><td><a href="/zw/">政务公开</a></td><td><a href="/fw/">办事服务</a></td><td><a href="/hd/">互动交流</a></td></tr></table>
<table width="1000"><tr><td width="200"><table><tr><td><a href="/1/">政府文件</a></td></tr><tr><td><a href="/2/">政策解读</a></td></tr><tr><td><a href="/3/">人事信息</a></td></tr><tr><td><a href="/4/">财政资金</a></td></tr></table></td>
<td width="800"><table><tr><td align="center"><b>{title}</b></td></tr><tr><td>{render(article[1:])}</td></tr></table></td></tr></table>
<table width="1000"><tr><td>主办：青山市人民政府办公室　网站标识码：0000000000　<a href="/map/">网站地图</a></td></tr></table></form></body></html>"""


def magazine(article: Article) -> str:
    """An English magazine with landmarks, a cookie banner, comments and cards of other stories."""
    title = article[0][1]
    cards = "".join(
        f'<article class="card"><a href="/s/{n}"><h3>{name}</h3><p>{name}, a story in five parts about the coast.</p></a></article>'
        for n, name in enumerate(("The last ferry", "Salt and roads", "A city of steps"))
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Harbour Review</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="The Harbour Review">
<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "headline": "{title}", "datePublished": "2024-06-02T08:00:00Z", "author": [{{"@type": "Person", "name": "Ann Lee"}}]}}]}}</script></head>
<body><div id="cookie-banner"><p>We use cookies to improve your experience. By clicking accept, you agree to our use of cookies, as described in our policy.</p><button>Accept</button></div>
<a class="skip-link" href="#main">Skip to content</a><header><div class="logo"><a href="/">The Harbour Review</a></div><nav><ul>{_links("News", "Culture", "Travel", "Podcasts")}</ul></nav></header>
<main id="main"><article><header>{render(article[:1])}</header><div class="story">{render(article[1:])}</div>
<aside class="pullquote"><p>Subscribe to our newsletter for more stories like this one, every Friday.</p></aside>
<div class="social-share"><a href="https://a.example/">Share on A</a><a href="https://b.example/">Share on B</a></div></article>
<section class="comments"><h2>Comments</h2><div class="comment"><p>Lovely piece, I went there as a child, and it smelled of rope.</p></div><div class="comment"><p>I disagree: the rail should have gone too. What is it for?</p></div></section>
<section class="related-stories"><h2>Related stories</h2>{cards}</section></main>
<footer><p>© 2024 The Harbour Review. All rights reserved.</p><ul>{_links("Privacy", "Terms", "Contact", "Jobs")}</ul></footer></body></html>"""


def blog(article: Article) -> str:
    """A Japanese blog: div soup, a sidebar with a profile, tags and an archive."""
    title = article[0][1]
    return f"""<!DOCTYPE html><html lang="ja"><head><meta charset="Shift_JIS"><title>{title} : 川辺の日記</title></head><body>
<div id="header"><h1><a href="/">川辺の日記</a></h1><p class="description">川のそばで暮らす日々の記録です。</p></div>
<div id="wrapper"><div id="content"><div class="entry"><h2 class="entry-title"><a href="/e/1">{title}</a></h2><div class="date">2024年11月20日</div>
<div class="entry-body">{render(article[1:])}</div><div class="tags">タグ：<a href="/t/1">図書室</a> <a href="/t/2">川</a></div></div>
<div class="pager"><a href="/e/0">前の記事</a> <a href="/e/2">次の記事</a></div></div>
<div id="sidebar"><h3>プロフィール</h3><p>川のそばに住んでいます。本とコーヒーが好きです。</p><h3>アーカイブ</h3><ul>{_links("2024年11月", "2024年10月", "2024年9月")}</ul></div></div>
<div id="footer"><p>Powered by Sasabune Blog</p></div></body></html>"""


def portal(article: Article) -> str:
    """A portal whose paragraphs are divs with full-width indents, and whose title is a div."""
    title = article[0][1]
    body = "".join(f"<div>　　{escape(text, quote=False)}</div>\n" for _, text in article[1:])
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}-青山在线</title></head><body>
<div class="nav"><ul>{_links("新闻", "财经", "科技", "汽车", "房产")}</ul></div>
<div class="main"><div class="art_title">{title}</div><div class="art_info"><span>2024-11-04 08:00</span> <span>来源：青山在线</span></div>
<div class="art_body">{body}</div><div class="editor">（责任编辑：周游）</div>
<div class="ad"><a href="http://ad.example/">点击领取优惠券，先到先得</a></div></div>
<div class="side"><div>排行榜</div><ol>{_links("房价又有变化", "新车上市", "手机评测来了")}</ol></div>
<div class="foot"><a href="/about">关于我们</a> <a href="/job">诚聘英才</a> <a href="/law">法律声明</a></div></body></html>"""


def breaks(article: Article) -> str:
    """An old page whose whole text is one cell with line breaks."""
    title = article[0][1]
    body = "<br><br>\n".join(f"　　{escape(text, quote=False)}" for _, text in article[1:])
    return f"""<html><head><title>{title}</title></head><body bgcolor="#ffffff"><center><a href="/">首页</a> <a href="/a">目录</a> <a href="/b">留言</a></center>
<table width="90%" align="center"><tr><td><p align="center"><font size="5"><b>{title}</b></font></p>{body}</td></tr></table><hr>
<center><a href="/1">上一页</a> <a href="/">返回目录</a> <a href="/2">下一页</a></center></body></html>"""


def encyclopedia(article: Article) -> str:
    """An encyclopedia: notes, links in every sentence, a contents list, edit links, categories."""
    title = article[0][1]
    body = "".join(
        f'<{tag}>{text}<span class="mw-editsection">[<a href="/edit">edit</a>]</span></{tag}>'
        if tag == "h2"
        else f'<{tag}>{text[:6]}<a href="/wiki/1">{text[6:20]}</a>{text[20:]}<sup><a href="#n1">[1]</a></sup></{tag}>'
        for tag, text in article[1:]
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} - Freepedia</title></head><body>
<div id="mw-head" role="navigation"><ul>{_links("Article", "Talk", "Read", "History")}</ul></div>
<div id="content" role="main"><h1 id="firstHeading">{title}</h1><div id="bodyContent">{body}</div>
<div id="catlinks" class="catlinks" role="navigation"><a href="/c">Categories</a>: <ul>{_links("Bridges", "Libraries", "Rivers")}</ul></div></div>
<div id="mw-panel" role="navigation"><h3>Tools</h3><ul>{_links("What links here", "Upload file", "Special pages")}</ul></div>
<footer id="footer" role="contentinfo"><p>This page was last edited on 3 November 2024. Text is available under a free licence; additional terms may apply.</p></footer></body></html>"""


def bare(article: Article) -> str:
    """A page written by hand, with nothing around the text."""
    return f"<!doctype html><title>{article[0][1]}</title>\n{render(article)}"


def parts(article: Article) -> str:
    """A site builder's page: each block in a section of its own, deep in wrappers."""
    title = article[0][1]
    body = "".join(
        f'<div class="elementor-section"><div class="container"><div class="widget-text"><{tag}>{escape(text, quote=False)}</{tag}></div></div></div>'
        for tag, text in article[1:]
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} – Site</title></head><body><div id="page"><div class="site-header"><a href="/">Logo</a><ul class="menu">{_links("Home", "About us", "Blog", "Contact")}</ul></div>
<div class="page-header"><h1>{title}</h1></div><div class="page-content">{body}</div>
<div class="site-footer"><ul>{_links("Imprint", "Privacy", "Sitemap")}</ul><p>Made with care by our little team in the old town.</p></div></div></body></html>"""


def feed(article: Article) -> str:
    """A messenger's article page: styled spans in sections, line breaks for looks, hidden extras."""
    title = article[0][1]
    body = "".join(
        f'<section style="margin: 8px"><span style="font-size: 15px"><strong>{text}</strong></span></section>'
        if tag == "h2"
        else f'<p style="text-indent: 2em"><span style="letter-spacing: 1px">{escape(text, quote=False)}</span></p><p><br></p>'
        for tag, text in article[1:]
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{title}"><title></title></head><body>
<div id="js_article"><div id="img-content"><h1 class="rich_media_title">{title}</h1><div id="meta_content"><span>原创</span> <a href="javascript:void(0);">青山发布</a></div>
<div id="js_content" class="rich_media_content" style="visibility: visible;">{body}</div></div>
<div class="rich_media_tool" aria-hidden="true"><p>阅读原文，点赞，在看，留下你的想法。</p></div>
<div style="display: none"><p>向上滑动看下一个，这里的文字读者看不到。</p></div></div></body></html>"""


PAGES: dict[str, Callable[[Article], str]] = {
    kind.__name__: kind
    for kind in (newspaper, government, magazine, blog, portal, breaks, encyclopedia, bare, parts, feed)
}
"""Kinds of sites, by name."""

ARTICLES: dict[str, Article] = {
    "bridge": BRIDGE,
    "library": LIBRARY,
    "notice": NOTICE,
    "japanese": RIVER_JA,
    "arabic": RIVER_AR,
}
"""Known articles, by name."""
