"""Word documents made by hand: the parts of a .docx file, written as they stand in it."""

import io
import zipfile
from collections.abc import Mapping

__all__ = [
    "STRICT",
    "WORD",
    "abstract",
    "list_of",
    "make_docx",
    "paragraph",
    "run",
    "style",
    "table",
    "xml",
    "zip_of",
]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = (
    f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_KINDS = ("styles", "numbering", "footnotes", "endnotes")


def make_docx(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    footnotes: str = "",
    core: str = "",
    parts: Mapping[str, bytes | str | None] | None = None,
) -> bytes:
    """A .docx file.

    Args:
        body: What stands in w:body.
        styles: What stands in w:styles.
        numbering: What stands in w:numbering.
        footnotes: What stands in w:footnotes.
        core: What stands in the core properties.
        parts: Parts to put in the place of others, or beside them; None takes one away.
    """
    made: dict[str, bytes | str | None] = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (
                "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
                "docProps/core.xml",
            ),
        ),
        "word/_rels/document.xml.rels": _relations(
            *((f"{_OFFICE}/{kind}", f"{kind}.xml") for kind in _KINDS)
        ),
        "word/document.xml": xml("document", f"<w:body>{body}</w:body>"),
        "word/styles.xml": xml("styles", styles),
        "word/numbering.xml": xml("numbering", numbering),
        "word/footnotes.xml": xml("footnotes", footnotes),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"{core}</cp:coreProperties>"
        ),
        **(parts or {}),
    }
    return zip_of({part: content for part, content in made.items() if content is not None})


def zip_of(parts: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return file.getvalue()


def xml(root: str, content: str) -> str:
    """A part with that root element."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {_NAMESPACES}>{content}</w:{root}>'


def _relations(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{entries}</Relationships>"
    )


def run(text: str, properties: str = "") -> str:
    """A run: line feeds are breaks, tabs are tabs."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inside = escaped.replace("\n", "</w:t><w:br/><w:t>").replace("\t", "</w:t><w:tab/><w:t>")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{inside}</w:t></w:r>'


def paragraph(
    content: str,
    *,
    style: str | None = None,
    number: tuple[int, int] | None = None,
    outline: int | None = None,
    mark: str = "",
) -> str:
    """A paragraph.

    Args:
        content: Its text, or its runs where it opens with ``<``.
        style: Id of its style.
        number: Id of its list and its depth there, from 0.
        outline: Its outline level, from 0.
        mark: Properties of its mark.
    """
    properties = "" if style is None else f'<w:pStyle w:val="{style}"/>'
    if number is not None:
        properties += f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
    if outline is not None:
        properties += f'<w:outlineLvl w:val="{outline}"/>'
    inside = content if content.startswith("<") else run(content)
    return f"<w:p><w:pPr>{properties}<w:rPr>{mark}</w:rPr></w:pPr>{inside}</w:p>"


def style(
    identifier: str, name: str, *, based_on: str | None = None, properties: str = "", run: str = ""
) -> str:
    """A paragraph style."""
    base = "" if based_on is None else f'<w:basedOn w:val="{based_on}"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{properties}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def abstract(identifier: int, *levels: tuple[str, str] | tuple[str, str, str]) -> str:
    """The definition of a list: format, pattern and other properties of each level."""
    made = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:numFmt w:val="{level[0]}"/><w:lvlText w:val="{level[1]}"/>'
        f"{level[2] if len(level) > 2 else ''}</w:lvl>"
        for depth, level in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{identifier}">{made}</w:abstractNum>'


def list_of(identifier: int, definition: int, overrides: str = "") -> str:
    """A list that is defined elsewhere."""
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{definition}"/>{overrides}</w:num>'


def table(*rows: tuple[str, ...]) -> str:
    """A table; a cell is its text, or what stands in w:tc where it opens with ``<``."""
    made = ("".join(_cell(content) for content in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in made)}</w:tbl>"


def _cell(content: str) -> str:
    return f"<w:tc>{content if content.startswith('<') else paragraph(content)}</w:tc>"
