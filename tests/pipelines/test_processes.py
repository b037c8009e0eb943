"""Does it hold in a process of its own? An empty HOME, Ctrl-C, a kill, a Prefect server of one's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import start
from small_shop import AS_OF, kept_by_prefect, write_shop


@pytest.fixture(scope="module", autouse=True)
def schedule(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[subprocess.Popen[str], Path] | None]:
    """A schedule that is due every minute, and its log. It waits for its minute while the other tests run."""
    if not any(item.name.startswith("test_a_schedule") for item in request.session.items):
        yield None
        return
    folder = tmp_path_factory.mktemp("schedule")
    shop = write_shop(folder / "shop")
    run = start(folder, "schedule", "--cron", "* * * * *", "--source", shop, "--home", folder / "home")
    yield run, folder / "home" / "logs" / "churn.log"
    run.kill()
    run.communicate()


def test_output_that_nobody_reads_any_more_is_no_trouble(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    run = [sys.executable, "-c", "from pipelines._cli import main; main()", "settings"]
    closed = subprocess.run(run, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (141, "")


def test_help_is_light_and_names_the_exit_codes(tmp_path: Path) -> None:
    code = "import sys; sys.argv=['churn', '--help']\nfrom pipelines._cli import main\nmain()"
    names = "{'polars','pandas','mlflow','prefect','great_expectations','sklearn','optuna'}"
    heavy = f"print(sorted(set(sys.modules) & {names}))"
    ended = subprocess.run(
        [sys.executable, "-c", f"import atexit\natexit.register(lambda: {heavy})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "Exit codes" in ended.stdout
    assert ended.stdout.strip().endswith("[]")


@pytest.mark.slow
def test_a_night_with_an_empty_home_leaves_nothing_there(tmp_path: Path, shop: Path) -> None:
    run = start(tmp_path, "nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / "home")
    out, err = run.communicate(timeout=180)
    assert run.returncode == 0, err
    assert err == ""
    assert "Top of the list" in out
    assert [path for path in (tmp_path / "empty").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_stop_at_once_and_say_so(
    tmp_path: Path, shop: Path, stop: signal.Signals, code: int
) -> None:
    home = tmp_path / "home"
    run = start(tmp_path, "nightly", "--source", shop, "--as-of", AS_OF, "--home", home)
    deadline = time.monotonic() + 90
    while not (home / "tables" / "transactions" / "_delta_log").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(stop)
    _, err = run.communicate(timeout=60)
    assert run.returncode == code, err
    assert "stopped" in err
    assert "Traceback" not in err
    assert not (home / "lists").exists()


SWALLOWED = """
import os, signal, sys
import click
from pipelines._ending import run

STOP = int(sys.argv.pop())

@click.command()
def night():
    try:
        os.kill(os.getpid(), STOP)
        signal.pause()
    except BaseException as stop:
        raise RuntimeError("what an engine made of it") from stop

run(night)
"""


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_is_told_as_one_whatever_an_engine_makes_of_it(stop: signal.Signals, code: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SWALLOWED, str(int(stop))], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == code, run.stderr
    assert "stopped" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_a_night_works_with_a_prefect_server_of_ones_own(tmp_path: Path, shop: Path) -> None:
    from pipelines._server import prefect_server

    with prefect_server(tmp_path / "server") as server:
        server.wait()
        address = server.address
        run = start(
            tmp_path,
            "nightly",
            "--source",
            shop,
            "--as-of",
            AS_OF,
            "--home",
            tmp_path / "home",
            PREFECT_API_URL=address,
        )
        _, err = run.communicate(timeout=180)
        assert run.returncode == 0, err
        names = [row["name"] for row in kept_by_prefect(address, "flow_runs")]
        kept = [row["key"] for row in kept_by_prefect(address, "artifacts")]
    assert f"nightly as of {AS_OF}" in names
    assert {"retention-list", "nightly-summary"} <= set(kept)


@pytest.mark.slow
def test_a_schedule_runs_the_night_of_the_day_it_was_due(schedule: tuple[subprocess.Popen[str], Path]) -> None:
    run, log = schedule
    deadline = time.monotonic() + 170
    while time.monotonic() < deadline and "exit_code=3" not in (log.read_text() if log.exists() else ""):
        time.sleep(1)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    # The shop's data are old by now: the night of today was run, and refused them for that.
    assert "freshness_days" in log.read_text()
