"""What a question wants to be told, and which sentences have nothing of the kind."""

import pytest

from zhangju.expecting import Kind, expected_kind, lacks, wants_several


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("常州一共有多少家企业？", Kind.NUMBER),
        ("研究院有几位院士？", Kind.NUMBER),
        ("湖面有多大", Kind.NUMBER),
        ("這座橋有多長？", Kind.NUMBER),
        ("实验室是哪一年成立的？", Kind.TIME),
        ("会议是什么时候开的", Kind.TIME),
        ("会社は何人雇っていますか。", Kind.NUMBER),
        ("いつ開かれましたか。", Kind.TIME),
        ("회사는 모두 몇 개인가요?", Kind.NUMBER),
        ("언제 설립되었나요?", Kind.TIME),
        ("How many people work there?", Kind.NUMBER),
        ("In which year was it founded?", Kind.TIME),
        ("Wie viele Menschen wohnen dort?", Kind.NUMBER),
        ("Wann wurde es gegründet?", Kind.TIME),
        ("Combien de bornes y a-t-il ?", Kind.NUMBER),
        ("¿Cuántas escuelas hay?", Kind.NUMBER),
        ("¿En qué año se fundó?", Kind.TIME),
        ("Quantas escolas existem?", Kind.NUMBER),
        ("Сколько студентов учится?", Kind.NUMBER),
        ("Когда это случилось?", Kind.TIME),
        ("كم عدد الطلاب؟", Kind.NUMBER),
        ("متى تأسس المعهد؟", Kind.TIME),
        ("มีนักเรียนกี่คน", Kind.NUMBER),
        ("Có bao nhiêu trường?", Kind.NUMBER),
        ("कितने लोग थे?", Kind.NUMBER),
        ("Kaç kişi var?", Kind.NUMBER),
        ("谁写了这篇文章？", None),
        ("Where is the institute?", None),
        ("Why does it matter how fast a region grows?", None),
        ("为什么多少有些困难？", None),
        ("包括哪几个方面？", None),
        ("许多大企业面临的多重挑战是什么？", None),
        ("会议开了多久？", Kind.NUMBER),
        ("What happens when prices rise?", None),
        ("When forces come from different objects, what law holds?", None),
        ("When did it open?", Kind.TIME),
        ("And when was it closed?", Kind.TIME),
        ("What does the cat eat?", None),
        ("Что бывает, когда цены растут?", None),
        ("Que faut-il faire quand il pleut ?", None),
        ("Depuis quand existe-t-il ?", Kind.TIME),
        ("¿Qué pasa cuando llueve?", None),
        ("Quando foi fundado?", Kind.TIME),
        ("In quanti comuni si parla?", Kind.NUMBER),
        ("Okul ile ev arasında ne var?", None),
        ("कबीर ने क्या लिखा?", None),
        ("如何分配土地？", None),
        ("公司可以在任何时候解雇员工吗？", None),
        ("此诗的作者是何人？", None),
        ("何时开馆？", Kind.TIME),
        ("何年に開館しましたか。", Kind.TIME),
        ("追いついたのは誰ですか。", None),
        ("这几个国家的首都在哪里？", None),
        ("有几个国家参加？", Kind.NUMBER),
        ("กฎหมายฉบับนี้เกี่ยวกับอะไร", None),
        ("ما رأيك بالنسبة للقانون؟", None),
        ("Quand le roi est mort, qui lui a succédé ?", None),
        ("En cuanto a la ley, ¿quién decide?", None),
        ("Per quanto riguarda la legge, chi decide?", None),
        ("Hangi yıldız parlak?", None),
        ("لماذا ارتفعت نسبة البطالة؟", None),
    ],
)
def test_what_a_question_wants(question: str, kind: Kind | None) -> None:
    """Words of each language tell whether a number or a time is wanted."""
    assert expected_kind(question) is kind


@pytest.mark.parametrize(
    ("sentence", "kind", "nothing"),
    [
        ("国家41个工业大类中有37个。", Kind.NUMBER, False),
        ("共有三位作者。", Kind.NUMBER, False),
        ("投资达二十亿元。", Kind.NUMBER, False),
        ("全区一流的企业进一步壮大。", Kind.NUMBER, True),
        ("锻造新质生产力,是重要路径。", Kind.NUMBER, True),
        ("研究院去年底启用。", Kind.TIME, False),
        ("研究院在武进正式启用。", Kind.TIME, True),
        ("１９９８年开园。", Kind.TIME, False),
        ("Two of them stayed.", Kind.NUMBER, False),
        ("The company is large.", Kind.NUMBER, True),
        ("It opened in March.", Kind.TIME, False),
        ("It opened in the south of the city.", Kind.TIME, True),
        ("東京にあります。", Kind.NUMBER, False),
        ("Los alumnos son muchos.", Kind.NUMBER, False),
        ("Das Haus in der Stadt hat zwölf Zimmer in drei Etagen.", Kind.NUMBER, False),
        ("La casa in centro ha dodici stanze in tre piani.", Kind.NUMBER, False),
        ("There were fifteen members of the council.", Kind.NUMBER, False),
        ("火箭把三颗卫星送入轨道。", Kind.NUMBER, False),
        ("罚款一万元。", Kind.NUMBER, False),
        ("万余人参加了大会。", Kind.NUMBER, False),
        ("该塔建于唐代。", Kind.TIME, False),
        ("It opens at noon and closes at midnight.", Kind.TIME, False),
    ],
)
def test_what_a_sentence_lacks(sentence: str, kind: Kind, nothing: bool) -> None:
    """Numbers and times are seen in figures and words; idioms with a numeral are not taken for one."""
    # Of languages whose numbers are not known here nothing is said.
    assert lacks(sentence, kind) is nothing


SEVERAL = [
    "武进重点布局哪些未来产业？",
    "为什么要发展新质生产力？",
    "两者有什么区别？",
    "怎么看数字化？又怎么看绿色？",
    "What are the three steps?",
    "Which industries are named?",
    "Why was the bridge closed?",
    "Welche Branchen werden genannt?",
    "Quelles industries sont citées ?",
    "Какие отрасли развивают?",
    "どのような産業ですか。",
    "어떤 산업을 육성하나요?",
]
ONE = [
    "院长是谁？",
    "新质生产力是什么？",
    "小客车的通行费是多少？",
    "What is the toll?",
    "Who is the director?",
    "Wann wurde sie eröffnet?",
    "Qual montadora é citada como líder?",
]


@pytest.mark.parametrize("question", [*SEVERAL, *ONE])
def test_how_many_things_a_question_wants(question: str) -> None:
    """A list, reasons, a way, a comparison or two questions want more than one sentence; a fact does not."""
    assert wants_several(question) is (question in SEVERAL)
