"""Make the mean question of each language with the bundled model, for ``zhangju.centring``.

    python eval/fitting/make_everyday.py

Writes the file beside the module; to be run again when the questions or the model change.
"""

from importlib.resources import files

import numpy as np

from zhangju.centring import MADE_WITH, MEANS_FILE, mean_question
from zhangju.everyday import EVERYDAY
from zhangju_index.embedding import load_embedder


def main() -> None:
    """Write the file."""
    embedder = load_embedder()
    if embedder.fingerprint != MADE_WITH:
        raise SystemExit(f"the model is {embedder.fingerprint}: say so in zhangju.centring")
    rows = np.stack([mean_question(embedder, language) for language in EVERYDAY])
    np.save(str(files("zhangju").joinpath(MEANS_FILE)), rows.astype(np.float16), allow_pickle=False)


if __name__ == "__main__":
    main()
