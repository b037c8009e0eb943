"""Does `churn backtest` over several dates write a report that holds together?"""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from small_shop import Churn

DATES = ("--as-of", "2024-05-17", "--as-of", "2024-06-14")


@pytest.mark.slow
def test_several_dates_make_a_report_with_a_picture_and_the_predictions(churn: Churn, night: Path, shop: Path) -> None:
    ended = churn("backtest", "--source", shop, "--home", night, *DATES, "--question", "churn")
    assert ended.code == 0, ended.err
    assert "churn: mean over 2 dates, 2024-05-17 to 2024-06-14" in ended.out
    folder = night / "accuracy"
    report = (folder / "accuracy.md").read_text(encoding="utf-8")
    for words in (
        "## churn",
        "Mean over 2 as-of dates",
        "| the model |",
        "| MBG/NBD |",
        "| VIP |",
        "![churn on 2",
        "served",
    ):
        assert words in report
    assert all(line.count("[") == 4 for line in report.splitlines() if line.startswith("| small |"))
    assert (folder / "churn.png").read_bytes().startswith(b"\x89PNG")
    kept = pl.read_parquet(folder / "churn.parquet")
    assert kept["as_of"].n_unique() == 2
    assert kept["model"].is_between(0, 1).all()


def test_dates_are_chosen_where_none_is_given(churn: Churn, night: Path, shop: Path, tmp_path: Path) -> None:
    asked = ("--question", "churn", "--number", "2", "--output", tmp_path / "report")
    ended = churn("backtest", "--source", shop, "--home", night, *asked)
    assert ended.code == 0, ended.err
    assert "mean over 2 dates" in ended.out
    assert (tmp_path / "report" / "accuracy.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--question", "chrun"), 2, "no question is called 'chrun'. Did you mean 'churn'?"),
        (("--as-of", "2024-07-01", "--question", "churn"), 4, "churn is not known yet"),
        (("--as-of", "2023-01-01", "--question", "churn"), 4, "nobody is asked about churn on 2023-01-01"),
        (("--number", "0"), 2, "0 is not in the range"),
    ],
)
def test_what_cannot_be_looked_back_on_is_said(
    arguments: tuple[str, ...], code: int, told: str, churn: Churn, night: Path, shop: Path
) -> None:
    ended = churn("backtest", "--source", shop, "--home", night, *arguments)
    assert ended.code == code
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.slow
def test_an_empty_home_is_filled_first_when_dates_are_given_and_said_when_not(
    churn: Churn, night: Path, shop: Path
) -> None:
    shutil.rmtree(night)
    ended = churn("backtest", "--source", shop, "--home", night, "--number", "2")
    assert ended.code == 2
    assert "nothing has been brought into" in ended.err
    ended = churn("backtest", "--source", shop, "--home", night, *DATES, "--question", "churn")
    assert ended.code == 0, ended.err


def test_a_date_whose_future_is_not_known_is_refused_before_anything_is_learned_or_published(
    churn: Churn, shop: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ended = churn("backtest", "--source", shop, "--as-of", "2024-07-10", "--home", home)
    assert ended.code == 4
    assert "only what was known before 2024-07-19 may be used" in ended.err
    assert not (home / "lists").exists()
    assert not (home / "mlflow.db").exists()
