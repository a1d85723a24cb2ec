"""Compare Zhangju with the systems that people would pick: LangChain with FAISS, LlamaIndex, txtai, Haystack.

    python benchmarks/peers.py --envs DIR                    the bundled article
    python benchmarks/peers.py --envs DIR --folder TEXTS     … among other texts (.txt, .md)

DIR keeps one virtual environment for each peer, made at the first run from PyPI in the versions named
here (some 2 GB each), and the model. All use the same weights, those that come with Zhangju, read by
sentence-transformers in the peers; the same texts; and the same questions, those of the development
half of the article's eval set that the article answers. ``peer_systems.py`` says how each is set up.

The systems take turns, each thing in a process of its own, and all of it is repeated; printed are
medians, and in how many times Zhangju's that is. ``index`` is from starting the process to an index on
disk, ``first result`` from starting it to the passages of a first question, ``search`` a question
after that. ``CPU`` is processor time, which other work on the machine disturbs less than the clock; on
a busy machine ``--cores 1`` keeps threads that wait for one another from being counted as work.
``hit@5`` is the share of questions whose evidence stands in the first five passages; as these differ
in length (``characters``), ``1,000 read`` counts what stands in the first 1,000 characters of the
passages, put one after another.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from peer_systems import SYSTEMS

_TORCH = "torch==2.13.0"
_TOGETHER = ("sentence-transformers==6.2.0", "transformers==5.23.0", "faiss-cpu==1.15.1")
PEERS: dict[str, tuple[str, ...]] = {
    "LangChain, FAISS": (
        "langchain-community==0.4.2",
        "langchain-huggingface==1.2.3",
        "langchain-text-splitters==1.1.3",
    ),
    "LlamaIndex": ("llama-index-core==0.14.25", "llama-index-embeddings-huggingface==0.8.0"),
    "txtai": ("txtai==9.14.0",),
    "Haystack": ("haystack-ai==3.4.1", "sentence-transformers-haystack==2.0.0"),
}
"""What each peer's environment holds beside torch and sentence-transformers."""
# The same index, asked in another way.
_INDEX_OF = {"Zhangju, no judge": "Zhangju"}
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "PYTHONWARNINGS": "ignore",
    "TRANSFORMERS_OFFLINE": "1",
}
_FIRST, _BUDGET = 5, 1000
_COLUMNS = {
    "index": "s",
    "index CPU": "s",
    "index memory": "MB",
    "first result": "s",
    "first CPU": "s",
    "search": "ms",
    "search CPU": "ms",
    "memory": "MB",
}


class Question(NamedTuple):
    """What is asked, and the quotes that answer it: of each part, one has to be found."""

    text: str
    parts: tuple[tuple[str, ...], ...]


def main() -> None:
    """Make what is missing, run every system in turn, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--envs", type=Path, help="folder of the environments", required=True)
    parser.add_argument("--folder", type=Path, help="other texts to index with the article")
    parser.add_argument("--most", type=int, default=300, metavar="N", help="… so many of them (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="turns of each (%(default)s)")
    parser.add_argument("--cores", type=int, metavar="N", help="cores that each may use; all by default")
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--write-model", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    model = arguments.envs.resolve() / "model"
    if arguments.write_model:
        write_model(model)
        return
    if arguments.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-arguments.cores :])
    pythons = {name: make_environment(name, arguments.envs.resolve()) for name in arguments.systems}
    if not (model / "modules.json").exists():
        # Its torch must not count as memory of this process or of those that it starts.
        subprocess.run([sys.executable, __file__, "--envs", str(model.parent), "--write-model"], check=True)  # noqa: S603
    texts = [*bundled_texts(), *other_texts(arguments.folder, arguments.most)]
    questions = read_questions()
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in arguments.systems}
    for turn in range(arguments.repeat):
        with tempfile.TemporaryDirectory() as scratch:
            for name in list(runs):
                job = {
                    "texts": [str(text) for text in texts],
                    "model": str(model),
                    "folder": str(Path(scratch) / _INDEX_OF.get(name, name)),
                    "questions": [question.text for question in questions],
                    "deep": turn == 0,
                }
                try:
                    runs[name].append(take_turn(pythons[name], name, job, Path(scratch)))
                except subprocess.CalledProcessError as error:
                    print(f"{name} is left out: {error}", file=sys.stderr)
                    del runs[name]
    characters = sum(len(text.read_text(encoding="utf-8")) for text in texts)
    print(f"{len(texts):,} texts, {characters:,} characters; {len(questions)} questions\n")
    print_table({name: summary(each, questions) for name, each in runs.items()})


def take_turn(python: Path, name: str, job: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Build a system's index, unless it has that of another, and ask it."""
    found: dict[str, Any] = {}
    for what in ("ask",) if name in _INDEX_OF else ("index", "ask"):
        found[what] = run(python, name, what, job, scratch)
        print(f"{name}, {what}: {found[what]['seconds']:.1f} s", file=sys.stderr)
    return found


