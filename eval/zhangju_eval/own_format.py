"""Our own format of eval sets, JSON Lines, and the sets that come with Zhangju in it.

    {"id", "question", "lang", "kind", "split", "answerable", "gold": […], "history", "standalone"}

``split``, ``history`` and ``standalone`` may be left out, and ``feedback`` (what the chat page
keeps of a vote) may be there. An entry of ``gold`` is one of

    {"document_id", "start", "end", "quote"}    a quote with its place
    {"document_id", "section": [heading, …]}    a section
    {"document_id"}                             a whole document or passage

and may say with ``part``, which counts from 1, which part of the evidence it holds: entries of
one part are alternatives, and every part is needed. An entry without is enough by itself.
The README beside the sets says what each field means.
"""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from zhangju.history import read_history
from zhangju_eval.library import sections_of
from zhangju_eval.questions import EvalQuestion, EvalSet, Evidence, Gold, PassageGold, SectionGold
from zhangju_eval.reading import read_lines
from zhangju_index.errors import EvalSetError, InputError

__all__ = ["holds_section", "parse_own_set", "read_shipped_set", "shipped_sets"]

_REQUIRED = {"id": str, "question": str, "lang": str, "kind": str, "answerable": bool, "gold": list}
_OPTIONAL = {"split": str, "history": list, "standalone": str, "feedback": dict}
_PART = {"part": int}
_CALLED = {str: "a text", bool: "true or false", list: "a list", int: "a whole number", dict: "an object"}
# Documents that an error lists when it has to say which there are.
_LISTED = 8


