"""What do the tests of the pipelines share? One Prefect server, a small shop on disk, and the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from deliveries import settings_in
from small_shop import AS_OF, Churn, Ended, shop_lines, write_shop

from pipelines._settings import Settings


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real Prefect server for the whole session; starting one takes seconds."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, PREFECT_LOGGING_LEVEL, temporary_settings

    from pipelines._server import prefect_server

    home = tmp_path_factory.mktemp("prefect")
    with prefect_server(home) as server:
        server.wait()
        # Prefect reads the environment once, when it is imported, which other tests may have done already.
        chosen = {PREFECT_API_URL: server.address, PREFECT_HOME: home / "prefect", PREFECT_LOGGING_LEVEL: "CRITICAL"}
        with temporary_settings(chosen):
            yield


@pytest.fixture
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is an empty one."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a source in a folder, with changes."""
    return partial(settings_in, tmp_path)


def run_in_process(*arguments: object, capfd: pytest.CaptureFixture[str] | None = None) -> Ended:
    """Runs the command line in this process; what it prints is told apart only where `capfd` listens."""
    from pipelines._cli import main

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["churn", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    out, err = capfd.readouterr() if capfd else ("", "")
    return Ended(code, out, err)


@pytest.fixture
def churn(prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Churn:
    """Runs the command line in a folder of its own: `churn("nightly", "--source", ...)`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        capfd.readouterr()
        return run_in_process(*arguments, capfd=capfd)

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with `transactions.csv` of the small shop."""
    return write_shop(tmp_path / "shop")


@pytest.fixture(scope="session")
def one_night(prefect: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after one night of the small shop, for all tests to look at and none to change."""
    folder = tmp_path_factory.mktemp("one-night")
    shop = write_shop(folder / "shop")
    ended = run_in_process("nightly", "--source", shop, "--as-of", AS_OF, "--home", folder / "home")
    assert ended.code == 0
    return folder / "home"


@pytest.fixture(scope="module")
def larger_night(prefect: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after one night of a shop in which enough customers spend for a model of their spend."""
    folder = tmp_path_factory.mktemp("larger-night")
    shop = write_shop(folder / "shop", shop_lines(customers=260))
    ended = run_in_process("nightly", "--source", shop, "--as-of", AS_OF, "--home", folder / "home")
    assert ended.code == 0
    return folder / "home"


@pytest.fixture
def night(one_night: Path, tmp_path: Path) -> Path:
    """A home of one's own, as it is after one night of the small shop."""
    return shutil.copytree(one_night, tmp_path / "home")
