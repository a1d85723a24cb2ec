import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "index" / "spread" / "embed_with_dask.py"


@pytest.mark.slow
def test_two_workers_embed_what_an_index_takes_over(tmp_path: Path) -> None:
    """Nothing is embedded a second time, neither by the index nor by the same command run again."""
    pytest.importorskip("distributed", reason="dask is not installed: see tests/requirements.txt")
    (tmp_path / "texts").mkdir()
    for name in ("甲", "乙", "丙"):
        (tmp_path / "texts" / f"{name}.txt").write_text(
            f"{name}城在河边。城里有桥，桥有三座。", encoding="utf-8"
        )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            capture_output=True,
            check=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            encoding="utf-8",
        )

    spread = [
        sys.executable,
        str(SCRIPT),
        "texts",
        "--parts",
        "parts",
        "--index",
        "x",
        "--workers",
        "2",
        "--files",
        "1",
    ]
    first, second = run(*spread), run(*spread)
    zhangju = str(Path(sys.executable).with_name("zhangju"))
    added = json.loads(run(zhangju, "index", "add", "texts", "--index", "x", "--json").stdout)

    assert "vectors wait for 'zhangju index add'" in first.stdout
    assert first.stdout == second.stdout
    assert second.stderr.count(": 0 texts") == 3
    assert len(added["added"]) == 3
    assert added["embedded_characters"] == 0
    run(zhangju, "index", "verify", "--index", "x")
