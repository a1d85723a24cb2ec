"""The parts of a Word file, read from its ZIP without trusting it.

What a ZIP says of its own sizes is not believed: each part is measured while it is inflated. XML
is read without entities, document types, or anything from outside the file.
"""

import io
import posixpath
import zipfile
import zlib
from functools import lru_cache

from lxml import etree

from zhangju_index.errors import DocumentError
from zhangju_index.formats.foreign import Foreign

__all__ = ["Package", "attribute", "child", "flag", "integer", "name", "value"]

MAX_PARTS = 20_000
"""Entries of the ZIP; a book with a picture on each page has some hundreds."""

MAX_INFLATED = 64 * 1024 * 1024
"""Bytes of all parts that are read; the text and the styles of a thousand pages take about 20 MiB."""

MAX_RATIO = 300
"""How far a part of some size may inflate; Word's XML shrinks to a tenth, large empty tables to a fiftieth."""

MAX_TAGS = 2_000_000
"""Tags of one part, opening and closing; a page of text has some hundreds, and each costs memory and time."""

_ENTRY = b"PK\x01\x02"
_RATIO_MATTERS = 4 * 1024 * 1024
_SLICE = 1024 * 1024
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_PREFIXES = {
    **dict.fromkeys(_WORD, ""),
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
}
_OTHER_FORMATS = (
    ("xl/", Foreign("slides", "an Excel workbook: save it as .pdf, or its text as .docx")),
    ("ppt/", Foreign("slides", "a PowerPoint presentation: save it as .pdf, or its text as .docx")),
    ("visio/", Foreign("slides", "a Visio drawing: save it as .pdf")),
    ("index/document.iwa", Foreign("word_processor", "a Pages document: export it as .docx or .pdf")),
    ("meta-inf/manifest.mf", Foreign("no_document", "a Java archive: give a document")),
)
_OTHER_FOLDERS = ("xl/", "ppt/", "visio/")
_MIMETYPES = (
    (
        "application/vnd.oasis.opendocument.text",
        Foreign("word_processor", "an OpenDocument text: save it as .docx or .pdf"),
    ),
    (
        "application/vnd.oasis.opendocument",
        Foreign("slides", "an OpenDocument file: save it as .pdf, or its text as .docx"),
    ),
    ("application/epub", Foreign("ebook", "an EPUB book: save its text as .docx, .html or .txt")),
)


