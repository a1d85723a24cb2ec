"""Follow-up questions, without a language model: what they lean on is carried over.

    那第二个呢？  the next?        another item of the list that is being walked through
    还有呢？     what else?       what stands after the place cited last
    那载体呢？   and the money?   the question before, about something else
    谁写的？     why was it?      the question before is what it is about

A question that names its own subject stands for itself, whatever was asked before, and so does one that
says that it changes the subject.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zhangju.history import Place, Turn
from zhangju.language import detect_language, words_of
from zhangju.replacing import replace_part
from zhangju.simplified import simplify
from zhangju.walking import BARE, following, names_article, read_step, text_of, walk
from zhangju_index.values import Document

__all__ = ["Reading", "about_article", "read_follow_up"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a follow-up is understood.

    Attributes:
        text: What it is taken to ask, or the words that it points to.
        leans: Whether anything was carried over; a question after a change of subject is read
            without the words that announce it.
        place: The place that it points to, where that is known: the next item of a list.
        nth: Which item it asks for, counted from 1, -1 for the last, 0 where it does not say.
        step: 1 for the next item, -1 for the one before, else 0.
        missing: Whether there is no such item where the last answer stands.
    """

    text: str
    leans: bool = True
    place: Place | None = None
    nth: int = 0
    step: int = 0
    missing: bool = False


