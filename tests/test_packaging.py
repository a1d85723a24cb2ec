import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = {
    canonicalize_name(line.partition("==")[0]): line.partition("==")[2]
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}
EXTRAS = tuple(name for name in PROJECT["optional-dependencies"] if name != "all")
PACKAGES = ("zhangju", "zhangju_eval", "zhangju_index", "zhangju_ui")


def requirements(*extras: str) -> list[Requirement]:
    """What the project needs, with the extras named."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, and the wheel built from it."""
    pytest.importorskip("hatchling", reason="tests/requirements.txt is not installed")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    """The wheel, opened."""
    [path] = dist.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_what_is_needed_at_run_time(wheel: zipfile.ZipFile) -> None:
    """The article, the eval sets, the page's assets and the type marks are read from the packages."""
    names = set(wheel.namelist())
    wanted = {
        "zhangju_index/corpus/wujin-new-quality-productive-forces.txt",
        "zhangju_index/corpus/NOTE.md",
        "zhangju_eval/sets/article.jsonl",
        "zhangju_ui/assets/page.css",
        "zhangju_ui/assets/page.js",
        *(f"{package}/py.typed" for package in PACKAGES),
    }

    assert wanted <= names


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    """No tests, no scripts, no caches."""
    folders = {name.partition("/")[0] for name in wheel.namelist()}

    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel.namelist() if "__pycache__" in name or "test" in name.lower()]


def test_the_article_keeps_its_bytes(wheel: zipfile.ZipFile) -> None:
    """Citations count its characters: the wheel may not translate a line end."""
    name = "zhangju_index/corpus/wujin-new-quality-productive-forces.txt"

    assert wheel.read(name) == (ROOT / "index" / name).read_bytes()


def test_the_metadata_is_complete(wheel: zipfile.ZipFile) -> None:
    """What a registry shows: licence with its text, Python, README, entry point."""
    [folder] = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    metadata = message_from_bytes(wheel.read(f"{folder}/METADATA"))

    assert metadata["Name"] == "zhangju"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()
    assert "zhangju = zhangju_ui.cli:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert set(metadata.get_all("Provides-Extra") or []) == set(PROJECT["optional-dependencies"])


def test_the_source_distribution_can_be_tested(dist: Path) -> None:
    """It holds the tests and what they are run with."""
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "Makefile",
        "constraints.txt",
        "tests/test_packaging.py",
        "tests/requirements.txt",
        "LICENSE",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/"))]


def test_the_library_comes_without_the_page() -> None:
    """``pip install zhangju`` brings no gradio, and no test tools in any extra."""
    library = {requirement.name for requirement in requirements()}
    extras = {requirement.name for requirement in requirements(*EXTRAS)}

    assert not library & {"gradio", "fastapi", "uvicorn"}
    assert not extras & {"pytest", "hypothesis", "ruff", "mypy", "playwright"}


def test_every_import_is_declared() -> None:
    """What the packages import is asked for by name, and not left to another dependency to bring."""
    declared = {canonicalize_name(requirement.name) for requirement in requirements(*EXTRAS)}
    imported: set[str] = set()
    for path in (path for package in PACKAGES for path in ROOT.glob(f"*/{package}/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    homes = packages_distributions()
    foreign = imported - sys.stdlib_module_names - set(PACKAGES)

    assert {"click", "gradio", "numpy"} <= foreign
    missing = [
        name
        for name in sorted(foreign)
        # Of an extra that is not installed here, the name has to do.
        if not declared & set(map(canonicalize_name, homes.get(name, [name, f"{name}-core"])))
    ]
    assert missing == []


def test_all_is_every_other_extra() -> None:
    """``zhangju[all]`` leaves none out."""
    [line] = PROJECT["optional-dependencies"]["all"]
    others = set(PROJECT["optional-dependencies"]) - {"all"}

    assert Requirement(line).extras == others


def test_every_dependency_is_bounded_on_both_sides() -> None:
    """A new major version is tried before it is allowed."""
    for requirement in requirements(*EXTRAS):
        operators = {part.operator for part in requirement.specifier}
        assert operators in ({">=", "<"}, {"=="}), requirement


def test_constraints_pin_every_dependency_inside_its_bounds() -> None:
    """What CI uses is what the project says it works with."""
    tools = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = requirements(*EXTRAS) + [Requirement(line) for line in tools if not line.startswith("#")]

    for requirement in needed:
        pin = PINS[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), f"{requirement} against {pin}"


def test_constraints_name_packages_alone() -> None:
    """No CUDA, no builds, no paths, no hosts: they hold on any machine."""
    assert PINS["torch"] == "2.13.0"
    assert not [name for name in PINS if name.startswith(("nvidia", "cuda")) or name == "triton"]
    assert all(re.fullmatch(r"\d+(\.\d+)*(\.post\d+)?", pin) for pin in PINS.values())
