import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhangju_index.errors import DocumentError
from zhangju_index.formats.encodings import decode_text, detect_encoding

SIMPLIFIED = (
    "青山市大桥建成通车\n\n"
    "昨天上午，横跨大河的新桥正式通车。这座桥长两千三百米，修建用了三年时间，两岸的居民从此不再需要坐船过河。\n"
    "市长在仪式上说：“我们要把桥管好、用好，让更多的人得到方便。”\n"
)
TRADITIONAL = (
    "青山市大橋建成通車\n\n"
    "昨天上午，橫跨大河的新橋正式通車。這座橋長兩千三百公尺，修建用了三年時間，兩岸的居民從此不再需要坐船過河。\n"
    "市長在儀式上說：「我們要把橋管好、用好，讓更多的人得到方便。」\n"
)
HONG_KONG = TRADITIONAL + "佢哋話呢條橋好靚，而家喺屋企行過去都唔使十分鐘嘅啫。\n"
MIXED = "Release notes 2.1\n\nFixed the login form. 修正了登录页面的问题，感谢用户的报告。\n" * 2
ENGLISH = "The new bridge was opened yesterday.\r\nIt is two kilometres long.\r\n"

JAPANESE = "昨日の午前、大きな川にかかる新しい橋が正式に開通した。この橋の長さは二千三百メートルで、工事は三年かかった。"
KANJI = (
    "日本国憲法第九条戦争放棄経済産業省特許庁審査官東京都千代田区霞関一丁目三番一号平成三十年度予算案閣議決定"
)
KOREAN = "어제 오전 큰 강을 건너는 새 다리가 정식으로 개통되었다. 이 다리의 길이는 이천삼백 미터이며 공사는 삼 년 걸렸다."
FRENCH = "Hier matin, le nouveau pont a été inauguré. « Nous sommes très heureux », a déclaré l’élève où l’été l’a mené. "
GERMAN = (
    "Gestern früh wurde die neue Brücke über den Fluß eröffnet. Sie ist schön, groß und heißt „Südbrücke“. "
)
RUSSIAN = "Вчера утром был открыт новый мост через большую реку. Длина моста две тысячи триста метров."
GREEK = "Χθες το πρωί άνοιξε η νέα γέφυρα πάνω από το μεγάλο ποτάμι."
THAI = "เมื่อวานนี้ตอนเช้าสะพานใหม่ข้ามแม่น้ำใหญ่เปิดอย่างเป็นทางการ"
HEBREW = "אתמול בבוקר נפתח הגשר החדש מעל הנהר הגדול והתושבים שמחו מאוד."
ARABIC = "افتتح صباح أمس الجسر الجديد فوق النهر الكبير وفرح السكان كثيرا."
TURKISH = (
    "Dün sabah büyük nehrin üzerindeki yeni köprüden geçtik; çok güzel bir gündü, şehirde herkes sevinçliydi."
)
POLISH = "Wczoraj rano otwarto nowy most nad dużą rzeką, a mieszkańcy byli bardzo szczęśliwi i wdzięczni."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (SIMPLIFIED, "utf-32"),
        (SIMPLIFIED, "gb2312"),
        (SIMPLIFIED, "gbk"),
        (SIMPLIFIED + "𠮷野家的🎉", "gb18030"),
        (TRADITIONAL, "utf-16-le"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "cp950"),
        (TRADITIONAL, "gbk"),
        (HONG_KONG, "big5hkscs"),
        (MIXED, "gb18030"),
        (ENGLISH, "ascii"),
        (ENGLISH, "utf-16-le"),
        (ENGLISH, "utf-16-be"),
        (KOREAN, "utf-16"),
        ("القاهرة", "utf-8"),
    ],
)
def test_a_text_is_decoded_exactly(text: str, encoding: str) -> None:
    """Every encoding that Chinese is kept in is known, whole files and titles alike."""
    assert decode_text(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("关于做好冬季校园供暖工作的通知", "gb18030"),
        ("桥通车了。大家都很高兴，这是一个好日子。", "gb18030"),
        ("關於做好冬季校園供暖工作的通知", "cp950"),
        ("橋通車了。大家都很高興，這是一個好日子。", "cp950"),
    ],
)
def test_a_title_is_enough(text: str, encoding: str) -> None:
    """Some fifteen characters of everyday language tell GB18030 from Big5."""
    assert decode_text(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (KANJI, "shift_jis"),
        (KANJI, "euc_jp"),
        (KOREAN, "euc_kr"),
        (KOREAN, "johab"),
        (FRENCH, "cp1252"),
        (FRENCH, "mac_roman"),
        (GERMAN, "cp1252"),
        (GERMAN, "cp850"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859_5"),
        (GREEK, "cp1253"),
        (THAI, "cp874"),
        (HEBREW, "cp1255"),
        (ARABIC, "cp1256"),
        (TURKISH, "cp1254"),
        (POLISH, "iso8859_2"),
    ],
)
def test_other_encodings_are_refused(text: str, encoding: str) -> None:
    """No foreign text is taken for Chinese, in whole or in any part: a wrong guess would be quoted."""
    data = text.encode(encoding, "ignore")
    for start in range(0, len(data), 7):
        for length in (20, 60, len(data)):
            found = detect_encoding(data[start : start + length])
            assert found in (None, "utf-8")  # a part of it may be ASCII
    with pytest.raises(DocumentError, match=r"^a\.txt is in .*: save it as UTF-8$"):
        decode_text(data, "a.txt")