_CHANGES = re.compile(
    r"^\s*(?:换个话题|換個話題|换个问题|換個問題|另一个问题|另一個問題|另外问一下|另外問一下|再问一个|再問一個|顺便问一下|順便問一下|顺便问|順便問|对了|對了|题外话|題外話"
    r"|another question|a different question|different topic|new topic|new question|on another note|by the way|btw|changing the subject|unrelated"
    r"|andere frage|eine andere frage|themenwechsel|übrigens|autre question|au fait|otra pregunta|cambiando de tema|por cierto|outra pergunta|a propósito|altra domanda|a proposito"
    r"|другой вопрос|кстати|別の質問ですが|別の質問|話は変わりますが|ところで|다른 질문인데|다른 질문|그런데)\s*[,，:：;；。.、]?\s*",
    re.IGNORECASE,
)
_AND_HAN = re.compile(r"^(?:那么|那|然后|好的|好|嗯|哦|呃|请问)+[,，]?")
_MORE_HAN = re.compile(
    r"(?:还有|还有没有|还有别的|还有其他|还有什么|还有哪些|还有其它|其他的?|其它的?|别的|另外|然后|接下来|继续|接着|后面|之外|除此之外)"
    r"(?:的|什么|哪些|别的|其他|其它|内容|方面|要点|措施|吗|呢|有|还有|说|讲|了|没有|是)*"
)
_MORE = re.compile(
    r"(?:and |und |et |y |e |а )?(?:what|anything|was|sonst|wer|quoi|qué|que|algo|что|что-нибудь)? ?"
    r"(?:else|more|any (?:more|others?|other ones)|noch(?: was| etwas)?|sonst noch(?: was| etwas)?|d['’]autre|encore|más|mais|altro|ещё|еще|дальше|weiter|go on|continue|and then|next)"
    r"(?: is there| are there| does it say| gibt es)?|(?:他には?|ほかには?|その他は|それから|続きは)(?:何|なに)?(?:が?あります)?(?:か|です|は)*|(?:또|더|그 외에?|다른 것은?)(?: 있나요| 뭐가 있나요| 있어요|요)?",
    re.IGNORECASE,
)
_HAN_X = re.compile(r"^(?P<x>[^，,。？?！!]{1,16}?)(?:呢|又如何|又怎么样|又怎样|又是什么|怎么样|如何)$")
_ASK_HAN = re.compile(
    r"什么时候|什么|哪里|哪些|哪几|哪个|哪|谁|多少|几|怎么样|怎样|怎么|如何|为什么|为何|何时|何|呢|吗|多大|多久|是否"
)
_POINTS_HAN = re.compile(
    r"它们?|(?<!其)他(?!人|国|省|乡|杀|物)们?|她们?|其中|其(?!他|它|余|实|次)|(?:这|那)(?:个|些|里|样|点|种|位|项|一点|家|件|方面)?(?!篇|份|本|页|张|组|部|么|年|时)|(?<![应])该(?:项|院|区|市|地|人|公司|研究院|单位)|上述|前者|后者|此(?:外)?|当地"
)
# By language, since one's pronoun is another's article. What stands before a noun counts as well.
_POINTS: dict[str, re.Pattern[str]] = {
    language: re.compile(pattern, re.IGNORECASE)
    for language, pattern in {
        "en": (
            r"\b(?:it|its|they|them|their|he|him|his|she|her|this|these|those|there|the same|the former|the latter)\b"
            r"|\bthat\b(?=\s*$)|\b(?:about|of|for|like|with|by|is|was|does|do|did) that\b|\bones?\b(?=\s*$)"
        ),
        "de": r"\b(?:er|sie|ihn|ihm|ihr|ihre[mnrs]?|seine?[mnrs]?|dies(?:e[mnrs]?)?|dort|davon|dafür|damit|dazu|dabei|darüber)\b",
        "fr": r"\b(?:il|elle|ils|elles|lui|leur|leurs|cela|ça|ceux-ci|celle-ci|celui-ci|cet|cette)\b",
        "es": r"\b(?:él|ella|ellos|ellas|eso|esto|esos|esas|allí|ahí|ese|esa|este|esta)\b",
        "pt": r"\b(?:ele|ela|eles|elas|isso|isto|lá|esse|essa)\b",
        "it": r"\b(?:lui|lei|loro|esso|essa|ciò|questo|questa)\b",
        "ru": r"\b(?:он|она|оно|они|его|её|их|ему|ей|им|этот|это|эти|этого|там)\b",
        "ja": "それ|これ|あれ|そこ|その|彼|彼女",
        "ko": "그것|이것|그곳|거기|그는|그녀|그들|그의",
    }.items()
}
_SUBJECT = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should) (?P<it>he|she|it|they)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:he|she|him|his|her)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)(?:[A-Z][\w'-]+)(?:\s[A-Z][\w'-]+)*")
_OWN_ARTICLE = re.compile(
    r"\b(?:this|that|the) (?:article|text|page|document|paper|report)\b|\b(?:dies\w*|cet|ce|est[ea]|этой|эта|этот|questo) (?:artikel|text|article|texte|artículo|texto|статья|статье|статьи|articolo|testo)\b",
    re.IGNORECASE,
)
_DUMMY_IT = re.compile(
    r"\bit (?:is|was|takes?|matters?|rains?|seems?)\b[^.?]{0,40}\b(?:that|to|when|if|for|how)\b|\b(?:is|was|does|did|will|can) it (?:true|possible|necessary|important|matter|take|rain|snow|make sense)\b|\bthat\b(?= \w+ (?:is|are|was|were|has|have|can|will)\b)|\bis there\b|\bare there\b|\bthere (?:is|are|was|were)\b|\bgibt es\b|\bil y a\b|\bgeht es\b|\bce (?:que|qui)\b",
    re.IGNORECASE,
)
_AND = re.compile(
    r"^\s*(?:and|what about|how about|what of|und|und was ist mit|et|¿\s*y|y|e|а|и|では|じゃあ|그럼|그러면|那)(?=[\s、,])",
    re.IGNORECASE,
)
_LANGUAGES = re.compile(
    r"^(?:那|and |und |et |y )?(?:用|in|auf|en|по-|на)?\s?(?:英文|英语|英語|中文|汉语|日文|日语|english|chinese|german|french|spanish|englisch|deutsch|anglais|inglés|английски)(?:呢|说|怎么说|回答|版| please)*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_SHORT_WORDS = 4
_SHORT_HAN = 7


def read_follow_up(
    question: str, turns: Sequence[Turn], document: Callable[[str], Document]
) -> Reading | None:
    """Understand a question from the turns before it; None where it stands for itself.

    Args:
        question: The question.
        turns: Earlier turns, the last one last.
        document: Gives a document by its id; a ``KeyError`` says that there is none.
    """
    if changed := _CHANGES.match(question):
        rest = question[changed.end() :]
        return Reading(rest, leans=False) if any(c.isalnum() for c in rest) else None
    if not turns:
        return None
    turn = turns[-1]
    bare = unicodedata.normalize("NFKC", question).strip().strip("?？。.!！¿¡ …").strip()
    language = detect_language(question).partition("-")[0]
    han = language == "zh"
    text = simplify(bare) if han else bare
    if han:
        text = _AND_HAN.sub("", text) or text
    if _LANGUAGES.match(text):
        return Reading(turn.question)
    if step := read_step(text, han=han):
        found, missing = walk(turn, step, document)
        if found is None and step.nth and names_article(text) and not _AND_HAN.match(bare):
            # 第三条说了什么？ names an article of a law, whatever was asked before.
            return None
        text = text_of(found, document) if found else f"{turn.base} {question}"
        return Reading(text, place=found, nth=step.nth, step=step.by, missing=missing)
    if (_MORE_HAN if han else _MORE).fullmatch(text):
        after = following(turn, document)
        return Reading(text_of(after, document) if after else turn.question, place=after)
    if han:
        return _read_chinese(text, question, turn, document)
    return _read_other(text, question, turn, language)


def _read_chinese(
    text: str, question: str, turn: Turn, document: Callable[[str], Document]
) -> Reading | None:
    together = Reading(f"{turn.base} {question}")
    replaced = replace_part(simplify(turn.base), text, "zh")
    if replaced and _is_told(text, turn, document):
        return Reading(replaced)
    if (match := _HAN_X.match(text)) and len(match["x"]) <= 10 and not _ASK_HAN.search(match["x"]):
        return Reading(_about_other(match["x"], turn.base)) if _is_told(match["x"], turn, document) else None
    content = _SILENT_HAN.sub("", _ASK_HAN.sub(" ", _POINTS_HAN.sub(" ", text)))
    if not content.strip():
        return together
    pointing = _POINTS_HAN.search(text)
    if pointing and not _has_own_subject(text[: pointing.start()]):
        return together
    # Without a subject of its own (要建哪几级平台？ 院长是谁？), if the source has words for it.
    short = len(text) <= _SHORT_HAN and len(content.replace(" ", "")) <= 3
    bare = _NO_SUBJECT.match(text) and len(content.replace(" ", "")) <= 5
    return together if (short or bare) and _is_told(content, turn, document) else None


def _is_told(words: str, turn: Turn, document: Callable[[str], Document]) -> bool:
    """Whether the source that answered last has any of the words; so it is unless it is in Chinese too."""
    try:
        text = simplify(document(turn.places[-1].document_id).text) if turn.places else ""
    except KeyError:
        text = ""
    if not re.search("[\u4e00-\u9fff]", text):
        return bool(text)
    runs = re.findall("[\u4e00-\u9fff]+|[A-Za-z0-9]+", words)
    pairs = [run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))]
    return any(pair in text for pair in pairs)


