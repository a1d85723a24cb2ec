import pytest

from scripted_endpoint import ScriptedEndpoint, pieces, serving
from zhangju.generating import KEY_VARIABLE, EndpointGenerator, Generator
from zhangju_index.errors import GenerationError, InputError

MESSAGES = [{"role": "user", "content": "问"}]


def test_pieces_come_as_they_are_written() -> None:
    """The answer is the pieces of the stream, and the request what the protocol asks for."""
    with serving(ScriptedEndpoint(lambda body: pieces("创新的核心是人才。[1]"))) as endpoint:
        generator = EndpointGenerator(endpoint.url, "test", key="sekret", extra={"seed": 1})
        assert isinstance(generator, Generator)
        assert list(generator.generate(MESSAGES)) == pieces("创新的核心是人才。[1]")

    (body,), (headers,) = endpoint.bodies, endpoint.headers
    assert body == {
        "model": "test",
        "messages": MESSAGES,
        "stream": True,
        "temperature": 0,
        "max_tokens": 800,
        "seed": 1,
    }
    assert headers["authorization"] == "Bearer sekret"


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in no option, so that no list of processes shows it; without one none is sent."""
    with serving(ScriptedEndpoint(lambda body: ["a"])) as endpoint:
        monkeypatch.setenv(KEY_VARIABLE, "from-outside")
        list(EndpointGenerator(endpoint.url, "test").generate(MESSAGES))
        monkeypatch.delenv(KEY_VARIABLE)
        list(EndpointGenerator(endpoint.url, "test").generate(MESSAGES))
    assert [headers.get("authorization") for headers in endpoint.headers] == ["Bearer from-outside", None]


def test_an_endpoint_that_does_not_stream_is_read_as_well() -> None:
    """Some give the whole answer as one object."""
    raw = b'{"choices": [{"message": {"content": "whole"}}]}'
    with serving(ScriptedEndpoint(lambda body: [], raw=raw, content_type="application/json")) as endpoint:
        assert list(EndpointGenerator(endpoint.url, "test").generate(MESSAGES)) == ["whole"]


BROKEN = {
    "refuses": ({"status": 401}, "HTTP 401 .*no such model.*ZHANGJU_LLM_KEY"),
    "no such model": ({"status": 404}, "HTTP 404"),
    "another page": ({"raw": b"<html>hello</html>", "content_type": "text/html"}, "no OpenAI-compatible"),
    "no JSON": ({"raw": b"data: nonsense\n\n"}, "no OpenAI-compatible"),
    "other JSON": ({"raw": b'data: {"choices": 5}\n\n'}, "no OpenAI-compatible"),
    "a list": ({"raw": b"data: [1]\n\n"}, "no OpenAI-compatible"),
    "deep JSON": ({"raw": b"data: " + b"[" * 100_000 + b"\n\n"}, "no OpenAI-compatible"),
    "an error in the stream": (
        {"raw": b'data: {"error": {"message": "out of memory"}}\n\n'},
        "out of memory",
    ),
    "silent": ({"pause": 1.5, "raw": b""}, "silent for 0.3 seconds"),
    "never done": ({"pause": 0.05}, "did not finish within 0.5 seconds"),
}
# Whoever fails in another way may take its time over it.
LIMITS = {"silent": {"silence": 0.3}, "never done": {"deadline": 0.5}}


@pytest.mark.parametrize("name", BROKEN)
def test_what_goes_wrong_is_one_error_in_one_line(name: str) -> None:
    """Down, slow, or something else altogether: the caller hears it in one way."""
    behaviour, message = BROKEN[name]
    with serving(ScriptedEndpoint(lambda body: ["x"] * 1000, **behaviour)) as endpoint:
        generator = EndpointGenerator(endpoint.url, "test", **LIMITS.get(name, {}))
        with pytest.raises(GenerationError, match=message) as raised:
            list(generator.generate(MESSAGES))
    assert "\n" not in str(raised.value)


def test_an_endpoint_that_is_down_is_told() -> None:
    """Nobody listens there any more."""
    with serving(ScriptedEndpoint(lambda body: ["a"])) as endpoint:
        url = endpoint.url
    with pytest.raises(GenerationError, match="cannot be reached"):
        list(EndpointGenerator(url, "test").generate(MESSAGES))


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8080", "ftp://a/v1", "http://", "http://u:p@a/v1", "http://a b/v1", "http://[::1/v1"],
)
def test_a_wrong_address_is_refused(url: str) -> None:
    """Before anything is sent, and without repeating a password."""
    with pytest.raises(InputError, match="OpenAI-compatible endpoint") as raised:
        EndpointGenerator(url, "test")
    assert "u:p" not in str(raised.value)


def test_only_this_machine_is_local() -> None:
    """Whoever sends questions elsewhere is told so."""
    for url in ("http://127.0.0.1:1/v1", "http://localhost/v1/chat/completions", "http://[::1]:8080"):
        assert EndpointGenerator(url, "m").is_local, url
    for url in ("https://api.example.com/v1", "http://192.168.1.5/v1", "http://127.0.0.1.example.com/v1"):
        assert not EndpointGenerator(url, "m").is_local, url
    with pytest.raises(InputError, match="name of a model"):
        EndpointGenerator("http://127.0.0.1/v1", " ")
