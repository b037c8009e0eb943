"""What was known before a day began? The one place where events are cut in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw

Frame = nw.LazyFrame[Any]
"""Rows that an engine has not computed yet: the one type that definitions speak of."""

RESOLVED_FIRST = ("complaint", "enquiry")
"""Kinds of interaction whose satisfaction is asked once they are resolved, and so is not known before."""

DAY = 86_400_000_000
HOUR = 3_600_000_000
"""Microseconds. Every engine compares moments as whole microseconds since 1970 (columns `..._us`), so none of them
needs to agree with another about time zones, intervals or the precision of its clock."""

_EPOCH = date(1970, 1, 1)


def day_start(day: date, *, time_zone: str) -> datetime:
    """The moment, in UTC, at which `day` begins in the business time zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def day_number(day: date) -> int:
    """Days from 1 January 1970 to `day`."""
    return (day - _EPOCH).days


def micros(moment: datetime) -> int:
    """Microseconds from the beginning of 1970 (UTC) to `moment`."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


Shifts = tuple[tuple[int, int], ...]
"""`(from_us, shift_us)`: from that moment on, local clocks are so far ahead of UTC; the first holds before it too."""


@cache
def zone_shifts(time_zone: str, *, first: date, last: date) -> Shifts:
    """How far the clocks of `time_zone` are ahead of UTC from `first` to `last`, change by change."""
    zone = ZoneInfo(time_zone)
    start, epoch = datetime.combine(first, time(0), tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(days=number - 2) for number in range((last - first).days + 5)]
    ahead = [_ahead(moment, zone) for moment in moments]
    found = [(micros(moments[0]), ahead[0])]
    for place in range(1, len(moments)):
        if ahead[place] != ahead[place - 1]:
            found.append(_change(micros(moments[place - 1]), micros(moments[place]), zone, epoch))
    return tuple(found)


def _ahead(moment: datetime, zone: ZoneInfo) -> int:
    return (moment.astimezone(zone).utcoffset() or timedelta(0)) // timedelta(microseconds=1)


def _change(before: int, after: int, zone: ZoneInfo, epoch: datetime) -> tuple[int, int]:
    """The change of the clocks within a day, found by halving; of two in one day their sum, at one of them."""

    def ahead(at: int) -> int:
        return _ahead(epoch + timedelta(microseconds=at), zone)

    while after - before > 1_000_000:
        middle = (before + after) // 2 // 1_000_000 * 1_000_000
        before, after = (middle, after) if ahead(middle) == ahead(before) else (before, middle)
    return after, ahead(after)


def local_micros(moment_us: nw.Expr, shifts: Shifts) -> nw.Expr:
    """The clocks' reading of a moment: microseconds since the local beginning of 1970."""
    ahead: nw.Expr = nw.lit(shifts[0][1])
    for start, shift in shifts[1:]:
        ahead = nw.when(moment_us >= start).then(nw.lit(shift)).otherwise(ahead)
    return moment_us + ahead


def local_day(moment_us: nw.Expr, shifts: Shifts) -> nw.Expr:
    """The business day on which a moment falls, as the number of days since 1970."""
    return local_micros(moment_us, shifts) // DAY


def weekday(day: nw.Expr) -> nw.Expr:
    """The weekday of a day number: 1 for Monday to 7 for Sunday."""
    return (day + 3) % 7 + 1


def day_of_month(day: nw.Expr) -> nw.Expr:
    """The day of the month (1 to 31) of a day number, in whole numbers only, so that every engine agrees.

    Years begin in March, so that a leap day is the last of its year and century. Each step is used once: engines that
    speak SQL write an expression out wherever it is used. Cassio Neri and Lorenz Schneider, "Euclidean affine
    functions and their application to calendar algorithms", Software: Practice and Experience 53 (2023).
    """
    of_century = (4 * (day + 719_468) + 3) % 146_097 // 4
    of_year = (4 * of_century + 3) % 1461 // 4
    return (5 * of_year + 2) % 153 // 5 + 1


def calendar_facts(rows: Frame) -> Frame:
    """Adds what the calendar says of `day`: weekday, day of the month, whether it is one of the month's last seven."""
    day = nw.col("day")
    return rows.with_columns(
        weekday=weekday(day), day_of_month=day_of_month(day), is_month_end=day_of_month(day + 7) <= 7
    )


def known_before(events: Frame, *, as_of: date, time_zone: str, shifts: Shifts) -> Frame:
    """Events that happened and were recorded before `as_of` began, with their age.

    Adds `day`, the business day of the event as a number of days since 1970, `hour`, the hour on the business's
    clocks, and `age_days`, whole days from that day to `as_of`: 1 for yesterday, so that the window
    `[as_of - n days, as_of)` is `age_days <= n` whatever the clocks did in between. State that was filled in later
    (`resolved_at`, `reviewed_at`, a complaint's `satisfaction`; of a subscription `ended_at` and `cancelled_at`) is
    null when that was at or after `as_of`.
    """
    start = micros(day_start(as_of, time_zone=time_zone))
    known = _without_later_state(events.filter(is_known_before(start)), start)
    local = local_micros(nw.col("occurred_us"), shifts)
    known = known.with_columns(day=local // DAY, hour=local % DAY // HOUR)
    return known.with_columns(age_days=day_number(as_of) - nw.col("day"))


def is_known_before(start: int) -> nw.Expr:
    """Whether an event had happened and been recorded before a moment: the cut of every snapshot."""
    return (nw.col("occurred_us") < start) & _recorded_before(start)


def _recorded_before(start: int) -> nw.Expr:
    """No `recorded_at` means recorded as it happened, and the cut of `occurred_at` is enough."""
    return nw.col("recorded_us").is_null() | (nw.col("recorded_us") < start)


def _without_later_state(events: Frame, start: int) -> Frame:
    there = events.collect_schema().names()
    state = [name for name in ("resolved", "reviewed", "ended", "cancelled") if f"{name}_at" in there]
    later = [f"{name}_{kind}" for name in state for kind in ("at", "us")]
    kept = [nw.when(nw.col(f"{name[:-3]}_us") < start).then(nw.col(name)).alias(name) for name in later]
    known = events.with_columns(kept) if kept else events
    if "satisfaction" not in there:
        return known
    unasked = nw.col("kind").is_in(RESOLVED_FIRST) & nw.col("resolved_us").is_null()
    return known.with_columns(satisfaction=nw.when(~unasked).then(nw.col("satisfaction")))


def happened_within(
    events: Frame, *, start_on: date, days: int, known_by: date, time_zone: str, shifts: Shifts
) -> Frame:
    """Events of the label window `[start_on, start_on + days)` that were recorded before `known_by` began.

    Adds `day`, the business day of the event. The one place where labels are cut in time.
    """
    first = micros(day_start(start_on, time_zone=time_zone))
    end = micros(day_start(start_on + timedelta(days=days), time_zone=time_zone))
    known = micros(day_start(known_by, time_zone=time_zone))
    inside = events.filter(nw.col("occurred_us") >= first, nw.col("occurred_us") < end, _recorded_before(known))
    local = local_micros(nw.col("occurred_us"), shifts)
    return inside.with_columns(day=local // DAY, hour=local % DAY // HOUR)
