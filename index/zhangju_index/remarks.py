"""Short lines that stand free and name nothing: dates, captions, fields of a form, page numbers.

By its shape such a line could be a heading. What it says tells: 图2 河流分布 belongs to a picture,
地址：… and From: … are fields, a line in quotation marks is spoken.
"""

import re

__all__ = ["is_date", "is_remark"]

_NUMERAL = r"[\d〇零一二三四五六七八九十]"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_MONTHS = "|".join(
    (
        "januari?|janvier|enero|janeiro|gennaio|stycznia|января|ocak",
        "februari?|février|febrero|fevereiro|febbraio|lutego|февраля|şubat",
        "märz|maart|mars|marzo|março|marca|марта|mart|maret",
        "april|avril|abril|aprile|kwietnia|апреля|nisan",
        "mai|maj|mei|mayo|maio|maggio|maja|мая|mayıs",  # noqa: RUF001 - Turkish
        "juni|juin|junio|junho|giugno|czerwca|июня|haziran",
        "juli|juillet|julio|julho|luglio|lipca|июля|temmuz",
        "august|augusti|augustus|août|agosto|sierpnia|августа|ağustos|agustus",
        "september|septembre|septiembre|setembro|settembre|września|сентября|eylül",
        "oktober|octobre|octubre|outubro|ottobre|października|октября|ekim",
        "november|novembre|noviembre|novembro|listopada|ноября|kasım",  # noqa: RUF001 - Turkish
        "dezember|december|décembre|diciembre|dezembro|dicembre|grudnia|декабря|aralık|desember",  # noqa: RUF001 - Turkish
    )
)
_DATE = re.compile(
    rf"[（(]?{_NUMERAL}{{2,4}}[ 　]*[年./-][{_NUMERAL[1:-1]} 　]{{1,4}}[月./-].{{0,12}}"
    rf"|[（(]?{_NUMERAL}{{1,3}}月{_NUMERAL}{{1,3}}日.{{0,12}}"
    rf"|(?:\w+ ){{0,2}}\d{{1,2}}\.? (?:de )?(?i:{_MONTHS}) (?:de )?\d{{4}}(?: \w{{1,4}}\.?)?|\d{{1,2}} tháng \d{{1,2}},? năm \d{{4}}"
    r"|\d{4}년 ?\d{1,2}월 ?\d{1,2}일.{0,12}|\d{1,2}\.\d{1,2}\.\d{4}"
    rf"|(?:\w+, )?(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}) \d{{4}}"
)
# A line that opens with a whole date tells when something was adopted or happened.
_DATED = re.compile(
    r"[（(]?(?:\d{4}|[〇零一二三四五六七八九]{4})年[ 　]*[\d〇一二三四五六七八九十]{1,3}月[ 　]*[\d〇一二三四五六七八九十]{1,3}日"
)
_PAGE_NUMBER = re.compile(
    r"\W*(?:第|[Pp]age|PAGE|[Ss]eite)[ 　]*\d{1,4}\W*(?:页|頁)?\W*(?:(?:共|of|von)?[ 　]*\d{1,4}\W*(?:页|頁)?\W*)?"
)
# The number of an official document: 国发〔2024〕5号, 国务院令第588号.
_DOCUMENT_NUMBER = re.compile(
    r"\W{0,2}\w{1,12}(?:[〔［\[（(【]\d{4}[〕］\]）)】][ 　]*第?|(?:令|公告|决定)[ 　]*第?|第)[ 　]*\d{1,5}[ 　]*号\W{0,2}"
)
_CAPTION = re.compile(
    r"(?:续|附)?[图表圖][ 　]*\d|[图圖表][ 　]*[一二三四五六七八九十]{1,3}[ 　：:]"
    r"|(?:Fig(?:ure)?|FIG(?:URE)?|Table|TABLE|Tab|Abb(?:ildung)?|Tabelle|Tableau|Figura|Tabla|Chart|Рис(?:унок)?|Таблица)\.?[ ]\d"
)
_FIELD = re.compile(
    r"(?:地[ 　]*址|电[ 　]*话|手[ 　]*机|邮[ 　]*编|邮政编码|传[ 　]*真|邮[ 　]*箱|电子邮[箱件]|网[ 　]*址|联[ 　]*系[ 　]*人|联系方式"
    r"|发件人|收件人|发件时间|抄[ 　]*送|抄[ 　]*报|主[ 　]*送|主[ 　]*题|日[ 　]*期|时[ 　]*间|发布(?:时间|日期)|来[ 　]*源|责[ 　]*编"
    r"|责任编辑|编[ 　]*辑|流程编辑|校[ 　]*对|附[ 　]*件|附|关[ 　]*键[ 　]*[词字]|中图分类号|文献标识码|文章编号|文号|发文字号|索引号"
    r"|甲[ 　]*方|乙[ 　]*方|丙[ 　]*方|签[ 　]*名|签[ 　]*字|盖[ 　]*章|点击量|浏览次数|字号|分享到?|标签|上一篇|下一篇|[问問答]|主持人)(?:（.{1,12}）)?[：:]"
    r"|(?:From|To|Cc|Bcc|Date|Sent|Subject|Re|Reply-To|Tel|Phone|Fax|E-?mail|Address|Website|Keywords|Key words|JEL|DOI|ISSN"
    r"|ISBN|Tags?|Share|Read more|See also|Source|Photo|Image|Credit|Q|A)\s*:",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\w+://|www\.|\S+@\S+\.\w+")
_FORMULA = re.compile(r"[=≈≠≤≥∑∫√∂∈⇒→]")
_SPOKEN = re.compile(r"[“「『\"].*[”」』\"]", re.DOTALL)


def is_date(text: str) -> bool:
    """Whether ``text`` is a date and little else."""
    return bool(_DATE.fullmatch(text))


def is_remark(text: str) -> bool:
    """Whether ``text`` is a short line that heads nothing, whatever follows it."""
    return (
        not any(map(str.isalpha, text))
        or text[0] in ">[〔"
        or bool(
            is_date(text)
            or _SPOKEN.fullmatch(text)
            or _PAGE_NUMBER.fullmatch(text)
            or _DOCUMENT_NUMBER.fullmatch(text)
        )
        or any(form.match(text) for form in (_DATED, _CAPTION, _FIELD))
        or bool(_ADDRESS.search(text) or _FORMULA.search(text))
    )
