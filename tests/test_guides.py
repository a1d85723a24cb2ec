"""The code of the guides in ``docs/``, run as it stands: from a folder with an index ``my-index``."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from served import listening
from zhangju.retriever import Retriever
from zhangju_index.protocols import Embedder

DOCS = Path(__file__).parents[1] / "docs"
ADDRESS = "http://127.0.0.1:8000"
NEEDS = {
    "rest.md": ("uvicorn", "python_multipart", "openai"),
    "mcp.md": ("mcp",),
    "frameworks.md": ("langchain_core", "llama_index"),
}


def blocks(guide: str, language: str) -> list[str]:
    """The examples of a guide in one language, in order."""
    text = (DOCS / guide).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def require(guide: str) -> None:
    """Skip a guide whose extras are not installed."""
    missing = [name for name in NEEDS.get(guide, ()) if find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


@pytest.fixture
def beside_an_index(article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an index of its own, where the program ``zhangju`` is at hand."""
    shutil.copytree(article_folder, tmp_path / "my-index")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return tmp_path / "my-index"


@pytest.fixture
def address(beside_an_index: Path, bundled_model: Embedder) -> Iterator[str]:
    """What ``zhangju serve --index my-index`` serves."""
    require("rest.md")
    from zhangju.live import LiveAssistant
    from zhangju_index.folder import open_index
    from zhangju_ui.api.app import create_api

    retriever = Retriever(open_index(beside_an_index), bundled_model)
    with LiveAssistant(retriever, folder=beside_an_index) as live, listening(create_api(live)) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("guide", ["python.md", "mcp.md", "frameworks.md"])
def test_python_examples_run(guide: str, beside_an_index: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One after the other, each with what those before it made."""
    require(guide)
    space: dict[str, object] = {"__name__": guide}
    for code in blocks(guide, "python"):
        exec(compile(code, guide, "exec"), space)  # noqa: S102 - our own text

    assert capfd.readouterr().out


@pytest.mark.slow
def test_rest_examples_run(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    """In Python with httpx and OpenAI's client, and with curl where there is one."""
    for code in blocks("rest.md", "python"):
        exec(compile(code.replace(ADDRESS, address), "rest.md", "exec"), {})  # noqa: S102 - our own text
        assert capfd.readouterr().out
    commands = blocks("rest.md", "sh")
    assert len(commands) == 2
    if shutil.which("curl"):
        for command in commands:
            output = subprocess.run(
                ["/bin/sh", "-c", command.replace(ADDRESS, address)],
                capture_output=True,
                check=True,
            ).stdout
            assert json.loads(output)["passages"]


def test_every_guide_is_tested_and_linked() -> None:
    """No guide is forgotten here or in the README, and the configuration shown is JSON."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    for guide in ("python.md", "rest.md", "mcp.md", "frameworks.md"):
        assert f"docs/{guide}" in readme
        assert blocks(guide, "python")
    [configuration] = blocks("mcp.md", "json")
    assert json.loads(configuration)["mcpServers"]["zhangju"]["command"] == "zhangju"
