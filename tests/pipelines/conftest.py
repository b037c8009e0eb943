"""What do the tests of the pipelines share? One Prefect server, a small shop on disk, and the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_shop import Churn, Ended, write_shop


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """A real Prefect server for the whole session; starting one takes seconds."""
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def churn(prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Churn:
    """Runs the command line in this process, in a folder of its own: `churn("nightly", "--source", ...)`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        from pipelines._cli import main

        monkeypatch.setattr("sys.argv", ["churn", *map(str, arguments)])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with `transactions.csv` of the small shop."""
    return write_shop(tmp_path / "shop")
