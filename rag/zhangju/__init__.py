"""Retrieve passages for a question and answer it by chapter and verse.

    from zhangju import Assistant, Retriever

    retriever = Retriever.open()                      # the bundled article
    for passage in retriever.search("什么是新质生产力？"):
        print(passage.rank, passage.sentence.reading_text)
    print(Assistant(retriever).ask("谁写了专家视点？").text)

Importing this loads neither torch nor faiss; they come with the first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhangju.assistant import Assistant
    from zhangju.events import AnswerEvent, Finished, Found, Said
    from zhangju.generating import EndpointGenerator, Generator, Message
    from zhangju.retriever import Retriever
    from zhangju.values import Answer, AnswerSentence, Citation, Highlight, Listing, Passage
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
    from zhangju_index.protocols import Embedder
    from zhangju_index.toy import ToyEmbedder
    from zhangju_index.values import Chunk, Document, Section, Sentence

__all__ = [
    "Answer",
    "AnswerEvent",
    "AnswerSentence",
    "Assistant",
    "Chunk",
    "Citation",
    "Document",
    "DocumentError",
    "Embedder",
    "EndpointGenerator",
    "EvalSetError",
    "Finished",
    "Found",
    "GenerationError",
    "Generator",
    "Highlight",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexFormatError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexUnusableError",
    "InputError",
    "Listing",
    "Message",
    "ModelError",
    "Passage",
    "QuestionError",
    "Retriever",
    "Said",
    "Section",
    "Sentence",
    "ToyEmbedder",
    "ZhangjuError",
]

_ERRORS = (
    "DocumentError",
    "EvalSetError",
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
)
_HOMES = {
    "Assistant": "zhangju.assistant",
    "Embedder": "zhangju_index.protocols",
    "Retriever": "zhangju.retriever",
    "ToyEmbedder": "zhangju_index.toy",
    **dict.fromkeys(_ERRORS, "zhangju_index.errors"),
    **dict.fromkeys(("EndpointGenerator", "Generator", "Message"), "zhangju.generating"),
    **dict.fromkeys(("AnswerEvent", "Finished", "Found", "Said"), "zhangju.events"),
    **dict.fromkeys(
        ("Answer", "AnswerSentence", "Citation", "Highlight", "Listing", "Passage"), "zhangju.values"
    ),
    **dict.fromkeys(("Chunk", "Document", "Section", "Sentence"), "zhangju_index.values"),
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zhangju' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
