"""Write ``zhangju_index/simplified.txt``: characters that the keyword search takes for one another.

    python index/folding/write_simplified.py          needs the package opencc

Two lines of one length: traditional characters, and the simplified one that stands for each, as OpenCC
(https://github.com/BYVoid/OpenCC, Apache-2.0) has them for single characters. Japanese forms that Chinese
does not write (発) go to the same simplified character (发); those that it does write are left alone.
"""

from pathlib import Path

import opencc

TARGET = Path(__file__).parents[1] / "zhangju_index" / "simplified.txt"
HAN = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]


def main() -> None:
    """Write the table."""
    simplified = opencc.OpenCC("t2s").convert
    traditional = opencc.OpenCC("jp2t").convert
    pairs: dict[str, str] = {}
    for character in map(chr, HAN):
        japanese = not character.encode("gb2312", "ignore")
        wanted = simplified(traditional(character) if japanese else character)
        if len(wanted) == 1 and wanted != character:
            pairs[character] = wanted
    # Each goes to its end at once: no simplified character has a pair of its own.
    ends = {character: pairs.get(wanted, wanted) for character, wanted in pairs.items()}
    ends = {character: wanted for character, wanted in ends.items() if character != wanted}
    TARGET.write_text("".join(ends) + "\n" + "".join(ends.values()) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(ends)} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
