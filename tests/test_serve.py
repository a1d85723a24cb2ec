"""``zhangju serve`` and ``zhangju chat`` as people start them: a process, a socket, the real index."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

QUESTION = {"question": "创新的主体、载体和核心分别是什么？"}
TOKEN = "geheim"  # noqa: S105 - it opens nothing


@contextmanager
def started(*arguments: str, needs: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server in a process of its own, and its address."""
    if find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")
    program = [sys.executable, "-c", "from zhangju_ui.cli import main; main()", *arguments, "--port", "0"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ZHANGJU_")}
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**clean, **environment}
    ) as process:
        try:
            address = process.stdout.readline().decode().strip()
            assert address.startswith("http://127.0.0.1:"), process.stderr.read()
            yield address, process
        finally:
            process.kill()


def test_serve_answers_whoever_has_the_token(article_folder: Path) -> None:
    """From the environment, where others on the machine do not see it; Ctrl-C ends it without a word."""
    with started(
        "serve", "--read-only", "--index", str(article_folder), needs="python_multipart", ZHANGJU_TOKEN=TOKEN
    ) as (address, process):
        known = {"authorization": f"Bearer {TOKEN}"}
        ready = httpx.get(f"{address}/readyz", timeout=300)
        refused = httpx.post(f"{address}/v1/ask", json=QUESTION, timeout=300)
        asked = httpx.post(f"{address}/v1/ask", json=QUESTION, headers=known, timeout=300)
        removed = httpx.delete(f"{address}/v1/documents/x", headers=known, timeout=300)
        foreign = httpx.get(f"{address}/readyz", headers={"host": "evil.example"}, timeout=300)
        process.send_signal(signal.SIGINT)
        process.wait(300)
        said = process.stderr.read()

    assert (ready.status_code, refused.status_code, asked.status_code) == (200, 401, 200)
    assert asked.json()["answerable"]
    assert (removed.status_code, removed.json()["error"]["code"]) == (403, "read_only")
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (400, "unknown_host")
    assert b"Traceback" not in said


def test_the_page_and_the_api_share_a_process(article_folder: Path) -> None:
    """The page at ``/``, programs at ``/v1``, and errors there are never pages."""
    with (
        started("chat", "--no-open", "--index", str(article_folder), needs="gradio") as (address, _),
        httpx.Client(base_url=address, timeout=300) as client,
    ):
        page = client.get("/")
        asked = client.post("/v1/ask", json=QUESTION)
        nothing = client.get("/v1/nothing")
        method = client.get("/v1/ask")
        listed = client.get("/v1/documents")
        health = client.get("/healthz")
        docs = client.get("/docs")

    assert "text/html" in page.headers["content-type"]
    assert asked.json()["citations"]
    assert len(listed.json()["documents"]) == 1
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["error"]["code"]) == (405, "method_not_allowed")
    assert health.json() == {"status": "ok"}
    assert docs.status_code == 404
    for response in (page, asked, nothing, method, listed, health):
        assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_is_no_token(token: str) -> None:
    """A variable that was left empty must not open the door unnoticed."""
    done = subprocess.run(
        [sys.executable, "-c", "from zhangju_ui.cli import main; main()", "serve", "--token", token],
        capture_output=True,
        timeout=300,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(b"zhangju: the token is empty")
