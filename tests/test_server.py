import contextlib
import json
import re
import socket
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from markup import Reader, marked
from zhangju_index.errors import InputError
from zhangju_ui.server import CONTENT_SECURITY_POLICY, serve_chat
from zhangju_ui.strings import say

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("gradio") is None, reason="the chat page needs pip install 'zhangju[chat]'"),
]


@pytest.fixture(scope="module")
def page(served):
    """A client of the page."""
    with httpx.Client(base_url=served.address, timeout=300) as client:
        yield client


def run_python(program, *arguments):
    """Run a program on its own, as the page's caller would."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=300
    )


def ask(page, question, language="zh-CN"):
    """Send a question the way the page does and return everything that was shown."""
    functions = {d["api_name"]: d["id"] for d in page.get("/config").json()["dependencies"]}
    session = uuid.uuid4().hex
    page.post(
        "/gradio_api/queue/join",
        headers={"accept-language": language, "content-type": "application/json"},
        content=json.dumps(
            {"data": [question, "{}", ""], "fn_index": functions["respond"], "session_hash": session}
        ),
    ).raise_for_status()
    with page.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        shown = [json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:")]
    assert all(event.get("success", True) for event in shown), shown
    return json.dumps(shown, ensure_ascii=False)


SHELF = None  # what is refused is refused before the library is looked at

PATHS = [
    "/",
    "/healthz",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/zhangju/page.css",
    "/zhangju/page.js",
    "/zhangju/other",
    "/gradio_api/info",
    "/gradio_api/file=/etc/passwd",
    "/no-such-page",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_carries_the_policy(page, path):
    """No page, file or error goes out without the header that keeps the browser at home."""
    response = page.get(path)
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_policy_names_no_other_host():
    """Everything is allowed from this server, or from the page itself, and from nowhere else."""
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    allowed = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert all(set(sources.split()) <= allowed for sources in directives.values())
    assert directives["default-src"] == directives["connect-src"] == "'self'"
    assert directives["img-src"] == "'self' data: blob:"


def test_health_and_icon(page):
    """Operators and browsers find what they look for."""
    assert page.get("/healthz").json() == {"status": "ok"}
    assert page.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_link_previews_show_nothing_of_gradio(page):
    """A link to the page is not passed off as a demonstration on somebody else's site."""
    head = page.get("/").text.partition("window.gradio_config")[0]
    assert "<title>章句 Zhangju</title>" in head
    assert not re.findall(r"og:|twitter:|Click to try|githubusercontent", head)


@pytest.mark.parametrize("path", ["/gradio_api/runs", "/monitoring", "/gradio_api/monitoring", "/docs"])
def test_what_is_off_is_off(page, path):
    """There is no run history, no monitoring page and no page that loads a script from elsewhere."""
    assert page.get(path).status_code in {403, 404}


def test_files_of_the_machine_are_not_served(page):
    """Neither a system file nor the program's own."""
    for path in ("/etc/passwd", __file__):
        assert page.get(f"/gradio_api/file={path}").status_code in {403, 404}


def test_what_is_far_too_large_is_not_even_taken(page):
    """A visitor cannot fill the disk: twice the limit is cut off while it comes."""
    response = page.post("/gradio_api/upload", files={"files": ("big.bin", b"0" * (65 * 2**20))})
    assert response.status_code == 413


def test_analytics_are_off(page):
    """The page itself reports nothing either."""
    assert page.get("/config").json()["analytics_enabled"] is False


def test_asking_leaves_the_machine_alone(page, served):
    """Starting the server, loading the page and asking look up no name and call no one."""
    page.get("/")
    shown = ask(page, "武进重点布局哪些未来产业？")
    assert "合成生物" in shown
    assert "#zj?document" in shown.replace("&#35;", "#").replace("&#63;", "?").replace("&#61;", "=")
    assert served.attempts == []


def test_the_guard_notices(tmp_path):
    """The guard itself works: a look-up of another name is refused and written down."""
    log = tmp_path / "attempts.txt"
    done = run_python(
        "import sys, socket, pathlib; sys.path.insert(0, sys.argv[1]); import guarded_chat\n"
        "guarded_chat.guard(pathlib.Path(sys.argv[2])); socket.create_connection(('example.invalid', 80))",
        str(Path(__file__).parent),
        str(log),
    )
    assert done.returncode != 0
    assert log.read_text(encoding="utf-8").split() == ["example.invalid"]


