import pytest

from zhangju_index.errors import DocumentError
from zhangju_index.formats.plain import MarkdownParser, PlainParser
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_bytes
from zhangju_index.protocols import Parser
from zhangju_index.values import PLAIN

TEXT = "---\r\ntitle: 大桥\r\nauthor: 王明\r\n---\r\n\r\n桥通车了。大家都很高兴，这是一个好日子。\r\n"


@pytest.mark.parametrize("parser", [PlainParser(), MarkdownParser()], ids=["text", "Markdown"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_the_text_is_the_file(parser: Parser, encoding: str) -> None:
    """Line ends and front matter stay in it, because every citation counts its characters."""
    parsed = parser.parse(TEXT.encode(encoding), "a")

    assert parsed.text == TEXT
    assert parsed.layout is PLAIN


def test_markdown_may_name_itself() -> None:
    """Front matter gives the title and what is known besides; plain text has none."""
    parsed = MarkdownParser().parse(TEXT.encode(), "a.md")

    assert parsed.title == "大桥"
    assert parsed.metadata == {"author": "王明"}
    assert PlainParser().parse(TEXT.encode(), "a.txt").title is None


def test_a_document_is_called_as_its_front_matter_says() -> None:
    """Unless its text has a title of its own; front matter itself is never a heading."""
    document = document_from_bytes(TEXT.encode(), source="bridge.md")
    titled = document_from_bytes((TEXT + "\n# 通车\n\n很好。\n").encode(), source="bridge.md")

    assert document.title == "大桥"
    assert document.metadata == {"author": "王明"}
    assert titled.title == "通车"
    assert [section.path for section in outline_document(titled).sections if section.kind == "title"] == [
        ("通车",)
    ]


@pytest.mark.parametrize("fence", ["---", "+++"])
def test_front_matter_is_kept_apart_from_the_text(fence: str) -> None:
    """In YAML and in TOML: it joins with nothing, and none of its lines is a heading."""
    sign = ":" if fence == "---" else " ="
    text = f"{fence}\ntitle{sign} 'A'\nslug{sign} 'b'\n{fence}\nThe bridge opened.\n\n# News\n\nIt is long.\n"
    found = outline_document(document_from_bytes(text.encode(), source="a.md"))

    assert [block.text for block in found.blocks][4:] == ["The bridge opened.", "# News", "It is long."]
    assert found.sections[0].end >= text.index("# News")


@pytest.mark.parametrize("parser", [PlainParser(), MarkdownParser()], ids=["text", "Markdown"])
def test_what_is_no_text_is_refused(parser: Parser) -> None:
    """With the reason that the encodings give."""
    with pytest.raises(DocumentError, match=r"^a is in an encoding"):
        parser.parse(b"caf\xe9", "a")
