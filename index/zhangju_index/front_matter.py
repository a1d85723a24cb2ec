"""What a Markdown file says of itself before its text: YAML or TOML front matter, or leading lines.

Only a flat title, author and date are read, by a reading of our own: a YAML library would build
whatever objects, references and nesting a stranger's file asks for.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

__all__ = ["FrontMatter", "find_front_matter", "read_leading_lines"]

_LONGEST = 20_000
_LONGEST_VALUE = 500
_MOST_VALUES = 50
_KEY = re.compile(r"[A-Za-z_][\w-]*[ ]*:")
_TOML_KEY = re.compile(r"[\w\"'.-]+[ ]*=")
_NAMES = {
    "title": "title",
    "标题": "title",
    "標題": "title",
    "author": "author",
    "authors": "author",
    "作者": "author",
    "date": "date",
    "日期": "date",
}
_SINGLE_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_LIST_ITEM = re.compile(r"[^,\[\]\"']+|\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})(?!\d)日?)?月?)?年?(?:$|[T\s])")

_Values = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands before a text.

    Attributes:
        end: Offset one past its last line.
        title: What the file calls itself, where it says so.
        metadata: ``author`` and ``date`` (ISO 8601), where it names them.
    """

    end: int
    title: str | None
    metadata: dict[str, str]


def find_front_matter(text: str) -> FrontMatter | None:
    """Find the YAML between two ``---``, or the TOML between two ``+++``, that opens a file."""
    head = text[:_LONGEST]
    start = 1 if head.startswith("\ufeff") else 0
    lines = head[start:].splitlines(keepends=True)
    fence = lines[0].strip() if lines else ""
    if fence not in ("---", "+++") or len(lines) < 3:
        return None
    if not (_KEY if fence == "---" else _TOML_KEY).match(lines[1]):
        return None
    closing = {"---", "..."} if fence == "---" else {"+++"}
    last = next((i for i, line in enumerate(lines) if i > 1 and line.rstrip() in closing), None)
    if last is None:
        return None
    end = start + sum(map(len, lines[:last])) + len(lines[last].rstrip("\r\n"))
    inner = [line.rstrip() for line in lines[1:last]]
    return _front_matter(end, _read_yaml(inner) if fence == "---" else _read_toml("\n".join(inner)))


def read_leading_lines(text: str) -> FrontMatter | None:
    """Read ``Title: …`` lines, or ``% …`` lines as Pandoc has them, that open a file."""
    lines: list[str] = []
    for line in text[:_LONGEST].removeprefix("\ufeff").splitlines(keepends=True):
        if not line.strip():
            break
        lines.append(line)
    if lines and all(line.startswith("%") for line in lines[:3]):
        values = {
            name: re.split(r"[;；]", line[1:]) if name == "author" else [line[1:]]
            for name, line in zip(("title", "author", "date"), lines, strict=False)
        }
    else:
        pairs = [re.split(r"[:：]", line, maxsplit=1) for line in lines]
        if not pairs or any(len(pair) < 2 for pair in pairs) or _name(pairs[0][0]) is None:
            return None
        values = {pair[0]: [pair[1]] for pair in reversed(pairs)}
    return _front_matter(sum(map(len, lines)), values)


def _front_matter(end: int, values: _Values) -> FrontMatter:
    known: dict[str, str] = {}
    for key, found in values.items():
        name = _name(key)
        shown = [" ".join(value.split()) for value in found[:_MOST_VALUES]]
        shown = [value for value in shown if value]
        value = _iso_date(shown) if name == "date" else ", ".join(shown)
        if name is not None and value and len(value) <= _LONGEST_VALUE:
            known.setdefault(name, value)
    return FrontMatter(end, known.pop("title", None), known)


def _name(key: str) -> str | None:
    return _NAMES.get(key.strip().lower())


def _iso_date(values: list[str]) -> str:
    match = _DATE.match(values[0]) if len(values) == 1 else None
    if match is None:
        return ""
    parts = [int(part) for part in match.groups() if part]
    try:
        whole = date(*[*parts, 1, 1][:3]).isoformat()
    except ValueError:
        return ""
    return whole[: (4, 7, 10)[len(parts) - 1]]


def _read_yaml(lines: Iterable[str]) -> _Values:
    """Values of the keys at the margin, and of ``name`` in a person; deeper nesting is left out."""
    values: _Values = {}
    found: list[str] = []
    for line in lines:
        bare = line.strip()
        key, colon, value = bare.partition(":")
        if line[:1] not in ("", " ", "\t", "-", "#") and colon:
            found = values.setdefault(key, [])
            found += _yaml_values(value)
        elif bare.startswith("- "):
            item = bare[2:].strip()
            found += _yaml_values(item.removeprefix("name:"))
        elif key == "name":
            found += _yaml_values(value)
        elif line[:1] in (" ", "\t") and found and not re.match(r"[\w-]+:\s", bare):
            found[-1] += f" {bare}"
    return values


def _yaml_values(text: str) -> list[str]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_unquoted(item.strip()) for item in _LIST_ITEM.findall(text[1:-1]) if item.strip()]
    if not text or text[0] in "|>":
        return [""]  # lines below may go on with it
    # Tags, references and nested values are nobody's name.
    return [] if text[0] in "!&*{[" or text in ("null", "~") else [_unquoted(text)]


def _unquoted(text: str) -> str:
    if text[:1] == '"':
        try:
            return str(json.JSONDecoder(strict=False).raw_decode(text)[0])
        except ValueError:
            return text.strip('"')
    quoted = _SINGLE_QUOTED.match(text)
    if quoted:
        return quoted[1].replace("''", "'")
    return re.split(r"\s#", text, maxsplit=1)[0].strip()


def _read_toml(text: str) -> _Values:
    try:
        read = tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
    values: _Values = {}
    for key, value in read.items():
        listed = value if isinstance(value, list) else [value]
        values[key] = [str(item) for item in listed if isinstance(item, str | date)]
    return values
