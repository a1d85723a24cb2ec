"""Other shapes that the same article reaches people in."""

import random
import textwrap
import unicodedata
from collections.abc import Callable


def slice_lines(text: str, width: int, *, blank_lines: bool = True) -> str:
    """Cut every line after ``width`` characters, even inside words and numbers."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.strip():
            if blank_lines:
                lines.append(line)
            continue
        lines.extend(line[i : i + width] for i in range(0, len(line), width))
    return "\n".join(lines)


def fill_columns(text: str, columns: int, *, blank_lines: bool = True) -> str:
    """Fill lines by columns, keeping closing punctuation off line starts, as word processors do."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.strip():
            if blank_lines:
                lines.append("")
            continue
        current, used = "", 0
        for character in line:
            size = 2 if unicodedata.east_asian_width(character) in "WFA" else 1
            if used + size > columns and character not in "，。、；：！？”’）》,.;:!?)":
                lines.append(current.rstrip(" "))
                current, used = "", 0
            current, used = current + character, used + size
        lines.append(current)
    return "\n".join(lines)


def fill_words(text: str, width: int) -> str:
    """Python's own textwrap, line by line."""
    return "\n".join(
        "\n".join(textwrap.wrap(line, width)) if line.strip() else "" for line in text.split("\n")
    )


def indent_blocks(text: str) -> str:
    """Open every block with two ideographic spaces and drop the blank lines between them."""
    return "\n".join("\u3000\u3000" + line for line in text.split("\n") if line.strip())


def tear_sentences(text: str, seed: int, share: float = 0.5) -> str:
    """Put a blank line into the middle of a sentence in some of the long lines."""
    rng = random.Random(seed)  # noqa: S311 - a test needs the same tears each time
    lines: list[str] = []
    for line in text.split("\n"):
        stops = [i for i, character in enumerate(line) if character in "。"]
        if len(line) > 60 and rng.random() < share:
            for _ in range(20):
                cut = rng.randrange(8, len(line) - 8)
                if all(abs(cut - stop) > 4 for stop in stops):
                    lines += [line[:cut], ""]
                    line = line[cut:]
                    break
        lines.append(line)
    return "\n".join(lines)


def one_line_blocks(text: str) -> str:
    """Each block of the file on one line, without blank lines."""
    return "\n".join(line for line in text.split("\n") if line.strip())


def whole_paragraphs(text: str) -> str:
    """Sentences torn by blank lines made whole, one paragraph a line, by hand for this article."""
    blocks: list[str] = []
    for line in (line for line in text.split("\n") if line.strip()):
        torn = blocks and "。" in blocks[-1] and not blocks[-1].endswith(("。", "”", ")"))
        if torn:
            blocks[-1] += line
        else:
            blocks.append(line)
    return "\n\n".join(blocks)


SHAPES: dict[str, Callable[[str], str]] = {
    "as printed": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "full-width indents": indent_blocks,
    "full-width indents and blank lines": lambda text: "\n".join(
        "\u3000\u3000" + line if line.strip() else line for line in text.split("\n")
    ),
    "one line a block": one_line_blocks,
    "whole paragraphs": whole_paragraphs,
    "whole paragraphs, no blank lines": lambda text: whole_paragraphs(text).replace("\n\n", "\n"),
    "BOM": lambda text: "\ufeff" + text,
    "trailing spaces": lambda text: text.replace("\n", "  \n"),
    **{f"sliced at {w}": lambda text, w=w: slice_lines(text, w) for w in range(15, 61)},
    **{f"filled to {w} columns": lambda text, w=w: fill_columns(text, w) for w in range(30, 121, 5)},
    **{f"textwrap at {w}": lambda text, w=w: fill_words(text, w) for w in range(15, 61, 5)},
    **{f"sliced at {w}, CRLF": lambda text, w=w: slice_lines(text, w).replace("\n", "\r\n") for w in (17, 40)},
    **{f"torn ({seed})": lambda text, seed=seed: tear_sentences(text, seed) for seed in range(40)},
    **{
        f"torn ({seed}), sliced at {w}": lambda text, seed=seed, w=w: slice_lines(tear_sentences(text, seed), w)
        for seed, w in enumerate(range(15, 61, 3))
    },
    **{
        f"paragraphs sliced at {w}": lambda text, w=w: slice_lines(whole_paragraphs(text), w)
        for w in range(15, 61, 3)
    },
    **{
        f"paragraphs indented, sliced at {w}": lambda text, w=w: slice_lines(
            indent_blocks(whole_paragraphs(text)), w
        )
        for w in range(15, 61, 3)
    },
    **{
        f"no blank lines, sliced at {w}": lambda text, w=w: slice_lines(text, w, blank_lines=False)
        for w in range(15, 61)
    },
}
"""What is done to the article, by name."""
