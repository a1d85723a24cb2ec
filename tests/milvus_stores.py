"""Stores for tests: a folder of Milvus Lite, and a real Milvus server started for the session."""

import importlib.util
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Without these the parts of the server talk through the first address of the machine.
_PARTS = ("rootCoord", "proxy", "queryCoord", "queryNode", "indexNode", "dataCoord", "dataNode")
_START_SECONDS = 120
_INSTALL = "pip install -r tests/requirements.txt -c constraints.txt"
_HAS_WHEEL = (sys.platform, platform.machine()) == ("linux", "x86_64")


def require_lite() -> None:
    """Skip a test, with a message, where Milvus Lite is not installed."""
    for package in ("pymilvus", "milvus_lite"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: {_INSTALL}")


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Start the Milvus 2.3.5 of the package ``milvus`` with data of its own; its address without a library.

    Skips where there is no wheel of it: it is for Linux on x86-64 alone. ``ZHANGJU_TEST_MILVUS``
    names a server that runs already, of any version, like ``milvus+http://127.0.0.1:19530``.
    """
    if running := os.environ.get("ZHANGJU_TEST_MILVUS"):
        yield running
        return
    for package in ("pymilvus", "milvus"):
        if importlib.util.find_spec(package) is None:
            wheel = "" if _HAS_WHEEL else f" (milvus has no wheel for {sys.platform} {platform.machine()})"
            pytest.skip(f"{package} is not installed: {_INSTALL}{wheel}")
    with socket.socket() as peer:
        # Its etcd takes this port and no other, and the server dies without a word where it is taken.
        if peer.connect_ex(("127.0.0.1", 2380)) == 0:
            pytest.skip("another etcd or Milvus server runs on this machine, at port 2380")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("milvus-server")),
        "--data",
        str(folder),
        "--proxy-port",
        str(port),
    ]
    command += [word for part in _PARTS for word in ("--extra-config", f"{part}.ip=127.0.0.1")]
    with (folder.parent / "milvus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, port, folder.parent / "milvus.log")
        yield f"milvus+http://127.0.0.1:{port}"
    finally:
        # Stopped in any other way it takes a minute to start again, and leaves children.
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    from pymilvus import MilvusClient, MilvusException

    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # It answers before all its parts do.
            client = MilvusClient(uri=f"http://127.0.0.1:{port}", timeout=5)
            client.list_collections(timeout=5)
            client.close()
        except MilvusException:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"the Milvus server did not start: {log.read_text(errors='replace')[-2000:]}")
