"""What a question wants to be told, and whether a sentence has anything of that kind.

A question of how many or when is near every sentence about the same thing, and answered only by one
that names a number or a time. Who asks *where* or *why* cannot be told from single words, so only
these two kinds are looked at, and only in scripts and languages whose numbers are known here.
"""

import re
import unicodedata
from enum import Enum

from zhangju.language import detect_language

__all__ = ["Kind", "expected_kind", "lacks", "wants_several"]


class Kind(Enum):
    """A kind of answer."""

    NUMBER = "number"
    TIME = "time"


# Many words that ask also join clauses ("what happens when …"): these ask where a question or a clause begins.
_BEGINS = r"(?:^|[;:.!?¿¡«\"(“„–—-]\s*|\b(?:and|und|et|y|e|i|и|en|og|och|since|seit|depuis|desde|da|с)\s+)"
_WHEN = re.compile(
    # Chinese, Japanese, Korean
    r"(?<![任如为為有])(?:何时|何時)(?![代候])|什么时候|什麼時候|哪(?:一)?(?:年|天|日|月)|几月|幾月|几号|幾號"
    r"|(?<![思追])いつ(?![もかい])|언제(?!나)|몇\s*(?:년|월|일)"
    # English, German, Dutch, Scandinavian languages
    r"|\bwhen (?:did|was|were|is|are|will|does|do|has|have|had|can|could|would|should)\b"
    r"|\b(?:what|which) (?:year|date|day|month|decade|century)\b"
    r"|\bwann\b|\bwelche[mns]? (?:jahr|tag|monat|datum|jahrhundert)e?s?\b|\bwelk jaar\b|\bhvornår\b"
    # Romance languages
    r"|\bquelle (?:année|date)\b|\bcuándo\b|\bqu[eé] (?:año|fecha|d[ií]a|mes)\b"
    r"|\b(?:que|qual) (?:ano|data|dia)\b|\b(?:che|quale) (?:anno|data|giorno)\b|\bce (?:an|dată)\b"
    # Slavic languages and Greek
    r"|\bкаком году\b|\bкакого числа\b|\bякому році\b|\bktórym roku\b|\bπότε\b|\bποι[αο] (?:χρονιά|έτος|ημερομηνία)"
    rf"|{_BEGINS}(?:quand|cuando|quando|când|wanneer|när|når|когда|коли|kiedy|kdy)\b(?![^?]*,)"
    # Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|متى|أي (?:عام|سنة|تاريخ)|چه (?:سالی|زمانی)|מתי|(?:^|\s)कब(?=\s|[?？]|$)|किस (?:वर्ष|साल|तारीख)"
    r"|เมื่อ(?:ไร|ไหร่|ใด)|ปี(?:ใด|ไหน|อะไร)|วันที่เท่าไ"
    r"|\bkhi nào\b|\bnăm nào\b|\bbao giờ\b|\bne zaman\b|\bhangi (?:yıl|yılda|tarihte)\b|\bkapan\b|\btahun berapa\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"多少|百分之几|百分之幾|第几|第幾"
    r"|(?<![哪这這那近前后後十每隔好同])[几幾](?:个|個|名|位|家|项|項|次|座|条|條|种|種|年|天|人|台|辆|輛|倍|成|所|部|亩|畝|公里|度|岁|歲)"
    # Not 许多大企业, 多重目标.
    r"|(?:有|约|約|达|達|要|能)多(?:大|长|長|高|远|遠|久|重|宽|寬|深|快)|(?<!许)(?<!許)多(?:大|长|長|高|远|遠|久|宽|寬|深)(?=[？?。,，呢]|$)"
    r"|いくつ(?!か)|いくら|どの(?:くらい|ぐらい)|どれ(?:くらい|ぐらい|だけ|ほど)"
    r"|몇|얼마"
    r"|\bhow (?:many|much|large|big|long|tall|high|far|old|often|fast|wide|deep|heavy)\b|\b(?:what|which) (?:percent|proportion|number)"
    r"|\bwie ?viel\w*|\bwie (?:groß|lang|lange|hoch|weit|alt|oft|schnell|breit|tief|schwer)\b|\bprozent\b|\bhoeveel\b|\bhvor mange\b|\bhur många\b"
    r"|\bcombien\b|\bquel (?:pourcentage|âge)\b|(?<!en )\bcu[aá]nt[oa]s?\b|\bporcentaje\b|\bpercentual\b|\bporcentagem\b|\bpercentuale\b"
    r"|\bcât(?:e|ă|ți|i)?\b|\bcâți\b"
    r"|\bсколько\b|\bпроцент\w*|\bскільки\b|\bkolik\b|\bπόσ(?:ο[ιςυ]?|οι|ους|η[ςν]?|ες|α|ων)\b"
    # Also "as for" and "with" in the middle of a sentence, the last in Turkish.
    rf"|{_BEGINS}(?:(?:a|em|de|por|di|in|per|con)\s+)?(?:quant[oaie]s?|ile)\b(?! a[os]?\b| riguarda| de\b)(?![^?]*,)"
    r"|\bكم\b|(?<!بال)نسبة|(?<!هر)چند|چقدر|\bכמה\b|कितन|प्रतिशत|(?<!เ)กี่(?!ย)|เท่าไ|\bbao nhiêu\b|\bmấy\b|\bkaç\b|\bne kadar\b|\byüzde\b|\bberapa\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"何(?:人|個|件|回|台|社|円|年|月|日|時|パーセント|％|%|割|倍|歳|キロ|メートル|番|本|枚|冊|軒|校|名|点|か国|カ国|ヶ国|つ|分)"
)
"""Asks for a number or a time in Japanese; in Chinese the same characters meet in 如何分配 and 任何人."""
_WHY = re.compile(
    r"为什么|為什麼|为何|為何|怎么会|怎麼會|なぜ|どうして|왜"
    r"|لماذا|למה|क्यों|ทำไม"
    r"|\b(?:why|warum|wieso|pourquoi|por qu[eé]|perch[eé]|почему|чому|waarom|varför|hvorfor|dlaczego|proč|neden|niçin"
    r"|mengapa|tại sao|vì sao|de ce|γιατί)\b",
    re.IGNORECASE,
)
"""Such a question may speak of how much and when, and wants something else."""