def test_a_wrong_question_is_answered_in_words(page):
    """An error of ours reaches the reader as a message, in the page's language, without a traceback."""
    for question, words in (("", "没有收到问题"), ("问" * 5000, "5000")):
        shown = ask(page, question)
        assert "没能完成" in shown
        assert words in shown
        assert "Traceback" not in shown


def test_two_visitors_are_answered(page):
    """Questions that come at once are all answered."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: ask(page, "创新的核心是什么？"), range(2)))
    assert all("人才" in answer for answer in answers)


def test_sources_are_served_as_inert_text(page):
    """The whole article, with the place asked for marked; an unknown one is told, and no place is an error."""
    name = "wujin-new-quality-productive-forces"
    whole = page.get(f"/zhangju/source/{name}", params={"quote": "4883-4956"})
    assert "国家工业41个大类中有37个" in Reader("".join(marked(whole.text))).text
    assert whole.headers["cache-control"] == "no-store"
    for odd in ({"quote": "9-2"}, {"quote": "0-99999999"}, {"quote": "x", "key": "1-"}, {"at": "99999999"}):
        assert page.get(f"/zhangju/source/{name}", params=odd).status_code == 200
    stale = page.get(f"/zhangju/source/{name}", params={"quote": "4883-4956", "check": "0" * 12})
    assert not marked(stale.text)
    assert say("source_changed", "en") in stale.text
    for path in ("source", "outline"):
        assert page.get(f"/zhangju/{path}/..%2F..%2Fetc").status_code == 404
    assert page.get(f"/zhangju/source/{name}", params={"at": "-1"}).status_code == 422


def test_a_vote_needs_a_turn_of_ones_own(page):
    """Nobody votes on what is not there, and a comment has a limit."""
    vote = {"conversation": "0" * 16, "turn": 0, "vote": "up"}
    assert page.post("/zhangju/votes", json=vote).status_code == 404
    assert page.post("/zhangju/votes", json={**vote, "vote": "sideways"}).status_code == 422
    assert page.post("/zhangju/votes", json={**vote, "comment": "长" * 3000}).status_code == 422
    assert page.get(f"/zhangju/conversations/{'0' * 16}.md").status_code == 404


def test_the_browser_chooses_the_language(page):
    """The same answer is framed in the visitor's language."""
    question = "创新的核心是什么？"
    assert "摘自原文" in ask(page, question, "zh-CN,zh;q=0.9")
    assert "Quoted from the source" in ask(page, question, "en-GB,en;q=0.9")


def test_a_lone_surrogate_is_no_error(page):
    """A browser can send half a character; the question is answered all the same."""
    assert "zj-status" in ask(page, "创新的核心是什么？\ud83d")


def test_a_foreign_host_name_is_refused(page):
    """A site that points its own name at this machine gets nothing from a local server."""
    response = page.get("/healthz", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "content-security-policy" in response.headers
    assert page.get("/healthz", headers={"host": "localhost:7860"}).status_code == 200


def test_a_taken_port_is_said_in_one_line():
    """The second server on a port is told so, with what to do."""
    with (
        contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken,
        pytest.raises(InputError, match="--port") as error,
    ):
        serve_chat(SHELF, port=taken.getsockname()[1])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("192.0.2.1", 0)], ids=["port", "host"])
def test_an_address_that_is_not_ours_is_said_in_one_line(host, port):
    """A wrong port or another machine's address is bad input, not a crash."""
    with pytest.raises(InputError, match="Cannot listen"):
        serve_chat(SHELF, host=host, port=port)


def test_importing_the_package_loads_nothing_heavy():
    """The command line starts without Gradio; so does importing the server."""
    done = run_python(
        "import sys, zhangju_ui, zhangju_ui.server;"
        "print([m for m in ('gradio', 'fastapi', 'uvicorn', 'torch', 'faiss') if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("missing", ["gradio", "fastapi", "starlette", "uvicorn"])
@pytest.mark.parametrize(
    "call",
    ["from zhangju_ui.server import create_app; create_app(None)", "from zhangju_ui.cli import main; main()"],
    ids=["program", "command line"],
)
def test_without_the_extra_one_line_says_what_to_install(call, missing):
    """The extra is named in a Zhangju error, not in an import traceback, and always alike."""
    done = run_python(
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from zhangju_index.errors import InputError\n"
        f"try: {call}\n"
        "except InputError as error: sys.exit(f'zhangju: {error}')",
        "chat",
    )
    assert done.stderr == (
        f"zhangju: the chat page needs {missing}, which is not installed: run  pip install 'zhangju[chat]'\n"
    )
