"""The assistant as ``zhangju chat`` makes it, for the page in a process of its own."""

from zhangju import Assistant, Retriever


def open_assistant():
    """Open the bundled article's index, building it where there is none."""
    return Assistant(Retriever.open())
