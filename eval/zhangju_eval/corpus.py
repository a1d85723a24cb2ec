"""Passages that a set brings along, to be indexed for the run.

A corpus may be larger than memory: ids and places in the file are held, texts are read when
they are indexed and when a report shows them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from zhangju_index.values import Document, Element, Layout

__all__ = ["Corpus", "Texts", "passage_document"]

Texts = tuple[str, str]
"""Title, which may be empty, and text of a passage."""


class Corpus(Mapping[str, str]):
    """Texts of passages by id, as they are indexed.

    Args:
        name: What people call it.
        read: Reads title and text of a passage.
        sizes: Bytes that each passage takes, by id; 0 of one without any text.
        wrapped: Whether lines may be broken inside a paragraph, as in TREC's files.
    """

    def __init__(
        self, name: str, read: Callable[[str], Texts], sizes: Mapping[str, int], *, wrapped: bool = False
    ) -> None:
        self.name = name
        self._read = read
        self._sizes = sizes
        self._wrapped = wrapped

    @classmethod
    def in_file(
        cls,
        path: Path,
        spans: Mapping[str, tuple[int, int]],
        parse: Callable[[str], Texts],
        *,
        blank: Collection[str] = (),
        wrapped: bool = False,
    ) -> "Corpus":
        """Of passages that lie in a UTF-8 file.

        Args:
            path: The file.
            spans: Where the bytes of each passage start and end.
            parse: Makes title and text of them.
            blank: Passages that hold no text.
            wrapped: Whether lines may be broken inside a paragraph.
        """

        def read(name: str) -> Texts:
            start, end = spans[name]
            with path.open("rb") as file:
                file.seek(start)
                return parse(file.read(end - start).decode("utf-8-sig"))

        sizes = {name: 0 if name in blank else end - start for name, (start, end) in spans.items()}
        return cls(path.name, read, sizes, wrapped=wrapped)

    @classmethod
    def in_memory(cls, name: str, texts: Mapping[str, Texts]) -> "Corpus":
        """Of passages that are at hand."""
        sizes = {
            key: len(text.encode()) if (title + text).strip() else 0 for key, (title, text) in texts.items()
        }
        return cls(name, texts.__getitem__, sizes)

    def __getitem__(self, name: str) -> str:
        """The text of a passage as it is indexed, its title included."""
        return self.document(name).text

    def __contains__(self, name: object) -> bool:
        return name in self._sizes

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        """Passages it holds."""
        return len(self._sizes)

    def size(self, name: str) -> int:
        """Bytes that a passage takes, which the time to index it goes by; 0 without any text."""
        return self._sizes[name]

    def document(self, name: str) -> Document:
        """A passage as the document that is indexed."""
        return passage_document(name, *self._read(name), wrapped=self._wrapped)


def passage_document(name: str, title: str, text: str, *, wrapped: bool = False) -> Document:
    """Make a document of a passage: its title is a heading above its text."""
    title = " ".join(title.split())
    if not title:
        return Document(name, name, name, text, layout=Layout(unwrapped=not wrapped))
    layout = Layout(elements=(Element("heading", 0, len(title), 1),), unwrapped=not wrapped)
    return Document(name, title, name, f"{title}\n{text}", layout=layout)
