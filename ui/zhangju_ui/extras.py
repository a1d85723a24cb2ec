"""Whether what a command needs is installed: told in one line, before anything is loaded."""

from importlib.util import find_spec

from zhangju_index.errors import InputError

__all__ = ["EXTRAS", "require_extra"]

EXTRAS = {
    "chat": ("gradio", "fastapi", "starlette", "uvicorn"),
    "serve": ("fastapi", "starlette", "uvicorn", "python_multipart"),
    "mcp": ("mcp",),
    "eval": ("ir_measures",),
    "langchain": ("langchain_core",),
    "llama-index": ("llama_index.core",),
}
"""Packages of each extra, by the names they are imported by."""


def require_extra(what: str, extra: str) -> None:
    """Check that the packages of an extra are installed.

    Args:
        what: What needs them, as the sentence begins.
        extra: Name of the extra.

    Raises:
        InputError: One of them is not.
    """
    for name in EXTRAS[extra]:
        # Of a package inside another, only the outer one can be looked for without loading it.
        if find_spec(name.partition(".")[0]) is None:
            shown = name.replace("_", "-").replace(".", "-")
            raise InputError(
                f"{what} needs {shown}, which is not installed: run  pip install 'zhangju[{extra}]'"
            )
