"""Serves a web application from this machine until it is interrupted."""

import asyncio
import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from zhangju_index.errors import InputError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["is_local", "serve_app"]


def serve_app(
    create: "Callable[[Sequence[str] | None], ASGIApp]",
    *,
    host: str,
    port: int,
    open_browser: bool = False,
) -> None:
    """Serve an application until interrupted; its address is printed once it answers.

    Args:
        create: Makes the application, given the host names that it may answer to: None for any.
        host: Address to listen at.
        port: Port to listen at; 0 takes any free one.
        open_browser: Open the page, where there is a display to open it on.

    Raises:
        InputError: The port is taken or not allowed, or the host is not this machine's.
    """
    listener = _listen(host, port)
    with listener:
        address = _address(host, listener.getsockname()[1])
        app = create(_allowed_hosts(host))
        import uvicorn

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                click.echo(address)
                if open_browser and _has_display():
                    await asyncio.to_thread(webbrowser.open, address)

        # Streams that are still open must not hold up who presses Ctrl-C.
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
        Server(config).run(sockets=[listener])


def is_local(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise InputError(f"Cannot listen at port {port}: give --port a number from 0 to 65535.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"Cannot listen at {host} port {port}: {error}. Give another one with --port (0 takes any free port)."
        ) from error


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _allowed_hosts(host: str) -> list[str] | None:
    """Name the hosts a server on this machine is reached by.

    A server opened to the network is left to its operator.
    """
    return ["127.0.0.1", "localhost", "::1", "[::1]", host] if is_local(host) else None


def _has_display() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
