from markup import Reader
from zhangju.values import Listing
from zhangju_index.outline import outline_document
from zhangju_index.parsing import bundled_article, document_from_text
from zhangju_ui.library_view import outline_tree, render_documents, render_outline, render_preview

OUTLINE = outline_document(bundled_article())


def flat(nodes, depth=0):
    """The tree as rows."""
    for node in nodes:
        yield depth, node.path[-1]
        yield from flat(node.children, depth + 1)


def test_the_tree_is_the_outline():
    """Every named section is there once, in order, under its own parent."""
    named = [s for s in OUTLINE.sections if s.kind in {"title", "heading", "lead"}]
    rows = list(flat(outline_tree(OUTLINE.sections)))
    assert [name for _, name in rows] == [section.path[-1] for section in named]
    assert rows[0][0] == 0
    assert [depth for depth, name in rows if name == "做强主导产业,激活新质生产力"] == [2]


def test_each_section_leads_to_its_place_and_can_be_asked_alone():
    """Its button holds the offset; the other one the headings that a question is limited by."""
    page = Reader(render_outline(OUTLINE, "zh-Hans"))
    starts = [s.start for s in OUTLINE.sections if s.kind in {"title", "heading", "lead"}]
    assert [int(at) for at in page.all("data-at")] == starts
    assert len(page.all("data-section")) == len(starts)
    assert page.all("aria-pressed") == ["false"] * len(starts)
    assert "深刻领会因地制宜发展新质生产力重大要求 着力打造现代化产业强区 › " in page.all("data-section")[1]


def test_an_odd_document_is_text():
    """Titles and sources of any kind neither end nor fill a tag."""
    odd = Listing('"><img src=x>', "<b>t</b>\u202e", "<s>.txt", 3, {})
    page = Reader(render_documents([odd], "en", removable=True))
    assert not {"img", "b", "s"} & set(page.tags)
    assert set(page.all("data-document")) == {odd.document_id}
    assert "<b>t</b>" in page.text


def test_a_large_library_is_listed_whole():
    """The filter finds what is there: so every document is, without its tree."""
    many = [Listing(f"d{n}", f"题{n}", f"{n}.txt", 10, {}) for n in range(1000)]
    written = render_documents(many, "en")
    assert written.count("<details") == written.count("zj-lazy") == 1000
    assert "zj-filter" in written
    assert "1000 documents" in written


def test_a_preview_shows_what_was_understood_and_what_was_wrong():
    """The outline is there before anything is added; a refusal is in words."""
    outline = outline_document(
        document_from_text("第一章 总则\n\n<b>第一条</b> 正文。", name="x", source="x.txt")
    )
    page = Reader(render_preview([outline], ["“a.pdf” cannot be read: <i>"], "en"))
    assert "第一章 总则" in page.text
    assert "<i>" in page.text
    assert page.all("role") == ["alert"]
    assert "b" not in page.tags
