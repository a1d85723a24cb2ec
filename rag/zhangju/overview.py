"""Questions about the whole: what an article is about, who wrote it, its parts, the points of one part.

    这篇文章讲了什么？   What are the titles of the three pieces on this page?   第二部分的要点？

Such a question names nothing that the article is about. It is made altogether of words for
articles, parts, authors and asking, so it is known by holding no other word; one word more
(这篇文章对新能源讲了什么？) and it is an ordinary question. The answer is the outline's headings, bylines and
first sentences, as they stand.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from zhangju.numbered import named_articles
from zhangju.simplified import simplify

__all__ = ["Whole", "ordinal_in", "read_whole"]

Subject = Literal["about", "authors", "titles", "parts", "points"]


@dataclass(frozen=True, slots=True)
class Whole:
    """What is asked about the whole.

    Attributes:
        subject: What it asks for: what the text is ``about``, its ``authors``, the ``titles`` of
            its pieces, its ``parts``, or the ``points`` of one part.
        piece: Which piece of several, counted from 1, -1 the last; None for all.
        part: Which part, in the same way.
        label: How a part is called in the question (第三章), where it may be called so in the text.
        named: A word that tells the piece meant from the others, where one was given.
    """

    subject: Subject
    piece: int | None = None
    part: int | None = None
    label: str = ""
    named: str = ""


# Chinese: what such a question is made of, longest first; capitals name what a word stands for, among them
# what a text Says, and what Reduces it to a summary.
_CHINESE: dict[str, str] = {
    "": (
        "请问 请 麻烦 能否 能不能 可以 可否 帮我 帮忙 给我 告诉我 你 您 我 想知道 想问 知道 简单 简要 大致 大概 用一句话 一句话 几句话 "
        "介绍 说明 说说 讲讲 谈谈 列出 列举 列一下 一下 下 地 来 有没有 的 了 呢 吗 吧 啊 呀 和 与 及 以及 主要 大体 总体 整体 总的 到底 究竟 "
        "叫 叫做 叫什么 名字 分别 各自 各 每 都 是 有 共有 一共 总共 共 由 在 里 里面 上 中 中的 这 那 这些 那些 些 本 该 此 其 它 个 份 则 组 哪些 哪几 几 多少 哪 何 "
        "啥 事 事情 东西 方面 什么 关于 对 做 一 二 两 三 四 五 六 七 八 九 十 位 人 名 种 内 整 整个 全部 所有 之 具体 又 也 还 就 怎样 怎么样 如何 怎么 样 "
        "个人 构成 组成 划分"
    ),
    "D": "文章 报道 新闻 材料 资料 文档 文件 报告 论文 版面 页面 网页 书 页 全文 通篇 原文 本文 文中 正文 主文 主文章 文本 篇 文",
    "S": "讲 讲了 讲的 讲述 说 说了 说的 谈 谈了 谈的 写 写了 写的 论述 阐述 介绍了 涉及 围绕 内容 主题 思想 意思 讨论 讨论了 简介 大纲内容 中心",
    "R": "主要内容 大意 主旨 中心思想 概括 概述 总结 归纳 梳理 摘要 概要",
    "K": "要点 重点 观点 论点 核心观点 结论 思路 看点 论述要点",
    "W": "作者 笔者 撰稿人 执笔人 作者们",
    "A": "署名 谁 哪位 哪些人 何人 谁写 谁写的 撰写",
    "P": "部分 章节 章 节 小节 板块 目录 结构 提纲 大纲 框架 小标题 层次 段落 分为 分成 包括 包含 组成部分 条目",
    "T": "标题 题目 题",
}
_LETTER = {word: letter for letter, words in _CHINESE.items() for word in words.split()}
_NUMBER = r"[一二两三四五六七八九十]{1,3}|\d{1,3}"
_HAN_TOKEN = re.compile(
    rf"(?P<nth>第(?P<n>{_NUMBER})|(?P<last>最后一?|末))|(?P<word>"
    + "|".join(sorted(map(re.escape, _LETTER), key=len, reverse=True))
    + ")|(?P<count>"
    + _NUMBER
    + ")"
)
_HAN_PIECES = "篇|篇文章|组|则"
_HAN_NAMED = re.compile(r"^(?P<name>[^，。？！\s]{2,12}?)(?:的)?(?=(?:那|这)(?:一)?篇|专栏)")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}

# Other languages: every word must be in the row of letters that its language has.
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "": (
            "what what's is are was were does do did this that the these those it its all there of in on at for to a an me us you your i we please "
            "can could would will tell give show briefly short brief quick one sentence words word in how many much each every main key central "
            "major most important and or by with have has here whole entire both list name names called call exactly actually "
            "first second third fourth fifth last 1 2 3 4 5 6 7 8 9 two three four five into divided does"
        ),
        "D": "article articles text texts document documents page paper report essay story file book pieces piece contribution newspaper",
        "S": "about say says said talk talks discuss discusses cover covers deal deals subject topic theme content contents message idea ideas describe mean",
        "R": "summary summarise summarize overview gist tldr tl dr",
        "K": "points point takeaways takeaway arguments argument conclusions conclusion",
        "W": "author authors writers byline",
        "A": "who wrote written whose signed writer",
        "P": "section sections part parts chapter chapters heading headings structure outline toc subheadings table",
        "T": "title titles headline headlines",
    },
    "de": {
        "": (
            "was wie der die das den dem des ein eine dieser diese dieses diesem diesen ist sind es in im auf von vom über und alle gibt geht um hat haben "
            "viele welche welcher welches welchen bitte kurz mir uns nenne zeige sag erste ersten zweite zweiten dritte dritten vierte vierten letzte letzten drei zwei vier "
            "heißt heißen lautet lauten wichtigsten zentralen worum wovon womit"
        ),
        "D": "artikel artikels text textes dokument dokuments seite beitrag beitrags beiträge aufsatz bericht stück",
        "S": "handelt geht thema themen inhalt inhalts sagt beschreibt behandelt zusammen fasse fassen",
        "R": "zusammenfassung überblick",
        "K": "punkte kernpunkte kernaussagen aussagen hauptpunkte",
        "W": "autor autoren autorin autors verfasser",
        "A": "wer verfasst schrieb geschrieben",
        "P": "abschnitt abschnitte abschnitts teil teile teils kapitel kapitels gliederung überschriften überschrift",
        "T": "titel",
    },
    "fr": {
        "": (
            "que quoi quel quelle quels quelles est sont de du des d l le la les un une ce cet cette ces il y a t en dans sur et pour combien moi nous "
            "s'il vous plaît brièvement premier première deuxième second seconde troisième quatrième dernier dernière trois deux quatre qu' c' se"
        ),
        "D": "article articles texte textes document documents page pages rapport contribution",
        "S": "parle dit traite sujet thème contenu agit propos s'agit",
        "R": "résumé résume résumer résumez",
        "K": "points idées principales principaux essentiel conclusions arguments",
        "W": "auteur auteurs auteure",
        "A": "qui écrit signé rédigé",
        "P": "partie parties section sections chapitre chapitres plan structure sommaire intertitres",
        "T": "titre titres",
    },
    "es": {
        "": (
            "qué que cuál cuáles quiénes es son de del la el los las un una este esta estos estas en y se a por para cuántas cuántos hay tiene me nos "
            "favor brevemente primera primer segundo segunda tercera tercer tercero cuarta última último tres dos cuatro lo"
        ),
        "D": "artículo artículos texto textos documento documentos página informe",
        "S": "trata habla dice tema contenido",
        "R": "resumen resume resumir resúmelo",
        "K": "puntos ideas principales conclusiones",
        "W": "autor autores autora",
        "A": "quién quiénes escribió escrito firma firman",
        "P": "parte partes sección secciones capítulo capítulos estructura índice",
        "T": "título títulos",
    },
    "pt": {
        "": "o a os as que qual quais é são de do da dos das este esta neste nesta em e se um uma por favor quantas quantos há tem primeira segunda terceira última três duas",
        "D": "artigo artigos texto textos documento página relatório",
        "S": "trata fala diz tema assunto conteúdo resume",
        "R": "resumo resuma resumir",
        "K": "pontos ideias principais conclusões",
        "A": "quem autor autores autora escreveu escrito assina",
        "P": "parte partes seção seções capítulo capítulos estrutura índice",
        "T": "título títulos",
    },
    "it": {
        "": "di che cosa quale quali è sono il lo la i gli le un una questo questa questi in e si del della dei delle quante quanti ci ha prima seconda terza ultima tre due",
        "D": "articolo articoli testo testi documento pagina",
        "S": "parla tratta dice tema argomento contenuto",
        "R": "riassunto riassumi riassumere",
        "K": "punti idee principali conclusioni",
        "A": "chi autore autori autrice scritto scrisse firma",
        "P": "parte parti sezione sezioni capitolo capitoli struttura indice",
        "T": "titolo titoli",
    },
    "ru": {
        "": (
            "о об что какой какая какие каков каково в во на и это эта этот эти этой этого этом есть сколько у из всей всего по пожалуйста кратко "
            "первая первой вторая второй третья третьей последней последняя три две здесь как"
        ),
        "D": "статья статье статьи статей статью текст тексте текста документ документа документе страница странице страницы материал",
        "S": "чём чем говорится рассказывается идёт идет речь тема содержание говорит рассказывает кратко",
        "R": "перескажи суть",
        "K": "мысли тезисы выводы пункты главные основные",
        "W": "автор авторы автора авторов",
        "A": "кто написал написали",
        "P": "часть части частей раздел разделы разделов глава главы структура заголовки оглавление",
        "T": "заголовок название называется",
    },
    "nl": {
        "": "wat waar is zijn de het een dit deze van in op en gaat over er hoeveel welke kort eerste tweede derde laatste drie twee heeft",
        "D": "artikel artikelen tekst document pagina stuk",
        "S": "over onderwerp inhoud zegt samen vat",
        "R": "samenvatting",
        "K": "punten conclusies",
        "A": "wie auteur auteurs schreef geschreven",
        "P": "deel delen hoofdstuk hoofdstukken onderdelen structuur",
        "T": "titel titels",
    },
    "sv": {
        "": "vad som är den det denna detta en ett i på av om och hur många vilka vilken har ge mig kort första andra tredje sista tre två finns",
        "D": "artikel artikeln text texten dokument dokumentet",
        "S": "handlar ämne ämnet innehåll innehållet säger",
        "R": "sammanfatta sammanfattning",
        "K": "punkter slutsatser huvudpunkter",
        "W": "författare författaren författarna",
        "A": "vem skrev skrivit",
        "P": "del delar delen avsnitt kapitel rubriker struktur",
        "T": "titel titeln titlar rubrik rubriken",
    },
    "pl": {
        "": "co jak jaki jaka jakie jest są ten ta to tego tej tym w na z o i ile ma się pierwsza druga trzecia ostatnia trzy dwa krótko proszę mi drugi drugiej",
        "D": "artykuł artykule artykułu artykuły tekst tekstu tekście dokument dokumentu dokumencie",
        "S": "czym mówi dotyczy temat treść opowiada",
        "R": "streść streszczenie podsumuj podsumowanie",
        "K": "punkty wnioski tezy główne",
        "W": "autor autorzy autora autorem",
        "A": "kto napisał napisali",
        "P": "część części rozdział rozdziały struktura nagłówki",
        "T": "tytuł tytuły",
    },
    "tr": {
        "": "bu şu ne nedir neler nelerdir mi mı ve bir kaç kısaca bana var kimdir kimler ilk ikinci üçüncü üç iki olan birinci",
        "D": "makale makalenin makalede makaleyi yazı yazının yazıda metnin metinde belge belgenin belgede sayfa",
        "S": "hakkında anlatıyor anlatılıyor konu konusu içerik içeriği diyor söylüyor bahsediyor",
        "R": "özet özeti özetle özetler özetleyin",
        "K": "noktalar noktaları ana önemli sonuçları",
        "W": "yazar yazarı yazarları",
        "A": "kim yazdı yazmış",
        "P": "bölüm bölümler bölümleri başlıklar başlıkları yapısı",
        "T": "başlık başlığı",
    },
    "id": {
        "": "apa apakah yang ini itu dari di ke dan ada berapa tolong secara singkat tiga dua adalah beri",
        "D": "artikel teks dokumen tulisan halaman laporan",
        "S": "tentang isi isinya membahas topik tema bercerita",
        "R": "ringkas ringkasan ringkaskan rangkum rangkuman rangkumkan",
        "K": "poin pokok utama kesimpulan",
        "W": "penulis penulisnya",
        "A": "siapa menulis ditulis oleh",
        "P": "bagian struktur subjudul",
        "T": "judul judulnya",
    },
    "ar": {
        "": "ما ماذا هو هي هذا هذه في من عن على و لي باختصار الرئيسية",
        "D": "المقال المقالة النص الوثيقة التقرير",
        "S": "يتحدث تتحدث موضوع يتناول مضمون محتوى",
        "R": "ملخص لخص",
        "K": "النقاط الأفكار نقاط",
        "W": "كاتب مؤلف مؤلفو",
        "A": "كتب",
        "P": "أقسام أجزاء عناوين فصول",
        "T": "عنوان",
    },
}
_LANGUAGE_LETTERS = {
    language: {word: letter for letter, words in letters.items() for word in words.split()}
    for language, letters in _WORDS.items()
}
_NTH = {
    1: "first 1 erste ersten premier première primera primer prima первая первой eerste första pierwsza ilk birinci",
    2: "second 2 zweite zweiten deuxième second seconde segundo segunda seconda вторая второй вторую tweede andra druga drugiej drugi ikinci",
    3: "third 3 dritte dritten troisième tercera tercer tercero terza terceira третья третьей третью третий derde tredje trzecia üçüncü",
    4: "fourth 4 vierte vierten quatrième cuarta",
    5: "fifth 5",
    -1: "sista ostatnia last letzte letzten dernier dernière última último ultima последней последняя laatste",
}
_NTH_OF = {word: number for number, words in _NTH.items() for word in words.split()}
# Who did one of these to a text is its author.
_WRITING = frozenset(
    [
        "wrote",
        "written",
        "writer",
        "signed",
        "verfasst",
        "schrieb",
        "geschrieben",
        "écrit",
        "signé",
        "rédigé",
        "escribió",
        "escrito",
        "firma",
        "firman",
        "escreveu",
        "assina",
        "scritto",
        "scrisse",
        "написал",
        "написали",
        "schreef",
        "geschreven",
        "skrev",
        "skrivit",
        "napisał",
        "napisali",
        "yazdı",
        "yazmış",
        "menulis",
        "ditulis",
        "كتب",
    ]
)
_LATIN_WORD = re.compile(r"[^\W_]+(?:['’](?:s|il))?")
_PIECE_WORDS = frozenset(
    [
        "piece",
        "article",
        "contribution",
        "beitrag",
        "beitrags",
        "artikel",
        "stück",
        "text",
        "essay",
        "story",
        "артикль",
        "статья",
        "статье",
        "статьи",
        "статей",
        "artículo",
        "texto",
        "artigo",
        "articolo",
        "artikeln",
        "texten",
        "artykuł",
        "artykułu",
        "artykule",
        "makale",
        "makalenin",
        "makalede",
        "stuk",
    ]
)

# Written without spaces, or with endings: whole questions, as patterns.
_JAPANESE = re.compile(
    r"(?:この|本|その)?(?:記事|文章|論文|ページ|文書|資料|本文|全体)(?:全体)?(?P<about>は(?:主に)?(?:何|なに)について(?:書かれてい|述べてい|論じてい|の)?(?:ます|るの?|いる)?(?:です)?か?|の(?:主な)?(?:内容|要点|要約|概要|テーマ|主題)(?:は(?:何(?:です)?)?か?|を(?:要約|教え|まとめ)て(?:ください)?)?)"
    r"|(?:この|本|その)?(?:記事|文章|論文|ページ|文書)(?P<authors>の(?:著者|筆者|作者|執筆者)(?:たち)?は(?:誰|だれ|どなた)(?:です)?か?|(?:は|を)(?:誰|だれ)が書(?:きました|いたのです|いた)か?)"
    r"|(?:この|本)?(?:記事|文章|ページ)?(?P<parts>の?(?:見出し|構成|目次|章立て)(?:は(?:何)?(?:です)?か?|を(?:教え|一覧にし|挙げ)て(?:ください)?))"
)
_KOREAN = re.compile(
    r"(?:이|그|본)?\s?(?:기사|글|문서|논문|페이지)(?P<about>(?:은|는|가|이)?\s?(?:무엇|뭐|무슨 내용)(?:에 (?:대한|관한)\s?(?:것|글|기사|내용))?(?:인가요|입니까|이야|예요)?|의\s?(?:주요\s?)?(?:내용|주제|요점|요지)(?:은|는|이|가)?\s?(?:무엇|뭐)?(?:인가요|입니까|예요)?)"
    r"|(?:이|그)?\s?(?:기사|글|문서)(?P<authors>의\s?(?:저자|필자|작성자|글쓴이)(?:들)?(?:은|는)?\s?누구(?:인가요|입니까|예요)?|(?:을|를|은|는)?\s?누가\s?(?:썼나요|썼습니까|썼어요))"
    r"|(?:이|그)?\s?(?:기사|글|문서)(?P<parts>의\s?(?:목차|구성|제목들|소제목)(?:은|는|을)?\s?(?:무엇인가요|알려\s?주세요)?)"
)


def read_whole(question: str, language: str, names: Callable[[], Sequence[str]] = tuple) -> Whole | None:
    """Read a question about the whole; None for every other question.

    Args:
        question: The question.
        language: Its language, as ``detect_language`` tells it.
        names: Gives one text for each piece that may be named in a question, with its titles and
            bylines; asked only where a question seems to name one.
    """
    text = unicodedata.normalize("NFKC", question).strip()
    primary = language.partition("-")[0]
    if primary != "zh" and named_articles(text):
        # Article 6 of a law, not the articles of a page.
        return None
    if primary == "zh":
        return _read_chinese(simplify(re.sub(r"[\s，,。.？?！!、：:；;“”\"《》]+", "", text)), names)
    text = text.rstrip("?？。.!！ ").strip()
    for pattern, own in ((_JAPANESE, "ja"), (_KOREAN, "ko")):
        if primary == own and (match := pattern.fullmatch(text)):
            subject: Subject = next(s for s in ("about", "authors", "parts") if match[s])
            return Whole(subject)
    letters = _LANGUAGE_LETTERS.get(primary)
    return _read_words(text.replace("İ", "i").lower(), letters) if letters else None


def _read_chinese(text: str, names: Callable[[], Sequence[str]]) -> Whole | None:
    named = ""
    if (match := _HAN_NAMED.match(text)) and not _HAN_TOKEN.match(match["name"]):
        known = names()
        fits = [name for name in known if match["name"] in simplify(name)]
        if len(fits) != 1 or len(known) < 2:
            return None
        named, text = match["name"], text[match.end("name") :]
    letters: list[str] = []
    piece = part = None
    label = ""
    position = 0
    nth: int | None = None
    while position < len(text):
        match = _HAN_TOKEN.match(text, position)
        if match is None:
            return None
        position = match.end()
        if match["nth"]:
            nth = -1 if match["last"] else _number(match["n"])
            label = match[0]
            continue
        word = match["word"] or ""
        letter = _LETTER.get(word, "")
        if nth is not None:
            if (
                word in ("篇", "篇文章", "组", "则", "文章")
                or text[match.start() : match.start() + 1] == "篇"
            ):
                piece, nth, label = nth, None, ""
                letters.append("D")
                continue
            if letter == "P":
                part, nth, label = nth, None, label + word
        letters.append(letter)
    if nth is not None:
        # 第一个, 第二点: of what, is not said.
        return None
    return _subject(set(letters), piece, part, label, named)


def _read_words(text: str, letters: Mapping[str, str]) -> Whole | None:
    words = [word.replace("’", "'") for word in _LATIN_WORD.findall(text)]
    if not words or any(word not in letters for word in words):
        return None
    found: set[str] = set()
    piece = part = nth = None
    for word in words:
        letter = letters[word]
        if word in _NTH_OF and not letter:
            nth = _NTH_OF[word]
            if part is None and "P" in found and word.isdigit():
                part, nth = nth, None
            continue
        if nth is not None and letter == "P":
            part, nth = nth, None
        elif nth is not None and word in _PIECE_WORDS:
            piece, nth = nth, None
        found.add(letter)
    if "A" in found and not _WRITING.isdisjoint(words):
        # "Who wrote it?" means the text that is there.
        found.add("D")
    elif {"A", "S"} <= found and "W" not in found:
        # Whom it speaks about is not who wrote it.
        return None
    return None if nth is not None else _subject(found, piece, part, "", "")


def _subject(letters: set[str], piece: int | None, part: int | None, label: str, named: str) -> Whole | None:
    """What the kinds of words in a question ask for together."""
    whole = "D" in letters or bool(named) or piece is not None
    if part is not None:
        if letters & {"S", "R", "K", "T", "D", "P"} and not letters & {"A", "W"}:
            return Whole("points", piece, part, label, named)
        return None
    if letters & {"A", "W"}:
        # "Who says so?" asks about a sentence.
        return Whole("authors", piece, named=named) if whole or "W" in letters else None
    if "P" in letters:
        return Whole("parts", piece, named=named)
    if "T" in letters:
        return Whole("titles", piece, named=named) if whole else None
    # What is to be summed up needs no name: 总结一下.
    if "R" in letters or (letters & {"S", "K"} and whole):
        return Whole("about", piece, named=named)
    return None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def ordinal_in(text: str) -> int:
    """The first ordinal in a text, -1 for the last one of several, 0 where there is none."""
    plain = simplify(unicodedata.normalize("NFKC", text)).lower()
    if match := re.search(rf"第({_NUMBER})", plain):
        return _number(match[1])
    if re.search(r"最后一?(?:个|点|部分|章|节|条|项|篇|段|位)?", plain):
        return -1
    if match := re.search(r"([一二三四五\d])(?:つ目|番目)|([두세네])\s?번째", plain):
        return _number(match[1]) if match[1] else "두세네".index(match[2]) + 2
    for word in _LATIN_WORD.findall(plain):
        if word in _NTH_OF and not word.isdigit():
            return _NTH_OF[word]
    return 0
