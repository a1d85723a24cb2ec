"""Short documents of many kinds, written for the tests."""

LAW = """城市公共花园管理条例

（2020年3月1日市人民代表大会通过　2023年5月9日修正）

目　　录

第一编　总则
第一章　一般规定
第二章　花园的开放
第二编　附则
第三章　施行

第一编　总则

第一章　一般规定

第一条　为了保护公共花园，方便市民游览，制定本条例。

第二条　本条例所称公共花园，包括下列场所：

（一）由市政府建设的花园；

（二）由社区建设、向公众开放的花园。

符合第一条和
第三条　规定的私人花园，参照本条例执行。

第三条　花园的设立应当报园林部门备案。

第二章　花园的开放

第一节　时间

第四条　花园每日开放不少于十小时。

第五条　遇有暴雨，可以临时关闭。依照第四条计算开放时间时，关闭的时间应当扣除。

第五条之一　临时关闭应当张贴告示。

第二节　秩序

第六条　游人不得攀折花木。

第二编　附则

第三章　施行

第九条　本条例自2024年1月1日起施行。
"""

NOTICE = """关于做好冬季校园供暖工作的通知

各中小学校：

为保障冬季正常教学，现将有关事项通知如下。

一、加强组织领导

（一）明确责任。各校校长是第一责任人，要亲自部署。

（二）建立台账。各校应当登记锅炉、管道和温度计的数量。

二、做好物资准备

各校应当储备不少于三十天的燃料。

1. 检查燃料的质量。
2. 检查仓库的防火设施。

三、严格值班制度

供暖期间实行二十四小时值班。

青山市教育局

2024年11月1日
"""

REPORT = """Annual Report of the Harbour Library

1. Introduction

The library opened two new rooms this year.

1.1 The reading room

The reading room holds 40 seats. It was full on 212 days.

1.1.1 Opening hours

It opens at 8.30 a.m. and closes at 9 p.m.

1.2 The map room

The map room keeps 3,000 charts.

2. Outlook

Next year the roof will be mended.
"""

MARKDOWN = """---
title: A guide
lang: en
---

# Brewing tea

Water first. Leaves second.

## Green tea

Use water at 80 degrees.

```sh
# this comment is no heading
boil --degrees 80
## nor is this
```

Black tea
---------

Use boiling water.

| leaf | minutes |
|------|---------|
| Assam | 4 |
| Keemun | 3 |

### Milk ###

Add it last.
"""

ESSAY = """The Uses of Idleness

It is a common belief that an idle hour is an hour lost, and that the
man who watches clouds will have nothing to show for his afternoon. I
have come to think otherwise, for reasons that I shall set out below.

What the clouds teach

A cloud has no edge. Look at it for long enough and you will find that
the line between the cloud and the sky is a habit of the eye. Mr. Hale
of Dover, who painted 3.5 thousand of them, said so in 1874.

What the garden teaches

Nothing in a garden hurries, and yet by the end of the summer all of it
is done. The beans have climbed, the roses have opened and the gardener
has slept in his chair through most of it.
"""

NEWS = """本报青山11月3日电（记者李明）今天上午，青山大桥通车了。大桥全长一千二百米。

市民很高兴。“以前过江要坐船，”家住江北的张先生说，“现在走路就行。”

大桥有四条车道。人行道在两侧。

天气晴朗。上万名市民步行过桥。

据了解，大桥工程历时三年。下一步，还将建设江北公园。
"""

POEM = """春望山楼

山高云欲坠
风静竹无声
一盏灯前坐
听泉到五更
"""

TABLE = """品名\t数量\t单价
铅笔\t12\t1.5
橡皮\t3\t2.0
本子\t40\t3.2
"""

LISTS = """出行前请准备好下列物品：
1. 身份证
2. 雨伞
3. 充电器

2024年5月1日上午8时出发。
2024年5月3日晚返回。

费用3.5万元，由12家单位分担。
"""

PLAIN = "没有标题的一段文字。它只有两句话。"

OTHERS = {
    "emoji": "🎉🎉 今天放假 🎉\n\n大家去公园👨‍👩‍👧‍👦看花🌸。𠮷野家也开门了。",
    "Arabic": "افتتحت المكتبة أبوابها اليوم. هل زرتها؟ نعم، زرتها مع صديقي.",
    "Hebrew": "הספרייה נפתחה היום. האם ביקרת בה? כן, ביקרתי עם חבר.",
    "Thai": "ห้องสมุดเปิดวันนี้ ผู้คนมากมายมาอ่านหนังสือ พรุ่งนี้ปิด",
    "Hindi": "पुस्तकालय आज खुला। बहुत लोग आए।",
    "Japanese": "図書館は今日開館しました。大勢の人が来ました。「静かですね。」と彼女は言った。",
    "Korean": "도서관이 오늘 문을 열었습니다. 많은 사람이 왔습니다.",
    "traditional Chinese": "圖書館今天開門了。大家都來看書。「真安靜！」她說。",
}
"""One paragraph each, by script."""

PAPERS = {
    "law": LAW,
    "notice": NOTICE,
    "report": REPORT,
    "Markdown": MARKDOWN,
    "essay": ESSAY,
    "news": NEWS,
    "poem": POEM,
    "table": TABLE,
    "lists": LISTS,
    "plain": PLAIN,
    **OTHERS,
}
