"""Find the passages of an index that fit a question."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from zhangju.asking import asks_who
from zhangju.fusion import COVERAGE_WEIGHT, MASTHEAD_PENALTY, demote_mastheads, fuse, level_lengths
from zhangju.language import detect_language
from zhangju.questions import check_question
from zhangju.values import Listing, Passage
from zhangju_index.chunking import encoded_sentences, is_byline_chunk, is_heading, is_masthead
from zhangju_index.cohort import cohort_rows, nearest_elsewhere
from zhangju_index.errors import IndexMismatchError
from zhangju_index.lexical import tokenize
from zhangju_index.protocols import Embedder
from zhangju_index.searching import Candidates, FolderSearch, Reach, SearchIndex
from zhangju_index.values import Chunk, Document, Section, Sentence
from zhangju_index.vectors import FloatVector

if TYPE_CHECKING:
    from zhangju_index.build import Progress
    from zhangju_index.folder import Index

__all__ = ["Findings", "Retriever", "ScoredSentence"]

# What each leg proposes; all of it is then scored by every leg.
_CHUNKS_PROPOSED = 100
_SENTENCES_PROPOSED = 200


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a retrieved passage with what speaks for it.

    Attributes:
        passage: The passage it belongs to.
        sentence: The sentence.
        similarity: Cosine of question and sentence.
        coverage: Share of the question's words that it holds, the rare ones counting more.
        score: Both, weighed as for passages.
    """

    passage: Passage
    sentence: Sentence
    similarity: float
    coverage: float
    score: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything one search found out.

    Attributes:
        passages: The best passages, best first.
        sentences: All their sentences, best first.
        similarity: Best cosine of the question and a sentence that could answer it: one of
            running text or, where it asks for a person, a byline.
        elsewhere: Mean cosine of the question and the three sentences nearest to it that are
            about other things (see ``zhangju_index.cohort``), in the language of the best passage.
        coverage: Best keyword coverage of any chunk, in [0, 1].
        timings: Milliseconds by stage.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[ScoredSentence, ...]
    similarity: float
    elsewhere: float
    coverage: float
    timings: Mapping[str, float]


