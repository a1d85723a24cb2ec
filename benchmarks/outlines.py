"""Measure outlines on laws: does every article stand under its own part, chapter and section?

    python benchmarks/outlines.py --data DIR                  every law, in each form written here
    python benchmarks/outlines.py --data DIR --laws 200       … 200 of them
    python benchmarks/outlines.py --data DIR --laws 60 --office   … also as Word file and PDF of LibreOffice

DIR holds laws in Markdown, in folders or not, whose headings are marked (``## 第一章 总则``); what
stands above an article (第X条 at the beginning of a line) is read from these marks. Each law is
written again in other forms, most of which do not state headings, and read from there as a file
would be. Printed are the articles of each form, the share found under the same headings in the
same order, white space apart, and the laws in which one is not; ``--show`` prints those articles.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_bytes

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from written import Part, write

_HEADING = re.compile(r"(#{1,6})[ \t　]+(.+)")
_ARTICLE = re.compile(r"(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)(?=[ \t　])")
_REMARK = re.compile(r"<!--.*?-->", re.DOTALL)
_WRAPPED = 40
_FORMS: Mapping[str, tuple[str, bool]] = {
    "Markdown": ("md", True),
    "text": ("txt", False),
    "text, lines of 40, no blank lines": ("wrapped", False),
    "HTML": ("html", True),
    "HTML of paragraphs": ("html", False),
    "Word": ("docx", True),
    "Word without styles": ("docx", False),
    "PDF of one type size": ("pdf", False),
}
"""How each form is written, and whether it states the headings."""

Place = tuple[str, ...]
"""The headings above an article, outermost first, and its number."""


def read_law(text: str) -> tuple[list[Part], list[Place]]:
    """The parts of a law, and its articles in order, by the headings that its Markdown states."""
    parts: list[Part] = []
    places: list[Place] = []
    above: list[tuple[int, str]] = []
    for line in filter(None, map(str.strip, _REMARK.sub("", text).splitlines())):
        if heading := _HEADING.fullmatch(line):
            level, name = len(heading[1]), heading[2].strip()
            parts.append(Part("heading", name, level))
            above = [step for step in above if step[0] < level] + [(level, name)]
        else:
            parts.append(Part("paragraph", line))
            if article := _ARTICLE.match(line):
                # The name of the law itself is no part of it.
                places.append((*(_dense(name) for level, name in above if level > 1), article[1]))
    return parts, places


def find_places(data: bytes, source: str, law: Sequence[Part]) -> list[Place]:
    """The articles that reading a file finds, with what they stand under in the law."""
    sections = outline_document(document_from_bytes(data, source=source)).sections
    titles = {_dense(section.path[-1]) for section in sections if section.kind in ("series", "title")}
    titles |= {_dense(part.text) for part in law if (part.kind, part.level) == ("heading", 1)}
    return [
        tuple(name for name in map(_dense, section.path) if name not in titles)
        for section in sections
        if section.kind == "heading" and _ARTICLE.match(f"{section.path[-1]} ")
    ]


def count_found(expected: Sequence[Place], found: Sequence[Place]) -> tuple[int, list[Place]]:
    """How many articles were found where they stand, and those that were not."""
    missing = Counter(expected) - Counter(found)
    return len(expected) - missing.total(), list(missing)


def wrap(parts: Sequence[Part]) -> bytes:
    """Plain text whose lines are broken at a width, as a page's text is when it is copied."""
    lines = [part.text[i : i + _WRAPPED] for part in parts for i in range(0, len(part.text), _WRAPPED)]
    return ("\n".join(lines) + "\n").encode()


def written(parts: Sequence[Part], form: str, *, states: bool) -> tuple[bytes, str]:
    """A law in a form, and the name of its file."""
    if form == "wrapped":
        return wrap(parts), "law.txt"
    if not states:
        parts = [Part("paragraph", part.text) for part in parts]
    return write(parts, form), f"law.{form}"


def convert(parts: Sequence[Sequence[Part]], folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Laws as LibreOffice writes them: a Word file of each page, and a PDF of each Word file."""
    office = shutil.which("soffice") or "libreoffice"
    pages = []
    for number, law in enumerate(parts):
        pages.append(folder / f"{number:05}.html")
        pages[-1].write_bytes(write(law, "html"))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for form, given, filters in (
        ("docx", pages, ["--infilter=HTML (StarWriter)"]),
        ("pdf", [page.with_suffix(".docx") for page in pages], []),
    ):
        command = [office, "--headless", profile, *filters, "--convert-to", form, "--outdir", str(folder)]
        subprocess.run([*command, *map(str, given)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        yield form, [page.with_suffix(f".{form}").read_bytes() for page in pages]


def main() -> None:
    """Write every law in every form, read it, and count."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--data", type=Path, required=True, metavar="DIR", help="laws in Markdown")
    arguments.add_argument("--laws", type=int, help="how many of them, evenly chosen; all by default")
    arguments.add_argument("--office", action="store_true", help="also convert them with LibreOffice")
    arguments.add_argument("--show", type=int, default=0, metavar="N", help="articles to print of each form")
    options = arguments.parse_args()
    files = sorted(options.data.rglob("*.md"))
    step = max(1, len(files) // options.laws) if options.laws else 1
    laws = [read_law(file.read_text(encoding="utf-8")) for file in files[::step]]
    names = [file.stem for file, (_, places) in zip(files[::step], laws, strict=True) if places]
    laws = [(parts, places) for parts, places in laws if places]
    print(f"{len(laws):,} laws with {sum(len(places) for _, places in laws):,} articles")

    def report(form: str, files: Iterator[tuple[bytes, str]]) -> None:
        total = right = characters = 0
        wrong: list[tuple[str, Place]] = []
        start = time.process_time()
        for name, (parts, places), (data, source) in zip(names, laws, files, strict=True):
            found, missed = count_found(places, find_places(data, source, parts))
            total, right = total + len(places), right + found
            characters += sum(len(part.text) for part in parts)
            wrong += [(name, place) for place in missed]
        seconds = time.process_time() - start
        print(
            f"{form:36}{right / total:9.4f}{len({name for name, _ in wrong}):7,} laws"
            f"{characters / seconds:12,.0f} characters/s",
            flush=True,
        )
        for name, place in wrong[: options.show]:
            print("   ", name, " › ".join(place))

    for form, (written_as, states) in _FORMS.items():
        report(form, (written(parts, written_as, states=states) for parts, _ in laws))
    if options.office:
        with tempfile.TemporaryDirectory() as folder:
            for form, files_of in convert([parts for parts, _ in laws], Path(folder)):
                report(f"LibreOffice, {form}", ((data, f"law.{form}") for data in files_of))


def _dense(text: str) -> str:
    return "".join(text.split())


if __name__ == "__main__":
    main()
