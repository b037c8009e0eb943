"""What comes later by itself of customers who were not won? As much as in the company's own history.

Who did not come back within the horizon is not always gone for good. How many come later depends on the company and on
the horizon. So it is measured: at a past date the question is asked of everybody, and what customers spent after its
horizon is held against what they had spent before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import narwhals as nw
import polars as pl

from features import Frame
from models._known import reach
from models._labels import labels, population
from models._target import Future, Past, Target, Terms

FEWEST = 50
"""So many customers who had spent something must have ended well, and so many badly."""
_YEAR_DAYS = 364


def share_left(target: Target, tables: Mapping[str, pl.LazyFrame], *, terms: Terms, known_by: date) -> float | None:
    """The share of a customer's spend that comes after a horizon without a purchase, between 0 and 1.

    `target` asks who makes a purchase within the horizon, or who makes none. The share is spend after the horizon over
    spend before the as-of date, of those who made none, over the same of those who did. The as-of date is the latest
    that leaves half of what is known beside two horizons, and at most a year, to see what came after; nothing that was
    recorded later than `known_by` is used.
    None where that is less than a horizon, or fewer than 50 customers ended well or badly.
    """
    data = reach(tables, time_zone=terms.time_zone, known_by=known_by, needs=target.needs)
    if data is None:
        return None
    room = (data.over_by - data.first_on).days - terms.ahead_days - terms.horizon_days
    days = min(room // 2, _YEAR_DAYS)
    if days < terms.horizon_days:
        return None
    over_on = data.over_by - timedelta(days=days)
    as_of = over_on - timedelta(days=terms.ahead_days)
    asked = population(target, tables, as_of=as_of, terms=terms)
    known = labels(target, tables, as_of=as_of, terms=terms, known_by=known_by, among=asked)
    past = Past(tables=tables, as_of=as_of, time_zone=terms.time_zone)
    future = Future(tables=tables, start_on=over_on, days=days, known_by=known_by, time_zone=terms.time_zone)
    for name, lines in (("before", past.lines), ("after", future.lines)):
        known = known.join(_spend(lines, name), on="customer_id", how="left", validate="1:1", maintain_order="left")
    spenders = known.filter(pl.col("before") > 0).with_columns(stayed_away=pl.col("label") == target.otherwise)
    return _ratio(spenders)


def _ratio(spenders: pl.DataFrame) -> float | None:
    after, before = pl.col("after").fill_null(0.0).clip(0.0).sum(), pl.col("before").sum()
    sums = spenders.group_by("stayed_away").agg(pl.len().alias("customers"), share=after / before)
    told = {away: (customers, share) for away, customers, share in sums.iter_rows()}
    if len(told) < 2 or min(customers for customers, _ in told.values()) < FEWEST or told[False][1] <= 0:
        return None
    return min(float(told[True][1] / told[False][1]), 1.0)


def _spend(lines: Frame, name: str) -> pl.DataFrame:
    made: pl.LazyFrame = lines.group_by("customer_id").agg(nw.col("amount").sum().alias(name)).to_native()
    return made.sort("customer_id").collect()
