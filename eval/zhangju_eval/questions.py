"""What an eval set is: questions, and what is known about what answers them.

    EvalSet
    ├── questions   EvalQuestion
    │               ├── gold     Gold (a quote with its place) | SectionGold | PassageGold
    │               └── judged   relevance of passages by id, as TREC judges them
    ├── documents   the texts that gold was checked against
    └── corpus      passages that are indexed for the run (``zhangju_eval.corpus``)

A question has gold or judgements or, where nothing answers it, neither. How sets are read is
told in ``zhangju_eval.loading``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zhangju_eval.corpus import Corpus
from zhangju_index.errors import EvalSetError

__all__ = [
    "EvalQuestion",
    "EvalSet",
    "Evidence",
    "Gold",
    "PassageGold",
    "SectionGold",
]


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that holds the evidence: ``text[start:end] == quote`` in its document.

    Attributes:
        document_id: The document quoted.
        start: Offset of the first character, in code points.
        end: Offset one past the last.
        quote: The evidence, word for word.
        part: Which part of the evidence it holds, counted from 1, where the evidence lies in
            several places; ``None`` where this place is enough.
    """

    document_id: str
    start: int
    end: int
    quote: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class SectionGold:
    """A section that holds the evidence: whatever lies in it or under it is a hit.

    Attributes:
        document_id: The document.
        section: Headings that follow one another in the section's path, outermost first; the
            last one alone is enough where no other section is called so.
        part: Which part of the evidence it holds, as in ``Gold``.
    """

    document_id: str
    section: tuple[str, ...]
    part: int | None = None


@dataclass(frozen=True, slots=True)
class PassageGold:
    """A document, or a passage that is indexed as one, whose text as a whole is the evidence.

    Attributes:
        document_id: The document or passage.
        part: Which part of the evidence it holds, as in ``Gold``.
    """

    document_id: str
    part: int | None = None


Evidence = Gold | SectionGold | PassageGold


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One question of an eval set.

    Attributes:
        id: Unique in its set.
        question: As a reader asks it; empty where only a run is to be measured.
        lang: BCP 47 tag of the question's language.
        kind: What sort of question it is, a slice of the report; empty where none is known.
        answerable: Whether the documents answer it.
        gold: Places that hold the evidence. One without a part is enough by itself; those of
            one part are alternatives, and every part is needed.
        history: Earlier turns, handed to the assistant as they are.
        split: ``dev`` to choose by, ``test`` to report on, ``None`` in an undivided set.
        standalone: Of a question that leans on its history, the id of the question that asks
            the same without one; ``None`` where there is none.
        judged: Relevance by passage id, where passages were judged as for TREC: 0 and below is
            not relevant, and each relevant passage counts for recall.
        group: Name of what it is about, where its gold does not tell: questions of one group
            stand or fall together.
    """

    id: str
    question: str
    lang: str
    kind: str
    answerable: bool
    gold: tuple[Evidence, ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()
    split: str | None = None
    standalone: str | None = None
    judged: Mapping[str, int] = field(default_factory=dict)
    group: str = ""

    @property
    def parts(self) -> tuple[tuple[Evidence, ...], ...]:
        """The gold by part: entries of one part are alternatives, and every part is needed.

        Gold without ``part`` is enough by itself: it stands for every part, or for the only one.
        """
        whole = [entry for entry in self.gold if entry.part is None]
        numbers = sorted({entry.part for entry in self.gold if entry.part is not None})
        if not numbers:
            return (tuple(whole),) if whole else ()
        return tuple(
            tuple(entry for entry in self.gold if entry.part in (number, None)) for number in numbers
        )

    @property
    def relevant(self) -> frozenset[str]:
        """Ids of the passages that were judged relevant."""
        return frozenset(name for name, grade in self.judged.items() if grade > 0)


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Questions and the texts that their gold was checked against.

    Attributes:
        name: As reports call it; a part of a set is called ``name/split``.
        questions: In the order of the file.
        documents: Text by document id, where known; decides whether offsets can be trusted.
        corpus: Passages to index for the run; None where an index is asked that there is.
        notes: What a reader of the figures should know of how the set was read.
    """

    name: str
    questions: tuple[EvalQuestion, ...]
    documents: Mapping[str, str] = field(default_factory=dict)
    corpus: Corpus | None = None
    notes: tuple[str, ...] = ()

    def select(self, split: str) -> "EvalSet":
        """Return the questions of one split, or the set itself for ``all``.

        Raises:
            EvalSetError: No question belongs to the split.
        """
        if split == "all":
            return self
        questions = tuple(q for q in self.questions if q.split == split)
        if not questions:
            raise EvalSetError(
                f'{self.name}: no question has "split": "{split}"; choose another split or all'
            )
        return replace(self, name=f"{self.name}/{split}", questions=questions)
