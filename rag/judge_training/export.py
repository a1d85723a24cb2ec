"""Write a checkpoint of ``learn.py`` as the judge that comes with Zhangju: float16 safetensors.

python rag/judge_training/export.py FOLDER          of the checkpoint
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

TARGET = Path(__file__).parents[1] / "zhangju" / "judge" / "judge.safetensors"


def main() -> None:
    """Write it."""
    state = torch.load(Path(sys.argv[1]) / "checkpoint.pt", weights_only=True)
    tensors = {
        name.removeprefix("update."): value.half().contiguous() for name, value in state["network"].items()
    }
    save_file(tensors, TARGET, {"steps": str(state["step"])})
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, after {state['step']} steps")


if __name__ == "__main__":
    main()
