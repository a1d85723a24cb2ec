"""Questions of other people's sets, made ready to be asked."""

from collections.abc import Mapping, Sequence

from zhangju.language import detect_language
from zhangju.questions import MAX_CHARACTERS, check_question
from zhangju_eval.corpus import Corpus
from zhangju_eval.judgements import Judgements
from zhangju_eval.questions import EvalQuestion
from zhangju_index.errors import EvalSetError, QuestionError

__all__ = ["askable", "judged_questions"]


def askable(text: str, where: str) -> str:
    """A question as it is asked; what is too long to be one is cut.

    Raises:
        EvalSetError: There are no words in it.
    """
    try:
        return check_question(text[:MAX_CHARACTERS])
    except QuestionError as error:
        raise EvalSetError(f"{where}: {error}") from error


def judged_questions(
    judgements: Judgements,
    lines: Mapping[str, int],
    topics: Mapping[str, str] | None,
    corpus: Corpus | None,
    called: str,
    split: str | None = None,
) -> tuple[tuple[EvalQuestion, ...], tuple[str, ...]]:
    """Put questions and their judgements together, in the order of the questions.

    Args:
        judgements: Relevance by question and passage.
        lines: Where each question is judged first.
        topics: The questions; None where only a run is to be measured.
        corpus: What is searched, where it is known.
        called: What errors call the file of judgements.
        split: Which part of the set the judgements are.

    Returns:
        Those that were judged, and notes on what a reader of the figures should know.

    Raises:
        EvalSetError: A question is judged that is none.
    """
    if topics is not None:
        for question, number in lines.items():
            if question not in topics:
                raise EvalSetError(f"{called}, line {number}: there is no question {question}")
    asked = [name for name in topics if name in judgements] if topics is not None else list(judgements)
    questions = tuple(
        EvalQuestion(
            name,
            text := topics[name] if topics is not None else "",
            detect_language(text) if text else "und",
            "",
            True,
            judged=judgements[name],
            split=split,
        )
        for name in asked
    )
    return questions, tuple(_notes(questions, corpus))


def _notes(questions: Sequence[EvalQuestion], corpus: Corpus | None) -> list[str]:
    notes = []
    barren = sum(not question.relevant for question in questions)
    if barren:
        notes.append(f"{barren:,} of {len(questions):,} questions have no relevant passage and are left out")
    if corpus is not None:
        relevant = [name for question in questions for name in question.relevant]
        missing = sum(name not in corpus for name in relevant)
        if missing:
            notes.append(
                f"{missing:,} of {len(relevant):,} relevant passages are not in the corpus; they count as not found"
            )
    return notes
