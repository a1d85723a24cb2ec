"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/SPLIT.tsv``.

(Thakur et al. 2021, arXiv 2104.08663; github.com/beir-cellar/beir.) Passages have ``_id``,
``title`` (may be empty) and ``text``, queries ``_id`` and ``text``. Queries that the split does
not judge are not asked.
"""

from pathlib import Path

from zhangju_eval.asked import askable, judged_questions
from zhangju_eval.corpus import Corpus, Texts
from zhangju_eval.judgements import read_qrels
from zhangju_eval.questions import EvalSet
from zhangju_eval.reading import read_lines, read_spans
from zhangju_eval.records import parse_record, text_field
from zhangju_index.errors import EvalSetError

__all__ = ["is_beir_folder", "read_beir", "read_corpus", "read_queries"]

DEFAULT_SPLIT = "test"


def is_beir_folder(path: Path) -> bool:
    """Whether a path is a folder with something of BEIR's in it."""
    return path.is_dir() and any((path / name).exists() for name in ("corpus.jsonl", "qrels"))


def read_beir(folder: Path, split: str | None = None, *, run_only: bool = False) -> EvalSet:
    """Read a folder and check it from end to end.

    Args:
        folder: The folder.
        split: Which judgements; ``test`` unless told.
        run_only: Whether nothing is to be searched, so that passages and queries may be missing.

    Raises:
        EvalSetError: A file is missing or a line of it cannot be used.
    """
    split = split or DEFAULT_SPLIT
    qrels = folder / "qrels" / f"{split}.tsv"
    if not qrels.is_file():
        there = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
        hint = f"it has the splits {', '.join(there)}" if there else "it has none"
        raise EvalSetError(f"{folder}: expected judgements in qrels/{split}.tsv; {hint}")
    judgements, lines = read_qrels(qrels)
    queries, passages = folder / "queries.jsonl", folder / "corpus.jsonl"
    topics = read_queries(queries) if queries.exists() or not run_only else None
    corpus = read_corpus(passages) if not run_only else None
    questions, notes = judged_questions(judgements, lines, topics, corpus, str(qrels), split)
    name = f"{folder.resolve().name}/{split}"
    return EvalSet(name, questions, corpus if corpus is not None else {}, corpus, notes)


def read_queries(path: Path) -> dict[str, str]:
    """Read questions by id.

    Raises:
        EvalSetError: A line is none, or an id is used twice.
    """
    topics: dict[str, str] = {}
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        record = parse_record(line, where)
        name = _identifier(record, where)
        if name in topics:
            raise EvalSetError(f'{where}: "_id" {name} is used twice; give each question its own')
        topics[name] = askable(text_field(record, "text", where), where)
    if not topics:
        raise EvalSetError(f"{path}: expected one question per line; the file holds none")
    return topics


def read_corpus(path: Path) -> Corpus:
    """Read where each passage lies; the passages themselves stay in the file.

    Raises:
        EvalSetError: A line is no passage, or an id is used twice.
    """
    spans: dict[str, tuple[int, int]] = {}
    blank: set[str] = set()
    for number, start, end, line in read_spans(path):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        record = parse_record(line, where)
        name = _identifier(record, where)
        if name in spans:
            raise EvalSetError(f'{where}: "_id" {name} is used twice; give each passage its own')
        if not "".join(_texts(record, where)).strip():
            blank.add(name)
        spans[name] = (start, end)
    if not spans:
        raise EvalSetError(f"{path}: expected one passage per line; the file holds none")

    def parse(line: str) -> Texts:
        return _texts(parse_record(line, str(path)), str(path))

    return Corpus.in_file(path, spans, parse, blank=blank)


def _identifier(record: dict[str, object], where: str) -> str:
    name = text_field(record, "_id", where)
    if not name or name.split() != [name]:
        raise EvalSetError(
            f'{where}: expected "_id" without white space, so that a run can name it; got {name!r}'
        )
    return name


def _texts(record: dict[str, object], where: str) -> Texts:
    return text_field(record, "title", where, default=""), text_field(record, "text", where)
