"""Bylines: who wrote a piece, as newspapers, journals and offices print it.

A byline is recognised by form: a name (one to four Han characters after a common surname), a
post or an institution before a name, an institution that signs, or a word that says so
(作者, 记者, By …). Form alone is weak, so callers ask only about short lines under a title.
"""

import re

__all__ = ["is_byline", "is_note", "is_post", "stated_author"]

# Surnames in common use, the frequent ones first, in simplified and traditional forms.
_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦"
    "戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查"
    "麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴"
    "盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭"
    "況那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
    "劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鐘譚陸範賈韋鄒閻賀顧龔萬錢嚴湯張羅蔣余"
)  # fmt: skip
_COMPOUND = r"(?:欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|端木|长孙|宇文|闻人|欧陽|諸葛)"
_HAN = "\u3400-\u9fff"
_NAME = re.compile(rf"{_COMPOUND}[{_HAN}]{{1,2}}|[{_HAN}][ 　]?[{_HAN}]{{1,2}}(?:[·•][{_HAN}]{{1,6}})?")
_SAID = re.compile(
    r"(?:作者|撰文|撰稿|记者|記者|通讯员|通訊員|采写|供稿|编辑|編輯|编译|署名|文)[ 　]*[：:/／]|□|本报(?:评论员|记者|特约)|新华社记者"
    r"|[Bb]y +[A-Z]"
)
_WRITES = re.compile(
    r"(?:作者|撰文|撰稿(?:人)?|采写|署名|文|(?:本报|新华社)?(?:特约)?(?:记者|記者)|通讯员|通訊員)[ 　]*[：:/／][ 　]*"
    r"|(?:□|本报(?:特约)?记者|新华社记者)[ 　]*|[Bb]y +(?=[A-Z])"
)
# What else a byline tells, after the names.
_TOLD_BESIDE = re.compile(
    r"[ 　|｜]+(?:(?:图|图片|摄|摄影|编辑|责编|责任编辑|校对|来源|时间|日期|发布时间|发布日期|字号|浏览|阅读)[ 　]*[：:/／]|\d).*"
)
_SIGNS = re.compile(
    r"(?:中心组|课题组|调研组|编写组|评论员|编辑部|研究院|研究所|研究室|研究中心|办公室|委员会|党组|党委|支部|协会|学会|"
    r"大学|学院|集团|公司|报社|通讯社|政府|[委局厅部处院会社署])$"
)
_POST = re.compile(
    r"(?P<post>教授|研究员|院长|院士|所长|主任|书记|局长|处长|部长|主席|会长|校长|市长|区长|县长|董事长|总经理|总裁|经理|秘书长|"
    r"理事长|记者|编辑|讲师|博士|律师|工程师|委员|组长|社长|主编)(?:[ 　]*(?P<name>\S{2,4}))?$"
)
_PLACE = re.compile(r"^中共|^中国|^本报|^新华|[省市区县州国]")
_LATIN_SIGNS = re.compile(
    r"\b(?:University|Universit[äé]t?|Universidad|Institute|College|Department|School|Faculty|Laborator(?:y|ies)|Academy|GmbH|Inc|Ltd)\b"
)
_LATIN_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w'’-]*\.?[ ,]*(?:and |& |de |von |van )?){2,8}")
_NOTE = re.compile(
    r"[（(\[【]?[ 　]*(?:(?:本文|全文)?(?:作者|译者|撰稿人|记者(?![：:，,])|编者)(?:系|为|是|单位|简介|介绍|均|分别|[：:，,])|编者按|编后|"
    r"责任编辑|责编|来源[：:]|原载|转载|注[：:]|本文(?:系|为|原|刊|发|来源)|资料来源|The (?:author|writer)s? (?:is|are)\b)"
)


def is_byline(line: str) -> bool:
    """Whether a short line under a title reads as its byline."""
    line = line.strip()
    if (
        len(line) > 60
        or line.startswith(("关于", "關於"))
        or re.search(r"[，。；！？,;!?]", line.replace(", ", " "))
    ):
        return False
    if _SAID.match(line):
        return True
    tokens = re.split(r"[ 　、/／]+", line)
    if all(_is_name(token) for token in tokens) or _is_name(line):
        return True
    if len(tokens) > 1 and (_is_name(tokens[-1]) or _is_name(" ".join(tokens[-2:]))):
        return len(tokens[0]) > 3
    post = _POST.search(line)
    if post and post.start() and post["name"] and _is_name(post["name"]):
        return True
    if len(line) <= 40 and _SIGNS.search(line) and _PLACE.search(line):
        return True
    if _LATIN_SIGNS.search(line) and line[0].isupper():
        return True
    return bool(_LATIN_NAME.fullmatch(line)) and len(line.split()) <= 12 and line.isascii()


def stated_author(line: str) -> str | None:
    """The names in a byline that says with a word of its own (作者：, 文/, By …) who wrote; else None."""
    line = line.strip()
    if not (_WRITES.match(line) and is_byline(line)):
        return None
    names = _TOLD_BESIDE.sub("", _WRITES.sub("", line))
    return " ".join(names.split()) or None


def is_post(line: str) -> bool:
    """Whether a short line ends in a post (…大学教授), as the first line of a byline may."""
    post = _POST.search(line)
    return bool(post and post.start() and not post["name"]) and not re.search(r"[，。；！？,;!?：:]", line)


def is_note(block: str) -> bool:
    """Whether a whole block is a note about its author, editor or source."""
    block = block.strip()
    return len(block) <= 300 and bool(_NOTE.match(block)) and (block[0] in "（([【" or len(block) <= 120)


def _is_name(token: str) -> bool:
    if not _NAME.fullmatch(token):
        return False
    return bool(re.match(_COMPOUND, token)) or token[0] in _SURNAMES
