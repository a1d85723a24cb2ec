import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhangju_index import lexical
from zhangju_index.chunking import chunk_document
from zhangju_index.lexical import _SIMPLIFIED, K1, B, LexicalIndex, highest, terms_within, tokenize
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article
from zhangju_index.toy import ToyEmbedder

TEXTS = st.lists(st.text("新质生产力武进AB1., 。\n", max_size=20), max_size=8)
QUESTIONS = st.text("新质生产力氢能AC12 ？", max_size=12)


@given(
    text=st.text("新质生产力武进々〇AB1203,.， \u0301é한국어ไทยकि\n", max_size=24),
    question=st.text("新质生产力武进々〇AB1203,.， \u0301é한국어ไทยकि", max_size=16),
)
@example(text="A〇", question="〇")
@example(text="É々々", question="々々")
def test_terms_within_a_text_are_those_among_its_tokens(text: str, question: str) -> None:
    """The quick way, the slow way, and commas within numbers."""
    terms = tokenize(question)

    assert terms_within(text, terms) == set(terms).intersection(tokenize(text))


def slow_bm25(texts: Sequence[str], terms: Sequence[str]) -> list[float]:
    """Lucene's BM25, written as the paper has it (Kamphuis et al. 2020, table 1)."""
    bags = [Counter(tokenize(text)) for text in texts]
    average = sum(bag.total() for bag in bags) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in terms:
            frequency = sum(term in other for other in bags)
            idf = math.log(1 + (len(bags) - frequency + 0.5) / (frequency + 0.5))
            if bag[term]:
                score += idf * bag[term] / (bag[term] + K1 * (1 - B + B * bag.total() / average))
        scores.append(score)
    return scores


