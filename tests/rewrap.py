"""Other shapes that the same article reaches people in."""

import random
import re
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
    **{
        f"sliced at {w}, CRLF": lambda text, w=w: slice_lines(text, w).replace("\n", "\r\n") for w in (17, 40)
    },
    **{f"torn ({seed})": lambda text, seed=seed: tear_sentences(text, seed) for seed in range(40)},
    **{
        f"torn ({seed}), sliced at {w}": lambda text, seed=seed, w=w: slice_lines(
            tear_sentences(text, seed), w
        )
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


def tear_first_sentences(text: str, seed: int) -> str:
    """Put a blank line into the very first sentence of some paragraphs."""
    rng = random.Random(seed)  # noqa: S311 - a test needs the same tears each time
    lines: list[str] = []
    for line in text.split("\n"):
        stop = line.find("。")
        if len(line) > 60 and stop > 8 and rng.random() < 0.5:
            cut = rng.randrange(4, stop - 2)
            lines += [line[:cut], ""]
            line = line[cut:]
        lines.append(line)
    return "\n".join(lines)


def indent_paragraphs(text: str, indent: str = "\u3000\u3000") -> str:
    """Indent what holds a sentence, leave titles and headings at the margin, drop blank lines."""
    return "\n".join(
        indent + line if "。" in line else line for line in whole_paragraphs(text).split("\n") if line.strip()
    )


def double_space(text: str) -> str:
    """A blank line after every line."""
    return "\n\n".join(line for line in text.split("\n") if line.strip())


def break_pages(text: str, lines: int) -> str:
    """A line with a form feed after so many lines."""
    return "".join(
        line + "\n" + ("\f\n" if number % lines == 0 else "")
        for number, line in enumerate(text.split("\n"), 1)
    )


def vary_blank_lines(text: str, seed: int) -> str:
    """One to four blank lines wherever there were some."""
    rng = random.Random(seed)  # noqa: S311 - a test needs the same gaps each time
    parts = re.split(r"\n{2,}", text)
    return "".join(part + "\n" * rng.randrange(2, 6) for part in parts)


def full_width(text: str) -> str:
    """Full-width commas and brackets in place of the ASCII ones."""
    return text.translate(str.maketrans(",()", "，（）"))


MORE_SHAPES: dict[str, Callable[[str], str]] = {
    **{f"textwrap at {w}": lambda text, w=w: fill_words(text, w) for w in range(15, 61)},
    **{
        f"paragraphs, textwrap at {w}": lambda text, w=w: fill_words(whole_paragraphs(text), w)
        for w in range(15, 61, 3)
    },
    **{
        f"double-spaced, sliced at {w}": lambda text, w=w: double_space(slice_lines(text, w))
        for w in range(17, 61, 6)
    },
    **{
        f"double-spaced, filled to {w} columns": lambda text, w=w: double_space(fill_columns(text, w))
        for w in range(40, 121, 20)
    },
    "tabs": lambda text: "\n".join("\t" + line if line.strip() else line for line in text.split("\n")),
    "tabs, no blank lines": lambda text: "\n".join("\t" + line for line in text.split("\n") if line.strip()),
    "four spaces": lambda text: "\n".join(
        "    " + line if line.strip() else line for line in text.split("\n")
    ),
    **{
        f"indented paragraphs, sliced at {w}": lambda text, w=w: slice_lines(indent_paragraphs(text), w)
        for w in range(16, 61)
    },
    **{
        f"paragraphs after four spaces, sliced at {w}": lambda text, w=w: slice_lines(
            indent_paragraphs(text, "    "), w
        )
        for w in range(16, 61, 4)
    },
    **{
        f"indented paragraphs, filled to {w} columns": lambda text, w=w: fill_columns(
            indent_paragraphs(text), w
        )
        for w in range(32, 121, 4)
    },
    **{
        f"no blank lines, filled to {w} columns": lambda text, w=w: fill_columns(text, w, blank_lines=False)
        for w in range(32, 121)
    },
    "full-width punctuation": full_width,
    **{
        f"full-width punctuation, sliced at {w}": lambda text, w=w: slice_lines(full_width(text), w)
        for w in range(15, 61, 5)
    },
    **{
        f"full-width punctuation, filled to {w} columns": lambda text, w=w: fill_columns(full_width(text), w)
        for w in range(30, 121, 5)
    },
    "form feeds": lambda text: break_pages(text, 12),
    **{
        f"form feeds, sliced at {w}": lambda text, w=w: break_pages(slice_lines(text, w), 40)
        for w in (20, 38)
    },
    **{
        f"trailing spaces, sliced at {w}": lambda text, w=w: slice_lines(text, w).replace("\n", "   \n")
        for w in (20, 38)
    },
    **{f"CR, sliced at {w}": lambda text, w=w: slice_lines(text, w).replace("\n", "\r") for w in (20, 38)},
    "line separators": lambda text: text.replace("\n", "\u2028"),
    **{f"gaps vary ({seed})": lambda text, seed=seed: vary_blank_lines(text, seed) for seed in range(8)},
    **{
        f"gaps vary ({seed}), sliced": lambda text, seed=seed: vary_blank_lines(
            slice_lines(text, 20 + 4 * seed), seed
        )
        for seed in range(8)
    },
    **{f"torn ({seed})": lambda text, seed=seed: tear_sentences(text, seed) for seed in range(40, 100)},
    **{
        f"paragraphs torn ({seed})": lambda text, seed=seed: tear_sentences(whole_paragraphs(text), seed)
        for seed in range(60)
    },
    **{
        f"first sentences torn ({seed})": lambda text, seed=seed: tear_first_sentences(text, seed)
        for seed in range(60)
    },
}
"""More of what people's editors and mail programs do to it."""
