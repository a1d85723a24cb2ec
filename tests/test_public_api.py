import ast
import subprocess
import sys
import typing
from pathlib import Path
from types import ModuleType

import pytest

import zhangju
import zhangju_eval
import zhangju_index

HEAVY = ["torch", "transformers", "sentence_transformers", "faiss", "gradio", "fastapi", "numpy"]


def test_all_is_sorted_and_every_name_is_there() -> None:
    """What the page of names promises can be imported, and documents itself."""
    assert zhangju.__all__ == sorted(zhangju.__all__)
    assert dir(zhangju) == zhangju.__all__
    for name in zhangju.__all__:
        assert getattr(zhangju, name).__doc__, name


def test_all_is_complete() -> None:
    """Every type that a public method takes or gives is public itself."""
    public = {getattr(zhangju, name) for name in zhangju.__all__}
    hints = [
        typing.get_type_hints(getattr(zhangju, name))
        for name in ("Answer", "AnswerSentence", "Chunk", "Citation", "Passage")
    ]
    used = set()
    for hint in (hint for each in hints for hint in each.values()):
        for part in (hint, *typing.get_args(hint)):
            if isinstance(part, type) and part.__module__.startswith("zhangju"):
                used.add(part)

    assert used
    assert used <= public


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A slip is told as Python tells it, so that hasattr and from-imports work as ever."""
    assert not hasattr(zhangju, "Retreiver")
    with pytest.raises(AttributeError, match="'zhangju' has no attribute 'nothing'"):
        zhangju.nothing  # noqa: B018
    with pytest.raises(ImportError):
        exec("from zhangju import nothing")  # noqa: S102


@pytest.mark.parametrize("package", [zhangju, zhangju_index, zhangju_eval], ids=lambda p: p.__name__)
def test_every_module_says_its_idea_and_its_names(package: ModuleType) -> None:
    """Each module has a docstring, and an ``__all__`` of names that it defines; read, not imported."""
    for path in sorted(Path(package.__path__[0]).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        defined: dict[str, ast.expr | None] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                defined[node.name] = None
            elif isinstance(node, ast.Assign):
                defined |= {
                    name.id: node.value
                    for target in node.targets
                    for name in ast.walk(target)
                    if isinstance(name, ast.Name)
                }
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                defined[node.target.id] = node.value
            elif isinstance(node, ast.ImportFrom) and path.name == "__init__.py":
                defined |= dict.fromkeys((alias.asname or alias.name for alias in node.names), None)
        names = ast.literal_eval(defined.get("__all__") or ast.parse("[]", mode="eval").body)
        assert len(set(names)) == len(names), path
        if package is not zhangju or path.name != "__init__.py":
            assert set(names) <= set(defined), path


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import zhangju", set()),
        ("from zhangju import ZhangjuError, Document, Answer, Citation", set()),
        ("from zhangju import Retriever, Assistant", {"numpy"}),
        ("from zhangju.jsonable import answer_json", set()),
        ("from zhangju.bundled import bundled_index_folder", {"numpy"}),
    ],
)
def test_importing_is_light(statement: str, allowed: set[str]) -> None:
    """Heavy libraries load with the first use, so that a command answers at once."""
    script = f"import sys; {statement}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout

    assert set(output.decode().split()) <= allowed


def test_importing_takes_no_time() -> None:
    """Under 0.2 s of computing, the best of three: how long a busy machine lets it wait is another matter."""
    script = "import time; t = time.process_time(); import zhangju; print(time.process_time() - t)"
    taken = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]

    assert min(taken) < 0.2