def slow_coverage(texts: Sequence[str], question: str) -> list[float]:
    """BM25 over the sum of all weights, one text after the other."""
    terms = sorted(set(tokenize(question)))
    if not terms or not any(tokenize(text) for text in texts):
        return [0.0] * len(texts)
    frequencies = [sum(term in tokenize(text) for text in texts) for term in terms]
    most = sum(math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for n in frequencies)
    return [score / most for score in slow_bm25(texts, terms)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("生产力", ["生", "产", "力", "生产", "产力"], id="Han"),
        pytest.param("人々〇", ["人", "々", "〇", "人々", "々〇"], id="iteration mark and zero"),
        pytest.param("𠮷野家", ["𠮷", "野", "家", "𠮷野", "野家"], id="Han outside the basic plane"),
        pytest.param("葛\U000e0100城", ["葛", "城", "葛城"], id="Han with a variant selector"),
        pytest.param("データ", ["デ", "ー", "タ", "デー", "ータ"], id="kana"),
        pytest.param("ﾃﾞｰﾀ", ["デ", "ー", "タ", "デー", "ータ"], id="half-width kana"),
        pytest.param("서울 시", ["서", "울", "서울", "시"], id="hangul"),
        pytest.param("น้ำ", ["น", "้", "ํ", "า", "น้", "้ํ", "ํา"], id="Thai"),
        pytest.param("हिन्दी में", ["हिन्दी", "में"], id="Hindi with marks"),
        pytest.param("हिन्दी中文", ["हिन्दी", "中", "文", "中文"], id="Hindi, then Han"),
        pytest.param("নতুন উৎপাদন।", ["নতুন", "উৎপাদন"], id="Bengali"),
        pytest.param("புதிய தமிழ்", ["புதிய", "தமிழ்"], id="Tamil"),
        pytest.param("الإنتاج الجديد", ["الإنتاج", "الجديد"], id="Arabic"),
        pytest.param("كِتَابٌ كتـــاب", ["كتاب", "كتاب"], id="Arabic with points and stretched"),
        pytest.param("می\u200cخواهم", ["میخواهم"], id="Persian with a non-joiner"),
        pytest.param("שָׁלוֹם", ["שלום"], id="Hebrew with points"),
        pytest.param("Fußgänger Café", ["fussgänger", "café"], id="Latin with accents"),
        pytest.param("cafe\u0301 café", ["café", "café"], id="composed and decomposed"),
        pytest.param("a\u0331b", ["a\u0331b"], id="an accent no single character holds"),
        pytest.param("a\u0331中", ["a\u0331", "中"], id="an accent, then Han"),
        pytest.param("Pro\u00adduk\u00adtion", ["produktion"], id="soft hyphens"),
        pytest.param("ΣΊΣΥΦΟΣ σίσυφος", ["σίσυφοσ", "σίσυφοσ"], id="Greek final sigma"),
        pytest.param("37.5% 1,234 12,345.6", ["37.5", "1234", "12345.6"], id="numbers"),
        pytest.param("2024.3.5 1,2", ["2024.3.5", "1,2"], id="dates and lists"),
        pytest.param("٢٠٢٤ २०२४ ２０２４", ["2024", "2024", "2024"], id="digits of other scripts"),
        pytest.param("５００强", ["500", "强"], id="full-width digits"),
        pytest.param("ＡＩ技术", ["ai", "技", "术", "技术"], id="full-width letters"),
        pytest.param("用AI造车", ["用", "ai", "造", "车", "造车"], id="mixed"),
        pytest.param("STRASSE Straße", ["strasse", "strasse"], id="case"),
        pytest.param("COVID-19 foo_bar", ["covid", "19", "foo", "bar"], id="hyphen and underscore"),
        pytest.param("新\n质", ["新", "质"], id="white space parts"),
        pytest.param("“新”，质。", ["新", "质"], id="punctuation parts"),
        pytest.param("新😀质", ["新", "质"], id="emoji parts"),
        pytest.param("新\ud800质", ["新", "质"], id="a lone surrogate parts"),
        pytest.param("……《》——!?", [], id="punctuation alone"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    """Unspaced scripts give characters, then pairs; the others give words, folded."""
    assert sorted(tokenize(text)) == sorted(tokens)


@given(st.text(max_size=40))
def test_any_text_can_be_tokenised(text: str) -> None:
    """Tokens are never empty and hold no white space, whatever the script."""
    tokens = tokenize(text)

    assert all(tokens)
    assert not any(character.isspace() for token in tokens for character in token)


@given(TEXTS, QUESTIONS)
def test_coverage_agrees_with_a_slow_one(texts: list[str], question: str) -> None:
    """The tables give what the formula says."""
    index = LexicalIndex.build(texts)

    assert len(index) == len(texts)
    np.testing.assert_allclose(index.coverage(question), slow_coverage(texts, question), rtol=2e-6)


@given(st.lists(TEXTS, max_size=4), QUESTIONS)
def test_parts_that_are_joined_answer_as_one(parts: list[list[str]], question: str) -> None:
    """Texts that were indexed apart have the shares and the coverage of a whole build, to the last bit."""
    whole = LexicalIndex.build([text for texts in parts for text in texts])
    joined = LexicalIndex.join(LexicalIndex.build(texts) for texts in parts)

    assert len(joined) == len(whole)
    assert joined.shares(question) == whole.shares(question)
    np.testing.assert_array_equal(joined.coverage(question), whole.coverage(question))


@given(
    scores=st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9]), max_size=60),
    count=st.integers(1, 12),
    stretches=st.integers(1, 4),
)
def test_the_highest_scores_are_those_of_a_sort(scores: list[float], count: int, stretches: int) -> None:
    """However scores are divided into stretches; equal ones keep their order, and none is 0."""
    values = np.array(scores, dtype=np.float32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_STRETCHES", stretches)
        assert highest(values, count).tolist() == _sorted(values, count)


@given(
    parts=st.lists(st.lists(st.text("新质生产力", max_size=6), max_size=25), max_size=3),
    question=st.text("新质生产力氢", max_size=8),
    count=st.integers(1, 6),
)
def test_the_best_rows_are_those_of_all_scores(parts: list[list[str]], question: str, count: int) -> None:
    """Whether a common term is read or looked up, and in how many parts: rows and scores are the same."""
    index = LexicalIndex.join(LexicalIndex.build(texts) for texts in parts)
    shares, scores = index.shares(question), index.coverage(question)
    rows = np.arange(1, len(index), 2)

    np.testing.assert_array_equal(index.coverage_at(shares, rows), scores[rows])
    for through, looking_up in ((0, 0), (0, 1), (1, 16)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lexical, "_LOOKING_THROUGH", through)
            patch.setattr(lexical, "_LOOKING_UP", looking_up)
            assert index.best(shares, count).tolist() == sorted(_sorted(scores, count))


def test_common_terms_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What texts hold is looked up where it can change nothing but the order of the best."""
    texts = [f"的{'市' * (number % 3)}" for number in range(300)]
    texts[7] = texts[50] = "的氢能汽车"
    index = LexicalIndex.build(texts)
    shares, read = index.shares("的氢能汽车"), list[int]()
    add = LexicalIndex._add
    monkeypatch.setattr(
        LexicalIndex,
        "_add",
        lambda self, term, scores: read.append(term.frequency) or add(self, term, scores),
    )

    assert index.best(shares, 2).tolist() == [7, 50]
    assert set(read) == {2}


def _sorted(scores: np.ndarray, count: int) -> list[int]:
    return [row for row in np.argsort(-scores, kind="stable").tolist() if scores[row] > 0][:count]


def test_many_kinds_of_entries_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two bytes do not number every count in texts of every length, four do."""
    texts = ["a b", "a a b", "a a a b c", "c", "b b b b c d e"]
    for name, most, dtype in (("two", 1 << 16, "<u2"), ("four", 3, "<u4")):
        monkeypatch.setattr("zhangju_index.lexical._KINDS_IN_TWO_BYTES", most)
        LexicalIndex.write(tmp_path / name, texts)
        assert np.load(tmp_path / name / "kinds.npy").dtype == np.dtype(dtype)
        index = LexicalIndex.load(tmp_path / name, len(texts))
        for question in ("a", "b c", "a d absent"):
            np.testing.assert_allclose(index.coverage(question), slow_coverage(texts, question), rtol=2e-6)


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=30))
def test_coverage_is_a_share(texts: list[str], question: str) -> None:
    """Whatever is asked of whatever texts, each row gets a value in [0, 1]."""
    coverage = LexicalIndex.build(texts).coverage(question)

    assert coverage.shape == (len(texts),)
    assert coverage.dtype == np.float32
    assert ((coverage >= 0) & (coverage <= 1)).all()


