"""What does a person read when the home cannot be used? It is busy, full, of another company, or badly named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_shop import AS_OF, Churn, published, refused


def test_another_source_does_not_get_into_the_same_home(churn: Churn, one_night: Path, tmp_path: Path) -> None:
    home = shutil.copytree(one_night, tmp_path / "home")
    ended = churn("nightly", "--source", "simulated-shop", "--as-of", "2025-12-01", "--home", home)
    assert ended.code == 2
    assert "two companies' rows must not mix" in ended.err
    assert published(home) == [f"as_of={AS_OF}"]


@pytest.mark.parametrize("command", [("nightly",), ("backtest",), ("backtest", "--question", "churn")])
def test_two_runs_in_one_home_do_not_meet(churn: Churn, shop: Path, home: Path, command: tuple[str, ...]) -> None:
    from pipelines._alone import alone_in

    with alone_in(home):
        ended = churn(*command, "--source", shop, "--as-of", AS_OF, "--home", home)
    refused(ended, home, code=7, words=["another run is working"])
    assert not (home / "tables").exists()


def test_a_home_that_cannot_be_written_is_said_in_words(churn: Churn, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / "file")
    assert ended.code == 6
    assert str(tmp_path / "file") in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["a[1]", "what?", "a%20b"])
def test_a_home_whose_name_the_stores_would_misread_is_refused(
    churn: Churn, shop: Path, tmp_path: Path, name: str
) -> None:
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / name)
    assert ended.code == 2
    assert "choose another folder" in ended.err


@pytest.mark.slow
def test_a_home_with_spaces_and_chinese_in_its_name_works(churn: Churn, shop: Path, tmp_path: Path) -> None:
    ended = churn("nightly", "--source", shop, "--as-of", AS_OF, "--home", tmp_path / "my home 商店 #1 100%")
    assert ended.code == 0, ended.err


def test_a_full_disk_is_called_by_its_name() -> None:
    import errno
    import sqlite3

    from pipelines._failures import explained

    trouble = RuntimeError("(sqlite3.OperationalError) database or disk is full\n[SQL: INSERT ...]")
    trouble.__cause__ = sqlite3.OperationalError("database or disk is full")
    for error in (trouble, OSError(errno.ENOSPC, "No space left on device")):
        message, code = explained(error)
        assert code == 6
        assert "the disk is full" in message
        assert "INSERT" not in message
