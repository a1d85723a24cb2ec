"""Write a public set as a BEIR folder, to measure it with ``zhangju eval FOLDER``.

    python eval/fitting/beir_folder.py --data DIR --passages xquad/zh --questions xquad/en FOLDER

The sets are those of ``public_sets``; passages and questions may differ in language. Sets with
several right passages name them in ``relevant_ids``. With ``--simplified`` the questions are
turned to Simplified Chinese (package opencc), so that they meet Traditional passages.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from public_sets import Record, read_set


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", required=True, metavar="SET")
    parser.add_argument("--questions", required=True, metavar="SET")
    parser.add_argument("--simplified", action="store_true")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    passages, questions = read_set(options.data / options.passages, options.data / options.questions)
    questions = [question for question in questions if question.get("answerable", True)]
    if options.simplified:
        import opencc

        turn = opencc.OpenCC("t2s").convert
        questions = [{**question, "question": turn(question["question"])} for question in questions]
    (options.folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(
        options.folder / "corpus.jsonl",
        ({"_id": row["id"], "title": "", "text": row["text"]} for row in passages),
    )
    _write(
        options.folder / "queries.jsonl",
        ({"_id": row["id"], "text": row["question"]} for row in questions),
    )
    with (options.folder / "qrels" / "test.tsv").open("w", encoding="utf-8", newline="\n") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for row in questions:
            for passage in row.get("relevant_ids") or [row["passage_id"]]:
                file.write(f"{row['id']}\t{passage}\t1\n")
    print(f"{len(passages):,} passages, {len(questions):,} questions")


def _write(path: Path, rows: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
