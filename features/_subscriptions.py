"""What was agreed with a subscriber on a day, and when did it end? Terms of subscriptions, side by side and in turn."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from features._time import Frame, Shifts, day_number, day_start, local_day, micros

FAR = 2**62
"""The microsecond at which a term ends that has no end: far beyond any calendar."""

_SUBSCRIPTION = ("customer_id", "subscription_id")
_IN_TURN = ("occurred_us", "_known", "_agreed", "_amount", "_plan", "_ended", "_announced")
"""The order of a subscription's terms. Of two that begin together the later recorded holds, then the one that says
more: a source that empties the renewal date of who announced to leave must not tell the days before."""


def subscription_terms_of(known: Frame, *, as_of: date, time_zone: str, shifts: Shifts) -> Frame:
    """Adds to known terms what the other terms of the same subscription say of them, and how they stand on `as_of`.

    `over_us` is when the term is over: when it renews, ends, or another takes its place, whichever is first; FAR when
    none of these is known. A term `is_running` when it is not over before `as_of` begins.
    """
    start = micros(day_start(as_of, time_zone=time_zone))
    made = _in_turn(_with_subscription(known)).with_columns(over_us=_first_of("renews_us", "ended_us", "next_us"))
    made = made.with_columns(
        is_running=nw.col("over_us") >= start,
        is_announced=~nw.col("cancelled_us").is_null(),
        is_renewal=~nw.col("before_us").is_null() & (nw.col("before_us") < nw.col("occurred_us")),
        is_plan_change=(nw.col("plan") != nw.col("plan_before")).fill_null(False),
        amount_change=nw.col("monthly_amount") - nw.col("amount_before"),
        subscribed_days=day_number(as_of) - local_day(nw.col("first_us"), shifts),
    )
    until = nw.when(nw.col("is_running")).then(local_day(nw.col("renews_us"), shifts))
    return made.with_columns(days_to_renewal=until - day_number(as_of), term_days=until - nw.col("day"))


def endings_of(terms: Frame, *, grace_days: int, shifts: Shifts) -> Frame:
    """The moments (`occurred_us`) at which customers were left without a subscription for more than `grace_days`.

    One row per customer and such moment. Terms of all subscriptions of a customer count together: who goes from one
    to another, or renews at most `grace_days` after the day on which the last was over, has not left.
    """
    in_turn = {"order_by": ["occurred_us", "over_us"]}
    covered = terms.with_columns(
        covered_us=nw.col("over_us").cum_max().over("customer_id", **in_turn),
        next_day=nw.col("day").shift(-1).over("customer_id", **in_turn),
    )
    waits = nw.col("next_day") - local_day(nw.col("covered_us"), shifts)
    left = covered.filter(nw.col("covered_us") < FAR, nw.col("next_day").is_null() | (waits > grace_days))
    return left.select("customer_id", "recorded_us", occurred_us=nw.col("covered_us"))


def _with_subscription(known: Frame) -> Frame:
    """Terms under the name of their subscription, with what orders them; unknown comes before known."""
    named, started = nw.col("subscription_id"), nw.col("started_us")
    recorded, occurred = nw.col("recorded_us"), nw.col("occurred_us")
    return known.with_columns(
        subscription_id=nw.when(named.is_null()).then(nw.lit("")).otherwise(named),
        begun_us=nw.when(started < occurred).then(started).otherwise(occurred),
        _known=nw.when(recorded.is_null()).then(occurred).otherwise(recorded),
        _agreed=nw.col("renews_us").fill_null(0),
        _amount=nw.col("monthly_amount").fill_null(-1.0),
        _plan=nw.col("plan").fill_null(""),
        _ended=nw.col("ended_us").fill_null(0),
        _announced=nw.col("cancelled_us").fill_null(0),
    )


def _in_turn(made: Frame) -> Frame:
    """Adds the terms before and after each, and since when there has been the subscription."""

    def beside(column: str, step: int) -> nw.Expr:
        return nw.col(column).shift(step).over(*_SUBSCRIPTION, order_by=list(_IN_TURN))

    return made.with_columns(
        next_us=beside("occurred_us", -1),
        before_us=beside("occurred_us", 1),
        plan_before=beside("plan", 1),
        amount_before=beside("monthly_amount", 1),
        first_us=nw.col("begun_us").min().over(*_SUBSCRIPTION),
    )


def _first_of(*moments: str) -> nw.Expr:
    found: nw.Expr = nw.lit(FAR)
    for moment in (nw.col(name) for name in moments):
        found = nw.when(moment < found).then(moment).otherwise(found)
    return found
