"""Find out which format a set is in, and read it.

a name                  comes with Zhangju
FILE.jsonl              our own format
a folder                BEIR's
FILE.json               SQuAD's
judgements              TREC's, with topics and documents as far as they are needed
"""

from collections.abc import Mapping
from pathlib import Path

from zhangju_eval.beir import is_beir_folder, read_beir
from zhangju_eval.own_format import parse_own_set, read_shipped_set, shipped_sets
from zhangju_eval.questions import EvalSet
from zhangju_eval.squad import read_squad
from zhangju_index.errors import EvalSetError

__all__ = ["is_own_format", "load_set"]

_OWN_SPLITS = ("dev", "test", "all")


def load_set(
    name_or_path: str | Path,
    documents: Mapping[str, str] | None = None,
    *,
    split: str | None = None,
    run_only: bool = False,
) -> EvalSet:
    """Read an eval set and check it from end to end.

    Args:
        name_or_path: Name of a set that comes with Zhangju, a file, or a BEIR folder.
        documents: Text by document id, to check the gold of a file in our own format against. A
            set that comes with Zhangju is checked against the article that does, and one that
            brings passages along against those.
        split: ``dev``, ``test`` or ``all`` (unless told) of our own format; the name of the
            judgements of a BEIR folder, ``test`` unless told.
        run_only: Whether nothing is to be searched, so that a BEIR folder needs no passages.

    Raises:
        EvalSetError: There is no such set, a line breaks the schema, or a quote is not at its
            place; the message names the file and the line.
    """
    path = Path(name_or_path)
    if not is_own_format(name_or_path):
        if path.is_dir():
            if not is_beir_folder(path):
                raise EvalSetError(
                    f"{name_or_path}: expected a BEIR folder with corpus.jsonl, queries.jsonl and qrels/; got another"
                )
            return read_beir(path, split, run_only=run_only)
        if split not in (None, "all"):
            raise EvalSetError(f"{name_or_path}: SQuAD's format knows no splits; leave --split out")
        return read_squad(path)
    if split is not None and split not in _OWN_SPLITS:
        raise EvalSetError(f"{name_or_path}: {split!r} is not one of its splits, {', '.join(_OWN_SPLITS)}")
    if isinstance(name_or_path, str) and name_or_path in shipped_sets():
        loaded = read_shipped_set(name_or_path)
    else:
        try:
            there = path.is_file()
        except ValueError:  # a NUL in the name
            there = False
        if not there:
            raise EvalSetError(
                f"{name_or_path}: expected the name of an eval set ({', '.join(shipped_sets())}), "
                "a file in JSON Lines or SQuAD's JSON, or a BEIR folder"
            )
        loaded = parse_own_set(path, documents or {})
    return loaded.select(split or "all")


def is_own_format(name_or_path: str | Path) -> bool:
    """Whether a set is in our own format, whose gold is checked against what is indexed."""
    if isinstance(name_or_path, str) and name_or_path in shipped_sets():
        return True
    path = Path(name_or_path)
    try:
        return not path.is_dir() and path.suffix.lower() != ".json"
    except ValueError:  # a NUL in the name
        return True