class Retriever:
    """Searches one index; safe to use from several threads.

    Texts are read from the index as they are needed, so a large library takes little memory.

    Args:
        index: An open index, in a folder or elsewhere; it is closed with the retriever.
        embedder: The model that made its vectors.

    Raises:
        IndexMismatchError: The model is another one than the index was built with.
    """

    def __init__(self, index: "Index | SearchIndex", embedder: Embedder) -> None:
        opened = index if isinstance(index, SearchIndex) else FolderSearch(index)
        if opened.model.fingerprint != embedder.fingerprint:
            raise IndexMismatchError(
                f"the index was built with {opened.model.fingerprint}, "
                f"the model given is {embedder.fingerprint}: open it with its own model"
            )
        self._index: SearchIndex = opened
        self._embedder = embedder
        self._closed = False

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        *,
        model: str | None = None,
        progress: "Progress | None" = None,
    ) -> Self:
        """Open an index for questions.

        Args:
            index: Its folder. None is the bundled article's index in the user's data folder,
                which is built when it is missing or out of date.
            model: Another sentence-transformers model than the bundled one.
            progress: Told how far a build is.

        Raises:
            IndexUnusableError: The index is missing, damaged, or made with another model.
            ModelError: The model cannot be loaded.
        """
        from zhangju.bundled import bundled_index_folder, ensure_bundled_index
        from zhangju_index.embedding import load_embedder
        from zhangju_index.folder import open_index

        folder = bundled_index_folder(model) if index is None else Path(index)
        if index is not None:
            # A wrong folder is told before the model takes its seconds to load.
            open_index(folder).close()
        embedder = load_embedder(model)
        if index is None:
            ensure_bundled_index(folder, embedder, progress)
        # Every byte was compared a moment ago.
        opened = open_index(folder, fingerprint=embedder.fingerprint, verify=False)
        try:
            return cls(opened, embedder)
        except BaseException:
            opened.close()
            raise

    @classmethod
    def from_texts(
        cls, texts: Mapping[str, str] | Iterable[str], *, embedder: Embedder | None = None
    ) -> Self:
        """Index texts at hand, for as long as the retriever lives; nothing of it is kept on disk.

        Args:
            texts: Texts by name, or texts alone. Each is kept as it is.
            embedder: Makes the vectors; None is the bundled model. ``ToyEmbedder`` needs no model.

        Raises:
            InputError: There is no text, a text shows nothing, or two names give the same id.
            ModelError: The model cannot be loaded.
        """
        from zhangju.temporary import documents_of

        return cls.from_documents(documents_of(texts), embedder=embedder)

    @classmethod
    def from_documents(cls, documents: Iterable[Document], *, embedder: Embedder | None = None) -> Self:
        """Index documents at hand, as ``from_texts`` does."""
        from zhangju.temporary import open_temporary

        return open_temporary(cls, documents, embedder)

    @property
    def embedder(self) -> Embedder:
        """The model that the index was made with."""
        return self._embedder

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._closed

    @property
    def identity(self) -> str | None:
        """Names the contents of the index; None of one that is not in a folder."""
        return self._index.identity if isinstance(self._index, FolderSearch) else None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the index, in order, read with their whole texts at each call."""
        return tuple(self._index.documents())

    def document(self, document_id: str) -> Document:
        """One document.

        Raises:
            KeyError: The index holds none of this id.
        """
        return self._index.document(document_id)

    def listing(self) -> tuple[Listing, ...]:
        """What is known of each document, in order; of an index in a folder no text is read."""
        from zhangju.listing import list_documents

        return tuple(list_documents(self._index))

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """The outline of one document: sections that tile its text, in order.

        Raises:
            KeyError: The index holds none of this id.
        """
        from zhangju.listing import sections_of

        return sections_of(self._index, document_id)

    def search(self, question: str, k: int = 5, where: Mapping[str, str] | None = None) -> list[Passage]:
        """Find the ``k`` passages that fit a question best.

        Args:
            question: In any language.
            k: Passages to return; fewer come back when the index holds fewer.
            where: Only documents with these values of ``document_id`` (or ``id``), ``title``,
                ``source`` or a name of their metadata (``author``, ``date``, ``format``,
                ``path``, …), compared as ``zhangju_index.filters`` describes; ``section`` is
                for the headings inside them. Where nothing fits, nothing is found.

        Raises:
            QuestionError: The question is empty or too long.
            InputError: ``where`` names what no document has.
            ValueError: ``k`` is below 1.
        """
        return list(self.find(question, k, where).passages)

    async def asearch(
        self, question: str, k: int = 5, where: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """As ``search``, in a thread, so that an event loop goes on meanwhile."""
        return await asyncio.to_thread(self.search, question, k, where)

    def find(self, question: str, k: int = 5, where: Mapping[str, str] | None = None) -> Findings:
        """Search, and keep what the legs said: what answering needs beyond ``search``."""
        question = check_question(question)
        if k < 1:
            raise ValueError(f"expected k of at least 1, got {k}")
        if self._closed:
            raise ValueError("the retriever is closed: open it again to search")
        started = perf_counter()
        query = self._embedder.embed_queries([question])
        embedded = perf_counter()
        shares = self._index.shares(question)
        reach = Reach(_CHUNKS_PROPOSED, _SENTENCES_PROPOSED)
        candidates = self._index.candidates(query[0], shares, reach, where)
        findings = self._rank(query[0], shares, candidates, k, who=asks_who(question))
        ended = perf_counter()
        timings = {"embed": 1000 * (embedded - started), "retrieve": 1000 * (ended - embedded)}
        return replace(findings, timings=timings)

    def close(self) -> None:
        """Close the index; nothing can be searched afterwards."""
        self._closed = True
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rank(
        self,
        query: FloatVector,
        shares: Mapping[str, float],
        candidates: Candidates,
        k: int,
        *,
        who: bool,
    ) -> Findings:
        chunks, by_sentence = candidates.chunks, candidates.sentence_similarity
        if not chunks:
            return Findings((), (), 0.0, 0.0, 0.0, {})
        bounds = candidates.sentence_bounds
        characters = np.array([len(text) for chunk in chunks for text in encoded_sentences(chunk)])
        levelled = level_lengths(by_sentence, characters)
        best = np.array([levelled[a:b].max() for a, b in pairwise(bounds)], dtype=np.float32)
        masthead = np.array([is_masthead(chunk) for chunk in chunks])
        byline = np.array([is_byline_chunk(chunk) for chunk in chunks])
        demotion = demote_mastheads(masthead, byline, asks_who=who)
        scores = fuse(candidates.similarity, best, candidates.coverage, demotion)

        passages: list[Passage] = []
        sentences: list[ScoredSentence] = []
        # A stable sort keeps the order of the text among equals.
        places = np.argsort(-scores, kind="stable")[:k].tolist()
        labels = self._index.labels([chunks[place].document_id for place in places])
        for rank, place in enumerate(places, start=1):
            chunk = chunks[place]
            part = slice(bounds[place], bounds[place + 1])
            scored = list(_score_sentences(chunk, by_sentence[part], levelled[part], shares))
            sentence = max(scored, key=lambda item: item[3])[0]
            passage = Passage(chunk, *labels[chunk.document_id], float(scores[place]), rank, sentence)
            passages.append(passage)
            sentences.extend(ScoredSentence(passage, *item) for item in scored)
        sentences.sort(key=lambda item: -item.score)
        # A byline may answer who; titles and headings answer nothing.
        telling = np.repeat(~masthead | (byline if who else False), np.diff(bounds))
        return Findings(
            tuple(passages),
            tuple(sentences),
            float(by_sentence[telling if telling.any() else ...].max()),
            self._elsewhere(query, passages[0].chunk.reading_text),
            float(candidates.coverage.max()),
            {},
        )

    def _elsewhere(self, query: FloatVector, text: str) -> float:
        """How similar a question is to what is about other things, in the language of ``text``."""
        cohort = self._index.cohorts[cohort_rows(detect_language(text).partition("-")[0])]
        return nearest_elsewhere(query, cohort)


def _score_sentences(
    chunk: Chunk, similarities: FloatVector, levelled: FloatVector, weights: Mapping[str, float]
) -> Iterator[tuple[Sentence, float, float, float]]:
    """Each sentence with its similarity, coverage and score; ``weights`` are the question's shares."""
    for sentence, similarity, level in zip(
        chunk.sentences, similarities.tolist(), levelled.tolist(), strict=True
    ):
        terms = set(tokenize(sentence.reading_text))
        coverage = sum(weight for term, weight in weights.items() if term in terms)
        penalty = MASTHEAD_PENALTY * is_heading(sentence, chunk)
        yield sentence, similarity, coverage, level + COVERAGE_WEIGHT * coverage - penalty
