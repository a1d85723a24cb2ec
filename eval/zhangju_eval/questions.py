"""Eval sets: questions with the places in the documents that answer them.

    {"id", "question", "lang", "kind", "split", "answerable",
     "gold": [{"document_id", "start", "end", "quote", "part"}], "history", "standalone"}

One JSON object per line. ``split``, ``part``, ``history`` and ``standalone`` may be left out.
The sets that come with Zhangju lie in ``sets/``, where a README says what each field means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from zhangju_index.errors import EvalSetError

__all__ = ["EvalQuestion", "EvalSet", "Gold", "Split", "load_set", "shipped_sets"]

Split = Literal["dev", "test"]

REQUIRED = {"id": str, "question": str, "lang": str, "kind": str, "answerable": bool, "gold": list}
OPTIONAL = {"split": str, "history": list, "standalone": str}
GOLD = {"document_id": str, "start": int, "end": int, "quote": str}
GOLD_OPTIONAL = {"part": int}
CALLED = {str: "a text", bool: "true or false", list: "a list", int: "a whole number"}


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
class EvalQuestion:
    """One question of an eval set.

    Attributes:
        id: Unique in its set.
        question: As a reader asks it.
        lang: BCP 47 tag of the question's language.
        kind: What sort of question it is; a slice of the report.
        answerable: Whether the documents answer it.
        gold: Places that hold the evidence. One without a part is enough by itself; those of
            one part are alternatives, and every part is needed.
        history: Earlier turns, handed to the assistant as they are.
        split: ``dev`` to choose by, ``test`` to report on, ``None`` in an undivided set.
        standalone: Of a question that leans on its history, the id of the question that asks
            the same without one; ``None`` where there is none.
    """

    id: str
    question: str
    lang: str
    kind: str
    answerable: bool
    gold: tuple[Gold, ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()
    split: Split | None = None
    standalone: str | None = None


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Questions and the texts that their gold was checked against.

    Attributes:
        name: As reports call it; a part of a set is called ``name/split``.
        questions: In the order of the file.
        documents: Text by document id, where known; decides whether offsets can be trusted.
    """

    name: str
    questions: tuple[EvalQuestion, ...]
    documents: Mapping[str, str] = field(default_factory=dict)

    def select(self, split: Split | Literal["all"]) -> "EvalSet":
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


