import pytest

from zhangju_index.bylines import is_byline, is_note, is_post, stated_author


@pytest.mark.parametrize(
    "line",
    [
        "张小山",
        "王　芳",
        "欧阳明月",
        "李明 王芳",
        "李明、王芳、赵大河",
        "作者：李明",
        "本报记者 李明 通讯员 王芳",
        "文/李明",
        "青山大学河流研究所所长 赵大河",
        "青山大学教授赵大河",
        "中共青山市委党校课题组",
        "青山市人民政府",
        "By Mary Hale",
        "Mary Hale and John Field",
    ],
)
def test_bylines_are_told_by_their_form(line: str) -> None:
    """Names, posts with names, institutions that sign, and lines that say so."""
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "河流的春天",
        "一线观察",
        "为城市发展注入新动力",
        "李明来到了青山，看见了大河。",
        "The uses of idleness",
        "2024年11月1日",
        "加强组织领导",
        "关于内地与香港法院",
    ],
)
def test_titles_and_prose_are_no_bylines(line: str) -> None:
    """What only resembles a name by length is left alone."""
    assert not is_byline(line)


@pytest.mark.parametrize(
    "block",
    [
        "（作者系青山大学河流研究所教授）",
        "(本文作者为青山大学教授)",
        "【编者按】今年是建桥十周年。",
        "责任编辑：李明",
        "来源：青山日报",
        "The author is a gardener in Dover.",
    ],
)
def test_notes_are_told_by_their_opening(block: str) -> None:
    """A remark about the author, the editor or the source."""
    assert is_note(block)


@pytest.mark.parametrize("block", ["作者在书中写道，河流有自己的记忆。", "（一）明确责任。", "注意安全。"])
def test_a_paragraph_about_an_author_is_no_note(block: str) -> None:
    """Only the form of a note makes one."""
    assert not is_note(block)


def test_a_post_without_a_name_is_half_a_byline() -> None:
    """The name may stand on the next line."""
    assert is_post("青山大学河流研究所所长")
    assert not is_post("青山大学河流研究所所长 赵大河")
    assert not is_post("所长")


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("作者：张三", "张三"),
        ("　作者: 张三 李四 ", "张三 李四"),
        ("文/张三 图/李四", "张三"),
        ("本报记者 张三", "张三"),
        ("作者：张三 来源：青山日报 发布时间：2024-03-01", "张三"),
        ("作者：张三 | 2024-03-01", "张三"),
        ("By Mary Hale and John Field", "Mary Hale and John Field"),
        ("张三", None),
        ("编辑：张三", None),
        ("作者：", None),
        ("作者：张三说，河水上涨了。", None),
        ("By the time he came", None),
    ],
)
def test_author_is_taken_from_what_says_so(line: str, author: str | None) -> None:
    """A word of authorship makes a name an author; its form alone does not."""
    assert stated_author(line) == author
