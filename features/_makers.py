"""How are event tables made from the tables of the contracts? Once, for every engine, cut at the as-of date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals as nw

from features._aggregate import MONEY_DECIMALS, divided, fixed, rounded
from features._engine import Native, rows_of, shifts_of
from features._events import Events, subscription_terms
from features._subscriptions import endings_of, subscription_terms_of
from features._time import (
    Frame,
    Shifts,
    calendar_facts,
    day_number,
    day_start,
    happened_within,
    known_before,
    local_day,
    micros,
)

_MONEY = ("amount", "discount", "quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """From where we look: the as-of date and the business time zone."""

    as_of: date
    time_zone: str


def event_rows(events: Events, tables: Mapping[str, Native], *, as_of: date, time_zone: str) -> Frame:
    """The rows of an event table as known before `as_of` began in `time_zone`.

    `tables` maps contract tables to frames of one engine. Raises KeyError when the table is absent.
    """
    return _MAKERS[events.name](tables, Moment(as_of=as_of, time_zone=time_zone))


def _known(tables: Mapping[str, Native], table: str, moment: Moment) -> Frame:
    rows = rows_of(tables[table], table)
    shifts = shifts_of(rows, time_zone=moment.time_zone, until=moment.as_of)
    return known_before(rows, as_of=moment.as_of, time_zone=moment.time_zone, shifts=shifts)


def _lines(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return with_order_key(_known(tables, "transactions", moment))


def with_order_key(lines_with_day: Frame) -> Frame:
    """Adds `order_key`: the order's own id, or the day where the source names none; numbers in ten-thousandths."""
    day = nw.concat_str(nw.lit("day "), nw.col("day").cast(nw.String))
    return lines_with_day.with_columns(
        *(rounded(nw.col(name), MONEY_DECIMALS).alias(name) for name in _MONEY),
        order_key=nw.when(nw.col("order_id").is_null()).then(day).otherwise(nw.col("order_id")),
    )


def future_lines(tables: Mapping[str, Native], *, start_on: date, days: int, known_by: date, time_zone: str) -> Frame:
    """The lines of the label window `[start_on, start_on + days)` recorded before `known_by` began, with their day."""
    rows = rows_of(tables["transactions"], "transactions")
    shifts = shifts_of(rows, time_zone=time_zone, until=max(known_by, start_on))
    inside = happened_within(rows, start_on=start_on, days=days, known_by=known_by, time_zone=time_zone, shifts=shifts)
    return with_order_key(inside)


def _sum(value: nw.Expr, where: nw.Expr | None = None) -> nw.Expr:
    """A sum of money or pieces, exact to ten-thousandths whatever the order of the rows."""
    whole = fixed(value, MONEY_DECIMALS)
    known = ~value.is_null() if where is None else where & ~value.is_null()
    total = nw.when(known).then(whole).otherwise(nw.lit(0)).sum().cast(nw.Float64)
    return divided(total, by=10**MONEY_DECIMALS)


def _number(where: nw.Expr) -> nw.Expr:
    return nw.when(where).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def receipts_of(lines_with_key: Frame) -> Frame:
    """One row per customer, order and day: net amount, what was paid and returned, pieces, discount, first hour."""
    amount = nw.col("amount")
    return lines_with_key.group_by("customer_id", "order_key", "day").agg(
        nw.col("hour").min(),
        *(_sum(nw.col(name)).alias(name) for name in _MONEY),
        paid=_sum(amount, amount > 0),
        returned=_sum(-amount, amount < 0),
        line_count=nw.len().cast(nw.Int64),
        returned_line_count=_number(amount < 0),
    )


