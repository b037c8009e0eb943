"""Can the team hand back what became of its list, on the command line, without fear of doing so twice?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from campaigns import ARMS, NOVEMBER, assigned, campaign, record
from small_shop import Churn

from pipelines._alone import alone_in
from serving import Ledger


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one list of November 2024: a and b on it, c held out."""
    days = {"starts_on": date(2024, 11, 1), "ends_on": date(2024, 12, 1)}
    record(Ledger(None, tmp_path / "home"), date(2024, 11, 4), assigned(ARMS), campaigns=[campaign(**days)])
    return tmp_path / "home"


Take = Callable[..., tuple[int, str, str]]


@pytest.fixture
def take(churn: Churn, home: Path, tmp_path: Path) -> Take:
    """Writes a file with these lines (`~` stands for the campaign) and takes it."""

    def run(*lines: str) -> tuple[int, str, str]:
        text = "\n".join(["campaign,customer_id,status,happened_at", *lines]) + "\n"
        (tmp_path / "calls.csv").write_text(text.replace("~", NOVEMBER), encoding="utf-8")
        ended = churn("receipts", tmp_path / "calls.csv", "--source", "simulated-shop", "--home", home)
        return ended.code, ended.out, ended.err

    return run


def test_lines_are_taken_once_however_often_the_file_comes(take: Take, home: Path) -> None:
    lines = ("~,a,accepted,2024-11-05 10:00", "~,b,已联系,2024-11-05 11:00")
    assert take(*lines)[:2] == (0, "calls.csv: 2 taken, 0 known before, 0 rejected\n")
    assert take(*lines)[:2] == (0, "calls.csv: 0 taken, 2 known before, 0 rejected\n")
    assert Ledger(None, home).rows_of(NOVEMBER)["status"].to_list() == ["accepted", "reached", None]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/Sao_Paulo", "Etc/UTC"])
def test_lines_are_taken_in_every_time_zone(take: Take, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHURN_TIME_ZONE", zone)
    lines = ("~,a,accepted,2024-11-05 10:00", "~,b,reached,2024-11-05T10:00:00Z", "~,b,reached,2124-11-05 10:00")
    code, out, _ = take(*lines)
    assert code == 0
    assert "2 taken, 0 known before, 1 rejected" in out
    assert "line 4: '2124-11-05 10:00' is in the future" in out


def test_lines_that_do_not_belong_are_named_and_written_beside_the_file(take: Take, tmp_path: Path) -> None:
    code, out, _ = take("~,a,accepted,2024-11-05 10:00", "~,nobody,accepted,2024-11-05 10:00", "~,b,waved,2024-11-05")
    assert code == 0
    assert "1 taken, 0 known before, 2 rejected" in out
    assert "line 3: 'nobody' is on no list" in out
    rejected = pl.read_csv(tmp_path / "calls.rejected.csv")
    assert rejected["customer_id"].to_list() == ["nobody", "b"]


def test_another_month_is_told_the_nearest_campaign(take: Take, home: Path) -> None:
    december = campaign(
        "retention_offer-2026-12", starts_on=date(2024, 12, 1), ends_on=date(2025, 1, 1), action="retention_offer"
    )
    rows = assigned({"a": "treated"}, campaign=december["name"])
    record(Ledger(None, home), date(2024, 12, 4), rows, campaigns=[december])
    _, out, _ = take("~,a,reached,2024-11-05 10:00", "retention_offer-2026-13,a,reached,2024-12-05 10:00")
    assert f"is '{december['name']}' meant?" in out


def test_contact_with_somebody_held_out_is_told(take: Take) -> None:
    code, out, _ = take("~,c,reached,2024-11-05 10:00")
    assert code == 0
    assert "1 of those taken speak of customers who were held out" in out


@pytest.mark.parametrize("lines", [(), ("~,nobody,accepted,2024-11-05 10:00",), ("ragged",)])
def test_a_file_without_one_good_line_ends_with_code_3_and_changes_nothing(
    take: Take, home: Path, lines: tuple[str, ...]
) -> None:
    code, _, err = take(*lines)
    assert code == 3
    assert "Traceback" not in err
    assert Ledger(None, home).rows_of(NOVEMBER)["status"].null_count() == 3


@pytest.mark.parametrize("content", [None, b"PK\x03\x04", b"\xff\xfe\x00", b""])
def test_a_file_that_cannot_be_read_ends_with_code_3(
    churn: Churn, home: Path, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "list.csv"
    if content is not None:
        file.write_bytes(content)
    ended = churn("receipts", file, "--source", "simulated-shop", "--home", home)
    assert ended.code == 3
    assert "list.csv" in ended.err


def test_without_any_list_nothing_is_taken_and_no_home_is_made(churn: Churn, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("campaign,customer_id,status,happened_at\nx,a,accepted,2024-11-05\n")
    ended = churn("receipts", tmp_path / "calls.csv", "--source", "simulated-shop", "--home", tmp_path / "mistyped")
    assert ended.code == 3
    assert "no campaign has begun" in ended.err
    assert not (tmp_path / "mistyped").exists()


def test_receipts_wait_for_nobody_who_works_in_the_home(take: Take, home: Path) -> None:
    inside, done = threading.Event(), threading.Event()

    def work() -> None:
        with alone_in(home):
            inside.set()
            done.wait(60)

    worker = threading.Thread(target=work)
    worker.start()
    inside.wait(60)
    try:
        assert take("~,a,accepted,2024-11-05 10:00")[0] == 7
    finally:
        done.set()
        worker.join()
