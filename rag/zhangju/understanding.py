"""What a question asks, by the turns before it and the outline, before anything is searched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zhangju.asking import asks_for_several, asks_who, is_small_talk
from zhangju.followups import Reading, about_article, read_follow_up
from zhangju.history import Place, Turn
from zhangju.language import detect_language
from zhangju.overview import Whole, read_whole
from zhangju.questions import MAX_CHARACTERS
from zhangju.retriever import Retriever
from zhangju.surveying import piece_names, quote_place, survey
from zhangju.values import AnswerSentence
from zhangju_index.filters import admitted
from zhangju_index.searching import document_fields
from zhangju_index.values import Document

__all__ = ["Understood", "understand"]

_MOST_DOCUMENTS = 3
"""Of more documents than this, a question about the parts of "the article" names none."""
_MOST_LISTED = 12
"""Of more than this, one about their titles and authors neither: an answer does not list more."""
_LONGEST_SEARCH = 300


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is understood.

    Attributes:
        text: What it asks.
        search: What passages are searched with.
        leans: Whether something was carried over from earlier turns.
        looked: Whether there was anything to look at besides the question itself.
        who: Whether it asks for a person.
        subject: What it asks about the whole (``zhangju.overview``), or None.
        quotes: What answers it for certain, from the outline.
        answerable: Whether anything could answer it: not a greeting, nor a question about "the article" where
            there are too many to tell which.
        said: What the answer before quoted, where this asks on from it.
        missing: Whether it asks for an item that the list does not have.
    """

    text: str
    search: str
    leans: bool = False
    looked: bool = False
    who: bool = False
    subject: str | None = None
    quotes: tuple[AnswerSentence, ...] = ()
    answerable: bool = True
    said: tuple[Place, ...] = ()
    missing: bool = False


def understand(
    question: str,
    turns: Sequence[Turn],
    retriever: Retriever,
    where: Mapping[str, str] | None = None,
) -> Understood:
    """Read a question in the light of earlier turns and of the outline."""
    if is_small_talk(question):
        return Understood(question, question, answerable=False)
    reading = read_follow_up(question, turns, retriever.document)
    if whole := _whole(question, turns, reading, retriever, where):
        about, home = whole
        most = _MOST_DOCUMENTS if about.subject in ("parts", "points") else _MOST_LISTED
        documents = _documents(turns if home else (), retriever, where, most)
        if documents is None:
            return Understood(question, question, looked=True, answerable=False)
        # "The authors" are those of all pieces; "the author" is that of the piece one talks about.
        all_of_them = about.subject == "authors" and asks_for_several(question)
        quotes = survey(about, documents, None if all_of_them else home)
        if quotes:
            search = " ".join(quote.text for quote in quotes)[:_LONGEST_SEARCH]
            leans = reading is not None and reading.leans
            text = search if leans else question
            return Understood(
                text, search, leans, True, about.subject == "authors", about.subject, tuple(quotes)
            )
    if reading is None:
        return Understood(question, question, looked=bool(turns), who=asks_who(question))
    text = reading.text[-MAX_CHARACTERS:].strip() or question
    if not reading.leans:
        return Understood(text, text, looked=True, who=asks_who(text))
    if reading.missing:
        return Understood(text, text, leans=True, looked=True, answerable=False, missing=True)
    who = asks_who(question) or asks_who(text) or (reading.place is not None and asks_who(turns[-1].question))
    quotes = _quoted(reading, retriever)
    # The same question in another language is answered by the same sentences.
    said = () if reading.text == turns[-1].question else turns[-1].places
    return Understood(text, text, leans=True, looked=True, who=who, said=said, quotes=tuple(quotes))


def _whole(
    question: str,
    turns: Sequence[Turn],
    reading: Reading | None,
    retriever: Retriever,
    where: Mapping[str, str] | None,
) -> tuple[Whole, tuple[str, int] | None] | None:
    """What a question asks about the whole, and the place that tells which article is meant."""
    language = detect_language(question)
    home = (
        (turns[-1].places[0].document_id, turns[-1].places[0].start) if turns and turns[-1].places else None
    )

    def names() -> Sequence[str]:
        return piece_names(_documents(turns if home else (), retriever, where) or ())

    if reading is not None and reading.leans:
        before = read_whole(turns[-1].question, detect_language(turns[-1].question), names)
        if before and before.part and (reading.nth or reading.step):
            return replace(before, part=reading.nth or max(1, before.part + reading.step), label=""), home
        if reading.place is not None:
            return None
    else:
        found = read_whole(reading.text if reading else question, language, names)
        if found is not None:
            return found, home
    if home is None:
        return None
    # "Who wrote it?" asks about the article that was cited.
    about = read_whole(about_article(question, language.partition("-")[0]), language, names)
    return (about, home) if about and about.subject == "authors" else None


def _documents(
    turns: Sequence[Turn],
    retriever: Retriever,
    where: Mapping[str, str] | None,
    most: int = _MOST_DOCUMENTS,
) -> list[Document] | None:
    """The documents that "the article" may mean; None where there are more than ``most``."""
    if turns and turns[-1].places:
        try:
            return [retriever.document(turns[-1].places[0].document_id)]
        except KeyError:
            return []
    listing = list(retriever.listing())
    if where:
        fields = [
            document_fields(each.document_id, each.title, each.source, each.metadata) for each in listing
        ]
        listing = [each for each, fits in zip(listing, admitted(fields, where), strict=True) if fits]
    if len(listing) > most:
        return None
    return [retriever.document(each.document_id) for each in listing]


def _quoted(reading: Reading, retriever: Retriever) -> list[AnswerSentence]:
    if reading.place is None:
        return []
    try:
        document = retriever.document(reading.place.document_id)
    except KeyError:
        return []
    return quote_place(document, reading.place.start, reading.place.end)