_SEVERAL = re.compile(
    # Chinese, Japanese, Korean
    r"哪(?:些|几|幾|[两兩二三四五六七八九十])|分别|分別|各自|各(?:是|有|指|在)|列[举舉出]|除了|除[^，。]{1,12}[之以]?外|区别|區別|不同|差[别別异異]|[比对對]比|比较|比較|相比"
    r"|又[从從怎是在有]|怎么|怎麼|怎样|怎樣|如何|[？?].+[？?]|どんな|どのよう|どういう|それぞれ|誰と誰|何と何|違い|어떤|각각|차이|어떻게"
    # English, German, Dutch, Scandinavian languages
    r"|\b(?:what|which) (?!is\b|was\b|does\b|has\b|happens\b)(?:\w+ ){0,2}(?!is\b|was\b|does\b|has\b)\w+s\b|\bwhat are\b|\bwho are\b|\b(?:list|name) (?:the|all|some)\b|\bdiffer\w*|\bcompar\w+|\brespectively\b|\bhow (?:do|does|did|is|are|was|were|can|will|should)\b"
    r"|\band (?:what|which|who|how|when|where|why)\b|\bwelche\b|\bjeweils\b|\bunterschied\w*|\bwie (?:will|wird|werden|kann|soll|sollen|können|wurde)\b|\bund (?:was|wer|wie|wann|wo|welche\w*)\b|\bhvilke\b|\bvilka\b"
    # Romance languages
    r"|\bquel(?:le)?s\b|\bdifférences?\b|\bcomment\b|\bet (?:quel\w*|qui|comment|où|quand)\b|\bcuáles\b|\bqué \w+s\b|\bqu[eé] diferencia\w*|\bcómo\b|\by (?:qué|quién|cómo|cuál\w*)\b|\bquais\b|^\W*como\b|\bquali\b|\bdifferenz\w*|^\W*come\b|\bcare sunt\b"
    # Slavic languages and Greek
    r"|\bкаки(?:е|х|ми)\b|\bотлича\w+|\bразниц\w+|\b[ви] (?:какие|кто|что|где)\b|\bкак(?= \w+[а-я]т(?:ся)?\b)|\bякі\b|\bjakie\b|\bjaké\b|\bποιες\b|\bποια είναι\b"
    # Arabic, Hindi, Thai, Vietnamese, Turkish, Indonesian
    r"|ما هي|كيف|कौन-कौन|कैसे|อะไรบ้าง|อย่างไร|\bnhững \w+(?: \w+){0,3} nào\b|\bnhư thế nào\b|\bvà (?:\w+ ){0,4}nào\b|\bhangileri\b|\bnelerdir\b|\bapa saja\b|\bbagaimana\b",
    re.IGNORECASE,
)
"""Asks for a list, a comparison, a way of doing, or for two things."""