@given(TEXTS, QUESTIONS)
def test_shares_add_up(texts: list[str], question: str) -> None:
    """The shares of a question's terms are 1 together, and coverage is counted in them."""
    index = LexicalIndex.build(texts)
    shares = index.shares(question)

    assert set(shares) == set(tokenize(question))
    assert not shares or math.isclose(sum(shares.values()), 1)
    np.testing.assert_array_equal(index.coverage_of(shares), index.coverage(question))


def test_a_rare_term_weighs_more() -> None:
    """A word of one text counts for more than one of all; one of none counts the most."""
    index = LexicalIndex.build(["alpha beta", "alpha", "alpha"])

    assert 0 < index.weight("alpha") < index.weight("beta") < index.weight("gamma")


@pytest.mark.parametrize("texts", [[], ["", ""], ["……", "《》"]], ids=["none", "empty", "punctuation"])
def test_texts_without_words_hold_nothing(texts: list[str], tmp_path: Path) -> None:
    """An index of nothing answers with zeros, also from its files."""
    LexicalIndex.write(tmp_path / "bm25", texts)
    index = LexicalIndex.load(tmp_path / "bm25", len(texts))

    for question in ("新质生产力", "\0", "", "？"):
        assert index.coverage(question).tolist() == [0.0] * len(texts)


# --- on the article ----------------------------------------------------------------------------