def make_environment(name: str, folder: Path) -> Path:
    """The interpreter of a system; a peer's environment is made where there is none.

    Built torch first: the peers' own bounds would take whatever build is newest.
    """
    if name not in PEERS:
        return Path(sys.executable)
    place = folder / "".join(c if c.isalnum() else "-" for c in name.lower())
    python, done = place / "bin" / "python", place / "complete"
    wanted = "\n".join((_TORCH, *_TOGETHER, *PEERS[name]))
    if not (done.exists() and done.read_text(encoding="utf-8") == wanted):
        print(f"making {place}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)  # noqa: S603
        for packages in ([_TORCH], [_TORCH, *_TOGETHER, *PEERS[name]]):
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)  # noqa: S603
        done.write_text(wanted, encoding="utf-8")
    return python


def write_model(folder: Path) -> None:
    """Write the bundled weights as a folder of sentence-transformers, and check it on values."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from reference_model import build_model
    from zhangju_index.bundled_embedder import E5_PROMPTS
    from zhangju_index.bundled_tokenizer import build_tokenizer
    from zhangju_index.bundled_weights import read_weights

    weights = read_weights()
    reference = build_model(weights, E5_PROMPTS)
    with tempfile.TemporaryDirectory() as scratch:
        encoder: Any = reference[0]
        encoder.model.save_pretrained(scratch)
        build_tokenizer(weights.vocabulary).save(str(Path(scratch) / "tokenizer.json"))
        names = {"bos": "bos", "eos": "eos", "cls": "bos", "sep": "eos", "pad": "pad", "unk": "unk"}
        pieces = weights.vocabulary.pieces()
        tokens = {
            f"{name}_token": pieces[getattr(weights.vocabulary, kept)][0] for name, kept in names.items()
        }
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **tokens}
        (Path(scratch) / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
        modules = [Transformer(scratch), Pooling(weights.shape.hidden_size, "mean"), Normalize()]
        SentenceTransformer(modules=modules).save(str(folder))
    asked = ["灯塔", "武进重点布局哪些未来产业？", "How many of the 41 industrial categories are there?" * 60]
    written = SentenceTransformer(str(folder)).encode(asked, prompt=E5_PROMPTS["query"])
    np.testing.assert_allclose(written, reference.encode_query(asked), atol=1e-5)


def bundled_texts() -> list[Path]:
    """The article that comes with Zhangju."""
    import zhangju_index

    return sorted((Path(zhangju_index.__file__).parent / "corpus").glob("*.txt"))


def other_texts(folder: Path | None, most: int) -> list[Path]:
    """Texts of a folder and of what is in it, evenly chosen."""
    if folder is None:
        return []
    found = sorted(path.resolve() for path in folder.rglob("*") if path.suffix in (".md", ".txt"))
    return found[:: -(-len(found) // most)] if found else []


def read_questions() -> list[Question]:
    """What the article answers, of the half of its eval set that is there to choose by."""
    from zhangju_eval.own_format import read_shipped_set
    from zhangju_eval.questions import Gold

    return [
        Question(
            question.question,
            tuple(
                tuple(squeeze(gold.quote) for gold in part if isinstance(gold, Gold))
                for part in question.parts
            ),
        )
        for question in read_shipped_set("article").questions
        if question.split == "dev" and question.answerable and not question.history
    ]


def squeeze(text: str) -> str:
    """A text without white space, which no system keeps as it was."""
    return "".join(text.split())


def run(python: Path, name: str, what: str, job: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Run one thing of one system in a process of its own; seconds by our own clock."""
    path, out = scratch / "job.json", scratch / "out.json"
    path.write_text(json.dumps(job | {"out": str(out)}), encoding="utf-8")
    script = Path(__file__).with_name("peer_systems.py")
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [str(python), str(script), name, what, str(path)],
        stdout=subprocess.PIPE,
        env=os.environ | _QUIET,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101
    first = None
    for line in process.stdout:
        if line == "first\n":
            first = time.perf_counter() - started
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, f"{name}: {what}")
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found | {"seconds": time.perf_counter() - started, "first": first}


