"""Everything Zhangju raises on purpose, in one tree.

    ZhangjuError
    ├── InputError               the caller's file, question or option cannot be used   exit code 2
    │   ├── DocumentError        a source file cannot be read as an article
    │   ├── QuestionError        a question is empty or far too long
    │   ├── EvalSetError         an eval set breaks its schema
    │   └── IndexBusyError       another process is writing the index, or has meanwhile
    ├── ModelError               the embedding model cannot be loaded, or is not what was pinned   exit code 2
    ├── GenerationError          a language model's endpoint gives no answer; never leaves an Assistant
    └── IndexUnusableError       the index on disk cannot serve                          exit code 3
        ├── IndexMissingError    there is no index at that place
        ├── IndexDamagedError    a file is absent or its bytes changed
        ├── IndexFormatError     it was written by a newer Zhangju
        └── IndexMismatchError   it belongs to another model or to other settings

A message is one line that says what was expected, what came, and what to do.
``exit_code`` is what the command line returns for it.
"""

from typing import ClassVar, Literal, get_args

__all__ = [
    "FAILURES",
    "FAULTS",
    "DocumentError",
    "EvalSetError",
    "Failure",
    "Fault",
    "GenerationError",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexFormatError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexUnusableError",
    "InputError",
    "ModelError",
    "QuestionError",
    "ZhangjuError",
]


Fault = Literal[
    "archive",
    "binary",
    "damaged",
    "ebook",
    "email",
    "encoding",
    "fonts",
    "image",
    "no_document",
    "no_text",
    "office",
    "page_format",
    "password",
    "pictures",
    "recording",
    "slides",
    "too_large",
    "unreadable",
    "web_archive",
    "word_processor",
]
"""Why a source is refused, for programs and for other languages: the message says it in full."""

FAULTS: tuple[Fault, ...] = get_args(Fault)

Failure = Literal[
    "failed",
    "foreign",
    "key",
    "no_answer",
    "nothing",
    "other",
    "refused",
    "silent",
    "slow",
    "unconfirmed",
    "unreachable",
]
"""Why a language model gives no answer, likewise."""

FAILURES: tuple[Failure, ...] = get_args(Failure)


class ZhangjuError(Exception):
    """Base of every error that Zhangju raises on purpose."""

    exit_code: ClassVar[int] = 2


class InputError(ZhangjuError):
    """What the caller gave cannot be used."""


class DocumentError(InputError):
    """A source cannot be read as an article.

    Attributes:
        fault: What is wrong with it.
    """

    def __init__(self, message: str, fault: Fault = "unreadable") -> None:
        super().__init__(message)
        self.fault = fault


class QuestionError(InputError):
    """A question is empty or too long to be one."""


class EvalSetError(InputError):
    """An eval set breaks its schema, or its gold does not match the article."""


class IndexBusyError(InputError):
    """Another process is writing the index, or has since it was read."""


class ModelError(ZhangjuError):
    """The embedding model cannot be loaded, or is not the one that was pinned."""


class GenerationError(ZhangjuError):
    """A language model cannot be reached, refuses, is too slow, or talks nonsense.

    Attributes:
        failure: What is wrong.
        values: The particulars, by name: ``host``, ``seconds``, ``status``, ``detail``, ``variable``.
    """

    def __init__(self, message: str, failure: Failure = "other", **values: object) -> None:
        super().__init__(message)
        self.failure = failure
        self.values = values


class IndexUnusableError(ZhangjuError):
    """The index on disk cannot serve questions."""

    exit_code: ClassVar[int] = 3


class IndexMissingError(IndexUnusableError):
    """There is no index at the given place."""


class IndexDamagedError(IndexUnusableError):
    """A file of the index is absent, cut short, or its bytes changed."""


class IndexFormatError(IndexUnusableError):
    """The index was written in a format that this version does not read."""


class IndexMismatchError(IndexUnusableError):
    """The index was built with another model or other settings."""
