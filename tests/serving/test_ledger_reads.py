"""Does a night read of a long history only what it needs?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import ARMS, FIRST, NOVEMBER, SECOND, assigned, campaign, outcome, receipt, record
from sqlalchemy import ColumnElement, Select

from serving import Ledger


class Reading(Ledger):
    """A ledger that counts the rows that it reads from its tables."""

    row_count = 0

    def _fetched(self, query: Select[tuple[Any, ...]], *where: ColumnElement[bool], by: Sequence[str]) -> pl.DataFrame:
        found = super()._fetched(query, *where, by=by)
        self.row_count += found.height
        return found


YEARS = (2023, 2024, 2025, 2026)


@pytest.fixture
def long(ledger_url: str | None, tmp_path: Path) -> Reading:
    """Four Novembers of thirty customers each, ten of whom are held out."""
    ledger = Reading(ledger_url, tmp_path)
    for year in YEARS:
        name, day = f"retention_offer-{year}-11", FIRST.replace(year=year)
        arms = {f"{year}-{n:02}": "held_out" if n < 10 else "treated" for n in range(30)}
        period = {"starts_on": day.replace(day=1), "ends_on": day.replace(month=12, day=1)}
        record(ledger, day, assigned(arms, campaign=name), campaigns=[campaign(name, **period)])
    return ledger


def test_whom_to_leave_alone_is_asked_of_a_year_and_of_campaigns_that_run(long: Reading) -> None:
    recent = long.approached(before=SECOND, since=SECOND - timedelta(days=364))
    assert set(recent["customer_id"].str.slice(0, 4)) == {"2026"}
    assert recent.group_by("arm", "is_running").len().sort("arm").rows() == [
        ("held_out", True, 10),
        ("treated", False, 20),
    ]
    assert long.row_count == 30
    assert long.contacted(before=SECOND, since=FIRST).height == 20
    assert long.row_count == 50


def test_who_is_held_out_of_a_campaign_that_runs_is_known_however_long_ago_it_was(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS, campaigns=[campaign(ends_on=date(2028, 12, 1))])
    later = date(2028, 11, 30)
    since = later - timedelta(days=364)
    assert ledger.approached(before=later, since=since).rows() == [("c", FIRST, "held_out", True)]
    assert ledger.approached(before=date(2028, 12, 1), since=since).is_empty()
    assert ledger.approached(before=FIRST, since=date(2026, 1, 1)).is_empty()


def test_how_many_were_held_out_is_counted_where_the_rows_are(long: Reading) -> None:
    assert long.held_out_counts() == {"retention_offer": 40}
    assert long.held_out_counts(before=FIRST) == {"retention_offer": 30}
    assert long.held_out_counts(before=date(2023, 1, 1)) == {}
    assert long.row_count == 2


def test_contacts_of_some_campaigns_are_read_alone(long: Reading) -> None:
    every = long.contacted()
    long.row_count = 0
    assert long.contacted(campaigns=[NOVEMBER]).equals(every.filter(campaign=NOVEMBER))
    assert long.contacted(campaigns=[]).is_empty()
    assert long.row_count == 20


def test_contacts_since_a_day_are_those_of_all_that_happened_from_then_on(long: Reading) -> None:
    told = [receipt("2026-20", "reached", 9), receipt("2026-20", "accepted", 12), receipt("2026-21", "refused", 5)]
    long.take_receipts(pl.DataFrame(told))
    every = long.contacted()
    for day in (FIRST, date(2026, 11, 6), date(2026, 11, 9), date(2026, 11, 10)):
        assert long.contacted(since=day).equals(every.filter(pl.col("contacted_on") >= day))


def test_a_night_is_measured_once_nothing_of_it_is_open(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    later = FIRST + timedelta(days=7)
    record(ledger, later, {"d": "treated"})
    measured = {who: [outcome(who)] for who in ARMS}
    ledger.record_outcomes(pl.DataFrame([*measured["a"], *measured["c"]]), as_of=date(2026, 11, 20))
    over = date(2026, 12, 1)
    assert ledger.measured_nights("retention_offer", before=over).is_empty()
    ledger.record_outcomes(pl.DataFrame([*measured["a"], *measured["b"]]), as_of=date(2026, 11, 29))
    assert ledger.measured_nights("retention_offer", before=over).rows() == [(NOVEMBER, FIRST)]
    assert ledger.measured_nights("retention_offer", before=date(2026, 11, 29)).is_empty()
    assert ledger.measured_nights("upsell", before=over).is_empty()
