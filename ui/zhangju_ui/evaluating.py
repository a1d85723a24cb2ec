"""The last evaluation, kept in files, and how a new one is run while the page watches."""

import json
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhangju.jsonable import passage_json
from zhangju_eval import evaluate, load_set
from zhangju_eval.questions import EvalQuestion, EvalSet, Gold
from zhangju_ui.conversations import now, write_whole
from zhangju_ui.failures import SaidError
from zhangju_ui.frame import render_progress
from zhangju_ui.strings import Language, say

if TYPE_CHECKING:
    from zhangju_eval.report import Row
    from zhangju_ui.shelf import Shelf

__all__ = ["Evaluations"]

_SET, _SPLIT = "article", "test"


class Evaluations:
    """Runs evaluations of one library, one at a time, and keeps the last.

    Args:
        file: Where the last one lies; the report as a page of its own lies beside it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._page = file.with_suffix(".html")
        self._running = threading.Lock()

    def last(self) -> Mapping[str, Any] | None:
        """The last evaluation; None where there is none that can be read."""
        try:
            value = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) and {"when", "report", "questions"} <= value.keys() else None

    def page(self) -> bytes | None:
        """The whole report of the last evaluation as HTML; None where there is none."""
        try:
            return self._page.read_bytes()
        except OSError:
            return None

    def run(self, shelf: "Shelf", language: Language) -> Iterator[str]:
        """Ask every question of the set's test half, telling how far it is; the outcome is kept.

        Raises:
            ZhangjuError: Another run is under way, or the library does not hold the article.
        """
        questions = load_set(_SET).select(_SPLIT)
        if not self._running.acquire(blocking=False):
            raise SaidError("evaluation_busy")
        told: queue.SimpleQueue[int] = queue.SimpleQueue()
        failed: list[Exception] = []

        def work() -> None:
            # It goes on and keeps its outcome also where nobody watches any more.
            try:
                self._evaluate(shelf, questions, told)
            except Exception as error:
                failed.append(error)
            finally:
                self._running.release()

        worker = threading.Thread(target=work, name="zhangju-evaluation", daemon=True)
        worker.start()
        total, done = len(questions.questions), 0
        while worker.is_alive():
            worker.join(0.5)
            while not told.empty():
                done = told.get()
            yield render_progress(done / total, say("evaluating", language, done=done, total=total))
        if failed:
            raise failed[0]

    def _evaluate(self, shelf: "Shelf", questions: EvalSet, told: "queue.SimpleQueue[int]") -> None:
        # Loaded late: it takes a moment, and few visitors evaluate.
        from zhangju_eval.curves import curves_of
        from zhangju_eval.html_report import KEPT, render_report

        def walk(asked: Sequence[EvalQuestion]) -> Iterator[EvalQuestion]:
            for number, question in enumerate(asked, start=1):
                told.put(number)
                yield question

        with shelf.borrow() as assistant:
            result = evaluate(questions, assistant.retriever, assistant, progress=walk, keep=KEPT)
        kept = {
            "when": now(),
            "report": result.to_json(),
            "curves": curves_of(result).to_json(),
            "questions": [_question_json(row) for row in result.rows],
        }
        write_whole(self._page, render_report([result]))
        write_whole(self._file, json.dumps(kept, ensure_ascii=False))


def _question_json(row: "Row") -> dict[str, Any]:
    question, verdict = row.question, row.verdict
    return {
        "id": question.id,
        "question": question.question,
        "lang": question.lang,
        "kind": question.kind,
        "answerable": question.answerable,
        "answered": verdict is not None and verdict.answered,
        "evidence": row.evidence,
        "confidence": round(verdict.confidence, 3) if verdict else None,
        "rank": row.first_hit,
        "answer": row.answer.text if row.answer is not None else "",
        "earlier": [str(turn.get("question", "")) for turn in question.history],
        "gold": [
            {"document_id": gold.document_id, "start": gold.start, "end": gold.end, "quote": gold.quote}
            for gold in question.gold
            if isinstance(gold, Gold)
        ],
        "passages": [passage_json(passage) for passage in row.shown],
    }
