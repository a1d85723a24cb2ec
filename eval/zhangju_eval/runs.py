"""Runs in TREC's form, to hand our rankings to other tools and to measure theirs.

    question  Q0  passage  rank  score  tag

A run of judged passages names them by their ids. Where gold is quotes or sections, it names
chunks as ``DOCUMENT:START-END``, in code points, or whole documents by their ids.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path

from zhangju_eval.evidence import Excerpt
from zhangju_eval.library import sections_of
from zhangju_eval.ranking import falling
from zhangju_eval.reading import read_lines
from zhangju_index.errors import EvalSetError, InputError

__all__ = ["TAG", "check_names", "named_excerpt", "read_run", "run_lines", "write_run"]

TAG = "zhangju"
_CHUNK = re.compile(r"(?P<document>.+):(?P<start>\d+)-(?P<end>\d+)")


def run_lines(question: str, ranking: Sequence[tuple[str, float]], tag: str = TAG) -> Iterable[str]:
    """Lines of a question's ranking, whose scores fall with every rank in single precision too.

    trec_eval goes by score alone and orders equal scores by name: this way it sees our order.

    Args:
        question: Its id.
        ranking: Names and scores, best first.
        tag: Name of the run.

    Raises:
        InputError: A name holds white space, at which the columns are told apart.
    """
    check_names((question, *(name for name, _ in ranking)))
    scores = falling([score for _, score in ranking])
    for rank, ((name, _), score) in enumerate(zip(ranking, scores, strict=True), start=1):
        # Nine digits are enough to read the same single-precision number back.
        yield f"{question} Q0 {name} {rank} {score:.9g} {tag}\n"


def check_names(names: Iterable[str]) -> None:
    """Check that names can stand in the columns of a run.

    Raises:
        InputError: One holds white space, at which columns are told apart.
    """
    for name in names:
        if name.split() != [name]:
            raise InputError(f"a TREC run cannot name {name!r}, which holds white space: give it another id")


def write_run(path: Path, rankings: Iterable[tuple[str, Sequence[tuple[str, float]]]]) -> None:
    """Write the rankings of questions, by id, to a file.

    Raises:
        InputError: The file cannot be written, or an id cannot be named in it.
    """
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for question, ranking in rankings:
                file.writelines(run_lines(question, ranking))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Read a run: scores by question and passage.

    Raises:
        EvalSetError: A line has not six columns or no score, or names a passage twice.
    """
    run: dict[str, dict[str, float]] = {}
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        columns = line.split()
        if len(columns) != 6:
            raise EvalSetError(
                f"{where}: expected question, Q0, passage, rank, score and tag; got {len(columns)} columns"
            )
        question, _, passage, _, score, _ = columns
        try:
            value = float(score)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            raise EvalSetError(f"{where}: expected the score to be a number; got {score[:40]}")
        passages = run.setdefault(question, {})
        if passage in passages:
            raise EvalSetError(f"{where}: passage {passage} is there twice for question {question}; drop one")
        passages[passage] = value
    if not run:
        raise EvalSetError(f"{path}: expected a run; the file holds none")
    return run


def named_excerpt(name: str, documents: Mapping[str, str]) -> Excerpt | None:
    """What a run means by a name: a chunk, or a whole document; ``None`` where there is no such text."""
    if name in documents:
        text = documents[name]
        return Excerpt(name, 0, len(text), text)
    chunk = _CHUNK.fullmatch(name)
    if not chunk or chunk["document"] not in documents:
        return None
    document, start, end = chunk["document"], int(chunk["start"]), int(chunk["end"])
    text = documents[document][start:end]
    if len(text) != end - start:
        return None
    sections = sections_of(documents, document)
    path = next((s.path for s in sections if s.start <= start < s.end), ())
    return Excerpt(document, start, end, text, path)
