"""When does a day begin, what was known before it, and what lies in a label window?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from features import day_start, event_rows, interactions
from features._makers import future_lines
from features._time import calendar_facts, day_number, local_day, micros, zone_shifts
from tests.features.tables import AS_OF, Row, frame, tables, transaction_rows

ZONES = ("UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Africa/Cairo", "Asia/Kolkata", "America/Havana")
CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 24),
    date(2026, 10, 25),
    date(2026, 10, 29),
    date(2026, 11, 1),
)
"""Days on which clocks change in one of the zones."""


@pytest.mark.parametrize("time_zone", ZONES)
def test_a_day_begins_at_its_first_moment_and_not_a_moment_before(time_zone: str) -> None:
    for day in (day + timedelta(days=more) for day in CHANGES for more in (-1, 0, 1)):
        start = day_start(day, time_zone=time_zone)
        moments = pl.LazyFrame({"at": [start - timedelta(microseconds=1), start]})
        shifts = zone_shifts(time_zone, first=day - timedelta(days=400), last=day)
        numbers = nw.from_native(moments).select(us=nw.col("at").dt.timestamp("us"))
        made = numbers.select(on=local_day(nw.col("us"), shifts)).to_native().collect()
        assert made["on"].to_list() == [day_number(day) - 1, day_number(day)]


@pytest.mark.parametrize(
    ("day", "time_zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/London", 23),
        (date(2026, 10, 25), "Europe/London", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 3, 29), "Asia/Shanghai", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, time_zone: str, hours: int) -> None:
    start, end = (day_start(day + timedelta(days=more), time_zone=time_zone) for more in (0, 1))
    assert end - start == timedelta(hours=hours)
    assert start.tzinfo is UTC
    assert start.astimezone(ZoneInfo(time_zone)).date() == day


def known(*said: Row) -> list[dict[str, Any]]:
    made: pl.LazyFrame = event_rows(interactions, tables(said=said), as_of=AS_OF, time_zone="UTC").to_native()
    return made.collect().to_dicts()


def test_a_later_resolution_and_review_are_unknown_and_an_earlier_one_is_known() -> None:
    (row,) = known(("anna", 9, "complaint", {"resolved_at": "2026-03-09 23:59", "reviewed_at": "2026-03-10 00:00"}))
    assert row["resolved_at"] == datetime(2026, 3, 9, 23, 59, tzinfo=UTC)
    assert row["reviewed_at"] is None


def test_unknown_state_hides_no_event() -> None:
    rows = known(("anna", 9, "complaint", {"resolved_at": None, "reviewed_at": None, "satisfaction": 2.0}))
    assert [(row["resolved_at"], row["satisfaction"]) for row in rows] == [(None, None)]


def labelled(*bought: Row, days: int = 28, known_by: date = date(2026, 6, 1), time_zone: str = "UTC") -> list[str]:
    lines = {"transactions": frame("transactions", transaction_rows(bought))}
    inside = future_lines(lines, start_on=AS_OF, days=days, known_by=known_by, time_zone=time_zone)
    made: pl.LazyFrame = inside.to_native()
    return made.collect()["customer_id"].to_list()


def test_the_label_window_begins_with_the_as_of_date_and_ends_before_its_last_midnight() -> None:
    assert labelled(
        ("before", "2026-03-09 23:59:59.999999", 1.0),
        ("first", "2026-03-10 00:00", 1.0),
        ("last", "2026-04-06 23:59:59.999999", 1.0),
        ("after", "2026-04-07 00:00", 1.0),
    ) == ["first", "last"]


def test_the_label_window_lies_between_midnights_of_the_business_time_zone() -> None:
    # In New York 10 March begins at 04:00 UTC, and so does 7 April.
    assert labelled(
        ("before", "2026-03-10 03:59", 1.0),
        ("first", "2026-03-10 04:00", 1.0),
        ("last", "2026-04-07 03:59", 1.0),
        ("after", "2026-04-07 04:00", 1.0),
        time_zone="America/New_York",
    ) == ["first", "last"]


def test_a_label_event_counts_once_it_is_recorded() -> None:
    assert labelled(
        ("in time", 0, 1.0, {"recorded_at": "2026-05-31 23:59"}),
        ("late", 0, 1.0, {"recorded_at": "2026-06-01 00:00"}),
        ("as it happened", 0, 1.0, {"recorded_at": None}),
    ) == ["in time", "as it happened"]


def test_no_moment_is_both_a_feature_and_a_label() -> None:
    moments = [day_start(AS_OF, time_zone="Europe/London") + timedelta(microseconds=n) for n in (-1, 0, 1)]
    rows: list[Row] = [(str(place), moment, 1.0) for place, moment in enumerate(moments)]
    future = labelled(*rows, time_zone="Europe/London")
    said: list[Row] = [(str(place), moment, "visit") for place, moment in enumerate(moments)]
    made = event_rows(interactions, tables(said=said), as_of=AS_OF, time_zone="Europe/London").to_native().collect()
    assert (made["customer_id"].to_list(), future) == (["0"], ["1", "2"])


@pytest.mark.parametrize(
    "time_zone", [*ZONES, "Pacific/Apia", "Australia/Lord_Howe", "America/Caracas", "Africa/Casablanca"]
)
def test_the_shifts_of_a_zone_read_every_hour_of_ten_years_as_its_clocks_do(time_zone: str) -> None:
    first = datetime(2005, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=number) for number in range(10 * 365 * 24)]
    shifts = zone_shifts(time_zone, first=first.date(), last=hours[-1].date())
    moments = np.array([micros(hour) for hour in hours])
    ahead = np.array([shift for _, shift in shifts])[
        np.searchsorted([start for start, _ in shifts[1:]], moments, side="right")
    ]
    zone = ZoneInfo(time_zone)
    expected = [(hour.astimezone(zone).utcoffset() or timedelta(0)) // timedelta(microseconds=1) for hour in hours]
    assert (ahead == expected).all()


def test_the_calendar_of_day_numbers_is_that_of_the_world() -> None:
    days = [date(1890, 1, 1) + timedelta(days=number) for number in range(60_000)]
    made = calendar_facts(nw.from_native(pl.LazyFrame({"day": [day_number(day) for day in days]})))
    found: pl.DataFrame = made.to_native().collect()
    assert found["weekday"].to_list() == [day.isoweekday() for day in days]
    assert found["day_of_month"].to_list() == [day.day for day in days]
    assert found["is_month_end"].to_list() == [(day + timedelta(days=7)).month != day.month for day in days]
