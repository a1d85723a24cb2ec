"""Words that a faithful sentence may add to its source, and words that turn a statement round.

``claims_nothing`` knows what holds a sentence together (the, 的) or reports (the article says,
文章指出); ``GROUPS`` which words may stand for one another; ``opposites`` which groups deny each
other; ``NEGATORS`` what denies. Whatever else a sentence says must be in its source. Chinese words
are matched as they are, English ones by their stem.
"""

import re
from functools import lru_cache

__all__ = [
    "CLAIMS_NOTHING",
    "ENGLISH_NEGATORS",
    "GROUPS",
    "GROUPS_OF",
    "HEDGES",
    "NEGATIONS",
    "NEGATORS_HAN",
    "NOT_NEGATIONS",
    "OPPOSITES",
    "opposites",
    "stem",
]

_HAN_CHARACTERS = "的了在是和与與及或也都就而并並且以为為于於从從到对對将將把被让讓使由等之其这這那该該个個些种種上中里裡内內所着著得地很还還又则則如有要会會能可应應须須即共各每此当當同因故者性化们們名称稱叫位来來去做作向用给給带帶处處点點么麼呢吗嗎啊吧年月日号號时時间間类類项項家座自人已曾正便跟像若虽雖但却卻其它他她"
_HAN_WORDS = [
    "文章",
    "文中",
    "原文",
    "本文",
    "该文",
    "此文",
    "材料",
    "资料",
    "資料",
    "段落",
    "段",
    "章节",
    "部分",
    "作者",
    "笔者",
    "筆者",
    "专家",
    "记者",
    "文件",
    "报道",
    "報道",
    "来源",
    "來源",
    "出处",
    "內容",
    "内容",
    "标题",
    "標題",
    "指出",
    "提到",
    "提及",
    "说明",
    "說明",
    "表示",
    "表明",
    "认为",
    "認為",
    "介绍",
    "介紹",
    "写道",
    "寫道",
    "显示",
    "顯示",
    "强调",
    "強調",
    "称",
    "称为",
    "稱為",
    "所说",
    "谈到",
    "讲到",
    "讲述",
    "说到",
    "说道",
    "提出",
    "说",
    "讲",
    "写",
    "谈",
    "写明",
    "记载",
    "記載",
    "描述",
    "叙述",
    "阐述",
    "论述",
    "论及",
    "总结",
    "概括",
    "归纳",
    "列出",
    "列举",
    "列明",
    "给出",
    "根据",
    "根據",
    "依据",
    "按照",
    "据此",
    "对此",
    "就此",
    "关于",
    "關於",
    "对于",
    "對於",
    "至于",
    "针对",
    "其中",
    "此外",
    "另外",
    "同时",
    "同時",
    "以及",
    "并且",
    "而且",
    "因此",
    "所以",
    "因为",
    "因為",
    "由于",
    "由於",
    "于是",
    "从而",
    "然后",
    "接着",
    "首先",
    "其次",
    "最后",
    "一方面",
    "另一方面",
    "换言之",
    "也就是说",
    "具体",
    "具體",
    "具体来说",
    "总的来说",
    "总之",
    "综上",
    "即",
    "也就是",
    "以下",
    "如下",
    "上述",
    "前述",
    "分别",
    "分別",
    "各自",
    "依次",
    "这些",
    "這些",
    "那些",
    "这个",
    "這個",
    "那个",
    "这种",
    "這種",
    "这样",
    "這樣",
    "这里",
    "該",
    "该项",
    "此项",
    "包括",
    "包含",
    "包括了",
    "主要",
    "主要是",
    "属于",
    "屬於",
    "位于",
    "位於",
    "作为",
    "作為",
    "成为",
    "成為",
    "就是",
    "正是",
    "便是",
    "指的是",
    "是指",
    "指",
    "叫做",
    "称作",
    "称之为",
    "被称为",
    "被视为",
    "列为",
    "列入",
    "当作",
    "视为",
    "看作",
    "即为",
    "分为",
    "共有",
    "共计",
    "总共",
    "一共",
    "一个",
    "一個",
    "一些",
    "一种",
    "一項",
    "一项",
    "一类",
    "一位",
    "一家",
    "一批",
    "一系列",
    "进行",
    "通过",
    "通過",
    "方面",
    "情况",
    "情況",
    "问题",
    "問題",
    "方式",
    "过程",
    "领域",
    "内容",
    "对象",
    "对应",
    "相关",
    "有关",
    "有關",
    "关系",
    "情形",
    "时候",
    "时间",
    "时",
    "期间",
    "当时",
    "如今",
    "目前",
    "现在",
    "当前",
    "已经",
    "已經",
    "曾经",
    "正在",
    "需要",
    "必须",
    "必須",
    "应当",
    "應當",
    "应该",
    "应",
    "可以",
    "能够",
    "能夠",
    "会",
    "将会",
    "要求",
    "来自",
    "之间",
    "之中",
    "之一",
    "之内",
    "当中",
    "为了",
    "為了",
    "用于",
    "用来",
    "来说",
    "而言",
    "至",
    "均",
    "皆",
    "为",
    "系",
    "乃",
    "亦",
    "于",
    "自",
    "由此",
    "从中",
    "以此",
    "因而",
    "后者",
    "前者",
    "二者",
    "两者",
    "三者",
    "它们",
    "他们",
    "她们",
    "我们",
    "它",
    "他",
    "她",
    "本身",
    "自己",
    "其",
    "其实",
    "也是",
    "还有",
    "還有",
    "还是",
    "还要",
    "不仅",
    "不僅",
    "不但",
    "而是",
    "而且",
    "还",
    "不只",
    "不止",
    "不断",
    "不斷",
    "如何",
    "怎样",
    "什么",
    "哪些",
    "哪个",
    "谁",
    "多少",
    "何时",
]

