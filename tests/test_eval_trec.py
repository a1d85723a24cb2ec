import pytest

from zhangju_eval.trec import read_documents, read_topics, read_trec
from zhangju_index.errors import EvalSetError

TOPICS = """<top>

<num> Number: 301
<title> International Organized Crime

<desc> Description:
Which organizations?
</top>
<top>
<num>302</num><title>小儿麻痹 &amp; 疫苗</title>
</top>
"""
DOCUMENTS = """<DOC>
<DOCNO> FT911-3 </DOCNO>
<HEADLINE>FT 14 MAY 91</HEADLINE>
<TEXT>
Crime, organised
across borders &amp; seas.
</TEXT>
</DOC>
<doc>
<docno>章2</docno>
疫苗有效。
</doc>
"""
QRELS = "301 0 FT911-3 1\n301 0 章2 0\n302 0 章2 2\n"


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def _file(text, name="file"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return _file


def test_the_three_files_become_a_set(file):
    """Numbers, titles and relevance are TREC's; a document is read when it is needed."""
    loaded = read_trec(file(QRELS, "qrels.txt"), file(TOPICS, "topics"), file(DOCUMENTS, "docs"))

    assert loaded.name == "qrels"
    assert [(q.id, q.question, dict(q.judged)) for q in loaded.questions] == [
        ("301", "International Organized Crime", {"FT911-3": 1, "章2": 0}),
        ("302", "小儿麻痹 & 疫苗", {"章2": 2}),
    ]
    assert loaded.corpus["FT911-3"] == "FT 14 MAY 91\nCrime, organised\nacross borders & seas."
    assert loaded.corpus["章2"] == "疫苗有效。"
    # TREC's lines are broken at a width, so a line is no paragraph.
    assert not loaded.corpus.document("章2").layout.unwrapped


@pytest.mark.parametrize(
    ("text", "first"),
    [("7\t一句。\n8\t两句。\n", "一句。"), ('{"_id": "7", "text": "一句。"}\n', "一句。")],
    ids=["columns", "json"],
)
def test_other_forms_are_told_by_their_beginning(file, text, first):
    """Two columns at a tab, as MS MARCO has them, or BEIR's JSON Lines."""
    assert read_topics(file(text))["7"] == first
    assert read_documents(file(text))["7"] == first


def test_judgements_and_a_run_need_no_topics(file):
    """Questions are known by their numbers."""
    assert [q.id for q in read_trec(file(QRELS)).questions] == ["301", "302"]


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        pytest.param(read_topics, "<top>\n<num>1\n<title>a\n", r"line 1: expected </top>", id="open"),
        pytest.param(
            read_topics, "<top>\n<num>1\n<top>\n", r"line 3: expected </top> of line 1", id="nested"
        ),
        pytest.param(read_topics, "<top>\n<title>a\n</top>\n", r"line 1: expected <num>", id="num"),
        pytest.param(read_topics, "<top>\n<num>1\n</top>\n", r"line 1: expected <title>", id="title"),
        pytest.param(
            read_topics, "<top>\n<num>1<title>。\n</top>\n", r"line 1: the question is", id="wordless"
        ),
        pytest.param(read_topics, "1\ta\n1\tb\n", "line 2: the number 1 is used twice", id="twice"),
        pytest.param(read_topics, "1 a\n", "line 1: expected a number, a tab", id="no-tab"),
        pytest.param(read_topics, "", "expected topics; the file holds none", id="empty"),
        pytest.param(read_documents, "<DOC>\n</DOC>\n", "line 1: expected <DOCNO>", id="docno"),
        pytest.param(
            read_documents, "<DOC>\n<DOCNO>1</DOCNO>\n</DOC>\nx\n", "line 4: expected <doc>", id="between"
        ),
        pytest.param(read_documents, "", "expected documents; the file holds none", id="no-documents"),
        pytest.param(
            read_documents, "1\ta\n1\tb\n", "line 2: the number 1 is used twice", id="document-twice"
        ),
        pytest.param(read_trec, "1 0 a\n1 0 b c\n", "line 1: expected relevance to be a whole", id="three"),
        pytest.param(read_trec, "1 0 a 1\n1 0 b\n", "line 2: expected relevance", id="columns"),
        pytest.param(
            read_trec, "1 0 a 1 9\n", "line 1: expected question, 0, passage and .* got 5", id="five"
        ),
        pytest.param(read_trec, "", "expected one judgement per line", id="no-judgements"),
    ],
)
def test_a_bad_line_is_named(file, read, text, message):
    """The error is one line with the file and the number of the line."""
    path = file(text)

    with pytest.raises(EvalSetError, match=message) as caught:
        read(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_question_that_was_judged_must_be_there(file):
    """The line is that of the judgements."""
    with pytest.raises(EvalSetError, match="qrels, line 1: there is no question 301"):
        read_trec(file(QRELS, "qrels"), file("302\t疫苗\n", "topics"))