EXACT = {
    "“三度一率”指的是什么？": "三度一率",
    "“微笑曲线”两端有哪些机构？": "微笑曲线",
    "什么叫“链主”企业？": "“链主”",
    "长三角双碳先导区在哪里打造？": "长三角双碳先导区",
    "龙城实验室和谁合作？": "龙城实验室",
    "揭榜挂帅用在什么领域？": "揭榜挂帅",
    "武进综保区有什么用？": "武进综保区",
    "“青年友好”怎么做？": "青年友好",
    "“十百千”行动是什么？": "十百千",
    "谁来创建“灯塔工厂”？": "灯塔工厂",
    "绿色供应链怎么打造？": "绿色供应链",
    "“信用承诺容缺受理”是什么举措？": "信用承诺容缺受理",
    "“危污乱散低”怎样整治？": "危污乱散低",
    "固体微结构物理国家重点实验室属于哪所大学？": "固体微结构物理",
    "666个小类中有多少个？": "666个小类",
}


@pytest.fixture(scope="module")
def article() -> tuple[list[str], LexicalIndex]:
    """Reading texts of the article's chunks, and the index of them."""
    chunks = chunk_document(outline_document(bundled_article()), ToyEmbedder().count_tokens)
    texts = [chunk.reading_text for chunk in chunks]
    return texts, LexicalIndex.build(texts)


@pytest.mark.parametrize(("question", "term"), EXACT.items(), ids=EXACT.values())
def test_exact_terms_are_found(article: tuple[list[str], LexicalIndex], question: str, term: str) -> None:
    """A question with a term of the text finds a chunk that holds it first, without a dictionary."""
    texts, index = article
    coverage = index.coverage(question)

    assert term in texts[int(coverage.argmax())]


@pytest.mark.parametrize(
    "question",
    [
        "Which future industries does the district plan for?",
        "Welche Rolle spielt die Innovation für die Wirtschaft?",
        "¿Qué dice el autor sobre el talento humano?",
        "Кто написал колонку эксперта?",
        "من كتب هذه المقالة؟",
        "ใครเป็นผู้เขียนบทความนี้",
        "यह लेख किसने लिखा है?",
        "누가 이 글을 썼습니까?",
    ],
    ids=["en", "de", "es", "ru", "ar", "th", "hi", "ko"],
)
def test_another_language_covers_nothing(article: tuple[list[str], LexicalIndex], question: str) -> None:
    """A leg that cannot read the question stays silent instead of ranking accidents."""
    assert article[1].coverage(question).max() < 0.02


def test_what_is_loaded_is_what_was_built(article: tuple[list[str], LexicalIndex], tmp_path: Path) -> None:
    """Values are the same from the mapped tables; nothing on disk needs pickle, or is one."""
    texts, built = article
    LexicalIndex.write(tmp_path / "bm25", texts)
    loaded = LexicalIndex.load(tmp_path / "bm25", len(texts))

    for question in EXACT:
        np.testing.assert_array_equal(loaded.coverage(question), built.coverage(question))
    for path in (tmp_path / "bm25").iterdir():
        assert np.load(path, allow_pickle=False).dtype != object


