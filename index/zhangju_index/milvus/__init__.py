"""An index on a Milvus server: vectors, words and texts in collections, for more than one machine holds.

``zhangju_index.milvus.schema`` draws what lies where. Whoever has the address has the whole index.
"""

__all__: list[str] = []
