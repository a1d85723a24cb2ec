"""Retrievers of other frameworks; each needs its extra, ``[langchain]`` or ``[llama-index]``."""
