"""What a question wants to be told, and whether a sentence has anything of that kind.

A question of how many or when is near every sentence about the same thing, and answered only by one
that names a number or a time. Who asks *where* or *why* cannot be told from single words, so only
these two kinds are looked at, and only in scripts and languages whose numbers are known here.
"""

import re
import unicodedata
from enum import Enum

__all__ = ["Kind", "expected_kind", "lacks"]


class Kind(Enum):
    """A kind of answer."""

    NUMBER = "number"
    TIME = "time"


_WHEN = re.compile(
    # Chinese, Japanese, Korean
    r"何时|何時|什么时候|什麼時候|哪(?:一)?(?:年|天|日|月)|几月|幾月|几号|幾號|何年|何月|何日|いつ|언제|몇\s*(?:년|월|일)"
    # English, German, Dutch, Scandinavian languages
    r"|\bwhen\b|\b(?:what|which) (?:year|date|day|month|decade|century)\b"
    r"|\bwann\b|\bwelche[mns]? (?:jahr|tag|monat|datum|jahrhundert)|\bwanneer\b|\bwelk jaar\b|\bnär\b|\bhvornår\b|\bnår\b"
    # Romance languages
    r"|\bquand\b|\bquelle (?:année|date)\b|\bcu[aá]ndo\b|\bqu[eé] (?:año|fecha|d[ií]a|mes)\b"
    r"|\bquando\b|\b(?:que|qual) (?:ano|data|dia)\b|\b(?:che|quale) (?:anno|data|giorno)\b|\bcând\b|\bce (?:an|dată)\b"
    # Slavic languages and Greek
    r"|\bкогда\b|\bкаком году\b|\bкакого числа\b|\bколи\b|\bякому році\b|\bkiedy\b|\bktórym roku\b|\bkdy\b|\bπότε\b"
    r"|\bποι[αο] (?:χρονιά|έτος|ημερομηνία)"
    # Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|متى|أي (?:عام|سنة|تاريخ)|چه (?:سالی|زمانی)|מתי|कब|किस (?:वर्ष|साल|तारीख)|เมื่อ(?:ไร|ไหร่|ใด)|ปี(?:ใด|ไหน|อะไร)|วันที่เท่าไ"
    r"|\bkhi nào\b|\bnăm nào\b|\bbao giờ\b|\bne zaman\b|\bhangi (?:yıl|tarih)|\bkapan\b|\btahun berapa\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"多少|百分之几|百分之幾|第几|第幾|(?<!哪)[几幾](?!乎|十|百|千)(?:个|個|名|位|家|项|項|次|座|条|條|种|種|年|天|人|台|辆|輛|倍|成|所|部|亩|公里|度|岁|歲)"
    r"|有?多(?:大|长|長|高|远|遠|久|重|宽|寬|深|快)|いくつ|いくら|どの(?:くらい|ぐらい)|どれ(?:くらい|ぐらい|だけ|ほど)"
    r"|何(?:人|個|件|回|台|社|円|パーセント|％|%|割|倍|歳|キロ|メートル|番|本|枚|冊|軒|校|名|点|か国|カ国|ヶ国|つ|時間|分)|몇|얼마"
    r"|\bhow (?:many|much|large|big|long|tall|high|far|old|often|fast|wide|deep|heavy)\b|\b(?:what|which) (?:percent|proportion|number)"
    r"|\bwie ?viel\w*|\bwie (?:groß|lang|lange|hoch|weit|alt|oft|schnell|breit|tief|schwer)\b|\bprozent\b|\bhoeveel\b|\bhvor mange\b|\bhur många\b"
    r"|\bcombien\b|\bquel (?:pourcentage|âge)\b|\bcu[aá]nt[oa]s?\b|\bporcentaje\b|\bquant[oaie]s?\b|\bpercentual\b|\bporcentagem\b"
    r"|\bpercentuale\b|\bc[âa]t(?:e|ă|ți)?\b|\bcâți\b"
    r"|\bсколько\b|\bпроцент\w*|\bскільки\b|\bile\b|\bkolik\b|\bπόσ\w+"
    r"|\bكم\b|نسبة|چند|چقدر|\bכמה\b|कितन|प्रतिशत|กี่|เท่าไ|\bbao nhiêu\b|\bmấy\b|\bkaç\b|\bne kadar\b|\byüzde\b|\bberapa\b",
    re.IGNORECASE,
)

