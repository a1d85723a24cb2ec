"""SQuAD's JSON, versions 1.1 and 2.0: questions on paragraphs, with the words that answer them.

(Rajpurkar et al. 2016 and 2018; XQuAD, CMRC and DRCD come in the same form.) Each paragraph is
a passage that is indexed for the run, named ``ARTICLE-PARAGRAPH`` by their numbers from 1, with
the article's title. Answers are alternatives; ``is_impossible`` makes a question unanswerable.
"""

import json
import re
from pathlib import Path
from typing import Any

from zhangju.language import detect_language
from zhangju_eval.asked import askable
from zhangju_eval.corpus import Corpus, Texts
from zhangju_eval.questions import EvalQuestion, EvalSet, Gold
from zhangju_eval.reading import whole_file
from zhangju_index.errors import EvalSetError

__all__ = ["read_squad"]


def read_squad(path: Path) -> EvalSet:
    """Read a file and check it from end to end.

    Raises:
        EvalSetError: It is no such file; the message names the question and, where the file
            has lines, the line.
    """
    content = whole_file(path)
    try:
        whole = json.loads(content)
    except json.JSONDecodeError as error:
        raise EvalSetError(f"{path}, line {error.lineno}: expected JSON; {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise EvalSetError(f"{path}: expected JSON; it is nested too deep") from error
    return _Reader(path, content).read(whole)


class _Reader:
    def __init__(self, path: Path, content: str) -> None:
        self._path = path
        self._content = content
        self._texts: dict[str, Texts] = {}
        self._questions: dict[str, EvalQuestion] = {}

    def read(self, whole: Any) -> EvalSet:
        for a, article in enumerate(self._list(whole, "data", "the file"), start=1):
            where = f"article {a}"
            title = article.get("title", "") if isinstance(article, dict) else ""
            for p, paragraph in enumerate(self._list(article, "paragraphs", where), start=1):
                name, here = f"{a}-{p}", f"{where}, paragraph {p}"
                context = self._text(paragraph, "context", here)
                heading = title.replace("_", " ") if isinstance(title, str) else ""
                self._texts[name] = (heading, context)
                # Offsets count from the start of the text that is indexed, title included.
                before = len(" ".join(heading.split())) + 1 if heading.strip() else 0
                for question in self._list(paragraph, "qas", here):
                    self._add(question, name, context, before, here, where)
        if not self._questions:
            raise EvalSetError(f"{self._path}: expected questions; the file holds none")
        corpus = Corpus.in_memory(self._path.name, self._texts)
        return EvalSet(self._path.stem, tuple(self._questions.values()), corpus, corpus)

    def _add(self, row: Any, passage: str, context: str, before: int, where: str, group: str) -> None:
        name = self._text(row, "id", where)
        where = self._where(name, where)
        if name in self._questions:
            raise EvalSetError(f"{where}: the id is used twice; give each question its own")
        if name.split() != [name]:
            raise EvalSetError(f"{where}: expected an id without white space, so that a run can name it")
        text = askable(self._text(row, "question", where), where)
        impossible = row.get("is_impossible", False)
        if not isinstance(impossible, bool):
            raise EvalSetError(f'{where}: expected "is_impossible" to be true or false')
        answers = [] if impossible else self._list(row, "answers", where)
        if not impossible and not answers:
            raise EvalSetError(f'{where}: expected "answers", or "is_impossible": true')
        golds: dict[Gold, None] = {}
        for answer in answers:
            quote, start = self._text(answer, "text", where), answer.get("answer_start")
            if type(start) is not int or not quote.strip():
                raise EvalSetError(f'{where}: expected an answer with "text" and "answer_start"')
            if context[start : start + len(quote)] != quote or start < 0:
                found = context.find(quote)
                hint = f"it begins at {found}" if found >= 0 else "the paragraph does not hold it"
                raise EvalSetError(f"{where}: the answer does not stand at {start}; {hint}")
            golds[Gold(passage, before + start, before + start + len(quote), quote)] = None
        self._questions[name] = EvalQuestion(
            name, text, detect_language(text), "", not impossible, tuple(golds), group=group
        )

    def _where(self, name: str, where: str) -> str:
        """Name a question's line, as far as the file has lines."""
        found = re.search(rf'"id"\s*:\s*{re.escape(json.dumps(name))}', self._content)
        if not found:
            return f"{self._path}, {where}, question {name}"
        line = self._content.count("\n", 0, found.start()) + 1
        return f"{self._path}, line {line}, question {name}"

    def _list(self, holder: Any, name: str, where: str) -> list[Any]:
        value = holder.get(name) if isinstance(holder, dict) else None
        if not isinstance(value, list):
            raise EvalSetError(f'{self._path}: expected "{name}" to be a list in {where}')
        return value

    def _text(self, holder: Any, name: str, where: str) -> str:
        value = holder.get(name) if isinstance(holder, dict) else None
        if type(value) is int and name == "id":
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            raise EvalSetError(f'{self._path}: expected "{name}" to be a text in {where}')
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise EvalSetError(f'{self._path}: "{name}" holds half a surrogate pair in {where}')
        return value
