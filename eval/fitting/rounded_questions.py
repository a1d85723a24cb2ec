"""Measure what it costs that questions are rounded to 8 bits within the bundled model.

    python eval/fitting/rounded_questions.py --data DIR

Every second question of XQuAD, in eight languages, is searched among the Chinese and among the English
passages, and those of CMRC 2018 among theirs: by their vectors alone, as questions are embedded and as
documents are. Printed are nDCG@10 of both, their difference with its standard error, and the largest
distance (1 - cosine) between the two vectors of a question. The sets are those of ``public_sets``.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from public_sets import read_set

from zhangju_index.bundled_embedder import E5_PROMPTS, BundledEmbedder
from zhangju_index.embedding import load_embedder
from zhangju_index.protocols import FloatMatrix

LANGUAGES = ("zh", "en", "de", "es", "ar", "th", "ru", "hi")
CMRC = "cmrc2018/zh-trial"
PAIRS = [
    *((f"xquad/{passages}", f"xquad/{questions}") for passages in ("zh", "en") for questions in LANGUAGES),
    (CMRC, CMRC),
]


def main() -> None:
    """Print one line for each pair of languages, and one for all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    embedder = load_embedder()
    if not isinstance(embedder, BundledEmbedder):
        raise SystemExit("the bundled model is not installed")
    asked: dict[str, tuple[FloatMatrix, FloatMatrix]] = {}
    passages: dict[str, FloatMatrix] = {}
    differences = []
    for corpus, name in PAIRS:
        texts, questions = read_set(options.data / corpus, options.data / name)
        questions = questions[::2]
        if corpus not in passages:
            passages[corpus] = embedder.embed_documents([text["text"] for text in texts])
        if name not in asked:
            asked[name] = _both(embedder, [question["question"] for question in questions])
        places = {text["id"]: place for place, text in enumerate(texts)}
        right = np.array([places[question["passage_id"]] for question in questions])
        rounded, exact = (_gains(vectors, passages[corpus], right) for vectors in asked[name])
        differences.append(rounded - exact)
        print(f"{name:20} in {corpus:20} {100 * rounded.mean():6.2f} {100 * exact.mean():6.2f}", flush=True)
    total = 100 * np.concatenate(differences)
    distance = max(float((1 - (one * other).sum(axis=1)).max()) for one, other in asked.values())
    print(
        f"difference {total.mean():+.3f} ± {total.std() / len(total) ** 0.5:.3f} of {len(total):,} questions"
    )
    print(f"distance   {distance:.1e} at most")


def _both(embedder: BundledEmbedder, questions: list[str]) -> tuple[FloatMatrix, FloatMatrix]:
    """Vectors of questions, one by one: as they are shipped, and as exactly as those of documents."""
    rounded = np.vstack([embedder.embed_queries([question]) for question in questions])
    exact = np.vstack([embedder.embed_exactly([question], E5_PROMPTS["query"]) for question in questions])
    return rounded, exact


def _gains(vectors: FloatMatrix, passages: FloatMatrix, right: NDArray[np.int64]) -> NDArray[np.float64]:
    """nDCG@10 of each question, of which one passage is right."""
    scores = vectors @ passages.T
    before = (scores > scores[np.arange(len(right)), right][:, None]).sum(axis=1)
    return np.where(before < 10, 1 / np.log2(before + 2), 0.0)


if __name__ == "__main__":
    main()
