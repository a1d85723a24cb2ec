"""Generated documents: Chinese, English, mixed, other scripts, and everything files go wrong with."""

from hypothesis import strategies as st

_HAN = st.text(alphabet="河水山桥春天市民公园树木新技术的是在了和，、；", min_size=1, max_size=40)
_LATIN = st.lists(
    st.sampled_from(["the", "river", "Mr.", "rose", "3.5", "U.S.", "and", "Dover"]), min_size=1
).map(" ".join)
_OTHER = st.sampled_from(
    ["🎉𠮷野家👨‍👩‍👧", "النهر طويل", "הנהר ארוך", "แม่น้ำยาว", "नदी लंबी है", "川は長い", "강은 길다"]
)
_STOP = st.sampled_from(["。", "！", "？", ".", "? ", "；", "……", "。”", "）", ""])
_SENTENCE = st.tuples(st.one_of(_HAN, _LATIN, _OTHER), _STOP).map("".join)
_MARK = st.sampled_from(
    [
        "",
        "",
        "",
        "# ",
        "## ",
        "第一章 ",
        "第二条 ",
        "一、",
        "（一）",
        "1. ",
        "1.2 ",
        "- ",
        "| ",
        "（",
        "“",
        "```",
        "---",
        "　　",
        "\t",
    ]
)
_LINE = st.tuples(_MARK, st.lists(_SENTENCE, max_size=6).map("".join)).map("".join)
_END = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r", "\f", "\u2028", "\n \n\n", "\x1c", "\x85"])
_ARTICLE = st.lists(st.tuples(_LINE, _END).map("".join), max_size=25).map("".join)
_WRAPPED = st.tuples(_ARTICLE, st.integers(10, 30)).map(
    lambda pair: "\n".join(
        line[i : i + pair[1]] for line in pair[0].split("\n") for i in range(0, max(1, len(line)), pair[1])
    )
)
_SOUP = st.text(max_size=120)
_CONTROL = st.text(
    alphabet="甲a。. \x00\x1b\x1c\x1f\x7f\u200b\u200d\u202e\ufeff\u00ad\ud800\n\r", max_size=60
)

TEXTS = st.tuples(
    st.sampled_from(["", "", "\ufeff", "\n\n"]), st.one_of(_ARTICLE, _WRAPPED, _SOUP, _CONTROL)
).map("".join)
"""Texts of any kind, the empty one included."""
