"""Where does Prefect keep its runs when no server is named? In a server of our own, for as long as we run.

Prefect can start a temporary server by itself, but that one does not schedule, holds on to our output, and stays behind
for good when we are killed. Run as a program (`python -m pipelines._server PORT`) this file is that server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines._errors import ServerDown

PATIENCE_SECONDS = 120
_ADDRESS = "PREFECT_API_URL"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A Prefect API: its address, and the process behind it when it is ours."""

    address: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def wait(self) -> None:
        """Returns as soon as the server answers. Raises ServerDown when ours ended, or nobody answers in time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and (self.process is None or self.process.poll() is None):
            if self._answers():
                return
            time.sleep(0.1)
        whose = f"see {self.log}" if self.process else f"is {_ADDRESS} right?"
        raise ServerDown(f"the Prefect server at {self.address} does not answer; {whose}. Nothing was done.")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5):  # noqa: S310
                return True
        except urllib.error.HTTPError as refusal:
            return refusal.code < 500  # it is there, and wants to know who asks: that is for Prefect's client
        except (urllib.error.URLError, OSError, ValueError):
            return False


@contextmanager
def prefect_server(home: Path, *, schedules: bool = False) -> Iterator[Server]:
    """The Prefect API named by `PREFECT_API_URL`, or one started here that ends with us.

    Ours listens on this machine only, keeps its state in `HOME/prefect` and logs to `HOME/logs`. It starts while the
    caller goes on importing; `wait` before the first flow. With `schedules` it also runs deployments when they are due.
    """
    log = home / "logs" / "prefect-server.log"
    named = os.environ.get(_ADDRESS)
    if named:
        yield Server(address=named.rstrip("/"), log=log)
        return
    server = _started(home, log, schedules=schedules)
    os.environ[_ADDRESS] = server.address
    try:
        yield server
    finally:
        del os.environ[_ADDRESS]
        if server.process:
            server.process.terminate()
            try:
                server.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.process.kill()


def _started(home: Path, log: Path, *, schedules: bool) -> Server:
    port = _free_port()
    settings = {"PREFECT_HOME": str(home / "prefect"), "PREFECT_UI_ENABLED": str(schedules)}
    settings |= {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT__SERVER_FINAL": "1"}
    if not schedules:
        settings["PREFECT__SERVER_EPHEMERAL"] = "1"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        # A session of its own: Ctrl-C reaches us alone, and we end the server after the run.
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "pipelines._server", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, **settings},
        )
    return Server(address=f"http://127.0.0.1:{port}/api", log=log, process=process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def _serve(port: int) -> None:
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    import uvicorn

    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
