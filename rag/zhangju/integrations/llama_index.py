"""A LlamaIndex retriever; it needs ``pip install 'zhangju[llama-index]'``.

from zhangju import Retriever
from zhangju.integrations.llama_index import ZhangjuRetriever

retriever = ZhangjuRetriever(Retriever.open(), k=3)
for found in retriever.retrieve("什么是新质生产力？"):
    print(found.score, found.node.text, found.node.metadata["source"])

Its metadata is the JSON that a passage has on every surface.
"""

from collections.abc import Mapping

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from zhangju.jsonable import passage_json
from zhangju.retriever import Retriever
from zhangju.values import Passage

__all__ = ["ZhangjuRetriever"]


class ZhangjuRetriever(BaseRetriever):
    """Finds passages as LlamaIndex nodes.

    ``text`` is the passage word for word, ``start_char_idx`` and ``end_char_idx`` its place,
    ``metadata`` its JSON on every surface. Of the metadata only title, source and section path go
    into prompts and embeddings.

    Args:
        retriever: Finds the passages.
        k: Passages to return.
        where: Only documents with these values, as in ``Retriever.search``.
        callback_manager: Of LlamaIndex; its own default otherwise.
    """

    def __init__(
        self,
        retriever: Retriever,
        *,
        k: int = 5,
        where: Mapping[str, str] | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._retriever = retriever
        self._k = k
        self._where = where

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = self._retriever.search(query_bundle.query_str, self._k, self._where)
        return [_node(passage) for passage in passages]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = await self._retriever.asearch(query_bundle.query_str, self._k, self._where)
        return [_node(passage) for passage in passages]


def _node(passage: Passage) -> NodeWithScore:
    chunk = passage.chunk
    metadata = passage_json(passage)
    unread = [name for name in metadata if name not in {"title", "source", "section_path"}]
    node = TextNode(
        id_=f"{chunk.document_id}:{chunk.start}-{chunk.end}",
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata=metadata,
        excluded_embed_metadata_keys=unread,
        excluded_llm_metadata_keys=unread,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.document_id)},
    )
    return NodeWithScore(node=node, score=metadata["score"])