_ENGLISH = [
    "a",
    "an",
    "the",
    "and",
    "or",
    "but",
    "nor",
    "so",
    "yet",
    "if",
    "then",
    "than",
    "that",
    "this",
    "these",
    "those",
    "it",
    "its",
    "they",
    "them",
    "their",
    "he",
    "him",
    "his",
    "she",
    "her",
    "hers",
    "we",
    "us",
    "our",
    "you",
    "your",
    "i",
    "my",
    "one",
    "ones",
    "who",
    "whom",
    "whose",
    "which",
    "what",
    "when",
    "where",
    "why",
    "how",
    "there",
    "here",
    "of",
    "to",
    "in",
    "on",
    "at",
    "by",
    "for",
    "from",
    "with",
    "into",
    "onto",
    "upon",
    "about",
    "as",
    "during",
    "between",
    "among",
    "within",
    "through",
    "via",
    "per",
    "such",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "am",
    "has",
    "have",
    "had",
    "having",
    "do",
    "does",
    "did",
    "doing",
    "done",
    "will",
    "would",
    "shall",
    "should",
    "can",
    "must",
    "get",
    "gets",
    "got",
    "gotten",
    "also",
    "too",
    "both",
    "each",
    "either",
    "respectively",
    "together",
    "namely",
    "thus",
    "therefore",
    "hence",
    "because",
    "since",
    "while",
    "whereas",
    "however",
    "moreover",
    "furthermore",
    "additionally",
    "besides",
    "meanwhile",
    "addition",
    "overall",
    "finally",
    "next",
    "other",
    "another",
    "same",
    "way",
    "ways",
    "case",
    "cases",
    "thing",
    "things",
    "part",
    "parts",
    "kind",
    "kinds",
    "type",
    "types",
    "sort",
    "sorts",
    "form",
    "article",
    "articles",
    "text",
    "passage",
    "passages",
    "source",
    "sources",
    "author",
    "authors",
    "document",
    "documents",
    "paragraph",
    "section",
    "sections",
    "piece",
    "story",
    "report",
    "writer",
    "page",
    "note",
    "quote",
    "say",
    "says",
    "said",
    "saying",
    "state",
    "states",
    "stated",
    "stating",
    "mention",
    "mentions",
    "mentioned",
    "note",
    "notes",
    "noted",
    "describe",
    "describes",
    "described",
    "explain",
    "explains",
    "explained",
    "add",
    "adds",
    "added",
    "write",
    "writes",
    "wrote",
    "written",
    "report",
    "reports",
    "reported",
    "tell",
    "tells",
    "told",
    "give",
    "gives",
    "gave",
    "given",
    "list",
    "lists",
    "listed",
    "point",
    "points",
    "pointed",
    "out",
    "refer",
    "refers",
    "referred",
    "according",
    "call",
    "calls",
    "called",
    "known",
    "name",
    "names",
    "named",
    "term",
    "termed",
    "define",
    "defined",
    "definition",
    "mean",
    "means",
    "meant",
    "meaning",
    "express",
    "expressed",
    "stress",
    "stresses",
    "stressed",
    "emphasise",
    "emphasises",
    "emphasised",
    "emphasize",
    "emphasizes",
    "emphasized",
    "highlight",
    "highlights",
    "highlighted",
    "include",
    "includes",
    "included",
    "including",
    "consist",
    "consists",
    "consisted",
    "comprise",
    "comprises",
    "comprised",
    "contain",
    "contains",
    "contained",
    "namely",
    "example",
    "examples",
    "instance",
    "e.g",
    "i.e",
    "etc",
    "make",
    "makes",
    "made",
    "making",
    "use",
    "uses",
    "used",
    "using",
    "take",
    "takes",
    "taken",
    "took",
    "come",
    "comes",
    "came",
    "go",
    "goes",
    "went",
    "become",
    "becomes",
    "became",
    "belong",
    "belongs",
    "relate",
    "related",
    "relates",
    "specific",
    "specifically",
    "main",
    "mainly",
    "particular",
    "particularly",
    "so-called",
    "located",
    "based",
    "regarding",
    "concerning",
    "among",
    "now",
    "currently",
    "already",
    "today",
    "whether",
]

