"""Which encoding the bytes of a text are in: told for certain, or not at all.

Chinese is met in UTF-8, UTF-16, GB18030 (with GBK and GB2312 inside it) and Big5. The last two give
nearly any bytes a reading: of each other's text, and of Korean, Japanese, Russian or French, they
make Chinese characters that nobody wrote, and these would be quoted as the source. A reading
therefore counts only where everyday characters are as frequent in it as they are in Chinese.
"""

import codecs
import re
import unicodedata
from collections import Counter
from math import sqrt

from zhangju_index.errors import DocumentError

__all__ = ["decode_text", "detect_encoding"]

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# Code page 950 is what Windows writes; the Hong Kong set adds characters to it.
_LEGACY = ("gb18030", "cp950", "big5hkscs")
_UTF16 = ("utf-16-le", "utf-16-be")
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "big5hkscs": "Big5",
}
# Switches to two-byte characters in ISO-2022-JP, -KR and -CN, which are otherwise ASCII.
_ISO_2022 = b"\x1b$"

# The characters used most in Simplified and in Traditional texts (encyclopedias, laws, plain speech).
# They are 73 to 83 of 100 Han characters in such texts, and seldom more than 20 of 100 where bytes
# are read in the wrong encoding.
_EVERYDAY = frozenset(
    "的在年人一国为是有和中以法于大了行他地第个不公部时学成定会其后用生上作尔政者或理当被分可民出主条斯与"
    "月方对发及十由家这并名来位之区员关里本机到西任自经多应日数三德间业特立得而制下事长要建管合所二利务院"
    "期加物通同进开规最高克市现英过内们亚种南代格美性等路新道世前使保球文工化能重动至次也体子全约称外教将"
    "四从因海设处门场马赛安该入提队表但实战府产面兰议度军系金式目比此司两药东权形基力起广电接级都罗元科如"
    "诺平治向拉北组天品计资明委气直证职常布相标士书正校卡米受包统维王单小服意构认据原台些林运线州责达阿播"
    "医然五还交义城水结取领更视共持决山纪口改程信首传依无收变非支情活量问尼供点件报联类纳查监巴许社总题它"
    "别指导语华准案选氧属居则已集六告族律列未就女施没解括照车洲心博记知请疫字古号影例质专曼具百始素剧节除"
    "省万展七果确威色术空项命派身论港县森界风河商造逊致朝督算流营带护少欧反蒙费越著型每图伦强近即演域复助"
    "病花审太转那死参回土争九龙帝防给获求速苏检先申育备办予航说存续令乐香音塔境限放卫奥宗必调执际网罪状失"
    "國為於後時學會與軍發個來區東對這戰經並動開爾亞內長統過現機進業馬產稱當羅聯將間體電種華權總義島史數兩"
    "議黨設員語達領約關從紀灣則實各車運星隊臺縣組認傳選蘭計們爭場屬務濟結漢萬廣江說無賽維書導變線韓決資還"
    "術歐局舉皇際蘇類帶條張陸清擊視該許武歷據別兵普納氣處官源規鐵團點印論曾較很攻邦石強又亦早門沒且光圖風"
    "質郵奧夫言京應易報殺劉率周構手票只初研級繼獲獨隨福再號根宣仍神響參增劃續俄轉題究連興農群波功去置革伊"
    "網極龍修記專溫衛完我你她哪好看想吗嗎呢吧啊把給让讓跟着什么麼怎样樣候裡头頭眼老爸妈媽孩男师師問话話听"
    "聽见見走坐火雨草春秋夜白黑红紅打吃喝钱錢买買卖賣写寫读讀笑哭爱愛怕真快慢远遠几幾八千半左右边邊"
)
# Signs that several encodings keep in one place, and that are therefore no evidence.
_NEUTRAL = re.compile(
    r"[\x00-\x7f\xa7\xb0\xb1\xb7\xd7\u2010-\u203b\u2103\u2160-\u216b\u2460-\u249b\u3000-\u301c\uff00-\uff5e]"
)
# One character beside small letters, as bytes of "für" and "été" make it; Chinese comes in words.
_LONE = re.compile(r"(?<=[a-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[a-z])")
# In 200,000 pieces of public texts, 20 to 200 characters each in fifty foreign encodings, these
# numbers let no wrong reading pass; a lower share lets some, and a higher one refuses good text.
_LEAST_SHARE = 0.3
_DEVIATIONS = 2.0
_LEAST_CHARACTERS = 3
_MOST_LETTERS = 0.3

_BINARY = "is a binary file: give a text, Markdown, HTML, Word (.docx) or PDF file"
_MOST_STRAYS = 0.2
_MOST_CONTROLS = 0.01
_KEPT_CONTROLS = "\t\n\r\f\v\x85"
_SAMPLE = 100_000


def decode_text(data: bytes, source: str) -> str:
    """Decode a text whose encoding is not known; a byte-order mark is no part of it.

    Args:
        data: The whole file.
        source: What to call it in an error.

    Raises:
        DocumentError: It is damaged or binary, or its encoding cannot be told for certain.
    """
    encoding = detect_encoding(data)
    if encoding is None:
        raise _refusal(data, source)
    text = data.decode(encoding)
    if _is_binary(text):
        raise DocumentError(f"{source} {_BINARY}", "binary")
    return text


