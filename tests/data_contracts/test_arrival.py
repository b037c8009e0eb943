"""Is a table refused when it is stale, thin or mostly bad, and only then?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from data_contracts import contracts
from data_contracts._arrival import bad_share_problem, freshness_problem, volume_problem

TRANSACTIONS = contracts()["transactions"]
INTERACTIONS = contracts()["interactions"]
AS_OF = date(2026, 3, 1)
DAY = timedelta(days=1)


def events(*moments: datetime, recorded: datetime | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({"occurred_at": list(moments)}, schema={"occurred_at": pl.Datetime("us", "UTC")})
    return frame.with_columns(recorded_at=pl.lit(recorded, dtype=pl.Datetime("us", "UTC")))


def daily(count: int, *, days: int, last_week: int | None = None) -> pl.DataFrame:
    """So many events on each of the days before the as-of date, and on those of the last week."""
    last = datetime(2026, 2, 28, 12, tzinfo=UTC)
    moments = []
    for ago in range(days):
        moments += [last - ago * DAY] * (last_week if last_week is not None and ago < 7 else count)
    return events(*moments)


def stale(rows: pl.DataFrame, *, days: int = 14, zone: str = "UTC") -> str | None:
    return freshness_problem(replace(TRANSACTIONS, freshness_days=days), rows, as_of=AS_OF, time_zone=zone)


def thin(rows: pl.DataFrame, *, share: float | None = 0.1, min_rows: int = 1) -> str | None:
    contract = replace(TRANSACTIONS, min_week_share=share, min_rows=min_rows)
    return volume_problem(contract, rows, as_of=AS_OF, time_zone="UTC")


def test_a_stale_table_is_named_with_its_latest_day_the_bound_and_the_setting() -> None:
    problem = stale(events(datetime(2026, 2, 10, tzinfo=UTC)))
    assert problem == (
        "the latest event before the as-of date 2026-03-01 is of 2026-02-10, 19 days old; at most 14 are allowed. "
        "Check that the export still runs, or raise [contracts.transactions] freshness_days in churn.toml."
    )


def test_the_freshness_bound_is_a_whole_local_day() -> None:
    first_moment = datetime(2026, 2, 15, tzinfo=UTC)
    assert stale(events(first_moment)) is None
    assert stale(events(first_moment - timedelta(seconds=1))) is not None
    # In Shanghai that day began eight hours earlier.
    assert stale(events(first_moment - timedelta(hours=8)), zone="Asia/Shanghai") is None
    assert stale(events(first_moment - timedelta(hours=8, seconds=1)), zone="Asia/Shanghai") is not None


def test_events_at_or_after_the_as_of_date_do_not_make_a_table_fresh() -> None:
    old, midnight = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert "is of 2026-01-01" in (stale(events(old, midnight)) or "")
    assert stale(events(old, midnight - timedelta(seconds=1))) is None
    # At 16:00 UTC on the day before, the as-of date has begun in Shanghai.
    assert stale(events(old, midnight - timedelta(hours=8)), zone="Asia/Shanghai") is not None


def test_an_event_that_nobody_knew_of_yet_does_not_make_a_table_fresh() -> None:
    rows = events(datetime(2026, 2, 27, tzinfo=UTC), recorded=datetime(2026, 3, 5, tzinfo=UTC))
    assert (
        stale(rows)
        == "no row was known before the as-of date 2026-03-01; they begin on 2026-02-27. Choose a later date."
    )


def test_a_contract_without_a_bound_asks_for_no_freshness() -> None:
    ancient = events(datetime(2001, 1, 1, tzinfo=UTC))
    contract = replace(TRANSACTIONS, freshness_days=None)
    assert freshness_problem(contract, ancient, as_of=AS_OF, time_zone="UTC") is None


def test_an_empty_optional_table_is_neither_stale_nor_thin() -> None:
    contract = replace(INTERACTIONS, freshness_days=1, min_rows=10)
    assert freshness_problem(contract, events(), as_of=AS_OF, time_zone="UTC") is None
    assert volume_problem(contract, events(), as_of=AS_OF, time_zone="UTC") is None
    assert volume_problem(contract, daily(1, days=3), as_of=AS_OF, time_zone="UTC") is not None


def test_fewer_rows_than_promised_are_a_problem() -> None:
    assert thin(daily(1, days=3), min_rows=3) is None
    assert (thin(daily(1, days=3), min_rows=4) or "").startswith("row count 3 is below the 4 promised.")


def test_a_last_week_far_below_the_weeks_before_is_a_problem() -> None:
    problem = thin(daily(20, days=70, last_week=1))
    assert problem is not None
    assert problem.startswith("the last 7 days hold 7 rows, the weeks before 140 (median of 8); at least 10%")
    assert "[contracts.transactions] min_week_share" in problem
    assert thin(daily(20, days=70, last_week=2)) is None
    assert thin(daily(20, days=70, last_week=1), share=None) is None


@pytest.mark.parametrize(("days", "is_problem"), [(35, True), (34, False)])
def test_the_last_week_is_judged_only_against_four_whole_weeks(days: int, is_problem: bool) -> None:
    assert (thin(daily(20, days=days, last_week=1)) is not None) == is_problem


def test_small_tables_are_not_judged_by_the_week() -> None:
    assert thin(daily(15, days=70, last_week=1)) is not None
    assert thin(daily(14, days=70, last_week=1)) is None


def test_rows_after_the_as_of_date_do_not_hide_a_thin_week() -> None:
    future = events(*[datetime(2026, 3, 1, tzinfo=UTC)] * 500)
    assert thin(pl.concat([daily(20, days=70, last_week=1), future])) is not None
    assert thin(pl.concat([daily(20, days=70), future])) is None


def test_too_large_a_share_of_bad_rows_is_a_problem_with_an_example() -> None:
    contract = replace(TRANSACTIONS, max_bad_share=0.05)
    assert bad_share_problem(contract, 5, 100, "x") is None
    assert bad_share_problem(contract, 0, 0, "") is None
    problem = bad_share_problem(contract, 6, 100, "amount: 'abc' is not a number")
    assert problem is not None
    assert problem.startswith("6 of 100 rows (6.0%) break a promise; at most 5.0% may (first: amount: 'abc' is not")
    assert "[contracts.transactions] max_bad_share" in problem