def summary(runs: Sequence[dict[str, Any]], questions: Sequence[Question]) -> dict[str, float]:
    """Medians of the turns; what is found is the same in each, so that of the first."""
    asked = [each["ask"] for each in runs]
    built = [each["index"] for each in runs if "index" in each]
    values = {
        "first result": statistics.median(each["first"] for each in asked),
        "first CPU": statistics.median(each["first_cpu"] for each in asked),
        "search": 1000 * statistics.median(statistics.median(each["times"]) for each in asked),
        "search CPU": 1000 * statistics.median(statistics.median(each["cpus"]) for each in asked),
        "memory": statistics.median(each["memory"] for each in asked) / 2**20,
    }
    if built:
        values |= {
            "index": statistics.median(each["seconds"] for each in built),
            "index CPU": statistics.median(each["cpu"] for each in built),
            "index memory": statistics.median(each["memory"] for each in built) / 2**20,
        }
    passages: list[list[str]] = asked[0]["passages"]
    first = [[squeeze(text) for text in found[:_FIRST]] for found in passages]
    read = [[squeeze("".join(found))[:_BUDGET]] for found in passages]
    return values | {
        "hit@5": statistics.mean(map(holds, first, questions)),
        "1,000 read": statistics.mean(map(holds, read, questions)),
        "characters": statistics.mean(sum(map(len, texts)) for texts in first),
    }


def holds(texts: Sequence[str], question: Question) -> bool:
    """Whether the texts hold every part of the evidence, each as a whole in one of them."""
    return all(any(quote in text for quote in part for text in texts) for part in question.parts)


def print_table(table: dict[str, dict[str, float]]) -> None:
    """Print one column for each system, and in brackets how many times the first one's value it is."""
    first = next(iter(table.values()))
    print(f"{'':16}" + "".join(f"{name:>20}" for name in table))
    for head, unit in _COLUMNS.items():
        cells = []
        for values in table.values():
            value, base = values.get(head), first.get(head)
            times = f" ({value / base:.1f}x)" if value is not None and base else ""
            cells.append("" if value is None else f"{value:.{1 if value < 100 else 0}f}{times}")
        print(f"{f'{head}, {unit}':16}" + "".join(f"{cell:>20}" for cell in cells))
    for head in ("hit@5", "1,000 read"):
        print(f"{head:16}" + "".join(f"{values[head]:>20.3f}" for values in table.values()))
    print(f"{'characters':16}" + "".join(f"{values['characters']:>20.0f}" for values in table.values()))


if __name__ == "__main__":
    main()
