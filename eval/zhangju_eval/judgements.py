"""Which passages were judged relevant to which question: TREC's qrels, and BEIR's.

    TREC    question  0  passage  relevance      four columns at white space, no header
    BEIR    query-id ⇥ corpus-id ⇥ score         three at tabs, under a header

Relevance is a whole number; 0 and below is not relevant.
"""

from collections.abc import Mapping
from pathlib import Path

from zhangju_eval.reading import read_lines
from zhangju_index.errors import EvalSetError

__all__ = ["Judgements", "read_qrels"]

Judgements = Mapping[str, Mapping[str, int]]
"""Relevance by question and passage, in the order of the file."""


def read_qrels(path: Path) -> tuple[Judgements, Mapping[str, int]]:
    """Read judgements of either form; the number of columns tells which.

    Returns:
        The judgements, and the line on which each question is judged first.

    Raises:
        EvalSetError: A line is of neither form, judges a passage twice, or there is none.
    """
    judged: dict[str, dict[str, int]] = {}
    lines: dict[str, int] = {}
    header = False
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        if not lines and not header and _is_header(line):
            header = True
            continue
        columns = line.split("\t") if header else line.split()
        question, passage, grade = _columns(columns, header=header, where=where)
        try:
            relevance = int(grade)
        except ValueError as error:
            raise EvalSetError(
                f"{where}: expected relevance to be a whole number; got {grade[:40]}"
            ) from error
        passages = judged.setdefault(question, {})
        if passage in passages:
            raise EvalSetError(
                f"{where}: passage {passage} is judged twice for question {question}; drop one"
            )
        passages[passage] = relevance
        lines.setdefault(question, number)
    if not judged:
        raise EvalSetError(f"{path}: expected one judgement per line; the file holds none")
    return judged, lines


def _is_header(line: str) -> bool:
    """Whether a line names columns: BEIR's are ``query-id``, ``corpus-id`` and ``score``."""
    columns = line.split("\t")
    return len(columns) == 3 and not columns[2].strip().lstrip("+-").isdigit()


def _columns(columns: list[str], *, header: bool, where: str) -> tuple[str, str, str]:
    columns = [column.strip() for column in columns]
    if len(columns) == 3 and all(columns):
        return columns[0], columns[1], columns[2]
    if len(columns) == 4 and not header:
        return columns[0], columns[2], columns[3]
    wanted = "query-id, corpus-id and score, at tabs" if header else "question, 0, passage and relevance"
    raise EvalSetError(f"{where}: expected {wanted}; got {len(columns)} columns")
