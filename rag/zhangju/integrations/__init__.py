"""Retrievers of other frameworks; each needs its extra, ``zhangju[langchain]`` or ``zhangju[llama-index]``."""