def test_a_build_in_parts_gives_the_same(
    article: tuple[list[str], LexicalIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many pairs are in memory at a time shows nowhere."""
    texts, built = article
    monkeypatch.setattr("zhangju_index.lexical._PAIRS_AT_A_TIME", 7)
    in_parts = LexicalIndex.build(texts)

    for question in EXACT:
        np.testing.assert_array_equal(in_parts.coverage(question), built.coverage(question))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_loaded_tables_are_mapped(article: tuple[list[str], LexicalIndex], tmp_path: Path) -> None:
    """Opening the tables of a large index reads none of them."""
    LexicalIndex.write(tmp_path / "bm25", article[0])

    index = LexicalIndex.load(tmp_path / "bm25", len(article[0]))

    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert all(str(path) in mapped for path in (tmp_path / "bm25").iterdir())
    assert index.coverage("三度一率").max() > 0


def _cut_rows(folder: Path) -> None:
    np.save(folder / "rows.npy", np.load(folder / "rows.npy")[1:])


def _widen_times(folder: Path) -> None:
    np.save(folder / "times.npy", np.load(folder / "times.npy").astype("<f8"))


def _cut_tokens(folder: Path) -> None:
    np.save(folder / "tokens.npy", np.load(folder / "tokens.npy")[1:])


def _cut_lengths(folder: Path) -> None:
    np.save(folder / "lengths.npy", np.load(folder / "lengths.npy")[1:])


def _empty_starts(folder: Path) -> None:
    np.save(folder / "starts.npy", np.empty(0, dtype="<i8"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(_cut_rows, "values in rows, got", id="rows missing"),
        pytest.param(_cut_lengths, "expected 2 values in lengths, got 1", id="a text missing"),
        pytest.param(_widen_times, "type <i4, got float64", id="another type"),
        pytest.param(_cut_tokens, "expected 2 values in tokens, got 1", id="a kind missing"),
        pytest.param(_empty_starts, "values in starts, got 0", id="nothing"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    damage: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    """Tables of another build, or of another kind, never give an answer."""
    LexicalIndex.write(tmp_path / "bm25", ["新质生产力", "武进"])
    damage(tmp_path / "bm25")

    with pytest.raises(ValueError, match=message):
        LexicalIndex.load(tmp_path / "bm25", 2)


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove files that are mapped")
def test_a_loaded_index_outlives_its_files(article: tuple[list[str], LexicalIndex], tmp_path: Path) -> None:
    """A build that replaces the index removes files that a server still answers from."""
    texts, built = article
    LexicalIndex.write(tmp_path / "bm25", texts)
    loaded = LexicalIndex.load(tmp_path / "bm25", len(texts))
    for path in (tmp_path / "bm25").iterdir():
        path.unlink()

    for question in EXACT:
        np.testing.assert_array_equal(loaded.coverage(question), built.coverage(question))


def test_threads_get_the_same_values(article: tuple[list[str], LexicalIndex]) -> None:
    """Eight threads asking at once get what one gets."""
    index = article[1]
    alone = [index.coverage(question) for question in EXACT]
    with ThreadPoolExecutor(8) as pool:
        for values in zip(*(pool.map(index.coverage, EXACT) for _ in range(8)), alone, strict=True):
            assert all((value == values[-1]).all() for value in values)


def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """The order of strings in a set, which differs between processes, does not get into the files."""
    script = (
        "import sys; from pathlib import Path; from zhangju_index.lexical import LexicalIndex;"
        "LexicalIndex.write(Path(sys.argv[1]), ['新质生产力 new', '武进 alpha beta', '', '氢能 beta'])"
    )
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script, tmp_path / seed], check=True, env=environment)

    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "2").iterdir())
    assert all((tmp_path / "1" / n).read_bytes() == (tmp_path / "2" / n).read_bytes() for n in names)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("創新的載體在產業", "创新的载体在产业。", id="traditional question, simplified text"),
        pytest.param("创新的载体在产业", "創新的載體在產業。", id="simplified question, traditional text"),
        pytest.param("発電所の計画", "发电所的计划。", id="Japanese forms"),
    ],
)
def test_scripts_of_chinese_meet(question: str, text: str) -> None:
    """A question in one script finds text in the other as in its own."""
    index = LexicalIndex.build([text, "别的一句话。"])
    other = LexicalIndex.build(
        [text.translate(str.maketrans("創載體產業発電計畫", "创载体产业发电计划")), "别的一句话。"]
    )

    assert index.coverage(question)[0] == pytest.approx(other.coverage(question)[0])
    assert index.coverage(question)[0] > 3 * index.coverage(question)[1]


def test_folding_of_scripts_ends() -> None:
    """No character goes to one that goes on to another, and one stays one."""
    table = _SIMPLIFIED

    assert len(table) > 3500
    assert not table.keys() & set(table.values())
