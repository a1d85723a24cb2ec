"""What must be in the page before Gradio starts: its name, its style, and the language it speaks.

Gradio puts the ``head`` it is given into the page by script, after it has chosen a language and
drawn the first parts; here it stands in the document itself. What Gradio tells link previews of
itself (its name, its picture on another host) is left out.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EarlyHead"]

HEAD = """<head>
<title>章句 Zhangju</title>
<link rel="icon" type="image/svg+xml" href="/zhangju/favicon.svg">
<link rel="stylesheet" href="/zhangju/page.css">
<script src="/zhangju/page.js"></script>""".encode()


_PREVIEW = re.compile(rb"""<meta\s+(?:property="og|name="twitter):[^>]*>\s*""")


class EarlyHead:
    """Completes the head of the page at ``/``; every other response passes as it is."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and write the head into the page that comes back."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        # A packed page could not be completed.
        headers = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def send_completed(message: "Message") -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            whole = _PREVIEW.sub(b"", body.replace(b"<head>", HEAD, 1))
            kept = [each for each in start["headers"] if each[0].lower() != b"content-length"]
            kept.append((b"content-length", str(len(whole)).encode()))
            await send({**start, "headers": kept})
            await send({"type": "http.response.body", "body": whole})

        await self.app({**scope, "headers": headers}, receive, send_completed)
