"""Where does the schedule live when no Prefect server is named? In one of our own, for as long as we run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines._errors import ServerDown

_PATIENCE_SECONDS = 90


@contextmanager
def prefect_server(*, log: Path, state: Path) -> Iterator[str]:
    """The address of a Prefect API with a scheduler: `PREFECT_API_URL`, or that of a server started here.

    Prefect's temporary server does not schedule. Ours listens on this machine only, keeps its state in the folder
    `state`, writes to `log` and ends with us. Raises ServerDown when it does not come up.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named:
        yield named
        return
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as out:
        # A group of its own: Ctrl-C reaches us first, and we end the server after the runs.
        settings = {**os.environ, "PREFECT_HOME": str(state), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        server = subprocess.Popen(  # noqa: S603
            command, stdout=out, stderr=out, start_new_session=True, env=settings
        )
    try:
        _wait_for(address, server, log)
        os.environ["PREFECT_API_URL"] = address
        yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise ServerDown(f"the Prefect server did not come up within {_PATIENCE_SECONDS} s; see {log}.")
