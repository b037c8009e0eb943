"""Does a company's table of subscriptions reach the scored list, night after night, whichever way it keeps them?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from small_shop import Churn
from subscription_shop import subscription_business

from data_contracts import ContractBroken
from features import open_lake, snapshot
from pipelines._ingest import Arrival, ingest, read_and_check
from pipelines._settings import Settings, load_settings

AS_OF = date(2025, 6, 2)


def write(folder: Path, tables: dict[str, pl.DataFrame], *, until: date) -> None:
    """The tables as the company exports them on a day: what happens later is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    later = ("ended_at", "cancelled_at")
    for name, rows in tables.items():
        known = rows.filter(pl.col("occurred_at") < until)
        there = [pl.when(pl.col(state) < until).then(state).alias(state) for state in later if state in known.columns]
        known.with_columns(there).write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")


def night(settings: Settings, as_of: date) -> dict[str, Arrival]:
    """What arrives on a night, by table."""
    arrivals = ingest(settings, read_and_check(settings, as_of=as_of), as_of=as_of)
    return {arrival.table: arrival for arrival in arrivals}


def settings_in(folder: Path, more: str = "") -> Settings:
    file = folder / "company.toml"
    file.write_text(f'[source]\nname = "folder"\npath = "exports"\n{more}', encoding="utf-8")
    return load_settings(file, environment={}, overrides={"home": folder / "home"})


def test_each_renewal_is_a_new_row_and_an_ended_term_a_changed_one(tmp_path: Path) -> None:
    tables, settings = subscription_business(customers=300), settings_in(tmp_path)
    write(tmp_path / "exports", tables, until=AS_OF)
    first = night(settings, AS_OF)["subscriptions"]
    assert (first.new, first.changed, first.set_aside) == (first.read, 0, 0)
    again = night(settings, AS_OF)["subscriptions"]
    assert (again.new, again.changed) == (0, 0)
    write(tmp_path / "exports", tables, until=AS_OF + timedelta(days=30))
    month = night(settings, AS_OF + timedelta(days=30))["subscriptions"]
    assert month.new == month.read - first.read > 10
    assert month.changed > 0


MOVING = """
[tables.subscriptions]
file = "contracts.csv"
"""
DERIVED = """
[tables.subscriptions.derive]
occurred_at = "CAST(renews_at AS TIMESTAMP) - INTERVAL 30 DAY"
"""


def contracts_of(tables: dict[str, pl.DataFrame], *, on: date) -> pl.DataFrame:
    """One row per subscription as it stands on a day: when it began, and when it renews next."""
    terms = tables["subscriptions"].filter(pl.col("occurred_at") < on).sort("occurred_at")
    began = pl.col("occurred_at").first()
    columns = {"subscription_id": pl.col("subscription_id").last(), "renews_at": pl.col("renews_at").last()}
    return terms.group_by("customer_id", maintain_order=True).agg(occurred_at=began, started_at=began, **columns)


def arrive(folder: Path, tables: dict[str, pl.DataFrame], settings: Settings, *, on: date) -> Arrival:
    write(folder / "exports", {"transactions": tables["transactions"]}, until=on)
    file = folder / "exports" / "contracts.csv"
    contracts_of(tables, on=on).write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
    return night(settings, on)["subscriptions"]


def test_rows_whose_renewal_date_moves_are_refused_with_what_to_do(tmp_path: Path) -> None:
    tables, settings = subscription_business(customers=80), settings_in(tmp_path, MOVING)
    arrive(tmp_path, tables, settings, on=AS_OF)
    before = open_lake(settings.home).versions
    with pytest.raises(ContractBroken, match=r"a row is no term: of \d+ terms that were over, \d+ came again") as told:
        arrive(tmp_path, tables, settings, on=AS_OF + timedelta(days=31))
    assert "INTERVAL 1 MONTH" in str(told.value)
    assert open_lake(settings.home).versions == before


def test_with_the_beginning_of_the_present_term_each_renewal_is_a_term_that_old_days_do_not_know(
    tmp_path: Path,
) -> None:
    tables, settings = subscription_business(customers=80), settings_in(tmp_path, MOVING + DERIVED)
    first = arrive(tmp_path, tables, settings, on=AS_OF)
    known = snapshot(settings.home, as_of=AS_OF)
    later = arrive(tmp_path, tables, settings, on=AS_OF + timedelta(days=31))
    assert (first.new, later.new > 10, later.changed) == (first.read, True, 0)
    assert snapshot(settings.home, as_of=AS_OF).equals(known)
    renewed = snapshot(settings.home, as_of=AS_OF + timedelta(days=31))
    assert renewed["renewal_count_ever"].sum() > known["renewal_count_ever"].sum()


@pytest.mark.slow
def test_a_night_asks_subscribers_whether_they_will_stay_and_those_who_announced_to_leave_not(
    churn: Churn, tmp_path: Path
) -> None:
    tables = subscription_business(customers=150)
    write(tmp_path / "exports", tables, until=AS_OF)
    ended = churn("nightly", "--source", tmp_path / "exports", "--as-of", AS_OF, "--home", tmp_path / "home")
    assert ended.code == 0, ended.err
    scores = pl.read_parquet(tmp_path / "home" / "lists" / f"as_of={AS_OF}" / "scores.parquet")
    terms = tables["subscriptions"].filter(pl.col("occurred_at") < AS_OF).sort("occurred_at")
    last = terms.group_by("customer_id").agg(pl.all().last())
    over = pl.min_horizontal("renews_at", "ended_at") < AS_OF
    told = (pl.col("cancelled_at") < AS_OF).fill_null(False)
    asked = set(last.filter(~over & ~told)["customer_id"])
    found = set(scores.filter(pl.col("contract_churn_probability").is_not_null())["customer_id"])
    assert found == asked & set(scores["customer_id"])
    assert 0 < len(found) < scores.height
    leaving = set(last.filter(~over & told)["customer_id"]) & set(scores["customer_id"])
    assert set(scores.filter("has_announced_leaving")["customer_id"]) == leaving != set()


@pytest.mark.slow
def test_a_night_that_would_learn_from_what_gives_the_answer_away_ends_before_anything_is_published(
    churn: Churn, tmp_path: Path
) -> None:
    tables, day = subscription_business(), AS_OF
    settings_in(tmp_path, MOVING)
    write(tmp_path / "exports", {"transactions": tables["transactions"]}, until=day)
    file = tmp_path / "exports" / "contracts.csv"
    contracts_of(tables, on=day).write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
    asked = ("--settings", tmp_path / "company.toml", "--as-of", day, "--home", tmp_path / "home")
    stopped = churn("nightly", *asked)
    assert stopped.code == 5, stopped.err
    assert "next_renewal_days (from subscriptions)" in stopped.err
    assert "trusted_features" in stopped.err
    assert not (tmp_path / "home" / "lists").exists()