_GROUPS_TEXT = """
提高 提升 增强 增強 增进
增加 增长 增長 上升 上涨 上漲 增多 增大 攀升 rise increase grow climb gain growth up more
减少 減少 下降 下跌 降低 减小 缩减 回落 萎缩 fall decrease decline drop reduce shrink down less lower cut
扩大 擴大 拓展 扩展 扩张 expand widen broaden enlarge
缩小 縮小 收缩 收窄 narrow shrink contract
加快 加速 提速 accelerate quicken speed faster
减缓 放缓 减速 延缓 放慢 slow slower delay
加强 加強 强化 強化 增强 巩固 strengthen reinforce
削弱 减弱 弱化 weaken
促进 促進 推动 推動 推进 推進 助推 助力 带动 promote advance foster drive further boost
阻碍 阻礙 妨碍 阻止 抑制 遏制 hinder impede block prevent hamper curb
支持 支撑 扶持 support back
反对 反對 抵制 oppose resist
允许 允許 准许 可以 批准 同意 许可 allow permit approve may
禁止 不准 严禁 不得 拒绝 否决 forbid ban prohibit reject refuse bar
开始 開始 启动 启用 啟用 开启 开放 开张 开业 开馆 begin start open launch commence
结束 結束 停止 终止 关闭 關閉 停用 关门 歇业 闭馆 停业 end stop close finish cease shut conclude
成立 设立 設立 创办 创立 创建 建立 组建 建成 establish found create set build
撤销 撤銷 解散 取消 废除 abolish dissolve cancel scrap repeal
拥有 擁有 具有 具备 有 占有 have possess own hold
缺乏 缺少 没有 欠缺 lack
赢得 赢取 获得 獲得 取得 得到 win obtain gain get receive earn
失去 丢失 丧失 输掉 lose
成功 succeed success
失败 失敗 fail failure
优势 優勢 长处 advantage strength
劣势 弱势 短处 disadvantage weakness
机遇 机会 opportunity chance
挑战 挑戰 威胁 威脅 challenge threat
最大 最高 最多 首位 largest biggest highest most greatest
最小 最低 最少 末位 smallest lowest least fewest
大 巨大 庞大 large big huge great
小 微小 small little tiny
高 high tall
低 low
新 novel new
旧 舊 老 old
早 early earlier
晚 遲 迟 late later
之前 以前 此前 before prior
之后 之後 以后 此后 after following
首个 第一个 首次 first
最后一个 末次 last
公开 公開 public
秘密 保密 私下 secret private
必要 必需 necessary required
多余 不必 unnecessary
容易 简单 easy simple
困难 困難 艰难 difficult hard
进口 進口 import
出口 export
购买 購買 买入 收购 buy purchase acquire
出售 卖出 sell
进入 進入 enter
退出 离开 離開 exit leave withdraw
上游 upstream
下游 downstream
传统 傳統 traditional
现代 現代 modern
集中 central centralise centralised concentrate
分散 disperse scattered
统一 統一 unified
内 国内 domestic
外 国外 海外 foreign overseas abroad
主动 active
被动 passive
真正 真实 true genuine real
虚假 false fake
富裕 富 rich wealthy
贫困 贫穷 穷 poor
安全 safe
危险 危險 dangerous unsafe
全部 所有 一切 all every entire whole
部分 某些 some partly partial
没有 毫无 零 none no zero
总是 始终 一直 always
从不 从未 从来没有 never
东 東 east eastern
西 west western
南 south southern
北 north northern
左 left
右 right
男 男性 male man men
女 女性 female woman women
盈利 赚 profit
亏损 虧損 赔 loss deficit
强 強 强劲 strong
弱 薄弱 疲弱 weak
快 fast quick rapid
慢 slow
同意 赞成 agree
重要 关键 關鍵 核心 important key crucial central essential vital core
次要 minor secondary unimportant trivial
企业 公司 company firm enterprise business
打造 建设 建設 建 构建 塑造 营造 build construct develop
发展 發展 develop development
落地 落户 settle
布局 部署 规划 plan
聚焦 围绕 集中 focus
实现 實現 达成 达到 achieve realise realize reach attain
需要 需 必须 须 need require
认为 觉得 think believe
培育 培养 扶植 cultivate
吸引 招引 attract
利用 运用 使用 use
帮助 幫助 help aid assist
展示 展现 体现 反映 show reflect display
原因 缘故 reason cause
特点 特征 特色 特性 feature characteristic trait
目标 目的 goal aim target objective purpose
方法 办法 途径 路径 method approach way
任务 工作 task job work
负责人 主任 领导 head director chief
人员 工作人员 员工 职工 staff employee worker personnel
居民 人口 inhabitant resident population people
孩子 儿童 小孩 child children kid
免费 free
收费 paid
每年 年度 yearly annual annually
每天 每日 daily
大约 大概 约 约为 左右 近 about around approximately roughly nearly almost
超过 超 逾 以上 多于 高于 over above exceed more
不到 不足 低于 少于 以下 under below less fewer
至少 不少于 least minimum
至多 最多 不超过 most maximum
打开 open
住 居住 live reside
出生 born birth
去世 逝世 死 die dead death
快乐 happy glad
参观者 游客 访客 visitor tourist guest
票 门票 ticket
价格 费用 price cost fee
支付 付 pay cost
学校 school
城市 市 city town
国家 country nation
地区 区域 area region district
世界 全球 world global
研究 research study
科学家 科研人员 scientist researcher
高校 大学 university
关于 about
""".strip()