@pytest.mark.parametrize(("text", "encoding"), [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "cp950")])
def test_gb18030_and_big5_are_never_taken_for_each_other(text: str, encoding: str) -> None:
    """Any stretch of a text is read as it was written, or refused."""
    for start in range(len(text)):
        for length in (4, 8, 16, 32):
            piece = text[start : start + length]
            if not piece.isascii():
                assert detect_encoding(piece.encode(encoding)) in (None, encoding)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_what_is_valid_utf_8_is_utf_8(text: str) -> None:
    """The one encoding that other bytes do not fit by chance comes before all guesses."""
    assert decode_text(b"#" + text.encode(), "a.txt") == "#" + text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SIMPLIFIED.encode()[:-3], "is UTF-8 text that is damaged at byte 2"),
        (SIMPLIFIED.encode().replace("新".encode(), b"\xff"), "is UTF-8 text that is damaged at byte 59"),
        (codecs.BOM_UTF8 + b"abc\xff", "is UTF-8 text that is damaged at byte 6"),
        (SIMPLIFIED.encode("gb18030")[:-3] + b"\xa1", "is GB18030 text that is damaged at byte"),
        (TRADITIONAL.encode("cp950") + b"\xff", "is Big5 text that is damaged at byte"),
        (SIMPLIFIED.encode("utf-16")[:-1], "is UTF-16 text that is damaged at byte"),
        (codecs.BOM_UTF32_LE + b"\xff" * 4, "is UTF-32 text that is damaged at byte 4"),
        ("联通".encode("gb18030"), "cannot be told for certain"),
        ("中国 is the name".encode("gb18030"), "cannot be told for certain"),
        (b"\x1b$B" + b"F|K\\" * 20, "is in ISO-2022"),
        (b"abc\0def\n", "is a binary file"),
        (b"\1\2\3\4 bytes of a program \xff", "is a binary file"),
        (
            "Er führte die Aufführung vor und rühmte sie, wo das Stück rückte. ".encode("cp1252") * 9,
            "cannot be told",
        ),
        (b"\x1b$\1\2\3\xff" * 50, "is a binary file"),
        (bytes(100), "is a binary file"),
        (("a\x80\x81" * 50).encode(), "is a binary file"),
    ],
)
def test_damaged_and_unclear_files_are_refused_in_one_line(data: bytes, said: str) -> None:
    """The message says where the damage is; nothing is replaced or left out in silence."""
    with pytest.raises(DocumentError) as caught:
        decode_text(data, "a.txt")

    assert str(caught.value).startswith("a.txt ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    """What is decoded can be written back as the same bytes; nothing else is raised."""
    encoding = detect_encoding(data)
    try:
        text = decode_text(data, "a")
    except DocumentError:
        return
    assert encoding is not None
    assert text == data.decode(encoding)


def test_a_large_file_is_told_in_seconds() -> None:
    """Five MiB of GB18030 take a moment, and so does refusing as much of something else."""
    started = time.process_time()
    large = SIMPLIFIED * 20_000
    assert decode_text(large.encode("gb18030"), "a.txt") == large
    assert detect_encoding(KOREAN.encode("euc_kr") * 40_000) is None
    assert time.process_time() - started < 10
