"""What went wrong, in the words of the page and in its markup."""

from zhangju_index.errors import ZhangjuError
from zhangju_ui.plain import shown
from zhangju_ui.strings import Language, say

__all__ = ["render_problem", "say_error"]


def say_error(error: Exception, language: Language) -> str:
    """Say what went wrong: as it was raised where it is an error of ours, else that nobody expected it."""
    if isinstance(error, ZhangjuError):
        return str(error)
    return say("unexpected", language, kind=type(error).__name__)


def render_problem(words: str) -> str:
    """Write what went wrong, so that it is read out at once."""
    return f'<p class="zj-problem" role="alert">{shown(words)}</p>'