_NUMERALS = "二三四五六七八九十百千两兩"
_HAN_NUMBER = re.compile(
    rf"[{_NUMERALS}](?:余|餘|多|几|幾|来|來)?"
    r"(?:个|個|名|位|家|项|項|次|座|条|條|种|種|年|天|人|台|臺|辆|輛|倍|成|所|部|亩|畝|公里|度|岁|歲|元|米|吨|噸|大|类|類"
    r"|件|届|屆|世纪|世紀|月|日|周|小时|小時|分|章|节|節|层|層|方面|点|點|者|国|國|省|市|县|縣|代|期|等|级|級|组|組|支|只|隻|艘|架|本|篇|首|句"
    r"|字|册|冊|胎|子|女|颗|顆|匹|头|頭|栋|棟|幅|场|場|卷|票|张|張|轮|輪|斤|公斤|平方|厘米|公顷|公頃|里|秒|口|户|戶|门|門|枚|间|間|套|块|塊|员|員)"
    r"|分之|十[一二三四五六七八九]|[一二三四五六七八九十百千两兩几幾数數][十百千万萬亿億]|[万萬亿億](?:余|餘|多)"
    r"|第[一二三四五六七八九十]|半数|半數|过半|過半|一[个個]?(?:半|倍|成|年|天|人|名|位|次|月|日|世)"
)
_HAN_TIME = re.compile(
    rf"[{_NUMERALS}一去今明前后後同当當近每多本](?:年|月|日|天)|世纪|世紀|年代|时期|時期|年间|年間|[唐宋元明清汉漢隋秦晋晉周魏梁陈陳齐齊商夏辽遼金][朝代]|(?:西周|东周|東周|春秋|战国|戰國|三国|三國|南宋|北宋|民国|民國|古代|近代|现代|現代|当代|當代)|[宋唐明清元汉漢]末|清初|明初|元年|末年|晚年|早年|次年|翌日|正月|[上下](?:周|月|个月|個月)|周末|[上中下]午|傍晚|清晨|[春秋端中]节|时候|時候|[年月]初|[年月]末|年底"
    r"|春天|夏天|秋天|冬天|春季|夏季|秋季|冬季|昨|当时|當時|后来|後來|期间|期間|凌晨|早晨|早上|晚上|夜里|战后|戰後|周[一二三四五六日]|星期|之前|之后|之後|以前|以来|以來"
)
_LATIN_NUMBER = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|thir\w+|twen\w+|forty|fifty|(?:six|seven|eigh|nine)ty"
    r"|single|couple|pair|majority|minority|free|hundred\w*|thousand\w*"
    r"|million\w*|billion\w*|half|third|quarter|dozen\w*|first|second|once|twice|several|many|most|both|double\w*|all|none|no|few|some"
    r"|percent|annual\w*|daily|(?-i:[IVXLC]{2,}))\b",
    re.IGNORECASE,
)
_LATIN_TIME = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|century|centuries|decade\w*|year\w*|month\w*|week\w*|day\w*|today|early|late|during|after"
    r"|before|until|since|when|while|once|spring|summer|autumn|fall|winter|era|age|war|reign|night|midnight|morning|noon|afternoon|evening|dawn|ago|yesterday|dynasty|ages|renaissance|period|currently|later|recently|christmas|following|time)\b",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def expected_kind(question: str) -> Kind | None:
    """What a question wants, where its words tell: a time, a number, or None."""
    if _WHY.search(question):
        return None
    if _WHEN.search(question):
        return Kind.TIME
    counted = _KANA_HANGUL.search(question) and _COUNTED.search(question)
    if counted and counted[0][1:] in ("年", "月", "日", "時"):
        return Kind.TIME
    return Kind.NUMBER if counted or _HOW_MANY.search(question) else None


def wants_several(question: str) -> bool:
    """Whether one sentence may not be enough: a list, reasons, a way of doing, a comparison, or two questions."""
    return (_WHY.search(question) or _SEVERAL.search(question)) is not None


def lacks(sentence: str, kind: Kind) -> bool:
    """Whether a sentence names nothing of a kind, as far as its language is known here."""
    text = unicodedata.normalize("NFKC", sentence)
    if any(character.isdigit() for character in text):
        return False
    if _HAN.search(text) and not _KANA_HANGUL.search(text):
        return not (_HAN_NUMBER if kind is Kind.NUMBER else _HAN_TIME).search(text)
    if detect_language(text).partition("-")[0] == "en":
        return not (_LATIN_NUMBER if kind is Kind.NUMBER else _LATIN_TIME).search(text)
    return False