def _has_own_subject(before: str) -> bool:
    """Whether what stands before a word like 它 may be what it means."""
    return len(re.sub(r"[那么请问为什么怎么如何因的是在对把被，,]", "", before)) >= 4


def _about_other(other: str, question: str) -> str:
    """The question before, about something else: 创新的主体在哪里 and 载体 give 创新的载体在哪里."""
    plain = simplify(question)
    quoted = re.search("“[^“”]{1,12}”", plain)
    parts = list(
        re.finditer(
            r"[^，。？?！!、；：“”\"《》\s的是在有要对把被里上和与该应由于之怎什为哪谁几多何吗呢]{2,8}", plain
        )
    )
    shared = [m for m in parts if m[0] != other and set(m[0][-2:]) & set(other[-2:])]
    if shared:
        part = max(shared, key=lambda m: len(set(m[0]) & set(other)))
    elif quoted and len(other) <= 4:
        return plain[: quoted.start()] + f"“{other}”" + plain[quoted.end() :]
    elif len(other) <= 4 and (
        owned := re.search(r"的(?P<x>[^，。？?的是在有怎什]{1,6})(?=是|在|有|怎|为|如何|什么)", plain)
    ):
        return plain[: owned.start("x")] + other + plain[owned.end("x") :]
    else:
        return f"{question} {other}"
    return plain[: part.start()] + other + plain[part.end() :]


