"""What went wrong, in the language of the page and in its markup.

An error's own message is for whoever runs the page, and stands in its log: it names files and
commands that a visitor cannot use.
"""

import logging
from collections.abc import Mapping

from zhangju_index.errors import (
    DocumentError,
    EvalSetError,
    GenerationError,
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnusableError,
    InputError,
    ModelError,
    QuestionError,
    ZhangjuError,
)
from zhangju_ui.plain import shown
from zhangju_ui.strings import Language, say

__all__ = ["SaidError", "render_problem", "say_error"]

_WORDS: Mapping[type[Exception], str] = {
    ZhangjuError: "error_other",
    InputError: "error_input",
    QuestionError: "error_input",
    EvalSetError: "error_eval_set",
    IndexBusyError: "busy_library",
    ModelError: "error_model",
    GenerationError: "error_generation",
    IndexUnusableError: "error_unusable",
    IndexMissingError: "error_missing",
    IndexDamagedError: "error_damaged",
    IndexFormatError: "error_format",
    IndexMismatchError: "error_mismatch",
}

_log = logging.getLogger(__name__)


class SaidError(InputError):
    """What the page refuses, with the string that says so.

    Args:
        key: The string.
        values: What fills its blanks.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, "en", **values))
        self.key, self.values = key, values


def say_error(error: Exception, language: Language) -> str:
    """Say what went wrong, and leave its particulars in the log."""
    if isinstance(error, SaidError):
        if error.__cause__ is not None:
            _log.warning("%s", error.__cause__)
        return say(error.key, language, **error.values)
    if isinstance(error, DocumentError):
        return say(f"fault_{error.fault}", language)
    for kind in type(error).__mro__:
        if kind in _WORDS:
            _log.warning("%s", error)
            return say(_WORDS[kind], language)
    _log.error("nobody expected this", exc_info=error)
    return say("unexpected", language, kind=type(error).__name__)


def render_problem(words: str) -> str:
    """Write what went wrong, so that it is read out at once."""
    return f'<p class="zj-problem" role="alert">{shown(words)}</p>'