def orders_of(lines_with_key: Frame) -> Frame:
    """One row per customer and order: net amount, pieces, discount, and the day and hour of its first line."""
    made = lines_with_key.group_by("customer_id", "order_key").agg(
        *(_sum(nw.col(name)).alias(name) for name in _MONEY),
        line_count=nw.len().cast(nw.Int64),
        first=(nw.col("day") * 24 + nw.col("hour")).min(),
    )
    return made.with_columns(day=nw.col("first") // 24, hour=nw.col("first") % 24)


def _aged(rows: Frame, moment: Moment) -> Frame:
    return rows.with_columns(age_days=day_number(moment.as_of) - nw.col("day"))


def _receipts(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return _aged(receipts_of(_lines(tables, moment)), moment)


def _orders(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return _aged(orders_of(_lines(tables, moment)), moment)


def _purchases(tables: Mapping[str, Native], moment: Moment) -> Frame:
    bought = _orders(tables, moment).filter(nw.col("amount") > 0)
    day = nw.col("day")
    made = bought.with_columns(
        gap_days=day - day.shift(1).over("customer_id", order_by=["day", "order_key"]),
        is_first_day=day == day.min().over("customer_id"),
        is_last_day=day == day.max().over("customer_id"),
    )
    return purchase_facts(calendar_facts(made))


def purchase_facts(bought: Frame) -> Frame:
    """Adds to purchases what the gap before them says: whether they are the first of their day and of their week."""
    age, gap = nw.col("age_days"), nw.col("gap_days")
    return bought.with_columns(
        is_new_day=gap.is_null() | (gap > 0),
        is_new_week=gap.is_null() | ((age + gap - 1) // 7 != (age - 1) // 7),
    )


def _returns(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return _lines(tables, moment).filter(nw.col("amount") < 0)


def _kinds_of(column: str) -> Callable[[Mapping[str, Native], Moment], Frame]:
    """One row per customer and known value of a column of the lines bought."""

    def make(tables: Mapping[str, Native], moment: Moment) -> Frame:
        bought = _lines(tables, moment).filter(nw.col("amount") > 0, ~nw.col(column).is_null())
        age = nw.col("age_days")
        return bought.group_by("customer_id", column).agg(
            age_days=age.min(), first_age_days=age.max(), line_count=nw.len().cast(nw.Int64)
        )

    return make


def _interactions(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return interactions_of(_known(tables, "interactions", moment))


def interactions_of(made: Frame) -> Frame:
    """Adds to known interactions what other interactions of the same customer say of them."""
    kind, age, occurred = nw.col("kind"), nw.col("age_days"), nw.col("occurred_us")
    responded = nw.when(kind == "campaign_response").then(age).min().over("customer_id")
    waits = (kind == "campaign_contact") & (responded.is_null() | (age < responded))
    answers = ~nw.col("satisfaction").is_null()
    last_answer = nw.when(answers).then(occurred).max().over("customer_id")
    return made.with_columns(is_unanswered=waits, is_last_answer=answers & (occurred == last_answer))


def _complaints(tables: Mapping[str, Native], moment: Moment) -> Frame:
    start = micros(day_start(moment.as_of, time_zone=moment.time_zone))
    return complaints_of(_known(tables, "interactions", moment), start=start)


def complaints_of(known: Frame, *, start: int) -> Frame:
    """The complaints among known interactions, and how long they took or have taken until `start`."""
    made = known.filter(nw.col("kind") == "complaint")
    occurred, resolved = nw.col("occurred_us"), nw.col("resolved_us")
    took = resolved - occurred
    return made.with_columns(
        is_open=resolved.is_null(),
        open_hours=nw.when(resolved.is_null()).then(_hours(start - occurred)),
        resolution_hours=_hours(nw.when(took < 0).then(0).otherwise(took)),
        is_last=occurred == occurred.max().over("customer_id"),
    )


def _hours(micros_passed: nw.Expr) -> nw.Expr:
    """Hours of a time in microseconds, to the whole second."""
    return divided((micros_passed // 1_000_000).cast(nw.Float64), by=3600)


def known_customers(tables: Mapping[str, Native], moment: Moment) -> Frame:
    """The rows of the customers table without those of customers who joined at or after the as-of date.

    Adds `age_days`, whole days from the business day of joining to the as-of date; null when that is unknown.
    """
    start = micros(day_start(moment.as_of, time_zone=moment.time_zone))
    joined = nw.col("joined_us")
    known = rows_of(tables["customers"], "customers").filter(joined.is_null() | (joined < start))
    shifts = shifts_of(known.select(occurred_us=joined), time_zone=moment.time_zone, until=moment.as_of)
    return known.with_columns(age_days=day_number(moment.as_of) - local_day(joined, shifts))


def _profiles(tables: Mapping[str, Native], moment: Moment) -> Frame:
    return known_customers(tables, moment).select("customer_id", "age_days")


def _referrals(tables: Mapping[str, Native], moment: Moment) -> Frame:
    """The customers brought, and a row for everyone of whom to ask; without the one there is none of the other."""
    customers = known_customers(tables, moment)
    brought = _brought(customers, tables, moment).with_columns(is_referral=nw.lit(True))
    asked = customers.select(
        "customer_id",
        referred_id=nw.lit(None, dtype=nw.String()),
        age_days=nw.lit(1, dtype=nw.Int64()),
        spend=nw.lit(0.0),
        is_referral=nw.lit(False),
    )
    some = brought.group_by("is_referral").agg(number=nw.len()).with_columns(is_referral=nw.lit(False))
    return nw.concat([brought, asked.join(some, on="is_referral", how="semi")], how="vertical")


def _brought(customers: Frame, tables: Mapping[str, Native], moment: Moment) -> Frame:
    """One row per customer brought by another, dated by joining or, where that is unknown, by the first line."""
    referrer = nw.col("referred_by")
    referred = customers.filter(~referrer.is_null(), referrer != nw.col("customer_id"))
    theirs = _lines(tables, moment).join(referred.select("customer_id"), on="customer_id", how="semi")
    sums = theirs.group_by("customer_id").agg(spend=_sum(nw.col("amount")), came=nw.col("age_days").max())
    joined = referred.select("customer_id", "referred_by", "age_days").join(sums, on="customer_id", how="left")
    age, spend = nw.col("age_days"), nw.col("spend")
    dated = joined.with_columns(
        age_days=nw.when(age.is_null()).then(nw.col("came")).otherwise(age),
        spend=nw.when(spend.is_null()).then(nw.lit(0.0)).otherwise(spend),
    )
    return dated.filter(~age.is_null()).select(
        referrer.alias("customer_id"), nw.col("customer_id").alias("referred_id"), "age_days", "spend"
    )


def terms_known(tables: Mapping[str, Native], moment: Moment) -> Frame:
    """The terms of subscriptions that began and were recorded before the as-of date, and how they stood then."""
    rows = rows_of(tables["subscriptions"], "subscriptions")
    place: Mapping[str, Any] = {"as_of": moment.as_of, "time_zone": moment.time_zone, "shifts": _clocks(rows, moment)}
    return subscription_terms_of(known_before(rows, **place), **place)


def future_endings(
    tables: Mapping[str, Native], *, start_on: date, days: int, grace_days: int, known_by: date, time_zone: str
) -> Frame:
    """The label window's moments at which customers were left without a subscription, as known before `known_by`."""
    seen = Moment(as_of=known_by, time_zone=time_zone)
    shifts = _clocks(rows_of(tables["subscriptions"], "subscriptions"), seen)
    left = endings_of(terms_known(tables, seen), grace_days=grace_days, shifts=shifts)
    return happened_within(left, start_on=start_on, days=days, known_by=known_by, time_zone=time_zone, shifts=shifts)


def future_terms(tables: Mapping[str, Native], *, start_on: date, days: int, known_by: date, time_zone: str) -> Frame:
    """The terms of subscriptions that began in the label window, beside the terms before them."""
    seen = Moment(as_of=known_by, time_zone=time_zone)
    shifts, known = _clocks(rows_of(tables["subscriptions"], "subscriptions"), seen), terms_known(tables, seen)
    began = known.drop("day", "hour", strict=False)
    return happened_within(began, start_on=start_on, days=days, known_by=known_by, time_zone=time_zone, shifts=shifts)


_YEARS_AHEAD = 10
"""So far ahead the changes of the clocks are looked up for renewals; beyond, a day more or less is no matter."""


def _clocks(rows: Frame, moment: Moment) -> Shifts:
    begun, last = nw.min_horizontal("occurred_us", "started_us"), moment.as_of + timedelta(days=366 * _YEARS_AHEAD)
    return shifts_of(rows.select(occurred_us=begun), time_zone=moment.time_zone, until=last)


def _without_announcements(tables: Mapping[str, Native], moment: Moment) -> Frame:
    """Only the columns that features may speak of: none tells who has announced to leave, or when it will end."""
    return terms_known(tables, moment).select(*subscription_terms.columns)


_MAKERS: dict[str, Callable[[Mapping[str, Native], Moment], Frame]] = {
    "lines": _lines,
    "returns": _returns,
    "receipts": _receipts,
    "orders": _orders,
    "purchases": _purchases,
    "products": _kinds_of("product_id"),
    "categories": _kinds_of("category"),
    "channels": _kinds_of("channel"),
    "interactions": _interactions,
    "complaints": _complaints,
    "referrals": _referrals,
    "profiles": _profiles,
    "subscription_terms": _without_announcements,
}