def shipped_sets() -> tuple[str, ...]:
    """Names of the sets that come with Zhangju."""
    names = (entry.name for entry in resources.files(__package__).joinpath("sets").iterdir())
    return tuple(sorted(name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")))


def read_shipped_set(name: str) -> EvalSet:
    """Read a set that comes with Zhangju, checked against the article that does."""
    with resources.as_file(resources.files(__package__).joinpath("sets", f"{name}.jsonl")) as path:
        return parse_own_set(path, _bundled_documents(), called=f"{name}.jsonl")


def parse_own_set(path: Path, documents: Mapping[str, str], *, called: str | None = None) -> EvalSet:
    """Read a file in our own format and check it from end to end.

    Args:
        path: The file.
        documents: Text by document id, to check the gold against; empty to check nothing.
        called: What errors call the file.

    Raises:
        EvalSetError: A line breaks the schema, or a quote is not at its place; the message names
            the file and the line.
    """
    called = called or str(path)
    questions: dict[str, EvalQuestion] = {}
    numbers: dict[str, int] = {}
    for number, line in read_lines(path, called):
        try:
            question = _parse_question(line)
            _check_new(question, questions)
            _check_gold(question, documents)
        except EvalSetError as error:
            raise EvalSetError(f"{called}, line {number}: {error}") from error
        questions[question.id] = question
        numbers[question.id] = number
    # After the last line: the stand-alone wording may stand below what leans on its history.
    for question in questions.values():
        try:
            _check_standalone(question, questions)
        except EvalSetError as error:
            raise EvalSetError(f"{called}, line {numbers[question.id]}: {error}") from error
    if not questions:
        raise EvalSetError(f"{called}: expected one question per line; the file holds none")
    return EvalSet(path.stem, tuple(questions.values()), documents)


def holds_section(path: tuple[str, ...], section: tuple[str, ...]) -> bool:
    """Whether the headings of ``section`` follow one another somewhere in ``path``."""
    return any(path[at : at + len(section)] == section for at in range(len(path) - len(section) + 1))


def _bundled_documents() -> dict[str, str]:
    corpus = resources.files("zhangju_index").joinpath("corpus")
    files = (entry for entry in corpus.iterdir() if entry.name.endswith(".txt"))
    # Decoded from bytes: reading as text would translate line ends and shift every offset.
    return {entry.name.removesuffix(".txt"): entry.read_bytes().decode("utf-8") for entry in files}


def _parse_question(line: str) -> EvalQuestion:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvalSetError(
            f"expected a JSON object; {getattr(error, 'msg', None) or 'it is no JSON'}"
        ) from error
    _check_fields(row, _REQUIRED, _OPTIONAL, "the line")
    for name in ("id", "question"):
        if not row[name].strip():
            raise EvalSetError(f'"{name}" is empty')
    if row.get("split") not in (None, "dev", "test"):
        raise EvalSetError(f'expected "split" to be dev or test; got {row["split"]}')
    try:
        read_history(row.get("history", ()))
    except InputError as error:
        raise EvalSetError(str(error)) from None
    gold = tuple(_parse_gold(entry) for entry in row["gold"])
    if gold and not row["answerable"]:
        raise EvalSetError('"answerable" is false but there is "gold"; drop one of the two')
    for entry in gold:
        if entry.part is not None and entry.part < 1:
            raise EvalSetError(f'expected "part" to count from 1; got {entry.part}')
    return EvalQuestion(
        **{name: row[name] for name in ("id", "question", "lang", "kind", "answerable")},
        gold=gold,
        history=tuple(row.get("history", ())),
        split=row.get("split"),
        standalone=row.get("standalone"),
    )


def _parse_gold(entry: Any) -> Evidence:
    if isinstance(entry, dict) and "section" in entry:
        _check_fields(entry, {"document_id": str, "section": list}, _PART, '"gold"')
        section = entry["section"]
        if not section or not all(isinstance(name, str) and name.strip() for name in section):
            raise EvalSetError('expected "section" to be a list of headings, outermost first')
        return SectionGold(entry["document_id"], tuple(section), entry.get("part"))
    if isinstance(entry, dict) and entry.keys() <= {"document_id", "part"}:
        _check_fields(entry, {"document_id": str}, _PART, '"gold"')
        return PassageGold(**entry)
    _check_fields(entry, {"document_id": str, "start": int, "end": int, "quote": str}, _PART, '"gold"')
    return Gold(**entry)


def _check_fields(row: Any, required: Mapping[str, type], optional: Mapping[str, type], where: str) -> None:
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
                f'expected "{name}" to be {_CALLED[expected]}; got {json.dumps(row[name])[:40]}'
            )
        if expected is str and any("\ud800" <= c <= "\udfff" for c in row.get(name, "")):
            raise EvalSetError(f'"{name}" holds half a surrogate pair; write the character itself')


def _check_new(question: EvalQuestion, questions: Mapping[str, EvalQuestion]) -> None:
    if question.id in questions:
        raise EvalSetError(f'"id" {question.id} is used twice; give each question its own')


def _check_gold(question: EvalQuestion, documents: Mapping[str, str]) -> None:
    for gold in question.gold:
        if isinstance(gold, Gold):
            _check_length(gold)
        if not documents:
            continue
        if gold.document_id not in documents:
            known = sorted(documents)[:_LISTED]
            more = ", …" if len(documents) > _LISTED else ""
            raise EvalSetError(f"there is no document {gold.document_id}; known: {', '.join(known)}{more}")
        if isinstance(gold, Gold):
            _check_place(gold, documents[gold.document_id])
        elif isinstance(gold, SectionGold):
            _check_section(gold, documents)


def _check_length(gold: Gold) -> None:
    if not gold.quote.strip() or gold.start < 0 or gold.end - gold.start != len(gold.quote):
        raise EvalSetError(
            f'"quote" has {len(gold.quote)} characters, which is not the length of '
            f"{gold.start}:{gold.end} of {gold.document_id}"
        )


def _check_place(gold: Gold, text: str) -> None:
    if text[gold.start : gold.end] != gold.quote:
        found = text.find(gold.quote)
        hint = f"it begins at {found}" if found >= 0 else "the document does not hold it"
        raise EvalSetError(f'"quote" does not stand at {gold.start}:{gold.end} of {gold.document_id}; {hint}')


def _check_section(gold: SectionGold, documents: Mapping[str, str]) -> None:
    sections = sections_of(documents, gold.document_id)
    if not any(holds_section(section.path, gold.section) for section in sections):
        raise EvalSetError(
            f"{gold.document_id} has no section {' › '.join(gold.section)}; zhangju outline shows those it has"
        )


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
