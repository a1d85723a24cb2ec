import pytest

from zhangju_index.bylines import is_byline, is_note, is_post, stated_author
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_text


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


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Von Max Mustermann", "Max Mustermann"),
        ("Von Anna Schmidt und Karl von Holt", "Anna Schmidt und Karl von Holt"),
        ("Text: Anna Schmidt | 12. März 2026", "Anna Schmidt"),
        ("Door Jan de Vries", "Jan de Vries"),
        ("Par Jean Dupont", "Jean Dupont"),
        ("Propos recueillis par Sophie Martin", "Sophie Martin"),
        ("Por María López", "María López"),
        ("Por João Almeida e Ana Reis", "João Almeida e Ana Reis"),
        ("di Marco Rossi", "Marco Rossi"),
        ("Autor: Jan Kowalski", "Jan Kowalski"),
        ("Автор: Иван Петров", "Иван Петров"),
        ("Yazan: Ayşe Demir", "Ayşe Demir"),
        ("Tác giả: Nguyễn Văn An", "Nguyễn Văn An"),
        ("Oleh Budi Santoso", "Budi Santoso"),
        ("Penulis: Dewi Lestari", "Dewi Lestari"),
        ("بقلم سمير خوري", "سمير خوري"),
        ("文\uff1d山田太郎", "山田太郎"),
        ("山田太郎記者", "山田太郎"),
        ("홍길동 기자", "홍길동"),
        ("(서울=한강통신) 홍길동 기자 hong@example.kr", "홍길동"),
    ],
)
def test_other_languages_say_who_wrote_with_words_of_their_own(line: str, author: str) -> None:
    """An opener (Von, Par, Автор:) or a closer (記者, 기자), and nothing but names beside it."""
    assert is_byline(line)
    assert stated_author(line) == author


@pytest.mark.parametrize(
    "line",
    [
        "Von Anfang an",
        "Von Jahr zu Jahr mehr Gäste",
        "VON DER IDEE ZUM PRODUKT",
        "POR UN PAÍS MEJOR",
        "（中山大学）",
        "（上野公園）",
        "山口新聞記者",
        "كتب: قائمة المراجع",
        "저자: 미상",
        "Von Max Mustermann gestiftet",
        "Von Hamburg nach Berlin",
        "Text: die Lage am Fluss",
        "Door de jaren heen",
        "Par ailleurs",
        "Par la Loire et le Rhône",
        "Por otra parte",
        "Por um lado",
        "Di solito chiude in aprile",
        "Autor: szukanie szczęścia",
        "Автор проекта сказал",
        "Автор: поиски имени",
        "Yazan: bir kalem",
        "Tác giả bản thiết kế",
        "Oleh karena itu",
        "Penulis: mencari nama",
        "كتب الناس رسائل كثيرة",
        "بقلم رصاص",
        "文化会館の前の道",
        "（石川県）",
        "（試行）",
        "記者会見",
        "기자 회견",
        "정치부 기자",
        "Por María López.",
    ],
)
def test_what_only_opens_like_a_byline_is_none(line: str) -> None:
    """Sentences, headings and places begin with the same words; no names follow there."""
    assert stated_author(line) is None


@pytest.mark.parametrize(
    ("title", "byline", "date", "text"),
    [
        ("Der Garten am Bahnhof", "Von Max Mustermann", "3. Mai 2026", "Von Anfang an gab es Streit um das Geld."),
        ("Un puente sobre el río", "Por María López", "3 de mayo de 2026", "Por otra parte, la calle está cerrada."),
        ("Новый мост через реку", "Автор: Иван Петров", "3 мая 2026 года", "Автор проекта сказал, что работы шли два года."),
        ("駅裏の畑", "文・山田太郎", "2026年5月3日", "青葉駅の裏に小さな畑がある。"),
        ("역 뒤의 텃밭", "홍길동 기자", "2026년 5월 3일", "기자 회견에서 시장은 기쁘다고 말했다."),
        ("حديقة خلف المحطة", "بقلم سمير خوري", "3 مايو 2026", "كتب الناس رسائل كثيرة إلى البلدية."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("page", ["{title}\n{byline}\n{date}\n\n{text}\n", "# {title}\n\n{byline}\n\n{date}\n\n{text}\n", "{title}\n\n{text}\n\n{byline}\n"])  # fmt: skip
def test_a_byline_stands_under_a_title_or_at_the_end(
    page: str, title: str, byline: str, date: str, text: str
) -> None:
    """It is a section of its own, which an answer can quote, and the author of the document."""
    document = document_from_text(
        page.format(title=title, byline=byline, date=date, text=text), name="page", source="page.md"
    )
    sections = outline_document(document).sections
    shown = [document.text[s.start : s.end].strip() for s in sections if s.kind == "author"]
    assert shown == [byline]
    assert document.metadata["author"] == stated_author(byline)
