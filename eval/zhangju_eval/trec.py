"""Topics and documents in TREC's forms.

Topics are SGML (``<top>`` with ``<num>`` and ``<title>``), two columns at a tab, or BEIR's
``queries.jsonl``; documents are SGML (``<DOC>`` with ``<DOCNO>``), two columns at a tab, or
``corpus.jsonl``. What a file begins with tells which.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from zhangju_eval.asked import askable, judged_questions
from zhangju_eval.beir import read_corpus, read_queries
from zhangju_eval.corpus import Corpus, Texts
from zhangju_eval.judgements import read_qrels
from zhangju_eval.questions import EvalSet
from zhangju_eval.reading import read_lines, read_spans
from zhangju_index.errors import EvalSetError

__all__ = ["read_documents", "read_topics", "read_trec"]

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_NUM = re.compile(r"<num>\s*(?:number\s*:)?\s*([^\s<]+)", re.IGNORECASE)
# A title ends at the next tag: in TREC's own files tags of topics are not closed.
_TITLE = re.compile(r"<title>\s*(?:topic\s*:)?\s*([^<]+)", re.IGNORECASE)
_DOCNO = re.compile(r"<docno>\s*([^\s<]+)\s*</docno>", re.IGNORECASE)
_HEAD = re.compile(r"<(title|headline|head|hl)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_BODY = re.compile(r"<text>(.*?)</text>", re.IGNORECASE | re.DOTALL)


def read_trec(
    qrels: Path, topics: Path | None = None, corpus: Path | None = None, name: str | None = None
) -> EvalSet:
    """Read a set from its files.

    Args:
        qrels: The judgements.
        topics: The questions; they may be missing where only a run is measured.
        corpus: The documents; without them an index is asked that there is.
        name: What reports call the set; the name of the judgements' file unless told.

    Raises:
        EvalSetError: A file cannot be read or a line of it cannot be used.
    """
    judgements, lines = read_qrels(qrels)
    asked = read_topics(topics) if topics else None
    passages = read_documents(corpus) if corpus else None
    questions, notes = judged_questions(judgements, lines, asked, passages, str(qrels))
    return EvalSet(name or qrels.stem, questions, passages if passages is not None else {}, passages, notes)


def read_topics(path: Path) -> dict[str, str]:
    """Read questions by number.

    Raises:
        EvalSetError: The file cannot be read, is of no such form, or uses a number twice.
    """
    form = _form(path)
    if form == "{":
        return read_queries(path)
    topics: dict[str, str] = {}
    for number, name, text in _sgml_topics(path) if form == "<" else _columns(path):
        where = f"{path}, line {number}"
        if name in topics:
            raise EvalSetError(f"{where}: the number {name} is used twice; give each topic its own")
        topics[name] = askable(text, where)
    if not topics:
        raise EvalSetError(f"{path}: expected topics; the file holds none")
    return topics


def read_documents(path: Path) -> Corpus:
    """Read where each document lies; the documents themselves stay in the file.

    Raises:
        EvalSetError: The file cannot be read, is of no such form, or uses a number twice.
    """
    form = _form(path)
    if form == "{":
        return read_corpus(path)
    spans: dict[str, tuple[int, int]] = {}
    blank: set[str] = set()
    parse = _sgml_texts if form == "<" else _column_texts
    for number, start, end, name, text in _sgml_documents(path) if form == "<" else _column_documents(path):
        if name in spans:
            raise EvalSetError(
                f"{path}, line {number}: the number {name} is used twice; give each document its own"
            )
        if not "".join(parse(text)).strip():
            blank.add(name)
        spans[name] = (start, end)
    if not spans:
        raise EvalSetError(f"{path}: expected documents; the file holds none")
    return Corpus.in_file(path, spans, parse, blank=blank, wrapped=form == "<")


def _form(path: Path) -> str:
    """The character that a file begins with, white space left out."""
    return next((line.lstrip()[0] for _, line in read_lines(path)), "")


def _columns(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in read_lines(path):
        name, tab, text = line.partition("\t")
        if not tab or name.split() != [name.strip()]:
            raise EvalSetError(
                f"{path}, line {number}: expected a number, a tab and a text; got {line[:40]!r}"
            )
        yield number, name.strip(), text


def _column_documents(path: Path) -> Iterator[tuple[int, int, int, str, str]]:
    for number, start, end, line in read_spans(path):
        if not line.strip():
            continue
        name, tab, _ = line.partition("\t")
        if not tab or name.split() != [name.strip()]:
            raise EvalSetError(
                f"{path}, line {number}: expected a number, a tab and a text; got {line[:40]!r}"
            )
        yield number, start, end, name.strip(), line


def _column_texts(line: str) -> Texts:
    return "", line.rstrip("\r\n").partition("\t")[2]


def _sgml_topics(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, _, _, block in _blocks(path, "top"):
        name, title = _NUM.search(block), _TITLE.search(block)
        if not name or not title:
            what = "<num>" if not name else "<title>"
            raise EvalSetError(f"{path}, line {number}: expected {what} in the topic that begins here")
        yield number, name[1], unescape(" ".join(title[1].split()))


def _sgml_documents(path: Path) -> Iterator[tuple[int, int, int, str, str]]:
    for number, start, end, block in _blocks(path, "doc"):
        name = _DOCNO.search(block)
        if not name:
            raise EvalSetError(
                f"{path}, line {number}: expected <DOCNO> without white space in the document that begins here"
            )
        yield number, start, end, name[1], block


def _blocks(path: Path, tag: str) -> Iterator[tuple[int, int, int, str]]:
    """Elements that begin and end on lines of their own, with line and bytes; no nesting."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    lines: list[str] = []
    first = begin = 0
    for number, start, end, line in read_spans(path):
        text = line.strip().lower()
        if text.startswith(opening):
            if lines:
                raise EvalSetError(f"{path}, line {number}: expected {closing} of line {first} before this")
            first, begin = number, start
        elif not lines:
            if text:
                raise EvalSetError(f"{path}, line {number}: expected {opening}; got {line.strip()[:40]!r}")
            continue
        lines.append(line)
        if text.endswith(closing):
            yield first, begin, end, "\n".join(lines)
            lines = []
    if lines:
        raise EvalSetError(f"{path}, line {first}: expected {closing} before the end of the file")


def _sgml_texts(block: str) -> Texts:
    head, bodies = _HEAD.search(block), _BODY.findall(block)
    title = _plain(head[2]) if head else ""
    # Where nothing is marked as the text, all but the names is.
    text = "\n\n".join(bodies) if bodies else _HEAD.sub("", _DOCNO.sub("", block))
    return title, _plain(text).strip("\n")


def _plain(marked: str) -> str:
    return unescape(_TAG.sub("", marked))
