"""The chat page in a process of its own that writes down every attempt to leave the machine.

Gradio leaves event loops unclosed, which pytest would blame on whatever test runs next; and
a guard around ``socket`` belongs around the page alone.
"""

import contextlib
import ipaddress
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


class OutsideError(Exception):
    """Something tried to leave the machine."""


class Serving:
    """A running page: its address, its data folder, and what it tried to reach."""

    def __init__(self, address, log, data):
        self.address, self._log, self.data = address, log, data

    @property
    def attempts(self):
        """Every name looked up and every address connected to, other than this machine's."""
        return self._log.read_text(encoding="utf-8").splitlines()


@contextlib.contextmanager
def serving(home, *options):
    """Run ``zhangju chat`` on a free port, with its data in ``home``."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "attempts.txt"
        log.touch()
        with subprocess.Popen(
            [sys.executable, __file__, str(log), "chat", "--port", "0", "--no-open", *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "XDG_DATA_HOME": str(home)},
        ) as process:
            try:
                address = process.stdout.readline().strip()
                assert address.startswith("http://127.0.0.1:"), "the page did not start; see stderr"
                yield Serving(address, log, Path(home) / "zhangju")
            finally:
                process.terminate()
        assert {path.name for path in Path(folder).iterdir()} == {"attempts.txt"}, (
            "the page left files behind"
        )


def guard(log):
    """Let this process look up and connect to nothing but this machine, and note each attempt."""
    look_up, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def is_address(host):
        with contextlib.suppress(ValueError):
            return bool(ipaddress.ip_address(host))
        return False

    def is_local(host):
        return host in (None, "", "localhost", "::1") or str(host).startswith("127.")

    def refuse(target):
        with log.open("a", encoding="utf-8") as out:
            out.write(f"{target}\n")
        raise OutsideError(target)

    def guarded_look_up(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if not is_local(name) and not is_address(name):
            refuse(name)
        return look_up(host, *args, **kwargs)

    def guarded(original):
        def guarded_connect(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
                refuse(address)
            return original(self, address)

        return guarded_connect

    socket.getaddrinfo = guarded_look_up
    socket.socket.connect = guarded(connect)
    socket.socket.connect_ex = guarded(connect_ex)


if __name__ == "__main__":
    guard(Path(sys.argv.pop(1)))
    from zhangju_ui.cli import main

    main()
