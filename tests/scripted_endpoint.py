"""An OpenAI-compatible endpoint on this machine that says what a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[dict[str, Any]], Iterable[str]]


class ScriptedEndpoint:
    """Keeps what it was asked, and answers with the pieces of ``script``, one event each.

    Args:
        script: From the request's body to the pieces of the answer.
        status: HTTP status; anything but 200 comes with an error in JSON.
        pause: Seconds before each piece.
        raw: Sent in place of events, as they are.
        content_type: Of the answer.
        cut: Close the connection in mid-stream, after so many pieces.
    """

    def __init__(
        self,
        script: Script,
        *,
        status: int = 200,
        pause: float = 0.0,
        raw: bytes | None = None,
        content_type: str = "text/event-stream",
        cut: int | None = None,
    ) -> None:
        self.script, self.status, self.pause, self.raw = script, status, pause, raw
        self.content_type, self.cut = content_type, cut
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        length = int(handler.headers["content-length"])
        body = json.loads(handler.rfile.read(length))
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        handler.send_response(self.status)
        if self.status != 200:
            handler.send_header("content-type", "application/json")
            handler.end_headers()
            handler.wfile.write(json.dumps({"error": {"message": "no such\nmodel"}}).encode())
            return
        handler.send_header("content-type", self.content_type)
        handler.end_headers()
        if self.raw is not None:
            time.sleep(self.pause)
            handler.wfile.write(self.raw)
            return
        for number, piece in enumerate(self.script(body)):
            time.sleep(self.pause)
            if self.cut is not None and number == self.cut:
                # Without the end that chunked or sized bodies have, the reader sees a broken stream.
                return
            event = {"choices": [{"delta": {"content": piece}}]}
            handler.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            handler.wfile.flush()
        handler.wfile.write(b"data: [DONE]\n\n")


@contextmanager
def serving(endpoint: ScriptedEndpoint) -> Iterator[ScriptedEndpoint]:
    """Serve an endpoint at a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # The reader may have heard enough.
            with suppress(BrokenPipeError, ConnectionResetError):
                endpoint.handle(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pieces(text: str, size: int = 3) -> list[str]:
    """Cut a text into pieces, as models send it."""
    return [text[at : at + size] for at in range(0, len(text), size)]