GROUPS: tuple[frozenset[str], ...]
_OPPOSED = """
增加/减少 扩大/缩小 加快/减缓 加强/削弱 提高/减少 提高/削弱 促进/阻碍 支持/反对 允许/禁止 开始/结束 成立/撤销 拥有/缺乏 赢得/失去 成功/失败 优势/劣势
机遇/挑战 最大/最小 大/小 高/低 新/旧 早/晚 之前/之后 首个/最后一个 公开/秘密 必要/多余 容易/困难 进口/出口 购买/出售 进入/退出 上游/下游 传统/现代
集中/分散 内/外 主动/被动 真正/虚假 富裕/贫困 安全/危险 全部/部分 全部/没有 总是/从不 东/西 南/北 左/右 男/女 盈利/亏损 强/弱 快/慢 同意/反对 重要/次要
免费/收费 超过/不到 至少/至多 出生/去世 打开/结束 支持/阻碍 东/南 东/北 西/南 西/北
"""

NEGATORS_HAN = "不没沒无無未非勿"
NEGATIONS = re.compile(f"并非|並非|没有|沒有|毫无|从未|[{NEGATORS_HAN}]")
NOT_NEGATIONS = re.compile(
    "不仅|不僅|不但|不断|不斷|不同|不少|不久|不管|不论|不論|不得不|不过|不過|不止|不只|不禁|不错|不妨|不已|不光|不单|不惜|不懈|不可或缺|不可缺少|差不多|"
    "不一|不等|不久|不时|不時|不得已|不约而同|源源不断|不遗余力|非常|非洲|非凡|除非|无论|無論|无数|無數|无疑|無疑|无非|无穷|無窮|未来|未來|未必|非但|是不是|"
    "有没有|有沒有|能不能|会不会|没收|淹没|沉没|埋没|无人机|無人機|无线|無線|无形|无中生有|不锈钢|非遗|不动产|不動產|无锡|無錫"
)
_ENGLISH_NEGATORS = {
    "not", "no", "never", "without", "none", "neither", "nor", "nobody", "nothing", "nowhere", "cannot",
    "hardly", "scarcely", "barely", "n't", "non", "except", "unlike",
}  # fmt: skip
HEDGES_HAN = (
    "可能",
    "或许",
    "或許",
    "也许",
    "也許",
    "预计",
    "預計",
    "有望",
    "拟",
    "力争",
    "争取",
    "尚",
    "据说",
    "疑似",
    "计划",
    "计划在",
)
_ENGLISH_HEDGES = {
    "may", "might", "could", "perhaps", "possibly", "likely", "probably", "expected", "reportedly", "allegedly",
    "planned", "plans", "hopes", "proposed", "rumoured", "rumored", "supposedly", "intended",
}  # fmt: skip
_IRREGULAR = {
    "wrote": "writ", "written": "writ", "grew": "grow", "grown": "grow", "rose": "ris", "risen": "ris", "fell": "fall",
    "fallen": "fall", "began": "begin", "begun": "begin", "built": "build", "held": "hold", "led": "lead", "paid": "pay",
    "sold": "sell", "bought": "buy", "won": "win", "lost": "los", "met": "meet", "left": "leav", "kept": "keep",
    "brought": "bring", "thought": "think", "found": "find", "said": "say", "made": "mak", "gave": "giv", "given": "giv",
    "took": "tak", "taken": "tak", "came": "com", "became": "becom", "went": "go", "gone": "go", "ran": "run", "saw": "se",
    "seen": "se", "knew": "know", "known": "know", "spent": "spend", "sent": "send", "taught": "teach", "children": "child",
    "men": "man", "women": "woman", "people": "person", "drew": "draw", "drawn": "draw", "chose": "choos", "chosen": "choos",
    "shut": "shut", "spoke": "speak", "spoken": "speak", "broke": "break", "broken": "break", "flew": "fly", "flown": "fly",
}  # fmt: skip


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The part of an English word that its forms share, near enough: opens, opened -> open."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").removesuffix("'")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.isascii() or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif re.search(r"(?:s|x|z|ch|sh|o)es$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ied") and len(word) > 4:
        word = word[:-3] + "y"
    for ending, least in (("ing", 6), ("ed", 5), ("ly", 6)):
        if word.endswith(ending) and len(word) >= least and re.search("[aeiouy]", word[: -len(ending)]):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _form(word: str) -> str:
    return stem(word) if word.isascii() else word


