import re
import shlex

import pytest
from click.testing import CliRunner

from guides import ROOT, blocks
from zhangju_ui.cli import cli

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[tuple[str, str]]:
    """Each command shown after a ``$``, with the output shown below it."""
    return [
        (part.partition("\n")[0].strip(), part.partition("\n")[2].rstrip("\n"))
        for block in blocks("README.md", "console")
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]


@pytest.fixture(scope="module", autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Build the article's index where it costs nobody anything, once for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        patch.delenv("ZHANGJU_INDEX", raising=False)
        yield


def test_the_two_commands_come_first() -> None:
    """Who reads ten lines can run it."""
    first = blocks("README.md", "sh")[0]

    assert "make chat" in first
    assert "make test" in first
    assert README.index("make chat") < README.index("pip install") < README.index("## ")


def test_what_it_links_to_is_there() -> None:
    """Links inside the repository lead somewhere."""
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", README)

    missing = [link for link in links if not (ROOT / link).exists()]
    assert links
    assert not missing


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("README.md", "python"), ids=lambda code: code.strip().splitlines()[0])
def test_python_examples_run(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They run as they stand, and show something."""
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own text

    assert capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), commands(), ids=lambda value: value[:40])
def test_commands_print_what_the_readme_shows(command: str, shown: str) -> None:
    """The output is real: line for line, where a line of dots stands for lines left out."""
    program, *arguments = shlex.split(command)
    result = CliRunner().invoke(cli, arguments)

    assert program == "zhangju"
    assert result.exit_code == 0, result.stderr
    pattern = r"(?:.*\n)*?".join(
        re.escape(part) for part in re.split(r"^…\n", shown + "\n", flags=re.MULTILINE)
    )
    assert re.match(pattern, result.stdout), result.stdout