def detect_encoding(data: bytes) -> str | None:
    """Name the codec that decodes ``data`` without error; None where none does so for certain."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding if _decoded(data, encoding) is not None else None
    if _is_iso_2022(data):
        return None
    zeros = b"\0" in data
    if not zeros and _decoded(data, "utf-8") is not None:
        return "utf-8"
    # No encoding of text but UTF-16 and UTF-32 has bytes of zero.
    shares = {} if zeros else {encoding: _chinese_share(data, encoding) for encoding in _LEGACY}
    shares |= {encoding: _utf16_share(data, encoding) for encoding in _UTF16}
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] > _LEAST_SHARE else None


def _chinese_share(data: bytes, encoding: str, errors: str = "strict") -> float:
    """Share of everyday characters that ``data`` has at least, read in an encoding for Chinese."""
    text = _decoded(data, encoding, errors)
    if text is None or _reads_as_kana_or_cyrillic(data):
        return 0.0
    counts = _telling(text)
    return _share_at_least(sum(counts[c] for c in counts.keys() & _EVERYDAY), sum(counts.values()))


def _utf16_share(data: bytes, encoding: str) -> float:
    """Share of everyday and of ASCII characters that ``data`` has at least, read as UTF-16."""
    text = _decoded(data, encoding)
    if text is None:
        return 0.0
    counts = Counter(text)
    if any(_is_odd(character) for character in counts):
        return 0.0
    known = sum(n for c, n in counts.items() if c in _EVERYDAY or c.isascii())
    return _share_at_least(known, len(text))


def _share_at_least(found: int, total: int) -> float:
    """Lower end of Wilson's interval for a share: few characters are little evidence."""
    if total < _LEAST_CHARACTERS:
        return 0.0
    share, z = found / total, _DEVIATIONS
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (share + z * z / (2 * total) - spread) / (1 + z * z / total)


def _reads_as_kana_or_cyrillic(data: bytes) -> bool:
    # EUC-JP has kana, and like GB2312 Greek and Cyrillic, where Big5 has its simplest characters.
    counts = _telling(_decoded(data, "euc_jp") or "")
    letters = sum(n for c, n in counts.items() if "\u0370" <= c <= "\u04ff" or "\u3041" <= c <= "\u30ff")
    return letters > _MOST_LETTERS * sum(counts.values())


def _telling(text: str) -> dict[str, int]:
    """How often each character occurs that is evidence for or against an encoding."""
    counts = Counter(_LONE.sub("\ufffd", text))
    return {character: n for character, n in counts.items() if not _NEUTRAL.match(character)}


def _is_iso_2022(data: bytes) -> bool:
    return data.isascii() and _ISO_2022 in data


def _decoded(data: bytes, encoding: str, errors: str = "strict") -> str | None:
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError:
        return None


def _is_odd(character: str) -> bool:
    """Whether it is unassigned, private, half of a pair, or a control that text does not use."""
    return unicodedata.category(character) in {"Cn", "Co", "Cs", "Cc"} and character not in _KEPT_CONTROLS


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    controls = sum(unicodedata.category(c) == "Cc" and c not in _KEPT_CONTROLS for c in sample)
    return "\0" in text or controls > _MOST_CONTROLS * len(sample)


def _refusal(data: bytes, source: str) -> DocumentError:
    """Say why ``data`` cannot be decoded, and what to do."""
    encoding = _damaged_encoding(data)
    if encoding is not None:
        return DocumentError(
            f"{source} is {_NAMES[encoding]} text that is damaged at byte {_first_fault(data, encoding)}: "
            "save it again as UTF-8, or get it once more",
            "damaged",
        )
    if _is_iso_2022(data):
        return DocumentError(f"{source} is in ISO-2022, which is not read: save it as UTF-8", "encoding")
    if _is_binary(data.decode("ascii", "ignore")):
        return DocumentError(f"{source} {_BINARY}", "binary")
    return DocumentError(
        f"{source} is in an encoding that cannot be told for certain (byte "
        f"{_first_fault(data, 'utf-8')} is not UTF-8, and GB18030, Big5 and UTF-16 make no Chinese of it): "
        "save it as UTF-8",
        "encoding",
    )


def _damaged_encoding(data: bytes) -> str | None:
    """The encoding that all of ``data`` but a few bytes is in."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding if _decoded(data, encoding) is None else None
    if b"\0" in data:
        return None
    counts = Counter(data.decode("utf-8", "surrogateescape"))
    strays = sum(count for character, count in counts.items() if "\udc80" <= character <= "\udcff")
    whole = sum(count for character, count in counts.items() if not character.isascii()) - strays
    if 0 < strays <= _MOST_STRAYS * whole:
        return "utf-8"
    readings = (encoding for encoding in _LEGACY if _decoded(data, encoding) is None)
    return next((e for e in readings if _chinese_share(data, e, "ignore") > _LEAST_SHARE), None)


def _first_fault(data: bytes, encoding: str) -> int:
    try:
        # The codec that takes a mark off counts without it.
        data.decode(encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