def _read_other(text: str, question: str, turn: Turn, language: str) -> Reading | None:
    spaced = language not in ("ja", "ko", "th")
    words = [word.lower() for word in _WORD.findall(text)]
    together = Reading(f"{turn.base} {question}")
    # Few words do not tell their language: those of the question before do.
    if replaced := replace_part(
        turn.base, question, detect_language(f"{turn.base} {question}").partition("-")[0]
    ):
        return Reading(replaced)
    if _AND.match(question) and (len(words) <= 2 + _SHORT_WORDS if spaced else len(text) <= 14):
        return together
    if (
        words
        and len(words) <= _SHORT_WORDS
        and all(word in BARE or word in _QUESTION_WORDS for word in words)
    ):
        return together
    own = _DUMMY_IT.sub(" ", _OWN_ARTICLE.sub(" ", text))
    pattern = _POINTS.get(language)
    pointing = pattern.search(own) if pattern else None
    if pointing is None:
        return None
    names = _NAME.findall(own)
    if language == "en" and (_SUBJECT.search(own) or not names):
        before = [
            w for w in _WORD.findall(own[: pointing.start()])[1:] if len(w) > 4 and w.lower() not in _VERBS
        ]
        # "How", "What" and "And" open a question with a capital, and name nobody.
        earlier = [name for name in _NAME.findall(turn.question) if name.lower() not in _OPENING_WORDS]
        if len(before) >= 2 or _NAME.search(own[: pointing.start()]):
            # "Why did the Danes leave when they had won?" has its own they.
            return None
        if len(earlier) == 1 and _PERSON.search(own):
            return Reading(_PERSON.sub(lambda m: earlier[0], text, count=1) + "?")
        return together
    # German writes every noun with a capital.
    return (
        together
        if language != "en" and (language == "de" or not names) and pointing.start() <= _NEAR
        else None
    )


_NEAR = 24
_SILENT_HAN = re.compile(r"[是的了在有要会能都和与就还又吗呢啊吧被把让由靠来去做上下里中对为这那个哪]")
_NO_SUBJECT = re.compile(
    r"(?:要|靠|为什么要?|怎么|如何|由谁|什么时候|在哪|有多|从哪|对谁|给谁|用什么|谁来|主要)"
)
_VERBS = words_of(
    "about which where there would could should according think mean means happen happened become "
    "became called"
)
_QUESTION_WORDS = words_of(
    "who what when where why how which whose wer was wann wo warum wie welche welcher qui quoi quand "
    "où pourquoi comment quel quelle quién qué cuándo dónde cómo cuál many much long exactly often "
    "far so it this that he she they them not genau denn exactement exactamente именно quem quando "
    "onde como qual chi cosa dove perché quale кто что когда где почему как какой сколько wat waar "
    "hoeveel"
)

_OPENING_WORDS = _QUESTION_WORDS | words_of("and but or then is are was were did does do has have can could")


def about_article(question: str, language: str) -> str:
    """A question about "it" as one about the article: who wrote it -> who wrote this article."""
    if language == "zh":
        return "这篇文章" + _POINTS_HAN.sub("", _AND_HAN.sub("", simplify(question)))
    return re.sub(r"\b(?:it|this|that)\b(?! article| text)", "this article", question, flags=re.IGNORECASE)