def shipped_sets() -> tuple[str, ...]:
    """Names of the sets that come with Zhangju."""
    names = (entry.name for entry in resources.files(__package__).joinpath("sets").iterdir())
    return tuple(sorted(name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")))


def load_set(name_or_path: str | Path, documents: Mapping[str, str] | None = None) -> EvalSet:
    """Read an eval set and check it from end to end.

    Args:
        name_or_path: Name of a set that comes with Zhangju, or a JSON Lines file.
        documents: Text by document id, to check the gold of a file against. A set that comes
            with Zhangju is checked against the article that does.

    Raises:
        EvalSetError: There is no such set, a line breaks the schema, or a quote is not at its
            place; the message names the file and the line.
    """
    if isinstance(name_or_path, str) and name_or_path in shipped_sets():
        content = resources.files(__package__).joinpath("sets", f"{name_or_path}.jsonl").read_bytes()
        return _parse_set(name_or_path, content, f"{name_or_path}.jsonl", _bundled_documents())
    path = Path(name_or_path)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise EvalSetError(
            f"{name_or_path}: expected the name of an eval set ({', '.join(shipped_sets())}) "
            f"or a JSON Lines file that can be read; {getattr(error, 'strerror', None) or error}"
        ) from error
    return _parse_set(path.stem, content, str(path), documents or {})


def _bundled_documents() -> dict[str, str]:
    corpus = resources.files("zhangju_index").joinpath("corpus")
    files = (entry for entry in corpus.iterdir() if entry.name.endswith(".txt"))
    # Decoded from bytes: reading as text would translate line ends and shift every offset.
    return {entry.name.removesuffix(".txt"): entry.read_bytes().decode("utf-8") for entry in files}


def _parse_set(name: str, content: bytes, file: str, documents: Mapping[str, str]) -> EvalSet:
    try:
        # Not splitlines(): JSON strings may hold U+2028, which would cut a line in two.
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise EvalSetError(
            f"{file}: expected UTF-8 text; byte {error.start} is none; save it as UTF-8"
        ) from error
    questions: dict[str, EvalQuestion] = {}
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _parse_question(line)
            _check_new(question, questions)
            _check_gold(question, documents)
        except EvalSetError as error:
            raise EvalSetError(f"{file}, line {number}: {error}") from error
        questions[question.id] = question
        numbers[question.id] = number
    # After the last line: the stand-alone wording may stand below what leans on its history.
    for question in questions.values():
        try:
            _check_standalone(question, questions)
        except EvalSetError as error:
            raise EvalSetError(f"{file}, line {numbers[question.id]}: {error}") from error
    if not questions:
        raise EvalSetError(f"{file}: expected one question per line; the file holds none")
    return EvalSet(name, tuple(questions.values()), documents)


def _parse_question(line: str) -> EvalQuestion:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvalSetError(
            f"expected a JSON object; {getattr(error, 'msg', None) or 'it is no JSON'}"
        ) from error
    _check_fields(row, REQUIRED, OPTIONAL, "the line")
    for name in ("id", "question"):
        if not row[name].strip():
            raise EvalSetError(f'"{name}" is empty')
    if row.get("split") not in (None, "dev", "test"):
        raise EvalSetError(f'expected "split" to be dev or test; got {row["split"]}')
    if not all(isinstance(turn, dict) for turn in row.get("history", ())):
        raise EvalSetError('expected each turn of "history" to be an object')
    for gold in row["gold"]:
        _check_fields(gold, GOLD, GOLD_OPTIONAL, '"gold"')
        if gold.get("part", 1) < 1:
            raise EvalSetError(f'expected "part" to count from 1; got {gold["part"]}')
    if row["gold"] and not row["answerable"]:
        raise EvalSetError('"answerable" is false but there is "gold"; drop one of the two')
    return EvalQuestion(
        **{name: row[name] for name in ("id", "question", "lang", "kind", "answerable")},
        gold=tuple(Gold(**gold) for gold in row["gold"]),
        history=tuple(row.get("history", ())),
        split=row.get("split"),
        standalone=row.get("standalone"),
    )


def _check_fields(
    row: object, required: Mapping[str, type], optional: Mapping[str, type], where: str
) -> None:
    if not isinstance(row, dict):
        raise EvalSetError(f"expected {where} to be a JSON object; got {type(row).__name__}")
    missing, unknown = required.keys() - row.keys(), row.keys() - required.keys() - optional.keys()
    if missing or unknown:
        what, names = ("lacks", missing) if missing else ("has the unknown", unknown)
        raise EvalSetError(f"{where} {what} " + ", ".join(f'"{name}"' for name in sorted(names)))
    for name, expected in {**required, **optional}.items():
        # type() rather than isinstance(): true is no offset.
        if name in row and type(row[name]) is not expected:
            raise EvalSetError(
                f'expected "{name}" to be {CALLED[expected]}; got {json.dumps(row[name])[:40]}'
            )
        if expected is str and any("\ud800" <= c <= "\udfff" for c in row.get(name, "")):
            raise EvalSetError(f'"{name}" holds half a surrogate pair; write the character itself')


def _check_new(question: EvalQuestion, questions: Mapping[str, EvalQuestion]) -> None:
    if question.id in questions:
        raise EvalSetError(f'"id" {question.id} is used twice; give each question its own')


def _check_gold(question: EvalQuestion, documents: Mapping[str, str]) -> None:
    for gold in question.gold:
        place = f"{gold.start}:{gold.end} of {gold.document_id}"
        if not gold.quote.strip() or gold.start < 0 or gold.end - gold.start != len(gold.quote):
            raise EvalSetError(
                f'"quote" has {len(gold.quote)} characters, which is not the length of {place}'
            )
        if not documents:
            continue
        if gold.document_id not in documents:
            raise EvalSetError(
                f"there is no document {gold.document_id}; known: {', '.join(sorted(documents))}"
            )
        if documents[gold.document_id][gold.start : gold.end] != gold.quote:
            found = documents[gold.document_id].find(gold.quote)
            hint = f"it begins at {found}" if found >= 0 else "the document does not hold it"
            raise EvalSetError(f'"quote" does not stand at {place}; {hint}')


def _check_standalone(question: EvalQuestion, questions: Mapping[str, EvalQuestion]) -> None:
    if question.standalone is None:
        return
    other = questions.get(question.standalone)
    if other is None or other.history:
        raise EvalSetError(
            f'expected "standalone" to be the id of a question without history; got {question.standalone}'
        )
    if not question.history:
        raise EvalSetError('there is "standalone" but no "history"; drop it')
    for name in ("answerable", "split"):
        if getattr(question, name) != getattr(other, name):
            raise EvalSetError(f'"{name}" differs from that of {other.id}, its stand-alone wording')
    if set(question.gold) != set(other.gold):
        raise EvalSetError(f'"gold" differs from that of {other.id}, its stand-alone wording')
