"""Does the report hold old scores against what was known, and only then?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features import Lake
from pipelines._reporting import matured
from pipelines._settings import Settings
from serving import list_folder
from tests.features.tables import AS_OF, Row, tables

HORIZON_DAYS = 28
BOUGHT: list[Row] = [
    *(("anna", 60, 10.0), ("ben", 60, 10.0), ("cara", 60, 10.0)),
    ("anna", 20, 10.0),
    ("ben", 20, 10.0, {"recorded_at": "2026-03-10 00:00"}),
    ("dora", 1, 10.0),
]
"""From 30 days before the as-of date on, anna bought again; that ben did was recorded too late to be known."""


def lake_of(bought: list[Row] = BOUGHT) -> Lake:
    return Lake(tables=tables(bought), versions={"transactions": 0})


def settings_in(home: Path) -> Settings:
    return Settings(home=home, time_zone="UTC", churn={"horizon_days": HORIZON_DAYS})


def publish_scores(home: Path, day: date, scores: Mapping[str, float | None]) -> None:
    """Puts down what is read of a published night."""
    folder = list_folder(home, day)
    folder.mkdir(parents=True)
    table = pl.DataFrame({"customer_id": list(scores), "churn_probability": list(scores.values())})
    table.write_parquet(folder / "scores.parquet")
    table.write_parquet(folder / "decisions.parquet")


def test_old_scores_are_held_against_what_was_known_before_the_night(tmp_path: Path) -> None:
    publish_scores(tmp_path, AS_OF - timedelta(days=30), {"anna": 0.2, "ben": 0.3, "cara": 0.9, "eve": None})
    made = matured(settings_in(tmp_path), lake_of(), as_of=AS_OF)
    assert made is not None
    assert (made.as_of, made.horizon_days) == (AS_OF - timedelta(days=30), HORIZON_DAYS)
    assert made.rows.rows() == [(0.2, False), (0.3, True), (0.9, True)]


def test_the_latest_night_whose_horizon_is_over_is_taken(tmp_path: Path) -> None:
    for days in (27, 28, 29, 40):
        publish_scores(tmp_path, AS_OF - timedelta(days=days), {"anna": 0.2})
    made = matured(settings_in(tmp_path), lake_of(), as_of=AS_OF)
    assert made is not None
    assert made.as_of == AS_OF - timedelta(days=28)


@pytest.mark.parametrize("last_day", [1, 5])
def test_days_without_data_make_no_horizon_over(last_day: int, tmp_path: Path) -> None:
    for days in (28, 31, 32, 40):
        publish_scores(tmp_path, AS_OF - timedelta(days=days), {"anna": 0.2})
    bought: list[Row] = [*BOUGHT[:-1], ("dora", 6, 10.0), ("dora", last_day, 10.0)]
    made = matured(settings_in(tmp_path), lake_of(bought), as_of=AS_OF)
    assert made is not None
    assert made.as_of == AS_OF - timedelta(days=28 if last_day == 1 else 32)


def test_where_no_night_is_old_enough_nothing_is_held_against_it(tmp_path: Path) -> None:
    publish_scores(tmp_path, AS_OF - timedelta(days=27), {"anna": 0.2})
    assert matured(settings_in(tmp_path), lake_of(), as_of=AS_OF) is None