class Package:
    """The parts of one Word file.

    Args:
        data: The whole file.
        source: What to call it in an error.

    Raises:
        DocumentError: It is no ZIP, or one with far too many entries.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self._source = source
        self._left = MAX_INFLATED
        if data.count(_ENTRY) > MAX_PARTS:
            raise DocumentError(
                f"{source} holds more than {MAX_PARTS:,} parts: save it again in Word", "too_large"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise self._damaged() from error
        # Part names do not depend on case (ISO/IEC 29500-2), and some programs write backslashes.
        self._entries = {
            entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in self._zip.infolist()
        }
        self.document = self._find_document()

    def _find_document(self) -> str:
        """Name of the part with the text."""
        named = [target for kind, target in self._relations("") if kind == "officeDocument"]
        for part in (*named, "word/document.xml"):
            if part.lower() in self._entries and not part.lower().startswith(_OTHER_FOLDERS):
                return part
        raise self._foreign()

    def _foreign(self) -> DocumentError:
        kind = (
            self.inflate("mimetype")[:100].decode("ascii", "replace") if "mimetype" in self._entries else ""
        )
        for start, foreign in _MIMETYPES:
            if kind.startswith(start):
                return DocumentError(f"{self._source} is {foreign.what}", foreign.fault)
        for start, foreign in _OTHER_FORMATS:
            if any(entry.startswith(start) for entry in self._entries):
                return DocumentError(f"{self._source} is {foreign.what}", foreign.fault)
        return DocumentError(
            f"{self._source} is a ZIP archive without a Word document: unpack it and give the files in it",
            "archive",
        )

    def inflate(self, part: str) -> bytes:
        """The bytes of a part.

        Raises:
            DocumentError: It is missing, damaged, protected by a password, or far too large.
        """
        entry = self._entries.get(part.lower())
        if entry is None:
            raise DocumentError(
                f"{self._source} is damaged: {part} is missing; save it again in Word", "damaged"
            )
        if entry.flag_bits & 0x1:
            raise DocumentError(f"{self._source} is protected by a password: save it without one", "password")
        # A Word file holds no others, and Python inflates them without a bound.
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._damaged()
        inflated = io.BytesIO()
        try:
            with self._zip.open(entry) as stream:
                while piece := stream.read(_SLICE):
                    inflated.write(piece)
                    size = inflated.tell()
                    if size > self._left or size > max(_RATIO_MATTERS, MAX_RATIO * entry.compress_size):
                        raise DocumentError(
                            f"{self._source} is far too large when unpacked: divide it into several documents",
                            "too_large",
                        )
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise self._damaged() from error
        self._left -= inflated.tell()
        return inflated.getvalue()

    def read(self, part: str) -> etree._Element:
        """The root element of an XML part.

        Raises:
            DocumentError: The part is missing, damaged, far too large, or no plain XML.
        """
        data = self.inflate(part)
        if data.count(b"<") > MAX_TAGS:
            raise DocumentError(
                f"{self._source} is far too large: divide it into several documents", "too_large"
            )
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise DocumentError(
                f"{self._source} is damaged: {part} cannot be read; save it again in Word",
                "damaged",
            ) from error
        if root.getroottree().docinfo.internalDTD is not None:
            # ISO/IEC 29500-2 forbids them; they serve only to declare entities.
            raise DocumentError(
                f"{self._source} is no plain Word document: {part} declares a document type; save it again in Word"
            )
        return root

    def related(self, kind: str, part: str | None = None) -> etree._Element | None:
        """The root element of the part that another one names as its ``kind``: ``styles``, ….

        Args:
            kind: Last word of the relationship's type.
            part: The part that names it: the document, or ``""`` for the file itself.

        Returns:
            None where there is none; a Word file may do without.

        Raises:
            DocumentError: It is damaged or far too large.
        """
        for other, target in self._relations(self.document if part is None else part):
            if other == kind and target.lower() in self._entries:
                return self.read(target)
        return None

    def _relations(self, part: str) -> list[tuple[str, str]]:
        """Kind and target of what a part names, in the file; ``""`` stands for the file itself."""
        folder, file = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if relations.lower() not in self._entries:
            return []
        return [
            (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
            )
            for element in self.read(relations)
            if element.get("TargetMode") != "External"
        ]

    def _damaged(self) -> DocumentError:
        return DocumentError(
            f"{self._source} is damaged or no Word document: save it again as .docx", "damaged"
        )


def name(element: etree._Element) -> str:
    """What an element is: ``p`` for one of Word's own, ``m:t`` of mathematics, ``mc:Choice``."""
    tag = element.tag
    # An entity that was not resolved has a function for a tag.
    return _short(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1024)
def _short(tag: str) -> str:
    namespace, _, local = tag[1:].rpartition("}")
    return _PREFIXES.get(namespace, f"{namespace}:") + local


def attribute(element: etree._Element, key: str) -> str | None:
    """The value of one of Word's own attributes."""
    return element.get(f"{{{_WORD[0]}}}{key}") or element.get(f"{{{_WORD[1]}}}{key}")


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of that name, and so on down the path."""
    for step in path:
        if element is None:
            return None
        for inner in element:
            if name(inner) == step:
                element = inner
                break
        else:
            return None
    return element


def value(element: etree._Element | None, *path: str) -> str | None:
    """The ``val`` of the element that a path leads to."""
    found = child(element, *path)
    return None if found is None else attribute(found, "val")


def flag(element: etree._Element | None, key: str) -> bool | None:
    """Whether a property is switched on; None where it is not mentioned."""
    found = child(element, key)
    return None if found is None else attribute(found, "val") not in ("0", "false", "off")


def integer(text: str | None) -> int | None:
    """A whole number of ordinary size."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if abs(number) < 2**31 else None