CLAIMS_NOTHING: frozenset[str] = (
    frozenset(_HAN_CHARACTERS) | frozenset(_HAN_WORDS) | {_form(w) for w in _ENGLISH}
)
GROUPS = tuple(frozenset(map(_form, line.split())) for line in _GROUPS_TEXT.splitlines())
GROUPS_OF: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(GROUPS):
    for _word in _group:
        GROUPS_OF[_word] = GROUPS_OF.get(_word, frozenset()) | {_number}
_FIRST = {line.split()[0]: number for number, line in enumerate(_GROUPS_TEXT.splitlines())}
OPPOSITES: dict[int, frozenset[int]] = {}
for _pair in _OPPOSED.split():
    _one, _other = (_FIRST[word] for word in _pair.split("/"))
    OPPOSITES[_one] = OPPOSITES.get(_one, frozenset()) | {_other}
    OPPOSITES[_other] = OPPOSITES.get(_other, frozenset()) | {_one}
HEDGES: frozenset[str] = frozenset(HEDGES_HAN) | {stem(w) for w in _ENGLISH_HEDGES}
ENGLISH_NEGATORS: frozenset[str] = frozenset(stem(w) for w in _ENGLISH_NEGATORS)


def opposites(word: str) -> frozenset[str]:
    """Words that say the contrary of a word; none where none is known."""
    return frozenset().union(
        *(GROUPS[other] for group in GROUPS_OF.get(word, ()) for other in OPPOSITES.get(group, ()))
    )