_NUMERALS = "二三四五六七八九十百千两兩"
_HAN_NUMBER = re.compile(
    rf"(?:[{_NUMERALS}]|(?:[数數几幾](?=[十百千万萬亿億])))[{_NUMERALS}万萬亿億]*(?:余|餘|多|几|幾|来|來)?"
    r"(?:个|個|名|位|家|项|項|次|座|条|條|种|種|年|天|人|台|臺|辆|輛|倍|成|所|部|亩|畝|公里|度|岁|歲|元|米|吨|噸|万|萬|亿|億|大|类|類"
    r"|件|届|屆|世纪|世紀|月|日|周|小时|小時|分|章|节|節|层|層|方面|点|點|者|国|國|省|市|县|縣|代|期|级|級|组|組|支|只|隻|艘|架|本|篇|首|句|字|册|冊|子|女)"
    r"|分之|十[一二三四五六七八九]|[十百千][万萬亿億]|一[个個]?(?:半|倍|成|年|天|人|名|位|次|月|日|世)"
)
_HAN_TIME = re.compile(
    rf"[{_NUMERALS}一去今明前后後同当當近每多本](?:年|月|日|天)|世纪|世紀|年代|时期|時期|年间|年間|[唐宋元明清汉漢隋秦晋晉]朝|[年月]初|[年月]末|年底"
    r"|春天|夏天|秋天|冬天|春季|夏季|秋季|冬季|昨|当时|當時|后来|後來|期间|期間|凌晨|早晨|早上|晚上|夜里|战后|戰後|周[一二三四五六日]|星期|之前|之后|之後|以前|以来|以來"
)
_LATIN_NUMBER = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thir\w+|twen\w+|forty|fifty|hundred\w*|thousand\w*"
    r"|million\w*|billion\w*|half|third|quarter|dozen\w*|first|second|once|twice|several|many|most|both|double\w*|all|none|no|few|some"
    r"|percent|annual\w*|daily|[ivxlc]{2,})\b",
    re.IGNORECASE,
)
_LATIN_TIME = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|century|centuries|decade\w*|year\w*|month\w*|week\w*|day\w*|today|early|late|during|after"
    r"|before|until|since|when|while|once|spring|summer|autumn|fall|winter|era|age|war|reign|night|morning|time)\b",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_ENGLISH = re.compile(r"\b(?:the|of|and|in|to|is|was|are|were|for|by|with)\b", re.IGNORECASE)


_WHY_OR_WHAT = re.compile(
    r"为什么|為什麼|为何|為何|怎么会|なぜ|どうして|왜|\bwhy\b|\bwarum\b|\bwieso\b|\bpourquoi\b|\bpor qu[eé]\b|\bperch[eé]\b|\bпочему\b|\bwaarom\b",
    re.IGNORECASE,
)
"""Such a question may speak of how much and when, and wants something else."""


def expected_kind(question: str) -> Kind | None:
    """What a question wants, where its words tell: a time, a number, or None."""
    if _WHY_OR_WHAT.search(question):
        return None
    if _WHEN.search(question):
        return Kind.TIME
    return Kind.NUMBER if _HOW_MANY.search(question) else None


def lacks(sentence: str, kind: Kind) -> bool:
    """Whether a sentence names nothing of a kind, as far as its language is known here."""
    text = unicodedata.normalize("NFKC", sentence)
    if any(character.isdigit() for character in text):
        return False
    if _HAN.search(text) and not _KANA_HANGUL.search(text):
        return not (_HAN_NUMBER if kind is Kind.NUMBER else _HAN_TIME).search(text)
    if _ENGLISH.search(text):
        return not (_LATIN_NUMBER if kind is Kind.NUMBER else _LATIN_TIME).search(text)
    return False
