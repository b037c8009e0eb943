"""What was known before a day began? The one place where features are cut in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw

Frame = nw.LazyFrame[Any]
"""Rows that an engine has not computed yet: the one type that definitions speak of."""

RESOLVED_FIRST = ("complaint", "enquiry")
"""Kinds of interaction whose satisfaction is asked once they are resolved, and so is not known before."""


def day_start(day: date, *, time_zone: str) -> datetime:
    """The moment, in UTC, at which `day` begins in the business time zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def local_day(moment: nw.Expr, *, time_zone: str) -> nw.Expr:
    """The business day (a date) on which a moment stored in UTC falls."""
    return moment.dt.convert_time_zone(time_zone).dt.date()


def known_before(events: Frame, *, as_of: date, time_zone: str) -> Frame:
    """Events that happened and were recorded before `as_of` began, with their age.

    Adds `local_on`, the business day of the event, and `age_days`, whole days from that day to `as_of`: 1 for
    yesterday, so that the window `[as_of - n days, as_of)` is `age_days <= n` whatever the clocks did in between.
    State that was filled in later (`resolved_at`, `reviewed_at`, a complaint's `satisfaction`) is null when that was
    at or after `as_of`.
    """
    start = nw.lit(day_start(as_of, time_zone=time_zone))
    known = _without_later_state(events.filter(nw.col("occurred_at") < start, _recorded_before(start)), start)
    known = known.with_columns(local_on=local_day(nw.col("occurred_at"), time_zone=time_zone))
    return known.with_columns(age_days=(nw.lit(as_of) - nw.col("local_on")).dt.total_minutes() // (24 * 60))


def _recorded_before(start: nw.Expr) -> nw.Expr:
    """No `recorded_at` means recorded as it happened, and the cut of `occurred_at` is enough."""
    return nw.col("recorded_at").is_null() | (nw.col("recorded_at") < start)


def _without_later_state(events: Frame, start: nw.Expr) -> Frame:
    there = events.collect_schema().names()
    later = [name for name in ("resolved_at", "reviewed_at") if name in there]
    known = events.with_columns(nw.when(nw.col(name) < start).then(nw.col(name)).alias(name) for name in later)
    if "satisfaction" not in there:
        return known
    unasked = nw.col("kind").is_in(RESOLVED_FIRST) & nw.col("resolved_at").is_null()
    return known.with_columns(satisfaction=nw.when(~unasked).then(nw.col("satisfaction")))


def happened_within(events: Frame, *, start_on: date, days: int, known_by: date, time_zone: str) -> Frame:
    """Events of the label window `[start_on, start_on + days)` that were recorded before `known_by` began.

    Adds `local_on`, the business day of the event. The one place where labels are cut in time.
    """
    first = nw.lit(day_start(start_on, time_zone=time_zone))
    end = nw.lit(day_start(start_on + timedelta(days=days), time_zone=time_zone))
    known = nw.lit(day_start(known_by, time_zone=time_zone))
    inside = events.filter(nw.col("occurred_at") >= first, nw.col("occurred_at") < end, _recorded_before(known))
    return inside.with_columns(local_on=local_day(nw.col("occurred_at"), time_zone=time_zone))
