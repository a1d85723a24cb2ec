"""A language model behind any OpenAI-compatible endpoint, read as it writes.

``POST {url}/chat/completions`` with ``stream``: llama.cpp, vLLM, Ollama, LM Studio and hosted
services speak it. Nothing is sent anywhere unless an endpoint is named. Whatever goes wrong there
is one ``GenerationError``, after which the caller answers without a model.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, runtime_checkable
from urllib.parse import urlsplit

from zhangju_index.errors import GenerationError, InputError

if TYPE_CHECKING:
    import httpx

__all__ = ["KEY_VARIABLE", "EndpointGenerator", "Generator", "Message"]

KEY_VARIABLE = "ZHANGJU_LLM_KEY"
"""Environment variable that holds the endpoint's key, where it needs one."""

_MOST_CHARACTERS = 20_000
_MOST_TOKENS = 800


class Message(TypedDict):
    """One message of a chat."""

    role: str
    content: str


@runtime_checkable
class Generator(Protocol):
    """Writes text; what it writes is checked before anyone is shown it as supported."""

    @property
    def name(self) -> str:
        """What the model is called."""
        ...

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Write an answer, piece by piece.

        Raises:
            GenerationError: Nothing, or nothing more, can be had.
        """
        ...


class EndpointGenerator:
    """Asks an OpenAI-compatible endpoint; safe to use from several threads.

    Args:
        url: Base address (``http://127.0.0.1:8080/v1``), or that of ``chat/completions`` itself.
        model: The model's name there.
        key: Key sent as a bearer token; by default that in ``ZHANGJU_LLM_KEY``, if any.
        silence: Seconds without any sign of the endpoint after which it is given up.
        deadline: Seconds for a whole answer.
        extra: More fields of the request (``{"grammar": …}``, ``{"seed": 1}``).

    Raises:
        InputError: The address is no http or https address, or the model has no name.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str | None = None,
        silence: float = 30.0,
        deadline: float = 120.0,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self._url, self._host = _endpoint(url)
        if not model.strip():
            raise InputError("expected the name of a model, got nothing: give it with --llm-model")
        self._model = model
        self._key = os.environ.get(KEY_VARIABLE, "") if key is None else key
        if re.search(r"[^\x21-\x7e]", self._key):
            raise InputError(f"the key in {KEY_VARIABLE} holds a space or another character that no key has")
        self._silence, self._deadline = silence, deadline
        self._extra = dict(extra or {})
        self._client: httpx.Client | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """What the model is called at the endpoint."""
        return self._model

    @property
    def host(self) -> str:
        """The machine that questions and passages are sent to."""
        return self._host

    @property
    def is_local(self) -> bool:
        """Whether that is this machine."""
        return _is_local(self._host)

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Write an answer, piece by piece.

        Raises:
            GenerationError: The endpoint cannot be reached, refuses, is too slow, or does not
                speak the protocol.
        """
        body = {
            "model": self._model,
            "messages": list(messages),
            "stream": True,
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            **self._extra,
        }
        ends = monotonic() + self._deadline
        written = 0
        with (
            self._named_errors(),
            self._http().stream("POST", self._url, json=body, headers=self._headers()) as response,
        ):
            if response.status_code != 200:
                response.read()
                raise _refusal(response, self._host)
            for piece in _pieces(response, self._host):
                if monotonic() > ends:
                    raise GenerationError(
                        f"the language model at {self._host} did not finish within {self._deadline:g} seconds",
                        "slow",
                        host=self._host,
                        seconds=f"{self._deadline:g}",
                    )
                written += len(piece)
                yield piece
                if written > _MOST_CHARACTERS:
                    return

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._key}"} if self._key else {}

    def _http(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    timeout=httpx.Timeout(self._silence, connect=min(5.0, self._silence)),
                    # A proxy is for what lies beyond this machine. No redirect takes the key elsewhere.
                    trust_env=not self.is_local,
                    follow_redirects=False,
                )
            return self._client

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.TimeoutException as error:
            raise GenerationError(
                f"the language model at {self._host} was silent for {self._silence:g} seconds",
                "silent",
                host=self._host,
                seconds=f"{self._silence:g}",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise GenerationError(
                f"the language model at {self._host} cannot be reached ({type(error).__name__})",
                "unreachable",
                host=self._host,
            ) from error


def _endpoint(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if (
        host is None
        or parts.scheme not in ("http", "https")
        or parts.username
        or re.search(r"\s", url.strip())
    ):
        raise InputError(
            "expected the address of an OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1, "
            f"got {_without_login(url)!r}"
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    return parts._replace(path=path, fragment="").geturl(), host


def _without_login(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", url)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pieces(response: "httpx.Response", host: str) -> Iterator[str]:
    """The text of an answer as its events come in."""
    spoke = False
    if "application/json" in response.headers.get("content-type", ""):
        # Some endpoints do not stream.
        yield _text_of(response.read(), "message", host)
        return
    for line in response.iter_lines():
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        spoke = True
        yield _text_of(data.encode(), "delta", host)
    if not spoke:
        raise _foreign(host)


def _text_of(data: bytes, part: str, host: str) -> str:
    try:
        value = json.loads(data)
        if "error" in value:
            detail = _short(value["error"])
            raise GenerationError(
                f"the language model at {host} failed: {detail}", "failed", host=host, detail=detail
            )
        choices = value["choices"]
        content = choices[0][part].get("content") if choices else ""
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise _foreign(host) from error
    return content if isinstance(content, str) else ""


def _foreign(host: str) -> GenerationError:
    return GenerationError(f"what answers at {host} is no OpenAI-compatible endpoint", "foreign", host=host)


def _refusal(response: "httpx.Response", host: str) -> GenerationError:
    status = response.status_code
    try:
        detail = _short(response.json()["error"])
    except (ValueError, TypeError, KeyError, RecursionError):
        detail = ""
    said = f"the language model at {host} answered HTTP {status}{f' ({detail})' if detail else ''}"
    if status in (401, 403):
        said = f"{said}; its key is read from {KEY_VARIABLE}"
        return GenerationError(said, "key", host=host, status=status, variable=KEY_VARIABLE)
    return GenerationError(said, "refused", host=host, status=status)


def _short(error: object) -> str:
    message = error.get("message", "") if isinstance(error, dict) else error
    return re.sub(r"\s+", " ", str(message))[:120]
