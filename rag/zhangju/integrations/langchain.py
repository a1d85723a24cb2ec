"""A LangChain retriever; it needs ``pip install 'zhangju[langchain]'``.

from zhangju import Retriever
from zhangju.integrations.langchain import ZhangjuRetriever

retriever = ZhangjuRetriever(retriever=Retriever.open(), k=3)
for document in retriever.invoke("什么是新质生产力？"):
    print(document.page_content, document.metadata["source"], document.metadata["start"])

Its metadata is the JSON that a passage has on every surface.
"""

from collections.abc import Mapping

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from zhangju.jsonable import passage_json
from zhangju.retriever import Retriever
from zhangju.values import Passage

__all__ = ["ZhangjuRetriever"]


class ZhangjuRetriever(BaseRetriever):
    """Finds passages as LangChain documents.

    ``page_content`` is the passage word for word, ``metadata`` its JSON on every surface: rank,
    score, document_id, title, source, section_path, page, start, end, quote, reading_text and the
    best sentence. Both ``k`` and ``where`` may also be given to ``invoke``.
    """

    retriever: Retriever = Field(exclude=True, repr=False)
    """Finds the passages."""
    k: int = Field(5, ge=1)
    """Passages to return."""
    where: Mapping[str, str] | None = None
    """Only documents with these values, as in ``Retriever.search``."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Document]:
        passages = self.retriever.search(query, self.k if k is None else k, where or self.where)
        return [_document(passage) for passage in passages]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        where: Mapping[str, str] | None = None,
    ) -> list[Document]:
        passages = await self.retriever.asearch(query, self.k if k is None else k, where or self.where)
        return [_document(passage) for passage in passages]


def _document(passage: Passage) -> Document:
    chunk = passage.chunk
    return Document(
        id=f"{chunk.document_id}:{chunk.start}-{chunk.end}",
        page_content=chunk.text,
        metadata=passage_json(passage),
    )
