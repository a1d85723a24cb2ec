"""What ``peers.py`` runs in each environment: one system, set up as its own documentation shows.

    python peer_systems.py NAME index JOB    read the texts, split, embed, and write an index
    python peer_systems.py NAME ask JOB      open that index in a new process and ask it

JOB is a JSON file of ``texts`` (paths), ``model`` (a folder of sentence-transformers), ``folder``
(where the index lies), ``questions``, ``deep`` (whether to keep what is found) and ``out``. This file
is run by environments that hold one peer and nothing of Zhangju, so it imports nothing of either
before a name is given. Every peer is told of the prefixes that the model was trained with, and gets
separators for Chinese where its documentation shows some.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[[str, int], list[str]]
"""The texts of the best passages for a question, best first."""

_QUERY, _PASSAGE = "query: ", "passage: "
# Questions whose time is taken.
_TIMED = 40
# Passages that are read to compare systems whose passages differ in length.
_DEEP = 20


class LangChain:
    """RecursiveCharacterTextSplitter as its page on languages without word boundaries has it, FAISS."""

    def __init__(self, model: str) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(
            model_name=model,
            encode_kwargs={"prompt": _PASSAGE},
            query_encode_kwargs={"prompt": _QUERY},
        )

    def index(self, texts: list[Path], folder: Path) -> None:
        """Split, embed, save."""
        from langchain_community.vectorstores import FAISS
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            chunk_size=1000,
            chunk_overlap=200,
            separators=["\n\n", "\n", " ", ".", ",", "\u200b", "\uff0c", "\u3001", "\uff0e", "\u3002", ""],
        )
        documents = splitter.create_documents([text.read_text(encoding="utf-8") for text in texts])
        FAISS.from_documents(documents, self._embeddings).save_local(str(folder))

    def open(self, folder: Path) -> Ask:
        """Load the store, whose pickled documents we wrote ourselves."""
        from langchain_community.vectorstores import FAISS

        store = FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True)
        return lambda question, k: [found.page_content for found in store.similarity_search(question, k=k)]


class LlamaIndex:
    """VectorStoreIndex with all its defaults."""

    def __init__(self, model: str) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embedding = HuggingFaceEmbedding(
            model_name=model, query_instruction=_QUERY, text_instruction=_PASSAGE
        )

    def index(self, texts: list[Path], folder: Path) -> None:
        """Split, embed, save."""
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex

        documents = SimpleDirectoryReader(input_files=[str(text) for text in texts]).load_data()
        index = VectorStoreIndex.from_documents(documents, embed_model=self._embedding)
        index.storage_context.persist(str(folder))

    def open(self, folder: Path) -> Ask:
        """Load the index."""
        from llama_index.core import StorageContext, load_index_from_storage

        context = StorageContext.from_defaults(persist_dir=str(folder))
        index = load_index_from_storage(context, embed_model=self._embedding)
        retrievers: dict[int, Any] = {}

        def ask(question: str, k: int) -> list[str]:
            if k not in retrievers:
                retrievers[k] = index.as_retriever(similarity_top_k=k)
            return [found.node.get_content() for found in retrievers[k].retrieve(question)]

        return ask


class Txtai:
    """Embeddings with content, of the paragraphs that Segmentation finds."""

    def __init__(self, model: str) -> None:
        from txtai import Embeddings

        instructions = {"query": _QUERY, "data": _PASSAGE}
        self._embeddings = Embeddings(path=model, content=True, instructions=instructions)

    def index(self, texts: list[Path], folder: Path) -> None:
        """Split, embed, save."""
        from txtai.pipeline import Segmentation

        segment = Segmentation(paragraphs=True)
        self._embeddings.index(
            [part for text in texts for part in segment(text.read_text(encoding="utf-8")) if part]
        )
        self._embeddings.save(str(folder))

    def open(self, folder: Path) -> Ask:
        """Load the index."""
        self._embeddings.load(str(folder))
        return lambda question, k: [found["text"] for found in self._embeddings.search(question, k)]


class Haystack:
    """RecursiveDocumentSplitter, counting characters, and the store in memory."""

    def __init__(self, model: str) -> None:
        self._model = model

    def index(self, texts: list[Path], folder: Path) -> None:
        """Split, embed, save."""
        from haystack import Document
        from haystack.components.preprocessors import RecursiveDocumentSplitter
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        document_embedder, _ = _haystack_embedders()
        splitter = RecursiveDocumentSplitter(
            split_length=200, split_overlap=0, split_unit="char", separators=["\n\n", "\n", "。"]
        )
        documents = [Document(content=text.read_text(encoding="utf-8")) for text in texts]
        embedder = document_embedder(model=self._model, prefix=_PASSAGE, progress_bar=False)
        warm_up(splitter, embedder)
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        parts = splitter.run(documents=documents)["documents"]
        store.write_documents(embedder.run(documents=parts)["documents"])
        folder.mkdir(parents=True, exist_ok=True)
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> Ask:
        """Load the store."""
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        _, text_embedder = _haystack_embedders()
        embedder = text_embedder(model=self._model, prefix=_QUERY, progress_bar=False)
        retriever = InMemoryEmbeddingRetriever(
            InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        )
        warm_up(embedder)

        def ask(question: str, k: int) -> list[str]:
            vector = embedder.run(text=question)["embedding"]
            found = retriever.run(query_embedding=vector, top_k=k)["documents"]
            return [document.content for document in found]

        return ask


def _haystack_embedders() -> tuple[Any, Any]:
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    return SentenceTransformersDocumentEmbedder, SentenceTransformersTextEmbedder


def warm_up(*components: Any) -> None:
    """Load what components of Haystack need; those that need nothing have no such method."""
    for component in components:
        if hasattr(component, "warm_up"):
            component.warm_up()


class Zhangju:
    """As it comes; the judge reads the leading sentences once more."""

    reranker: str | None = "judge"

    def __init__(self, model: str) -> None:
        """The weights come along; ``model`` is these, in the form that the peers read."""

    def index(self, texts: list[Path], folder: Path) -> None:
        """Read, outline, split, embed, save."""
        from zhangju_index.library import Source, add_sources

        add_sources([Source(text.name, text) for text in texts], folder)

    def open(self, folder: Path) -> Ask:
        """Open the index."""
        from zhangju import Retriever

        retriever = Retriever.open(folder, reranker=self.reranker)
        return lambda question, k: [found.chunk.text for found in retriever.search(question, k=k)]


class ZhangjuAlone(Zhangju):
    """Without the judge: the same work as the peers do, and the keywords."""

    reranker = None


SYSTEMS: dict[str, type] = {
    "Zhangju": Zhangju,
    "Zhangju, no judge": ZhangjuAlone,
    "LangChain, FAISS": LangChain,
    "LlamaIndex": LlamaIndex,
    "txtai": Txtai,
    "Haystack": Haystack,
}
"""Every system by the name that it has in the table."""


def main() -> None:
    """Do one thing with one system, and write down what it cost."""
    name, what, path = sys.argv[1:]
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    system, folder = SYSTEMS[name](job["model"]), Path(job["folder"])
    found: dict[str, Any] = {}
    if what == "index":
        system.index([Path(text) for text in job["texts"]], folder)
    else:
        found = ask_all(system.open(folder), job["questions"], deep=job["deep"])
    found = {"cpu": cpu_seconds(), "memory": peak_memory()} | found
    Path(job["out"]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def ask_all(ask: Ask, questions: list[str], *, deep: bool) -> dict[str, Any]:
    """Ask everything, after telling whoever waits that the first result is there."""
    ask(questions[0], 5)
    found: dict[str, Any] = {"first_cpu": cpu_seconds()}
    print("first", flush=True)
    found |= {"times": [], "cpus": []}
    for question in questions[:_TIMED]:
        clock, cpu = time.perf_counter(), cpu_seconds()
        ask(question, 5)
        found["times"].append(time.perf_counter() - clock)
        found["cpus"].append(cpu_seconds() - cpu)
    found["memory"] = peak_memory()
    if deep:
        found["passages"] = [ask(question, _DEEP) for question in questions]
    return found


def cpu_seconds() -> float:
    """Seconds that the processor worked for this process and the ones it started."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def peak_memory() -> int:
    """Bytes of memory at the highest; what the process that started this one used does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
