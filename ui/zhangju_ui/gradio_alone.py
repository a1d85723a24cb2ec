"""Gradio, imported without what it does by itself.

It would report to its makers, and for each of its components it parses the source, compares a file of
type stubs beside it and writes that where it is missing: two fifths of the time of ``import gradio``
(6.31), for people who write components. One without a source file is left alone, so it is told that there
are none.
"""

import inspect
import os
from typing import Any

__all__ = ["gr"]

# Gradio compares this with an exact string.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
_find_file = inspect.getfile


def _no_file_of_components(thing: Any) -> str:
    if isinstance(thing, type) and thing.__module__.startswith("gradio."):
        raise OSError("its stubs are not wanted")
    return _find_file(thing)


inspect.getfile = _no_file_of_components  # type: ignore[assignment]
try:
    import gradio as gr
finally:
    inspect.getfile = _find_file
