"""Bylines: who wrote a piece, as newspapers, journals and offices print it.

A byline is recognised by form: a name (one to four Han characters after a common surname), a
post or an institution before a name, an institution that signs, or a word that says so
(作者, 记者, By …, Von …, 기자). Form alone is weak, so callers ask only about short lines under a
title or at the end.
"""

import re

__all__ = ["is_byline", "is_note", "is_post", "named_author", "stated_author"]

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
# Words before the names. A colon announces them; a bare word (Von, Par) opens sentences too, which is
# why nothing but names may follow.
_OPENERS = {
    "en": r"(?:Written |Reported |Text |Words )?[Bb]y |(?:Author|Writer|Reporter)s?:|Text:",
    "de": r"Von |VON |(?:Text|Verfasst|Ein (?:Gast)?[Bb]eitrag|Eine Reportage|Interview) ?von |(?:Text|Autor(?:in(?:nen)?|en)?|Verfasser(?:in)?):",
    "nl": r"Door |Geschreven door |(?:Tekst|Auteurs?):",
    "fr": r"Par |PAR |(?:Propos recueillis|Recueilli|Écrit|Rédigé) par |(?:Texte|Auteur(?:e|rice)?s?) ?:",
    "es, pt": r"Por |POR |(?:Escrito|Redactado) por |(?:Texto|Autor(?:a|es|as)?|Redação|Reportagem):",
    "it": r"[Dd]i |DI |(?:[Aa] cura|Testo|Articolo) di |(?:Testo|Autor[ei]|Autrice):",
    "pl, cs": r"(?:Tekst|Autor(?:ka|zy|ři)?):",
    "ru, uk": r"(?:Автор(?:ы|и|ка)?|Текст|Журналист|Корреспондент|Записала?):",
    "tr": r"(?:Yazan|Yazar):",
    "vi": r"(?:Tác giả|Bài viết|Bài|Người viết):",
    "id, ms": r"Oleh:? |OLEH:? |Ditulis oleh:? |(?:Penulis|Reporter):",
    "ar": r"بقلم ?:? |(?:الكاتب|الكاتبة|المؤلف) ?:",
    "ja": r"(?:文責?|著者?|筆者|執筆者?|取材・文|ライター)[：:\uff1d=／/・]",
    "ko": r"(?:글쓴이|저자|기자|취재)[：:\uff1d=]",
}
_OPENS = re.compile("|".join(_OPENERS.values()))
_JOINS_NAMES = re.compile(r", ?|、|،|・| (?:and|und|en|et|y|e|i|a|и|\u0456|ve|và|dan|&) | و(?=\w)")
_PARTICLES = re.compile(r"von|van|der|den|de[ls]?|della|d[aiou]|dos|das|l[ae]|al|bin|ibn|el|te[rn]|zu|af")
_JA_SURNAME = (
    "佐藤|鈴木|高橋|田中|伊藤|渡[辺邊邉]|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|齋藤|斉藤|清水|山崎|森|池田|橋本|阿部|石川|山下|中島"
    "|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|中野|三浦|原田|中川|松田|竹内|小野|田村|中山"
    "|和田|石田|森田|上田|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|今井|工藤|高田|増田|丸山|杉山|村田|大塚|新井|小山|平野|藤本|河野|上野"
    "|野口|武田|松井|千葉|菅原|岩崎|久保|木下|佐野|野村|松尾|菊[池地]|杉本|市川|古川|大西|島田|水野|桜井|高野|吉川|山内|西田|飯田|西川|北村|安田|五十嵐"
)
_JA_NAME = rf"(?:{_JA_SURNAME})[ 　]?[{_HAN}々ぁ-ゖァ-ヺー]{{1,3}}(?<![県縣市町村区郡府都道州駅])(?<!新聞|大学|大學|通信)"
_KO_NAME = r"[김이박최정강조윤장임한오서신권황안송류유홍전고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모][가-힣]{2}(?<!부)"
# Where words follow the name: 山田太郎記者, 홍길동 기자. In brackets alone a name looks like a place (中山大学).
_CLOSES = re.compile(
    rf"(?:【.{{1,12}}】)?(?P<ja>{_JA_NAME})(?:記者|編集委員|論説委員)"
    rf"|(?:[\[(（].{{1,15}}[\])）] ?)?(?P<ko>{_KO_NAME}) ?(?:[가-힣]{{2,4}} ?)?(?:기자|특파원|논설위원|통신원)(?: \S+@\S+)?"
)
_FULL_NAME = re.compile(f"{_JA_NAME}|{_KO_NAME}")
_BRACKETED = re.compile(r"[（(\[【](?P<words>[^（()）\[\]【】]{2,50})[）)\]】]")
# A date after the names.
_DATE_BESIDE = re.compile(r" ?[|｜·•] ?.*\d.*| [–—-] .*\d.*|, \d.*")
_LONGEST = 60
_NOTE = re.compile(
    r"[（(\[【]?[ 　]*(?:(?:本文|全文)?(?:作者|译者|撰稿人|记者(?![：:，,])|编者)(?:系|为|是|单位|简介|介绍|均|分别|[：:，,])|编者按|编后|"
    r"责任编辑|责编|来源[：:]|原载|转载|注[：:]|本文(?:系|为|原|刊|发|来源)|资料来源|The (?:author|writer)s? (?:is|are)\b)"
)


def is_byline(line: str) -> bool:
    """Whether a short line under a title reads as its byline."""
    line = line.strip()
    if named_author(line):
        return True
    if (
        len(line) > _LONGEST
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
    if names := named_author(line):
        return names
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


def named_author(line: str) -> str | None:
    """The names that a line has after an opener or before a closer of any language, and nothing else."""
    line = line.strip()
    if len(line) > _LONGEST:
        return None
    bracketed = _BRACKETED.fullmatch(line)
    words = bracketed["words"].strip() if bracketed else line
    if closed := _CLOSES.fullmatch(words):
        return closed["ja"] or closed["ko"]
    opener = _OPENS.match(words)
    if opener is None:
        return None
    names = _DATE_BESIDE.sub("", words[opener.end() :]).strip()
    return names if names and all(map(_is_full_name, _JOINS_NAMES.split(names))) else None


def _is_full_name(name: str) -> bool:
    """Whether words are a name and a surname: each begins with a capital, where its script has any."""
    if _is_name(name) or _FULL_NAME.fullmatch(name):
        return True
    words = name.split()
    # All in capitals it may be anything: VON DER IDEE ZUM PRODUKT.
    capital = [word for word in words if not word[0].islower() and not (word.isupper() and len(word) > 2)]
    return (
        2 <= len(capital) <= 4
        and words[0] in capital
        and all(_PARTICLES.fullmatch(word) for word in words if word not in capital)
        and not re.search(r"[^\w\s.'’-]|[\d_]|\w{2}\.$", name)
    )
